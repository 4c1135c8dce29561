"""What a commit is checked for, told by a hook that git itself runs, amid awkward names and hostile settings."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from conftest import ADAM, Run, git, write_files

FOLDER = "papiers/été 1"
FIRST = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
SECOND = "Some authors trained the larger networks with Adam, a method for stochastic optimization.\n"
THIRD = "Most systems of that kind are trained with Adam, a stochastic optimizer of gradients.\n"
OLD = "Many earlier networks were trained with Adam, a method for stochastic optimization.\n"
CITED = "Earlier work used Adam, a method for stochastic optimization~\\citep{kingma2015adam}.\n"
PLAIN = "".join(f"The sum of {number} and one is {number + 1}.\n\n" for number in range(8))
ROOT = f"""\
\\documentclass{{article}}
\\usepackage{{natbib}}
\\begin{{document}}
{OLD}
\\input{{sec}}
\\bibliography{{refs}}
\\end{{document}}
"""
HERE = "% here\n"
SECTION = f"{PLAIN}{CITED}\n{PLAIN}{HERE}"  # the citation on line 17, the comment on line 35
HOSTILE = {
    "diff.external": "false",
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "diff.renames": "false",
    "diff.submodule": "log",
    "color.ui": "always",
    "core.autocrlf": "true",
    "core.safecrlf": "false",
    "core.quotePath": "true",
    "core.pager": "false",
    "gpg.program": "false",
    "commit.gpgSign": "true",
    "log.showSignature": "true",
    "merge.conflictStyle": "diff3",
    "status.branch": "true",
}


def set_up(top: Path) -> None:
    """Our hook for every kind of commit, and settings that could mislead it."""
    for name, value in HOSTILE.items():
        git(top, "config", name, value)
    for name in ("pre-commit", "pre-merge-commit"):
        hook = top / ".git" / "hooks" / name
        hook.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m texscholar check --staged\n")
        hook.chmod(0o755)
    # What is said here about scope shall not depend on how sure the ranking happens to be.
    write_files(top, {".texscholar.toml": "min-confidence = 0.12\n"})


def save(top: Path, files: dict[str, str] | None = None) -> None:
    """Commit these files of the paper, or all that lies there, unchecked."""
    write_files(top, {f"{FOLDER}/{name}": text for name, text in (files or {}).items()})
    git(top, "add", "-A")
    git(top, "commit", "-qm", "saved", "--allow-empty", "--no-verify", "--no-gpg-sign")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with a paper of two files, in which an old sentence lacks a citation."""
    there = tmp_path / "a repository"
    git(tmp_path, "init", "-q", "-b", "main", str(there))
    set_up(there)
    save(there, {"main.tex": ROOT, "sec.tex": SECTION, "refs.bib": ADAM})
    return there


def commit(top: Path, *arguments: str, command: str = "commit", folder: str = ".") -> list[str]:
    """What the hook tells of a commit: ``file:line rule`` of each finding; a commit without findings is made."""
    given = ("-m", "try") if command == "commit" else ()
    done = git(top / folder, command, *given, "--no-gpg-sign", *arguments, check=False)
    said = (done.stdout + done.stderr).decode()
    found = re.findall(r"^(?:papiers/été 1/)?(\S[^:\n]*:\d+):\d+: (?:\x1b\S+?m)?([a-z-]+)", said, re.MULTILINE)
    assert done.returncode == (1 if found else 0), said
    assert "cannot be read" not in said
    return [" ".join(each) for each in found]


def edit(top: Path, name: str, old: str, new: str) -> None:
    path = top / FOLDER / name
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# -- what git calls staged


def test_nothing_of_ours(top: Path) -> None:
    """Commits without a new sentence, or with a cited one, go through without a word."""
    edit(top, "sec.tex", CITED, f"{CITED}% a comment\n")
    assert commit(top, "-a") == []
    edit(top, "sec.tex", CITED, CITED.replace("used Adam, a", "used Adam,\na"))
    assert commit(top, "-a") == []
    assert commit(top, "--allow-empty") == []


