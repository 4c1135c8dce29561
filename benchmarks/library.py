"""Speed and size of libraries: ``python benchmarks/library.py FILE... [--queries N]``.

The records of the files (``.jsonl[.gz]``, ``.bib``) are indexed in a process of its own; peak memory is that of it and
the processes it starts. Then queries are searched, the top 30 as records. A query is a record's title and words that
follow one another in its abstract, 20 in all, drawn with a fixed seed. SQLite's FTS5 indexes the same records with its
Porter stemmer and answers the same words joined by OR, by its BM25 with the same kind of weight on titles.
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
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.library import STOP_WORDS, Library, build_index, open_library, terms
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
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start, peak = time.perf_counter(), 0
    process = subprocess.Popen([sys.executable, __file__, "--step", step, "--target", str(target), *map(str, files)])
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(POLL)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{step} failed")
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
    options.add_argument("--step", choices=("index", "sqlite"), help=argparse.SUPPRESS)
    options.add_argument("--target", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.step:
        {"index": make_index, "sqlite": make_sqlite}[chosen.step](chosen.files, chosen.target)
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
