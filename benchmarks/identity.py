"""How well works are told apart: ``python benchmarks/identity.py FILE FILE... [--errors N]``.

Records of different files that share a DOI are one work; the DOI is hidden from the matcher, which is the one that
``texscholar library add`` uses. What it joins is right where the DOIs are the same, and wrong where both have one and
they differ; what has no DOI is not judged, nor what has one of 10.5555, a prefix under which the ACM lists works that
have no DOI or that of another publisher. Two DOIs of the ACM with the same number of the paper are one: papers of its
conferences were printed in its newsletters as well. Where a file tells no DOI, an id that is one counts as one.

Traps are pairs of records, of one file or two, with the same title or with titles that differ in digits only, and with
different DOIs. Pairs are split into two halves by a hash of the DOI: thresholds are chosen on the first.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.bibtex.matching import FORMS, facts, matchable
from texscholar.bibtex.work import is_placeholder_doi, normalise_doi
from texscholar.errors import Skipped
from texscholar.library.grouping import Grouping, clues_of
from texscholar.library.records import read_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from texscholar.bibtex import Work

    Pair = tuple[int, int]

ACM = re.compile(r"10\.1145/\d+\.(?=\d+$)")  # before the number of a paper, which it keeps in a second volume
HALVES = ("tuning", "held out")
MOST = 2_000  # records of one title that are compared with one another


@dataclass(frozen=True)
class Described:
    """A record: the number of its file, its id, its DOI if that is registered, and the work without it."""

    file: int
    id: str
    doi: str
    work: Work


def described(files: Sequence[Path]) -> Iterator[Described]:
    """The records of the files, their DOIs taken out."""
    for number, file in enumerate(files):
        for row in read_records(file):
            if not isinstance(row, Skipped):
                doi = row.work.doi or normalise_doi(row.id)
                kept = "" if is_placeholder_doi(doi) else ACM.sub("10.1145/", doi)
                fields = tuple(pair for pair in row.work.fields if pair[0].lower() not in {"doi", "url"})
                yield Described(number, f"{number} {row.id}", kept, replace(row.work, doi="", fields=fields))


def works(found: Iterable[tuple[str, Work]]) -> list[int]:
    """For each description, with its id, the number of its work."""
    with tempfile.TemporaryDirectory() as folder, Grouping(Path(folder)) as grouping:
        count = 0
        for name, work in found:
            grouping.add(clues_of(work, f"{name} {work}".encode("utf-8", "replace")))
            count += 1
        numbers = list(range(count))
        for group in grouping.works().values():
            for member in group:
                numbers[member] = group[0]
    return numbers


def pairs(groups: Iterable[Sequence[int]]) -> Iterator[Pair]:
    """All pairs within each group."""
    for group in groups:
        yield from combinations(sorted(group), 2)


def groups(keys: Iterable[object]) -> list[list[int]]:
    """The places of each key that occurs more than once; an empty key is none."""
    found: dict[object, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        if key:
            found[key].append(place)
    return [group for group in found.values() if len(group) > 1]


def half(doi: str) -> str:
    """Which half a DOI belongs to."""
    return HALVES[blake2b(doi.encode(), digest_size=1).digest()[0] & 1]


def missed_because(first: Work, other: Work) -> str:
    """What keeps two descriptions of one work apart."""
    titles = matchable(first.title), matchable(other.title)
    if titles[0] != titles[1]:
        part = titles[0].startswith(titles[1]) or titles[1].startswith(titles[0])
        return "one has a subtitle" if part else "another title"
    here, there = facts(first), facts(other)
    if {here.first, here.last}.isdisjoint((there.first, there.last)):
        return "other names of the first and last author"
    if here.year != there.year:
        return "another year"
    return "another form of publication" if here.form != there.form else "a companion of the proceedings"


def wrong_because(first: Work, other: Work) -> str:
    """Why two works were taken for one."""
    if matchable(first.title) != matchable(other.title):
        return "title and subtitle"
    forms = {FORMS[facts(work).form] for work in (first, other)}
    return "journal and conference in one year" if forms != {"part"} else "two conferences or sessions in one year"


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--errors", type=int, default=0, help="print so many of each half")
    chosen = options.parse_args()
    known = list(described(chosen.files))
    number = works((each.id, each.work) for each in known)
    truth = {pair for pair in pairs(groups(each.doi for each in known)) if known[pair[0]].file != known[pair[1]].file}
    joined = {
        (one, two) for one, two in pairs(groups([f"w{each}" for each in number])) if known[one].doi and known[two].doi
    }
    across = {pair for pair in joined if known[pair[0]].file != known[pair[1]].file}
    print(f"{len(known)} records, {len(truth)} pairs of two files share a DOI\n")
    print("| half | pairs | found | missed | wrong | precision | recall |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in HALVES:
        real, told = ({pair for pair in each if half(known[pair[0]].doi) == name} for each in (truth, across))
        right = len(real & told)
        row = f"| {name} | {len(real)} | {right} | {len(real - told)} | {len(told - real)}"
        print(f"{row} | {right / max(1, len(told)):.4f} | {right / max(1, len(real)):.4f} |")
    report_traps(known, number, joined)
    report_errors(known, truth, across, chosen.errors)


def report_traps(known: Sequence[Described], number: Sequence[int], joined: set[Pair]) -> None:
    """How many pairs of different works with equal or near titles were taken for one, with and without their DOIs."""
    seen = works((each.id, replace(each.work, doi=each.doi)) for each in known)
    titles = [matchable(each.work.title) if each.doi else "" for each in known]
    bare = ["".join(char for char in title if not char.isdecimal()) for title in titles]
    print("\n| traps | pairs | joined without DOIs | joined with them |")
    print("|---|---:|---:|---:|")
    for name, keys in (("the same title", titles), ("titles that differ in digits", bare)):
        traps = [
            (one, two)
            for one, two in pairs(group[:MOST] for group in groups(keys))
            if known[one].doi != known[two].doi and (keys is titles or titles[one] != titles[two])
        ]
        hidden, visible = (sum(told[one] == told[two] for one, two in traps) for told in (number, seen))
        print(f"| {name} | {len(traps)} | {hidden} | {visible} |")
    wrong = sum(known[one].doi != known[two].doi for one, two in joined)
    print(f"\nof {len(joined)} joined pairs of one file or two {wrong} have different DOIs")


def report_errors(known: Sequence[Described], truth: set[Pair], across: set[Pair], most: int) -> None:
    """What was missed and what was joined wrongly, by reason, and some of each."""
    for name, errors, reason in (("missed", truth - across, missed_because), ("wrong", across - truth, wrong_because)):
        why = {pair: reason(known[pair[0]].work, known[pair[1]].work) for pair in errors}
        print(f"\n{name}: " + ", ".join(f"{count} {text}" for text, count in Counter(why.values()).most_common()))
        for pair in sorted(errors, key=lambda pair: (why[pair], pair))[:most]:
            print(f"- {why[pair]}: " + " | ".join(shown(known[place]) for place in pair))


def shown(one: Described) -> str:
    """A record on one line."""
    names = ", ".join(author.family for author in one.work.authors[:3])
    return f"{one.work.title} ({names}, {one.work.year}, {one.work.venue[:60]}, {one.doi})"


if __name__ == "__main__":
    main()
