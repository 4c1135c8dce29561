"""Whether notes in a draft move words, and what they cost: ``python benchmarks/overlay.py FOLDER [FOLDER ...]``.

A FOLDER holds papers, one a folder; of each the likeliest main file counts. A copy of the paper is filled without a
model, then built twice by latexmk from nothing, without and with notes, by the paper's own engine, no shell escape, no
configuration of its own, a dot in place of each missing figure. Told of each: words and pages of the PDF without
notes; notes of the overlay, those that stand in the body, and those with their text and not just their number; words
that do not stand where they stood, by ``pdftotext -bbox``; words of notes that touch a word of the author's, another
note's or the end of the page; passes of TeX without and with notes.
``--min-confidence 0`` puts a note at every sentence that cites nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from related_work import LUA, UNICODE, head, lend_figures, read, row

from texscholar import disk
from texscholar.latex import TEX_SUFFIXES, Documents
from texscholar.setup import LATEXMKRC
from texscholar.source import SourceText, decode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEAR = 0.05  # points, the rounding of PDF
TOUCH = 0.7  # points that boxes of words may share: they are as high as the font, not as the letters
SECONDS = 900  # for one latexmk
NOTE = re.compile(r"\\txs@add\{.*?\}\{\d+\}\{(\d+)\}")


class Word(NamedTuple):
    """A word of a page with its box, in points from the upper left corner."""

    page: int
    text: str
    left: float
    top: float
    right: float
    bottom: float

    def is_at(self, other: Word) -> bool:
        return abs(self.left - other.left) < NEAR and abs(self.top - other.top) < NEAR

    def touches(self, other: Word) -> bool:
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return self.page == other.page and across > TOUCH and down > TOUCH


@dataclass(frozen=True)
class Built:
    """A PDF's words, the sizes of its pages by their numbers, the passes of TeX, and latexmk's exit code."""

    words: tuple[Word, ...]
    sizes: dict[int, tuple[float, float]]
    passes: int
    code: int


def roots(folder: Path) -> Iterator[Path]:
    """The likeliest main file of each paper."""
    for home in sorted(each for each in folder.iterdir() if each.is_dir()):
        paths = [file.relative_to(home).as_posix() for file in disk.files_below(home, TEX_SUFFIXES)]

        def source(path: str, home: Path = home) -> SourceText | None:
            return decode((home / path).read_bytes(), path) if (home / path).is_file() else None

        found = Documents(paths, source).roots
        if found:
            yield home / found[0]


def words(pdf: Path) -> tuple[tuple[Word, ...], dict[int, tuple[float, float]]]:
    """The words of a PDF and the sizes of its pages."""
    shown = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, check=True).stdout.decode()
    found: list[Word] = []
    sizes: dict[int, tuple[float, float]] = {}
    box = r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)"'
    for match in re.finditer(rf'<page width="(.*?)" height="(.*?)"|<word {box}>(.*?)</word>', shown):
        if match[1]:
            sizes[len(sizes) + 1] = float(match[1]), float(match[2])
        else:
            found.append(Word(len(sizes), match[7], *map(float, match.groups()[2:6])))
    return tuple(found), sizes


def build(root: Path, *, notes: bool) -> Built | None:
    """What latexmk makes of a paper; None where that is no PDF."""
    text = "".join(re.sub(r"(?<!\\)%(?!\s*!TEX).*", "", read(path)) for path in root.parent.rglob("*.tex"))
    engine = "-lualatex" if LUA.search(text) else "-xelatex" if UNICODE.search(text) else "-pdf"
    options = (engine, "-f", "-interaction=nonstopmode", "-latexoption=-no-shell-escape")
    command = ["latexmk", "-norc", *options, *(("-r", str(LATEXMKRC)) if notes else ()), root.name]
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "texscholar"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m texscholar "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        environment = {**os.environ, "TEXSCHOLAR": str(program)}
        try:
            done = subprocess.run(
                command,
                cwd=root.parent,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None
    pdf = root.with_suffix(".pdf")
    if not pdf.is_file() or "Output written on" not in read(root.with_suffix(".log")):
        return None
    told = done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    passes = sum(line.startswith("Run number ") and "latex'" in line for line in told.splitlines())
    return Built(*words(pdf), passes, done.returncode)


def is_cut(word: Word, other: Word) -> bool:
    """Whether pdftotext only took one word for two, or two for one: letters that begin in the same place."""
    alike = word.text.startswith(other.text) or other.text.startswith(word.text)
    level = abs(word.top - other.top) < NEAR or abs(word.bottom - other.bottom) < NEAR
    return alike and level and abs(word.left - other.left) < NEAR


def parted(plain: Built, draft: Built) -> tuple[list[Word], list[Word]]:
    """The author's words that moved, and the words of notes in the body."""
    there: defaultdict[tuple[int, str], list[Word]] = defaultdict(list)
    pages: defaultdict[int, list[Word]] = defaultdict(list)
    for word in draft.words:
        there[word.page, word.text].append(word)
        pages[word.page].append(word)
    moved = []
    for word in plain.words:
        same = next((each for each in there[word.page, word.text] if each.is_at(word)), None)
        if same is not None:
            there[word.page, word.text].remove(same)
        elif not any(is_cut(word, each) for each in pages[word.page]):
            moved.append(word)
    return moved, [word for left in there.values() for word in left if word.page in plain.sizes]


