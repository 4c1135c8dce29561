"""What the model is asked, as pure data: ChatML in segments, with the answers that are scored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt; only in a ``control`` piece do ``<|…|>`` become control tokens."""

    text: str
    control: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question: ``prefix`` is shared by all of its kind, each of ``answers`` is scored after ``own``."""

    prefix: tuple[Segment, ...]
    own: tuple[Segment, ...]
    answers: tuple[tuple[Segment, ...], ...]


@dataclass(frozen=True, slots=True)
class Option:
    """A work on offer, with the family names of its authors."""

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""


# ChatML as LFM2 and LFM2.5 write it; every piece ends at a newline, where no tokenizer merges across.
_SYSTEM = Segment("<|startoftext|><|im_start|>system\n", control=True)
_USER = Segment("<|im_end|>\n<|im_start|>user\n", control=True)
_ASSISTANT = Segment("<|im_end|>\n<|im_start|>assistant\n", control=True)
_END_OF_TURN = Segment("<|im_end|>", control=True)

_ROLE = Segment("You check the citations of scientific papers. Answer with one word or number, nothing else.")
_JUDGE = Segment("""\
Decide whether a sentence of a paper needs a citation.
Yes: it reports a method, result, data set, tool or number of other people, or makes a claim about the field \
that a reader would want a source for.
No: it says what this paper does, finds or plans, points to a section, figure or equation, \
or states what every reader knows.
Examples:
Neural networks can be fooled by tiny changes of their input. -> yes
Earlier systems translate one sentence at a time. -> yes
We describe our data in Section 3. -> no
Our method is faster on all four tasks. -> no

""")
_CHOOSE = Segment("""\
A sentence of a paper cites one of the numbered papers. Find which.
The right paper is about what the sentence says: the same method, data set, tool or finding. \
Sharing only the general topic is not enough.
Answer with the number of that paper. Answer 0 if none of them fits.

""")

_JUDGE_ANSWERS = ("yes", "no")
NO_OPTION = "0"

# Characters of foreign text that enter a prompt; no sentence split as it should be is longer.
_SENTENCE, _CONTEXT, _SECTION, _TITLE, _NAME, _VENUE = 1000, 600, 100, 200, 40, 60

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_TOKEN = re.compile(r"<\|[^|]*\|>|</?think>", re.IGNORECASE)


def clean(text: str, limit: int, *, keep_end: bool = False) -> str:
    """At most ``limit`` characters of a foreign text on one line, without control characters and tokens."""
    window = text[-limit:] if keep_end else text[:limit]
    line = " ".join(_UNPRINTABLE.sub(" ", window).split())
    while (stripped := _CONTROL_TOKEN.sub(" ", line)) != line:  # taking one out may leave another
        line = " ".join(stripped.split())
    return line


def judge_prompt(before: str, sentence: str, after: str, section: str) -> Prompt:
    """Does the sentence need a citation? The answers are yes and no, in this order."""
    lines = (
        *_place(section, before, sentence),
        *_labelled("After", clean(after, _CONTEXT)),
        "Does the sentence need a citation? Answer yes or no.",
    )
    return _prompt(_JUDGE, lines, _JUDGE_ANSWERS)


def choose_prompt(sentence: str, before: str, section: str, options: Sequence[Option]) -> Prompt:
    """Which option does the sentence cite? The answers are the options' numbers and, last, 0 for none."""
    numbers = tuple(str(number) for number in range(1, len(options) + 1))
    lines = (
        "Papers:",
        *(f"{number}. {_described(option)}" for number, option in zip(numbers, options, strict=True)),
        *_place(section, before, sentence),
        "Which paper does the sentence cite? Answer with its number, or 0 if none fits.",
    )
    return _prompt(_CHOOSE, lines, (*numbers, NO_OPTION))


def _prompt(instructions: Segment, lines: Iterable[str], answers: Iterable[str]) -> Prompt:
    return Prompt(
        prefix=(_SYSTEM, _ROLE, _USER, instructions),
        own=(Segment("\n".join(lines)), _ASSISTANT),
        answers=tuple((Segment(answer), _END_OF_TURN) for answer in answers),
    )


def _place(section: str, before: str, sentence: str) -> tuple[str, ...]:
    return (
        *_labelled("Section", clean(section, _SECTION)),
        *_labelled("Before", clean(before, _CONTEXT, keep_end=True)),
        *_labelled("Sentence", clean(sentence, _SENTENCE)),
    )


def _labelled(label: str, text: str) -> tuple[str, ...]:
    return (f"{label}: {text}",) if text else ()


def _described(option: Option) -> str:
    """Title (Author et al., year, venue), without what is unknown."""
    source = (_names(option.authors), str(option.year or ""), clean(option.venue, _VENUE))
    known = ", ".join(part for part in source if part)
    title = clean(option.title, _TITLE) or "untitled"
    return f"{title} ({known})" if known else title


def _names(authors: Sequence[str]) -> str:
    names = [clean(author, _NAME) for author in authors[:2]]
    return f"{names[0]} et al." if len(authors) > len(names) else " and ".join(names)
