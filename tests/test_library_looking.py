"""``texscholar library search``, ``show`` and ``stats``: what they print for people, pipes and scripts."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Result, write_files
from test_html_browser import Browser
from texscholar.bibtex import read_bibliography
from texscholar.cli.main import main
from texscholar.library import Record, add_library
from texscholar.library.records import Work
from texscholar.report.holdings import Holdings, holdings, render_html, render_text
from texscholar.source import SourceText

RECORDS = [
    {"id": "P19-1001", "title": "Deep Walks in Dialogue", "authors": ["Chongyang Tao", "Wei Wu", "Can Xu", "Wenpeng Hu"],
     "year": 2019, "venue": "Proceedings of the Meeting", "doi": "10.18653/v1/P19-1001", "abstract": "Of walks.",
     "bibkey": "tao-etal-2019-deep"},
    {"id": "n1", "title": "Deep learning", "authors": ["Yann LeCun"], "year": 2015, "venue": "Nature", "type": "article",
     "doi": "10.1038/nature14539"},
    {"id": "n2", "title": "Deep learning \x1b[31m & more", "authors": ["Yann LeCun"], "year": 1990,
     "venue": "<img src=x onerror=alert(1)>"},
    {"id": "n3", "title": "Untold"},
]  # fmt: skip
Looking = Callable[..., Result]


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Looking:
    """``library`` in this process, in a folder, with a library of four records."""
    write_files(tmp_path, {"shelf.jsonl": "".join(json.dumps(record) + "\n" for record in RECORDS)})
    add_library("shelf", [tmp_path / "shelf.jsonl"])
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Result:
        code = main(["library", *arguments])
        said = capfd.readouterr()
        return Result(code, said.out.encode(), said.err)

    return run


def test_search_in_a_pipe_is_lines(looking: Looking) -> None:
    """Score, key or id, authors, year, title and library, best first; nothing in it steers a terminal."""
    lines = looking("search", "deep", "learning").text.splitlines()
    assert sorted(line.split()[1] for line in lines) == ["n1:", "n2:", "tao-etal-2019-deep:"]
    assert "Tao, Wu, Xu et al. (2019): Deep Walks in Dialogue  [shelf]" in lines[-1]
    assert "\x1b" not in "".join(lines)


def test_search_for_scripts(looking: Looking) -> None:
    """JSON tells all of a record, --bibtex gives entries with keys of their own; --limit holds for both."""
    (found,) = json.loads(looking("search", "nature", "--json").text)
    assert (found["doi"], found["library"], found["authors"]) == (
        "10.1038/nature14539",
        "shelf",
        [{"family": "LeCun", "given": "Yann"}],
    )
    entries = read_bibliography(SourceText("", looking("search", "lecun", "--bibtex").text))
    assert sorted(entries.keys) == ["lecun1990deep", "lecun2015deep"]
    assert len(json.loads(looking("search", "lecun", "--json", "--limit", "1").text)) == 1
    assert looking("search", "lecun", "--json", "--bibtex").code == 2


def test_nothing_found(looking: Looking) -> None:
    """The exit code tells, and JSON is an empty list."""
    done = looking("search", "zebrafish", "--json")
    assert (done.code, json.loads(done.text)) == (1, [])
    assert (looking("search", "zebrafish", "--bibtex").text, looking("search", "zebrafish").text) == ("", "")


def test_search_on_a_terminal_is_a_table(looking: Looking, tmp_path: Path) -> None:
    """With a head, and columns that fit."""
    assert looking("search", "nature").code == 0
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "texscholar", "library", "search", "lecun"],
        cwd=tmp_path,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "100", "PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(terminal, 1 << 16):
            seen += piece
    except OSError:  # how a terminal tells that nobody writes any more
        pass
    os.close(terminal)
    assert process.wait(timeout=90) == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", seen.decode())
    head, *rows = [line.split() for line in plain.splitlines() if line.strip()]
    assert head == ["score", "key", "or", "id", "authors", "year", "title", "library"]
    assert {"n1", "LeCun", "2015", "Deep", "shelf"} <= {word for row in rows for word in row}


NAMES = ["P19-1001", "https://aclanthology.org/P19-1001", "tao-etal-2019-deep", "doi:10.18653/v1/p19-1001."]


@pytest.mark.parametrize("name", NAMES)
def test_show(name: str, looking: Looking) -> None:
    """A record whole, under whatever name it is asked for."""
    done = looking("show", "shelf", name)
    lines = dict(line.split(maxsplit=1) for line in done.text.splitlines())
    assert (done.code, lines["title"], lines["DOI"]) == (0, "Deep Walks in Dialogue", "10.18653/v1/p19-1001")
    assert (lines["authors"][:13], lines["abstract"]) == ("Tao, Chongyan", "Of walks.")
    assert lines["library"] == "shelf, made of shelf.jsonl"
    assert json.loads(looking("show", "shelf", name, "--json").text)[0]["id"] == "P19-1001"


def test_show_tells_sentences_and_fields(looking: Looking, tmp_path: Path) -> None:
    """What other papers say of a work, and the raw fields of its entry."""
    paper = "\\documentclass{article}\n\\begin{document}\nMoments of gradients steer every step \\cite{k}.\n\\bibliography{r}\n\\end{document}\n"
    write_files(tmp_path, {"one/main.tex": paper, "one/r.bib": "@misc{k, title={Steps}, author={A. B}, note={x}}"})
    add_library("papers", [tmp_path / "one"])
    lines = looking("show", "papers", "k").text.splitlines()
    assert any(line.startswith("cited     Moments of gradients steer every step") for line in lines)
    assert any("note = x" in line for line in lines)


def test_show_refuses_in_one_line(looking: Looking) -> None:
    """What is not there is told, with the way to search."""
    for arguments, code in ((("shelf", "nothing"), 1), (("gone", "n1"), 2)):
        done = looking("show", *arguments)
        assert (done.code, done.text, len(done.err.splitlines())) == (code, "", 1)


COUNTED = Holdings(
    "shelf",
    4,
    ((1990, 1), (2015, 1), (2019, 1)),
    (("<script>alert(1)</script>", 1), ("Nature", 1), ("Proceedings of the Meeting", 1)),
    (("not told", 3), ("article", 1)),
    (("authors", 3), ("year", 3), ("venue", 3), ("DOI", 2), ("arXiv id", 0), ("abstract", 1), ("citances", 0)),
)


def test_stats(looking: Looking) -> None:
    """Counts as plots for people, as numbers for scripts."""
    text = looking("stats").text
    assert text.startswith("shelf: 4 records\n")
    assert "  DOI              2  50.0% " in text
    assert "  1990         1 █" in text
    (counted,) = json.loads(looking("stats", "shelf", "--json").text)["libraries"]
    assert (counted["records"], counted["shares"]["DOI"], counted["years"]) == (
        4,
        0.5,
        {"1990": 1, "2015": 1, "2019": 1},
    )
    assert looking("stats", "--format", "json").text == looking("stats", "--json").text
    assert looking("stats", "gone").code == 2


BARS = [
    ((), ()),
    (((2000, 3),), (("2000", 3),)),
    (((1999, 1), (2001, 2)), (("1999", 1), ("2000", 0), ("2001", 2))),
    (((1900, 1), (1949, 2)), tuple((f"{at}–{at + 1}", {1900: 1, 1948: 2}.get(at, 0)) for at in range(1900, 1950, 2))),
]


@pytest.mark.parametrize(("years", "bars"), BARS)
def test_years_fit_on_a_screen(years: tuple[tuple[int, int], ...], bars: tuple[tuple[str, int], ...]) -> None:
    """A bar a year, or one for several; none is left out between the first and the last."""
    assert Holdings("x", 1, years, (), (), ()).bars() == bars


def test_no_span_of_years_is_too_long() -> None:
    """Seven centuries are as many lines as a decade."""
    bars = Holdings("x", 2, ((1400, 1), (2099, 1)), (), (), ()).bars()
    assert (len(bars) <= 32, sum(count for _, count in bars)) == (True, 2)


def test_an_empty_library() -> None:
    """Nothing is divided by nothing."""
    empty = holdings("none", [])
    assert render_text(empty, 80).splitlines()[0] == "none: 0 records"
    assert "0 records" in render_html([empty])
    assert holdings("one", [Record("a", "", Work("T"), "f")]).count == 1


@pytest.mark.browser
def test_the_page_in_a_browser(looking: Looking, tmp_path: Path) -> None:
    """It shows the counts, runs no script of a record, loads nothing and has nothing to complain of."""
    done = looking("stats", "--format", "html", "--output", "stats.html")
    assert (done.code, done.text) == (0, "")
    browser = Browser(tmp_path)
    try:
        browser.show(tmp_path / "stats.html")
        rows = browser.value(
            "[...document.querySelectorAll('tr')].map(row => row.innerText.replace(/\\s+/g, ' ').trim())"
        )
        assert {"DOI 2 50.0%", "2015 1", "article 1", "<img src=x onerror=alert(1)> 1"} <= set(rows)
        width = "document.querySelectorAll('.bars')[0].querySelectorAll('rect')[{}].getBoundingClientRect().width"
        assert browser.value(width.format(0)) == pytest.approx(1.5 * browser.value(width.format(3)), rel=0.02)
        assert browser.value("performance.getEntriesByType('resource').length") == 0
        assert browser.value("document.scripts.length") == 0
        assert browser.said == []
    finally:
        browser.close()


def test_counting() -> None:
    """What is counted is what the page and the JSON show."""
    assert render_text(COUNTED, 80).count("\n") > 40
    assert "&lt;script&gt;" in render_html([COUNTED])
