"""Which of the inputs that led to no file are mistakes, which are to be told, and which are as they should be."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.latex.inputs import TEX_SUFFIXES, joined

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from texscholar.latex.inputs import Input, Reads
    from texscholar.source import SourceText, Span

_MAY_LACK = frozenset(("InputIfFileExists", "@input", "@@input", "loadglsentries"))
_BY_TEX = frozenset(("input", "SweaveInput"))  # of all commands, the ones that also read what comes with TeX
_MOST_FOLDERS = 20  # above a paper, in which git's list of what it ignores is looked for


@dataclass(frozen=True, slots=True)
class MissingInput:
    """A file that a paper inputs and that is not there: ``name`` stands at ``span`` of the file at ``path``."""

    path: str
    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Lost:
    """An input that led to no file: ``name`` is what TeX makes of it. In what is ``silent`` there is no prose."""

    reads: Reads
    wanted: Input
    name: str
    silent: bool


def missing_inputs(
    lost: Iterable[Lost],
    base: str,
    paths: Collection[str],
    written: Collection[str],
    find: Callable[[str], SourceText | None],
) -> tuple[tuple[MissingInput, ...], tuple[Skipped, ...]]:
    """The inputs that are surely mistakes, and those that may be, told as left out.

    Args:
        lost: those that led to no file.
        base: the folder of the root.
        paths: the files of the paper.
        written: the paths of files that the paper writes itself.
        find: gives a file, if there is one that can be read.
    """
    expected = [each for each in lost if _is_expected(each, base, written)]
    ignored = tuple(_ignored(base, find)) if expected else ()
    folders = sorted({posixpath.dirname(path) for path in paths})
    missing, skipped = [], []
    for each in expected:
        source = each.reads.scan.source
        if _is_ignored(posixpath.join(base, _with_suffix(each.name)), ignored):
            continue
        if _is_certain(each, folders, find):
            missing.append(MissingInput(source.path, each.wanted.span, each.name))
        elif not each.silent:  # what a preamble inputs by a bare name comes, as a rule, with TeX
            where = f"{source.path}:{source.position(each.wanted.span.start).line}"
            reason = f"{_with_suffix(each.name)} cannot be read; check the name in \\{each.wanted.command}"
            skipped.append(Skipped(where, reason))
    return tuple(missing), tuple(skipped)


def _is_expected(lost: Lost, base: str, written: Collection[str]) -> bool:
    """Whether the document cannot be set without it, as far as one can tell."""
    names = (lost.name, _with_suffix(lost.name))
    if lost.wanted.command in _MAY_LACK or any(joined(base, name) in written for name in names):
        return False
    at = lost.wanted.at
    return not lost.reads.scan.is_in_definition(at) and not lost.reads.is_conditional(at)


def _is_certain(lost: Lost, folders: Iterable[str], find: Callable[[str], SourceText | None]) -> bool:
    r"""Whether nothing but a mistake can be behind it.

    What lies outside may not be read. A bare name in ``\input`` may come with TeX, or be found by a search path of the
    author's, unless a file of that name lies beside another one of the paper.
    """
    if posixpath.isabs(lost.name) or joined("", lost.name).startswith(".."):
        return False
    if lost.wanted.command not in _BY_TEX or "/" in lost.name:
        return True
    return any(find(joined(folder, _with_suffix(lost.name))) is not None for folder in folders)


def _ignored(base: str, find: Callable[[str], SourceText | None]) -> Iterator[tuple[str, str]]:
    """Folders and the patterns that their ``.gitignore`` holds, exceptions left out."""
    folder = base
    for _ in range(_MOST_FOLDERS):
        source = find(joined(folder, ".gitignore"))
        lines = source.text.splitlines() if source else []
        yield from ((folder, line.strip()) for line in lines if line.strip() and line[0] not in "#!")
        folder = joined(folder, "..")


def _is_ignored(path: str, patterns: Iterable[tuple[str, str]]) -> bool:
    """Whether git is told to ignore a file, as it is told for what is generated."""
    return any(_ignores(pattern, posixpath.relpath(path, folder or ".")) for folder, pattern in patterns)


def _ignores(pattern: str, path: str) -> bool:
    """Whether a line of a ``.gitignore`` means a file, or a folder it lies in (https://git-scm.com/docs/gitignore)."""
    parts = path.split("/")
    plain = pattern.strip("/")
    if "/" not in pattern.rstrip("/"):
        return any(fnmatchcase(part, plain) for part in parts)
    return any(fnmatchcase("/".join(parts[:end]), plain) for end in range(1, len(parts) + 1))


def _with_suffix(name: str) -> str:
    return name if name.lower().endswith(TEX_SUFFIXES) else f"{name}.tex"
