"""Downloading a model: from a hub on this machine that behaves well, and from one that does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conftest import Run
from servers.hub import COMMIT, FakeHub
from texscholar.downloads import host
from texscholar.errors import TexscholarError
from texscholar.lfm.catalogue import VARIANTS
from texscholar.lfm.hub import Hub
from texscholar.lfm.store import ModelStore
from texscholar.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTENT = b"GGUF" + bytes(range(256)) * 1500
VARIANT = replace(VARIANTS["citeagent-1.2b"], size=len(CONTENT))
NAME = "citeagent-1.2b"


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub(CONTENT, VARIANT.repository, VARIANT.file).serving() as served:
        yield served


class Pull:
    """A download into a folder, as the command does it."""

    def __init__(self, hub: FakeHub, folder: Path, **variant: Any) -> None:
        self.pauses: list[float] = []
        self.told: list[int] = []
        self.variant = replace(VARIANT, **variant)
        self.store, self.folder = ModelStore(folder), folder / "models"
        self.meanwhile: Callable[[], None] = lambda: None
        self.hub = Hub(Network(), {"HF_ENDPOINT": hub.url}, self._pause)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.meanwhile()

    def run(self) -> Path:
        published = self.hub.published(self.variant)
        self.store.check_room(published, self.variant)
        return self.store.download(published, self.variant, self.hub, self.told.append)

    def refused(self) -> str:
        """The reason why it fails; there is no file under the final name then."""
        with pytest.raises(TexscholarError) as refusal:
            self.run()
        assert not (self.folder / self.variant.local_file).exists()
        assert "\n" not in str(refusal.value)
        return str(refusal.value)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


def test_pull(hub: FakeHub, tmp_path: Path) -> None:
    """The file comes under its own name in our folder, with a receipt that names revision and hash."""
    pull = Pull(hub, tmp_path)
    assert pull.run().read_bytes() == CONTENT
    assert pull.files == [VARIANT.local_file, f"{VARIANT.local_file}.json"]
    receipt = json.loads((pull.folder / f"{VARIANT.local_file}.json").read_text())
    assert (receipt["revision"], receipt["sha256"], receipt["size"]) == (COMMIT, hub.sha256, len(CONTENT))
    assert (pull.told[-1], pull.told) == (len(CONTENT), sorted(pull.told))


def test_revision_is_pinned(hub: FakeHub, tmp_path: Path) -> None:
    """What ``main`` was when asked is what is fetched."""
    Pull(hub, tmp_path).run()
    assert [(method, path) for method, path, _ in hub.asked if "/resolve/" in path] == [
        ("HEAD", f"/{VARIANT.repository}/resolve/main/{VARIANT.file}"),
        ("GET", f"/{VARIANT.repository}/resolve/{COMMIT}/{VARIANT.file}"),
    ]


def test_resumes_after_a_broken_connection(hub: FakeHub, tmp_path: Path) -> None:
    """A download that breaks off goes on where it stood, several times."""
    hub.cut_at = [150_000, 100_000]
    assert Pull(hub, tmp_path).run().read_bytes() == CONTENT
    starts = [int(asked.removeprefix("bytes=").rstrip("-") or 0) for asked in hub.ranges]
    assert starts[0] == 0
    assert 0 < starts[1] <= 150_000
    assert starts[1] < starts[2] <= starts[1] + 100_000


def test_resumes_in_another_run(hub: FakeHub, tmp_path: Path) -> None:
    """What an earlier run brought is not fetched again."""
    hub.cut_at = [200_000]
    hub.gets = []
    first = Pull(hub, tmp_path)
    first.meanwhile = interrupt
    with pytest.raises(KeyboardInterrupt):
        first.run()
    (part,) = first.folder.glob("*.part")
    there = part.stat().st_size
    assert there > 100_000
    assert Pull(hub, tmp_path).run().read_bytes() == CONTENT
    assert hub.ranges[-1] == f"bytes={there}-"


def interrupt() -> None:
    raise KeyboardInterrupt


def test_storage_without_ranges(hub: FakeHub, tmp_path: Path) -> None:
    """A storage that sends the whole file again does no harm."""
    hub.cut_at, hub.knows_ranges = [150_000], False
    assert Pull(hub, tmp_path).run().read_bytes() == CONTENT


def test_range_refused(hub: FakeHub, tmp_path: Path) -> None:
    """A refused range begins the download anew."""
    hub.cut_at, pull = [150_000], Pull(hub, tmp_path)
    pull.meanwhile = lambda: hub.gets.append((416, {})) if len(hub.ranges) == 1 else None
    assert pull.run().read_bytes() == CONTENT


@pytest.mark.parametrize("where", ["heads", "gets"])
@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_passing_errors(hub: FakeHub, tmp_path: Path, where: str, status: int) -> None:
    """What may pass is tried again, with longer and longer pauses."""
    getattr(hub, where).extend([(status, {})] * 3)
    pull = Pull(hub, tmp_path)
    assert pull.run().read_bytes() == CONTENT
    assert pull.pauses == [1.0, 2.0, 4.0]


def test_asked_to_wait(hub: FakeHub, tmp_path: Path) -> None:
    """The hub says how long to wait."""
    hub.heads, pull = [(429, {"Retry-After": "7"})], Pull(hub, tmp_path)
    pull.run()
    assert pull.pauses == [7.0]


def test_asked_to_wait_for_long(hub: FakeHub, tmp_path: Path) -> None:
    """Nobody waits for an hour without having been told."""
    hub.heads = [(429, {"Retry-After": "3600"})]
    told = "answers with error 429 and asks to wait 60 min; run this again then to go on"
    assert Pull(hub, tmp_path).refused() == f"{host(hub.url)} {told}"


@pytest.mark.parametrize("where", ["heads", "gets"])
@pytest.mark.parametrize(("status", "tries"), [(400, 1), (500, 5)])
def test_lasting_errors(hub: FakeHub, tmp_path: Path, where: str, status: int, tries: int) -> None:
    """An error that stays is one line."""
    getattr(hub, where).extend([(status, {})] * 20)
    assert Pull(hub, tmp_path).refused() == f"{host(hub.url)} answers with error {status}; try again later"
    assert len(getattr(hub, where)) == 20 - tries


@pytest.mark.parametrize("status", [401, 403])
def test_log_in(hub: FakeHub, tmp_path: Path, status: int) -> None:
    """A file for which the hub wants a log-in is told as such."""
    hub.heads = [(status, {"X-Error-Code": "GatedRepo"})]
    told = "; download the file yourself and name it with --model"
    assert Pull(hub, tmp_path).refused() == f"{host(hub.url)} refuses this (error {status}){told}"


def test_nothing_comes(hub: FakeHub, tmp_path: Path) -> None:
    """A storage that closes every connection is given up on, and what it sent is kept."""
    hub.cut_at = [0] * 20
    assert "cannot be reached" in Pull(hub, tmp_path).refused()


@pytest.mark.parametrize("headers", [{}, {"X-Error-Code": "RepoNotFound"}])
def test_not_there(hub: FakeHub, tmp_path: Path, headers: dict[str, str]) -> None:
    """A file or repository that is not there is one line; for the latter the hub says 401."""
    hub.heads = [(401 if headers else 404, headers)]
    reason = Pull(hub, tmp_path).refused()
    assert reason == (
        f"{VARIANT.repository}/{VARIANT.file} is not on the hub; choose another variant, or name a file with --model"
    )


def test_revision_is_gone(hub: FakeHub, tmp_path: Path) -> None:
    """Where the pinned revision is gone but the newest has the known hash, that is fetched."""
    assert Pull(hub, tmp_path, revision="f" * 40, sha256=hub.sha256).run().read_bytes() == CONTENT
    assert "is not on the hub" in Pull(hub, tmp_path / "other", revision="f" * 40).refused()


@pytest.mark.parametrize("known", [{"sha256": "ab" * 32}, {"size": 5}])
def test_another_file(hub: FakeHub, tmp_path: Path, known: dict[str, Any]) -> None:
    """A file that is not the catalogued one is refused before a byte of it is fetched."""
    assert "is not the file that texscholar knows" in Pull(hub, tmp_path, **known).refused()
    assert hub.ranges == []


def test_wrong_hash(hub: FakeHub, tmp_path: Path) -> None:
    """Content that has not the announced hash is deleted."""
    hub.announced = "ab" * 32
    pull = Pull(hub, tmp_path)
    assert "has not the announced hash and was deleted; pull it again" in pull.refused()
    assert pull.files == []


def test_login_page(hub: FakeHub, tmp_path: Path) -> None:
    """A page instead of the file (a network that wants a log-in) is told as such."""
    hub.page = b"<!doctype html><title>Welcome to our network</title>"
    pull = Pull(hub, tmp_path)
    assert f"sent a page instead of {VARIANT.local_file}; check whether" in pull.refused()
    assert [path.stat().st_size for path in pull.folder.iterdir()] == [0]


def test_no_model_file(hub: FakeHub, tmp_path: Path) -> None:
    """So is what does not begin like a model."""
    hub.content = b"\0" * len(CONTENT)
    assert f"sent a page instead of {VARIANT.local_file}; check whether" in Pull(hub, tmp_path).refused()


@pytest.mark.parametrize(
    "headers", [{"X-Linked-ETag": '"abc"'}, {"X-Linked-Size": "many"}, {"X-Linked-Size": "9" * 5000}]
)
def test_no_hub(hub: FakeHub, tmp_path: Path, headers: dict[str, str]) -> None:
    """A server that tells no hash or no size is no hub."""
    hub.head_headers = headers
    assert "does not answer like a model hub" in Pull(hub, tmp_path).refused()


def test_too_long(hub: FakeHub, tmp_path: Path) -> None:
    """No more than the announced size reaches the disk."""
    hub.head_headers = {"X-Linked-Size": "1000"}
    pull = Pull(hub, tmp_path, size=1000)
    assert f"sent more than {VARIANT.local_file} has" in pull.refused()
    assert [path.stat().st_size for path in pull.folder.iterdir()] == [0]


def test_nobody_listens(hub: FakeHub, tmp_path: Path) -> None:
    """A hub that cannot be reached is one line."""
    hub.url = "http://127.0.0.1:9"
    assert "127.0.0.1:9 cannot be reached" in Pull(hub, tmp_path).refused()


@pytest.mark.parametrize(
    "location", ["ftp://localhost/file", "http://127.0.0.1:9/file\x7f", "/storage/../resolve", "https:///x"]
)
def test_strange_redirection(hub: FakeHub, tmp_path: Path, location: str) -> None:
    """A redirection that leads nowhere is one line."""
    pull = Pull(hub, tmp_path)
    hub.gets = [(302, {"Location": location})] * 20
    pull.refused()


def test_no_room(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is too small is told before anything is fetched."""
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1_000_000}))
    reason = Pull(hub, tmp_path).refused()
    assert "needs 100 MB and 1 MB are free; make room" in reason
    assert hub.ranges == []


