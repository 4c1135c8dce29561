"""What plain BM25 makes of a place, in the same run: the measure that every figure is to be read against."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from texscholar.bibtex import plain
from texscholar.evaluate.bm25 import counted, of_documents
from texscholar.library.terms import STOP_WORDS, terms
from texscholar.pipeline import Shelf
from texscholar.recommend import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.bibtex import Work
    from texscholar.evaluate.bm25 import BM25
    from texscholar.pipeline import Paper
    from texscholar.recommend import Candidature

    Counts = Mapping[str, int]
    Ranked = tuple[tuple[str, Work], ...]

PEERS = ("BM25", "BM25 with citances")
"""Over title, venue and keywords; the same with the words of the key and the sentences that cite a work elsewhere."""

_AMONG = 10
_HITS = 30  # of each library, in its own order
_KEY_WORDS = re.compile(r"[^\W\d_]{3,}")


class Collection(Shelf, Protocol):
    """A library that can tell how common a term is in it."""

    def __len__(self) -> int:
        """How many records it has."""

    def document_frequency(self, term: str) -> int:
        """In how many titles an index term stands."""


class Peers:
    """BM25 over a paper's own entries, and over what its libraries find by title."""

    def __init__(self, paper: Paper, libraries: Sequence[Collection]) -> None:
        evidence = Evidence(paper.project, paper.bibliographies)
        self._libraries = libraries
        self._own = tuple(work for number, work in enumerate(evidence.own) if number in evidence.citable)
        short = [counted(_words(_described(work.work))) for work in self._own]
        long = [counted((*_words(_described(work.work)), *_cited_with(work, evidence))) for work in self._own]
        self._documents = (short, long)

    def rank(self, sentence: str) -> tuple[Ranked, ...]:
        """For each peer the key and the work of its first ten; what shares no word with the sentence is not ranked."""
        query = counted(_words(sentence))
        hits = tuple(self._hits(sentence))
        others = [counted(_words(work.title)) for _, work in hits]
        works = (*((work.key, work.work) for work in self._own), *hits)
        return tuple(_best(query, works, (*own, *others), self._collection(own)) for own in self._documents)

    def _hits(self, sentence: str) -> Iterator[tuple[str, Work]]:
        for library in self._libraries:
            yield from ((hit.record.key, hit.record.work) for hit in library.search(sentence, _HITS))

    def _collection(self, own: Sequence[Counts]) -> BM25:
        def also(term: str) -> int:
            return sum(library.document_frequency(term) for library in self._libraries)

        return of_documents(own, sum(len(library) for library in self._libraries), also)


def _best(query: Counts, works: Sequence[tuple[str, Work]], documents: Sequence[Counts], collection: BM25) -> Ranked:
    scores = [collection.score(query, document) for document in documents]
    order = sorted((number for number, score in enumerate(scores) if score > 0), key=lambda each: (-scores[each], each))
    return tuple(works[number] for number in order[:_AMONG])


def _words(text: str) -> tuple[str, ...]:
    return tuple(term for term in terms(text) if term not in STOP_WORDS)


def _described(work: Work) -> str:
    """Title, venue and keywords."""
    keywords = (plain(value) for name, value in work.fields if name.lower() in ("keywords", "keyword"))
    return " ".join((work.title, work.venue, *keywords))


def _cited_with(work: Candidature, evidence: Evidence) -> Iterator[str]:
    """The words of the key, and those of the sentences that cite it."""
    yield from _words(" ".join(_KEY_WORDS.findall(work.key)))
    for order in evidence.citances.get(work.key, ()):
        yield from _words(evidence.loci[order].sentence.text)
