"""``texscholar cite``: one work by words, DOI, arXiv id or key; its entry in the paper's style."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.bibtex import HouseStyle, entry_work, fold, render_entry
from texscholar.cli import loading
from texscholar.cli.online import chosen_sources, found_online
from texscholar.cli.papers import one_paper
from texscholar.config import ONLINE_SOURCES, Settings
from texscholar.errors import Exit, TexscholarError
from texscholar.latex import CiteStyle
from texscholar.library.finding import Found, find
from texscholar.pipeline import style_of, target_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.bibtex import Bibliography, Entry
    from texscholar.pipeline import Paper

_NAMED = 3  # authors that fit on a line
_FORMATS = ("bibtex", "json", "key", "diff")


@dataclass(frozen=True)
class Desk:
    """Where a work is cited: a paper, or none; ``also_taken`` are keys that no new entry may get."""

    place: disk.Place | None = None
    paper: Paper | None = None
    also_taken: frozenset[str] = frozenset()

    @cached_property
    def target(self) -> Bibliography | None:
        """The ``.bib`` that gets new entries."""
        return target_of(self.paper.bibliographies, self.cited) if self.paper else None

    @cached_property
    def cited(self) -> frozenset[str]:
        files = self.paper.project.files if self.paper else ()
        return frozenset(key for file in files for cite in file.citations for key in cite.cited)

    @cached_property
    def style(self) -> HouseStyle:
        return style_of(self.target, self.paper.project) if self.paper and self.target else HouseStyle()

    @property
    def cite_style(self) -> CiteStyle:
        return self.paper.project.cite_style if self.paper else CiteStyle()

    @cached_property
    def entries(self) -> dict[str, tuple[Entry, Bibliography]]:
        """The entries of the paper by key, of a repeated key the first."""
        bibliographies = self.paper.bibliographies if self.paper else ()
        return {entry.key: (entry, each) for each in reversed(bibliographies) for entry in reversed(each.entries)}

    def own(self) -> list[Found]:
        """The works of the paper's own bibliography."""
        return [
            Found(entry_work(entry, each), key, each.source.path, is_own=True)
            for key, (entry, each) in reversed(self.entries.items())
        ]

    def key(self, found: Found) -> str:
        """The key that a work has in the paper, or would get."""
        if found.is_own:
            return found.key
        from texscholar.recommend import Candidature  # noqa: PLC0415 - own works need none
        from texscholar.suggest import KeyRing  # noqa: PLC0415 - as above

        bibliographies = self.paper.bibliographies if self.paper else ()
        taken = self.cited.union(self.also_taken, *(each.taken for each in bibliographies))
        return KeyRing(self.style, taken).proposed(Candidature(found.key, found.work, found.origin, found.record))

    def entry(self, found: Found) -> str:
        """The entry of a work: as it stands in the paper, or as it would."""
        if found.is_own:
            entry, bibliography = self.entries[found.key]
            return bibliography.source.slice(entry.span)
        encoding = self.target.source.encoding if self.target else "utf-8"
        text = render_entry(found.work, self.key(found), self.style, encoding)
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def command(self, found: Found) -> str:
        """How the paper cites it."""
        return f"\\{self.cite_style.parenthetical}{{{self.key(found)}}}"


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--paper", type=click.Path(), help="The paper's main file or folder.  [default: the one here, if any]")
@click.option("--library", "libraries", multiple=True, metavar="NAME|FILE", help="Search this one (repeatable).")
@click.option("--online", multiple=True, type=click.Choice(ONLINE_SOURCES), help="Ask this source too (repeatable).")
@click.option("--offline", is_flag=True, help="Open no network connection: of sources take what they answered before.")
@click.option("--add", is_flag=True, help="Print the change that adds the entry to the paper's .bib.")
@click.option("--apply", "apply_now", is_flag=True, help="With --add: write it.")
@click.option("--pick", type=click.IntRange(1), metavar="N", help="Of several works that fit, the Nth.")
@click.option("--limit", type=click.IntRange(1, 100), default=8, show_default=True, help="List at most so many.")
@click.option("--format", "form", type=click.Choice(_FORMATS), default="bibtex", show_default=True)
def cite(  # noqa: PLR0917 - one parameter an option
    query: tuple[str, ...],
    paper: str | None,
    libraries: tuple[str, ...],
    online: tuple[str, ...],
    offline: bool,  # noqa: FBT001 - a flag
    add: bool,  # noqa: FBT001 - a flag
    apply_now: bool,  # noqa: FBT001 - a flag
    pick: int | None,
    limit: int,
    form: str,
) -> int:
    """Find the work that QUERY names and print its entry in the paper's style.

    QUERY is a DOI, an arXiv or ACL id (each in any form, also as an address), a key, or words of title, authors and
    year. The paper's own bibliography is searched, and the libraries; online sources only where you name one. Where
    several works fit, they are listed; on a terminal you choose.

    --add prints a diff, --add --apply writes; a work that the paper has already is told by its key.
    """
    if apply_now and not add:
        raise click.UsageError("--apply goes with --add")
    text = " ".join(query)
    desk, settings, home = _desk(paper, needed=add or form == "diff")
    with (
        loading.open_libraries(libraries, settings, home, default=True, offline=offline) as local,
        found_online(text, chosen_sources(online) if online else (), is_offline=offline) as told,
        loading.busy("searching"),
    ):
        loading.tell_skipped(told.skipped)
        shelves = (*local, *told.libraries)
        found = find(text, desk.own(), shelves)
        facts = loading.library_facts(shelves)
    if form == "json" and not add:
        click.echo(json.dumps(_facts(text, found[:limit], desk), ensure_ascii=False, indent=2))
        return Exit.NOTHING if found else Exit.FINDINGS
    if not found:
        where = ", ".join(shelf.name for shelf in shelves) or "no library (`texscholar library add FILE` makes one)"
        loading.note(f"nothing fits {_one_line(text)!r} in {'the bibliography and ' if desk.paper else ''}{where}")
        return Exit.FINDINGS
    chosen = _chosen(found, pick, limit)
    if add or form == "diff":
        return _add(chosen, desk, text, facts, apply_now=apply_now, form=form)
    click.echo(desk.key(chosen) if form == "key" else desk.entry(chosen))
    if form != "key":
        _tell(chosen, desk, text)
    return Exit.NOTHING


