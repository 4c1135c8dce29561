"""``texscholar library push`` and ``publish``: a library for a group, on a search service or in a shared folder."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar.cli import loading
from texscholar.cli.services import allowed_engine, authorization
from texscholar.errors import Exit, Skipped, TexscholarError
from texscholar.library.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from texscholar.library.records import Record
    from texscholar.library.service.push import Pushed


@click.command()
@click.argument("source", metavar="NAME|FILE|FOLDER")
@click.argument("url", metavar="https://HOST/INDEX")
@click.option("--kind", type=click.Choice(KINDS), help="What the files are.  [default: told by their content]")
@click.option("--dry-run", is_flag=True, help="Tell how much would be sent; ask nobody.")
def push(source: str, url: str, kind: str | None, *, dry_run: bool) -> int:
    """Fill the index at https://HOST/INDEX of a search service (Elasticsearch, OpenSearch, Quickwit) with a library.

    A library by its NAME is sent as its index has it; a FILE or FOLDER is read and sent record by record, so that it
    may be larger than this machine. What was sent before is replaced, not added again. The host has to stand in your
    own configuration, the key in TEXSCHOLAR_LIBRARY_KEY.
    """
    from texscholar.library.service.client import Connection  # noqa: PLC0415 - only here
    from texscholar.library.service.push import SECONDS, measured  # noqa: PLC0415 - as above
    from texscholar.library.service.push import push as send  # noqa: PLC0415 - as above
    from texscholar.network import Network  # noqa: PLC0415 - as above

    engine = allowed_engine(url)
    with _records(source, kind or "") as records, _progress(source) as tell:
        if dry_run:
            pushed = measured(records, tell)
        else:
            connection = Connection(Network(), engine, authorization(), SECONDS)
            try:
                pushed = send(records, engine, connection, tell)
            finally:
                connection.close()
    return _told(pushed, str(engine), dry_run=dry_run)


@contextmanager
def _records(source: str, kind: str) -> Iterator[Iterator[Record | Skipped]]:
    """The records of a library, or of files that are read as they are sent."""
    from texscholar.library import library_for, list_libraries  # noqa: PLC0415 - heavy, and only here
    from texscholar.library.sources import read_plainly  # noqa: PLC0415 - as above

    path = Path(source).expanduser()
    is_named = source in {info.name for info in list_libraries()} and not kind
    if is_named:
        with library_for(source, Path.cwd()) as library:
            yield library.records()
    elif path.is_file() or path.is_dir():
        yield read_plainly(path, kind)
    else:
        raise TexscholarError(
            "is no library, file or folder; `texscholar library list` names the libraries", path=source
        )


def _told(pushed: Pushed, where: str, *, dry_run: bool) -> int:
    loading.tell_skipped(pushed.skipped)
    left = f", {pushed.left_out} left out" if pushed.left_out else ""
    verb = "would be sent" if dry_run else "sent"
    click.echo(f"{where}: {pushed.taken} records{left}, {pushed.size / 1e6:.1f} MB {verb}")
    return Exit.NOTHING


@contextmanager
def _progress(source: str) -> Iterator[Callable[[int], None]]:
    """The number and the rate on the terminal; nothing where stderr is none."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.markup import escape  # noqa: PLC0415 - as above
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - as above

    columns = (
        SpinnerColumn(),
        TextColumn(escape(source)),
        TextColumn("{task.completed} records {task.fields[rate]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task, begun = shown.add_task("", total=None, rate=""), time.monotonic()
        yield lambda done: shown.update(
            task, completed=done, rate=f"{done / max(time.monotonic() - begun, 0.1):,.0f}/s"
        )


@click.command()
@click.argument("name")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def publish(name: str, folder: Path) -> int:
    """Copy the library NAME into the shared FOLDER, in place of one of that name there.

    Others read it there with `--library FOLDER/NAME`, or by its name once their configuration lists the folder; they
    need no right to write. Who is reading the former one is not disturbed.
    """
    from texscholar.library.sharing import publish as copy  # noqa: PLC0415 - heavy, and only here

    with loading.busy(f"copying {name}"):
        copy(name, folder)
    click.echo(f"{name}: {folder / name}")
    return Exit.NOTHING
