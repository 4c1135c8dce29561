"""The named scores of a work for a place, on hand-made pairs and on anything at all."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.latex import read_project
from texscholar.recommend import Candidature, Evidence
from texscholar.recommend.background import mass, weight
from texscholar.recommend.evidence import content_terms
from texscholar.recommend.features import FEATURES, Query, compared, features
from texscholar.source import SourceText

SHARES = frozenset(FEATURES) - {"title shared", "phrase", "used", "text"}
"""Features that lie between 0 and 1."""


def evidence_of(body: str, bib: str = "", **others: str) -> Evidence:
    """The evidence of a paper with this body, this bibliography and these other files."""
    texts = {"main": f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n", **others}
    sources = {f"{name}.tex": SourceText(f"{name}.tex", text) for name, text in texts.items()}
    return Evidence(read_project("main.tex", sources.get), (read_bibliography(SourceText("refs.bib", bib)),))


def pair(
    sentence: str, title: str, *families: str, year: int | None = None, key: str = "", abstract: str = ""
) -> dict[str, float]:
    """The features of a work of a library for a paper of one sentence."""
    evidence = evidence_of(sentence)
    work_ = Work(title, tuple(map(Author, families)), year, abstract=abstract)
    return features(Candidature(key, work_, "library:x", "1"), Query(evidence.loci[0], evidence))


def own(body: str, bib: str, key: str, number: int, **others: str) -> dict[str, float]:
    """The features of an own work for one sentence of a paper."""
    evidence = evidence_of(body, bib, **others)
    return features(evidence.by_key[key], Query(evidence.loci[number], evidence))


def entries(*keys: str) -> str:
    return "".join(f"@misc{{{key}, title={{Untitled}}}}\n" for key in keys)


def test_feature_names() -> None:
    """The published names are those of the scores once they are compared, in the same order."""
    assert [*FEATURES] == [*compared([pair("Grass is green.", "Graph kernels")])[0]]


def test_unrelated_work() -> None:
    """A work of a library that shares nothing with a sentence has only the scores that say so."""
    expected = dict.fromkeys(FEATURES[:-2], 0) | {"first mention": 1, "library": 1}
    assert expected == pair("Grass is green.", "Graph kernels", "Ng", year=2001, key="ng2001graph")


@pytest.mark.parametrize(
    ("sentence", "title"),
    [
        ("Trees can grow.", "Graph kernels"),
        ("It is of the.", "Of the it is"),
        ("In 1998 it was.", "1998"),
        ("Trees can grow.", ""),
    ],
)
def test_title_not_shared(sentence: str, title: str) -> None:
    """Function words and numbers are no shared words."""
    names = ("title covered", "title shared", "sentence covered", "rarest word shared")
    assert [pair(sentence, title)[name] for name in names] == [0, 0, 0, 0]


def test_title_shared() -> None:
    """Words in any form are shared; the scores are the weights of the common ones."""
    scores = pair("Kernels on trees can grow.", "The Graph Kernel")
    common, title, sentence = weight("kernel"), mass(("graph", "kernel")), mass(("kernel", "tree", "grow"))
    assert [common / title, math.log1p(common), common / sentence, common] == [
        scores[name] for name in ("title covered", "title shared", "sentence covered", "rarest word shared")
    ]


def test_title_covered_wholly() -> None:
    """A sentence that says the whole title covers it."""
    assert pair("Here graph kernels can grow.", "The Graph Kernel")["title covered"] == 1


def test_rarest_word() -> None:
    """Of several shared words the rarest one tells most."""
    shared = ("qzxwvj", "learn", "network")
    assert (
        max(map(weight, shared)) == pair("Learning qzxwvj networks.", "Qzxwvj network learning")["rarest word shared"]
    )


def test_abstract_describes() -> None:
    """Words of the abstract cover the sentence as those of the title do, but not the title."""
    scores = pair("Graph kernels.", "Untitled", abstract="On kernels of graphs.")
    assert (scores["sentence covered"], scores["title covered"]) == (1, 0)


@pytest.mark.parametrize(
    ("sentence", "is_met"),
    [
        ("A graph has a kernel.", True),
        ("Kernels of graphs.", False),
        ("A graph and its tree kernel.", False),
        ("Kernels.", False),
        ("We use graph kernels.", True),
        ("We use the graph's kernels.", True),
    ],
)
def test_phrase(sentence: str, is_met: bool) -> None:
    """Two neighbouring title words stand side by side in the sentence, in this order, function words aside."""
    assert ((weight("graph") + weight("kernel")) / 2 if is_met else 0) == pair(sentence, "Graph kernels")["phrase"]


def test_phrase_has_a_bound() -> None:
    """Many shared phrases count three at most."""
    title = "alpha beta gamma delta epsilon zeta eta theta"
    assert pair(title, title)["phrase"] == 3


@pytest.mark.parametrize(
    ("sentence", "title", "is_met"),
    [
        ("We use adam.", "Adam: A Method", False),
        ("We use ADAM.", "Adam: A Method", False),
        ("We use Madam.", "Adam: A Method", False),
        ("We use pre-Adam.", "Adam: A Method", False),
        ("We use Adamant.", "Adam: A Method", False),
        ("We use Adam.", "A Method for Adam", False),
        ("We use A.", "A: Method", False),
        ("We use bert.", "Training BERT", False),
        ("We use Adam.", "Adam: A Method", True),
        ("We use (Adam), then.", "Adam: A Method", True),
        ("We use Adam's steps.", "Adam: A Method", True),
        ("We use BERTs.", "Training BERT", True),
        ("We use The Pile.", "The Pile: Texts", True),
        ("We use C++11, then.", "C++11: Standards", True),
        ("We use U-Net.", "U-Net: Networks", True),
    ],
)
def test_name(sentence: str, title: str, is_met: bool) -> None:
    """A name of the title stands in the sentence as a word, in the same letters."""
    assert is_met == (pair(sentence, title)["name"] > 0)


def test_rarest_name() -> None:
    """Of several names the rarest counts, with its weight."""
    assert weight("qzxwvj") == pair("Both BERT and QZXWVJ.", "BERT meets QZXWVJ again")["name"]


@pytest.mark.parametrize(
    ("sentence", "title", "is_met"),
    [
        ("We use lstm.", "Long Short-Term Memory", False),
        ("We use LS.", "Long Short-Term Memory", False),
        ("We use Lstm.", "Long Short-Term Memory", False),
        ("We use LSTMX.", "Long Short-Term Memory", False),
        ("We use GRU.", "Long Short-Term Memory", False),
        ("We use LSTM.", "", False),
        ("We use LSTM.", "Long Short-Term Memory", True),
        ("We use LSTMs.", "long short-term memory", True),
        ("We use an (LSTM).", "On Long Short-Term Memory", True),
        ("We use LSTM-based cells.", "Long Short-Term Memory", True),
        ("We use the SVM.", "Support-Vector Machines, 2nd edition", True),
    ],
)
def test_initials(sentence: str, title: str, is_met: bool) -> None:
    """Three or more capitals of the sentence are first letters of words of the title in a row."""
    assert is_met == pair(sentence, title)["initials"]


@pytest.mark.parametrize(
    ("sentence", "families", "expected"),
    [
        ("As found in 2014.", ("Bloggs",), (0, 0)),
        ("As bloggs found in 2014.", ("Bloggs",), (0, 0)),
        ("As Bloggs found in 2014.", (), (0, 0)),
        ("As Bloggs found in 2014.", ("",), (0, 0)),
        ("As Ba found in 2014.", ("Ba",), (0, 0)),
        ("As Bloggs found in 2014.", ("Kingma", "Bloggs"), (0, 0)),
        ("As Smith found in 2014.", ("Smith Jones",), (0, 0)),
        ("As Bloggs found in 2015.", ("Bloggs",), (1, 0)),
        ("As Bloggs found in 12014.", ("Bloggs",), (1, 0)),
        ("As Bloggs found.", ("Bloggs",), (1, 0)),
        ("As Bloggs (2014) found.", ("Bloggs",), (1, 1)),
        ("As Bloggs' work of 2014 tells.", ("Bloggs",), (1, 1)),
        ("As Kingma's work of 2014 tells.", ("Kingma",), (1, 1)),
        ("As Müller (2014) found.", ("Müller",), (1, 1)),
        ("As Muller (2014) found.", ("Müller",), (1, 1)),
        ("As O'Brien (2014) found.", ("O'Brien",), (1, 1)),
        ("As Smith Jones (2014) found.", ("Smith Jones",), (1, 1)),
    ],
)
def test_surname(sentence: str, families: tuple[str, ...], expected: tuple[float, float]) -> None:
    """The sentence names the first author, with a capital and in full, and perhaps the year."""
    scores = pair(sentence, "Untitled", *families, year=2014)
    assert expected == (scores["surname"], scores["surname and year"])


@pytest.mark.parametrize("family", ["Östling", "Çakır", "Élie"])
def test_surname_with_an_accented_capital(family: str) -> None:
    """A surname that begins with an accented letter is named like any other."""
    assert pair(f"As {family} (2014) found.", "Untitled", family)["surname"] == 1


@pytest.mark.parametrize("family", ["van der Maaten", "de Freitas", "ten Dijke"])
def test_surname_with_a_particle(family: str) -> None:
    """A surname with a particle in small letters is named when the sentence names it so."""
    assert pair(f"As {family} (2014) found.", "Untitled", family)["surname"] == 1


def test_year_without_surname_says_nothing() -> None:
    """The year alone names no work."""
    assert pair("As found in 2014.", "Untitled", "Bloggs", year=2014)["surname and year"] == 0


def test_surname_without_known_year() -> None:
    """A work of no year is named by its author, but not by a year."""
    scores = pair("As Bloggs (2014) found.", "Untitled", "Bloggs")
    assert (scores["surname"], scores["surname and year"]) == (1, 0)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("", 0),
        ("kernel99", 0),
        ("bloggs2014", 0),
        ("bloggs2014of", 0),
        ("bloggs2014kernel", 0),
        ("bloggs2014tree", weight("tree")),
        ("TREE", weight("tree")),
    ],
)
def test_key(key: str, expected: float) -> None:
    """A word of the key that title and surnames lack stands in the sentence."""
    assert expected == pair("Bloggs grew trees with kernels.", "A kernel", "Bloggs", key=key)["key"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Zebras graze often. Lions roar.", (0, 0)),
        ("Zebras graze often \\cite{a}. Lions roar.", (0, 0)),
        ("Zebras graze often. Lions roar \\cite{a}.", (0, 1)),
        ("Zebras graze often. Zebras graze often \\cite{b}.", (0, 0)),
        ("Zebras graze often. It is often that zebras graze \\cite{a}.", (1, 1)),
        ("Zebras graze often \\cite{a}. Zebras graze often \\cite{a}. Lions roar \\cite{a}.", (1, 2)),
    ],
)
def test_citances(body: str, expected: tuple[float, int]) -> None:
    """The likest of the other sentences that cite the work counts, and how many they are; never the place itself."""
    likeness, used = expected
    scores = own(body, entries("a", "b"), "a", 0)
    assert pytest.approx((likeness, math.log1p(used))) == (scores["citance"], scores["used"])


def test_citance_cosine() -> None:
    """Likeness is the cosine of the terms' weights."""
    zebra, graze, roar = (weight(term) ** 2 for term in content_terms("Zebras graze roar"))
    scores = own("Zebras graze. Zebras roar \\cite{a}.", entries("a"), "a", 0)
    assert pytest.approx(zebra / math.sqrt((zebra + graze) * (zebra + roar))) == scores["citance"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One here. Two here. Three here.", 1),
        ("One here. Two here \\cite{a}. Three here.", 1),
        ("One here. Two here. Three here \\cite{a}.", 1),
        ("One here \\cite{b}. Two here. Three here.", 1),
        ("One here \\cite{a}. Two here. Three here.", 0),
    ],
)
def test_first_mention(body: str, expected: float) -> None:
    """No sentence before the place cites the work."""
    assert expected == own(body, entries("a", "b"), "a", 1)["first mention"]


