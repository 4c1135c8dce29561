"""Speed and size of libraries: ``python benchmarks/library.py FILE... [--queries N]``.

The records of the files (``.jsonl[.gz]``, ``.bib``) are indexed in a process of its own; peak memory is that of it and
the processes it starts. Then queries are searched, the top 30 as records. A query is a record's title and words that
follow one another in its abstract, 20 in all, drawn with a fixed seed. SQLite's FTS5 indexes the same records with its
Porter stemmer and answers the same words joined by OR, by its BM25 with the same kind of weight on titles.

``python benchmarks/library.py --sizes 100000 1000000 -- FILE...`` shows how cost grows: for each size a library of so
many records is made by ``texscholar library add``, searched, and refreshed after a small file changed, while ten
processes go on searching it. Records beyond those of the files are copies that are varied systematically: the first
half of title and abstract of one record with the second half of another's and the authors of a third, under an id and
DOI of its own. Of these searches each word is looked for in two fields, title and text, or in all four.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

import orjson

from texscholar.errors import Skipped
from texscholar.library import STOP_WORDS, Library, build_index, library_for, open_library, terms
from texscholar.library.reading import SecondReader, read_prepared
from texscholar.library.records import Record, read_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from texscholar.library.merging import Prepared

TOP = 30
WORDS = 20
SEED = 0
POLL = 0.05  # seconds between two looks at the memory
LEAST = 100  # words of an abstract that a query is drawn from
READERS = 10
STEPS = 7919, 104_729  # primes: how far apart the records lie that a copy is made of, and those it has its authors from
NAME = "measured"
TEXSCHOLAR = (sys.executable, "-m", "texscholar")


def records(files: Iterable[Path]) -> Iterator[Record]:
    """The records of the files."""
    return (row for file in files for row in read_records(file) if not isinstance(row, Skipped))


def make_index(files: Sequence[Path], directory: Path) -> None:
    """Index the files as ``texscholar library add`` does."""
    build_index(prepared_rows(files), directory)


def prepared_rows(files: Sequence[Path]) -> Iterator[Prepared | Skipped]:
    """What becomes of the files; the second process ends with the last of them."""
    with SecondReader() as second:
        for file in files:
            yield from read_prepared(file, second)


def make_sqlite(files: Sequence[Path], file: Path) -> None:
    """Index the files with FTS5."""
    with sqlite3.connect(file) as database:
        database.execute(
            "create virtual table works using fts5(title, authors, venue, abstract, tokenize='porter unicode61')"
        )
        rows = (
            (work.title, " ".join(author.family for author in work.authors), work.venue, work.abstract)
            for work in (record.work for record in records(files))
        )
        database.executemany("insert into works values (?, ?, ?, ?)", rows)
        database.execute("insert into works(works) values ('optimize')")


def resident(pid: int) -> int:
    """Bytes in memory of a process and all it has started, as Linux counts them; 0 elsewhere."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split()
    except OSError:
        return 0
    match = re.search(r"VmRSS:\s*(\d+)", status)
    return (int(match[1]) * 1024 if match else 0) + sum(resident(int(child)) for child in children)


def measured(step: str, files: Sequence[Path], target: Path) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak memory in MB of one of the two steps in a fresh process."""
    return watched([sys.executable, __file__, "--step", step, "--target", str(target), *map(str, files)])


def watched(command: Sequence[str]) -> tuple[float, float, float]:
    """Seconds, CPU seconds and peak memory in MB of a command with all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen(command)
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(POLL)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, peak / 1e6


