"""The draft that a model writes: what is asked, what is kept, what the outline says instead, and how it is typeset."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures_language import fixture
from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.errors import Skipped
from texscholar.latex import CiteStyle, read_project
from texscholar.lfm import AskQuestion, ChooseQuestion, JudgeQuestion, Option, Query, WriteQuestion
from texscholar.lfm.model import draft_of
from texscholar.pipeline import Job, Outcome, Paper, run
from texscholar.recommend import Candidature
from texscholar.related_work import Hand, Plan, Theme, draft
from texscholar.related_work.claims import claims_of
from texscholar.related_work.placing import in_latex
from texscholar.related_work.writing import MOST_AT_ONCE, Brief, Written, write
from texscholar.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NATBIB = CiteStyle("citep", "citet")
PLAIN = CiteStyle("cite", "")
LATE = Skipped("model scripted", "its time budget is used up")


@dataclass
class Writer:
    """A model that writes prepared paragraphs in turn, and a prepared last sentence."""

    paragraphs: tuple[str | Skipped, ...] = ()
    closing: str | Skipped = ""
    name: str = "scripted"
    sha256: str = "0" * 64
    adapter: None = None
    asked: list[WriteQuestion] = field(default_factory=list)

    def judge(self, questions: Sequence[JudgeQuestion]) -> tuple[float | Skipped, ...]:
        return (LATE,) * len(questions)

    def choose(self, _question: ChooseQuestion) -> tuple[float, ...] | Skipped:
        return LATE

    def ask(self, _question: AskQuestion) -> tuple[str, ...] | Skipped:
        return Skipped("model scripted", "it gave no search query")

    def explore(
        self, question: AskQuestion, _search: Callable[[Query], Sequence[Option]]
    ) -> tuple[Query, ...] | Skipped:
        raise AssertionError(question)

    def write(self, question: WriteQuestion) -> str | Skipped:
        self.asked.append(question)
        if not question.works:
            return self.closing
        number = sum(bool(each.works) for each in self.asked) - 1
        return self.paragraphs[number % len(self.paragraphs)]


def work(key: str, title: str, *families: str, year: int = 2020, abstract: str = "") -> Candidature:
    authors = tuple(map(Author, families or ("Ames", "Bly", "Cole")))
    return Candidature(key, Work(title, authors, year, abstract=abstract), "shelf")


MAPS = work("maps", "Drawing Maps of Rivers", year=2015)
CHARTS = work("charts", "Sea Charts from Echo Soundings", "Dorn", year=2018)
LAKES = work("lakes", "Lakes Seen from Satellites", "Eder", "Fox", year=2019)
WORKS = (MAPS, CHARTS, LAKES)
CLAIMS = "We present a map of all wells in Kenya."
OUTLINE = {
    "maps": "\\citet{maps} present ``Drawing Maps of Rivers''.",
    "charts": "\\citet{charts} presents ``Sea Charts from Echo Soundings''.",
    "lakes": "\\citet{lakes} present ``Lakes Seen from Satellites''.",
}


def hand(style: CiteStyle = NATBIB, language: str = "en") -> Hand:
    return Hand(style, lambda each: each.key, "utf-8", ascii_only=False, language=language)


def planned(*themes: Theme) -> Plan:
    return Plan("maps of water", themes, {})


def written(model: Writer, *themes: Theme, brief: Brief | None = None) -> Written:
    given = brief or Brief("Wells", CLAIMS)
    return write(planned(*(themes or (Theme("", WORKS),))), hand(), given, model, partial(draft, hand=hand()))


def lines(made: Written) -> list[str]:
    return [sentence.text for paragraph in made.paragraphs for sentence in paragraph.sentences]


# -- what is kept


GOOD = (
    "[1] draw maps of rivers. Sea charts are drawn from echo soundings [2]. "
    "Lakes are observed from satellites by Eder and Fox [3]."
)


def test_a_good_paragraph() -> None:
    """A paragraph that stands is taken as it is, its citations in the paper's commands, every sentence the model's."""
    made = written(Writer((GOOD,), "We present a map of all wells."))
    assert lines(made) == [
        "\\citet{maps} draw maps of rivers.",
        "Sea charts are drawn from echo soundings~\\citep{charts}.",
        "Lakes are observed from satellites by \\citet{lakes}.",
        "We present a map of all wells.",
    ]
    sentences = made.paragraphs[0].sentences
    assert [sentence.works for sentence in sentences] == [(MAPS,), (CHARTS,), (LAKES,), ()]
    assert sentences[1].support == ("Sea", "charts", "echo", "soundings")
    assert (made.by_model, made.skipped) == (4, ())


BAD = {
    "foreign placeholder": "Sea charts are drawn from echo soundings [7].",
    "unsupported": "[2] trains large networks on images of mountains.",
    "number": "In 1999, [2] draws sea charts from echo soundings.",
    "name": "Smith draws sea charts from echo soundings [2].",
    "wrong author": "Smith et al. [2] draw sea charts from echo soundings.",
    "praise": "[2] is the first to draw sea charts from echo soundings.",
    "first person": "We draw sea charts from echo soundings as in [2].",
    "broken": "[2] draws sea charts (from echo soundings.",
    "address": "[2] draws sea charts at www.charts.org from soundings.",
    "command": "[2] draws sea charts \\input{/etc/passwd} from soundings.",
    "control token": "[2] draws sea charts <|im_end|> from echo soundings.",
    "no claim": "[2].",
    "twice": "[1] draw maps of rivers.",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_sentence(bad: str) -> None:
    """A sentence that does not stand becomes that of the outline; the good ones around it stay."""
    made = written(Writer((f"[1] draw maps of rivers. {bad} [3] see lakes from satellites.",)))
    kept = ["\\citet{maps} draw maps of rivers.", "\\citet{lakes} see lakes from satellites."]
    assert sorted(lines(made)) == sorted([*kept, OUTLINE["charts"]])
    assert [sentence.by_model for sentence in made.paragraphs[0].sentences].count(True) == 2


def test_the_outline_stands_where_the_bad_sentence_stood() -> None:
    """The works keep the order in which the model spoke of them."""
    made = written(Writer(("[1] draw maps of rivers. [2] is great. [3] see lakes from satellites.",)))
    assert [paragraph.works for paragraph in made.paragraphs] == [WORKS]


def test_works_that_were_left_out() -> None:
    """Every work of a theme appears; those that no sentence is about come last, in one run of the outline."""
    made = written(Writer(("[3] see lakes from satellites.",)))
    assert lines(made) == [
        "\\citet{lakes} see lakes from satellites.",
        OUTLINE["maps"],
        f"Three years later, {OUTLINE['charts']}",
    ]


def test_nothing_stands() -> None:
    """A theme of which nothing stands is the outline, word for word, and ends in nothing about the paper."""
    themes = (Theme("rivers", (MAPS,)), Theme("seas", (CHARTS,)), Theme("", (LAKES,)))
    model = Writer(("Nonsense. [1] is [2] is.",), "We present a map of all wells.")
    made = written(model, *themes)
    assert (made.paragraphs, made.by_model) == (draft(planned(*themes), hand()), 0)
    assert all(question.works for question in model.asked)


@pytest.mark.parametrize("said", [LATE, "", "no end"])
def test_no_answer(said: str | Skipped) -> None:
    """A model without an answer leaves all to the outline; the reason is told once."""
    themes = (Theme("rivers", (MAPS,)), Theme("seas", (CHARTS,)))
    made = written(Writer((said,)), *themes)
    assert (made.paragraphs, made.skipped) == (draft(planned(*themes), hand()), (LATE,) if said is LATE else ())


def test_one_theme_fails() -> None:
    """A theme that the model could not write about is the outline's, the others stay."""
    themes = (Theme("rivers", (MAPS,)), Theme("seas", (CHARTS,)))
    made = written(Writer((LATE, "[1] draws sea charts from echo soundings.")), *themes, brief=Brief())
    assert lines(made) == [f"On rivers, {OUTLINE['maps']}", "\\citet{charts} draws sea charts from echo soundings."]


