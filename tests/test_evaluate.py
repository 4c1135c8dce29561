"""Hiding citations of finished papers, and what finding them again is worth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fixtures_language import fixture
from texscholar.bibtex import read_bibliography
from texscholar.cli.main import texscholar
from texscholar.errors import TexscholarError
from texscholar.evaluate import Place, Waiting, figures, hide
from texscholar.evaluate.hiding import sentence_at
from texscholar.pipeline import Paper
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


def test_recall_divides_by_what_can_be_found() -> None:
    """One of two hidden works among five is half, at rank one it is all."""
    found = figures([Place(0.5, (True, False, False), 2)], 0.25)
    assert (found.recall_at_1, found.recall_at_5, found.recall_at_10, found.mrr) == (1.0, 0.5, 0.5, 1.0)


def test_a_place_without_candidates_counts() -> None:
    """Neither recall nor what is met leaves it out."""
    found = figures([Place(0.9, (False, True), 1), Place(0.0, (), 1)], 0.25)
    assert (found.recall_at_1, found.recall_at_5, found.mrr) == (0.0, 0.5, 0.25)
    assert (found.default.shown, found.default.met) == (1, 0.5)


def test_what_is_shown_is_judged_over_all_sentences() -> None:
    """Also by what is shown where the author cited nothing."""
    places = [Place(0.8, (True,), 1), Place(0.6, (False, False, True), 1), Place(0.4, (False,), 0), Place(0.1, (), 0)]
    shown = figures(places, 0.3).default
    assert (
        shown.shown,
        shown.per_thousand,
        shown.first_right,
        shown.three_right,
        shown.at_hidden,
        shown.met,
        pytest.approx(shown.f1),
    ) == (3, 750.0, 1 / 3, 2 / 3, 2 / 3, 1.0, 0.8)


def test_calibration_bins() -> None:
    """Confidence and truth of each, empty ones left out."""
    bins = figures([Place(0.95, (True,), 1), Place(1.0, (False,), 1), Place(0.05, (False,), 0)], 0.3).calibration
    assert [(1, 0.05, 0.0), (2, pytest.approx(0.975), 0.5)] == [
        (each.count, each.confidence, each.right) for each in bins
    ]


def test_no_places() -> None:
    """Nothing is divided by nothing."""
    found = figures([], 0.25)
    assert (found.hidden, found.mrr, found.default.f1, found.default.shown, found.calibration) == (0, 0.0, 0.0, 0, ())


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
    assert data["total"]["recall_at_5"] == 1.0
    assert before == (paper / "main.tex").read_bytes()


def test_the_tables(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line a paper, one for all of them, the curve and the calibration."""
    code, text = _run(paper, "main.tex", "main.tex", monkeypatch=monkeypatch)
    assert (code, [line.split()[0] for line in text.splitlines()[3:6]]) == (0, ["main.tex", "main.tex", "all"])
    assert "confidence  shown" in text
    assert "mean confidence" in text


def test_a_paper_with_nothing_to_hide_is_refused(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its bibliography no citation could be judged; the error names the file."""
    (paper / "refs.bib").unlink()
    monkeypatch.chdir(paper)
    result = CliRunner().invoke(texscholar, ["eval"], standalone_mode=False)
    assert isinstance(result.exception, TexscholarError)
    assert str(result.exception).startswith("main.tex: hides nothing")
