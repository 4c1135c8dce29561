"""The JSON of ``fill`` and ``check``, version 1; its schema is ``suggestions.schema.json`` beside this file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from texscholar import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.errors import Skipped
    from texscholar.recommend import Finding
    from texscholar.source import Edit, SourceText, Span
    from texscholar.suggest import Proposal, Suggestion

VERSION = 1


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a result rests on: the same facts give the same result.

    ``model`` is the name and the SHA-256 of the model file, ``lora`` of an adapter on top of it; None without.
    No server tells a hash: it is empty then.
    """

    root: str
    model: tuple[str, str] | None
    libraries: tuple[Mapping[str, object], ...]
    seed: int
    lora: tuple[str, str] | None = None

    def lines(self) -> tuple[str, ...]:
        """The same facts as comment lines for a diff."""
        files = [" sha256 ".join(filter(None, each)) for each in filter(None, (self.model, self.lora))]
        model = " with ".join(files) or "none"
        libraries = "; ".join(
            f"{each['name']} ({each['records']} records, {each['sha256']})" for each in self.libraries
        )
        return (
            f"texscholar {__version__}: suggestions for {self.root}; review, then `git apply` or `texscholar apply`",
            f"model: {model}; libraries: {libraries or 'none'}; seed: {self.seed}",
        )


def render_json(
    findings: Sequence[Finding],
    suggestions: Sequence[Suggestion],
    skipped: Sequence[Skipped],
    facts: RunFacts,
    *,
    explain: bool = False,
) -> str:
    """Suggestions, then findings that have none, then what was skipped; ``explain`` adds the scores of candidates."""
    data = {
        "version": VERSION,
        "root": facts.root,
        "suggestions": [_suggestion(suggestion, explain=explain) for suggestion in suggestions],
        "findings": [_finding(finding) for finding in findings],
        "skipped": [{"what": each.what, "reason": each.reason} for each in skipped],
        "run": {
            "texscholar": __version__,
            "model": _model(facts),
            "libraries": list(facts.libraries),
            "seed": facts.seed,
        },
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _model(facts: RunFacts) -> dict[str, Any] | None:
    if facts.model is None:
        return None
    name, sha256 = facts.model
    model = {"name": name, "sha256": sha256 or None}
    return {**model, "lora": dict(zip(("name", "sha256"), facts.lora, strict=True))} if facts.lora else model


def _suggestion(suggestion: Suggestion, *, explain: bool) -> dict[str, Any]:
    edit, source = suggestion.edit, suggestion.source
    return {
        "id": suggestion.id,
        "kind": suggestion.kind,
        "rule": suggestion.finding.rule,
        "path": source.path,
        "span": _span(source, suggestion.span),
        "text": source.slice(suggestion.span),
        "insert": None if edit is None else _change(source, edit),
        "also": [_change(source, each) for each in suggestion.also],
        "confidence": _rounded(suggestion.confidence),
        "candidates": [_candidate(proposal, explain=explain) for proposal in suggestion.proposals],
        "entries": [entry.key for entry in suggestion.entries],
    }


def _change(source: SourceText, edit: Edit) -> dict[str, Any]:
    return {"offset": edit.span.start, "text": edit.text, "remove": source.slice(edit.span)}


def _candidate(proposal: Proposal, *, explain: bool) -> dict[str, Any]:
    work = proposal.candidate.work
    features = {name: round(value, 4) for name, value in proposal.candidate.features}
    return {
        "key": proposal.key,
        "title": work.work.title,
        "authors": [f"{author.given} {author.family}".strip() for author in work.work.authors],
        "year": work.work.year,
        "score": _rounded(proposal.candidate.score),
        "origin": work.origin,
        "record": work.record,
        **({"features": features} if explain else {}),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "path": finding.source.path,
        "span": _span(finding.source, finding.span),
        "message": finding.message,
    }


def _span(source: SourceText, span: Span) -> dict[str, Any]:
    return {"start": _position(source, span.start), "end": _position(source, span.end)}


def _position(source: SourceText, offset: int) -> dict[str, int]:
    position = source.position(offset)
    return {"line": position.line, "column": position.column, "offset": position.offset}


def _rounded(probability: float) -> float:
    return round(min(max(probability, 0.0), 1.0), 4)