def test_themes_without_works() -> None:
    """A theme that lost its works is not asked about."""
    model = Writer((GOOD,))
    assert (written(model, Theme("rivers", ())).paragraphs, model.asked) == ((), [])


# -- connecting and closing sentences


def test_a_connecting_sentence() -> None:
    """A sentence without a work stays before the one that it leads to, and goes with it."""
    text = "Several studies consider maps of water. {} Related approaches follow. [3] see lakes from satellites."
    theme = Theme("maps of water", WORKS)
    good, bad = (written(Writer((text.format(each),)), theme) for each in ("[1] draw maps of rivers.", "[1] is great."))
    first = "Several studies consider maps of water."
    assert (lines(good)[0], first in lines(bad)) == (first, False)
    assert good.paragraphs[0].sentences[0].works == ()


def test_connecting_nothing() -> None:
    """A sentence that leads to nothing is left out."""
    made = written(Writer(("[1] draw maps of rivers. Several other studies follow.",)))
    assert "Several other studies follow." not in lines(made)


@pytest.mark.parametrize(
    "closing",
    [
        "We present the first map of all wells.",
        "We present a map of all lakes in Kenya.",
        "We count 12 wells in Kenya.",
        "[1] present a map of all wells.",
        "",
        LATE,
    ],
)
def test_no_closing(closing: str | Skipped) -> None:
    """A last sentence that says more than the paper does is left out."""
    assert len(lines(written(Writer((GOOD,), closing)))) == 3