def test_staged_next_to_unstaged(top: Path) -> None:
    """The findings are those of the staged text, at its lines; the work tree and the index stay as they are."""
    edit(top, "sec.tex", HERE, FIRST)
    git(top, "add", "-A")
    edit(top, "sec.tex", PLAIN, f"{PLAIN}{SECOND}")
    edit(top, "sec.tex", FIRST, f"{THIRD}{CITED}")
    edit(top, "main.tex", OLD, f"{OLD}{SECOND}")
    lying = {name: (top / FOLDER / name).read_bytes() for name in ("main.tex", "sec.tex", "refs.bib")}
    staged = git(top, "ls-files", "-s").stdout
    assert commit(top) == ["sec.tex:35 missing-citation"]
    assert {name: (top / FOLDER / name).read_bytes() for name in lying} == lying
    assert git(top, "ls-files", "-s").stdout == staged


def test_unstaged_remedy(top: Path) -> None:
    """A citation that is in the work tree only does not help the commit; once staged it does."""
    edit(top, "sec.tex", HERE, FIRST)
    git(top, "add", "-A")
    edit(top, "sec.tex", FIRST, CITED)
    assert commit(top) == ["sec.tex:35 missing-citation"]
    git(top, "add", "-A")
    assert commit(top) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["main.tex:5 missing-citation"]),
        (["-a"], ["main.tex:5 missing-citation", "sec.tex:35 missing-citation"]),
        ([f"{FOLDER}/sec.tex"], ["sec.tex:35 missing-citation"]),
        (["--only", f"{FOLDER}/refs.bib"], []),
    ],
    ids=["staged", "all", "one file", "another file"],
)
def test_which_files_a_commit_takes(top: Path, arguments: list[str], expected: list[str]) -> None:
    """``git commit``, ``-a`` and ``FILE`` are told apart, although git keeps some of them in an index of its own."""
    edit(top, "main.tex", OLD, f"{OLD}{FIRST}")
    git(top, "add", "-A")
    edit(top, "sec.tex", HERE, SECOND)
    edit(top, "refs.bib", "2015},", "2015},\n  note = {none},")
    assert commit(top, *arguments) == expected


def test_a_folder_of_a_larger_repository(top: Path) -> None:
    """Of several papers only the one that changes is told, from whatever folder the commit is made."""
    write_files(top, {"other/main.tex": ROOT.replace("\\input{sec}", ""), "other/refs.bib": ADAM, "code.py": "pass\n"})
    save(top)
    edit(top, "sec.tex", HERE, FIRST)
    for folder in (".", "other", FOLDER):
        assert commit(top, "-a", folder=folder) == ["sec.tex:35 missing-citation"]
    git(top, "checkout", "-q", ".")
    write_files(top, {"code.py": "print()\n"})
    assert commit(top, "-a", folder=FOLDER) == []


def test_a_linked_work_tree(top: Path) -> None:
    """A second work tree has its own index and its own merge."""
    git(top, "worktree", "add", "-q", "-b", "linked", "../linked tree")
    linked = top.parent / "linked tree"
    edit(linked, "sec.tex", HERE, FIRST)
    edit(top, "sec.tex", PLAIN, f"{SECOND}{PLAIN}")
    assert commit(linked, "-a") == ["sec.tex:35 missing-citation"]
    assert commit(top, "-a") == ["sec.tex:1 missing-citation"]


def test_no_commit_yet(tmp_path: Path) -> None:
    """In a repository without a commit everything staged is new."""
    git(tmp_path, "init", "-q", "new")
    set_up(tmp_path / "new")
    write_files(tmp_path / "new" / FOLDER, {"main.tex": ROOT, "sec.tex": SECTION, "refs.bib": ADAM})
    git(tmp_path / "new", "add", ".")
    assert commit(tmp_path / "new") == ["main.tex:4 missing-citation"]


def test_an_amended_commit(top: Path) -> None:
    """What an amended commit holds already was checked when it was made."""
    edit(top, "sec.tex", HERE, FIRST)
    save(top)
    edit(top, "sec.tex", FIRST, f"{FIRST}{SECOND}")
    assert commit(top, "-a", "--amend") == ["sec.tex:36 missing-citation"]