def _desk(paper: str | None, *, needed: bool) -> tuple[Desk, Settings, Path | None]:
    """The paper that is meant, with its settings; an empty desk where there is none and none is needed."""
    if paper is None and not needed:
        here = Path.cwd()
        if disk.work_tree_top(here) is None and not any(here.glob("*.tex")):
            return Desk(), Settings(), None
        try:
            place, _ = one_paper(None)
        except TexscholarError as error:
            loading.note(f"no paper: {error}")
            return Desk(), Settings(), None
        return _desk_of(place)
    return _desk_of(one_paper(paper)[0])


def _desk_of(place: disk.Place) -> tuple[Desk, Settings, Path | None]:
    settings, home = disk.find_settings(place)
    return Desk(place, loading.load_paper(place)), settings, home


def _chosen(found: Sequence[Found], pick: int | None, limit: int) -> Found:
    """The one work that is meant: the only one, the one picked, or the one chosen on the terminal."""
    if pick is not None:
        if pick > len(found):
            raise TexscholarError(f"--pick {pick}: only {len(found)} works fit")
        return found[pick - 1]
    if len(found) == 1:
        return found[0]
    shown = found[:limit]
    for number, each in enumerate(shown, start=1):
        click.echo(f"{number:3}  {_described(each)}", err=True)
    if len(found) > limit:
        click.echo(f"     and {len(found) - limit} more", err=True)
    if sys.stdin.isatty() and sys.stderr.isatty():
        number = click.prompt("Which one", type=click.IntRange(1, len(shown)), err=True)
        return shown[number - 1]
    raise TexscholarError(f"{len(found)} works fit; add words, give a DOI, or take one with --pick N")


def _add(
    found: Found, desk: Desk, text: str, libraries: tuple[Mapping[str, object], ...], *, apply_now: bool, form: str
) -> int:
    """The entry into the bibliography, as a diff or written; nothing where the work is there already."""
    if found.is_own:
        _tell(found, desk, text)
        return Exit.NOTHING
    if desk.place is None or desk.target is None:
        raise TexscholarError("the paper reads no .bib file; name one with \\bibliography or \\addbibresource")
    from texscholar.report.json_report import RunFacts  # noqa: PLC0415 - for changes only
    from texscholar.suggest import entry_change, render_diff  # noqa: PLC0415 - for changes only

    shown = desk.place.shown(desk.target.source.path)
    key = desk.key(found)
    change = entry_change(desk.target, desk.style, key, found.work, shown)
    if desk.style.managed_by:
        loading.note(f"{shown} is written by {desk.style.managed_by}, which may overwrite it: add the work there too")
    if apply_now:
        disk.write_all(disk.as_writes(desk.place, [(change.path, change.old_bytes, change.new_bytes)]))
        loading.note(f"{key} written to {shown}{_untyped(found, text)}; cite it with {desk.command(found)}")
        return Exit.NOTHING
    if form == "key":
        click.echo(key)
    else:
        facts = RunFacts(desk.place.root.name, None, libraries, 0)
        sys.stdout.buffer.write(render_diff([change], tuple(facts.lines())))
        sys.stdout.flush()
    loading.note(
        f"{key} for {shown}{_untyped(found, text)}, written with --add --apply; cite it with {desk.command(found)}"
    )
    return Exit.NOTHING


def _tell(found: Found, desk: Desk, text: str) -> None:
    where = f"in {found.origin} already" if found.is_own else f"from {_source(found)}"
    loading.note(f"{desk.key(found)} is {where}{_untyped(found, text)}; cite it with {desk.command(found)}")


def _untyped(found: Found, text: str) -> str:
    """The title of a work, unless somebody typed it: words may be those of a longer one."""
    title = _one_line(found.work.title)
    return "" if fold(title) in fold(text) else f': "{title}"'


def _source(found: Found) -> str:
    return f"library {found.origin.removeprefix('library:')}"


def _described(found: Found) -> str:
    work = found.work
    names = ", ".join(author.family for author in work.authors[:_NAMED])
    others = " et al." if len(work.authors) > _NAMED else ""
    venue = f". {work.venue}" if work.venue else ""
    where = f"{found.key} in {found.origin}" if found.is_own else _source(found)
    return _one_line(f"{names}{others} ({work.year or 'n.d.'}): {work.title}{venue}  [{where}]")


def _one_line(text: str) -> str:
    """A text from a record or a command line, without what could steer a terminal."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _facts(text: str, found: Sequence[Found], desk: Desk) -> dict[str, object]:
    return {"version": 1, "query": text, "works": [_fact(each, desk) for each in found]}


def _fact(found: Found, desk: Desk) -> dict[str, object]:
    work = found.work
    return {
        "key": desk.key(found),
        "in_bibliography": found.is_own,
        "origin": "bib" if found.is_own else found.origin,
        "record": found.record,
        "title": work.title,
        "authors": [" ".join(filter(None, (author.given, author.family))) for author in work.authors],
        "year": work.year,
        "venue": work.venue,
        "doi": work.doi,
        "arxiv": work.arxiv,
        "cite": desk.command(found),
        "entry": desk.entry(found),
    }
