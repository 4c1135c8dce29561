"""A draft as data: paragraphs of sentences, each tied to the works that bear it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texscholar.recommend import Candidature


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence in LaTeX, its citations in it.

    ``works`` are those that it cites; none for a sentence that connects others.
    ``support`` are its words, as written, that the records of these works bear out.
    ``by_model``: a model wrote it, and it stood the check.
    """

    text: str
    works: tuple[Candidature, ...]
    support: tuple[str, ...] = ()
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """What is said of one theme; ``label`` names it, empty for works that share none."""

    label: str
    sentences: tuple[DraftSentence, ...]

    @property
    def text(self) -> str:
        """In LaTeX, a sentence a line."""
        return "\n".join(sentence.text for sentence in self.sentences)

    @property
    def works(self) -> tuple[Candidature, ...]:
        """Each work once, in the order in which they are cited."""
        return tuple({id(work): work for sentence in self.sentences for work in sentence.works}.values())


def text_of(paragraphs: Sequence[Paragraph]) -> str:
    """A draft in LaTeX: a sentence a line, a blank line between paragraphs."""
    return "\n\n".join(paragraph.text for paragraph in paragraphs)
