"""Sentences to which their authors later added a citation: where they stand, and what the program says about them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from texscholar.bibtex import entry_work
from texscholar.errors import TexscholarError
from texscholar.evaluate.hiding import edited, sentence_at, with_space
from texscholar.evaluate.measuring import rightly
from texscholar.evaluate.peers import Peers
from texscholar.latex import read_project
from texscholar.latex.citations import find_citations
from texscholar.latex.scan import scan
from texscholar.library.jsonl import json_object, numbered
from texscholar.pipeline import Job, Paper, is_left_alone, run
from texscholar.recommend.evidence import content_terms
from texscholar.source import Edit, SourceText, Span
from texscholar.suggest import CITATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from texscholar.bibtex import Work
    from texscholar.latex import Citation, CiteForm, Reader, Sentence, TexFile
    from texscholar.suggest import Suggestion

HEADLINE, NEAR, OTHERS = "identical", "near", "others"
GROUPS = (HEADLINE, NEAR, OTHERS)
AS_IT_WAS, FOUND, INSERTED = "before", "found", "inserted"
"""The sentence as it was before the commit; the same words in a later text; a sentence of its own put into that."""

_ADDED = "no citation -> citation added"
_NOISY = frozenset(("empty-cite-before", "other-cite-before", "name-or-year-typed-before"))
_AMONG = 10
_SOLID = re.compile(r"[^\s~]+")


@dataclass(frozen=True, slots=True)
class Fix:
    """A sentence before and after a commit that added citations of some keys.

    ``group``: HEADLINE where nothing else changed and nothing stood for the citation before, NEAR where words changed
    too, OTHERS for placeholders and names that became citations.
    """

    id: str
    repo: str
    commit: str
    file: str
    before: str
    after: str
    added: tuple[str, ...]
    group: str


@dataclass(frozen=True)
class Staged:
    """A paper in which the sentence of a fix lacks its citation.

    ``how`` it came to that. ``alone``: the sentence cites nothing else; where it did, that is hidden too, and the
    program would not have looked at it.
    """

    paper: Paper
    path: str
    offset: int
    how: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a fix.

    ``known``: an added key stands in the bibliography. ``right``: which of the first ten candidates are among the
    added ones; ``peers`` the same for each peer. ``is_shown``: a run would have suggested something by default.
    """

    id: str
    group: str
    how: str
    known: bool
    right: tuple[bool, ...] = ()
    peers: tuple[tuple[bool, ...], ...] = ()
    is_shown: bool = False


def read_fixes(lines: Iterable[bytes], path: str) -> tuple[Fix, ...]:
    """The fixes in JSON lines.

    Raises:
        TexscholarError: a line is not one.
    """
    read = ((number, json_object(line) if isinstance(line, bytes) else line) for number, line in numbered(lines))
    return tuple(_fix(fields, path, number) for number, fields in read)


def _fix(fields: dict[str, object] | str, path: str, line: int) -> Fix:
    if isinstance(fields, str):
        raise TexscholarError(fields, path=path, line=line)
    texts = [fields.get(name) for name in ("id", "repo", "commit", "file", "before", "after", "kind")]
    added, flags = fields.get("added"), fields.get("flags")
    if not (all(isinstance(text, str) for text in texts) and isinstance(added, list) and isinstance(flags, list)):
        message = "is no fix; each has id, repo, commit, file, kind, similarity, before, after, added and flags"
        raise TexscholarError(message, path=path, line=line)
    name, repo, commit, file, before, after, kind = map(str, texts)
    plain = kind == _ADDED and _NOISY.isdisjoint(flags)
    group = (HEADLINE if fields.get("similarity") == 1 else NEAR) if plain else OTHERS
    return Fix(name, repo, commit, file, before, after, tuple(map(str, added)), group)


# -- finding the sentence


