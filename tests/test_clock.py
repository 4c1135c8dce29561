"""When the process began."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from texscholar.cli import clock

PROGRAM = "import time; time.sleep(0.5); from texscholar.cli.clock import started; print(time.monotonic() - started())"


def test_started() -> None:
    """The time before our first line counts, asleep or not, and none before the process."""
    before = time.monotonic()
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    age = float(done.stdout)
    assert (0.4 if sys.platform == "linux" else 0) < age < time.monotonic() - before + 0.02


def test_where_nobody_tells(tmp_path: Path) -> None:
    """Without the file of Linux, or with another one, nothing is added."""
    other = tmp_path / "stat"
    assert clock._age(other) == 0
    other.write_text("nonsense")
    assert clock._age(other) == 0
