"""What a paper already tells about the works it could cite: its entries, who cites them where, and their terms."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from texscholar.bibtex.work import fold, identities
from texscholar.library.terms import STOP_WORDS, terms
from texscholar.recommend.background import mass, weight

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.bibtex import Bibliography, Entry, Work
    from texscholar.latex import Project, Sentence, TexFile

_TELLING = 20  # entries from which on their number says how rare a word is in the field
_NAME_BEFORE_COLON = re.compile(r"^([A-Z0-9][\w+/-]*(?: [A-Z0-9][\w+/-]*){0,2})\s*[:–—]")
_NAME = re.compile(r"\b(?=\w*[A-Z])(?:[A-Z][A-Z0-9]+[a-z]?\w*|[A-Za-z]+[A-Z][\w-]*|[A-Z][a-z]+\d\w*)\b")


def content_terms(text: str) -> tuple[str, ...]:
    """The index terms of a text without function words and bare numbers, in order."""
    return tuple(term for term in terms(text) if term not in STOP_WORDS and not term.isdigit())


def names_in_title(title: str) -> frozenset[str]:
    """Names a title gives to what it presents: before its colon, and words that are no plain words (BERT, GloVe)."""
    found = set(_NAME.findall(title)) if not title.isupper() else set()
    before_colon = _NAME_BEFORE_COLON.match(title)
    if before_colon:
        found.add(before_colon[1])
    return frozenset(name for name in found if len(name) > 1)


@dataclass(frozen=True)
class Candidature:
    """A work that may be cited, with the forms in which it is compared.

    ``key`` is its key in the paper's bibliography, or the one its library gives it (perhaps none).
    ``position`` counts the entries of the bibliography; -1 for a work of a library.
    """

    key: str
    work: Work
    origin: str
    record: str = ""
    position: int = -1

    @property
    def is_own(self) -> bool:
        return self.position >= 0

    @cached_property
    def title_terms(self) -> tuple[str, ...]:
        return content_terms(self.work.title)

    @cached_property
    def title_words(self) -> frozenset[str]:
        return frozenset(self.title_terms)

    @cached_property
    def title_mass(self) -> float:
        return mass(self.title_words) or 1.0

    @cached_property
    def phrases(self) -> tuple[tuple[str, str], ...]:
        """Pairs of neighbouring title terms, each once."""
        return tuple(sorted(set(pairwise(self.title_terms))))

    @cached_property
    def key_terms(self) -> frozenset[str]:
        return frozenset(content_terms(" ".join(re.findall(r"[^\W\d_]{3,}", self.key)))) - frozenset(self.surname_terms)

    @cached_property
    def surname_terms(self) -> tuple[str, ...]:
        return terms(" ".join(author.family for author in self.work.authors))

    @cached_property
    def described(self) -> frozenset[str]:
        """Terms of title and key."""
        return self.title_words | self.key_terms

    @cached_property
    def first_surname(self) -> frozenset[str]:
        """The capitalised parts of the first author's family name: "van der Maaten" is written with small particles."""
        family = self.work.authors[0].family if self.work.authors else ""
        return frozenset(terms(" ".join(part for part in family.split() if not part[0].islower())))

    @cached_property
    def abstract_terms(self) -> frozenset[str]:
        return frozenset(content_terms(self.work.abstract[:3000]))

    @cached_property
    def names(self) -> frozenset[str]:
        return names_in_title(self.work.title)


_NOTE = "footnote"  # the kind of sentence that stands outside the text's order


@dataclass(frozen=True, slots=True)
class Locus:
    """A sentence in its paper."""

    file: TexFile
    index: int
    order: int

    @property
    def sentence(self) -> Sentence:
        return self.file.sentences[self.index]

    def neighbour(self, distance: int) -> Sentence | None:
        """The sentence so many before or after it in the same file; footnotes have neighbours among themselves."""
        sentences, step = self.file.sentences, 1 if distance > 0 else -1
        in_note, at = self.sentence.kind == _NOTE, self.index
        for _ in range(abs(distance)):
            at += step
            while 0 <= at < len(sentences) and (sentences[at].kind == _NOTE) != in_note:
                at += step
        return sentences[at] if 0 <= at < len(sentences) else None


