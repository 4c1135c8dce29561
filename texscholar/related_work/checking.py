"""The check of what a model wrote: sentence by sentence, pure, and with a reason for each that is refused.

A sentence is plain text in which ``[1]`` to ``[n]`` stand for works. What it says must be borne out word by word by the
records of the works that it cites: words are compared, so it is a check against inventions, not a proof of truth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from texscholar.bibtex import fold
from texscholar.lfm.prose import prose
from texscholar.library import terms
from texscholar.related_work.stock import CONTRAST, DENIAL, FIRST_PERSON, claiming, claimless, referring
from texscholar.related_work.support import (
    LEAST_SUPPORT,
    MOST_ABSTRACT,
    Source,
    content_words,
    numbers_in,
    source_of,
    support,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.bibtex import Work

MOST_COPIED = 11
"""Words in a row that a sentence may share with an abstract."""

MOST_COPIED_CHARACTERS = 19
"""The same in characters, for scripts without spaces: two to a word, less what particles take."""

MOST_TOGETHER = 3
"""Works that one sentence may cite: what is said of more says little of each."""

_FEWEST_WORDS, _MOST_WORDS = 4, 60
_FEWEST_CHARACTERS, _MOST_CHARACTERS = 6, 160  # of a sentence in a script without spaces
_MOST_CONNECTING = 12  # words of a sentence that cites nothing
_LEAST_OF_CLAUSE = 0.5  # share of a clause's content words that must be borne out,
_FEWEST_OF_CLAUSE = 2  # where it has so many
_SAME = 0.8  # share of content words from which two sentences say the same

PLACEHOLDER = re.compile(r"\[(\d+)\]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_WORD_PART = re.compile(r"[^\W_]+")
_FIRST_WORD = re.compile(r"[^\W\d_]+(?!\w)")  # of letters alone: "word2vec" may begin a sentence
_UNSPACED = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff]")
_END = re.compile(r"[.?!؟。？！]")
_BREAK = re.compile(r"(?<=[.?!؟])\s+(?=[^\W\d_]|\[)|(?<=[。？！])\s*(?=\S)")
_ABBREVIATION = re.compile(r"(?:\b(?:al|e\.g|i\.e|cf|vs|etc|resp|bzw|vgl|p\. ?ej|[^\W\d_])\.)$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"[,;:](?=\s)|[，、；：،؛]|\s(?:and|but|which|that|while|whereas|because|although|who|where|when|if|so"
    r"|with|using|by|via|through|und|aber|während|wobei|mit|durch|et|mais|qui|que|dont|tandis|avec|par|y|pero|mientras"
    r"|cuyo|con|por|mediante|كما|بينما)\s",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"://|www\.|\bhttps?\b|\b\w+\.(?:com|org|net|io|edu|ai)\b|/\S*/", re.IGNORECASE)
_STUMBLING = re.compile(r"\b([^\W\d_]+) \1\b|[,;:] *[,;:.]|\s[,;:.!?](?:\s|$)", re.IGNORECASE)
_NAMED = re.compile(
    r"(?P<first>[^\W\d_]\w*(?:[-'’]\w+)*)"
    r"(?P<more>(?:\s+(?:and|&|und|et|y|و|和|と)\s+(?P<second>[^\W\d_]\w*(?:[-'’]\w+)*))|\s+(?:et|u\.) al\.?)?"
    r",?\s*\[(?P<number>\d+)\]"
)


@dataclass(frozen=True)
class Ground:
    """What the draft of a theme may rest on.

    ``works`` are those that the placeholders stand for, in order; ``label`` names what they share.
    ``about`` is what the paper says about itself, ``claims`` what it says that it contributes.
    """

    works: Sequence[Work]
    label: str = ""
    about: str = ""
    claims: str = ""
    language: str = "en"

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """What each record says."""
        return tuple(source_of([work]) for work in self.works)

    @cached_property
    def copyable(self) -> frozenset[str]:
        """Runs of words and of characters of the abstracts, each one longer than a sentence may share."""
        texts = [work.abstract[:MOST_ABSTRACT] for work in self.works]
        return frozenset(run for text in (*texts, self.about, self.claims) for run in _runs(text))

    def of(self, numbers: Sequence[int]) -> Source:
        """What the records behind some placeholders say, joined."""
        return source_of([self.works[number - 1] for number in numbers])


@dataclass(frozen=True, slots=True)
class Verdict:
    """A sentence with the works that it cites, its words that they bear out, and why it is refused, if it is."""

    text: str
    numbers: tuple[int, ...]
    words: tuple[str, ...] = ()
    refused: str = ""

    @property
    def stands(self) -> bool:
        return not self.refused


@dataclass
class Check:
    """The sentences of one theme in their order; each is checked beside those that were accepted before it.

    ``most`` is how many sentences may describe one work.
    """

    ground: Ground
    most: int = 1
    _said: list[frozenset[str]] = field(default_factory=list)
    _texts: set[str] = field(default_factory=set)
    _described: dict[int, int] = field(default_factory=dict)
    _last: str = ""  # what the sentence before was: "cites", "connects", or nothing where none was accepted

    def sentence(self, text: str) -> Verdict:
        """Accept or refuse the next sentence."""
        numbers = tuple(dict.fromkeys(int(number) for number in PLACEHOLDER.findall(text)))
        refused = next(self._wrong(text, numbers), "")
        if refused:
            self._last = ""
            return Verdict(text, tuple(n for n in numbers if 1 <= n <= len(self.ground.works)), refused=refused)
        self._last = "cites" if numbers else "connects"
        self._texts.add(fold(text))
        if not numbers:
            return Verdict(text, ())
        self._said.append(self._content(text))
        for number in numbers:
            self._described[number] = self._described.get(number, 0) + 1
        return Verdict(text, numbers, support(self._said_of(text), self.ground.of(numbers), self.ground.language).words)

    def closing(self, text: str, earlier: Sequence[str] = ()) -> Verdict:
        """Accept or refuse a last sentence, which speaks of the paper; other paragraphs ended in ``earlier`` ones."""
        refused = next(self._wrong_closing(text, earlier), "")
        words = support(text, Source(self.ground.claims), self.ground.language).words
        return Verdict(text, (), () if refused else words, refused)

    # -- what can be wrong; the first answer counts

    def _wrong(self, text: str, numbers: tuple[int, ...]) -> Iterator[str]:
        ground = self.ground
        if any(not 1 <= number <= len(ground.works) for number in numbers):
            yield "it cites no work on offer"
        yield from malformed(text, len(ground.works))
        if FIRST_PERSON.search(_bare(text)):
            yield "it speaks of the paper itself"
        if fold(text) in self._texts:
            yield "it was said before"
        if self._last == "" and referring(ground.language).match(text):
            yield "it rests on a sentence that is not there"
        yield from self._wrong_citing(text, numbers) if numbers else self._wrong_connecting(text)

    def _wrong_citing(self, text: str, numbers: tuple[int, ...]) -> Iterator[str]:
        ground, bare = self.ground, self._said_of(text)
        if len(numbers) > MOST_TOGETHER:
            yield "it cites too many works at once"
        yield from _misattributed(text, ground.works)
        source = ground.of(numbers)
        yield from unfounded(_bare(text), source, Source(f"{ground.about}\n{ground.claims}"), ground.language)
        if not support(bare, source, ground.language).is_enough:
            yield "too few of its words stand in the records"
        if clause := self._loose_clause(text, numbers):
            yield f"too few words of a clause stand in the records: {clause}"
        if len(numbers) > 1 and not self._is_shared(bare, numbers, LEAST_SUPPORT / (2 * len(numbers))):
            yield "too few of its words stand in one of the records"
        if ground.copyable & set(_runs(text)):
            yield "it copies an abstract"
        if all(self._described.get(number, 0) >= self.most for number in numbers):
            yield "it describes a work once more"
        content = self._content(text)
        if any(_are_same(content, said) for said in self._said):
            yield "it says the same as another one"

    def _wrong_connecting(self, text: str) -> Iterator[str]:
        """A sentence without a work may only lead on: short, in words that claim nothing or name the theme."""
        if self._last == "connects":
            yield "it is the second one without a work"
        if len(_WORD.findall(text)) > _MOST_CONNECTING or len(_UNSPACED.findall(text)) > 2 * _MOST_CONNECTING:
            yield "it says more than a connecting sentence may"
        label = Source(self.ground.label)
        yield from unfounded(text, label, label, self.ground.language)
        if support(text, label, self.ground.language).missing:
            yield "it claims something and names no work"

    def _wrong_closing(self, text: str, earlier: Sequence[str]) -> Iterator[str]:
        ground = self.ground
        claims = Source(ground.claims)
        if PLACEHOLDER.search(text):
            yield "it cites a work"
        yield from malformed(text, 0)
        if not FIRST_PERSON.search(text):
            yield "it does not speak of the paper"
        if CONTRAST.search(text):
            yield "it compares the paper with others"
        yield from unfounded(text, claims, claims, ground.language)
        borne_out = support(text, claims, ground.language)
        if borne_out.missing:
            yield "it claims what the paper does not"
        if not borne_out.words:
            yield "it says nothing of what the paper contributes"
        if ground.copyable & set(_runs(text)):
            yield "it copies the paper"
        content = self._content(text)
        if any(_are_same(content, self._content(other)) for other in earlier):
            yield "another paragraph ends so"

    def _loose_clause(self, text: str, numbers: Sequence[int]) -> str:
        """A clause of which most is not borne out, by its own works where it cites any; empty if there is none.

        What is invented likes to follow what is not: "…, which is the standard today".
        """
        for clause in _CLAUSE.split(text):
            own = [int(number) for number in PLACEHOLDER.findall(clause)] or numbers
            found = support(self._said_of(clause), self.ground.of(own), self.ground.language)
            if found.share < _LEAST_OF_CLAUSE and len(found.words) + len(found.missing) >= _FEWEST_OF_CLAUSE:
                return self._said_of(clause).strip(" .")
        return ""

    def _is_shared(self, bare: str, numbers: Sequence[int], least: float) -> bool:
        """Whether each of several records bears out some part, if only half an even one."""
        language = self.ground.language
        return all(support(bare, self.ground.sources[number - 1], language).share >= least for number in numbers)

    def _said_of(self, text: str) -> str:
        """A sentence without its placeholders and the authors named before them."""
        for match in reversed(list(named_before(text, self.ground.works))):
            text = text[: match.start()] + text[match.end() :]
        return _bare(text)

    def _content(self, text: str) -> frozenset[str]:
        words = content_words(_bare(text), self.ground.language)
        return frozenset(term for word in words for term in terms(word))


def _are_same(content: frozenset[str], other: frozenset[str]) -> bool:
    return len(content & other) >= _SAME * max(len(content), len(other), 1)


def split(text: str) -> tuple[str, ...]:
    """The sentences of plain text; a last one that does not end is left out."""
    pieces: list[str] = []
    for piece in _BREAK.split(" ".join(text.split())):
        if pieces and _ABBREVIATION.search(pieces[-1]):
            pieces[-1] += f" {piece}"
        else:
            pieces.append(piece)
    return tuple(piece for piece in map(str.strip, pieces) if piece and _END.search(piece[-1]))


def malformed(text: str, works: int) -> Iterator[str]:
    """What is wrong with a sentence as a sentence, whatever it says."""
    if not prose(works).accepts(text):
        yield "it holds characters that no draft may hold"
    if not _END.search(text[-1:]) or text[-1] in "?？؟" or text.endswith("..") or len(_END.findall(text[-3:])) > 1:
        yield "it does not end as a statement"
    if not _is_balanced(text):
        yield "its brackets do not match"
    if len(re.findall(r"(?<!\w)'(?=\w)", text)) != len(re.findall(r"(?<=\w)'(?!\w)|(?<=[.,;])'", text)):
        yield "its quotation marks do not match"
    if _STUMBLING.search(text):
        yield "it stumbles"
    if _ADDRESS.search(text):
        yield "it holds an address"
    unspaced, words = len(_UNSPACED.findall(text)), len(_WORD.findall(_bare(text)))
    if unspaced < _FEWEST_CHARACTERS and words < _FEWEST_WORDS:
        yield "it is no sentence"
    if unspaced > _MOST_CHARACTERS or words > _MOST_WORDS:
        yield "it is too long"
    if (first := _FIRST_WORD.match(text)) and first[0].islower():
        yield "it begins in the middle"


def _is_balanced(text: str) -> bool:
    """Whether every bracket has its partner; none stands in another."""
    stripped = re.sub(r"\([^()（）「」]*\)|（[^()（）「」]*）|「[^()（）「」]*」", "", text)
    return not set("()（）「」") & set(stripped)


def unfounded(text: str, source: Source, paper: Source, language: str) -> Iterator[str]:
    """Numbers, names and words of praise, priority or denial that stand neither in the records nor in the paper.

    The last kind only counts where the records say it: a paper's own praise is not theirs.
    """
    missing = [number for number in numbers_in(text) if number not in source.numbers | paper.numbers]
    if missing:
        yield f"the number {missing[0]} stands nowhere"
    idle = claimless(language)
    for name in _names(text):
        parts = _WORD_PART.findall(name)
        if not all(_stands(part, source, paper) or set(terms(part)) <= idle for part in parts):
            yield f"the name {name} stands nowhere"
    if DENIAL.search(text) and not DENIAL.search(source.text):
        yield "no record denies anything"
    claimed = (frozenset(terms(text)) & claiming(language)) - source.terms
    if claimed:
        yield f"no record says {min(claimed)}"


def _names(text: str) -> Iterator[str]:
    """Words that may be names: all with a capital, and those with a digit and a letter."""
    for word in _WORD.findall(text):
        if any(char.isupper() for char in word) or (any(map(str.isdigit, word)) and any(map(str.isalpha, word))):
            yield word


def _stands(part: str, source: Source, paper: Source) -> bool:
    folded = fold(part)
    return any(folded in each.words | each.names or set(terms(part)) <= each.terms for each in (source, paper))


def _misattributed(text: str, works: Sequence[Work]) -> Iterator[str]:
    """Authors' names before a placeholder that are not those of the work it stands for.

    Two words with an "and" between them are names where both have a capital and the record does not say them.
    """
    for match in _NAMED.finditer(text):
        work = works[int(match["number"]) - 1]
        pair = [word for word in (match["first"], match["second"]) if word]
        if len(pair) > 1 and (not all(word[0].isupper() for word in pair) or _says(work, pair)):
            continue
        if match["more"] and not authors_before(match, work):
            yield f"{match['first']} is no author of the work"


def _says(work: Work, words: Sequence[str]) -> bool:
    return {fold(word) for word in words} <= source_of([work]).words


def named_before(text: str, works: Sequence[Work]) -> Iterator[re.Match[str]]:
    """Where authors' names stand before the placeholder of their own work."""
    return (match for match in _NAMED.finditer(text) if authors_before(match, works[int(match["number"]) - 1]))


def authors_before(match: re.Match[str], work: Work) -> bool:
    """Whether the names before a placeholder are those that a citation of the work would show."""
    families = [fold(author.family) for author in work.authors]
    if not families or families[0] != fold(match["first"]):
        return False
    return not match["second"] or families[1:2] == [fold(match["second"])]


def _bare(text: str) -> str:
    """The text without its placeholders."""
    return PLACEHOLDER.sub(" ", text)


def _runs(text: str) -> Iterator[str]:
    """Every run of words, and of characters of scripts without spaces, that is too long to share."""
    words = [fold(word) for word in _WORD_PART.findall(_bare(text))]
    yield from (" ".join(words[at : at + MOST_COPIED + 1]) for at in range(len(words) - MOST_COPIED))
    joined = "".join(_UNSPACED.findall(_bare(text)))
    size = MOST_COPIED_CHARACTERS + 1
    yield from (joined[at : at + size] for at in range(len(joined) - size + 1))
