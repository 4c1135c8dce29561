"""ChatML as the two generations of LFM2 write it: turns become segments, which alone hold control tokens.

Both open a text with ``<|startoftext|>``, and neither inserts a system text of its own. LFM2 puts control tokens around
the list of tools and around what a tool gave back; LFM2.5 writes both plainly. A call is written alike by both.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from texscholar.lfm.prompts import Prompt, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator


class Dialect(StrEnum):
    """The generation of a model's chat template."""

    LFM2 = "lfm2"
    LFM25 = "lfm2.5"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a prompt; only in a ``control`` piece do ``<|…|>`` become control tokens."""

    text: str
    control: bool = False


Part = tuple[Segment, ...]
"""What is evaluated in one go and kept: it ends where tokens cannot merge with what follows."""

CALL_START, CALL_END = "<|tool_call_start|>", "<|tool_call_end|>"
_TOOLS = "List of tools: "


def dialect_of(template: str) -> Dialect:
    """The generation that a model's chat template belongs to."""
    return Dialect.LFM2 if "<|tool_list_start|>" in template else Dialect.LFM25


def rendered(prompt: Prompt, dialect: Dialect) -> tuple[Part, ...]:
    """The question in the parts that are worth keeping, up to where the answer begins; none of them is empty."""
    parts: list[Part] = []
    part: list[Segment] = []
    for segment in _written(prompt, dialect):
        if segment is None:
            parts.append(tuple(part))
            part = []
        elif part and not (part[-1].control or segment.control):  # one text: tokens may merge across
            part[-1] = Segment(part[-1].text + segment.text)
        else:
            part.append(segment)
    return (*parts, tuple(part))


def rendered_answers(prompt: Prompt) -> tuple[Part, ...]:
    """The answers that are scored; each ends the turn, so that none is the beginning of another."""
    return tuple((Segment(answer), _control("<|im_end|>")) for answer in prompt.answers)


def _written(prompt: Prompt, dialect: Dialect) -> Iterator[Segment | None]:
    """The segments of a question, and None wherever a part ends: behind a piece, and where an answer begins."""
    yield _control("<|startoftext|>")
    for turn in _with_tools(prompt):
        yield _control(f"<|im_start|>{turn.role}\n")
        if turn.role == "assistant":
            yield None
        yield from _content(turn, prompt.tools, dialect)
        yield _control("<|im_end|>\n")
    yield _control("<|im_start|>assistant\n")
    if prompt.opening:
        yield Segment(prompt.opening)


def _with_tools(prompt: Prompt) -> Iterator[Turn]:
    """The turns, the first of which is the system's where tools are on offer."""
    if prompt.tools and not any(turn.role == "system" for turn in prompt.turns[:1]):
        yield Turn("system", ())
    yield from prompt.turns


def _content(turn: Turn, tools: str, dialect: Dialect) -> Iterator[Segment | None]:
    if turn.role == "tool":
        yield from _marked(turn.text, "tool_response", dialect)
        return
    pieces = [piece for piece in turn.pieces if piece]
    for number, piece in enumerate(pieces, 1):
        yield Segment(piece)
        if number < len(pieces):
            yield None
    if turn.calls:
        yield from (_control(CALL_START), Segment(turn.calls), _control(CALL_END))
    if turn.role == "system" and tools:
        yield Segment(f"\n{_TOOLS}" if turn.text else _TOOLS)
        yield from _marked(tools, "tool_list", dialect)


def _marked(text: str, name: str, dialect: Dialect) -> Iterator[Segment]:
    """A text between the control tokens of LFM2, or plain as LFM2.5 has it."""
    if dialect is Dialect.LFM2:
        yield from (_control(f"<|{name}_start|>"), Segment(text), _control(f"<|{name}_end|>"))
    else:
        yield Segment(text)


def _control(text: str) -> Segment:
    return Segment(text, control=True)
