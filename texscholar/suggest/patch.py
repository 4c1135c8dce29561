"""A patch: changed files as old text and edits, and the unified diff that carries them."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from texscholar.errors import TexscholarError
from texscholar.source import Edit, SourceText, apply_edits

CONTEXT = 3  # lines, as in `git diff`
_NO_NEWLINE = b"\\ No newline at end of file\n"


@dataclass(frozen=True)
class FileChange:
    """One file and the edits to it; ``path`` is how the diff names the file."""

    path: str
    source: SourceText
    edits: tuple[Edit, ...]

    @cached_property
    def new_text(self) -> str:
        return apply_edits(self.source.text, self.edits)

    @cached_property
    def old_bytes(self) -> bytes:
        return self.source.encode()

    @cached_property
    def new_bytes(self) -> bytes:
        return self.source.encode(self.new_text)


def blob_id(data: bytes) -> str:
    """The name git gives to these bytes (SHA-1 of a blob header and the bytes)."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def render_diff(changes: Iterable[FileChange], preamble: Sequence[str] = ()) -> bytes:
    """The unified diff that ``git apply`` reads, byte for byte in each file's own encoding; empty without a change.

    Format: https://git-scm.com/docs/diff-format, section "Generating patch text with -p". ``index`` lines hold whole
    blob names, so that whoever applies the diff can tell that a file has changed meanwhile.
    """
    parts = [part for change in changes if change.edits for part in _file_diff(change)]
    head = [f"# {line}\n".encode() for line in preamble] if parts else []
    return b"".join((*head, *parts))


def _file_diff(change: FileChange) -> Iterator[bytes]:
    old_path, new_path = quote_path(f"a/{change.path}"), quote_path(f"b/{change.path}")
    yield f"diff --git {old_path} {new_path}\n".encode()
    yield f"index {blob_id(change.old_bytes)}..{blob_id(change.new_bytes)} 100644\n".encode()
    # git ends a name with a tab when it holds a space, for the benefit of other tools
    tab = "\t" if " " in change.path else ""
    yield f"--- {old_path}{tab}\n+++ {new_path}{tab}\n".encode()
    for hunk in _hunks(change):
        yield from hunk


_PLAIN_PATH = re.compile(rb"[\x20\x21\x23-\x5b\x5d-\x7e]*")
_ESCAPES = {0x07: b"\\a", 0x08: b"\\b", 0x09: b"\\t", 0x0A: b"\\n", 0x0B: b"\\v", 0x0C: b"\\f", 0x0D: b"\\r", 0x22: b'\\"', 0x5C: b"\\\\"}


def quote_path(path: str) -> str:
    """A path as git writes it: in double quotes with octal escapes where it is not plain ASCII."""
    raw = path.encode("utf-8", "surrogateescape")
    if _PLAIN_PATH.fullmatch(raw):
        return path
    quoted = b"".join(
        _ESCAPES.get(byte) or (bytes([byte]) if 0x20 <= byte < 0x7F else b"\\%03o" % byte)  # noqa: PLR2004 - printable ASCII
        for byte in raw
    )
    return f'"{quoted.decode("ascii")}"'


_UNESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.S)
_UNESCAPES = {value[1:]: bytes([key]) for key, value in _ESCAPES.items()}


def unquote_path(path: bytes) -> str:
    """The path that ``quote_path`` wrote."""
    if path.startswith(b'"') and path.endswith(b'"'):
        path = _UNESCAPE.sub(lambda m: bytes([int(m[1], 8)]) if len(m[1]) > 1 else _UNESCAPES.get(m[1], m[1]), path[1:-1])
    return path.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class _Region:
    """Old lines ``start`` to ``end`` (from 0, half-open) become ``lines``."""

    start: int
    end: int
    lines: tuple[bytes, ...]


def _hunks(change: FileChange) -> Iterator[list[bytes]]:
    """Hunks straight from the edits: linear in the size of the file, and no line is touched that no edit touches."""
    old = _lines(change.old_bytes)
    grown = 0  # lines that earlier hunks added
    for group in _grouped(_regions(change, old)):
        first = max(0, group[0].start - CONTEXT)
        last = min(len(old), group[-1].end + CONTEXT)
        body: list[bytes] = []
        at = first
        for region in group:
            body += (b" " + line for line in old[at : region.start])
            body += (b"-" + line for line in old[region.start : region.end])
            body += (b"+" + line for line in region.lines)
            at = region.end
        body += (b" " + line for line in old[at:last])
        added = sum(len(region.lines) - (region.end - region.start) for region in group)
        yield [_hunk_head(first, last - first, first + grown, last - first + added), *map(_ended, body)]
        grown += added


def _hunk_head(old_start: int, old_count: int, new_start: int, new_count: int) -> bytes:
    # An empty range is named by the line before it.
    old_at, new_at = old_start + (old_count > 0), new_start + (new_count > 0)
    return f"@@ -{old_at},{old_count} +{new_at},{new_count} @@\n".encode()


def _ended(line: bytes) -> bytes:
    return line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE


def _lines(data: bytes) -> list[bytes]:
    """Lines as git counts them: only LF ends one."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [*(line + b"\n" for line in lines), *([last] if last else [])]


def _regions(change: FileChange, old: Sequence[bytes]) -> list[_Region]:
    """For each run of edits that share lines: the old lines and what they become, equal lines at both ends left out."""
    text = change.source.text
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    runs: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(change.edits):
        first = bisect_right(starts, edit.span.start) - 1
        last = bisect_right(starts, edit.span.end) - 1
        if runs and first <= runs[-1][1]:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]), [*runs[-1][2], edit])
        else:
            runs.append((first, last, [edit]))
    regions: list[_Region] = []
    for first, last, edits in runs:
        begin = starts[first]
        end = starts[last + 1] if last + 1 < len(starts) else len(text)
        shifted = [Edit(type(e.span)(e.span.start - begin, e.span.end - begin), e.text) for e in edits]
        encoded = change.source.encode(apply_edits(text[begin:end], shifted))
        bom = change.source.bom
        new = _lines(encoded if first == 0 else encoded[len(bom) :])
        regions.append(_shrunk(first, min(last + 1, len(old)), new, old))
    return regions


def _shrunk(start: int, end: int, new: list[bytes], old: Sequence[bytes]) -> _Region:
    while start < end and new and old[start] == new[0]:
        start += 1
        new = new[1:]
    while end > start and new and old[end - 1] == new[-1]:
        end -= 1
        new = new[:-1]
    return _Region(start, end, tuple(new))


def _grouped(regions: Sequence[_Region]) -> Iterator[list[_Region]]:
    """Regions whose context would touch share a hunk."""
    group: list[_Region] = []
    for region in regions:
        if group and region.start - group[-1].end > 2 * CONTEXT:
            yield group
            group = []
        group.append(region)
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class FilePatch:
    """One file of a diff that was read back: the blob it was made for, and its hunks as (old start, old, new) lines."""

    path: str
    old_blob: str
    hunks: tuple[tuple[int, tuple[bytes, ...], tuple[bytes, ...]], ...]

    def apply(self, data: bytes) -> bytes:
        """The file with all hunks made, each exactly at its place.

        Raises:
            TexscholarError: the bytes are not those the diff was made for.
        """
        if self.old_blob and blob_id(data) != self.old_blob:
            raise TexscholarError("has changed since the patch was made; run `texscholar fill` again", path=self.path)
        lines = _lines(data)
        result: list[bytes] = []
        at = 0
        for start, old, new in self.hunks:
            if start < at or tuple(lines[start : start + len(old)]) != old:
                raise TexscholarError("does not hold the lines the patch changes; run `texscholar fill` again", path=self.path, line=start + 1)
            result += (*lines[at:start], *new)
            at = start + len(old)
        return b"".join((*result, *lines[at:]))


_FILE_HEAD = re.compile(rb"^diff --git ", re.M)
_INDEX = re.compile(rb"^index ([0-9a-f]{40})\.\.[0-9a-f]{40}", re.M)
_TARGET = re.compile(rb"^--- (\"a/(?:[^\"\\]|\\.)*\"|a/[^\t\n]*)\t?\n\+\+\+ (\"b/(?:[^\"\\]|\\.)*\"|b/[^\t\n]*)\t?\n", re.M)
_HUNK = re.compile(rb"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@[^\n]*\n", re.M)


def read_diff(data: bytes, name: str) -> tuple[FilePatch, ...]:
    """The files of a unified diff as ``render_diff`` writes it; hunks may have been taken out of it by hand.

    Raises:
        TexscholarError: it is no such diff, or is cut short.
    """
    starts = [match.start() for match in _FILE_HEAD.finditer(data)]
    if not starts:
        raise TexscholarError("holds no diff; make one with `texscholar fill PAPER.tex --output FILE`", path=name)
    patches = []
    for start, end in zip(starts, [*starts[1:], len(data)], strict=True):
        section = data[start:end]
        target, index = _TARGET.search(section), _INDEX.search(section)
        if target is None or unquote_path(target[1])[2:] != unquote_path(target[2])[2:]:
            raise TexscholarError("is not a diff of texscholar's (it renames, adds or deletes a file)", path=name)
        hunks = tuple(_read_hunks(section, target.end(), name))
        patches.append(FilePatch(unquote_path(target[2])[2:], index[1].decode() if index else "", hunks))
    return tuple(patches)


def _read_hunks(section: bytes, at: int, name: str) -> Iterator[tuple[int, tuple[bytes, ...], tuple[bytes, ...]]]:
    for head in _HUNK.finditer(section, at):
        old: list[bytes] = []
        new: list[bytes] = []
        old_count, new_count = (int(head[group]) if head[group] is not None else 1 for group in (2, 4))
        position, kind = head.end(), b""
        while len(old) < old_count or len(new) < new_count or section[position : position + 1] == b"\\":
            line_end = section.find(b"\n", position) + 1
            line = section[position:line_end]
            if not line_end or line[:1] not in (b" ", b"-", b"+", b"\\"):
                raise TexscholarError("is cut short or damaged; make the patch again", path=name)
            if line[:1] == b"\\":
                _without_newline(old, new, last=kind)
            if line[:1] in (b" ", b"-"):
                old.append(line[1:])
            if line[:1] in (b" ", b"+"):
                new.append(line[1:])
            kind, position = line[:1], line_end
        yield int(head[1]) - (old_count > 0), tuple(old), tuple(new)


def _without_newline(old: list[bytes], new: list[bytes], *, last: bytes) -> None:
    """A backslash line: the line before it ends without a newline."""
    for lines, kinds in ((old, b" -"), (new, b" +")):
        if last and last in kinds and lines:
            lines[-1] = lines[-1].removesuffix(b"\n")
