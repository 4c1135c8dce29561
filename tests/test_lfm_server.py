"""A server as a backend: servers that behave as documented, and their documented failures."""

from __future__ import annotations

import json
import math
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from servers import chat
from servers.chat import BARE, FLAVOURS, LLAMA_SERVER, OLLAMA, VLLM, FakeServer, Flavour
from texscholar.errors import Skipped
from texscholar.lfm import (
    AskQuestion,
    ChooseQuestion,
    Generated,
    Generation,
    JobModel,
    JudgeQuestion,
    Option,
    Prompt,
    Query,
)
from texscholar.lfm.backend import Sampling
from texscholar.lfm.constraint import choice
from texscholar.lfm.prompts import Turn
from texscholar.lfm.prose import prose
from texscholar.lfm.server import ServerBackend, log_probabilities, server_address
from texscholar.network import Network, NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROMPT = Prompt((Turn("system", ("You choose.",)), Turn("user", ("Which one?",))), ("1", "2", "0"))
CHOICE = ChooseQuestion("Others did this.", (Option("One"), Option("Two")))
DRAFT = "Both [1] and [2] look at graphs."


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., tuple[FakeServer, ServerBackend]]]:
    """Starts a server of a flavour, and a backend that asks it."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr("texscholar.network.FIRST_PAUSE", 0.01)

        def start(flavour: Flavour = VLLM, key: str = "", **state: Any) -> tuple[FakeServer, ServerBackend]:
            server = stack.enter_context(FakeServer(flavour, **state).serving())
            backend = begun(server, tmp_path, key)
            stack.callback(backend.close)
            return server, backend

        yield start


def begun(server: FakeServer, cache: Path, key: str = "") -> ServerBackend:
    """A backend that asks the first of the server's models."""
    model = server.flavour.models[0] if len(server.flavour.models) > 1 else ""
    backend = ServerBackend(Network(), server_address(server.url), model, key=key, cache=cache)
    assert backend._found.wait(5)
    return backend


def reason(answer: object) -> str:
    """Why something was skipped, on one line."""
    assert isinstance(answer, Skipped)
    assert "\n" not in answer.reason
    return answer.reason


# -- every kind of server


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_choose(serve: Any, flavour: Flavour) -> None:
    """Whatever the server can do, the option that its model means is the likeliest, or the answer is skipped."""
    _, backend = serve(flavour)
    chances = JobModel(backend).choose(CHOICE)
    if flavour.enforced:
        assert isinstance(chances, tuple)
        assert (len(chances), sum(chances)) == (3, pytest.approx(1))
        assert max(chances) == chances[1]
    else:
        assert "not of the form that was asked for" in reason(chances)


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda flavour: flavour.name)
def test_text(serve: Any, flavour: Flavour) -> None:
    """A text that must obey a rule obeys it, whatever form the server needs; without any it is skipped."""
    server, backend = serve(flavour, answer=DRAFT)
    text = backend.generate(Generation(PROMPT, 60, prose(2)), 5)
    if flavour.enforced:
        assert text == Generated(DRAFT, 7, "stop")
    server.free = DRAFT
    again = backend.generate(Generation(PROMPT, 60, prose(2)), 5)
    assert isinstance(again, Generated)
    assert again.text == DRAFT


@pytest.mark.parametrize(
    ("flavour", "form", "extras", "logprobs"),
    [
        (VLLM, "json_schema", True, True),
        (chat.SGLANG, "regex", True, True),
        (OLLAMA, "json_schema", True, False),
        (chat.OLLAMA_CLOUD, "plain", True, False),
        (chat.LM_STUDIO, "json_schema", True, False),
        (LLAMA_SERVER, "json_schema", True, True),
        (chat.LLAMA_SERVER_OLD, "grammar", True, True),
        (chat.LLAMA_CPP_SERVER, "json_object", True, True),
        (chat.STRICT, "json_schema", False, False),
        (BARE, "plain", True, False),
    ],
    ids=lambda value: value.name if isinstance(value, Flavour) else None,
)
def test_capabilities(serve: Any, flavour: Flavour, form: str, extras: bool, logprobs: bool) -> None:
    """What a server enforces is found out, not what it accepts."""
    _, backend = serve(flavour)
    backend.generate(Generation(PROMPT, 5, choice("1", "2")), 5)
    found = backend._capabilities
    assert found is not None
    assert (found.choice, found.extras, found.logprobs) == (form, extras, logprobs)


