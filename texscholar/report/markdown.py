"""Text of papers and records inside Markdown that others render: it may say anything and do nothing."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[\w ,;'()-]*")


def fence(text: str, least: int = 3) -> str:
    """The backticks that a block of code with this text stands between: more than it has in a row."""
    return "`" * max(least, 1 + max(map(len, re.findall("`+", text)), default=0))


def code(text: str) -> str:
    """One line of text as a span of code, in which no link, mention, tag or emphasis works.

    Format: https://spec.commonmark.org/0.31.2/#code-spans.
    """
    marks = fence(text, 1)
    pad = " " if text[:1] in ("`", " ", "") or text[-1:] in ("`", " ") else ""
    return f"{marks}{pad}{text}{pad}{marks}"


def inert(text: str) -> str:
    """One line of text as it is where it holds letters, digits and harmless punctuation only, else as code."""
    return text if _PLAIN.fullmatch(text) else code(text)


def cell(text: str) -> str:
    """The same for a cell of a table: there a bar ends the cell even within code.

    Format: https://github.github.com/gfm/#tables-extension-.
    """
    return inert(text).replace("|", "\\|")
