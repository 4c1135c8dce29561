"""Plans of related-work sections against what their authors cited, and whether every draft compiles.

    python benchmarks/related_work.py measure --papers papers.json --folder FOLDER [--folder FOLDER] --library NAME
    python benchmarks/related_work.py compile --papers papers.json --folder FOLDER [--folder FOLDER] --library NAME

The text of a related-work section, subsections and all, gives way to a marker that has its heading as topic; the rest
of the paper stays. ``closed``: the paper's own bibliography keeps all entries, the library is a distraction. ``open``:
works that only this section cites leave the bibliography and wait in the library. No model is asked.

The peers take as many works from the same pool: plain BM25 for the heading, plain BM25 for title and abstract of the
paper, and all entries that nothing else in the paper cites, however many they are.

With ``--topics`` instead of the sections called "Related work" up to four of each of the papers that are about
literature and whose heading tells the topic (see ``topic_cases``).

``compile`` applies each draft to a copy of the paper in a temporary folder and runs latexmk there with the paper's own
engine, no shell escape, no configuration of the paper's own, a dot in place of each missing figure. It counts citations
that are undefined now and were not in the paper without its section, and what BibTeX or biber say of added entries.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))

import reading
from related_work_cases import Case, cases, is_wanted, topic_cases, without_removed

from texscholar.bibtex import identities
from texscholar.evaluate import Waiting
from texscholar.evaluate.bm25 import counted, of_documents
from texscholar.library import library_for
from texscholar.pipeline import Job, Outcome, run
from texscholar.recommend import Candidature, Evidence
from texscholar.recommend.evidence import content_terms
from texscholar.source import apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.evaluate.peers import Collection
    from texscholar.suggest import Suggestion

MODES = ("closed", "open")
PEERS = ("BM25, heading", "BM25, title and abstract", "all uncited entries")
TOPICS_OF_A_PAPER = 4
HITS = 200  # of a library, in its own order, that BM25 ranks again among the paper's own
FIGURE = re.compile(r"\\includegraphics\s*\*?\s*(?:\[[^\]]*\])?\s*\{([^{}]+)\}")
PICTURES = (".png", ".jpg", ".jpeg", ".pdf")
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
UNICODE = re.compile(
    r"\\(?:usepackage|RequirePackage)[^{}]*\{[^{}]*(?:fontspec|xeCJK|ctex|polyglossia|xltxtra)|\\documentclass[^{}]*\{ctex|!TEX\s+program\s*=\s*xelatex",
    re.IGNORECASE,
)
LUA = re.compile(r"\{lua(?:tex|textra|code|texja)[^{}]*\}|!TEX\s+program\s*=\s*lualatex", re.IGNORECASE)


@dataclass(frozen=True)
class Score:
    """How many works were taken, how many of these the author cited, and how many the author cited in all."""

    taken: int
    right: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.taken if self.taken else 0.0

    @property
    def recall(self) -> float:
        return min(1.0, self.right / self.wanted)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def found_cases(options: argparse.Namespace) -> Iterator[Case]:
    """The sections of the papers that are listed with some, or those of all papers whose heading tells the topic."""
    if options.topics:
        for paper in reading.papers(options.papers, options.folder):
            if options.only in paper.name:
                yield from topic_cases(paper.name, paper.main.name, paper.read, TOPICS_OF_A_PAPER)
        return
    listed = {
        each["repo"] for each in json.loads(options.papers.read_text("utf-8")) if each.get("related_work_sections")
    }
    for paper in reading.papers(options.papers, options.folder):
        if paper.name in listed and options.only in paper.name:
            yield from cases(paper.name, paper.main.name, paper.read)


def drawn(case: Case, mode: str, library: Collection) -> tuple[Case, Collection]:
    """A section as a mode has it, and the library that is asked."""
    if mode == MODES[0]:
        return case, library
    bibliographies, gone = without_removed(case)
    return replace(case, paper=replace(case.paper, bibliographies=bibliographies)), Waiting(gone, (library,))


def filled(case: Case, shelf: Collection) -> tuple[Outcome, Suggestion | None, float]:
    """What ``texscholar fill --only related-work`` proposes, and the seconds it took."""
    start = time.perf_counter()
    outcome = run(case.paper, (shelf,), None, Job(only=frozenset({"related-work"})), lambda path: path)
    seconds = time.perf_counter() - start
    here = (s for s in outcome.suggestions if s.source.path == case.file.path and s.span == case.marker.span)
    return outcome, next(here, None), seconds


def score(case: Case, works: Sequence[Candidature]) -> Score:
    right = sum(is_wanted(work, case) for work in works)
    return Score(len(works), right, len(case.wanted))


def about(evidence: Evidence) -> str:
    """The paper's title and abstract."""
    abstract = (locus.sentence.text for locus in evidence.loci if locus.sentence.kind == "abstract")
    return " ".join((evidence.title, *abstract))


