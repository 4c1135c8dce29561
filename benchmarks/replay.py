"""What the light hook does with real commits: ``python benchmarks/replay.py FOLDER [--count 300] [--seed 7]``.

FOLDER holds clones with their history, as OWNER+NAME. Commits of one parent or none that add or change a ``.tex`` file
are drawn by the seed, the repositories taking turns. Each is staged on its parent in a work tree of its own, which
borrows the clone's objects and writes nothing there, and ``texscholar check --staged FILES`` is run as pre-commit does.

Told are the CPU seconds of the process with all the git it starts, what the slowest spend them on, exit codes, and
whether every finding lies on a line that ``git diff -U0`` tells as changed, or is a citation of a key whose entry lies
on a line that it tells as gone.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

TEX = (".tex", ".ltx", ".bib")
READ = (*TEX, ".bbl", ".sty", ".cls", ".toml")  # what a work tree needs: clones may lack large files
_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_ENTRY_GONE = re.compile(r"^-\s*@\w+\s*[{(]\s*([^,\s]+)")
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2): a git that outlives its parent is waited for here
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0",
}  # fmt: skip
_WHO = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org")
# Runs the same command and tells what each step took of its own, in CPU seconds.
_STEPS = """
import sys, time, resource
def used():
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
steps, stack = {"interpreter": used()}, []
def timed(name, holder, attribute):
    whole = getattr(holder, attribute)
    def run(*given, **named):
        start = used()
        stack.append(0.0)
        try:
            return whole(*given, **named)
        finally:
            took = used() - start
            steps[name] = steps.get(name, 0.0) + took - stack.pop()
            if stack:
                stack[-1] += took
    setattr(holder, attribute, run)