def test_disk_is_full(hub: FakeHub, tmp_path: Path) -> None:
    """A disk that is full in spite of what it said is one line."""
    if not Path("/dev/full").exists():
        pytest.skip("needs a device that is always full")
    pull = Pull(hub, tmp_path)
    pull.folder.mkdir()
    pull.store._part(pull.hub.published(VARIANT), VARIANT).symlink_to("/dev/full")
    assert "cannot be written (the disk is full); make room and pull it again to go on" in pull.refused()


def test_no_more_can_be_written(hub: FakeHub, tmp_path: Path) -> None:
    """What came before the disk was full is kept, and used when there is room."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        assert "the disk is full" in Pull(hub, tmp_path).refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert Pull(hub, tmp_path).run().read_bytes() == CONTENT
    assert hub.ranges[-1] == "bytes=200000-"


def test_folder_cannot_be_written(hub: FakeHub, tmp_path: Path) -> None:
    """A folder that cannot be made is one line."""
    (tmp_path / "file").write_text("")
    with pytest.raises(TexscholarError, match=r"models: cannot be written \(Not a directory\)"):
        Pull(hub, tmp_path / "file").run()


def test_two_at_once(hub: FakeHub, tmp_path: Path) -> None:
    """A second process does not append to the same file."""
    fcntl = pytest.importorskip("fcntl")
    pull = Pull(hub, tmp_path)
    pull.folder.mkdir()
    part = pull.store._part(pull.hub.published(VARIANT), VARIANT)
    with part.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "is being fetched by another texscholar" in pull.refused()


def test_offline() -> None:
    """A closed door opens no connection."""
    with pytest.raises(TexscholarError, match="--offline closes the network"):
        Hub(Network(offline=True), {"HF_ENDPOINT": "http://127.0.0.1:9"}).published(VARIANT)


# -- the commands


@pytest.fixture
def environment(hub: FakeHub, tmp_path: Path) -> dict[str, str]:
    return {"HF_ENDPOINT": hub.url, "TEXSCHOLAR_DATA_DIR": str(tmp_path / "data"), "CI": ""}


def test_pull_command(texscholar: Run, hub: FakeHub, tmp_path: Path, environment: dict[str, str]) -> None:
    """``pull --yes`` shows licence and size and prints where the file is; a second one downloads nothing."""
    first = texscholar("model", "pull", NAME, "--yes", cwd=tmp_path, env=environment)
    file = tmp_path / "data" / "models" / VARIANT.local_file
    assert (first.code, first.text) == (0, f"{NAME}: {file}\n")
    assert "licence: LFM Open License v1.0" in first.err
    assert f"size: 0 MB; sha256 {hub.sha256}" in first.err
    asked = len(hub.asked)
    second = texscholar("model", "pull", NAME, cwd=tmp_path, env=environment)
    assert (second.code, second.text) == (0, f"{NAME}: is installed, nothing was downloaded: {file}\n")
    assert len(hub.asked) == asked


@pytest.mark.parametrize(
    ("variables", "where"),
    [({"CI": "true"}, "in CI"), ({"PRE_COMMIT": "1"}, "in a hook"), ({}, "where nobody can be asked")],
)
def test_never_by_itself(  # noqa: PLR0917 - a table's parameters
    texscholar: Run, hub: FakeHub, tmp_path: Path, environment: dict[str, str], variables: dict[str, str], where: str
) -> None:
    """In CI, in a hook and without a terminal nothing is asked of the hub, unless --yes says so."""
    result = texscholar("model", "pull", NAME, cwd=tmp_path, env=environment | variables)
    assert result.code == 2
    assert f"a model is not downloaded {where}; run `texscholar model pull {NAME}`" in result.err
    assert hub.asked == []


@pytest.mark.parametrize(("word", "comes"), [("n", False), ("", False), ("y", True)])
def test_consent(tmp_path: Path, environment: dict[str, str], word: str, comes: bool) -> None:
    """On a terminal licence and size are shown, and only a yes downloads, with a bar."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "texscholar", "model", "pull", NAME]
    variables = {**os.environ, **environment, "TERM": "xterm"}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=variables) as process:
        os.close(theirs)
        os.write(ours, f"{word}\n".encode())
        shown = b""
        with suppress(OSError):  # the terminal is gone with the process
            while piece := os.read(ours, 4096):
                shown += piece
        assert process.wait(60) == 0
    os.close(ours)
    assert b"licence: LFM Open License v1.0" in shown
    assert b"Download it under this licence? [y/N]" in shown
    assert (tmp_path / "data" / "models" / VARIANT.local_file).exists() is comes
    assert (b"nothing was downloaded" in shown) is not comes