def draw_queries(files: Sequence[Path], number: int) -> list[str]:
    """Titles with words of the abstracts, of records drawn by chance."""
    known = [
        (record.work.title, record.work.abstract)
        for record in records(files)
        if record.work.abstract.count(" ") >= LEAST
    ]
    draw = random.Random(SEED)
    queries = []
    for title, abstract in draw.sample(known, min(number, len(known))):
        words, rest = title.split()[: WORDS // 2], abstract.split()
        start = draw.randrange(len(rest) - WORDS)
        queries.append(" ".join((*words, *rest[start : start + WORDS - len(words)])))
    return queries


def times(search: Callable[[str], object], queries: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, after a few queries to warm up."""
    for query in queries[:10]:
        search(query)
    taken = []
    for query in queries:
        start = time.perf_counter()
        search(query)
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken), quantiles(taken, n=20)[-1]


def sqlite_search(database: sqlite3.Connection, query: str) -> list[tuple[str, ...]]:
    """The best rows, by the same words and without stop words, as ours."""
    words = dict.fromkeys(
        word for word in re.findall(r"\w+", query.lower()) if not STOP_WORDS.issuperset(terms(word) or ("the",))
    )
    wanted = " OR ".join(f'"{word}"' for word in words)
    return database.execute(
        f"select * from works where works match ? order by bm25(works, 1.4, 0.8, 0.1, 1.0) limit {TOP}", (wanted,)
    ).fetchall()


def size(path: Path) -> float:
    """Megabytes on disk."""
    files = path.iterdir() if path.is_dir() else (path,)
    return sum(file.stat().st_size for file in files) / 1e6


def write_varied(files: Sequence[Path], size: int, target: Path) -> None:
    """So many records as JSON lines: some of those in the files, or all of them and varied copies."""
    base = [varied(record) for record in records(files)]
    step = max(1, len(base) // size)
    with target.open("wb") as file:
        for number in range(size):
            copy, at = divmod(number * step if size < len(base) else number, len(base))
            row = base[at]
            if copy:
                other, third = (base[(at + copy * far) % len(base)] for far in STEPS)
                row = row | {name: halves(row[name], other[name]) for name in ("title", "abstract")}
                row |= {"authors": third["authors"], "id": f"{row['id']}~{copy}"}
                row |= {"doi": f"{row['doi']}.{copy}" if row["doi"] else ""}
            file.write(orjson.dumps(row) + b"\n")


def varied(record: Record) -> dict[str, Any]:
    """A record as a line of JSON has it."""
    work = record.work
    names = [f"{author.given} {author.family}".strip() for author in work.authors]
    told = {"id": record.id, "title": work.title, "authors": names, "year": work.year, "venue": work.venue}
    return told | {"doi": work.doi, "type": work.kind, "abstract": work.abstract, "bibkey": record.key}


def halves(first: str, other: str) -> str:
    """The first half of the words of one text and the second half of those of another."""
    ours, theirs = first.split(), other.split()
    return " ".join((*ours[: (len(ours) + 1) // 2], *theirs[len(theirs) // 2 :]))


def sizes(files: Sequence[Path], wanted: Sequence[int], number: int) -> None:
    """The table of cost by size."""
    queries = draw_queries(files, number)
    print("| records | works | add, s | CPU s | peak, MB | index, MB | kept, MB | ms, 2 fields | p95 | ms, all | p95 |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    notes = []
    for size_ in wanted:
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {"TEXSCHOLAR_DATA_DIR": folder, "TEXSCHOLAR_CACHE_DIR": f"{folder}/cache"}
            path = Path(folder, "varied.jsonl")
            subprocess.run([sys.executable, __file__, "--step", str(size_), "--target", path, *files], check=True)
            added = watched([*TEXSCHOLAR, "library", "add", str(path), "--name", NAME])
            with library_for(NAME, Path(folder)) as library:
                works = len(library)
                two = times(lambda query: library.search_terms({}, TOP, dict.fromkeys(words(query), 1.0)), queries)
                four = times(lambda query: library.search(query, TOP), queries)
            index, kept = (
                sum(map(size, Path(folder, "libraries").glob(f"{NAME}@{which}"))) for which in ("*[0-9a-f]", "sources")
            )
            costs = " | ".join(f"{each:.1f}" for each in (*added, index, kept, *two, *four))
            print(f"| {size_} | {works} | {costs} |", flush=True)
            notes.append(f"{size_} records: {refreshed(folder, path, queries)}")
    print("", *notes, sep="\n")


def words(query: str) -> list[str]:
    """The terms of a query that are looked for."""
    return [term for term in terms(query) if term not in STOP_WORDS]


def refreshed(folder: str, path: Path, queries: Sequence[str]) -> str:
    """How long a refresh takes that finds one new record, and how ten readers fare meanwhile."""
    asked = Path(folder, "queries")
    asked.write_text("\n".join(queries), "utf-8")
    second = Path(folder, "second.jsonl")
    second.write_text('{"id": "one", "title": "One more record", "authors": ["A. Ng"]}\n')
    subprocess.run([*TEXSCHOLAR, "library", "add", path, second, "--name", NAME], check=True, stdout=subprocess.DEVNULL)
    second.write_text('{"id": "two", "title": "Another record", "authors": ["A. Ng"]}\n')
    reading = [sys.executable, __file__, "--step", "read", "--target", folder, asked]
    readers = [subprocess.Popen(reading, stdout=subprocess.PIPE, text=True) for _ in range(READERS)]
    seconds, cpu, peak = watched([*TEXSCHOLAR, "library", "refresh", NAME])
    Path(folder, "stop").touch()
    told = [reader.communicate()[0].split() for reader in readers]
    failed = sum(reader.returncode != 0 for reader in readers)
    searches = sum(int(count) for count, _ in told)
    middle = median(float(each) for _, each in told)
    return (
        f"a refresh that reads one small file {seconds:.1f} s ({cpu:.1f} CPU s, {peak:.0f} MB), meanwhile "
        f"{READERS} readers searched {searches} times, {middle:.1f} ms in the median; {failed} of them failed"
    )


def read_on(folder: Path, asked: Path) -> None:
    """Search until told to stop, the library opened anew each time, as a command does; print how often and how fast."""
    taken = []
    queries = asked.read_text("utf-8").splitlines()
    while not Path(folder, "stop").exists():
        query = queries[len(taken) % len(queries)]
        start = time.perf_counter()
        with library_for(NAME, folder) as library:
            assert library.search(query, TOP)
        taken.append((time.perf_counter() - start) * 1000)
    print(len(taken), median(taken))


def report(
    library: Library, rows: Sequence[tuple[str, tuple[float, float, float], float, tuple[float, float]]]
) -> None:
    """The table, and how many times as fast and as small we are."""
    print(f"{len(library)} works, top {TOP}, {WORDS} words a query, {os.cpu_count()} cores\n")
    print("| | seconds | CPU seconds | peak memory, MB | on disk, MB | ms a search, median | p95 |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, (seconds, cpu, peak), disk, (middle, high) in rows:
        print(f"| {name} | {seconds:.1f} | {cpu:.1f} | {peak:.0f} | {disk:.0f} | {middle:.2f} | {high:.2f} |")
    print(f"\na search takes 1/{rows[1][3][0] / rows[0][3][0]:.0f} of SQLite's time")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--queries", type=int, default=200)
    options.add_argument("--sizes", nargs="+", type=int, help="how cost grows: numbers of records")
    options.add_argument("--step", help=argparse.SUPPRESS)
    options.add_argument("--target", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.step in {"index", "sqlite"}:
        {"index": make_index, "sqlite": make_sqlite}[chosen.step](chosen.files, chosen.target)
        return
    if chosen.step == "read":
        read_on(chosen.target, chosen.files[0])
        return
    if chosen.step:
        write_varied(chosen.files, int(chosen.step), chosen.target)
        return
    if chosen.sizes:
        sizes(chosen.files, chosen.sizes, chosen.queries)
        return
    with tempfile.TemporaryDirectory() as folder:
        index, file = Path(folder, "index"), Path(folder, "sqlite.db")
        ours, theirs = measured("index", chosen.files, index), measured("sqlite", chosen.files, file)
        queries = draw_queries(chosen.files, chosen.queries)
        with open_library(index, "measured") as library, sqlite3.connect(file) as database:
            found = times(lambda query: library.search(query, TOP), queries)
            peers = times(lambda query: sqlite_search(database, query), queries)
            rows = [("texscholar", ours, size(index), found), ("SQLite FTS5", theirs, size(file), peers)]
            report(library, rows)


if __name__ == "__main__":
    main()
