"""``texscholar fill --server``: which servers are asked, and on without them when they fail."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from conftest import PAPER, Run, write_files
from servers import chat
from servers.chat import BARE, VLLM, FakeServer
from texscholar.cli.fill import fill as command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNCITED = PAPER.replace(
    "\\bibliography",
    "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n\\bibliography",
)
SUGGESTED = (
    "+Earlier work optimised such networks with Adam, a method for stochastic optimization~\\citep{kingma2015adam}."
)
TOP = {"yes": -0.1, "1": -0.2, "no": -3.0, "0": -3.0}
OUTSIDE = "https://llm.example.org/v1"


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer(VLLM, top=TOP).serving() as served:
        yield served


@pytest.fixture
def paper(paper: Path) -> Path:
    write_files(paper, {"main.tex": UNCITED})
    return paper


def configure(text: str) -> None:
    """The user's own configuration."""
    from pathlib import Path  # noqa: PLC0415 - only here

    folder = Path(os.environ["TEXSCHOLAR_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def test_a_server_on_this_machine(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """It is asked, named in the result without a hash, and the second run gives the same bytes."""
    first = texscholar("fill", "main.tex", "--server", server.url, cwd=paper)
    second = texscholar("fill", "main.tex", "--server", server.url, cwd=paper)
    assert (first.code, first.out) == (0, second.out)
    assert SUGGESTED in first.text
    assert "# model: LFM2-8B-A1B on a server; " in first.text
    assert len(server.asked) > 0
    data = json.loads(texscholar("fill", "main.tex", "--server", server.url, "--format", "json", cwd=paper).text)
    assert data["run"]["model"] == {"name": "LFM2-8B-A1B on a server", "sha256": None}


def test_check(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """So is it by check, if it is named; a configured one is not."""
    configure(f'server = "{server.url}"\n')
    texscholar("check", cwd=paper)
    assert server.bodies == []
    assert texscholar("check", "--server", server.url, cwd=paper).code == 1
    assert server.asked != []


def test_configured(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """The user's own server is asked by fill, unless another model or none is named."""
    configure(f'server = "{server.url}"\nserver-model = "LiquidAI/LFM2-8B-A1B"\n')
    for option in (["--model-variant", "none"], ["--model", "gone.gguf"]):
        texscholar("fill", "main.tex", *option, cwd=paper)
        assert server.bodies == []
    assert "LFM2-8B-A1B on a server" in texscholar("fill", "main.tex", cwd=paper).text


def test_offline(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """--offline asks no configured server and says so; with --server it makes no sense."""
    configure(f'server = "{server.url}"\n')
    result = texscholar("fill", "main.tex", "--offline", cwd=paper)
    assert (result.code, SUGGESTED in result.text, server.bodies) == (0, True, [])
    assert f"skipped: server {server.url}: --offline closes the network" in result.err
    both = texscholar("fill", "main.tex", "--offline", "--server", server.url, cwd=paper)
    assert (both.code, "exclude each other" in both.err) == (2, True)


def test_a_password_in_the_configuration(texscholar: Run, paper: Path) -> None:
    """A password in the user's own configuration is refused, and repeated by no option."""
    configure('server = "http://me:secret@127.0.0.1:9"\n')
    for options in ((), ("--offline",)):
        result = texscholar("fill", "main.tex", *options, cwd=paper)
        assert (result.code, "secret" in result.err) == (2, False)
    doctor = texscholar("doctor", cwd=paper)
    assert ("TEXSCHOLAR_API_KEY" in doctor.text, "secret" in doctor.text) == (True, False)


@pytest.mark.parametrize(
    "configured", ["", 'servers = ["https://other.example.org/v1"]\n', 'servers = ["http://llm.example.org/v1"]\n']
)
def test_a_server_outside(texscholar: Run, paper: Path, configured: str) -> None:
    """A server that is not on this machine is refused unless the user's own configuration names it, host and scheme."""
    configure(configured)
    result = texscholar("fill", "main.tex", "--server", OUTSIDE, cwd=paper)
    assert (result.code, result.out) == (2, b"")
    assert f"{OUTSIDE}: lies outside this machine" in result.err
    assert "config.toml" in result.err


def test_a_server_outside_that_is_configured(texscholar: Run, paper: Path) -> None:
    """A configured one is asked; where it cannot be reached that is one line, and the diff is there."""
    configure('servers = ["https://nowhere.invalid/v1"]\n')
    result = texscholar("fill", "main.tex", "--server", "https://nowhere.invalid/v1", cwd=paper)
    assert (result.code, SUGGESTED in result.text) == (0, True)
    (line,) = [line for line in result.err.splitlines() if "skipped: server" in line]
    assert "server https://nowhere.invalid/v1: cannot be reached" in line


@pytest.mark.parametrize("text", ['server = "{url}"\n', 'servers = ["{url}"]\n', 'server-model = "x"\n'])
def test_a_paper_names_no_server(texscholar: Run, paper: Path, server: FakeServer, text: str) -> None:
    """A cloned repository cannot send anybody's text anywhere."""
    write_files(paper, {".texscholar.toml": text.format(url=server.url)})
    result = texscholar("fill", "main.tex", cwd=paper)
    assert (result.code, "for your own config.toml" in result.err, server.bodies) == (2, True, [])


def test_a_broken_configuration(texscholar: Run, paper: Path) -> None:
    """A configuration that cannot be read is one line with its file."""
    configure("server = 3\n")
    result = texscholar("fill", "main.tex", cwd=paper)
    assert (result.code, "config.toml:1: server must be a string" in result.err) == (2, True)


def test_proxies(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """What is meant for this machine stays on it, whatever proxy the environment names."""
    proxy = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    result = texscholar("fill", "main.tex", "--server", server.url, cwd=paper, env=proxy | {"no_proxy": ""})
    assert "LFM2-8B-A1B on a server" in result.text


def test_key(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """The key is sent and stands in nothing that is printed, right or wrong."""
    server.key = "sesame"
    for key in ("sesame", "wrong-key"):
        result = texscholar("fill", "main.tex", "--server", server.url, cwd=paper, env={"TEXSCHOLAR_API_KEY": key})
        assert (result.code, SUGGESTED in result.text) == (0, True)
        assert key not in result.text + result.err
    assert "refuses us; set TEXSCHOLAR_API_KEY" in result.err
    odd = texscholar(
        "fill", "main.tex", "--server", server.url, cwd=paper, env={"TEXSCHOLAR_API_KEY": "se\nsame\u00e9"}
    )
    assert (odd.code, "holds characters that no key has" in odd.err, "same\u00e9" in odd.err) == (2, True, False)


@pytest.mark.parametrize("failure", [chat.hang_up, chat.status(500), chat.status(404), chat.said({"content": None})])
def test_failures(texscholar: Run, paper: Path, failure: object) -> None:
    """A server that fails is one line; the diff is the one that rules and ranking make."""
    with FakeServer(BARE).serving() as server:
        server.script = [None, *[failure] * 50]  # type: ignore[list-item]
        result = texscholar("fill", "main.tex", "--server", server.url, cwd=paper)
    assert (result.code, SUGGESTED in result.text) == (0, True)
    assert len([line for line in result.err.splitlines() if "server http" in line]) == 1
    assert "Traceback" not in result.err


def test_several_places_at_once(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """Places are asked about at the same time, and what comes out is what comes of asking one after the other."""
    many = "".join(f"Variant {number} of this work trains with Adam, a stochastic optimizer.\n" for number in range(12))
    write_files(paper, {"main.tex": UNCITED.replace("\\bibliography", many + "\\bibliography")})
    server.delay = 0.05
    options = ("--server", server.url, "--min-confidence", "0", "--format", "json")
    first, second = (texscholar("fill", "main.tex", *options, cwd=paper) for _ in range(2))
    assert first.out == second.out
    assert 2 < server.most_under_way <= 8
    server.most_under_way, server.delay = 0, 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(paper)
        patch.setattr("texscholar.cli.looking.MOST_AT_ONCE", 1)
        alone = CliRunner().invoke(command, ["main.tex", *options])
    assert server.most_under_way == 1
    assert alone.stdout_bytes == first.out


def test_the_first_failure_counts(texscholar: Run, paper: Path, server: FakeServer) -> None:
    """From the first place on that fails, ranking decides, whatever came back for later ones."""
    many = "".join(f"Variant {number} of this work trains with Adam, a stochastic optimizer.\n" for number in range(12))
    write_files(paper, {"main.tex": UNCITED.replace("\\bibliography", many + "\\bibliography")})
    options = ("--min-confidence", "0", "--format", "json")
    server.script = [None, *[chat.status(400)] * 200]
    failed = json.loads(texscholar("fill", "main.tex", *options, "--server", server.url, cwd=paper).text)
    ranked = json.loads(texscholar("fill", "main.tex", *options, "--model-variant", "none", cwd=paper).text)
    assert failed["suggestions"] == ranked["suggestions"]
    assert len([each for each in failed["skipped"] if each["what"].startswith("server ")]) == 1


@pytest.mark.parametrize("where", ["models", "answers"])
def test_a_time_budget(texscholar: Run, paper: Path, server: FakeServer, where: str) -> None:
    """A server that hangs, be it at the first request, holds nobody up for longer than the budget allows."""
    texscholar("fill", "main.tex", "--server", server.url, cwd=paper)
    server.delay, server.models_delay = (30, 0) if where == "answers" else (0, 30)
    began = time.monotonic()
    result = texscholar("fill", "main.tex", "--server", server.url, "--time-budget", "3", cwd=paper)
    took = time.monotonic() - began
    assert (result.code, SUGGESTED in result.text) == (0, True)
    assert "# model: none; " in result.text
    assert "skipped: server http" in result.err
    assert took < 3 + 1  # with half a second for a machine on which much else runs


def test_usage(texscholar: Run, paper: Path) -> None:
    """What does not go together is refused."""
    for options, told in (
        (["--server", "http://127.0.0.1:9", "--model", "x.gguf"], "--server excludes --model"),
        (["--server", "http://127.0.0.1:9", "--lora", "x.gguf"], "--server excludes --model"),
        (["--server-model", "x"], "--server-model needs --server"),
        (["--server", "localhost:8080"], "is no address of a server"),
    ):
        result = texscholar("fill", "main.tex", *options, cwd=paper)
        assert (result.code, told in result.err) == (2, True)
