"""When this process began: a user's patience does not start with our first line."""

from __future__ import annotations

import os
import time
from pathlib import Path


def started() -> float:
    """The moment on the monotonic clock at which the process began."""
    return time.monotonic() - max(_age(), time.process_time())


def _age(stat: Path = Path("/proc/self/stat")) -> float:
    """Seconds since the process began, as Linux tells; 0 where nobody tells."""
    try:
        ticks = int(stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, AttributeError, ValueError, IndexError):
        return 0.0
