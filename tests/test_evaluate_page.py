"""The page of an evaluation: what it lists, that nothing in it runs or loads, and how a browser sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from texscholar.evaluate import PEERS, Measured, Place, figures, render_html
from texscholar.evaluate.measuring import Offer, Scene
from texscholar.evaluate.page import MOST_UNCITED, paper_places

HOSTILE = (
    "</p></details><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">&amp;'\"{{ 1 }}"
)
PEERS_RIGHT = ((False, True), (True,))


def _place(
    confidence: float,
    right: tuple[bool, ...],
    hidden: int,
    sentence: str = "Rain falls.",
    *,
    line: int = 1,
    title: str = "Rain",
    left_alone: bool = False,
) -> Place:
    offers = tuple(Offer(f"k{n}", title, confidence, is_right) for n, is_right in enumerate(right[:3]))
    cited = tuple((f"c{n}", title) for n in range(hidden))
    scene = Scene("main.tex", line, sentence, cited, offers)
    return Place(confidence, right, hidden, PEERS_RIGHT if hidden else (), left_alone, scene)


def _measured(*places: Place, name: str = "main.tex") -> Measured:
    return Measured(name, places, figures(places, 0.25))


def _page(*measured: Measured) -> str:
    total = figures([place for each in measured for place in each.places], 0.25)
    return render_html(measured, total, {"mode": "own-bib", "libraries": [HOSTILE]})


PLACES = (
    _place(0.9, (True, False), 1, "The first one was hidden."),
    _place(0.8, (False, False, True, False), 2, "The second one was hidden.", line=2),
    _place(0.7, (False,), 0, "An author left this uncited.", line=3),
    _place(0.6, (True,), 1, "The third one was hidden.", line=4),
    _place(0.5, (False,), 0, "And this.", line=5),
    _place(0.4, (False,), 0, "An abstract cites nothing.", line=6, left_alone=True),
    _place(0.1, (False,), 0, "Nobody is sure here.", line=7),
    _place(0.0, (), 1, "Nothing is known here.", line=8),
)


class _Tags(HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_loads_and_runs_nothing() -> None:
    """No script, no address of anything, and a policy that would forbid both; every tag is closed in its place."""
    page = _Tags(_page(_measured(*PLACES)))
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes
    names = {name for name, _ in page.attributes}
    assert names & {"src", "href", "srcset", "data", "action", "style", "onload", "onclick"} == set()
    assert {"script", "link", "img", "iframe", "object"} & set(page.tags) == set()
    assert page.open == []


def test_text_of_papers_is_text() -> None:
    """Sentences, titles and names are shown as they are, whatever they hold."""
    hostile = _measured(_place(0.9, (True,), 1, HOSTILE, title=HOSTILE), name=HOSTILE)
    plain = _measured(_place(0.9, (True,), 1))
    pages = [_Tags(_page(each)) for each in (hostile, plain)]
    assert pages[0].tags == pages[1].tags
    # The library, the paper in two tables and two lists, the sentence, the work as cited and as candidate.
    assert pages[0].words.count(HOSTILE) == 1 + 4 + 1 + 2


@pytest.mark.parametrize(
    ("places", "hidden", "uncited"),
    [
        ((), [], []),
        (
            PLACES,
            [(1, 1, True, 1), (2, 3, True, 1), (4, 1, True, 1), (8, 0, False, 1)],
            [(3, 0, True, 1), (5, 0, True, 1)],
        ),
        # A place of two drafts stands there once, as sure as it was at best.
        (
            (PLACES[2], PLACES[0], _place(0.95, (False,), 0, "An author left this uncited.", line=3)),
            [(1, 1, True, 1)],
            [(3, 0, True, 2)],
        ),
        ((Place(0.9, (True,), 1),), [], []),
    ],
)
def test_places_are_listed(
    places: tuple[Place, ...], hidden: list[tuple[int, int, bool, int]], uncited: list[tuple[int, int, bool, int]]
) -> None:
    """Line, rank of the first right work, whether it is shown, number of drafts; uncited ones are suggestions only."""
    found = paper_places(_measured(*places), 0.25)
    assert [hidden, uncited] == [
        [(seen.scene.line, seen.rank, seen.is_shown, seen.drafts) for seen in group]
        for group in (found.hidden, found.uncited)
    ]


def test_the_surest_are_listed() -> None:
    """Of too many suggestions the least sure are only counted."""
    many = [_place(0.3 + n / 1000, (False,), 0, f"Number {n}.", line=n) for n in range(MOST_UNCITED + 5)]
    found = paper_places(_measured(*many), 0.25)
    assert (found.uncited[0].scene.sentence, len(found.uncited), found.more) == ("Number 204.", MOST_UNCITED, 5)
    assert "and 5 less sure" in _page(_measured(*many))


def test_points_lie_where_the_figures_are() -> None:
    """A recall of .5 is half the height of the plot; bars of all peers stand beside each other."""
    page = _page(_measured(_place(0.9, (True,), 1), _place(0.9, (False,), 1)))
    bars = re.findall(r'<rect class="s(\d)" x="([\d.]+)" y="([\d.]+)" width="20" height="([\d.]+)"', page)
    assert len(bars) == 4 * (1 + len(PEERS))
    assert bars[:3] == [("0", "54", "110.0", "100.0"), ("1", "77", "210.0", "0.0"), ("2", "100", "10.0", "200.0")]


def test_a_page_of_nothing() -> None:
    """Without suggestions there is no curve, and the page is still whole."""
    page = _Tags(_page(_measured(Place(0.0, (), 1), Place(0.1, (False,), 0))))
    assert (page.open, "hidden places" in page.words) == ([], True)


def test_the_same_page_twice() -> None:
    """Nothing of the machine or of the time is in it."""
    assert _page(_measured(*PLACES)) == _page(_measured(*PLACES))


def _browser() -> str:
    """Chromium; where there is none the test is skipped, but not in CI, which installs it."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and "CI" not in os.environ:
        pytest.skip("needs chromium")
    assert found, "CI has no chromium"
    return found


