"""What a paper tells about its own works: their order, who cites them where, and their terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.latex import read_project
from texscholar.recommend import Candidature, Evidence
from texscholar.recommend.evidence import content_terms, names_in_title
from texscholar.source import SourceText


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
    """What the neighbours cite counts up to the distance; the place itself and other files do not."""
    evidence = evidence_of(
        "One \\cite{a}. Two \\cite{b}. Three \\cite{c}. Four \\cite{d}.\n\\input{two}", two="Five \\cite{e}."
    )
    around = [evidence.cited_around(locus, 1) for locus in evidence.loci]
    assert [{"b"}, {"a", "c"}, {"b", "d"}, {"c"}, set()] == around


def test_own_identities() -> None:
    """The names under which own works are known are those of all of them."""
    evidence = evidence_of("", entry("a", more="doi={10.1000/A}") + entry("b", more="eprint={1412.6980}"))
    assert {"doi:10.1000/a", "arxiv:1412.6980"} == evidence.own_identities


def test_postings_know_titles_keys_surnames_and_citances() -> None:
    """A work is found by a word of its title, its key, its authors, and of the sentences that cite it."""
    evidence = evidence_of(
        "Zebras graze \\cite{bloggs2020stripe}.",
        entry("x") + entry("bloggs2020stripe", "Of Patterns", "author={Bloggs, J.}"),
    )
    found = {word: evidence.postings.get(word) for word in ("pattern", "stripe", "blogg", "zebra", "graph", "lion")}
    assert found == {"pattern": (1,), "stripe": (1,), "blogg": (1,), "zebra": (1,), "graph": (0,), "lion": None}


def test_citance_terms_leave_one_sentence_out() -> None:
    """The terms of the sentences that cite a work come without those of the place that is looked at."""
    evidence = evidence_of("Graphs rest \\cite{a}. Trees grow \\cite{a}. Lions roar.", entry("a"))
    assert [{"tree", "grow"}, {"graph", "rest"}, {"graph", "rest", "tree", "grow"}] == [
        evidence.citance_terms("a", order) for order in range(3)
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


def test_phrases() -> None:
    """Pairs of neighbouring title terms come once, function words between them left out."""
    assert work("Kernel of the graph kernel of graph").phrases == (("graph", "kernel"), ("kernel", "graph"))


def test_work_without_title() -> None:
    """A work without a title has no terms, and its weight can still be divided by."""
    empty = work("")
    assert ((), frozenset(), 1.0, ()) == (empty.title_terms, empty.title_words, empty.title_mass, empty.phrases)


def test_end_of_a_long_abstract_is_not_read() -> None:
    """Of an abstract the first 3,000 characters count."""
    assert work("T", abstract="graph " + "x " * 2000 + "zebra").abstract_terms == {"graph", "x"}


@given(title=st.text(max_size=60), key=st.text(max_size=20), family=st.text(max_size=20))
def test_any_work_has_terms(title: str, key: str, family: str) -> None:
    """No Unicode in a work keeps it from being compared."""
    each = work(title, family, key=key, abstract=title)
    assert each.key_terms.isdisjoint(each.surname_terms)
    assert each.title_mass > 0
    assert each.title_words <= each.described