def test_first_mention_through_files() -> None:
    """What an earlier file cites was mentioned before."""
    assert own("One here \\cite{a}.\n\\input{two}", entries("a"), "a", 1, two="Two here.")["first mention"] == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One \\cite{a}. Two. Three. Four. Five.", 0),
        ("One. Two. Three. Four. Five \\cite{a}.", 0),
        ("One \\cite{b}. Two. Three. Four. Five \\cite{b}.", 0),
        ("One. Two \\cite{a}. Three. Four. Five.", 1),
    ],
)
def test_cited_near(body: str, expected: float) -> None:
    """One of three sentences on either side cites the work; the place's own citation does not count."""
    assert expected == own(body, entries("a", "b"), "a", 4)["cited near"]


def test_cited_near_in_the_same_file() -> None:
    """Files next to each other are not near."""
    assert own("One here \\cite{a}.\n\\input{two}", entries("a"), "a", 1, two="Two here.")["cited near"] == 0


@pytest.mark.parametrize(("key", "distance"), [("a", 0), ("b", 1), ("c", 2), ("d", 1), ("e", 0)])
def test_distance_in_bibliography(key: str, distance: int) -> None:
    """Entries close to those cited nearby score high, and fall with the distance to the nearest."""
    scores = own("One here \\cite{a}. Two here \\cite{e}. Three here.", entries(*"abcde"), key, 2)
    expected = (1 / (1 + distance), 1 / (1 + math.log1p(distance)))
    assert pytest.approx(expected) == (scores["beside cited in bibliography"], scores["close in bibliography"])


