"""A patch cut into parts that can be accepted or rejected each by itself, and the changes that the accepted ones make.

A part is a citation, a paragraph of a related-work block, or an entry for an undefined key. Entries of a bibliography
belong to the parts that cite them. Without evidence a part is a run of changed lines.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from texscholar.bibtex import read_bibliography
from texscholar.errors import Skipped, TexscholarError
from texscholar.latex.blocks import ADDED, BEGIN, END, KEYS, digest
from texscholar.source import Edit, SourceText, Span, apply_edits
from texscholar.suggest.patch import CONTEXT
from texscholar.suggest.suggestion import CITATION, ENTRY, RELATED_WORK

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from texscholar.suggest.evidence import Change, Evidence
    from texscholar.suggest.patch import FilePatch, Hunk

_AGAIN = "run `texscholar fill` again"
_STALE = f"has changed there since the patch was made; {_AGAIN}"


@dataclass(frozen=True, slots=True)
class Part:
    """Something to accept or to reject.

    ``line`` counts from 1 in the file as it is now.
    ``edits``: what it changes in that file; for a paragraph that of its whole block, ``paragraph`` its number there,
    else -1. ``text``: what it inserts, as an author may edit it. ``pieces``: what it can be split into.
    ``entries``: new entries of bibliographies that it cites.
    """

    id: str
    kind: str
    path: str
    line: int
    edits: tuple[Edit, ...]
    paragraph: int
    text: str
    pieces: tuple[str, ...]
    entries: frozenset[str]
    evidence: Evidence | None

    @property
    def suggestion(self) -> str:
        """The id of the suggestion that it is of; a part that nothing speaks for is one of its own."""
        return self.evidence.id if self.evidence else self.id

    @property
    def keys(self) -> tuple[str, ...]:
        """The proposed works that its text cites, by their keys."""
        if self.evidence is None:
            return tuple(sorted(self.entries))
        if self.paragraph < 0:
            return tuple(record.key for record in self.evidence.records[:1])
        return tuple(r.key for r in self.evidence.records if names_key(self.text, r.key))


_New = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Addition:
    """Entries that a bibliography gets at one place: what parts each from the one before, its key, its text.

    ``lead`` and ``end`` part them from what stands there.
    """

    path: str
    at: Span
    entries: tuple[_New, ...]
    lead: str
    end: str

    def edit(self, keys: Collection[str]) -> Edit | None:
        """The insertion of the entries under these keys, None where it has none of them."""
        kept = [(lead, text) for lead, key, text in self.entries if key in keys]
        if not kept:
            return None
        text = "".join(f"{lead if number else self.lead}{text}" for number, (lead, text) in enumerate(kept))
        return Edit(self.at, text + self.end)


@dataclass(frozen=True, slots=True)
class Cut:
    """The parts of a patch in its order.

    ``made``: ids of parts that stand in the files already; ``lost``: those that have no place any more, and why.
    ``misfits``: other places that the patch no longer fits. ``suggestions``: the ids of all parts of each suggestion,
    whatever became of them, by its id; none of an entry that is there already.
    """

    parts: tuple[Part, ...]
    additions: tuple[Addition, ...]
    made: frozenset[str]
    lost: Mapping[str, Skipped]
    misfits: tuple[Skipped, ...]
    suggestions: Mapping[str, tuple[str, ...]]

    @property
    def new_keys(self) -> frozenset[str]:
        return frozenset(key for addition in self.additions for _, key, _ in addition.entries)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody says about a part: whether it is accepted, as which text, or with which of its pieces alone."""

    accepted: bool
    text: str | None = None
    only: tuple[int, ...] | None = None


