"""A patch as one page for a browser, complete in itself: what is suggested, why, and boxes to decide by.

Everything that comes from papers and records is escaped. The page loads nothing, and its policy lets no script run but
the one that counts the boxes and exports them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from texscholar.report.review_text import described, marked, shared, title, written_by
from texscholar.suggest import cut, diff_lines, read_diff, read_preamble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.errors import Skipped
    from texscholar.source import SourceText
    from texscholar.suggest import Part
    from texscholar.suggest.evidence import Evidence, Record

_LEFT, _WIDTH, _ROW = 196, 760, 19  # of the map of themes: where the years begin, its width, the height of a work
_RIGHT = 24
_LABEL = 27  # characters of a theme's label that fit beside the map
_NAMED = 34  # characters of a key that fit beside its dot
_HEAD = 4  # lines of a file's part of a diff that come before its first hunk
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/()")
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Card:
    """A part as the page shows it: its place and name, its words with the shared ones marked, the lines it changes."""

    part: Part
    name: str
    about: tuple[tuple[bool, str], ...]
    lines: tuple[tuple[str, str], ...]
    records: tuple[Shown, ...]
    others: tuple[Shown, ...]
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A candidate with its title in pieces, each with whether it is a shared word; ``link`` may be empty."""

    record: Record
    title: tuple[tuple[bool, str], ...]
    facts: str
    link: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft in pieces, each with whether its records bear it out."""

    pieces: tuple[tuple[bool, str], ...]
    works: str
    author: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A work in the map: the height of its row, its place among the years, its size, on which side its name stands."""

    y: int
    x: float
    radius: float
    before: bool
    name: str
    record: Record


@dataclass(frozen=True, slots=True)
class Band:
    """A theme in the map."""

    label: str
    whole_label: str
    top: int
    height: int
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Map:
    """The works of a draft by theme and year."""

    topic: str
    place: str
    height: int
    ticks: tuple[tuple[float, int], ...]
    bands: tuple[Band, ...]


def render_html(patch: bytes, sources: Mapping[str, SourceText], skipped: Sequence[Skipped], root: str) -> str:
    """The page of a patch.

    Args:
        patch: as ``fill`` writes it, with its evidence.
        sources: the files it changes, by the names that it uses.
        skipped: what was left out.
        root: the main file of the paper.
    """
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - heavy, and few runs make a page
    from markupsafe import Markup  # noqa: PLC0415 - comes with it

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_visible
    )
    here = files("texscholar.report")
    template = environment.from_string(here.joinpath("suggestions.html.j2").read_text("utf-8"))
    style, script = (here.joinpath(f"suggestions.{kind}").read_text("utf-8") for kind in ("css", "js"))
    preamble = read_preamble(patch, "patch")
    parts = cut(read_diff(patch, "patch"), preamble.evidence, sources, ()).parts if patch else ()
    return template.render(
        cards=[_card(part, sources) for part in parts],
        diffs=_diffs(patch, sources),
        facts=preamble.facts,
        maps=[_map(each) for each in preamble.evidence if each.themes],
        patch=base64.b64encode(patch).decode(),
        policy=f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; base-uri 'none'; "
        "form-action 'none'",
        root=root,
        script=Markup(script),  # noqa: S704 - our own, as the policy names it
        skipped=skipped,
        style=Markup(style),  # noqa: S704 - our own, as the policy names it
    )


def _source(text: str) -> str:
    """The name of an inline script or style in a policy: https://www.w3.org/TR/CSP3/#grammardef-hash-source."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _visible(value: Any) -> Any:  # noqa: ANN401 - whatever a template writes out
    """Text whose control characters are told instead of obeyed: those of direction could swap what is read."""
    if type(value) is not str:
        return value
    return _STEERING.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", value)


def _card(part: Part, sources: Mapping[str, SourceText]) -> Card:
    evidence = part.evidence
    source = sources.get(part.path)
    words = shared(part)
    records = evidence.records if evidence else ()
    proposed = [record for record in records if record.key in part.keys]
    others = [] if part.paragraph >= 0 else [record for record in records if record.key not in part.keys]
    return Card(
        part,
        title(part),
        tuple(marked(evidence.about, words)) if evidence else (),
        diff_lines(part, source) if source else (),
        tuple(_shown(record) for record in proposed),
        tuple(_shown(record) for record in others),
        tuple(_sentences(part, evidence)) if evidence else (),
    )


def _shown(record: Record) -> Shown:
    return Shown(record, tuple(marked(record.title, record.shared)), described(record), _link(record.doi))


def _link(doi: str) -> str:
    """Where a DOI leads, nothing in it able to lead elsewhere; empty for what is no DOI."""
    if not _DOI.fullmatch(doi):
        return ""
    data = doi.encode("utf-8", "replace")
    return "https://doi.org/" + "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in data)


def _sentences(part: Part, evidence: Evidence) -> Iterator[Sentence]:
    for theme in evidence.themes[part.paragraph : part.paragraph + 1] if part.paragraph >= 0 else ():
        for said in theme.sentences:
            support = {word.lower() for text in said.support for word in re.findall(r"[^\W_]+", text)}
            author = written_by(said) if said.by_model else ""
            yield Sentence(tuple(marked(said.text, support)), ", ".join(said.works), author)


def _diffs(patch: bytes, sources: Mapping[str, SourceText]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The diff as it is, file by file: the marks of its lines and their text."""
    found: list[tuple[str, list[tuple[str, str]]]] = []
    sections = re.split(rb"^diff --git ", patch, flags=re.MULTILINE)[1:]
    for file, section in zip(read_diff(patch, "patch") if sections else (), sections, strict=True):
        source = sources.get(file.path)
        lines = section.decode(source.encoding if source else "utf-8", "replace").replace("\r\n", "\n").split("\n")
        found.append((file.path, [(_mark(line), line) for line in lines[_HEAD:-1]]))
    return found


def _mark(line: str) -> str:
    return {"@": "at", "+": "add", "-": "remove"}.get(line[:1], "keep")


# -- the map of themes


def _map(evidence: Evidence) -> Map:
    """A draft as bands of works, each work a row with its dot at its year."""
    years = sorted({record.year for record in evidence.records if record.year}) or [0]
    first, last = years[0], years[-1]
    width = _WIDTH - _LEFT - _RIGHT

    def x(year: int | None) -> float:
        return round(_LEFT + width * ((year or first) - first) / max(last - first, 1), 1)

    bands: list[Band] = []
    top = 8
    for theme in evidence.themes:
        keys = dict.fromkeys(key for said in theme.sentences for key in said.works)
        works = [record for record in map(evidence.record, keys) if record is not None]
        works.sort(key=lambda record: (record.year or first, record.key))
        dots = tuple(
            Dot(
                top + _ROW * number + _ROW // 2 + 4,
                x(record.year),
                round(3 + 4 * record.score, 1),
                x(record.year) > (_LEFT + _WIDTH) / 2,
                _cut(record.key, _NAMED) + ("" if record.year else " (no year)"),
                record,
            )
            for number, record in enumerate(works)
        )
        height = _ROW * len(works) + 8
        label = theme.label or ("all works" if len(evidence.themes) == 1 else "other works")
        bands.append(Band(_cut(label, _LABEL), label, top, height, dots))
        top += height + 6
    step = -(-max(last - first, 1) // 6)
    ticks = tuple((x(year), year) for year in range(first, last + 1, step)) if first else ()
    return Map(evidence.about, f"{evidence.path}:{evidence.line}", top + 22, ticks, tuple(bands))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