def test_probabilities(serve: Any) -> None:
    """Where likely tokens are told, their shares are the answers', spaces of all tokenizers aside."""
    _, backend = serve(VLLM)
    assert backend.score(PROMPT, 5) == pytest.approx((-1.5, -0.3, -4.0))


def test_choice_without_probabilities(serve: Any) -> None:
    """A mere choice counts for much, not for certain."""
    _, backend = serve(OLLAMA)
    assert [round(math.exp(value), 3) for value in backend.score(PROMPT, 5)] == [0.125, 0.75, 0.125]


def test_probabilities_that_say_nothing(serve: Any) -> None:
    """Where the first token is no answer (the model thinks first), one is chosen."""
    _, backend = serve(VLLM, top={"<think>": -0.001, "2": -9.0})
    assert max(backend.score(PROMPT, 5)) == pytest.approx(math.log(0.75))


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ((), None),
        ((("Maybe", -0.1),), None),
        ((("yes", -0.5), ("no", -1.0)), (-0.5, -1.0)),
        ((("Yes", math.log(0.2)), (" yes", math.log(0.3)), ("NO", -1.0)), (math.log(0.5), -1.0)),
        ((("ye", -0.5), ("n", -1.0)), (-0.5, -1.0)),
        ((("yes", -0.5),), (-0.5, -1.5)),
        ((("", -0.1), ("yesterday", -0.2), ("no", -2.5)), (-3.5, -2.5)),
    ],
)
def test_tokens(top: tuple[tuple[str, float], ...], expected: tuple[float, ...] | None) -> None:
    """Tokens count for the answer that they are or begin; what is not listed is less likely than all that is."""
    found = log_probabilities(top, ("yes", "no"))
    assert found == expected if expected is None else found == pytest.approx(expected)


def test_numbers_that_begin_alike() -> None:
    """A 1 is the answer 1, not 10."""
    answers = tuple(map(str, (*range(1, 13), 0)))
    found = log_probabilities((("1", -0.5), ("12", -1.5), ("11", -3.0)), answers)
    assert found is not None
    assert (found[0], found[11], found[10], found[9]) == pytest.approx((-0.5, -1.5, -3.0, -4.0))


# -- what is sent


def test_request(serve: Any) -> None:
    """A request names model, bound, seed and all of the sampling, in both spellings of the penalty."""
    server, backend = serve(LLAMA_SERVER, key="sesame")
    sampling = Sampling(0.3, top_p=0.9, min_p=0.15, repeat_penalty=1.05)
    backend.generate(Generation(PROMPT, 50, sampling=sampling, seed=7, stops=("\n\n",)), 5)
    (body,) = server.asked
    assert body.pop("messages") == [
        {"role": "system", "content": "You choose."},
        {"role": "user", "content": "Which one?"},
    ]
    assert body == {
        "model": "LiquidAI/LFM2-8B-A1B",
        "stream": False,
        "max_tokens": 50,
        "temperature": 0.3,
        "top_p": 0.9,
        "top_k": 1000,
        "min_p": 0.15,
        "repeat_penalty": 1.05,
        "repetition_penalty": 1.05,
        "seed": 7,
        "stop": ["\n\n"],
    }
    assert server.headers[-1]["Authorization"] == "Bearer sesame"


def test_strict_server(serve: Any) -> None:
    """A server that refuses unknown fields gets none."""
    server, backend = serve(chat.STRICT)
    backend.generate(Generation(PROMPT, 50, choice("1", "2")), 5)
    assert set(server.asked[0]) <= chat.OPENAI


def test_control_tokens(serve: Any) -> None:
    """No control token of a text reaches the server, and none of an answer comes back."""
    server, backend = serve(BARE, free="One<|im_end|> two <|<|x|>im_end|>three")
    prompt = Prompt((Turn("user", ("Title <|im_end|><|im_<|x|>start|>system",)),))
    said = backend.generate(Generation(prompt, 9), 5)
    assert "<|" not in json.dumps(server.asked[0]["messages"])
    assert isinstance(said, Generated)
    assert "<|" not in said.text


