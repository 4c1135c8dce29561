"""The proof that a change is harmless: an independent look at old and new text before anything is shown or written."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from texscholar.bibtex import Bibliography, read_bibliography
from texscholar.errors import InternalError
from texscholar.latex import find_citations, scan
from texscholar.source import Edit, SourceText, Span, edits_are_disjoint, undo_edits
from texscholar.suggest.patch import FileChange


def prove(change: FileChange, replaceable: Collection[Span], keys: Collection[str], new_keys: Collection[str]) -> None:
    """Refuse a change that does more than it should.

    Args:
        change: the file and its edits.
        replaceable: spans of markers and placeholders, the only text that may go.
        keys: every key the bibliography will define.
        new_keys: those of them that a ``.bib`` gets by this change.

    Raises:
        InternalError: a promise would be broken; nothing may be shown or written.
    """
    broken = next(_broken(change, replaceable, keys, new_keys), None)
    if broken:
        raise InternalError(f"a proof failed: {broken}; nothing was changed, please report this", path=change.path)


def _broken(change: FileChange, replaceable: Collection[Span], keys: Collection[str], new_keys: Collection[str]) -> Iterator[str]:
    old, edits = change.source, change.edits
    if not edits_are_disjoint(edits):
        yield "edits overlap"
        return
    if any(not edit.inserts_only and edit.span not in replaceable for edit in edits):
        yield "an edit removes text that is neither a marker nor a placeholder"
    if old.encode(undo_edits(change.new_text, old.text, edits)) != old.encode():
        yield "the original bytes do not come back when the edits are taken out"
    if old.path.endswith(".bib"):
        yield from _broken_bib(change, new_keys)
    else:
        yield from _broken_tex(change, keys)


def _broken_tex(change: FileChange, keys: Collection[str]) -> Iterator[str]:
    old = scan(change.source)
    new = scan(SourceText(change.source.path, change.new_text, change.source.encoding, change.source.bom))
    if _outside(old.code, [edit.span for edit in change.edits]) != _outside(new.code, inserted_spans(change.edits)):
        yield "TeX outside the edits would be read differently"
    if old.body.start != new.body.start or old.is_root != new.is_root:
        yield "the document would begin elsewhere"
    if len(new.braces) - len(old.braces) != sum(map(_group_growth, _pieces(change))):
        yield "braces would no longer match"
    spans = inserted_spans(change.edits)
    for citation in find_citations(new):
        if any(span.overlaps(citation.span) for span in spans):
            yield from (f"{key.key} is no key of the bibliography" for key in citation.keys if key.key not in keys and _is_new(key.span, spans))


def _is_new(span: Span, inserted: Collection[Span]) -> bool:
    return any(each.overlaps(span) for each in inserted)


def _pieces(change: FileChange) -> Iterator[tuple[str, str]]:
    for edit in change.edits:
        yield change.source.slice(edit.span), edit.text


def _group_growth(piece: tuple[str, str]) -> int:
    """How many groups an edit adds; what it takes out and puts in must each be balanced."""
    return _groups(piece[1]) - _groups(piece[0])


def _groups(text: str) -> int:
    return len(scan(SourceText("", text)).braces)


def inserted_spans(edits: Collection[Edit]) -> list[Span]:
    """Where the replacements stand in the edited text."""
    spans: list[Span] = []
    shift = 0
    for edit in sorted(edits):
        start = edit.span.start + shift
        spans.append(Span(start, start + len(edit.text)))
        shift += len(edit.text) - len(edit.span)
    return spans


def _outside(text: str, spans: Collection[Span]) -> str:
    pieces: list[str] = []
    done = 0
    for span in sorted(spans):
        pieces.append(text[done : span.start])
        done = span.end
    return "".join((*pieces, text[done:]))


def _broken_bib(change: FileChange, new_keys: Collection[str]) -> Iterator[str]:
    before = read_bibliography(change.source)
    after = read_bibliography(SourceText(change.source.path, change.new_text, change.source.encoding, change.source.bom))
    if any(not edit.inserts_only for edit in change.edits):
        yield "a bibliography would lose text"
    had, has = _entries(before), _entries(after)
    if [entry for entry in has if entry not in set(had)] != [entry for entry in has[len(had) :]] or has[: len(had)] != had:
        yield "entries of the bibliography would change"
    if {key for key, _ in has[len(had) :]} != set(new_keys):
        yield "the bibliography would not get exactly the new entries"


def _entries(bibliography: Bibliography) -> list[tuple[str, str]]:
    return [(entry.key, bibliography.source.slice(entry.span)) for entry in bibliography.entries]
