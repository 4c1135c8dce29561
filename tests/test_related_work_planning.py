"""Plans whose topic is the paper itself: its scope, how likely works are, how many are taken, their themes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from test_related_work import Paper, Shelf, entry, keys, paper, record
from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.latex import read_project
from texscholar.recommend import Candidature, Evidence
from texscholar.related_work import plan, topic_of
from texscholar.related_work.fitting import fit_of, topic_signs
from texscholar.related_work.likelihood import FOREIGN, PAPER, TOPIC, UNUSED, USED, Signs, load_likelihoods, most_likely
from texscholar.related_work.planning import MOST_FOR_PAPER
from texscholar.related_work.retrieval import found_for
from texscholar.related_work.scope import scope_of
from texscholar.related_work.themes import themes
from texscholar.related_work.topic import is_left_open, read_topic
from texscholar.source import SourceText

if TYPE_CHECKING:
    from texscholar.library import Record
    from texscholar.related_work import Plan

PARSING = (
    "\\title{Dependency Parsing of Long Sentences}\n"
    "\\begin{abstract}Dependency parsing of long sentences is slow. We prune trees.\\end{abstract}\n"
    "\\section{Introduction}\nParsing needs trees~\\cite{cited}. Long sentences need beams.\n"
    "\\section{Related Work}\n% TODO related-work: Related Work\n"
    "\\section{Method}\nWe use a solver~\\cite{solver}. Dependency trees are pruned.\n"
)
OWN = (
    entry("cited", "Parsing with Trees", "Cole, Cy")
    + entry("uncited", "Dependency Parsing with Beams", "Dunn, Di")
    + entry("solver", "A Solver for Linear Programs", "Egan, Ed")
)


def planned(body: str, bib: str, *records: Record) -> Plan:
    asked = paper(body, bib)
    topic = topic_of(asked.marker, asked.file, asked.evidence)
    return plan(topic, asked.marker, asked.file, asked.evidence, [Shelf(records)] if records else [])


def several(files: dict[str, str], bib: str = "") -> Paper:
    """A paper of several files; its marker is the first one of any."""
    project = read_project("main.tex", lambda path: SourceText(path, files[path]) if path in files else None)
    file = next(file for file in project.files if file.markers)
    return Paper(file, file.markers[0], Evidence(project, (read_bibliography(SourceText("refs.bib", bib)),)))


# -- topic


@pytest.mark.parametrize(
    ("topic", "answer"),
    [
        ("dropout", False),
        ("Related Work on dropout", False),
        ("研究", False),
        ("Related Work", True),
        ("Previous work and background", True),
        ("研究现状", True),
        ("国内外研究现状", True),
        ("関連研究", True),
        ("관련 연구", True),
        ("Stand der Technik", True),
        ("État de l'art", True),
        ("Trabajos relacionados", True),
        ("الأعمال السابقة", True),
        ("", True),
        ("A Title", True),
    ],
)
def test_a_topic_that_is_left_open(topic: str, answer: bool) -> None:
    """A heading that only announces what others did names nothing, in any language; nor does the paper's own title."""
    asked = paper("% TODO related-work", preamble="\\title{A Title}")
    assert is_left_open(topic, asked.marker, asked.file, asked.evidence) is answer


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("\\section{Parsing}\n% TODO related-work", False),
        ("\\section{Related Work}\n\\subsection{Parsing}\n% TODO related-work", False),
        ("\\section{Parsing}\n\\subsection{Related Work}\n% TODO related-work: parsing", False),
        ("\\section{Parsing}\n\\subsection{Related Work}\n% TODO related-work", True),
        ("\\section{Parsing}\n\\subsection{Related Work}\n% TODO related-work: Related Work", True),
    ],
)
def test_a_topic_from_around(body: str, answer: bool) -> None:
    """The heading of a section around "Related Work" names its part of the paper, no more."""
    asked = paper(body, preamble="\\title{A Title}")
    assert (
        is_left_open(topic_of(asked.marker, asked.file, asked.evidence), asked.marker, asked.file, asked.evidence)
        is answer
    )