def changes_of(cut: Cut, decisions: Mapping[str, Decision]) -> dict[str, tuple[Edit, ...]]:
    """The edits that accepted parts make, by file: theirs, and the entries that they cite."""
    edits: dict[str, list[Edit]] = {}
    wanted: set[str] = set()
    blocks: dict[tuple[str, Edit], list[Part]] = {}
    for part in cut.parts:
        if part.paragraph >= 0:
            blocks.setdefault((part.path, part.edits[0]), []).append(part)
    for part in cut.parts:
        decision = decisions.get(part.id)
        if decision is None or not decision.accepted:
            continue
        text = accepted_text(part, decision)
        untouched = decision.text is None and decision.only is None
        wanted |= part.entries if untouched else {key for key in cut.new_keys if names_key(text, key)}
        if part.paragraph < 0:
            edits.setdefault(part.path, []).extend(_accepted_edits(part, decision))
    for (path, edit), parts in blocks.items():
        kept = [(part, decisions[part.id]) for part in parts if _is_kept(part, decisions)]
        if kept:
            edits.setdefault(path, []).append(Edit(edit.span, _kept_block(edit.text, kept)))
    for addition in cut.additions:
        if made := addition.edit(wanted):
            edits.setdefault(addition.path, []).append(made)
    return {path: tuple(sorted(each)) for path, each in edits.items()}


def _is_kept(part: Part, decisions: Mapping[str, Decision]) -> bool:
    decision = decisions.get(part.id)
    return decision is not None and decision.accepted and bool(accepted_text(part, decision).strip())


def accepted_text(part: Part, decision: Decision) -> str:
    """What a part inserts once accepted."""
    if decision.text is not None:
        return decision.text
    if decision.only is None:
        return part.text
    return "".join(piece for number, piece in enumerate(part.pieces) if number in decision.only).rstrip()


def _accepted_edits(part: Part, decision: Decision) -> tuple[Edit, ...]:
    if decision.text is not None:
        return (replace(part.edits[0], text=decision.text), *part.edits[1:])
    if decision.only is not None:
        return tuple(edit for number, edit in enumerate(part.edits) if number in decision.only)
    return part.edits


# -- blocks of related work

_PARAGRAPH_END = re.compile(r"(\r\n|\n|\r)[ \t]*(?:\1)+")
_ABOUT = re.compile(r"% texscholar: (?:outline|draft) of \d+ records?, ")
_COUNT, _DIGEST = re.compile(r"\d+ records?"), re.compile(r"(?<=sha256 )[0-9a-f]{16}(?=; edit freely$)")


@dataclass(frozen=True, slots=True)
class Block:
    """A draft as it stands in a file: comment lines that open it, its paragraphs, what closes it."""

    head: str
    paragraphs: tuple[str, ...]
    end: str
    newline: str

    @property
    def text(self) -> str:
        return self.head + (self.newline * 2).join(self.paragraphs) + self.end


def read_block(text: str) -> Block | None:
    """The parts of a block; None where a text is none."""
    begin, end = text.find(BEGIN), text.rfind(END)
    if begin < 0 or end < begin:
        return None
    newline = next((each for each in ("\r\n", "\n", "\r") if each in text), "\n")
    start = begin
    while start < end and text.startswith("%", start):
        start = text.find(newline, start) + len(newline)
    body = text[start:end]
    inner = body.rstrip("\r\n")
    return Block(
        text[:start],
        tuple(each for each in _PARAGRAPH_END.split(inner) if each.strip()),
        body[len(inner) :] + text[end:],
        newline,
    )


def with_paragraphs(block: Block, paragraphs: Sequence[str], ours: Sequence[str] = ()) -> Block:
    """The block with other paragraphs, what its comment lines say made true again: hash, keys, their number.

    The hash is that of ``ours``, where these paragraphs are not all our words: it tells that the author wrote some.
    """
    made, written = (
        replace(block, head="", paragraphs=tuple(each), end="").text for each in (paragraphs, ours or paragraphs)
    )
    lines = block.head.split(block.newline)
    listed = [key for line in lines if line.startswith(KEYS) for key in _listed(line)]
    left = [key for key in listed if names_key(made, key)]
    gone = set(listed) - set(left)
    kept = [without for line in lines if (without := _without_keys(line, gone)) is not None]
    records = "1 record" if len(left) == 1 else f"{len(left)} records"
    told = [
        _COUNT.sub(records, _DIGEST.sub(digest(written), line), count=1) if _ABOUT.match(line) else line
        for line in kept
    ]
    return replace(block, head=block.newline.join(told), paragraphs=tuple(paragraphs))


