"""The hooks of ``.pre-commit-hooks.yaml`` under real pre-commit, which gets them from a repository with tags.

No environment is built: `language: system` in the paper's configuration takes the texscholar of these tests.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from conftest import ADAM, REPOSITORY, git, write_files

MANIFEST = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
LIGHT, WITH_MODEL, FILL = "texscholar-check", "texscholar", "texscholar-fill"
FOLDER = "papiers/été 1"
OLD = "Many earlier networks were trained with Adam, a method for stochastic optimization.\n"
NEW = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
MORE = "Some authors trained the larger networks with Adam, a method for stochastic optimization.\n"
CITED = "Earlier work used Adam, a method for stochastic optimization~\\citep{kingma2015adam}.\n"
MAIN = f"""\
\\documentclass{{article}}
\\usepackage{{natbib}}
\\begin{{document}}
{OLD}
The sum of two and two is four.

% here

The sum of two and three is five.
% there
\\bibliography{{refs}}
\\end{{document}}
"""
HOSTILE = {
    "diff.external": "false",
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "color.ui": "always",
    "core.autocrlf": "input",
    "core.quotePath": "true",
    "core.pager": "false",
}
PATCH = ".texscholar/suggestions.patch"


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pre-commit clones: the manifest as it is, tagged v1."""
    there = tmp_path_factory.mktemp("project")
    write_files(there, {".pre-commit-hooks.yaml": (REPOSITORY / ".pre-commit-hooks.yaml").read_bytes()})
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.org", "-c", "tag.gpgSign=false")
    git(there, "init", "-q")
    git(there, "add", ".")
    git(there, *who, "commit", "-qm", "hooks", "--no-gpg-sign")
    git(there, *who, "tag", "-am", "v1", "v1")
    return there


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps its clones: one for all tests."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def top(tmp_path: Path, project: Path, shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A committed paper, texscholar in PATH, and pre-commit that is yet to be told which hooks it runs."""
    write_files(tmp_path, {"bin/texscholar": f'#!/bin/sh\nexec {sys.executable} -m texscholar "$@"\n'})
    (tmp_path / "bin" / "texscholar").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(shared_home))
    there = tmp_path / "a repository"
    git(tmp_path, "init", "-q", "-b", "main", str(there))
    for name, value in HOSTILE.items():
        git(there, "config", name, value)
    write_files(there, {f"{FOLDER}/main.tex": MAIN, f"{FOLDER}/refs.bib": ADAM})
    # What is said here about hooks shall not depend on how sure the ranking happens to be.
    write_files(there, {".texscholar.toml": "min-confidence = 0.12\n"})
    configure(there, project, LIGHT)
    save(there)
    return there


def configure(top: Path, project: Path, *hooks: str, rev: str = "v1") -> None:
    """The configuration with these hooks, for commits, merges and pushes."""
    chosen = [{"id": hook, "language": "system", "additional_dependencies": []} for hook in hooks]
    config = {"repos": [{"repo": str(project), "rev": rev, "hooks": chosen}]}
    write_files(top, {".pre-commit-config.yaml": yaml.safe_dump(config, sort_keys=False)})
    kinds = [f"--hook-type={kind}" for kind in ("pre-commit", "pre-merge-commit", "pre-push")]
    pre_commit(top, "install", *kinds)


def pre_commit(top: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", *arguments], cwd=top, capture_output=True, check=False, timeout=120
    )
    return done.returncode, (done.stdout + done.stderr).decode()


def save(top: Path) -> None:
    git(top, "add", "-A")
    git(top, "commit", "-qm", "saved", "--no-verify", "--allow-empty")


def put(top: Path, text: str) -> None:
    write_files(top, {f"{FOLDER}/main.tex": text})


def found(said: str) -> list[str]:
    """``line rule`` of each finding."""
    places = re.findall(r"^papiers/été 1/(?:main\.tex|refs\.bib):(\d+):\d+: ([a-z-]+)", said, re.MULTILINE)
    return [" ".join(each) for each in places]


def commit(top: Path, *arguments: str) -> tuple[int, list[str], str]:
    """How a commit ended, what was found, and all that was said."""
    done = git(top, "commit", "-m", "try", *arguments, check=False)
    said = (done.stdout + done.stderr).decode()
    return done.returncode, found(said), said


def test_the_manifest(tmp_path: Path) -> None:
    """pre-commit accepts it; every hook runs in one process, and fill only where it is asked for."""
    code, said = pre_commit(tmp_path, "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml"))
    assert code == 0, said
    assert {each["id"]: each["stages"] for each in MANIFEST} == {
        LIGHT: ["pre-commit", "pre-merge-commit", "pre-push", "manual"],
        WITH_MODEL: ["pre-commit", "pre-merge-commit", "pre-push", "manual"],
        FILL: ["manual"],
    }
    assert all(each["require_serial"] for each in MANIFEST)


