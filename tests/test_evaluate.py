"""Hiding citations of finished papers, and what finding them again is worth."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fixtures_language import fixture
from texscholar.bibtex import Author, Work, read_bibliography
from texscholar.cli.main import texscholar
from texscholar.errors import TexscholarError
from texscholar.evaluate import PEERS, Peers, Place, Waiting, average, figures, hide, places_of, trace
from texscholar.evaluate.hiding import sentence_at
from texscholar.evaluate.measuring import rightly
from texscholar.pipeline import Job, Paper, run
from texscholar.source import SourceText

BIB = """\
@misc{rain, title = {Rain on Grass}}
@misc{cows, title = {Cows eat Grass}}
@misc{sun, title = {The Sun}}
"""
TEX = """
    %! main.tex
    Rain falls on grass~\\cite{rain}. \\citet{sun} shines on everything \\citep{rain}.
    Cows eat the grass \\citep[p.~3]{cows} and more~\\cite{cows,rain}. Nobody knows.
    Here~\\footnote{See \\cite{cows}.} is one with a note \\cite{cows}.
    """


def _paper(text: str = TEX) -> Paper:
    return Paper(fixture(text).project, (read_bibliography(SourceText("refs.bib", BIB)),))


def _nothing(_path: str) -> SourceText | None:
    return None


def test_hiding_takes_parenthetical_citations_and_what_ties_them() -> None:
    """Sentences that cite in their text, or in a footnote, keep their citations."""
    draft = hide(_paper(), _nothing, 1.0, "seed", opened=False)
    assert draft.paper.project.files[0].source.text.splitlines()[:3] == [
        "Rain falls on grass. \\citet{sun} shines on everything \\citep{rain}.",
        "Cows eat the grass and more. Nobody knows.",
        "Here~\\footnote{See \\cite{cows}.} is one with a note \\cite{cows}.",
    ]
    assert [sorted(place.works) for place in draft.hidden] == [["rain"], ["cows", "rain"]]


def test_a_hidden_place_is_found_again() -> None:
    """Its offset lies in the sentence that lost its citations."""
    draft = hide(_paper(), _nothing, 1.0, "seed", opened=False)
    found = [sentence_at(draft.paper.project, place.path, place.offset) for place in draft.hidden]
    assert [each.text for each in found if each] == ["Rain falls on grass.", "Cows eat the grass and more."]


@pytest.mark.parametrize(
    ("cited", "works"),
    [
        ("\\cite[see \\cite{rain}]{cows}", ["cows", "rain"]),
        ("\\cite{sun} \\cite[see \\cite{rain}][and \\cite{cows}]{cows}", ["cows", "rain", "sun"]),
        ("\\cite[see {\\cite[in \\cite{sun}]{rain}}]{cows}~\\cite{rain}", ["cows", "rain", "sun"]),
    ],
)
def test_a_citation_in_the_note_of_another_goes_with_it(cited: str, works: list[str]) -> None:
    """It is hidden too, and nothing of either is left behind."""
    draft = hide(_paper(f"%! main.tex\nCows eat the grass~{cited}. Nobody knows.\n"), _nothing, 1.0, "s", opened=False)
    assert draft.paper.project.files[0].source.text.strip() == "Cows eat the grass. Nobody knows."
    assert works == [key for place in draft.hidden for key in sorted(place.works)]


def test_open_works_leave_the_bibliography_if_nothing_cites_them() -> None:
    """Those that are still cited somewhere stay."""
    text = TEX.replace("\\citep{rain}", "\\citep{sun}").replace("\\cite{cows}.\n", "\\cite{sun}.\n")
    draft = hide(_paper(text), _nothing, 1.0, "seed", opened=True)
    assert (sorted(draft.gone), draft.paper.bibliographies[0].keys) == (["rain"], ("cows", "sun"))


def test_the_same_seed_hides_the_same() -> None:
    """And another one something else, on a paper of some length."""
    paper = _paper("%! main.tex\n" + "".join(f"Sentence {n} cites~\\cite{{rain}}.\n" for n in range(60)))
    texts = [
        hide(paper, _nothing, 0.3, seed, opened=False).paper.project.files[0].source.text for seed in ("a", "a", "b")
    ]
    assert (texts[0] == texts[1], texts[0] == texts[2]) == (True, False)


def test_works_that_wait_are_found_by_their_words() -> None:
    """With or without a library behind them."""
    works = hide(_paper(), _nothing, 1.0, "seed", opened=False).hidden[0].works
    waiting = Waiting(works, ())
    assert [[hit.record.key for hit in waiting.search(text, 10)] for text in ("grass", "clouds")] == [["rain"], []]
    assert [record.key for record in waiting.by_key("rain")] == ["rain"]


@pytest.mark.parametrize(
    ("limit", "keys"),
    [
        (1, ["same", "first", "second"]),
        (2, ["same", "other", "first", "second"]),
        (3, ["same", "other", "worse", "first", "second"]),
    ],
)
def test_works_that_wait_hold_their_own(limit: int, keys: list[str]) -> None:
    """Where the libraries fill the list, works whose titles score less than the last of it are left out."""
    library = Waiting({"first": Work("Rain on Grass"), "second": Work("Grass and Cows")}, ())  # whatever the limit
    titles = {"same": "Grass on Rain", "other": "Cows of Grass", "worse": "Grass, Trees and Flowers", "none": "Trees"}
    waiting = Waiting({key: Work(title) for key, title in titles.items()}, (library,))
    assert keys == [hit.record.key for hit in waiting.search("rain on grass", limit)]


def test_works_that_wait_are_counted() -> None:
    """With what the libraries hold, as BM25 over both needs it."""
    works = {"a": Work("Rain on Grass"), "b": Work("Grass")}
    waiting = Waiting(works, (Waiting({"c": Work("Grass and Cows")}, ()),))
    assert (len(waiting), waiting.document_frequency("grass"), waiting.document_frequency("rain")) == (3, 3, 1)


def _ours(*places: Place) -> tuple[float, float, float, float]:
    each = figures(places, 0.25).ranked["texscholar"]
    return each.recall_at_1, each.recall_at_5, each.recall_at_10, each.mrr


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], (0, 0, 0, 0)),
        ([Place(0.9, (True,), 0)], (0, 0, 0, 0)),
        ([Place(0.5, (True,), 1)], (1, 1, 1, 1)),
        ([Place(0.5, (False, True), 1)], (0, 1, 1, 1 / 2)),
        # One of two among five is half; at rank one there is room for one only.
        ([Place(0.5, (True, False, False), 2)], (1, 1 / 2, 1 / 2, 1)),
        ([Place(0.5, (*[False] * 5, True, True), 3)], (0, 0, 2 / 3, 1 / 6)),
        ([Place(0.5, (True,) * 5, 7)], (1, 1, 5 / 7, 1)),
        ([Place(0.5, (True,) * 10, 12)], (1, 1, 1, 1)),
        # What the program has nothing for counts, and so does what it would not show.
        ([Place(0.9, (False, True), 1), Place(0.0, (), 1)], (0, 1 / 2, 1 / 2, 1 / 4)),
        ([Place(0.9, (True,), 1, left_alone=True)], (1, 1, 1, 1)),
    ],
)
def test_ranking(places: list[Place], expected: tuple[float, ...]) -> None:
    """Recall divides by what can be found among k; the mean reciprocal rank looks at the first right candidate."""
    assert pytest.approx(expected) == _ours(*places)


def test_peers_are_measured_alike() -> None:
    """Over the same hidden places, by their names; not where they were not asked."""
    places = [
        Place(0.5, (True,), 1, ((False, True), ())),
        Place(0.5, (), 2, ((True,), (True, True))),
        Place(0.5, (True,), 0),
    ]
    ranked = figures(places, 0.25).ranked
    assert {name: (each.recall_at_1, each.recall_at_5, each.mrr) for name, each in ranked.items()} == {
        "texscholar": (1 / 2, 1 / 2, 1 / 2),
        PEERS[0]: (1 / 2, 3 / 4, 3 / 4),
        PEERS[1]: (1 / 2, 1 / 2, 1 / 2),
    }
    assert list(figures([Place(0.5, (True,), 1)], 0.25).ranked) == ["texscholar"]


WORKS = {
    "a": Work("One and the Same Title", (Author("Ng"),)),
    "b": Work("Another Title of Some Length", (Author("Ng"),)),
}


@pytest.mark.parametrize(
    ("ranked", "expected"),
    [
        ([], ()),
        ([("x", Work("Something else altogether", (Author("Ng"),)))], (False,)),
        ([("x", Work("Short"))], (False,)),
        ([("b", Work("")), ("a", Work(""))], (True, True)),
        # Another record of the same work counts for it, once.
        ([("x", WORKS["a"]), ("a", WORKS["a"]), ("b", WORKS["b"])], (True, False, True)),
        ([("a", WORKS["a"]), ("x", WORKS["a"])], (True, False)),
    ],
)
def test_a_work_is_found_once(ranked: list[tuple[str, Work]], expected: tuple[bool, ...]) -> None:
    """By its key, or as the same work under another one."""
    assert expected == rightly(ranked, WORKS)


# By hand: five places shown from 0.3 on at three hidden and two uncited ones, of ten in all; four are hidden.
JUDGED = [
    Place(0.8, (True,), 1),
    Place(0.6, (False, False, True), 1),
    Place(0.5, (False, False, False, True), 1),
    Place(0.4, (False,), 0),
    Place(0.3, (False, False), 0),
    Place(0.2, (True,), 1),
    Place(0.9, (False,), 0, left_alone=True),
    Place(0.1, (False,), 0),
    Place(0.0, (), 0),
    Place(0.0, (), 0),
]


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        # shown, per 1,000 of ten, per 1,000 of six, first right, one of three right, precision, recall, rightly, F1
        (0.95, (0, 0, 0, 0, 0, 0, 0, 0, 0)),
        (0.7, (1, 100, 0, 1, 1, 1, 1 / 4, 1 / 4, 2 / 5)),
        (0.6, (2, 200, 0, 1 / 2, 1, 1, 1 / 2, 1 / 4, 2 / 3)),
        (0.3, (5, 500, 1000 / 3, 1 / 5, 2 / 5, 3 / 5, 3 / 4, 1 / 4, 2 / 3)),
        (0.05, (7, 700, 500, 2 / 7, 3 / 7, 4 / 7, 1, 1 / 2, 8 / 11)),
    ],
)
def test_what_is_shown(threshold: float, expected: tuple[float, ...]) -> None:
    """Suggestions are judged over all uncited sentences, also where the author cited nothing; abstracts show none."""
    found = figures(JUDGED, threshold)
    shown = found.default
    assert pytest.approx(expected) == (
        shown.shown,
        shown.per_thousand,
        shown.elsewhere,
        shown.first_right,
        shown.three_right,
        shown.at_hidden,
        shown.met,
        shown.met_rightly,
        shown.f1,
    )
    assert shown in found.curve


def test_the_curve_has_the_default() -> None:
    """Once, in its place among the others."""
    thresholds = [each.threshold for each in figures([], 0.33).curve]
    assert (0.33 in thresholds, thresholds) == (True, sorted(set(thresholds)))


def test_the_trace_runs_through_all_points() -> None:
    """From the surest suggestion to all of them, in not too many points."""
    assert [each.shown for each in trace(JUDGED)] == [1, 2, 3, 4, 5, 6, 7]
    many = trace([Place(number / 1000, (True,), 1) for number in range(1000)])
    assert (many[0].shown, many[-1].shown, len(many)) == (1, 1000, 201)
    assert trace([Place(0.5, (), 1)]) == ()


def test_papers_count_alike() -> None:
    """Averages leave out papers of which a figure says nothing."""
    papers = [
        figures([Place(0.9, (True,), 1)] * 9, 0.25),
        figures([Place(0.1, (False, True), 1)], 0.25),
        figures([Place(0.9, (False,), 0)], 0.25),
    ]
    mean = average(papers)
    ranked = mean.ranked["texscholar"]
    assert (mean.papers, ranked.recall_at_1, ranked.recall_at_5, ranked.mrr) == (3, 1 / 2, 1, 3 / 4)
    assert (mean.first_right, mean.at_hidden, mean.met) == (1 / 2, 1 / 2, 1 / 2)
    assert mean.elsewhere == pytest.approx(1000 / 3)
    assert average([]).ranked == {}


def test_calibration_bins() -> None:
    """Confidence and truth of each, empty ones left out."""
    found = figures(
        [Place(0.95, (True,), 1), Place(1.0, (False,), 1), Place(0.05, (False,), 0), Place(0.5, (), 1)], 0.3
    )
    assert [(1, 0.05, 0.0), (2, pytest.approx(0.975), 0.5)] == [
        (each.count, each.confidence, each.right) for each in found.calibration
    ]
    assert found.calibration_error == pytest.approx((1 * 0.05 + 2 * 0.475) / 3)


def test_no_places() -> None:
    """Nothing is divided by nothing."""
    found = figures([], 0.25)
    assert (found.hidden, found.default.f1, found.default.shown, found.calibration) == (0, 0.0, 0, ())


def _run(folder: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    monkeypatch.chdir(folder)
    result = CliRunner().invoke(texscholar, ["eval", *arguments], standalone_mode=False)
    return result.return_value, result.stdout


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    body = "".join(
        f"Rain {n} falls on the grass of others~\\cite{{rain}}. Cows of the farms eat the grass \\cite{{cows}}.\n"
        for n in range(9)
    )
    text = f"\\documentclass{{article}}\\begin{{document}}\n{body}\\bibliography{{refs}}\\end{{document}}\n"
    (tmp_path / "main.tex").write_text(text)
    (tmp_path / "refs.bib").write_text(BIB)
    return tmp_path


@pytest.mark.parametrize("mode", ["own-bib", "open"])
def test_the_command_measures(paper: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the same figures; the paper is left as it was."""
    before = (paper / "main.tex").read_bytes()
    arguments = ("--format", "json", "--share", "0.5", "--mode", mode)
    runs = [_run(paper, *arguments, monkeypatch=monkeypatch) for _ in range(2)]
    data = json.loads(runs[0][1])
    assert (0, runs[0]) == (runs[0][0], runs[1])
    assert data["papers"][0]["paper"] == "main.tex"
    assert 0 < data["total"]["hidden"] < 18
    assert {name: each["recall_at_5"] for name, each in data["total"]["ranked"].items()} == {
        "texscholar": 1.0,
        PEERS[0]: 1.0,
        PEERS[1]: 1.0,
    }
    assert before == (paper / "main.tex").read_bytes()


