"""What a paper tells about its own works: their order, who cites them where, and their terms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, identities, read_bibliography
from texscholar.latex import read_project
from texscholar.library import Record
from texscholar.recommend import Candidature, Evidence
from texscholar.recommend.background import weight
from texscholar.recommend.evidence import NO_FIT, Fits, content_terms, letter_runs, names_in_title
from texscholar.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Sequence


def evidence_of(body: str, *bibs: str, without: frozenset[str] = frozenset(), **others: str) -> Evidence:
    """The evidence of a paper with this body, these bibliographies and these other files."""
    texts = {"main": f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n", **others}
    sources = {f"{name}.tex": SourceText(f"{name}.tex", text) for name, text in texts.items()}
    project = read_project("main.tex", sources.get)
    read = [read_bibliography(SourceText(f"{number}.bib", bib)) for number, bib in enumerate(bibs)]
    return Evidence(project, read, without)


def entry(key: str, title: str = "Graph kernels", more: str = "") -> str:
    return f"@misc{{{key}, title={{{title}}}, {more}}}\n"


def entries(*titles: str) -> str:
    """Entries of these titles; their keys are letters, which say nothing."""
    return "".join(entry(key, title) for key, title in zip("abcdefgh", titles, strict=False))


def work(title: str, *families: str, key: str = "", abstract: str = "") -> Candidature:
    return Candidature(key, Work(title, tuple(map(Author, families)), abstract=abstract), "bib", key, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("It is of the", ()),
        ("1998 and 42", ()),
        ("Graph kernels", ("graph", "kernel")),
        ("Kernels of graphs in 1998", ("kernel", "graph")),
        ("GPT3, Bäume", ("gpt3", "baum")),
        ("graph graph", ("graph", "graph")),
    ],
)
def test_content_terms(text: str, expected: tuple[str, ...]) -> None:
    """Function words and bare numbers are no content; the rest keeps its order."""
    assert expected == content_terms(text)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("", set()),
        ("Graph kernels", set()),
        ("Attention Is All You Need", set()),
        ("ATTENTION IS ALL YOU NEED", set()),
        ("deep learning: a review", set()),
        ("What is learning? A review: part one", set()),
        ("One Two Three Four: too long a name", set()),
        ("A: b", set()),
        ("Adam: A Method", {"Adam"}),
        ("The Pile: An 800GB dataset", {"The Pile"}),
        ("GloVe: Global Vectors", {"GloVe"}),
        ("Training XLNet", {"XLNet"}),
        ("Scaling up GPT again", {"GPT"}),
        ("Word2Vec explained", {"Word2Vec"}),
        ("BERT or RoBERTa", {"BERT", "RoBERTa"}),
        ("U-Net: Convolutional Networks", {"U-Net"}),
    ],
)
def test_names_in_title(title: str, expected: set[str]) -> None:
    """A name stands before a colon or is no plain word; no sentence, no title in capitals is one."""
    assert expected == names_in_title(title)


def test_positions_run_through_all_bibliographies() -> None:
    """Own works are counted in the order of the files."""
    own = evidence_of("", entry("b") + entry("a"), entry("c")).own
    assert [(each.key, each.position) for each in own] == [("b", 0), ("a", 1), ("c", 2)]


def test_first_entry_of_a_key_counts() -> None:
    """A key defined twice means its first entry, and leaves no gap in the positions."""
    evidence = evidence_of("", entry("a", "First") + entry("a", "Second"), entry("b"))
    assert [(e.key, e.work.title, e.position) for e in evidence.own] == [("a", "First", 0), ("b", "Graph kernels", 1)]
    assert evidence.by_key["a"].work.title == "First"


def test_without_leaves_entries_out() -> None:
    """Entries that a measurement hides are not the paper's own."""
    evidence = evidence_of("", entry("a") + entry("b"), without=frozenset({"a"}))
    assert [(each.key, each.position) for each in evidence.own] == [("b", 0)]


def test_broken_bibliography_keeps_what_can_be_read() -> None:
    """Half a .bib gives the entries before the damage."""
    assert [each.key for each in evidence_of("", entry("a") + "@misc{b, title={").own][:1] == ["a"]


def test_only_own_works_have_a_position() -> None:
    """A work of a library is not the paper's own."""
    library = Candidature("a", Work("Graphs"), "library:x", "1")
    assert [library.is_own, work("Graphs").is_own] == [False, True]


BODY = """\
Graphs are old \\cite{a}. They have kernels \\cite{b,a}. Nobody cites here.

\\input{two}
"""


def test_cited_at() -> None:
    """Each citing sentence knows its keys, each once and in order, through all files."""
    evidence = evidence_of(BODY, two="Trees are graphs \\cite{c} \\cite{a,c}.")
    assert dict(evidence.cited_at) == {0: ("a",), 1: ("b", "a"), 3: ("c", "a")}


def test_citances() -> None:
    """Each cited key knows its sentences, also one that no bibliography defines."""
    evidence = evidence_of(BODY, two="Trees are graphs \\cite{c}.")
    assert dict(evidence.citances) == {"a": (0, 1), "b": (1,), "c": (3,)}


def test_silent_citations_are_no_citances() -> None:
    """A sentence that only has a silent citation cites nothing."""
    assert dict(evidence_of("Graphs are old. \\nocite{a,*} They have kernels.").cited_at) == {}


