"""``texscholar init``: sets up a paper's repository, as a diff first."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import __repository__, __version__, disk
from texscholar.cli import loading
from texscholar.cli.papers import roots_and_named
from texscholar.errors import Exit
from texscholar.latex import read_project
from texscholar.setup import (
    HOOKS,
    RECIPES,
    Hook,
    Proposal,
    fitted,
    how_to_chain,
    name_for,
    new_file,
    settings_file,
    with_drafts,
    with_hook,
    with_ignored,
    with_settings,
)
from texscholar.source import SourceText
from texscholar.suggest import FileChange, render_diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.source import Edit

_PRE_COMMIT = ".pre-commit-config.yaml"
_STAND_IN = "https://example.org/"  # a name that belongs to nobody: RFC 2606


@click.command()
@click.option("--apply", "apply_now", is_flag=True, help="Write the changes into the files.")
@click.option(
    "--hooks",
    type=click.Choice(["pre-commit", "git", "none"]),
    help="Which kind of hook.  [default: pre-commit, unless a plain one is there]",
)
@click.option("--ci", type=click.Choice(list(RECIPES)), multiple=True, help="Add the file for this CI (repeatable).")
@click.option(
    "--repository",
    default=__repository__,
    metavar="URL",
    help="Where hook and CI get texscholar from.",
    show_default=True,
)
@click.option("--latexmk", is_flag=True, help="Begin a .latexmkrc for drafts; one that is there gets the block anyway.")
def init(*, apply_now: bool, hooks: str | None, ci: tuple[str, ...], repository: str, latexmk: bool) -> int:
    """Propose settings, a hook and, with --ci, CI files for the papers below the working directory, as one diff.

    What is there already stays as it is, so a second run proposes nothing. `git apply` accepts the diff.
    """
    here = Path.cwd()
    top = disk.work_tree_top(here)
    site = _Site(here, top or here)
    proposal = _settings(site)
    proposal += with_drafts(lambda name: site.read(site.below(name)), site.below, begun=latexmk)
    installed: tuple[disk.Write, ...] = ()
    if top is None:
        left_out = "no git repository here: .gitignore, hook and CI file are left out; `git init` makes one"
        proposal += Proposal(notes=(left_out,))
    else:
        proposal += _ignored(site)
        kind = hooks or _usual_kind(site)
        if kind == "pre-commit":
            proposal += _pre_commit(site, repository)
        elif kind == "git":
            more, installed = _git_hooks(site)
            proposal += more
        for name in dict.fromkeys(ci):
            proposal += _ci_file(site, name, repository)
    if repository.startswith(_STAND_IN) and any(repository in change.new_text for change in proposal.changes):
        stands = f"{repository} stands for where you got texscholar from: give --repository URL"
        proposal += Proposal(notes=(stands,))
    _deliver(site, proposal, installed, apply_now=apply_now)
    return Exit.NOTHING


class _Site:
    """The folder that is set up, and the top of its repository; paths are relative to the top."""

    def __init__(self, here: Path, top: Path) -> None:
        self.place = disk.Place(top / "-", top)
        self.here, self.top = here, top
        self.folder = here.relative_to(top).as_posix()

    def below(self, name: str) -> str:
        """A file of the folder that is set up."""
        return name if self.folder == "." else f"{self.folder}/{name}"

    def read(self, path: str) -> SourceText | None:
        return disk.read_source(self.place, path)

    def changed(self, source: SourceText, *edits: Edit) -> Proposal:
        return Proposal((FileChange(source.path, source, edits),)) if edits else Proposal()


def _settings(site: _Site) -> Proposal:
    """Settings for the folder, unless some hold for it already."""
    _, home = disk.find_settings(disk.Place(site.here / "-", site.top))
    if home is not None:
        return Proposal()
    libraries = tuple(_unread_bibliographies(site))
    pyproject = site.read(site.below("pyproject.toml"))
    if pyproject is not None:
        return site.changed(pyproject, with_settings(pyproject, libraries))
    return Proposal((new_file(site.below(disk.CONFIG), settings_file(libraries)),))


def _unread_bibliographies(site: _Site) -> Iterator[str]:
    """Bibliographies below the folder that no paper of it reads, relative to the folder."""
    found = [file.relative_to(site.here).as_posix() for file in disk.files_below(site.here, ".bib")]
    roots, _ = roots_and_named((), site.top, site.here, changes_only=False)
    if not roots:
        loading.note("found no paper yet: no .tex file here begins a document")
    read: set[str] = set()
    for root in roots if found else ():
        place = disk.Place(site.top / root, site.top)
        project = read_project(place.root.name, loading.reader(place, None))
        read.update(place.shown(path) for path in project.bibliographies)
    yield from (name for name in found if site.place.shown(site.below(name)) not in read)


def _ignored(site: _Site) -> Proposal:
    source = site.read(".gitignore")
    made = with_ignored(source or SourceText(".gitignore", ""))
    if source is None:
        return Proposal((new_file(".gitignore", made[0].text),))
    return site.changed(source, *made)


def _usual_kind(site: _Site) -> str:
    """pre-commit, unless a plain hook that calls texscholar is in its place."""
    from texscholar.git import Repository  # noqa: PLC0415 - as in _git_hooks

    if site.read(_PRE_COMMIT) is not None:
        return "pre-commit"
    folder, _ = Repository.at(site.top).hooks_folder()
    existing = disk.read_bytes(folder / HOOKS[0], HOOKS[0])
    return "git" if existing is not None and b"texscholar check" in existing else "pre-commit"


def _pre_commit(site: _Site, repository: str) -> Proposal:
    files = "" if site.folder == "." else f"^{_escaped(site.folder)}/"
    hook = Hook(repository, f"v{__version__}", "texscholar-check", files)
    source = site.read(_PRE_COMMIT)
    made = with_hook(source or SourceText(_PRE_COMMIT, ""), hook)
    if not made:
        return Proposal()
    from texscholar.git import Repository  # noqa: PLC0415 - as in _git_hooks

    _, is_own = Repository.at(site.top).hooks_folder()
    refused = "core.hooksPath is set, where `pre-commit install` refuses: let a hook there run `pre-commit run`"
    note = f"when {_PRE_COMMIT} is as you want it, `pre-commit install` makes git use it" if is_own else refused
    if source is None:
        return Proposal((new_file(_PRE_COMMIT, made[0].text),), (note,))
    return site.changed(source, *made) + Proposal(notes=(note,))


def _escaped(text: str) -> str:
    """As a regular expression, with blanks and hyphens as they are."""
    return re.escape(text).replace("\\ ", " ").replace("\\-", "-")


def _git_hooks(site: _Site) -> tuple[Proposal, tuple[disk.Write, ...]]:
    """The hooks of plain git: in the diff where they are tracked, else as files that ``--apply`` writes."""
    from texscholar.git import Repository  # noqa: PLC0415 - heavy, and not every repository has git

    folder, is_own = Repository.at(site.top).hooks_folder()
    if not is_own and not folder.is_relative_to(site.top.resolve()):
        line = f"core.hooksPath names {folder}, which other repositories use too: left alone; docs/git.md tells more"
        return Proposal(notes=(line,)), ()
    proposal, installed = Proposal(), []
    for name in HOOKS:
        shown = Path(os.path.relpath(folder / name, site.top)).as_posix()
        existing = disk.read_bytes(folder / name, shown)
        ours = name_for(name, None if existing is None else existing.decode("utf-8", "replace"))
        if ours is None:
            continue
        if ours != name:
            proposal += Proposal(notes=(how_to_chain(name, shown),))
        path = shown.removesuffix(name) + ours
        if (folder / ours).exists():
            continue
        text = disk.shipped(f"hooks/{name}")
        if is_own:
            installed.append(disk.Write(folder / ours, path, None, text.encode(), executable=True))
        else:
            proposal += Proposal((new_file(path, text, executable=True),))
    return proposal, tuple(installed)


def _ci_file(site: _Site, name: str, repository: str) -> Proposal:
    """A CI recipe in its place, or besides where a file of the user's own lies there."""
    recipe = RECIPES[name]
    text = fitted(disk.shipped(f"docs/ci/{recipe.file}"), repository, site.folder)
    for target, note in ((recipe.target, ""), (recipe.besides, recipe.ask)):
        existing = site.read(target) if target else None
        if existing is None and target:
            notes = (note,) if note else ()
            return Proposal((new_file(target, text, executable=text.startswith("#!")),), notes)
        if existing is not None and "texscholar" in existing.text:
            return Proposal()
    return Proposal(notes=(f"{recipe.target} is a file of your own and stays as it is; docs/ci/{recipe.file} is ours",))


