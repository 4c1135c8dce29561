"""Titles and abstracts as services send them, with tags and entities of HTML, MathML and JATS, as plain text."""

from __future__ import annotations

import html
import re

# Only elements that these vocabularies have: what else stands between angle brackets may be the author's.
_NAMES = (
    r"(?:jats|mml|m):[\w-]+|i|b|u|s|em|strong|sub|sup|sc|scp|small|big|tt|span|br|p|div|font|a|italic|bold|underline|monospace|"
    r"sans-serif|roman|title|sec|label|list|list-item|ul|ol|li|named-content|styled-content|inline-formula|"
    r"disp-formula|alternatives|math|mrow|mi|mn|mo|mtext|mspace|msub|msup|msubsup|mfrac|msqrt|mroot|mover|munder|"
    r"munderover|mstyle|mtable|mtr|mtd|mfenced|mpadded|mphantom|menclose|semantics|inf|ext-link|xref|h[1-6]"
)
_TAG = re.compile(rf"</?(?:{_NAMES})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_BREAK = re.compile(r"</?(?:jats:)?(?:p|br|div|sec|title|li|list-item|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_UNSEEN = re.compile(
    r"<((?:mml:)?annotation(?:-xml)?|(?:jats:)?tex-math|script|style)(?:\s[^<>]*)?>[^<]*</\1\s*>", re.IGNORECASE
)
# A formula ends before the next one begins: looked for beyond, many that never end would take forever.
_IN_FORMULA = re.compile(
    r"(<(?:mml:|m:)?math(?:\s[^<>]*)?>)((?:(?!<(?:mml:|m:)?math[\s>])[\s\S])*?)</(?:mml:|m:)?math\s*>", re.IGNORECASE
)
_LEADING = re.compile(r"(?i:abstract|summary)\s*[:.]?\s+(?=[A-Z])")
_TWICE = 2  # an entity of an entity is met, deeper ones are not


def without_markup(text: str) -> str:
    """The text that a reader would see, on one line."""
    if "&" in text:
        for _ in range(_TWICE):
            text = html.unescape(text)
    if "<" in text:
        text = _UNSEEN.sub("", text)
        text = _IN_FORMULA.sub(lambda match: "".join(_TAG.sub("", match[2]).split()), text)
        text = _TAG.sub("", _BREAK.sub(" ", text))
    return " ".join(text.split())


def abstract_without_markup(text: str) -> str:
    """The same of an abstract, without the heading that repeats what it is."""
    plain = without_markup(text)
    return _LEADING.sub("", plain, count=1) if _LEADING.match(plain) else plain
