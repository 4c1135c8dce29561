"""A patch: changed files as old text and edits, and the unified diff that carries them."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from texscholar.errors import InternalError, TexscholarError
from texscholar.source import Edit, SourceText, Span, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CONTEXT = 3  # lines, as in `git diff`
_NO_NEWLINE = b"\\ No newline at end of file\n"
_SHA1_DIGITS = 40


@dataclass(frozen=True)
class FileChange:
    """One file and the edits to it; ``path`` is how the diff names the file, ``new_mode`` its mode where it is new.

    A new file is an empty source and one edit.
    """

    path: str
    source: SourceText
    edits: tuple[Edit, ...]
    new_mode: str = ""

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
    return hashlib.sha1(_blob(data), usedforsecurity=False).hexdigest()


def _blob(data: bytes) -> bytes:
    return b"blob %d\0" % len(data) + data


def render_diff(changes: Iterable[FileChange], preamble: Sequence[str] = ()) -> bytes:
    """The unified diff that ``git apply`` reads, each file in its own encoding; empty without a change.

    Format: https://git-scm.com/docs/diff-format, section "Generating patch text with -p". ``index`` lines
    hold whole blob names, so that whoever applies the diff can tell that a file has changed meanwhile; they
    hold no mode, so that a file keeps the one it has.

    Raises:
        TexscholarError: a file is in an encoding whose lines do not end in a line feed byte.
        InternalError: the hunks would not give the new bytes.
    """
    parts = [part for change in changes for part in _file_diff(change)]
    head = [f"# {_one_line(line)}\n".encode() for line in preamble] if parts else []
    return b"".join((*head, *parts))


def _one_line(text: str) -> str:
    """The text without characters that would end its line; a file may be called so."""
    return "".join(char if char.isprintable() else " " for char in text)


def _file_diff(change: FileChange) -> Iterator[bytes]:
    if change.new_bytes == change.old_bytes:
        return
    old = _lines(change.old_bytes)
    regions = _proved_regions(change, old)
    old_path, new_path = quote_path(f"a/{change.path}"), quote_path(f"b/{change.path}")
    yield f"diff --git {old_path} {new_path}\n".encode()
    if change.new_mode:
        yield f"new file mode {change.new_mode}\n".encode()
    old_blob = "0" * _SHA1_DIGITS if change.new_mode else blob_id(change.old_bytes)
    yield f"index {old_blob}..{blob_id(change.new_bytes)}\n".encode()
    # git ends a name with a tab when it holds a space, for the benefit of other tools
    tab = "\t" if " " in change.path else ""
    before = "/dev/null" if change.new_mode else f"{old_path}{tab}"
    yield f"--- {before}\n+++ {new_path}{tab}\n".encode()
    for hunk in _hunks(regions, old):
        yield from hunk


def _proved_regions(change: FileChange, old: Sequence[bytes]) -> list[_Region]:
    """The changed lines; made into the old ones they give the new bytes, whatever the encoding."""
    encoding = change.source.encoding
    if "\n".encode(encoding) != b"\n":
        raise TexscholarError(
            f"is in {encoding}, which a line diff cannot carry; convert it to UTF-8", path=change.path
        )
    regions = _regions(change, old)
    made: list[bytes] = []
    done = 0
    for region in regions:
        made += (*old[done : region.start], *region.lines)
        done = region.end
    if b"".join((*made, *old[done:])) != change.new_bytes:
        raise InternalError("the diff would not give the new text; please report this", path=change.path)
    return regions


_PLAIN_PATH = re.compile(rb"[\x20\x21\x23-\x5b\x5d-\x7e]*")
_PRINTABLE = range(0x20, 0x7F)
_ESCAPES = {
    0x07: b"\\a", 0x08: b"\\b", 0x09: b"\\t", 0x0A: b"\\n", 0x0B: b"\\v", 0x0C: b"\\f", 0x0D: b"\\r", 0x22: b'\\"',
    0x5C: b"\\\\",
}  # fmt: skip


def quote_path(path: str) -> str:
    """A path as git writes it: in double quotes with octal escapes where it is not plain ASCII."""
    raw = path.encode("utf-8", "surrogateescape")
    if _PLAIN_PATH.fullmatch(raw):
        return path
    return f'"{b"".join(map(_quoted_byte, raw)).decode("ascii")}"'


def _quoted_byte(byte: int) -> bytes:
    return _ESCAPES.get(byte) or (bytes((byte,)) if byte in _PRINTABLE else b"\\%03o" % byte)


_UNESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
_UNESCAPES = {value[1:]: bytes((key,)) for key, value in _ESCAPES.items()}


def unquote_path(path: bytes) -> str:
    """The path that ``quote_path`` wrote."""
    if path.startswith(b'"') and path.endswith(b'"'):
        path = _UNESCAPE.sub(_unescaped, path[1:-1])
    return path.decode("utf-8", "surrogateescape")


def _unescaped(match: re.Match[bytes]) -> bytes:
    escape = match[1]
    return bytes((int(escape, 8),)) if len(escape) > 1 else _UNESCAPES.get(escape, escape)


@dataclass(frozen=True, slots=True)
class _Region:
    """Old lines ``start`` to ``end`` (from 0, half-open) become ``lines``."""

    start: int
    end: int
    lines: tuple[bytes, ...]


def _hunks(regions: Sequence[_Region], old: Sequence[bytes]) -> Iterator[list[bytes]]:
    """Hunks straight from the edits: linear in the size of the file; no line changes that no edit touches."""
    grown = 0  # lines that earlier hunks added
    for group in _grouped(regions):
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
    """For each run of edits that share lines: the old lines and what they become, those that stay left out."""
    source = change.source
    starts = [0, *(match.end() for match in re.finditer("\n", source.text))]
    regions: list[_Region] = []
    for first, last, edits in _runs(change.edits, starts):
        begin = starts[first]
        end = starts[last + 1] if last + 1 < len(starts) else len(source.text)
        shifted = [Edit(Span(e.span.start - begin, e.span.end - begin), e.text) for e in edits]
        encoded = source.encode(apply_edits(source.text[begin:end], shifted))
        new = _lines(encoded if first == 0 else encoded[len(source.bom) :])
        region = _shrunk(_Region(first, min(last + 1, len(old)), tuple(new)), old)
        if region.lines or region.start < region.end:
            regions.append(region)
    return regions


def _runs(edits: Iterable[Edit], starts: Sequence[int]) -> list[tuple[int, int, list[Edit]]]:
    """Edits that share a line, with the first and the last line of them all."""
    runs: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(edits):
        first, last = bisect_right(starts, edit.span.start) - 1, bisect_right(starts, edit.span.end) - 1
        if runs and first <= runs[-1][1]:
            begun, until, together = runs[-1]
            together.append(edit)
            runs[-1] = (begun, max(last, until), together)
        else:
            runs.append((first, last, [edit]))
    return runs


def _shrunk(region: _Region, old: Sequence[bytes]) -> _Region:
    """The region without equal lines at its start and its end."""
    start, end, lines = region.start, region.end, region.lines
    most = min(end - start, len(lines))
    head = next((n for n in range(most) if old[start + n] != lines[n]), most)
    tail = next((n for n in range(most - head) if old[end - 1 - n] != lines[-1 - n]), most - head)
    return _Region(start + head, end - tail, lines[head : len(lines) - tail])


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


class Hunk(NamedTuple):
    """Its place, the number of old lines before it, its old lines and its new ones; ``marks``: how its lines begin."""

    start: int
    old: tuple[bytes, ...]
    new: tuple[bytes, ...]
    marks: bytes

    @property
    def runs(self) -> Iterator[tuple[int, int, int, int]]:
        """Each run of changed lines: where it begins and ends among the old lines, and among the new ones."""
        old = new = 0
        for run in _RUNS.finditer(self.marks):
            gone, come = run[0].count(b"-"), run[0].count(b"+")
            if run[0].startswith(b" "):
                gone = come = len(run[0])
            else:
                yield old, old + gone, new, new + come
            old, new = old + gone, new + come


_RUNS = re.compile(rb" +|[-+]+")


@dataclass(frozen=True, slots=True)
class FilePatch:
    """One file of a diff that was read back.

    ``old_blob`` is the name, perhaps shortened, of the blob it was made for; empty where the diff names none.
    """

    path: str
    old_blob: str
    hunks: tuple[Hunk, ...]

    def apply(self, data: bytes) -> bytes:
        """The file with all hunks made, each exactly at its place.

        Raises:
            TexscholarError: the bytes are not those the diff was made for.
        """
        if not _is_blob(data, self.old_blob):
            raise TexscholarError("has changed since the patch was made; run `texscholar fill` again", path=self.path)
        lines = _lines(data)
        result: list[bytes] = []
        at = 0
        for start, old, new, _ in self.hunks:
            if not at <= start <= len(lines) or tuple(lines[start : start + len(old)]) != old:
                raise self._misfit(start)
            result += (*lines[at:start], *new)
            at = start + len(old)
        result += lines[at:]
        open_line = next((n for n, line in enumerate(result[:-1]) if not line.endswith(b"\n")), None)
        if open_line is not None:
            raise self._misfit(open_line)
        return b"".join(result)

    def _misfit(self, line: int) -> TexscholarError:
        return TexscholarError(
            "does not hold the lines the patch changes; run `texscholar fill` again",
            path=self.path,
            line=max(line, 0) + 1,
        )


def _is_blob(data: bytes, name: str) -> bool:
    """Whether git may have given this name to these bytes, in a repository of either hash."""
    if len(name) <= _SHA1_DIGITS and blob_id(data).startswith(name):
        return True
    return hashlib.sha256(_blob(data)).hexdigest().startswith(name)


_FILE_HEAD = re.compile(rb"^diff --git ", re.MULTILINE)
_INDEX = re.compile(rb"^index ([0-9a-f]{4,64})\.\.[0-9a-f]{4,64}(?: \d{6})?$", re.MULTILINE)
_TARGET = re.compile(
    rb"^--- (\"a/(?:[^\"\\\n]|\\.)*\"|a/[^\t\r\n]*)\t?\n"
    rb"\+\+\+ (\"b/(?:[^\"\\\n]|\\.)*\"|b/[^\t\r\n]*)\t?\n",
    re.MULTILINE,
)
_HUNK = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@[^\n]*\n")
_BETWEEN = re.compile(rb"(?:#[^\n]*\n|\n)*")  # comments and empty lines, left where hunks were taken out
_SIGNATURE = b"-- \n"  # ends a mailed patch


def read_diff(data: bytes, name: str) -> tuple[FilePatch, ...]:
    """The files of a unified diff as ``render_diff`` writes it; hunks may have been taken out of it by hand.

    A diff of git's own is read too where it changes text and nothing else.

    Raises:
        TexscholarError: it is no such diff, or is cut short.
    """
    starts = [match.start() for match in _FILE_HEAD.finditer(data)]
    if not starts:
        raise TexscholarError("holds no diff; make one with `texscholar fill PAPER.tex --output FILE`", path=name)
    ends = [*starts[1:], len(data)]
    patches = tuple(_read_file(data, start, end, name) for start, end in zip(starts, ends, strict=True))
    seen: set[str] = set()
    for patch in patches:
        if patch.path in seen:
            raise TexscholarError(f"changes {patch.path} twice; apply one patch after the other", path=name)
        seen.add(patch.path)
    return patches


def _read_file(data: bytes, start: int, end: int, name: str) -> FilePatch:
    target = _TARGET.search(data, start, end)
    paths = [unquote_path(target[side])[2:] for side in (1, 2)] if target else []
    if target is None or paths[0] != paths[1]:
        raise TexscholarError(
            "is cut short, or renames, adds or deletes a file, which no patch of texscholar's does",
            path=name,
            line=_line_number(data, start),
        )
    index = _INDEX.search(data, start, target.start())
    hunks = tuple(_read_hunks(data, target.end(), end, name))
    return FilePatch(paths[0], index[1].decode() if index else "", hunks)


def _read_hunks(data: bytes, at: int, end: int, name: str) -> Iterator[Hunk]:
    while True:
        between = _BETWEEN.match(data, at, end)
        at = between.end() if between else at
        if at >= end or data.startswith(_SIGNATURE, at):
            return
        head = _HUNK.match(data, at, end)
        if head is None:
            raise _damaged(data, at, name)
        hunk, at = _read_hunk(data, head, end, name)
        yield hunk


def _read_hunk(data: bytes, head: re.Match[bytes], end: int, name: str) -> tuple[Hunk, int]:
    """One hunk, and where the next one may begin."""
    old: list[bytes] = []
    new: list[bytes] = []
    marks = bytearray()
    old_count, new_count = (int(head[group]) if head[group] is not None else 1 for group in (2, 3))
    at, last = head.end(), b""
    while len(old) < old_count or len(new) < new_count or data[at : at + 1] == b"\\":
        line_end = data.find(b"\n", at, end) + 1
        # An empty line is one of context whose blank an editor took away.
        line = b" \n" if data[at:line_end] == b"\n" else data[at:line_end]
        kind = line[:1]
        if kind not in (b" ", b"-", b"+", b"\\") or (kind == b"\\" and not last):
            raise _damaged(data, at, name)
        if kind == b"\\":
            _without_newline(old, new, last)
        else:
            marks += kind
        if kind in (b" ", b"-"):
            old.append(line[1:])
        if kind in (b" ", b"+"):
            new.append(line[1:])
        last, at = (b"" if kind == b"\\" else kind), line_end
    if len(old) > old_count or len(new) > new_count:
        raise _damaged(data, head.start(), name)
    return Hunk(int(head[1]) - (old_count > 0), tuple(old), tuple(new), bytes(marks)), at


def _without_newline(old: list[bytes], new: list[bytes], last: bytes) -> None:
    """A backslash line: the line before it, of kind ``last``, ends without a newline."""
    for lines, kinds in ((old, (b" ", b"-")), (new, (b" ", b"+"))):
        if last in kinds:
            lines[-1] = lines[-1].removesuffix(b"\n")


def _damaged(data: bytes, at: int, name: str) -> TexscholarError:
    return TexscholarError("is cut short or damaged; make the patch again", path=name, line=_line_number(data, at))


def _line_number(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1
