"""The figures of an evaluation as text and as JSON (version 1)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.evaluate.measuring import Figures, Place

_ROW = "{:<32.32} {:>7} {:>6} {:>6} {:>6} {:>6} {:>7} {:>6} {:>6}\n"


@dataclass(frozen=True)
class Measured:
    """A paper with its places and their figures."""

    name: str
    places: tuple[Place, ...]
    figures: Figures


def render_text(measured: Sequence[Measured], total: Figures, asked: Mapping[str, object]) -> str:
    """Tables for people: a line a paper, the curve of thresholds, the calibration."""
    lines = ["  ".join(f"{name} {value}" for name, value in asked.items() if value not in ([], "")) + "\n\n"]
    lines.append(_ROW.format("paper", "hidden", "R@1", "R@5", "R@10", "MRR", "shown", "right", "met"))
    rows = [(each.name, each.figures) for each in measured]
    lines += (_row(name, each) for name, each in (*rows, *((("all", total),) if len(rows) > 1 else ())))
    lines.append(
        f"\nshown, right and met at the default confidence of {total.default.threshold:.2f}, over all {total.sentences}"
        " uncited sentences\n\n"
        "confidence  shown  per 1,000  first right  right among 3  at a hidden place   met     F1\n"
    )
    lines += (
        f"{each.threshold:>10.2f} {each.shown:>6} {each.per_thousand:>10.1f} {each.first_right:>12.3f}"
        f" {each.three_right:>14.3f} {each.at_hidden:>18.3f} {each.met:>5.3f} {each.f1:>6.3f}\n"
        for each in total.curve
    )
    lines.append("\nplaces  mean confidence  first right\n")
    lines += (f"{each.count:>6} {each.confidence:>16.3f} {each.right:>12.3f}\n" for each in total.calibration)
    return "".join(lines)


def _row(name: str, figures: Figures) -> str:
    recalls = (figures.recall_at_1, figures.recall_at_5, figures.recall_at_10, figures.mrr)
    shown = figures.default
    return _ROW.format(
        name, figures.hidden, *(f"{each:.3f}" for each in recalls), shown.shown, f"{shown.first_right:.3f}",
        f"{shown.met:.3f}",
    )  # fmt: skip


def render_json(measured: Sequence[Measured], total: Figures, asked: Mapping[str, object]) -> str:
    """``{"version": 1, "asked": …, "papers": [{"paper": …, "figures": …}], "total": …}``; shares are of 1."""
    papers = [{"paper": each.name, "figures": _rounded(asdict(each.figures))} for each in measured]
    whole = {"version": 1, "asked": dict(asked), "papers": papers, "total": _rounded(asdict(total))}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _rounded(value: object) -> object:
    """Six digits: what is below depends on the machine."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value
