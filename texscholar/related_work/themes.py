"""The themes of a related-work section: works that share a phrase beyond the topic, under a label a reader accepts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from texscholar.library import terms
from texscholar.recommend.evidence import names_in_title
from texscholar.related_work.topic import segments, variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from texscholar.recommend import Candidature
    from texscholar.related_work.topic import Part, Segment, Topic, Word

_MOST_LABELLED = 2
_MANY_WORKS, _MOST_OF_MANY = 12, 5  # from so many works on there are more themes
_A_THEME = 6  # works
_LARGEST = 9  # works; those of a larger theme speak for no label, and none joins it
_FEWEST_WORKS = 4  # below which a section stays one paragraph
_FEWEST_OF_MANY = 3  # works that share a label, where works are many
_KIN = 0.5  # rarity of a word that makes a work join a theme
_LONGEST_LABEL = 3  # words
_LEAST_RARITY, _LEAST_ALONE = 0.42, 0.6  # mean rarity of a label's words beyond the topic; the second for one word
_LEAST_OF_MANY = 0.3  # the same of several words, where works are many
_SINGLE = 0.55  # what a label of one word is worth beside one of two
_OF_TOPIC = 1.5  # what a part of the topic itself is worth as a label
_HEADLESS = re.compile(r"(?:al|ic|ive|ous|able|ible|ed|ly|ary|ful|less|lingual|based|aware|er than)$")
_GENERIC = frozenset(
    """
    approach approaches strategy strategies case cases study studies method methods methodology technique techniques
    analysis analyses framework frameworks mechanism mechanisms result results perspective look paper papers survey
    surveys review overview introduction work works research investigation exploration effectiveness effect effects
    impact role problem problems application applications way ways issue issues question questions challenge challenges
    lesson lessons advance advances progress step steps evidence experiment experiments improvement improvements
    performance use usage novel new recent existing previous prior related other further various different several
    simple better best good efficient effective improved improving improve revisiting rethinking understanding
    investigating towards toward large scale fast easy accurate art state beyond limits limitations need part tool tools
    system systems theory practice comparison proposal extension power learned things type types kind kinds version
    versions topic topics first second one two three many few all everything world time back level end free aware
    http https www com org net html
    """.split()  # noqa: SIM905 - words read best as text
)
"""Words of titles that name no subject."""
_BROAD = frozenset(
    """
    model models network networks learning task tasks data dataset datasets algorithm algorithms representation
    representations training information processing generation prediction language languages text texts words word
    sequence sequences features feature transformers neural machine
    """.split()  # noqa: SIM905 - words read best as text
)
"""Words that end a good label (language models) but are none alone."""
_NEGATED = frozenset({"without", "beyond", "not", "no", "than", "against", "non", "never", "except", "versus", "vs"})
_LISTED = frozenset({",", "and", "or", "&"})  # before them an adjective may stand
_PROPER = frozenset(
    """
    african arabic bayesian bert boltzmann chinese czech dutch english european finnish french gaussian german greek
    hebrew hindi hungarian indian italian japanese korean latin markov polish portuguese romanian russian sinhala slavic
    spanish swahili turkish twitter wikipedia
    """.split()  # noqa: SIM905 - words read best as text
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Works that share a phrase; the last theme holds the rest and has no label."""

    label: str
    works: tuple[Candidature, ...]


@dataclass
class _Label:
    """A phrase that may become a label: who shares it, and how titles write it where a noun phrase ends."""

    members: set[int] = field(default_factory=set)
    written: Counter[str] = field(default_factory=Counter)
    value: float = 0.0

    @property
    def text(self) -> str:
        return max(self.written, key=lambda text: (self.written[text], text.endswith("s"), text))


