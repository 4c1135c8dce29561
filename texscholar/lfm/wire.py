"""The format of OpenAI-compatible servers: what a request says, and what is to be believed of an answer.

Nothing here asks anybody. Forms of constraint differ from server to server, so each knows how it is written and how the
answer is unwrapped; whoever asks checks what comes out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from texscholar.lfm.backend import LENGTH, LFM2_SAMPLING, LFM25_SAMPLING, STOPPED, Sampling
from texscholar.lfm.chat import CALL_END, CALL_START, Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from texscholar.lfm.constraint import Constraint
    from texscholar.lfm.prompts import Prompt

Body = dict[str, Any]

JSON_SCHEMA, JSON_OBJECT, STRUCTURED, GRAMMAR, REGEX, PLAIN = (
    "json_schema",
    "json_object",
    "structured_outputs",
    "grammar",
    "regex",
    "plain",
)
FORMS = (JSON_SCHEMA, JSON_OBJECT, STRUCTURED, GRAMMAR, REGEX)
"""The forms of a constraint in the order in which they are tried; ``plain`` is the one that is left."""

TOP = 20  # likeliest tokens: what vLLM and Ollama give at most
LOGPROBS: Body = {"logprobs": True, "top_logprobs": TOP, "max_tokens": 1}
_NO_TOP_K = 1000  # leaves nothing out that matters; servers disagree on what switches it off
_WRAPPING = 16  # tokens around an answer in JSON
_IN_JSON = 'Write your answer as JSON: {"answer": "…"}'
_LEAST = 1e9  # below 0: whole numbers that are no float, and infinity, are none of them
_ROUNDING = 1e-3  # above 0, where no logarithm of a probability lies
_MOST_MESSAGE = 200  # characters of a server's own words

_CONTROL = re.compile(r"<\|[^|]*\|>")
_THOUGHT = re.compile(r"^.*</think>|<think>.*", re.DOTALL)
_BEGUN = re.compile(r'\{\s*"answer"\s*:\s*"((?:[^"\\]|\\.)*)')
_OPEN_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_BARE_CALL = re.compile(r"\[\s*[A-Za-z_]\w*\(.*", re.DOTALL)
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Said:
    """The first choice of an answer; ``top`` are the likeliest first tokens with their log-probabilities."""

    text: str
    tokens: int
    ended: str
    top: tuple[tuple[str, float], ...] = ()


def dialect_of(model: str) -> Dialect:
    """The generation of a model, as far as its name tells."""
    name = model.casefold()
    return Dialect.LFM2 if "lfm2" in name and not re.search(r"lfm2[.-]5", name) else Dialect.LFM25


def recommended(model: str) -> Sampling:
    """How to draw from a model of this name."""
    return LFM2_SAMPLING if dialect_of(model) is Dialect.LFM2 else LFM25_SAMPLING


def messages(prompt: Prompt, dialect: Dialect, note: str = "") -> list[Body]:
    """The turns of a prompt, without any control token that is not ours; the note ends the last turn of the user.

    Tools are listed in the system's turn, as the templates of LFM2 and LFM2.5 do: what servers make of a list of tools
    of their own format changes from version to version.
    """
    written: list[Body] = []
    if prompt.tools and not any(turn.role == "system" for turn in prompt.turns[:1]):
        written.append({"role": "system", "content": _tools(prompt.tools, dialect)})
    for turn in prompt.turns:
        content = _plain(turn.text)
        if turn.role == "system" and prompt.tools:
            content = f"{content}\n{_tools(prompt.tools, dialect)}" if content else _tools(prompt.tools, dialect)
        if turn.calls:
            content += f"{CALL_START}{_plain(turn.calls)}{CALL_END}"
        written.append({"role": turn.role, "content": content})
        if turn.role == "tool":
            written[-1]["tool_call_id"] = f"call_{len(written)}"
    notes = [note] if note else []
    if prompt.opening:
        notes.append(f"Begin your answer with: {_plain(prompt.opening)}")
    for message in reversed(written):
        if notes and message["role"] == "user":
            message["content"] = "\n".join((message["content"], *notes))
            break
    return written


def _tools(tools: str, dialect: Dialect) -> str:
    listed = f"<|tool_list_start|>{tools}<|tool_list_end|>" if dialect is Dialect.LFM2 else tools
    return f"List of tools: {listed}"


def _plain(text: str) -> str:
    """A text in which nothing becomes a control token, taken out again and again as one may hide another."""
    while (stripped := _CONTROL.sub(" ", text)) != text:
        text = stripped
    return text


def sampling_fields(sampling: Sampling, seed: int, *, extras: bool) -> Body:
    """How to draw; ``extras`` where the server takes fields that OpenAI does not have, the penalty in two spellings."""
    fields: Body = {"temperature": sampling.temperature, "top_p": sampling.top_p, "seed": seed}
    if extras:
        fields |= {
            "top_k": sampling.top_k or _NO_TOP_K,
            "min_p": sampling.min_p,
            "repeat_penalty": sampling.repeat_penalty,
            "repetition_penalty": sampling.repeat_penalty,
        }
    return fields


def constrained(form: str, constraint: Constraint) -> Body:
    """The fields that bind an answer in this form."""
    schema = dict(constraint.schema)
    match form:
        case "json_schema":
            named = {"name": "answer", "schema": schema, "strict": True}
            return {"response_format": {"type": "json_schema", "json_schema": named}}
        case "json_object":
            return {"response_format": {"type": "json_object", "schema": schema}}
        case "structured_outputs":
            kind = {"choice": list(constraint.choices)} if constraint.choices else {"regex": constraint.regex}
            return {"structured_outputs": kind}
        case "grammar":
            return {"grammar": constraint.gbnf}
        case "regex":
            return {"regex": constraint.regex}
        case _:
            return {}


def is_json(form: str) -> bool:
    """Whether answers in this form come as JSON."""
    return form in {JSON_SCHEMA, JSON_OBJECT}


def note_for(form: str) -> str:
    """What the prompt says besides, so that the model means what the form makes it write."""
    return _IN_JSON if is_json(form) else ""


def tokens_for(form: str, most: int) -> int:
    """The bound for an answer of at most so many tokens in this form."""
    return most + _WRAPPING if is_json(form) else most


def unwrapped(text: str) -> str:
    """The answer itself: without thoughts, and out of its JSON, be that cut off; a text that is no JSON as it is."""
    text = _THOUGHT.sub("", text).strip()
    begun = _BEGUN.search(text)
    if begun is None:
        return text
    try:
        value = json.loads(f'"{_OPEN_ESCAPE.sub("", begun[1])}"', strict=False)
    except ValueError:
        return text
    return str(value)


def ended_before(text: str, stops: Sequence[str]) -> str:
    """The text before the first of the stops, which few servers can stop at if they are control tokens."""
    return text[: min((at for stop in stops if (at := text.find(stop)) >= 0), default=len(text))]


def chosen(text: str, answers: Sequence[str]) -> str:
    """Which of the answers a text gives: itself, or the only one that stands in it as a word; empty if none."""
    bare = text.strip().strip("\"'`*.").strip()
    folded = {answer.casefold(): answer for answer in answers}
    if bare.casefold() in folded:
        return folded[bare.casefold()]
    words = {word.casefold() for word in re.findall(r"\w+", text)}
    found = {folded[word] for word in words & folded.keys()}
    return found.pop() if len(found) == 1 else ""


def read_said(body: bytes, *, tools: bool = False) -> Said | None:
    """The first choice of an answer; None where it is none."""
    data = read_json(body)
    choices = data.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    choice = choices[0]
    message = choice.get("message")
    if not isinstance(message, dict):
        return None
    calls = _calls(message.get("tool_calls")) if tools else ""
    text = _content(message.get("content"))
    if text is None and not calls:
        return None
    usage = data.get("usage")
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else 0
    return Said(
        _with_calls(text or "", calls, tools=tools),
        tokens if isinstance(tokens, int) else 0,
        LENGTH if choice.get("finish_reason") == "length" else STOPPED,
        _top(choice.get("logprobs")),
    )


def read_json(body: bytes) -> Mapping[str, Any]:
    """An object in JSON; an empty one where there is none."""
    try:
        data = json.loads(body)
        json.dumps(data, ensure_ascii=False).encode()  # half of a surrogate pair could be written nowhere
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _content(content: object) -> str | None:
    """The text of a message, which some servers give in parts."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else None


