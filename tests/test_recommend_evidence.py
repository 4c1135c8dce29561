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
from texscholar.recommend.evidence import content_terms, letter_runs, names_in_title
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


def test_cited_around() -> None:
    """Works that the neighbours cite count up to the distance; the place itself and other files do not."""
    evidence = evidence_of(
        "One \\cite{a}. Two \\cite{b}. Three \\cite{c}. Four \\cite{d,nowhere}.\n\\input{two}",
        "".join(map(entry, "abcde")),
        two="Five \\cite{e}.",
    )
    around = [sorted(evidence.cited_around(locus, 1)) for locus in evidence.loci]
    assert around == [[1], [0, 2], [1, 3], [2], []]


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
