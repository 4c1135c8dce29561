"""The named scores of works for a place, worked out by hand on tiny papers, and on anything at all."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.latex import read_project
from texscholar.recommend import Candidature, Evidence
from texscholar.recommend.background import mass, weight
from texscholar.recommend.features import FEATURES, USAGE, Columns, Query, features, is_first_mention
from texscholar.source import SourceText

UNBOUNDED = frozenset(
    (
        *(name for name in FEATURES if name.startswith("entries to ")),
        *("entry score", "title shared", "title length", "co-cited", "bibliography size", "used"),
        *("sentences to citance", "sentences to beside", "gap", "before next beside", "unused"),
        *("told in all", "pairs on text"),
    )
)
"""Logarithms and sums; all other features lie between 0 and 1."""
GAPS = ("sentences to beside", "gap", "before next beside")
FAR, NEVER = 7.5, 9.5  # what stands for a distance where there is none: in the bibliography, in the text


def evidence_of(body: str, bib: str = "", **others: str) -> Evidence:
    """The evidence of a paper with this body, this bibliography and these other files."""
    texts = {"main": f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n", **others}
    sources = {f"{name}.tex": SourceText(f"{name}.tex", text) for name, text in texts.items()}
    return Evidence(read_project("main.tex", sources.get), (read_bibliography(SourceText("refs.bib", bib)),))


def foreign(title: str, *families: str, year: int | None = None, key: str = "", abstract: str = "") -> Candidature:
    """A work of a library."""
    return Candidature(key, Work(title, tuple(map(Author, families)), year, abstract=abstract), "library:x", "1")


def pair(
    sentence: str, title: str, *families: str, year: int | None = None, key: str = "", abstract: str = ""
) -> dict[str, float]:
    """The scores of a work of a library for a paper of one sentence."""
    evidence = evidence_of(sentence)
    work = foreign(title, *families, year=year, key=key, abstract=abstract)
    return {name: column[0] for name, column in features((work,), Query(evidence.loci[0], evidence)).items()}


def columns(evidence: Evidence, number: int, *library: Candidature) -> Columns:
    """The scores of all own works, and then of those of a library, for one sentence of a paper."""
    return features((*evidence.own, *library), Query(evidence.loci[number], evidence))


def entries(*keys: str) -> str:
    return "".join(f"@misc{{{key}, title={{Untitled}}}}\n" for key in keys)


def titled(*titles: str) -> str:
    """Entries of these titles; their keys are letters, which say nothing."""
    return "".join(f"@misc{{{key}, title={{{title}}}}}\n" for key, title in zip("abcdefgh", titles, strict=False))


def logs(*values: float) -> list[float]:
    return [math.log1p(value) for value in values]


def test_feature_names() -> None:
    """The published names are those of the columns, in the same order, for own works and those of libraries alike."""
    evidence = evidence_of("Grass is green.", entries("a"))
    query = Query(evidence.loci[0], evidence)
    assert [list(FEATURES)] * 3 == [
        list(features(works, query)) for works in ((), evidence.own, (foreign("Graph kernels"),))
    ]


def test_names_of_features_that_know_how_often_a_work_is_cited() -> None:
    """They are features."""
    assert [name for name in USAGE if name not in FEATURES] == []


def test_nothing_to_score() -> None:
    """Without works all columns are empty."""
    evidence = evidence_of("Grass is green.")
    assert {name: [] for name in FEATURES} == features((), Query(evidence.loci[0], evidence))


def test_unrelated_work() -> None:
    """A work of a library that shares nothing with a sentence has only the scores that say so."""
    far = {name: FAR for name in FEATURES if name.startswith("entries to ") or name in GAPS}
    alone = {"sentences to citance": NEVER, "sentences since": pytest.approx(0, abs=1e-4), "library": 1}
    expected = dict.fromkeys(FEATURES, 0) | far | alone | {"title length": math.log1p(2)}
    assert expected == pair("Grass is green.", "Kernel methods", "Ng", year=2001, key="ng2001kernel")


# Entries: both of two terms, so that a shared term is worth its rarity under BM25.
ZOO = titled("Zebra stripes", "Zebra manes", "Lion manes")


def test_entry_score() -> None:
    """The sum of the rarities of the shared terms, where all entries are of the same length and say them once."""
    evidence = evidence_of("Lions have manes.", ZOO)
    lion, mane = evidence.rarity("lion"), evidence.rarity("mane")
    assert (
        pytest.approx(logs(0, mane, lion + mane, lion)) == (columns(evidence, 0, foreign("Lion cubs"))["entry score"])
    )


def test_entry_says_more_than_its_title() -> None:
    """Venue, key words and the words of a key are read with it; the abstract is not."""
    bib = """\
        @misc{a, title={Stripes}, journal={Zebra}}
        @misc{b, title={Stripes}, keywords={zebra}}
        @misc{of-zebra, title={Stripes}}
        @misc{d, title={Stripes}, abstract={zebra}}
        """
    assert [score > 0 for score in columns(evidence_of("Zebras graze.", bib), 0)["entry score"]] == [
        True,
        True,
        True,
        False,
    ]


def test_entry_of_best() -> None:
    """The share of the best score."""
    evidence = evidence_of("Lions have manes.", ZOO)
    lion, mane = evidence.rarity("lion"), evidence.rarity("mane")
    assert pytest.approx([0, mane / (lion + mane), 1]) == columns(evidence, 0)["entry of best"]


def test_best_of_a_library() -> None:
    """A work of a library may be the best, and own works then have a share of its score."""
    scores = columns(evidence_of("Lions.", ZOO), 0, foreign("Lion cubs"))
    assert [scores[name] for name in ("entry of best", "text of best")] == [[0, 0, 1, 1]] * 2
    scores = columns(evidence_of("Zebras.", titled("Zebra stripes of some length")), 0, foreign("Zebra"))
    assert (0 < scores["entry of best"][0] < 1, scores["entry of best"][1]) == (True, 1)


@pytest.mark.parametrize("name", ["entry of best", "entry place", "text of best", "text place"])
def test_the_best_own_work_counts_even_if_it_is_no_candidate(name: str) -> None:
    """Scores do not rise because others of the bibliography were left out."""
    evidence = evidence_of("Lions have manes.", ZOO)
    query = Query(evidence.loci[0], evidence)
    assert features(evidence.own, query)[name][1] == features(evidence.own[1:2], query)[name][0] < 1


@pytest.mark.parametrize("name", ["entry place", "text place"])
@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Grass is green.", [0, 0, 0, 0]),
        ("It is of the.", [0, 0, 0, 0]),
        ("Lions roar.", [0, 0, 1, 0]),
        ("Zebras graze.", [1, 1, 0, 1 / 3]),
        ("Zebras and lions.", [1 / 2, 1 / 2, 1, 1 / 4]),
    ],
)
def test_places(name: str, sentence: str, expected: list[float]) -> None:
    """1 for the best, 1/2 for the second; equals share the better place, and the next comes behind both."""
    evidence = evidence_of(sentence, titled("Zebra stripes", "Zebra manes", "Lion cubs", "A zebra, gnu, yak and emu"))
    assert expected == columns(evidence, 0)[name]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Grass. Here. Grass.", [0, 0]),
        ("Grass. Zebra lion. Grass.", [0, 0]),
        ("Zebra.\n\nHere.\n\nLion.", [0, 0]),
        ("Grass. Here.\n\nGrass. Lion.", [0, 0]),
        ("Zebra. Here. Grass.", [1, 0]),
        ("Grass. Here. Lion.", [0, 1]),
        ("Zebra. Here. Lion.", [1, 1]),
        ("Grass. Here. Grass. Lion.", [0, 1]),
    ],
)
def test_paragraph_on_entry(body: str, expected: list[float]) -> None:
    """The other sentences of the paragraph ask too, however far they are."""
    assert expected == columns(evidence_of(body, titled("Zebra", "Lion")), 1)["paragraph on entry"]


def test_text_of_best() -> None:
    """Abstracts, and the sentences that cite a work elsewhere, speak for it as its title does."""
    bib = titled("Stripes", "Zebra") + "@misc{x, title={Stripes}, abstract={Zebra}}" + entries("y")
    evidence = evidence_of("Zebras. Grass. A zebra \\cite{y}.", bib)
    scores = columns(evidence, 0, foreign("Stripes", abstract="A zebra"), foreign("Stripes"))
    # Their texts have 1, 1, 2, 2, 2 and 1 terms; the mean over the own ones is 3/2.
    one, two = (1.9 / (1 + 0.9 * (0.6 + 0.4 * length / 1.5)) for length in (1, 2))
    assert pytest.approx([0, 1, two / one, two / one, two / one, 0]) == scores["text of best"]


def test_text_of_citances_elsewhere() -> None:
    """Sentences of other papers that cite a work, as its library knows them, are part of its text."""
    evidence = evidence_of("Zebras graze.")
    works = [Candidature("", Work("Of stripes"), "library:x", "1", citances=c) for c in ((), ("On zebras.",))]
    assert columns(evidence, 0, *works)["text of best"] == [0, 1]


def test_scores_with_context() -> None:
    """All own works that the sentence or its neighbours speak of, by position, however few are candidates."""
    evidence = evidence_of("Zebra. Lion. Gnu.", titled("Zebra", "Lion", "Yak", "Gnu lion"))
    query = Query(evidence.loci[1], evidence)
    alone, around = evidence.by_text.scores(("lion",)), evidence.by_text.scores(("zebra", "gnu"))
    assert query.wide_scores == {0: around[0] / 2, 1: alone[1], 3: alone[3] + around[3] / 2}


def test_text_with_context() -> None:
    """The words around count half as much as those of the sentence."""
    evidence = evidence_of("Zebra. Lion. Gnu.", titled("Zebra", "Lion", "Gnu", "Yak"))
    assert pytest.approx([1 / 2, 1, 1 / 2, 0]) == columns(evidence, 1)["text with context"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Grass. Grass.", ([0, 0], [0, 0])),
        ("Grass. Zebra.", ([1, 0], [0, 0])),
        ("Grass.\n\nZebra.", ([0, 0], [0, 0])),
        ("\\section{Lions}Grass. Grass.", ([0, 0], [0, 1])),
        ("\\section{Lions}\\subsection{Grass}Grass. Grass.", ([0, 0], [0, 1])),
        ("\\section{Lions}\\section{Grass}Grass. Zebra.", ([1, 0], [0, 0])),
    ],
)
def test_text_and_what_stands_around(body: str, expected: tuple[list[float], ...]) -> None:
    """The paragraph and all headings above the sentence ask too."""
    scores = columns(evidence_of(body, titled("Zebra", "Lion")), 0)
    assert list(expected) == [scores["paragraph on text"], scores["headings on text"]]


def test_text_of_entries_beside() -> None:
    """The mean score of three entries on either side, each divided by its distance; the work's own is not in it."""
    evidence = evidence_of("Zebras.", titled("Gnu", "Gnu", "Zebra", "Gnu", "Gnu", "Gnu", "Gnu"))
    # 1/2 of 1 + 1/2 + 1/3; 1 of 2 + 1/2 + 1/3; 1 of 2 (1 + 1/2 + 1/3); 1/2 of 2 (1 + 1/2) + 1/3; 1/3 of 2 + 1/2 + 1/3
    assert (
        pytest.approx([3 / 11, 6 / 17, 0, 3 / 11, 3 / 20, 2 / 17, 0])
        == (columns(evidence, 0)["text of entries beside"])
    )