def stage(fix: Fix, paper: Paper, path: str, read: Reader, *, before: bool) -> Staged | None:
    """A paper in which the sentence of a fix is there without its citation; None where the paper has no sentence.

    Where its words are not found, the sentence is put before the one most like it.

    Args:
        fix: what to look for.
        paper: as it was before the fix, or as it was later.
        path: the file of the fix, as the paper names it.
        read: gives the files of the paper.
        before: the paper is as it was before.
    """
    return _Stage(fix, paper, read, before).set(path)


@dataclass(frozen=True)
class _Stage:
    """A paper and the sentence that is looked for in it."""

    fix: Fix
    paper: Paper
    read: Reader
    before: bool

    def set(self, path: str) -> Staged | None:
        files = sorted(self.paper.project.files, key=lambda file: file.path != path)
        for file in files:
            for needle in (self.fix.before, self.fix.after):
                offset = self._offset(file, needle)
                if offset is not None:
                    return self._without(file, offset)
        return self._inserted(files)

    def _offset(self, file: TexFile, needle: str) -> int | None:
        """Where the citation went that the fix added; the likeliest place where the words occur more than once."""
        wanted, _ = _folded(needle, _citations_in(needle, file.wrappers))
        if not wanted:
            return None
        text, offsets = _folded(file.scan.code, [citation.span for citation in file.citations])
        at = max(0, min(_place_in(self.fix, file.wrappers), len(wanted)) - 1)
        found = re.finditer(f"(?={re.escape(wanted)})", text)
        return min((offsets.offset(match.start() + at) for match in found), key=self._unlikely(file), default=None)

    def _unlikely(self, file: TexFile) -> Callable[[int], tuple[bool, bool]]:
        """What speaks against an offset: before the fix that its sentence cites, later that it cites something else."""

        def marks(offset: int) -> tuple[bool, bool]:
            cited = {key for citation in _cites(file, _sentence(file, offset)) for key in citation.cited}
            return (bool(cited) if self.before else cited.isdisjoint(self.fix.added)), bool(cited)

        return marks

    def _without(self, file: TexFile, offset: int) -> Staged:
        """The paper without the citations of the sentence at an offset."""
        how = AS_IT_WAS if self.before else FOUND
        sentence = _sentence(file, offset)
        cites = _cites(file, sentence)
        if sentence is None or not cites:
            return Staged(self.paper, file.path, offset, how, alone=True)
        spans = [with_space(file, sentence, citation) for citation in cites]
        others = {key for citation in cites for key in citation.cited}.difference(() if self.before else self.fix.added)
        paper = self._with(file, [Edit(span, "") for span in spans])
        return Staged(paper, file.path, max(spans[0].start - 1, sentence.span.start), how, alone=not others)

    def _inserted(self, files: Sequence[TexFile]) -> Staged | None:
        """The paper with the sentence put into its own file, or into the first one that has sentences.

        The one most like it may be what became of it, and cite what is wanted: that goes.
        """
        file = next((file for file in files if file.sentences), None)
        if file is None:
            return None
        words = frozenset(content_terms(self.fix.before))
        like = max(file.sentences, key=lambda each: _likeness(words, frozenset(content_terms(each.text))))
        cites = [each for each in _cites(file, like) if not set(self.fix.added).isdisjoint(each.cited)]
        start = like.span.start
        gone = [span for each in cites if (span := with_space(file, like, each)).start > start]
        edits = [Edit(Span(start, start), f"{self.fix.before}\n"), *(Edit(span, "") for span in gone)]
        return Staged(self._with(file, edits), file.path, start, INSERTED, alone=True)

    def _with(self, file: TexFile, edits: Sequence[Edit]) -> Paper:
        changed = edited(file.source, edits)
        read = self.read
        project = read_project(self.paper.project.root, lambda path: changed if path == file.path else read(path))
        return Paper(project, self.paper.bibliographies)


@dataclass(frozen=True, slots=True)
class _Offsets:
    """Where the characters of a folded text come from: pieces by their starts in both."""

    folded: tuple[int, ...]
    starts: tuple[int, ...]

    def offset(self, at: int) -> int:
        piece = bisect_right(self.folded, at) - 1
        return self.starts[piece] + at - self.folded[piece]