def _listed(line: str) -> list[str]:
    """The keys that a comment line lists."""
    return line.removeprefix(KEYS).removeprefix(ADDED).split(", ")


def _without_keys(line: str, gone: Collection[str]) -> str | None:
    """A comment line that lists these keys no more, None where it listed no other."""
    head = next((head for head in (KEYS, ADDED) if line.startswith(head)), None)
    if head is None:
        return line
    left = [key for key in _listed(line) if key not in gone]
    return f"{head}{', '.join(left)}" if left else None


def _kept_block(text: str, kept: Sequence[tuple[Part, Decision]]) -> str:
    block = read_block(text)
    if block is None:
        raise AssertionError
    ours = [accepted_text(part, replace(decision, text=None)) for part, decision in kept]
    return with_paragraphs(block, [accepted_text(*each) for each in kept], ours).text


# -- cutting


def cut(
    patches: Sequence[FilePatch],
    evidence: Sequence[Evidence],
    sources: Mapping[str, SourceText],
    known: Collection[str],
) -> Cut:
    """The parts of a patch.

    Args:
        patches: the files of the diff.
        evidence: what came with it.
        sources: the files of the paper as they are now, by the names that the diff uses.
        known: keys that its bibliographies define.
    """
    pieces: list[_Piece] = []
    additions: list[Addition] = []
    misfits: list[Skipped] = []
    for patch in patches:
        source = sources.get(patch.path)
        if source is None:
            misfits.append(Skipped(patch.path, f"is no file of the paper any more; {_AGAIN}"))
            continue
        for piece in _pieces(patch, source, evidence):
            if not patch.path.lower().endswith(".bib"):
                pieces.append(piece)
            elif piece.state != _MADE:
                made = _additions(piece, source, known)
                if isinstance(made, Skipped):
                    misfits.append(made)
                else:
                    additions += made
    new_keys = frozenset(key for addition in additions for _, key, _ in addition.entries)
    found = [*_suggested(pieces, evidence, new_keys, sources), *_bare(pieces, new_keys, sources)]
    order = {patch.path: number for number, patch in enumerate(patches)}
    found.sort(key=lambda each: (order.get(each[0].path, len(order)), each[0].line, each[0].edits, each[0].paragraph))
    found += [(part, _FITS) for part in _entries([part for part, _ in found], evidence, additions)]
    found = _told_apart(found)
    lost = {part.id: Skipped(f"{part.path}:{part.line}", _STALE) for part, state in found if state == _LOST}
    for part, state in found:
        if state == _FITS and (key := _lacking(part, new_keys, known)):
            why = f"has no place for the entry {key} any more; {_AGAIN}"
            lost[part.id] = Skipped(f"{part.path}:{part.line}", why)
    return Cut(
        tuple(part for part, state in found if state == _FITS and part.id not in lost),
        tuple(additions),
        frozenset(part.id for part, state in found if state == _MADE),
        lost,
        tuple(misfits),
        _by_suggestion((part for part, _ in found), evidence),
    )


def _by_suggestion(parts: Iterable[Part], evidence: Sequence[Evidence]) -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = {each.id: () for each in evidence}
    for part in parts:
        named[part.suggestion] = (*named.get(part.suggestion, ()), part.id)
    return named


def _lacking(part: Part, new_keys: Collection[str], known: Collection[str]) -> str:
    """An entry that a part was made with and that nothing defines now; empty where all are there."""
    wanted = part.evidence.entries if part.evidence else ()
    cited = wanted if part.paragraph < 0 else [key for key in wanted if names_key(part.text, key)]
    return next((key for key in cited if key not in new_keys and key not in known), "")


_FITS, _MADE, _LOST = "fits", "is made already", "has no place"