@pytest.mark.parametrize("bib", ["", titled("Zebra")])
def test_nothing_beside(bib: str) -> None:
    """A work of a library, and the only one of a bibliography, have no neighbours."""
    evidence = evidence_of("Zebras.", bib)
    scores = columns(evidence, 0, foreign("Zebra"))["text of entries beside"]
    assert [0] * len(scores) == scores


@pytest.mark.parametrize(
    ("body", "number", "expected"),
    [
        ("Zebras. Grass. Here. Zebras.", 0, [False, False]),
        ("Zebras. Grass. Here. Zebras \\cite{a}.", 0, [True, False]),
        ("Zebras. Grass. Here. Grass \\cite{a}. Zebras.", 0, [True, False]),
        ("Zebras. Grass. Zebras. Here \\cite{a,b}. Grass.", 0, [True, True]),
        ("Zebras. Grass. Zebras. Grass. Here \\cite{b}.", 0, [False, False]),
        # What stands beside a citance is not held against itself.
        ("Zebras. Here \\cite{a}. Grass.", 0, [False, False]),
        ("Here \\cite{a,b}. Zebras. Grass \\cite{a}.", 1, [False, False]),
        ("Zebras \\cite{a}. Zebras. Zebras. Here \\cite{b}.", 1, [True, True]),
    ],
)
def test_passages(body: str, number: int, expected: list[bool]) -> None:
    """A word of the sentence stands in another one that cites the work, or next to it."""
    scores = columns(evidence_of(body, entries("a", "b")), number)
    assert expected == [score > 0 for score in scores["passages of best"]]


