"""Elements out of large XML files, one after the other: nothing is fetched, no entity is expanded that a file declares.

The parser is expat. A file that declares entities is refused at the declaration, so that none can grow; external DTDs
are not read, and the entities of HTML, which DBLP's DTD defines, are known. Elements, tags and nesting are bounded.
"""

from __future__ import annotations

import html
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

from texscholar.errors import TexscholarError
from texscholar.library.importers.opening import Damaged, chunks, opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_LARGEST = 1 << 24  # characters in one element
_LARGEST_TAG = 1 << 22  # bytes of a tag or comment: expat looks at it anew with every piece
_DEEPEST = 100
_TOO_LARGE = f"is larger than {_LARGEST >> 20} MB; it is left out"


@dataclass(slots=True)
class Element:
    """An element with its texts and elements in their order; ``line`` is where it begins.

    ``parents`` are the attributes of the elements around it, the outermost first, with their names under empty keys.
    """

    name: str
    attributes: dict[str, str]
    line: int
    parents: tuple[dict[str, str], ...] = ()
    parts: list[Element | str] = field(default_factory=list)
    is_too_large: bool = False

    def all(self, name: str) -> list[Element]:
        """The elements of this name right inside it."""
        return [part for part in self.parts if isinstance(part, Element) and part.name == name]

    def text(self, *names: str) -> str:
        """All text in it, on one line; with names, that of the first element of one of them inside it that has some."""
        if names:
            return next((text for name in names for each in self.all(name) if (text := each.text())), "")
        return " ".join("".join(_texts(self)).split())


def _texts(element: Element) -> Iterator[str]:
    for part in element.parts:
        if isinstance(part, str):
            yield part
        else:
            yield from _texts(part)


def elements(path: Path, wanted: frozenset[str]) -> Iterator[tuple[str, Element | str]]:
    """The outermost elements of these names with their places, ``NAME:LINE``; or, as a string, what is wrong.

    Raises:
        TexscholarError: the file cannot be opened, or declares entities.
    """
    with opened(path) as stream:
        yield from _elements(chunks(stream), path.name, _Collector(wanted, str(path)))


def elements_in(data: bytes, name: str, wanted: frozenset[str]) -> Iterator[tuple[str, Element | str]]:
    """The same of XML in memory, which messages call by a name.

    Raises:
        TexscholarError: it declares entities, or nests too deep.
    """
    return _elements((data,), name, _Collector(wanted, name))


def _elements(pieces: Iterable[bytes], name: str, collector: _Collector) -> Iterator[tuple[str, Element | str]]:
    try:
        for piece in pieces:
            collector.feed(piece)
            yield from collector.ready(name)
        collector.end()
        yield from collector.ready(name)
    except expat.ExpatError as error:
        yield from collector.ready(name)
        reason = expat.ErrorString(error.code)
        yield f"{name}:{error.lineno}", f"is no XML from here on ({reason}); fetch it again"
    except Damaged as error:
        yield f"{name}:{collector.line}", str(error)


class _Collector:
    """Builds the wanted elements as expat meets them."""

    def __init__(self, wanted: frozenset[str], path: str) -> None:
        self._wanted, self._path = wanted, path
        self._around: list[dict[str, str]] = []
        self._open: list[Element] = []
        self._size = 0
        self._found: deque[Element] = deque()
        self._fed = 0
        parser: Any = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._declared
        parser.SkippedEntityHandler = self._skipped
        self._parser = parser

    @property
    def line(self) -> int:
        """How far it has read."""
        return int(self._parser.CurrentLineNumber)

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)  # noqa: FBT003 - as expat has it
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > _LARGEST_TAG:
            message = f"has a tag of more than {_LARGEST_TAG >> 20} MB; leave it out"
            raise TexscholarError(message, path=self._path, line=self.line)

    def end(self) -> None:
        self._parser.Parse(b"", True)  # noqa: FBT003 - as above

    def ready(self, file: str) -> Iterator[tuple[str, Element | str]]:
        while self._found:
            each = self._found.popleft()
            yield f"{file}:{each.line}", _TOO_LARGE if each.is_too_large else each

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._around) + len(self._open) >= _DEEPEST:
            message = f"nests elements more than {_DEEPEST} deep; leave it out"
            raise TexscholarError(message, path=self._path, line=self.line)
        if self._open:
            inner = Element(name, attributes, self.line)
            self._add(inner, len(name) + sum(map(len, attributes.values())))
            self._open.append(inner)
        elif name in self._wanted:
            self._size = 0
            self._open.append(Element(name, attributes, self.line, tuple(self._around)))
        else:
            self._around.append(attributes | {"": name})

    def _end(self, _: str) -> None:
        if not self._open:
            self._around.pop()
            return
        done = self._open.pop()
        if not self._open:
            self._found.append(done)

    def _characters(self, text: str) -> None:
        if self._open:
            self._add(text, len(text))

    def _add(self, part: Element | str, size: int) -> None:
        self._size += size + 1
        if self._size <= _LARGEST:
            self._open[-1].parts.append(part)
        elif not self._open[0].is_too_large:
            self._open[0].is_too_large = True
            self._open[0].parts.clear()

    def _declared(self, name: str, *_: object) -> None:
        message = f"declares an entity ({name[:40]}), as an XML bomb does; remove its <!ENTITY> lines"
        raise TexscholarError(message, path=self._path, line=self.line)

    def _skipped(self, name: str, is_parameter: object) -> None:
        if not is_parameter:
            self._characters(html.unescape(f"&{name};"))