def _folded(code: str, gone: Iterable[Span]) -> tuple[str, _Offsets]:
    """A text without spaces, ties and citations: how it is set in lines, and what it cites, tells nothing."""
    pieces = list(_pieces(code, sorted(gone)))
    lengths = accumulate((len(piece) for piece in pieces), initial=0)
    text = "".join(code[piece.start : piece.end] for piece in pieces)
    return text, _Offsets(tuple(lengths)[: len(pieces)], tuple(piece.start for piece in pieces))


def _pieces(code: str, gone: Sequence[Span]) -> Iterator[Span]:
    start = 0
    for span in (*gone, Span(len(code), len(code))):
        if span.start >= start:
            yield from (Span(*match.span()) for match in _SOLID.finditer(code, start, span.start))
        start = max(start, span.end)


def _citations_in(text: str, wrappers: Mapping[str, CiteForm]) -> tuple[Span, ...]:
    return tuple(citation.span for citation in find_citations(scan(SourceText("", text)), wrappers))


def _place_in(fix: Fix, wrappers: Mapping[str, CiteForm]) -> int:
    """How many characters of the folded sentence stand before the citation that was added."""
    citations = find_citations(scan(SourceText("", fix.after)), wrappers)
    first = next((each for each in citations if not set(fix.added).isdisjoint(each.cited)), None)
    if first is None:
        return len(fix.after)
    return len(_folded(fix.after[: first.span.start], [c.span for c in citations if c.span.end <= first.span.start])[0])


def _sentence(file: TexFile, offset: int) -> Sentence | None:
    return next((each for each in file.sentences if each.span.start <= offset < each.span.end), None)


def _cites(file: TexFile, sentence: Sentence | None) -> tuple[Citation, ...]:
    found = file.citations_in(sentence.span) if sentence else ()
    return tuple(citation for citation in found if not citation.is_silent)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Jaccard's."""
    return len(one & other) / len(one | other) if one or other else 0.0


# -- asking the program


def attempt(fix: Fix, staged: Staged, threshold: float) -> Tried:
    """What the program says about the sentence of a fix, and whether it is what the authors added."""
    works = _added_works(fix, staged.paper)
    sentence = sentence_at(staged.paper.project, staged.path, staged.offset)
    if not works or sentence is None:
        return Tried(fix.id, fix.group, staged.how if sentence else "no sentence", bool(works))
    span = sentence.span
    job = Job(
        min_confidence=0.0,
        only=frozenset(("citations",)),
        prose=False,
        patch=False,
        touched=lambda path, other: path == staged.path and other.overlaps(span),
    )
    outcome = run(staged.paper, (), None, job, lambda path: path)
    here = (staged.path, span.start)
    found = [s for s in outcome.suggestions if s.kind == CITATION and (s.source.path, s.span.start) == here]
    ranked = [(each.candidate.work.key, each.candidate.work.work) for s in found[:1] for each in s.proposals[:_AMONG]]
    shown = staged.alone and any(_is_shown(each, sentence, threshold) for each in found[:1])
    peers = tuple(rightly(each, works) for each in Peers(staged.paper, ()).rank(sentence.text))
    return Tried(fix.id, fix.group, staged.how, known=True, right=rightly(ranked, works), peers=peers, is_shown=shown)


def _is_shown(suggestion: Suggestion, sentence: Sentence, threshold: float) -> bool:
    best = suggestion.proposals[0].candidate
    return suggestion.confidence >= threshold and not is_left_alone(sentence, best)


def _added_works(fix: Fix, paper: Paper) -> dict[str, Work]:
    return {
        entry.key: entry_work(entry, bibliography)
        for bibliography in reversed(paper.bibliographies)
        for entry in reversed(bibliography.entries)
        if entry.key in fix.added
    }
