"""The hooks for plain git, run by git itself and by dash, in repositories with awkward names and hostile settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ADAM, PAPER, REPOSITORY, git, write_files

UNCITED = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
ALSO = "Later work trained the larger of them with Adam, a method for stochastic optimization.\n"
FOLDER = "papiers/été 1"
FOUND = f"{FOLDER}/main.tex:6:1: missing-citation"
HOSTILE = {
    "diff.external": "false",
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "color.ui": "always",
    "core.autocrlf": "input",
    "core.quotePath": "true",
    "commit.gpgSign": "false",
    "log.showSignature": "true",
    "log.showRoot": "false",
    "push.default": "nothing",
    "push.followTags": "true",
    "core.pager": "false",
}


def with_line(*lines: str) -> str:
    return PAPER.replace("\\bibliography", f"{''.join(lines)}\\bibliography")


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone whose main branch was pushed, with our hooks run by dash, and texscholar in PATH."""
    program = tmp_path / "bin" / "texscholar"
    write_files(tmp_path, {"bin/texscholar": f'#!/bin/sh\nexec {sys.executable} -m texscholar "$@"\n'})
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote é.git")
    there = tmp_path / "a clone"
    git(tmp_path, "init", "-q", "-b", "main", str(there))
    for name, value in HOSTILE.items():
        git(there, "config", name, value)
    git(there, "remote", "add", "origin", str(tmp_path / "remote é.git"))
    write_files(there, {f"{FOLDER}/main.tex": PAPER, f"{FOLDER}/refs.bib": ADAM})
    commit(there, "a paper")
    git(there, "push", "-q", "origin", "main")
    dash = shutil.which("dash") or "sh"
    for name in ("pre-commit", "pre-push"):
        hook = there / ".git" / "hooks" / name
        hook.write_text((REPOSITORY / "hooks" / name).read_text("utf-8").replace("#!/bin/sh", f"#!{dash}", 1))
        hook.chmod(0o755)
    return there


def commit(there: Path, message: str, **files: str) -> None:
    write_files(there, {f"{FOLDER}/{name}.tex": text for name, text in files.items()})
    git(there, "add", ".")
    git(there, "commit", "-qm", message, "--no-verify")


def push(there: Path, *refs: str) -> tuple[int, str]:
    done = git(there, "push", "origin", *refs, check=False)
    return done.returncode, (done.stdout + done.stderr).decode()


def has(there: Path, ref: str) -> bool:
    return bool(git(there, "ls-remote", "origin", ref).stdout)


def test_nothing_to_push_and_nothing_found(clone: Path) -> None:
    """A push without commits, and one whose commits have no finding, go through without a word of ours."""
    for number in range(3):
        code, said = push(clone, "main")
        assert (code, "texscholar" in said) == (0, False), said
        commit(clone, "a comment", main=f"{PAPER}% the end {number}\n")


def test_without_a_paper(clone: Path) -> None:
    """In a repository that holds none the hooks say nothing: they may serve all repositories."""
    git(clone, "rm", "-rq", FOLDER)
    write_files(clone, {"code.py": "pass\n"})
    git(clone, "add", ".")
    done = git(clone, "commit", "-qm", "code")
    assert (done.stdout, done.stderr) == (b"", b"")
    code, said = push(clone, "main")
    assert (code, "texscholar" in said) == (0, False), said


def test_a_push_with_a_finding_is_held_up(clone: Path) -> None:
    """The finding is that of the commits that are pushed, not of what came before, nor of the work tree."""
    commit(clone, "more", main=with_line(UNCITED))
    write_files(clone, {f"{FOLDER}/main.tex": with_line(UNCITED, "So they say \\citep{?}.\n")})
    code, said = push(clone, "main")
    assert (code, FOUND in said, said.count("missing-citation"), "placeholder" in said) == (1, True, 1, False), said
    assert push(clone, "--no-verify", "main")[0] == 0


@pytest.mark.parametrize("name", ["new", "topic/ö-1"])
def test_a_new_branch_begins_where_it_left_what_was_pushed(clone: Path, name: str) -> None:
    """Of a branch that the other side does not have, its own commits count."""
    git(clone, "checkout", "-qb", name)
    code, said = push(clone, name)
    assert (code, "missing-citation" in said) == (0, False), said
    git(clone, "push", "-q", "origin", f":{name}")
    commit(clone, "more", main=with_line(UNCITED))
    commit(clone, "and a comment", main=with_line(UNCITED) + "% end\n")
    code, said = push(clone, name)
    assert (code, FOUND in said, said.count("missing-citation"), has(clone, name)) == (1, True, 1, False), said


def test_a_new_branch_that_took_the_main_one_in(clone: Path) -> None:
    """What came in by a merge and lies over there already does not count."""
    git(clone, "checkout", "-qb", "topic")
    commit(clone, "a comment", other="% nothing\n")
    git(clone, "checkout", "-q", "main")
    commit(clone, "more", main=with_line(UNCITED))
    git(clone, "push", "-q", "--no-verify", "origin", "main")
    git(clone, "checkout", "-q", "topic")
    git(clone, "merge", "-q", "--no-verify", "-m", "merge", "main")
    assert push(clone, "topic")[0] == 0


