"""What speaks for each suggestion, carried as comment lines above the diff: a patch is one file that can be sent about.

A line is one JSON object. ``git apply`` and ``patch`` pass over what stands before the first file of a diff.
What is read back is data of unknown origin: it is shown and compared, and what it says about edits is believed only
where it gives exactly what the diff says.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from texscholar.errors import Skipped
from texscholar.recommend.rules import MISSING, PLACEHOLDER, UNDEFINED
from texscholar.suggest.rejections import names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from texscholar.related_work import Paragraph
    from texscholar.source import Edit, SourceText
    from texscholar.suggest.suggestion import Proposal, Suggestion

VERSION = 1
_MOST_AUTHORS = 12
_MOST_FEATURES = 6
_FEWEST_LETTERS = 3  # of a word that is marked as shared
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Change:
    """An edit by where it stands: lines from 0, ended by line feeds only as git counts them; columns in characters."""

    line: int
    column: int
    removed: str
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """A work that was proposed; ``names`` are its identities, ``shared`` its words that the place has too."""

    key: str
    title: str
    authors: tuple[str, ...]
    year: int | None
    venue: str
    doi: str
    score: float
    origin: str
    names: tuple[str, ...]
    shared: tuple[str, ...] = ()
    features: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a draft with the keys of its works, and its words that their records bear out."""

    text: str
    works: tuple[str, ...]
    support: tuple[str, ...]
    by_model: bool