def test_signing_that_fails(top: Path) -> None:
    """A program that cannot sign stops the commit after the hook, which says nothing about it."""
    edit(top, "main.tex", "\\bibliography", "% more\n\\bibliography")
    done = git(top, "commit", "-qam", "try", check=False)
    assert done.returncode not in {0, 1}
    assert b"texscholar" not in done.stdout + done.stderr
    edit(top, "sec.tex", HERE, FIRST)
    done = git(top, "commit", "-qam", "try", check=False)
    assert (done.returncode, b"sec.tex:35:1: missing-citation" in done.stdout + done.stderr) == (1, True)


# -- files that come, go and move


def test_a_file_that_moved(top: Path) -> None:
    """A file that only moved is untouched, whatever git is told about renames; an edited one counts where it changed."""
    save(top, {"sec.tex": f"{SECTION}{FIRST}"})
    git(top, "mv", f"{FOLDER}/sec.tex", f"{FOLDER}/naïve part.tex")
    edit(top, "main.tex", "{sec}", "{naïve part}")
    assert commit(top, "-a") == []
    git(top, "mv", f"{FOLDER}/naïve part.tex", f"{FOLDER}/sec.tex")
    edit(top, "main.tex", "{naïve part}", "{sec}")
    edit(top, "sec.tex", CITED, f"{SECOND}{CITED}")
    assert commit(top, "-a") == ["sec.tex:17 missing-citation"]


def test_a_sentence_that_is_broken_anew_in_a_file_that_moved(top: Path) -> None:
    """What the file said under its old name is not new."""
    save(top, {"sec.tex": f"{SECTION}{FIRST}"})
    git(top, "mv", f"{FOLDER}/sec.tex", f"{FOLDER}/part.tex")
    edit(top, "main.tex", "{sec}", "{part}")
    edit(top, "part.tex", "networks with Adam", "networks\nwith Adam")
    assert commit(top, "-a") == []


def test_a_new_file(top: Path) -> None:
    """A new file counts as a whole once the paper reads it; without that it is none of the paper's."""
    write_files(top / FOLDER, {"new.tex": f"{FIRST}\n{SECOND}"})
    git(top, "add", "-A")
    assert commit(top) == []
    save(top)
    write_files(top / FOLDER, {"newer.tex": f"\n{THIRD}"})
    edit(top, "main.tex", "\\input{sec}", "\\input{sec}\\input{newer}")
    git(top, "add", "-A")
    assert commit(top) == ["newer.tex:2 missing-citation"]


def test_a_deleted_file(top: Path) -> None:
    """A file that goes leaves no findings, but whoever still inputs it is told."""
    save(top, {"main.tex": ROOT.replace("\\input", "\\include")})
    git(top, "rm", "-q", f"{FOLDER}/sec.tex")
    assert commit(top) == ["main.tex:6 missing-input"]
    edit(top, "main.tex", "\\include{sec}\n", "")
    assert commit(top, "-a") == []


# -- merges


def part_ways(top: Path, theirs: str, ours: str) -> None:
    """Two branches change the cited sentence; the other one adds an uncited sentence elsewhere too."""
    git(top, "checkout", "-qb", "side")
    edit(top, "main.tex", OLD, f"{OLD}{SECOND}")
    edit(top, "sec.tex", CITED, theirs)
    save(top)
    git(top, "checkout", "-q", "main")
    edit(top, "sec.tex", CITED, ours)
    save(top)


@pytest.mark.parametrize(
    ("resolved", "expected"),
    [(FIRST, []), (CITED, []), (f"{CITED}\n{FIRST}", []), (THIRD, ["sec.tex:17 missing-citation"])],
    ids=["theirs", "cited", "both", "new"],
)
def test_a_conflict(top: Path, resolved: str, expected: list[str]) -> None:
    """Of a merge counts what its resolution says and neither side said."""
    part_ways(top, FIRST, CITED.replace("Earlier", "Older"))
    assert git(top, "merge", "side", check=False).returncode == 1
    write_files(top / FOLDER, {"sec.tex": SECTION.replace(CITED, resolved)})
    assert commit(top, "-a") == expected


