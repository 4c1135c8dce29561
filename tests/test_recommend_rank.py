"""Which works come into question for a place, and in which order; no test rests on fitted weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.latex import read_project
from texscholar.library import Hit, Record, terms
from texscholar.recommend import Evidence, Ranking, rank
from texscholar.recommend.evidence import content_terms
from texscholar.recommend.features import FEATURES, Query
from texscholar.recommend.need import signs
from texscholar.recommend.ranking import GATED_FROM, candidatures
from texscholar.recommend.weights import load_weights, sigmoid
from texscholar.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Mapping

SENTENCE = "Graph kernels compare molecules by their walks."


@dataclass
class Shelf:
    """A library in memory: every record that shares a term is a hit, in the order given, all equally good."""

    records: tuple[Record, ...]
    name: str = "shelf"
    asked: tuple[tuple[str, int], ...] = ()

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        self.asked += ((query, limit),)
        wanted = set(terms(query))
        found = (Hit(record, 1.0) for record in self.records if wanted & set(terms(record.work.title)))
        return tuple(found)[:limit]

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        assert set(wanted).isdisjoint(context or {})
        return self.search(" ".join(wanted), limit)


def record(
    key: str,
    title: str = "Graph kernels",
    *families: str,
    name: str = "",
    doi: str = "",
    arxiv: str = "",
    abstract: str = "",
) -> Record:
    return Record(
        name or f"id-{key}",
        key,
        Work(title, tuple(map(Author, families)), doi=doi, arxiv=arxiv, abstract=abstract),
        "x.bib",
    )


def evidence_of(bib: str = "", body: str = SENTENCE) -> Evidence:
    source = SourceText("main.tex", f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n")
    project = read_project("main.tex", {"main.tex": source}.get)
    return Evidence(project, (read_bibliography(SourceText("refs.bib", bib)),))


def entry(key: str, title: str = "Graph kernels", more: str = "") -> str:
    return f"@misc{{{key}, title={{{title}}}, {more}}}\n"


def ranked(
    bib: str = "", *shelves: Shelf, body: str = SENTENCE, excluded: tuple[str, ...] = (), wanted: bool = False
) -> Ranking:
    """The ranking for the last sentence of a paper."""
    evidence = evidence_of(bib, body)
    return rank(evidence.loci[-1], evidence, shelves, excluded=frozenset(excluded), wanted=wanted)


def named(ranking: Ranking) -> list[str]:
    """Key and origin of each candidate."""
    return [f"{candidate.work.key}@{candidate.work.origin}" for candidate in ranking.candidates]


MANY = tuple(f"k{number:02}" for number in range(40))


def test_nothing_to_cite_from() -> None:
    """Without a library and with an empty .bib there is no candidate, and no confidence."""
    assert Ranking((), ()) == ranked()
    assert ranked().confidence == 0


def test_library_without_a_shared_word() -> None:
    """A library that knows nothing of the matter proposes nothing."""
    assert named(ranked("", Shelf((record("a", "Grass is green"),)))) == []


def test_all_excluded() -> None:
    """Where everything stands in the citation already, nothing is left."""
    assert Ranking((), ()) == ranked(entry("a"), Shelf((record("b"),)), excluded=("a", "b"))


@pytest.mark.parametrize("wanted", [False, True])
def test_excluded_keys_never_come_back(wanted: bool) -> None:
    """Keys that stand in the citation are neither taken from the .bib nor from a library."""
    bib = "".join(map(entry, MANY[:20]))
    shelf = Shelf(tuple(record(key) for key in MANY[10:]))
    for excluded in (MANY[:5], MANY[5:25], MANY[:28]):
        given_ = {candidate.work.key for candidate in ranked(bib, shelf, excluded=excluded, wanted=wanted).candidates}
        assert given_.isdisjoint(excluded)
        assert given_


@pytest.mark.parametrize("own", [0, 3, 40])
def test_at_most_ten(own: int) -> None:
    """No more than ten candidates are given, each once."""
    candidates = ranked("".join(map(entry, MANY[:own])), Shelf(tuple(map(record, MANY)))).candidates
    assert len({(each.work.origin, each.work.record) for each in candidates}) == len(candidates) == 10


def test_best_first() -> None:
    """Scores fall, each is a probability, and the first is the confidence."""
    titles = ("Graph kernels", "Walks", "Molecules", "Comparing graph kernels by walks", "Kernels", "Grass")
    bib = "".join(entry(f"own{number}", title) for number, title in enumerate(titles))
    shelf = Shelf(tuple(record(f"lib{number}", title) for number, title in enumerate(titles)))
    for wanted in (False, True):
        ranking = ranked(bib, shelf, wanted=wanted)
        scores = [candidate.score for candidate in ranking.candidates]
        assert len(set(scores)) > 1
        assert sorted(scores, reverse=True) == scores
        assert all(0 <= score <= 1 for score in scores)
        assert ranking.confidence == scores[0]


def test_wanted_leaves_the_order() -> None:
    """That a citation is wanted changes how sure the ranking is, not its order."""
    bib = entry("a", "Walks") + entry("b", "Graph kernels compare molecules") + entry("c", "Grass")
    assert named(ranked(bib)) == named(ranked(bib, wanted=True))


def test_candidates_carry_their_features() -> None:
    """Every candidate says what its score rests on, under the published names in their order."""
    ranking = ranked(entry("a") + entry("b", "Walks"), Shelf((record("c"),)))
    assert [tuple(name for name, _ in candidate.features) for candidate in ranking.candidates] == [FEATURES] * 3


@pytest.mark.parametrize(
    ("more", "record_"),
    [
        ("doi={10.1000/X}", record("b", "Graph kernels", doi="10.1000/x")),
        ("eprint={2001.00001}", record("b", "Graph kernels", arxiv="2001.00001")),
        ("author={Ng, A.}", record("b", "GRAPH Kernels!", "Ng")),
        ("author={Ng, A.}", record("a", "Graph kernels", "Ng")),
        ("author={Müller, A. and Ng, B.}", record("b", "Graph kernels", "Muller")),
    ],
)
def test_own_work_is_not_offered_twice(more: str, record_: Record) -> None:
    """A record that the paper's own .bib holds, by DOI, arXiv id or title and author, is the paper's own."""
    assert named(ranked(entry("a", more=more), Shelf((record_,)))) == ["a@bib"]


def test_own_work_is_known_even_when_it_does_not_come_into_question() -> None:
    """A record is left out for an own work that stands in the citation already."""
    bib = entry("a", more="doi={10.1000/x}")
    assert named(ranked(bib, Shelf((record("b", doi="10.1000/x"),)), excluded=("a",))) == []


def test_second_entry_of_a_work_in_the_citation() -> None:
    """A work that stands in the citation is not proposed under the other key it has in a careless .bib."""
    bib = entry("a", more="doi={10.1000/x}") + entry("b", more="doi={10.1000/x}")
    assert named(ranked(bib, excluded=("a",))) == []


def test_different_work_of_the_same_title_is_offered() -> None:
    """Title alone does not make two works one."""
    own, other = entry("a", more="author={Ng, A.}"), record("b", "Graph kernels", "Bloggs")
    assert set(named(ranked(own, Shelf((other,))))) == {"a@bib", "b@library:shelf"}


def test_first_library_has_the_work() -> None:
    """A work that several libraries hold comes from the first of them, once."""
    first = Shelf((record("a", doi="10.1000/x"),), "first")
    second = Shelf((record("b", doi="10.1000/x"),), "second")
    assert [
        named(ranked("", first, second)),
        named(ranked("", second, first)),
    ] == [["a@library:first"], ["b@library:second"]]


def test_library_is_asked_with_the_sentence() -> None:
    """Each library is searched once, with the terms of the sentence and for more than is shown."""
    shelf = Shelf(())
    ranked("", shelf, body=f"Rain falls. {SENTENCE}")
    ((query, limit),) = shelf.asked
    assert query.split() == [*content_terms(SENTENCE)]
    assert limit >= 10


def test_candidate_of_a_library() -> None:
    """A candidate keeps record, key and work as its library gave them, and says which library it was."""
    record_ = record("a", "Graph kernels", "Ng", name="W1", abstract="Kernels.")
    (candidate,) = ranked("", Shelf((record_,), "papers")).candidates
    assert (record_.key, record_.id, record_.work, "library:papers", False) == (
        candidate.work.key,
        candidate.work.record,
        candidate.work.work,
        candidate.work.origin,
        candidate.work.is_own,
    )


def test_equal_own_works_go_by_key() -> None:
    """Works that nothing tells apart are ordered by their key, wherever they stand in the .bib."""
    assert named(ranked("".join(map(entry, "bdac")))) == ["a@bib", "b@bib", "c@bib", "d@bib"]


def test_equal_records_go_by_key_then_id() -> None:
    """Records that nothing tells apart are ordered by key, those of no key by id."""
    shelf = Shelf((record("b", name="3"), record("a", name="4"), record("", name="6"), record("", name="5")))
    assert [candidate.work.record for candidate in ranked("", shelf).candidates] == ["5", "6", "4", "3"]


@given(order=st.permutations(range(6)))
def test_order_of_equal_hits_does_not_matter(order: list[int]) -> None:
    """Whatever order a library gives its equal hits in, the ranking is the same to the last bit."""
    titles = ("Graph kernels", "Graph kernels", "Walks", "Molecules", "Kernels on graphs", "Comparing walks")
    records = [record(f"k{number}", title, f"Ng{number}") for number, title in enumerate(titles)]
    bib = entry("own", "Walks on molecules")
    assert ranked(bib, Shelf(tuple(records))) == ranked(bib, Shelf(tuple(records[number] for number in order)))


def test_same_question_same_answer() -> None:
    """A ranking does not depend on what was ranked before."""
    bib = "".join(entry(key, f"Graph kernels {key}") for key in MANY)
    evidence = evidence_of(bib, f"Walks are old \\cite{{k03}}. {SENTENCE} Molecules are walks \\cite{{k20,k21}}.")
    again = evidence_of(bib, f"Walks are old \\cite{{k03}}. {SENTENCE} Molecules are walks \\cite{{k20,k21}}.")
    forwards = [rank(locus, evidence, ()).candidates for locus in evidence.loci]
    backwards = [rank(locus, again, ()).candidates for locus in reversed(again.loci)]
    assert forwards == backwards[::-1]


def test_long_bibliography_does_not_hide_the_work() -> None:
    """The only entry that shares words with the sentence is among the ten of a long .bib."""
    bib = "".join(entry(f"k{number:03}", f"Grass number {number}") for number in range(300)) + entry("z")
    assert "z@bib" in named(ranked(bib))


LONG = "".join(entry(f"k{number:03}", "Of lions, of zebras") for number in range(80))


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("Grass", "Zebras and lions.", False),
        ("Grasland", "Zebras and lions. Grass.", False),
        ("Zerbst", "Zebras and lions.", False),
        # The words of the sentence are in eighty other titles, and others wait for more of it, or wait elsewhere.
        ("Lion", "Zebras and lions.\n\nGrass. Grass. Lions. Lions. Lions. Lions. Lions.", False),
        ("Lion", "Zebras and lions \\cite{k000}.", False),
        ("Lion", "Zebras and lions.", True),
        ("Gnu", "A gnu.\n\nGrass. Grass. Gnu. Gnu. Gnu. Gnu. Gnu.", True),
        ("Zebroidische Hybriden", "Hybrids.", True),
        ("Grass", "Zebras and lions \\cite{k079}.\n\nZebras and lions.", True),
    ],
)
def test_candidates_of_a_long_bibliography(title: str, body: str, *, expected: bool) -> None:
    """A work comes into question by words, letters, entries beside it, or as one of whose best sentences this is."""
    evidence = evidence_of(LONG + entry("z", title), body)
    locus = evidence.loci[-1 if "k079" in body else 0]
    found = candidatures(Query(locus, evidence), evidence, (), frozenset())
    assert expected == ("z" in {each.key for each in found})
    assert "z" not in {each.key for each in candidatures(Query(locus, evidence), evidence, (), frozenset({"z"}))}


def test_candidates_of_a_short_bibliography() -> None:
    """Where it has thirty-two works or fewer all are compared, whatever they share."""
    for count, expected in ((32, 32), (33, 10)):
        bib = "".join(entry(f"k{number}", "Grass") for number in range(count))
        evidence = evidence_of(bib, "Zebras.")
        assert expected == len(candidatures(Query(evidence.loci[0], evidence), evidence, (), frozenset()))


@given(title=st.text(max_size=30), key=st.text(max_size=10), body=st.text(max_size=60))
def test_any_record_gets_a_probability(title: str, key: str, body: str) -> None:
    """Whatever records and papers say, there are candidates, and their scores are ordered probabilities."""

    class Full(Shelf):
        def search(self, query: str, limit: int) -> tuple[Hit, ...]:
            del query
            return tuple(Hit(record_, 1.0) for record_ in self.records[:limit])

        def search_terms(
            self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
        ) -> tuple[Hit, ...]:
            del context
            return self.search(" ".join(wanted), limit)

    evidence = evidence_of(entry("a"), f"{SENTENCE}\n\n{body}")
    for locus in evidence.loci:
        candidates = rank(locus, evidence, (Full((record(key, title),)),)).candidates
        scores = [candidate.score for candidate in candidates]
        assert 1 <= len(scores) <= 2
        assert sorted((min(max(score, 0), 1) for score in scores), reverse=True) == scores


CITING = " ".join(f"Grass of kind {number} is green \\cite{{z}}." for number in range(20))


def test_looks_rule_a_sentence_out() -> None:
    """From a confidence on, sentences that need a citation least are not ranked; below it all are."""
    plain_ = "\\section{Conclusion} We do. " * 3 + "It is so in Figure~\\ref{x} and Table~\\ref{y}. " * 9
    evidence = evidence_of(entry("a") + entry("z", "Grass"), f"{CITING} {SENTENCE} {plain_}")
    weights = load_weights()
    looks = [weights.need(signs(locus, evidence)) >= weights.gate for locus in evidence.loci]
    assert {True, False} == set(looks)
    for least, expected in ((0.0, [True] * len(looks)), (GATED_FROM - 0.01, [True] * len(looks)), (GATED_FROM, looks)):
        assert expected == [bool(rank(each, evidence, (), at_least=least).candidates) for each in evidence.loci]


@given(least=st.floats(0.01, 0.9))
def test_nothing_is_lost_by_not_ranking_in_young_drafts(least: float) -> None:
    """What is ruled out by its looks would not have been as sure as asked for."""
    evidence = evidence_of(entry("a"), f"{SENTENCE} We thank our friends in Figure 1. Recent work uses graph kernels.")
    for locus in evidence.loci:
        whole, asked = rank(locus, evidence, ()), rank(locus, evidence, (), at_least=least)
        assert asked.candidates == whole.candidates or whole.confidence < least


def test_where_a_citation_is_wanted_no_looks_rule_out() -> None:
    """What the author says is missing is looked for in any sentence."""
    evidence = evidence_of(entry("a"), "We thank our friends in Figure 1.")
    assert rank(evidence.loci[0], evidence, (), wanted=True, at_least=1.0).candidates


@pytest.mark.parametrize(("citing", "counts"), [(0, "apart"), (9, "apart"), (10, "surer"), (19, "surer"), (20, "both")])
def test_young_drafts(citing: int, counts: str) -> None:
    """Below ten citing sentences work and looks decide apart, from twenty on together, between them whichever is surer."""
    body = " ".join(f"Grass of kind {number} is green \\cite{{z}}." for number in range(citing))
    evidence = evidence_of(entry("a") + entry("z", "Grass"), f"{body} {SENTENCE}")
    ranking = rank(evidence.loci[-1], evidence, ())
    place, weights = dict(ranking.signs), load_weights()
    apart = 0.7 * sigmoid(weights.match(place)) * sigmoid(weights.need(place))
    together = sigmoid(weights.missing(weights.missing.row(place)))
    assert apart != pytest.approx(together)
    expected = {"apart": apart, "surer": max(apart, together), "both": together}
    assert pytest.approx(expected[counts]) == ranking.confidence


def test_records_bring_their_citances() -> None:
    """A library's record is compared with the sentences of other papers that cite it."""
    plain_ = record("a", "On walks")
    cited = Record(plain_.id, plain_.key, plain_.work, plain_.origin, citances=(SENTENCE,))
    scores = [dict(ranked("", Shelf((each,))).candidates[0].features)["citance"] for each in (plain_, cited)]
    assert scores == [0, pytest.approx(1)]