def test_the_tables(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line a paper, one for all places and one for the mean of papers, beside BM25; the curve; the calibration."""
    code, text = _run(paper, "main.tex", "main.tex", monkeypatch=monkeypatch)
    rows = [line for line in text.splitlines() if line.startswith(("main.tex", "all places", "mean of papers"))]
    assert (code, [row.split("  ")[0] for row in rows]) == (
        0,
        2 * ["main.tex", "main.tex", "all places", "mean of papers"],
    )
    assert [name in text for name in (*PEERS, "0.25*", "expected calibration error")] == [True] * 4


def test_one_paper_needs_no_total(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a mean."""
    assert "all places" not in _run(paper, monkeypatch=monkeypatch)[1]


@pytest.mark.parametrize(
    ("limit", "default"), [("", 0.25), ("min-confidence = 0.6", 0.6), ("min-confidence = 0.25", 0.25)]
)
def test_the_default_is_the_paper_s(paper: Path, limit: str, default: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """What settings say of confidence is what is measured."""
    (paper / ".texscholar.toml").write_text(limit)
    data = json.loads(_run(paper, "--format", "json", monkeypatch=monkeypatch)[1])
    assert default == data["total"]["default"]["threshold"] == data["papers"][0]["figures"]["default"]["threshold"]


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_the_report_goes_to_a_file(paper: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same bytes as on the screen; what was there before is replaced."""
    (paper / "report").write_text("old")
    printed = _run(paper, "--format", form, monkeypatch=monkeypatch)
    assert _run(paper, "--format", form, "--output", "report", monkeypatch=monkeypatch) == (0, "")
    assert (paper / "report").read_text() == printed[1]


def test_a_report_that_cannot_be_written(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is an error that names it."""
    monkeypatch.chdir(paper)
    result = CliRunner().invoke(texscholar, ["eval", "--output", "gone/report"], standalone_mode=False)
    assert isinstance(result.exception, TexscholarError)
    assert str(result.exception).startswith("gone/report: cannot be written")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--data", "x"),
        ("--papers", "x"),
        ("--benchmark", "history"),
        ("--benchmark", "history", "--data", "x"),
        ("--benchmark", "history", "--data", "x", "--papers", "y", "main.tex"),
        ("--benchmark", "history", "--data", "x", "--papers", "y", "--format", "html"),
    ],
)
def test_options_that_do_not_go_together(
    paper: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Are refused before anything is read."""
    monkeypatch.chdir(paper)
    result = CliRunner().invoke(texscholar, ["eval", *arguments], standalone_mode=False)
    assert isinstance(result.exception, click.UsageError)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("%! main.tex\nOne here~\\cite{rain}.\nTwo of them here.\n", [1]),
        # The draft lost the line end between two keys; the second place is still told where the author finds it.
        ("%! main.tex\nOne here~\\cite{rain,\ncows}.\n\nThree of them here~\\cite{cows}.\n", [1, 4]),
    ],
)
def test_places_are_told_by_the_lines_of_the_paper(text: str, lines: list[int]) -> None:
    """Not by those of the draft."""
    draft = hide(_paper(text), _nothing, 1.0, "seed", opened=False)
    source = draft.paper.project.files[0].source
    assert lines == [draft.line(source, hidden.offset) for hidden in draft.hidden]


def test_places_know_what_a_reader_is_shown() -> None:
    """The sentence, what it cited, the first candidates; what the program says nothing about is among them."""
    text = (
        "%! main.tex\nRain falls on the grass of others~\\cite{rain}.\nOh no~\\cite{cows}. Milk is good~\\cite{sun}.\n"
    )
    draft = hide(_paper(text), _nothing, 1.0, "seed", opened=False)
    job = Job(min_confidence=0.0, only=frozenset(("citations",)), prose=False, patch=False)
    places = places_of(draft, run(draft.paper, (), None, job, str), Peers(draft.paper, ()))
    told = [(each.scene.line, each.scene.sentence, each.scene.cited, each.hidden) for each in places if each.scene]
    assert told == [
        (1, "Rain falls on the grass of others.", (("rain", "Rain on Grass"),), 1),
        (2, "Oh no.", (("cows", "Cows eat Grass"),), 1),
        (2, "Milk is good.", (("sun", "The Sun"),), 1),
    ]
    assert [bool(each.right) for each in places] == [True, False, False]
    assert places[0].scene
    assert (places[0].scene.offers[0].key, places[0].scene.offers[0].is_right) == ("rain", True)
    assert [each.peers[0][:1] for each in places] == [(True,), (), ()]


def test_a_paper_with_nothing_to_hide_is_refused(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its bibliography no citation could be judged; the error names the file."""
    (paper / "refs.bib").unlink()
    monkeypatch.chdir(paper)
    result = CliRunner().invoke(texscholar, ["eval"], standalone_mode=False)
    assert isinstance(result.exception, TexscholarError)
    assert str(result.exception).startswith("main.tex: hides nothing")
