"""What authors turned down, remembered for every later run: a work, for a rule and the words that it was about."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex import fold, identities
from texscholar.errors import Skipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from texscholar.bibtex import Work

VERSION = 1


@dataclass(frozen=True, slots=True)
class Rejection:
    """A work that somebody turned down for a rule and the words it was about; ``names``: the identities of the work."""

    rule: str
    about: str
    names: tuple[str, ...]
    key: str
    title: str

    @property
    def id(self) -> str:
        """Eight hex digits that name it."""
        words = "\0".join((self.rule, folded_words(self.about), *self.names))
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def folded_words(text: str) -> str:
    """The words of a text, so that neither a line break nor another quotation mark makes it another text."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold()))


def names_of(work: Work) -> frozenset[str]:
    """The identities of a work; its title where it has none."""
    return identities(work) or frozenset((f"title:{fold(work.title)}",))


def read_rejections(data: bytes, name: str) -> tuple[tuple[Rejection, ...], tuple[Skipped, ...]]:
    """The rejections of a file, a JSON object a line; a line that is none is left out, with a word on it."""
    found: list[Rejection] = []
    skipped: list[Skipped] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            rejection = _read_rejection(line)
            if rejection is None:
                skipped.append(Skipped(f"{name}:{number}", "is no rejection that can be read; mend or delete the line"))
            else:
                found.append(rejection)
    return tuple(found), tuple(skipped)


def _read_rejection(line: bytes) -> Rejection | None:
    try:
        value = json.loads(line)
        if value["version"] != VERSION:
            return None
        texts = [value[field] for field in ("rule", "about", "key", "title")]
        names = value["names"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(names, list) or not all(isinstance(each, str) for each in (*texts, *names)):
        return None
    rule, about, key, title = texts
    return Rejection(rule, about, tuple(names), key, title)


def updated_rejections(data: bytes, add: Iterable[Rejection], forget: Iterable[Rejection]) -> bytes:
    """The file with some rejections more and some less; every other line, one that cannot be read too, stays."""
    gone = {rejection.id for rejection in forget}
    known: set[str] = set()
    lines: list[bytes] = []
    for line in data.splitlines(keepends=True):
        rejection = _read_rejection(line)
        if rejection is not None:
            known.add(rejection.id)
        if rejection is None or rejection.id not in gone:
            lines.append(line if line.endswith(b"\n") else line + b"\n")
    new = {rejection.id: rejection for rejection in add if rejection.id not in known}
    return b"".join((*lines, *(_line(rejection) for rejection in new.values())))


def _line(rejection: Rejection) -> bytes:
    plain = {
        "version": VERSION,
        "rule": rejection.rule,
        "about": rejection.about,
        "key": rejection.key,
        "title": rejection.title,
        "names": rejection.names,
    }
    return json.dumps(plain, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def rejected_by(rejections: Sequence[Rejection]) -> Callable[[str, str, Work], bool]:
    """Whether a work was turned down, for a rule and the words that it is about."""
    known: dict[tuple[str, str], set[str]] = {}
    for each in rejections:
        known.setdefault((each.rule, folded_words(each.about)), set()).update(each.names)

    def is_rejected(rule: str, about: str, work: Work) -> bool:
        names = known.get((rule, folded_words(about)))
        return names is not None and not names.isdisjoint(names_of(work))

    return is_rejected
