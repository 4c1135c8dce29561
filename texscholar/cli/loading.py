"""What the commands share: reading a paper, its scope, its libraries and the model, from options and settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.bibtex import read_bibliography
from texscholar.cli.services import is_address, open_service, open_shared
from texscholar.config import VARIANTS, Settings, cache_directory, data_directory, is_in_ci
from texscholar.errors import Skipped, TexscholarError
from texscholar.git import Changes, Repository
from texscholar.latex import read_project
from texscholar.pipeline import Outcome, Paper
from texscholar.report.json_report import RunFacts
from texscholar.source import SourceText, Span, decode
from texscholar.source.text import encoding_of_paper

if TYPE_CHECKING:
    from rich.status import Status

    from texscholar.bibtex import Work
    from texscholar.lfm import Model
    from texscholar.library import Library
    from texscholar.library.service.client import ServiceLibrary

    AnyLibrary = Library | ServiceLibrary

_MOST_NOTES = 10
_PATIENCE = 1.0  # seconds
_EXPORTED = (".bib", ".tex")  # what other programs write for papers
REJECTED = "rejected.jsonl"  # among our files beside a paper
NO_LIBRARY = "none"
"""What stands for no library at all where one could be named."""

_HOOKS = ("PRE_COMMIT", "GIT_INDEX_FILE")  # set by pre-commit and its like, and by git for the hooks of a commit
ENDING = 0.25  # seconds of a time budget that are kept for ending the model and telling what was found

Bytes = Callable[[str], bytes | None]
"""Gives the bytes of a file by its path relative to the top of the work tree."""


def note(line: str) -> None:
    """One line for the user on stderr."""
    click.echo(f"texscholar: {line}", err=True)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """A sign of life on the terminal for whatever takes longer than a second; none where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield
        return
    started: list[Status] = []

    def start() -> None:
        from rich.console import Console  # noqa: PLC0415 - heavy, and most runs are done before

        started.append(Console(stderr=True).status(what))
        started[0].start()

    timer = Timer(_PATIENCE, start)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for status in started:
            status.stop()


def tell_skipped(skipped: Sequence[Skipped]) -> None:
    """What was left out, a line each, not too many."""
    for each in skipped[:_MOST_NOTES]:
        note(f"skipped: {each}")
    if len(skipped) > _MOST_NOTES:
        note(f"skipped: {len(skipped) - _MOST_NOTES} more")


@dataclass(frozen=True)
class Scope:
    """What part of a paper a run looks at.

    ``read`` gives file contents where they do not come from the work tree; ``changes`` the lines that count, ``named``
    the files that count as a whole; neither means the whole paper. ``before`` gives a file, under the name that it had
    then, as it was before the change.
    """

    changes: Changes | None = None
    named: frozenset[str] = frozenset()
    read: Bytes | None = None
    before: Bytes | None = None

    def touched(self, place: disk.Place, paper: Paper) -> Callable[[str, Span], bool]:
        """Whether a span of a file of the paper is in scope.

        In scope are what stands on changed lines and was not in the file before, citations of keys whose entries the
        change removed, and inputs of files that it deleted.
        """
        sources = sources_of(paper)
        name_of = cache(place.shown)  # follows links on the disk: once a file, not once a sentence
        bereft: dict[str, list[Span]] = {}
        for path, span in self._bereft(paper, name_of):
            bereft.setdefault(path, []).append(span)

        @cache
        def earlier(path: str) -> str:
            name = name_of(path)
            data = self._before(name if self.changes is None else self.changes.moved.get(name, name))
            return "" if data is None else _folded(decode(data, path, lambda: sources[path].encoding).text)

        def look(path: str, span: Span) -> bool:
            shown = name_of(path)
            if self.changes is None:
                return not self.named or shown in self.named
            if shown in self.named or any(span.contains(each) for each in bereft.get(path, ())):
                return True
            if not self.changes.lines.get(shown):
                return False
            source = sources[path]
            first = source.position(span.start).line
            last = source.position(max(span.start, span.end - 1)).line
            if not self.changes.touch(shown, first, last):
                return False
            return _folded(_widened(source, span)) not in earlier(path)

        return look

    def _before(self, name: str) -> bytes | None:
        return None if self.before is None else self.before(name)

    def _bereft(self, paper: Paper, name_of: Callable[[str], str]) -> Iterator[tuple[str, Span]]:
        """The places that name what the change took away: keys without their entries, inputs without their files."""
        if self.changes is None:
            return
        if gone := self._keys_gone(paper, name_of):
            for file in paper.project.files:
                for citation in file.citations:
                    yield from ((file.path, span) for key, span in citation.places if key in gone)
        for each in paper.project.missing if self.changes.deleted else ():
            if not self.changes.deleted.isdisjoint((name_of(each.name), f"{name_of(each.name)}.tex")):
                yield each.path, each.span

    def _keys_gone(self, paper: Paper, name_of: Callable[[str], str]) -> frozenset[str]:
        """The keys that a bibliography defined before the change and that none defines now."""
        if self.changes is None:
            return frozenset()
        moved = self.changes.moved
        names = {moved.get(name, name) for name in map(name_of, paper.project.bibliographies)}
        fewer = (self.changes.shrunk & names) | {name for name in self.changes.deleted if name.endswith(".bib")}
        olds = ((name, self._before(name)) for name in sorted(fewer))
        before = {key for name, data in olds if data is not None for key in read_bibliography(decode(data, name)).keys}
        return frozenset(before.difference(*(bibliography.keys for bibliography in paper.bibliographies)))


