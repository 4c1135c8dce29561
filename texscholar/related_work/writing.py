"""The draft that a model writes, theme by theme: what stands the check is kept, the outline says the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.related_work.checking import PLACEHOLDER, Check, Ground, Verdict, split
from texscholar.related_work.drafting import DraftSentence, Paragraph
from texscholar.related_work.placing import in_latex
from texscholar.related_work.themes import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from texscholar.lfm import Model, Option
    from texscholar.recommend import Candidature
    from texscholar.related_work.hand import Hand
    from texscholar.related_work.planning import Plan

MOST_AT_ONCE = 4
"""Works that a model writes about at a time: so many abstracts fit, and a small model keeps so many apart."""

_Run = list["Candidature"]  # neighbouring works that the outline speaks of


@dataclass(frozen=True, slots=True)
class Brief:
    """What the writing of a draft knows of the paper, and what is wanted.

    ``about`` is its title and abstract, ``claims`` what it says that it contributes, ``language`` an ISO 639-1 code.
    ``length`` is ``short``, ``medium`` or ``long``.
    """

    about: str = ""
    claims: str = ""
    language: str = "en"
    length: str = "medium"


@dataclass(frozen=True, slots=True)
class Written:
    """A draft, and why the model could not write all of it."""

    paragraphs: tuple[Paragraph, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def by_model(self) -> int:
        """How many sentences the model wrote."""
        return sum(sentence.by_model for paragraph in self.paragraphs for sentence in paragraph.sentences)


def write(
    plan: Plan, hand: Hand, brief: Brief, model: Model, outlined: Callable[[Plan], tuple[Paragraph, ...]]
) -> Written:
    """A paragraph a theme, of what the model wrote and stands the check, and of the outline for the rest.

    Args:
        plan: what to speak about.
        hand: how the paper cites.
        brief: what the paper says of itself, and what is wanted.
        model: asked once for every few works of a theme, and for a closing sentence.
        outlined: the outline draft of a plan.
    """
    plan = replace(plan, themes=tuple(theme for theme in plan.themes if theme.works))
    writer = _Writer(plan, hand, brief, model, outlined)
    paragraphs = tuple(map(writer.paragraph, range(len(plan.themes))))
    return Written(paragraphs, tuple(dict.fromkeys(writer.skipped)))


class _Writer:
    """Writes the paragraphs of a plan in their order."""

    def __init__(
        self,
        plan: Plan,
        hand: Hand,
        brief: Brief,
        model: Model,
        outlined: Callable[[Plan], tuple[Paragraph, ...]],
    ) -> None:
        self._plan, self._hand, self._brief, self._model, self._outlined = plan, hand, brief, model, outlined
        self._closings: list[str] = []
        self.skipped: list[Skipped] = []

    def paragraph(self, number: int) -> Paragraph:
        """The paragraph of the theme with this number."""
        theme, brief = self._plan.themes[number], self._brief
        works = [work.work for work in theme.works]
        check = Check(
            Ground(works, theme.label, brief.about, brief.claims, brief.language), 2 if brief.length == "long" else 1
        )
        verdicts = [check.sentence(text) for text in self._asked(theme)]
        sentences = list(self._sentences(number, _arranged(verdicts, theme.works)))
        if any(verdict.stands for verdict in verdicts):
            sentences += self._closing(theme, check)
        return Paragraph(theme.label, tuple(sentences))

    def _asked(self, theme: Theme) -> Iterator[str]:
        """What the model says of the works of a theme, sentence by sentence, numbered through the theme."""
        for start, count in _portions(len(theme.works)):
            works = tuple(map(_described, theme.works[start : start + count]))
            said = self._said(theme, works)
            yield from (_renumbered(text, start, count) for text in split(said))

    def _said(self, theme: Theme, works: tuple[tuple[Option, str], ...]) -> str:
        """An answer of the model; empty where it gave none."""
        from texscholar.lfm import WriteQuestion  # noqa: PLC0415 - only a draft by a model pays for it

        brief = self._brief
        topic = theme.label or self._plan.topic
        said = self._model.write(WriteQuestion(topic, works, brief.about, brief.claims, brief.language, brief.length))
        if isinstance(said, Skipped):
            self.skipped.append(said)
            return ""
        return said

    def _closing(self, theme: Theme, check: Check) -> Iterator[DraftSentence]:
        """The sentence that sets the paper against the theme, where the model gives a good one that is new."""
        if not self._brief.claims:
            return
        for text in split(self._said(theme, ()))[:1]:
            verdict = check.closing(text, self._closings)
            if verdict.stands:
                self._closings.append(text)
                yield DraftSentence(self._hand.text(text), (), verdict.words, by_model=True)

    def _sentences(self, number: int, items: Sequence[Verdict | _Run]) -> Iterator[DraftSentence]:
        works = self._plan.themes[number].works
        for place, item in enumerate(items):
            if isinstance(item, Verdict):
                text = in_latex(item.text, works, self._hand)
                cited = tuple(works[at - 1] for at in item.numbers)
                yield DraftSentence(text, cited, item.words, by_model=True)
            else:
                yield from self._outline(number, item, opens=place == 0)

    def _outline(self, number: int, works: _Run, *, opens: bool) -> tuple[DraftSentence, ...]:
        """What the outline says of some works, with the words that open the theme where they open it."""
        theme = self._plan.themes[number]
        themes = (
            (*self._plan.themes[:number], Theme(theme.label, tuple(works))) if opens else (Theme("", tuple(works)),)
        )
        return self._outlined(replace(self._plan, themes=themes))[-1].sentences


def _portions(works: int) -> Iterator[tuple[int, int]]:
    """Where each portion of so many works starts and how many it has: as few as can be, as even as can be."""
    count = -(-works // MOST_AT_ONCE)
    start = 0
    for number in range(count):
        size = works // count + (number < works % count)
        yield start, size
        start += size


def _described(work: Candidature) -> tuple[Option, str]:
    from texscholar.lfm import Option  # noqa: PLC0415 - as above

    record = work.work
    return Option(
        record.title, tuple(author.family for author in record.authors), record.year, record.venue
    ), record.abstract


def _renumbered(text: str, start: int, count: int) -> str:
    """A sentence about a portion of the works, its numbers those of the theme; one that has no work becomes 0."""

    def number(value: int) -> int:
        return start + value if 1 <= value <= count else 0

    return PLACEHOLDER.sub(lambda match: f"[{number(int(match[1]))}]", text)


def _arranged(verdicts: Sequence[Verdict], works: Sequence[Candidature]) -> list[Verdict | _Run]:
    """The sentences that stand, and in the place of each refused one the works that no other sentence is about.

    Works that the model left out come last. A sentence without a work stays where what it leads to stays.
    """
    open_works = set(range(1, len(works) + 1)) - {n for verdict in verdicts if verdict.stands for n in verdict.numbers}
    items: list[Verdict | _Run] = []
    for place, verdict in enumerate(verdicts):
        if not verdict.stands:
            _add(items, [n for n in verdict.numbers if n in open_works], works)
            open_works -= set(verdict.numbers)
        elif verdict.numbers or (place + 1 < len(verdicts) and verdicts[place + 1].stands):
            items.append(verdict)
    _add(items, sorted(open_works), works)
    return items


def _add(items: list[Verdict | _Run], numbers: Sequence[int], works: Sequence[Candidature]) -> None:
    """Hand works to the outline, in one run with those before them."""
    if not numbers:
        return
    more = [works[number - 1] for number in numbers]
    last = items[-1] if items else None
    if isinstance(last, list):
        items[-1] = [work for work in works if any(work is other for other in (*last, *more))]
    else:
        items.append([work for work in works if any(work is other for other in more)])
