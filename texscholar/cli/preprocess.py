"""``texscholar preprocess``: a draft with its suggestions for whoever builds without latexmk."""

from __future__ import annotations

import os
import re
import shlex
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.overlay import Reading
from texscholar.errors import Exit, TexscholarError
from texscholar.latex import read_project
from texscholar.report.draft import NOTES, SUFFIX, is_ours, render_draft
from texscholar.report.overlay import NOTHING

if TYPE_CHECKING:
    from texscholar.latex import Project

_INCLUDE = re.compile(r"\\include\s*\{([^{}\\#\"]+)/[^{}/]*\}")


@click.command()
@click.argument("paper", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "-o",
    "--output-directory",
    "folder",
    required=True,
    type=click.Path(file_okay=False),
    help="Where the draft goes; made if need be.",
)
def preprocess(paper: str, folder: str) -> int:
    """Write a draft of PAPER, a main .tex file, that shows its suggestions without latexmk.

    With `-o build`, build/main-draft.tex inputs main.tex and build/main-draft.txsovl holds the notes, those of
    .texscholar/suggestions.patch. No source is copied or changed; errors and SyncTeX lead to the author's files. TeX
    runs in the folder of PAPER. Files are written only where they change, and none that texscholar did not make.
    """
    place, out = disk.locate(Path(paper)), Path(os.path.realpath(folder))
    source = disk.read_source(place, place.root.name)
    if source is None:
        raise TexscholarError("leads out of the repository; name a main file inside it", path=paper)
    if is_ours(source.encode()):
        raise TexscholarError("is itself a draft that texscholar made; name the paper's main file", path=paper)
    stem = out / f"{place.root.stem}{SUFFIX}"
    where = Path(os.path.relpath(stem, os.path.realpath(place.home))).as_posix()
    draft = render_draft(place.root.name, f"{where}{NOTES}", source.text)
    if draft is None:
        raise TexscholarError(f"TeX reads no file of such a name; rename it, or {folder}", path=paper)
    # The notes name files as TeX does, which runs beside the main file.
    with chdir(place.home):
        notes = Reading(place).overlay(place.root.name)
    made = {Path(f"{stem}{NOTES}"): notes, Path(f"{stem}.tex"): draft}
    is_new = _written(made)
    disk.make_folders(out, _included(read_project(place.root.name, loading.reader(place, None))))
    _tell(f"{where}.tex", is_new=is_new, is_empty=notes == NOTHING)
    return Exit.NOTHING


def _written(made: dict[Path, str]) -> bool:
    """Whether a file had to be written.

    Raises:
        TexscholarError: another's file stands there; nothing was written then.
    """
    writes = []
    for file, text in made.items():
        shown = os.path.relpath(file)
        old = disk.read_bytes(file, shown)
        if file.is_symlink() or file.is_dir() or (old is not None and not is_ours(old)):
            message = "was not made by texscholar and is not overwritten; move it, or name another folder with -o"
            raise TexscholarError(message, path=shown)
        writes.append(disk.Write(file, shown, old, text.encode()))
    disk.write_all(writes)
    return any(write.old != write.new for write in writes)


def _included(project: Project) -> dict[str, None]:
    r"""The folders that `\include` writes to below the one that TeX writes to, which TeX does not make."""
    found = (match[1] for file in project.files for match in _INCLUDE.finditer(file.scan.code))
    return dict.fromkeys(found)


def _tell(draft: str, *, is_new: bool, is_empty: bool) -> None:
    folder = draft.rpartition("/")[0]
    command = shlex.join(["pdflatex", *([f"-output-directory={folder}"] if folder else []), draft])
    if is_empty:
        loading.note("no suggestions to show; `texscholar fill --output .texscholar/suggestions.patch` makes some")
    if is_new:
        loading.note(f"wrote {draft}; beside the main file, `{command}` builds it")
    else:
        loading.note(f"{draft} is as it should be")