# -- works


def test_the_paper_is_the_topic() -> None:
    """Entries that fit and that nothing cites yet are planned, by what the paper says of itself."""
    found = planned(PARSING, OWN)
    assert found.topic == "Dependency Parsing of Long Sentences"
    assert "uncited" in keys(found)


def test_an_uncited_entry_is_likelier_than_a_cited_one() -> None:
    """What stands in the bibliography and is cited nowhere waits for the section that is being written."""
    asked = paper(PARSING, OWN)
    signs = Signs(scope_of(asked.marker, asked.file, asked.evidence))
    likelihood = {work.key: signs.likelihood(work) for work in asked.evidence.own}
    assert likelihood["uncited"] > likelihood["cited"] > likelihood["solver"]


def test_what_the_section_and_those_below_it_discuss_is_left_out() -> None:
    """Works cited under the same heading, or under one below it, are not planned again."""
    bib = OWN + entry("below", "Dependency Parsing of Tamil", "Fox, Flo")
    body = PARSING.replace("\\section{Method}", "\\subsection{Tamil}\nTamil~\\cite{below}.\n\\section{Method}")
    found = keys(planned(body, bib))
    assert "below" not in found
    assert "uncited" in found


def test_the_paper_itself_is_no_related_work() -> None:
    """An entry or a record with the paper's own title is not planned."""
    title = "Dependency Parsing of Long Sentences"
    found = planned(PARSING, OWN + entry("self", title, "Gale, Gil"), record("theirs", title, "Hill"))
    assert not {"self", "theirs"} & set(keys(found))


def test_entries_of_a_template_are_left_out() -> None:
    """A few entries that share no word with the paper are strangers; where most do, its language is another."""
    bib = OWN + entry("template", "Frobnication Revisited", "Doe, Jo")
    assert "template" not in keys(planned(PARSING, bib))
    chinese = "\\title{长句}\n\\section{绪论}\n长句很慢。\n\\section{研究现状}\n% TODO related-work: 研究现状\n"
    assert len(keys(planned(chinese, bib))) >= 3


def test_a_key_in_another_spelling() -> None:
    """BibTeX stops at keys that differ only in case: of two entries the one that the paper cites, or the first."""
    bib = OWN + entry("Cited", "Dependency Parsing by Hand", "Hill, Hal") + entry("UNCITED", "Parsing Long", "Ives, I")
    assert not {"Cited", "UNCITED"} & set(keys(planned(PARSING, bib)))


def test_nothing_at_hand() -> None:
    """A paper without words, without entries or without either gets an empty plan."""
    assert planned("% TODO related-work", "").themes == ()
    assert planned(PARSING, "").themes == ()
    assert planned("% TODO related-work", "", record("a", "Neural Machine Translation")).themes == ()


def test_relevance_is_a_probability_and_works_are_bounded() -> None:
    """However many entries fit, a section stays readable, and each work has a probability."""
    bib = "".join(entry(f"k{number}", f"Dependency Parsing of Tree {number}", f"A{number}, B") for number in range(90))
    found = planned(PARSING, bib)
    assert 5 < len(found.works) <= MOST_FOR_PAPER
    assert all(0 < found.relevance[id(work)] < 1 for work in found.works)


def test_a_chinese_paper() -> None:
    """Chinese titles are found by the words of a Chinese paper, though no space parts them."""
    body = (
        "\\title{长句依存句法分析}\n\\section{绪论}\n依存句法分析是自然语言处理的基础任务~\\cite{cited}。长句的依存句法分析很慢。\n"
        "\\section{研究现状}\n% TODO related-work: 研究现状\n\\section{方法}\n我们使用求解器~\\cite{solver}。\n"
    )
    bib = entry("cited", "句法分析导论", "Cole, Cy") + entry("uncited", "基于图的依存句法分析", "Dunn, Di")
    bib += entry("solver", "A Solver for Linear Programs", "Egan, Ed")
    asked = paper(body, bib)
    signs = Signs(scope_of(asked.marker, asked.file, asked.evidence))
    by_key = {work.key: signs.of(work) for work in asked.evidence.own}
    assert by_key["uncited"]["title in paper"] > 0.2 > by_key["solver"]["title in paper"]
    assert "uncited" in keys(planned(body, bib))