def _folded(text: str) -> str:
    return " ".join(text.split())


def _widened(source: SourceText, span: Span) -> str:
    """The text of a span, with its whole line where it is too short to be told from others."""
    text = source.slice(span)
    if len(text) >= 25:  # noqa: PLR2004 - shorter ones, keys and placeholders, occur elsewhere too
        return text
    return source.slice(source.line_span(source.position(span.start).line))


def scope_of(
    directory: Path,
    *,
    staged: bool = False,
    since: str | None = None,
    refs: tuple[str, str] | None = None,
    named: frozenset[str] = frozenset(),
) -> Scope:
    """The scope that options describe; git is asked only when one of them needs it."""
    if refs is None and not staged and since is None:
        return Scope(named=named)
    repository = Repository.at(directory)
    if refs is not None:
        old, new = refs
        changes = repository.between(old, new)
        read = _with_submodules(repository, lambda path: repository.file_at(new, path))
        return Scope(changes, _whole(named, changes), read, lambda path: repository.file_at(old, path))
    if since is not None:
        return Scope(repository.since(since), named, None, lambda path: repository.file_at(since, path))
    changes = repository.staged()
    # Amid a merge, pre-commit names files that differ from one side only.
    named = frozenset() if repository.merged else _whole(named, changes)
    read = _with_ignored(repository, _with_submodules(repository, repository.staged_file))
    return Scope(changes, named, read, lambda path: repository.file_at("HEAD", path))


def _whole(named: frozenset[str], changes: Changes) -> frozenset[str]:
    """The named files that count as a whole: all or none.

    pre-commit does not tell a hook of ``--all-files`` and ``--files``, but it names files without a change only then.
    """
    return frozenset() if named <= changes.lines.keys() else named


def _with_submodules(repository: Repository, read: Bytes) -> Bytes:
    """Files of submodules come from their work trees: this repository holds no contents of theirs."""

    def read_any(path: str) -> bytes | None:
        data = read(path)
        if data is None and repository.in_submodule(path):
            return disk.read_bytes(repository.top / path, path)
        return data

    return read_any


def _with_ignored(repository: Repository, read: Bytes) -> Bytes:
    """What git is told to ignore is never staged: an exported bibliography, say, comes as it lies in the work tree."""

    def read_any(path: str) -> bytes | None:
        data = read(path)
        if data is None and path.endswith(_EXPORTED) and (repository.top / path).is_file() and repository.ignores(path):
            return disk.read_bytes(repository.top / path, path)
        return data

    return read_any


def reader(place: disk.Place, read: Bytes | None) -> Callable[[str], SourceText | None]:
    """Reads files of a paper, from the work tree or from where the scope says, never outside the boundary.

    What the root tells of its encoding holds for the files that tell nothing of theirs.
    """

    @cache
    def paper_encoding() -> str | None:
        root = source(place.root.name, None)
        return None if root is None else encoding_of_paper(root)

    def source(path: str, encoding: Callable[[], str | None] | None) -> SourceText | None:
        if read is None:
            return disk.read_source(place, path, encoding)
        data = None if place.resolve(path) is None else read(place.shown(path))
        return None if data is None else decode(data, path, encoding)

    return lambda path: source(path, paper_encoding)