@dataclass(frozen=True, slots=True)
class _Piece:
    """One edit of a diff.

    ``edit`` is in the file as it is now where the state is that it fits; ``line`` (from 1) is the old one where it has
    none. ``around`` are the old lines it stands in; ``suggestion`` numbers what it belongs to, -1 for nothing.
    """

    path: str
    line: int
    edit: Edit
    around: str
    suggestion: int
    state: str


@dataclass(frozen=True)
class _Lines:
    """A text as lines that a line feed ends."""

    text: str

    @cached_property
    def lines(self) -> list[str]:
        return _split(self.text)

    @cached_property
    def starts(self) -> list[int]:
        return [0, *accumulate(map(len, self.lines))]

    def find(self, wanted: Sequence[str], at: int) -> int | None:
        """The number of the line where some lines stand: at their place, else at the only other one."""
        if self._stand_at(wanted, at):
            return at
        found = [n for n, line in enumerate(self.lines) if line == wanted[0] and self._stand_at(wanted, n)]
        return found[0] if len(found) == 1 else None

    def hold(self, wanted: Sequence[str]) -> bool:
        return any(line == wanted[0] and self._stand_at(wanted, n) for n, line in enumerate(self.lines))

    def _stand_at(self, wanted: Sequence[str], at: int) -> bool:
        return at >= 0 and self.lines[at : at + len(wanted)] == list(wanted)


def _split(text: str) -> list[str]:
    """Lines with their ends, as git counts them."""
    *lines, last = text.split("\n")
    return [*(f"{line}\n" for line in lines), *([last] if last else [])]


def _pieces(patch: FilePatch, source: SourceText, evidence: Sequence[Evidence]) -> Iterator[_Piece]:
    now = _Lines(source.text)
    changes = [
        (change, number) for number, each in enumerate(evidence) if each.path == patch.path for change in each.changes
    ]
    edits = _explained(patch, source, now, [change for change, _ in changes])
    if edits:
        for edit, (_, number) in zip(edits, changes, strict=True):
            first, last = (source.text.count("\n", 0, at) for at in (edit.span.start, edit.span.end))
            around = "".join(now.lines[first : last + 1])
            yield _Piece(patch.path, first + 1, edit, around, number, _FITS)
        return
    for hunk in patch.hunks:
        start = hunk.start
        try:
            before, after = _decoded(hunk.old, source, start), _decoded(hunk.new, source, start)
        except UnicodeDecodeError:
            yield _Piece(patch.path, start + 1, Edit(Span(0, 0), ""), "", -1, _LOST)
            continue
        known = _known_edits(before, after, start, changes)
        found = known or [(edit, -1) for edit in _bare_edits(hunk, before, after)]
        for edit, number in found:
            piece = _placed(patch.path, edit, before, start, now)
            if piece.state == _LOST:
                piece = _placed_beside(piece, [each for each, _ in found], before, start, now)
            yield replace(piece, suggestion=number)


def _explained(patch: FilePatch, source: SourceText, now: _Lines, changes: Sequence[Change]) -> list[Edit]:
    """The edits of a file that is as it was, where its evidence tells all that the diff does; else none."""
    edits = []
    for change in changes:
        at = now.starts[change.line] + change.column if 0 <= change.line < len(now.starts) else -1
        if at < 0 or not source.text.startswith(change.removed, at):
            return []
        edits.append(Edit(Span(at, at + len(change.removed)), change.text))
    try:
        is_all = source.encode(apply_edits(source.text, edits)) == patch.apply(source.encode())
    except (ValueError, TexscholarError):
        return []
    return edits if is_all else []


def _decoded(lines: Sequence[bytes], source: SourceText, start: int) -> list[str]:
    data = b"".join(lines)
    return _split((data.removeprefix(source.bom) if start == 0 else data).decode(source.encoding))


