"""The figures of ACM-CR as text and as JSON (version 1)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from texscholar.evaluate.report import as_json, asked_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from texscholar.evaluate.acm_cr import AcmCr


def render_acm_cr(found: AcmCr, asked: Mapping[str, object], form: str) -> str:
    """The means of each kind of query and way of answering; as ``json`` with every query's own."""
    if form == "json":
        return as_json({"version": 1, "asked": dict(asked), **asdict(found)})
    lines = [
        asked_line(asked),
        f"{found.works} works",
        "",
        f"{'queries':<11}{'answered from':<28}{'R@10':>6}{'nDCG@10':>9}{'first':>7}",
    ]
    lines += (
        f"{each.kind:<11}{each.way:<28}{each.recall:>6.3f}{each.ndcg:>9.3f}{each.first:>7.3f}" for each in found.figures
    )
    return "\n".join(lines) + "\n"