def test_closings_differ() -> None:
    """Two paragraphs do not end alike."""
    themes = (Theme("rivers", (MAPS,)), Theme("seas", (CHARTS,)))
    model = Writer(
        ("[1] draw maps of rivers.", "[1] draws sea charts from echo soundings."), "We present a map of wells."
    )
    assert lines(written(model, *themes)).count("We present a map of wells.") == 1


def test_without_a_claim() -> None:
    """A paper that states no contribution is not set against anything, and nobody is asked to."""
    model = Writer((GOOD,), "We present a map of all wells.")
    assert len(lines(written(model, brief=Brief("Wells")))) == 3
    assert all(question.works for question in model.asked)


# -- what is asked


@pytest.mark.parametrize(("count", "sizes"), [(1, [1]), (4, [4]), (5, [3, 2]), (8, [4, 4]), (9, [3, 3, 3])])
def test_portions(count: int, sizes: list[int]) -> None:
    """Many works are asked about in even portions that the model can keep apart."""
    model = Writer(("",))
    works = tuple(work(f"k{number}", f"Maps of Lake {number}") for number in range(count))
    written(model, Theme("lakes", works))
    assert [len(question.works) for question in model.asked] == sizes
    assert max(sizes) <= MOST_AT_ONCE


def test_numbers_of_a_portion() -> None:
    """In each portion the works are numbered from one; a number of another portion means nothing."""
    names = ("Rivers", "Lakes", "Seas", "Wells", "Harbours")
    works = tuple(work(name.lower(), f"Maps of {name}") for name in names)
    model = Writer(("[1] draw rivers. [1] draw maps of rivers. [4] draw maps of wells.", "[2] draw maps of harbours."))
    made = written(model, Theme("", works))
    by_model = [sentence.text for sentence in made.paragraphs[0].sentences if sentence.by_model]
    assert by_model == ["\\citet{rivers} draw maps of rivers.", "\\citet{harbours} draw maps of harbours."]
    assert len(made.paragraphs[0].works) == 5


