"""How well the support of a sentence tells whether a work bears it out: sentences that cite one work, true and false.

    python benchmarks/support.py DATA_FOLDER

The folder holds ``scisummnet_citances.jsonl.gz``, ``scisummnet_reference_papers.json.gz`` and
``corpora/acl_anthology.jsonl.gz``. A true pair is a sentence with the work that it cites; false ones are the same
sentence with another work, one at random and one of the ten nearest in topic by BM25 with the title as query, and the
same work with a sentence whose second half is of one about something else.
Thresholds are chosen on one half of the cited works and reported on the other.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from texscholar.bibtex import Author, Work
from texscholar.evaluate.bm25 import counted, of_documents
from texscholar.recommend.evidence import content_terms
from texscholar.related_work.support import content_words, source_of, support

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SEED = 0
MOST_OF_A_WORK = 20  # sentences
NEAREST = 10
FEWEST_WORDS = 4  # content words of a sentence
MOST_PASSING = 0.02  # of the sentences with a work near in topic
TRUE, RANDOM, NEAR, MIXED = range(4)
THRESHOLDS = tuple(step / 20 for step in range(2, 20))

_NAMES = r"[A-ZÀ-Þ][\w'’-]+(?:(?:,| and| &| et al\.?,?)+ ?[A-ZÀ-Þ]?[\w'’-]*)*"
_MARKERS = re.compile(
    rf"\((?:see |e\.?g\.?,? |cf\.? )*{_NAMES},? *\(?(?:19|20)\d\d[a-z]?\)?(?:,[^()]*)?\)"
    rf"|{_NAMES} *\(?(?:19|20)\d\d[a-z]?\)?|\[\d+\]"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d[a-z]?\b")


@dataclass(frozen=True)
class Pair:
    """A sentence and the work it cites, two other works, and a sentence of which only the first half is about it."""

    text: str
    own: Work
    random: Work
    near: Work
    mixed: str

    @property
    def shares(self) -> tuple[float, ...]:
        """What of each is borne out."""
        said = ((self.text, self.own), (self.text, self.random), (self.text, self.near), (self.mixed, self.own))
        return tuple(support(text, source_of([work]), "en").share for text, work in said)


def main() -> None:
    """Print a table of the held-out half for each kind of record, and what the other half chooses."""
    data = Path(sys.argv[1])
    for by_title in (False, True):
        tuned, held = ([pair.shares for pair in half] for half in split(pairs(data, by_title=by_title)))
        chosen = next(least for least in THRESHOLDS if passed(tuned, least, NEAR) <= MOST_PASSING)
        print(f"{'titles alone' if by_title else 'with abstracts'}: chosen {chosen:.2f} on {len(tuned)} sentences")
        print(f"held out, {len(held)} sentences: true, random, near, mixed that pass; precision beside random, near")
        for least in THRESHOLDS:
            rates = [passed(held, least, kind) for kind in (TRUE, RANDOM, NEAR, MIXED)]
            precisions = [precision(held, least, kind) for kind in (RANDOM, NEAR)]
            print(f"{least:.2f} ", *(f"{value:.3f}" for value in (*rates, *precisions)))
    told = [
        support(w.title, source_of([Work("", abstract=w.abstract)]), "en").share
        for w in reference_papers(data).values()
    ]
    for least in THRESHOLDS:
        print(f"{least:.2f}  titles borne out by their own abstracts: {sum(s >= least for s in told) / len(told):.3f}")


def passed(scored: Sequence[tuple[float, ...]], threshold: float, kind: int) -> float:
    """Share of the pairs of a kind that reach a threshold."""
    return sum(scores[kind] >= threshold for scores in scored) / len(scored)


def precision(scored: Sequence[tuple[float, ...]], threshold: float, kind: int) -> float:
    """Share of true pairs among those that reach a threshold, false ones of a kind beside them."""
    true, false = passed(scored, threshold, TRUE), passed(scored, threshold, kind)
    return true / (true + false) if true + false else 1.0


def split(found: Mapping[str, Sequence[Pair]]) -> tuple[list[Pair], list[Pair]]:
    """The pairs in halves by the work that is cited."""
    names = sorted(found)
    random.Random(SEED).shuffle(names)
    half = len(names) // 2
    return [p for name in names[:half] for p in found[name]], [p for name in names[half:] for p in found[name]]


def pairs(data: Path, *, by_title: bool) -> Mapping[str, Sequence[Pair]]:
    """Of each cited work its sentences, each with the other works."""
    numbers = random.Random(SEED)
    papers = reference_papers(data)
    rows = read_lines(data / "corpora/acl_anthology.jsonl.gz")
    pool = [*papers.values(), *(work_of(row) for row in rows if row["abstract"])]
    near = nearest(papers, pool)
    if by_title:
        pool = list(map(untold, pool))
        papers = {name: untold(work) for name, work in papers.items()}
    rows = read_lines(data / "scisummnet_citances.jsonl.gz")
    cited = [(row["cited"], text) for row in rows if (text := cited_once(row["clean_text"]))]
    found: dict[str, list[Pair]] = defaultdict(list)
    for name, text in cited:
        if name in papers and len(found[name]) < MOST_OF_A_WORK:
            works = numbers.choice(pool), pool[numbers.choice(near[name])]
            about, other = numbers.choice(cited)
            if about != name:
                found[name].append(Pair(text, papers[name], *works, mixed(text, other)))
    return found


def mixed(text: str, other: str) -> str:
    """The first half of a sentence and the second half of another one."""
    words, more = text.split(), other.split()
    return " ".join((*words[: len(words) // 2], *more[len(more) // 2 :]))


def reference_papers(data: Path) -> Mapping[str, Work]:
    """The cited papers that have an abstract, by their names."""
    papers = json.loads(gzip.decompress((data / "scisummnet_reference_papers.json.gz").read_bytes()))
    return {each["id"]: work_of(each) for each in papers if each["abstract"]}


def untold(work: Work) -> Work:
    """The work without its abstract."""
    return Work(work.title, work.authors, work.year, work.venue)


def nearest(papers: Mapping[str, Work], pool: Sequence[Work]) -> Mapping[str, list[int]]:
    """For each paper the numbers of the works nearest to it in topic, itself left out."""
    documents = [counted(content_terms(f"{work.title} {work.abstract}")) for work in pool]
    ranking = of_documents(documents)
    holding: dict[str, list[int]] = defaultdict(list)
    for number, document in enumerate(documents):
        for term in document:
            holding[term].append(number)
    found = {}
    for name, work in papers.items():
        query = counted(content_terms(work.title))
        some = Counter(number for term in query for number in holding[term] if len(holding[term]) < len(pool) / 5)
        ranked = sorted(some, key=lambda number: -ranking.score(query, documents[number]))
        others = [
            number for number in ranked[: NEAREST + 5] if content_terms(pool[number].title) != content_terms(work.title)
        ]
        found[name] = others[:NEAREST] or [0]
    return found


def cited_once(text: str) -> str:
    """A sentence that cites one work, without the citation; empty for one that cites none or more, or says little."""
    if len(_YEAR.findall(text)) != 1 or not _MARKERS.search(text):
        return ""
    bare = " ".join(_MARKERS.sub(" ", text).split())
    return bare if len(content_words(bare, "en")) >= FEWEST_WORDS and not _YEAR.search(bare) else ""


def work_of(row: Mapping[str, Any]) -> Work:
    """A work as the program reads it."""
    authors = tuple(Author(name.split()[-1]) for name in row.get("authors") or () if name.split())
    return Work(row["title"], authors, row.get("year"), row.get("venue") or "", abstract=row["abstract"] or "")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a compressed file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
