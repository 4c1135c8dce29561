"""What somebody said about a patch, as a file; and what of it is remembered for every later patch."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from texscholar.errors import Skipped, TexscholarError
from texscholar.suggest.evidence import names_of
from texscholar.suggest.parts import Decision, accepted_text, names_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from texscholar.bibtex import Work
    from texscholar.suggest.evidence import Record
    from texscholar.suggest.parts import Cut, Part

VERSION = 1
_AGAIN = "remove it, and review or export again"


# -- decisions on one patch


@dataclass(frozen=True, slots=True)
class Decisions:
    """A patch, byte for byte, and what was said about its parts, by their ids."""

    patch: bytes
    parts: Mapping[str, Decision]


def render_decisions(decisions: Decisions) -> bytes:
    """The file: JSON, the patch in base 64, since a patch holds the encodings of all files it changes."""
    data = {
        "texscholar": "decisions",
        "version": VERSION,
        "parts": {name: _plain(decision) for name, decision in sorted(decisions.parts.items())},
        "patch": base64.b64encode(decisions.patch).decode(),
    }
    return (json.dumps(data, indent=1) + "\n").encode()


def _plain(decision: Decision) -> dict[str, Any]:
    plain: dict[str, Any] = {"decision": "accept" if decision.accepted else "reject"}
    if decision.text is not None:
        plain["text"] = decision.text
    if decision.only is not None:
        plain["only"] = list(decision.only)
    return plain


def read_decisions(data: bytes, name: str) -> Decisions:
    """The decisions of a file.

    Raises:
        TexscholarError: it holds none, or is damaged.
    """
    try:
        value = json.loads(data)
        is_ours = value["texscholar"] == "decisions" and value["version"] == VERSION
        patch = base64.b64decode(value["patch"], validate=True)
        parts = {part: _read(each) for part, each in value["parts"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise TexscholarError(f"is no file of decisions, or is damaged; {_AGAIN}", path=name) from None
    if not is_ours:
        raise TexscholarError(f"is of another version of texscholar; {_AGAIN}", path=name)
    return Decisions(patch, parts)


def _read(value: Mapping[str, Any]) -> Decision:
    if value["decision"] not in ("accept", "reject"):
        raise ValueError
    text, only = value.get("text"), value.get("only")
    if not isinstance(text, str | None) or not all(isinstance(each, int) for each in only or ()):
        raise TypeError
    return Decision(value["decision"] == "accept", text, None if only is None else tuple(only))


# -- rejections, for all patches to come


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


def rejections_in(cut: Cut, decisions: Mapping[str, Decision]) -> tuple[tuple[Rejection, ...], tuple[Rejection, ...]]:
    """What decisions turn down, and what they accept, which is turned down no more.

    Of a related-work draft, the works that stood in what was rejected and stand in nothing that was accepted.
    """
    refused: dict[str, Rejection] = {}
    taken: dict[str, Rejection] = {}
    for part in cut.parts:
        decision = decisions.get(part.id)
        if decision is None or part.evidence is None:
            continue
        for record in map(part.evidence.record, part.keys):
            if record is not None:
                each = _rejection(part, record)
                is_taken = decision.accepted and (part.paragraph < 0 or _is_cited(record, part, decision))
                (taken if is_taken else refused)[each.id] = each
    return tuple(each for name, each in refused.items() if name not in taken), tuple(taken.values())


def _rejection(part: Part, record: Record) -> Rejection:
    rule, about = (part.evidence.rule, part.evidence.about) if part.evidence else ("", "")
    return Rejection(rule, about, record.names, record.key, record.title)


def _is_cited(record: Record, part: Part, decision: Decision) -> bool:
    return names_key(accepted_text(part, decision), record.key)


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