def by_bm25(query: str, number: int, evidence: Evidence, shelf: Collection) -> list[Candidature]:
    """The first so many of the paper's own works and the library's by plain BM25 over titles, venues and keywords."""
    own = [work for work in evidence.own if work.position in evidence.citable]
    hits = [evidence.foreign(shelf.name, hit.record) for hit in shelf.search(query, HITS)]
    works = [*own, *(work for names, work in hits if names.isdisjoint(evidence.own_identities))]
    documents = [counted(content_terms(f"{work.work.title} {work.work.venue}")) for work in works]
    collection = of_documents(documents[: len(own)], len(shelf), shelf.document_frequency)
    asked = counted(content_terms(query))
    scores = [collection.score(asked, document) for document in documents]
    order = sorted((at for at, value in enumerate(scores) if value > 0), key=lambda at: (-scores[at], at))
    taken: list[Candidature] = []
    seen: set[str] = set()
    for work in (works[at] for at in order):
        names = identities(work.work)
        if names.isdisjoint(seen) and len(taken) < number:
            taken.append(work)
        seen |= names
    return taken


def measure(options: argparse.Namespace) -> None:
    """A table a mode: a row a section, and all of them."""
    library = library_for(options.library, Path())
    for mode in MODES:
        print(f"\n### {mode}\n")
        head("paper", "cited", "taken", "of library", "precision", "recall", "F1", *(f"F1 of {p}" for p in PEERS), "s")
        rows: list[list[Score]] = []
        for whole in found_cases(options):
            case, shelf = drawn(whole, mode, library)
            _, suggestion, seconds = filled(case, shelf)
            works = [proposal.candidate.work for proposal in suggestion.proposals] if suggestion else []
            evidence = Evidence(case.paper.project, case.paper.bibliographies)
            uncited = [work for work in evidence.own if not evidence.uses[work.position]]
            peers = [by_bm25(query, len(works), evidence, shelf) for query in (case.heading, about(evidence))]
            scores = [score(case, each) for each in (works, *peers, uncited)]
            ours = scores[0]
            rows.append(scores)
            counts = (ours.wanted, ours.taken, sum(not work.is_own for work in works))
            values = (ours.precision, ours.recall, *(each.f1 for each in scores))
            row(f"{case.name}, {case.heading}", *counts, *(f"{value:.2f}" for value in values), f"{seconds:.1f}")
        totals(rows)


def totals(rows: Sequence[Sequence[Score]]) -> None:
    """The mean over sections, and all sections as one."""
    print()
    head("", "precision", "recall", "F1, mean", "F1 of all works as one")
    for label, column in zip(("texscholar", *PEERS), zip(*rows, strict=True), strict=True):
        one = Score(sum(s.taken for s in column), sum(s.right for s in column), sum(s.wanted for s in column))
        means = [fmean(getattr(s, name) for s in column) for name in ("precision", "recall", "f1")]
        row(label, *(f"{value:.3f}" for value in (*means, one.f1)))


def head(*names: str) -> None:
    row(*names)
    print("|---|" + "---:|" * (len(names) - 1))


def row(*cells: object) -> None:
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


# -- compiling


@dataclass(frozen=True)
class Built:
    """What came of a paper: undefined keys, complaints of BibTeX or biber, and why there is no PDF."""

    undefined: frozenset[str]
    complaints: frozenset[str]
    failure: str


def build(folder: Path, main: str, seconds: int) -> Built:
    """Run latexmk on a paper in a folder of its own."""
    root = folder / main
    sources = (path for suffix in ("tex", "sty", "cls") for path in root.parent.rglob(f"*.{suffix}"))
    text = "".join(re.sub(r"(?<!\\)%(?!\s*!TEX).*", "", read(path)) for path in sources)
    engine = "-lualatex" if LUA.search(text) else "-xelatex" if UNICODE.search(text) else "-pdf"
    options = ["-interaction=nonstopmode", "-no-shell-escape"]
    latexmk = ["latexmk", "-norc", engine, "-f", "-g", options[0], f"-latexoption={options[1]}", root.name]
    # A missing figure ends latexmk before the run that reads what BibTeX wrote.
    once_more = [engine.removeprefix("-").replace("pdf", "pdflatex"), *options, root.name]
    environment = {**os.environ, "max_print_line": "10000"}
    try:
        for command in (latexmk, once_more, once_more):
            subprocess.run(
                command,
                cwd=root.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=seconds,
            )
            if "Output written on" not in read(root.with_suffix(".log")):
                break
    except subprocess.TimeoutExpired:
        return Built(frozenset(), frozenset(), f"more than {seconds} s")
    log = read(root.with_suffix(".log"))
    told = read(root.with_suffix(".blg"))
    if "Output written on" not in log:
        errors = re.findall(r"^! (.*)$", log, re.MULTILINE)
        return Built(frozenset(), frozenset(), errors[0] if errors else "no log")
    undefined = re.findall(r"Citation [`']([^']+)'(?: on page \S+)? undefined", log)
    complaints = re.findall(
        r"^(?:Warning--.*|.*---line \d+ of file.*|I couldn't.*|I found no.*|.*\b(?:ERROR|WARN) - .*)$",
        told,
        re.MULTILINE,
    )
    return Built(frozenset(undefined), frozenset(re.sub(r"^\[\d+\] \S+ ", "", each) for each in complaints), "")