def test_loci_follow_the_document() -> None:
    """Sentences are numbered through all files, and within each."""
    loci = evidence_of(BODY, two="Trees are graphs.").loci
    assert [(locus.file.path, locus.index, locus.order) for locus in loci] == [
        ("main.tex", 0, 0),
        ("main.tex", 1, 1),
        ("main.tex", 2, 2),
        ("two.tex", 0, 3),
    ]


def test_neighbours_stay_in_the_file() -> None:
    """Before the first and after the last sentence of a file there is none."""
    loci = evidence_of(BODY, two="Trees are graphs.").loci
    assert [
        sentence and sentence.text for sentence in (loci[0].neighbour(-1), loci[0].neighbour(1), loci[2].neighbour(1))
    ] == [None, "They have kernels.", None]


def test_own_identities() -> None:
    """The names under which own works are known are those of all of them."""
    evidence = evidence_of("", entry("a", more="doi={10.1000/A}") + entry("b", more="eprint={1412.6980}"))
    assert {"doi:10.1000/a", "arxiv:1412.6980"} == evidence.own_identities


TWIN = "author={Bo, A.}, "
TWINS = entry("a", "Kernels of all graphs", TWIN) + entry("b") + entry("c", "Kernels of All Graphs", TWIN)


@pytest.mark.parametrize(
    ("body", "chosen"),
    [
        ("Nobody cites.", "a"),
        ("One \\cite{b}.", "a"),
        ("One \\cite{a}. Two \\cite{c}.", "a"),
        ("One \\cite{c}.", "c"),
        ("One \\cite{a}. Two \\cite{c}. Three \\cite{c}.", "c"),
    ],
)
def test_entries_of_the_same_work_are_one(body: str, chosen: str) -> None:
    """The one that is cited most stands for all, where the first of them stands; every key leads to it."""
    evidence = evidence_of(body, TWINS)
    assert [(each.key, each.position) for each in evidence.own] == [(chosen, 0), ("b", 1)]
    assert {key: work.key for key, work in evidence.by_key.items()} == {"a": chosen, "c": chosen, "b": "b"}


def test_entries_that_only_look_alike_are_two() -> None:
    """Without an author a title names no work; nor does a short one."""
    short = entry("a", "Graphs", TWIN) + entry("b", "Graphs", TWIN)
    assert [len(evidence_of("", bib).own) for bib in (short, entry("a") + entry("b"))] == [2, 2]


def test_twins_of_hidden_entries_remain() -> None:
    """Of two entries of the same work one can be left out."""
    evidence = evidence_of("One \\cite{a}.", TWINS, without=frozenset({"a"}))
    assert ([each.key for each in evidence.own], sorted(evidence.by_key)) == (["b", "c"], ["b", "c"])


def test_cited_works() -> None:
    """Sentences know the positions of the works they cite, each once and in order; unknown keys are none."""
    evidence = evidence_of(
        "One \\cite{b,nowhere,a}. Two \\cite{nowhere}. Three. Four \\cite{a,c}. Five \\nocite{b}.", TWINS
    )
    assert dict(evidence.cited_works) == {0: (1, 0), 3: (0,)}
    assert evidence.citing_orders == (0, 3)


def test_uses() -> None:
    """Each work knows the sentences that cite it under any of its keys, through all files."""
    evidence = evidence_of(
        "One \\cite{a}. Two \\cite{c,a}. Three.\n\\input{two}", TWINS + entry("d"), two="Four \\cite{b,c}."
    )
    assert evidence.uses == ((0, 1, 3), (3,), ())


def test_nothing_cited() -> None:
    """A paper without a bibliography, or without a citation, still tells so."""
    nothing = evidence_of("One \\cite{a}.")
    assert (dict(nothing.cited_works), nothing.citing_orders, nothing.uses) == ({}, (), ())
    assert (dict(nothing.cocitations), nothing.orderliness, nothing.unused_before) == ({}, 0, (0,))
    assert evidence_of("One.", entry("a")).uses == ((),)


def test_by_title_knows_what_entries_say() -> None:
    """A work is found by its title, key, venue and key words; authors, abstract and citances are not read."""
    more = "author={Bloggs, J.}, journal={Savannas}, keywords={grass}, abstract={Walks}"
    evidence = evidence_of(
        "Zebras graze \\cite{bloggs2020stripe}.", entry("x") + entry("bloggs2020stripe", "Of Patterns", more)
    )
    read, unread = ("pattern", "stripe", "savanna", "grass"), ("blogg", "walk", "zebra")
    assert [sorted(evidence.by_title.scores((word,))) for word in read] == [[1]] * 4
    assert [sorted(evidence.by_title.scores((word,))) for word in unread] == [[]] * 3
    assert [*evidence.by_title.scores(("graph",))] == [0]


def test_by_text_knows_abstracts_and_citances() -> None:
    """A work is also found by its abstract and by every sentence that cites it."""
    evidence = evidence_of(
        "Zebras graze \\cite{a}. Lions \\cite{a,b}.", entry("a", "Patterns", "abstract={Walks}") + entry("b")
    )
    found = {word: sorted(evidence.by_text.scores((word,))) for word in ("pattern", "walk", "zebra", "lion", "yak")}
    assert found == {"pattern": [0], "walk": [0], "zebra": [0], "lion": [0, 1], "yak": []}


