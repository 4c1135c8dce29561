"""The seconds that a model may take in all, so that nobody waits longer than they said."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Budget:
    """Seconds that run down; None for as long as it takes.

    Args:
        seconds: how many.
        since: when they began to run, by the clock; now if not given.
        clock: tells the time in seconds.
    """

    def __init__(
        self, seconds: float | None = None, since: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds, self._clock = seconds, clock
        self._end = math.inf if seconds is None else (clock() if since is None else since) + seconds

    @property
    def left(self) -> float:
        """The seconds that are left, 0 when none are."""
        return max(0.0, self._end - self._clock())
