"""``texscholar library search``, ``show`` and ``stats``: looking into libraries."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.errors import Exit, TexscholarError
from texscholar.library import Record, library_for, list_libraries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.library import Library

_NAMED = 3  # authors that fit on a line
_STEP = 1000  # records between two signs of life

Row = tuple[float, str, Record]


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--library", "names", multiple=True, metavar="NAME|FILE", help="Search only this one (repeatable).")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="All that is known of each record, for scripts.")
@click.option("--bibtex", "as_bibtex", is_flag=True, help="The records as entries of a .bib file.")
def search(
    words: tuple[str, ...],
    names: tuple[str, ...],
    limit: int,
    as_json: bool,  # noqa: FBT001 - a flag
    as_bibtex: bool,  # noqa: FBT001 - a flag
) -> int:
    """Print the records that share WORDS, best first: a table on a terminal, a line each in a pipe."""
    if as_json and as_bibtex:
        raise click.UsageError("--json and --bibtex exclude each other")
    found: list[Row] = []
    for name in names or _all_names():
        with closing(loading.open_library_named(name, Path.cwd())) as opened:
            found += [(hit.score, opened.name, hit.record) for hit in opened.search(" ".join(words), limit)]
    found.sort(key=lambda each: (-each[0], each[1], each[2].id))
    del found[limit:]
    if as_json:
        click.echo(
            json.dumps(
                [{"score": round(score, 4), **facts_of(each, name)} for score, name, each in found],
                ensure_ascii=False,
                indent=2,
            )
        )
    elif as_bibtex:
        click.echo("\n\n".join(_entries([record for _, _, record in found])), nl=bool(found))
    elif sys.stdout.isatty():
        _print_table(found)
    else:
        for score, name, record in found:
            click.echo(f"{score:7.2f}  {_described(record)}  [{name}]")
    return Exit.NOTHING if found else Exit.FINDINGS


@click.command()
@click.argument("name")
@click.argument("query", metavar="ID|DOI|KEY")
@click.option("--json", "as_json", is_flag=True, help="The same for scripts.")
def show(name: str, query: str, as_json: bool) -> int:  # noqa: FBT001 - a flag
    """Show all that the library NAME knows of a record: by its id, its key, a DOI, an arXiv or ACL id in any form."""
    from texscholar.library.naming import named  # noqa: PLC0415 - only this asks

    wanted = named(query)
    with library_for(name, Path.cwd()) as opened:
        ids = (query, *wanted.ids)
        found = list(opened.by_identity(wanted.identities)) if wanted.identities else []
        for each in ids:
            found += (*opened.by_id(each), *opened.by_key(each))
        records = list({record.id: record for record in found}.values())
        if as_json:
            click.echo(json.dumps([facts_of(record, opened.name) for record in records], ensure_ascii=False, indent=2))
        elif not records:
            hint = f"`texscholar library search --library {name} WORDS` looks for words"
            loading.note(f"{opened.name} has no record {_one_line(query)!r}; {hint}")
        else:
            click.echo("\n\n".join(_shown(record, opened) for record in records))
    return Exit.NOTHING if records else Exit.FINDINGS


@click.command()
@click.argument("names", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="The counts for scripts.")
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the result to a file.")
def stats(names: tuple[str, ...], as_json: bool, form: str, output: Path | None) -> int:  # noqa: FBT001 - a flag
    """Plot what the libraries NAMES hold, or all: years, types, venues, the share with DOI and abstract."""
    from texscholar.report.holdings import facts, holdings, render_html, render_text  # noqa: PLC0415 - only this counts

    if as_json and form == "html":
        raise click.UsageError("--json and --format html exclude each other")
    counted = []
    for name in names or _all_names():
        with library_for(name, Path.cwd()) as opened:
            counted.append(holdings(opened.name, _told(opened)))
    if as_json or form == "json":
        text = json.dumps(facts(counted), ensure_ascii=False, indent=2) + "\n"
    elif form == "html":
        text = render_html(counted)
    else:
        width = shutil.get_terminal_size().columns
        text = "\n\n".join(render_text(each, width) for each in counted) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        disk.write_output(output, text.encode("utf-8", "replace"))
    return Exit.NOTHING


def _all_names() -> tuple[str, ...]:
    names = tuple(info.name for info in list_libraries())
    if not names:
        raise TexscholarError("there is no library yet; make one with `texscholar library add FILE`")
    return names


def _told(opened: Library) -> Iterator[Record]:
    """All records, with a progress bar where it takes long and somebody looks."""
    if not sys.stderr.isatty():
        yield from opened.records()
        return
    from rich.console import Console  # noqa: PLC0415 - heavy, and only for terminals
    from rich.progress import Progress  # noqa: PLC0415 - as above

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(_one_line(opened.name), total=len(opened))
        for number, record in enumerate(opened.records()):
            if number % _STEP == 0:
                shown.update(task, completed=number)
            yield record


def _entries(records: Sequence[Record]) -> Iterator[str]:
    from texscholar.cli.cite import Desk  # noqa: PLC0415 - only --bibtex needs it
    from texscholar.library.finding import of_record  # noqa: PLC0415 - as above

    taken: frozenset[str] = frozenset()
    for record in records:
        desk, found = Desk(also_taken=taken), of_record(record)
        yield desk.entry(found)
        taken |= {desk.key(found)}


def _print_table(found: Sequence[Row]) -> None:
    from rich.console import Console  # noqa: PLC0415 - heavy, and only for terminals
    from rich.table import Table  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False)
    for head, style in (("score", "dim"), ("key or id", "cyan"), ("authors", ""), ("year", ""), ("title", "bold")):
        table.add_column(head, style=style, overflow="fold")
    table.add_column("library", style="dim", overflow="fold")
    for score, name, record in found:
        year = str(record.work.year or "n.d.")
        cells = (f"{score:.2f}", record.key or record.id, _people(record), year, record.work.title, name)
        table.add_row(*(Text(_one_line(cell)) for cell in cells))
    Console().print(table)


def _shown(record: Record, opened: Library) -> str:
    """A record, a line a part, its sentences last."""
    work = record.work
    people = "; ".join(", ".join(filter(None, (author.family, author.given))) for author in work.authors)
    facts = {
        "title": work.title,
        "authors": people,
        "year": str(work.year or ""),
        "venue": work.venue,
        "type": work.kind,
        "id": record.id,
        "key": record.key,
        "DOI": work.doi,
        "arXiv": work.arxiv,
        "keywords": record.keywords,
        "abstract": work.abstract,
        "library": f"{opened.name}, made of {', '.join(source.shown for source in opened.manifest.sources)}",
    }
    lines = [f"{name:9} {_one_line(value)}" for name, value in facts.items() if value]
    lines += [
        f"{'fields' if at == 0 else '':9} {_one_line(f'{name} = {value}')}"
        for at, (name, value) in enumerate(work.fields)
    ]
    lines += [f"{'cited' if at == 0 else '':9} {_one_line(each)}" for at, each in enumerate(record.citances)]
    return "\n".join(lines)


def facts_of(record: Record, library: str) -> dict[str, object]:
    """All that is known of a record, for scripts."""
    work = record.work
    return {
        "library": library,
        "id": record.id,
        "key": record.key,
        "title": work.title,
        "authors": [{"family": author.family, "given": author.given} for author in work.authors],
        "year": work.year,
        "venue": work.venue,
        "type": work.kind,
        "doi": work.doi,
        "arxiv": work.arxiv,
        "keywords": record.keywords,
        "abstract": work.abstract,
        "fields": dict(work.fields),
        "citances": list(record.citances),
    }


def _people(record: Record) -> str:
    authors = record.work.authors
    return ", ".join(author.family for author in authors[:_NAMED]) + (" et al." if len(authors) > _NAMED else "")


def _described(record: Record) -> str:
    work = record.work
    return _one_line(f"{record.key or record.id}: {_people(record)} ({work.year or 'n.d.'}): {work.title}")


def _one_line(text: str) -> str:
    """A text from a record, without what could steer a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
