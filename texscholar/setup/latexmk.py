"""The block of a ``.latexmkrc`` that shows suggestions in drafts: Perl that latexmk 4.61 and later understand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.setup.proposal import Proposal, appended, new_file
from texscholar.source import Edit, Span
from texscholar.suggest import FileChange

if TYPE_CHECKING:
    from collections.abc import Callable

    from texscholar.source import SourceText

LATEXMKRC = Path(__file__).parent / "texscholar.latexmkrc"
PLACES = (".latexmkrc", "latexmkrc")  # of the two latexmk reads the first that is there
_BEGIN = "# --- texscholar: begin"
_BLOCK = re.compile(rf"^{_BEGIN}.*?^# --- texscholar: end[ \t\r]*$", re.MULTILINE | re.DOTALL)
_PERL_END = re.compile(r"^__(?:END|DATA)__[ \t]*$", re.MULTILINE)


def block() -> str:
    """The block, from its first comment line to its last."""
    text = LATEXMKRC.read_text("utf-8")
    return text[text.index(_BEGIN) :]


def with_block(source: SourceText) -> tuple[Edit, ...]:
    """The edits that give a latexmkrc the block, behind all that it sets; none where it holds this block already."""
    ours = block().replace("\n", source.newline)
    found = _BLOCK.search(source.text)
    if found is not None:
        new = ours.rstrip()
        return () if found[0].rstrip() == new else (Edit(Span(found.start(), found.end()), new),)
    end = _PERL_END.search(source.text)
    if end is not None:  # Perl reads no further
        return (Edit(Span(end.start(), end.start()), ours + source.newline),)
    return (appended(source, block()),)


def with_drafts(read: Callable[[str], SourceText | None], shown: Callable[[str], str], *, begun: bool) -> Proposal:
    """The block in the file that latexmk reads in a folder.

    Args:
        read: gives a file of the folder by its name.
        shown: how the proposal names it.
        begun: where there is none, one is begun.
    """
    for name in PLACES:
        source = read(name)
        if source is not None:
            made = with_block(source)
            return Proposal((FileChange(shown(name), source, made),)) if made else Proposal()
    return Proposal((new_file(shown(PLACES[0]), block()),)) if begun else Proposal()
