"""The figures of an evaluation as text and as JSON (version 1)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from texscholar.evaluate.measuring import average

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.evaluate.measuring import Average, Figures, Place, Ranked

_LONGEST_NAME = 44
_HEADS = " R@1  R@5 R@10  MRR"


@dataclass(frozen=True)
class Measured:
    """A paper with its places and their figures."""

    name: str
    places: tuple[Place, ...]
    figures: Figures


def render_text(measured: Sequence[Measured], total: Figures, asked: Mapping[str, object]) -> str:
    """Tables for people: ranking against BM25, what is shown by default, the curve of thresholds, the calibration."""
    mean = average([each.figures for each in measured])
    sections = (
        asked_line(asked),
        "".join(_ranking_table(measured, total, mean)),
        "".join(_shown_table(measured, total, mean)),
        "".join(_curve(total)),
        "".join(_calibration(total)),
    )
    return "\n\n".join(section.rstrip("\n") for section in sections) + "\n"


def asked_line(asked: Mapping[str, object]) -> str:
    """What was asked for, in one line."""
    told = {name: ", ".join(map(str, value)) if isinstance(value, list) else value for name, value in asked.items()}
    return "  ".join(f"{name} {value}" for name, value in told.items() if value != "")


def _ranking_table(measured: Sequence[Measured], total: Figures, mean: Average) -> Iterator[str]:
    """A line a paper: how the program and plain BM25 rank the works of hidden places."""
    wide = _wide(measured)
    names = list(total.ranked)
    yield f"{'':<{wide}} {'hidden':>7}" + "".join(f"  {name:>20.20}" for name in names) + "\n"
    yield f"{'ranking':<{wide}} {'places':>7}" + f"  {_HEADS:>20}" * len(names) + "\n"
    for each in measured:
        yield f"{each.name:<{wide}.{wide}} {each.figures.hidden:>7}" + _ranked_row(each.figures.ranked, names)
    if len(measured) > 1:
        yield f"{'all places':<{wide}} {total.hidden:>7}" + _ranked_row(total.ranked, names)
        yield f"{'mean of papers':<{wide}} {'':>7}" + _ranked_row(mean.ranked, names)


def _ranked_row(ranked: Mapping[str, Ranked], names: Sequence[str]) -> str:
    return "".join(f"  {_cells(ranked[name]) if name in ranked else '':>20}" for name in names) + "\n"


def _cells(each: Ranked) -> str:
    values = (each.recall_at_1, each.recall_at_5, each.recall_at_10, each.mrr)
    return " ".join(f"{_share(value):>4}" for value in values)


def _share(value: float) -> str:
    """``.42``, ``1.0``."""
    return "1.0" if round(value, 2) >= 1 else f"{value:.2f}"[1:]


def _shown_table(measured: Sequence[Measured], total: Figures, mean: Average) -> Iterator[str]:
    """A line a paper: what the default confidence shows."""
    wide = _wide(measured)
    row = "{:<{wide}.{wide}} {:>9} {:>6} {:>9} {:>10} {:>6} {:>6} {:>6} {:>5} {:>5} {:>7}\n"
    yield row.format("", "uncited", "", "per 1,000", "of these", "first", "in 3", "at a", "", "", "met", wide=wide)
    yield row.format(
        f"shown from {total.default.threshold:g}", "sentences", "shown", "sentences", "uncited", "right", "right",
        "place", "met", "F1", "rightly", wide=wide,
    )  # fmt: skip
    rows = [(each.name, each.figures) for each in measured]
    for name, each in (*rows, *((("all places", total),) if len(rows) > 1 else ())):
        shown = each.default
        shares = (shown.first_right, shown.three_right, shown.at_hidden, shown.met, shown.f1, shown.met_rightly)
        yield row.format(
            name, each.sentences, shown.shown, f"{shown.per_thousand:.1f}", f"{shown.elsewhere:.1f}",
            *map(_share, shares), wide=wide,
        )  # fmt: skip
    if len(rows) > 1:
        found = map(_share, (mean.first_right, mean.three_right, mean.at_hidden, mean.met))
        counts = (f"{mean.per_thousand:.1f}", f"{mean.elsewhere:.1f}")
        yield row.format("mean of papers", "", "", *counts, *found, "", _share(mean.met_rightly), wide=wide)
    yield (
        "of these uncited: suggestions per 1,000 sentences that the author left uncited; at a place: where something\n"
        "was hidden; met: share of the hidden places with a suggestion; rightly: with the right work first\n"
    )


def _curve(total: Figures) -> Iterator[str]:
    yield "shown from  shown  per 1,000  first right  right among 3  at a hidden place   met     F1\n"
    for each in total.curve:
        mark = "*" if each.threshold == total.default.threshold else " "
        yield (
            f"{each.threshold:>9.2f}{mark} {each.shown:>6} {each.per_thousand:>10.1f} {each.first_right:>12.3f}"
            f" {each.three_right:>14.3f} {each.at_hidden:>18.3f} {each.met:>5.3f} {each.f1:>6.3f}\n"
        )
    yield "* the default here\n"


def _calibration(total: Figures) -> Iterator[str]:
    yield "places  mean confidence  first right\n"
    for each in total.calibration:
        yield f"{each.count:>6} {each.confidence:>16.3f} {each.right:>12.3f}\n"
    yield f"expected calibration error {total.calibration_error:.3f}\n"


def _wide(measured: Sequence[Measured]) -> int:
    return min(max(len("mean of papers"), *(len(each.name) for each in measured)), _LONGEST_NAME)


def render_json(measured: Sequence[Measured], total: Figures, asked: Mapping[str, object]) -> str:
    """``{"version": 1, "asked": …, "papers": [{"paper": …, "figures": …}], "total": …, "mean": …}``; shares are of 1.

    ``ranked`` holds the figures of ``texscholar`` and of its peers by name.
    """
    papers = [{"paper": each.name, "figures": asdict(each.figures)} for each in measured]
    mean = asdict(average([each.figures for each in measured]))
    return as_json({"version": 1, "asked": dict(asked), "papers": papers, "total": asdict(total), "mean": mean})


def as_json(value: object) -> str:
    """A report as JSON; six digits, since what is below depends on the machine."""
    return json.dumps(_rounded(value), indent=2, ensure_ascii=False) + "\n"


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value
