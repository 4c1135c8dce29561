"""``texscholar library``: the records one can cite from."""

from __future__ import annotations

from pathlib import Path

import click

from texscholar.cli import loading
from texscholar.errors import Exit, TexscholarError
from texscholar.library import Record, add_library, library_for, list_libraries, remove_library

_NAMED = 3  # authors that fit on a line


@click.group()
def library() -> None:
    """The records you can cite from, indexed on this machine."""


@library.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--name", help="How the library is called.  [default: the first file's name]")
def add(files: tuple[Path, ...], name: str | None) -> int:
    """Index FILES (.bib, .jsonl, .jsonl.gz) as one library, in place of one of the same name."""
    from rich.console import Console  # noqa: PLC0415 - heavy, and only this command shows progress
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    missing = next((file for file in files if not file.is_file()), None)
    if missing is not None:
        raise TexscholarError("no such file; check the path", path=str(missing))
    chosen = name or files[0].name.split(".")[0]
    columns = (SpinnerColumn(), TextColumn("{task.completed} records"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("index", total=None)
        manifest = add_library(chosen, files, lambda count: progress.update(task, completed=count))
    loading.tell_skipped(manifest.skipped)
    click.echo(f"{chosen}: {manifest.count} records")
    return Exit.NOTHING


@library.command("list")
def list_() -> int:
    """Name the libraries with their number of records and their sources."""
    for info in list_libraries():
        if info.manifest is None:
            click.echo(f"{info.name}\tcannot be read; run `texscholar library add` again")
        else:
            sources = ", ".join(source.name for source in info.manifest.sources)
            click.echo(f"{info.name}\t{info.manifest.count} records\t{sources}")
    return Exit.NOTHING


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
