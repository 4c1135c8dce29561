"""What must hold for every file that is read: nothing is lost, everything stands where it is said to stand."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from texscholar.bibtex import read_bibliography
from texscholar.latex import TexFile, read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from texscholar.source import SourceText, Span

_WORD = re.compile(r"[^\W\d_]+")


def tex_file(source: SourceText) -> TexFile:
    """One source as a paper of its own; what it inputs is missing."""
    return read_project(source.path, lambda name: source if name == source.path else None).files[0]


def faults(source: SourceText, data: bytes) -> Iterator[str]:
    """What is wrong in how a file was read, in words; nothing for a file that was read well."""
    if source.encode() != data:
        yield "its bytes are not given back"
    yield from _bib_faults(source) if source.path.lower().endswith(".bib") else _tex_faults(tex_file(source))


def _tex_faults(file: TexFile) -> Iterator[str]:
    yield from _scan_faults(file)
    yield from _citation_faults(file)
    yield from _sentence_faults(file)
    marked = (file.markers, file.placeholders, file.suppressions, file.blocks, file.headings, file.prose.regions)
    for each in (each for group in marked for each in group):
        if not 0 <= each.span.start <= each.span.end <= len(file.source.text):
            yield f"{each} lies outside the file"


def _scan_faults(file: TexFile) -> Iterator[str]:
    source, code = file.source, file.scan.code
    if "".join(source.slice(piece.span) for piece in file.scan.pieces) != source.text:
        yield "its pieces joined are another text"
    if len(code) != len(source.text):
        yield "its code is of another length"
    for piece in file.scan.pieces:
        live = code[piece.span.start : piece.span.end]
        if (live != source.slice(piece.span)) if piece.kind == "code" else live.strip():
            yield f"{piece} is not in its code as it should be"
    for comment in file.scan.comments:
        if source.text[comment.start] != "%":
            yield f"the comment at {comment} begins without a percent sign"


def _citation_faults(file: TexFile) -> Iterator[str]:
    code = file.scan.code
    for citation in file.citations:
        if code[citation.span.start] != "\\":
            yield f"{citation} does not begin with a command"
        for key in citation.keys:
            if code[key.span.start : key.span.end] != key.key or not citation.span.contains(key.span):
                yield f"{key} does not stand in its citation"


def _sentence_faults(file: TexFile) -> Iterator[str]:
    parts = sorted(part for sentence in file.sentences for part in sentence.parts)
    if any(one.end > other.start for one, other in pairwise(parts)):
        yield "two sentences share a character"
    if any(one.span >= other.span for one, other in pairwise(file.sentences)):
        yield "its sentences are out of order"
    for sentence in file.sentences:
        if not sentence.span.start < sentence.insert_at <= sentence.span.end:
            yield f"the citation of {sentence.span} would stand outside of it"
        if not _has_words(file.source, sentence.span, sentence.text):
            yield f"{sentence.span} does not hold the words {sentence.text!r}"


def _has_words(source: SourceText, span: Span, text: str) -> bool:
    """Whether the letters of a text stand in a span, in this order."""
    at = span.start
    for char in "".join(_WORD.findall(text)):
        at = source.text.find(char, at, span.end) + 1
        if not at:
            return False
    return True


def _bib_faults(source: SourceText) -> Iterator[str]:
    bibliography = read_bibliography(source)
    spans = sorted([*(each.span for each in bibliography.entries), *(each.span for each in bibliography.broken)])
    if any(one.end > other.start for one, other in pairwise(spans)):
        yield "two entries share a character"
    for entry in bibliography.entries:
        if source.text[entry.span.start] != "@" or source.slice(entry.key_span) != entry.key:
            yield f"the entry {entry.key} does not stand where it should"
        for field in entry.fields:
            if not entry.span.contains(field.span) or not field.span.contains(field.value_span):
                yield f"the field {field.name} of {entry.key} does not stand in it"