@dataclass(frozen=True, slots=True)
class Theme:
    """A paragraph of a draft; ``label`` may be empty."""

    label: str
    sentences: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a suggestion.

    ``about``: the words it is about: a sentence, a key, a topic. ``line`` counts from 1.
    ``changes``: what it does to the file it stands in; ``entries``: keys that a bibliography gets for it.
    """

    id: str
    kind: str
    rule: str
    path: str
    line: int
    about: str
    confidence: float
    changes: tuple[Change, ...]
    entries: tuple[str, ...]
    records: tuple[Record, ...]
    themes: tuple[Theme, ...] = ()

    def record(self, key: str) -> Record | None:
        return next((record for record in self.records if record.key == key), None)


def about(suggestion: Suggestion) -> str:
    """What a suggestion is about, in the words under which a rejection of it is remembered."""
    finding = suggestion.finding
    if finding.rule == UNDEFINED:
        return finding.key
    if finding.rule in (MISSING, PLACEHOLDER) and finding.locus is not None:
        return finding.locus.sentence.text
    return suggestion.topic


# -- written


def evidence_of(suggestions: Iterable[Suggestion], shown: Callable[[str], str]) -> tuple[Evidence, ...]:
    """The evidence of suggestions; ``shown``: how the diff names a file of the paper."""
    return tuple(_evidence(each, shown(each.source.path)) for each in suggestions)


def _evidence(suggestion: Suggestion, path: str) -> Evidence:
    source, words = suggestion.source, about(suggestion)
    return Evidence(
        suggestion.id,
        suggestion.kind,
        suggestion.finding.rule,
        path,
        source.text.count("\n", 0, suggestion.span.start) + 1,
        words,
        round(min(max(suggestion.confidence, 0.0), 1.0), 4),
        tuple(_change(source, edit) for edit in sorted(suggestion.edits)),
        tuple(entry.key for entry in suggestion.entries),
        tuple(_record(proposal, words) for proposal in suggestion.proposals),
        _themes(suggestion.draft, {id(each.candidate.work): each.key for each in suggestion.proposals}),
    )


def _change(source: SourceText, edit: Edit) -> Change:
    start = edit.span.start
    line_start = source.text.rfind("\n", 0, start) + 1
    return Change(source.text.count("\n", 0, start), start - line_start, source.slice(edit.span), edit.text)


def _record(proposal: Proposal, words: str) -> Record:
    from texscholar.recommend.weights import contributions  # noqa: PLC0415 - who reads a patch back weighs nothing

    candidate = proposal.candidate
    work = candidate.work.work
    return Record(
        proposal.key,
        work.title,
        tuple(f"{author.given} {author.family}".strip() for author in work.authors[:_MOST_AUTHORS]),
        work.year,
        work.venue,
        work.doi,
        round(min(max(candidate.score, 0.0), 1.0), 4),
        candidate.work.origin,
        tuple(sorted(names_of(work))),
        shared_words(words, f"{work.title} {' '.join(author.family for author in work.authors)}"),
        tuple((name, round(part, 2)) for name, part in contributions(candidate.features)[:_MOST_FEATURES]),
    )


def _themes(draft: Sequence[Paragraph], key_of: dict[int, str]) -> tuple[Theme, ...]:
    return tuple(
        Theme(
            paragraph.label,
            tuple(
                Said(
                    each.text,
                    tuple(key_of[id(work)] for work in each.works if id(work) in key_of),
                    each.support,
                    each.by_model,
                )
                for each in paragraph.sentences
            ),
        )
        for paragraph in draft
    )


def shared_words(one: str, other: str) -> tuple[str, ...]:
    """The words of two texts that both have, in whatever form each writes them, stop words left out."""
    from texscholar.recommend.evidence import content_terms  # noqa: PLC0415 - as in _record

    forms: list[dict[str, list[str]]] = [{}, {}]
    for found, text in zip(forms, (one, other), strict=True):
        for word in dict.fromkeys(_WORD.findall(text)):
            if len(word) >= _FEWEST_LETTERS or not word.isascii():
                for term in content_terms(word):
                    found.setdefault(term, []).append(word)
    both = forms[0].keys() & forms[1].keys()
    return tuple(sorted({word.lower() for found in forms for term in both for word in found[term]}))


def evidence_lines(evidence: Sequence[Evidence], root: str) -> tuple[str, ...]:
    """Lines for the preamble of a diff: what they are, then one a suggestion.

    ``root``: the main file, as the diff would name it.
    """
    head = {"texscholar": "evidence", "version": VERSION, "root": root}
    return tuple(json.dumps(each, separators=(",", ":")) for each in (head, *map(_plain, evidence)))


def _plain(evidence: Evidence) -> dict[str, Any]:
    return {
        "id": evidence.id,
        "kind": evidence.kind,
        "rule": evidence.rule,
        "path": evidence.path,
        "line": evidence.line,
        "about": evidence.about,
        "confidence": evidence.confidence,
        "changes": [[each.line, each.column, each.removed, each.text] for each in evidence.changes],
        "entries": evidence.entries,
        "records": [_plain_record(each) for each in evidence.records],
        "themes": [
            {"label": theme.label, "sentences": [_plain_sentence(each) for each in theme.sentences]}
            for theme in evidence.themes
        ],
    }


def _plain_record(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__slots__}


def _plain_sentence(said: Said) -> dict[str, Any]:
    return {name: getattr(said, name) for name in Said.__slots__}


# -- read back


@dataclass(frozen=True, slots=True)
class Preamble:
    """What stood above a diff; ``root`` is empty where nobody says which paper it is for."""

    root: str
    evidence: tuple[Evidence, ...]
    facts: tuple[str, ...]
    skipped: tuple[Skipped, ...]


def read_preamble(data: bytes, name: str) -> Preamble:
    """The facts and the evidence above a diff; a line that is no evidence of ours is left out, with a word on it."""
    head = data[: _head_end(data)].decode("utf-8", "replace")
    root, found, facts, skipped = "", [], [], []
    for number, line in enumerate(head.splitlines(), 1):
        if not line.startswith("# {"):
            facts += [line[2:]] if line.startswith("# ") else []
            continue
        try:
            value = json.loads(line[2:])
            if value.get("texscholar") == "evidence":
                root = _text(value["root"]) if value["version"] == VERSION else ""
            else:
                found.append(_read(value))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            skipped.append(Skipped(f"{name}:{number}", "is no evidence that can be read; the diff alone counts there"))
    return Preamble(root, tuple(found), tuple(facts), tuple(skipped))


def _head_end(data: bytes) -> int:
    if data.startswith(b"diff --git "):
        return 0
    found = data.find(b"\ndiff --git ")
    return len(data) if found < 0 else found + 1


def _read(value: dict[str, Any]) -> Evidence:
    return Evidence(
        _text(value["id"]),
        _text(value["kind"]),
        _text(value["rule"]),
        _text(value["path"]),
        _whole(value["line"]),
        _text(value["about"]),
        _number(value["confidence"]),
        tuple(
            Change(_whole(line), _whole(column), _text(removed), _text(text))
            for line, column, removed, text in value["changes"]
        ),
        _texts(value["entries"]),
        tuple(map(_read_record, value["records"])),
        tuple(Theme(_text(each["label"]), tuple(map(_read_sentence, each["sentences"]))) for each in value["themes"]),
    )


def _read_record(value: dict[str, Any]) -> Record:
    return Record(
        _text(value["key"]),
        _text(value["title"]),
        _texts(value["authors"]),
        None if value["year"] is None else _whole(value["year"]),
        _text(value["venue"]),
        _text(value["doi"]),
        _number(value["score"]),
        _text(value["origin"]),
        _texts(value["names"]),
        _texts(value["shared"]),
        tuple((_text(name), _number(part)) for name, part in value["features"]),
    )


def _read_sentence(value: dict[str, Any]) -> Said:
    return Said(_text(value["text"]), _texts(value["works"]), _texts(value["support"]), bool(value["by_model"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError
    return tuple(map(_text, values))


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError
    return float(value)
