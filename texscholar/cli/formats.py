"""In which formats a result is told, and where each of them goes."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.errors import TexscholarError
from texscholar.report.json_report import render_json
from texscholar.report.text_report import render_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texscholar.cli.looking import Result
    from texscholar.report.results import PaperReport

FORMATS = ("text", "json", "sarif", "rdjsonl", "github", "gitlab", "checkstyle")
WITH_FIXES = frozenset(("sarif", "rdjsonl"))


@dataclass(frozen=True, slots=True)
class Told:
    """A format, and the file it goes to; None for stdout."""

    form: str
    file: Path | None = None


def read_formats(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[Told, ...]:
    """The values of an option: each ``NAME`` or ``NAME=FILE``.

    Raises:
        click.BadParameter: no format is called so, or no file is named.
    """
    told = []
    for value in given:
        form, equals, file = value.partition("=")
        if form not in FORMATS:
            raise click.BadParameter(f"{form!r} is none of {', '.join(FORMATS)}")
        if equals and not file:
            raise click.BadParameter(f"{value!r} names no file")
        told.append(Told(form, Path(file) if equals else None))
    return tuple(told)


def wanted(formats: Sequence[Told], output: Path | None) -> tuple[Told, ...]:
    """What is told where, text on stdout unless another format goes there.

    Raises:
        click.UsageError: two formats would go to one place.
    """
    told = list(formats)
    if output is not None:
        open_ = [number for number, each in enumerate(told) if each.file is None]
        if not told:
            told = [Told("text", output)]
        elif len(open_) == 1:
            told[open_[0]] = Told(told[open_[0]].form, output)
        else:
            raise click.UsageError("--output is for one format; with several, name each file: --format NAME=FILE")
    if all(each.file is not None for each in told):
        told.append(Told("text"))
    places = [None if each.file is None else loading.absolute(str(each.file)) for each in told]
    if len(set(places)) < len(places):
        raise click.UsageError("two formats go to one place; give each a file of its own: --format NAME=FILE")
    return tuple(told)


def tell(
    results: Sequence[Result], formats: Sequence[Told], *, explain: bool, known: frozenset[int] | None = None
) -> None:
    """Every format where it belongs, files first; with ``github`` the job summary too.

    Args:
        results: of every paper.
        formats: what goes where.
        explain: whether scores are told.
        known: the ``id`` of each finding that is in the baseline, if there is one: SARIF alone tells those.

    Raises:
        TexscholarError: JSON is asked for of several papers, or a file cannot be written; files before it are.
    """
    if len(results) != 1 and any(each.form == "json" for each in formats):
        raise TexscholarError(f"--format json is for one paper, and here are {len(results)}; name its main .tex file")
    fresh = without(results, known) if known else results
    documents = [
        (each, rendered(results, each.form, explain=explain, known=known))
        if each.form == "sarif"
        else (each, rendered(fresh, each.form, explain=explain))
        for each in formats
    ]
    for told, data in documents:
        if told.file is not None:
            disk.write_output(told.file, data)
    if any(each.form == "github" for each in formats):
        _summarise(fresh)
    for told, data in documents:
        if told.file is None:
            sys.stdout.buffer.write(data)
    sys.stdout.flush()


def without(results: Sequence[Result], dropped: frozenset[int]) -> list[Result]:
    """The results without the findings of these ``id``, and without what is suggested for them."""
    kept: list[Result] = []
    for place, outcome, facts in results:
        findings = tuple(finding for finding in outcome.findings if id(finding) not in dropped)
        suggestions = tuple(each for each in outcome.suggestions if id(each.finding) not in dropped)
        fixes = tuple(each for each in outcome.fixes if id(each.suggestion.finding) not in dropped)
        kept.append((place, replace(outcome, findings=findings, suggestions=suggestions, fixes=fixes), facts))
    return kept


def rendered(results: Sequence[Result], form: str, *, explain: bool, known: frozenset[int] | None = None) -> bytes:
    """The results in one of ``FORMATS``; JSON takes exactly one, and only SARIF tells what is ``known``."""
    if form == "text":
        parts = (
            render_text(outcome.findings, outcome.suggestions, place.shown, explain=explain)
            for place, outcome, _ in results
        )
        text = "".join(parts)
    elif form == "json":
        ((_, outcome, facts),) = results
        text = render_json(outcome.findings, outcome.suggestions, outcome.skipped, facts, explain=explain)
    else:
        text = _for_machines(_reports(results, known), form)
    return text.encode("utf-8", "backslashreplace")


def patch_of(result: Result, *, with_evidence: bool) -> bytes:
    """The patch; one that is kept carries what speaks for it."""
    from texscholar.suggest import evidence_lines, evidence_of, render_diff  # noqa: PLC0415 - for patches only

    place, outcome, facts = result
    evidence = evidence_of(outcome.changing, place.shown) if with_evidence else ()
    lines = evidence_lines(evidence, place.shown(place.root.name)) if with_evidence else ()
    return render_diff(outcome.changes, (*facts.lines(), *lines))


def _for_machines(papers: Sequence[PaperReport], form: str) -> str:
    """One document of all papers; only the renderer that is asked for is loaded."""
    if form == "sarif":
        from texscholar.report.sarif import render_sarif as render  # noqa: PLC0415
    elif form == "rdjsonl":
        from texscholar.report.rdjsonl import render_rdjsonl as render  # noqa: PLC0415
    elif form == "github":
        from texscholar.report.github import render_github as render  # noqa: PLC0415
    elif form == "gitlab":
        from texscholar.report.codequality import render_codequality as render  # noqa: PLC0415
    else:
        from texscholar.report.checkstyle import render_checkstyle as render  # noqa: PLC0415
    return render(papers)


def _reports(results: Sequence[Result], known: frozenset[int] | None = None) -> tuple[PaperReport, ...]:
    from texscholar.report.results import PaperReport  # noqa: PLC0415 - for machines only

    return tuple(
        PaperReport(outcome.findings, outcome.suggestions, outcome.skipped, facts, place.shown, outcome.fixes, known)
        for place, outcome, facts in results
    )


def _summarise(results: Sequence[Result]) -> None:
    """More of the job summary, where GitHub Actions asks for one; a check does not fail for want of it."""
    named = os.environ.get("GITHUB_STEP_SUMMARY")
    if not named:
        return
    from texscholar.report.github import LARGEST_SUMMARY, render_summary  # noqa: PLC0415 - as in _for_machines

    room = LARGEST_SUMMARY - disk.size_of(Path(named))
    try:
        disk.append_output(Path(named), render_summary(_reports(results), room).encode("utf-8", "replace"))
    except TexscholarError as error:
        loading.note(f"no job summary: {error}")
