"""The tree of a paper's files, followed from its root in the order in which TeX reads them."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from texscholar.errors import Skipped, TexscholarError
from texscholar.latex.inputs import (
    KNITTED,
    TEX_SUFFIXES,
    Input,
    Named,
    Reads,
    Statement,
    directories_of,
    expanded,
    joined,
    place,
    string_of,
)
from texscholar.latex.missing import Lost, MissingInput, missing_inputs
from texscholar.latex.scan import Definition, Scan, scan
from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from collections.abc import Mapping

Reader = Callable[[str], SourceText | None]
"""Gives a file by its path, as the path of the root is given; None when there is none that may be read."""

_NOT_TEXT = (
    ".sty", ".cls", ".bbl", ".pgf", ".tikz", ".pdf_tex", ".eps_tex", ".pspdftex", ".ind", ".gls", ".toc", ".aux",
)  # fmt: skip
_IMPORTS = frozenset(("import", "inputfrom", "includefrom"))
_SUBIMPORTS = frozenset(("subimport", "subinputfrom", "subincludefrom"))
_SUBFILES = frozenset(("subfile", "subfileinclude"))
_MOST_FILES = 5000
_MOST_MACROS = 100  # that input something; of more, none of the calls is looked for


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a paper; ``parent`` inputs it first, at the offset ``at``, and is empty for the root."""

    reads: Reads
    parent: str = ""
    at: int = -1
    is_abstract: bool = False

    @property
    def scan(self) -> Scan:
        return self.reads.scan


@dataclass(frozen=True)
class Tree:
    """The files of a paper in the order of the document, and what they name beside them.

    ``written``: the bibliographies that the paper writes itself; ``compiled``: the ``.bbl`` files it inputs.
    """

    parts: Mapping[str, Part]
    bibliographies: tuple[str, ...]
    missing: tuple[MissingInput, ...]
    skipped: tuple[Skipped, ...]
    written: tuple[str, ...]
    compiled: tuple[SourceText, ...]


def read_tree(root: str, read: Reader, scanned: Callable[[SourceText], Reads] | None = None) -> Tree:
    """The files of the paper whose root is at a path.

    Args:
        root: the path of its main file.
        read: gives the files.
        scanned: scans them, for callers that look at a file more than once.

    Raises:
        TexscholarError: the root itself cannot be read, or inputs without end.
    """
    first = read(root)
    if first is None:
        raise TexscholarError("no such file; name the paper's main .tex file", path=root)
    walk = _Walk(first, read, scanned or (lambda source: Reads(scan(source))))
    walk.run()
    return walk.tree()


@dataclass
class _Frame:
    """A file that is being read: what is still to come in it, and where ``import`` and its kin look."""

    part: Part
    silent: bool
    directory: str
    waiting: list[Statement | Definition]
    known: frozenset[str] = frozenset()
    done: int = 0


