"""The outline draft of a related-work section: one plain sentence a record, made from its own metadata only."""

from __future__ import annotations

import hashlib
import re
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from texscholar.bibtex import typeset
from texscholar.related_work.drafting import DraftSentence, Paragraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from texscholar.latex import CiteStyle, TexFile
    from texscholar.recommend import Candidature
    from texscholar.related_work.planning import Plan
    from texscholar.related_work.themes import Theme

BEGIN, END = "% texscholar: begin related-work", "% texscholar: end related-work"

_MOST_TITLE = 300  # characters
_MOST_NAME = 80
_MOST_TOPIC = 200
_WRAP = 80
_NARROWEST, _WIDEST = 50, 120  # columns; where many lines are longer the paper keeps a paragraph on one line
_NAMED = 2  # authors; of more the first one is named
_NUMBERS = ("One year", "Two years", "Three years", "Four years", "Five years")
_LIGATURES = str.maketrans({"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"})
_OPENING = re.compile(r"“|„|‟|«|»(?=\w)|(?:(?<=^)|(?<=[\s(\[/—–-]))(?:\"|''|``)")
_CLOSING = re.compile(r"[”»\"]|''|``")
_OTHERS = re.compile(r"\sand\s+others\s*$")
_LONE_STOP = re.compile(r"(?<![.\s])(?<!\b[A-Z])(?<!\betc)(?<!\bal)\s*\.$")


@dataclass(frozen=True, slots=True)
class Hand:
    """How a draft is written: the paper's citation commands, the keys it uses, the characters its file can hold."""

    style: CiteStyle
    key: Callable[[Candidature], str]
    encoding: str
    ascii_only: bool

    def text(self, words: str) -> str:
        """Plain words as TeX that typesets them; whatever they hold, it is never a command."""
        return typeset(words, self.encoding, ascii_only=self.ascii_only).translate(_LIGATURES)


def draft(plan: Plan, hand: Hand) -> tuple[Paragraph, ...]:
    """The paragraphs of a plan, one a theme."""
    filled = [theme for theme in plan.themes if theme.works]
    return tuple(
        Paragraph(theme.label, _sentences(theme, _opening(theme, number, hand), hand))
        for number, theme in enumerate(filled)
    )


def _opening(theme: Theme, number: int, hand: Hand) -> str:
    """What the first sentence of a theme begins with."""
    if label := hand.text(theme.label):
        return f"With regard to {label}, " if number % 2 else f"On {label}, "
    return "Beyond these, " if number else ""


def _sentences(theme: Theme, opening: str, hand: Hand) -> tuple[DraftSentence, ...]:
    texts = zip(theme.works, _texts(theme, opening, hand), strict=True)
    return tuple(DraftSentence(text, (work,), (work.work.title,)) for work, text in texts)


def _texts(theme: Theme, opening: str, hand: Hand) -> Iterator[str]:
    r"""``\citet{key} present ``Title''.`` and other forms, which take turns by their place."""
    before: int | None = None
    for number, work in enumerate(theme.works):
        year = work.work.year
        subject, title = _subject(work, hand), _title(work, hand)
        if not subject:
            yield _sentence_without_authors(opening if number == 0 else "", number, title, hand, work)
        elif number % 3 == 2:  # noqa: PLR2004 - every third
            yield f"A further study is {title.quoted} by {subject}."
        else:
            start = _later(before, year) if number % 3 == 1 else opening if number == 0 else ""
            verb = "presents" if _is_one(work) else "present"
            yield f"{start}{subject} {verb} {title.quoted}{title.stop}"
        before = year


def _sentence_without_authors(opening: str, number: int, title: _Title, hand: Hand, work: Candidature) -> str:
    """A sentence in which the title is cited in place of an author."""
    cited = f"{title.quoted}{hand.style.tie}{_parenthetical(work, hand)}."
    if opening:
        return f"{opening}there is {cited}"
    return f"One study is {cited}" if number == 0 else f"A further study is {cited}"


def _later(before: int | None, year: int | None) -> str:
    """How long after the work before a work came out, as the opening of a sentence; empty when unknown."""
    if before is None or year is None or year < before:
        return ""
    if year == before:
        return "In the same year, "
    passed = year - before
    return f"{_NUMBERS[passed - 1]} later, " if passed <= len(_NUMBERS) else "Later, "


def _is_one(work: Candidature) -> bool:
    return len(work.work.authors) == 1 and not _has_others(work)


def _has_others(work: Candidature) -> bool:
    """Whether the entry ends its authors with ``and others``."""
    fields = dict(work.work.fields)
    return _OTHERS.search(fields.get("author") or fields.get("editor", "")) is not None


