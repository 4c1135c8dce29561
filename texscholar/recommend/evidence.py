"""What a paper already tells about the works it could cite: its entries, who cites them where, and their terms."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Protocol

from texscholar.bibtex.work import fold, identities, twins
from texscholar.library.origins import origin_of
from texscholar.library.terms import STOP_WORDS, terms
from texscholar.recommend.background import mass, weight
from texscholar.recommend.relevance import Relevance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.bibtex import Bibliography, Entry, Work
    from texscholar.latex import Project, Sentence, TexFile
    from texscholar.library import Record

Pair = tuple[str, str]
Term = str | Pair
_BESIDE = 2  # entries; so near to one another stand works that were added together
_TOO_COMMON = 200  # uncited sentences; a term that more of them hold does not tell one from the others
_NEARNESS = 5  # sentences at which an entry cited nearby counts for half
_MOST_TELLING = 20  # terms
_TELLING = 20  # entries from which on their number says how rare a word is in the field
_WORD = re.compile(r"[^\W\d_]{4,}")
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


def telling(counts: Mapping[str, int]) -> Mapping[str, int]:
    """Of counted terms the twenty that are frequent there and rare in titles at large, the most telling first."""
    order = sorted(counts, key=lambda term: (-math.log1p(counts[term]) * weight(term), term))
    return {term: counts[term] for term in order[:_MOST_TELLING]}


def letter_runs(text: str) -> frozenset[str]:
    """Every run of four letters in the words of a text, with a space at both ends of a word."""
    words = (f" {word} " for word in _WORD.findall(text.lower()))
    return frozenset(word[at : at + 4] for word in words for at in range(len(word) - 3))


@dataclass(frozen=True)
class Candidature:
    """A work that may be cited, with the forms in which it is compared.

    ``key`` is its key in the paper's bibliography, or the one its library gives it (perhaps none).
    ``position`` counts the works of the bibliography; -1 for a work of a library.
    ``citances`` are sentences of other papers that cite it, as a library knows them.
    """

    key: str
    work: Work
    origin: str
    record: str = ""
    position: int = -1
    citances: tuple[str, ...] = ()

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
    def heading_terms(self) -> tuple[str, ...]:
        """Terms of title, key, venue and key words: what a .bib entry tells at a glance."""
        keywords = next((value for name, value in self.work.fields if name.lower() == "keywords"), "")
        return (*self.title_terms, *sorted(self.key_terms), *content_terms(self.work.venue), *content_terms(keywords))

    @cached_property
    def text_terms(self) -> tuple[str, ...]:
        """All terms that the work itself and other papers' citances bring."""
        elsewhere = (term for citance in self.citances for term in content_terms(citance))
        return (*self.heading_terms, *content_terms(self.work.abstract[:3000]), *elsewhere)

    @cached_property
    def heading_counts(self) -> Mapping[str, int]:
        return Counter(self.heading_terms)

    @cached_property
    def text_counts(self) -> Mapping[str, int]:
        return Counter(self.text_terms)

    @cached_property
    def letters(self) -> frozenset[str]:
        """Runs of four letters in the words of the title: they reach across inflection and related languages."""
        return letter_runs(self.work.title)

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


@dataclass(frozen=True)
class Fits:
    """How well each uncited sentence, by its order, fits a work."""

    values: Mapping[int, float]

    @cached_property
    def _rising(self) -> list[float]:
        return sorted(self.values.values())

    def share(self, order: int) -> float:
        """How well a sentence fits against the one that fits best."""
        value = self.values.get(order, 0.0)
        return value / self._rising[-1] if value else 0.0

    def place(self, order: int) -> float:
        """1 where none fits better, 1/2 where one does and so on; 0 where it does not fit at all."""
        value = self.values.get(order, 0.0)
        return 1 / (1 + len(self.values) - bisect_right(self._rising, value)) if value else 0.0


NO_FIT = Fits({})


