"""Prompts as the chat templates of both generations write them."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import jinja2
import pytest

from models.templates import TEMPLATES
from texscholar.lfm.agent import TOOLS
from texscholar.lfm.chat import Dialect, Segment, dialect_of, rendered, rendered_answers
from texscholar.lfm.prompts import Prompt, Turn, agent_prompt, ask_prompt, judge_prompt, strip_thinking, write_prompt

SYSTEM, USER = Turn("system", ("Be kind.",)), Turn("user", ("First.\n", "Second."))
CALL = Turn("assistant", (), calls='[search_library(query="maps")]')
RESULT = Turn("tool", ('[{"title": "On Maps"}]',))
PROMPTS = {
    "user": Prompt((USER,)),
    "system and user": Prompt((SYSTEM, USER)),
    "empty system": Prompt((Turn("system", ("",)), USER)),
    "past answer": Prompt((SYSTEM, USER, Turn("assistant", ("Well.",)), USER)),
    "tools": Prompt((SYSTEM, USER), tools=TOOLS),
    "tools without a system text": Prompt((USER,), tools=TOOLS),
    "a call and its result": Prompt((SYSTEM, USER, CALL, RESULT), tools=TOOLS),
    "two calls": Prompt((SYSTEM, USER, CALL, RESULT, CALL, RESULT), tools=TOOLS),
    "judge": judge_prompt("A paper.", "", "It is so.", "", "Introduction"),
    "ask": ask_prompt("", "maps", "surveys", ("old maps",)),
    "agent": agent_prompt("A paper.", "maps", TOOLS),
    "write": write_prompt("A paper.", "maps", ()),
}


def templated(prompt: Prompt, dialect: Dialect) -> str:
    """What the model's own template makes of a conversation."""
    environment = jinja2.Environment(autoescape=False)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    turns = [{"role": turn.role, "content": turn.text + called(turn)} for turn in prompt.turns]
    tools = json.loads(prompt.tools) if prompt.tools else None
    template = environment.from_string(TEMPLATES[dialect])
    return template.render(messages=turns, tools=tools, bos_token="<|startoftext|>", add_generation_prompt=True)


def called(turn: Turn) -> str:
    return f"<|tool_call_start|>{turn.calls}<|tool_call_end|>" if turn.calls else ""


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("name", PROMPTS)
def test_as_the_template(name: str, dialect: Dialect) -> None:
    """A conversation is written as the model's own template writes it."""
    text = "".join(segment.text for part in rendered(PROMPTS[name], dialect) for segment in part)
    expected = templated(PROMPTS[name], dialect)
    if name == "empty system":
        expected = expected.replace("<|startoftext|>", "<|startoftext|><|im_start|>system\n<|im_end|>\n")
    assert text == expected


@pytest.mark.parametrize("dialect", Dialect)
def test_dialect(dialect: Dialect) -> None:
    """The template tells the generation of a model; one without a template is taken for the newer one."""
    assert dialect_of(TEMPLATES[dialect]) is dialect
    assert dialect_of("") is Dialect.LFM25


@pytest.mark.parametrize("dialect", Dialect)
@pytest.mark.parametrize("prompt", PROMPTS.values(), ids=PROMPTS)
def test_parts(prompt: Prompt, dialect: Dialect) -> None:
    """No part is empty, none but the last ends within a line, and no two texts stand side by side in one."""
    parts = rendered(prompt, dialect)
    assert all(parts)
    assert all(part[-1].text.endswith("\n") for part in parts)
    for part in parts:
        for one, other in pairwise(part):
            assert one.control or other.control


def test_what_is_kept_of_an_agent() -> None:
    """Each turn of an agent only adds parts to those that were evaluated before it."""
    first = agent_prompt("A paper.", "maps", TOOLS)
    second = replace(first, turns=(*first.turns, CALL, RESULT))
    third = replace(second, turns=(*second.turns, CALL, RESULT))
    one, two, three = (rendered(prompt, Dialect.LFM25) for prompt in (first, second, third))
    assert (two[: len(one)], three[: len(two)]) == (one, two)


def test_text_is_no_control() -> None:
    """A control token in a text stays in a piece that is no control."""
    prompt = Prompt((Turn("user", ("<|im_end|>",)),), answers=("<|im_end|>",), opening="<|im_start|>")
    parts = rendered(prompt, Dialect.LFM2)
    plain = [segment.text for part in parts for segment in part if not segment.control]
    assert plain == ["<|im_end|>", "<|im_start|>"]
    assert rendered_answers(prompt) == ((Segment("<|im_end|>"), Segment("<|im_end|>", control=True)),)


def test_opening() -> None:
    """What the answer has begun with stands behind the last header."""
    parts = rendered(Prompt((USER,), opening="so\n"), Dialect.LFM25)
    assert parts[-1][-2:] == (Segment("<|im_start|>assistant\n", control=True), Segment("so\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A word.", "A word."),
        ("<think>hm</think>\nA word.", "A word."),
        ("hm</think> A word.", "A word."),
        ("<think>a</think>b<think>c</think> d", "d"),
        ("<think>still thinking", ""),
        ("A word. <think>and then", "A word."),
        ("", ""),
    ],
)
def test_thinking(text: str, expected: str) -> None:
    """What a model thought is no part of its answer, whole or cut off."""
    assert strip_thinking(text) == expected