def test_passages_by_hand() -> None:
    """BM25 of title, citances and what stands beside them; the mean length is that of titles and citances."""
    evidence = evidence_of("Zebras. Grass. Grass. Zebras \\cite{a}. Zebras. Here \\cite{b}.", entries("a", "b", "c"))
    scores = columns(evidence, 0)
    # Texts of 2, 1 and 1 terms; with grass and zebra beside the one, and zebra beside the other, 4, 2 and 1.
    first, second = (0.9 * (0.6 + 0.4 * length / (4 / 3)) for length in (4, 2))
    expected = [2 / (2 + first), 1 / (1 + second), 0]
    assert pytest.approx([score / max(expected) for score in expected]) == scores["passages of best"]


def test_own_words_are_a_passage() -> None:
    """Title and abstract count too, for works of libraries as for own ones, and equals share their place."""
    evidence = evidence_of("Zebras graze.", titled("Zebra", "Lion"))
    scores = columns(evidence, 0, foreign("Zebra"), foreign("Zebras", abstract="They graze."))
    assert scores["passages place"] == [1 / 2, 0, 1 / 2, 1]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Zebras. Here. Lions. Grass. Grass. Gnus \\cite{a}. Grass. Yaks \\cite{b}.", [False, False]),
        ("Zebras. Here. Lions. Grass. Grass. Zebras \\cite{a}. Grass. Lions \\cite{b}.", [True, True]),
        ("Zebras. Here. Lions. Grass. Zebras. Gnus \\cite{a}. Grass. Yaks \\cite{b}. Lions.", [True, True]),
        ("Zebras. Here. Lions. Grass. Grass. Here \\cite{a}. Grass. Grass. Lions.", [False, False]),
    ],
)
def test_context_on_passages(body: str, expected: list[bool]) -> None:
    """The words of the sentence before and of the one after are looked for there too."""
    scores = columns(evidence_of(body, entries("a", "b")), 1)
    assert expected == [score > 0 for score in scores["context on passages"]]


@pytest.mark.parametrize(("uses", "expected"), [(12, 1), (13, 0)])
def test_the_nearest_dozen_of_citances_is_read(uses: int, expected: float) -> None:
    """What stands in the thirteenth no longer counts."""
    body = "Zebras.\n\n" + "Grass \\cite{a}.\n\n" * (uses - 1) + "Zebras \\cite{a}."
    scores = columns(evidence_of(body, entries("a")), 0)
    assert [expected] == scores["citance"]


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
    names = ("title covered", "title shared", "rarest word shared")
    assert [pair(sentence, title)[name] for name in names] == [0, 0, 0]


def test_title_shared() -> None:
    """Words in any form are shared; the scores are the weights of the common ones."""
    scores = pair("Kernels on trees can grow.", "The Graph Kernel")
    common, title = weight("kernel"), mass(("graph", "kernel"))
    assert pytest.approx([common / title, math.log1p(common), common]) == [
        scores[name] for name in ("title covered", "title shared", "rarest word shared")
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


def test_abstract_is_no_title() -> None:
    """Words of the abstract are in the text and in passages; they cover no title."""
    scores = pair("Graph kernels.", "Untitled", abstract="On kernels of graphs.")
    assert [scores[name] for name in ("text of best", "passages of best", "entry of best", "title covered")] == [
        1,
        1,
        0,
        0,
    ]


def test_own_titles_are_covered_by_what_tells_them_apart() -> None:
    """A word that all titles of the bibliography hold covers less of one than the other word."""
    scores = columns(evidence_of("Zebras.", titled("Zebra manes", "Zebra stripes", "Zebra", "Lion manes")), 0)
    first, second, third, last = scores["title covered"]
    assert (first < 1 / 2, second < first, third, last) == (True, True, 1, 0)


@pytest.mark.parametrize(
    ("title", "expected"), [("", 0), ("Of the 1998", 0), ("The graph", 1), ("Graph, graph, tree", 3)]
)
def test_title_length(title: str, expected: int) -> None:
    """Words that say something, each as often as it stands there."""
    assert math.log1p(expected) == pair("Grass.", title)["title length"]


@pytest.mark.parametrize(
    ("sentence", "title", "expected"),
    [
        ("Grass is green.", "Kernels", 0),
        ("Any act.", "Nya cat", 0),
        ("1234 _abc_", "1234", 0),
        ("Grass is green.", "", 0),
        ("All KERNELS are green.", "kernels", 1),
        ("One kernel is green.", "Kernels", 4 / 6),  # _ker kern erne rnel nels els_
        ("By optimization.", "Optimierung", 4 / 10),
        ("By reoptimization.", "Optimierung", 3 / 10),
        ("Bäume sind grün.", "Baum", 0),
    ],
)
def test_letters_covered(sentence: str, title: str, expected: float) -> None:
    """The share of the runs of four letters of a title that the sentence holds: other forms, other languages."""
    assert pytest.approx(expected) == pair(sentence, title)["letters covered"]


def test_letters_of_best() -> None:
    """The weight of the runs shared, as a share of the best; runs that several own titles have weigh less."""
    evidence = evidence_of("Optimised kernels.", titled("Kern", "Kern", "Zebra"))
    common, once = math.log(1 + 4 / 3), math.log(1 + 4)  # _ker and kern, in two titles; _opt, opti and ptim, in none
    scores = columns(evidence, 0, foreign("Optimal"))
    assert pytest.approx([2 * common / (3 * once), 2 * common / (3 * once), 0, 1]) == scores["letters of best"]


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
        ("We use a Pile.", "The Pile: Texts", False),
        ("We use The Piled.", "The Pile: Texts", False),
        ("We use The Pile.", "The Pile: Texts", True),
        ("We use the pile.", "The Pile: Texts", True),
        ("We use C++11, then.", "C++11: Standards", True),
        ("We use U-Net.", "U-Net: Networks", True),
    ],
)
def test_name(sentence: str, title: str, is_met: bool) -> None:
    """A name of the title stands in the sentence as a word; in the same letters, if it is a single one."""
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
        ("As found in 2014.", ("Bloggs",), 0),
        ("As bloggs found in 2014.", ("Bloggs",), 0),
        ("As Bloggs found in 2014.", (), 0),
        ("As Bloggs found in 2014.", ("",), 0),
        ("As Ba found in 2014.", ("Ba",), 0),
        ("As Bloggs found in 2014.", ("Kingma", "Bloggs"), 0),
        ("As Smith found in 2014.", ("Smith Jones",), 0),
        ("As Bloggs found.", ("Bloggs",), 1),
        ("As Bloggs (2014) found.", ("Bloggs",), 1),
        ("As Bloggs' work of 2014 tells.", ("Bloggs",), 1),
        ("As Kingma's work of 2014 tells.", ("Kingma",), 1),
        ("As Müller (2014) found.", ("Müller",), 1),
        ("As Muller (2014) found.", ("Müller",), 1),
        ("As O'Brien (2014) found.", ("O'Brien",), 1),
        ("As Smith Jones (2014) found.", ("Smith Jones",), 1),
    ],
)
def test_surname(sentence: str, families: tuple[str, ...], expected: float) -> None:
    """The sentence names the first author, with a capital and in full."""
    assert expected == pair(sentence, "Untitled", *families)["surname"]