def _deliver(site: _Site, proposal: Proposal, installed: Sequence[disk.Write], *, apply_now: bool) -> None:
    changes = proposal.changes
    if apply_now:
        writes = disk.as_writes(site.place, ((each.path, each.old_bytes, each.new_bytes) for each in changes))
        disk.write_all((*map(_as_new, changes, writes), *installed))
    else:
        sys.stdout.buffer.write(render_diff(changes))
        sys.stdout.flush()
    for line in proposal.notes:
        loading.note(line)
    _sum_up([each.path for each in changes], [each.shown for each in installed], apply_now=apply_now)


def _as_new(change: FileChange, write: disk.Write) -> disk.Write:
    """The write, for a file that must not be there yet where the diff says that it is new."""
    return replace(write, old=None, executable=change.new_mode == "100755") if change.new_mode else write


def _sum_up(changed: Sequence[str], installed: Sequence[str], *, apply_now: bool) -> None:
    if not changed and not installed:
        loading.note("nothing to propose")
    elif apply_now:
        loading.note(f"wrote {', '.join((*changed, *installed))}")
    else:
        if installed:  # which no diff can hold: git keeps its own folder to itself
            loading.note(f"with --apply also {', '.join(installed)}")
        loading.note("`texscholar init` with the same options and --apply writes it; `git apply` at the top does too")
