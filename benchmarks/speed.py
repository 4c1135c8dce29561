"""Speed against peers, in one run on the same files: ``python benchmarks/speed.py PAPER.tex [BIBLIOGRAPHY.bib]``.

Reading LaTeX is compared with pylatexenc, reading BibTeX with bibtexparser; then the example paper is filled by the
installed program, cold and warm. CPU seconds, the best of several runs; ratios say more than seconds.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.bibtex import read_bibliography
from texscholar.latex import find_citations, find_wrappers, read_prose, scan, split_sentences
from texscholar.source import decode

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent


def cpu(work: Callable[[], object], times: int = 5) -> float:
    """The least CPU seconds that one of several runs took."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def latex(path: Path) -> None:
    """Scanner, citations and sentences, against pylatexenc's node tree."""
    from pylatexenc.latexwalker import LatexWalker  # noqa: PLC0415 - the peer

    source = decode(path.read_bytes(), path.name)
    size = len(source.encode()) / 1e6
    scanned = scan(source)
    ours = cpu(lambda: scan(source))
    cites = cpu(lambda: find_citations(scanned, find_wrappers(scanned)))
    sentences = cpu(lambda: split_sentences(scanned, read_prose(scanned)))
    peer = cpu(lambda: LatexWalker(source.text).get_latex_nodes(), times=1)
    print(f"{path.name}: {size:.2f} MB")
    print(f"  scan       {size / ours:8.1f} MB/s   {peer / ours:6.0f} x pylatexenc ({size / peer:.2f} MB/s)")
    print(f"  citations  {size / cites:8.1f} MB/s")
    print(f"  sentences  {size / sentences:8.1f} MB/s")


def bibtex(path: Path) -> None:
    """Entries with their places, against bibtexparser."""
    import bibtexparser  # noqa: PLC0415 - the peer

    source = decode(path.read_bytes(), path.name)
    size = len(source.encode()) / 1e6
    ours = cpu(lambda: read_bibliography(source))
    peer = cpu(lambda: bibtexparser.parse_string(source.text), times=2)
    print(f"{path.name}: {size:.2f} MB, {len(read_bibliography(source).entries)} entries")
    print(f"  entries    {size / ours:8.1f} MB/s   {peer / ours:6.1f} x bibtexparser ({size / peer:.2f} MB/s)")


def example() -> None:
    """``texscholar fill`` on the example paper, wall-clock seconds of the whole process."""
    main = str(ROOT / "example_paper" / "main.tex")
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "TEXSCHOLAR_CACHE_DIR": cache}
        for label in ("cold (library indexed)", "warm", "warm"):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "texscholar", "fill", main], capture_output=True, check=True, env=environment
            )
            print(f"fill example_paper, {label}: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in sys.argv[1:]:
        (bibtex if name.endswith(".bib") else latex)(Path(name))
    example()
