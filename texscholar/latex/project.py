"""A paper: its root file, the files it inputs in the order of the document, and the bibliographies it names."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from texscholar.errors import Skipped, TexscholarError
from texscholar.latex.citations import (
    bibliography_system,
    find_citations,
    find_wrappers,
    learn_cite_style,
)
from texscholar.latex.markers import (
    find_blocks,
    find_markers,
    find_placeholders,
    find_suppressions,
)
from texscholar.latex.prose import read_prose
from texscholar.latex.scan import scan
from texscholar.latex.sentences import split_sentences
from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from texscholar.latex.citations import Citation, CiteStyle
    from texscholar.latex.markers import Block, Marker, Placeholder, Suppression
    from texscholar.latex.prose import Heading, Prose
    from texscholar.latex.scan import Scan
    from texscholar.latex.sentences import Sentence

Reader = Callable[[str], SourceText | None]
"""Gives a file by its path relative to the root's directory; None when there is none that may be read."""

_INPUT = re.compile(
    r"\\(?P<command>input|include|subfile|subfileinclude|InputIfFileExists|import|subimport|inputfrom|subinputfrom"
    r"|includefrom|subincludefrom)\*?(?![A-Za-z@])\s*"
    r"(?:\{(?P<first>[^{}]*)\}(?:\s*\{(?P<second>[^{}]*)\})?|(?P<bare>\"[^\"\r\n]*\"|[^\s{}\\%]+))"
)
_BIBLIOGRAPHY = re.compile(
    r"\\(?:bibliography(?!style|unit)[A-Za-z@]*|addbibresource|addglobalbib|addsectionbib|nobibliography)\*?(?![A-Za-z@])"
    r"\s*+(?:\[[^\]]{0,400}\])?\s*+\{(?P<names>[^{}]*)\}"
)
_DOCUMENT_CLASS = re.compile(
    r"\\documentclass(?![A-Za-z@])\s*+(?:\[(?P<options>[^\]]{0,4000})\])?\s*+(?:\{(?P<name>[^{}]*)\})?"
)
_PARTS = ("subfiles", "standalone")  # classes whose documents belong to another one
# In the first lines, as TeXShop and LaTeX Workshop read it.
_ROOT_COMMENT = re.compile(r"^[ \t]*%+[ \t]*!\s*TEX\s+root\s*=[ \t]*(?P<root>[^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_TEX_SUFFIXES = (".tex", ".ltx", ".Rnw", ".rnw", ".Snw")
_NOT_TEXT = (".sty", ".cls", ".bbl", ".pgf", ".tikz", ".pdf_tex", ".eps_tex")
_TWO_ARGUMENTS = ("import", "subimport", "inputfrom", "subinputfrom", "includefrom", "subincludefrom")
_MOST_FILES = 5000


@dataclass(frozen=True)
class TexFile:
    """One source of a paper with all that is found in it; each part is worked out when it is first asked for.

    ``kind`` is that of the place where it is input: ``abstract`` for one that an abstract environment inputs.
    """

    scan: Scan
    wrappers: Mapping[str, int]
    kind: str = "prose"

    @property
    def source(self) -> SourceText:
        return self.scan.source

    @property
    def path(self) -> str:
        return self.scan.source.path

    @cached_property
    def prose(self) -> Prose:
        return read_prose(self.scan, self.wrappers)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        found = split_sentences(self.scan, self.prose)
        if self.kind == "prose":
            return found
        return tuple(replace(sentence, kind=self.kind) if sentence.kind == "prose" else sentence for sentence in found)

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        return find_citations(self.scan, self.wrappers)

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        return find_markers(self.scan)

    @cached_property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return find_placeholders(self.scan, self.prose, self.citations)

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        return find_suppressions(self.scan)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        return find_blocks(self.scan)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        return self.prose.headings

    @cached_property
    def _citation_starts(self) -> tuple[int, ...]:
        return tuple(citation.span.start for citation in self.citations)

    def citations_in(self, span: Span) -> tuple[Citation, ...]:
        """The citations that begin in a span, in order."""
        starts = self._citation_starts
        return self.citations[bisect_left(starts, span.start) : bisect_left(starts, span.end)]


@dataclass(frozen=True)
class Project:
    """A paper. ``bibliographies`` are paths as its reader knows them, in the order in which they are named."""

    root: str
    files: tuple[TexFile, ...]
    bibliographies: tuple[str, ...]
    skipped: tuple[Skipped, ...]

    @cached_property
    def system(self) -> str:
        """The bibliography system: ``biblatex``, ``natbib``, ``apacite`` or ``cite``."""
        return bibliography_system("\n".join(file.scan.code for file in self.files))

    @cached_property
    def cite_style(self) -> CiteStyle:
        return learn_cite_style(
            self.system, ((file.scan, citation) for file in self.files for citation in file.citations)
        )

    @cached_property
    def _by_path(self) -> Mapping[str, TexFile]:
        return {file.path: file for file in self.files}

    def file(self, path: str) -> TexFile | None:
        """The file at a path, None for one that the paper does not read."""
        return self._by_path.get(path)


def read_project(root: str, read: Reader) -> Project:
    """The paper whose root file is ``root``; missing and unreadable parts are skipped with a reason.

    Raises:
        TexscholarError: the root itself cannot be read.
    """
    first = read(root)
    if first is None:
        raise TexscholarError("no such file; name the paper's main .tex file", path=root)
    scans: dict[str, Scan] = {}
    skipped: list[Skipped] = []
    abstracts: set[str] = set()
    _follow(scan(first), read, scans, skipped, abstracts)
    wrappers: dict[str, int] = {}
    for each in scans.values():
        wrappers |= find_wrappers(each)
    bibliographies = tuple(dict.fromkeys(name for each in scans.values() for name in _bibliographies(each)))
    files = tuple(TexFile(each, wrappers, "abstract" if path in abstracts else "prose") for path, each in scans.items())
    return Project(root, files, bibliographies, tuple(skipped))


def _follow(start: Scan, read: Reader, scans: dict[str, Scan], skipped: list[Skipped], abstracts: set[str]) -> None:
    """Adds a file and, in the order of the document, those it inputs; each file once, so that a cycle ends."""
    waiting = [(start.source, False)]
    while waiting:
        source, in_preamble = waiting.pop()
        if source.path in scans:
            continue
        current = start if source is start.source else scan(source)
        if in_preamble and not current.is_root:
            # Macros and titles: nothing in such a file is prose of the document.
            current = replace(current, body=Span(len(source.text), len(source.text)))
        scans[source.path] = current
        if len(scans) > _MOST_FILES:
            raise TexscholarError(f"inputs more than {_MOST_FILES} files; name a smaller root", path=start.source.path)
        children: dict[str, tuple[SourceText, bool]] = {}
        for names, at in _inputs(current):
            if any(name in scans or name in children for name in names):
                continue
            child = _first_readable(names, read)
            if isinstance(child, SourceText):
                children[child.path] = (child, at < current.body.start and (in_preamble or current.is_root))
                if source.path in abstracts or _is_in_abstract(current, at):
                    abstracts.add(child.path)
            else:
                skipped.append(Skipped(f"{source.path}:{source.position(at).line}", child))
        waiting += reversed(children.values())


def _is_in_abstract(current: Scan, at: int) -> bool:
    """Whether an offset lies between the begin and the end of an abstract."""
    begin = current.code.rfind("\\begin{abstract}", 0, at)
    return begin >= 0 and current.code.find("\\end{abstract}", begin, at) < 0


def _first_readable(names: tuple[str, ...], read: Reader) -> SourceText | str:
    """The first of the files that can be read, else why there is none."""
    for name in names:
        try:
            source = read(name)
        except TexscholarError as error:
            return str(error)
        if source is not None:
            return source
    return f"{names[0]} cannot be read; check the name in \\input"


def _inputs(current: Scan) -> Iterator[tuple[tuple[str, ...], int]]:
    """For each input command the names TeX would try, relative to the root's directory, and its place."""
    here = posixpath.dirname(current.source.path)
    for match in _INPUT.finditer(current.code, 0, current.body.end):
        name = _named_file(match)
        if not name or "#" in name or "\\" in name or name.endswith(_NOT_TEXT) or current.is_escaped(match.start()):
            continue
        # Beside the file itself: where \subimport looks, and what import and subfiles add for the files they read.
        own = match["command"] in ("subimport", "subinputfrom", "subincludefrom")
        wholes = dict.fromkeys(
            posixpath.normpath(posixpath.join(base, name)) for base in ((here, "") if own else ("", here))
        )
        names = [(whole,) if whole.endswith(_TEX_SUFFIXES) else (f"{whole}.tex", whole) for whole in wholes]
        yield tuple(each for pair in names for each in pair), match.start()


def _named_file(match: re.Match[str]) -> str:
    first, second = (match["first"] or "").strip(), (match["second"] or "").strip()
    if match["command"] in _TWO_ARGUMENTS:
        return posixpath.join(first, second) if second else ""
    return (match["bare"] or first).strip().strip('"') if match["command"] == "input" or first else ""


def _bibliographies(current: Scan) -> Iterator[str]:
    for match in _BIBLIOGRAPHY.finditer(current.code, 0, current.body.end):
        for name in match["names"].split(","):
            path = name.strip().strip('"')
            if path and "\\" not in path and "#" not in path and "://" not in path:
                yield posixpath.normpath(path if path.endswith(".bib") else f"{path}.bib")


def is_root(source: SourceText) -> bool:
    """Whether a file starts a document of its own (a subfile belongs to another)."""
    if "\\documentclass" not in source.text:
        return False  # most files of a repository: not worth a scan
    match = _DOCUMENT_CLASS.search(scan(source).code)
    return match is not None and (match["name"] or "").strip() not in _PARTS


def named_root(source: SourceText) -> str | None:
    """The root that a magic comment in the first lines, or a subfile, names, relative to the file's own directory."""
    match = _ROOT_COMMENT.search(source.text, 0, 2000)
    if match:
        return match["root"].strip().strip('"')
    if "{subfiles}" not in source.text:
        return None
    parent = _DOCUMENT_CLASS.search(scan(source).code)
    if parent is None or (parent["name"] or "").strip() != "subfiles" or not (parent["options"] or "").strip():
        return None
    name = parent["options"].strip()
    return name if name.endswith(_TEX_SUFFIXES) else f"{name}.tex"


def roots_of(path: str, candidates: Iterable[str], read: Reader) -> tuple[str, ...]:
    """The roots among the candidates whose documents hold the file, in the order given."""
    source = read(path)
    if source is None:
        return ()
    named = named_root(source)
    if named is not None:
        root = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
        if read(root) is not None:
            return (root,)
    if is_root(source):
        return (path,)
    holders = []
    for candidate in candidates:
        text = read(candidate)
        if text is not None and is_root(text):
            project = read_project(posixpath.basename(candidate), _rebased(candidate, read))
            here = posixpath.dirname(candidate)
            if any(posixpath.normpath(posixpath.join(here, file.path)) == path for file in project.files):
                holders.append(candidate)
    return tuple(holders)


def _rebased(root: str, read: Reader) -> Reader:
    """A reader for paths relative to the root's directory, over one for paths relative to the repository."""
    here = posixpath.dirname(root)

    def rebased(name: str) -> SourceText | None:
        source = read(posixpath.normpath(posixpath.join(here, name)))
        return None if source is None else replace(source, path=name)

    return rebased