@pytest.mark.parametrize("family", ["Östling", "Çakır", "Élie"])
def test_surname_with_an_accented_capital(family: str) -> None:
    """A surname that begins with an accented letter is named like any other."""
    assert pair(f"As {family} (2014) found.", "Untitled", family)["surname"] == 1


@pytest.mark.parametrize("family", ["van der Maaten", "de Freitas", "ten Dijke"])
def test_surname_with_a_particle(family: str) -> None:
    """A surname with a particle in small letters is named when the sentence names it so."""
    assert pair(f"As {family} (2014) found.", "Untitled", family)["surname"] == 1


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Grass is green.", 0),
        ("As ada has it.", 0),
        ("As Bo and Ge have it.", 0),
        ("As Geo has it.", 0),
        ("As Ada has it.", 1),
        ("As Eve has it.", 1),
        ("As Ada and Eve have it.", 2),
        ("As Ada, Cid and Eve have it.", 3),
        ("As Ada, Cid, Dan and Eve have it.", 3),
    ],
)
def test_authors_named(sentence: str, expected: int) -> None:
    """How many of the first six authors the sentence names, up to three, whichever they are."""
    assert expected / 3 == pair(sentence, "Untitled", "Ada", "Bo", "Cid", "Dan", "Eve", "Fay", "Geo")["authors named"]


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
    scores = columns(evidence_of(body, entries("a", "b")), 0)
    assert pytest.approx((likeness, math.log1p(used))) == (scores["citance"][0], scores["used"][0])


def test_citance_cosine() -> None:
    """Likeness is the cosine of the terms' rarities."""
    evidence = evidence_of("Zebras graze. Zebras roar \\cite{a}.", entries("a"))
    zebra, graze, roar = (evidence.rarity(term) ** 2 for term in ("zebra", "graze", "roar"))
    expected = zebra / math.sqrt((zebra + graze) * (zebra + roar))
    assert pytest.approx([expected]) == columns(evidence, 0)["citance"]


@pytest.mark.parametrize(
    ("citances", "expected"),
    [((), 0), (("Lions roar.",), 0), (("It is of the.",), 0), (("Lions roar.", "The grazing of zebras."), 1)],
)
def test_citances_of_other_papers(citances: tuple[str, ...], expected: float) -> None:
    """Sentences of other papers that cite a work are citances of it, as far as its library knows them."""
    work = Candidature("", Work("Untitled"), "library:x", "1", citances=citances)
    assert pytest.approx([expected]) == columns(evidence_of("Zebras graze."), 0, work)["citance"]


def test_citance_of_best() -> None:
    """The share of the likest citance of all."""
    body = "Zebras graze. Zebras roar \\cite{a}. Grass. Zebras graze grass \\cite{b}. Lions roar \\cite{c}."
    scores = columns(evidence_of(body, entries("a", "b", "c")), 0)
    first, second, _ = scores["citance"]
    assert 0 < first < second < 1
    assert [first / second, 1, 0] == scores["citance of best"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Zebras. Grass. Lions. Gnus. Yaks.", 0),
        ("Zebras \\cite{a}. Grass. Lions. Gnus. Yaks.", 0),
        ("Zebras. Grass. Lions. Gnus \\cite{a}. Yaks.", 0),
        ("Zebras. Grass. Lions. Zebras \\cite{a}.", 1 / 2),
        ("Zebras. Grass. Lions. Zebras. Gnus \\cite{a}.", 1 / 2),
        ("Zebras. Grass. Lions. Gnus \\cite{a}. Zebras. Yaks. Emus.", 1 / 3),
        ("Zebras. Grass. Lions. Zebras. Gnus.\n\\input{two}", 0),
    ],
)
def test_citance_with_its_passage(body: str, expected: float) -> None:
    """Likeness to a citance and its neighbours in the same file: here one of so many rarities, all but the same."""
    evidence = evidence_of(body, entries("a"), two="Yaks \\cite{a}.")
    assert [math.sqrt(expected)] == pytest.approx(columns(evidence, 0)["citance with its passage"], abs=0.03)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Zebras. Here. Lions. Grass. Zebras. Grass \\cite{a}.", True),
        ("Zebras. Here. Lions. Grass. Grass \\cite{a}. Grass.", False),
        ("Zebras. Here. Lions. Here \\cite{a}. Here.", False),
        ("Zebras. Here \\cite{a}. Lions. Here. Here.", False),
        ("Zebras. Here. Lions. Here. Here \\cite{a}. Here. Here.", False),
        ("Zebras. Here. Lions. Here. Lions \\cite{a}. Here.", True),
    ],
)
def test_passage_and_passage(body: str, expected: bool) -> None:
    """The sentence with its neighbours is held against passages that share no sentence with them."""
    scores = columns(evidence_of(body, entries("a")), 1)["passage and passage"]
    assert [expected] == [score > 0 for score in scores]


def test_passage_like_itself() -> None:
    """The same words around another citation are as like as can be."""
    evidence = evidence_of("Zebras. Grass. Lions. Gnus. Lions. Grass \\cite{a}. Zebras.", entries("a"))
    assert pytest.approx([1]) == columns(evidence, 1)["passage and passage"]


SIX = entries(*"abcdef")


