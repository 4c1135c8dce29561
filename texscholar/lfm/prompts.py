"""What the model is asked, as pure data: the turns of a conversation, and the answers that are scored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn; ``role`` is ``system``, ``user``, ``assistant`` or ``tool``.

    What was evaluated of ``pieces`` is kept for the next question: the first ones are those that most questions share.
    No piece but the last may end within a line, where a tokenizer could merge it with the next one.
    ``calls`` is what an assistant called, in the model's own syntax, without the control tokens around it.
    """

    role: str
    pieces: tuple[str, ...]
    calls: str = ""

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A question: turns, of which the answer is the next one.

    ``answers``: what is scored, each as the whole rest of the turn; none where text is generated.
    ``opening``: what the answer has begun with already; where it is followed by text, it ends a line.
    ``tools``: a JSON list of the tools on offer; empty without tools.
    """

    turns: tuple[Turn, ...]
    answers: tuple[str, ...] = ()
    opening: str = ""
    tools: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A work on offer, with the family names of its authors."""

    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str = ""


_ROLE = "You check the citations of scientific papers. Answer with one word or number, nothing else."
_JUDGE = """\
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

"""
_CHOOSE = """\
A sentence of a paper cites one of the numbered papers. Find which.
The right paper is about what the sentence says: the same method, data set, tool or finding. \
Sharing only the general topic is not enough.
Answer with the number of that paper. Answer 0 if none of them fits.

"""

_ASK_ROLE = "You search the literature for scientific papers. Answer with one search query, nothing else."
_ASK = """\
A related-work section is to be written. Find the papers it should speak about.
A query is three to eight words that stand in the titles of the papers wanted, without quotation marks.
Do not repeat a query: use other words, and look for other papers.

"""
ANGLES = (
    ("method", "the methods and models that this rests on or competes with"),
    ("task", "the task or problem itself, under other names too"),
    ("data set", "data sets, benchmarks and measures for it"),
    ("theory", "theory, analysis and explanations behind it"),
    ("survey", "surveys and reviews of the field"),
)
"""What is looked for in turn: a small model that is asked for five queries at once gives one of them five times."""

_WRITE_ROLE = "You write the related-work sections of scientific papers, in plain and precise sentences."
_WRITE = """\
Write a paragraph about the numbered papers, from what is said about them here and nothing else.
Refer to a paper by its number in brackets, such as [1], and to no other paper. Every sentence refers to one or more.
Say what each does in the words of its description, and how they relate. \
Do not praise, and do not repeat titles or whole phrases.
"""
_LENGTHS = {
    "short": "Write one short sentence for every two papers.",
    "medium": "Write one sentence for each paper.",
    "long": "Write two sentences for each paper: what it does, and how.",
}
_CLOSE = """\
Write one sentence that ends a paragraph about other papers: it says what this paper does about the topic.
Begin with we. Use the words of its contribution, and nothing else. Do not compare it with other papers.
"""
_LANGUAGES = {
    "ar": "Arabic",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "ja": "Japanese",
    "ko": "Korean",
    "zh": "Chinese",
}

_AGENT_ROLE = "You search the literature for scientific papers with the tool you are given."
_AGENT = """\
A related-work section is to be written. Find the papers it should speak about: search several times, each time for \
something else, such as methods, the task under other names, data sets, theory, surveys.
A query is three to eight words that stand in the titles of the papers wanted.
When you have searched enough, answer with the word done.

"""

_JUDGE_ANSWERS = ("yes", "no")
NO_OPTION = "0"

# Characters of foreign text that enter a prompt; no sentence split as it should be is longer.
_PAPER, _SENTENCE, _CONTEXT, _SECTION, _TITLE, _NAME, _VENUE = 1500, 1000, 600, 100, 200, 40, 60
_TOPIC, _ABSTRACT, _QUERY, _CLAIM = 200, 800, 100, 800
_WIDE = 3  # in scripts without an alphabet a character takes a token, and says as much as three others

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_THOUGHT = re.compile(r"^.*</think>|<think>.*", re.DOTALL)
_CONTROL_TOKEN = re.compile(r"<\|[^|]*\|>|</?think>", re.IGNORECASE)


def clean(text: str, limit: int, *, keep_end: bool = False) -> str:
    """At most ``limit`` characters of a foreign text on one line, without control characters and tokens."""
    window = text[-limit:] if keep_end else text[:limit]
    line = " ".join(_UNPRINTABLE.sub(" ", window).split())
    while (stripped := _CONTROL_TOKEN.sub(" ", line)) != line:  # taking one out may leave another
        line = " ".join(stripped.split())
    return line


def strip_thinking(text: str) -> str:
    """An answer without what the model thought before it; empty while it is still thinking."""
    return _THOUGHT.sub("", text).strip()


def judge_prompt(paper: str, before: str, sentence: str, after: str, section: str) -> Prompt:
    """Does the sentence need a citation? The answers are yes and no, in this order."""
    lines = (
        *_place(section, before, sentence),
        *_labelled("After", clean(after, _CONTEXT)),
        "Does the sentence need a citation? Answer yes or no.",
    )
    return _scored(paper, _JUDGE, lines, _JUDGE_ANSWERS)


