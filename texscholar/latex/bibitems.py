"""Keys that are defined outside of a ``.bib`` file: in the document itself, or in what BibTeX and Biber made of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.latex.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from texscholar.latex.scan import Scan
    from texscholar.source import SourceText

# Compiled by re when they are first used: most papers need none of them.
_BIBITEM = r"\\bibitem(?![A-Za-z@])"
# amsrefs: \bib{key}{type}{…}; a .bbl of biblatex: \entry{key}{type}… and \keyalias{alias}{key}
_LISTED = r"\\(?:bib\*?|entry|keyalias)\s*\{(?P<key>[^{}\\#]+)\}\s*\{[^{}\\#]+\}"
_ENTRY = r"(?i)@[ \t]*(?!(?:comment|string|preamble)\b)[A-Za-z]+\s*[{(]\s*(?P<key>[^\s,{}()\"]+)\s*,"


def bibitem_keys(source: Scan) -> Iterator[str]:
    r"""The keys that the ``\bibitem`` commands of a source define, or the entries of a ``.bbl``."""
    code = source.code
    if "\\bib" not in code and "\\entry" not in code:
        return
    for match in re.compile(_BIBITEM).finditer(code):
        key = next((inner for opener, inner in source.arguments(match.end()) if opener == "{"), None)
        hidden = source.is_escaped(match.start()) or source.is_in_definition(match.start())
        if key is not None and not hidden:
            yield " ".join(code[key.start : key.end].split())
    yield from (match["key"].strip() for match in re.compile(_LISTED).finditer(code))


def compiled_keys(bbl: SourceText) -> Iterator[str]:
    """The keys in a ``.bbl`` file."""
    return bibitem_keys(scan(bbl))


def entry_keys(bib: str) -> Iterator[str]:
    """The keys of the entries in the text of a ``.bib`` file that the paper writes."""
    return (match["key"] for match in re.compile(_ENTRY).finditer(bib))