@pytest.mark.parametrize(
    "body",
    [
        "One here. Two here. Three here.",
        "One here. Two here. Three here \\cite{a}.",
        "One here. Two here \\cite{undefined}. Three here.",
        "One here \\cite{a}. Two. Three. Four. Five. Six. Seven. Eight here.",
    ],
)
def test_nothing_cited_nearby(body: str) -> None:
    """Without a known work cited within six sentences, no entry is close."""
    evidence = evidence_of(body, entries("a", "b"))
    scores = features(evidence.own[0], Query(evidence.loci[-1], evidence))
    assert (scores["beside cited in bibliography"], scores["close in bibliography"]) == (0, 0)


def test_library_work_has_no_place_in_the_paper() -> None:
    """A library's work is neither cited nor close, even under the key of an own one."""
    evidence = evidence_of("Graphs are old \\cite{a}. Graphs are old.", entries("a"))
    scores = features(Candidature("a", Work("Untitled"), "library:x", "1"), Query(evidence.loci[1], evidence))
    names = ("citance", "used", "beside cited in bibliography", "close in bibliography", "first mention", "library")
    assert [scores[name] for name in names] == [0, 0, 0, 0, 1, 1]


def test_library_work_is_not_cited_near() -> None:
    """A library's work that happens to have the key of one cited nearby is another work."""
    evidence = evidence_of("Graphs are old \\cite{a}. Graphs are old.", entries("a"))
    work = Candidature("a", Work("Untitled"), "library:x", "1")
    assert features(work, Query(evidence.loci[1], evidence))["cited near"] == 0


