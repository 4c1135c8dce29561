"""Signs that a sentence wants a citation, each with what shows it and what does not; no test rests on word weights."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.latex import read_project
from texscholar.recommend import Evidence, need
from texscholar.recommend.need import SIGNS, need_of, signs, word_features, word_weights
from texscholar.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Mapping

THIRD, SIXTH = pytest.approx(1 / 3), pytest.approx(1 / 6)


OF_PLACE = ("opens paragraph", "closes paragraph", "since citing", "until citing")
"""Signs that a lone sentence shows because of what it lacks around it."""
NONE_NEAR = math.log1p(12)


def all_signs(body: str, **others: str) -> list[dict[str, float]]:
    """The signs of all sentences of a paper with this body and these other files."""
    texts = {"main": f"\\documentclass{{article}}\\begin{{document}}\n{body}\n\\end{{document}}\n", **others}
    sources = {f"{name}.tex": SourceText(f"{name}.tex", text) for name, text in texts.items()}
    evidence = Evidence(read_project("main.tex", sources.get), ())
    return [signs(locus, evidence) for locus in evidence.loci]


def signs_of(body: str, number: int = 0, **others: str) -> dict[str, float]:
    """The signs of one sentence of such a paper."""
    return all_signs(body, **others)[number]


def need_with(text: str, weights: Mapping[str, float]) -> float:
    """The need of a text under these word weights."""
    with patch.object(need, "word_weights", lambda: weights):
        return need_of.__wrapped__(text)


def test_names_of_signs() -> None:
    """The signs come under their published names, in their order."""
    assert tuple(signs_of("Grass is green.")) == SIGNS


def test_plain_sentence_has_no_sign() -> None:
    """A plain sentence of seven words, alone, shows without word weights only that nothing stands around it."""
    seen = signs_of("Grass is green on the other side.")
    alone = dict(zip(OF_PLACE, (1, 1, NONE_NEAR, NONE_NEAR), strict=True))
    assert dict.fromkeys(SIGNS[3:], 0) | alone == {name: seen[name] for name in SIGNS[3:]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green on every side.", 0),
        ("The outcome of theirs is usual.", 0),
        ("Mining is hard work for miners.", 0),
        ("We walk on the grass.", 1),
        ("All of our grass is green.", 1),
        ("The grass was given to us.", 1),
        ("In THIS PAPER the grass is green.", 1),
        ("This work is about grass.", 1),
    ],
)
def test_own(text: str, expected: float) -> None:
    """The authors speak of themselves."""
    assert expected == signs_of(text)["own"]


@pytest.mark.parametrize("text", ["Grass, i.e. a plant, is green.", "Grass in the US is green."])
def test_own_is_a_pronoun(text: str) -> None:
    """Abbreviations and countries that are spelt like a pronoun are none."""
    assert signs_of(text)["own"] == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green on every side.", 0),
        ("They purpose to recall it.", 0),
        ("It was proposed long ago.", 0.5),
        ("The authors walk.", 0.5),
        ("State-of-the-art mowers are loud.", 0.5),
        ("It was proposed and is popular.", 1),
        ("Recently proposed, widely popular, well-known mowers.", 1),
    ],
)
def test_others(text: str, expected: float) -> None:
    """Words for what others did count up to two."""
    assert expected == signs_of(text)["others"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green on every side.", 0),
        ("Musing on modelled grass.", 0),
        ("One dataset is enough.", 0.5),
        ("Optimisation by regularisation is enough.", 0.5),
        ("An algorithm with a benchmark.", 1),
        ("Methods, models, networks and metrics.", 1),
    ],
)
def test_thing(text: str, expected: float) -> None:
    """Words for what one cites count up to two."""
    assert expected == signs_of(text)["thing"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green \\emph{everywhere}.", 0),
        ("Grass is \\reflectbox{green}.", 0),
        ("See Figure~\\ref{fig:grass}.", 1),
        ("See \\cref{fig:grass}.", 1),
        ("See \\autoref{fig:grass}.", 1),
        ("By \\eqref{eq:grass} it is green.", 1),
        ("Grass is\n\\begin{equation}g\\end{equation}\ngreen.", 1),
    ],
)
def test_points(text: str, expected: float) -> None:
    """The sentence points to a figure, section or equation of its own paper."""
    assert expected == signs_of(text)["points"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green.", 0),
        ("Grass costs 3\\$ a square.", 0),
        ("Grass has $n$ blades.", THIRD),
        ("Grass has $n$ blades on $m$ squares.", pytest.approx(2 / 3)),
        ("Grass has $n$, $m$, $k$, $l$ and $i$ blades.", 1),
    ],
)
def test_mathematics(text: str, expected: float) -> None:
    """Formulas in a sentence count up to three."""
    assert expected == signs_of(text)["mathematics"]


def test_both_kinds_of_formula_count_alike() -> None:
    """A formula between backslash and parenthesis is as much of one as between dollars."""
    assert signs_of("Grass has $n$ blades.")["mathematics"] == signs_of("Grass has \\(n\\) blades.")["mathematics"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green.", 0),
        ("Adam is first here.", 0),
        ("The grass of Adam is green.", THIRD),
        ("The grass of GPT3 is green.", THIRD),
        ("The grass of Adam, BERT, GloVe and Eve.", 1),
    ],
)
def test_names(text: str, expected: float) -> None:
    """Capitalised words inside the sentence count up to three; its first word tells nothing."""
    assert expected == signs_of(text)["names"]


@pytest.mark.parametrize(("words", "expected"), [(6, (1, 0)), (7, (0, 0)), (25, (0, 0)), (26, (0, 1))])
def test_length(words: int, expected: tuple[float, float]) -> None:
    """Fewer than seven words are short, more than twenty-five long."""
    seen = signs_of(" ".join(["grass"] * words) + ".")
    assert expected == (seen["short"], seen["long"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Rain falls. Grass grows. Cows eat.", 0),
        ("Rain falls. Grass grows \\cite{a}. Cows eat.", 0),
        ("Rain falls \\cite{a}. Grass grows. Cows eat.", 0.5),
        ("Rain falls. Grass grows. Cows eat \\cite{a}.", 0.5),
        ("Rain falls \\cite{a}. Grass grows. Cows eat \\cite{b}.", 1),
    ],
)
def test_neighbour_cites(body: str, expected: float) -> None:
    """The sentences right before and after cite; the place's own citation does not count."""
    assert expected == signs_of(body, 1)["neighbour cites"]