def _with_calls(text: str, calls: str, *, tools: bool) -> str:
    """A text with its control tokens taken out, calls of tools written as the model writes them."""
    if not tools:
        return _plain(text)
    if calls:
        return f"{_plain(text)}{CALL_START}{_plain(calls)}{CALL_END}"
    if CALL_START in text:
        before, after = text.split(CALL_START, 1)
        called, _, rest = after.partition(CALL_END)
        return f"{_plain(before)}{CALL_START}{_plain(called)}{CALL_END}{_plain(rest)}"
    if bare := _BARE_CALL.search(text):  # most servers print no control tokens
        return f"{_plain(text[: bare.start()])}{CALL_START}{_plain(bare[0])}{CALL_END}"
    return _plain(text)


def _calls(calls: object) -> str:
    """Calls that the server took out of the text, written as the model wrote them."""
    if not isinstance(calls, list):
        return ""
    functions = [call.get("function") for call in calls if isinstance(call, dict)]
    return (
        f"[{', '.join(written)}]" if (written := [_call(each) for each in functions if isinstance(each, dict)]) else ""
    )


def _call(function: Mapping[str, Any]) -> str:
    arguments = function.get("arguments")
    given = read_json(arguments.encode()) if isinstance(arguments, str) else arguments
    parts = (f"{name}={value!r}" for name, value in given.items()) if isinstance(given, dict) else ()
    return f"{function.get('name')}({', '.join(parts)})"


def _top(logprobs: object) -> tuple[tuple[str, float], ...]:
    """The likeliest first tokens; none where the server tells none or nonsense."""
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    listed = first.get("top_logprobs") if isinstance(first, dict) else None
    pairs = [(each.get("token"), each.get("logprob")) for each in _list(listed) if isinstance(each, dict)]
    return tuple(
        (token, float(value))
        for token, value in pairs
        if isinstance(token, str) and isinstance(value, (int, float)) and -_LEAST < value < _ROUNDING
    )


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def complaint(body: bytes, key: str) -> str:
    """What a server says is wrong, on one line, without our key; empty where it says nothing."""
    data = read_json(body)
    said: object = data.get("error", data)
    if isinstance(said, dict):
        said = said.get("message") or said.get("detail") or ""
    text = said if isinstance(said, str) else ""
    if key:
        text = text.replace(key, "…")
    return one_line(text)


def one_line(text: str) -> str:
    """Foreign words on one line, not too long and without what a terminal would obey."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:_MOST_MESSAGE]


def shown_name(model: str) -> str:
    """How a model is called in reports and in comments of a paper: the end of its path, plain characters only."""
    name = re.split(r"[/\\]", model.strip())[-1].removesuffix(".gguf")
    return re.sub(r"[^A-Za-z0-9._:-]+", "-", name)[:80].strip("-") or "model"