def test_text_of_a_work() -> None:
    """Its own terms, then those of the sentences that cite it in their order; a library's work has only its own."""
    evidence = evidence_of("Zebras graze \\cite{a}. Lions. Zebras \\cite{a}.", entry("a"))
    library = Candidature("a", Work("Graph"), "library:x", "1", citances=("On yaks.",))
    assert evidence.text_of(evidence.own[0]) == ("graph", "kernel", "zebra", "graze", "zebra")
    assert evidence.text_of(library) == ("graph", "yak")


def test_passage() -> None:
    """The terms of a sentence and its neighbours; the first and last of a file have one neighbour only."""
    evidence = evidence_of("Zebras graze. Here. Lions.\n\nGnus.\n\\input{two}", two="Yaks.")
    assert [{"zebra", "graze"}, {"zebra", "graze", "lion"}, {"lion", "gnus"}, {"lion", "gnus"}, {"yak"}] == [
        evidence.passage(order) for order in range(5)
    ]


def test_passages_of_a_work() -> None:
    """Its text, and with it the neighbours of each sentence that cites it, counted as often; a library's has none."""
    evidence = evidence_of("Zebras. Lions \\cite{a}. Yaks. Emus \\cite{a}.", entry("a"))
    library = Candidature("a", Work("Graph"), "library:x", "1", citances=("On yaks.",))
    expected = {"graph": 1, "kernel": 1, "lion": 1, "emus": 1, "zebra": 1, "yak": 2}
    assert [expected, {"graph": 1, "yak": 1}] == [dict(evidence.passages_of(w)) for w in (evidence.own[0], library)]


def test_cocitations() -> None:
    """Works in one sentence are cited together once, those in neighbouring ones half; both ways alike."""
    evidence = evidence_of(
        "One \\cite{a,b}. Two \\cite{b,c}. Three. Four \\cite{d}.", entry("a") + entry("b") + entry("c") + entry("d")
    )
    half, whole = {(0, 2): 0.5}, {(0, 1): 1.5, (1, 2): 1.5}
    expected = {**half, **whole}
    assert expected | {(b, a): count for (a, b), count in expected.items()} == dict(evidence.cocitations)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One.", 0),
        ("One \\cite{a}.", 0),
        ("One \\cite{a}. Two \\cite{b}. Three \\cite{d}.", 1),
        ("One \\cite{d}. Two \\cite{c}. Three \\cite{a}.", 1),
        ("One \\cite{a}. Two \\cite{d}.", 0),
        ("One \\cite{a}. Two \\cite{d}. Three \\cite{e}.", 1 / 2),
        ("One \\cite{a}. Two \\cite{a,b}. Three \\cite{f,a}. Four \\cite{e}.", 2 / 3),
        ("One \\cite{f,a,d,b}.", 1),  # what one sentence cites is taken in the order of the bibliography
    ],
)
def test_orderliness(body: str, expected: float) -> None:
    """The share of works that stand within two entries of the one first cited before them."""
    evidence = evidence_of(body, "".join(map(entry, "abcdef")))
    assert pytest.approx(expected) == evidence.orderliness


def test_unused_before() -> None:
    """Works that nothing cites are counted up to each place of the bibliography, and up to its end."""
    evidence = evidence_of("One \\cite{b,d}.", "".join(map(entry, "abcde")))
    assert evidence.unused_before == (0, 1, 1, 2, 2, 3)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One.", [0]),
        ("One \\cite{a}.", [0]),
        ("One \\cite{a}. Two.", [0, 1]),
        ("One \\cite{a}. Two. Three \\cite{nowhere}. Four.", [1 / 3, 2 / 3, 1 / 3, 2 / 3]),
        ("One \\cite{a}. \\section{Two} Two. Three. \\subsection{Three} Four \\cite{a}. Five.", [0, 0, 0, 0, 1]),
        ("One \\cite{a}. Two.\n\\input{two}", [0, 1, 1, 0]),
    ],
)
def test_citing_share(body: str, expected: list[float]) -> None:
    """The share of the other sentences under the same headings in the same file that cite anything."""
    evidence = evidence_of(body, entry("a"), two="Six. Seven \\cite{a}.")
    assert expected == [evidence.citing_share(locus) for locus in evidence.loci]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("An act, 12345 a_bc_ x2y", set()),
        ("Kern", {" ker", "kern", "ern "}),
        ("KERN: kern", {" ker", "kern", "ern "}),
        (
            "well-kernelled2kern",
            {" wel", "well", "ell ", " ker", "kern", "erne", "rnel", "nell", "elle", "lled", "led ", "ern "},
        ),
        ("Grün", {" grü", "grün", "rün "}),
    ],
)
def test_letter_runs(text: str, expected: set[str]) -> None:
    """Every four letters in a row of words of at least four, their ends told by a space."""
    assert expected == letter_runs(text)


def test_letters_of_works() -> None:
    """Each run of a title weighs log(1 + (n + 1) / (m + 1)) where m of n own titles have it; a library's work too."""
    evidence = evidence_of("", entry("a", "Kern") + entry("b", "Kern") + entry("c", "Zebu"))
    library = Candidature("", Work("Kernel"), "library:x", "1")
    twice, once, never = (math.log(1 + 4 / (1 + count)) for count in (2, 1, 0))
    expected = [3 * twice, 3 * twice, 3 * once, 2 * twice + 3 * never]
    assert pytest.approx(expected) == [evidence.letters_of(each) for each in (*evidence.own, library)]
    assert evidence.letter_mass(frozenset()) == 0