@pytest.mark.parametrize("hook", [LIGHT, WITH_MODEL])
def test_a_commit(top: Path, project: Path, hook: str) -> None:
    """A new sentence without a citation stops the commit, told with file, line and column; a cited one goes through."""
    configure(top, project, hook)
    save(top)
    put(top, MAIN.replace("% here\n", NEW))
    code, places, said = commit(top, "-a")
    assert (code, places) == (1, ["8 missing-citation"]), said
    assert f"{FOLDER}/main.tex:8:1: missing-citation" in said
    assert "-> kingma2015adam" in said
    put(top, MAIN.replace("% here\n", CITED))
    assert commit(top, "-a")[:2] == (0, [])


@pytest.mark.parametrize("hook", [LIGHT, WITH_MODEL])
def test_unstaged_edits_next_to_staged_ones(top: Path, project: Path, hook: str) -> None:
    """They come back as they were, pre-commit rolls nothing back, and what is told is the staged text."""
    configure(top, project, hook)
    save(top)
    put(top, MAIN.replace("% here\n", NEW))
    git(top, "add", "-A")
    unstaged = MAIN.replace("% here\n", f"{CITED}{MORE}").replace("% there\n", MORE)
    put(top, unstaged)
    staged = git(top, "ls-files", "-s").stdout
    code, places, said = commit(top)
    assert (code, places) == (1, ["8 missing-citation"]), said
    assert "Rolling back" not in said
    assert (top / FOLDER / "main.tex").read_text("utf-8") == unstaged
    assert git(top, "ls-files", "-s").stdout == staged


def test_one_file_of_several(top: Path) -> None:
    """``git commit FILE`` is checked for that file, although another one is staged."""
    write_files(top, {f"{FOLDER}/sec.tex": MAIN[: MAIN.index("\\document")] + "One.\n"})
    put(top, MAIN.replace("% there\n", "\\input{sec}\n"))
    save(top)
    put(top, MAIN.replace("% there\n", "\\input{sec}\n").replace("% here\n", NEW))
    git(top, "add", "-A")
    write_files(top, {f"{FOLDER}/sec.tex": f"Another.\n\n{MORE}"})
    code, places, said = commit(top, f"{FOLDER}/sec.tex")
    assert (code, places, "sec.tex:3:1: missing-citation" in said) == (1, [], True), said


def test_a_patch_to_review(top: Path, project: Path) -> None:
    """The hook with the model keeps what is ready as a patch that applies, tells the command for it, edits nothing."""
    configure(top, project, WITH_MODEL)
    save(top)
    put(top, MAIN.replace("% here\n", NEW))
    git(top, "add", "-A")
    code, _, said = commit(top)
    assert code == 1
    assert f"suggestions are in {PATCH}; `texscholar review` goes through them" in said
    assert "`texscholar model pull lfm2.5` gets it" in said
    assert git(top, "status", "--porcelain").stdout.decode().count("\n") == 1
    git(top, "apply", PATCH)
    assert f"{NEW[:-2]}~\\citep{{kingma2015adam}}.\n" in (top / FOLDER / "main.tex").read_text("utf-8")
    assert "main.tex" in git(top, "diff", "--no-ext-diff", "--name-only").stdout.decode()
    assert commit(top, "-a")[:2] == (0, [])


def test_fill_by_hand(top: Path, project: Path) -> None:
    """texscholar-fill makes a patch for all of the paper when asked, exits with 0, edits nothing; a commit runs none."""
    configure(top, project, FILL)
    save(top)
    put(top, MAIN.replace("% here\n", NEW))
    assert commit(top, "-a")[0] == 0
    assert not (top / PATCH).exists()
    code, said = pre_commit(top, "run", "--hook-stage", "manual", FILL)
    assert (code, "2 citations for 1 file" in said) == (0, True), said
    assert git(top, "status", "--porcelain").stdout == b""
    git(top, "apply", "--check", PATCH)


@pytest.mark.parametrize("staged", [False, True])
def test_all_files(top: Path, staged: bool) -> None:
    """``--all-files`` is the whole paper, whether or not something is staged."""
    put(top, MAIN.replace("% here\n", NEW))
    git(top, "add", "-A")
    if not staged:
        save(top)
    code, said = pre_commit(top, "run", "--all-files")
    assert (code, found(said)) == (1, ["4 missing-citation", "8 missing-citation"]), said
    code, said = pre_commit(top, "run")
    assert (code, found(said)) == ((1, ["8 missing-citation"]) if staged else (0, [])), said


def test_between_two_revisions(top: Path) -> None:
    """``--from-ref`` and ``--to-ref`` are what a branch changed since it left, not what is staged or came meanwhile."""
    git(top, "checkout", "-qb", "side")
    put(top, MAIN.replace("% here\n", NEW))
    save(top)
    git(top, "checkout", "-q", "main")
    write_files(top, {"notes.txt": "more\n"})
    save(top)
    git(top, "checkout", "-q", "side")
    put(top, MAIN.replace("% here\n", NEW).replace("% there\n", MORE))
    git(top, "add", "-A")
    code, said = pre_commit(top, "run", "--from-ref", "main", "--to-ref", "side")
    assert (code, found(said)) == (1, ["8 missing-citation"]), said
    assert pre_commit(top, "run", "--from-ref", "main~1", "--to-ref", "main")[0] == 0


