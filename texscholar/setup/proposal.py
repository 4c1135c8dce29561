"""A proposal: changes to files, and what else there is to say."""

from __future__ import annotations

from dataclasses import dataclass

from texscholar.source import Edit, SourceText, Span
from texscholar.suggest import FileChange


@dataclass(frozen=True, slots=True)
class Proposal:
    """``changes`` go into the diff, ``notes`` to the user: what is left alone, what is to be done by hand."""

    changes: tuple[FileChange, ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: Proposal) -> Proposal:
        return Proposal(self.changes + other.changes, self.notes + other.notes)


def new_file(path: str, text: str, *, executable: bool = False) -> FileChange:
    """A file that is not there yet."""
    return FileChange(path, SourceText(path, ""), (Edit(Span(0, 0), text),), "100755" if executable else "100644")


def appended(source: SourceText, block: str) -> Edit:
    """Lines at the end of a file, in its own line ends, after a blank line where something stands before."""
    text, newline = source.text, source.newline
    ended = "" if not text or text.endswith(("\n", "\r")) else newline
    blank = newline if text.strip() and not text.endswith(newline * 2) else ""
    return Edit(Span(len(text), len(text)), ended + blank + block.replace("\n", newline))