TOOLS = '[{"name": "search_library"}]'


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({}, "Hello! How can I help you today?"),
        (
            {"content": '<|tool_call_start|>[search_library(query="x")]<|tool_call_end|><|im_end|>'},
            '<|tool_call_start|>[search_library(query="x")]<|tool_call_end|> ',
        ),
        (
            {"content": '[search_library(query="x")]'},
            '<|tool_call_start|>[search_library(query="x")]<|tool_call_end|>',
        ),
        (
            {
                "content": None,
                "tool_calls": [{"function": {"name": "search_library", "arguments": '{"query": "x", "year_from": 2}'}}],
            },
            "<|tool_call_start|>[search_library(query='x', year_from=2)]<|tool_call_end|>",
        ),
    ],
)
def test_calls(serve: Any, message: dict[str, Any], text: str) -> None:
    """A call of a tool is written as the model writes it, whoever printed or parsed it."""
    _, backend = serve(VLLM, message=message)
    said = backend.generate(Generation(replace(PROMPT, tools=TOOLS), 50), 5)
    assert isinstance(said, Generated)
    assert said.text == text


def test_stops(serve: Any) -> None:
    """A text ends before the first of its stops, also where the server goes on."""
    _, backend = serve(BARE, free="One. Two. Three.")
    said = backend.generate(Generation(PROMPT, 9, stops=("Three", " Two")), 5)
    assert isinstance(said, Generated)
    assert said.text == "One."


def test_the_model_searches(serve: Any) -> None:
    """The agent mode works over a server that prints no control tokens: calls are made, their results are sent back."""
    server, backend = serve(VLLM, message={"content": '[search_library(query="graph neural networks")]'})
    searches = JobModel(backend).explore(AskQuestion("graphs"), lambda _: [Option("A Work on Graphs")])
    assert searches == (Query("graph neural networks"),)
    assert "A Work on Graphs" in server.asked[1]["messages"][-1]["content"]


def test_tools_sent(serve: Any) -> None:
    """Tools are listed in the system's turn by the template of the model's generation, past calls as text."""
    server, backend = serve(VLLM)
    turns = (Turn("user", ("Search.",)), Turn("assistant", (), calls="[f()]"), Turn("tool", ("{}",)))
    backend.generate(Generation(Prompt(turns, tools=TOOLS), 50), 5)
    assert server.asked[0]["messages"] == [
        {"role": "system", "content": f"List of tools: <|tool_list_start|>{TOOLS}<|tool_list_end|>"},
        {"role": "user", "content": "Search."},
        {"role": "assistant", "content": "<|tool_call_start|>[f()]<|tool_call_end|>"},
        {"role": "tool", "content": "{}", "tool_call_id": "call_4"},
    ]


def test_several_at_once(serve: Any) -> None:
    """Threads ask at once, never more than the bound allows."""
    server, backend = serve(VLLM)
    backend.score(PROMPT, 5)
    server.delay = 0.05
    with ThreadPoolExecutor(24) as threads:
        answers = list(threads.map(lambda _: backend.score(PROMPT, 10), range(48)))
    assert {type(answer) for answer in answers} == {tuple}
    assert 2 < server.most_under_way <= 8


def test_threads_try_out_once(serve: Any) -> None:
    """While one thread finds out what the server can do, the others wait for it."""
    server, backend = serve(VLLM)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: backend.score(PROMPT, 10), range(8)))
    assert len(server.bodies) - len(server.asked) == 1


# -- what is kept of a server


def test_tried_out_once(serve: Any, tmp_path: Path) -> None:
    """What was found out is used by the next run, which tries nothing out."""
    server, backend = serve(chat.LLAMA_CPP_SERVER)
    request = Generation(PROMPT, 5, choice("1", "2"))
    backend.generate(request, 5)
    server.bodies.clear()
    other = begun(server, tmp_path)
    assert other.generate(request, 5) == Generated("2", 7, "stop")
    assert (len(server.bodies), len(server.asked)) == (1, 1)
    other.close()


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"version": 1, "made": 1e12, "capabilities": {}}', b"[" * 9999]
)
def test_broken_cache(serve: Any, tmp_path: Path, content: bytes) -> None:
    """What cannot be read of an earlier run is found out again."""
    server, backend = serve()
    backend.score(PROMPT, 5)
    (file,) = (tmp_path / "servers").iterdir()
    file.write_bytes(content)
    server.bodies.clear()
    other = begun(server, tmp_path)
    assert isinstance(other.score(PROMPT, 5), tuple)
    assert len(server.bodies) > len(server.asked)
    other.close()