def test_what_the_model_reads() -> None:
    """The theme, the paper, its claim, language and length, and of each work what its record says."""
    model = Writer(("",))
    abstract = work("abs", "On Wells", "Gill", abstract="Wells are deep.")
    written(model, Theme("wells", (abstract,)), brief=Brief("About.", "Claim.", "de", "short"))
    assert model.asked == [
        WriteQuestion(
            "wells", ((Option("On Wells", ("Gill",), 2020, ""), "Wells are deep."),), "About.", "Claim.", "de", "short"
        )
    ]


def test_the_prompt() -> None:
    """All questions of a draft share what comes before the works; the closing sentence is asked for without any."""
    works = ((Option("On Wells"), "Wells are deep."),)
    question = WriteQuestion("wells", works, "The paper.", "We dig wells.", "de", "long")
    other = WriteQuestion("lakes", works * 2, "The paper.", "We dig wells.", "de", "long")
    one, two = (draft_of(each, seed=0).prompt.turns for each in (question, other))
    assert one[0] == two[0]
    assert one[1].pieces[:2] == two[1].pieces[:2]
    assert one[1].pieces[1].endswith("Write in German.\nContribution of the paper: We dig wells.\n\n")
    last = draft_of(WriteQuestion("wells", (), "The paper.", "We dig wells."), seed=0)
    assert last.prompt.turns[1].pieces[-1] == "Topic: wells\nWrite the sentence."
    assert "Contribution of the paper: We dig wells." in last.prompt.turns[1].text


@pytest.mark.parametrize(("length", "tokens"), [("short", 90), ("medium", 120), ("long", 170)])
def test_length(length: str, tokens: int) -> None:
    """A longer draft may take more."""
    assert draft_of(WriteQuestion("wells", ((Option("On Wells"), ""),), length=length), seed=0).most_tokens == tokens


@pytest.mark.parametrize(("length", "count"), [("short", 1), ("medium", 1), ("long", 2)])
def test_how_often_a_work_is_described(length: str, count: int) -> None:
    """In a long draft a work may have two sentences."""
    seen = work("maps", "Drawing Maps of Rivers", abstract="We use a balloon and a camera. Maps of rivers are drawn.")
    model = Writer(("[1] draw maps of rivers. [1] use a balloon and a camera.",))
    assert len(lines(written(model, Theme("", (seen,)), brief=Brief(length=length)))) == count


# -- how it is typeset


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1] draw maps.", "\\citet{maps} draw maps."),
        ("Maps are drawn [1].", "Maps are drawn~\\citep{maps}."),
        ("Maps are drawn by [1].", "Maps are drawn by \\citet{maps}."),
        ("Ames et al. [1] draw maps.", "\\citet{maps} draw maps."),
        ("Maps are drawn by Eder and Fox [3].", "Maps are drawn by \\citet{lakes}."),
        ("In contrast, [1] draw maps.", "In contrast, \\citet{maps} draw maps."),
        ("Maps [1], charts [2] and lakes [3] are seen.",
         "Maps~\\citep{maps}, charts~\\citep{charts} and lakes~\\citep{lakes} are seen."),
        ("Maps are drawn [1], [3].", "Maps are drawn~\\citep{maps,lakes}."),
        ("Maps are drawn [1][3][1].", "Maps are drawn~\\citep{maps,lakes}."),
        ("[1] and [3] draw maps.", "\\citet{maps} and \\citet{lakes} draw maps."),
        ("[1] draw maps, while [3] see lakes.", "\\citet{maps} draw maps, while \\citet{lakes} see lakes."),
        ("[2] propose charts.", "\\citet{charts} proposes charts."),
        ("[1] proposes maps.", "\\citet{maps} propose maps."),
        ("[1] and [2] proposes maps.", "\\citet{maps} and \\citet{charts} propose maps."),
        ("While [2] study charts, [1] studies maps.", "While \\citet{charts} studies charts, \\citet{maps} study maps."),
        ("Maps & 100% of $x_1$ #2 \\x{y} [1].",
         "Maps \\& 100\\% of \\$x\\_1\\$ \\#2 \\textbackslash{}xy~\\citep{maps}."),
    ],
)  # fmt: skip
def test_in_latex(text: str, expected: str) -> None:
    """Textual where the work is subject or governed, parenthetical elsewhere, the verb in its number, all else typeset."""
    assert in_latex(text, WORKS, hand()) == expected