def test_stretch() -> None:
    """The other sentences of the paragraph; another paragraph, and another file, are none."""
    evidence = evidence_of("One. Two. Three.\n\nFour.\n\\input{two}", two="Five. Six.")
    assert [evidence.stretch_of(locus) for locus in evidence.loci] == [(1, 2), (0, 2), (0, 1), (), (5,), (4,)]


def test_rarity_by_hand() -> None:
    """Log((n + 1) / (m + 1)) / log(n + 2) for a word that m of n own works have, beside that in titles at large.

    The first has the more say the larger the bibliography, up to a half from twenty entries on.
    """
    few, many = (
        "".join(entry(f"a{number}", title) for number, title in enumerate(["Zebra", "Zebra", *rest]))
        for rest in (["Lion"], ["Lion"] * 38)
    )
    small, large = evidence_of("", few), evidence_of("", many)
    assert [weight(term) for term in ("zebra", "lion")] == [1, 1]
    assert pytest.approx(
        [0.075 * math.log(4 / 3) / math.log(5) + 0.925, 0.075 * math.log(4) / math.log(5) + 0.925]
    ) == [small.rarity(term) for term in ("zebra", "yak")]
    assert pytest.approx([math.log(41 / 3) / math.log(42) / 2 + 0.5, math.log(41 / 39) / math.log(42) / 2 + 0.5]) == [
        large.rarity(term) for term in ("zebra", "lion")
    ]


def test_norm() -> None:
    """The Euclidean length of the rarities; of nothing 1, to divide by."""
    evidence = evidence_of("", entry("a", "Zebra lion"))
    zebra, yak = evidence.rarity("zebra"), evidence.rarity("yak")
    assert pytest.approx([math.hypot(zebra, yak), 1]) == [
        evidence.norm(words) for words in (frozenset({"zebra", "yak"}), frozenset[str]())
    ]


def test_rarity_follows_the_papers_own_works() -> None:
    """A word in all titles of the paper tells less than one in a single title; without works it still is a number."""
    evidence = evidence_of("", entry("a", "Graph kernels") + entry("b", "Graph walks") + entry("c", "Graph trees"))
    assert 0 <= evidence.rarity("graph") < evidence.rarity("kernel") <= 1
    assert 0 <= evidence_of("").rarity("graph") <= 1


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (0, 0)),
        ({2: 1.0}, (0, 0)),
        ({1: 0.0}, (0, 0)),
        ({1: 0.0, 2: 1.0}, (0, 0)),
        ({1: 0.5}, (1, 1)),
        ({1: 0.5, 2: 0.0}, (1, 1)),
        ({1: 0.5, 2: 0.25}, (1, 1)),
        ({1: 0.5, 2: 0.5}, (1, 1)),
        ({1: 0.5, 2: 2.0}, (1 / 4, 1 / 2)),
        ({1: 0.5, 2: 2.0, 3: 0.5}, (1 / 4, 1 / 2)),
        ({1: 0.5, 2: 2.0, 3: 2.0, 4: 0.25}, (1 / 4, 1 / 3)),
    ],
)
def test_share_and_place(values: dict[int, float], expected: tuple[float, float]) -> None:
    """How well a sentence fits against the best, and its rank; equals share the better place, no fit has none."""
    assert expected == (Fits(values).share(1), Fits(values).place(1))


@given(values=st.dictionaries(st.integers(0, 9), st.just(0.0) | st.floats(1e-6, 100), max_size=8))
def test_any_fits(values: dict[int, float]) -> None:
    """Shares and places lie between 0 and 1, are 1 for the best, 0 for what does not fit, and fall together."""
    fits = Fits(values)
    best = max(values.values(), default=0.0)
    for order in range(10):
        value, share, place = values.get(order, 0.0), fits.share(order), fits.place(order)
        assert 0 <= share <= 1
        assert 0 <= place <= 1
        assert (share > 0) == (place > 0) == (value > 0)
        assert (place == 1) == (0 < value == best)
        assert all(
            (fits.place(other) < place) == (values[other] < value) for other in values if values[other] and value
        )
    assert all((NO_FIT.share(order), NO_FIT.place(order)) == (0, 0) for order in values)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ({}, {})),
        ("Grass.", ({}, {})),
        ("Zebra \\cite{a}. Lion \\cite{a}.", ({}, {})),
        ("Grass. Zebra.", ({1: 1}, {})),
        ("Zebra, zebra. Lion.", ({0: 1}, {1: 1})),
        ("Zebra.\n\\input{two}", ({0: 1, 2: 1}, {2: 1})),
        ("Zebra \\cite{a}. Zebra. Lion, zebra.", ({1: 1, 2: 1}, {2: 1})),
    ],
)
def test_fits(body: str, expected: tuple[dict[int, int], ...]) -> None:
    """Sentences that cite nothing fit a work by the words of its entry, however often they hold them."""
    evidence = evidence_of(body, entries("Zebra", "Lion"), two="Grass. A lion and a zebra.")
    weights = evidence.rarity("zebra"), evidence.rarity("lion")
    assert [
        pytest.approx({order: times * weight for order, times in orders.items()})
        for orders, weight in zip(expected, weights, strict=True)
    ] == [dict(fits.values) for fits in evidence.fits]


