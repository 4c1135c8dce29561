"""What the local LFM costs in time and memory, on random weights of the real sizes; and what a wild model can write.

    python benchmarks/lfm.py make MODEL.gguf     # 1.2 billion parameters, Q4_K_M: 0.7 GB, and 2.3 GB while it is made
    python benchmarks/lfm.py speed MODEL.gguf
    python benchmarks/lfm.py memory MODEL.gguf
    python benchmarks/lfm.py drafts [COUNT]
    python benchmarks/lfm.py ask MODEL.gguf LIBRARY TOPIC...

The weights are noise, so nothing here tells how well a model answers. The vocabulary holds the words of our prompts and
made-up words, a token each, so that texts have about as many tokens as with the real one. Times are CPU seconds of the
process that computes, with one thread: other programs on the machine hardly change them.
"""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from itertools import combinations, islice
from math import prod
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from models.untrained import (
    ATTENTION,
    CONVOLUTION,
    F16,
    Shape,
    Tensor,
    metadata_of,
    tensors_of,
    words,
    write_gguf,
    write_untrained,
)
from texscholar.bibtex import Work
from texscholar.errors import Skipped
from texscholar.latex import CiteStyle
from texscholar.lfm import (
    AskQuestion,
    Generated,
    Generation,
    JobModel,
    LocalBackend,
    Option,
    Sampling,
    WriteQuestion,
    prompts,
)
from texscholar.lfm.chat import rendered, rendered_answers
from texscholar.lfm.constraint import Chars, Constraint, Repeat
from texscholar.lfm.model import draft_of
from texscholar.lfm.prose import prose, query_line
from texscholar.recommend import Candidature
from texscholar.related_work import Hand
from texscholar.related_work.placing import in_latex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from texscholar.lfm.engine import Engine

ATTENTION_LAYERS = (2, 5, 8, 10, 12, 14)
Q4_K_M = 15  # type of file
CONTEXT = 4096
ROUNDS = 5
KEYS = {number: f"key{number}" for number in range(1, 13)}
DRAWN = Sampling(temperature=1.0, top_k=50, repeat_penalty=1.05)  # the recommended cost, without noise going in circles
ENDLESS = Constraint(Repeat(Chars((("a", "z"), (" ", " "))), 1500))


# -- a model of the real sizes


def shape() -> Shape:
    """LFM2.5-1.2B."""
    text = inspect.getsource(prompts) + "\n".join(json.dumps(number) for number in range(1000))
    pieces = re.findall(r" ?[A-Za-z]+|\d{1,3}| ?[^\sA-Za-z\d]+\n*|\n+| +", text)
    spelled = tuple(dict.fromkeys(piece.replace(" ", "\u0120").replace("\n", "\u010a") for piece in pieces))
    return Shape(
        hidden=2048,
        feed_forward=8192,
        heads=32,
        kv_heads=8,
        layers=tuple(ATTENTION if number in ATTENTION_LAYERS else CONVOLUTION for number in range(16)),
        vocabulary=65_536,
        tokens=tuple(token for token in spelled if token.isprintable()),
    )


def make(path: str) -> None:
    """Random weights, quantised."""
    import llama_cpp  # noqa: PLC0415 - the other commands leave it to the worker
    import numpy as np  # noqa: PLC0415

    numbers = np.random.default_rng(0)

    def values(tensor: Tensor) -> bytes:
        if len(tensor.shape) == 1:
            return np.ones(tensor.shape, np.float32).tobytes()
        drawn = numbers.standard_normal(tensor.shape, dtype=np.float32) * np.float32(0.02)
        return drawn.astype(np.float16 if tensor.kind == F16 else np.float32).tobytes()

    sizes = shape()
    tensors = tuple(tensors_of(sizes, F16))
    print(f"{sum(prod(tensor.shape) for tensor in tensors):,} parameters")
    with tempfile.NamedTemporaryFile(dir=Path(path).absolute().parent, suffix=".gguf") as whole:
        write_gguf(Path(whole.name), tuple(metadata_of(sizes)), tensors, values)
        parameters = llama_cpp.llama_model_quantize_default_params()
        parameters.ftype, parameters.nthread = Q4_K_M, 1
        if llama_cpp.llama_model_quantize(whole.name.encode(), path.encode(), parameters):
            sys.exit("llama.cpp could not quantise it")
    print(f"{Path(path).stat().st_size:,} bytes")


