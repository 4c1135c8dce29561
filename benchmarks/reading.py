"""How well and how fast papers are read: ``python benchmarks/reading.py papers.json FOLDER [FOLDER ...]``.

``papers.json`` lists papers (``repo``, ``main_tex``, ``counts``); a FOLDER holds them as OWNER+NAME. Prints what was
lost (nothing), what was found against the counts of a simple extractor, speed against pylatexenc and bibtexparser on
the same files in the same run, and whether time grows with the size alone. CPU seconds, the best of three runs.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lossless import faults

from texscholar.bibtex import Bibliography, read_bibliography
from texscholar.errors import TexscholarError
from texscholar.latex import Project, TexFile, find_citations, find_wrappers, read_project, scan
from texscholar.latex.prose import read_prose
from texscholar.latex.sentences import split_sentences
from texscholar.source import SourceText, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TEX = (".tex", ".ltx", ".Rnw", ".sty", ".cls")
SLOW_PEER = 3_000_000  # characters for pylatexenc, which reads about a quarter of a million a second


def cpu(work: Callable[[], object], times: int = 3) -> float:
    """The least CPU seconds that one of several runs took."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


@dataclass(frozen=True)
class Paper:
    """A paper on the disk; its files are read once."""

    name: str
    main: Path
    counts: dict[str, int]
    sources: dict[str, SourceText | None]

    def read(self, path: str) -> SourceText | None:
        if path not in self.sources:
            file = self.main.parent / path
            self.sources[path] = decode(file.read_bytes(), path) if file.is_file() else None
        return self.sources[path]

    @property
    def project(self) -> Project:
        return read_project(self.main.name, self.read)


def papers(listing: Path, folders: Sequence[Path]) -> Iterator[Paper]:
    """The papers of a listing that lie in one of the folders."""
    described: list[dict[str, Any]] = json.loads(listing.read_text("utf-8"))
    for each in described:
        mains = (folder / each["repo"].replace("/", "+") / each["main_tex"] for folder in folders)
        main = next((main for main in mains if main.is_file()), None)
        if main is not None:
            yield Paper(each["repo"], main, each["counts"], {})


def lossless(folders: Sequence[Path]) -> None:
    """Every TeX and BibTeX file in the folders, those of no paper too."""
    print("\n## Lossless\n\n| | files | MB | failures |\n|---|---:|---:|---:|")
    for label, suffixes in (("TeX (.tex .ltx .Rnw .sty .cls)", TEX), ("BibTeX (.bib)", (".bib",))):
        files = size = failures = 0
        for path in sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in suffixes):
            data = path.read_bytes()
            try:
                wrong = list(faults(decode(data, path.name), data))
            except TexscholarError as error:
                wrong = [str(error)]
            files, size, failures = files + 1, size + len(data), failures + bool(wrong)
            for fault in wrong[:1]:
                print(f"{path}: {fault}", file=sys.stderr)
        print(f"| {label} | {files} | {size / 1e6:.1f} | {failures} |")


def completeness(found: Sequence[Paper]) -> None:
    """Sentences, citing sentences and keys of each paper, and what a simple extractor counted."""
    print("\n## Found against counted\n")
    print(
        "| paper | files | sentences | counted | citing | counted | keys | counted | defined |\n|---"
        + "|---:" * 8
        + "|"
    )
    for paper in found:
        project = paper.project
        sentences = [(file, each) for file in project.files for each in file.sentences]
        prose = [each for each in sentences if each[1].kind != "footnote"]
        citing = sum(bool(file.citations_in(each.span)) for file, each in prose)
        keys = {key.key for file in project.files for cite in file.citations for key in cite.keys}
        bibs, biblatex = _bibliographies(paper, project), project.system == "biblatex"
        defined = sum(any(bib.defines(key, biblatex=biblatex) for bib in bibs) for key in keys)
        counts = paper.counts
        here = (len(project.files), len(prose), counts["sentences"], citing, counts["citing_sentences"])
        row = (*here, len(keys), counts["cited_keys"], defined)
        print(f"| {paper.name} | " + " | ".join(map(str, row)) + " |")


def _bibliographies(paper: Paper, project: Project) -> list[Bibliography]:
    sources = (paper.read(path) for path in project.bibliographies)
    return [read_bibliography(source) for source in sources if source is not None]