def test_fits_by_hand() -> None:
    """BM25 with entry and sentence in each other's place: what the entry says twice counts for more."""
    evidence = evidence_of("Zebras. Lions. Zebras and lions.", entries("Zebra, zebra, lion", "Gnu"))
    floor = 0.9 * (0.6 + 0.4 * 3 / 2)  # 3 and 1 terms
    zebra, lion = evidence.rarity("zebra") * 2 * 1.9 / (2 + floor), evidence.rarity("lion") * 1.9 / (1 + floor)
    assert [pytest.approx({0: zebra, 1: lion, 2: zebra + lion}), {}] == [dict(each.values) for each in evidence.fits]


@pytest.mark.parametrize(("count", "fitting"), [(200, 200), (201, 0)])
def test_fits_leave_out_what_too_many_sentences_say(count: int, fitting: int) -> None:
    """A term that more than two hundred uncited sentences hold tells none of them from the others."""
    assert fitting == len(evidence_of("A zebra is here. " * count, entries("Zebra")).fits[0].values)


def test_fits_know_what_entries_say() -> None:
    """Key, venue and key words count; the abstract does not."""
    more = "journal={Savannas}, keywords={grass}, abstract={Walks}"
    evidence = evidence_of("Stripes. Savannas. Grass. Walks.", entry("bloggs2020stripe", "Patterns", more))
    assert sorted(evidence.fits[0].values) == [0, 1, 2]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Grass. Grass. Grass.", [0, 0, 0]),
        ("Grass. Zebra \\cite{a}. Grass.", [0, 0, 0]),
        ("Grass. Zebra. Grass. Grass.", [1 / 2, 1, 1 / 2, 0]),
        ("Grass. Zebra. Grass. Zebra. Grass.", [1 / 2, 1, 1, 1, 1 / 2]),
        ("Grass. Zebra. Zebra. Grass.", [1 / 2, 3 / 2, 3 / 2, 1 / 2]),
        ("Grass \\cite{a}. Zebra. Zebra \\cite{a}. Grass.", [0, 1, 0, 0]),
        ("Grass. Zebra \\cite{nowhere}. Grass.", [1 / 2, 1, 1 / 2]),
    ],
)
def test_wide_fits(body: str, expected: list[float]) -> None:
    """Half of how well the sentences before and after fit is added; those that cite a work neither give nor get."""
    evidence = evidence_of(body, entries("Zebra"))
    zebra, values = evidence.rarity("zebra"), evidence.wide_fits[0].values
    assert pytest.approx([part * zebra for part in expected]) == [
        values.get(order, 0) for order in range(len(evidence.loci))
    ]


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ("", [1, 1, 1]),
        ("Grass \\cite{nowhere}.", [1, 1, 1]),
        ("Grass \\cite{b}.", [1, 1, 1]),
        ("Grass \\cite{a}.", [1 + 5 / 8, 1 + 5 / 7, 1 + 5 / 6]),
        ("Grass \\cite{c}.", [1 + 5 / 8, 1 + 5 / 7, 1 + 5 / 6]),
        ("Grass. Grass. Grass \\cite{c}.", [1 + 5 / 10, 1 + 5 / 9, 1 + 5 / 8]),
        ("Grass. Grass \\cite{c}. Grass \\cite{a}. Grass \\cite{c}.", [1 + 5 / 9, 1 + 5 / 8, 1 + 5 / 7]),
        # An entry behind one that is cited does not count.
        ("Grass \\cite{d}. Grass \\cite{c}.", [1 + 5 / 9, 1 + 5 / 8, 1 + 5 / 7]),
    ],
)
def test_near_fits(cited: str, expected: list[float]) -> None:
    """Up to twice as well, and half of that more five sentences away from where the next cited entries are cited."""
    evidence = evidence_of(f"Grass. Zebra. Grass. {cited}", entries("Untitled", "Zebra", "Untitled", "Untitled"))
    wide, near = evidence.wide_fits[1].values, evidence.near_fit(1).values
    assert pytest.approx(expected) == [near[order] / wide[order] for order in range(3)]


