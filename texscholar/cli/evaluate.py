"""``texscholar eval``: how well the program finds the citations of papers that are finished."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.papers import one_paper
from texscholar.config import DEFAULT_MIN_CONFIDENCE
from texscholar.errors import Exit, TexscholarError
from texscholar.evaluate import (
    Measured,
    Peers,
    Place,
    Waiting,
    figures,
    hide,
    places_of,
    render_html,
    render_json,
    render_text,
)
from texscholar.pipeline import Job, run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texscholar.cli.loading import AnyLibrary

MODES = ("own-bib", "open")
FORMS = ("text", "json", "html")
BENCHMARKS = ("history", "acm-cr")
_RENDERERS = dict(zip(FORMS, (render_text, render_json, render_html), strict=True))


@dataclass(frozen=True, slots=True)
class Draws:
    """What is hidden: a share of the citing sentences, in so many drafts a paper, drawn by a seed."""

    mode: str
    share: float
    draws: int
    seed: int


@click.command("eval")
@click.argument("papers", nargs=-1, type=click.Path())
@click.option("--mode", type=click.Choice(MODES), default=MODES[0], show_default=True, help="Where hidden works wait.")
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.2,
    show_default=True,
    help="Of the citing sentences, so many lose their citations.",
)
@click.option("--draws", type=click.IntRange(1, 100), default=1, show_default=True, help="Drafts a paper.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--library", "libraries", multiple=True, metavar="NAME|FILE", help="Cite from this too (repeatable).")
@click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report there.")
@click.option(
    "--benchmark",
    type=click.Choice(BENCHMARKS),
    help="history: citations that authors added later; acm-cr: judged citing sentences. Needs --data.",
)
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE|DIR", help="Where the benchmark lies.")
@click.option("--papers", "folders", multiple=True, metavar="DIR", help="Repositories as OWNER+NAME (repeatable).")
def evaluate(  # noqa: PLR0917 - one parameter an option
    papers: tuple[str, ...],
    mode: str,
    share: float,
    draws: int,
    seed: int,
    libraries: tuple[str, ...],
    form: str,
    output: Path | None,
    benchmark: str | None,
    data: Path | None,
    folders: tuple[str, ...],
) -> int:
    """Hide the citations of a share of the citing sentences of PAPERS and ask the program for them.

    Sentences lose their parenthetical citations; those that cite in their text keep them. With --mode open, works that
    are then cited nowhere leave the bibliography and wait in a library, among the records of those that are named.
    No paper is changed. No model is asked.
    """
    if benchmark is None:
        if data or folders:
            raise click.UsageError("--data and --papers go with --benchmark")
        text = _recovered(papers or (None,), Draws(mode, share, draws, seed), libraries, form)
    else:
        if data is None or papers or form == "html":
            raise click.UsageError(f"--benchmark {benchmark} needs --data, takes no paper and reports as text or json")
        text = _history(data, folders, form) if benchmark == BENCHMARKS[0] else _acm_cr(data, folders, form)
    content = text.encode("utf-8", "backslashreplace")
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        disk.write_output(output, content)
        loading.note(f"wrote {output}")
    return Exit.NOTHING


def _recovered(papers: Sequence[str | None], drawn: Draws, libraries: tuple[str, ...], form: str) -> str:
    """The report on what is found again of the citations of papers."""
    measured: list[Measured] = []
    thresholds: set[float] = set()
    for given in papers:
        place, _ = one_paper(given)
        settings, home = disk.find_settings(place)
        thresholds.add(settings.min_confidence)
        with loading.open_libraries(libraries, settings, home) as opened, loading.busy(f"measuring {place.root.name}"):
            found = _places(place, opened, drawn)
        if not any(each.hidden for each in found):
            message = "hides nothing: no sentence cites, in parentheses only, what its .bib defines; or raise --share"
            raise TexscholarError(message, path=_name(place))
        measured.append(Measured(_name(place), found, figures(found, settings.min_confidence)))
    threshold = thresholds.pop() if len(thresholds) == 1 else DEFAULT_MIN_CONFIDENCE
    total = figures([each for one in measured for each in one.places], threshold)
    asked = {"mode": drawn.mode, "share": drawn.share, "draws": drawn.draws, "seed": drawn.seed}
    return _RENDERERS[form](measured, total, {**asked, "libraries": list(libraries)})


def _places(place: disk.Place, libraries: Sequence[AnyLibrary], drawn: Draws) -> tuple[Place, ...]:
    paper = loading.load_paper(place)
    read = loading.reader(place, None)
    job = Job(min_confidence=0.0, only=frozenset(("citations",)), prose=False, seed=drawn.seed, patch=False)
    found: list[Place] = []
    for draw in range(drawn.draws):
        opened = drawn.mode == "open"
        draft = hide(paper, read, drawn.share, f"{drawn.seed} {draw} {place.root.name}", opened=opened)
        shelves = (Waiting(draft.gone, libraries),) if opened else libraries
        outcome = run(draft.paper, shelves, None, job, place.shown)
        found += places_of(draft, outcome, Peers(draft.paper, shelves))
    return tuple(found)


def _history(data: Path, folders: tuple[str, ...], form: str) -> str:
    """The report on citations that authors added later."""
    from texscholar.cli.history import try_fixes  # noqa: PLC0415 - only this benchmark asks git
    from texscholar.evaluate.fixes_report import render_fixes  # noqa: PLC0415 - as above

    if not folders:
        raise click.UsageError("--benchmark history needs --papers, the folders with the repositories")
    with loading.busy(f"measuring {data.name}"):
        tried, skipped = try_fixes(data, folders, DEFAULT_MIN_CONFIDENCE)
    loading.tell_skipped(skipped)
    asked = {"benchmark": "history", "shown from": DEFAULT_MIN_CONFIDENCE}
    return render_fixes(tried, skipped, asked, form)


def _acm_cr(data: Path, folders: tuple[str, ...], form: str) -> str:
    """The report on ACM-CR."""
    from texscholar.evaluate.acm_cr import run_acm_cr  # noqa: PLC0415 - only this benchmark needs it
    from texscholar.evaluate.acm_cr_report import render_acm_cr  # noqa: PLC0415 - as above

    if folders:
        raise click.UsageError("--papers goes with --benchmark history")
    with loading.busy(f"measuring {data.name}"):
        found = run_acm_cr(data)
    return render_acm_cr(found, {"benchmark": "acm-cr"}, form)


def _name(place: disk.Place) -> str:
    """How a report names a paper: by its path from here; one that lies elsewhere with its folder."""
    here = Path.cwd()
    return (
        place.root.relative_to(here) if place.root.is_relative_to(here) else Path(*place.root.parts[-2:])
    ).as_posix()