@given(
    st.lists(
        st.sampled_from(
            ["[1]", "[2]", "[3]", " and ", ", ", "by ", "Ames et al. ", "maps ", "%", "\\input{x}", "{", "$ "]
        )
    ),
    st.sampled_from([NATBIB, PLAIN]),
)
def test_only_citations_are_commands(pieces: list[str], style: CiteStyle) -> None:
    """Whatever stands around the placeholders, the only commands are the paper's citations and signs that are typeset."""
    text = in_latex("".join(pieces), WORKS, hand(style))
    left = re.sub(r"\\cite[tp]?\{(?:maps|charts|lakes)(?:,(?:maps|charts|lakes))*\}", "", text)
    assert set(re.findall(r"\\(?:[a-z]+|.)", left)) <= {"\\textbackslash", "\\%", "\\$"}
    assert left.count("{") == left.count("}") == left.count("\\textbackslash{}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1] draw maps.", "Ames et al.~\\cite{maps} draw maps."),
        ("[3] draw maps.", "Eder and Fox~\\cite{lakes} draw maps."),
        ("Maps are drawn [1].", "Maps are drawn~\\cite{maps}."),
    ],
)
def test_without_a_textual_command(text: str, expected: str) -> None:
    """Where the paper has no such command the authors are named."""
    assert in_latex(text, WORKS, hand(PLAIN)) == expected


def test_a_name_that_begins_small() -> None:
    """Where such a name opens a sentence the command writes it with a capital."""
    small = Candidature("maps", Work("Maps", (Author("van Dyke"),)), "shelf")
    assert in_latex("[1] draws maps, and [1] sells maps.", (small,), hand()) == (
        "\\Citet{maps} draws maps, and \\citet{maps} sells maps."
    )


def test_without_authors() -> None:
    """A work of nobody is cited in parentheses, wherever it stands."""
    nobody = Candidature("anon", Work("Maps"), "shelf")
    assert in_latex("[1] draws maps.", (nobody,), hand(PLAIN)) == "\\cite{anon} draws maps."


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "[1] und [3] schlägt Karten vor.", "\\citet{maps} und \\citet{lakes} schlagen Karten vor."),
        ("fr", "Selon [1], la carte suit.", "Selon \\citet{maps}, la carte suit."),
        ("es", "[2] proponen mapas.", "\\citet{charts} propone mapas."),
        ("zh", "[1]提出了地图方法[3]。", "\\citet{maps}提出了地图方法\\citep{lakes}。"),
        ("ja", "地図を作成した[1]。", "地図を作成した\\citep{maps}。"),
        ("ko", "[1]은 지도를 제안한다.", "\\citet{maps}은 지도를 제안한다."),
        ("ar", "قدم [1] خرائط الأنهار.", "قدم~\\citep{maps} خرائط الأنهار."),
    ],
)
def test_in_latex_of_other_languages(language: str, text: str, expected: str) -> None:
    """Connectives and verbs of the language, no tie where words are not parted by spaces."""
    assert in_latex(text, WORKS, hand(language=language)) == expected


# -- what the paper claims


