"""A bibliography built as authors build it: LaTeX with BibTeX or biber, and everything that warns."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WARNED = re.compile(
    r"^(?:Warning--.*|.*\b(?:WARN|ERROR) - .*|(?:LaTeX|Package|Class)\b.*(?:Warning|Error):.*|! .*(?:\n(?!l\.\d).*){0,12}\nl\..*|Missing character: .*"
    r"|.*---line \d+ of file.*|I (?:couldn't|found no) .*|Repeated entry.*|There (?:was|were) \d+ error.*)",
    re.MULTILINE,
)
_PATIENCE = 280  # seconds


@dataclass(frozen=True)
class System:
    """A way to cite: the preamble that it needs, the command, how the list is printed, and what makes that list."""

    preamble: str
    cite: str
    printed: str
    program: str


SYSTEMS = {
    "plain": System("", "cite", "\\bibliographystyle{plain}\n\\bibliography{refs}", "bibtex"),
    "natbib": System(
        "\\usepackage{url}\n\\usepackage{natbib}",
        "citet",
        "\\bibliographystyle{plainnat}\n\\bibliography{refs}",
        "bibtex",
    ),
    "biblatex": System(
        "\\usepackage[backend=biber]{biblatex}\n\\addbibresource{refs.bib}", "cite", "\\printbibliography", "biber"
    ),
}
FONTS = {
    "pdflatex": "\\usepackage[T1]{fontenc}",
    # A font that has Latin, Greek, Cyrillic and Japanese letters; its Latin ones stop before Vietnamese.
    "xelatex": "\\usepackage{fontspec}\n\\setmainfont{IPAexMincho}[BoldFont=*,ItalicFont=*]",
}


def warnings_of(
    folder: Path, entries: str, keys: Sequence[str], name: str, *, engine: str = "pdflatex", style: str = ""
) -> list[str]:
    """What LaTeX, BibTeX or biber say against a paper that cites these entries; ``style`` is another one of BibTeX's."""
    system = SYSTEMS[name]
    printed = re.sub(r"(?<=bibliographystyle\{)\w+", style, system.printed) if style else system.printed
    cited = "\n\n".join(f"\\{system.cite}{{{key}}}" for key in keys)
    paper = (
        f"\\documentclass{{article}}\n{FONTS[engine]}\n{system.preamble}\n\\begin{{document}}\n\\sloppy\n{cited}\n\n"
        f"{printed}\n\\end{{document}}\n"
    )
    for left in folder.glob("main.*"):
        left.unlink()
    (folder / "main.tex").write_text(paper, "utf-8")
    (folder / "refs.bib").write_text(entries, "utf-8")
    latex = (engine, "-interaction=nonstopmode", "-draftmode" if engine == "pdflatex" else "-no-pdf", "main")
    _run(folder, *latex)
    said = _run(folder, system.program, "main")
    runs = [_run(folder, *latex), _run(folder, *latex)]
    if "may have changed" in runs[-1]:
        runs.append(_run(folder, *latex))
    return list(
        dict.fromkeys((*_WARNED.findall(said), *(" ".join(line.split()) for line in _WARNED.findall(runs[-1]))))
    )


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=_PATIENCE,
        env={**os.environ, "max_print_line": "1000"},
    )
    return done.stdout.decode("utf-8", "replace")