class Evidence:
    """The paper's own works and how it cites them; each part is worked out once, when it is first asked for."""

    def __init__(
        self, project: Project, bibliographies: Sequence[Bibliography], without: frozenset[str] = frozenset()
    ) -> None:
        self.project = project
        self._bibliographies, self._without = bibliographies, without
        self._rarities: dict[str, float] = {}
        self._citance_terms: dict[str, frozenset[str]] = {}
        self._sentence_terms: dict[int, tuple[str, ...]] = {}

    @cached_property
    def loci(self) -> tuple[Locus, ...]:
        """Every sentence of the paper in the order of the document."""
        return tuple(_loci(self.project.files))

    @cached_property
    def _first_orders(self) -> Mapping[str, int]:
        """Path of a file to the order of its first sentence."""
        starts = accumulate((len(file.sentences) for file in self.project.files), initial=0)
        return dict(zip((file.path for file in self.project.files), starts, strict=False))

    def locus(self, file: TexFile, index: int) -> Locus:
        """A sentence of a file; where it stands in the whole is worked out when it is asked for."""
        return self.loci[self._first_orders[file.path] + index]

    @cached_property
    def entries(self) -> tuple[tuple[Bibliography, Entry, Work], ...]:
        """Every entry with its bibliography and the work it describes, those with the same key too."""
        from texscholar.bibtex import entry_work  # noqa: PLC0415 - heavy, and a run without a finding needs no works

        return tuple(
            (bibliography, entry, entry_work(entry, bibliography))
            for bibliography in self._bibliographies
            for entry in bibliography.entries
        )

    @cached_property
    def own(self) -> tuple[Candidature, ...]:
        """The works of the bibliography in its order, the first entry of each key."""
        works = {entry.key: work for _, entry, work in reversed(self.entries)}
        keys = dict.fromkeys(entry.key for _, entry, _ in self.entries if entry.key not in self._without)
        return tuple(Candidature(key, works[key], "bib", key, position) for position, key in enumerate(keys))

    @cached_property
    def by_key(self) -> Mapping[str, Candidature]:
        return {work.key: work for work in self.own}

    @cached_property
    def cited_at(self) -> Mapping[int, tuple[str, ...]]:
        """Order of a sentence to the keys it cites."""
        found: dict[int, tuple[str, ...]] = {}
        for file in self.project.files:
            starts = [citation.span.start for citation in file.citations]
            for order, sentence in enumerate(file.sentences, self._first_orders[file.path]):
                first = bisect_left(starts, sentence.span.start)
                if first == len(starts) or starts[first] >= sentence.span.end:
                    continue  # most sentences: not worth more
                cites = file.citations[first : bisect_left(starts, sentence.span.end, first)]
                keys = [key for citation in cites if not citation.is_silent for key in citation.cited]
                if keys:
                    found[order] = tuple(dict.fromkeys(keys))
        return found

    @cached_property
    def citances(self) -> Mapping[str, tuple[int, ...]]:
        """Key to the orders of the sentences that cite it."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for order, keys in self.cited_at.items():
            for key in keys:
                found[key].append(order)
        return {key: tuple(orders) for key, orders in found.items()}

    @cached_property
    def title(self) -> str:
        """The paper's own title, empty without one."""
        from texscholar.recommend.title import paper_title  # noqa: PLC0415 - as in entries

        return paper_title(self.project)

    @cached_property
    def _folded_title(self) -> str:
        return fold(self.title)

    def is_this_paper(self, work: Work) -> bool:
        """Whether a work is the paper itself, as it may lie in a library or in the authors' own bibliography."""
        return bool(self._folded_title) and fold(work.title) == self._folded_title

    @cached_property
    def citable(self) -> frozenset[int]:
        """Positions of the own works that are not the paper itself."""
        return frozenset(number for number, work in enumerate(self.own) if not self.is_this_paper(work.work))

    @cached_property
    def own_identities(self) -> frozenset[str]:
        """Every name under which one of the own works is known."""
        return frozenset(name for work in self.own for name in identities(work.work))

    @cached_property
    def postings(self) -> Mapping[str, tuple[int, ...]]:
        """Term to the positions of the own works whose title, key, names or citances hold it."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for number, work in enumerate(self.own):
            for term in (*work.title_terms, *work.key_terms, *work.surname_terms):
                found[term].add(number)
            for order in self.citances.get(work.key, ()):
                for term in self.sentence_terms(order):
                    found[term].add(number)
        return {term: tuple(sorted(numbers)) for term, numbers in found.items()}

    @cached_property
    def _spread(self) -> Mapping[str, int]:
        """Term to the number of own works whose title or key holds it."""
        return Counter(term for work in self.own for term in work.described)

    def rarity(self, term: str) -> float:
        """How well a term tells the paper's own works apart, and how rare it is in titles at large: 0 to 1."""
        known = self._rarities.get(term)
        if known is None:
            known = self._rarities[term] = self._rarity(term)
        return known

    def _rarity(self, term: str) -> float:
        """The mean of both, the first counting for less where a small bibliography tells little."""
        size = len(self.own)
        here = math.log((size + 1) / (self._spread.get(term, 0) + 1)) / math.log(size + 2)
        say = min(size / _TELLING, 1.0) / 2
        return say * here + (1 - say) * weight(term)

    def citance_terms(self, key: str, but: int) -> frozenset[str]:
        """The terms of all sentences that cite a work, one sentence left out."""
        orders = self.citances.get(key, ())
        if but in orders:
            return frozenset(term for order in orders if order != but for term in self.sentence_terms(order))
        known = self._citance_terms.get(key)
        if known is None:
            known = frozenset(term for order in orders for term in self.sentence_terms(order))
            self._citance_terms[key] = known
        return known

    def sentence_terms(self, order: int) -> tuple[str, ...]:
        known = self._sentence_terms.get(order)
        if known is None:
            known = self._sentence_terms[order] = content_terms(self.loci[order].sentence.text)
        return known

    def cited_around(self, locus: Locus, distance: int) -> frozenset[str]:
        """Keys cited within so many sentences of a place in the same file, its own sentence left out."""
        orders = range(locus.order - distance, locus.order + distance + 1)
        return frozenset(
            key
            for order in orders
            if order != locus.order and 0 <= order < len(self.loci) and self.loci[order].file is locus.file
            for key in self.cited_at.get(order, ())
        )


def _loci(files: Sequence[TexFile]) -> Iterator[Locus]:
    order = 0
    for file in files:
        for index in range(len(file.sentences)):
            yield Locus(file, index, order)
            order += 1
