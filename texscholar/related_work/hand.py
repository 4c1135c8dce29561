"""How a draft is written: the paper's citation commands, language and marks, in characters that the file can hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.bibtex import fold, typeset
from texscholar.config import MEDIUM
from texscholar.related_work.marks import ENGLISH as ENGLISH_MARKS
from texscholar.related_work.phrases import Phrases, phrases_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from texscholar.latex import CiteStyle
    from texscholar.recommend import Candidature
    from texscholar.related_work.marks import Marks

_MOST_TITLE = 300  # characters
_MOST_NAME = 80
_MOST_LABEL = 100
_NAMED = 2  # authors; of more the first one is named
_LIGATURES = str.maketrans({"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"})
_OPENING = re.compile(r"“|„|‟|«|»(?=\w)|(?:(?<=^)|(?<=[\s(\[/—–-]))(?:\"|''|``)")
_CLOSING = re.compile(r"[”»\"]|''|``")
_OPEN, _CLOSE = "\x0e", "\x0f"  # stand for inner quotation marks; control characters, which no title keeps
_CAPITAL: Mapping[str, str] = MappingProxyType({"citet": "Citet", "textcite": "Textcite"})
_WITHIN = str.maketrans("「」", "『』")
_OTHERS = re.compile(r"\sand\s+others\s*$")
_LONE_STOP = re.compile(r"(?<![.\s])(?<!\b[A-Z])(?<!\betc)(?<!\bal)\s*\.$")
_PLACE = re.compile(r"\{(\w+)\}")
_LIKE_I = re.compile(r"i|hi(?![ae])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Title:
    """A title in its quotation marks, and the full stop that an English sentence ending with it still needs."""

    quoted: str
    stop: str


@dataclass(frozen=True, slots=True)
class Hand:
    """How a draft is written.

    ``style`` and ``key`` tell how the paper cites, ``encoding`` and ``ascii_only`` what its file can hold.
    ``language`` is a name of ``phrases.LANGUAGES``, ``length`` one of ``config.LENGTHS``; ``marks`` stand around what
    is quoted.
    """

    style: CiteStyle
    key: Callable[[Candidature], str]
    encoding: str
    ascii_only: bool
    language: str = "en"
    length: str = MEDIUM
    marks: Marks = field(default=ENGLISH_MARKS)

    @property
    def phrases(self) -> Phrases:
        return phrases_of(self.language)

    def text(self, words: str) -> str:
        """Plain words as TeX that typesets them; whatever they hold, it is never a command."""
        return typeset(words, self.encoding, ascii_only=self.ascii_only).translate(_LIGATURES)

    def sentence(self, form: str, **places: str) -> str:
        """One of our sentences with its places filled; ``places`` are TeX already."""
        pieces = _PLACE.split(form)
        texts = [self._ours(piece) if number % 2 == 0 else places[piece] for number, piece in enumerate(pieces)]
        return "".join(texts)

    def _ours(self, words: str) -> str:
        """Words of ours, the spaces at their edges kept."""
        stop, comma = self.marks.points
        if stop:
            words = words.replace("。", stop).replace("、", comma)
        core = words.strip()
        return words.replace(core, self.text(core)) if core else words

    def parenthetical(self, works: Iterable[Candidature]) -> str:
        """One citation of some works, with the tie before it; where words are not parted by spaces, without."""
        tie = self.style.tie if self.phrases.spaced else ""
        return f"{tie}{self._cited(works)}"

    def _cited(self, works: Iterable[Candidature]) -> str:
        return f"\\{self.style.parenthetical}{{{self.style.separator.join(map(self.key, works))}}}"

    def label(self, label: str) -> str:
        """The label of a theme, quoted where the language would have to inflect it otherwise."""
        text = self.text(cut(label, _MOST_LABEL))
        return self.marks.named(self._set(text, label)) if text else ""

    def _set(self, text: str, words: str) -> str:
        """Words, already TeX, set from left to right where the paper has a command for that and they are Latin."""
        return f"{self.marks.latin}{{{text}}}" if self.marks.latin and _is_latin(words) else text

    def who(self, work: Candidature, *, opens: bool = False) -> str:
        """The authors of a work with their citation; empty when there are none to name.

        Where they open a sentence the ``v`` of *van Dyke* is a capital.
        """
        families = [self._name(author.family or author.given) for author in work.work.authors]
        if not families or not families[0]:
            return ""
        is_small = opens and families[0][0].islower()
        if self.style.textual:
            command = _CAPITAL.get(self.style.textual, self.style.textual) if is_small else self.style.textual
            return f"\\{command}{{{self.key(work)}}}"
        if len(families) > _NAMED or has_others(work) or not all(families):
            names = families[0] + self._ours(self.phrases.others)
        else:
            names = self._joint(families[-1]).join(families)
        names = names[0].upper() + names[1:] if is_small else names
        return f"{names}{self.style.tie}{self._cited([work])}"

    def _joint(self, second: str) -> str:
        """What stands between two authors; Spanish asks how the second one begins."""
        phrases = self.phrases
        before_i = phrases.before_i and _LIKE_I.match(fold(second))
        return self._ours(phrases.before_i if before_i else phrases.joint)

    def _name(self, name: str) -> str:
        return self.text(cut(name, _MOST_NAME)) if any(char.isalnum() for char in name) else ""

    def title(self, work: Candidature) -> Title:
        """The title as the record writes it, inner quotation marks those that stand in others."""
        words = _LONE_STOP.sub("", " ".join(work.work.title.split()))
        words = cut(words, _MOST_TITLE)
        marked = _CLOSING.sub(_CLOSE, _OPENING.sub(_OPEN, words))
        if self.marks.title[0] == "「":
            marked = marked.translate(_WITHIN)
        pieces = re.split(f"([{_OPEN}{_CLOSE}])", marked)
        text = self._set("".join(map(self._piece, pieces)), words)
        plain = marked.rstrip(f"{_CLOSE}'’)")
        ended = plain.endswith((".", "?", "!", "…", "。", "？", "！")) and not marked.endswith(")")
        return Title(self.marks.quoted(text), "" if ended else ".")

    def _piece(self, piece: str) -> str:
        """A piece of a title: an inner mark, or words with the spaces at their edges."""
        if piece in (_OPEN, _CLOSE):
            return self.marks.inner[piece == _CLOSE]
        core = piece.strip()
        return piece.replace(core, self.text(core)) if core else piece


def has_others(work: Candidature) -> bool:
    """Whether the entry ends its authors with ``and others``."""
    fields: Mapping[str, str] = dict(work.work.fields)
    return _OTHERS.search(fields.get("author") or fields.get("editor", "")) is not None


def cut(text: str, most: int) -> str:
    """At most so many characters, whole words where there are any."""
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip() + " ..."


def _is_latin(text: str) -> bool:
    """Whether most letters of a text are Latin."""
    letters = [char for char in text if char.isalpha()]
    return sum(char < "\u0250" for char in letters) > len(letters) / 2
