"""SARIF 2.1.0 with fixes, one run for all papers.

Format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html; its sections
are named below. Nothing in it depends on the time or the machine.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from texscholar import __version__
from texscholar.report.results import printable, results_of
from texscholar.report.rules import RULE_BY_ID
from texscholar.suggest import RELATED_WORK

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.report.results import PaperReport, Result
    from texscholar.report.rules import Rule
    from texscholar.source import Edit, SourceText, Span
    from texscholar.suggest import FileChange, Suggestion

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TOP = "%SRCROOT%"  # as CodeQL and others call the top of a repository
_FINGERPRINT = "texscholarWords/v1"
_SKIPPED = "skipped"
_INDEX = {rule: number for number, rule in enumerate(RULE_BY_ID)}
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")
# What IANA calls the encodings that `texscholar.source` decodes and that have a name there; others stay unnamed.
_IANA = {
    "utf-8": "UTF-8", "utf-16-le": "UTF-16LE", "utf-16-be": "UTF-16BE", "latin-1": "ISO-8859-1",
    "iso8859-2": "ISO-8859-2", "iso8859-5": "ISO-8859-5", "iso8859-7": "ISO-8859-7", "iso8859-8": "ISO-8859-8",
    "iso8859-9": "ISO-8859-9", "iso8859-15": "ISO-8859-15", "cp1250": "windows-1250", "cp1251": "windows-1251",
    "cp1252": "windows-1252", "cp1253": "windows-1253", "cp1255": "windows-1255", "cp1256": "windows-1256",
    "cp866": "IBM866", "cp932": "Windows-31J", "koi8-r": "KOI8-R", "koi8-u": "KOI8-U", "mac-roman": "macintosh",
    "shift_jis": "Shift_JIS", "euc_jp": "EUC-JP", "euc_kr": "EUC-KR", "gb2312": "GB2312", "gbk": "GBK",
    "gb18030": "GB18030", "big5": "Big5",
}  # fmt: skip


def render_sarif(papers: Sequence[PaperReport]) -> str:
    """One log with one run.

    Columns are UTF-16 code units from 1, which is what editors and GitHub count in; ends are exclusive. A fix holds all
    changes of one suggestion, whatever file they are in. What was skipped comes as notifications. Findings that the
    baseline has are among the results, as unchanged.
    """
    results = results_of(papers)
    files = _files(results)
    paths = [*files]
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [
                            _notification(str(skipped)) for paper in papers for skipped in paper.skipped
                        ],
                    }
                ],
                "originalUriBaseIds": {_TOP: {"description": {"text": "The top of the repository."}}},
                "artifacts": [_artifact(path, source) for path, source in files.items()],
                "columnKind": "utf16CodeUnits",
                "newlineSequences": ["\r\n", "\n", "\r"],
                "results": [_result(result, paths) for result in results],
                "properties": {"papers": [_facts(paper) for paper in papers]},
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _driver() -> dict[str, Any]:
    return {
        "name": "texscholar",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in RULE_BY_ID.values()],
        "notifications": [{"id": _SKIPPED, "name": "Skipped", "shortDescription": {"text": "Something was left out."}}],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": f"{rule.short}."},
        "fullDescription": {"text": rule.full},
        "help": {"text": rule.full},
        "defaultConfiguration": {"level": rule.level},
    }


def _notification(text: str) -> dict[str, Any]:
    return {"descriptor": {"id": _SKIPPED, "index": 0}, "level": "warning", "message": {"text": _message(text)}}


def _facts(paper: PaperReport) -> dict[str, Any]:
    """What the results rest on; of a library's file only its name, since a log is often uploaded."""
    facts = paper.facts
    return {
        "root": printable(paper.shown(facts.root)),
        "model": None if facts.model is None else " with ".join(each[0] for each in (facts.model, facts.lora) if each),
        "libraries": [{**each, "name": printable(PurePath(str(each["name"])).name)} for each in facts.libraries],
        "seed": facts.seed,
    }


