"""``texscholar library get``: an open corpus fetched, checked and made a library, because a user asked for it."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from texscholar.cli import loading
from texscholar.config import config_directory, data_directory, is_in_ci
from texscholar.errors import Exit, TexscholarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from texscholar.library.corpora.getting import Corpus, Offer
    from texscholar.library.corpora.recipes import Recipe

_FETCHED = 5e6  # bytes a second, which nobody knows before: said as an estimate
_INDEXED = 15_000  # records a second on two cores, measured on 350,000 (benchmarks/README.md)
_HOUR, _MINUTE, _DAY = 3600.0, 60.0, 86_400.0
_LONG = 5.0  # seconds of a pause that a user is told of


@click.command()
@click.argument("corpus", required=False, metavar="[NAME[:PART]]")
@click.option("--name", "library", help="How the library is called.  [default: as the corpus]")
@click.option(
    "--since",
    type=click.IntRange(1900, 2100),
    metavar="YEAR",
    help="Only works of this year or later; of arXiv those added or changed since.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="At most so many works; of OpenAlex the most cited.")
@click.option("--latest", is_flag=True, help="What the source has now, where the recipe pins a revision.")
@click.option("--yes", is_flag=True, help="Accept the licence and the size without being asked.")
@click.option("--offline", is_flag=True, help="Open no network connection.")
def get(
    corpus: str | None,
    library: str | None,
    since: int | None,
    limit: int | None,
    *,
    latest: bool,
    yes: bool,
    offline: bool,
) -> int:
    """Fetch the open corpus NAME and make it a library; without a NAME list those that there are.

    Size, licence and time are told before anything is fetched. What was interrupted goes on where it broke off when
    the same command is run again.
    """
    from texscholar.library.corpora.recipes import recipes  # noqa: PLC0415 - only here

    known = recipes(config_directory())
    if corpus is None:
        for recipe in known.values():
            click.echo(f"{recipe.shown}\t{recipe.about}\t{recipe.licence}")
        return Exit.NOTHING
    base, _, part = corpus.partition(":")
    if base not in known:
        raise TexscholarError(f"there is no recipe {base}; there are {', '.join(known)}")
    recipe = known[base]
    _check_options(recipe, since, limit)
    fetched, has_key = _corpus(recipe, part, library, since or 0, limit or 0)
    _refuse_unattended(corpus, yes=yes)
    return _get(fetched, has_key=has_key, latest=latest, yes=yes, offline=offline)


def _corpus(recipe: Recipe, part: str, library: str | None, since: int, limit: int) -> tuple[Corpus, bool]:
    """The corpus that is meant, and whether there is a key for its service."""
    from texscholar.library.corpora.getting import Corpus, corpus_name  # noqa: PLC0415 - only here
    from texscholar.library.corpora.pages import Asked  # noqa: PLC0415 - as above
    from texscholar.library.store import check_name  # noqa: PLC0415 - as above

    asked = Asked(recipe.part_named(part), since, limit)
    name = library or corpus_name(recipe, part)
    check_name(name)
    key = os.environ.get(recipe.key, "").strip() if recipe.key else ""
    return Corpus(recipe, asked, name, data_directory(), key), bool(key)


def _get(fetched: Corpus, *, has_key: bool, latest: bool, yes: bool, offline: bool) -> int:
    from texscholar.cli.library import make_library  # noqa: PLC0415 - which imports this module
    from texscholar.downloads import Source  # noqa: PLC0415 - only here
    from texscholar.incoming import Remedies  # noqa: PLC0415 - as above
    from texscholar.network import Network  # noqa: PLC0415 - as above

    remedies = Remedies("it may want a key, see `texscholar library get`", "what the recipe names may have moved")
    name, source = fetched.name, Source(Network(offline=offline), _wait, remedies)
    is_known = name in _libraries()
    if is_known and not fetched.was_fetched:
        raise TexscholarError(f"there is a library {name} that was not fetched; choose another name with --name")
    with loading.busy(f"asking for {fetched.recipe.name}"):
        offer = fetched.offer(source, latest=latest)
    if is_known and fetched.is_here(offer):
        click.echo(f"{name}: is what the source has, nothing was fetched")
        return Exit.NOTHING
    _tell_terms(fetched, offer, has_key=has_key)
    if not yes and not click.confirm("Fetch and index it under this licence?", err=True):
        loading.note("nothing was fetched")
        return Exit.NOTHING
    with _progress(name, in_bytes=bool(offer.files)) as tell:
        lacking = fetched.get(source, offer, tell)
    if lacking:
        loading.note(f"{lacking}; run this again later if you miss some")
    return make_library(name, fetched.paths, fetched.recipe.kind)


def _check_options(recipe: Recipe, since: int | None, limit: int | None) -> None:
    from texscholar.library.corpora.recipes import FILES, GIT_TREE  # noqa: PLC0415 - only here

    if (since or limit) and recipe.way in {FILES, GIT_TREE}:
        raise click.UsageError(f"{recipe.name} comes as a whole: leave out --since and --limit")


def _libraries() -> frozenset[str]:
    from texscholar.library import list_libraries  # noqa: PLC0415 - only here

    return frozenset(info.name for info in list_libraries() if info.manifest is not None)


def _refuse_unattended(corpus: str, *, yes: bool) -> None:
    """No hook fetches anything, whatever it says; CI and scripts do where they say --yes."""
    if os.environ.get("PRE_COMMIT"):
        raise TexscholarError(f"nothing is fetched in a hook; run `texscholar library get {corpus}` in a terminal")
    if not yes and (is_in_ci(os.environ) or not sys.stdin.isatty()):
        where = "in CI" if is_in_ci(os.environ) else "where nobody can be asked"
        raise TexscholarError(
            f"a corpus is not fetched {where}; run `texscholar library get {corpus}` in a terminal, or add --yes"
        )


def _tell_terms(fetched: Corpus, offer: Offer, *, has_key: bool) -> None:
    recipe = fetched.recipe
    estimate = f"estimated in {recipe.noted}" if recipe.noted else "estimated"
    works = max(0, offer.works)
    if offer.size >= 0:
        here = f", {_bytes(offer.size - offer.missing)} of it are here" if 0 <= offer.missing < offer.size else ""
        files = f" in {len(offer.files)} files" if len(offer.files) > 1 else ""
        about = f"; about {works:,} works ({estimate})" if works else ""
        size = f"{_bytes(offer.size)}{files}{here}{about}"
    elif recipe.works and works:
        size = f"{works:,} works, about {_bytes(int(recipe.bytes * works / recipe.works))} ({estimate})"
    else:
        size = f"{works:,} works, some 2 kB each (estimated)" if works else "not told by the source"
    lines = [
        recipe.about,
        f"from: {recipe.source_url or recipe.url}{f', {offer.revision}' if offer.revision else ''}",
        f"licence: {recipe.licence} ({recipe.licence_url})",
        f"size: {size}",
        f"time: {_time(recipe, offer, works)}; estimates",
        f"verified by: {offer.proof}",
        f"kept in: {fetched.folder}",
    ]
    if recipe.works_a_day and works > recipe.works_a_day // 10 and not has_key:
        lines.append(f"key: the service gives little without one; a free one goes into {recipe.key}")
    for line in lines:
        click.echo(line, err=True)


def _time(recipe: Recipe, offer: Offer, works: int) -> str:
    """How long it takes to fetch and to index, by what the recipe knows."""
    if offer.size >= 0:
        seconds = max(offer.missing, 0) / _FETCHED + len(offer.files) * 0.3
        fetching = f"{_duration(seconds)} to fetch at {_FETCHED / 1e6:.0f} MB/s"
    else:
        per_page = recipe.works / recipe.requests if recipe.works and recipe.requests else 100
        seconds = works / per_page * (recipe.pause + 1.0)
        days = works / recipe.works_a_day if recipe.works_a_day else 0.0
        fetching = f"{_duration(max(seconds, (days - 1) * _DAY if days > 1 else 0.0))} to fetch"
    return f"{fetching}, {_duration(works / _INDEXED)} to index"


def _duration(seconds: float) -> str:
    for unit, name in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{max(1, round(seconds))} s"


def _bytes(size: int) -> str:
    """A size as people read it, in powers of ten."""
    for unit, name in ((1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1e3:.0f} kB"


def _wait(seconds: float, why: str) -> None:
    if why and seconds >= _LONG:
        loading.note(f"{why}; going on in {_duration(seconds)}")
    time.sleep(seconds)


@contextmanager
def _progress(name: str, *, in_bytes: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on the terminal with rate and remaining time; nothing where stderr is none."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    counts = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(), TextColumn("works"))
    columns = (TextColumn(name), BarColumn(), *counts, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total if total >= 0 else None)
