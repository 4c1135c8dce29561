"""The outline draft of a related-work section: one plain sentence a record, made from its own metadata only."""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex import identities, typeset
from texscholar.library import terms
from texscholar.recommend import Candidature, Evidence, Searchable
from texscholar.recommend.background import mass, weight
from texscholar.recommend.evidence import content_terms, names_in_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from texscholar.latex import CiteStyle, Marker, TexFile

MOST_WORKS = 8
_FROM_LIBRARY = 60
_LEAST_COVER = 0.34  # of the topic's weight that a work's title, key or abstract must cover
_LEAST_OF_BEST = 0.55  # of the best work's relevance
_MOST_THEMES = 3
_WRAP = 80
_UNWRAPPED = 120  # characters; where many lines are longer the paper keeps a paragraph on one line


@dataclass(frozen=True, slots=True)
class Theme:
    """Works that share a term beyond the topic; the last theme holds the rest and has no label."""

    label: str
    works: tuple[Candidature, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a section will speak about."""

    topic: str
    themes: tuple[Theme, ...]
    relevance: Mapping[int, float]

    @property
    def works(self) -> tuple[Candidature, ...]:
        return tuple(work for theme in self.themes for work in theme.works)


def topic_of(marker: Marker, file: TexFile, evidence: Evidence) -> str:
    """What a marker asks for: its own words, else the heading above it, else the paper's title."""
    if marker.topic:
        return marker.topic
    path = file.prose.section_path(marker.span.start)
    own = [
        title
        for title in path
        if not re.fullmatch(r"related work|previous work|background|literature", title, re.IGNORECASE)
    ]
    if own:
        return own[-1]
    root = evidence.project.file(evidence.project.root)
    title = re.search(r"\\title\s*(?:\[[^\]]*\])?\s*(?=\{)", root.scan.code) if root else None
    if root is None or title is None:
        return ""
    end = root.scan.group_end(title.end())
    return " ".join(
        re.sub(r"\\[A-Za-z@]+\*?|[{}~]", " ", root.scan.code[title.end() : max(end, title.end())]).split()
    )


def plan(
    topic: str, marker: Marker, file: TexFile, evidence: Evidence, libraries: Sequence[Searchable]
) -> Plan:
    """The works for a topic, own ones first where they fit as well, and the themes they fall into."""
    wanted = frozenset(content_terms(topic))
    discussed = _discussed(marker, file)
    own = [work for work in evidence.own if work.key not in discussed]
    pool = [*own, *_from_libraries(topic, evidence, libraries)]
    scored = {number: _relevance(work, wanted) for number, work in enumerate(pool)}
    best = max(scored.values(), default=0.0)
    kept = [number for number, score in scored.items() if score >= max(_LEAST_COVER, _LEAST_OF_BEST * best)]
    kept.sort(
        key=lambda number: (-scored[number], not pool[number].is_own, pool[number].key, pool[number].record)
    )
    chosen = [pool[number] for number in kept[:MOST_WORKS]]
    relevance = {id(pool[number]): scored[number] for number in kept}
    return Plan(topic, _themes(chosen, wanted), relevance)


def _discussed(marker: Marker, file: TexFile) -> frozenset[str]:
    """Keys cited under the same headings."""
    here = file.prose.section_path(marker.span.start)
    return frozenset(
        key.key
        for citation in file.citations
        if file.prose.section_path(citation.span.start) == here
        for key in citation.keys
    )


def _from_libraries(topic: str, evidence: Evidence, libraries: Sequence[Searchable]) -> Iterable[Candidature]:
    known = set(evidence.own_identities)
    for library in libraries:
        for hit in library.search(topic, _FROM_LIBRARY):
            names = identities(hit.record.work)
            if names & known:
                continue
            known |= names
            yield Candidature(hit.record.key, hit.record.work, f"library:{library.name}", hit.record.id)


def _relevance(work: Candidature, wanted: frozenset[str]) -> float:
    """Between 0 and about 1: how much of the topic the work covers, and how much of its title the topic covers."""
    title = frozenset(work.title_terms)
    covered = mass((title | work.key_terms | work.abstract_terms) & wanted) / (mass(wanted) or 1.0)
    return 0.75 * covered + 0.25 * mass(title & wanted) / (mass(title) or 1.0)


def _themes(works: Sequence[Candidature], topic: frozenset[str]) -> tuple[Theme, ...]:
    """Greedily by the term that most of the works left share; the rest in a theme without label."""
    left = list(works)
    themes: list[Theme] = []
    while len(themes) < _MOST_THEMES - 1 and len(left) > 2:  # noqa: PLR2004 - two works are no theme beside a rest
        counts = Counter(term for work in left for term in sorted(set(work.title_terms) - topic))
        shared = [term for term, count in counts.items() if 2 <= count < len(left)]  # noqa: PLR2004 - shared by two
        if not shared:
            break
        best = max(shared, key=lambda term: (counts[term] * weight(term), term))
        members = [work for work in left if best in work.title_terms]
        left = [work for work in left if best not in work.title_terms]
        themes.append(Theme(_surface(best, members), _by_year(members)))
    if left:
        themes.append(Theme("", _by_year(left)))
    return tuple(themes)


def _by_year(works: Iterable[Candidature]) -> tuple[Candidature, ...]:
    return tuple(sorted(works, key=lambda work: (work.work.year or 0, work.key, work.record)))


def _surface(term: str, works: Iterable[Candidature]) -> str:
    """The word that most titles write for a term: as it is for a name, in small letters otherwise."""
    written: defaultdict[str, int] = defaultdict(int)
    for work in works:
        names = names_in_title(work.work.title)
        for word in re.findall(r"[^\W\d_][\w]*", work.work.title):
            if term in terms(word):
                written[word if word in names else word.lower()] += 1
    return max(written, key=lambda word: (written[word], word), default=term)


@dataclass(frozen=True, slots=True)
class Hand:
    """How a draft is written: the paper's citation commands, the keys it uses, the characters its file can hold."""

    style: CiteStyle
    key: Callable[[Candidature], str]
    encoding: str
    ascii_only: bool

    def text(self, words: str) -> str:
        """Plain words as TeX that typesets them; whatever they hold, it is never a command."""
        return typeset(words, self.encoding, ascii_only=self.ascii_only)


def draft(plan: Plan, hand: Hand) -> str:
    """The paragraphs of a plan, one a theme, in LaTeX, not yet wrapped."""
    paragraphs = []
    for theme in plan.themes:
        sentences = [_sentence(work, hand, number) for number, work in enumerate(theme.works)]
        if theme.label:
            sentences[0] = f"On {hand.text(theme.label)}, {sentences[0]}"
        elif len(plan.themes) > 1:
            sentences[0] = f"Beyond these, {sentences[0]}"
        paragraphs.append(" ".join(sentences))
    return "\n\n".join(paragraphs)


def _sentence(work: Candidature, hand: Hand, number: int) -> str:
    r"""``\\citet{key} present ``Title''.`` and a second form that takes turns with it."""
    title = hand.text(work.work.title.rstrip(". "))
    if number % 3 == 2 and hand.style.textual:  # noqa: PLR2004 - every third
        return f"A further study is ``{title}'' by \\{hand.style.textual}{{{hand.key(work)}}}."
    verb = "presents" if len(work.work.authors) == 1 else "present"
    return f"{_subject(work, hand)} {verb} ``{title}''."


def _subject(work: Candidature, hand: Hand) -> str:
    """The authors as the subject of a sentence, with their citation."""
    style, key = hand.style, hand.key(work)
    if style.textual:
        return f"\\{style.textual}{{{key}}}"
    families = [hand.text(author.family) for author in work.work.authors]
    if not families:
        names = "The authors"
    elif len(families) > 2:  # noqa: PLR2004 - two are named, more are not
        names = f"{families[0]} et al."
    else:
        names = " and ".join(families)
    return f"{names}{style.tie}\\{style.parenthetical}{{{key}}}"


BEGIN, END = "% texscholar: begin related-work", "% texscholar: end related-work"


def block(plan: Plan, text: str, file: TexFile, model: str) -> str:
    """The draft between its comment lines, wrapped as the file is, with the file's line ends, none after the last."""
    width = _width(file)
    body = "\n\n".join(_wrapped(paragraph, width) for paragraph in text.split("\n\n"))
    digest = hashlib.sha256(body.encode()).hexdigest()[:16]
    topic = " ".join(plan.topic.split())
    lines = [
        f"{BEGIN}: {topic}" if topic else BEGIN,
        f"% texscholar: outline of {len(plan.works)} records, {model}, sha256 {digest}; edit freely",
        body,
        END,
    ]
    return "\n".join(lines).replace("\n", file.source.newline)


def _width(file: TexFile) -> int:
    """The column at which the file wraps its prose; 0 where it keeps a paragraph on one line."""
    lengths = [len(line) for line in file.source.text.splitlines() if len(line) > _WRAP // 2]
    long = sum(length > _UNWRAPPED for length in lengths)
    return 0 if long > len(lengths) / 5 else _WRAP


def _wrapped(paragraph: str, width: int) -> str:
    if not width:
        return paragraph
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)