def test_near_fits_on_both_sides() -> None:
    """The nearest citation may stand before the sentence or after it."""
    body = "Grass \\cite{a}. Grass. Zebra. Grass. Grass. Zebra. Grass. Grass \\cite{c}."
    evidence = evidence_of(body, entries("Untitled", "Zebra", "Untitled"))
    zebra = evidence.rarity("zebra")
    factors = {1: 1 + 5 / 6, 2: 1 + 5 / 7, 3: 1 + 5 / 8, 4: 1 + 5 / 8, 5: 1 + 5 / 7, 6: 1 + 5 / 6}
    assert pytest.approx(
        {order: factor * zebra / (1 if order in {2, 5} else 2) for order, factor in factors.items()}
    ) == (dict(evidence.near_fit(1).values))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Grass. Grass.", {}),
        ("Grass. Zebra \\cite{b}. Grass.", {}),
        ("Grass. Zebra. Grass. Grass.", {0: (0,), 1: (0,), 2: (0,)}),
        ("Grass. Zebra. Zebra. Zebra. Grass.", {1: (0,), 2: (0,), 3: (0,)}),
        # Of those that fit alike the first count.
        ("Grass. Zebra. Grass. Grass. Grass. Zebra. Grass.", {0: (0,), 1: (0,), 5: (0,)}),
        ("Grass. Zebra lion. Grass. Lion. Lion. Grass.", {0: (0,), 1: (0, 1), 2: (0,), 3: (1,), 4: (1,)}),
    ],
)
def test_claimed(body: str, expected: dict[int, tuple[int, ...]]) -> None:
    """Each work claims the three sentences that fit it best with what stands around them, if they fit at all."""
    assert expected == evidence_of(body, entries("Zebra", "Lion")).claimed


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", {}),
        ("Zebra lion.", {}),
        ("Zebra \\cite{nowhere}.", {}),
        ("It is \\cite{a}.", {}),
        ("Zebra \\cite{a}. Zebra.", {"zebra": (1, {0: 1})}),
        ("Zebra, zebra \\cite{a} \\cite{a}.", {"zebra": (1, {0: 1}), ("zebra", "zebra"): (1, {0: 1})}),
        (
            "A zebra and a lion \\cite{b,a}. Zebra \\cite{b}.",
            {"zebra": (2, {0: 1, 1: 2}), "lion": (1, {0: 1, 1: 1}), ("zebra", "lion"): (1, {0: 1, 1: 1})},
        ),
    ],
)
def test_told(body: str, expected: dict[str | tuple[str, str], tuple[int, dict[int, int]]]) -> None:
    """How many citing sentences hold a word, or two neighbouring ones, and how many of them cite each work."""
    evidence = evidence_of(body, entries("Untitled", "Untitled"))
    assert expected == {term: (count, dict(works)) for term, (count, works) in evidence.told.items()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", 0),
        ("Grass. Zebra. Lion.", math.log(4) / math.log(5)),
        ("Grass. Lion zebra. Zebra gnu lion.", math.log(4) / math.log(5)),
        ("Grass. The zebra and the lion, zebra lion.", math.log(3 / 2) / math.log(4)),
        ("Grass. Zebra lion. A zebra lion \\cite{a}.", math.log(4 / 3) / math.log(5)),
        ("Zebra lion.", 0),
    ],
)
def test_pair_rarity(body: str, expected: float) -> None:
    """Log((n + 1) / (m + 1)) / log(n + 2) for a pair that m of n sentences hold, side by side and in this order."""
    assert pytest.approx(expected) == evidence_of(body).pair_rarity(("zebra", "lion"))


@pytest.mark.parametrize(
    ("title", "abstract", "body", "expected"),
    [
        ("", "", "Zebra lion.", set()),
        ("Zebra", "Lion", "Gnu \\cite{a}. Zebra lion.", set()),
        ("The zebra and the lion", "", "", {("zebra", "lion")}),
        ("", "Zebra, lion and gnu. Zebra lion.", "", {("zebra", "lion"), ("lion", "gnu"), ("gnu", "zebra")}),
        ("", "", "Zebra lion \\cite{b}. Lion gnu \\cite{a,b}. Gnu yak \\cite{a}.", {("lion", "gnu"), ("gnu", "yak")}),
        ("Zebra lion", "Lion gnu", "Gnu yak \\cite{a}.", {("zebra", "lion"), ("lion", "gnu"), ("gnu", "yak")}),
        ("", "x " * 1500 + "zebra lion", "", {("x", "x")}),
    ],
)
def test_pairs_of(title: str, abstract: str, body: str, expected: set[tuple[str, str]]) -> None:
    """Neighbouring words within the title, the beginning of the abstract and each citing sentence; across them none."""
    evidence = evidence_of(body, entry("a", title, f"abstract={{{abstract}}}") + entry("b", "Yak yak"))
    assert expected == evidence.pairs_of(evidence.own[0]) == evidence.pairs_of(evidence.own[0])


def test_letter_scores() -> None:
    """Own works whose titles share runs of letters, each with the weight of those; runs of no title add nothing."""
    evidence = evidence_of("", entries("Kern", "Zebu", "Kernel", "Of"))
    twice, once = math.log(1 + 5 / 3), math.log(1 + 5 / 2)
    assert [dict(evidence.letter_scores(letter_runs(text))) for text in ("", "Grass, herb")] == [{}, {}]
    assert pytest.approx({0: 2 * twice, 2: 2 * twice + 2 * once}) == dict(
        evidence.letter_scores(letter_runs("a kernelled"))
    )
    assert pytest.approx({0: 2 * twice + once, 1: 3 * once, 2: 2 * twice}) == (
        dict(evidence.letter_scores(letter_runs("kern, zebu")))
    )


@given(titles=st.lists(st.text(max_size=20), max_size=4), text=st.text(max_size=20))
def test_letter_scores_are_masses(titles: list[str], text: str) -> None:
    """Whatever titles and sentence say, the weight is that of the runs in both."""
    evidence = evidence_of("", "".join(entry("abcd"[at], f"zebras {title}") for at, title in enumerate(titles)))
    for runs in (letter_runs(text), letter_runs(f"zebra {text}")):
        scores = evidence.letter_scores(runs)
        assert pytest.approx([evidence.letter_mass(each.letters & runs) for each in evidence.own]) == [
            scores.get(each.position, 0.0) for each in evidence.own
        ]