def test_a_push(top: Path, tmp_path: Path) -> None:
    """Before a push the pushed commits count."""
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(top, "remote", "add", "origin", "../remote.git")
    git(top, "push", "-q", "--no-verify", "origin", "main")
    put(top, MAIN.replace("% here\n", NEW))
    save(top)
    pushed = git(top, "push", "origin", "main", check=False)
    said = (pushed.stdout + pushed.stderr).decode()
    assert (pushed.returncode, found(said)) == (1, ["8 missing-citation"]), said


@pytest.mark.parametrize(
    ("resolved", "expected"), [(NEW, []), (CITED, []), (MORE, ["8 missing-citation"])], ids=["theirs", "ours", "new"]
)
def test_a_conflict(top: Path, resolved: str, expected: list[str]) -> None:
    """A merge is checked for what its resolution says and neither side said, although pre-commit names whole files."""
    git(top, "checkout", "-qb", "side")
    put(top, MAIN.replace("% here\n", NEW).replace("% there\n", MORE.replace("Some", "Few")))
    save(top)
    git(top, "checkout", "-q", "main")
    put(top, MAIN.replace("% here\n", CITED))
    save(top)
    assert git(top, "merge", "side", check=False).returncode == 1
    put(top, MAIN.replace("% here\n", resolved).replace("% there\n", MORE.replace("Some", "Few")))
    code, places, said = commit(top, "-a")
    assert (code, places) == (1 if expected else 0, expected), said


def test_a_clean_merge(top: Path) -> None:
    """What came in by a merge that git made itself is not new."""
    git(top, "checkout", "-qb", "side")
    put(top, MAIN.replace("% here\n", NEW))
    save(top)
    git(top, "checkout", "-q", "main")
    write_files(top, {"notes.txt": "more\n"})
    save(top)
    done = git(top, "merge", "--no-edit", "side", check=False)
    assert (done.returncode, found((done.stdout + done.stderr).decode())) == (0, [])


def test_an_update(top: Path, project: Path) -> None:
    """``pre-commit autoupdate`` moves the paper to a new tag, whose hooks run then."""
    save(top)
    who = ("-c", "tag.gpgSign=false")
    manifest = (project / ".pre-commit-hooks.yaml").read_text("utf-8")
    branch = git(project, "branch", "--show-current").stdout.decode().strip()
    write_files(project, {".pre-commit-hooks.yaml": manifest.replace("(missing citations", "(two; missing citations")})
    git(project, "commit", "-qam", "two")
    git(project, *who, "tag", "-am", "v2", "v2")
    try:
        code, said = pre_commit(top, "autoupdate")
        assert (code, "updating v1 -> v2" in said) == (0, True), said
        assert yaml.safe_load((top / ".pre-commit-config.yaml").read_text())["repos"][0]["rev"] == "v2"
        put(top, MAIN.replace("% here\n", NEW))
        code, places, said = commit(top, "-a")
        assert (code, places, "(two; missing citations" in said) == (1, ["8 missing-citation"], True), said
    finally:
        git(project, "tag", "-d", "v2")
        git(project, "reset", "-q", "--hard", "HEAD~1")
        assert git(project, "branch", "--show-current").stdout.decode().strip() == branch


# -- trouble


def waiting_git(top: Path) -> Path:
    """A git that, asked by texscholar what changes, says so in a file and waits."""
    real = git(top, "--exec-path").stdout.decode().strip()
    flag = top.parent / "waiting"
    script = f"""#!/bin/sh
case "$*" in *--inter-hunk-context*) : > '{flag}'; sleep 20 ;; esac
exec '{real}/git' "$@"
"""
    write_files(top.parent, {"bin/git": script})
    (top.parent / "bin" / "git").chmod(0o755)
    return flag


def test_an_interrupted_hook(top: Path) -> None:
    """Ctrl-C amid the hook makes no commit and leaves all as it was: staged, unstaged, and nothing locked."""
    put(top, MAIN.replace("% here\n", NEW))
    git(top, "add", "-A")
    unstaged = MAIN.replace("% here\n", f"{CITED}{MORE}")
    put(top, unstaged)
    head, staged = git(top, "rev-parse", "HEAD").stdout, git(top, "ls-files", "-s").stdout
    flag = waiting_git(top)
    process = subprocess.Popen(
        ["git", "commit", "-m", "try"],
        cwd=top,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with process:
        until = time.monotonic() + 60
        while not flag.exists() and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        said = process.communicate(timeout=60)[0].decode()
    (top.parent / "bin" / "git").unlink()
    assert process.returncode != 0
    assert "Traceback" not in said
    assert (git(top, "rev-parse", "HEAD").stdout, git(top, "ls-files", "-s").stdout) == (head, staged)
    assert (top / FOLDER / "main.tex").read_text("utf-8") == unstaged
    assert not (top / ".git" / "index.lock").exists()
