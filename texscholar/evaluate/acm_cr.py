"""ACM-CR, a collection of citing sentences and paragraphs with judged works, answered by a library and its ranking.

F. Boudin, "ACM-CR: A Manually Annotated Test Collection for Citation Recommendation", JCDL 2021.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from texscholar.config import cache_directory
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.index import Library, build_index, open_library
from texscholar.library.manifest import FORMAT
from texscholar.library.records import read_records
from texscholar.recommend.asking import FOLDS, MOST_HITS, Request, fold_weights, reranked
from texscholar.recommend.evidence import content_terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from texscholar.library.index import Hit
    from texscholar.library.records import Record

KINDS = ("sentences", "contexts")
"""The two sets of queries, as their files are called; contexts are paragraphs."""

WAYS = ("words alone", "words alone, re-ranked", "with its paper", "with its paper, re-ranked")
"""How a query is answered: from its own words, or as a draft allows, from the paragraph, title and text around too."""

_RECORDS = "acm_cr.jsonl.gz"
_BLACKLIST = "blacklist.txt"
_AMONG = 10
_TOPIC = re.compile(r"<num> Number: (\S+)\s*<title> (.*?)\s*<desc> Description:\s*(.*?)\s*<narr>", re.DOTALL)
_REFERENCE = re.compile(r"\[\s*\d+(?:\s*[,;–-]\s*\d+)*\s*\]")


@dataclass(frozen=True, slots=True)
class Topic:
    """A query: its number, the title of the paper it stands in, its text without reference numbers."""

    number: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """A topic as it is asked, the ids judged right, and the number of its citing paper, which makes the folds."""

    topic: Topic
    alone: Request
    in_paper: Request
    right: frozenset[str]
    paper: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One query's result: recall@10, nDCG@10 (binary, log2 discount) and whether the first work is right."""

    number: str
    recall: float
    ndcg: float
    first: float


@dataclass(frozen=True, slots=True)
class Figures:
    """The means over all queries of a kind answered in one way."""

    kind: str
    way: str
    recall: float
    ndcg: float
    first: float
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class AcmCr:
    """What a run found: how many works were indexed, and the figures of each kind and way."""

    works: int
    figures: tuple[Figures, ...]


def run_acm_cr(folder: Path, index: Path | None = None) -> AcmCr:
    """The figures of both sets of queries, each answered in four ways.

    Whatever was fitted is cross-validated by citing paper: a query is ranked by weights that saw none of its paper's.

    Args:
        folder: holds the collection's files.
        index: where its index is, or is made; in the cache unless told.

    Raises:
        TexscholarError: a file is missing or is no such file, or the index cannot be made.
    """
    with acm_cr_library(folder, index) as library:
        figures = tuple(each for kind in KINDS for each in _figures(kind, read_queries(folder, kind, library), library))
        return AcmCr(len(library), figures)


def acm_cr_library(folder: Path, index: Path | None = None) -> Library:
    """The collection without the papers that the queries come from, indexed at its first use."""
    blacklist = frozenset(_text(folder / _BLACKLIST).split())
    index = index or cache_directory() / "benchmarks" / _fingerprint(folder / _RECORDS, blacklist)
    if not index.is_dir():
        build_index(_but(read_records(folder / _RECORDS), blacklist), index)
    return open_library(index, "acm-cr")


def read_queries(folder: Path, kind: str, library: Library) -> tuple[Query, ...]:
    """The queries of a kind that have judgements; a judged work that was merged with its twin goes by the twin's id."""
    judged = _judgements(_text(folder / f"{kind}.qrels"))
    paragraphs: defaultdict[str, list[str]] = defaultdict(list)
    for topic in read_topics(_text(folder / "contexts.topics")):
        paragraphs[topic.title].append(topic.text)
    papers = {title: (number, _terms_of(texts)) for number, (title, texts) in enumerate(sorted(paragraphs.items()))}
    names: dict[str, str] = {}
    found: list[Query] = []
    for topic in read_topics(_text(folder / f"{kind}.topics")):
        if topic.number not in judged:
            continue
        paper, counts = papers.get(topic.title, (0, {}))
        around = next((text for text in paragraphs[topic.title] if topic.text in text), "")
        request = Request(topic.text, "" if around == topic.text else around, topic.title, counts)
        right = frozenset(_name(doi, library, names) for doi in judged[topic.number])
        found.append(Query(topic, Request(topic.text), request, right, paper))
    if not found:
        raise TexscholarError("holds no query with judgements; fetch ACM-CR's files", path=str(folder))
    return tuple(found)