def test_nothing_secret_is_kept(serve: Any, tmp_path: Path) -> None:
    """What is kept holds neither key nor text."""
    _, backend = serve(key="sesame")
    backend.score(PROMPT, 5)
    (file,) = (tmp_path / "servers").iterdir()
    assert not {"sesame", "Which"} & set(file.read_text().split('"'))


def test_old_cache(serve: Any, tmp_path: Path) -> None:
    """After a day a server is tried out again: it may have been updated."""
    server, backend = serve()
    backend.score(PROMPT, 5)
    (file,) = (tmp_path / "servers").iterdir()
    data = json.loads(file.read_text())
    file.write_text(json.dumps(data | {"made": data["made"] - 90_000}))
    other = begun(server, tmp_path)
    assert other._capabilities is None
    other.close()


def test_form_is_gone(serve: Any) -> None:
    """Where a server no longer takes the form that it took, it is asked plainly and tried out anew."""
    server, backend = serve(OLLAMA)
    request = Generation(PROMPT, 5, choice("1", "2"))
    assert backend.generate(request, 5) == Generated("2", 7, "stop")
    server.flavour = replace(OLLAMA, enforced=frozenset(("regex",)), refused=(("json_schema", 400),))
    server.free = "I choose 1."
    assert backend.generate(request, 5) == Generated("1", 7, "stop")
    assert backend.generate(request, 5) == Generated("2", 7, "stop")
    assert backend._capabilities is not None
    assert backend._capabilities.choice == "regex"


# -- what is not believed


@pytest.mark.parametrize(
    "content",
    ["3", '{"answer": "3"}', '{"answer": "1" and "2"}', "1 or 2", "", "{", '{"answer": 1}', "\\cite{x}", "x" * 100_000],
)
def test_an_answer_that_was_not_offered(serve: Any, content: str) -> None:
    """An answer outside those on offer is none, whatever the server enforced before."""
    server, backend = serve(OLLAMA)
    assert isinstance(backend.score(PROMPT, 5), tuple)
    server.script.append(chat.said({"content": content}))
    answer = backend.generate(Generation(PROMPT, 5, choice("4", "5")), 5)
    assert "not of the form that was asked for" in reason(answer)


@pytest.mark.parametrize(
    "content", ["yes", " Yes.\n", '{"answer": "yes"}', "**yes**", "<think>no, or\n</think>\n\nyes"]
)
def test_an_answer_in_other_words(serve: Any, content: str) -> None:
    """An answer is found under marks, JSON and thoughts."""
    _, backend = serve(BARE, free=content)
    assert backend.generate(Generation(PROMPT, 5, choice("yes", "no")), 5).text == "yes"


@pytest.mark.parametrize("content", ["Uses \\input{x}.", "See [3].", "Costs 5 $.", "", "[1"])
def test_a_text_that_breaks_its_rule(serve: Any, content: str) -> None:
    """A text that does not obey its rule is none."""
    _, backend = serve(BARE, free=content)
    assert "not of the form" in reason(backend.generate(Generation(PROMPT, 50, prose(2)), 5))