def test_neighbour_is_in_the_same_file() -> None:
    """The last sentence of one file is no neighbour of the first of the next."""
    assert signs_of("Rain falls \\cite{a}.\n\\input{two}", 1, two="Grass grows.")["neighbour cites"] == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Rain falls.\n\nGrass grows.\n\nCows eat.", 0),
        ("Rain falls \\cite{a}.\n\nGrass grows.\n\nCows eat \\cite{a}.", 0),
        ("Rain falls. Grass grows \\cite{a}. Cows eat.", 0),
        ("Rain falls \\cite{a}. Grass grows. Cows eat.", 0.5),
        ("Rain falls. Grass grows. Cows eat. Dogs bark \\cite{a}.", THIRD),
        ("Rain falls \\cite{a}. Grass grows. Cows eat \\cite{a}.", 1),
    ],
)
def test_paragraph_cites(body: str, expected: float) -> None:
    """The share of the other sentences of the paragraph that cite."""
    assert expected == signs_of(body, 1)["paragraph cites"]


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("", (0, 0)),
        ("\\section{Grass}", (0, 0)),
        ("\\section{Related Work}\\section{Grass}", (0, 0)),
        ("\\section{Related Work}", (1, 0)),
        ("\\section{INTRODUCTION}", (1, 0)),
        ("\\section{Background}\\subsection{Grass}", (1, 0)),
        ("\\section{Einleitung}", (1, 0)),
        ("\\section{Conclusions}", (0, 1)),
        ("\\section{Limitations}\\subsection{Grass}", (0, 1)),
        ("\\section{Summary of related work}", (1, 1)),
        ("\\section{Background}\\subsection{Grass}\\subsubsection{Green}", (0, 0)),
    ],
)
def test_sections(heading: str, expected: tuple[float, float]) -> None:
    """The two innermost headings tell whether others' work is told there, or one's own is closed."""
    seen = signs_of(f"{heading}\nGrass is green on every side.")
    assert expected == (seen["related section"], seen["closing section"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Grass is green.", 0),
        ("\\begin{itemize}\\item Grass is green.\\end{itemize}", 0),
        ("\\begin{abstract}Grass is green.\\end{abstract}", 1),
        ("\\begin{figure}\\caption{Grass is green.}\\end{figure}", 1),
        ("\\begin{acks}Grass is green.\\end{acks}", 1),
    ],
)
def test_set_apart(body: str, expected: float) -> None:
    """Captions, abstracts and thanks stand apart from the argument."""
    assert expected == signs_of(body)["set apart"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green in this paper.", 0),
        ("In the garden grass is green.", 0),
        ("Sectional grass is green.", 0),
        ("In this paper, grass is green.", 1),
        ("The rest of the article is green.", 1),
        ("Section 2 is green.", 1),
        ("Figure~\\ref{f} is green.", 1),
    ],
)
def test_opens_by_naming_the_paper(text: str, expected: float) -> None:
    """The sentence begins with the paper or a part of it."""
    assert expected == signs_of(text)["opens by naming the paper"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Rain falls.", [(1, 1)]),
        ("Rain falls. Grass grows.", [(1, 0), (0, 1)]),
        ("Rain falls. Grass grows. Cows eat.", [(1, 0), (0, 0), (0, 1)]),
        ("Rain falls.\n\nGrass grows. Cows eat.", [(1, 1), (1, 0), (0, 1)]),
        ("Rain falls.\n\\section{Grass} Grass grows.", [(1, 1), (1, 1)]),
        ("\\begin{itemize}\\item Rain falls. \\item Grass grows. Cows eat.\\end{itemize}", [(1, 1), (1, 0), (0, 1)]),
        ("Rain\\footnote{Hail.} falls. Grass grows.", [(1, 0), (1, 1), (0, 1)]),
        ("Rain falls.\n\\input{two}", [(1, 1), (1, 1)]),
    ],
)
def test_ends_of_paragraphs(body: str, expected: list[tuple[float, float]]) -> None:
    """First and last of a paragraph, an item, a footnote, a file."""
    found = all_signs(body, two="Grass grows.")
    assert expected == [(each["opens paragraph"], each["closes paragraph"]) for each in found]