# -- texts of about the real length


def text(count: int, start: int = 0) -> str:
    """So many made-up words, one token each."""
    return " ".join(word[1:] for word in islice(words(), start, start + count))


def judged(paper: str, number: int) -> prompts.Prompt:
    """A sentence in its place."""
    start = 20_000 + 200 * number
    return prompts.judge_prompt(paper, text(25, start), text(25, start + 50), text(25, start + 100), text(3))


def chosen(paper: str, number: int, works: int) -> prompts.Prompt:
    """A sentence and so many works, other ones for each sentence."""
    start = 20_000 + 200 * number
    options = tuple(
        Option(text(9, 1000 + 20 * each), (text(1, 9000 + each),), 2000 + each % 20)
        for each in range(works * number, works * (number + 1))
    )
    return prompts.choose_prompt(paper, text(25, start), text(25, start + 50), text(3), options)


# -- measuring


def cpu_seconds(pid: int) -> float:
    """What a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_memory(pid: int) -> float:
    """The most resident memory of a process so far, in GB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e9 if found else 0.0


def started(path: str, context: int = CONTEXT) -> LocalBackend:
    """The worker, as the program starts it; with one thread."""
    os.environ["CI"] = "true"
    backend = LocalBackend.start(Path(path), seconds=300, context=context)
    if isinstance(backend, Skipped):
        sys.exit(str(backend))
    return backend


def timed(clock: Callable[[], float], work: Callable[[], Any]) -> float:
    """The seconds that something takes."""
    start = clock()
    if isinstance(result := work(), Skipped):
        sys.exit(str(result))
    return clock() - start


def engine(path: str) -> Engine:
    """The same engine in this process."""
    from texscholar.lfm.engine import Engine  # noqa: PLC0415 - loads llama.cpp
    from texscholar.lfm.native import Native  # noqa: PLC0415

    return Engine(Native(path, lora=None, context=CONTEXT, threads=1))


def speed(path: str) -> None:
    """All that has a target."""
    backend = started(path)
    pid = backend.pid

    def clock() -> float:
        return cpu_seconds(pid)

    backend.score(prompts.judge_prompt("", "", "warm up", "", ""), 300)
    kinds: dict[str, Callable[[str, int], prompts.Prompt]] = {"judge": judged}
    kinds |= {f"choose, {works} works": partial(chosen, works=works) for works in (3, 5, 10, 20)}
    for kind, (name, prompt) in enumerate(kinds.items()):
        paper = text(290, 40_000 + 300 * kind)  # one that nobody asked about before

        def ask(number: int, prompt: Callable[[str, int], prompts.Prompt] = prompt, paper: str = paper) -> object:
            return backend.score(prompt(paper, number), 300)

        first = timed(clock, lambda: ask(0))
        later = [timed(clock, lambda number=number: ask(number)) for number in range(1, ROUNDS)]
        times = f"{first:.2f} s, then {median(later):.2f} s"
        print(f"{name}: first sentence of a paper {times}: {first / median(later):.1f} times faster", flush=True)
    decoding(backend, path)
    backend.close()
    one_call_each(path)