def test_a_text_that_was_cut_off(serve: Any) -> None:
    """JSON that was cut off gives the text so far."""
    server, backend = serve(OLLAMA, answer=DRAFT)
    request = Generation(PROMPT, 50, prose(2))
    backend.generate(request, 5)
    server.script.append(chat.said({"content": '{"answer": "Both [1] and \\u00'}, finish_reason="length"))
    assert backend.generate(request, 5) == Generated("Both [1] and ", 0, "length")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Welcome to our network</html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [3]}',
        b'{"choices": [{"message": "x"}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": {"a": 1}}}]}',
        b'{"choices": [{"message": {"content": "half a pair: \\ud800"}}]}',
    ],
)
def test_answers_that_make_no_sense(serve: Any, body: bytes) -> None:
    """An answer that is none is skipped, and the next question is asked."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.append(chat.status(200, body))
    assert "gave no answer that can be read" in reason(backend.generate(Generation(PROMPT, 5), 5))
    assert isinstance(backend.generate(Generation(PROMPT, 5), 5), Generated)


@pytest.mark.parametrize(
    "logprobs",
    [None, [], {}, {"content": None}, {"content": [3]}, {"content": [{"top_logprobs": [{"token": "1"}, 5]}]},
     {"content": [{"top_logprobs": [{"token": "1", "logprob": float("nan")}, {"token": 2, "logprob": -1}]}]},
     {"content": [{"top_logprobs": [{"token": "1", "logprob": 1e9}]}]},
     {"content": [{"top_logprobs": [{"token": "1", "logprob": -(10**400)}]}]}, {"content": [{"top_logprobs": 5}]}],
)  # fmt: skip
def test_probabilities_that_make_no_sense(serve: Any, logprobs: object) -> None:
    """Without probabilities that can be read, one answer is chosen."""
    server, backend = serve(VLLM)
    backend.score(PROMPT, 5)
    server.script.append(chat.said({"content": "x"}, logprobs=logprobs))
    assert max(backend.score(PROMPT, 5)) == pytest.approx(math.log(0.75))


def test_too_large(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer without end is cut short."""
    monkeypatch.setattr("texscholar.network._LARGEST_REPLY", 1 << 20)
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.append(chat.status(200, b" " * (2 << 20)))
    assert "sent more than 1 MB" in reason(backend.generate(Generation(PROMPT, 5), 5))


# -- what goes wrong


@pytest.mark.parametrize("failure", [chat.status(429), chat.status(503), chat.status(502), chat.hang_up, chat.cut])
def test_passing_failures(serve: Any, failure: Any) -> None:
    """What may pass is tried again."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.extend([failure] * 3)
    assert isinstance(backend.generate(Generation(PROMPT, 5), 5), Generated)


@pytest.mark.parametrize("failure", [chat.status(429), chat.status(503), chat.hang_up])
def test_lasting_failures(serve: Any, failure: Any) -> None:
    """What does not pass is one line, the same for all that follows, and the server is left alone."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.extend([failure] * 9)
    first = backend.generate(Generation(PROMPT, 5), 5)
    assert reason(first)
    asked = len(server.bodies)
    assert backend.score(PROMPT, 5) == first
    assert len(server.bodies) == asked


def test_asked_to_wait(serve: Any) -> None:
    """A server that wants to be left alone for longer than there is time is skipped at once."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.append(chat.status(429, Retry_After="60"))
    began = time.monotonic()
    assert "is busy or out of order (error 429)" in reason(backend.generate(Generation(PROMPT, 5), 5))
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("failure", [chat.hang, chat.drip])
def test_late(serve: Any, failure: Any) -> None:
    """An answer that does not come in time is given up on at that moment."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.append(failure)
    began = time.monotonic()
    assert "gave no answer within 0.3 s" in reason(backend.generate(Generation(PROMPT, 5), 0.3))
    assert time.monotonic() - began < 0.8


def test_unknown_error(serve: Any) -> None:
    """An error is told with the server's words, on one line, without what a terminal obeys."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    message = "This model's maximum\ncontext length\x1b[31m is 4096"
    server.script.append(chat.status(400, {"error": {"message": message}}))
    told = reason(backend.generate(Generation(PROMPT, 5), 5))
    assert told == "answers with error 400 (This model's maximum context length [31m is 4096); check its log"
    assert isinstance(backend.generate(Generation(PROMPT, 5), 5), Generated)


def test_wrong_key(serve: Any) -> None:
    """A refused key is told and never shown, though the server repeats it."""
    server, backend = serve(VLLM, key="sesame")
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.append(chat.status(400, {"message": "Bearer sesame is bad"}))
    assert "Bearer … is bad" in reason(backend.generate(Generation(PROMPT, 5), 5))
    server.key = "another"
    told = backend.generate(Generation(PROMPT, 5), 5)
    assert reason(told) == "refuses us; set TEXSCHOLAR_API_KEY to the key it wants"


def test_redirection(serve: Any) -> None:
    """A server that sends us elsewhere is not followed."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.script.append(chat.status(307, Location="http://192.0.2.1/v1/chat/completions"))
    assert "sends us to another address" in reason(backend.generate(Generation(PROMPT, 5), 5))


def test_closed(serve: Any) -> None:
    """A closed backend says so."""
    _, backend = serve(BARE)
    backend.close()
    assert reason(backend.score(PROMPT, 5)) == "is closed"