def test_pull_offline(texscholar: Run, hub: FakeHub, tmp_path: Path, environment: dict[str, str]) -> None:
    """--offline refuses, also with --yes."""
    result = texscholar("model", "pull", NAME, "--yes", "--offline", cwd=tmp_path, env=environment)
    assert (result.code, "--offline closes the network" in result.err, hub.asked) == (2, True, [])


def test_copy_of_another_tool(texscholar: Run, hub: FakeHub, tmp_path: Path, environment: dict[str, str]) -> None:
    """A copy in another tool's cache is used, and stays when the model is removed."""
    copy = tmp_path / "llama" / f"{VARIANT.repository.replace('/', '_')}_{VARIANT.file}"
    copy.parent.mkdir()
    copy.write_bytes(CONTENT)
    environment |= {"LLAMA_CACHE": str(copy.parent)}
    result = texscholar("model", "pull", NAME, cwd=tmp_path, env=environment)
    assert result.text == f"{NAME}: llama.cpp's copy is used, nothing was downloaded: {copy}\n"
    removed = texscholar("model", "remove", NAME, cwd=tmp_path, env=environment)
    assert (removed.code, copy.exists(), hub.asked) == (2, True, [])
    assert f"nothing was downloaded as {NAME}" in removed.err


def test_copy_with_another_hash(hub: FakeHub, tmp_path: Path) -> None:
    """A copy whose hash is not the known one is not used."""
    copy = tmp_path / f"{VARIANT.repository.replace('/', '_')}_{VARIANT.file}"
    copy.write_bytes(bytes(len(CONTENT)))
    store = ModelStore(tmp_path / "data")
    assert store.usable(VARIANT, {"LLAMA_CACHE": str(tmp_path)}) is not None
    assert store.usable(replace(VARIANT, sha256=hub.sha256), {"LLAMA_CACHE": str(tmp_path)}) is None


