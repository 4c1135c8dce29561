"""``texscholar model``: the local LFMs, what is here, and how to get one."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar.cli import loading
from texscholar.config import VARIANTS as NAMES
from texscholar.config import data_directory, is_in_ci
from texscholar.errors import Exit, TexscholarError
from texscholar.incoming import told_size
from texscholar.lfm.catalogue import VARIANTS, Variant
from texscholar.lfm.places import OURS, copies
from texscholar.lfm.store import ModelStore, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from texscholar.lfm.hub import Published
    from texscholar.lfm.places import Copy

_WIDE = 200  # columns of a table that no terminal bounds
_NAME = click.Choice(NAMES)


@click.group()
def model() -> None:
    """The local LFMs: list, pull, verify, remove, bench."""


@model.command("list")
@click.option("--json", "as_json", is_flag=True, help="All that is known of each, for scripts.")
def list_(as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Name the models that can be pulled, and where those that are here lie."""
    here = {variant: next(copies(variant, data_directory()), None) for variant in VARIANTS.values()}
    if as_json:
        click.echo(json.dumps([_facts(variant, copy) for variant, copy in here.items()], indent=2))
        return Exit.NOTHING
    from rich.console import Console  # noqa: PLC0415 - heavy, and only this prints a table
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table("model", "what", "size", "installed", box=None, pad_edge=False)
    for variant, copy in here.items():
        size = told_size(variant.size) if variant.size else "?"
        where = "no" if copy is None else str(copy.path) if copy.tool == OURS else f"{copy.path} ({copy.tool})"
        table.add_row(*map(Text, (variant.name, variant.about, size, where)))
    Console(width=None if sys.stdout.isatty() else _WIDE).print(table)
    return Exit.NOTHING


def _facts(variant: Variant, copy: Copy | None) -> dict[str, object]:
    facts = {name: value for name, value in asdict(variant).items() if name != "kept_as"}
    return facts | {"installed": copy is not None, "path": str(copy.path) if copy else None, "tool": copy and copy.tool}


@model.command()
@click.argument("name", type=_NAME)
@click.option("--yes", is_flag=True, help="Accept the licence and the size without being asked.")
@click.option("--offline", is_flag=True, help="Use a copy that is on this machine, or none.")
def pull(name: str, yes: bool, offline: bool) -> int:  # noqa: FBT001 - flags
    """Download the model NAME, unless a copy is on this machine; an interrupted download goes on where it broke off."""
    variant, store = VARIANTS[name], ModelStore(data_directory())
    with loading.busy("looking for a copy on this machine"):
        found = store.usable(variant, os.environ)
    if found is not None:
        whose = "is installed" if found.tool == OURS else f"{found.tool}'s copy is used"
        click.echo(f"{name}: {whose}, nothing was downloaded: {found.path}")
        return Exit.NOTHING
    _refuse_unattended(name, yes=yes)
    from texscholar.lfm.hub import Hub  # noqa: PLC0415 - only here
    from texscholar.network import Network  # noqa: PLC0415 - only here

    hub = Hub(Network(offline=offline))
    with loading.busy("asking the model hub"):
        published = hub.published(variant)
    store.check_target(variant)
    store.check_room(published, variant)
    _tell_terms(variant, published)
    if not yes and not click.confirm("Download it under this licence?", err=True):
        loading.note("nothing was downloaded")
        return Exit.NOTHING
    with _progress(variant, published) as tell:
        path = store.download(published, variant, hub, tell)
    click.echo(f"{name}: {path}")
    return Exit.NOTHING


def _refuse_unattended(name: str, *, yes: bool) -> None:
    """No hook and no CI downloads a model by itself."""
    where = "CI" if is_in_ci(os.environ) else "a hook" if os.environ.get("PRE_COMMIT") else ""
    if not yes and (where or not sys.stdin.isatty()):
        reason = f"in {where}" if where else "where nobody can be asked"
        raise TexscholarError(
            f"a model is not downloaded {reason}; run `texscholar model pull {name}` in a terminal, or add --yes"
        )