def load_paper(place: disk.Place, read: Bytes | None = None) -> Paper:
    """The paper at a place, with its bibliographies."""
    read_file = reader(place, read)
    project = read_project(place.root.name, read_file)
    bibliographies, skipped = [], []
    for path in project.bibliographies:
        source = read_file(path)
        if source is None:
            skipped.append(
                Skipped(
                    path,
                    "the bibliography cannot be read; check its name, and that it lies in the repository",
                )
            )
            continue
        bibliography = read_bibliography(source)
        skipped += (Skipped(f"{path}:{broken.line}", broken.reason) for broken in bibliography.broken)
        bibliographies.append(bibliography)
    return Paper(project, tuple(bibliographies), tuple(skipped))


def load_rejections(place: disk.Place) -> Callable[[str, str, Work], bool] | None:
    """Whether the authors turned a work down for a place; None where they never did."""
    file = disk.own_file(place.boundary, REJECTED)
    data = disk.read_bytes(file, f"{disk.OWN_FOLDER}/{REJECTED}")
    if not data:
        return None
    from texscholar.suggest import read_rejections, rejected_by  # noqa: PLC0415 - for papers where there are some

    rejections, skipped = read_rejections(data, f"{disk.OWN_FOLDER}/{REJECTED}")
    tell_skipped(skipped)
    return rejected_by(rejections)


def sources_of(paper: Paper) -> Mapping[str, SourceText]:
    """Every file of a paper by its path."""
    files = (file.source for file in paper.project.files)
    return {source.path: source for source in (*files, *(bibliography.source for bibliography in paper.bibliographies))}


@contextmanager
def open_libraries(
    names: Sequence[str],
    settings: Settings,
    config_home: Path | None,
    *,
    default: bool = False,
    offline: bool = False,
) -> Iterator[tuple[AnyLibrary, ...]]:
    """The libraries named on the command line (files relative to the working directory), then those of the settings.

    A file that settings name must lie beside or below them, and they name no service: a cloned repository cannot point
    elsewhere. A service is not asked ``offline``.
    Where neither names any and ``default`` allows it, the user's own; ``none`` stands for none.
    """
    wanted = [(name, Path.cwd(), True) for name in names if name != NO_LIBRARY]
    for name in settings.libraries if NO_LIBRARY not in (*names, *settings.libraries) else ():
        home = config_home or Path.cwd()
        if is_address(name):
            message = f"library {name!r} in the settings is an address, which a paper cannot name; use --library"
            raise TexscholarError(message)
        if not (home / name).resolve().is_relative_to(home.resolve()):
            message = f"library {name!r} in the settings lies outside the paper's repository; name it with --library"
            raise TexscholarError(message)
        wanted.append((name, home, False))
    own = _own_libraries() if default and not (names or settings.libraries) else ()
    if not wanted and not own:
        yield ()
        return
    with ExitStack() as stack:
        opened: dict[str, AnyLibrary] = {}
        for name, home, is_asked in (*wanted, *((each, Path.home(), True) for each in own)):
            if offline and is_address(name):
                note(f"skipped: library {name}: --offline closes the network")
                continue
            try:
                with busy(f"reading library {name}"):
                    library = open_library_named(name, home, is_asked=is_asked)
            except TexscholarError as error:
                if wanted:  # else nobody named it: what it cannot give is no reason to give nothing
                    raise
                note(f"skipped: {error}")
                continue
            stack.callback(library.close)
            opened.setdefault(_content_hash([source.sha256 for source in library.manifest.sources]), library)
        yield tuple(opened.values())


def _own_libraries() -> tuple[str, ...]:
    """The libraries that are used without being named: those of the user's settings, else all that there are.

    None in continuous integration and in hooks: what these report must not depend on whose machine runs them.
    """
    if is_in_ci(os.environ) or any(map(os.environ.get, _HOOKS)):
        return ()
    chosen = disk.user_settings().libraries
    if chosen is not None:
        return tuple(name for name in chosen if name != NO_LIBRARY)
    if not (data_directory() / "libraries").is_dir():
        return ()
    from texscholar.library import list_libraries  # noqa: PLC0415 - as in open_libraries

    return tuple(info.name for info in list_libraries())


