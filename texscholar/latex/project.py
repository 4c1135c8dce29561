"""A paper: its root file, the files it inputs in the order of the document, and the bibliographies it names."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left, bisect_right
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from texscholar.errors import Skipped, TexscholarError
from texscholar.latex.bibitems import bibitem_keys, compiled_keys, entry_keys
from texscholar.latex.blocks import find_blocks
from texscholar.latex.citations import (
    bibliography_system,
    find_citations,
    learn_cite_style,
)
from texscholar.latex.cite_macros import find_wrappers
from texscholar.latex.language import declared_language, language_of
from texscholar.latex.macros import NO_MATH_MACROS, MathMacros, find_math_macros, find_verbatim
from texscholar.latex.markers import (
    find_markers,
    find_placeholders,
    find_suppressions,
)
from texscholar.latex.prose import read_prose
from texscholar.latex.scan import NOTHING_MORE, scan
from texscholar.latex.sentences import split_sentences
from texscholar.latex.spoken import SILENT, Spoken, find_spoken
from texscholar.latex.tree import read_tree
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from texscholar.latex.blocks import Block
    from texscholar.latex.citations import Citation, CiteStyle
    from texscholar.latex.cite_commands import CiteForm
    from texscholar.latex.markers import Marker, Placeholder, Suppression
    from texscholar.latex.missing import MissingInput
    from texscholar.latex.prose import Heading, Prose
    from texscholar.latex.scan import Scan
    from texscholar.latex.sentences import Sentence
    from texscholar.latex.tree import Reader
    from texscholar.source import SourceText


_LOADS = re.compile(
    r"\\(?P<command>usepackage|RequirePackage|documentclass|LoadClass)(?:WithOptions)?\s*+(?:\[[^\]]{0,2000}\]\s*+)?"
    r"\{(?P<names>[^{}\\]{1,2000})\}"
)


@dataclass(frozen=True)
class TexFile:
    """One source of a paper with all that is found in it; each part is worked out when it is first asked for.

    ``kind`` is that of the place where it is input: ``abstract`` for one that an abstract environment inputs.
    """

    scan: Scan
    wrappers: Mapping[str, CiteForm]
    kind: str = "prose"
    language: str = ""
    math: MathMacros = NO_MATH_MACROS
    spoken: Spoken = SILENT
    input_by: TexFile | None = field(default=None, repr=False, compare=False)
    input_at: int = -1

    @property
    def source(self) -> SourceText:
        return self.scan.source

    @property
    def path(self) -> str:
        return self.scan.source.path

    @cached_property
    def prose(self) -> Prose:
        return read_prose(self.scan, self.wrappers, self.math)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return split_sentences(self.scan, self.prose, self.section_path, self.kind, self.language, spoken=self.spoken)

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        return find_citations(self.scan, self.wrappers)

    @cached_property
    def markers(self) -> tuple[Marker, ...]:
        return find_markers(self.scan)

    @cached_property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return find_placeholders(self.scan, self.prose, self.citations, self.wrappers)

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
    def outer_headings(self) -> tuple[Heading, ...]:
        """The headings under which the file is input, outermost first; those of the files that input it are asked."""
        above = []
        file = self.input_by
        while file is not None and "outer_headings" not in vars(file):
            above.append(file)
            file = file.input_by
        for each in reversed(above):  # from the root down, so that no depth of files is too deep
            _ = each.outer_headings
        return self.input_by.headings_at(self.input_at) if self.input_by else ()

    def headings_at(self, offset: int) -> tuple[Heading, ...]:
        """The headings an offset stands under, outermost first, at any depth of input."""
        return self._heading_paths[self._number_of_headings(offset)]

    def section_path(self, offset: int) -> tuple[str, ...]:
        """The titles of these headings."""
        return self._section_paths[self._number_of_headings(offset)]

    def _number_of_headings(self, offset: int) -> int:
        return bisect_right(self._heading_starts, offset)

    @cached_property
    def _heading_starts(self) -> tuple[int, ...]:
        return tuple(heading.span.start for heading in self.headings)

    @cached_property
    def _heading_paths(self) -> tuple[tuple[Heading, ...], ...]:
        """The headings that hold before the first of the file, and from each on."""
        paths = [self.outer_headings]
        for heading in self.headings:
            paths.append((*(above for above in paths[-1] if above.level < heading.level), heading))
        return tuple(paths)

    @cached_property
    def _section_paths(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(heading.title for heading in path) for path in self._heading_paths)

    @cached_property
    def _citation_starts(self) -> tuple[int, ...]:
        return tuple(citation.span.start for citation in self.citations)

    def without(self, spans: Iterable[Span]) -> TexFile:
        """The same file with the code of some spans blanked; every offset stays."""
        code = self.scan.code
        for span in spans:
            code = code[: span.start] + " " * len(span) + code[span.end :]
        return self if code == self.scan.code else replace(self, scan=replace(self.scan, code=code))

    def citations_in(self, span: Span) -> tuple[Citation, ...]:
        """The citations that begin in a span, in order."""
        starts = self._citation_starts
        return self.citations[bisect_left(starts, span.start) : bisect_left(starts, span.end)]


@dataclass(frozen=True)
class Project:
    """A paper.

    ``bibliographies``: paths as its reader knows them, in the order in which they are named.
    ``missing``: inputs that are surely mistakes.
    ``written``: texts of the bibliographies that the paper writes itself.
    ``compiled``: the ``.bbl`` files that it inputs; ``last_compiled``: the one that lies beside its root.
    """

    root: str
    files: tuple[TexFile, ...]
    bibliographies: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    language: str = "en"
    missing: tuple[MissingInput, ...] = ()
    written: tuple[str, ...] = ()
    compiled: tuple[SourceText, ...] = ()
    last_compiled: SourceText | None = None

    @cached_property
    def bibitems(self) -> frozenset[str]:
        """The keys that the paper itself defines: in ``thebibliography``, in what it writes, in a ``.bbl``."""
        found = {key for file in self.files for key in bibitem_keys(file.scan)}
        found |= {key for text in self.written for key in entry_keys(text)}
        return frozenset(found | {key for bbl in self.compiled for key in compiled_keys(bbl)})

    @cached_property
    def compiled_keys(self) -> frozenset[str]:
        """The keys that were defined when the paper was last compiled, as far as that has left a ``.bbl``."""
        return frozenset(compiled_keys(self.last_compiled)) if self.last_compiled else frozenset()

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
    """The paper whose root file is at ``root``; missing and unreadable parts are left out and told.

    Raises:
        TexscholarError: the root itself cannot be read.
    """
    tree = read_tree(root, read)
    scans = {path: part.scan for path, part in tree.parts.items()}
    packages = tuple(_own_packages(root, scans.values(), read))
    _with_own_verbatim(scans, packages)
    wrappers = find_wrappers(*packages, *scans.values())
    math = find_math_macros((*packages, *scans.values()))
    spoken = find_spoken((*packages, *scans.values()))
    preamble = "\n".join(each.code[: each.body.start] for each in scans.values())
    language = language_of(
        declared_language(preamble), (each.code[each.body.start : each.body.end] for each in scans.values())
    )
    files: dict[str, TexFile] = {}
    for path, part in tree.parts.items():
        kind = "abstract" if part.is_abstract else "prose"
        files[path] = TexFile(scans[path], wrappers, kind, language, math, spoken, files.get(part.parent), part.at)
    return Project(
        root,
        tuple(files.values()),
        tree.bibliographies,
        tree.skipped,
        language,
        tree.missing,
        tree.written,
        tree.compiled,
        _last_compiled(root, read),
    )


def _last_compiled(root: str, read: Reader) -> SourceText | None:
    """The ``.bbl`` beside a root, if it can be read."""
    with suppress(TexscholarError):
        return read(f"{posixpath.splitext(root)[0]}.bbl")
    return None


def _own_packages(root: str, scans: Iterable[Scan], read: Reader) -> Iterator[Scan]:
    """The packages and classes beside the root that the paper loads: what they define is its own."""
    here = posixpath.dirname(root)
    loads = (match for each in scans for match in _LOADS.finditer(each.code, 0, each.body.start))
    names = {
        f"{name.strip()}.{'cls' if 'lass' in match['command'] else 'sty'}": None
        for match in loads
        for name in match["names"].split(",")
    }
    for name in names:
        with suppress(TexscholarError):
            source = read(posixpath.join(here, name))
            if source is not None:
                whole = scan(source)
                end = len(source.text)
                yield replace(whole, body=Span(end, end))


def _with_own_verbatim(scans: dict[str, Scan], packages: Iterable[Scan]) -> None:
    """Scans again what holds verbatim text under a name that the paper gave it."""
    own = NOTHING_MORE
    for each in (*packages, *scans.values()):
        own |= find_verbatim(each)
    if own:
        for path, each in scans.items():
            if own.occurs_in(each.source.text):
                again = scan(each.source, own)
                scans[path] = again if len(each.body) else replace(again, body=each.body)