@pytest.mark.parametrize("kind", [UNUSED, USED, FOREIGN])
def test_every_weight_is_a_sign(kind: str) -> None:
    """The file of weights names signs that are told of a work of its kind."""
    asked = paper(PARSING, OWN)
    signs = Signs(scope_of(asked.marker, asked.file, asked.evidence))
    works = {work.key: work for work in asked.evidence.own}
    told = {
        UNUSED: signs.of(works["uncited"]),
        USED: signs.of(works["cited"]),
        FOREIGN: signs.of(works["solver"], {"found by front": 0.0, "found by paragraph": 0.0, "found by like": 0.0}),
    }
    assert load_likelihoods(PAPER)[kind].weights.keys() <= told[kind].keys()
    topical = topic_signs([fit_of(works["uncited"], read_topic("dependency parsing"), asked.evidence)])[0]
    assert load_likelihoods(TOPIC)[kind].weights.keys() <= told[kind].keys() | topical.keys()


def test_what_fits_speaks_for_its_neighbours() -> None:
    """Entries that stand together were added together: the one beside a fitting one is likelier, others are not."""
    titles = ("Parsing with Trees", "Alpha", "Beta", "Gamma", "Delta", "Epsilon")
    asked = paper(PARSING, "".join(entry(f"k{at}", title, f"A{at}, B") for at, title in enumerate(titles)))
    found = topic_signs([fit_of(work, read_topic("parsing"), asked.evidence) for work in asked.evidence.own])
    around = [signs["topic fit around"] for signs in found]
    assert around[0] == around[4] == around[5] == 0
    assert min(around[1:4]) > 0
    assert [signs["topic fit of best"] for signs in found] == [1, 0, 0, 0, 0, 0]


def test_what_does_not_fit_the_topic_is_left_out() -> None:
    """However likely an uncited entry is for other reasons: who names a topic wants works on it."""
    topical = PARSING.replace("% TODO related-work: Related Work", "% TODO related-work: beam search")
    assert topical != PARSING
    bib = entry("uncited", "Graphs of Trees", "Dunn, Di") + entry("beam", "Beam Search for Sentences", "Egan, Ed")
    assert keys(planned(topical, bib)) == ["beam"]


# -- how many


@pytest.mark.parametrize(
    ("likelihoods", "number"),
    [([], 0), ([0.3], 1), ([1.0, 1.0, 0.01], 2), ([0.9, 0.6, 0.5, 0.1], 3), ([0.2] * 10, 10), ([0.9] + [0.05] * 20, 1)],
)
def test_how_many(likelihoods: list[float], number: int) -> None:
    """As many as promise the best F1: all of equally likely ones, none of the hopeless ones beside a sure one."""
    assert most_likely(likelihoods) == number


@given(st.lists(st.floats(0.001, 0.999), max_size=30))
def test_no_other_number_promises_more(likelihoods: list[float]) -> None:
    """The expected F1 of the number chosen is the best of all."""
    ranked = sorted(likelihoods, reverse=True)
    total = sum(ranked)
    promised = [sum(ranked[:number]) / (number + total) for number in range(1, len(ranked) + 1)]
    chosen = most_likely(ranked)
    assert chosen == 0 if not ranked else promised[chosen - 1] == pytest.approx(max(promised))


# -- scope


