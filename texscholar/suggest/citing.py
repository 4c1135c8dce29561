"""From a chosen work to the edits that cite it, in the paper's own way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.latex.cite_commands import PARENTHETICAL, builtin_form
from texscholar.source import Edit, Span

if TYPE_CHECKING:
    from texscholar.latex import Citation, CiteStyle, Placeholder, Sentence, TexFile

_LONGEST_CITATION = 4000  # characters
_SEPARATOR = re.compile(r",[ ]?")
# Commands that always put a list of keys in parentheses, brackets or a note; \cite does so only where papers use it so.
_TAKES_MORE = frozenset(
    ("citep", "Citep", "parencite", "Parencite", "autocite", "Autocite", "smartcite", "supercite", "footcite", "upcite")
)
_TAKES_GROUPS = frozenset(
    ("cites", "Cites", "parencites", "Parencites", "autocites", "Autocites", "smartcites", "supercites", "footcites")
)


def cite_sentence(file: TexFile, sentence: Sentence, style: CiteStyle, key: str) -> Edit | None:
    """A parenthetical citation at the end of a sentence, within the one that stands there already if that takes it.

    None where it would come between a command and its arguments, as in half-written text.
    """
    at = sentence.insert_at
    if _is_argument(file, at):
        return None
    joined = _joined(file, at, style, key)
    return joined or Edit(Span(at, at), f"{style.tie}\\{style.parenthetical}{{{key}}}")


def fill_placeholder(
    file: TexFile, placeholder: Placeholder, sentence: Sentence | None, style: CiteStyle, key: str
) -> tuple[Edit, ...]:
    """The edits that put the key in place of a placeholder; none for a comment that no sentence goes with."""
    span = placeholder.span
    if placeholder.form == "key":
        return (Edit(span, key),)
    if placeholder.form == "comment":
        edit = None if sentence is None else cite_sentence(file, sentence, style, key)
        # The percent sign stays, since it may keep a line end from being a space.
        return () if edit is None else (edit, Edit(span, "%"))
    joined = _joined(file, span.start, style, key)
    if joined:
        return joined, Edit(span, "")
    before = file.source.text[span.start - 1 : span.start]
    tie = "" if not before or before.isspace() or before in "~({[" else style.tie
    return (Edit(span, f"{tie}\\{style.parenthetical}{{{key}}}"),)


def _is_argument(file: TexFile, at: int) -> bool:
    return file.scan.code.startswith(("[", "{"), at)


def _joined(file: TexFile, at: int, style: CiteStyle, key: str) -> Edit | None:
    """The key within the citation that ends at an offset; None where there is none that takes one more."""
    before = file.citations_in(Span(max(0, at - _LONGEST_CITATION), at))
    citation = next((each for each in before if each.span.end == at), None)
    if citation is None or citation.form.kind != PARENTHETICAL or not citation.keys or citation.argument is None:
        return None
    if not citation.argument.contains(citation.keys[0].span):  # several groups
        takes_more = citation.command in _TAKES_GROUPS and not _is_argument(file, at)
        return Edit(Span(at, at), f"{{{key}}}") if takes_more else None
    last = citation.keys[-1].span.end
    if not _takes_list(citation, style) or "}" in file.scan.code[last : citation.argument.end]:
        return None
    return Edit(Span(last, last), f"{_separator(file, citation, style)}{key}")


def _takes_list(citation: Citation, style: CiteStyle) -> bool:
    """Whether a citation of one group may get one more key: not if its notes would then speak of that too."""
    if citation.has_notes or citation.implied:
        return False
    if citation.command in _TAKES_MORE | _TAKES_GROUPS:
        return True
    # What the paper cites with; a macro of its own may print its argument, unless it is given lists elsewhere too.
    is_known = builtin_form(citation.command) is not None or len(citation.keys) > 1
    return citation.command == style.parenthetical and is_known


def _separator(file: TexFile, citation: Citation, style: CiteStyle) -> str:
    """What this citation writes between its keys, else what the paper does."""
    if len(citation.keys) > 1:
        one, other = citation.keys[-2:]
        own = file.source.text[one.span.end : other.span.start]
        if _SEPARATOR.fullmatch(own):
            return own
    return style.separator
