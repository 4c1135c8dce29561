"""Which online sources are asked, whether they may be, and what is told of it."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.config import ONLINE_SOURCES, USER_CONFIG, cache_directory, config_directory
from texscholar.errors import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from texscholar.cli.looking import Asked
    from texscholar.library import Library
    from texscholar.library.online.asking import Manner
    from texscholar.library.online.queries import Query
    from texscholar.pipeline import Job, Paper, Shelf
    from texscholar.questions import Question

MOST_QUERIES = 20
NONE = "none"
_LONGEST = 60.0  # seconds for all sources together
_SHARE = 0.5  # of a time budget; the rest is for the model, and for telling what was found
_ACL_ANTHOLOGY = "acl-anthology"
_NO_SEARCH = "has no search that a program may ask; `texscholar library get acl-anthology` brings all of it"
_HOOKS = ("PRE_COMMIT", "GIT_INDEX_FILE")  # set by pre-commit and its like, and by git for the hooks of a commit


def online_options(command: Callable[..., int]) -> Callable[..., int]:
    """Adds the options that say what is asked online."""
    for option in (
        click.option(
            "--max-queries",
            type=click.IntRange(0),
            default=MOST_QUERIES,
            show_default=True,
            help="Ask each online source at most so many.",
        ),
        click.option("--show-queries", is_flag=True, help="Tell what is sent online, or would be."),
        click.option(
            "--online",
            type=click.Choice((*ONLINE_SOURCES, NONE)),
            multiple=True,
            help="Ask this source for works by a few words (repeatable).  [default: none, or your configuration]",
        ),
    ):
        command = option(command)
    return command


def chosen_sources(named: Sequence[str], *, is_check: bool = False, on_changes: bool = False) -> tuple[str, ...]:
    """The sources that may be asked: those of the command line, else the user's own.

    What a repository brings along (arguments of a hook) asks nobody: in a hook only the user's configuration decides.
    ``check`` on changes is what hooks run.
    """
    if NONE in named:
        if set(named) != {NONE}:
            raise click.UsageError("--online none excludes other sources")
        return ()
    in_hook = any(name in os.environ for name in _HOOKS) or (is_check and on_changes)
    if named and not in_hook:
        return tuple(dict.fromkeys(named))
    user = disk.user_settings()
    if (in_hook or is_check) and not user.online_in_hooks:
        if named:
            where = config_directory() / USER_CONFIG
            loading.note(f"skipped: online: in a hook only where {where} says online-in-hooks = true")
        return ()
    return tuple(dict.fromkeys(named or user.online))


@dataclass(frozen=True, slots=True)
class Found:
    """What online sources told: a library each, and what was left out."""

    libraries: tuple[Library, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@contextmanager
def open_online(
    names: Sequence[str], asked: Asked, paper: Paper, libraries: Sequence[Shelf], job: Job
) -> Iterator[Found]:
    """What these sources know for the places of a paper that nothing at hand answers."""
    if not names and not asked.show_queries:
        yield Found()
        return
    from texscholar.questions import questions_of  # noqa: PLC0415 - most runs ask nobody

    questions = questions_of(paper, libraries, job)
    skipped = [Skipped(f"online {_ACL_ANTHOLOGY}", _NO_SEARCH)] if _ACL_ANTHOLOGY in names else []
    names = [name for name in names if name != _ACL_ANTHOLOGY]
    if asked.show_queries:
        for line in _shown(questions, names, asked):
            loading.note(line)
    if not names or not questions:
        yield Found(skipped=tuple(skipped))
        return
    from texscholar.library.online.asking import ask  # noqa: PLC0415 - as above
    from texscholar.library.online.shelves import shelves  # noqa: PLC0415
    from texscholar.library.online.sources import SOURCES  # noqa: PLC0415

    with (
        open_manner(seconds=_seconds(asked), most=asked.max_queries, is_offline=asked.offline) as manner,
        loading.busy(f"asking {', '.join(names)}"),
    ):
        answered = ask([SOURCES[name] for name in names], [each.query for each in questions], manner)
    for each in answered:
        skipped += each.skipped
        loading.note(str(each))
    with shelves(answered) as found:
        yield Found(found, tuple(skipped))


@contextmanager
def found_online(text: str, names: Sequence[str], *, is_offline: bool = False) -> Iterator[Found]:
    """What these sources know for an identifier, or for words that the user typed to find a work by.

    The libraries stand in the order of the sources, which may know the same work.
    """
    from texscholar.library.online.asking import ask  # noqa: PLC0415 - as in open_online
    from texscholar.library.online.queries import Search, identifier  # noqa: PLC0415
    from texscholar.library.online.shelves import shelves  # noqa: PLC0415
    from texscholar.library.online.sources import SOURCES  # noqa: PLC0415
    from texscholar.questions import query_words  # noqa: PLC0415

    words = query_words(text, "", is_topic=True)
    query = identifier(text) or (Search(words) if words else None)
    sources = [SOURCES[name] for name in names if name in SOURCES]
    if query is None or not sources:
        yield Found()
        return
    with open_manner(is_offline=is_offline) as manner, loading.busy(f"asking {', '.join(names)}"):
        answered = ask(sources, [query], manner)
    for each in answered:
        loading.note(str(each))
    with shelves(answered) as libraries:
        yield Found(libraries, tuple(skipped for each in answered for skipped in each.skipped))


@contextmanager
def open_manner(*, seconds: float = _LONGEST, most: int = MOST_QUERIES, is_offline: bool = False) -> Iterator[Manner]:
    """How sources are asked on this machine: the user's contact, the cache of answers, and the time there is."""
    from texscholar.library.online.asking import Manner  # noqa: PLC0415 - as in open_online
    from texscholar.library.online.cache import AnswerShelf  # noqa: PLC0415
    from texscholar.network import Network  # noqa: PLC0415

    cache = AnswerShelf(cache_directory() / "online" / "answers.sqlite3")
    try:
        yield Manner(
            Network(offline=is_offline),
            cache,
            time.monotonic() + seconds,
            most,
            contact=disk.user_settings().mailto,
            is_offline=is_offline,
        )
    finally:
        cache.close()


def _seconds(asked: Asked) -> float:
    """How long all sources may take."""
    if asked.time_budget is None:
        return _LONGEST
    left = asked.time_budget - (time.monotonic() - asked.started) - loading.ENDING
    return max(0.0, min(_LONGEST, _SHARE * left))


def _shown(questions: Sequence[Question], names: Sequence[str], asked: Asked) -> Iterator[str]:
    """All that is asked of each source, a line a request; without sources what would be."""
    from texscholar.library.online.sources import SOURCES, base_of, requests_of  # noqa: PLC0415 - as in open_online

    places: dict[Query, str] = {each.query: each.place for each in reversed(questions)}
    if not names or asked.offline:
        yield f"nothing is sent ({'--offline closes the network' if names else 'no online source is named'})"
    if not names:
        yield from (f"{place} would ask for: {query}" for query, place in reversed(places.items()))
    for name in names:
        source = SOURCES[name]
        for path, queries in requests_of(source, reversed(places))[: asked.max_queries]:
            yield f"{places[queries[0]]} asks {name}: {base_of(source, os.environ)}{path}"
