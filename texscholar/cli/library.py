"""``texscholar library``: the records one can cite from."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar.cli import loading
from texscholar.cli.library_get import get
from texscholar.cli.library_looking import search, show, stats
from texscholar.cli.library_push import publish, push
from texscholar.cli.services import shared_folders
from texscholar.errors import Exit, TexscholarError
from texscholar.library import (
    KINDS,
    add_library,
    list_libraries,
    refresh_library,
    remove_library,
    tidy_libraries,
)
from texscholar.library.sharing import shared_libraries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.progress import Progress, TaskID

    from texscholar.library import Manifest, Source
    from texscholar.library import progress as library_progress


@click.group()
def library() -> None:
    """The records you can cite from, indexed on this machine."""


for command in (search, show, stats, get, push, publish):
    library.add_command(command)


def make_library(name: str, paths: Sequence[Path], kind: str) -> int:
    """Index files and folders under a name, with progress, and tell what came of it."""
    with shown_progress() as shown:
        manifest = add_library(name, paths, shown.records, shown.paper, kind=kind, watch=shown.watch)
    return _tell_made(name, manifest)


@library.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", help="How the library is called.  [default: the first file's or folder's name]")
@click.option("--kind", type=click.Choice(KINDS), help="What the files are.  [default: told by their content]")
def add(paths: tuple[Path, ...], name: str | None, kind: str | None) -> int:
    """Index PATHS as one library, in place of one of the same name.

    PATHS are files of records (BibTeX, JSON lines, CSL-JSON, RIS, Zotero's database, dumps of ACL Anthology, DBLP,
    arXiv, OpenAlex, Semantic Scholar and Crossref; also as .gz or .zst) and folders. A folder of LaTeX papers gives the
    entries of their .bib files, found by the sentences that cite them too; one without LaTeX gives what all its files
    hold: parts of a dump, or PDFs.
    """
    missing = next((path for path in paths if not (path.is_file() or path.is_dir())), None)
    if missing is not None:
        raise TexscholarError("no such file or folder; check the path", path=str(missing))
    return make_library(name or _name_of(paths[0]), paths, kind or "")


@library.command()
@click.argument("name", required=False)
def refresh(name: str | None) -> int:
    """Make the library NAME anew, or all of them, where the files and folders they were made of have changed.

    Only what changed is read again.
    """
    for each in (name,) if name else tuple(info.name for info in list_libraries()):
        with shown_progress() as shown:
            manifest = refresh_library(each, shown.records, shown.paper, watch=shown.watch)
        _tell_made(each, manifest)
    return Exit.NOTHING


def _name_of(path: Path) -> str:
    whole = path.resolve()
    return whole.name if path.is_dir() else whole.name.split(".")[0]


class _Shown:
    """What is shown while a library is made: how far it is, how much time is left, how many records came."""

    def __init__(self, bar: Progress, task: TaskID) -> None:
        self._bar, self._task, self._begun, self._step = bar, task, time.monotonic(), ""
        self._records = ""

    def records(self, count: int) -> None:
        """So many records are read."""
        rate = count / max(time.monotonic() - self._begun, 0.1)
        self._records = f"{count:,} records {rate:,.0f}/s"
        self._bar.update(self._task, records=self._records)

    def paper(self, name: str) -> None:
        """This paper of a folder is read."""
        from rich.markup import escape  # noqa: PLC0415 - heavy, and only this command shows progress

        self._bar.update(self._task, paper=escape(name))

    def watch(self, place: library_progress.Progress) -> None:
        """So far it is."""
        if place.step != self._step:  # the time that is left is told of each step by itself
            self._step = place.step
            self._bar.reset(self._task, description=place.step, records=self._records, paper="")
        self._bar.update(self._task, completed=place.done, total=place.total or None)


@contextmanager
def shown_progress() -> Iterator[_Shown]:
    """A line on the terminal for as long as a library is made."""
    from rich.console import Console  # noqa: PLC0415 - heavy, and only this command shows progress
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415 - as above

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[records]}"),
        TextColumn("{task.fields[paper]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Shown(bar, bar.add_task("reading", total=None, records="", paper=""))


def _tell_made(name: str, manifest: Manifest) -> int:
    loading.tell_skipped(manifest.skipped)
    click.echo(f"{name}: {manifest.count} records")
    return Exit.NOTHING


@library.command("list")
@click.option("--details", is_flag=True, help="Also what each source is: kind, records, size, and the day it was read.")
def list_(*, details: bool) -> int:
    """Name the libraries with their number of records, size on disk, the day they were read, and their sources.

    Then those in folders of others that library-folders in your config.toml names.
    """
    tidy_libraries()
    for info in list_libraries():
        if info.manifest is None:
            click.echo(f"{info.name}\tcannot be read; run `texscholar library refresh {info.name}`")
        else:
            sources = ", ".join(source.shown for source in info.manifest.sources)
            day = max((source.read for source in info.manifest.sources), default="")
            facts = (info.name, f"{info.manifest.count} records", f"{info.size / 1e6:.1f} MB", day, sources)
            click.echo("\t".join(filter(None, facts)))
            for source in info.manifest.sources if details else ():
                click.echo(f"  {_facts(source)}")
    for folder, info in shared_libraries(shared_folders()):
        told = f"{info.manifest.count} records" if info.manifest else "cannot be read; ask who publishes it"
        click.echo(f"{info.name}\t{told}\tin {folder}")
    return Exit.NOTHING


def _facts(source: Source) -> str:
    """What a source is and what came of it; what an earlier version did not note is left out."""
    skipped = f", {source.skipped} left out" if source.skipped else ""
    size = f"{source.size / 1e6:.1f} MB" if source.size else ""
    facts = (source.shown, source.kind, f"{source.records} records{skipped}", size, source.read)
    return "\t".join(filter(None, facts))


@library.command()
@click.argument("name")
def remove(name: str) -> int:
    """Delete the library NAME."""
    remove_library(name)
    click.echo(f"{name}: removed")
    return Exit.NOTHING