def touching(found: Sequence[Word], others: Sequence[Word]) -> int:
    """How many words of notes touch one of some words."""
    by_page: defaultdict[int, list[Word]] = defaultdict(list)
    for word in others:
        by_page[word.page].append(word)
    return sum(any(each is not word and word.touches(each) for each in by_page[word.page]) for word in found)


def beyond(found: Sequence[Word], sizes: dict[int, tuple[float, float]]) -> int:
    """How many words of notes end outside their page."""
    return sum(word.right > sizes[word.page][0] or word.bottom > sizes[word.page][1] for word in found)


def measure(root: Path, home: Path, confidence: str) -> tuple[object, ...]:
    """The cells of a paper's row, or why there are none."""
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / name for name in ("plain", "draft")]
        for copy in copies:
            ignored = shutil.ignore_patterns(".git", ".texscholar", "latexmkrc", ".latexmkrc")
            shutil.copytree(home, copy, symlinks=True, ignore=ignored)
            place = copy / root.relative_to(home)
            lend_figures(copy, place.parent)
            for stale in (place.with_suffix(suffix) for suffix in (".aux", ".bbl", ".fdb_latexmk", ".pdf")):
                stale.unlink(missing_ok=True)
        there = [copy / root.relative_to(home) for copy in copies]
        fill = ("fill", root.name, "--model-variant", "none", "--output", ".texscholar/suggestions.patch")
        done = subprocess.run(
            [sys.executable, "-m", "texscholar", *fill, *(("--min-confidence", confidence) if confidence else ())],
            cwd=there[1].parent,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return (f"fill: {done.stderr.decode('utf-8', 'replace').strip().splitlines()[-1]}",)
        start = time.perf_counter()
        plain, draft = build(there[0], notes=False), build(there[1], notes=True)
        if plain is None or draft is None:
            return ("not built" if plain is None else "not built with notes",)
        numbers = set(NOTE.findall(read(there[1].with_suffix(".txsovl"))))
        moved, ours = parted(plain, draft)
        placed = {word.text for word in ours} & numbers
        lines = {(word.page, round(word.top / 2)) for word in ours if word.text not in numbers}
        told = [word for word in ours if word.text in numbers and (word.page, round(word.top / 2)) in lines]
        touched = (touching(ours, plain.words), touching(ours, ours), beyond(ours, plain.sizes))
        codes = "" if plain.code == draft.code else f", exit {plain.code} and {draft.code}"
        counts = (len(plain.words), len(plain.sizes), len(numbers), len(placed), len(told), len(moved), *touched)
        return (*counts, f"{plain.passes}, {draft.passes}{codes}", f"{time.perf_counter() - start:.0f}")


def main() -> None:
    """A row a paper."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--only", default="", help="papers whose name holds this")
    parser.add_argument("--min-confidence", default="", help="as that of texscholar fill")
    options = parser.parse_args()
    names = ("words", "pages", "notes", "placed", "with text", "words moved")
    head("paper", *names, "on words", "on notes", "off the page", "passes", "s")
    for folder in options.folder:
        for root in roots(folder.resolve()):
            home = folder.resolve() / root.relative_to(folder.resolve()).parts[0]
            if options.only in home.name:
                row(home.name, *measure(root, home, options.min_confidence))


if __name__ == "__main__":
    main()
