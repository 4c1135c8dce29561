"""What somebody said about a patch, as a file, and what of it is to be remembered."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from texscholar.errors import TexscholarError
from texscholar.suggest.parts import Decision, accepted_text, names_key
from texscholar.suggest.rejections import Rejection

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from texscholar.suggest.evidence import Record
    from texscholar.suggest.parts import Cut, Part

VERSION = 1
_MOST_NAMED = 8  # suggestions in one line
_AGAIN = "remove it, and review or export again"


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


def parts_named(cut: Cut, ids: Iterable[str], name: str) -> tuple[str, ...]:
    """The ids of the parts of some suggestions, each named by its id or the beginning of it; a part's own id does too.

    Args:
        cut: the patch in its parts.
        ids: what somebody typed.
        name: how errors call the patch.

    Raises:
        TexscholarError: nothing is called so, or several are.
    """
    parts = {part: (part,) for found in cut.suggestions.values() for part in found}
    named: dict[str, None] = {}
    for given in ids:
        known = next((each for each in (cut.suggestions, parts) if _beginning(each, given)), None)
        if known is None:
            raise TexscholarError(f"holds no suggestion {given}; {_at_hand(cut)}", path=name)
        one, *others = _beginning(known, given)
        if others:
            raise TexscholarError(f"{given} may be {_listed((one, *others))}; type more of it", path=name)
        named |= dict.fromkeys(known[one])
    return tuple(named)


def _beginning(names: Iterable[str], given: str) -> list[str]:
    """The names that begin so; the one that is exactly so, if there is one."""
    found = [name for name in names if given and name.startswith(given.lower())]
    return [given.lower()] if given.lower() in found else found


def _at_hand(cut: Cut) -> str:
    open_ = dict.fromkeys(part.suggestion for part in cut.parts)
    return f"here are {_listed(open_)}" if open_ else "all that it holds is done; run `texscholar fill` again"


def _listed(names: Iterable[str]) -> str:
    shown = tuple(names)
    more = len(shown) - _MOST_NAMED
    return ", ".join(shown[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


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