@pytest.mark.parametrize(
    ("body", "before", "after", "around"),
    [
        ("One. Here. Three.", None, None, None),
        ("One. Here \\cite{a}. Three.", None, None, None),
        ("One \\cite{nowhere}. Here. Three.", None, None, None),
        ("One \\cite{b}. Here. Three.", (1, 0, 1, 2, 3, 4), None, (1, 0, 1, 2, 3, 4)),
        ("One. Here. Three \\cite{f}.", None, (5, 4, 3, 2, 1, 0), (5, 4, 3, 2, 1, 0)),
        ("One \\cite{b}. Here. Three \\cite{f}.", (1, 0, 1, 2, 3, 4), (5, 4, 3, 2, 1, 0), (1, 0, 1, 2, 1, 0)),
        # Of more than three cited on one side those at the near end count; around it six.
        ("One \\cite{a,c,d,e}. Here. Three.", (2, 1, 0, 0, 0, 1), None, (0, 1, 0, 0, 0, 1)),
        ("One. Here. Three \\cite{a,b,c,f}.", None, (0, 0, 0, 1, 2, 3), (0, 0, 0, 1, 1, 0)),
    ],
)
def test_entries_to_cited(
    body: str, before: tuple[int, ...] | None, after: tuple[int, ...] | None, around: tuple[int, ...] | None
) -> None:
    """How many entries lie between a work and the nearest of those cited before, after and around."""
    scores = columns(evidence_of(body, SIX), 1)
    names = ("entries to cited before", "entries to cited after", "entries to cited around")
    assert [[FAR] * 6 if each is None else logs(*each) for each in (before, after, around)] == [
        scores[name] for name in names
    ]


def test_four_citing_sentences_on_either_side_are_near() -> None:
    """However far away they are; a fifth is not."""
    body = "One \\cite{a}. Two \\cite{c}. Three \\cite{d}. Four \\cite{e}. Five \\cite{f}." + " Grass." * 9
    assert logs(2, 1, 0, 0, 0, 0) == columns(evidence_of(body, SIX), 10)["entries to cited around"]


@pytest.mark.parametrize("name", [name for name in FEATURES if name.startswith("entries to ")])
def test_cited_in_another_file(name: str) -> None:
    """Files next to each other are not around."""
    evidence = evidence_of("One here \\cite{a}.\n\\input{two}", entries("a"), two="Two here.")
    assert columns(evidence, 1)[name] == [FAR]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One \\cite{a}.\n\nTwo. Here. Three.\n\nFour \\cite{a}.", [FAR, FAR, FAR]),
        ("One.\n\nTwo. Here \\cite{a}. Three.", [FAR, FAR, FAR]),
        ("One.\n\nTwo \\cite{a}. Here. Three.", logs(0, 1, 2)),
        ("One.\n\nTwo. Here. Three. Four. Five. Six \\cite{a,c}.", logs(0, 1, 0)),
    ],
)
def test_entries_to_cited_in_paragraph(body: str, expected: list[float]) -> None:
    """The same for all that the other sentences of the paragraph cite."""
    assert expected == columns(evidence_of(body, entries("a", "b", "c")), 2)["entries to cited in paragraph"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Here. Three.", [0, 0, 0, 0, 0, 0]),
        ("One. Here. Three \\cite{b}.", [0, 0, 0, 0, 0, 0]),
        ("One \\cite{b}. Here. Three.", [0, 0, 1, 1 / 2, 1 / 3, 1 / 4]),
        ("One \\cite{b}. Here. Three \\cite{d}.", [0, 0, 1, 0, 1 / 2, 1 / 3]),
        ("One \\cite{b}. Here \\cite{c}. Three.", [0, 0, 0, 1, 1 / 2, 1 / 3]),
        ("One \\cite{c,b}. Here. Three.", [0, 0, 0, 1, 1 / 2, 1 / 3]),
        ("One \\cite{f}. Here. Three.", [0, 0, 0, 0, 0, 0]),
    ],
)
def test_next_unused(body: str, expected: list[float]) -> None:
    """Entries behind the one cited last that nothing cites: 1 for the first, 1/2 for the second and so on."""
    assert expected == columns(evidence_of(body, SIX), 1)["next unused"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One \\cite{a}. Here. Three. Four.", [0, 0, 0, 0]),
        ("One \\cite{a}. Here. Three. Four \\cite{a,b}.", [1, 1, 0, 0]),
        ("One \\cite{a}. Here. Three \\cite{a,b}. Four \\cite{c}.", [1.5, 1.5, 1, 0]),
        ("One. Here.\n\\input{two}", [0, 0, 0, 0]),
        ("One \\cite{a}. Here.\n\\input{two}", [0, 2, 0, 0]),
    ],
)
def test_co_cited(body: str, expected: list[float]) -> None:
    """How often a work stands with those cited around in one sentence, and half as much in neighbouring ones."""
    evidence = evidence_of(body, entries(*"abcd"), two="Five \\cite{a,b}. Six. Seven \\cite{b,a}.")
    assert logs(*expected) == columns(evidence, 1)["co-cited"]


def test_what_is_said_of_the_bibliography() -> None:
    """Its order, its size and how many of its entries nothing cites are the same for all works."""
    evidence = evidence_of("One \\cite{a}. Two \\cite{b}. Three \\cite{f}.", SIX)
    scores = columns(evidence, 0, foreign("Untitled"))
    assert [[1 / 2] * 7, logs(6) * 7] == [scores["orderliness"], scores["bibliography size"]]
    assert [[1 / 2] * 7, pytest.approx(logs(3) * 7)] == [scores["unused share"], scores["unused"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Two. Here. Four.", (0, None, None)),
        ("One. Two. Here \\cite{a}. Four.", (0, None, None)),
        ("One. Two. Here. Four \\cite{a}.", (1, 1, None)),
        ("One \\cite{a}. Two. Here. Four.", (1, 2, 2)),
        ("One \\cite{a}. Two. Here \\cite{a}. Four \\cite{a}.", (2, 1, 2)),
        ("One \\cite{a}. Two \\cite[see][]{a,a}. Here. Four \\cite{a}.", (3, 1, 1)),
    ],
)
def test_uses(body: str, expected: tuple[int, int | None, int | None]) -> None:
    """How many other sentences cite a work, how far the nearest of them is, and how far the last one before."""
    used, nearest, since = expected
    scores = columns(evidence_of(body, entries("a", "b")), 2)
    names = ("used", "sentences to citance", "sentences since")
    assert pytest.approx(
        [
            math.log1p(used),
            NEVER if nearest is None else math.log1p(nearest),
            0 if since is None else 10 / (10 + since),
        ],
        abs=1e-4,
    ) == [scores[name][0] for name in names]


def test_a_work_is_used_under_all_its_keys() -> None:
    """Entries of the same work are one candidate, and what cites either cites it."""
    twin = "@misc{KEY, title={Zebras and their stripes}, author={Bo, A.}}"
    evidence = evidence_of("One \\cite{a}. Two \\cite{b}. Here.", twin.replace("KEY", "a") + twin.replace("KEY", "b"))
    assert columns(evidence, 2)["used"] == logs(2)


