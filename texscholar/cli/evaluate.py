"""``texscholar eval``: how well the program finds the citations of papers that are finished."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.papers import one_paper
from texscholar.errors import Exit, TexscholarError
from texscholar.evaluate import Measured, Place, Waiting, figures, hide, places_of, render_json, render_text
from texscholar.pipeline import Job, Shelf, run

MODES = ("own-bib", "open")


@click.command("eval")
@click.argument("papers", nargs=-1, type=click.Path())
@click.option("--mode", type=click.Choice(MODES), default=MODES[0], show_default=True, help="Where hidden works wait.")
@click.option("--share", type=click.FloatRange(0, 1, min_open=True), default=0.2, show_default=True)
@click.option("--draws", type=click.IntRange(1, 100), default=1, show_default=True, help="Drafts a paper.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--library", "libraries", multiple=True, metavar="NAME|FILE", help="Cite from this too (repeatable).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def evaluate(  # noqa: PLR0917 - one parameter an option
    papers: tuple[str, ...],
    mode: str,
    share: float,
    draws: int,
    seed: int,
    libraries: tuple[str, ...],
    form: str,
) -> int:
    """Hide the citations of a share of the citing sentences of PAPERS and ask the program for them.

    Sentences lose their parenthetical citations; those that cite in their text keep them. With --mode open, works that
    are then cited nowhere leave the bibliography and wait in a library, among the records of those that are named.
    Nothing is written. No model is asked.
    """
    measured: list[Measured] = []
    threshold = 0.0
    for given in papers or (None,):
        place, _ = one_paper(given)
        settings, home = disk.find_settings(place)
        threshold = settings.min_confidence
        with loading.open_libraries(libraries, settings, home) as opened, loading.busy(f"measuring {place.root.name}"):
            found = _places(place, opened, mode=mode, share=share, draws=draws, seed=seed)
        if not any(each.hidden for each in found):
            message = "hides nothing: no sentence cites, in parentheses only, what its .bib defines; or raise --share"
            raise TexscholarError(message, path=_name(place))
        measured.append(Measured(_name(place), found, figures(found, threshold)))
    total = figures([each for one in measured for each in one.places], threshold)
    asked = {"mode": mode, "share": share, "draws": draws, "seed": seed, "libraries": list(libraries)}
    text = render_json(measured, total, asked) if form == "json" else render_text(measured, total, asked)
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    return Exit.NOTHING


def _places(
    place: disk.Place, libraries: tuple[Shelf, ...], *, mode: str, share: float, draws: int, seed: int
) -> tuple[Place, ...]:
    paper = loading.load_paper(place)
    read = loading.reader(place, None)
    job = Job(min_confidence=0.0, only=frozenset(("citations",)), prose=False, seed=seed, patch=False)
    found: list[Place] = []
    for draw in range(draws):
        draft = hide(paper, read, share, f"{seed} {draw} {place.root.name}", opened=mode == "open")
        shelves: tuple[Shelf, ...] = (Waiting(draft.gone, libraries),) if mode == "open" else libraries
        found += places_of(draft, run(draft.paper, shelves, None, job, place.shown))
    return tuple(found)


def _name(place: disk.Place) -> str:
    return place.root.relative_to(Path.cwd()).as_posix() if place.root.is_relative_to(Path.cwd()) else place.root.name