def _subject(work: Candidature, hand: Hand) -> str:
    """The authors as the subject of a sentence, with their citation; empty when there are none to name."""
    families = [_name(author.family or author.given, hand) for author in work.work.authors]
    if not families or not families[0]:
        return ""
    if hand.style.textual:
        return f"\\{hand.style.textual}{{{hand.key(work)}}}"
    if len(families) > _NAMED or _has_others(work) or not all(families):
        names = f"{families[0]} et al."
    else:
        names = " and ".join(families)
    return f"{names}{hand.style.tie}{_parenthetical(work, hand)}"


def _parenthetical(work: Candidature, hand: Hand) -> str:
    return f"\\{hand.style.parenthetical}{{{hand.key(work)}}}"


def _name(name: str, hand: Hand) -> str:
    return hand.text(_cut(name, _MOST_NAME)) if any(char.isalnum() for char in name) else ""


@dataclass(frozen=True, slots=True)
class _Title:
    """A title in its quotation marks, and the full stop that a sentence ending with it still needs."""

    quoted: str
    stop: str


def _title(work: Candidature, hand: Hand) -> _Title:
    """The title as the record writes it, inner quotation marks single."""
    words = _LONE_STOP.sub("", " ".join(work.work.title.split()))
    words = _CLOSING.sub("'", _OPENING.sub("`", _cut(words, _MOST_TITLE)))
    text = hand.text(words)
    # Three quotation marks in a row would be read as a double one and a single one, whichever was meant.
    before = r"\," if text.startswith("`") else ""
    after = r"\," if text.endswith("'") else ""
    ended = words.rstrip("'’)”").endswith((".", "?", "!", "…", "。", "？", "！")) and not words.endswith(")")
    return _Title(f"``{before}{text}{after}''", "" if ended else ".")


def _cut(text: str, most: int) -> str:
    """At most so many characters, whole words where there are any."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip() + " ..."


def block(plan: Plan, paragraphs: Sequence[Paragraph], file: TexFile, model: str) -> str:
    """The draft between its comment lines, wrapped as the file is, with the file's line ends, none after the last."""
    body = "\n\n".join(_wrapped(paragraph.text, file) for paragraph in paragraphs)
    digest = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()[:16]
    topic = _comment_text(plan.topic, file.source.encoding)
    count = len(plan.works)
    records = "1 record" if count == 1 else f"{count} records"
    kind = "draft" if any(sentence.by_model for each in paragraphs for sentence in each.sentences) else "outline"
    about = _comment_text(f"{kind} of {records}, {model}, sha256 {digest}; edit freely", file.source.encoding)
    lines = [f"{BEGIN}: {topic}" if topic else BEGIN, f"% texscholar: {about}", body, END]
    return "\n".join(lines).replace("\n", file.source.newline)


def _comment_text(text: str, encoding: str) -> str:
    """Text that stays on its comment line and in the file's encoding."""
    visible = "".join(
        char for char in " ".join(text.split()) if char == " " or unicodedata.category(char)[0] not in "CZ"
    )
    return " ".join(_cut(visible.encode(encoding, "ignore").decode(encoding), _MOST_TOPIC).split())


def _wrapped(paragraph: str, file: TexFile) -> str:
    """A paragraph in the manner of the file: wrapped at its column, a sentence a line, or all on one line."""
    lines = _prose_lines(file)
    ending = sum(line.endswith((".", "?", "!", "}", ":")) for line in lines)
    width = _width(lines)
    if width and len(lines) > 5 and ending > 0.8 * len(lines):  # noqa: PLR2004 - most lines of more than a few
        return paragraph
    if not width:
        return " ".join(paragraph.split("\n"))
    return textwrap.fill(" ".join(paragraph.split("\n")), width, break_long_words=False, break_on_hyphens=False)


def _prose_lines(file: TexFile) -> list[str]:
    """The lines of a file's body that look like running text."""
    body = file.scan.body
    lines = [line.strip() for line in file.scan.code[body.start : body.end].splitlines()]
    return [line for line in lines if len(line) > _NARROWEST // 2 and " " in line and line[0] not in "\\%&"]


def _width(lines: list[str]) -> int:
    """The column at which lines are wrapped; 0 where a paragraph stands on one line."""
    lengths = sorted(len(line) for line in lines)
    if not lengths:
        return _WRAP
    if sum(length > _WIDEST for length in lengths) > len(lengths) / 5:
        return 0
    widest = lengths[-1 - len(lengths) // 20]
    return widest if widest >= _NARROWEST and len(lengths) > 5 else _WRAP  # noqa: PLR2004 - a few lines tell nothing