YEARS = """\
@misc{a, title={Untitled}, year={1990}}
@misc{b, title={Untitled}, year={2000}}
@misc{c, title={Untitled}, year={2012}}
@misc{d, title={Untitled}}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Here. Grass.", (0, 0, 0, 0)),
        ("Here \\cite{a}. Grass.", (0, 0, 0, 0)),
        ("Here. Grass \\cite{d}.", (0, 0, 0, 0)),
        ("Here. Grass \\cite{b}.", (3 / 13, 1, 1 / 5, 0)),
        ("Here. Grass \\cite{a,b,c,d}.", (3 / 13, 1, 1 / 5, 0)),
        ("Here. Grass \\cite{a}. Grass \\cite{a}. Grass \\cite{c}.", (1, 3 / 13, 3 / 25, 0)),
    ],
)
def test_year_near(body: str, expected: tuple[float, ...]) -> None:
    """Years from the middle one of the works cited around: three make half, one unknown nothing."""
    assert pytest.approx(expected) == columns(evidence_of(body, YEARS), 0)["year near"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Here. Grass.", [0, 0, 0, 0]),
        ("Here \\cite{a}. Grass.", [0, 0, 0, 0]),
        ("Here. Grass \\cite{a}.", [1, 1 / 2, 0, 1 / 3]),
        ("Here. Grass \\cite{a,b}.", [1, 1, 0, 2 / 3]),
    ],
)
def test_author_near(body: str, expected: list[float]) -> None:
    """The share of a work's authors who wrote one of those cited around; without authors it has none."""
    bib = "@misc{a, author={Ada, A.}}\n@misc{b, author={Ada, A. and Bo, B.}}\n@misc{c, title={Untitled}}\n"
    assert (
        pytest.approx(expected) == (columns(evidence_of(body, bib), 0, foreign("", "Cid", "Bo", "Ada"))["author near"])
    )


def test_library() -> None:
    """Works of libraries are told from own ones."""
    assert columns(evidence_of("Grass.", entries("a")), 0, foreign("Untitled"))["library"] == [0, 1]


def test_library_work_has_no_place_in_the_paper() -> None:
    """A library's work is neither cited nor close, even under the key of an own one."""
    bib = titled("Untitled", "Old graphs")
    evidence = evidence_of("Graphs are old \\cite{a}. Graphs are old. They are \\cite{a,b}.", bib)
    scores = columns(evidence, 1, foreign("Old graphs", key="b"))
    near = ("citance", "used", "co-cited", "next unused", "text of entries beside", "uses in section")
    claims = ("near claim", "near claim place", "wide claim place")
    told = ("told", "told in all", "told of best", "pair told", "pairs on text", "pairs of best")
    far = [name for name in FEATURES if name.startswith("entries to ") or name in GAPS]
    assert [scores[name][-1] for name in (*near, *claims, *told)] == [0] * 15
    assert [scores[name][-1] for name in far] == [FAR] * 7
    assert [name for name in claims if not scores[name][1]] == []


@pytest.mark.parametrize(
    ("body", "number", "expected"),
    [
        ("Grass. Here. Grass.", 1, (0, 0, 0)),
        ("Zebra. Grass. Here. Grass.", 2, (0, 0, 0)),
        # A sentence that cites waits for nothing.
        ("Grass. Zebra \\cite{c}. Grass.", 1, (0, 0, 0)),
        ("Zebra \\cite{c}. Here. Grass.", 1, (0, 0, 0)),
        ("Grass. Zebra. Grass.", 1, (1, 1, 1)),
        ("Zebra. Here. Grass.", 1, (1 / 2, 1 / 2, 1 / 2)),
        ("Zebra. Here. Zebra.", 1, (1, 1, 1)),
        ("Zebra. Zebra. Grass. Grass. Zebra.", 4, (2 / 3, 1 / 3, 1 / 3)),
        ("Zebra. Zebra. Grass. Grass. Zebra.", 2, (1 / 3, 1 / 4, 1 / 4)),
        # Of two that fit alike the one nearer to a citation of the next entry is the better: 5 of 5 + 1 against 5 + 4.
        ("Zebra. Grass. Grass. Zebra. Grass \\cite{b}.", 3, (1, 1, 1)),
        ("Zebra. Grass. Grass. Zebra. Grass \\cite{b}.", 0, ((14 / 9) / (11 / 6), 1 / 2, 1)),
        ("Zebra. Grass. Grass. Zebra. Grass \\cite{a}.", 0, (1, 1, 1)),
        # A half as good again outweighs that.
        ("Zebra. Zebra. Grass. Grass. Zebra. Grass \\cite{b}.", 4, ((11 / 6) / (1.5 * 14 / 9), 1 / 3, 1 / 3)),
    ],
)
def test_claims(body: str, number: int, expected: tuple[float, ...]) -> None:
    """How well the sentence fits a work, its neighbours counting half, against all others that cite nothing."""
    scores = columns(evidence_of(body, titled("Zebra", "Untitled") + entries("c")), number)
    names = ("near claim", "near claim place", "wide claim place")
    assert pytest.approx(expected) == tuple(scores[name][0] for name in names)


@pytest.mark.parametrize(
    ("body", "bib", "expected"),
    [
        ("Grass \\cite{a}.", "", (0, 0)),
        ("Grass \\cite{a}.", entries("a"), (0, 0)),
        ("Grass \\cite{a}. Grass \\cite{a,b}.", entries("a", "b"), (0, 0)),
        ("Grass.", entries("a", "b"), (1, 2)),
        ("Grass \\cite{b,nowhere}.", entries("a", "b", "c", "d"), (3 / 4, 3)),
    ],
)
def test_unused(body: str, bib: str, expected: tuple[float, float]) -> None:
    """The share of the bibliography that nothing cites, and the logarithm of how many entries that are."""
    share, count = expected
    scores = columns(evidence_of(body, bib), 0, foreign("Untitled"))
    assert (share, pytest.approx(math.log1p(count))) == (scores["unused share"][-1], scores["unused"][-1])


