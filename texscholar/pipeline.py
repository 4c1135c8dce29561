"""The flow from a paper to its patch: findings, candidates, choices, edits, proof. It is handed all it needs."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from texscholar.bibtex.work import fold, identities
from texscholar.config import DEFAULT_MIN_CONFIDENCE, MEDIUM
from texscholar.errors import Skipped
from texscholar.latex import Marker, Placeholder, Project, TexFile
from texscholar.library.origins import origin_of
from texscholar.recommend import (
    LAST_CITED,
    MISSING,
    PLACEHOLDER,
    UNDEFINED,
    UNFILLED,
    UNUSED_SUPPRESSION,
    Candidate,
    Candidature,
    Evidence,
    Finding,
    Locus,
    Ranking,
    Searchable,
    find,
    need_of_place,
    prepare,
    rank,
    suppressions_in,
    uncited,
    unused_suppressions,
    with_silenced,
)
from texscholar.source import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence

    from texscholar.bibtex import Bibliography, HouseStyle, Work
    from texscholar.latex import Block, Sentence
    from texscholar.lfm import Model, Option, Query
    from texscholar.library import Record
    from texscholar.related_work import Before, Hand, Paragraph, Plan
    from texscholar.suggest import Choice, FileChange, Fix, KeyRing, NewEntry, Proposal, Suggestion

ONLY = ("citations", "related-work", "entries")
PLACEHOLDER_CONFIDENCE = 0.2  # the author asked for a citation there: less certainty is enough to propose one
_SURE = 0.99  # an undefined key that a library knows letter by letter
_NEARLY_SURE = 0.9  # an undefined key whose surname, year and title word one record alone bears
_DOUBTFUL = 0.5  # probability that a work is the one for a placeholder, below which others are asked for better ones
_WANTING = 0.5  # probability that a sentence cites something, by its looks, from which others are asked about it
_LFM_FROM = 0.5  # share of the threshold from which a place is worth the model's time
_FOR_AGENT = 20  # works of a library that the agent mode looks at for one query
_JUST_CITED = 0.9  # of the feature LAST_CITED, for a work that the sentence before cites
_THANKS = re.compile(
    r"(?:We|I|The authors?)(?: also| gratefully| sincerely| would like to| wish to| want to)*"
    r" (?:thank|acknowledge (?:support|funding|the support)|(?:is|are|am) (?:\w+ )?(?:grateful|thankful|indebted) to)\b"
    r"|(?:Wir|Ich|Die Autoren) (?:danken?|bedanken? (?:uns|mich))\b"
    r"|(?:Nous|Je|Les auteurs) (?:remercions|remercie|remercient|tenons à remercier|tiens à remercier)\b"
    r"|(?:Los autores |Os autores )?(?:[Aa]gradecemos|[Aa]gradezco|[Aa]gradeço|agradecen|agradecem)\b"
)
"""Thanks that stand under no heading of their own."""
_KEY_PARTS = re.compile(
    r"([A-Za-z]{3,}?)(?:etal|EtAl)?[-_:.]?((?:19|20)\d\d)(?:[a-z]?[-_:.]|[a-z](?=[A-Z]))?([A-Za-z]{3,})"
)


@dataclass(frozen=True)
class Paper:
    """A project with its bibliographies read; ``bibliographies`` keep the order in which the paper names them."""

    project: Project
    bibliographies: tuple[Bibliography, ...]
    skipped: tuple[Skipped, ...] = ()


class Shelf(Searchable, Protocol):
    """What the pipeline needs of a library."""

    def by_key(self, key: str) -> tuple[Record, ...]:
        """Records under exactly this key."""

    def by_identities(self, groups: Sequence[frozenset[str]]) -> tuple[Record | None, ...]:
        """For each group of identities a record that bears one of them, or None."""


@dataclass(frozen=True)
class Job:
    """What is asked of one run.

    ``touched`` tells whether a span of a file is in scope.
    ``prose``: related-work markers are filled, not only reported.
    ``unused_entries``: entries that nothing cites are findings too.
    ``at_once``: how many places the model is asked about at a time.
    ``patch``: changes are made of the suggestions, and proved; measuring needs none.
    ``fixes``: of each suggestion by itself too, for reports that offer them one by one.
    ``agent``: the model searches the libraries by itself for related work.
    ``length``: of related-work drafts, one of ``config.LENGTHS``.
    ``refresh``: our own drafts that nobody edited are written anew.
    ``rejected`` tells whether the author turned a work down before: for a rule, and the words that it was about.
    ``known`` tells which of all findings, by ``id``, the authors know already: nothing is changed for their sake.
    """

    min_confidence: float = DEFAULT_MIN_CONFIDENCE
    only: frozenset[str] = frozenset(ONLY)
    max_suggestions: int = 0
    prose: bool = True
    ignored_rules: frozenset[str] = frozenset()
    unused_entries: bool = False
    touched: Callable[[str, Span], bool] = field(default=lambda _path, _span: True)
    seed: int = 0
    at_once: int = 1
    patch: bool = True
    fixes: bool = False
    agent: bool = False
    length: str = MEDIUM
    refresh: bool = False
    rejected: Callable[[str, str, Work], bool] = field(default=lambda _rule, _about, _work: False)
    known: Callable[[Sequence[Finding]], frozenset[int]] = field(default=lambda _findings: frozenset())


@dataclass(frozen=True)
class Outcome:
    """What a run found and proposes; ``changes``, and those of each of the ``fixes``, are proved.

    ``known`` holds the ``id`` of each finding that the authors know already; ``changes`` leave these alone.
    """

    findings: tuple[Finding, ...]
    suggestions: tuple[Suggestion, ...]
    changes: tuple[FileChange, ...]
    skipped: tuple[Skipped, ...]
    model: Model | None
    fixes: tuple[Fix, ...] = ()
    known: frozenset[int] = frozenset()

    @property
    def changing(self) -> tuple[Suggestion, ...]:
        """The suggestions that ``changes`` are made of."""
        return tuple(each for each in self.suggestions if id(each.finding) not in self.known)


def run(
    paper: Paper, libraries: Sequence[Shelf], model: Model | None, job: Job, shown: Callable[[str], str]
) -> Outcome:
    """Look at a paper and propose.

    Args:
        paper: what to look at.
        libraries: searched after the paper's own bibliographies.
        model: the LFM, or None.
        job: what is asked.
        shown: how the diff names a file of the paper.

    Raises:
        InternalError: a proposal would have broken a promise.
    """
    return _Run(paper, libraries, model, job).outcome(shown)


def left_open(paper: Paper, libraries: Sequence[Shelf], job: Job) -> tuple[Evidence, tuple[Finding, ...]]:
    """The places of a paper for which these libraries have nothing, for whoever may know more; and its evidence.

    First undefined keys, placeholders and markers in the order of the paper, then sentences that more likely than not
    lack a citation, the likeliest first.
    """
    look = _Run(paper, libraries, None, job)
    return look.evidence, (*look.open_findings(), *look.open_sentences())


class _Run:
    """One pass over a paper; holds what its steps share."""

    def __init__(self, paper: Paper, libraries: Sequence[Shelf], model: Model | None, job: Job) -> None:
        self.paper, self.libraries, self.job = paper, libraries, job
        self.model = model
        self.used_model: Model | None = None  # one that had a say
        self.evidence = Evidence(paper.project, paper.bibliographies, shelves=libraries)
        self.skipped: list[Skipped] = [*paper.project.skipped, *paper.skipped]

    @cached_property
    def target(self) -> Bibliography | None:
        return target_of(self.paper.bibliographies, self.evidence.citances)

    @cached_property
    def style(self) -> HouseStyle | None:
        """How the target is written; learned only when something is added to it."""
        return style_of(self.target, self.paper.project) if self.target else None

    @cached_property
    def keys(self) -> KeyRing | None:
        """Hands out keys for new entries; None where there is no file to add them to."""
        if self.style is None:
            return None
        from texscholar.suggest import KeyRing  # noqa: PLC0415 - most runs of a hook propose nothing, and need not load it

        taken = {key for bibliography in self.paper.bibliographies for key in bibliography.taken}
        cited = {key for file in self.paper.project.files for cite in file.citations for key in cite.cited}
        return KeyRing(self.style, frozenset(taken | cited))

    @cached_property
    def about(self) -> str:
        """What the paper says about itself, for a model to read: its title and its abstract."""
        sentences = (sentence for file in self.paper.project.files for sentence in file.sentences)
        abstract = (sentence.text for sentence in sentences if sentence.kind == "abstract")
        return " ".join(filter(None, (self.evidence.title, *abstract)))

    def outcome(self, shown: Callable[[str], str]) -> Outcome:
        standing = self._standing()
        ranked = self._ranked()
        if self.model is not None:  # all that is certain comes before anybody waits for a model
            ranked = iter(tuple(ranked))
        # Undefined keys first: the entry they get decides the key under which the same work is cited elsewhere.
        steps = ((UNDEFINED, self._define), (PLACEHOLDER, self._fill), (UNFILLED, self._write))
        asked = [*standing, *self._outdated()]
        proposed = (propose(finding) for rule, propose in steps for finding in asked if finding.rule == rule)
        suggestions = [suggestion for suggestion in proposed if suggestion is not None]
        suggestions += self._cite(ranked)
        suggestions = self._bounded(suggestions)
        findings = [
            *standing,
            *(suggestion.finding for suggestion in suggestions if suggestion.finding.rule == MISSING),
        ]
        order = {file.path: number for number, file in enumerate(self.paper.project.files)}

        def place(path: str, span: Span) -> tuple[int, str, Span]:
            return order.get(path, len(order)), path, span

        suggestions.sort(key=lambda s: (*place(s.source.path, s.span), s.finding.rule))
        findings.sort(key=lambda f: (*place(f.source.path, f.span), f.rule))
        known = self.job.known(findings)
        new = [each for each in suggestions if id(each.finding) not in known]
        changes = tuple(self._changes(new, shown)) if self.job.patch else ()
        fixes = tuple(self._fixes(suggestions, shown)) if self.job.fixes else ()
        skipped = tuple(self.skipped)
        return Outcome(tuple(findings), tuple(suggestions), changes, skipped, self.used_model, fixes, known)

    def open_findings(self) -> Iterator[Finding]:
        """What stands for itself and has no answer."""
        only = self.job.only
        standing = self._standing()
        if "entries" in only:
            yield from (each for each in standing if each.rule == UNDEFINED and self._named_by(each.key)[0] is None)
        if "citations" in only:
            for each in standing:
                if each.rule == PLACEHOLDER and each.locus and self._ranked_for(each.locus).confidence < _DOUBTFUL:
                    yield each
        if "related-work" in only and self.job.prose:
            yield from (each for each in standing if each.rule == UNFILLED)

    def open_sentences(self) -> Iterator[Finding]:
        """Uncited sentences that look as if they should cite something, and nothing at hand is sure enough."""
        if "citations" not in self.job.only or MISSING in self.job.ignored_rules:
            return
        needs = [
            (need, locus)
            for locus in uncited(self.evidence, self.job.touched)
            if (need := need_of_place(locus, self.evidence)) >= _WANTING
            and not _stands_apart(locus.sentence)
            and not self._silenced(MISSING, locus.file.path, locus.sentence.span)
        ]
        least = self.job.min_confidence
        prepare([locus for _, locus in needs], self.evidence, self.libraries, at_least=least)
        wanting = []
        for need, locus in needs:
            ranking = rank(locus, self.evidence, self.libraries, at_least=least)
            if not ranking.candidates or ranking.confidence < least:
                wanting.append((-need, locus.order, locus))
        for *_, locus in sorted(wanting, key=lambda each: each[:2]):
            yield Finding(MISSING, locus.file.source, locus.sentence.span, "this sentence may lack a citation", locus)

    def _standing(self) -> list[Finding]:
        """The findings that stand for themselves."""
        job, bibliographies = self.job, self.paper.bibliographies
        suppressions = suppressions_in(self.paper.project, job.touched)
        reached = with_silenced(job.touched, suppressions)
        found = find(self.evidence, bibliographies, reached, unused=job.unused_entries)
        standing = [each for each in found if job.touched(each.source.path, each.span) and self._wanted(each)]
        if UNUSED_SUPPRESSION not in job.ignored_rules:
            standing += unused_suppressions(self.evidence, bibliographies, suppressions, found, job.ignored_rules)
        return standing

    def _wanted(self, finding: Finding) -> bool:
        return finding.rule not in self.job.ignored_rules and not self._silenced(
            finding.rule, finding.source.path, finding.span
        )

    def _silenced(self, rule: str, path: str, span: Span) -> bool:
        file = self.paper.project.file(path)
        return file is not None and any(each.silences(rule, span) for each in file.suppressions)

    # -- citations

    def _ranked(self) -> Iterator[tuple[Locus, Ranking]]:
        """The uncited sentences that may be worth a suggestion, with their candidates."""
        if "citations" not in self.job.only or MISSING in self.job.ignored_rules:
            return
        everything = self.job.min_confidence <= 0
        least = self.job.min_confidence * (_LFM_FROM if self.model else 1.0)
        loci = [
            locus
            for locus in uncited(self.evidence, self.job.touched)
            if not self._silenced(MISSING, locus.file.path, locus.sentence.span)
            and (everything or not _stands_apart(locus.sentence))
        ]
        prepare(loci, self.evidence, self.libraries, at_least=least)
        for locus in loci:
            ranking = rank(locus, self.evidence, self.libraries, at_least=least)
            if ranking.candidates and ranking.confidence >= least:
                yield locus, ranking

    def _cite(self, ranked: Iterator[tuple[Locus, Ranking]]) -> Iterator[Suggestion]:
        """Suggestions for uncited sentences, as sure as the job asks."""
        everything = self.job.min_confidence <= 0
        for locus, judged in self._judged(ranked):
            candidates = self._left(MISSING, locus, judged)
            if not candidates or candidates[0].score < self.job.min_confidence:
                continue
            if not everything and is_left_alone(locus.sentence, candidates[0]):
                continue
            message = "this sentence lacks a citation"
            finding = Finding(MISSING, locus.file.source, locus.sentence.span, message, locus)
            suggestion = self._cited(finding, locus, candidates)
            if suggestion is not None:
                yield suggestion

    def _judged(self, ranked: Iterator[tuple[Locus, Ranking]]) -> Iterator[tuple[Locus, tuple[Candidate, ...]]]:
        """Each place with its candidates after the model's say; the answers count in the order of the places."""
        if self.model is None or self.job.at_once == 1:
            yield from ((locus, self._chosen(locus, ranking, wanted=False)) for locus, ranking in ranked)
            return
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - for servers only

        from texscholar.suggest import choose  # noqa: PLC0415 - as in keys

        ask = partial(choose, model=self.model, wanted=False, paper=self.about)
        threads = ThreadPoolExecutor(self.job.at_once, thread_name_prefix="ask")
        try:
            for locus, ranking, answer in [(*each, threads.submit(ask, *each)) for each in ranked]:
                yield locus, self._accepting(answer.result(), ranking) if self.model else ranking.candidates
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _left(self, rule: str, locus: Locus, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """The candidates that the author has not turned down for this sentence."""
        rejected, about = self.job.rejected, locus.sentence.text
        return tuple(each for each in candidates if not rejected(rule, about, each.work.work))

    def _cited(self, finding: Finding, locus: Locus, candidates: tuple[Candidate, ...]) -> Suggestion | None:
        from texscholar.suggest import CITATION, Suggestion, cite_sentence  # noqa: PLC0415 - as in keys

        key, entries = self._accepted(candidates[0])
        if key is None:
            self._skip(finding, "the paper has no .bib file that an entry could be added to")
            return None
        edit = cite_sentence(locus.file, locus.sentence, self.paper.project.cite_style, key)
        if edit is None:
            self._skip(finding, "a citation would part a command from its arguments")
            return None
        return Suggestion(
            CITATION,
            finding,
            locus.sentence.span,
            edit,
            entries,
            self._proposals(candidates, key),
            candidates[0].score,
        )

    def _chosen(self, locus: Locus, ranking: Ranking, *, wanted: bool) -> tuple[Candidate, ...]:
        """The candidates in the order the model leaves them; without its say from the first failure on."""
        if self.model is None:
            return ranking.candidates
        from texscholar.suggest import choose  # noqa: PLC0415 - as in keys

        return self._accepting(choose(locus, ranking, self.model, wanted=wanted, paper=self.about), ranking)

    def _accepting(self, choice: Choice | Skipped, ranking: Ranking) -> tuple[Candidate, ...]:
        if isinstance(choice, Skipped):
            self._skip_model(choice)
            self.model = None
            return ranking.candidates
        if choice.asked:
            self.used_model = self.model
        return choice.candidates

    def _skip_model(self, why: Skipped) -> None:
        """Tell it once: a model that is gone gives every job the same reason."""
        if why not in self.skipped:
            self.skipped.append(why)

    def _fill(self, finding: Finding) -> Suggestion | None:
        from texscholar.suggest import CITATION, Suggestion, fill_placeholder  # noqa: PLC0415 - as in keys

        placeholder, locus = finding.subject, finding.locus
        if "citations" not in self.job.only or not isinstance(placeholder, Placeholder):
            return None
        if locus is None:
            self._skip(finding, "no sentence stands there")
            return None
        ranking = self._ranked_for(locus)
        candidates = self._left(PLACEHOLDER, locus, self._chosen(locus, ranking, wanted=True))
        least = min(self.job.min_confidence, PLACEHOLDER_CONFIDENCE)
        if not candidates or candidates[0].score < least:
            self._skip(finding, "no work at hand fits well enough; add a library, or cite it by hand")
            return None
        key, entries = self._accepted(candidates[0])
        if key is None:
            self._skip(finding, "the paper has no .bib file that an entry could be added to")
            return None
        edits = fill_placeholder(locus.file, placeholder, locus.sentence, self.paper.project.cite_style, key)
        if not edits:
            self._skip(finding, "a citation would part a command from its arguments")
            return None
        proposals, confidence = self._proposals(candidates, key), candidates[0].score
        return Suggestion(CITATION, finding, locus.sentence.span, edits[0], entries, proposals, confidence, edits[1:])

    def _ranked_for(self, locus: Locus) -> Ranking:
        """The works for a placeholder."""
        beside = frozenset(key for citation in locus.file.citations_in(locus.sentence.span) for key in citation.cited)
        return rank(locus, self.evidence, self.libraries, excluded=beside, wanted=True)

    # -- entries

    def _define(self, finding: Finding) -> Suggestion | None:
        from texscholar.suggest import ENTRY, NewEntry, Proposal, Suggestion  # noqa: PLC0415 - as in keys

        if "entries" not in self.job.only:
            return None
        if self.keys is None or self.target is None:
            self._skip(finding, "the paper has no .bib file that an entry could be added to")
            return None
        twin = next((key for key in sorted(self.target.taken) if key.lower() == finding.key.lower()), None)
        if twin is not None:
            self._skip(finding, f"{twin} differs from it only in case; cite that")
            return None
        work, confidence = self._named_by(finding.key)
        if work is None or self.job.rejected(UNDEFINED, finding.key, work.work):
            reason = "no library knows the key" if work is None else "the entry was rejected for"
            self._skip(finding, f"{reason} {finding.key}")
            return None
        names = identities(work.work)
        same = next((own.key for own in self.evidence.own if not names.isdisjoint(identities(own.work))), None)
        if same is not None:
            self._skip(finding, f"the bibliography has this work as {same}; cite that")
            return None
        self.keys.reserve(work, finding.key)
        proposal = Proposal(finding.key, Candidate(work, confidence, ()))
        entries = (NewEntry(finding.key, work.work),)
        return Suggestion(ENTRY, finding, finding.span, None, entries, (proposal,), confidence)

    def _named_by(self, key: str) -> tuple[Candidature | None, float]:
        """The record that a key means: the one that bears it, else the only one that fits all its parts."""
        for library in self.libraries:
            for record in library.by_key(key):
                return _candidature(record, library), _SURE
        parts = key_parts(key)
        if parts is None:
            return None, 0.0
        surname, year, word = parts
        fitting = {
            fold(hit.record.work.title): _candidature(hit.record, library)
            for library in self.libraries
            for hit in library.search(f"{surname} {word}", 50)
            if _fits(hit.record, surname, year, word)
        }
        return (next(iter(fitting.values())), _NEARLY_SURE) if len(fitting) == 1 else (None, 0.0)

    # -- related work

    @cached_property
    def _before(self) -> Before:
        """The paper as it was before the drafts that are to be refreshed."""
        from texscholar.related_work import before_drafts  # noqa: PLC0415 - as in keys

        return before_drafts(self.evidence, self.paper.bibliographies, self.libraries)

    def _draft_at(self, finding: Finding) -> Block | None:
        """The draft of ours that a finding is about, None where it is about a marker."""
        file = self.paper.project.file(finding.source.path)
        return next((block for block in file.blocks if block.span == finding.span), None) if file else None

    def _outdated(self) -> Iterator[Finding]:
        """Our own drafts, where they are to be written anew, each as a marker of its extent; what is edited is told."""
        if not self.job.refresh or not self.job.prose or "related-work" not in self.job.only:
            return
        seen: dict[str, str] = {}
        for file in self.paper.project.files:
            for block in file.blocks:
                finding = Finding(
                    UNFILLED,
                    file.source,
                    block.span,
                    "this draft can be written anew",
                    subject=Marker(block.span, block.topic),
                )
                if not self.job.touched(file.path, block.span) or not self._wanted(finding):
                    continue
                text = file.source.slice(block.span).replace("\r\n", "\n")
                place = f"{file.path}:{file.source.position(block.span.start).line}"
                if why := _not_refreshed(block, seen.get(text, "")):
                    self._skip(finding, why)
                    continue
                seen[text] = place
                yield finding

    def _write(self, finding: Finding) -> Suggestion | None:
        marker = finding.subject
        old = self._draft_at(finding)
        evidence = self._before.evidence if old else self.evidence
        project = evidence.project
        file = project.file(finding.source.path)
        if not self.job.prose or "related-work" not in self.job.only or not isinstance(marker, Marker) or file is None:
            return None
        from texscholar.related_work import (  # noqa: PLC0415 - as in keys
            Hand,
            as_own,
            block,
            learn_marks,
            plan,
            topic_of,
            written_in,
        )
        from texscholar.suggest import RELATED_WORK, NewEntry, Proposal, Suggestion  # noqa: PLC0415

        topic = topic_of(marker, file, evidence)
        libraries: tuple[Searchable, ...] = (*self.libraries, *([self._before.kept] if old else []))
        rejected = partial(self.job.rejected, UNFILLED, topic)
        planned = plan(topic, marker, file, evidence, libraries, asked=self._asked(topic), rejected=rejected)
        if old:
            planned = as_own(planned, self.evidence)
        if self.keys is None:
            planned = replace(
                planned,
                themes=tuple(replace(t, works=tuple(w for w in t.works if w.is_own)) for t in planned.themes),
            )
        if not planned.works:
            self._skip(finding, f"no work at hand is about {topic or 'this'}; add a library")
            return None
        given = {id(work): self.keys.give(work) if self.keys else work.key for work in planned.works}
        source = file.source
        ascii_only = source.text.isascii()
        codes = [each.scan.code for each in project.files]
        language = written_in(project.language, codes)
        hand = Hand(
            project.cite_style,
            lambda work: given[id(work)],
            source.encoding,
            ascii_only,
            language,
            self.job.length,
            learn_marks(
                language,
                codes,
                source.encoding,
                ascii_only=ascii_only,
            ),
        )
        paragraphs = self._drafted(planned, hand, project)
        model = f"model {self.used_model.name}{_share_of_model(paragraphs)}" if self.used_model else "no model"
        entries = tuple(NewEntry(given[id(work)], work.work) for work in planned.works if not work.is_own)
        added = dict.fromkeys((*(old.added if old else ()), *(entry.key for entry in entries)))
        writer = f"{model}, seed {self.job.seed}"
        text = block(planned, paragraphs, file, writer, key=hand.key, added=added, words=marker.topic)
        if _is_same(text, source.slice(marker.span)):
            return None
        proposals = tuple(
            Proposal(given[id(work)], Candidate(work, planned.relevance[id(work)], ()))
            for work in sorted(planned.works, key=lambda work: (-planned.relevance[id(work)], given[id(work)]))
        )
        edit = Edit(marker.span, _on_own_lines(file, marker, text))
        best = max(proposal.candidate.score for proposal in proposals)
        return Suggestion(
            RELATED_WORK, finding, marker.span, edit, entries, proposals, min(best, 1.0), draft=paragraphs, topic=topic
        )

    def _drafted(self, planned: Plan, hand: Hand, project: Project) -> tuple[Paragraph, ...]:
        """What the model wrote and stands the check, and the outline for the rest; for all of it without a model."""
        from texscholar.related_work import draft  # noqa: PLC0415 - as in keys

        outlined = partial(draft, hand=hand)
        if self.model is None:
            return outlined(planned)
        from texscholar.related_work.claims import claims_of  # noqa: PLC0415 - only with a model
        from texscholar.related_work.writing import Brief, write  # noqa: PLC0415

        brief = Brief(self.about, " ".join(claims_of(project)), project.language, self.job.length)
        written = write(planned, hand, brief, self.model, outlined)
        for why in written.skipped:
            self._skip_model(why)
        if written.by_model:
            self.used_model = self.model
        return written.paragraphs

    def _asked(self, topic: str) -> tuple[Query, ...]:
        """What the model would search for, or none where there is no model or it does not say."""
        if self.model is None:
            return ()
        from texscholar.lfm import AskQuestion, Query  # noqa: PLC0415 - as in keys

        question = AskQuestion(topic, self.about)
        if self.job.agent and self.libraries:
            searches = self.model.explore(question, self._search)
        else:
            asked = self.model.ask(question)
            searches = asked if isinstance(asked, Skipped) else tuple(map(Query, asked))
        if isinstance(searches, Skipped):
            self._skip_model(searches)
            return ()
        self.used_model = self.model
        return searches

    def _search(self, query: Query) -> tuple[Option, ...]:
        """The tool of the agent mode: the works of the libraries for a query, best first, each once."""
        from texscholar.lfm import Option  # noqa: PLC0415 - as in keys

        hits = [hit for library in self.libraries for hit in library.search(query.text, _FOR_AGENT)]
        works: dict[str, Work] = {}
        for hit in sorted(hits, key=lambda hit: -hit.score):
            if query.covers(hit.record.work.year):
                works.setdefault(fold(hit.record.work.title), hit.record.work)
        return tuple(
            Option(work.title, tuple(author.family for author in work.authors), work.year, work.venue)
            for work in works.values()
        )

    # -- common

    def _accepted(self, candidate: Candidate) -> tuple[str | None, tuple[NewEntry, ...]]:
        """The key to cite a candidate under, and the entry it needs; no key where none can be added."""
        work = candidate.work
        if work.is_own:
            return work.key, ()
        if self.keys is None:
            return None, ()
        from texscholar.suggest import NewEntry  # noqa: PLC0415 - as in keys

        key = self.keys.give(work)
        return key, (NewEntry(key, work.work),)

    def _proposals(self, candidates: Sequence[Candidate], chosen: str) -> tuple[Proposal, ...]:
        from texscholar.suggest import Proposal  # noqa: PLC0415 - as in keys

        first, *others = candidates
        return (Proposal(chosen, first), *(Proposal(self._proposed_key(other.work), other) for other in others))

    def _proposed_key(self, work: Candidature) -> str:
        return work.key if work.is_own or self.keys is None else self.keys.proposed(work)

    def _skip(self, finding: Finding, reason: str) -> None:
        line = finding.source.position(finding.span.start).line
        self.skipped.append(Skipped(f"{finding.source.path}:{line} {finding.rule}", reason))

    def _bounded(self, suggestions: list[Suggestion]) -> list[Suggestion]:
        """No two edits at one place, and no more citations than asked for: the surest stay."""
        most = self.job.max_suggestions
        kept: list[Suggestion] = []
        taken: dict[str, list[Span]] = {}
        count = 0
        for suggestion in sorted(
            suggestions, key=lambda s: (s.finding.rule == MISSING, -s.confidence, s.source.path, s.span)
        ):
            if suggestion.finding.rule == MISSING:
                count += 1
                if most and count > most:
                    continue
            spans = taken.setdefault(suggestion.source.path, [])
            wanted = [edit.span for edit in suggestion.edits]
            if any(_meets(span, spans) for span in wanted):
                self._skip(suggestion.finding, "another suggestion changes the same place")
                continue
            for span in wanted:
                insort(spans, span)
            kept.append(suggestion)
        return kept

    def _fixes(self, suggestions: Sequence[Suggestion], shown: Callable[[str], str]) -> Iterator[Fix]:
        if not suggestions:
            return
        from texscholar.suggest import Fix  # noqa: PLC0415 - as in keys

        for suggestion in suggestions:
            yield Fix(suggestion, tuple(self._changes((suggestion,), shown)))

    def _changes(self, suggestions: Sequence[Suggestion], shown: Callable[[str], str]) -> Iterator[FileChange]:
        """One change a file, proved."""
        if not suggestions:
            return
        from texscholar.suggest import FileChange, prove  # noqa: PLC0415 - as in keys

        new: dict[str, NewEntry] = {entry.key: entry for suggestion in suggestions for entry in suggestion.entries}
        keys = {key for bibliography in self.paper.bibliographies for key in bibliography.keys} | set(new)
        for file in self.paper.project.files:
            edits = tuple(sorted(edit for s in suggestions if s.source.path == file.path for edit in s.edits))
            if not edits:
                continue
            replaceable = {
                *(marker.span for marker in file.markers),
                *(each.span for each in file.placeholders),
                *(block.span for block in file.blocks if self.job.refresh and block.is_untouched),
            }
            change = FileChange(shown(file.path), file.source, edits)
            prove(change, replaceable, keys, (), file.wrappers)
            yield change
        if new and self.target is not None and self.style is not None:
            from texscholar.bibtex import insert_entries  # noqa: PLC0415 - as in keys

            items = [(entry.key, entry.work) for entry in sorted(new.values(), key=lambda entry: entry.key.lower())]
            edits = insert_entries(self.target, self.style, items)
            change = FileChange(shown(self.target.source.path), self.target.source, edits)
            prove(change, (), keys, set(new))
            yield change


def _meets(span: Span, others: Sequence[Span]) -> bool:
    """Whether a span shares text, or its place, with one of others that are sorted and share none."""
    at = bisect_left(others, span)
    # Where an insertion and a replacement begin together, both come before what a span may meet, or after it.
    return any(span.overlaps(other) or span == other for other in others[max(0, at - 2) : at + 2])


def is_left_alone(sentence: Sentence, best: Candidate) -> bool:
    """Whether no missing citation is told there unless all is asked for.

    Abstracts and thanks cite by exception, and what the sentence before cites is not cited again.
    """
    return _stands_apart(sentence) or dict(best.features).get(LAST_CITED, 0.0) >= _JUST_CITED


def _stands_apart(sentence: Sentence) -> bool:
    return sentence.kind in ("abstract", "acknowledgements") or _THANKS.match(sentence.text) is not None


def key_parts(key: str) -> tuple[str, int, str] | None:
    """Surname, year and word of the title that a key is made of, as in ``doe2001random``; None where it is not."""
    parts = _KEY_PARTS.fullmatch(key)
    return (parts[1], int(parts[2]), parts[3]) if parts else None


def _fits(record: Record, surname: str, year: int, word: str) -> bool:
    work = record.work
    if not work.authors or work.year != year:
        return False
    words = [fold(part) for part in re.findall(r"[^\W_]+", work.title)]
    return fold(work.authors[0].family) == fold(surname) and fold(word) in words[:4]


def _candidature(record: Record, library: Shelf) -> Candidature:
    return Candidature(record.key, record.work, origin_of(library.name), record.id)


def target_of(bibliographies: Sequence[Bibliography], cited: Container[str]) -> Bibliography | None:
    """The ``.bib`` that gets new entries: the one most of the cited entries stand in, the first among equals."""
    return max(bibliographies, key=lambda each: sum(entry.key in cited for entry in each.entries), default=None)


def style_of(target: Bibliography, project: Project) -> HouseStyle:
    """How new entries of a bibliography are written; what an empty one is for, the paper tells."""
    from texscholar.bibtex import learn_style  # noqa: PLC0415 - learned only when something is added

    style = learn_style(target)
    return style if target.entries else replace(style, biblatex=project.system == "biblatex")


def _share_of_model(paragraphs: Sequence[Paragraph]) -> str:
    """How much of a draft a model wrote, in words that follow its name."""
    sentences = [sentence for paragraph in paragraphs for sentence in paragraph.sentences]
    written = sum(sentence.by_model for sentence in sentences)
    return f" wrote {written or 'none'} of {len(sentences)} sentences"


def _is_same(text: str, old: str) -> bool:
    """Whether a draft would come out as it is, whatever became of its line ends."""
    return text.splitlines() == old.splitlines()


def _not_refreshed(block: Block, copied_from: str) -> str:
    """Why a draft of ours is left as it is; empty where it may be written anew."""
    if block.body is None:
        return "the draft that begins there has no end line; nothing was refreshed"
    if not block.is_untouched:
        return "the draft was edited and is yours now; for a new one delete it and put a marker in its place"
    return f"a copy of the draft at {copied_from}; only that one was refreshed" if copied_from else ""


def _on_own_lines(file: TexFile, marker: Marker, text: str) -> str:
    """The block with line ends around it where the marker shares its line with other text."""
    source = file.source
    line = source.line_span(source.position(marker.span.start).line)
    before = source.text[line.start : marker.span.start].strip()
    end_line = source.line_span(source.position(marker.span.end).line)
    after = source.text[marker.span.end : end_line.end].strip()
    return f"{source.newline if before else ''}{text}{source.newline if after else ''}"