@pytest.mark.parametrize(
    ("language", "body", "claims"),
    [
        ("english", "\\begin{abstract}Maps are old. We propose better maps. We do not draw lakes. Our contributions are as follows.\\end{abstract}", ("We propose better maps.",)),
        (
            "english",
            "\\section{Introduction}Others draw maps. This paper presents lakes. We thank Ann.\\section{Method}We show it.",
            ("This paper presents lakes.",),
        ),
        (
            "english",
            "\\section{Introduction}We study lakes.\\begin{abstract}We present seas.\\end{abstract}",
            ("We present seas.", "We study lakes."),
        ),
        ("ngerman", "\\section{Einleitung}Karten sind alt. In dieser Arbeit stellen wir neue vor.",
         ("In dieser Arbeit stellen wir neue vor.",)),
        ("french", "\\section{Introduction}Nous proposons une carte. La carte est vieille.", ("Nous proposons une carte.",)),
        ("spanish", "\\section{Introducción}Este trabajo presenta un mapa. Es viejo.", ("Este trabajo presenta un mapa.",)),
        ("chinese", "\\section{引言}地图很旧。本文提出了一种新方法。", ("本文提出了一种新方法。",)),
        ("japanese", "\\section{はじめに}地図は古い。本研究では新しい地図を提案する。", ("本研究では新しい地図を提案する。",)),
        ("korean", "\\section{서론}지도는 오래되었다. 본 논문은 새로운 방법을 제안한다.", ("본 논문은 새로운 방법을 제안한다.",)),
        ("arabic", "\\section{مقدمة}الخرائط قديمة. نقترح طريقة.", ("نقترح طريقة.",)),
    ],
)  # fmt: skip
def test_claims(language: str, body: str, claims: tuple[str, ...]) -> None:
    """Sentences of abstract and introduction in which the paper speaks of what it does, those of the abstract first."""
    text = f"\\documentclass{{article}}\\usepackage[{language}]{{babel}}\\begin{{document}}{body}\\end{{document}}"
    assert claims_of(read_project("main.tex", {"main.tex": SourceText("main.tex", text)}.get)) == claims


# -- in the pipeline


BIB = """
@article{maps, title={Drawing Maps of Rivers}, author={Ames and Bly and Cole}, year={2015}}
@article{charts, title={Sea Maps from Echo Soundings}, author={Dorn, Di}, year={2018}}
"""


def filled(model: Writer | None, bib: str = BIB) -> Outcome:
    project = fixture(
        """
        %! main.tex
        \\title{Wells}
        \\begin{abstract}We present a map of all wells.\\end{abstract}
        \\section{Related Work}
        % TODO related-work: maps
        """
    ).project
    bibliography = read_bibliography(SourceText("refs.bib", bib))
    job = Job(only=frozenset({"related-work"}))
    return run(Paper(project, (bibliography,)), (), model, job, lambda path: path)


def block_of(outcome: Outcome) -> str:
    edit = outcome.suggestions[0].edit
    assert edit is not None
    return edit.text


def test_the_pipeline_writes() -> None:
    """With a model the block holds what it wrote, and says how much of it that is."""
    model = Writer(("[1] draw maps of rivers. [2] is great.",))
    outcome = filled(model)
    text = block_of(outcome)
    assert "draw maps of rivers." in text
    assert "``Sea Maps from Echo Soundings''" in " ".join(text.split())
    assert "draft of 2 records, model scripted wrote 1 of 2 sentences" in text
    assert outcome.model is model
    assert [sentence.by_model for sentence in outcome.suggestions[0].draft[0].sentences].count(True) == 1


def test_the_pipeline_falls_back() -> None:
    """A model that writes nothing that stands is not named; the draft is that of a run without one."""
    said = ("Nonsense.", "[1] is great.", LATE)
    outcomes = [filled(Writer((each,))) for each in said]
    assert {block_of(outcome) for outcome in outcomes} == {block_of(filled(None))}
    assert [outcome.model for outcome in outcomes] == [None] * len(said)
    assert outcomes[-1].skipped.count(LATE) == 1


def test_the_model_reads_the_claim() -> None:
    """The paper's own contribution reaches the model."""
    model = Writer(("[1] draw maps of rivers.",), "We present a map of all wells.")
    outcome = filled(model)
    assert {question.claim for question in model.asked} == {"We present a map of all wells."}
    assert "We present a map of all wells." in block_of(outcome)
