"""The findings that a paper's authors know already, kept in ``.texscholar/baseline.json``.

A finding is known by its rule and its words, wherever they stand: a sentence that moves stays known, one that is edited
is new. Each finding has a line of its own, in the order of the fingerprints, which seldom lets two branches meet.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from texscholar.recommend import Finding

VERSION = 1
_DIGITS = 32  # hexadecimal ones of a fingerprint
_REMEDY = "`texscholar check --write-baseline` makes it anew, --no-baseline does without it"


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A finding that is known; ``rule`` and ``path``, relative to the top, are for whoever reads the file."""

    fingerprint: str
    path: str
    rule: str


def known_of(finding: Finding, shown: Callable[[str], str]) -> Known:
    """What a finding is known by: its sentence, else the lines it stands on."""
    from hashlib import sha256  # noqa: PLC0415 - loads OpenSSL, and few papers have a baseline

    if finding.locus is not None:
        text = finding.locus.sentence.text
    else:
        source, span = finding.source, finding.span
        first, last = (source.line_span(source.position(offset).line) for offset in (span.start, span.end))
        text = source.text[first.start : last.end]
    words = "\0".join((finding.rule, " ".join(text.split())))
    fingerprint = sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return Known(fingerprint, shown(finding.source.path), finding.rule)


def render_baseline(known: Iterable[Known]) -> bytes:
    """The file: the same findings give the same bytes."""
    lines = (
        json.dumps({"fingerprint": each.fingerprint, "rule": each.rule, "path": each.path}) for each in sorted(known)
    )
    body = ",\n".join(f"    {line}" for line in lines)
    findings = f"[\n{body}\n  ]" if body else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'.encode("ascii")


def read_baseline(data: bytes, path: str) -> tuple[Known, ...]:
    """The findings of such a file.

    Raises:
        TexscholarError: it is none, or one of a version that is not known here.
    """
    try:
        held: Any = json.loads(data)
    except ValueError as error:  # a byte that is no UTF-8 too
        line = getattr(error, "lineno", None)
        conflict = any(each.startswith(b"<<<<<<< ") for each in data.splitlines())
        why = "holds an unfinished merge" if conflict else "is no valid JSON"
        raise TexscholarError(f"{why}; {_REMEDY}", path=path, line=line) from error
    except RecursionError as error:
        raise TexscholarError(f"is no baseline; {_REMEDY}", path=path) from error
    if isinstance(held, dict) and held.get("version") not in {None, VERSION}:
        message = f"is of version {held['version']}, and this texscholar reads {VERSION}; update it, or {_REMEDY}"
        raise TexscholarError(message, path=path)
    try:
        return tuple(_read(each) for each in held["findings"])
    except (KeyError, TypeError, ValueError) as error:
        raise TexscholarError(f"is no baseline; {_REMEDY}", path=path) from error


def _read(held: Any) -> Known:  # noqa: ANN401 - whatever stands in the file
    values = held["fingerprint"], held["path"], held["rule"]
    if not all(isinstance(value, str) for value in values):
        raise ValueError
    return Known(*values)


def compared(
    known: Sequence[Known], findings: Iterable[tuple[Finding, Callable[[str], str]]]
) -> tuple[frozenset[int], tuple[Known, ...]]:
    """The ``id`` of each finding that is known, each entry standing for one finding, and the entries that met none."""
    left = Counter(each.fingerprint for each in known)
    met: set[int] = set()
    for finding, shown in findings:
        fingerprint = known_of(finding, shown).fingerprint
        if left[fingerprint]:
            left[fingerprint] -= 1
            met.add(id(finding))
    unmet = []
    for each in sorted(known, reverse=True):
        if left[each.fingerprint]:
            left[each.fingerprint] -= 1
            unmet.append(each)
    return frozenset(met), tuple(reversed(unmet))