# The place is the third of five sentences, the work the third of five entries.
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Two. Here. Four. Five.", (None, 0, None)),
        ("One. Two \\cite{c}. Here \\cite{c}. Four. Five \\cite{c}.", (None, 0, None)),
        # What the place itself cites says nothing, not even of where the gap is.
        ("One. Two. Here \\cite{b}. Four. Five.", (None, None, None)),
        ("One. Two. Here \\cite{d}. Four. Five.", (None, None, None)),
        ("One \\cite{b}. Two. Here. Four. Five.", (2, 0, None)),
        ("One \\cite{a}. Two. Here. Four. Five.", (2, 0, None)),
        ("One. Two. Here. Four \\cite{b}. Five.", (1, 1, None)),
        ("One. Two. Here. Four. Five \\cite{d}.", (2, 0, 2)),
        ("One. Two. Here. Four. Five \\cite{e}.", (2, 0, 2)),
        ("One \\cite{d}. Two. Here. Four. Five.", (2, 2, -2)),
        ("One \\cite{b}. Two. Here. Four. Five \\cite{d}.", (2, 0, 2)),
        ("One. Two. Here. Four \\cite{b}. Five \\cite{d}.", (1, 1, 2)),
        ("One \\cite{b}. Two \\cite{d}. Here. Four. Five.", (1, 1, -1)),
        ("One \\cite{d}. Two. Here. Four \\cite{b}. Five.", (1, None, -2)),
        # The first citations bound the gap, any may be the nearest, and only the nearest entries count.
        ("One \\cite{b}. Two \\cite{d}. Here. Four \\cite{b,d}. Five.", (1, 1, -1)),
        ("One \\cite{b}. Two. Here \\cite{b,d}. Four \\cite{b}. Five \\cite{d}.", (1, 0, 2)),
        ("One \\cite{b}. Two \\cite{a}. Here. Four \\cite{e}. Five \\cite{d}.", (2, 0, 2)),
    ],
)
def test_gaps(body: str, expected: tuple[int | None, ...]) -> None:
    """How far the entries beside a work are cited, how far outside of the gap between them, and before the later one."""
    scores = columns(evidence_of(body, entries(*"abcde")), 2)
    lengths = [FAR if each is None else math.copysign(math.log1p(abs(each)), each) for each in expected]
    assert lengths == [scores[name][2] for name in GAPS]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Here. Three.", 0),
        ("One. Here \\cite{a}. Three \\cite{b}.", 0),
        ("\\section{A} One. Here. \\section{B} Three \\cite{a}.", 0),
        ("\\section{A} One \\cite{a}. Here. \\section{B} Three \\cite{a}. Four \\cite{a}.", 1 / 3),
        ("\\section{A} One \\cite{a}. Here \\cite{a}. \\section{B} Three.", 1),
    ],
)
def test_uses_in_section(body: str, expected: float) -> None:
    """The share of the other citations of a work that stand in the same section."""
    assert expected == columns(evidence_of(body, entries("a", "b")), 1)["uses in section"][0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Zebra. Grass \\cite{a}.", (0, 0)),
        ("Zebra. Zebra. Grass \\cite{a}.", (0, 0)),
        ("Zebra. Zebra \\cite{b}.", (0, 1 / 2)),
        ("Zebra. Zebra \\cite{nowhere}.", (0, 0)),
        ("It is of the. Zebra \\cite{a}.", (0, 0)),
        ("Zebra. Zebra \\cite{a}.", (1 / 2, 0)),
        ("Zebra. Zebra, zebra \\cite{a} \\cite{a}.", (1 / 2, 0)),
        ("Zebras, zebra. Zebra \\cite{a}. Zebra. Zebra \\cite{nowhere}.", (1 / 2, 0)),
        ("Zebra. Zebra \\cite{a}. Zebra \\cite{b}.", (1 / 3, 1 / 3)),
        ("Zebra. Zebra \\cite{a}. Zebra \\cite{a}.", (2 / 3, 0)),
        ("Zebra. Zebra \\cite{a}. Zebra \\cite{a,b}. Zebra \\cite{a}.", (3 / 4, 1 / 4)),
    ],
)
def test_told(body: str, expected: tuple[float, float]) -> None:
    """The rarity of a word, by the share of the citing sentences with it that cite a work, as if there were one more."""
    evidence = evidence_of(body, entries("a", "b"))
    scores, zebra = columns(evidence, 0), evidence.rarity("zebra")
    assert pytest.approx([share * zebra for share in expected]) == scores["told"] == scores["told in all"]
    assert pytest.approx([share / (max(expected) or 1) for share in expected]) == scores["told of best"]


def test_told_by_several_words() -> None:
    """Of several words the one that tells most counts, and all of them together."""
    evidence = evidence_of(
        "Zebra lion. Zebra \\cite{a}. Zebra, gnu \\cite{a,b}. Lion \\cite{a}.", entries("a", "b", "c")
    )
    scores, zebra, lion = columns(evidence, 0), evidence.rarity("zebra"), evidence.rarity("lion")
    first, second = 2 * zebra / 3 + lion / 2, zebra / 3
    assert pytest.approx([max(2 * zebra / 3, lion / 2), zebra / 3, 0]) == scores["told"]
    assert pytest.approx([first, second, 0]) == scores["told in all"]
    assert pytest.approx([1, second / first, 0]) == scores["told of best"]


# The pair stands in two of four sentences, or in three.
TWICE, THRICE = math.log(5 / 3) / math.log(6), math.log(5 / 4) / math.log(6)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Zebra lion. Zebra lion. Grass. Grass \\cite{a}.", (0, 0)),
        ("Zebra lion. Zebra lion \\cite{nowhere}. Grass. Grass.", (0, 0)),
        ("Zebra lion. Zebra \\cite{a}. Lion \\cite{a}. Grass.", (0, 0)),
        ("Zebra lion. Lion zebra \\cite{a}. Grass. Grass.", (0, 0)),
        ("Zebra lion. Zebra gnu lion \\cite{a}. Grass. Grass.", (0, 0)),
        ("Zebra lion. A zebra and a lion \\cite{a}. Grass. Grass.", (TWICE / 2, 0)),
        ("Zebra lion. Zebra lion, zebra lion \\cite{a}. Grass. Grass.", (TWICE / 2, 0)),
        ("Zebra lion. Zebra lion \\cite{a,b}. Zebra lion \\cite{b}. Grass.", (THRICE / 3, 2 * THRICE / 3)),
    ],
)
def test_pair_told(body: str, expected: tuple[float, float]) -> None:
    """The same of two neighbouring words, function words aside, and how rare the two are among the sentences."""
    assert pytest.approx(expected) == columns(evidence_of(body, entries("a", "b")), 0)["pair told"]