def test_place_in_paper() -> None:
    """The share of the paper's sentences that come before, through all files."""
    found = all_signs("Rain falls. Grass grows.\n\\input{two}", two="Cows eat.\n\nNobody knows.")
    assert [each["place in paper"] for each in found] == [0, 1 / 4, 2 / 4, 3 / 4]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Rain falls.", 0),
        ("Rain falls. \\nocite{a}", 0),
        ("Rain falls \\cite{a}.", 1),
        ("Rain falls \\cite{a,b} \\cite{a}. Grass grows. Cows eat.", THIRD),
        ("Rain falls \\cite{a}. Grass grows.\n\\input{two}", 1 / 2),
    ],
)
def test_paper_cites(body: str, expected: float) -> None:
    """The share of all sentences that cite, this one among them; the same for all of a paper."""
    found = all_signs(body, two="Cows eat \\cite{a}. Nobody knows.")
    assert [expected] * len(found) == [each["paper cites"] for each in found]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Rain falls.", [0]),
        ("Rain falls \\cite{a}.", [0]),
        ("Rain falls \\cite{a}. Grass grows.\n\nCows eat.", [0, 1 / 2, 1 / 2]),
        ("Rain falls \\cite{a}. \\section{Grass} Grass grows. Cows eat \\cite{a}.", [0, 1, 0]),
        ("Rain falls \\cite{a}. \\section{Grass} Grass grows. \\subsection{Cows} Cows eat.", [0, 0, 0]),
    ],
)
def test_section_cites(body: str, expected: list[float]) -> None:
    """The share of the other sentences under the same headings that cite."""
    assert expected == [each["section cites"] for each in all_signs(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Rain \\cite{a}.", [(12, 12)]),
        ("Rain \\cite{a}. Grass. Cows.", [(12, 12), (0, 12), (1, 12)]),
        ("Rain. Grass. Cows \\cite{a}.", [(12, 1), (12, 0), (12, 12)]),
        ("Rain \\cite{a}. Grass. Cows \\cite{a}.", [(12, 1), (0, 0), (1, 12)]),
        ("Rain \\cite{a}.\n\\input{two}", [(12, 12), (0, 12)]),
    ],
)
def test_steps_to_citing(body: str, expected: list[tuple[int, int]]) -> None:
    """How many sentences lie between this one and those that cite before and after it, on a logarithmic scale."""
    found = all_signs(body, two="Grass.")
    assert [(math.log1p(since), math.log1p(until)) for since, until in expected] == [
        (each["since citing"], each["until citing"]) for each in found
    ]