def speed(found: Sequence[Paper]) -> None:
    """MB of the files a second, ours and the peers'."""
    import bibtexparser  # noqa: PLC0415 - the peer
    from pylatexenc.latexwalker import LatexWalker  # noqa: PLC0415 - the peer

    projects = [(paper, paper.project) for paper in found]
    sources = [file.source for _, project in projects for file in project.files]
    bibs = [source for paper, each in projects for path in each.bibliographies if (source := paper.read(path))]
    tex, bib = _size(sources), _size(bibs)
    some: list[SourceText] = []
    for source in sources:
        if _size([*some, source]) * 1e6 <= SLOW_PEER:
            some.append(source)
    ours = cpu(lambda: [scan(source) for source in some])
    peer = cpu(lambda: [LatexWalker(source.text).get_latex_nodes() for source in some], times=1)
    print(f"\n## Speed\n\n{len(sources)} TeX files, {tex:.1f} MB; {len(bibs)} .bib files, {bib:.1f} MB\n")
    print("| | MB/s | against the peer |\n|---|---:|---:|")
    print(f"| scanner, {_size(some):.1f} MB | {_size(some) / ours:.1f} | {peer / ours:.0f} x pylatexenc |")
    whole = cpu(lambda: [scan(source) for source in sources])
    print(f"| scanner, all | {tex / whole:.1f} | |")
    entries = cpu(lambda: [[entry.fields for entry in read_bibliography(each).entries] for each in bibs])
    parsed = cpu(lambda: [bibtexparser.parse_string(each.text) for each in bibs], times=1)
    print(f"| entries with all fields | {bib / entries:.1f} | {parsed / entries:.1f} x bibtexparser |")
    model = cpu(lambda: list(map(_model, found)))
    print(f"| full model: sentences, citations, entries with fields | {(tex + bib) / model:.1f} | |")
    largest = max(found, key=lambda paper: _size([file.source for file in paper.project.files]))
    size = _size([file.source for file in largest.project.files])
    print(f"| the same without a .bib, {largest.name} | {size / cpu(lambda: _texts(largest.project)):.1f} | |")


def _size(sources: Sequence[SourceText]) -> float:
    return sum(len(source.encode()) for source in sources) / 1e6


def _texts(project: Project) -> None:
    for file in project.files:
        _ = file.sentences, file.citations


def _model(paper: Paper) -> None:
    project = paper.project
    _texts(project)
    for bibliography in _bibliographies(paper, project):
        _ = [entry.fields for entry in bibliography.entries]


def growth(found: Sequence[Paper]) -> None:
    """Whether time is linear in the size, for real text and for what breaks other readers."""
    megabyte = ""
    for source in (file.source for paper in found for file in paper.project.files if not file.scan.is_root):
        megabyte += source.text.replace("\\endinput", "") + "\n\n"
        if len(megabyte) > 1_000_000:
            break
    megabyte = megabyte[:1_000_000]
    print("\n## Growth\n\n| text | MB | scanner, MB/s | all of the model, MB/s |\n|---|---:|---:|---:|")
    for times in (1, 2, 4, 8, 16, 32, 64):
        _growth_row("papers, end to end", "\n".join([megabyte] * times))
    words = "words, $x_1$ and \\cite{key}, more words; "
    for label, text in (
        ("100,000 nested braces", "{" * 100_000 + "x" + "}" * 100_000),
        ("100,000 braces never closed", "\\emph{" * 100_000),
        ("100,000 brackets never closed", "\\item[" * 100_000),
        ("100,000 formulas never closed", "\\[ x " * 100_000),
        ("100,000 environments never closed", "\\begin{equation} x " * 100_000),
        ("1,000,000 backslashes", "\\" * 1_000_000),
        ("1,000,000 dollars", "$" * 1_000_000),
        ("one line of 50 MB", words * (50_000_000 // len(words))),
        ("50 MB of blank lines", "\n" * 50_000_000),
    ):
        _growth_row(label, text)


def _growth_row(label: str, text: str) -> None:
    source = SourceText("input.tex", text)
    scanned = cpu(lambda: scan(source), times=1)

    def read() -> None:
        live = scan(source)
        file = TexFile(live, find_wrappers(live))
        find_citations(live, file.wrappers)
        split_sentences(live, read_prose(live, file.wrappers), file.section_path)

    whole = cpu(read, times=1)
    size = len(text) / 1e6
    print(f"| {label} | {size:.1f} | {size / scanned:.1f} | {size / whole:.1f} |", flush=True)


def main() -> None:
    """All of it."""
    listing, *folders = (Path(name) for name in sys.argv[1:])
    found = list(papers(listing, folders))
    print(f"{platform.machine()}, Python {platform.python_version()}, {time.strftime('%Y-%m-%d')}, {len(found)} papers")
    lossless(folders)
    completeness(found)
    speed(found)
    growth(found)


if __name__ == "__main__":
    main()