def test_a_merge_that_git_makes(top: Path) -> None:
    """Nothing is new in a merge without conflicts, although git names the merged commit only in the environment."""
    part_ways(top, f"{FIRST}\n{CITED}", CITED)
    edit(top, "refs.bib", "2015},", "2015},\n  note = {none},")
    save(top)
    assert commit(top, "--no-edit", "side", command="merge") == []
    assert git(top, "rev-list", "--count", "--merges", "HEAD").stdout == b"1\n"


def test_a_merge_of_several(top: Path) -> None:
    """What comes from any of three branches is not new."""
    for number, sentence in enumerate((FIRST, SECOND)):
        git(top, "checkout", "-qb", f"side{number}", "main")
        save(top, {f"sec{number}.tex": sentence, "main.tex": ROOT.replace("{sec}", "{sec}\\input{sec0}\\input{sec1}")})
    git(top, "checkout", "-q", "main")
    save(top, {"note.tex": "% ours\n"})
    assert commit(top, "--no-edit", "side0", "side1", command="merge") == []


def test_a_squashed_merge(top: Path) -> None:
    """A squashed branch is a commit like any other: all of it is new."""
    part_ways(top, CITED, CITED)
    git(top, "merge", "-q", "--squash", "side")
    assert commit(top) == ["main.tex:5 missing-citation"]


# -- what git ignores


def test_a_bibliography_that_git_ignores(top: Path) -> None:
    """A bibliography that another program writes, and that git is told to ignore, is read where it lies."""
    edit(top, "main.tex", "\\bibliography{refs}", "\\bibliography{exported}")
    git(top, "rm", "-q", f"{FOLDER}/refs.bib")
    write_files(top, {".gitignore": "exported.bib\n", f"{FOLDER}/exported.bib": ADAM})
    save(top)
    edit(top, "sec.tex", HERE, FIRST)
    assert commit(top, "-a") == ["sec.tex:35 missing-citation"]


# -- submodules


def test_a_bibliography_in_a_submodule(top: Path, tmp_path: Path) -> None:
    """A bibliography that a submodule holds is read there, and what changes there is no change of the paper."""
    shared = tmp_path / "shared bib"
    git(tmp_path, "init", "-q", str(shared))
    write_files(shared, {"all.bib": ADAM})
    save(shared)
    git(top, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(shared), f"{FOLDER}/lib é")
    edit(top, "main.tex", "\\bibliography{refs}", "\\bibliography{lib é/all}")
    save(top)
    edit(top, "sec.tex", HERE, FIRST)
    write_files(top / FOLDER / "lib é", {"all.bib": ADAM + ADAM.replace("kingma", "Kingma")})
    assert commit(top, "-a") == ["sec.tex:35 missing-citation"]


def test_a_paper_in_a_submodule(top: Path, tmp_path: Path) -> None:
    """A commit inside a submodule is checked like any other, one of the repository around it not for what is inside."""
    outer = tmp_path / "outer"
    git(tmp_path, "init", "-q", str(outer))
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(top), "paper é")
    set_up(outer)
    save(outer)
    inner = outer / "paper é"
    hooks = Path(os.fsdecode(git(inner, "rev-parse", "--git-path", "hooks").stdout.strip()))
    shutil.copy(outer / ".git" / "hooks" / "pre-commit", hooks / "pre-commit")
    edit(inner, "sec.tex", HERE, FIRST)
    assert commit(inner, "-a") == ["sec.tex:35 missing-citation"]
    save(inner)
    assert commit(outer, "-a") == []


