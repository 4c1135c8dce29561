"""Related-work sections of finished papers, taken out: what the benchmark and the fitting of plans share."""

from __future__ import annotations

import random
import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from texscholar.bibtex import entry_work, identities, read_bibliography
from texscholar.evaluate.hiding import edited
from texscholar.latex import read_project
from texscholar.pipeline import Paper
from texscholar.related_work.topic import read_topic, says_something
from texscholar.source import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from texscholar.bibtex import Bibliography, Work
    from texscholar.latex import Marker, Project, TexFile
    from texscholar.recommend import Candidature
    from texscholar.source import SourceText

    Read = Callable[[str], SourceText | None]

HEADING = re.compile(
    r"\b(?:related|prior|previous|earlier|existing)\s+(?:works?|literature|research|studies|approaches)\b"
    r"|\bliterature\s+(?:review|survey|overview)\b|\breview\s+of\s+(?:the\s+)?(?:related\s+)?literature\b"
    r"|\bstate[\s-]of[\s-]the[\s-]art\b|stand der (?:technik|forschung)|verwandte arbeiten|[ée]tat de l.art"
    r"|travaux connexes|(?:trabajos?|trabalhos?)\s+(?:relacionad|correlat|previo)|estado d[ae]l? arte"
    r"|revis[ãa]o (?:da literatura|bibliogr)|研究现状|相关工作|文献综述|関連研究|先行研究|관련\s*연구|선행\s*연구",
    re.IGNORECASE,
)
"""A heading that announces what others did."""

LEAST_CITED, LEAST_DENSE, LONGEST = 3, 0.35, 100
"""Works that a section with a telling heading cites, share of its sentences that cite, characters of the heading."""

