"""Prints the N-th shell command of a README, so that CI runs what users read: ``readme_command.py N README``."""

import re
import sys
from pathlib import Path


def commands(readme: str) -> list[str]:
    """The ``sh`` blocks in their order."""
    return [block.strip() for block in re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)]


if __name__ == "__main__":
    sys.stdout.write(commands(Path(sys.argv[2]).read_text("utf-8"))[int(sys.argv[1]) - 1] + "\n")