def test_file_of_the_user(hub: FakeHub, tmp_path: Path) -> None:
    """A file that we did not download is neither replaced nor removed."""
    pull = Pull(hub, tmp_path)
    pull.folder.mkdir()
    file = pull.folder / VARIANT.local_file
    file.write_bytes(b"GGUF by hand")
    with pytest.raises(TexscholarError, match="texscholar did not download it; move it away"):
        pull.store.check_target(VARIANT)
    with pytest.raises(TexscholarError, match="was not downloaded by texscholar; delete it yourself"):
        pull.store.remove(VARIANT)
    assert file.read_bytes() == b"GGUF by hand"


def test_verify_and_remove(texscholar: Run, tmp_path: Path, environment: dict[str, str]) -> None:
    """``verify`` tells a damaged file from a whole one, ``remove`` deletes it with its receipt."""

    def run(*arguments: str) -> tuple[int, str]:
        result = texscholar("model", *arguments, cwd=tmp_path, env=environment)
        return result.code, result.text + result.err

    file = tmp_path / "data" / "models" / VARIANT.local_file
    assert run("verify") == (0, "texscholar: no model is installed; `texscholar model list` names those that can be\n")
    assert run("verify", NAME)[0] == 1
    run("pull", NAME, "--yes")
    assert run("verify")[0] == 0
    file.write_bytes(CONTENT[:-1])
    code, said = run("verify")
    assert (code, "is damaged or another file" in said) == (1, True)
    assert run("pull", NAME, "--yes")[0] == 0
    assert file.read_bytes() == CONTENT
    assert run("remove", NAME) == (0, f"{NAME}: removed {file}\n")
    assert list(file.parent.iterdir()) == []


def test_list(texscholar: Run, tmp_path: Path, environment: dict[str, str]) -> None:
    """``list`` names every variant with its size and where it is; ``--json`` tells all that is known."""
    texscholar("model", "pull", NAME, "--yes", cwd=tmp_path, env=environment)
    lines = texscholar("model", "list", cwd=tmp_path, env=environment).text.splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(VARIANTS)
    assert "731 MB" in lines[1]
    assert lines[1].rstrip().endswith("no")
    facts = json.loads(texscholar("model", "list", "--json", cwd=tmp_path, env=environment).text)
    by_name = {each["name"]: each for each in facts}
    assert by_name["lfm2.5"]["sampling"]["top_k"] == 50
    assert by_name["lfm2"]["dialect"] == "lfm2"
    assert by_name[NAME]["path"] == str(tmp_path / "data" / "models" / VARIANT.local_file)
    assert (by_name[NAME]["installed"], by_name["lfm2"]["installed"]) == (True, False)
