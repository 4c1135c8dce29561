"""Reading big .bib files, and adding to any: ``python benchmarks/bibliographies.py [FOLDER ...]``.

``--build [--seed N] FILE ...`` instead: 500 works of these files of records and .bib files, sampled over types, go
through a library, are written into a .bib of BibTeX and one of biblatex, and papers are built with them: what LaTeX,
BibTeX and biber warn of.

Keys, places and cleaned titles of an 80,000-entry file are compared with bibtexparser, each in a process of its own;
then files of 1 to 64 MB show that time grows with size. For every .bib below the folders it is checked that reading
loses nothing, and that an added entry is a diff that only adds. CPU seconds; peak memory of the whole process.
"""

from __future__ import annotations

import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import pairwise, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from fixtures_building import SYSTEMS, warnings_of
from fixtures_imports import SAMPLES
from texscholar.bibtex import (
    Author,
    Bibliography,
    HouseStyle,
    Work,
    insert_entries,
    learn_style,
    make_key,
    plain,
    read_bibliography,
    render_entry,
)
from texscholar.errors import Skipped, TexscholarError
from texscholar.library import build_index, open_library, read_records
from texscholar.source import SourceText, apply_edits, decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from texscholar.library import Record

ENTRIES = 80_000
MEGABYTES = (1, 2, 4, 8, 16, 32, 64)
SEED = 20261121
SAMPLED = 500
STYLES = ("plain", "abbrv", "alpha", "plainnat", "abbrvnat")
FAMILIES = """
    Aalto Berger Chen Dvořák Eriksson Fischer Garc{\\'\\i}a Hoang Ivanov Jovanović Kowalska Lindqvist M{\\"u}ller Nguyen
    Okafor Petrov Quispe Rossi Şahin Tanaka Ueda Vasquez Wei{\\ss} Xu Yılmaz Zhang
""".split()  # noqa: SIM905 # names and words read best as text
GIVEN = """
    Anna Björn Chlo{\\'e} Dmitri Elif Fatima Giulia Hana Igor J{\\"u}rgen Katarzyna Liam Mei Noor Olga Pablo
""".split()  # noqa: SIM905
TERMS = """
    adaptive alignment annotation attention corpus decoding dialogue document domain embedding evaluation generation
    grammar graph knowledge language latent learning lexical machine modeling morphology multilingual neural noisy
    parsing probing question ranking reasoning retrieval robust semantic sentence simple speech syntax transfer
""".split()  # noqa: SIM905
# Letters of scripts that LaTeX does not load by itself.
FOREIGN = re.compile("[\u0400-\u1dff\u3000-\uffff]")
MONTHS = ("jan", "jul", "nov")
UNAVOIDABLE = "line removed, the last one without a line feed"
ADDED = Work(
    "A Made-Up Study of Additive Editing",
    (Author("Müller", "Jörg"), Author("Example Consortium")),
    2031,
    "Proceedings of the Imaginary Meeting",
    "10.5555/made-up",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one process needed to read a file."""

    entries: int
    seconds: float
    megabytes: float


def generated(count: int) -> Iterator[str]:
    """Entries like those of a conference anthology, the same in each run."""
    draw = random.Random(SEED)
    for number in range(count):
        year, term = draw.randint(1990, 2030), draw.choice(TERMS)
        people = 1 + min(int(draw.expovariate(0.5)), 30)
        first_page = number % 500
        fields = {
            "title": title(draw),
            "author": "  and\n      ".join(f"{draw.choice(FAMILIES)}, {draw.choice(GIVEN)}" for _ in range(people)),
            "booktitle": f"Proceedings of the {number % 60}th Annual Meeting on {term.title()}",
            "year": str(year),
            "address": "Online",
            "publisher": "Association for Examples",
            "url": f"https://example.org/{year}.{number}",
            "doi": f"10.5555/{year}.{number}",
            "pages": f"{first_page}--{first_page + 9}",
        }
        if draw.random() < 0.06:
            fields["abstract"] = " ".join(draw.choice(TERMS) for _ in range(draw.randint(60, 160)))
        lines = "".join(f'    {name} = "{value}",\n' for name, value in fields.items())
        yield f"@inproceedings{{{term}-{year}-{number},\n{lines}    month = {draw.choice(MONTHS)},\n}}\n\n"


def title(draw: random.Random) -> str:
    """A title with a word in braces now and then, and rarely a formula."""
    words = [draw.choice(TERMS) for _ in range(draw.randint(5, 12))]
    cased = [word.title() if draw.random() < 0.95 else f"{{{word.upper()}}}" for word in words]
    return " ".join(cased) + (r" with $\alpha$-Weights" if draw.random() < 0.02 else "")


def read_here(path: str, reader: str) -> Reading:
    """Keys, places and cleaned titles of a file, read in this process."""
    start = time.process_time()
    if reader == "bibtexparser":
        import bibtexparser  # noqa: PLC0415 # the peer

        found = len(bibtexparser.parse_string(Path(path).read_text(encoding="utf-8")).entries)
    else:
        bibliography = read_bibliography(decode(Path(path).read_bytes(), path))
        found = len([(entry.key, entry.span, plain(entry.get("title"))) for entry in bibliography.entries])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Reading(found, time.process_time() - start, peak)


def read_apart(path: Path, reader: str) -> Reading:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--read", str(path), reader]
    return Reading(**json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


def compare(folder: Path) -> None:
    """Ours against bibtexparser on the same file."""
    path = folder / "big.bib"
    path.write_text("".join(generated(ENTRIES)), encoding="utf-8")
    print(f"{ENTRIES} entries, {path.stat().st_size / 1e6:.1f} MB: keys, places, cleaned titles")
    for reader in ("texscholar", "bibtexparser"):
        reading = read_apart(path, reader)
        print(f"  {reader:14}{reading.entries:8} entries {reading.seconds:8.2f} s {reading.megabytes:8.0f} MB peak")


def grow() -> None:
    """MB/s at doubling sizes: entries alone, then all their fields; the best of three."""
    print("  MB   entries: s    MB/s   with fields: s    MB/s")
    unit = "".join(generated(2_000))
    for megabytes in MEGABYTES:
        source = SourceText("big.bib", unit * round(megabytes * 1e6 / len(unit.encode())))
        entries = best(partial(read_bibliography, source))
        fields = best(partial(read_fields, source))
        print(f"{megabytes:4}{entries:13.2f}{megabytes / entries:8.0f}{fields:17.2f}{megabytes / fields:8.0f}")


def read_fields(source: SourceText) -> int:
    """Read the entries and each of their fields."""
    return sum(len(entry.fields) for entry in read_bibliography(source).entries)


def best(work: Callable[[], object]) -> float:
    """The least CPU seconds of three runs."""
    seconds = []
    for _ in range(3):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return min(seconds)


def is_lossless(data: bytes, bibliography: Bibliography) -> bool:
    """The bytes come back, every place holds what it names, entries are ordered and disjoint."""
    source = bibliography.source
    sound = all(
        source.slice(entry.key_span) == entry.key
        and entry.span.contains(entry.key_span)
        and all(entry.span.contains(field.span) for field in entry.fields)
        and all(first.end <= second.start for first, second in pairwise(entry.fields))
        for entry in bibliography.entries
    )
    ordered = all(first.span.end <= second.span.start for first, second in pairwise(bibliography.entries))
    return source.encode() == data and sound and ordered


def removed_lines(before: bytes, after: bytes, folder: Path) -> str:
    """How many lines ``git diff`` calls removed; a dash for what it calls binary."""
    for name, data in (("before", before), ("after", after)):
        (folder / name).write_bytes(data)
    command = ["git", "diff", "--no-index", "--numstat", "--text", "before", "after"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout.split()[1].decode()


def is_valid(text: str) -> bool:
    """Whether bibtexparser finds a block in it, and none that it cannot parse."""
    import bibtexparser  # noqa: PLC0415 # the peer
    from bibtexparser.model import ParsingFailedBlock  # noqa: PLC0415

    library = bibtexparser.parse_string(text, parse_stack=[])
    repeats = (bibtexparser.model.DuplicateBlockKeyBlock, bibtexparser.model.DuplicateFieldKeyBlock)
    failed = [one for one in library.failed_blocks if isinstance(one, ParsingFailedBlock)]
    return bool(library.blocks) and all(isinstance(one, repeats) for one in failed)


def verdict(path: Path, folder: Path) -> str:
    """What is wrong with a file or with what is added to it; empty where nothing is."""
    data = path.read_bytes()
    try:
        source = decode(data, path.name)
    except TexscholarError as error:
        return error.message
    bibliography = read_bibliography(source)
    if not is_lossless(data, bibliography):
        return "LOST"
    style = learn_style(bibliography)
    key = make_key(ADDED, style, bibliography.taken)
    after = source.encode(apply_edits(source.text, insert_entries(bibliography, style, [(key, ADDED)])))
    if key not in read_bibliography(decode(after, path.name)).keys:
        return "NOT READ BACK"
    return about_removed(removed_lines(data, after, folder), source)


def about_removed(lines: str, source: SourceText) -> str:
    """Why a diff removes lines, if it does."""
    if lines in {"0", "-"}:
        return "" if lines == "0" else "binary to git"
    if lines == "1" and not source.text.endswith("\n"):
        return UNAVOIDABLE
    return f"{lines} lines removed ({'valid' if is_valid(source.text) else 'invalid'} file)"


def tabulate(root: Path, folder: Path) -> None:
    """One line for a folder of .bib files, then the files of which there is something to say."""
    paths = sorted(path for path in root.rglob("*.bib") if path.is_file())
    size = sum(path.stat().st_size for path in paths) / 1e6
    odd = [(path, said) for path in paths if (said := verdict(path, folder))]
    print(f"{root}: {len(paths)} files, {size:.2f} MB, {len(paths) - len(odd)} lossless with a purely additive entry")
    for said, count in Counter(said for _, said in odd).most_common():
        named = [str(path.relative_to(root)) for path, reason in odd if reason == said]
        print(f"  {count} {said}: " + ", ".join(named))


def sampled(paths: list[Path], folder: Path, seed: int) -> list[Work]:
    """Works of these files, as many of each type as can be, as a library gives them back."""
    draw = random.Random(seed)
    kinds: dict[tuple[str, str], list[Record]] = {}
    for path in paths:
        for row in read_records(path):
            if not isinstance(row, Skipped):
                kinds.setdefault((path.suffix, row.work.kind), []).append(row)
    for rows in kinds.values():
        draw.shuffle(rows)
    turns = zip_longest(*(rows[:SAMPLED] for _, rows in sorted(kinds.items())))
    # Some are the same work, or bear the same id in two files.
    chosen = [row for turn in turns for row in turn if row is not None][: SAMPLED + SAMPLED // 10]
    build_index(chosen, folder / "index")
    with open_library(folder / "index", "sample") as library:
        found = {row.id: row.work for each in chosen for row in library.by_id(each.id)}
    return list(found.values())[:SAMPLED]


def build(paths: list[Path], folder: Path, seed: int) -> None:
    """What is said against papers that cite a sample."""
    for kind, sample in SAMPLES.items():  # of each kind that an importer reads
        paths = [*paths, folder / f"{kind}-{sample.name}"]
        paths[-1].write_bytes(sample.data)
    works = sampled(paths, folder, seed)
    print(f"{len(works)} works: {dict(Counter(work.kind or 'none' for work in works).most_common())}")
    foreign = [work for work in works if FOREIGN.search(str(work))]
    latin = [work for work in works if work not in foreign]
    cases = (
        [("plain", style) for style in STYLES[:3]] + [("natbib", style) for style in STYLES[3:]] + [("biblatex", "")]
    )
    for name, style in cases:
        for label, ascii_only in (("UTF-8", False), ("ASCII", True)):
            house = HouseStyle(ascii_only=ascii_only, biblatex=name == "biblatex")
            for some, engine in filter(itemgetter(0), ((latin, "pdflatex"), (foreign, "xelatex"))):
                keys = [f"key{number}" for number in range(len(some))]
                entries = [render_entry(work, key, house, "utf-8") for key, work in zip(keys, some, strict=True)]
                said = warnings_of(folder, "\n\n".join(entries), keys, name, engine=engine, style=style)
                case = f"{SYSTEMS[name].program:7} {style or name:9} {label} {engine:8}"
                print(f"{case}: {len(some)} works, {len(said)} warnings", flush=True)
                print("".join(f"    {line}\n" for line in said), end="")


def main(arguments: list[str]) -> None:
    """Everything, or one reading for a process of its own."""
    if arguments[:1] == ["--build"]:
        seed, files = (int(arguments[2]), arguments[3:]) if arguments[1:2] == ["--seed"] else (SEED, arguments[1:])
        with tempfile.TemporaryDirectory() as name:
            build([Path(each) for each in files], Path(name), seed)
        return
    if arguments[:1] == ["--read"]:
        reading = read_here(*arguments[1:])
        print(json.dumps({"entries": reading.entries, "seconds": reading.seconds, "megabytes": reading.megabytes}))
        return
    with tempfile.TemporaryDirectory() as name:
        compare(Path(name))
        grow()
        for root in arguments:
            tabulate(Path(root), Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])