def one_call_each(path: str) -> None:
    """Twenty candidates after a prompt of six hundred tokens: all in one question, and one question each."""
    tested = engine(path)
    prompt = prompts.Prompt((prompts.Turn("user", (text(590),)),), tuple(text(7, 5000 + 9 * n) for n in range(20)))
    parts, answers = rendered(prompt, tested.native.dialect), rendered_answers(prompt)
    size = sum(len(tested.native.tokens(part)) for part in parts)

    def ask(count: int) -> None:
        tested.trunk.drop()
        tested.trunk._kept.clear()  # noqa: SLF001 - as if nothing had been asked before
        tested.score(parts, answers[:count])

    ask(1)
    together, alone = ([timed(time.process_time, lambda n=n: ask(n)) for _ in range(3)] for n in (20, 1))
    ratio = 20 * median(alone) / median(together)
    length = len(tested.native.tokens(answers[0]))
    print(f"choose among 20 candidates of {length} tokens after {size} tokens: {median(together):.2f} s")
    print(f"one call a candidate: 20 x {median(alone):.2f} s, {ratio:.1f} times slower")


def decoding(backend: LocalBackend, path: str) -> None:
    """Tokens a second through the worker and in a bare loop, in turn."""
    prompt = prompts.Prompt((prompts.Turn("user", (text(50),)),))
    tested = engine(path)

    def through_worker(constraint: Constraint | None) -> float:
        def work(tokens: int) -> Generated:
            made = backend.generate(Generation(prompt, tokens, constraint, DRAWN, seed=1), 300)
            if isinstance(made, Skipped) or made.tokens < tokens:
                sys.exit(f"the text ended early: {made}")
            return made

        work(8)
        short, long = (timed(lambda: cpu_seconds(backend.pid), lambda n=n: work(n)) for n in (8, 136))
        return 128 / (long - short)

    rates: dict[str, list[float]] = {"bare loop": [], "worker": [], "worker, grammar": []}
    for _ in range(ROUNDS):
        rates["bare loop"].append(bare_loop(tested))
        rates["worker"].append(through_worker(None))
        rates["worker, grammar"].append(through_worker(ENDLESS))
    base = median(rates["bare loop"])
    for name, found in rates.items():
        print(f"decoding, {name}: {median(found):.1f} tokens/s ({100 * median(found) / base:.0f} %)")


def bare_loop(tested: Engine) -> float:
    """llama.cpp's own loop: decode a token, take the likeliest."""
    import llama_cpp as llama  # noqa: PLC0415

    native = tested.native
    tested.trunk.grow([list(range(1000, 1060))])
    sampler = llama.llama_sampler_init_greedy()
    position = tested.trunk.length
    batch = llama.llama_batch_init(1, 0, 1)
    batch.n_tokens, batch.n_seq_id[0], batch.seq_id[0][0], batch.logits[0] = 1, 1, 0, True
    start = time.process_time()
    for number in range(128):
        batch.token[0], batch.pos[0] = 1000 + number, position + number
        llama.llama_decode(native.context, batch)
        llama.llama_sampler_sample(sampler, native.context, -1)
    rate = 128 / (time.process_time() - start)
    tested.trunk.drop()
    return rate


def memory(path: str) -> None:
    """The most memory of the worker with a full context."""
    backend = started(path)
    print(f"loaded: {peak_memory(backend.pid):.2f} GB")
    long = prompts.Prompt((prompts.Turn("user", (text(CONTEXT - 400),)),), tuple(str(number) for number in range(21)))
    timed(time.monotonic, lambda: backend.score(long, 600))
    print(f"scored after {CONTEXT - 400} tokens: {peak_memory(backend.pid):.2f} GB")
    timed(time.monotonic, lambda: backend.generate(Generation(prompts.Prompt(long.turns), 300, sampling=DRAWN), 600))
    print(f"written up to a context of {CONTEXT}: {peak_memory(backend.pid):.2f} GB")
    backend.close()


# -- a wild model


