"""Numbers and texts of the engine on tiny models with random weights, both architectures, keys and values in full precision."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from models.untrained import BEGIN, CONTEXT, END_OF_TURN, write_adapter, write_untrained
from texscholar.errors import TexscholarError
from texscholar.lfm.agent import TOOLS, Query, queries_in
from texscholar.lfm.backend import GREEDY, LENGTH, LFM2_SAMPLING, LFM25_SAMPLING, REPEATS, STOPPED, TIME, Sampling
from texscholar.lfm.chat import CALL_END, CALL_START, Dialect, Segment, rendered, rendered_answers
from texscholar.lfm.constraint import Constraint
from texscholar.lfm.prompts import Option, Turn, agent_prompt, choose_prompt, judge_prompt, write_prompt
from texscholar.lfm.prose import prose, query_line

if TYPE_CHECKING:
    from collections.abc import Sequence

np = pytest.importorskip("numpy")
llama_cpp = pytest.importorskip("llama_cpp")
pytestmark = pytest.mark.lfm

REFERENCE = json.loads(Path(__file__).with_name("models").joinpath("reference.json").read_text(encoding="ascii"))
ARCHITECTURES = ("lfm2", "lfm2moe")
EXACT = 1e-4
WILD = Sampling(temperature=1.5)

PREFIX = [BEGIN, *range(20, 220)]
MIDDLE = list(range(100, 160))
SUFFIXES = [list(range(30 + 7 * number, 40 + 8 * number)) for number in range(6)]
OPTIONS = tuple(Option(f"Work {number}", ("Lee",), 1980 + number) for number in range(40))
WORKS = ((Option("Maps"), "does that"), (Option("Charts"), ""), (Option("Plans"), "and that"))


@pytest.fixture(scope="module", params=ARCHITECTURES)
def files(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Path]:
    """An architecture, a model of it and an adapter for that."""
    folder = tmp_path_factory.mktemp("models")
    name = request.param
    return (
        name,
        write_untrained(folder / "model.gguf", architecture=name),
        write_adapter(folder / "adapter.gguf", architecture=name),
    )


def engine(path: Path, *, lora: Path | None = None, context: int = CONTEXT) -> Any:
    from texscholar.lfm.engine import Engine  # noqa: PLC0415 - only where llama.cpp is installed
    from texscholar.lfm.native import Native  # noqa: PLC0415

    return Engine(Native(str(path), lora=str(lora) if lora else None, context=context, threads=1, exact=True))


@pytest.fixture(scope="module")
def tested(files: tuple[str, Path, Path]) -> Any:
    return engine(files[1])


@pytest.fixture(scope="module")
def other(files: tuple[str, Path, Path]) -> Any:
    """A second engine, for computing everything anew."""
    return engine(files[1])


def anew(other: Any, tokens: Sequence[int]) -> Any:
    """The logits after the last token, all evaluated in one go and from nothing."""
    other.trunk.drop()
    return other.trunk.grow([list(tokens)]).copy()


def difference(one: Any, two: Any) -> float:
    return float(np.abs(np.asarray(one) - np.asarray(two)).max())


# -- numbers


@pytest.mark.parametrize("kind", ["base", "adapted"])
def test_equals_transformers(files: tuple[str, Path, Path], kind: str) -> None:
    """Logits are those of transformers, and with the adapter those of PEFT, to 1e-4."""
    name, path, adapter = files
    tested = engine(path, lora=adapter if kind == "adapted" else None)
    for prompt, expected in zip(REFERENCE["prompts"], REFERENCE[name][kind], strict=True):
        assert difference(tested.trunk.grow([prompt]), expected) < EXACT


def test_the_adapter_matters(files: tuple[str, Path, Path]) -> None:
    """Without the adapter the logits are far from those with it."""
    base, adapted = (REFERENCE[files[0]][kind] for kind in ("base", "adapted"))
    assert difference(base, adapted) > 1


def test_parts(tested: Any, other: Any) -> None:
    """A prompt that is evaluated part by part has the logits of one evaluated whole."""
    assert (
        difference(tested.trunk.grow([PREFIX, MIDDLE, SUFFIXES[0]]), anew(other, PREFIX + MIDDLE + SUFFIXES[0])) < EXACT
    )


def test_checkpoints(tested: Any, other: Any) -> None:
    """Going back to where questions part, after however long a rest, gives the logits of full recomputation."""
    for suffix in (*SUFFIXES, list(range(20, 250)), *SUFFIXES):
        before = tested.trunk.evaluated
        logits = tested.trunk.grow([PREFIX, MIDDLE, suffix])
        assert difference(logits, anew(other, PREFIX + MIDDLE + suffix)) < EXACT
    assert tested.trunk.evaluated - before == len(suffix)


def test_snapshots(tested: Any, other: Any) -> None:
    """So does coming back to a prefix that another one has taken the place of."""
    tested.trunk.grow([PREFIX, MIDDLE, SUFFIXES[0]])
    tested.trunk.grow([SUFFIXES[1], SUFFIXES[2]])
    before = tested.trunk.evaluated
    logits = tested.trunk.grow([PREFIX, MIDDLE, SUFFIXES[3]])
    assert tested.trunk.evaluated - before == len(SUFFIXES[3])
    assert difference(logits, anew(other, PREFIX + MIDDLE + SUFFIXES[3])) < EXACT


def test_forks_and_batches(tested: Any, other: Any) -> None:
    """Answers scored side by side have the log-probabilities of each one evaluated alone, to 1e-4."""
    answers = [suffix[:length] for suffix, length in zip(SUFFIXES * 10, chain(range(1, 10), [10] * 51), strict=True)]
    tested.trunk.grow([PREFIX, MIDDLE])
    scores = tested._after_first(answers[:32]) + tested._after_first(answers[32:])
    for answer, score in zip(answers, scores, strict=True):
        rows = [anew(other, PREFIX + MIDDLE + answer[:end]) for end in range(1, len(answer))]
        exact = [row.astype(np.float64) for row in rows]
        expected = sum(row[token] - np.log(np.exp(row).sum()) for row, token in zip(exact, answer[1:], strict=True))
        assert score == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("prompt", [judge_prompt("P.", "", "S.", "", ""), choose_prompt("P.", "S.", "", "", OPTIONS)])
def test_history_changes_no_bit(tested: Any, prompt: Any) -> None:
    """A question gets exactly the same numbers whatever was asked before, and whichever way back was taken."""
    parts, answers = rendered(prompt, tested.native.dialect), rendered_answers(prompt)
    tested.trunk._kept.clear()
    tested.trunk.drop()
    first = tested.score(parts, answers)
    tested.trunk.grow([PREFIX, MIDDLE])
    assert tested.score(parts, answers) == first  # from a snapshot
    assert tested.score((*parts[:-1], (*parts[-1], Segment("more"))), answers) != first
    assert tested.score(parts, answers) == first  # from a checkpoint


def test_snapshots_are_bounded(files: tuple[str, Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots take no more memory than they may; those used last stay."""
    from texscholar.lfm import trunk  # noqa: PLC0415 - only where llama.cpp is installed

    tested = engine(files[1])
    tested.trunk.grow([PREFIX, [20]])
    monkeypatch.setattr(trunk, "MOST_KEPT", 3 * len(tested.trunk._kept[tuple(PREFIX)]))
    for number in range(6):
        tested.trunk.grow([[*PREFIX[:-1], 30 + number], [20]])
    assert [name[-1] for name in tested.trunk._kept] == [33, 34, 35]


