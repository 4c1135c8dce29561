"""Who makes an index, noted in its directory: what a process left that died is removed, what one works on is not."""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NAME = "builder"
_BETWEEN = "@"  # stands in no name of a library
_WITHIN = 86_400.0  # seconds: what another machine has not touched for so long was left by a process that died


def mark_builder(directory: Path) -> None:
    """Note that this process makes what the directory holds."""
    (directory / _NAME).write_text(json.dumps({"host": platform.node(), "process": os.getpid()}), "utf-8")


def remove_if_abandoned(directory: Path) -> None:
    """Remove a directory unless somebody may be at work in it."""
    if _is_abandoned(directory):
        shutil.rmtree(directory, ignore_errors=True)


def unfinished_prefix() -> str:
    """What the name of a file begins with that this process has not finished."""
    return f".{platform.node()}{_BETWEEN}{os.getpid()}{_BETWEEN}"


def remove_unfinished(folder: Path) -> None:
    """Remove the files in a folder that nobody is going to finish."""
    for path in folder.glob(f".*{_BETWEEN}*"):
        host, process, *_ = path.name[1:].split(_BETWEEN)
        is_ours = host == platform.node() and process.isdecimal()
        if path.is_file() and (not _is_alive(int(process)) if is_ours else _is_old(path)):
            path.unlink(missing_ok=True)


def _is_abandoned(directory: Path) -> bool:
    try:
        builder = json.loads((directory / _NAME).read_text("utf-8"))
        if builder["host"] == platform.node():
            return not _is_alive(int(builder["process"]))
    except (OSError, ValueError, TypeError, KeyError):  # of an earlier version, or just made
        pass
    return _is_old(directory)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _WITHIN
    except OSError:
        return False


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # where the same call would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True