def drafts(count: int) -> None:
    """Paragraphs by a tiny random model at a temperature of 1.5: what could go wrong, counted."""
    with tempfile.TemporaryDirectory() as folder:
        for architecture in ("lfm2", "lfm2moe"):
            path = write_untrained(Path(folder) / "tiny.gguf", architecture=architecture)
            with JobModel(started(str(path))) as model:
                print(architecture, tally(model, count // 2))


def tally(model: JobModel, count: int) -> str:
    """What the drafts hold."""
    made = list(islice(paragraphs(model), count))
    texts = list(map(placed_in_latex, made))
    placed = [key for text in texts for keys in re.findall(r"\\cite[tp]\{(.*?)\}", text) for key in keys.split(",")]
    foreign = sum(key not in KEYS.values() for key in placed)
    # Letters that LaTeX cannot set raw become commands of its kernel: those are ours.
    plain = [placed_in_latex("".join(filter(str.isascii, text))) for text in made]
    backslashes = sum(re.sub(r"\\cite[tp]\{[a-z0-9,]*\}", "", text).count("\\") for text in plain)
    backslashes += sum(text.count("\\") for text in made)
    unbalanced = sum(text.count("{") != text.count("}") for text in texts)
    whole = sum(prose(len(KEYS)).accepts(text) for text in made)
    return (
        f"{count} drafts, {sum(map(len, made))} characters, {len(placed)} citations: {foreign} of no work on offer, "
        f"{backslashes} backslashes, {unbalanced} unbalanced braces, {whole} keep to the form to the end"
    )


def placed_in_latex(text: str) -> str:
    """A draft as the program typesets it."""
    works = [Candidature(key, Work(f"Work {number}"), "bib") for number, key in KEYS.items()]
    return in_latex(text, works, Hand(CiteStyle("citep", "citet"), lambda work: work.key, "utf-8", ascii_only=False))


def paragraphs(model: JobModel) -> Iterator[str]:
    """Drafts as they come, before anything is cut off."""
    works = tuple((Option(f"Work {number}"), "says something") for number in KEYS)
    question = WriteQuestion("maps", works)
    seed = 0
    while True:
        said = model.generate(draft_of(question, seed=seed, sampling=Sampling(temperature=1.5)))
        if isinstance(said, Skipped):
            sys.exit(str(said))
        yield said.text
        seed += 1


# -- how many-sided the searches are


def ask(path: str, library: str, topics: Sequence[str]) -> None:
    """Queries from several angles in turn beside the same question five times: how different are they?

    Distinct queries of a topic, and of each two of them the share of works among the first twenty that both find.
    """
    from texscholar.library import library_for  # noqa: PLC0415 - heavy

    with JobModel(started(path)) as model, library_for(library, Path.cwd()) as shelf:
        ways = {"angles in turn": in_turn, "one question five times": five_times}
        for name, way in ways.items():
            asked = [way(model, topic) for topic in topics]
            found = [[{hit.record.id for hit in shelf.search(query, 20)} for query in queries] for queries in asked]
            distinct = mean(len({query.casefold() for query in queries}) for queries in asked)
            overlaps = [shared(one, other) for sets in found for one, other in combinations(sets, 2)]
            works = mean(len(set().union(*sets)) for sets in found)
            print(f"{name}: {distinct:.1f} distinct queries, {works:.1f} works a topic, overlap {mean(overlaps):.2f}")


def in_turn(model: JobModel, topic: str) -> tuple[str, ...]:
    """As the program asks."""
    queries = model.ask(AskQuestion(topic))
    return () if isinstance(queries, Skipped) else queries


def five_times(model: JobModel, topic: str) -> tuple[str, ...]:
    """The first question again and again, drawn anew each time."""
    wanted = Generation(prompts.ask_prompt("", topic, prompts.ANGLES[0][1], ()), 40, query_line(10))
    said = (model.generate(replace(wanted, seed=seed)) for seed in range(len(prompts.ANGLES)))
    return tuple(each.text for each in said if isinstance(each, Generated))


def shared(one: set[str], other: set[str]) -> float:
    """Works that both found, of those that either did (Jaccard)."""
    return len(one & other) / len(one | other) if one | other else 0.0


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["help"]
    if command == "drafts":
        drafts(int(rest[0]) if rest else 2000)
    elif command == "ask" and len(rest) > 2:
        ask(rest[0], rest[1], rest[2:])
    elif command in {"make", "speed", "memory"} and len(rest) == 1:
        {"make": make, "speed": speed, "memory": memory}[command](rest[0])
    else:
        sys.exit(__doc__)