# -- texts


def said(tested: Any, prompt: Any, **asked: Any) -> Any:
    parts = rendered(prompt, tested.native.dialect)
    return tested.generate(parts, **{"most_tokens": 60, "sampling": WILD, "seed": 3, "seconds": 60.0, **asked})


WRITE = write_prompt("", "maps", WORKS)
ENDLESS = "root ::= [a-z] root"


@pytest.mark.parametrize("sampling", [WILD, GREEDY, LFM2_SAMPLING, LFM25_SAMPLING, Sampling(0.7, 40, 0.9, 0.05, 1.1)])
def test_same_seed_same_text(tested: Any, sampling: Sampling) -> None:
    """A text is the same in a second run, whatever was written in between."""
    first = said(tested, WRITE, sampling=sampling)
    said(tested, WRITE, seed=4)
    assert (said(tested, WRITE, sampling=sampling), first.tokens > 0) == (first, True)


def test_another_seed(tested: Any) -> None:
    """Another seed draws another text."""
    assert said(tested, WRITE).text != said(tested, WRITE, seed=4).text


def test_greedy(tested: Any, other: Any) -> None:
    """A temperature of nothing takes the likeliest token each time."""
    text = said(tested, WRITE, sampling=GREEDY, most_tokens=8)
    tokens = [token for part in rendered(WRITE, other.native.dialect) for token in other.native.tokens(part)]
    expected: list[int] = []
    while len(expected) < 8 and END_OF_TURN not in expected:
        expected.append(int(anew(other, tokens + expected).argmax()))
    assert text.text == b"".join(map(other.native.piece, expected)).decode(errors="ignore")


def test_most_tokens(tested: Any) -> None:
    """A text ends when it has as many tokens as were asked for."""
    text = said(tested, WRITE, most_tokens=5, grammar=ENDLESS)
    assert (text.tokens, text.ended) == (5, LENGTH)


def test_stops(tested: Any) -> None:
    """A text ends before a stop, of which nothing is left."""
    whole = said(tested, WRITE).text
    stop = whole[10:12]
    cut = said(tested, WRITE, stops=("never there", stop))
    assert (cut.text, cut.ended) == (whole[: whole.index(stop)], STOPPED)


