"""What a hook costs where there is hardly anything to say: ``python benchmarks/startup.py [RUNS]``.

A repository with a paper of 20 files (0.5 MB of TeX, 300 entries) is made, one line of it is changed and staged, and
``texscholar check --staged`` is run on it: CPU seconds of the whole process and of the git it starts, least and median.
``python -c pass`` and ``git status``, run in turn with it, tell how fast the machine is.
So is ``texscholar overlay``, which every build of a draft calls, on a copy of the example paper that was filled.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

FILES, ENTRIES, SIZE = 20, 300, 25_000  # SIZE: characters of a file
NOUNS = ("graph", "kernel", "query", "passage", "encoder", "policy", "gradient", "token", "tree", "cluster", "sensor",
         "protein", "image", "dialogue", "planner", "memory", "filter", "schedule")  # fmt: skip
VERBS = ("improves", "reduces", "predicts", "encodes", "retrieves", "compares", "estimates", "learns", "bounds")
KINDS = ("sparse", "dense", "robust", "linear", "adaptive", "causal", "latent", "shallow", "private", "noisy")
NAMES = ("Miller", "Tanaka", "Garcia", "Novak", "Ivanova", "Schmidt", "Rossi", "Dubois", "Kim", "Haddad")
LINES = {
    "a comment": "% as before\n",
    "a cited sentence": "The sparse encoder improves the ranking of noisy queries~\\citep{key7}.\n",
    "an uncited sentence": "The sparse encoder improves the ranking of noisy queries, as others have shown before.\n",
}


def sentence(draw: random.Random) -> str:
    """A claim of nobody's, every fifth with a citation."""
    what, other, third = (f"{draw.choice(KINDS)} {draw.choice(NOUNS)}" for _ in range(3))
    cite = f"~\\citep{{key{draw.randrange(ENTRIES)}}}" if draw.random() < 0.2 else ""
    claim = f"The {what} {draw.choice(VERBS)} the {other} of size $n_{{{draw.randrange(9)}}}$"
    return f"{claim} when a {third} {draw.choice(VERBS)} it{cite}."


def section(draw: random.Random) -> str:
    """A file of paragraphs, lists and formulas."""
    parts = [f"\\section{{The {draw.choice(KINDS)} {draw.choice(NOUNS)}}}\n"]
    while sum(map(len, parts)) < SIZE:
        lines = [sentence(draw) for _ in range(draw.randint(3, 7))]
        items = "".join(f"  \\item {line}\n" for line in lines)
        formula = "\\begin{equation}\n  f(x) = \\sum_{i=1}^{n} \\alpha_i \\exp(-x_i^2) % smooth\n\\end{equation}\n"
        kind = draw.random()
        parts.append(f"\\begin{{itemize}}\n{items}\\end{{itemize}}\n" if kind < 0.1 else "\n".join(lines) + "\n")
        parts.append(formula if kind > 0.9 else "")
    return "\n".join(parts)


def entry(draw: random.Random, number: int) -> str:
    """An article of nobody's."""
    title = f"{draw.choice(KINDS)} {draw.choice(NOUNS)}s for the {draw.choice(KINDS)} {draw.choice(NOUNS)}".title()
    fields = {
        "title": title,
        "author": f"{draw.choice(NAMES)}, Anna and {draw.choice(NAMES)}, B. C.",
        "journal": f"Journal of {draw.choice(NOUNS).title()}s",
        "year": str(draw.randint(1980, 2024)),
        "doi": f"10.1000/{number}",
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@article{{key{number},\n{body}}}\n"


def git(top: Path, *arguments: str) -> None:
    """Runs git in the repository, whoever its user is."""
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
    subprocess.run(["git", *who, *arguments], cwd=top, check=True, capture_output=True)


def make(top: Path) -> Path:
    """The repository, committed; gives the file in which a line is to change."""
    draw = random.Random(20)
    names = [f"part{number}" for number in range(1, FILES)]
    inputs = "".join(f"\\input{{{name}}}\n" for name in names)
    root = f"\\documentclass{{article}}\n\\usepackage{{natbib}}\n\\begin{{document}}\n{inputs}\\bibliography{{refs}}\n"
    files = {f"{name}.tex": section(draw) for name in names}
    files |= {"main.tex": f"{root}\\end{{document}}\n", "refs.bib": "".join(entry(draw, n) for n in range(ENTRIES))}
    for name, text in files.items():
        (top / name).write_text(text, encoding="utf-8")
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "commit", "-qm", "first")
    return top / "part7.tex"


def cpu(command: list[str], top: Path) -> float:
    """CPU seconds of one run with all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, cwd=top, capture_output=True, check=False, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode > 1:
        raise SystemExit(done.stderr.decode())
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_overlay(runs: int) -> None:
    """A line; the notes of a filled paper, as latexmk asks for them."""
    overlay = [sys.executable, "-m", "texscholar", "overlay", "main.tex", "--dependencies"]
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder) / "paper"
        shutil.copytree(Path(__file__).parent.parent / "example_paper", top)
        fill = ("fill", "main.tex", "--model-variant", "none", "--output", ".texscholar/suggestions.patch")
        cpu([sys.executable, "-m", "texscholar", *fill], top)
        cpu(overlay, top)
        turns = [(cpu([sys.executable, "-c", "pass"], top), cpu(overlay, top)) for _ in range(runs)]
    empty, ours = (median(times) for times in zip(*turns, strict=True))
    print(f"overlay, example paper: median {ours:.3f} s, `python -c pass` {empty:.3f} s")


def measure(runs: int) -> None:
    """One table; the commands take turns, so that a busy machine is busy for all of them."""
    check = [sys.executable, "-m", "texscholar", "check", "--staged"]
    with tempfile.TemporaryDirectory() as folder:
        file = make(top := Path(folder))
        whole = file.read_text(encoding="utf-8")
        for label, line in LINES.items():
            file.write_text(whole.replace("\n\nThe ", f"\n\n{line}The ", 1), encoding="utf-8")
            git(top, "add", ".")
            commands = {"pass": [sys.executable, "-c", "pass"], "status": ["git", "status"], "check": check}
            cpu(check, top)  # leaves the compiled modules behind
            turns = [{name: cpu(command, top) for name, command in commands.items()} for _ in range(runs)]
            least = {name: min(turn[name] for turn in turns) for name in commands}
            middle = median(turn["check"] for turn in turns)
            ratios = f"{least['check'] / least['pass']:.0f} x `python -c pass` ({least['pass']:.3f} s)"
            print(f"check --staged, {label}: least {least['check']:.3f} s, median {middle:.3f} s, {ratios},")
            print(f"  {least['check'] / max(least['status'], 0.001):.0f} x `git status` ({least['status']:.3f} s)")


if __name__ == "__main__":
    measure_overlay(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