def test_the_scope_is_the_chapter() -> None:
    """In a thesis a section speaks for its chapter, a chapter of related work for the whole."""
    chapters = "".join(
        f"\\chapter{{{name}}}\n" + f"{name} is the subject of this sentence. " * 21 for name in ("Parsing", "Tagging")
    )
    inside = paper(f"{chapters}\n\\section{{Related Work}}\n% TODO related-work")
    outside = paper(f"{chapters}\n\\chapter{{Related Work}}\n% TODO related-work")
    scope = scope_of(inside.marker, inside.file, inside.evidence)
    assert (scope.is_chapter, scope.text["pars"], scope.rest["pars"]) == (True, 0, 21)
    whole = scope_of(outside.marker, outside.file, outside.evidence)
    assert (whole.is_chapter, whole.text["pars"], len(whole.orders)) == (False, 21, 42)


@pytest.mark.parametrize("heading", ["Introduction", "Einleitung", "Introducción", "绪论", "はじめに", "서론", "مقدمة"])
def test_the_introduction(heading: str) -> None:
    """It is known by its heading in every language; without one the first sentences stand for it."""
    asked = paper(f"One here. \\section{{{heading}}} Two here. \\section{{X}} Three. % TODO related-work\n")
    scope = scope_of(asked.marker, asked.file, asked.evidence)
    assert [asked.evidence.loci[order].sentence.text for order in scope.introduction] == ["Two here."]


def test_a_marker_in_a_file_without_sentences() -> None:
    """It stands after the files before its own, and before those after it."""
    main = "\\documentclass{article}\\begin{document}One.\n\n\\input{related}\nTwo.\n\\input{last}\\end{document}"
    asked = several({"main.tex": main, "related.tex": "% TODO related-work\n", "last.tex": "Three."})
    assert scope_of(asked.marker, asked.file, asked.evidence).order == 2  # the sentences of a file stand together


# -- libraries


def test_a_work_of_two_libraries_is_found_once() -> None:
    """Records that are the same work are one, own works none, and each query that finds one counts."""
    same = [record(key, "Dependency Parsing at Length", "Hill") for key in ("one", "two")]
    own = record("own", "Dependency Parsing with Beams", "Dunn")
    asked = paper(PARSING, OWN)
    scope = scope_of(asked.marker, asked.file, asked.evidence)
    found = found_for(scope, [Shelf((same[0], own), "first"), Shelf((same[1],), "second")])
    assert [(each.work.key, each.work.origin) for each in found] == [("one", "library:first")]
    assert found[0].queries["front"] == 2
    assert found[0].signs["found by front"] == pytest.approx(1.0986, abs=1e-3)  # log 3


# -- themes


def themes_for(*titles: str) -> list[tuple[str, list[str]]]:
    """Labels, and the titles of the works under each."""
    works = [
        Candidature(str(number), Work(title, (Author("Ames"),), 2000), "shelf") for number, title in enumerate(titles)
    ]
    found = themes(works, read_topic("translation"), lambda _term: 0.8)
    return [(theme.label, [work.work.title for work in theme.works]) for theme in found]


PLACES = ("Ants", "Bees", "Cats", "Dogs", "Eels")


def test_many_works_have_more_themes() -> None:
    """From a dozen works on there are more than two themes, up to five, and each work stands in one."""
    subjects = ("Graph Kernels", "Beam Search", "Word Alignment", "Speech Synthesis", "Tree Banks", "Image Captioning")
    titles = [f"{subject} for {place}" for subject in subjects for place in PLACES]
    found = themes_for(*titles)
    assert len(found) == 6
    assert {label for label, _ in found[:5]} <= {subject.lower() for subject in subjects}
    assert [len(works) for _, works in found] == [5] * 6
    assert sorted(title for _, works in found for title in works) == sorted(titles)


def test_a_work_joins_its_kin() -> None:
    """A title without a theme's phrase stands with those whose telling words it shares, a stranger stays outside."""
    titles = [f"{subject} for {place}" for subject in ("Graph Kernels", "Beam Search") for place in PLACES]
    found = dict(themes_for(*titles, "Kernels on Trees", "Cooking"))
    assert "Kernels on Trees" in found["graph kernels"]
    assert found[""] == ["Cooking"]