def read_topics(text: str) -> tuple[Topic, ...]:
    """The queries of a TREC topic file; the numbers of references, which are no words, are taken out."""
    found = _TOPIC.findall(text)
    return tuple(Topic(number, title, " ".join(_REFERENCE.sub(" ", words).split())) for number, title, words in found)


def graded(number: str, ranked: Sequence[str], right: frozenset[str]) -> Answer:
    """How good an order of ids is, as trec_eval counts recall_10 and ndcg_cut_10."""
    places = [place for place, name in enumerate(ranked[:_AMONG]) if name in right]
    ideal = sum(_discount(place) for place in range(min(_AMONG, len(right))))
    return Answer(number, len(places) / len(right), sum(map(_discount, places)) / ideal, float(0 in places))


def _figures(kind: str, queries: Sequence[Query], library: Library) -> Iterator[Figures]:
    for way, answer in zip(WAYS, _ANSWERS, strict=True):
        answers = tuple(
            graded(query.topic.number, [hit.record.id for hit in answer(query, library)], query.right)
            for query in queries
        )
        yield Figures(
            kind,
            way,
            recall=fmean(each.recall for each in answers),
            ndcg=fmean(each.ndcg for each in answers),
            first=fmean(each.first for each in answers),
            answers=answers,
        )


def _by_words(query: Query, library: Library) -> tuple[Hit, ...]:
    return library.search(query.topic.text, MOST_HITS)


def _by_words_reranked(query: Query, library: Library) -> tuple[Hit, ...]:
    hits = library.search_terms(query.alone.wanted, MOST_HITS)
    return reranked(query.alone, hits, fold_weights(query.paper % FOLDS))


def _in_paper(query: Query, library: Library) -> tuple[Hit, ...]:
    return library.search_terms(query.in_paper.wanted, MOST_HITS, query.in_paper.context)


def _in_paper_reranked(query: Query, library: Library) -> tuple[Hit, ...]:
    return reranked(query.in_paper, _in_paper(query, library), fold_weights(query.paper % FOLDS))


_ANSWERS: tuple[Callable[[Query, Library], tuple[Hit, ...]], ...] = (
    _by_words,
    _by_words_reranked,
    _in_paper,
    _in_paper_reranked,
)


def _discount(place: int) -> float:
    return 1 / math.log2(place + 2)


def _judgements(text: str) -> Mapping[str, frozenset[str]]:
    """Topic to the ids judged right."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        match line.split():
            case [topic, _, name, grade] if grade != "0":
                found[topic].add(name)
    return {topic: frozenset(names) for topic, names in found.items()}


def _terms_of(texts: Iterable[str]) -> Mapping[str, int]:
    return Counter(term for text in texts for term in content_terms(text))


def _name(doi: str, library: Library, known: dict[str, str]) -> str:
    """The id under which the library gives a work out; its own where the collection lacks it."""
    if doi not in known:
        known[doi] = next((record.id for record in library.by_id(doi)), doi)
    return known[doi]


def _but(records: Iterable[Record | Skipped], left_out: frozenset[str]) -> Iterator[Record | Skipped]:
    return (record for record in records if isinstance(record, Skipped) or record.id not in left_out)


def _fingerprint(records: Path, blacklist: frozenset[str]) -> str:
    try:
        with records.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError as error:
        raise _unreadable(records, error) from error
    digest.update(f"{FORMAT} {sorted(blacklist)}".encode())
    return f"acm-cr-{digest.hexdigest()[:16]}"


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> TexscholarError:
    return TexscholarError(f"cannot be read ({error.strerror}); give the folder of ACM-CR's files", path=str(path))