def test_the_pair_that_tells_most() -> None:
    """Of several pairs one counts."""
    evidence = evidence_of(
        "Zebra lion gnu. Zebra lion \\cite{a}. Lion gnu \\cite{a}. Lion gnu \\cite{b}.", entries("a", "b")
    )
    twice, thrice = (evidence.pair_rarity(each) for each in (("zebra", "lion"), ("lion", "gnu")))
    assert pytest.approx([twice / 2, thrice / 3]) == columns(evidence, 0)["pair told"]


def test_pairs_on_text() -> None:
    """How rare the pairs are that the sentence shares with titles, abstracts and citing sentences, each counted once."""
    bib = titled("Lion zebra", "Zebra", "Zebra lions", "Zebra lion, zebra lion", "Untitled", "Lion")
    bib += "@misc{h, title={Zebra lion}, abstract={Of zebra lions; a lion, a gnu.}}"
    evidence = evidence_of("Zebra lion gnu. Grass. Grass. Zebra lion \\cite{e}.", bib)
    scores = columns(evidence, 0, foreign("Zebra lion"))
    once = math.log(5 / 2) / math.log(6)
    assert pytest.approx([0, 0, TWICE, TWICE, TWICE, 0, TWICE + once, 0]) == scores["pairs on text"]
    part = TWICE / (TWICE + once)
    assert pytest.approx([0, 0, part, part, part, 0, 1, 0]) == scores["pairs of best"]


@pytest.mark.parametrize("sentence", ["", "It is of the.", "Zebra.", "Zebra, grass, lion."])
def test_no_pairs(sentence: str) -> None:
    """A single word is no pair, and where nothing shares one there is no best."""
    scores = columns(evidence_of(f"Here. {sentence}", titled("Zebra lion")), -1)
    assert (scores["pairs on text"], scores["pairs of best"]) == ([0], [0])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One here. Two here. Three here.", True),
        ("One here. Two here \\cite{a}. Three here.", True),
        ("One here. Two here. Three here \\cite{a}.", True),
        ("One here \\cite{b}. Two here. Three here.", True),
        ("One here \\cite{a}. Two here. Three here.", False),
        ("One here \\cite{a}. Two here \\cite{a}. Three here.", False),
    ],
)
def test_first_mention(body: str, expected: bool) -> None:
    """No sentence before the place cites the work."""
    evidence = evidence_of(body, entries("a", "b"))
    assert expected == is_first_mention(evidence.own[0], Query(evidence.loci[1], evidence))


def test_first_mention_through_files() -> None:
    """What an earlier file cites was mentioned before; a library's work never was."""
    evidence = evidence_of("One here \\cite{a}.\n\\input{two}", entries("a"), two="Two here.")
    query = Query(evidence.loci[1], evidence)
    assert [is_first_mention(work, query) for work in (evidence.own[0], foreign("Untitled", key="a"))] == [False, True]


PIECES = st.sampled_from(
    ["graph", "Kernel", "LSTM", "Bloggs", "(2014)", "\\cite{a}", "\\cite{b,c}.", ". ", "学习", "Éa's", "\n\n"]
)
SOUP = st.lists(st.text(max_size=12) | PIECES, max_size=25).map(" ".join)
TITLES = st.text(max_size=40) | st.lists(PIECES, max_size=6).map(" ".join)
FOREIGN = st.builds(
    Candidature,
    key=st.text(max_size=15),
    work=st.builds(
        Work,
        title=TITLES,
        authors=st.lists(st.builds(Author, st.text(max_size=15)), max_size=3).map(tuple),
        year=st.none() | st.integers(-1, 3000),
        abstract=SOUP,
        kind=st.sampled_from(["", "book", "misc"]),
    ),
    origin=st.just("library:x"),
    citances=st.lists(SOUP, max_size=2).map(tuple),
)


def anything(body: str, titles: Sequence[str]) -> Evidence:
    """A paper with this text and some own works, whatever of them can be read."""
    return evidence_of(f"Graph kernels \\cite{{a}}. {body}", titled(*titles))


def rows(works: Sequence[Candidature], query: Query) -> list[dict[str, float]]:
    """The scores of each work."""
    found = features(works, query)
    return [{name: column[at] for name, column in found.items()} for at in range(len(works))]


@given(body=SOUP, titles=st.lists(TITLES, max_size=4), library=st.lists(FOREIGN, max_size=2))
def test_scores_are_sane_for_any_text(*, body: str, titles: list[str], library: list[Candidature]) -> None:
    """Whatever paper and works say, every score is finite, only a way back is negative, shares lie in 0 to 1."""
    evidence = anything(body, titles)
    for locus in evidence.loci:
        found = features((*evidence.own, *library), Query(locus, evidence))
        assert list(found) == list(FEATURES)
        assert {len(column) for column in found.values()} == {len(evidence.own) + len(library)}
        wrong = [
            (name, score)
            for name, column in found.items()
            for score in column
            if not (-10 if name == "before next beside" else 0) <= score < (100 if name in UNBOUNDED else 1 + 1e-9)
        ]
        assert wrong == []


@given(body=SOUP, titles=st.lists(TITLES, max_size=4), library=st.lists(FOREIGN, max_size=3), data=st.data())
def test_scores_do_not_depend_on_the_order_of_works(
    *, body: str, titles: list[str], library: list[Candidature], data: st.DataObject
) -> None:
    """Candidates given in another order have the same scores, to the last bit."""
    evidence = anything(body, titles)
    assume(evidence.loci)
    works = (*evidence.own, *library)
    order = data.draw(st.permutations(range(len(works))))
    query = Query(data.draw(st.sampled_from(evidence.loci)), evidence)
    expected = rows(works, query)
    assert [expected[at] for at in order] == rows([works[at] for at in order], query)


@given(body=SOUP, titles=st.lists(TITLES, max_size=4), work=FOREIGN)
def test_equal_works_have_equal_scores(*, body: str, titles: list[str], work: Candidature) -> None:
    """A work that two libraries hold is scored twice the same."""
    evidence = anything(body, titles)
    assume(evidence.loci)
    again = Candidature(work.key, work.work, "library:y", "2", citances=work.citances)
    found = rows((work, *evidence.own, again), Query(evidence.loci[0], evidence))
    assert found[0] == found[-1]


@given(body=SOUP, titles=st.lists(TITLES, max_size=4), library=st.lists(FOREIGN, max_size=2))
def test_scores_are_the_same_again(*, body: str, titles: list[str], library: list[Candidature]) -> None:
    """Another reading of the same paper gives the same, to the last bit, whatever was asked of it before."""
    first, second = anything(body, titles), anything(body, titles)
    assume(first.loci)
    last = len(first.loci) - 1
    columns(first, 0, *library)
    assert columns(first, last, *library) == columns(second, last, *library)
