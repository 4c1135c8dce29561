"""The door to git: where the work tree begins, what a change touches, and staged contents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from texscholar.errors import TexscholarError
from texscholar.suggest.patch import unquote_path

if TYPE_CHECKING:
    from git import Repo

_HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.M)
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


@dataclass(frozen=True, slots=True)
class Changes:
    """Lines of the new side that a change touches, by path relative to the top: half-open ranges counted from 1."""

    lines: Mapping[str, tuple[tuple[int, int], ...]]

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether one of the lines ``first`` to ``last`` is touched."""
        return any(start <= last and first < end for start, end in self.lines.get(path, ()))


class Repository:
    """A git work tree, read only."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self.top = Path(str(repo.working_tree_dir))

    @classmethod
    def at(cls, directory: Path) -> Repository:
        """The work tree around a directory.

        Raises:
            TexscholarError: there is none, or git is not to be had.
        """
        try:
            from git import Repo  # noqa: PLC0415 - heavy, and not every run asks git
            from git.exc import GitError  # noqa: PLC0415
        except ImportError as error:  # GitPython refuses to load without a git program
            raise TexscholarError("git is not installed; install it, or leave out --since and --staged") from error
        try:
            repo = Repo(directory, search_parent_directories=True)
        except GitError as error:
            raise TexscholarError("is in no git repository; leave out --since and --staged", path=str(directory)) from error
        if repo.working_tree_dir is None:
            raise TexscholarError("is a bare git repository without files", path=str(directory))
        return cls(repo)

    def staged(self) -> Changes:
        """What the next commit changes."""
        return self._changes("--cached", self._head())

    def since(self, revision: str) -> Changes:
        """What the work tree changes against a revision."""
        return self._changes(self._commit(revision))

    def between(self, old: str, new: str) -> Changes:
        """What lies between two revisions, seen from where they parted."""
        return self._changes(f"{self._commit(old)}...{self._commit(new)}")

    def staged_file(self, path: str) -> bytes | None:
        """The bytes of a file in the index, or None."""
        return self._show(f":{path}")

    def file_at(self, revision: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, or None."""
        return self._show(f"{revision}:{path}")

    def _show(self, name: str) -> bytes | None:
        status, output = self._run("cat-file", "blob", name)
        return output if status == 0 else None

    def _head(self) -> str:
        status, _ = self._run("rev-parse", "--verify", "--quiet", "HEAD")
        return "HEAD" if status == 0 else EMPTY_TREE

    def _commit(self, revision: str) -> str:
        """The full name of a revision, so that one that looks like an option cannot become one."""
        status, output = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if status != 0:
            raise TexscholarError(f"git knows no revision {revision!r}; fetch it, or name another")
        return output.decode().strip()

    def _changes(self, *what: str) -> Changes:
        # Settings of the user must not change what we read: no external diff, no colours, no renames by path prefix.
        status, output = self._run(
            "-c", "core.quotePath=false", "diff", "-U0", "--no-ext-diff", "--no-color", "--no-textconv", "--no-renames",
            "--src-prefix=a/", "--dst-prefix=b/", "--diff-filter=AM", "--ignore-submodules", *what, "--",
        )  # fmt: skip
        if status != 0:
            raise TexscholarError("git could not compare the changes; run `git status` to see why")
        return Changes(_touched(output))

    def _run(self, *arguments: str) -> tuple[int, bytes]:
        result: Any = self._repo.git.execute(
            ["git", *arguments], with_extended_output=True, with_exceptions=False, stdout_as_string=False, strip_newline_in_stdout=False
        )
        return result[0], result[1]


def _touched(diff: bytes) -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for section in re.split(rb"^diff --git ", diff, flags=re.M)[1:]:
        target = re.search(rb"^\+\+\+ (.+?)\t?$", section, re.M)
        if target is None or target[1] == b"/dev/null":
            continue
        ranges = []
        for match in _HUNK.finditer(section):
            start, count = int(match[1]), int(match[2]) if match[2] is not None else 1
            if count:
                ranges.append((start, start + count))
        found[unquote_path(target[1])[2:]] = tuple(ranges)
    return found


