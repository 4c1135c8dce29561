"""What a PDF says of itself: title, authors and DOI in its information dictionary and XMP packet, never its text."""

from __future__ import annotations

import html
import logging
import re
from typing import TYPE_CHECKING, Any

from texscholar.bibtex.work import normalise_arxiv, normalise_doi
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.importers.describing import Described, record, year_in
from texscholar.library.importers.json_values import people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from texscholar.library.records import Record

_LARGEST = 1 << 30  # bytes
_LARGEST_PACKET = 1 << 20
_BROKEN = "is no PDF that can be read; open it in a viewer and save it anew"
_UNTITLED = "says no title of itself; add its entry by hand"
_NO_TITLE = re.compile(
    r"untitled.*|(?:microsoft \w+ - )?\S+\.(?:docx?|tex|dvi|pdf|indd|ps|eps|qxd)|\W*|\S{1,3}", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s*;\s*|\s+and\s+|,\s+(?=\w+\.?\s)")
# ISO 16684-1: a title has one item a language; PRISM and CrossMark name DOIs.
_XMP_TITLE = re.compile(r"<dc:title>\s*<rdf:Alt>\s*<rdf:li[^>]*>([^<]{1,2000})<", re.IGNORECASE)
_XMP_DOI = re.compile(r"(?:prism|crossmark|pdfx):doi(?:>|=['\"])([^<'\"]{1,300})", re.IGNORECASE)


def read_pdf(path: Path) -> Iterator[Record | Skipped]:
    """The one record of a PDF, or why it gives none.

    Raises:
        TexscholarError: it cannot be opened, or what reads PDFs is not installed.
    """
    try:
        import pypdf  # noqa: PLC0415 - an extra, and heavy
    except ImportError:
        message = "is a PDF; `pip install 'texscholar[import]'` reads what it says of itself"
        raise TexscholarError(message, path=str(path)) from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        if path.stat().st_size > _LARGEST:
            yield Skipped(path.name, f"is larger than {_LARGEST >> 30} GB; it is left out")
            return
        with path.open("rb") as file:
            reader = pypdf.PdfReader(file)
            info = {str(name): str(value) for name, value in (reader.metadata or {}).items()}
            packet = _packet(reader)
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check the path", path=str(path)) from error
    except Exception:  # noqa: BLE001 - what a broken PDF raises in pypdf cannot be foretold
        yield Skipped(path.name, _BROKEN)
        return
    told = _described(path.name, info, packet)
    yield record(told, path.name, path.name) if told.title else Skipped(path.name, _UNTITLED)


def _packet(reader: Any) -> str:  # noqa: ANN401 - pypdf is not always there
    """The XMP packet, which is not parsed: it may hold what harms a parser."""
    stream = reader.root_object.get("/Metadata")
    data = b"" if stream is None else stream.get_object().get_data()
    return bytes(data[:_LARGEST_PACKET]).decode("utf-8", "replace")


def _described(name: str, info: dict[str, str], packet: str) -> Described:
    titles = [info.get("/Title", ""), *(html.unescape(each) for each in _XMP_TITLE.findall(packet))]
    title = next((text for each in titles if (text := " ".join(each.split())) and not _NO_TITLE.fullmatch(text)), "")
    dois = (normalise_doi(each) for each in (*_XMP_DOI.findall(packet), *info.values()))
    addresses = (normalise_arxiv(each) for each in info.values() if "arxiv" in each.lower())
    return Described(
        id=name,
        title=title,
        authors=people([each for each in _BETWEEN.split(" ".join(info.get("/Author", "").split())) if each]),
        # The day the file was made: of a paper that is the year of its publication or close to it.
        year=year_in(info.get("/CreationDate", "")[2:6]),
        doi=next(filter(None, dois), ""),
        arxiv=next(filter(None, addresses), ""),
        keywords=" ".join(info.get("/Keywords", "").split()),
    )