def _tell_terms(variant: Variant, published: Published) -> None:
    for line in (
        f"{variant.repository}/{variant.file}, revision {published.revision[:12]}",
        f"licence: {variant.licence} ({variant.licence_note})",
        f"size: {told_size(published.size)}; sha256 {published.sha256}",
    ):
        click.echo(line, err=True)


@contextmanager
def _progress(variant: Variant, published: Published) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal; nothing where stderr is none."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn(variant.name), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=published.size)
        yield lambda done: shown.update(task, completed=done)


@model.command()
@click.argument("names", nargs=-1, type=_NAME)
def verify(names: tuple[str, ...]) -> int:
    """Hash the installed models (or NAMES) anew; exits with 1 when one is not what it should be."""
    store, good, found = ModelStore(data_directory()), True, False
    for variant in (VARIANTS[name] for name in names or NAMES):
        copy = next(copies(variant, data_directory()), None)
        if copy is None:
            good &= not names
            if names:
                click.echo(f"{variant.name}: is not installed; `texscholar model pull {variant.name}` gets it")
            continue
        found = True
        with loading.busy(f"hashing {copy.path.name}"):
            sha256 = sha256_of(copy.path)
        known = store.known_sha256(variant)
        good &= known in {None, sha256}
        click.echo(f"{variant.name}: {_verdict(variant.name, sha256, known)} ({copy.path})")
    if not names and not found:
        loading.note("no model is installed; `texscholar model list` names those that can be")
    return Exit.NOTHING if good else Exit.FINDINGS


def _verdict(name: str, sha256: str, known: str | None) -> str:
    if known is None:
        return f"is there; no sha256 is known to compare with, this one is {sha256}"
    if known == sha256:
        return f"is whole, sha256 {sha256}"
    return f"is damaged or another file (sha256 {sha256[:12]}…, should be {known[:12]}…); pull {name} again"


@model.command()
@click.argument("name", type=_NAME)
def remove(name: str) -> int:
    """Delete what was downloaded as the model NAME; copies of other tools stay."""
    for path in ModelStore(data_directory()).remove(VARIANTS[name]):
        click.echo(f"{name}: removed {path}")
    return Exit.NOTHING


@model.command()
@click.argument("name", type=_NAME, required=False)
@click.option(
    "--model", "file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.gguf", help="This file."
)
@click.option("--words", type=click.IntRange(1, 3000), default=400, show_default=True, help="Length of the questions.")
@click.option("--tokens", type=click.IntRange(1, 1000), default=64, show_default=True, help="Length of the answer.")
@click.option(
    "--rounds", type=click.IntRange(1, 100), default=3, show_default=True, help="The median of so many counts."
)
@click.option("--json", "as_json", is_flag=True, help="For scripts.")
def bench(  # noqa: PLR0917 - one parameter an option
    name: str | None,
    file: Path | None,
    words: int,
    tokens: int,
    rounds: int,
    as_json: bool,  # noqa: FBT001 - a flag
) -> int:
    """Measure how fast the model NAME (the default one, or FILE.gguf) reads and writes on this machine."""
    if name and file:
        raise click.UsageError("NAME and --model exclude each other")
    path = file or _installed(name or NAMES[0])
    from texscholar.lfm.bench import bench as measure  # noqa: PLC0415 - only here

    with loading.busy(f"measuring {path.name}"):
        measured = measure(path, words=words, tokens=tokens, rounds=rounds)
    if as_json:
        click.echo(json.dumps(asdict(measured), indent=2))
        return Exit.NOTHING
    click.echo(f"{measured.model}, sha256 {measured.sha256}, threads: {measured.threads}")
    click.echo(f"loads in {measured.load_seconds:.1f} s")
    click.echo(f"reads {measured.read_rate:.0f} tokens/s ({measured.read_tokens} at a time)")
    click.echo(f"writes {measured.written_rate:.1f} tokens/s ({measured.written_tokens} at a time)")
    return Exit.NOTHING


def _installed(name: str) -> Path:
    copy = next(copies(VARIANTS[name], data_directory()), None)
    if copy is None:
        raise TexscholarError(f"{name} is not installed; `texscholar model pull {name}` gets it, --model names a file")
    return copy.path