def _seen(page: str, folder: Path) -> tuple[str, str]:
    """What a browser makes of a page, and what it says about it."""
    (folder / "page.html").write_text(page, "utf-8")
    done = subprocess.run(
        [
            _browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            f"--user-data-dir={folder / 'profile'}", "--enable-logging=stderr", "--dump-dom",
            (folder / "page.html").as_uri(),
        ],
        capture_output=True,
        check=True,
        timeout=120,
        env={**os.environ, "HOME": str(folder)},
    )  # fmt: skip
    return done.stdout.decode(), done.stderr.decode(errors="replace")


@pytest.mark.browser
def test_a_browser_shows_the_page(tmp_path: Path) -> None:
    """Its own policy finds nothing to refuse in it; plots, tables and places are there."""
    dom, said = _seen(_page(_measured(*PLACES), _measured(*PLACES, name="other.tex")), tmp_path)
    assert [line for line in said.splitlines() if "CONSOLE" in line] == []
    assert (dom.count("<svg"), dom.count("<table"), dom.count("<details")) == (3, 3, 4)
    assert [text in dom for text in ("The second one was hidden.", "An author left this uncited.")] == [True, True]


@pytest.mark.browser
def test_a_browser_runs_nothing_of_a_paper(tmp_path: Path) -> None:
    """What a sentence, a title or a name holds stays text, in the browser as well."""
    dom, _ = _seen(_page(_measured(_place(0.9, (True,), 1, HOSTILE, title=HOSTILE), name=HOSTILE)), tmp_path)
    assert "<title>texscholar eval</title>" in dom
    assert ("<script" in dom, "<img" in dom, "&lt;script&gt;" in dom) == (False, False, True)


@pytest.mark.browser
def test_a_browser_is_told_by_its_policy(tmp_path: Path) -> None:
    """Were a script to get in after all, it would not run."""
    page = _page(_measured(*PLACES)).replace("</main>", "<script>document.title = 'run'</script></main>")
    dom, said = _seen(page, tmp_path)
    assert ("<title>run</title>" in dom, "Content Security Policy" in said) == (False, True)
