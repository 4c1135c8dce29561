"""The catalogue of models, and where an installed one is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from texscholar.lfm.catalogue import VARIANTS, Variant, installed

if TYPE_CHECKING:
    from pathlib import Path

VARIANT = VARIANTS["lfm2.5"]
SNAPSHOT = f"models--LiquidAI--LFM2.5-1.2B-Instruct-GGUF/snapshots/0123abc/{VARIANT.file}"


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"GGUF")
    return path


def test_names() -> None:
    """The variants have the names of the command line, the default first."""
    assert tuple(VARIANTS) == ("lfm2.5", "lfm2", "lfm2-8b-a1b", "lfm2.5-350m")


@pytest.mark.parametrize("variant", VARIANTS.values())
def test_hash_is_whole(variant: Variant) -> None:
    """A hash is unknown or complete."""
    assert variant.sha256 is None or len(bytes.fromhex(variant.sha256)) == 32


def test_not_installed(tmp_path: Path) -> None:
    """Without a file there is none, also where no folder exists yet."""
    assert installed(VARIANT, tmp_path / "data", {"HF_HOME": str(tmp_path / "hf")}) is None


def test_in_the_data_folder(tmp_path: Path) -> None:
    """A file in the program's own folder is found."""
    file = put(tmp_path / "models" / VARIANT.file)
    assert installed(VARIANT, tmp_path, {"HF_HOME": str(tmp_path / "hf")}) == file


@pytest.mark.parametrize(
    ("variable", "value", "folder"),
    [
        ("HF_HUB_CACHE", "cache", "cache"),
        ("HF_HOME", "home", "home/hub"),
        ("XDG_CACHE_HOME", "xdg", "xdg/huggingface/hub"),
    ],
)
def test_in_the_hub_cache(tmp_path: Path, variable: str, value: str, folder: str) -> None:
    """A file in the Hugging Face cache is found, wherever a variable puts the cache."""
    file = put(tmp_path / folder / SNAPSHOT)
    assert installed(VARIANT, tmp_path / "data", {variable: str(tmp_path / value)}) == file


def test_in_the_default_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without variables the cache is in the home folder."""
    monkeypatch.setenv("HOME", str(tmp_path))
    file = put(tmp_path / ".cache/huggingface/hub" / SNAPSHOT)
    assert installed(VARIANT, tmp_path / "data", {}) == file


def test_own_folder_first(tmp_path: Path) -> None:
    """The program's own folder comes before the cache."""
    put(tmp_path / "hub" / SNAPSHOT)
    file = put(tmp_path / "models" / VARIANT.file)
    assert installed(VARIANT, tmp_path, {"HF_HUB_CACHE": str(tmp_path / "hub")}) == file


def test_broken_link(tmp_path: Path) -> None:
    """A link of the cache whose file was deleted is no installed model."""
    link = tmp_path / SNAPSHOT
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "blobs" / "gone")
    assert installed(VARIANT, tmp_path / "data", {"HF_HUB_CACHE": str(tmp_path)}) is None
