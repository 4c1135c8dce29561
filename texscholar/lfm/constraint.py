"""What an answer may look like: one small algebra of rules, written out for whoever has to enforce it.

The same rule becomes a GBNF grammar for llama.cpp, a regular expression or a JSON schema for servers, and the check of
what came back: nobody is believed to have enforced it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Literal:
    """Exactly this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of these ranges, ends included."""

    ranges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Then:
    """One rule after the other."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several rules."""

    options: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A rule so many times; ``most`` None for any number."""

    rule: Rule
    least: int = 0
    most: int | None = None


Rule = Literal | Chars | Then | Either | Repeat


@dataclass(frozen=True)
class Constraint:
    """A rule that a whole answer obeys."""

    rule: Rule

    @cached_property
    def gbnf(self) -> str:
        """As a grammar of llama.cpp."""
        return f"root ::= {_gbnf(self.rule)}\n"

    @cached_property
    def regex(self) -> str:
        """As a regular expression of the common kind, for a full match."""
        return _regex(self.rule)

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The answers to choose from where that is all the rule says; none otherwise."""
        options = self.rule.options if isinstance(self.rule, Either) else (self.rule,)
        texts = tuple(option.text for option in options if isinstance(option, Literal))
        return texts if len(texts) == len(options) else ()

    @property
    def schema(self) -> Mapping[str, Any]:
        """As the JSON schema of an object whose one field, ``answer``, is the answer."""
        rule = {"enum": list(self.choices)} if self.choices else {"pattern": f"^{self.regex}$"}
        return {
            "type": "object",
            "properties": {"answer": {"type": "string", **rule}},
            "required": ["answer"],
            "additionalProperties": False,
        }

    def accepts(self, text: str) -> bool:
        """Whether an answer obeys the rule."""
        return re.fullmatch(self.regex, text) is not None


def choice(*texts: str) -> Constraint:
    """One of these answers."""
    return Constraint(Either(tuple(map(Literal, texts))))


def _gbnf(rule: Rule) -> str:
    match rule:
        case Literal(text):
            return json.dumps(text, ensure_ascii=False)
        case Chars(ranges):
            return f"[{''.join(map(_range, ranges))}]"
        case Then(parts):
            return " ".join(map(_gbnf, parts))
        case Either(options):
            return f"({' | '.join(map(_gbnf, options))})"
        case Repeat(repeated, least, most):
            return f"({_gbnf(repeated)}){_count(least, most)}"


def _regex(rule: Rule) -> str:
    match rule:
        case Literal(text):
            return re.escape(text)
        case Chars(ranges):
            return f"[{''.join(map(_range, ranges))}]"
        case Then(parts):
            return "".join(map(_regex, parts))
        case Either(options):
            return f"(?:{'|'.join(map(_regex, options))})"
        case Repeat(repeated, least, most):
            return f"(?:{_regex(repeated)}){_count(least, most)}"


def _count(least: int, most: int | None) -> str:
    return "*" if (least, most) == (0, None) else f"{{{least},{'' if most is None else most}}}"


def _range(ends: tuple[str, str]) -> str:
    first, last = ends
    return _char(first) if first == last else f"{_char(first)}-{_char(last)}"


def _char(char: str) -> str:
    """A character inside brackets, in the one spelling that grammars and regular expressions share."""
    return char if char.isascii() and (char.isalnum() or char == " ") else f"\\u{ord(char):04X}"
