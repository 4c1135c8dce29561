"""What a paper would ask online: a few words or an identifier for each place that nothing at hand answers.

All that may leave the machine is decided here, by one function of text: ``query_words``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.latex import Marker
from texscholar.library import STOP_WORDS, terms
from texscholar.library.online.queries import MOST_WORDS, Lookup, Search, identifier, words_in
from texscholar.pipeline import key_parts, left_open
from texscholar.recommend import UNDEFINED
from texscholar.recommend.background import weight
from texscholar.recommend.evidence import names_in_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.library.online.queries import Query
    from texscholar.pipeline import Job, Paper, Shelf
    from texscholar.recommend import Evidence, Finding

_FEWEST_WORDS = 2  # of a sentence; one alone finds anything
_SHORTEST = 3  # letters
_PHRASING = frozenset(
    term
    for word in """
    able about accordingly achieve actual actually addition additional address aim allow almost alone already always
    amount amounts another answer apart apply approach argue argument around article aspect assume attempt author
    available aware based basis become began begin behave behavior believe benefit best better beyond bigger bring
    broad broader build built call capable case certain chapter choice choose chosen clear clearly closer combine come
    common commonly compare comparison compute concept concern conclude conduct consider consist contain context
    continue contrast contribute contribution correspond course cover current currently date deal define degree
    demonstrate depend describe design desire despite detail determine develop differ difference different difficult
    direct discuss draw driven earlier early easily easy effect eight either employ enable end enough ensure entire
    especially essential establish even ever every evidence exact example exhibit exist existing expect explain
    explicit express extend extensive extent fact fail fairly far field figure final find finding first five focus
    follow form former formulate found four frequent full fully fundamental furthermore future gain gave general
    generally get give given goal going gone good great group grown hand handle hard harder heavier held help hence
    high highly hold idea identify illustrate implies imply important improve include including increase indeed
    indicate individual influence instance instead intend interest introduce investigate involve issue kept key kind
    know known lack large last late later latter lead least leaves led left less let like likely limit limitation line
    list literature little long look low made main mainly make manner many mean means meant mention merely method
    moreover motivate naturally nature near necessary need never nevertheless new next nine note notion novel number
    numerous observe obtain obvious offer often old one open order original others otherwise outperform overall
    overview own paper part particular particularly past people perform performance perhaps place play please point
    popular position possible potential practice precise prefer present previous previously primary principle prior
    problem produce prominent propose prove provide publish purpose put question quite range rather reach read reader
    readily real realize really reason recent recently refer regard related relation relatively rely remain report
    represent require research researcher respect rest rests result return reveal review right role rose scope second
    section see seem seen select sense sent serve set seven several shall short show shown significant similar simple
    simply single six small solve sometimes sought special specific spent spoken standard start state step still stood
    strong study subject substantial success successful successfully sufficient suggest suit suitable summarize
    support surprise surprising survey table take taken task ten tend term thing think third though thought time today
    together told topic toward towards traditional true try turn two type typical typically underline understand
    understood unlike us use used useful usual usually utilized value variety various view want way well went wherein
    whole whose wide widely work works worse would written year yet
    """.split()  # noqa: SIM905 - words read best as text
    for term in terms(word)
)
"""Index terms of what papers say whatever they are about."""
_RARE = 0.8  # weight of a term that stands in a hundred of the titles that weights come from
_RECURS = 3  # times in a paper that show that a rare word belongs to its subject
_NAME = re.compile(r"(?<!^)(?<![.!?:] )\b[A-Z]\w+|\b\w*[a-z0-9][A-Z]\w*|\b[A-Z]{2,}\w*")


_ADDRESS = re.compile(r"\S*(?:://|@|\bwww\.|\bdoi\.org/)\S*")
_NO_COUNTS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Question:
    """What would be asked, and for which place: ``FILE:LINE RULE``."""

    place: str
    query: Query


def query_words(
    text: str, title: str, counts: Mapping[str, int] = _NO_COUNTS, *, is_topic: bool = False
) -> tuple[str, ...]:
    """The words that may be sent to find works for a text of an unpublished paper, the most telling first.

    At most five, in small letters, out of order, each once; of a sentence at most half of its content words, rounded
    up, and none where fewer than two are left; never a number, an address or a name that the paper's title gives to
    what it presents, nor more than half of the content words of that title. Of scripts without spaces between words
    nothing is sent.

    Args:
        text: a sentence as plain text, or a topic.
        title: of the paper.
        counts: how often the paper has each index term, which tells its subject from what is rare by chance.
        is_topic: the author wrote the text to say what to look for; then all its words may be sent.
    """
    text = _ADDRESS.sub(" ", text)
    named = {term for name in names_in_title(title) for term in terms(name)}
    words = {term: word for word in reversed(words_in(text)) if (term := _content(word)) and term not in named}
    if not is_topic:
        words = {term: word for term, word in words.items() if term not in _PHRASING}
    content = {_content(word) for word in words_in(text)} - {""}
    most = min(MOST_WORDS, len(words) if is_topic else ceil(len(content) / 2))
    names = {term for match in _NAME.finditer(text) for term in terms(match[0])}

    def worth(term: str) -> float:
        is_subject = weight(term) < _RARE or term in names or counts.get(term, 0) >= _RECURS
        return weight(term) if is_subject else weight(term) - 1

    order = sorted(words, key=lambda term: (-worth(term), term))
    in_title = {term for word in words_in(title) if (term := _content(word))}
    left = len(in_title) // 2
    chosen: list[str] = []
    for term in order:
        if len(chosen) == most:
            break
        if term in in_title:
            left -= 1
        if left >= 0 or term not in in_title:
            chosen.append(words[term])
    return tuple(chosen) if is_topic or len(chosen) >= _FEWEST_WORDS else ()


def questions_of(paper: Paper, libraries: Sequence[Shelf], job: Job) -> tuple[Question, ...]:
    """What would be asked about a paper, each question once, what its author marked first."""
    evidence, findings = left_open(paper, libraries, job)
    sentences = (sentence.text for file in paper.project.files for sentence in file.sentences)
    counts = Counter(term for text in sentences for term in terms(text)) if findings else _NO_COUNTS
    asked: dict[Query, Question] = {}
    for finding in findings:
        for query in _queries(finding, evidence, counts):
            line = finding.source.position(finding.span.start).line
            asked.setdefault(query, Question(f"{finding.source.path}:{line} {finding.rule}", query))
    return tuple(asked.values())


def _queries(finding: Finding, evidence: Evidence, counts: Mapping[str, int]) -> Iterator[Query]:
    if finding.rule == UNDEFINED:
        yield from _of_key(finding.key)
        return
    if isinstance(finding.subject, Marker):
        from texscholar.related_work import topic_of  # noqa: PLC0415 - for papers with markers

        file = evidence.project.file(finding.source.path)
        text = topic_of(finding.subject, file, evidence) if file else ""
        words = query_words(text, evidence.title, counts, is_topic=bool(finding.subject.topic))
    else:
        words = query_words(finding.locus.sentence.text if finding.locus else "", evidence.title, counts)
    if words:
        yield Search(words)


def _of_key(key: str) -> Iterator[Query]:
    """A look-up where a key is an identifier, a search for surname and word where it is made of them."""
    found = identifier(key)
    if found is not None:
        yield Lookup(found.doi, found.arxiv, key)
    elif parts := key_parts(key):
        surname, _, word = parts
        yield Search((surname.lower(), word.lower()), every=True)


def _content(word: str) -> str:
    """The index term of a word that says what a text is about; empty for others."""
    term = next(iter(terms(word)), "")
    is_word = len(word) >= _SHORTEST and any(char.isalpha() for char in word) and len(terms(word)) == 1
    return term if is_word and term not in STOP_WORDS and all(char < "\u2e80" for char in word) else ""
