"""Wall-clock seconds of ``texscholar fill`` on the example paper, the whole process: ``python benchmarks/fill.py``."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MAIN = Path(__file__).parent.parent / "example_paper" / "main.tex"


def main() -> None:
    """Once with an empty cache, then twice with the library indexed."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "TEXSCHOLAR_CACHE_DIR": cache}
        for label in ("cold (library indexed)", "warm", "warm"):
            start = time.perf_counter()
            command = [sys.executable, "-m", "texscholar", "fill", str(MAIN)]
            subprocess.run(command, capture_output=True, check=True, env=environment)
            print(f"fill example_paper, {label}: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main()
