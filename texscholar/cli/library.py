"""``texscholar library``: the records one can cite from."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar.cli import loading
from texscholar.cli.library_get import get
from texscholar.cli.library_push import publish, push
from texscholar.errors import Exit, TexscholarError
from texscholar.library import KINDS, Record, add_library, library_for, list_libraries, refresh_library, remove_library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from texscholar.library import Manifest, Source

_NAMED = 3  # authors that fit on a line


@click.group()
def library() -> None:
    """The records you can cite from, indexed on this machine."""


for command in (get, push, publish):
    library.add_command(command)


def make_library(name: str, paths: Sequence[Path], kind: str) -> int:
    """Index files and folders under a name, with progress, and tell what came of it."""
    with _shown_progress() as (progress, tell):
        manifest = add_library(name, paths, progress, tell, kind=kind)
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


@library.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--library", "names", multiple=True, metavar="NAME|FILE", help="Search only this one (repeatable).")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
def search(words: tuple[str, ...], names: tuple[str, ...], limit: int) -> int:
    """Print the records that share WORDS, best first."""
    chosen = names or tuple(info.name for info in list_libraries())
    if not chosen:
        raise TexscholarError("there is no library yet; make one with `texscholar library add FILE`")
    found = []
    for name in chosen:
        with library_for(name, Path.cwd()) as opened:
            found += [(hit.score, opened.name, hit.record) for hit in opened.search(" ".join(words), limit)]
    found.sort(key=lambda each: (-each[0], each[1], each[2].id))
    for score, name, record in found[:limit]:
        click.echo(f"{score:7.2f}  {_described(record)}  [{name}]")
    return Exit.NOTHING if found else Exit.FINDINGS


def _described(record: Record) -> str:
    work = record.work
    names = ", ".join(author.family for author in work.authors[:_NAMED])
    others = " et al." if len(work.authors) > _NAMED else ""
    line = f"{record.key or record.id}: {names}{others} ({work.year or 'n.d.'}): {work.title}"
    return " ".join("".join(char if char.isprintable() else " " for char in line).split())
