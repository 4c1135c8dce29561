"""Where an installed model is found: our folder and the caches of other tools."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from texscholar.lfm.catalogue import VARIANTS
from texscholar.lfm.places import Copy, copies, installed

if TYPE_CHECKING:
    from pathlib import Path

VARIANT = replace(VARIANTS["lfm2.5"], size=4)
UNKNOWN = replace(VARIANT, size=None, sha256=None)
SNAPSHOT = f"models--LiquidAI--LFM2.5-1.2B-Instruct-GGUF/snapshots/0123abc/{VARIANT.file}"


def put(path: Path, content: bytes = b"GGUF") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_not_installed(tmp_path: Path) -> None:
    """Without a file there is none, also where no folder exists yet."""
    assert installed(VARIANT, tmp_path / "data", {"HF_HOME": str(tmp_path / "hf")}) is None


def test_in_the_data_folder(tmp_path: Path) -> None:
    """A file in the program's own folder is found."""
    file = put(tmp_path / "models" / VARIANT.file)
    assert installed(VARIANT, tmp_path, {"HF_HOME": str(tmp_path / "hf")}) == file


@pytest.mark.parametrize(
    ("variable", "value", "file"),
    [
        ("HF_HUB_CACHE", "cache", f"cache/{SNAPSHOT}"),
        ("HF_HOME", "home", f"home/hub/{SNAPSHOT}"),
        ("XDG_CACHE_HOME", "xdg", f"xdg/huggingface/hub/{SNAPSHOT}"),
        ("LLAMA_CACHE", "llama", f"llama/LiquidAI_LFM2.5-1.2B-Instruct-GGUF_{VARIANT.file}"),
        ("XDG_CACHE_HOME", "xdg", f"xdg/llama.cpp/LiquidAI_LFM2.5-1.2B-Instruct-GGUF_{VARIANT.file}"),
        ("XDG_CACHE_HOME", "xdg", f"xdg/lm-studio/models/LiquidAI/LFM2.5-1.2B-Instruct-GGUF/{VARIANT.file}"),
        ("OLLAMA_MODELS", "ollama", f"ollama/blobs/sha256-{VARIANT.sha256}"),
    ],
)
def test_in_a_cache_that_a_variable_names(tmp_path: Path, variable: str, value: str, file: str) -> None:
    """A file in another tool's cache is found, wherever a variable puts the cache."""
    path = put(tmp_path / file)
    assert installed(VARIANT, tmp_path / "data", {variable: str(tmp_path / value)}) == path


@pytest.mark.parametrize(
    ("tool", "file"),
    [
        ("Hugging Face", f".cache/huggingface/hub/{SNAPSHOT}"),
        ("llama.cpp", f".cache/llama.cpp/LiquidAI_LFM2.5-1.2B-Instruct-GGUF_{VARIANT.file}"),
        ("LM Studio", f".lmstudio/models/LiquidAI/LFM2.5-1.2B-Instruct-GGUF/{VARIANT.file}"),
        ("Ollama", f".ollama/models/blobs/sha256-{VARIANT.sha256}"),
    ],
)
def test_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: str, file: str) -> None:
    """Without variables the caches are in the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    path = put(tmp_path / file)
    assert list(copies(VARIANT, tmp_path / "data", {})) == [Copy(path, tool)]


def test_lm_studio_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LM Studio's pointer file tells where its folder is."""
    monkeypatch.setenv("HOME", str(tmp_path))
    put(tmp_path / ".lmstudio-home-pointer", f"{tmp_path / 'elsewhere'}\n".encode())
    path = put(tmp_path / "elsewhere" / "models" / VARIANT.repository / VARIANT.file)
    assert installed(VARIANT, tmp_path / "data", {}) == path


def test_own_folder_first(tmp_path: Path) -> None:
    """The program's own folder comes before the caches."""
    put(tmp_path / "hub" / SNAPSHOT)
    file = put(tmp_path / "models" / VARIANT.file)
    assert installed(VARIANT, tmp_path, {"HF_HUB_CACHE": str(tmp_path / "hub")}) == file


def test_known_revision_first(tmp_path: Path) -> None:
    """Of two snapshots the one of the known revision counts."""
    put(tmp_path / SNAPSHOT)
    file = put(tmp_path / SNAPSHOT.replace("0123abc", VARIANT.revision or ""))
    assert installed(VARIANT, tmp_path / "data", {"HF_HUB_CACHE": str(tmp_path)}) == file


def test_another_size(tmp_path: Path) -> None:
    """A file of another tool that has not the known size is another file."""
    put(tmp_path / SNAPSHOT, b"GGUF and more")
    assert installed(VARIANT, tmp_path / "data", {"HF_HUB_CACHE": str(tmp_path)}) is None


def test_not_ours_to_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that another user does not let us read is none: the next one is taken."""
    cache = tmp_path / "cache"
    closed, open_ = (put(cache / SNAPSHOT.replace("0123abc", name)) for name in ("a", "b"))
    monkeypatch.setattr("os.access", lambda path, _mode: path != closed)
    assert installed(VARIANT, tmp_path / "data", {"HF_HUB_CACHE": str(cache)}) == open_


def test_broken_link(tmp_path: Path) -> None:
    """A link of the cache whose file was deleted is no installed model."""
    link = tmp_path / SNAPSHOT
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "blobs" / "gone")
    assert installed(VARIANT, tmp_path / "data", {"HF_HUB_CACHE": str(tmp_path)}) is None


def manifest(layers: object) -> bytes:
    return json.dumps({"schemaVersion": 2, "layers": layers}).encode()


def test_ollama_manifest(tmp_path: Path) -> None:
    """Where no sha256 is known, the manifest of what Ollama pulled from the hub leads to the file."""
    digest = "ab" * 32
    layers = [
        {"mediaType": "application/vnd.ollama.image.template", "digest": f"sha256:{'cd' * 32}"},
        {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"},
    ]
    put(tmp_path / "manifests/hf.co" / UNKNOWN.repository / "q4_k_m", manifest(layers))
    put(tmp_path / "manifests/hf.co" / UNKNOWN.repository / "Q8_0", manifest([]))
    blob = put(tmp_path / f"blobs/sha256-{digest}")
    assert installed(UNKNOWN, tmp_path / "data", {"OLLAMA_MODELS": str(tmp_path)}) == blob


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no JSON",
        b"[]",
        b"[" * 100_000,
        manifest(3),
        manifest(["x"]),
        manifest([{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:../../etc/passwd"}]),
    ],
)
def test_broken_ollama_manifest(tmp_path: Path, content: bytes) -> None:
    """A manifest that makes no sense leads nowhere."""
    put(tmp_path / "manifests/hf.co" / UNKNOWN.repository / "Q4_K_M", content)
    assert installed(UNKNOWN, tmp_path / "data", {"OLLAMA_MODELS": str(tmp_path)}) is None
