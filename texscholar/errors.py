"""The one exception root with its exit codes, and the value that stands for something left out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command."""

    NOTHING = 0
    FINDINGS = 1
    COULD_NOT_RUN = 2
    BUG = 3
    INTERRUPTED = 130


class TexscholarError(Exception):
    """Something the user can mend; its text is one line naming file, line and remedy.

    Args:
        message: what is wrong and what to do about it.
        path: the file it is about, as the user would write it.
        line: the line in that file, counted from 1.
    """

    exit_code = Exit.COULD_NOT_RUN

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        self.message, self.path, self.line = message, path, line
        place = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(f"{place}{message}".replace("\n", " "))


class InternalError(TexscholarError):
    """A promise of ours was broken (a proof failed): nothing was written, and it is our bug."""

    exit_code = Exit.BUG


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something left out, with its reason: a value, so that the run goes on and says so."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"
