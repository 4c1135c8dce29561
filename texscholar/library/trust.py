"""Which kind of source is believed for what: one table.

*Entry* (type, title, authors, year, venue, pages and the like) is taken whole from one source, for the title of one
printing with the pages of another describes neither. First come those whose business it is: the Anthology is written
by the publisher of what it lists, DBLP by people who look at each volume; Crossref has what publishers deposit, whole
but with odd capitals; then what the author keeps by hand; then services that gather from others by program; arXiv knows
the preprint only, and a PDF what its author's editor wrote into it.
*Abstract*: the Anthology's and arXiv's are the authors' own text; OpenAlex puts words back together by their places,
and Crossref's carry headings and markup.
*Key*: whoever keeps a bibliography by hand cites by its keys.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.library.kinds import BIBTEX, FOLDER, JSONL

if TYPE_CHECKING:
    from collections.abc import Mapping

_HAND = (BIBTEX, FOLDER, "zotero", "csl-json", "ris")
ENTRY: tuple[str, ...] = (
    "acl-anthology", "dblp", "crossref", *_HAND, "openalex", "semantic-scholar", JSONL, "arxiv", "pdf",
)  # fmt: skip
ABSTRACT: tuple[str, ...] = (
    "acl-anthology", "arxiv", *_HAND, JSONL, "semantic-scholar", "crossref", "openalex", "dblp", "pdf",
)  # fmt: skip
KEY: tuple[str, ...] = (
    *_HAND, "acl-anthology", "dblp", JSONL, "arxiv", "openalex", "semantic-scholar", "crossref", "pdf",
)  # fmt: skip


def _places(order: tuple[str, ...]) -> Mapping[str, int]:
    """Each kind's place; the last for what has no kind, as records that a program hands over."""
    return MappingProxyType({kind: place for place, kind in enumerate(order)} | {"": len(order)})


ENTRY_PLACES, ABSTRACT_PLACES, KEY_PLACES = map(_places, (ENTRY, ABSTRACT, KEY))
"""The place of each kind of source, lowest first, in what is believed of it."""
