"""Folders of LaTeX papers as records: the entries of their bibliographies, each with the sentences that cite it."""

from __future__ import annotations

import hashlib
import os
import posixpath
import stat
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.bibtex.entries import read_bibliography
from texscholar.errors import Skipped, TexscholarError
from texscholar.latex import TEX_SUFFIXES, Documents, Project, TexFile, read_project
from texscholar.library.records import MOST_CITANCES, Record, bib_records
from texscholar.source import SourceText, decode
from texscholar.source.text import encoding_of_paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from texscholar.latex import Sentence

    Citances = dict[str, dict[str, None]]  # of a key, in order

_LEFT_OUT = frozenset(("node_modules", "venv", "__pycache__", "build", "_build", "out", "dist", "target"))
_READ = (*TEX_SUFFIXES, ".bib", ".sty", ".cls", ".bbl", "latexmkrc")
_LARGEST = 100_000_000  # bytes; what is larger is no paper and no bibliography
_LONGEST = 300  # characters of a citance
_FEWEST = 4  # words: "See also." says nothing about a work


def read_folder(folder: Path, tell: Callable[[str], None] | None = None) -> Iterator[Record | Skipped]:
    """The entries of the bibliographies that the papers below a folder name, with how these papers cite them.

    Hidden folders, build output and links that lead out of the folder are left out.

    Args:
        folder: with papers at any depth.
        tell: told which paper is read.

    Raises:
        TexscholarError: there is no paper with a bibliography.
    """
    tree = _Tree(folder)
    cited: dict[str, Citances] = {}
    for paths in _repositories(folder, tree.paths(TEX_SUFFIXES)):
        for root in Documents(paths, tree.read_or_none).roots:
            if tell:
                tell(root)
            yield from _note_paper(root, tree, cited)
        tree.forget()
    if not cited:
        message = "holds no LaTeX paper that names a .bib file; name a folder that does, or the .bib files themselves"
        raise TexscholarError(message, path=str(folder))
    for path, citances in sorted(cited.items()):
        yield from _records(path, tree, citances)


def folder_hash(folder: Path) -> str:
    """A hash of all that ``read_folder`` may read of a folder: names and contents."""
    tree, result = _Tree(folder), hashlib.sha256()
    for path in tree.paths(_READ):
        try:
            data = tree.bytes_of(path)
        except TexscholarError:
            data = None
        digest = hashlib.sha256(data).hexdigest() if data is not None else ""
        result.update(f"{path}\0{digest}\0".encode("utf-8", "surrogateescape"))
    return result.hexdigest()


class _Tree:
    """The files below a folder by their paths relative to it; nothing outside is read."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._top = folder, folder.resolve()
        self._known: dict[str, SourceText | None] = {}

    def paths(self, suffixes: tuple[str, ...]) -> tuple[str, ...]:
        """The files with one of these suffixes, sorted; those of hidden and build folders left out."""
        found = []
        for here, folders, names in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
            base = Path(here).relative_to(self.folder).as_posix()
            found += [posixpath.normpath(f"{base}/{name}") for name in names if name.lower().endswith(suffixes)]
        return tuple(sorted(found))

    def read(
        self, path: str, name: str | None = None, encoding: Callable[[], str | None] | None = None
    ) -> SourceText | None:
        """A file, under another name if one is given; None where there is none.

        Raises:
            TexscholarError: it is there but cannot be read.
        """
        data = self.bytes_of(path)
        return None if data is None else decode(data, name or path, encoding)

    def read_or_none(self, path: str) -> SourceText | None:
        """A file, read once; None where there is none that can be read."""
        if path not in self._known:
            try:
                self._known[path] = self.read(path)
            except TexscholarError:  # told where a paper needs it
                self._known[path] = None
        return self._known[path]

    def forget(self) -> None:
        """Let go of what was read."""
        self._known.clear()

    def bytes_of(self, path: str) -> bytes | None:
        """The bytes of a file inside the folder, links followed; None where there is none.

        Raises:
            TexscholarError: it is there but cannot be read.
        """
        try:
            real = (self.folder / path).resolve()
            if not real.is_relative_to(self._top) or not real.exists() or real.is_dir():
                return None
            status = real.stat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                raise TexscholarError("is no file of a paper; leave it out", path=path)
            return real.read_bytes()
        except (ValueError, RuntimeError):  # a NUL in the name, an endless chain of links
            return None
        except OSError as error:
            raise TexscholarError(f"cannot be read ({error.strerror}); check its permissions", path=path) from error


def _repositories(folder: Path, paths: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The files of each git repository and of each folder right below the top: papers do not mix across them."""
    found: dict[str, list[str]] = {}
    known: dict[str, str] = {}
    for path in paths:
        found.setdefault(_repository(folder, posixpath.dirname(path), known), []).append(path)
    yield from (tuple(files) for _, files in sorted(found.items()))


def _repository(folder: Path, path: str, known: dict[str, str]) -> str:
    """The repository that a folder belongs to, by its path."""
    if path not in known:
        is_one = "/" not in path or (folder / path / ".git").exists()
        known[path] = path if is_one else _repository(folder, posixpath.dirname(path), known)
    return known[path]


def _note_paper(root: str, tree: _Tree, cited: dict[str, Citances]) -> Iterator[Skipped]:
    """Note the bibliographies of a paper and how it cites their entries; what could not be read is given back."""
    home = posixpath.dirname(root)
    within = partial(_within, home)
    try:
        source = tree.read(root)
        encoding = partial(encoding_of_paper, source) if source else None
        project = read_project(posixpath.basename(root), lambda path: tree.read(within(path), path, encoding))
    except TexscholarError as error:
        yield Skipped(root, error.message)
        return
    yield from (Skipped(within(each.what), each.reason) for each in project.skipped)
    citances = _citances(project)
    for path in map(within, project.bibliographies):
        try:
            keys = _keys(path, tree)
        except TexscholarError as error:
            yield Skipped(path, error.message)
            continue
        if keys is None:
            yield Skipped(path, "there is no such bibliography inside the folder")
            continue
        known = cited.setdefault(path, {})
        for key in keys:  # of a key that two files define the first counts
            known.setdefault(key, {}).update(citances.pop(key, {}))


def _within(home: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(home, path))


def _keys(path: str, tree: _Tree) -> tuple[str, ...] | None:
    source = tree.read(path)
    return None if source is None else tuple(entry.key for entry in read_bibliography(source).entries)


def _citances(project: Project) -> Citances:
    """Key to the sentences that cite it, in the order of the document."""
    found: Citances = {}
    for file in project.files:
        for sentence in file.sentences if file.citations else ():
            text = _shortened(sentence.text)
            for key in _cited(file, sentence) if text else ():
                found.setdefault(key, {})[text] = None
    return found


def _cited(file: TexFile, sentence: Sentence) -> Iterator[str]:
    for part in sentence.parts:
        for citation in file.citations_in(part):
            if not citation.is_silent:
                yield from citation.cited


def _shortened(text: str) -> str:
    """A sentence on one line, cut at a word where it is long; empty where it says too little."""
    line = " ".join(text.split())
    if line.count(" ") < _FEWEST - 1:
        return ""
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST].rsplit(' ', 1)[0]} …"


def _records(path: str, tree: _Tree, citances: Mapping[str, dict[str, None]]) -> Iterator[Record | Skipped]:
    source = tree.read(path)
    waiting = dict(citances)
    for record in bib_records(source, path) if source else ():
        if isinstance(record, Skipped):
            yield record
        else:  # what is defined twice is cited as its first definition
            yield replace(record, citances=tuple(waiting.pop(record.key, {}))[:MOST_CITANCES])