def lend_figures(copy: Path, top: Path) -> None:
    """A dot for every figure that the sources name and that does not lie beside the root file."""
    for path in copy.rglob("*.tex"):
        for name in FIGURE.findall(read(path)):
            wanted = top / name.strip().strip('"')
            beside = [*wanted.parent.glob(f"{wanted.name}*")] if wanted.parent.is_dir() else []
            if beside or "#" in name or "\\" in name or not wanted.resolve().is_relative_to(copy.resolve()):
                continue
            wanted.parent.mkdir(parents=True, exist_ok=True)
            # pdfTeX knows a picture by its first bytes, whatever its name.
            (wanted if wanted.suffix in PICTURES else wanted.with_name(f"{wanted.name}.png")).write_bytes(DOT)


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace") if path.is_file() else ""


def compile_all(options: argparse.Namespace) -> None:
    """A line a section and mode."""
    library = library_for(options.library, Path())
    mains = {paper.name: paper.main for paper in reading.papers(options.papers, options.folder)}
    head("paper", "way", "works", "added entries", "undefined, new", "unknown keys", "complaints", "not built")
    failed: defaultdict[str, str] = defaultdict(str)
    for whole in found_cases(options):
        for mode in MODES:
            case, shelf = drawn(whole, mode, library)
            if failed[case.name]:
                continue
            outcome, suggestion, _ = filled(case, shelf)
            if suggestion is None:
                continue
            place = home(mains[case.name], options.folder)
            after = built(case, outcome, place, mains[case.name], options.seconds)
            before = Built(frozenset(), frozenset(), "")
            if after.undefined or after.complaints:
                before = built(case, None, place, mains[case.name], options.seconds)
            known = {key for bib in case.paper.bibliographies for key in bib.keys} | {e.key for e in suggestion.entries}
            unknown = {proposal.key for proposal in suggestion.proposals} - known
            failed[case.name] = after.failure
            added = [entry.key for entry in suggestion.entries]
            told = [each for each in sorted(after.complaints - before.complaints) if is_ours(each, added)]
            counts = (len(suggestion.proposals), len(added))
            new = sorted(after.undefined - before.undefined)
            cells = (*counts, ", ".join(new) or 0, len(unknown), "; ".join(told) or 0, after.failure)
            row(f"{case.name}, {case.heading}", mode, *cells)


def is_ours(complaint: str, added: Sequence[str]) -> bool:
    """Whether a complaint is an error, or a warning about an added entry: not one about an entry that was there."""
    is_warning = complaint.startswith("Warning--") or "WARN - " in complaint
    return not is_warning or any(re.search(rf"(?<!\w){re.escape(key)}(?!\w)", complaint) for key in added)


def home(main: Path, folders: Sequence[Path]) -> Path:
    """The folder of a paper's repository."""
    folder = next(folder for folder in folders if main.is_relative_to(folder))
    return folder / main.relative_to(folder).parts[0]


def built(case: Case, outcome: Outcome | None, place: Path, main: Path, seconds: int) -> Built:
    """Build a copy of a paper without its section, or with what was proposed for it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "paper"
        shutil.copytree(place, copy, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        top = copy / main.relative_to(place).parent
        sources = {case.new.path: case.new, **{bib.source.path: bib.source for bib in case.paper.bibliographies}}
        for path, source in sources.items():
            (top / path).write_bytes(source.encode())
        for change in outcome.changes if outcome else ():
            (top / change.source.path).write_bytes(change.source.encode(apply_edits(change.source.text, change.edits)))
        lend_figures(copy, top)
        for stale in top.glob("*.bbl"):
            stale.unlink()
        return build(top, main.name, seconds)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, work in (("measure", measure), ("compile", compile_all)):
        command = commands.add_parser(name)
        command.add_argument("--papers", type=Path, required=True)
        command.add_argument("--folder", type=Path, action="append", required=True)
        command.add_argument("--library", required=True)
        command.add_argument("--topics", action="store_true")
        command.add_argument("--seconds", type=int, default=400, help="for one run of a program")
        command.add_argument("--only", default="", help="papers whose name holds this")
        command.set_defaults(run=work)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