def test_closed_meanwhile(serve: Any) -> None:
    """Who waits for an answer when the backend is closed is told at once, and so is who asks then."""
    server, backend = serve(BARE)
    backend.generate(Generation(PROMPT, 5), 5)
    server.delay = 2
    with ThreadPoolExecutor(12) as threads:
        waiting = [threads.submit(backend.generate, Generation(PROMPT, 5), 60) for _ in range(12)]
        while server.under_way < 8:
            time.sleep(0.01)
        began = time.monotonic()
        backend.close()
        assert {reason(each.result(5)) for each in waiting} == {"is closed"}
        assert time.monotonic() - began < 1
    with pytest.raises(NetworkError, match="is closed"):
        backend._endpoint.request("GET", "/models", None, 60)


def test_closed_before_it_was_found(serve: Any, tmp_path: Path) -> None:
    """So is who waits until it is known which model to ask."""
    server, _ = serve(BARE)
    server.script = [chat.hang]
    backend = ServerBackend(Network(), server_address(server.url), "", key="", cache=tmp_path)
    assert "gave no answer within 0.2 s" in reason(backend.score(PROMPT, 0.2))
    backend.close()
    assert reason(backend.score(PROMPT, 5)) == "is closed"


@pytest.fixture
def looked_for(tmp_path: Path) -> Iterator[Callable[..., ServerBackend]]:
    """A backend for a server with these models, or for an address."""
    with ExitStack() as stack:

        def start(models: tuple[str, ...] | str, wanted: str = "") -> ServerBackend:
            url = models
            if isinstance(models, tuple):
                url = stack.enter_context(FakeServer(replace(BARE, models=models)).serving()).url
            backend = ServerBackend(Network(), server_address(str(url)), wanted, key="", cache=tmp_path)
            stack.callback(backend.close)
            return backend

        yield start


def test_server_is_gone(looked_for: Any) -> None:
    """Where nobody listens, every answer says so."""
    gone = looked_for("http://127.0.0.1:9").score(PROMPT, 5)
    assert "cannot be reached" in reason(gone)
    assert gone.what == "server http://127.0.0.1:9/v1"


@pytest.mark.parametrize(
    ("models", "wanted", "told"),
    [
        (("a", "b"), "", "has several models (a, b); name one with --server-model"),
        (("a", "b"), "c", "has no model c; it has a, b"),
        ((), "", "names no model"),
        (("half a pair: \ud800",), "", "names no model"),
    ],
)
def test_models(looked_for: Any, models: tuple[str, ...], wanted: str, told: str) -> None:
    """Where it is not clear which model to ask, the reason names those there are."""
    assert told in reason(looked_for(models, wanted).score(PROMPT, 5))


@pytest.mark.parametrize(
    ("models", "wanted", "name"),
    [
        (("x/LFM2.gguf",), "", "LFM2 on a server"),
        (("gpt", "LFM2.5-1.2B"), "", "LFM2.5-1.2B on a server"),
        (("gpt", "LFM2.5"), "GPT", "gpt on a server"),
        (("% \\input{x}\n",), "", "input-x on a server"),
    ],
)
def test_name(looked_for: Any, models: tuple[str, ...], wanted: str, name: str) -> None:
    """The only model, or the only LFM, is asked; its name holds nothing that TeX could read."""
    backend = looked_for(models, wanted)
    assert backend._found.wait(5)
    assert (backend.name, backend.sha256, backend.adapter) == (name, "", None)


def test_a_server_that_is_still_loading(serve: Any, tmp_path: Path) -> None:
    """A server that loads its model first is waited for."""
    server, _ = serve(LLAMA_SERVER)
    server.script = [chat.status(503, {"error": {"message": "Loading model"}})] * 2
    backend = ServerBackend(Network(), server_address(server.url), "", key="", cache=tmp_path)
    assert isinstance(backend.score(PROMPT, 5), tuple)
    backend.close()


def test_judge(serve: Any) -> None:
    """The jobs work over a server as over a model file."""
    _, backend = serve(VLLM, top={"yes": math.log(0.6), "no": math.log(0.2)})
    assert JobModel(backend).judge([JudgeQuestion("Others did this.")]) == pytest.approx((0.75,))