@pytest.mark.parametrize(("body", "expected"), [("Grass.", 0), ("\\section{Kernels}Grass.", 1)])
def test_heading_is_context(body: str, expected: float) -> None:
    """Words of the innermost heading cover the title."""
    assert expected == pair(body, "Kernel")["context covers title"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Kernel. Two. Three. Grass. Five. Six.", 0),
        ("One. Two. Three. Grass. Five. Kernel.", 0),
        ("One. Two. Three. Grass kernel. Five. Six.", 0),
        ("One. Two. Kernel. Grass kernel. Five. Six.", 0),
        ("\\section{Kernel}\\subsection{Other} One. Two. Three. Grass. Five. Six.", 0),
        ("One. Kernel. Three. Grass. Five. Six.", 1),
        ("One. Two. Kernel. Grass. Five. Six.", 1),
        ("One. Two. Three. Grass. Kernel. Six.", 1),
    ],
)
def test_context(body: str, expected: float) -> None:
    """Two sentences before and one after cover what the sentence itself leaves of the title."""
    evidence = evidence_of(body)
    work = Candidature("", Work("Kernel"), "library:x", "1")
    assert expected == features(work, Query(evidence.loci[3], evidence))["context covers title"]


def test_text_counts_citances_of_own_works_half() -> None:
    """Words of the sentences that cite a work speak for it, half as much as those of its title."""
    bib = "@misc{a, title={Untitled}} @misc{b, title={Zebra}} @misc{c, title={Untitled}}"
    evidence = evidence_of("Zebras. A zebra grazes \\cite{a}.", bib)
    query = Query(evidence.loci[0], evidence)
    whole = evidence.rarity("zebra")
    assert [math.log1p(whole / 2), math.log1p(whole), 0] == [features(work, query)["text"] for work in evidence.own]


