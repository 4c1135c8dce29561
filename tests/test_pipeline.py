"""What the pipeline puts together from suggestions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures_language import fixture
from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.errors import Skipped
from texscholar.lfm import AskQuestion, ChooseQuestion, JudgeQuestion, Option, Query
from texscholar.library import Hit, Record, terms
from texscholar.pipeline import Job, Outcome, Paper, _meets, is_left_alone, key_parts, left_open, run
from texscholar.recommend import Evidence, rank
from texscholar.source import SourceText, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SPANS = st.builds(lambda start, size: Span(start, start + size), st.integers(0, 30), st.integers(0, 4))


@given(st.lists(SPANS, max_size=12), SPANS)
def test_edits_that_meet(given_spans: list[Span], span: Span) -> None:
    """An edit is compared with the nearest ones only, and every one that it meets is among them."""
    kept: list[Span] = []
    for each in given_spans:
        if not any(each.overlaps(other) or each == other for other in kept):
            kept.append(each)
    assert any(span.overlaps(other) or span == other for other in kept) == _meets(span, sorted(kept))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green \\cite{a}. Rain falls. Grass is green.", False),
        ("Grass is green. Grass is green \\cite{a}.", False),
        ("Grass is green \\cite{a}. Grass is green.", True),
        ("We acknowledge that grass is green.", False),
        ("Thanks to grass the field is green.", False),
        ("\\begin{abstract}Grass is green.\\end{abstract}", True),
        ("We thank Ames for talks about grass.", True),
        ("The authors would like to thank Ames and Bly.", True),
        ("We are deeply grateful to Ames for grass.", True),
        ("Wir danken Ames für Gras.", True),
        ("Nous remercions Ames de son herbe.", True),
        ("Agradecemos a Ames la hierba.", True),
    ],
)
def test_what_is_left_alone(text: str, expected: bool) -> None:
    """A work that the sentence before cites is not suggested again; abstracts and thanks get no suggestion at all."""
    bibliography = read_bibliography(SourceText("refs.bib", "@misc{a, title={Grass}}"))
    evidence = Evidence(fixture(f"\n    %! main.tex\n    {text}\n    ").project, (bibliography,))
    bare = [locus for locus in evidence.loci if locus.order not in evidence.cited_at][-1]
    assert expected == is_left_alone(bare.sentence, rank(bare, evidence, ()).candidates[0])


# -- what a model asks for


@dataclass
class Scripted:
    """A model that asks for, or searches for, prepared things."""

    queries: tuple[str, ...] | Skipped = ("byte pair encoding",)
    searches: tuple[Query, ...] | Skipped = (Query("byte pair encoding", 2000),)
    judged: float | Skipped = 0.5
    name: str = "scripted"
    sha256: str = "0" * 64
    adapter: None = None
    asked: list[object] = field(default_factory=list)
    found: list[tuple[Option, ...]] = field(default_factory=list)

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        self.asked += questions
        return (self.judged,) * len(questions)

    def choose(self, question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        self.asked.append(question)
        return (0.1,) * (len(question.options) + 1)

    def ask(self, question: AskQuestion) -> tuple[str, ...] | Skipped:
        self.asked.append(question)
        return self.queries

    def explore(
        self, question: AskQuestion, search: Callable[[Query], Sequence[Option]]
    ) -> tuple[Query, ...] | Skipped:
        self.asked.append(question)
        if not isinstance(self.searches, Skipped):
            self.found += [tuple(search(query)) for query in self.searches]
        return self.searches

    def write(self, question: object) -> str | Skipped:
        del question
        return "Nothing of this stands."


@dataclass(frozen=True)
class Shelf:
    """A library in memory."""

    records: tuple[Record, ...]
    name: str = "shelf"

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        wanted = set(terms(query))
        scored = [(len(wanted & set(terms(record.work.title))), record) for record in self.records]
        return tuple(Hit(record, float(score)) for score, record in scored if score)[:limit]

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        del context
        return self.search(" ".join(wanted), limit)

    def by_key(self, key: str) -> tuple[Record, ...]:
        return tuple(record for record in self.records if record.key == key)

    def by_identities(self, groups: Sequence[frozenset[str]]) -> tuple[Record | None, ...]:
        return (None,) * len(groups)


def a_record(key: str, title: str, year: int) -> Record:
    return Record(key, key, Work(title, (Author("Ames", "A."),), year), "shelf.bib")


SHELF = Shelf(
    (
        a_record("subwords", "Subword Units", 2015),
        a_record("pairs", "Byte Pair Encoding", 2016),
        a_record("again", "Byte Pair Encoding", 2017),
        a_record("old", "A Byte Pair", 1994),
    )
)
MARKED = """
    %! main.tex
    \\title{Words}
    \\begin{abstract}We split words.\\end{abstract}
    % TODO related-work: subword units
