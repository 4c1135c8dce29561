"""``texscholar library``: the records one can cite from."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar.cli import loading
from texscholar.cli.library_looking import search, show, stats
from texscholar.errors import Exit, TexscholarError
from texscholar.library import KINDS, add_library, list_libraries, refresh_library, remove_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from texscholar.library import Manifest, Source


@click.group()
def library() -> None:
    """The records you can cite from, indexed on this machine."""


for command in (search, show, stats):
    library.add_command(command)


@library.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--name", help="How the library is called.  [default: the first file's or folder's name]")
@click.option("--kind", type=click.Choice(KINDS), help="What the files are.  [default: told by their content]")
def add(paths: tuple[Path, ...], name: str | None, kind: str | None) -> int:
    """Index PATHS as one library, in place of one of the same name.

    PATHS are files of records (BibTeX, JSON lines, CSL-JSON, RIS, Zotero's database, dumps of ACL Anthology, DBLP,
    arXiv, OpenAlex, Semantic Scholar and Crossref; also as .gz or .zst) and folders of LaTeX papers: of each paper in a
    folder the entries of its .bib files become records, found by the sentences that cite them too.
    """
    missing = next((path for path in paths if not (path.is_file() or path.is_dir())), None)
    if missing is not None:
        raise TexscholarError("no such file or folder; check the path", path=str(missing))
    chosen = name or _name_of(paths[0])
    with _shown_progress() as (progress, tell):
        manifest = add_library(chosen, paths, progress, tell, kind=kind or "")
    return _tell_made(chosen, manifest)


@library.command()
@click.argument("name", required=False)
def refresh(name: str | None) -> int:
    """Make the library NAME anew, or all of them, where the files and folders they were made of have changed."""
    for each in (name,) if name else tuple(info.name for info in list_libraries()):
        with _shown_progress() as (progress, tell):
            manifest = refresh_library(each, progress, tell)
        _tell_made(each, manifest)
    return Exit.NOTHING


def _name_of(path: Path) -> str:
    whole = path.resolve()
    return whole.name if path.is_dir() else whole.name.split(".")[0]


@contextmanager
def _shown_progress() -> Iterator[tuple[Callable[[int], None], Callable[[str], None]]]:
    """What to tell the number of records read, and the paper that is read."""
    from rich.console import Console  # noqa: PLC0415 - heavy, and only this command shows progress
    from rich.markup import escape  # noqa: PLC0415 - as above
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed} records"),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None, rate="")
        begun = time.monotonic()

        def tell_count(count: int) -> None:
            rate = count / max(time.monotonic() - begun, 0.1)
            shown.update(task, completed=count, rate=f"{rate:,.0f}/s")

        yield (
            tell_count,
            lambda paper: shown.update(task, description=escape(paper)),
        )


def _tell_made(name: str, manifest: Manifest) -> int:
    loading.tell_skipped(manifest.skipped)
    click.echo(f"{name}: {manifest.count} records")
    return Exit.NOTHING


@library.command("list")
@click.option("--details", is_flag=True, help="Also what each source is: kind, records, size, and the day it was read.")
def list_(*, details: bool) -> int:
    """Name the libraries with their number of records and their sources."""
    for info in list_libraries():
        if info.manifest is None:
            click.echo(f"{info.name}\tcannot be read; run `texscholar library refresh {info.name}`")
        else:
            sources = ", ".join(source.shown for source in info.manifest.sources)
            click.echo(f"{info.name}\t{info.manifest.count} records\t{sources}")
            for source in info.manifest.sources if details else ():
                click.echo(f"  {_facts(source)}")
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
