"""A sentence with placeholders as LaTeX: what it says is typeset, and only the citations in it are commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.related_work.checking import named_before
from texscholar.related_work.hand import has_others
from texscholar.related_work.stock import agreeing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texscholar.recommend import Candidature
    from texscholar.related_work.hand import Hand

_GROUP = re.compile(r"\[\d+\](?:(?:,? ?(?:and|und|et|y|و) |, ?|、|，| |和|与|と|및 |와 |과 )?\[\d+\])*")
_NUMBER = re.compile(r"\d+")
_LAST_WORD = re.compile(r"([^\W\d_]+)\s*$")
_NEXT_WORD = re.compile(r"\s+([^\W\d_]+)")
# Words after which a citation is part of the grammar of its sentence, and no mere proof of it.
_GOVERNING = frozenset(
    """
    by in of to from with as unlike like than both on for following after before
    von in bei mit aus nach wie anders als sowohl für
    de par dans avec chez comme à selon
    de por en con como según
    في من إلى على عند مع كما
    """.split()  # noqa: SIM905 - words read best as text
)
# Words after which a clause begins, with a citation as its subject.
_CLAUSES = frozenset(
    "and but while whereas that und aber während dass et mais tandis que y pero mientras بينما أن لكن".split()  # noqa: SIM905
)


def in_latex(text: str, works: Sequence[Candidature], hand: Hand) -> str:
    """The sentence with its citations in the paper's commands.

    Textual where the work is the subject or stands after a word that governs it, parenthetical elsewhere; authors'
    names before a placeholder become part of the citation, and a verb agrees with the number of authors.
    """
    named = {match.end(): match.start() for match in named_before(text, [work.work for work in works])}
    pieces: list[str] = []
    at = 0
    for match in _GROUP.finditer(text):
        cited = [works[int(number) - 1] for number in dict.fromkeys(_NUMBER.findall(match[0]))]
        start = named.get(match.end(), match.start())
        before, after = text[at:start], text[match.end() :]
        at = match.end()
        is_subject = _is_subject(text[:start], after)
        if is_subject or start < match.start() or _follows(text[:start], _GOVERNING):
            pieces += (_typeset(before, hand), _textual(cited, hand, opens=not text[:start].strip()))
        else:
            pieces += (_typeset(before.rstrip(), hand), hand.parenthetical(cited))
        if is_subject and (verb := _NEXT_WORD.match(after)):
            pieces.append(after[: verb.start(1)] + _agreeing(verb[1], cited, hand.language))
            at += verb.end()
    pieces.append(_typeset(text[at:], hand))
    return "".join(pieces)


def _typeset(text: str, hand: Hand) -> str:
    """Plain text, the spaces at its edges kept."""
    core = text.strip()
    return text.replace(core, hand.text(core)) if core else text


def _is_subject(before: str, after: str) -> bool:
    """Whether a citation begins its sentence or a clause of it, and something is said of it."""
    said = re.match(r"\s*[^\W\d_]", after) is not None
    begins = not before.strip() or before.rstrip().endswith((",", "，", "、", "،", "；", ";"))
    return said and (begins or _follows(before, _CLAUSES))


def _follows(before: str, words: frozenset[str]) -> bool:
    last = _LAST_WORD.search(before)
    return last is not None and last[1].lower() in words


def _textual(works: Sequence[Candidature], hand: Hand, *, opens: bool) -> str:
    """Works as words of the sentence, which they may open; in parentheses where one has no authors to name."""
    names = [hand.who(work, opens=opens and number == 0) for number, work in enumerate(works)]
    return hand.phrases.joint.join(names) if all(names) else hand.parenthetical(works).removeprefix(hand.style.tie)


def _agreeing(verb: str, works: Sequence[Candidature], language: str) -> str:
    """A verb of reporting in the number of its subject; any other word as it is."""
    singular = len(works) == 1 and len(works[0].work.authors) == 1 and not has_others(works[0])
    one, many = agreeing(language)
    return one.get(verb, verb) if singular else many.get(verb, verb)
