"""An evaluation as one page for a browser, complete in itself: figures, plots, and the places one can read."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from texscholar.evaluate.measuring import average, trace
from texscholar.evaluate.report import asked_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.evaluate.measuring import Figures, Place, Scene, Shown
    from texscholar.evaluate.report import Measured

MOST_UNCITED = 200  # of a paper; the surest of them
_FEWEST_DRAWN = 5  # suggestions: the share of fewer that is right says nothing


@dataclass(frozen=True, slots=True)
class Seen:
    """A place of one draft or more, as the page lists it."""

    scene: Scene
    confidence: float
    rank: int
    is_shown: bool
    drafts: int


@dataclass(frozen=True, slots=True)
class PaperPlaces:
    """The places of a paper: what was hidden in the order of the paper, what was suggested elsewhere by confidence."""

    name: str
    hidden: tuple[Seen, ...]
    uncited: tuple[Seen, ...]
    more: int


def render_html(measured: Sequence[Measured], total: Figures, asked: Mapping[str, object]) -> str:
    """The page; everything in it is escaped, it runs no script and loads nothing."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - heavy, and few runs make a page

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files("texscholar.evaluate").joinpath("page.html.j2").read_text("utf-8"))
    points = [each for each in trace([p for one in measured for p in one.places]) if each.shown >= _FEWEST_DRAWN]
    return template.render(
        asked=asked_line(asked),
        mean=average([each.figures for each in measured]),
        most=MOST_UNCITED,
        papers=sorted(measured, key=lambda each: -next(iter(each.figures.ranked.values())).mrr),
        places=[paper_places(each, total.default.threshold) for each in measured],
        points=points,
        total=total,
        x_end=_end([each.met for each in points]),
        y_end=_end([share for each in points for share in _shares(each)]),
    )


def _shares(shown: Shown) -> tuple[float, float]:
    return shown.at_hidden, shown.first_right


def _end(values: Iterable[float]) -> float:
    """Where an axis ends: the next tenth."""
    return min(1.0, max(0.1, (int(max(values, default=0.0) * 10) + 1) / 10))


def paper_places(measured: Measured, threshold: float) -> PaperPlaces:
    """What the page lists of a paper; a place that several drafts share is listed once, as sure as it was at best."""
    hidden = _seen((place for place in measured.places if place.hidden), threshold)
    wrong = _seen((place for place in measured.places if not place.hidden and place.is_shown(threshold)), threshold)
    hidden.sort(key=lambda seen: (seen.scene.path, seen.scene.line, seen.scene.sentence))
    wrong.sort(key=lambda seen: (-seen.confidence, seen.scene.path, seen.scene.line, seen.scene.sentence))
    return PaperPlaces(measured.name, tuple(hidden), tuple(wrong[:MOST_UNCITED]), max(0, len(wrong) - MOST_UNCITED))


def _seen(places: Iterable[Place], threshold: float) -> list[Seen]:
    best: dict[tuple[str, int, str], Place] = {}
    count: dict[tuple[str, int, str], int] = {}
    for place in places:
        if place.scene is None:
            continue
        name = (place.scene.path, place.scene.line, place.scene.sentence)
        count[name] = count.get(name, 0) + 1
        if name not in best or place.confidence > best[name].confidence:
            best[name] = place
    return [
        Seen(place.scene, place.confidence, _rank(place), place.is_shown(threshold), count[name])
        for name, place in best.items()
        if place.scene is not None
    ]


def _rank(place: Place) -> int:
    """The rank of the first right candidate; 0 where none of ten is right."""
    return place.right.index(True) + 1 if any(place.right) else 0
