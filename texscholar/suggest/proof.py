"""The proof that a change is harmless: an independent look at old and new text before it is shown or written."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from texscholar.bibtex import Bibliography, Entry, read_bibliography
from texscholar.errors import InternalError
from texscholar.latex import Scan, find_citations, find_wrappers, scan
from texscholar.latex.cite_commands import NO_WRAPPERS, CiteForm
from texscholar.source import Edit, SourceText, Span, decode, edits_are_disjoint, undo_edits

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from texscholar.suggest.patch import FileChange


def prove(
    change: FileChange,
    replaceable: Collection[Span],
    keys: Collection[str],
    new_keys: Collection[str],
    wrappers: Mapping[str, CiteForm] = NO_WRAPPERS,
) -> None:
    """Refuse a change that does more than it should.

    Args:
        change: the file and its edits.
        replaceable: spans of markers, placeholders and drafts of ours to be refreshed, the only text that may go.
        keys: every key the bibliography will define.
        new_keys: those of them that a ``.bib`` gets by this change.
        wrappers: citation macros of the paper, beside those the file itself defines.

    Raises:
        InternalError: a promise would be broken; nothing may be shown or written.
        TexscholarError: the file's encoding lacks a character of an edit.
    """
    broken = flaw(change, replaceable, keys, new_keys, wrappers)
    if broken:
        raise InternalError(f"a proof failed: {broken}; nothing was changed, please report this", path=change.path)


def flaw(
    change: FileChange,
    replaceable: Collection[Span],
    keys: Collection[str],
    new_keys: Collection[str],
    wrappers: Mapping[str, CiteForm] = NO_WRAPPERS,
) -> str:
    """What a change would break, of what ``prove`` asks; empty for a harmless one.

    Raises:
        TexscholarError: the file's encoding lacks a character of an edit.
    """
    return next(_broken(change, replaceable, keys, new_keys, wrappers), "")


def _broken(
    change: FileChange,
    replaceable: Collection[Span],
    keys: Collection[str],
    new_keys: Collection[str],
    wrappers: Mapping[str, CiteForm],
) -> Iterator[str]:
    """What would be broken; the first answer counts, since later ones take the earlier ones for granted."""
    old, edits = change.source, change.edits
    if not edits_are_disjoint(edits):
        yield "edits overlap"
    if any(not Span(0, len(old.text)).contains(edit.span) for edit in edits):
        yield "an edit lies outside the text"
    if any(not edit.inserts_only and edit.span not in replaceable for edit in edits):
        yield "an edit removes text that is neither a marker, a placeholder nor an untouched draft of ours"
    if old.encode(undo_edits(change.new_text, old.text, edits)) != old.encode():
        yield "the original bytes do not come back when the edits are taken out"
    if decode(change.new_bytes, old.path, lambda: old.encoding).text != change.new_text:
        yield "the new bytes would be read in another encoding"
    if any(_CONTROL.search(edit.text) for edit in edits):
        yield "an insertion holds control characters"
    if not _line_ends(edit.text for edit in edits) <= (_line_ends([old.text]) or {"\n"}):
        yield "an insertion brings line ends that the file does not use"
    yield from _broken_bib(change, new_keys) if _is_bib(change) else _broken_tex(change, keys, wrappers)


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
_LINE_END = re.compile(r"\r\n|\n|\r")


def _line_ends(texts: Iterable[str]) -> set[str]:
    return {end for text in texts for end in _LINE_END.findall(text)}


def _is_bib(change: FileChange) -> bool:
    return change.source.path.lower().endswith(".bib")


def _edited(change: FileChange) -> SourceText:
    old = change.source
    return SourceText(old.path, change.new_text, old.encoding, old.bom)


# Commands that read, write, define, branch or run code: none has a place in a citation or in prose.
_ACTING = re.compile(
    r"\\(?:[egx]?def|let|futurelet|(?:re)?new(?:command|environment)|providecommand|DeclareRobustCommand"
    r"|(?:New|Renew|Provide|Declare)DocumentCommand|csname|catcode|scantokens|makeatletter|usepackage|RequirePackage"
    r"|input|include|InputIfFileExists|(?:sub)?import|subfile|endinput|openin|openout|read(?:line)?|write|immediate"
    r"|special|directlua|latelua|luaexec|ShellEscape|if[A-Za-z@]*|else|or|fi)(?![A-Za-z@])|\^\^"
)


def acting_command(text: str) -> str:
    """The first command in a text that reads, writes, defines, branches or runs code; empty where there is none."""
    found = _ACTING.search(text)
    return found[0] if found else ""


_CONTROL_SEQUENCE = re.compile(r"\\(?:[A-Za-z@]+|.)", re.DOTALL)
_LAST_COMMAND = re.compile(r"\\[A-Za-z@]+\*?\s*\Z")
_BEFORE_ARGUMENT = re.compile(r"(?:\\[A-Za-z@]+\*?|[}\]])\Z")
_LONGEST_COMMAND = 60  # characters
_OPENING = re.compile(r"\\(begin|end)\s*\{([^{}]*)\}|\\.|[{}$]", re.DOTALL)


def _broken_tex(change: FileChange, keys: Collection[str], wrappers: Mapping[str, CiteForm]) -> Iterator[str]:
    edits = sorted(change.edits)
    old, new = scan(change.source), scan(_edited(change))
    removed, inserted = [edit.span for edit in edits], inserted_spans(edits)
    if not all(old.body.contains(span) for span in removed):
        yield "an edit lies outside the document"
    if _outside(old.code, removed) != _outside(new.code, inserted):
        yield "TeX outside the edits would be read differently"
    grown = len(change.new_text) - len(change.source.text)
    if (new.body, new.is_root) != (Span(old.body.start, old.body.end + grown), old.is_root):
        yield "the document would begin or end elsewhere"
    if _are_split(old.code, removed) or _are_split(new.code, inserted):
        yield "an edit would lengthen or cut a command beside it"
    if any(edit.inserts_only and _parts_argument(old.code, edit.span.start) for edit in edits):
        yield "an insertion would part a command from its argument"
    for edit, before, after in zip(edits, removed, inserted, strict=True):
        yield from _broken_piece(edit, old.code[before.start : before.end], new.code[after.start : after.end])
    yield from _unknown_keys(new, inserted, keys, {**find_wrappers(new), **wrappers})


def _broken_piece(edit: Edit, old_code: str, new_code: str) -> Iterator[str]:
    if scan(SourceText("", edit.text)).code != new_code:
        yield "an insertion would not be read in its place, or not as it reads alone"
    if _open_ends(old_code) != _open_ends(new_code):
        yield "braces, environments or formulas would no longer match"
    if _LAST_COMMAND.search(new_code):
        yield "an insertion ends in a command that would take what follows as its argument"
    if acting := acting_command(new_code):
        yield f"an insertion holds {acting}"


def _unknown_keys(
    new: Scan, inserted: Sequence[Span], keys: Collection[str], wrappers: Mapping[str, CiteForm]
) -> Iterator[str]:
    known = frozenset(keys)
    for citation in find_citations(new, wrappers):
        if _touches(citation.span, inserted):
            for key in citation.keys:
                if key.key not in known and _touches(key.span, inserted):
                    yield f"{key.key} is no key of the bibliography"


def _touches(span: Span, ordered: Sequence[Span]) -> bool:
    """Whether one of the ordered, disjoint spans overlaps this one."""
    following = bisect_left(ordered, span.end, key=lambda each: each.start)
    before = bisect_right(ordered, span.start, key=lambda each: each.end)
    return any(each.overlaps(span) for each in ordered[before:following])


def _are_split(code: str, spans: Sequence[Span]) -> bool:
    """Whether a span starts or ends within a control sequence."""
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    for match in _CONTROL_SEQUENCE.finditer(code):
        at = bisect_right(edges, match.start())
        if at < len(edges) and edges[at] < match.end():
            return True
    return False


def _parts_argument(code: str, at: int) -> bool:
    before = code[max(0, at - _LONGEST_COMMAND) : at]
    return code[at : at + 1] in ("{", "[") and _BEFORE_ARGUMENT.search(before) is not None


def _open_ends(code: str) -> tuple[tuple[str, ...], bool]:
    """Braces and environments without a partner in this piece of code, and whether it holds half a formula."""
    unmatched: list[str] = []
    dollars = 0
    for match in _OPENING.finditer(code):
        if match[0] == "$":
            dollars += 1
            continue
        if match[0].startswith("\\") and not match[1]:
            continue
        opens = match[1] == "begin" or match[0] == "{"
        name = f"{{{match[2]}}}" if match[1] else "{"
        if not opens and unmatched and unmatched[-1] == name:
            unmatched.pop()
        else:
            unmatched.append(name if opens else f"-{name}")
    return tuple(unmatched), dollars % 2 == 1


def inserted_spans(edits: Collection[Edit]) -> list[Span]:
    """Where the replacements stand in the edited text."""
    spans: list[Span] = []
    shift = 0
    for edit in sorted(edits):
        start = edit.span.start + shift
        spans.append(Span(start, start + len(edit.text)))
        shift += len(edit.text) - len(edit.span)
    return spans


def _outside(text: str, spans: Sequence[Span]) -> str:
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces.append(text[done : span.start])
        done = span.end
    return "".join((*pieces, text[done:]))


def _broken_bib(change: FileChange, new_keys: Collection[str]) -> Iterator[str]:
    if any(not edit.inserts_only for edit in change.edits):
        yield "a bibliography would lose text"
    before, after = read_bibliography(change.source), read_bibliography(_edited(change))
    inserted = inserted_spans(change.edits)
    added = [entry for entry in after.entries if any(span.contains(entry.span) for span in inserted)]
    kept = [entry for entry in after.entries if not any(span.contains(entry.span) for span in inserted)]
    if [_content(after, entry) for entry in kept] != [_content(before, entry) for entry in before.entries]:
        yield "entries of the bibliography would change"
    if before.strings != after.strings or _broken_texts(before) != _broken_texts(after):
        yield "other parts of the bibliography would be read differently"
    if sorted(entry.key for entry in added) != sorted(set(new_keys)):
        yield "the bibliography would not get exactly the new entries"
    folded = [entry.key.casefold() for entry in added]
    if len(set(folded)) < len(folded) or not {key.casefold() for key in before.keys}.isdisjoint(folded):
        yield "a new key differs from another in case only, which BibTeX refuses"
    if not _is_read_elsewhere("".join(edit.text for edit in change.edits), new_keys):
        yield "bibtexparser would read the new entries otherwise"


def _is_read_elsewhere(text: str, keys: Collection[str]) -> bool:
    """Whether a reader that is not ours finds the new entries: ours might be wrong in the same way as our writer."""
    from bibtexparser import parse_string  # noqa: PLC0415 - only patches with new entries pay for it

    library = parse_string(text)
    return not library.failed_blocks and sorted(entry.key for entry in library.entries) == sorted(set(keys))


def _content(bibliography: Bibliography, entry: Entry) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    """Key, text and expanded values: what a macro or a parent entry of the same name could change."""
    return entry.key, bibliography.source.slice(entry.span), tuple(entry.items())


def _broken_texts(bibliography: Bibliography) -> list[str]:
    return [bibliography.source.slice(broken.span) for broken in bibliography.broken]
