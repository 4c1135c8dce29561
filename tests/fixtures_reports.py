"""Papers with awkward characters, looked at by the real pipeline, for the tests of the report formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from test_pipeline import Shelf, a_record
from texscholar.bibtex import Work, read_bibliography
from texscholar.errors import Skipped
from texscholar.latex import read_project
from texscholar.pipeline import Job, Paper, run
from texscholar.recommend import RULES, Candidate, Candidature, Finding
from texscholar.report.json_report import RunFacts
from texscholar.report.results import PaperReport
from texscholar.source import Edit, SourceText, Span, decode
from texscholar.suggest import CITATION, FileChange, Fix, Proposal, Suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS = RunFacts("main.tex", None, (), 0)
SHELF = Shelf((a_record("subwords", "Subword Units", 2015), a_record("pairs", "Byte Pair Encoding", 2016)))
BODY = """\\documentclass{article}
\\begin{document}
Müller sagt 学習 🎉, byte pair encoding splits rare words well \\cite{?}, so we use it.
Subword units \\cite{subwords} are é a 🎉 \\cite{gone2001} thing.
% TODO related-work: subword units
The 学習 end.
\\bibliography{refs}
\\end{document}
"""
PLAIN = BODY.replace("学習 ", "").replace("🎉", "ü")
BIB = "@misc{grass,\n  title = {Grass},\n}\n"


def report(files: Mapping[str, bytes], *, prefix: str = "paper/", min_confidence: float = 0.0) -> PaperReport:
    """What the pipeline says of a paper whose root is the first file, each suggestion with its fix."""
    sources = {path: decode(data, path) for path, data in files.items()}
    project = read_project(next(iter(files)), sources.get)
    bibliographies = tuple(read_bibliography(sources[path]) for path in project.bibliographies)
    job = Job(min_confidence=min_confidence, fixes=True)
    outcome = run(Paper(project, bibliographies), (SHELF,), None, job, lambda path: prefix + path)
    return PaperReport(
        outcome.findings, outcome.suggestions, outcome.skipped, FACTS, lambda path: prefix + path, outcome.fixes
    )


PAPERS = {
    "utf-8": {"main.tex": BODY.encode(), "refs.bib": BIB.encode()},
    "utf-8 with CRLF": {
        "main.tex": BODY.replace("\n", "\r\n").encode(),
        "refs.bib": BIB.replace("\n", "\r\n").encode(),
    },
    "utf-8 with a mark": {"main.tex": b"\xef\xbb\xbf" + BODY.encode(), "refs.bib": b"\xef\xbb\xbf" + BIB.encode()},
    "latin-1": {"main.tex": PLAIN.encode("latin-1"), "refs.bib": BIB.encode()},
    "utf-16": {"main.tex": BODY.encode("utf-16"), "refs.bib": BIB.encode()},
    "one line": {
        "main.tex": BODY.replace("% TODO related-work: subword units\n", "").replace("\n", " ").encode(),
        "refs.bib": BIB.encode(),
    },
}


def changed(paper: PaperReport) -> list[dict[str, bytes]]:
    """By fix, the new bytes of each file that it changes."""
    return [{change.path: change.new_bytes for change in fix.changes} for fix in paper.fixes]


ANY_TEXT = st.text(st.characters(), max_size=40)  # half surrogate pairs too, as JSON records may hold them
PATHS = st.binary(min_size=1, max_size=12).map(lambda name: name.decode("utf-8", "surrogateescape"))


@st.composite
def hostile(draw: st.DrawFn) -> PaperReport:
    """A report on text, names and records of any kind."""
    text = draw(st.text(max_size=60))
    source = SourceText(draw(PATHS), text, "utf-8", draw(st.sampled_from([b"", b"\xef\xbb\xbf"])))
    findings, suggestions, fixes = [], [], []
    for _ in range(draw(st.integers(0, 3))):
        start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
        finding = Finding(draw(st.sampled_from(RULES)), source, Span(start, end), draw(ANY_TEXT))
        findings.append(finding)
        if draw(st.booleans()):
            work = Work(draw(ANY_TEXT), year=draw(st.none() | st.integers(0, 3000)))
            proposal = Proposal(draw(ANY_TEXT), Candidate(Candidature("k", work, "bib", "k", 0), 0.5, ()))
            edit = Edit(Span(start, end), draw(st.text(max_size=10)))
            confidence = draw(st.floats(-0.1, 1.1))
            suggestion = Suggestion(CITATION, finding, finding.span, edit, (), (proposal,), confidence)
            suggestions.append(suggestion)
            fixes.append(Fix(suggestion, (FileChange(source.path, source, (edit,)),)))
    skipped = [Skipped(draw(ANY_TEXT), draw(ANY_TEXT)) for _ in range(draw(st.integers(0, 2)))]
    return PaperReport(findings, suggestions, skipped, FACTS, lambda path: path, fixes)