# -- bibliographies


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("2015},", "2014},\n  note = {none},"), []),
        (("@inproceedings", "@misc{other, title = {Something else}}\n\n@inproceedings"), []),
        ((ADAM, "@comment{nothing}\n\n" + ADAM), []),
        ((ADAM, ""), ["sec.tex:17 undefined-citation"]),
        (("{kingma2015adam,", "{kingma2015,"), ["sec.tex:17 undefined-citation"]),
        ((ADAM, ADAM + ADAM.replace("kingma2015adam", "adam")), ["refs.bib:8 duplicate-entry"]),
    ],
    ids=["another field", "one more", "moved", "removed", "renamed", "twice"],
)
def test_a_changed_entry(top: Path, change: tuple[str, str], expected: list[str]) -> None:
    """An entry that went, or has another key, is missed by the unchanged sentences that cite it."""
    old, new = change
    edit(top, "refs.bib", old, new.replace(ADAM + "@", f"{ADAM}\n@"))
    assert commit(top, "-a") == expected


def test_an_entry_that_moves_to_another_file(top: Path) -> None:
    """A key that another bibliography defines now is not missed; one whose file went is."""
    edit(top, "main.tex", "{refs}", "{refs,more}")
    save(top, {"more.bib": "@misc{other, title = {Something else}}\n"})
    write_files(top / FOLDER, {"refs.bib": "% empty\n", "more.bib": ADAM})
    assert commit(top, "-a") == []
    git(top, "rm", "-q", f"{FOLDER}/more.bib")
    edit(top, "main.tex", "{refs,more}", "{refs}")
    assert commit(top, "-a") == ["sec.tex:17 undefined-citation"]


def test_a_key_that_was_undefined_before(top: Path) -> None:
    """What was undefined before the change, in a sentence that the change leaves alone, stays untold."""
    save(top, {"sec.tex": f"{SECTION}\nSo they say~\\citep{{gone1999}}.\n"})
    edit(top, "refs.bib", ADAM, "")
    assert commit(top, "-a") == ["sec.tex:17 undefined-citation"]


def test_a_silenced_citation_of_a_removed_entry(top: Path) -> None:
    """A suppression holds for it too."""
    save(top, {"sec.tex": SECTION.replace(CITED, CITED.strip() + " % texscholar: ignore[undefined-citation]\n")})
    edit(top, "refs.bib", ADAM, "")
    assert commit(top, "-a") == []


# -- revisions and whole papers


def test_between_revisions(texscholar: Run, top: Path) -> None:
    """Both ways to name two revisions tell what lies between them, entries that went included; the work tree is not read."""
    edit(top, "sec.tex", HERE, FIRST)
    edit(top, "refs.bib", ADAM, "")
    save(top)
    write_files(top / FOLDER, {"sec.tex": SECOND, "refs.bib": ADAM})
    refs = {"PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}
    told = [
        texscholar("check", "--from-ref", "HEAD~1", "--to-ref", "HEAD", cwd=top),
        texscholar("check", "--staged", f"{FOLDER}/sec.tex", f"{FOLDER}/refs.bib", cwd=top, env=refs),
    ]
    expected = [f"{FOLDER}/sec.tex:17:69: undefined-citation"]
    assert [[line.partition(": no")[0] for line in each.text.splitlines()] for each in told] == [expected] * 2


@pytest.mark.parametrize("staged", [False, True])
def test_all_files(texscholar: Run, top: Path, staged: bool) -> None:
    """Where files without a change are named, as pre-commit does for --all-files, all that is named counts whole."""
    save(top, {"sec.tex": f"{FIRST}{SECTION}"})
    if staged:
        edit(top, "sec.tex", PLAIN, f"{PLAIN}{SECOND}")
        git(top, "add", "-A")
    names = [f"{FOLDER}/{name}" for name in ("main.tex", "sec.tex", "refs.bib")]
    lines = [line.split(":")[:2] for line in texscholar("check", "--staged", *names, cwd=top).text.splitlines()]
    expected = [[names[0], "4"], [names[1], "1"], *([[names[1], "18"]] if staged else [])]
    assert lines == expected
    one = texscholar("check", "--staged", names[1], cwd=top).text.splitlines()
    assert [line.split(":")[1] for line in one] == (["18"] if staged else ["1"])