before = used()
from texscholar.cli import check, loading, looking, main
import texscholar.git, texscholar.pipeline
steps["imports"] = used() - before
timed("finding papers", check, "roots_and_named")
timed("git", loading, "scope_of")
timed("git", texscholar.git.Repository, "_object")
timed("reading", loading, "load_paper")
timed("rules and ranking", looking, "run")
timed("ranking", texscholar.pipeline, "rank")
timed("all else", main, "main")
code = main.main(sys.argv[1:])
print(*(f"{name}={value:.4f}" for name, value in steps.items()), sep=";", file=open(3, "w"))
"""


@dataclass(frozen=True)
class Replayed:
    """One commit: CPU seconds, exit code, what was found, and which findings are on no changed line."""

    repository: str
    commit: str
    seconds: float
    code: int
    findings: int
    astray: tuple[str, ...]
    complaint: str


def git(top: Path, *arguments: str, check: bool = True) -> str:
    """What git prints."""
    done = subprocess.run(
        ["git", *_WHO, "-c", "core.quotePath=false", *arguments],
        cwd=top,
        env=_ENVIRONMENT,
        capture_output=True,
        check=check,
    )
    return done.stdout.decode("utf-8", "surrogateescape")


def commits(folder: Path) -> list[tuple[Path, str, str]]:
    """Every commit of one parent or none that adds or changes a TeX file: clone, commit, parent."""
    found = []
    for clone in sorted(path for path in folder.iterdir() if (path / ".git").exists()):
        log = git(clone, "log", "--no-merges", "--diff-filter=AM", "--format=%H %P", "HEAD", "--", "*.tex")
        found += [(clone, *line.partition(" ")[::2]) for line in log.splitlines()]
    return found


def in_turn(known: list[tuple[Path, str, str]], draw: random.Random) -> list[tuple[Path, str, str]]:
    """All commits in an order in which the repositories take turns, so that no long history outweighs the others."""
    turns = []
    for clone in dict.fromkeys(clone for clone, *_ in known):
        own = [each for each in known if each[0] == clone]
        turns += list(enumerate(draw.sample(own, len(own))))
    return [each for _, each in sorted(turns, key=lambda turn: turn[0])]


def stage(top: Path, commit: str, parent: str) -> bool:
    """The TeX files and the index as the commit has them, on its parent; False where the clone lacks some of them."""
    for path in top.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    git(top, "read-tree", commit)
    names = [name for name in git(top, "ls-files", "-z").split("\0") if name.lower().endswith(READ)]
    listed = "\0".join(names).encode("utf-8", "surrogateescape")
    written = subprocess.run(
        ["git", "checkout-index", "-q", "-f", "-u", "-z", "--stdin"],
        cwd=top, env=_ENVIRONMENT, input=listed, capture_output=True, check=False,
    )  # fmt: skip
    git(top, "symbolic-ref", "HEAD", "refs/heads/none")
    if parent:
        git(top, "update-ref", "--no-deref", "HEAD", parent)
    compared = subprocess.run(
        ["git", "diff", "--cached", "-U0"], cwd=top, env=_ENVIRONMENT, capture_output=True, check=False
    )
    return written.returncode == compared.returncode == 0


def changed(top: Path) -> tuple[dict[str, list[range]], set[str]]:
    """What git's own diff tells: the lines of the new side, by file, and the keys of entries that went.

    Around lines that went, their neighbours count.
    """
    lines: dict[str, list[range]] = {}
    gone: set[str] = set()
    path = ""
    for line in git(top, "diff", "--cached", "-U0", "--find-renames", "--no-ext-diff", "--no-color").split("\n"):
        if line.startswith("+++ "):
            path = line[6:].rstrip("\t").strip('"')
        elif match := _HUNK.match(line):
            start, count = int(match[1]), int(match[2] or 1)
            lines.setdefault(path, []).append(range(start, start + count) if count else range(start, start + 2))
        elif match := _ENTRY_GONE.match(line):
            gone.add(match[1])
    return lines, gone


def astray(top: Path, command: list[str]) -> tuple[str, ...]:
    """The findings that the change does not explain: told in SARIF, since that has their last lines too."""
    told = top.parent / "told.sarif"
    subprocess.run([*command, f"--format=sarif={told}"], cwd=top, env=_ENVIRONMENT, capture_output=True, check=False)
    touched, gone = changed(top)
    found = []
    for result in json.loads(told.read_text("utf-8"))["runs"][0]["results"]:
        place = result["locations"][0]["physicalLocation"]
        path, region = place["artifactLocation"]["uri"], place["region"]
        path = re.sub(r"(?:%[0-9A-F]{2})+", lambda hexed: bytes.fromhex(hexed[0].replace("%", "")).decode(), path)
        lines = range(region["startLine"], region["endLine"] + 1)
        bereft = result["ruleId"] == "undefined-citation" and result["message"]["text"].split()[-1] in gone
        if not bereft and not any(
            lines.start < each.stop and each.start < lines.stop for each in touched.get(path, ())
        ):
            found.append(f"{result['ruleId']} {path}:{lines.start}: {result['message']['text'][:90]}")
    return tuple(found)


def run(command: list[str], top: Path) -> tuple[float, int, str]:
    """CPU seconds of a command with all it starts, its exit code, and what it says on stderr."""
    with tempfile.TemporaryFile() as complaint:
        process = subprocess.Popen(command, cwd=top, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=complaint)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = usage.ru_utime + usage.ru_stime
        while True:
            try:
                _, _, usage = os.wait4(-1, 0)
            except ChildProcessError:
                break
            seconds += usage.ru_utime + usage.ru_stime
        complaint.seek(0)
        return seconds, process.returncode, complaint.read().decode("utf-8", "replace")


def steps(command: list[str], top: Path) -> dict[str, float]:
    """CPU seconds of each step of one run."""
    reading, writing = os.pipe()
    given = command[command.index("check") :]
    subprocess.run(
        ["bash", "-c", 'exec "$0" "$@" 3>&' + str(writing), sys.executable, "-c", _STEPS, *given],
        cwd=top, env=_ENVIRONMENT, pass_fds=(writing,), capture_output=True, check=False,
    )  # fmt: skip
    os.close(writing)
    with os.fdopen(reading) as told:
        return {
            name: float(value) for name, _, value in (part.partition("=") for part in told.read().split(";") if part)
        }


def replay(folder: Path, count: int, seed: int, every: int, results: Path | None, *, alike: bool) -> None:
    """Draw, run and tell."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    known = commits(folder)
    drawn = random.Random(seed).sample(known, len(known)) if alike else in_turn(known, random.Random(seed))
    done: list[Replayed] = []
    parts: list[tuple[str, dict[str, float]]] = []
    lacking = 0
    with tempfile.TemporaryDirectory() as temporary:
        for clone, commit, parent in drawn:
            if len(done) == count:
                break
            top = Path(temporary, clone.name)
            if not top.exists():
                git(Path(temporary), "init", "-q", clone.name)
                (top / ".git" / "objects" / "info" / "alternates").write_text(
                    f"{clone / '.git' / 'objects'}\n", "utf-8"
                )
            if not stage(top, commit, parent):
                lacking += 1
                continue
            named = git(top, "diff", "--cached", "--name-only", "-z", "--diff-filter=ACMRT").split("\0")
            files = [name for name in named if name.lower().endswith(TEX)]
            command = [sys.executable, "-m", "texscholar", "check", "--staged", "--", *files]
            seconds, code, complaint = run(command, top)
            found = [line for line in complaint.splitlines() if " finding" in line]
            told = int(found[-1].split()[1]) if code == 1 and found else 0
            off = astray(top, [*command[: command.index("--")], *files]) if code == 1 else ()
            done.append(Replayed(clone.name, commit, seconds, code, told, off, complaint if code > 1 else ""))
            if every and len(done) % every == 0:
                parts.append((f"{clone.name} {commit[:8]}", steps(command, top)))
            if results:
                with results.open("a", encoding="utf-8") as written:
                    written.write(json.dumps(asdict(done[-1])) + "\n")
    repositories = len({each.repository for each in done})
    print(f"{len(done)} of {len(known)} commits, {repositories} repositories, seed {seed}; not whole: {lacking}")
    tell(done, parts)