def test_compared_nothing() -> None:
    """Without candidates there is nothing to compare."""
    assert compared([]) == []


def test_compared() -> None:
    """Each candidate gets its share of the best text and title scores, and keeps its own scores."""
    first, second = pair("Graph kernels.", "Graph kernels"), pair("Graph kernels.", "Kernel")
    both = compared([second, first])
    assert [(1, 1), (second["text"] / first["text"], second["title shared"] / first["title shared"])] == [
        (value["text of best"], value["title of best"]) for value in reversed(both)
    ]
    assert [second, first] == [{name: value[name] for name in first} for value in both]


def test_compared_without_any_score() -> None:
    """Where the best has none, no one has a share of it."""
    value = compared([pair("Grass.", "Kernel")])[0]
    assert (value["text of best"], value["title of best"]) == (0, 0)


def test_order_of_features_is_the_same_for_all() -> None:
    """Own works and those of libraries come with the same names in the same order."""
    assert [*own("Grass.", entries("a"), "a", 0)] == [*pair("Grass.", "Kernel")]


PIECES = st.sampled_from(
    ["graph", "Kernel", "LSTM", "Bloggs", "(2014)", "\\cite{a}", "\\cite{b,c}.", ". ", "学習", "Éa's", "\n\n"]
)


@given(
    words=st.lists(st.text(max_size=12) | PIECES, max_size=25),
    title=st.text(max_size=40) | st.lists(PIECES, max_size=6).map(" ".join),
    family=st.text(max_size=15),
    key=st.text(max_size=15),
    year=st.none() | st.integers(-1, 3000),
    position=st.integers(-1, 2),
)
def test_features_are_sane_for_any_text(
    *, words: list[str], title: str, family: str, key: str, year: int | None, position: int
) -> None:
    """Whatever paper and work say, every score is finite, none is negative, and shares lie between 0 and 1."""
    evidence = evidence_of(f"Graph kernels \\cite{{a}}. {' '.join(words)}", entries("a", "b", "c"))
    assume(evidence.loci)
    work = Candidature(key, Work(title, (Author(family),), year, abstract=title[::-1]), "bib", key, position)
    for work_ in (work, replace(work, key="a")):
        for locus in evidence.loci:
            scores = compared([features(work_, Query(locus, evidence))])[0]
            assert [(name, score) for name, score in scores.items() if not 0 <= score < 10] == []
            assert [(name, scores[name]) for name in sorted(SHARES) if scores[name] > 1 + 1e-9] == []