def _files(results: Iterable[Result]) -> Mapping[str, SourceText]:
    """Every file that a result or a fix names, in the order of their names."""
    named: dict[str, SourceText] = {}
    for result in results:
        named.setdefault(result.path, result.finding.source)
        named.update((change.path, change.source) for change in result.changes)
    return dict(sorted(named.items()))


def _artifact(path: str, source: SourceText) -> dict[str, Any]:
    """A file with its hash, by which whoever applies a fix can tell that the file has changed meanwhile (§3.24)."""
    data = source.encode()
    encoding = _IANA.get(source.encoding)
    return {
        "location": {"uri": _uri(path), "uriBaseId": _TOP},
        "length": len(data),
        **({"encoding": encoding} if encoding else {}),
        "hashes": {"sha-256": hashlib.sha256(data).hexdigest()},
    }


def _result(result: Result, paths: Sequence[str]) -> dict[str, Any]:
    source = result.finding.source
    place = {"artifactLocation": _location(result.path, paths), "region": _region(source, result.finding.span)}
    told: dict[str, Any] = {
        "ruleId": result.rule.id,
        "ruleIndex": _INDEX[result.rule.id],
        "level": result.rule.level,
        "message": {"text": _message(result.message)},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {_FINGERPRINT: result.fingerprint},
    }
    if result.is_known is not None:  # §3.27.24
        told["baselineState"] = "unchanged" if result.is_known else "new"
    if result.suggestion is not None:
        told["rank"] = round(100 * min(max(result.suggestion.confidence, 0.0), 1.0), 2)
        told["properties"] = {"suggestion": result.suggestion.id, "kind": result.suggestion.kind}
        changes = [_change(change, paths) for change in result.changes]
        if changes:
            told["fixes"] = [{"description": {"text": _message(_what(result.suggestion))}, "artifactChanges": changes}]
    return told


def _what(suggestion: Suggestion) -> str:
    """What a fix does, in a few words."""
    keys = ", ".join(entry.key for entry in suggestion.entries)
    done = "a draft of the related work" if suggestion.kind == RELATED_WORK else suggestion.proposals[0].key
    parts = (f"insert {done}" if suggestion.edits else "", f"add to the bibliography {keys}" if keys else "")
    return " and ".join(filter(None, parts))


def _change(change: FileChange, paths: Sequence[str]) -> dict[str, Any]:
    return {
        "artifactLocation": _location(change.path, paths),
        "replacements": [_replacement(change.source, edit) for edit in sorted(change.edits)],
    }


def _replacement(source: SourceText, edit: Edit) -> dict[str, Any]:
    """An empty region is a place to insert at (§3.57.3); text is UTF-8 here, whatever the file is in (§3.3.2)."""
    inserted = {"insertedContent": {"text": edit.text}} if edit.text else {}
    return {"deletedRegion": _region(source, edit.span), **inserted}


def _location(path: str, paths: Sequence[str]) -> dict[str, Any]:
    return {"uri": _uri(path), "uriBaseId": _TOP, "index": paths.index(path)}


def _region(source: SourceText, span: Span) -> dict[str, int]:
    """Where a span begins, and the place behind its last character; a byte order mark counts for nothing (§3.30.2)."""
    (first, start), (last, end) = (_place(source, offset) for offset in (span.start, span.end))
    return {"startLine": first, "startColumn": start, "endLine": last, "endColumn": end}


def _place(source: SourceText, offset: int) -> tuple[int, int]:
    position = source.position(offset)
    before = source.text[offset - position.column + 1 : offset]
    return position.line, 1 + len(before.encode("utf-16-le", "surrogatepass")) // 2


def _uri(path: str) -> str:
    """A path as a relative reference (RFC 3986), in the bytes of its name."""
    data = path.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in data)


def _message(text: str) -> str:
    """Plain text in which nothing is a placeholder (§3.11.5) or a link (§3.11.6)."""
    doubled = printable(text).replace("{", "{{").replace("}", "}}")
    return doubled.replace("](", "] (")
