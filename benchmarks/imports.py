"""Whether files come in whole: ``python benchmarks/imports.py FILE...``.

Of each file (``.bib`` and JSON lines) what is listed is counted without our readers and compared with the records and
named parts that come out: entries by how they begin, at a line or behind a brace, and lines that are not blank. It ends
with 1 where they differ.
"""

from __future__ import annotations

import argparse
import gzip
import re
import sys
from collections import Counter
from pathlib import Path

from texscholar.errors import Skipped
from texscholar.library.records import read_records

ENTRY = re.compile(rb"(?:^|})[ \t\x80-\xff]*@[ \t]*([A-Za-z]+)[ \t]*[{(]", re.MULTILINE)
NO_ENTRIES = frozenset((b"comment", b"string", b"preamble"))


def listed(file: Path) -> int:
    """How many works a file lists."""
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    if ".bib" in file.suffixes:
        return sum(found[1].lower() not in NO_ENTRIES for found in ENTRY.finditer(data))
    return sum(not line.isspace() for line in data.splitlines(keepends=True))


def main() -> None:
    """Count and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    print("| file | listed | records | left out | why |")
    print("|---|---:|---:|---:|---|")
    differ = False
    for file in options.parse_args().files:
        rows = list(read_records(file))
        skipped = [row for row in rows if isinstance(row, Skipped)]
        why = ", ".join(f"{count} {reason}" for reason, count in Counter(row.reason for row in skipped).most_common())
        expected = listed(file)
        differ |= expected != len(rows)
        print(f"| {file.name} | {expected} | {len(rows) - len(skipped)} | {len(skipped)} | {why} |")
    sys.exit(differ)


if __name__ == "__main__":
    main()