def test_a_call_of_a_tool(tested: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control tokens around a call are written out, and the one behind it ends the text."""
    from texscholar.lfm.sampler import Sampler  # noqa: PLC0415 - only where llama.cpp is installed

    call = f'{CALL_START}[search_library(query="maps")]{CALL_END}'
    tokens = tested.native.tokens((Segment(call, control=True), Segment("and more")))
    assert {10, 11} <= set(tokens)  # their numbers in the published tokenizer
    rest = iter(tokens)
    monkeypatch.setattr(Sampler, "draw", lambda *_: next(rest))
    text = said(tested, WRITE, stops=(CALL_END,))
    assert (text.text, text.ended) == (call.removesuffix(CALL_END), STOPPED)
    assert queries_in(text.text.removeprefix(CALL_START)) == (Query("maps"),)


@pytest.mark.parametrize(("dialect", "marks"), [(Dialect.LFM2, {8, 9, 12, 13}), (Dialect.LFM25, set())])
def test_tokens_of_tools(tested: Any, dialect: Dialect, marks: set[int]) -> None:
    """Around the list of tools and a result stand control tokens where the older generation has them."""
    prompt = agent_prompt("", "maps", TOOLS)
    turns = (*prompt.turns, Turn("assistant", (), calls="[a()]"), Turn("tool", ("<|tool_response_end|>",)))
    parts = rendered(replace(prompt, turns=turns), dialect)
    tokens = [token for part in parts for token in tested.native.tokens(part)]
    assert set(tokens) & {8, 9, 12, 13} == marks
    assert [tokens.count(mark) for mark in sorted(marks)] == [1] * len(marks)


def test_time(tested: Any) -> None:
    """A text ends as it is when the time is up."""
    text = said(tested, WRITE, seconds=0.0, grammar=ENDLESS)
    assert (text.tokens, text.ended) == (1, TIME)


def test_circles(tested: Any) -> None:
    """A text that goes round in circles ends, and says once what it repeated."""
    text = said(tested, WRITE, grammar='root ::= "ab " root', most_tokens=500, sampling=GREEDY)
    assert (text.ended, text.text.count("ab ")) == (REPEATS, 1)


def test_no_circle() -> None:
    """What is said twice, or a run of a few tokens, is none."""
    from texscholar.lfm.engine import _rounds  # noqa: PLC0415 - only where llama.cpp is installed

    assert [_rounds(tokens) for tokens in ([1] * 20, [*range(40)] * 2, [*range(100)])] == [0, 0, 0]
    assert [_rounds([5, *tokens]) for tokens in ([1] * 24, [1, 2] * 12, [*range(40)] * 3)] == [23, 22, 80]


@pytest.mark.parametrize("seed", range(20))
def test_prose_is_bound(tested: Any, seed: int) -> None:
    """What a random model writes under the grammar obeys it, but for an end that was cut off."""
    text = said(tested, WRITE, grammar=prose(3).gbnf, seed=seed).text
    assert prose(3).accepts(text.rpartition("[")[0] if "[" in text[-3:] else text)


@pytest.mark.parametrize("constraint", [prose(0), prose(1), prose(99), query_line(2), query_line(10)])
def test_our_grammars_parse(tested: Any, constraint: Constraint) -> None:
    """Every grammar that the jobs use is one to llama.cpp."""
    assert said(tested, WRITE, grammar=constraint.gbnf, most_tokens=3).tokens > 0


@pytest.mark.parametrize("seed", range(5))
def test_query_is_bound(tested: Any, seed: int) -> None:
    """So does a search query."""
    text = said(tested, WRITE, grammar=query_line(8).gbnf, seed=seed, most_tokens=400)
    assert text.ended != STOPPED or query_line(8).accepts(text.text)


@pytest.mark.parametrize(
    "grammar", ['root ::= "a', "root ::= nothing", 'ws ::= " "', "", "root ::= [", "\0", 'root ::= "a"\0']
)
def test_bad_grammar(tested: Any, grammar: str) -> None:
    """A grammar that does not parse is refused before a token is drawn; the next text is written."""
    expected = said(tested, WRITE)
    with pytest.raises(TexscholarError, match="cannot read the grammar"):
        said(tested, WRITE, grammar=grammar)
    assert said(tested, WRITE) == expected


def test_room_for_a_text(files: tuple[str, Path, Path]) -> None:
    """A text is no longer than the context has room for; a question that leaves none is refused."""
    tight = engine(files[1], context=1024)
    text = said(tight, judge_prompt("", "", "word", "", ""), most_tokens=10_000, grammar=ENDLESS)
    assert (text.ended, 100 < text.tokens < 512) == (LENGTH, True)
    with pytest.raises(TexscholarError, match="tokens and the context"):
        said(tight, judge_prompt("", "", "word " * 200, "", ""))