def tell(done: list[Replayed], parts: list[tuple[str, dict[str, float]]]) -> None:
    """The figures."""
    seconds = [each.seconds for each in done]
    print(f"CPU s: median {median(seconds):.3f}, p90 {quantiles(seconds, n=10)[-1]:.3f}, "
          f"p95 {quantiles(seconds, n=20)[-1]:.3f}, most {max(seconds):.3f}")  # fmt: skip
    codes = sorted({each.code for each in done})
    print(f"exit codes: {', '.join(f'{code} x {sum(each.code == code for each in done)}' for code in codes)}")
    with_some = [each for each in done if each.findings]
    print(f"findings: {sum(each.findings for each in done)} in {len(with_some)} commits; "
          f"not of the change: {sum(len(each.astray) for each in done)}")  # fmt: skip
    for each in done:
        for line in (*each.astray, *each.complaint.splitlines()[-1:]):
            print(f"  {each.repository} {each.commit[:8]} {line}")
    print("slowest:")
    for each in sorted(done, key=lambda each: -each.seconds)[:15]:
        print(f"  {each.seconds:.3f} {each.repository} {each.commit[:8]} {each.findings} findings")
    if parts:
        print(f"CPU s by step, medians of {len(parts)} (and the largest):")
        for name in dict.fromkeys(name for _, part in parts for name in part):
            values = [part.get(name, 0.0) for _, part in parts]
            print(f"  {name}: {median(values):.3f} ({max(values):.3f})")


if __name__ == "__main__":
    reads = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reads.add_argument("folder", type=Path)
    reads.add_argument("--count", type=int, default=300)
    reads.add_argument("--seed", type=int, default=7)
    reads.add_argument("--steps", type=int, default=5, help="take every nth commit apart; 0 for none")
    reads.add_argument("--results", type=Path, help="a line of JSON a commit, added to this file")
    reads.add_argument("--alike", action="store_true", help="draw over all commits alike: long histories weigh more")
    asked = reads.parse_args()
    replay(asked.folder.resolve(), asked.count, asked.seed, asked.steps, asked.results, alike=asked.alike)