def _known_edits(
    before: Sequence[str], after: Sequence[str], start: int, changes: Sequence[tuple[Change, int]]
) -> list[tuple[Edit, int]]:
    """The edits of a hunk as its evidence tells them; none where they would not give what the diff says."""
    text = "".join(before)
    starts = [0, *accumulate(map(len, before))]
    found: list[tuple[Edit, int]] = []
    for change, number in changes:
        line = change.line - start
        if not 0 <= line <= len(before) or change.column < 0:
            continue
        at = starts[line] + change.column
        if text.startswith(change.removed, at):
            found.append((Edit(Span(at, at + len(change.removed)), change.text), number))
    try:
        made = apply_edits(text, [edit for edit, _ in found])
    except ValueError:
        return []
    return sorted(found) if made == "".join(after) else []


def _bare_edits(hunk: Hunk, before: Sequence[str], after: Sequence[str]) -> Iterator[Edit]:
    """The edits of a hunk as its lines tell them."""
    starts = [0, *accumulate(map(len, before))]
    for i1, i2, j1, j2 in hunk.runs:
        if i2 - i1 == j2 - j1:
            for old, new, start in zip(before[i1:i2], after[j1:j2], starts[i1:i2], strict=True):
                yield from _moved(_within(old, new), start)
        else:
            yield from _moved([_whole("".join(before[i1:i2]), "".join(after[j1:j2]))], starts[i1])


def _moved(edits: Iterable[Edit], by: int) -> Iterator[Edit]:
    return (Edit(Span(edit.span.start + by, edit.span.end + by), edit.text) for edit in edits)


_TOKEN = re.compile(r"\s+|\w+|.", re.DOTALL)
_CALL = re.compile(r"[~ ]?\\[A-Za-z]+\*?(?:\[[^\]{}]*\])*(?:\{[^{}]*\})+|\s+|\w+|.", re.DOTALL)


def _within(old: str, new: str) -> list[Edit]:
    """What was done to a line: one insertion, if that is all, else what a comparison word by word tells."""
    lone = _whole(old, new)
    if lone.inserts_only:
        return [_settled(lone, old)]
    edits: list[Edit] = []
    for start, end, text in _compared(old, new, _CALL):
        piece = _whole(old[start:end], text)
        # What became of a call is told within it, as of a key in place of a question mark.
        finer = _compared(old[start:end], text, _TOKEN) if not piece.inserts_only else ()
        within = [Edit(Span(*place), made) for *place, made in finer] or [piece]
        edits += _moved(within, start)
    return [_settled(edit, old) if edit.inserts_only else edit for edit in edits]


