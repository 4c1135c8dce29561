"""The door to git: where the work tree begins, what a change touches, and staged contents."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from git import Git, Repo

_HUNK = re.compile(rb"^@@ -\d+(?:,(?P<went>\d+))? \+(?P<start>\d+)(?:,(?P<count>\d+))? @@", re.MULTILINE)
_NO_GIT = "git is not installed; install it, or leave out --since and --staged"
_NO_LINE = 1 << 62  # beyond the last line of every file
_ANSWER = re.compile(rb"(?P<name>[0-9a-f]+) (?P<kind>[a-z]+) (?P<size>\d+)\n")

# Settings of the user must not change what we read: no program of theirs, no colours, no other prefixes or contexts.
# Renames are followed, so that a file that only moved counts as untouched.
_DIFF = (
    "-c", "core.quotePath=false", "-c", "diff.autoRefreshIndex=false", "diff", "-U0",
    "--inter-hunk-context=0", "--no-ext-diff", "--no-color",
    "--no-textconv", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/",
    "--ignore-submodules=all",
)  # fmt: skip
# Nothing is fetched, asked or written on the side.
_ENVIRONMENT = {
    "GIT_DIFF_OPTS": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass(frozen=True, slots=True)
class Changes:
    """Lines of the new side that a change touches, by path relative to the top: half-open ranges counted from 1.

    Where lines went, the lines around the gap count as touched. A file that only moved touches no line; one that git
    takes for binary is touched as a whole.

    ``deleted`` are files that went, ``shrunk`` those that lost lines, under their names before the change; ``moved``
    gives that name for files that moved.
    """

    lines: Mapping[str, tuple[tuple[int, int], ...]]
    deleted: frozenset[str] = frozenset()
    shrunk: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict)

    def touch(self, path: str, first: int, last: int) -> bool:
        """Whether one of the lines ``first`` to ``last`` is touched."""
        return any(start <= last and first < end for start, end in self.lines.get(path, ()))

    def and_in(self, other: Changes) -> Changes:
        """The same with only those lines that another change, from another commit to the same files, touches too."""
        both = {path: tuple(_common(ranges, other.lines.get(path, ()))) for path, ranges in self.lines.items()}
        return replace(self, lines=both)


def _common(ranges: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    pairs = ((max(start, first), min(end, last)) for start, end in ranges for first, last in others)
    return (pair for pair in pairs if pair[0] < pair[1])


class Repository:
    """A git work tree, read only."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo
        self._answers: Git.AutoInterrupt | None = None  # a cat-file --batch, from the first object on
        self._commits: dict[str, str | None] = {}
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
            raise TexscholarError(_NO_GIT) from error
        try:
            repo = Repo(directory, search_parent_directories=True)
        except GitError as error:
            raise TexscholarError(
                "is in no git repository; leave out --since and --staged", path=str(directory)
            ) from error
        if repo.working_tree_dir is None:
            raise TexscholarError("is a bare git repository without files", path=str(directory))
        return cls(repo)

    def staged(self) -> Changes:
        """What the next commit changes; amid a merge, only what comes from none of its sides."""
        changes = self._changes("--cached")
        for commit in self.merged:
            changes = changes.and_in(self._changes("--cached", commit))
        return changes

    @cached_property
    def merged(self) -> tuple[str, ...]:
        """The commits that the next commit merges into this branch."""
        try:
            named = Path(str(self._repo.git_dir), "MERGE_HEAD").read_text("ascii").split()
        except (OSError, ValueError):
            # git writes that file only after the hook pre-merge-commit, which it tells them in its environment.
            inherited = "GIT_INDEX_FILE" in self._directories and "GIT_DIR" not in self._directories
            named = [name[8:] for name in os.environ if name.startswith("GITHEAD_")] if inherited else []
        return tuple(commit for commit in map(self._resolved, named) if commit is not None)

    def in_submodule(self, path: str) -> bool:
        """Whether a file belongs to a repository inside this one."""
        return any(path.startswith(f"{folder}/") for folder in self._submodules)

    def ignores(self, path: str) -> bool:
        """Whether git leaves a file out that it does not track yet."""
        return self._run("check-ignore", "-q", "--", path)[0] == 0

    @cached_property
    def _submodules(self) -> tuple[str, ...]:
        if not (self.top / ".gitmodules").exists():
            return ()
        _, output, _ = self._run("ls-files", "--stage", "-z", "--full-name", "--", ":/")
        entries = (entry.partition(b"\t") for entry in output.split(b"\0"))
        return tuple(os.fsdecode(path) for facts, _, path in entries if facts.startswith(b"160000 "))

    def since(self, revision: str) -> Changes:
        """What the work tree changes against a revision."""
        return self._changes(self._commit(revision))

    def between(self, old: str, new: str) -> Changes:
        """What lies between two revisions, seen from where they parted."""
        first, second = self._commit(old), self._commit(new)
        status, base, _ = self._run("merge-base", first, second)
        if status != 0:
            raise TexscholarError(
                f"git knows no commit that {old!r} and {new!r} come from; fetch the whole history (fetch-depth: 0)"
            )
        return self._changes(base.decode().split()[0], second)

    def editor(self) -> str | None:
        """The command that git would edit with; None where it knows none for this terminal."""
        status, output, _ = self._run("var", "GIT_EDITOR")
        return os.fsdecode(output).strip() or None if status == 0 else None

    def staged_file(self, path: str) -> bytes | None:
        """The bytes of a file in the index, or None."""
        return self._show(f":0:{path}")

    def file_at(self, revision: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, or None."""
        commit = self._resolved(revision)
        return None if commit is None else self._show(f"{commit}:{path}")

    def paths_at(self, revision: str) -> tuple[str, ...]:
        """The paths of all files of a commit, relative to the top; none where git does not know it."""
        commit = self._resolved(revision)
        if commit is None:
            return ()
        _, output, _ = self._run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
        return tuple(os.fsdecode(name) for name in output.split(b"\0") if name)

    def hooks_folder(self) -> tuple[Path, bool]:
        """Where git looks for hooks, and whether that is in git's own folder of this repository."""
        status, output, complaint = self._run("rev-parse", "--git-path", "hooks")
        if status != 0:
            raise TexscholarError(f"git does not tell where its hooks lie ({complaint}); run `git status` to see why")
        folder = (self.top / os.fsdecode(output.removesuffix(b"\n"))).resolve()
        return folder, folder.is_relative_to(Path(str(self._repo.common_dir)).resolve())

    def _show(self, name: str) -> bytes | None:
        if "\n" in name or "\r" in name:  # which end a line of what is asked in one go
            status, output, _ = self._run("cat-file", "blob", name)
            return output if status == 0 else None
        kind, _, data = self._object(name)
        return data if kind == b"blob" else None

    def _object(self, name: str) -> tuple[bytes, bytes, bytes]:
        """Kind, full name and contents of what one line names; empty where there is nothing.

        All are asked of one process: https://git-scm.com/docs/git-cat-file, section "BATCH OUTPUT".
        """
        nothing = b"", b"", b""
        try:
            line = os.fsencode(name) + b"\n"
        except UnicodeEncodeError:
            return nothing
        if b"\0" in line or line.count(b"\n") > 1:
            return nothing
        process = self._answers = self._answers or self._started()
        stdin, stdout = process.stdin, process.stdout
        try:
            stdin.write(line)
            stdin.flush()
            answer = stdout.readline()
        except OSError:  # it has ended
            answer = b""
        match = _ANSWER.fullmatch(answer)
        if match is None:
            if not answer:  # git gave up, as it does on a path that leads out of the work tree
                self._answers = None
            return nothing
        data = stdout.read(int(match["size"]) + 1)
        return match["kind"], match["name"], data[:-1]

    def _commit(self, revision: str) -> str:
        commit = self._resolved(revision)
        if commit is None:
            raise TexscholarError(f"git knows no revision {revision!r}; fetch it, or name another")
        return commit

    def _resolved(self, revision: str) -> str | None:
        """The full name of a commit, so that a revision that looks like an option cannot become one."""
        if revision not in self._commits:
            self._commits[revision] = self._object(f"{revision}^{{commit}}")[1].decode() or None
        return self._commits[revision]

    def _changes(self, *what: str) -> Changes:
        status, output, complaint = self._run(*_DIFF, *what, "--")
        if status != 0:
            raise TexscholarError(f"git could not compare the changes ({complaint}); run `git status` to see why")
        return _read_changes(output)

    def _run(self, *arguments: str) -> tuple[int, bytes, str]:
        """Exit status, output and the first line of what git complains about."""
        try:
            status, output, complaint = self._executed(
                *arguments,
                with_extended_output=True,
                with_exceptions=False,
                stdout_as_string=False,
                strip_newline_in_stdout=False,
            )
        except ValueError as error:  # a NUL in a revision or a path
            return 1, b"", str(error)
        return status, output, str(complaint).strip().partition("\n")[0]

    def _started(self) -> Git.AutoInterrupt:
        """A process that answers one line with one object; it ends with this repository."""
        from subprocess import PIPE  # noqa: PLC0415 - as in at()

        process: Git.AutoInterrupt = self._executed("cat-file", "--batch", istream=PIPE, as_process=True)
        return process

    def _executed(self, *arguments: str, **how: Any) -> Any:  # noqa: ANN401 - GitPython's result depends on how
        from git.exc import GitCommandNotFound  # noqa: PLC0415 - as in at()

        program = str(self._repo.git.GIT_PYTHON_GIT_EXECUTABLE)
        try:
            return self._repo.git.execute([program, *arguments], env={**_ENVIRONMENT, **self._directories}, **how)
        except GitCommandNotFound as error:
            raise TexscholarError(_NO_GIT) from error

    @cached_property
    def _directories(self) -> Mapping[str, str]:
        """The index of a hook's environment, as a whole path, where the hook runs in this repository.

        ``git commit FILE`` and ``git commit -a`` have their hooks look at an index of their own. The environment of
        another repository's hook is overruled.
        """
        named, index = os.environ.get("GIT_DIR"), os.environ.get("GIT_INDEX_FILE")
        own = Path(str(self._repo.git_dir)).resolve()
        if Path(named).resolve() == own if named else Path.cwd().is_relative_to(self.top.resolve()):
            return {"GIT_INDEX_FILE": str(Path(index).absolute())} if index else {}
        overruled = {"GIT_DIR": own, "GIT_WORK_TREE": self.top} if named else {}
        return {name: str(path) for name, path in {**overruled, "GIT_INDEX_FILE": own / "index"}.items()}


def _read_changes(diff: bytes) -> Changes:
    lines: dict[str, tuple[tuple[int, int], ...]] = {}
    deleted, shrunk, moved = set(), set(), {}
    for section in re.split(rb"^diff --git ", diff, flags=re.MULTILINE)[1:]:
        if not section.partition(b"\n")[2]:  # only the time in the index is old
            continue
        head = _HUNK.split(section, maxsplit=1)[0]
        old, new = _paths(head)
        if re.search(rb"^deleted file mode ", head, re.MULTILINE):
            deleted.add(old)
            continue
        lines[new] = tuple(_ranges(section, head))
        if old != new:
            moved[new] = old
        if any(match["went"] != b"0" for match in _HUNK.finditer(section)):
            shrunk.add(old)
    return Changes(lines, frozenset(deleted), frozenset(shrunk), moved)


def _paths(head: bytes) -> tuple[str, str]:
    """The path on both sides, the same for files that are new or went."""
    moved = re.search(rb"^rename from (?P<old>.+)\nrename to (?P<new>.+)$", head, re.MULTILINE)
    if moved:
        return _unquoted(moved["old"]), _unquoted(moved["new"])
    named = re.search(rb"^(?:--- a/|--- (?=\"a/)|\+\+\+ b/|\+\+\+ (?=\"b/))(?P<path>.+?)\t?$", head, re.MULTILINE)
    if named:
        path = _unquoted(named["path"])
        path = path[2:] if named["path"].startswith(b'"') else path
    else:  # no lines: a mode, an empty file, or a binary one
        both = head.partition(b"\n")[0]
        path = _unquoted(both[len(both) // 2 + 1 :])[2:]
    return path, path


def _unquoted(path: bytes) -> str:
    if not path.startswith(b'"'):
        return path.decode("utf-8", "surrogateescape")
    from texscholar.suggest.patch import unquote_path  # noqa: PLC0415 - heavy, and few paths are quoted

    return unquote_path(path)


def _ranges(section: bytes, head: bytes) -> Iterator[tuple[int, int]]:
    for match in _HUNK.finditer(section):
        start, count = int(match["start"]), int(match["count"]) if match["count"] is not None else 1
        yield (start, start + count) if count else (max(1, start), start + 2)
    if re.search(rb"^Binary files .* differ$", head, re.MULTILINE):
        yield 1, _NO_LINE