def open_library_named(name: str, home: Path, *, is_asked: bool = True) -> AnyLibrary:
    """The library that is called so: a name, a file or folder, an index that others keep, or the address of a service.

    Args:
        name: as it was written.
        home: where a relative path begins.
        is_asked: by the user and not by a paper's settings, which name no index and no service.

    Raises:
        TexscholarError: there is none, or it may not be used.
    """
    from texscholar.library import library_for  # noqa: PLC0415 - heavy, and many a run has no library

    if is_address(name) and is_asked:
        return open_service(name)
    is_path = "/" in name or os.sep in name
    shared = open_shared(name, home, is_path=True) if is_asked and is_path else None
    try:
        return shared or library_for(name, home)
    except TexscholarError:
        found = None if is_path else open_shared(name, home, is_path=False)
        if found is None:
            raise
        return found


def skipped_by(libraries: Sequence[AnyLibrary]) -> tuple[Skipped, ...]:
    """What went wrong with libraries while they were asked."""
    return tuple(each for library in libraries for each in library.skipped)


def library_facts(libraries: Sequence[AnyLibrary]) -> tuple[Mapping[str, object], ...]:
    """Name, number of records and content hash of each library."""
    return tuple(
        {
            "name": library.name,
            "records": len(library),
            "sha256": _content_hash([source.sha256 for source in library.manifest.sources]),
        }
        for library in libraries
    )


def run_facts(place: disk.Place, outcome: Outcome, libraries: Sequence[AnyLibrary], seed: int) -> RunFacts:
    """What a result rests on."""
    model = outcome.model
    lora = model.adapter if model else None
    return RunFacts(
        place.root.name,
        (model.name, model.sha256) if model else None,
        library_facts(libraries),
        seed,
        (lora.name, lora.sha256) if lora else None,
    )


def _content_hash(hashes: Sequence[str]) -> str:
    if len(hashes) == 1:
        return hashes[0]
    from hashlib import sha256  # noqa: PLC0415 - with the libraries

    return sha256("".join(hashes).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WantedModel:
    """The model that a command asks for.

    ``file`` or else ``variant`` names it, an installed one is taken if ``default``; ``lora`` goes on top of it.
    ``budget``: the seconds it may take in all, from ``started`` on; None for as long as it takes.
    """

    file: Path | None
    variant: str
    lora: Path | None
    budget: float | None
    started: float
    default: bool


@contextmanager
def open_model(wanted: WantedModel, seed: int) -> Iterator[Model | None]:
    """The model that is asked for; None with a line on why there is none."""
    path = wanted.file or _variant_file(wanted.variant, default=wanted.default)
    if path is None:
        if wanted.lora is not None:
            note("no model: --lora is for --model or --model-variant")
        yield None
        return
    from texscholar.lfm import AnswerCache, Budget, JobModel, open_local  # noqa: PLC0415 - check asks no model by itself

    budget = Budget(wanted.budget, since=wanted.started - ENDING)
    cache = AnswerCache(cache_directory() / "lfm" / "answers.sqlite3")
    opened = open_local(path, lora=wanted.lora, cache=cache)
    if isinstance(opened, Skipped):
        note(f"{opened}; going on with rules and ranking")
        yield None
        return
    with JobModel(opened, seed=seed, budget=budget) as model:
        yield model


def _variant_file(variant: str, *, default: bool) -> Path | None:
    if variant == "none" or (not variant and not default):
        return None
    from texscholar.lfm import VARIANTS as CATALOGUE  # noqa: PLC0415 - as in open_model
    from texscholar.lfm import installed  # noqa: PLC0415

    wanted = CATALOGUE[variant or VARIANTS[0]]
    found = installed(wanted, data_directory())
    if found is None:
        remedy = f"`texscholar model pull {wanted.name}` gets it"
        note(f"no model ({wanted.file} is not installed): rules and ranking decide; {remedy}")
    return found


def absolute(path: str) -> Path:
    """A path of the command line, links in it not followed."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links out of the repository