def _compared(old: str, new: str, token: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """The pieces of a text that became others."""
    first, second = ([match[0] for match in token.finditer(text)] for text in (old, new))
    starts = [0, *accumulate(map(len, first))]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if tag != "equal":
            yield starts[i1], starts[i2], "".join(second[j1:j2])


def _settled(edit: Edit, line: str) -> Edit:
    r"""An insertion, of the places where it makes the same line, at one where its braces match.

    ``a} \cite{b`` between ``\cite{`` and ``}`` is `` \cite{a}`` before or behind.
    """
    choices = [edit]
    for step in (-1, 1):
        at, text = edit.span.start, edit.text
        while (at > 0 and line[at - 1] == text[-1]) if step < 0 else (at < len(line) and line[at] == text[0]):
            text = text[-1] + text[:-1] if step < 0 else text[1:] + text[0]
            at += step
            choices.append(Edit(Span(at, at), text))
    return next((each for each in choices if _is_whole(each.text)), edit)


def _is_whole(text: str) -> bool:
    """Whether braces match, and a command begins where the text does or after what parts it from others."""
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0 and ("{" not in text or text[0] in "~ \\,;")


def _whole(old: str, new: str) -> Edit:
    """Lines that became others: an insertion where nothing of them went, else all but white space around them."""
    head = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    if new.endswith(old[head:]) and len(new) >= len(old):
        return Edit(Span(head, head), new[head : len(new) - len(old) + head])
    lead = len(old) - len(old.lstrip(" \t"))
    lead = lead if new.startswith(old[:lead]) else 0
    tail = len(old) - len(old.rstrip("\r\n"))
    tail = tail if new.endswith(old[len(old) - tail :]) else 0
    return Edit(Span(lead, len(old) - tail), new[lead : len(new) - tail])


def _placed(path: str, edit: Edit, before: Sequence[str], start: int, now: _Lines) -> _Piece:
    """An edit of a hunk in the file as it is now, found by the lines around it, as many of them as still stand."""
    text = "".join(before)
    first, last = text.count("\n", 0, edit.span.start), text.count("\n", 0, edit.span.end)
    own = before[first : last + 1]
    base = sum(map(len, before[:first]))
    around = "".join(own)
    for context in range(CONTEXT, -1 if around.strip() else CONTEXT - 1, -1):
        lead, tail = before[max(0, first - context) : first], before[last + 1 : last + 1 + context]
        found = now.find([*lead, *own, *tail], start + first - len(lead)) if lead or own or tail else None
        if found is None and not (lead or own or tail) and not now.text:
            found = 0
        if found is not None:
            at = now.starts[found + len(lead)] - base
            place = Edit(Span(edit.span.start + at, edit.span.end + at), edit.text)
            return _Piece(path, found + len(lead) + 1, place, around, -1, _FITS)
    made = _split(apply_edits(around, _moved([edit], -base)))
    # Lines beside it may have changed as well: one that holds what was inserted is enough.
    state = _MADE if around.strip() and now.hold(made) else _LOST
    return _Piece(path, start + first + 1, edit, around, -1, state)


def _placed_beside(piece: _Piece, edits: Sequence[Edit], before: Sequence[str], start: int, now: _Lines) -> _Piece:
    """An edit whose lines others of its hunk share, where only what these do has changed them since."""
    text = "".join(before)
    first, last, together = next(each for each in _by_lines(edits, text) if piece.edit in each[2])
    if len(together) == 1:
        return piece
    base = done = sum(map(len, before[:first]))
    pattern = ""
    for edit in together:
        # Atomic, so that no patch can make the search long.
        removed = text[edit.span.start : edit.span.end]
        pattern += f"{re.escape(text[done : edit.span.start])}((?>{re.escape(edit.text)}|{re.escape(removed)}))"
        done = edit.span.end
    rest = text[done : base + sum(map(len, before[first : last + 1]))]
    lines = re.compile(pattern + re.escape(rest) + ("" if rest.endswith("\n") else r"\Z"))
    found = [match for at in now.starts if (match := lines.match(now.text, at))]
    if len(found) > 1:
        found = [match for match in found if match.start() == dict(enumerate(now.starts)).get(start + first)]
    if not found:
        return piece
    own = together.index(piece.edit) + 1
    place = Edit(Span(*found[0].span(own)), piece.edit.text)
    state = _MADE if found[0][own] == piece.edit.text else _FITS
    return replace(piece, line=now.text.count("\n", 0, place.span.start) + 1, edit=place, state=state)


def _additions(piece: _Piece, source: SourceText, known: Collection[str]) -> list[Addition] | Skipped:
    """An insertion into a bibliography as its entries, but for those that it has by now: beside these go the others."""
    new: list[_New] = []
    text, done = piece.edit.text, 0
    for entry in read_bibliography(SourceText(piece.path, text)).entries:
        new.append((text[done : entry.span.start], entry.key, text[entry.span.start : entry.span.end]))
        done = entry.span.end
    place = f"{piece.path}:{piece.line}"
    if piece.edit.span or text[done:].strip() or any(lead.strip() for lead, _, _ in new):
        return Skipped(place, f"would get more than entries; {_AGAIN}")
    made = {key for _, key, _ in new if key in known}
    there = {each.key: each.span for each in read_bibliography(source).entries if each.key in made} if made else {}
    if there:
        return [each for each in _beside(piece.path, new, there, known) if each.entries]
    if piece.state == _LOST:
        return Skipped(place, _STALE)
    left = tuple(each for each in new if each[1] not in known)
    return [Addition(piece.path, piece.edit.span, left, new[0][0], text[done:])] if left else []


def _beside(path: str, new: Sequence[_New], there: Mapping[str, Span], known: Collection[str]) -> Iterator[Addition]:
    """New entries that are not known, before the first of those that are there, or behind each of these."""
    runs: list[list[_New]] = [[]]
    done: list[_New] = []
    for each in new:
        if each[1] in there:
            done.append(each)
            runs.append([])
        elif each[1] not in known:
            runs[-1].append(each)
    lead, key, _ = done[0]
    start = there[key].start
    yield Addition(path, Span(start, start), tuple(runs[0]), "", lead)
    for (_, key, _), run in zip(done, runs[1:], strict=True):
        end = there[key].end
        yield Addition(path, Span(end, end), tuple(run), "".join(lead for lead, _, _ in run[:1]), "")


def _suggested(
    pieces: Sequence[_Piece], evidence: Sequence[Evidence], new_keys: frozenset[str], sources: Mapping[str, SourceText]
) -> Iterator[tuple[Part, str]]:
    """The parts of suggestions that came with evidence, and their states."""
    for number, each in enumerate(evidence):
        own = [piece for piece in pieces if piece.suggestion == number]
        if not own:
            continue
        first = own[0]
        state = next((state for state in (_LOST, _MADE) if any(piece.state == state for piece in own)), _FITS)
        block = read_block(first.edit.text)
        if block is not None:
            yield from ((part, state) for part in _paragraphs(first, block, each, new_keys))
            continue
        edits = tuple(piece.edit for piece in own)
        told = tuple(_told(edit, sources[first.path]) for edit in edits) if len(edits) > 1 else ()
        entries = frozenset(each.entries) & new_keys
        name, text = _id(each.kind, first, edits[0].text), edits[0].text
        yield Part(name, each.kind, first.path, first.line, edits, -1, text, told, entries, each), state


def _bare(
    pieces: Sequence[_Piece], new_keys: frozenset[str], sources: Mapping[str, SourceText]
) -> Iterator[tuple[Part, str]]:
    """The parts that nothing but the diff tells of, and their states."""
    for piece in pieces:
        if piece.suggestion >= 0:
            continue
        block = read_block(piece.edit.text)
        if block is not None:
            yield from ((part, piece.state) for part in _paragraphs(piece, block, None, new_keys))
            continue
        text = piece.edit.text
        entries = frozenset[str]()
        if piece.state == _FITS:
            made = apply_edits(sources[piece.path].text, [piece.edit])
            line_start = made.rfind("\n", 0, piece.edit.span.start) + 1
            line = made[line_start : piece.edit.span.start + len(text) + 1]
            entries = frozenset(key for key in new_keys if names_key(line, key))
        name = _id(CITATION, piece, text)
        yield Part(name, CITATION, piece.path, piece.line, (piece.edit,), -1, text, (), entries, None), piece.state


def _told(edit: Edit, source: SourceText) -> str:
    """An edit in a line, for whoever may take it without the others of its suggestion."""
    return f"- {source.slice(edit.span)} + {edit.text}" if edit.span else f"+ {edit.text}"


def _paragraphs(piece: _Piece, block: Block, evidence: Evidence | None, new_keys: frozenset[str]) -> Iterator[Part]:
    themes = evidence.themes if evidence and len(evidence.themes) == len(block.paragraphs) else ()
    for number, text in enumerate(block.paragraphs):
        sentences = [said.text for said in themes[number].sentences] if themes else []
        yield Part(
            _id(RELATED_WORK, piece, text),
            RELATED_WORK,
            piece.path,
            piece.line,
            (piece.edit,),
            number,
            text,
            _sentences(text, sentences),
            frozenset(key for key in new_keys if names_key(text, key)),
            evidence,
        )


def _sentences(text: str, sentences: Sequence[str]) -> tuple[str, ...]:
    """A wrapped paragraph as its sentences with the white space after each; none where they are not found in it."""
    starts: list[int] = []
    at = 0
    for sentence in sentences:
        # Lines of scripts without spaces may have been cut anywhere.
        pattern = r"\s*".join(re.escape(char) for char in sentence if not char.isspace())
        match = re.compile(pattern).search(text, at)
        if match is None:
            return ()
        starts.append(match.start())
        at = match.end()
    if len(starts) < 2:  # noqa: PLR2004 - one sentence cannot be split
        return ()
    ends = [*starts[1:], len(text)]
    return tuple(text[start:end] for start, end in zip([0, *starts[1:]], ends, strict=True))


def _entries(parts: Sequence[Part], evidence: Sequence[Evidence], additions: Sequence[Addition]) -> Iterator[Part]:
    """Entries for undefined keys, and those that nothing in the patch cites."""
    texts = {key: (addition.path, text) for addition in additions for _, key, text in addition.entries}
    cited = {key for part in parts for key in part.entries}
    asked = [(each, key) for each in evidence if each.kind == ENTRY for key in each.entries if key in texts]
    for each, key in asked:
        cited.add(key)
        yield _entry_part(key, each.path, each.line, texts[key][1], each)
    for key, (path, text) in texts.items():
        if key not in cited:
            yield _entry_part(key, path, 1, text, None)


def _entry_part(key: str, path: str, line: int, text: str, evidence: Evidence | None) -> Part:
    name = _hash(ENTRY, path, key)
    return Part(name, ENTRY, path, line, (), -1, text, (), frozenset((key,)), evidence)


def names_key(text: str, key: str) -> bool:
    """Whether a key stands in an argument of this text, or is all of it."""
    return re.search(rf"(?:\A|[{{,\s]){re.escape(key)}(?:\Z|[}},\s])", text) is not None


def _id(kind: str, piece: _Piece, text: str) -> str:
    return _hash(kind, piece.path, piece.around, text)


def _hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _told_apart(found: Iterable[tuple[Part, str]]) -> list[tuple[Part, str]]:
    """Parts of the same words at several places, numbered."""
    seen: Counter[str] = Counter()
    told: list[tuple[Part, str]] = []
    for part, state in found:
        seen[part.id] += 1
        told.append((part if seen[part.id] == 1 else replace(part, id=f"{part.id}-{seen[part.id]}"), state))
    return told


# -- shown


def diff_lines(part: Part, source: SourceText, context: int = 2) -> tuple[tuple[str, str], ...]:
    """What a part changes in its file, as lines with their marks (space, minus, plus), line ends left out."""
    if not part.edits:
        return tuple(("+", line) for line in part.text.splitlines())
    edits = part.edits
    if part.paragraph >= 0:
        block = read_block(edits[0].text)
        if block is not None:
            edits = (Edit(edits[0].span, replace(block, paragraphs=(part.text,)).text),)
    now = _Lines(source.text)
    shown: list[tuple[str, str]] = []
    done = 0
    for first, last, together in _by_lines(edits, source.text):
        old = now.lines[first : last + 1]
        new = _split(apply_edits("".join(old), _moved(together, -now.starts[first])))
        shown += ((" ", line) for line in now.lines[max(done, first - context) : first])
        shown += [("-", line) for line in old] + [("+", line) for line in new]
        done = last + 1
    shown += ((" ", line) for line in now.lines[done : done + context])
    return tuple((mark, line.rstrip("\r\n")) for mark, line in shown)


def _by_lines(edits: Sequence[Edit], text: str) -> list[tuple[int, int, list[Edit]]]:
    """Edits that share a line together, with their first and last line."""
    found: list[tuple[int, int, list[Edit]]] = []
    for edit in sorted(edits):
        first, last = (text.count("\n", 0, at) for at in (edit.span.start, edit.span.end))
        if found and first <= found[-1][1]:
            begin, end, together = found[-1]
            found[-1] = begin, max(end, last), [*together, edit]
        else:
            found.append((first, last, [edit]))
    return found