def test_deleted_branches_and_tags(clone: Path) -> None:
    """Nothing is checked for what goes, nor for a tag."""
    commit(clone, "more", main=with_line(UNCITED))
    git(clone, "push", "-q", "--no-verify", "origin", "main:old")
    git(clone, "tag", "-am", "v1", "v1")
    code, said = push(clone, ":old", "v1")
    assert (code, "missing-citation" in said, has(clone, "old"), has(clone, "v1")) == (0, False, False, True), said


def test_a_forced_push(clone: Path) -> None:
    """What counts begins where both sides parted; also where the other side has what was never fetched."""
    commit(clone, "one", main=with_line("One more word.\n"))
    git(clone, "push", "-q", "origin", "main")
    git(clone, "reset", "-q", "--hard", "HEAD~1")
    commit(clone, "two", main=with_line(UNCITED))
    code, said = push(clone, "+main")
    assert (code, FOUND in said) == (1, True), said
    second = clone.parent / "second"
    git(clone.parent, "clone", "-q", str(clone.parent / "remote é.git"), str(second))
    commit(second, "three", main=with_line("Another word.\n"))
    git(second, "push", "-q", "origin", "main")
    code, said = push(clone, "+main")
    assert (code, FOUND in said) == (1, True), said


def test_several_refs(clone: Path) -> None:
    """One of them with a finding is enough, be it the first or the last."""
    git(clone, "branch", "good")
    commit(clone, "more", main=with_line(UNCITED))
    for refs in (("good", "main"), ("main", "good")):
        assert (push(clone, *refs)[0], has(clone, "good")) == (1, False)


def test_a_first_push(clone: Path) -> None:
    """Where nothing was ever pushed there is nothing to compare with: a line says so, and the push goes on."""
    git(clone.parent, "init", "-q", "--bare", "empty.git")
    git(clone, "remote", "remove", "origin")
    git(clone, "remote", "add", "origin", "../empty.git")
    code, said = push(clone, "main")
    assert (code, "all of refs/heads/main is new; `texscholar check` looks at whole papers" in said) == (0, True)


def test_longer_names_of_commits(clone: Path) -> None:
    """In a repository of SHA-256 no name is taken for another, nor for none."""
    folder = clone.parent / "long"
    git(clone.parent, "init", "-q", "--bare", "--object-format=sha256", "-b", "main", "long.git")
    git(clone.parent, "init", "-q", "--object-format=sha256", "-b", "main", str(folder))
    git(folder, "remote", "add", "origin", "../long.git")
    commit(folder, "a paper", main=PAPER)
    write_files(folder, {f"{FOLDER}/refs.bib": ADAM})
    commit(folder, "its bibliography")
    git(folder, "push", "-q", "origin", "main")
    shutil.copy(clone / ".git" / "hooks" / "pre-push", folder / ".git" / "hooks" / "pre-push")
    git(folder, "checkout", "-qb", "topic")
    commit(folder, "more", main=with_line(UNCITED))
    for refs in (("topic",), ("topic:main",)):
        code, said = push(folder, *refs)
        assert (code, FOUND in said) == (1, True), said


def test_trouble_of_ours_holds_up_nothing(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken settings, and texscholar gone, are said; commit and push go on."""
    write_files(clone, {".texscholar.toml": "colour = 1\n"})
    commit(clone, "settings")
    write_files(clone, {f"{FOLDER}/main.tex": with_line(UNCITED)})
    committed = git(clone, "commit", "-qam", "more", check=False)
    code, said = push(clone, "main")
    assert (committed.returncode, b"unknown setting" in committed.stderr) == (0, True)
    assert (code, "unknown setting" in said) == (0, True)
    commit(clone, "again", main=with_line(UNCITED, ALSO))
    monkeypatch.setenv("PATH", f"{Path(shutil.which('git') or '').parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    code, said = push(clone, "main")
    assert (code, "not in PATH; the push goes on unchecked" in said) == (0, True)


def test_a_commit_is_stopped(clone: Path) -> None:
    """The hook of the commit meets the same settings and names."""
    write_files(clone, {f"{FOLDER}/main.tex": with_line(UNCITED)})
    stopped = git(clone, "commit", "-qam", "more", check=False)
    assert (stopped.returncode, FOUND in (stopped.stdout + stopped.stderr).decode()) == (1, True)


def test_a_pre_push_hook_beside_another(clone: Path) -> None:
    """The lines of docs/git.md let both have what git says on standard input."""
    page = (REPOSITORY / "docs" / "git.md").read_text("utf-8")
    lines = page.split("```sh\n")[2].split("```")[0]
    hooks = clone / ".git" / "hooks"
    (hooks / "pre-push").rename(hooks / "pre-push.texscholar")
    write_files(
        hooks, {"pre-push.own": '#!/bin/sh\nread -r ours _; echo "mine $ours"\n', "pre-push": f"#!/bin/sh\n{lines}"}
    )
    for name in ("pre-push", "pre-push.own"):
        (hooks / name).chmod(0o755)
    commit(clone, "a comment", main=PAPER + "% the end\n")
    code, said = push(clone, "main")
    assert (code, "mine refs/heads/main" in said) == (0, True), said
    commit(clone, "more", main=with_line(UNCITED))
    code, said = push(clone, "main")
    assert (code, FOUND in said) == (1, True), said


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize("name", ["pre-commit", "pre-push"])
def test_both_shells_read_the_hooks(shell: str, name: str) -> None:
    """The hooks are sh, whichever shell plays it."""
    subprocess.run([shell, "-n", REPOSITORY / "hooks" / name], check=True)