def choose_prompt(paper: str, sentence: str, before: str, section: str, options: Sequence[Option]) -> Prompt:
    """Which option does the sentence cite? The answers are the options' numbers and, last, 0 for none."""
    numbers = tuple(str(number) for number in range(1, len(options) + 1))
    lines = (
        "Papers:",
        *(f"{number}. {described(option)}" for number, option in zip(numbers, options, strict=True)),
        *_place(section, before, sentence),
        "Which paper does the sentence cite? Answer with its number, or 0 if none fits.",
    )
    return _scored(paper, _CHOOSE, lines, (*numbers, NO_OPTION))


def ask_prompt(paper: str, topic: str, angle: str, asked: Sequence[str]) -> Prompt:
    """A search query from one angle, with those asked already."""
    lines = (
        *(f"Asked already: {clean(query, _QUERY)}" for query in asked),
        f"Now look for {angle}.",
        "Answer with one query.",
    )
    wanted = f"{_ASK}Topic: {clean(topic, _TOPIC)}\n\n"
    return Prompt((Turn("system", (_ASK_ROLE,)), Turn("user", (_about(paper), wanted, "\n".join(lines)))))


def write_prompt(
    paper: str,
    topic: str,
    works: Sequence[tuple[Option, str]],
    *,
    claim: str = "",
    language: str = "en",
    length: str = "medium",
) -> Prompt:
    """A paragraph about works, each with what is known of its content; of length ``short``, ``medium`` or ``long``."""
    listed = (
        "\n".join((f"[{number}] {described(option)}", *_labelled("Says", clean(abstract, _most(abstract)))))
        for number, (option, abstract) in enumerate(works, 1)
    )
    lines = ("Papers:", *listed, f"Topic: {clean(topic, _TOPIC)}", "Write the paragraph.")
    wanted = f"{_WRITE}{_LENGTHS[length]}\n{_in_language(language)}{_contribution(claim)}\n"
    return _written(paper, wanted, lines)


def _most(abstract: str) -> int:
    """How many characters of an abstract fit."""
    start = abstract[:_ABSTRACT]
    is_wide = sum(char >= "\u2e80" for char in start) > len(start) / 2
    return _ABSTRACT // _WIDE if is_wide else _ABSTRACT


def close_prompt(paper: str, topic: str, *, claim: str, language: str = "en") -> Prompt:
    """A sentence that sets the paper, by what it says that it contributes, against a topic."""
    lines = (f"Topic: {clean(topic, _TOPIC)}", "Write the sentence.")
    return _written(paper, f"{_CLOSE}{_in_language(language)}{_contribution(claim)}\n", lines)


def _written(paper: str, wanted: str, lines: Iterable[str]) -> Prompt:
    return Prompt((Turn("system", (_WRITE_ROLE,)), Turn("user", (_about(paper), wanted, "\n".join(lines)))))


def _in_language(language: str) -> str:
    """English is what the instructions are in, and what a language unknown here is answered with."""
    return f"Write in {_LANGUAGES[language]}.\n" if language in _LANGUAGES else ""


def _contribution(claim: str) -> str:
    return "".join(f"{line}\n" for line in _labelled("Contribution of the paper", clean(claim, _CLAIM)))


def agent_prompt(paper: str, topic: str, tools: str) -> Prompt:
    """The first turn of a search with a tool."""
    wanted = f"{_AGENT}Topic: {clean(topic, _TOPIC)}"
    return Prompt((Turn("system", (_AGENT_ROLE,)), Turn("user", (_about(paper), wanted))), tools=tools)


def _about(paper: str) -> str:
    return "".join(f"{line}\n\n" for line in _labelled("The paper", clean(paper, _PAPER)))


def _scored(paper: str, instructions: str, lines: Iterable[str], answers: Iterable[str]) -> Prompt:
    user = Turn("user", (_about(paper), instructions, "\n".join(lines)))
    return Prompt((Turn("system", (_ROLE,)), user), tuple(answers))


def _place(section: str, before: str, sentence: str) -> tuple[str, ...]:
    return (
        *_labelled("Section", clean(section, _SECTION)),
        *_labelled("Before", clean(before, _CONTEXT, keep_end=True)),
        *_labelled("Sentence", clean(sentence, _SENTENCE)),
    )


def _labelled(label: str, text: str) -> tuple[str, ...]:
    return (f"{label}: {text}",) if text else ()


def described(option: Option) -> str:
    """Title (Author et al., year, venue), without what is unknown."""
    source = (_names(option.authors), str(option.year or ""), clean(option.venue, _VENUE))
    known = ", ".join(part for part in source if part)
    title = clean(option.title, _TITLE) or "untitled"
    return f"{title} ({known})" if known else title


def _names(authors: Sequence[str]) -> str:
    names = [clean(author, _NAME) for author in authors[:2]]
    return f"{names[0]} et al." if len(authors) > len(names) else " and ".join(names)