_STOPS = re.compile(
    r"\\(?:bibliography|printbibliography|appendix|backmatter|end\s*\{document\}|begin\s*\{(?:thebibliography|appendi)"
    r"|bibliographystyle|acknowledg|section\*?\s*\{\s*acknowledg)(?![a-z])",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\\(begin|end)\s*\{([^{}]*)\}")


@dataclass(frozen=True)
class Case:
    """A paper with one section's text replaced by a marker.

    ``wanted``: key to work of what the section cited and a bibliography defines.
    ``new``: the file that held it. ``removed``: keys that nothing cites any more.
    """

    name: str
    heading: str
    paper: Paper
    marker: Marker
    file: TexFile
    wanted: Mapping[str, Work]
    new: SourceText
    removed: frozenset[str]

    @cached_property
    def wanted_names(self) -> frozenset[str]:
        return frozenset(name for work in self.wanted.values() for name in identities(work))


def bibliographies_of(project: Project, read: Read) -> tuple[Bibliography, ...]:
    """Those that can be read."""
    sources = (read(path) for path in project.bibliographies)
    return tuple(read_bibliography(source) for source in sources if source is not None)


def cases(name: str, root: str, read: Read) -> Iterator[Case]:
    """Every section whose heading fits, with at least one work cited in it; what lies within one is no other case."""
    project = read_project(root, read)
    bibliographies = bibliographies_of(project, read)
    works = {e.key: entry_work(e, bib) for bib in reversed(bibliographies) for e in reversed(bib.entries)}
    whole = _cited(project)
    for file in project.files:
        covered = -1
        for heading in file.headings:
            if heading.span.start < covered:
                continue
            if not HEADING.search(heading.title):
                continue
            span = section_span(file, heading.span.end, heading.level)
            covered = span.end
            text = f"\n% TODO related-work: {' '.join(heading.title.split())}\n\n"
            new = edited(file.source, [Edit(span, text)])
            drafted = read_project(root, lambda path, new=new: new if path == new.path else read(path))
            held = drafted.file(file.path)
            marker = next((m for m in held.markers if m.span.start >= span.start), None) if held else None
            if marker is None:
                continue
            kept = frozenset(each.path for each in drafted.files)
            gone = [each for each in project.files if each.path not in kept]
            cited = [key for cite in file.citations_in(span) if not cite.is_silent for key in cite.cited]
            cited += [key for each in gone for cite in each.citations if not cite.is_silent for key in cite.cited]
            wanted = {key: works[key] for key in dict.fromkeys(cited) if key in works}
            if wanted:
                paper = Paper(drafted, bibliographies)
                yield Case(name, heading.title, paper, marker, held, wanted, new, whole - _cited(drafted))


@dataclass(frozen=True)
class _Telling:
    """A section whose heading names a subject, and what it cites."""

    file: TexFile
    span: Span
    title: str
    wanted: Mapping[str, Work]


def topic_cases(name: str, root: str, read: Read, most: int) -> Iterator[Case]:
    """Sections without subsections that are about literature and whose heading says which, ``most`` of a paper drawn.

    In half of the papers, by the hash of their names, all of them are replaced at once, as in a draft in which several
    are to be written; in the others one at a time.
    """
    project = read_project(root, read)
    bibliographies = bibliographies_of(project, read)
    found = [*_telling(project, bibliographies)]
    random.Random(zlib.crc32(name.encode())).shuffle(found)
    whole, found = _cited(project), found[:most]
    together = zlib.crc32(f"{name}x".encode()) % 2 == 0
    for group in [found] if together else [[each] for each in found]:
        edits: dict[str, list[Edit]] = {}
        for each in group:
            edits.setdefault(each.file.path, []).append(Edit(each.span, f"\n% TODO related-work: {each.title}\n\n"))
        news = {each.file.path: edited(each.file.source, sorted(edits[each.file.path])) for each in group}
        drafted = read_project(root, lambda path, news=news: news.get(path) or read(path))
        for each in group:
            held = drafted.file(each.file.path)
            marker = next((m for m in held.markers if m.topic == each.title), None) if held else None
            if marker is not None and held is not None:
                removed = whole - _cited(drafted)
                paper = Paper(drafted, bibliographies)
                yield Case(name, each.title, paper, marker, held, each.wanted, news[each.file.path], removed)


def _telling(project: Project, bibliographies: tuple[Bibliography, ...]) -> Iterator[_Telling]:
    works = {e.key: entry_work(e, bib) for bib in reversed(bibliographies) for e in reversed(bib.entries)}
    for file in project.files:
        for heading in file.headings:
            title = " ".join(heading.title.split())
            span = section_span(file, heading.span.end, heading.level)
            if any(span.contains(other.span) for other in file.headings) or not _names_subject(title):
                continue
            sentences = [each for each in file.sentences if span.contains(each.span)]
            citing = sum(bool(file.citations_in(each.span)) for each in sentences)
            cited = [key for cite in file.citations_in(span) if not cite.is_silent for key in cite.cited]
            wanted = {key: works[key] for key in dict.fromkeys(cited) if key in works}
            if len(wanted) >= LEAST_CITED and citing >= LEAST_DENSE * len(sentences):
                yield _Telling(file, span, title, wanted)


def _names_subject(title: str) -> bool:
    return (
        len(title) <= LONGEST
        and says_something(title)
        and not HEADING.search(title)
        and bool(read_topic(title).subjects)
    )


def _cited(project: Project) -> frozenset[str]:
    return frozenset(key for file in project.files for cite in file.citations for key in cite.cited)


def section_span(file: TexFile, start: int, level: int) -> Span:
    """From the end of a heading to the next one of its level, to what ends the text, or to the end of the group."""
    after = (h.span.start for h in file.headings if h.span.start >= start and h.level <= level)
    end = next(after, file.scan.body.end)
    code = file.scan.code
    stop = _STOPS.search(code, start, end)
    end = stop.start() if stop else end
    opened: list[str] = []
    for match in _GROUP.finditer(code, start, end):
        if match[1] == "begin":
            opened.append(match[2])
        elif opened:
            opened.pop()
        else:
            return Span(start, match.start())
    return Span(start, end)


def without_removed(case: Case) -> tuple[tuple[Bibliography, ...], Mapping[str, Work]]:
    """The bibliographies without the works that only the section cited, and these works by key."""
    gone = {key: work for key, work in case.wanted.items() if key in case.removed}
    return tuple(_without(bib, gone) for bib in case.paper.bibliographies), gone


def _without(bibliography: Bibliography, gone: Mapping[str, Work]) -> Bibliography:
    spans = [entry.span for entry in bibliography.entries if entry.key in gone]
    return read_bibliography(edited(bibliography.source, [Edit(span, "") for span in spans]))


def is_wanted(work: Candidature, case: Case) -> bool:
    """Whether the section cited a work, under whatever key."""
    if work.is_own and work.key in case.wanted:
        return True
    return not case.wanted_names.isdisjoint(identities(work.work)) or (not work.is_own and work.record in case.wanted)