"""


def filled(
    model: Scripted | None, *, agent: bool = False, shelves: tuple[Shelf, ...] = (SHELF,), also: str = ""
) -> Outcome:
    project = fixture(f"{MARKED}    {also}\n").project
    bibliography = read_bibliography(SourceText("refs.bib", "@misc{a, title={Grass}}"))
    job = Job(only=frozenset({"related-work", *(["citations"] if also else [])}), agent=agent, min_confidence=0.0)
    return run(Paper(project, (bibliography,)), shelves, model, job, lambda path: path)


def cited(outcome: Outcome) -> list[str]:
    return sorted(proposal.candidate.work.work.title for each in outcome.suggestions for proposal in each.proposals)


@pytest.mark.parametrize("agent", [False, True])
def test_what_a_model_asks_for(agent: bool) -> None:
    """What a model asks for, or searches for by itself, joins the draft; it reads the paper's title and abstract."""
    model = Scripted()
    outcome = filled(model, agent=agent)
    assert cited(filled(None)) == ["Subword Units"]
    assert cited(outcome) == [*([] if agent else ["A Byte Pair"]), "Byte Pair Encoding", "Subword Units"]  # by years
    assert model.asked == [AskQuestion("subword units", "Words We split words.")]
    assert (outcome.model, outcome.skipped) == (model, ())
    assert "model scripted" in outcome.suggestions[0].edit.text  # type: ignore[union-attr]


def test_what_the_agent_reads() -> None:
    """The tool gives works of the years that were asked for, the best first, each once."""
    model = Scripted()
    filled(model, agent=True)
    assert model.found == [(Option("Byte Pair Encoding", ("Ames",), 2016, ""),)]


@pytest.mark.parametrize("agent", [False, True])
def test_a_model_without_a_word(agent: bool) -> None:
    """A model that asks for nothing, or fails, is skipped with its reason; the plan goes on as without it."""
    skipped = Skipped("agent mode", "the model never called search_library")
    outcome = filled(Scripted(skipped, skipped), agent=agent)
    assert (cited(outcome), outcome.skipped, outcome.model) == (["Subword Units"], (skipped,), None)
    assert "no model" in outcome.suggestions[0].edit.text  # type: ignore[union-attr]


def test_a_model_that_is_gone() -> None:
    """Two jobs that fail for one reason are skipped in one line, and a model that said nothing is not named."""
    gone = Skipped("model scripted", "its worker ended")
    model = Scripted(gone, gone, gone)
    outcome = filled(model, shelves=(), also="Grass is green in all the meadows of this country.")
    assert {type(question) for question in model.asked} == {AskQuestion, JudgeQuestion}
    assert (outcome.skipped.count(gone), outcome.model) == (1, None)


def test_an_agent_without_a_library() -> None:
    """Where there is no library to search the model is asked for queries instead."""
    model = Scripted()
    filled(model, agent=True, shelves=())
    assert (len(model.asked), model.found) == (1, [])


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("", None),
        ("old", None),
        ("2001random", None),
        ("10.1000/doe2001random", None),
        ("doe2001random", ("doe", 2001, "random")),
        ("doe2001a-random", ("doe", 2001, "random")),
        ("doe2001aRandom", ("doe", 2001, "Random")),
        ("doe2001Random", ("doe", 2001, "Random")),
        ("doe-2001-random", ("doe", 2001, "random")),
        ("DoeEtAl:2001:random", ("Doe", 2001, "random")),
    ],
)
def test_parts_of_a_key(key: str, parts: tuple[str, int, str] | None) -> None:
    """A letter behind the year belongs to it only where the word is told from it."""
    assert key_parts(key) == parts


OPEN = """\\documentclass{article}
\\begin{document}
\\section{Related Work}
Wells are old \\cite{old}, as is known of springs \\cite{gone2001springs}.
% TODO related-work: maps of rivers
Earlier surveys of rivers used floating gauges \\cite{?}.
Several authors have proposed methods that measure lakes with echoes from ships.  % texscholar: ignore
\\bibliography{refs}
\\end{document}
"""


def left(job: Job, *records: Record) -> list[str]:
    """The rules of what is left open with these records at hand, with the line of each."""
    from texscholar.latex import read_project  # noqa: PLC0415 - only here

    source = SourceText("main.tex", OPEN)
    refs = "@article{old, title = {Old Wells}, author = {Gill, Gus}, journal = {Wells}, year = 1990}\n"
    paper = Paper(
        read_project("main.tex", {"main.tex": source}.get), (read_bibliography(SourceText("refs.bib", refs)),)
    )
    _, findings = left_open(paper, (Shelf(records),) if records else (), job)
    return [f"{source.position(each.span.start).line} {each.rule}" for each in findings]


def test_what_is_left_open() -> None:
    """What nothing at hand answers, if it is asked about, not silenced and in scope."""
    marker, placeholder, key = "5 unfilled-related-work", "6 placeholder-citation", "4 undefined-citation"
    assert left(Job(min_confidence=0.9)) == [key, placeholder, marker]
    assert left(Job(min_confidence=0.9, prose=False)) == [key, placeholder]
    assert left(Job(min_confidence=0.9, only=frozenset({"entries"}))) == [key]
    assert left(Job(min_confidence=0.9, touched=lambda _, span: span.start > OPEN.index("Earlier"))) == [placeholder]
    assert left(Job(min_confidence=0.9, ignored_rules=frozenset({"placeholder-citation"}))) == [key, marker]
    known = Record("s", "gone2001springs", Work("Springs", (Author("Gone"),), 2001), "library:shelf")
    assert left(Job(min_confidence=0.9), known) == [placeholder, marker]