def themes(works: Sequence[Candidature], topic: Topic, rarity: Callable[[str], float]) -> tuple[Theme, ...]:
    """Greedily by the most telling phrase that some of the works left share; the rest under no label.

    Where works are many, those that share no label join the theme with which they share telling words.
    """
    many = len(works) >= _MANY_WORKS
    most = min(len(works) // _A_THEME, _MOST_OF_MANY) if many else _MOST_LABELLED
    least = _FEWEST_OF_MANY if many else 2
    left = list(works)
    found: list[Theme] = []
    while len(found) < most and (found or len(left) >= _FEWEST_WORKS):
        taken = topic.terms | {term for theme in found for term in terms(theme.label)}
        label = _best_label(left, topic, taken, rarity, least, whole=bool(found))
        if label is None:
            break
        found.append(Theme(label.text, _by_year(left[number] for number in label.members)))
        left = [work for number, work in enumerate(left) if number not in label.members]
    if many:
        found, left = _joined(found, left, topic, rarity)
    if all(theme.label.lower() in topic.text.lower() for theme in found):
        found.sort(key=lambda theme: topic.text.lower().find(theme.label.lower()))
    return (*found, Theme("", _by_year(left))) if left else tuple(found)


def _joined(
    found: Sequence[Theme], left: Sequence[Candidature], topic: Topic, rarity: Callable[[str], float]
) -> tuple[list[Theme], list[Candidature]]:
    """The themes with the works that share telling words with two or more of theirs, and the works that do not."""
    shared = [_shared_words(theme, topic, rarity) for theme in found]
    members: list[list[Candidature]] = [list(theme.works) for theme in found]
    rest: list[Candidature] = []
    for work in left:
        kin = [sum(rarity(word) for word in sorted(work.title_words & words)) for words in shared]
        open_ones = [at for at, theirs in enumerate(members) if kin[at] and len(theirs) < _LARGEST]
        if open_ones:
            members[max(open_ones, key=lambda at: (kin[at], -at))].append(work)
        else:
            rest.append(work)
    return [Theme(theme.label, _by_year(theirs)) for theme, theirs in zip(found, members, strict=True)], rest


def _shared_words(theme: Theme, topic: Topic, rarity: Callable[[str], float]) -> frozenset[str]:
    """The telling words beyond the topic that two or more titles of a theme hold."""
    spread = Counter(word for work in theme.works for word in work.title_words)
    return frozenset(
        word
        for word, count in spread.items()
        if count > 1 and word not in topic.terms and word not in _GENERIC and rarity(word) >= _KIN
    )


def _by_year(works: Iterable[Candidature]) -> tuple[Candidature, ...]:
    return tuple(sorted(works, key=lambda work: (work.work.year or 0, work.key, work.origin, work.record)))


def _best_label(
    works: Sequence[Candidature],
    topic: Topic,
    taken: frozenset[str],
    rarity: Callable[[str], float],
    least: int,
    *,
    whole: bool,
) -> _Label | None:
    """The most telling label of ``least`` works or more, of all of them only where another theme stands before it."""
    rare = _LEAST_RARITY if least < _FEWEST_OF_MANY else _LEAST_OF_MANY
    labels = [*_phrase_labels(works, taken, rarity, rare), *_topic_labels(works, topic, rarity)]
    most = len(works) if whole else len(works) - 1
    fitting = [label for label in labels if least <= len(label.members) <= most]
    return max(
        fitting,
        key=lambda label: (label.value * _size(len(label.members)), label.text),
        default=None,
    )


def _size(members: int) -> float:
    """What it is worth that so many works share a label: a crowd tells little."""
    return members - 0.5 if members <= _LARGEST else _LARGEST**2 / members


def _topic_labels(works: Sequence[Candidature], topic: Topic, rarity: Callable[[str], float]) -> Iterator[_Label]:
    """The subjects of a topic that names several, each with the works that bear all its words."""
    if len(topic.subjects) < 2:  # noqa: PLR2004 - one subject tells no works apart
        return
    for part in topic.subjects:
        text = _lowered(part.text, topic.text)
        if len(part.words) > 1 and text:
            members = {number for number, work in enumerate(works) if _bears(work, part)}
            value = _OF_TOPIC * sum(rarity(word.term) for word in part.words)
            yield _Label(members, Counter({text: 1}), value)


def _bears(work: Candidature, part: Part) -> bool:
    title = work.title_words | {first + second for first, second in work.phrases}
    return all(title & set(variants(word)) for word in part.words)


def _phrase_labels(
    works: Sequence[Candidature], taken: frozenset[str], rarity: Callable[[str], float], least: float
) -> Iterator[_Label]:
    """The phrases of the titles that may stand as a label, those of several words if they are as rare as ``least``."""
    labels: defaultdict[tuple[str, ...], _Label] = defaultdict(_Label)
    for number, work in enumerate(works):
        for segment in segments(work.work.title):
            if segment.after in _NEGATED:
                continue
            for words, is_end in _phrases(segment):
                label = labels[tuple(word.term for word in words)]
                label.members.add(number)
                if is_end and _is_noun_phrase(words, segment):
                    label.written[_surface(words, work)] += 1
    for key, label in sorted(labels.items()):
        beyond = [term for term in key if term not in taken]
        telling = sum(map(rarity, beyond)) / len(beyond) if beyond else 0.0
        if label.written and telling >= (least if len(key) > 1 else _LEAST_ALONE):
            label.value = sum(map(rarity, key)) if len(key) > 1 else _SINGLE * telling
            yield label


def _phrases(segment: Segment) -> Iterator[tuple[tuple[Word, ...], bool]]:
    """The one, two and three neighbouring words of a segment, no hyphen before them, and whether they end it."""
    words = segment.words
    for start in range(len(words)):
        if start and words[start].gap.strip():
            continue  # "supervised learning" is not what "self-supervised learning" says
        for end in range(start + 1, min(start + _LONGEST_LABEL, len(words)) + 1):
            yield words[start:end], end == len(words)


def _is_noun_phrase(words: Sequence[Word], segment: Segment) -> bool:
    """Whether words that end a segment can follow a preposition as they are."""
    lower = [word.text.lower() for word in words]
    last = lower[-1]
    if segment.before in _LISTED:
        return False
    if segment.article and not last.endswith("s"):
        return False  # "a dependency parser" wants its article
    if any(word in _GENERIC or not _has_letters(word) for word in lower) or _HEADLESS.search(last):
        return False
    return len(words) > 1 or (last not in _BROAD and len(last) > 3)  # noqa: PLR2004 - shorter ones are abbreviations


def _has_letters(word: str) -> bool:
    """Letters and not only digits: "3d" is a word."""
    return word.isalnum() and any(char.isalpha() for char in word)


def _surface(words: Sequence[Word], work: Candidature) -> str:
    text = "".join((word.gap if at else "") + word.text for at, word in enumerate(words))
    raw = dict(work.work.fields).get("title", "")
    return _lowered(text, work.work.title, frozenset(re.findall(r"\{([A-Z]\w*)\}", raw)))


def _lowered(text: str, title: str, protected: frozenset[str] = frozenset()) -> str:
    """A phrase in small letters but for names."""
    names = protected | names_in_title(title)

    def small(match: re.Match[str]) -> str:
        word = match[0]
        return word if word in names or word.lower() in _PROPER else word.lower()

    return " ".join(re.sub(r"[^\W_]+", small, text).split())