@pytest.mark.parametrize(
    ("body", "count", "expected"),
    [
        ("One \\cite{a}.", 0, 0),
        ("One \\cite{a}. Two \\cite{b,a}.", 2, 0),
        ("One.", 2, 1),
        ("One \\cite{nowhere} \\nocite{a}.", 2, 1),
        ("One \\cite{c}. Two \\cite{c}.", 4, 3 / 4),
    ],
)
def test_unused_share(body: str, count: int, expected: float) -> None:
    """The share of works that nothing cites; of none it is 0."""
    assert expected == evidence_of(body, entries(*["Untitled"] * count)).unused_share


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One.", [(None, None)] * 5),
        ("One \\cite{nowhere}.", [(None, None)] * 5),
        ("One \\cite{a}.", [(None, None), (0, None), (0, None), (0, None), (0, None)]),
        ("One \\cite{c}.", [(None, 2), (None, 2), (None, None), (2, None), (2, None)]),
        ("One \\cite{e}.", [(None, 4), (None, 4), (None, 4), (None, 4), (None, None)]),
        ("One \\cite{d}. Two \\cite{b,d}.", [(None, 1), (None, 3), (1, 3), (1, None), (3, None)]),
        ("One \\cite{a,b,c,d,e}.", [(None, 1), (0, 2), (1, 3), (2, 4), (3, None)]),
    ],
)
def test_used_beside(body: str, expected: list[tuple[int | None, int | None]]) -> None:
    """The nearest entries on either side that something cites, the work itself left out."""
    assert expected == [*evidence_of(body, entries(*["Untitled"] * 5)).used_beside]


def test_nothing_beside() -> None:
    """A paper without a bibliography has no entries beside any, no fits and no claims."""
    nothing = evidence_of("One \\cite{a}. Two.")
    assert (nothing.used_beside, nothing.fits, nothing.wide_fits) == ((), (), ())
    assert (nothing.claimed, nothing.told) == ({}, {})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("One. Two.", [0, 0]),
        ("One \\cite{b}. Two \\cite{nowhere}.", [0, 0]),
        # The citation of the place itself is left out.
        ("One \\cite{a}. Two.", [0, 1]),
        ("One \\cite{a}. \\section{Two} Two. Three \\cite{a}.", [0, 1 / 2, 0]),
        ("One \\cite{a}. \\section{Two} Two \\cite{a}. Three \\cite{a}. Four.", [0, 1 / 2, 1 / 2, 2 / 3]),
        ("\\section{One} One \\cite{a}. \\subsection{Two} Two. Three \\cite{a}.", [0, 1 / 2, 0]),
        ("One \\cite{a}.\n\\input{two}", [0, 1 / 2, 0]),
    ],
)
def test_share_in_section(body: str, expected: list[float]) -> None:
    """The share of a work's other citations under the same headings in the same file."""
    evidence = evidence_of(body, entries("Untitled", "Untitled"), two="Six. Seven \\cite{a}.")
    assert expected == [evidence.share_in_section(0, locus) for locus in evidence.loci]


def test_foreign() -> None:
    """A record of a library is one work however often it is found, another in each library, and tells its names."""
    evidence = evidence_of("", entry("a"))
    named, bare = Record("1", "k", Work("T", doi="10.1/x"), "x", citances=("So.",)), Record("2", "", Work("T"), "x")
    names, found = evidence.foreign("one", named)
    assert (names, found) == ({"doi:10.1/x"}, Candidature("k", named.work, "library:one", "1", citances=("So.",)))
    assert evidence.foreign("one", named)[1] is found
    assert evidence.foreign("two", named)[1].origin == "library:two"
    assert evidence.foreign("one", bare) == ({"record:2::T"}, Candidature("", bare.work, "library:one", "2"))


@pytest.mark.parametrize("words", [(), ("okapi",), ("zebra", "lion")])
def test_heading_scores(words: tuple[str, ...]) -> None:
    """The scores of the works by the words, asked for once or twice."""
    evidence = evidence_of("", entries("Zebra", "Lion zebra", "Gnu"))
    assert dict(evidence.by_text.scores(words)) == evidence.heading_scores(frozenset(words))
    assert evidence.heading_scores(frozenset(words)) is evidence.heading_scores(frozenset(words))


@pytest.mark.parametrize(
    ("key", "families", "expected"),
    [
        ("", (), set()),
        ("smith2020", ("Smith",), set()),
        ("ab12", (), set()),
        ("smith2020the", ("Smith",), set()),
        ("smith2020parsing", ("Smith",), {"pars"}),
        ("parsing:graph-trees", (), {"pars", "graph", "tree"}),
    ],
)
def test_key_terms(key: str, families: tuple[str, ...], expected: set[str]) -> None:
    """Words of a key speak of the work; surnames, numbers, short parts and function words do not."""
    assert expected == work("Title", *families, key=key).key_terms


def test_terms_of_a_work() -> None:
    """What its entry says, and with it the abstract and other papers' citances, each term as often as it stands."""
    fields = (("Keywords", "walks, graphs"), ("note", "Zebra"))
    described = Work("Graph kernels", (Author("Bo"),), venue="On trees", abstract="Lions, lions", fields=fields)
    each = Candidature("bo2020yak", described, "library:x", "1", citances=("Emus.", "Emus run."))
    entry_says = ("graph", "kernel", "yak", "tree", "walk", "graph")
    assert each.heading_terms == entry_says
    assert each.text_terms == (*entry_says, "lion", "lion", "emus", "emus", "run")
    assert (each.heading_counts["graph"], each.text_counts["lion"]) == (2, 2)


