"""What fill and check have in common: the options that say how to look at a paper, and the look itself."""

from __future__ import annotations

import functools
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.clock import started
from texscholar.cli.online import MOST_QUERIES, chosen_sources, online_options, open_online
from texscholar.cli.serving import MOST_AT_ONCE, chosen_server, open_server
from texscholar.config import VARIANTS
from texscholar.pipeline import Job, Outcome, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from texscholar.cli.loading import AnyLibrary
    from texscholar.config import Settings
    from texscholar.lfm import Model
    from texscholar.pipeline import Paper
    from texscholar.report.json_report import RunFacts

Result = tuple[disk.Place, Outcome, "RunFacts"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that say how to look; what is None is left to the paper's settings."""

    libraries: tuple[str, ...]
    model: Path | None
    model_variant: str | None
    min_confidence: float | None
    seed: int | None
    time_budget: float | None
    lora: Path | None = None
    server: str | None = None
    server_model: str | None = None
    offline: bool = False
    online: tuple[str, ...] = ()
    show_queries: bool = False
    max_queries: int = MOST_QUERIES
    explain: bool = False
    started: float = field(default_factory=started)
    """When the process began: then its time budget begins to run."""


def looking_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds these options to a command, which gets them as one ``asked``."""

    @click.option(
        "--library", "libraries", multiple=True, metavar="NAME|FILE|URL", help="Cite from this too (repeatable)."
    )
    @click.option(
        "--model", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.gguf", help="Ask this LFM2 model."
    )
    @click.option(
        "--lora",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE.gguf",
        help="With this adapter on top of the model.",
    )
    @click.option(
        "--model-variant",
        type=click.Choice([*VARIANTS, "none"]),
        help="Ask this installed model.  [default: for fill lfm2.5 if installed, for check none]",
    )
    @click.option("--server", metavar="URL", help="Ask this OpenAI-compatible server, on this machine or configured.")
    @click.option("--server-model", metavar="NAME", help="Which of the server's models.  [default: its only one]")
    @online_options
    @click.option("--offline", is_flag=True, help="Open no network connection, whatever is configured.")
    @click.option(
        "--min-confidence", type=click.FloatRange(0, 1), help="Nothing less sure; 0 lists every uncited sentence."
    )
    @click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of what is drawn at random.  [default: 0]")
    @click.option(
        "--time-budget", type=click.FloatRange(0), metavar="SECONDS", help="Ask the model no more after so long."
    )
    @click.option("--explain", is_flag=True, help="Tell the named scores behind each suggestion (text and JSON).")
    @functools.wraps(command)
    def with_options(**options: Any) -> int:  # noqa: ANN401 - click hands over whatever the command declares
        asked = Asked(**{name: options.pop(name) for name in Asked.__slots__ if name in options})
        return command(asked=asked, **options)

    return with_options


@dataclass(frozen=True, slots=True)
class Equipment:
    """What a look takes besides the paper: what its settings say, the libraries, the model.

    ``is_check``: only what is named or configured for hooks is asked.
    """

    settings: Settings
    libraries: Sequence[AnyLibrary]
    model: Model | None
    seed: int
    at_once: int
    is_check: bool


def look(place: disk.Place, scope: loading.Scope, asked: Asked, job: Job, *, default_model: bool) -> Result:
    """What there is to say of one paper.

    Args:
        place: where it lies.
        scope: what part of it counts.
        asked: how to look.
        job: what is wanted; what ``asked`` and the paper's settings decide is filled in.
        default_model: whether an installed model is asked, and the user's libraries are used, without being named.
    """
    # A paper that cannot be read is told before libraries and model are opened.
    settings, config_home = disk.find_settings(place)
    paper = loading.load_paper(place, scope.read)
    with equipped(asked, settings, config_home, default_model=default_model) as equipment:
        return look_with(equipment, paper, place=place, scope=scope, asked=asked, job=job)


@contextmanager
def equipped(asked: Asked, settings: Settings, config_home: Path | None, *, default_model: bool) -> Iterator[Equipment]:
    """What the options and a paper's settings ask for, opened for one look or several."""
    seed = settings.seed if asked.seed is None else asked.seed
    variant = asked.model_variant or (settings.model_variant if default_model else "none")
    server = chosen_server(asked, named_elsewhere=bool(asked.model or variant))
    with (
        loading.open_libraries(
            asked.libraries, settings, config_home, default=default_model, offline=asked.offline
        ) as libraries,
        open_server(server, seed, asked.time_budget, asked.started)
        if server
        else loading.open_model(_wanted_model(asked, variant, default=default_model), seed) as model,
    ):
        yield Equipment(settings, libraries, model, seed, MOST_AT_ONCE if server else 1, not default_model)


def look_with(
    equipment: Equipment, paper: Paper, *, place: disk.Place, scope: loading.Scope, asked: Asked, job: Job
) -> Result:
    """A look as ``look`` takes it, at a paper that was read, with what is open already."""
    settings, model = equipment.settings, equipment.model
    job = replace(
        job,
        min_confidence=settings.min_confidence if asked.min_confidence is None else asked.min_confidence,
        max_suggestions=job.max_suggestions or settings.max_suggestions,
        ignored_rules=frozenset(settings.ignore),
        unused_entries=settings.check_unused_entries,
        touched=scope.touched(place, paper),
        seed=equipment.seed,
        at_once=equipment.at_once,
    )
    if rejected := loading.load_rejections(place):
        job = replace(job, rejected=rejected)
    sources = chosen_sources(asked.online, is_check=equipment.is_check, on_changes=scope.changes is not None)
    with (
        open_online(sources, asked, paper, equipment.libraries, job) as online,
        loading.busy("looking at the paper" if model is None else f"asking {model.name}"),
    ):
        if job.agent and model is None:
            loading.note("no model: --agent is of no use")
        libraries = (*equipment.libraries, *online.libraries)
        outcome = run(replace(paper, skipped=(*paper.skipped, *online.skipped)), libraries, model, job, place.shown)
        outcome = replace(outcome, skipped=(*outcome.skipped, *loading.skipped_by(equipment.libraries)))
        return place, outcome, loading.run_facts(place, outcome, libraries, equipment.seed)


def _wanted_model(asked: Asked, variant: str, *, default: bool) -> loading.WantedModel:
    return loading.WantedModel(asked.model, variant, asked.lora, asked.time_budget, asked.started, default=default)