@pytest.mark.parametrize(("between", "expected"), [(10, 10), (11, 11), (12, 12), (13, 12), (50, 12)])
def test_a_dozen_steps_are_far(between: int, expected: int) -> None:
    """What lies farther away is as good as nothing."""
    found = all_signs("Rain \\cite{a}. " + "Grass. " * between + "Here. " + "Grass. " * between + "Cows \\cite{a}.")
    here = found[between + 1]
    assert (here["since citing"], here["until citing"]) == (math.log1p(expected), math.log1p(expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Grass is green.", 0),
        ("Grass is green~\\cite{grass2020}.", 0),
        ("Grass is green in Figure~\\ref{fig2}.", 0),
        ("Grass was green in 2020.", 1),
        ("Grass has GPT3.", 1),
        ("Grass has ३ blades.", 1),
    ],
)
def test_digits(text: str, expected: float) -> None:
    """The sentence as it is read has a digit in it; keys and labels are not read."""
    assert expected == signs_of(text)["digits"]


def test_words_of_the_neighbours() -> None:
    """The need of the words is told of the sentence and of those around it in the same file."""
    with patch.object(need, "need_of", {"Rain falls.": 1.0, "Grass grows.": 2.0, "Cows eat.": 3.0}.__getitem__):
        told = [signs_of("Rain falls. Grass grows.\n\\input{two}", number, two="Cows eat.") for number in range(3)]
    assert [(each["words"], each["words before"], each["words after"]) for each in told] == [
        (1, 0, 2),
        (2, 1, 0),
        (3, 0, 0),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("…", set()),
        ("The graph", {"the", "graph", "the graph"}),
        ("In 1998 and 2001", {"in", "#", "and", "in #", "# and", "and #"}),
        ("Graph, graphs", {"graph", "graph graph"}),
    ],
)
def test_word_features(text: str, expected: set[str]) -> None:
    """Terms and pairs of neighbours speak, function words too; any number is a number."""
    assert expected == word_features(text)


@pytest.mark.parametrize("text", ["", "…", "Qzxwvj vjqwxz."])
def test_unknown_words_say_nothing(text: str) -> None:
    """A sentence without a known word has no need of its own."""
    assert need_of(text) == 0


@pytest.mark.parametrize(
    ("text", "expected"), [("Rain", 0), ("Grass", 1), ("Grass grass", 1), ("Green grass", 1.5), ("Green 7", -1)]
)
def test_need_adds_up(text: str, expected: float) -> None:
    """The weights of words and pairs are added, each once."""
    assert expected == need_with(text, {"grass": 1, "green": -1, "green grass": 1.5})


@pytest.mark.parametrize(("weight", "expected"), [(3, 3), (100, 4), (-100, -4)])
def test_need_is_cut_off(weight: float, expected: float) -> None:
    """No weight carries a sentence beyond 4 either way."""
    assert expected == need_with("Grass", {"grass": weight})


def test_word_weights_are_features() -> None:
    """Every word and pair that ships with a weight is one a text can have, and its weight is finite."""
    shipped = word_weights()
    assert [name for name in shipped if not 1 <= len(name.split(" ")) <= 2 or name != name.lower()] == []
    assert all(math.isfinite(weight) for weight in shipped.values())


@given(text=st.text())
def test_need_is_bounded(text: str) -> None:
    """Whatever a sentence says, its need stays within 4 of even odds."""
    assert -4 <= need_of(text) <= 4


@given(text=st.text(st.sampled_from("aB1 .,$\\{}()%~\n\u00e9\u5b66"), max_size=60))
def test_signs_are_bounded(text: str) -> None:
    """Whatever stands in a paper, every sign of every sentence but those on a logarithmic scale lies between 0 and 1."""
    source = SourceText("main.tex", text)
    evidence = Evidence(read_project("main.tex", {"main.tex": source}.get), ())
    told = [signs(locus, evidence) for locus in evidence.loci]
    bounds = dict.fromkeys(SIGNS[3:], 1.0) | {"since citing": NONE_NEAR, "until citing": NONE_NEAR}
    wrong = [(name, each[name]) for each in told for name, most in bounds.items() if not 0 <= each[name] <= most]
    assert wrong == []