@pytest.mark.parametrize(
    ("families", "expected"),
    [
        ((), set()),
        (("",), set()),
        (("Bloggs", "Smith"), {"blogg"}),
        (("Smith Jones",), {"smith", "jone"}),
        (("van der Maaten",), {"maaten"}),
        (("bloggs",), set()),
    ],
)
def test_first_surname(families: tuple[str, ...], expected: set[str]) -> None:
    """The capitalised parts of the first author's family name."""
    assert expected == work("Title", *families).first_surname


def test_phrases() -> None:
    """Pairs of neighbouring title terms come once, function words between them left out."""
    assert work("Kernel of the graph kernel of graph").phrases == (("graph", "kernel"), ("kernel", "graph"))


def test_work_without_title() -> None:
    """A work without a title has no terms, and its weight can still be divided by."""
    empty = work("")
    assert ((), frozenset(), 1.0, ()) == (empty.title_terms, empty.title_words, empty.title_mass, empty.phrases)


def test_end_of_a_long_abstract_is_not_read() -> None:
    """Of an abstract the first 3,000 characters count."""
    long = work("T", abstract="graph " + "x " * 2000 + "zebra")
    assert [set(long.abstract_terms), set(long.text_terms)] == [{"graph", "x"}] * 2


@given(title=st.text(max_size=60), key=st.text(max_size=20), family=st.text(max_size=20))
def test_any_work_has_terms(title: str, key: str, family: str) -> None:
    """No Unicode in a work keeps it from being compared."""
    each = work(title, family, key=key, abstract=title)
    assert each.key_terms.isdisjoint(each.surname_terms)
    assert each.title_mass > 0
    assert each.title_words <= each.described <= set(each.heading_terms) <= set(each.text_terms)


@given(
    keys=st.lists(st.sampled_from("abcdefg"), max_size=8),
    cites=st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=3), max_size=8),
    titles=st.lists(st.sampled_from(["Kernels of all graphs", "Graphs"]), min_size=8, max_size=8),
)
def test_members_agree(keys: list[str], cites: list[list[str]], titles: list[str]) -> None:
    """Whatever a paper cites, and however often its bibliography has a work, what is told of both fits together."""
    body = " ".join(f"Word \\cite{{{','.join(some)}}}." if some else "Word." for some in cites)
    evidence = evidence_of(body, "".join(entry(key, title, TWIN) for key, title in zip(keys, titles, strict=False)))
    own = evidence.own
    assert [each.position for each in own] == [*range(len(own))]
    assert set(evidence.by_key) == set(keys)
    assert all(evidence.by_key[each.key] is each for each in own)
    assert len(evidence.uses) == len(own) == len(evidence.unused_before) - 1
    assert [(order, p) for order, works in evidence.cited_works.items() for p in sorted(works)] == sorted(
        (order, p) for p, orders in enumerate(evidence.uses) for order in orders
    )
    assert all(count == evidence.cocitations[b, a] for (a, b), count in [*evidence.cocitations.items()])
    assert 0 <= evidence.orderliness <= 1
    assert all(0 <= evidence.citing_share(locus) <= 1 for locus in evidence.loci)
    assert all(0 <= evidence.share_in_section(each.position, locus) <= 1 for each in own for locus in evidence.loci)
    assert 0 <= evidence.unused_share <= 1
    assert len(evidence.fits) == len(evidence.wide_fits) == len(own)
    for fits, wide, near in zip(
        evidence.fits, evidence.wide_fits, map(evidence.near_fit, range(len(own))), strict=True
    ):
        assert fits.values.keys() <= wide.values.keys() == near.values.keys()
        assert evidence.cited_works.keys().isdisjoint(wide.values)
        assert all(value <= wide.values[order] <= near.values[order] for order, value in fits.values.items())


class Known:
    """A library that knows one work by these identities."""

    def __init__(self, record: Record) -> None:
        self._record, self._names = record, identities(record.work)

    def by_identities(self, groups: Sequence[frozenset[str]]) -> tuple[Record | None, ...]:
        return tuple(self._record if group & self._names else None for group in groups)


@pytest.mark.parametrize(
    ("given", "known", "expected"),
    [("", "", ""), ("", "Theirs.", "Theirs."), ("Ours.", "Theirs.", "Ours."), ("Ours.", "", "Ours.")],
)
def test_libraries_know_more_of_own_works(given: str, known: str, expected: str) -> None:
    """An own work has the abstract it lacks, and the citances of other papers, from a library that has the work."""
    bib = f"@misc{{a, title={{Graph kernels and walks}}, author={{Ng, A.}}, abstract={{{given}}}}} @misc{{b, title={{B}}}}"
    work = Work("Graph kernels and walks", (Author("Ng"),), abstract=known)
    shelf = Known(Record("1", "x", work, "x", citances=("So they say.",)))
    project = read_project("main.tex", {"main.tex": SourceText("main.tex", "\\begin{document}A.\\end{document}")}.get)
    own = Evidence(project, (read_bibliography(SourceText("refs.bib", bib)),), shelves=(shelf,)).own
    assert [(expected, ("So they say.",)), ("", ())] == [(each.work.abstract, each.citances) for each in own]
    assert [each.key for each in own] == ["a", "b"]
