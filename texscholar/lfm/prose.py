"""Prose with numbers in place of citations: the form it is bound to."""

from __future__ import annotations

import re

from texscholar.lfm.constraint import Chars, Constraint, Either, Literal, Repeat, Rule, Then

# No character that TeX reads as more than itself, no bracket but a placeholder's, nothing unprintable.
_UNSPACED = (("ぁ", "ゖ"), ("ァ", "ー"), ("一", "鿿"))  # letters of languages that write no spaces
_LETTERS = (
    *(("A", "Z"), ("a", "z"), ("À", "Ö"), ("Ø", "ö"), ("ø", "ɏ")),
    *(("Α", "Ρ"), ("Σ", "ώ"), ("Ѐ", "ӿ"), ("ء", "ي"), ("가", "힣")),
    *_UNSPACED,
)
_MARKS = tuple((mark, mark) for mark in " .,;:'()-/?!+、。！，？：；（）「」・々،؛؟")
_TEXT = Chars((*_LETTERS, ("0", "9"), *_MARKS))
_WORD = Repeat(Chars((*_LETTERS, ("0", "9"), ("-", "-"))), 1, 24)

_SENTENCE_END = re.compile(r"(?:[.?!؟](?=\s|$)|[。？！])")


def prose(works: int) -> Constraint:
    """One paragraph of plain prose, in which ``[1]`` to ``[works]`` stand for citations.

    It begins with a letter or a citation, so that nothing at its start can be read as an argument or a mark.
    """
    numbers = tuple(Literal(str(number)) for number in range(1, works + 1))
    cite: tuple[Rule, ...] = (Then((Literal("["), Either(numbers), Literal("]"))),) if numbers else ()
    return Constraint(Then((Either((Chars(_LETTERS), *cite)), Repeat(Either((_TEXT, *cite))))))


def query_line(most: int) -> Constraint:
    """One search query of two words or more, or of a few letters that need no spaces between words."""
    words = Then((Chars(_LETTERS), _WORD, Repeat(Then((Literal(" "), _WORD)), 1, most - 1)))
    return Constraint(Either((words, Repeat(Chars(_UNSPACED), 2, 24))))


def whole_sentences(text: str) -> str:
    """The text up to the end of its last sentence; empty if none ends."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    return text[: ends[-1]].strip() if ends else ""
