"""How often the program knew what authors added later, as text and as JSON (version 1)."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from texscholar.evaluate.fixes import GROUPS
from texscholar.evaluate.measuring import OURS
from texscholar.evaluate.peers import PEERS
from texscholar.evaluate.report import as_json, asked_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.errors import Skipped
    from texscholar.evaluate.fixes import Tried

_LEADS = {
    "identical": "nothing but the citation was added",
    "near": "words changed as well",
    "others": "placeholders, typed names",
}


@dataclass(frozen=True, slots=True)
class Hits:
    """Shares of fixes with an added work among the first candidates; ``mrr``: mean of 1 / rank of the first one."""

    at_1: float
    at_5: float
    at_10: float
    mrr: float


@dataclass(frozen=True, slots=True)
class FixFigures:
    """The figures of some fixes.

    ``pairs`` that could be read; ``known``: those with an added key in the bibliography, over which all shares are;
    ``how`` their sentences came to lack the citation; ``ranked`` the program and its peers by name; ``shown`` and
    ``shown_right``: share of fixes with a suggestion by default, and with one whose first candidate is right.
    """

    pairs: int
    known: int
    how: Mapping[str, int]
    ranked: Mapping[str, Hits]
    shown: float
    shown_right: float


def fix_figures(tried: Sequence[Tried]) -> FixFigures:
    """The figures of fixes together."""
    known = [each for each in tried if each.known]
    ranked = {OURS: _hits([each.right for each in known])}
    for number, name in enumerate(PEERS):
        ranked[name] = _hits([each.peers[number] if each.peers else () for each in known])
    return FixFigures(
        len(tried),
        len(known),
        dict(sorted(Counter(each.how for each in known).items())),
        ranked,
        _mean([float(each.is_shown) for each in known]),
        _mean([float(each.is_shown and each.right[:1] == (True,)) for each in known]),
    )


def _hits(places: Sequence[tuple[bool, ...]]) -> Hits:
    at_1, at_5, at_10 = (_mean([float(any(right[:among])) for right in places]) for among in (1, 5, 10))
    return Hits(at_1, at_5, at_10, _mean([1 / (1 + right.index(True)) if any(right) else 0.0 for right in places]))


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def render_fixes(tried: Sequence[Tried], skipped: Sequence[Skipped], asked: Mapping[str, object], form: str) -> str:
    """The figures of each group of fixes, as ``text`` or ``json``."""
    groups = {name: fix_figures([each for each in tried if each.group == name]) for name in GROUPS}
    if form == "json":
        figures = {name: asdict(each) for name, each in groups.items()}
        each = [asdict(one) for one in tried]
        left = [asdict(one) for one in skipped]
        return as_json({"version": 1, "asked": dict(asked), "groups": figures, "fixes": each, "skipped": left})
    lines = [asked_line(asked), ""]
    for name, found in groups.items():
        lines += [f"{name}: {_LEADS[name]}", *_table(found), ""]
    if skipped:
        lines += [f"{len(skipped)} pairs could not be read", ""]
    return "\n".join(lines[:-1]) + "\n"


def _table(found: FixFigures) -> list[str]:
    how = ", ".join(f"{count} {name}" for name, count in found.how.items())
    lines = [f"  {found.pairs} pairs, {found.known} with an added key in the bibliography: {how or 'none'}"]
    if found.known:
        lines.append(f"  {'':<20} first  in 5  in 10   MRR")
        lines += (
            f"  {name:<20} {hits.at_1:>5.3f} {hits.at_5:>5.3f} {hits.at_10:>6.3f} {hits.mrr:>5.3f}"
            for name, hits in found.ranked.items()
        )
        lines.append(f"  suggested by default {found.shown:.3f}, with an added work first {found.shown_right:.3f}")
    return lines