class Shelf(Protocol):
    """What evidence needs of a library."""

    def by_identities(self, groups: Sequence[frozenset[str]]) -> tuple[Record | None, ...]:
        """For each group of identities a record that bears one of them, or None."""


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
        self,
        project: Project,
        bibliographies: Sequence[Bibliography],
        without: frozenset[str] = frozenset(),
        shelves: Sequence[Shelf] = (),
    ) -> None:
        """Of a project.

        Args:
            project: the paper.
            bibliographies: its ``.bib`` files.
            without: keys that do not count as its own.
            shelves: libraries, of which own works have abstracts and the citances of other papers.
        """
        self.project = project
        self._bibliographies, self._without, self._shelves = bibliographies, without, shelves
        self._rarities: dict[str, float] = {}
        self._aliases: dict[str, tuple[str, ...]] = {}
        self._passages: dict[int, frozenset[str]] = {}
        self._passages_of: dict[int, Mapping[str, int]] = {}
        self._norms: dict[frozenset[str], float] = {}
        self._own_letters: dict[int, float] = {}
        self._sentence_terms: dict[int, tuple[str, ...]] = {}
        self._foreign: dict[tuple[str, str, str, str], tuple[frozenset[str], Candidature]] = {}
        self._heading_scores: dict[frozenset[str], Mapping[int, float]] = {}
        self._near_fits: dict[int, Fits] = {}
        self._pairs_of: dict[int, frozenset[Pair]] = {}

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
        """The works of the bibliography in its order; of entries of the same work the one that is cited most."""
        works = {entry.key: work for _, entry, work in reversed(self.entries)}
        keys = [*dict.fromkeys(entry.key for _, entry, _ in self.entries if entry.key not in self._without)]
        groups: dict[str, list[str]] = {}
        for key, first in zip(keys, twins([works[key] for key in keys]), strict=True):
            groups.setdefault(key if first is None else keys[first], []).append(key)
        chosen = [max(group, key=lambda key: len(self.citances.get(key, ()))) for group in groups.values()]
        self._aliases = dict(zip(chosen, map(tuple, groups.values()), strict=True))
        known = self._known([works[key] for key in chosen])
        return tuple(
            _own_work(key, position, *known.get(position, (works[key], ()))) for position, key in enumerate(chosen)
        )

    def _known(self, works: Sequence[Work]) -> Mapping[int, tuple[Work, tuple[str, ...]]]:
        """What libraries add to works: an abstract where there is none, and the citances of other papers."""
        found: dict[int, tuple[Work, tuple[str, ...]]] = {}
        groups = [identities(work) for work in works] if self._shelves else []
        for shelf in self._shelves:
            for position, record in enumerate(shelf.by_identities(groups)):
                if record is not None:
                    work, citances = found.get(position, (works[position], ()))
                    richer = replace(work, abstract=work.abstract or record.work.abstract)
                    found[position] = (richer, tuple(dict.fromkeys((*citances, *record.citances))))
        return found

    def foreign(self, library: str, record: Record) -> tuple[frozenset[str], Candidature]:
        """A record of a library as a work to compare, with every name it is known by; worked out once."""
        place = (library, record.id, record.key, record.work.title)
        known = self._foreign.get(place)
        if known is None:
            origin = origin_of(library)
            work = Candidature(record.key, record.work, origin, record.id, citances=record.citances)
            names = identities(record.work) or {f"record:{record.id}:{record.key}:{record.work.title}"}
            known = self._foreign[place] = (frozenset(names), work)
        return known

    @cached_property
    def by_key(self) -> Mapping[str, Candidature]:
        """Every key of the bibliography to its work."""
        own = self.own
        return {alias: work for work in own for alias in self._aliases[work.key]}

    @cached_property
    def cited_works(self) -> Mapping[int, tuple[int, ...]]:
        """Order of a sentence to the positions of the own works it cites; sentences that cite none are left out."""
        found = {
            order: tuple(dict.fromkeys(self.by_key[key].position for key in keys if key in self.by_key))
            for order, keys in self.cited_at.items()
        }
        return {order: works for order, works in found.items() if works}

    @cached_property
    def citing_orders(self) -> tuple[int, ...]:
        """The orders of the sentences that cite own works, ascending."""
        return tuple(sorted(self.cited_works))

    @cached_property
    def uses(self) -> tuple[tuple[int, ...], ...]:
        """Position of an own work to the orders of the sentences that cite it, ascending."""
        found: list[list[int]] = [[] for _ in self.own]
        for order in self.citing_orders:
            for position in self.cited_works[order]:
                found[position].append(order)
        return tuple(map(tuple, found))

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
        return frozenset(
            name for _, entry, work in self.entries if entry.key not in self._without for name in identities(work)
        )

    @cached_property
    def by_title(self) -> Relevance:
        """The own works by what their entries say."""
        return Relevance([work.heading_terms for work in self.own], self.rarity)

    @cached_property
    def by_text(self) -> Relevance:
        """The own works by all that is known of them: entries, abstracts and the sentences that cite them."""
        return Relevance([self.text_of(work) for work in self.own], self.rarity)

    @cached_property
    def _runs(self) -> Mapping[str, float]:
        """Run of letters to its rarity among the titles of the own works."""
        spread = Counter(run for work in self.own for run in work.letters)
        return {run: self._run_weight(count) for run, count in spread.items()}

    def _run_weight(self, count: int) -> float:
        return math.log(1 + (len(self.own) + 1) / (count + 1))

    def letter_mass(self, runs: frozenset[str]) -> float:
        """The weight of some runs of letters."""
        rare, known = self._run_weight(0), self._runs
        return math.fsum(known.get(run, rare) for run in runs)

    def letters_of(self, work: Candidature) -> float:
        """The weight of all runs of letters of a title."""
        if not work.is_own:
            return self.letter_mass(work.letters)
        known = self._own_letters.get(work.position)
        if known is None:
            known = self._own_letters[work.position] = self.letter_mass(work.letters)
        return known

    def heading_scores(self, words: frozenset[str]) -> Mapping[int, float]:
        """Scores of the own works by words that many sentences share: those of their headings."""
        known = self._heading_scores.get(words)
        if known is None:
            known = self._heading_scores[words] = self.by_text.scores(words)
        return known

    def text_of(self, work: Candidature) -> tuple[str, ...]:
        """All terms known of a work: its own and those of the paper's sentences that cite it."""
        uses = self.uses[work.position] if work.is_own else ()
        return (*work.text_terms, *(term for order in uses for term in self.sentence_terms(order)))

    def passages_of(self, work: Candidature) -> Mapping[str, int]:
        """All terms known of a work, and those of the sentences on either side of each that cites it, counted."""
        if not work.is_own:
            return work.text_counts
        known = self._passages_of.get(work.position)
        if known is None:
            beside = (other for order in self.uses[work.position] for other in self.beside(order))
            more = (term for order in beside for term in self.sentence_terms(order))
            known = self._passages_of[work.position] = Counter((*self.text_of(work), *more))
        return known

    def passage(self, order: int) -> frozenset[str]:
        """The terms of a sentence and of its neighbours in the same file."""
        known = self._passages.get(order)
        if known is None:
            orders = (order, *self.beside(order))
            known = self._passages[order] = frozenset(term for other in orders for term in self.sentence_terms(other))
        return known

    @cached_property
    def _uncited_with(self) -> Mapping[str, Sequence[int]]:
        """Term to the orders of the sentences that hold it and cite nothing."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for order in range(len(self.loci)):
            if order not in self.cited_works:
                for term in frozenset(self.sentence_terms(order)):
                    found[term].append(order)
        return found

    @cached_property
    def fits(self) -> Sequence[Fits]:
        """Of each own work, by the words of its entry that the sentences hold."""
        return tuple(map(self._fits_of, self.own))

    def _fits_of(self, work: Candidature) -> Fits:
        totals: defaultdict[int, float] = defaultdict(float)
        for term, impact in self.by_title.impacts(work.heading_counts):
            orders = self._uncited_with.get(term, ())
            if len(orders) <= _TOO_COMMON:
                for order in orders:
                    totals[order] += impact
        return Fits(totals)

    @cached_property
    def wide_fits(self) -> Sequence[Fits]:
        """The same with half of how well the sentences before and after fit."""
        return tuple(map(self._widened, self.fits))

    def _widened(self, fits: Fits) -> Fits:
        totals: defaultdict[int, float] = defaultdict(float)
        for order in sorted(fits.values):  # sums of floats depend on their order
            value = fits.values[order]
            totals[order] += value
            for beside in self._besides[order]:
                totals[beside] += value / 2
        return Fits({order: value for order, value in totals.items() if order not in self.cited_works})

    @cached_property
    def _besides(self) -> Sequence[tuple[int, ...]]:
        """Order of a sentence to those of the sentences beside it."""
        return tuple(self.beside(locus.order) for locus in self.loci)

    def near_fit(self, position: int) -> Fits:
        """Of one own work the same, more where an entry beside it in the bibliography is cited nearby."""
        known = self._near_fits.get(position)
        if known is None:
            known = self._near_fits[position] = self._drawn_near(position)
        return known

    def _drawn_near(self, position: int) -> Fits:
        wide = self.wide_fits[position]
        beside = (other for other in self.used_beside[position] if other is not None)
        cited = sorted({order for other in beside for order in self.uses[other]})
        if not cited:
            return wide
        return Fits(
            {
                order: value * (1 + _NEARNESS / (_NEARNESS + _distance(order, cited)))
                for order, value in wide.values.items()
            }
        )

    @cached_property
    def told(self) -> Mapping[Term, tuple[int, Mapping[int, int]]]:
        """Term, or pair of neighbouring ones, to how many citing sentences hold it and how often they cite a work."""
        counts: Counter[Term] = Counter()
        found: defaultdict[Term, Counter[int]] = defaultdict(Counter)
        for order, works in self.cited_works.items():
            ordered = self.sentence_terms(order)
            held: set[Term] = {*ordered, *pairwise(ordered)}
            for term in held:
                counts[term] += 1
                found[term].update(works)
        return {term: (counts[term], works) for term, works in found.items()}

    @cached_property
    def _pair_spread(self) -> Mapping[Pair, int]:
        """Pair of neighbouring terms to the number of sentences that hold it."""
        return Counter(pair for order in range(len(self.loci)) for pair in set(pairwise(self.sentence_terms(order))))

    def pair_rarity(self, pair: Pair) -> float:
        """How rare a pair of neighbouring terms is among the paper's sentences: 0 to 1."""
        size = len(self.loci)
        return math.log((size + 1) / (self._pair_spread.get(pair, 0) + 1)) / math.log(size + 2)

    def pairs_of(self, work: Candidature) -> frozenset[Pair]:
        """The pairs of neighbouring terms in an own work's title and abstract and in the sentences that cite it."""
        known = self._pairs_of.get(work.position)
        if known is None:
            texts = (work.title_terms, content_terms(work.work.abstract[:3000]))
            cited = (self.sentence_terms(order) for order in self.uses[work.position])
            known = frozenset(pair for text in (*texts, *cited) for pair in pairwise(text))
            self._pairs_of[work.position] = known
        return known

    @cached_property
    def claimed(self) -> Mapping[int, tuple[int, ...]]:
        """Order of a sentence to the own works for which it is among the three that fit best."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for work in self.own:
            wide = self.wide_fits[work.position].values
            for order in sorted(wide, key=lambda order: (-wide[order], order))[:3]:
                found[order].append(work.position)
        return {order: tuple(positions) for order, positions in found.items()}

    @cached_property
    def _letters_of_own(self) -> Mapping[str, Sequence[int]]:
        """Run of letters to the positions of the own works whose titles hold it."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for work in self.own:
            for run in work.letters:
                found[run].append(work.position)
        return found

    def letter_scores(self, runs: frozenset[str]) -> Mapping[int, float]:
        """Position of every own work that shares runs of letters to their weight."""
        totals: defaultdict[int, float] = defaultdict(float)
        for run in sorted(runs & self._letters_of_own.keys()):
            weight = self._runs[run]
            for position in self._letters_of_own[run]:
                totals[position] += weight
        return totals

    @cached_property
    def unused_share(self) -> float:
        """The share of the own works that nothing cites."""
        return sum(not orders for orders in self.uses) / len(self.own) if self.own else 0.0

    @cached_property
    def used_beside(self) -> tuple[tuple[int | None, int | None], ...]:
        """For each own work the nearest ones before and after it in the bibliography that something cites."""
        used = [position for position, orders in enumerate(self.uses) if orders]
        found = []
        for position in range(len(self.own)):
            at = bisect_left(used, position)
            after = at + (at < len(used) and used[at] == position)
            found.append((used[at - 1] if at else None, used[after] if after < len(used) else None))
        return tuple(found)

    @cached_property
    def cocitations(self) -> Mapping[tuple[int, int], float]:
        """How often two own works are cited in one sentence, or half as much in neighbouring ones."""
        found: defaultdict[tuple[int, int], float] = defaultdict(float)
        for order, works in self.cited_works.items():
            for other, count in ((order, 1.0), *((near, 0.5) for near in self.beside(order))):
                for first in works:
                    for second in self.cited_works.get(other, ()):
                        if first != second:
                            found[first, second] += count
        return found

    @cached_property
    def orderliness(self) -> float:
        """The share of works that stand within two entries of the one first cited before them.

        1 for a .bib that lists works in the order of citation, near 0 for an alphabetical one.
        """
        cited = sorted((orders[0], position) for position, orders in enumerate(self.uses) if orders)
        steps = [abs(second - first) <= _BESIDE for (_, first), (_, second) in pairwise(cited)]
        return sum(steps) / len(steps) if steps else 0.0

    @cached_property
    def unused_before(self) -> tuple[int, ...]:
        """How many works that nothing cites stand before each place of the bibliography."""
        return tuple(accumulate((not orders for orders in self.uses), initial=0))

    @cached_property
    def _section_counts(self) -> Mapping[tuple[str, tuple[str, ...]], tuple[int, int]]:
        """File and headings to the number of sentences there, and of those that cite."""
        all_of = Counter((locus.file.path, locus.sentence.section) for locus in self.loci)
        citing = Counter((self.loci[order].file.path, self.loci[order].sentence.section) for order in self.cited_at)
        return {section: (count, citing[section]) for section, count in all_of.items()}

    def citing_share(self, locus: Locus) -> float:
        """The share of the other sentences of the same section that cite."""
        count, citing = self._section_counts[locus.file.path, locus.sentence.section]
        return (citing - (locus.order in self.cited_at)) / (count - 1) if count > 1 else 0.0

    def share_in_section(self, position: int, locus: Locus) -> float:
        """The share of an own work's citations that stand in the same section as a place, its own left out."""
        here = locus.file.path, locus.sentence.section
        elsewhere = [order for order in self.uses[position] if order != locus.order]
        inside = [(self.loci[o].file.path, self.loci[o].sentence.section) == here for o in elsewhere]
        return sum(inside) / len(inside) if inside else 0.0

    def beside(self, order: int) -> tuple[int, ...]:
        """The orders of the sentences before and after one in its file; footnotes stand beside footnotes."""
        locus = self.loci[order]
        return tuple(other.order for step in (-1, 1) if (other := next(self._towards(locus, step), None)) is not None)

    def stretch_of(self, locus: Locus) -> tuple[int, ...]:
        """The orders of the other sentences of a paragraph."""
        found: list[int] = []
        for step in (-1, 1):
            for other in self._towards(locus, step):
                if other.sentence.stretch != locus.sentence.stretch:
                    break
                found.append(other.order)
        return tuple(sorted(found))

    def _towards(self, locus: Locus, step: int) -> Iterator[Locus]:
        """The sentences before or after one in its file, the nearest first: all footnotes, or all others."""
        in_note, order = locus.sentence.kind == _NOTE, locus.order + step
        while 0 <= order < len(self.loci) and self.loci[order].file is locus.file:
            if (self.loci[order].sentence.kind == _NOTE) == in_note:
                yield self.loci[order]
            order += step

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

    @cached_property
    def telling(self) -> Mapping[str, int]:
        """The terms that tell most of what the paper is about, with how often its text holds them."""
        return telling(Counter(term for order in range(len(self.loci)) for term in self.sentence_terms(order)))

    def norm(self, words: frozenset[str]) -> float:
        """The Euclidean length of a set of terms, each as long as it is rare; never 0."""
        known = self._norms.get(words)
        if known is None:
            known = self._norms[words] = math.sqrt(math.fsum(self.rarity(term) ** 2 for term in words)) or 1.0
        return known

    def sentence_terms(self, order: int) -> tuple[str, ...]:
        known = self._sentence_terms.get(order)
        if known is None:
            known = self._sentence_terms[order] = content_terms(self.loci[order].sentence.text)
        return known


def _distance(order: int, others: Sequence[int]) -> int:
    """How far the nearest of ascending orders is."""
    at = bisect_left(others, order)
    return min(abs(other - order) for other in others[max(0, at - 1) : at + 1])


def _own_work(key: str, position: int, work: Work, citances: tuple[str, ...]) -> Candidature:
    return Candidature(key, work, "bib", key, position, citances)


def _loci(files: Sequence[TexFile]) -> Iterator[Locus]:
    order = 0
    for file in files:
        for index in range(len(file.sentences)):
            yield Locus(file, index, order)
            order += 1
