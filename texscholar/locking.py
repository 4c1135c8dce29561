"""Files that one process at a time works on."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO

CAN_LOCK = find_spec("fcntl") is not None
"""Whether the system knows locks that end with the process that holds them; Windows does not."""


def lock(file: IO[bytes]) -> bool:
    """Whether no other process has locked a file, which then is ours until it is closed.

    Where the system knows no such locks, nobody has.
    """
    if not CAN_LOCK:
        return True
    import fcntl  # noqa: PLC0415 - not everywhere

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