class _Walk:
    """Follows the inputs of one paper, each file once, so that a cycle ends."""

    def __init__(self, root: SourceText, read: Reader, scanned: Callable[[SourceText], Reads]) -> None:
        self.read, self.scanned = read, scanned
        self.root = root.path
        self.base, name = posixpath.split(root.path)
        self.strings = {"jobname": posixpath.splitext(name)[0], "space": " "}
        self.search: tuple[str, ...] = ()  # \input@path
        self.macros: dict[str, tuple[Definition, tuple[Statement, ...]]] = {}  # those that read when they are called
        self.deferred: deque[tuple[_Frame, tuple[Statement, ...]]] = deque()  # what they read, if nothing calls them
        self.parts: dict[str, Part] = {}
        self.bibliographies: dict[str, None] = {}
        self.written: dict[str, str] = {}
        self.compiled: dict[str, SourceText | None] = {}
        self.lost: list[Lost] = []
        self.skipped: list[Skipped] = []
        self.stack: list[_Frame] = []
        self._open(root, None, -1, self.base)

    def run(self) -> None:
        """Reads all there is."""
        self._finish()
        while self.deferred:
            frame, statements = self.deferred.popleft()
            for statement in statements:
                if isinstance(statement, Input) and "#" not in statement.name:
                    self._follow(frame, statement)
                    self._finish()

    def tree(self) -> Tree:
        """What was read."""
        missing, skipped = missing_inputs(self.lost, self.base, self.parts, self.written, self._source)
        written, bibliographies = [], []
        for path in self.bibliographies:
            # A .bib that the paper writes itself need not be there yet.
            if path in self.written and self._source(path) is None:
                written.append(self.written[path])
            else:
                bibliographies.append(path)
        if not self.bibliographies:
            # What a .bbl was made from has its name, as a rule.
            beside = dict.fromkeys(f"{posixpath.splitext(path)[0]}.bib" for path in self.compiled)
            bibliographies += (path for path in beside if self._source(path) is not None)
        compiled = tuple(source for source in self.compiled.values() if source is not None)
        skipped = (*self.skipped, *skipped)
        return Tree(self.parts, tuple(bibliographies), missing, skipped, tuple(written), compiled)

    # -- files

    def _open(
        self, source: SourceText, parent: _Frame | None, at: int, directory: str, *, silent: bool = False
    ) -> None:
        if len(self.parts) >= _MOST_FILES:
            raise TexscholarError(f"inputs more than {_MOST_FILES} files; name a smaller root", path=self.root)
        reads = self.scanned(source)
        if silent and not reads.scan.is_root:
            # Macros and titles: nothing in such a file is prose of the document.
            end = len(source.text)
            reads = Reads(replace(reads.scan, body=Span(end, end)))
        self.written |= {joined(self.base, name): contents for name, contents in reads.written.items()}
        abstract = parent is not None and (parent.part.is_abstract or parent.part.reads.is_abstract(at))
        part = Part(reads, parent.part.scan.source.path if parent else "", at, abstract)
        self.parts[source.path] = part
        self.stack.append(_Frame(part, silent, directory, list(reversed(reads.statements))))

    def _source(self, path: str) -> SourceText | None:
        """A file that may be unreadable."""
        try:
            return self.read(path)
        except TexscholarError:
            return None

    def _finish(self) -> None:
        """Reads on until nothing waits."""
        while self.stack:
            frame = self.stack[-1]
            self._learn_calls(frame)
            if not frame.waiting:
                self.stack.pop()
                continue
            statement = frame.waiting.pop()
            if isinstance(statement, Definition):
                frame.done = statement.span.end
                self._define(frame, statement)
            elif isinstance(statement, Named):
                frame.done = statement.at
                self._name(frame, statement)
            else:
                frame.done = statement.at
                self._follow(frame, statement)

    # -- macros

    def _define(self, frame: _Frame, definition: Definition) -> None:
        scan = frame.part.scan
        if definition.name == "input@path":
            self.search = tuple(directories_of(scan.code[definition.body.start : definition.body.end]))
            return
        string = None if definition.is_environment else string_of(definition, scan.code)
        if string is not None:
            self.strings[definition.name] = string
        statements = frame.part.reads.within(definition)
        if not statements:
            return
        for statement in statements:
            if isinstance(statement, Named) and "#" not in statement.name:
                self._name(frame, statement)
        if len(self.macros) < _MOST_MACROS:
            self.macros[definition.name] = (definition, statements)
        self.deferred.append((frame, statements))

    def _learn_calls(self, frame: _Frame) -> None:
        """The calls, in what is still to come, of macros that read something and are newly known."""
        new = {name: self.macros[name] for name in self.macros.keys() - frame.known}
        if not new:
            return
        frame.known |= new.keys()
        calls = list(frame.part.reads.calls(new, frame.done))
        frame.waiting = sorted((*frame.waiting, *calls), key=place, reverse=True)

    # -- bibliographies

    def _name(self, frame: _Frame, named: Named) -> None:
        # A subfile names what it needs when it is set alone.
        base = posixpath.dirname(frame.part.scan.source.path) if frame.part.reads.is_subfile else self.base
        for name in expanded(named.name, self.strings).split(","):
            if name.strip():
                self.bibliographies[joined(base, f"{name.strip().removesuffix('.bib')}.bib")] = None

    # -- inputs

    def _follow(self, frame: _Frame, wanted: Input) -> None:
        name, directory = expanded(wanted.name, self.strings), expanded(wanted.directory, self.strings)
        if not name or (wanted.directory and not directory) or name.lower().endswith(_NOT_TEXT):
            if name.endswith(".bbl"):
                path = joined(self.base, name)
                self.compiled[path] = self._source(path)
            return
        try:
            found = self._found(frame, wanted, name, directory)
        except TexscholarError as error:
            self.skipped.append(Skipped(self._where(frame, wanted), str(error)))
            return
        if found is None:
            silent = frame.silent or self._is_preamble(frame, wanted)
            self.lost.append(Lost(frame.part.reads, wanted, posixpath.join(directory, name), silent))
        elif isinstance(found, SourceText):
            self._enter(frame, wanted, found)

    def _found(self, frame: _Frame, wanted: Input, name: str, directory: str) -> SourceText | str | None:
        """The first of the files that TeX would try; its path where it was read before."""
        for path in self._paths(frame, wanted, name, directory):
            if path in self.parts:
                return path
            source = self.read(path)
            if source is not None:
                return source
        return None

    def _paths(self, frame: _Frame, wanted: Input, name: str, directory: str) -> Iterator[str]:
        """The paths at which TeX would look for a file, and at last the one beside the file that inputs it."""
        here = posixpath.dirname(frame.part.scan.source.path)
        if wanted.command in _SUBIMPORTS:
            places = [joined(frame.directory, directory), joined(here, directory), joined(self.base, directory)]
        elif wanted.command in _IMPORTS:
            places = [joined(self.base, directory), joined(here, directory)]
        else:
            places = [self.base, frame.directory, *(joined(self.base, each) for each in self.search), here]
        wholes = dict.fromkeys(joined(place, name) for place in places)
        for whole in wholes:
            yield from (whole,) if whole.lower().endswith(TEX_SUFFIXES) else (f"{whole}.tex", whole)
        for whole in wholes:  # knitr makes a .tex of it
            yield from (f"{whole.removesuffix('.tex')}{suffix}" for suffix in KNITTED)

    def _enter(self, frame: _Frame, wanted: Input, source: SourceText) -> None:
        # What \includeonly leaves out is not set this time, but it is the author's text all the same.
        silent = self._is_preamble(frame, wanted) or wanted.command == "loadglsentries"
        moves = wanted.command in _IMPORTS | _SUBIMPORTS | _SUBFILES
        self._open(
            source, frame, wanted.at, posixpath.dirname(source.path) if moves else frame.directory, silent=silent
        )

    def _is_preamble(self, frame: _Frame, wanted: Input) -> bool:
        """Whether a command stands where macros and titles are, and no text."""
        scan = frame.part.scan
        return wanted.at < scan.body.start and (frame.silent or scan.is_root)

    def _where(self, frame: _Frame, wanted: Input) -> str:
        source = frame.part.scan.source
        return f"{source.path}:{source.position(wanted.span.start).line}"
