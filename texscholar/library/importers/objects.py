"""JSON objects out of a file that holds one a line, a list of them, or a list inside an answer of a service."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.library.importers.describing import record
from texscholar.library.importers.opening import Damaged, chunks, head_of, lines, opened
from texscholar.library.jsonl import json_object

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from texscholar.library.importers.describing import Described
    from texscholar.library.importers.opening import Stream
    from texscholar.library.jsonl import Fields
    from texscholar.library.records import Record

LARGEST = 1 << 25
"""Bytes of one object beyond which it is no description of a work."""

_TOO_LARGE = f"is larger than {LARGEST >> 20} MB; it is left out"
_UNREAD = "; what follows it is not read"
_CUT = "the file ends in the middle of it; fetch it again"
_BOM = b"\xef\xbb\xbf"
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|["{}\[\]]', re.DOTALL)
# Of Crossref and Zotero, of OpenAlex, of Semantic Scholar.
_LIST = re.compile(rb'"(?:items|results|data)"\s*:\s*\[(?=\s*\{)')
_OF_A_WORK = re.compile(rb'"(?:title|DOI|author)"\s*:')
_LINES_LOOKED_AT = 5
_DEEPEST_LIST = 2  # {"message": {"items": […


def objects(path: Path) -> Iterator[tuple[str, Fields | str]]:
    """Each object of a file with its place, ``NAME:LINE`` or ``NAME: item N``; or, as a string, what is wrong with it.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    head = head_of(path)
    start = _start_of_list(head)
    with opened(path) as stream:
        if start is None and _is_by_line(head):
            yield from _by_line(stream, path.name)
        else:
            yield from _in_turn(stream, path.name, *(start or (0, 0)))


def read_objects(path: Path, describe: Callable[[Fields], Described]) -> Iterator[Record | Skipped]:
    """The records of the objects of a file, each described, and what of it could not be read.

    Raises:
        TexscholarError: the file cannot be opened.
    """
    for place, fields in objects(path):
        yield Skipped(place, fields) if isinstance(fields, str) else record(describe(fields), path.name, place)


def first_object(head: bytes) -> Fields | None:
    """The first object that the head of a file holds, if it holds one whole."""
    begin, depth = _start_of_list(head) or (0, 0)
    for item in _Splitter(depth).feed(head[begin:]):
        value = json_object(item)
        return value if isinstance(value, dict) else None
    return None


def holds_list(head: bytes) -> bool:
    """Whether the head of a file begins a list of objects."""
    return _start_of_list(head) is not None


def _start_of_list(head: bytes) -> tuple[int, int] | None:
    """Where the first item of a list may stand, and how many brackets are open there; None where there is no list."""
    bare = head.removeprefix(_BOM).lstrip()
    before = len(head) - len(bare)
    if bare.startswith(b"["):
        return before + 1, 1
    found = _LIST.search(bare) if bare.startswith(b"{") else None
    if found is None or _OF_A_WORK.search(bare, 0, found.start()):
        return None
    brackets = [token for token in _TOKEN.findall(bare, 0, found.start()) if not token.startswith(b'"')]
    depth = sum(1 if token in (b"{", b"[") else -1 for token in brackets)
    return (before + found.end(), depth + 1) if depth <= _DEEPEST_LIST else None


def _is_by_line(head: bytes) -> bool:
    """Whether one of the first lines holds an object, or the first is too long to tell; else objects span lines."""
    first, *others = head.removeprefix(_BOM).lstrip().split(b"\n", _LINES_LOOKED_AT)
    return (
        not others
        or not first.startswith(b"{")
        or any(isinstance(json_object(each), dict) for each in (first, *others))
    )


def _by_line(stream: Stream, file: str) -> Iterator[tuple[str, Fields | str]]:
    number = 0
    try:
        for number, line in lines(stream, LARGEST):
            if line is None or (line and not line.isspace()):
                yield f"{file}:{number}", _TOO_LARGE if line is None else json_object(line)
    except Damaged as error:
        yield f"{file}:{number + 1}", str(error)


def _in_turn(stream: Stream, file: str, begin: int, depth: int) -> Iterator[tuple[str, Fields | str]]:
    """The items of a list, ``depth`` brackets deep, from a place on; or objects that follow one another."""
    number, splitter = 0, _Splitter(depth)
    try:
        for chunk in chain(chunks(stream), (b"",)):
            passed = min(begin, len(chunk))
            begin -= passed
            for item in splitter.feed(chunk[passed:], is_last=not chunk):
                number += 1
                yield f"{file}: item {number}", _TOO_LARGE if len(item) > LARGEST else json_object(item)
            if splitter.waiting > LARGEST:
                yield f"{file}: item {number + 1}", _TOO_LARGE + _UNREAD
                return
    except Damaged as error:
        yield f"{file}: item {number + 1}", str(error)
        return
    if splitter.is_open:
        yield f"{file}: item {number + 1}", _CUT


class _Splitter:
    """Cuts JSON into the values that stand a number of brackets deep; a value is kept until it is whole."""

    def __init__(self, depth: int) -> None:
        self._base = self._depth = depth
        self._text = b""  # from the end of the last value on
        self._at = 0  # so far of it was looked at
        self._least = 0  # bytes to wait for: a long string is looked at as often as it doubles, not with every chunk
        self._is_done = False

    @property
    def waiting(self) -> int:
        """Bytes that no value was made of yet."""
        return len(self._text)

    @property
    def is_open(self) -> bool:
        """Whether what was fed ends inside a value or a list."""
        return not self._is_done and (self._base > 0 or bool(self._text.strip()))

    def feed(self, chunk: bytes, *, is_last: bool = False) -> Iterator[bytes]:
        """The values that are whole with this chunk; what stands between values and is none comes out as well.

        Of a long string the end may be seen later, and with the last chunk at the latest.
        """
        self._text += b"" if self._is_done else chunk
        if self._is_done or (len(self._text) < self._least and not is_last):
            return
        text, start, depth, self._least = self._text, 0, self._depth, 0
        self._at, at = len(text), self._at
        for match in _TOKEN.finditer(text, at):
            token = match[0]
            if token == b'"':  # it ends in what is still to come
                self._at = match.start()
                self._least = min(2 * (len(text) - start), LARGEST)
                break
            if token in (b"{", b"["):
                if depth == self._base:
                    yield from _others(text[start : match.start()])
                    start = match.start()
                depth += 1
            elif token in (b"}", b"]"):
                depth -= 1
                if depth == self._base:
                    yield text[start : match.end()]
                    start = match.end()
                elif depth < self._base:
                    yield from _others(text[start : match.start()])
                    start, depth = match.start() + 1, 0
                    if self._base:
                        self._is_done = True
                        break
        self._text, self._at, self._depth = text[start:], self._at - start, depth


def _others(text: bytes) -> Iterator[bytes]:
    return (piece for each in text.split(b",") if (piece := each.strip()))
