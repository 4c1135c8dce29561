"""What git is told to leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.setup.proposal import appended

if TYPE_CHECKING:
    from texscholar.source import Edit, SourceText

TRANSIENT = ".texscholar/suggestions.patch"
_BLOCK = f"# texscholar makes this patch anew with every run\n/{TRANSIENT}\n"
# Patterns that leave it out already, without the slashes and stars around them: https://git-scm.com/docs/gitignore
_COVERING = frozenset((".texscholar", TRANSIENT, ".texscholar/*.patch", "suggestions.patch", "*.patch"))


def with_ignored(gitignore: SourceText) -> tuple[Edit, ...]:
    """The line for our patch, unless a line leaves it out, or takes it in, already."""
    patterns = (line.strip().removeprefix("!").removeprefix("**") for line in gitignore.text.splitlines())
    if any(pattern.removeprefix("/").rstrip("/*") in _COVERING for pattern in patterns):
        return ()
    return (appended(gitignore, _BLOCK),)
