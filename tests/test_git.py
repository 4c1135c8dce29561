"""The door to git, in real repositories with every setting that could mislead it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import git, write_files
from texscholar.errors import TexscholarError
from texscholar.git import Changes, Repository

LINES = "".join(f"line {number}\n" for number in range(1, 21))
EDITED = LINES.replace("line 3\n", "line 3 x\n").replace("line 12\n", "line 12\nmore\nand more\n")
TOUCHED = {"a.tex": ((3, 4), (13, 15))}


def committed(folder: Path, files: dict[str, str | bytes] | None = None, *options: str) -> Path:
    """A repository with these files committed."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "-q", *options)
    write_files(folder, {"a.tex": LINES, "b.tex": LINES} if files is None else files)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    return folder


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return committed(tmp_path / "paper")


def staged(top: Path) -> dict[str, tuple[tuple[int, int], ...]]:
    return dict(Repository.at(top).staged().lines)


def since(top: Path, revision: str = "HEAD") -> dict[str, tuple[tuple[int, int], ...]]:
    return dict(Repository.at(top).since(revision).lines)


# -- what a change touches


@pytest.mark.parametrize("look", [staged, since])
def test_no_change(look: object, top: Path) -> None:
    """A clean work tree touches nothing."""
    assert callable(look)
    assert look(top) == {}


def test_partial_staging(top: Path) -> None:
    """What is staged and what lies in the work tree are told apart."""
    write_files(top, {"a.tex": EDITED})
    git(top, "add", ".")
    write_files(top, {"a.tex": LINES, "b.tex": EDITED})
    assert (staged(top), since(top)) == (TOUCHED, {"b.tex": TOUCHED["a.tex"]})


def test_staged_file(top: Path) -> None:
    """The bytes of a file come from the index, from a commit, or from nowhere."""
    write_files(top, {"a.tex": b"\xff\r\nstaged"})
    git(top, "add", ".")
    write_files(top, {"a.tex": "not staged"})
    repository = Repository.at(top)
    assert repository.staged_file("a.tex") == b"\xff\r\nstaged"
    assert repository.file_at("HEAD", "a.tex") == LINES.encode()
    assert [repository.staged_file("c.tex"), repository.file_at("HEAD", "c.tex")] == [None, None]


@pytest.mark.parametrize("path", ["", ".", "sub", "a\0b", "/a.tex", "../a.tex", "0:a.tex"])
def test_no_such_staged_file(path: str, top: Path) -> None:
    """What is no file's path gives nothing."""
    write_files(top, {"sub/c.tex": "c"})
    git(top, "add", ".")
    assert Repository.at(top).staged_file(path) is None


def test_files_after_one_that_git_refuses(top: Path) -> None:
    """A path out of the work tree, at which git gives up, leaves the others readable."""
    repository = Repository.at(top)
    read = [repository.staged_file(path) for path in ("a.tex", "../a.tex", "a.tex", "sub", "b.tex")]
    assert read == [LINES.encode(), None, LINES.encode(), None, LINES.encode()]


def test_large_and_empty_files(top: Path) -> None:
    """A file longer than a pipe holds, one without a byte, and the one behind them come whole."""
    files = {"large.tex": b"line\r\n" * 100_000, "empty.tex": b"", "end.tex": b"no line end"}
    write_files(top, files)
    git(top, "add", ".")
    repository = Repository.at(top)
    assert {path: repository.staged_file(path) for path in files} == files


def test_names_that_look_like_an_answer(top: Path) -> None:
    """No name of a file that is not there is taken for what git says of one that is."""
    repository = Repository.at(top)
    names = [f"{'0' * 40} blob 0", "a.tex missing", "HEAD", f"HEAD:a.tex\n:0:b.tex {'0' * 40} blob 5"]
    assert [repository.staged_file(name) for name in names] == [None] * 4
    assert repository.staged_file("a.tex") == LINES.encode()


@pytest.mark.parametrize(("first", "last", "touched"), [(1, 2, False), (1, 3, True), (3, 3, True), (4, 12, False)])
def test_touch(first: int, last: int, touched: bool) -> None:
    """A range of lines is touched when one of its lines is."""
    assert Changes(TOUCHED).touch("a.tex", first, last) is touched


def test_touch_of_another_file() -> None:
    """A file that is not in the change is not touched."""
    assert Changes(TOUCHED).touch("b.tex", 1, 99) is False


def test_deleted_lines(top: Path) -> None:
    """Where lines went, the lines around the gap are touched."""
    write_files(top, {"a.tex": LINES.replace("line 5\nline 6\n", ""), "b.tex": LINES.removeprefix("line 1\n")})
    assert since(top) == {"a.tex": ((4, 6),), "b.tex": ((1, 2),)}


def test_new_deleted_and_moved_files(top: Path) -> None:
    """A new file is touched as a whole, a deleted one is left out, a moved one only where it changed."""
    (top / "a.tex").rename(top / "moved.tex")
    (top / "b.tex").unlink()
    write_files(top, {"moved.tex": EDITED, "new.tex": "one\ntwo\n", "empty.tex": ""})
    git(top, "add", "-A")
    assert staged(top) == {"moved.tex": TOUCHED["a.tex"], "new.tex": ((1, 3),), "empty.tex": ()}


def test_what_was_before(top: Path) -> None:
    """A change knows which files went, which lost lines, and how those that moved were called, whatever their names."""
    names = ("a.tex", "ü b.tex", 'quo"te\t.tex', "empty.tex", "nul.tex")
    write_files(top, {**dict.fromkeys(names, LINES), "empty.tex": "", "nul.tex": b"a\0b"})
    git(top, "add", "-A")
    git(top, "commit", "-qm", "second")
    for name in names[1:]:
        (top / name).unlink()
    (top / "a.tex").rename(top / "ö\t.tex")
    write_files(top, {"b.tex": LINES.replace("line 5\n", ""), "ö\t.tex": EDITED, "c.tex": LINES[:35]})
    git(top, "add", "-A")
    changes = Repository.at(top).staged()
    assert changes.deleted == frozenset(names[1:])
    assert (changes.shrunk, changes.moved) == ({"a.tex", "b.tex"}, {"ö\t.tex": "a.tex"})
    assert set(changes.lines) == {"b.tex", "c.tex", "ö\t.tex"}
    more = LINES.replace("line 5\n", "line 5\nmore\n")
    git(top, "commit", "-qm", "third")
    write_files(top, {"c.tex": f"{LINES[:35]}more\n", "b.tex": more})
    assert Repository.at(top).since("HEAD").shrunk == frozenset()


def test_files_that_only_moved_or_changed_mode(top: Path) -> None:
    """A file that moved as it is, or whose mode changed, is in the change without a touched line."""
    (top / "a.tex").rename(top / "ä b.tex")
    (top / "b.tex").chmod(0o755)
    git(top, "add", "-A")
    assert staged(top) == {"ä b.tex": (), "b.tex": ()}


def test_binary_file(top: Path) -> None:
    """What git takes for binary, be it by an attribute or for a NUL in it, is touched as a whole."""
    write_files(top, {".gitattributes": "a.tex -diff\n", "a.tex": EDITED, "ö\t.tex": "x".encode("utf-16")})
    git(top, "add", "-A")
    changes = Repository.at(top).staged()
    assert [changes.touch(path, 999, 999) for path in ("a.tex", "ö\t.tex", ".gitattributes")] == [True, True, False]


def test_link_that_became_a_file(top: Path) -> None:
    """A link in whose place a file stands now is a new file."""
    (top / "link.tex").symlink_to("a.tex")
    git(top, "add", ".")
    git(top, "commit", "-qm", "link")
    (top / "link.tex").unlink()
    write_files(top, {"link.tex": "one\ntwo\n"})
    assert since(top) == {"link.tex": ((1, 3),)}


PATHS = ["a b.tex", "müller.tex", 'quo"te.tex', "back\\slash.tex", "tab\there.tex", "new\nline.tex", "return\r", " lead.tex",
         "trail ",
         "0:a.tex", ":(top)x.tex", "-U9.tex",
         "\udce9.tex", "b/x.tex", "a => b.tex", "{a,b}*.tex"]  # fmt: skip


def test_paths(top: Path) -> None:
    """Files of any name are found in a change, in the index and in a commit."""
    write_files(top, dict.fromkeys(PATHS, LINES))
    git(top, "add", ".")
    git(top, "commit", "-qm", "second")
    write_files(top, dict.fromkeys(PATHS, EDITED))
    git(top, "add", ".")
    repository = Repository.at(top)
    assert dict(repository.staged().lines) == dict.fromkeys(PATHS, TOUCHED["a.tex"])
    assert {repository.staged_file(path) for path in PATHS} == {EDITED.encode()}
    assert {repository.file_at("HEAD", path) for path in PATHS} == {LINES.encode()}
    assert set(PATHS) <= set(repository.paths_at("HEAD"))
    assert repository.paths_at("nowhere") == ()


def test_lines_that_look_like_a_diff(top: Path) -> None:
    """Lines that look like parts of a diff are but lines."""
    write_files(top, {"a.tex": "++ b/b.tex\n@@ -1 +50 @@\ndiff --git a/c b/c\nBinary files a and b differ\n"})
    assert since(top) == {"a.tex": ((1, 5),)}


# -- hostile settings

SETTINGS = {
    "diff.external": "false", "color.diff": "always", "color.ui": "always", "diff.noprefix": "true",
    "diff.context": "5",
    "diff.mnemonicPrefix": "true", "core.quotePath": "true", "diff.interHunkContext": "20", "diff.renames": "copies",
    "diff.relative": "true", "diff.submodule": "log", "diff.suppressBlankEmpty": "true", "diff.algorithm": "patience",
    "diff.colorMoved": "zebra", "diff.wsErrorHighlight": "all", "diff.srcPrefix": "x/", "diff.dstPrefix": "y/",
    "diff.dirstat": "files", "diff.statGraphWidth": "1", "core.pager": "false", "pager.diff": "true",
    "diff.orderFile": "o",
    "core.autocrlf": "input", "core.attributesFile": "attributes", "diff.tex.textconv": "false",
    "diff.tex.command": "false",
    "diff.tex.xfuncname": "^line", "diff.tex.binary": "true", "diff.ignoreSubmodules": "none", "core.abbrev": "4",
    "diff.noIndex": "true", "status.renames": "false", "diff.renameLimit": "1", "alias.diff": "!false",
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_hostile_setting(name: str, top: Path) -> None:
    """No setting of the user changes what a change touches."""
    write_files(top, {"a.tex": EDITED, "order": "", "attributes": ""})
    git(top, "config", name, SETTINGS[name].replace("o", "order") if name == "diff.orderFile" else SETTINGS[name])
    git(top, "add", "a.tex")
    assert (staged(top), since(top)) == (TOUCHED, TOUCHED)


@pytest.mark.parametrize("name", ["diff.tex.textconv", "diff.tex.command"])
def test_program_of_the_user(name: str, top: Path) -> None:
    """A program that the user has git show TeX with is never run."""
    write_files(top, {".gitattributes": "*.tex diff=tex\n"})
    git(top, "config", name, "touch ran; echo")
    git(top, "add", ".gitattributes")
    git(top, "commit", "-qm", "attributes")
    write_files(top, {"a.tex": EDITED})
    assert (since(top), (top / "ran").exists()) == (TOUCHED, False)


@pytest.mark.parametrize(
    ("name", "value"),
    [("GIT_EXTERNAL_DIFF", "false"), ("GIT_DIFF_OPTS", "-u9"), ("GIT_DIFF_OPTS", "--unified=9"), ("GIT_PAGER", "false"),
     ("GIT_LITERAL_PATHSPECS", "1"), ("GIT_CONFIG_PARAMETERS", "'diff.noprefix'='true'"), ("GIT_TRACE", "1"),
     ("LC_ALL", "de_DE.UTF-8"), ("GIT_PREFIX", "sub/")],
)  # fmt: skip
def test_hostile_environment(name: str, value: str, top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the environment changes what a change touches."""
    write_files(top, {"a.tex": EDITED})
    monkeypatch.setenv(name, value)
    assert since(top) == TOUCHED


def test_autocrlf(top: Path) -> None:
    """With line ends that git translates, lines are counted alike and the index gives its own bytes."""
    git(top, "config", "core.autocrlf", "true")
    write_files(top, {"a.tex": EDITED.replace("\n", "\r\n")})
    git(top, "add", ".")
    assert (staged(top), since(top), Repository.at(top).staged_file("a.tex")) == (TOUCHED, TOUCHED, EDITED.encode())


def test_index_is_not_written(top: Path) -> None:
    """Looking refreshes no index, so that a commit that runs at the same time is not disturbed."""
    os.utime(top / "a.tex", (1, 1))
    before = (top / ".git" / "index").read_bytes()
    assert (since(top), staged(top), (top / ".git" / "index").read_bytes()) == ({}, {}, before)


# -- odd repositories


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_no_commit_yet(hash_name: str, tmp_path: Path) -> None:
    """Before the first commit everything staged is new, whatever hash the repository uses."""
    git(tmp_path, "init", "-q", f"--object-format={hash_name}")
    write_files(tmp_path, {"a.tex": "one\ntwo\n"})
    git(tmp_path, "add", ".")
    repository = Repository.at(tmp_path)
    assert dict(repository.staged().lines) == {"a.tex": ((1, 3),)}
    assert (repository.staged_file("a.tex"), repository.file_at("HEAD", "a.tex")) == (b"one\ntwo\n", None)


def test_repository_of_another_hash(tmp_path: Path) -> None:
    """A repository with SHA-256 names is read like any other."""
    top = committed(tmp_path, None, "--object-format=sha256")
    write_files(top, {"a.tex": EDITED})
    git(top, "add", ".")
    assert (staged(top), since(top)) == (TOUCHED, TOUCHED)


def test_worktree(top: Path, tmp_path: Path) -> None:
    """A second, detached work tree has its own top and its own index."""
    git(top, "worktree", "add", "-q", "--detach", "../other")
    other = tmp_path / "other"
    write_files(other, {"a.tex": EDITED})
    git(other, "add", ".")
    assert (Repository.at(other).top, staged(other), staged(top)) == (other, TOUCHED, {})


def test_submodule(top: Path, tmp_path: Path) -> None:
    """A submodule is a repository of its own, and no change of the one around it."""
    outer = committed(tmp_path / "outer")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(top), "sub module")
    git(outer, "commit", "-qm", "submodule")
    write_files(outer / "sub module", {"a.tex": EDITED})
    git(outer / "sub module", "add", ".")
    inner = Repository.at(outer / "sub module")
    assert (inner.top, dict(inner.staged().lines), since(outer)) == (outer / "sub module", TOUCHED, {})


def test_files_of_a_submodule(top: Path, tmp_path: Path) -> None:
    """What lies in a submodule is told from what only begins like its name; without one git is not asked."""
    outer = committed(tmp_path / "outer")
    assert Repository.at(outer).in_submodule("sub/a.tex") is False
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(top), "sub")
    repository = Repository.at(outer)
    paths = ("sub/a.tex", "sub/deep/a.tex", "subs/a.tex", "a.tex", "sub")
    assert [repository.in_submodule(path) for path in paths] == [True, True, False, False, False]


def test_what_git_leaves_out(top: Path) -> None:
    """A file is left out by a pattern, and the ones beside it are not."""
    write_files(top, {".gitignore": "*.patch\n"})
    assert [Repository.at(top).ignores(path) for path in ("a.patch", "-x.patch", "a.tex")] == [True, True, False]


def test_merge_in_progress(top: Path) -> None:
    """Amid a merge the file in conflict has no staged content, and what comes from the other side is not touched."""
    git(top, "checkout", "-qb", "side")
    write_files(top, {"a.tex": LINES.replace("line 3\n", "line 3 z\n"), "b.tex": EDITED})
    git(top, "commit", "-qam", "theirs")
    git(top, "checkout", "-q", "-")
    write_files(top, {"a.tex": EDITED})
    git(top, "commit", "-qam", "ours")
    assert git(top, "merge", "side", check=False).returncode == 1
    repository = Repository.at(top)
    assert dict(repository.staged().lines) == {"b.tex": ()}
    assert (repository.staged_file("a.tex"), repository.staged_file("b.tex")) == (None, EDITED.encode())
    assert repository.since("HEAD").touch("a.tex", 3, 3) is True


def test_subdirectory(top: Path) -> None:
    """From a directory below the top, paths are those from the top."""
    write_files(top, {"sub/c.tex": LINES})
    git(top, "add", ".")
    repository = Repository.at(top / "sub")
    assert (repository.top, repository.staged_file("sub/c.tex")) == (top, LINES.encode())
    assert dict(repository.staged().lines) == {"sub/c.tex": ((1, 21),)}


def test_link_to_a_repository(top: Path, tmp_path: Path) -> None:
    """A repository that is reached through a link is read like any other."""
    (tmp_path / "link").symlink_to(top)
    write_files(top, {"a.tex": EDITED})
    assert since(tmp_path / "link") == TOUCHED


def test_between(top: Path) -> None:
    """Between two revisions count the changes of the second since they parted, not those of the first."""
    git(top, "checkout", "-qb", "side")
    write_files(top, {"a.tex": EDITED})
    git(top, "commit", "-qam", "ours")
    git(top, "checkout", "-q", "-")
    write_files(top, {"b.tex": EDITED})
    git(top, "commit", "-qam", "theirs")
    assert dict(Repository.at(top).between("HEAD", "side").lines) == TOUCHED


# -- revisions and refusals


@pytest.mark.parametrize("revision", ["HEAD", "@", "HEAD~0", "main", "refs/heads/main", "v1"])
def test_revision(revision: str, top: Path) -> None:
    """Whatever names a commit names a revision."""
    git(top, "branch", "-M", "main")
    git(top, "tag", "-am", "a tag", "v1")
    write_files(top, {"a.tex": EDITED})
    assert since(top, revision) == TOUCHED
    assert Repository.at(top).file_at(revision, "a.tex") == LINES.encode()


REVISIONS = [
    "",
    "nowhere",
    "--output=stolen",
    "-h",
    "--help",
    "HEAD:a.tex",
    "HEAD..HEAD",
    "HEAD a.tex",
    "a\0b",
    "0" * 40,
    "\ud800",
]


@pytest.mark.parametrize("revision", REVISIONS)
def test_no_revision(revision: str, top: Path) -> None:
    """What names no commit is refused by name, above all what looks like an option."""
    repository = Repository.at(top)
    with pytest.raises(TexscholarError, match="git knows no revision"):
        repository.since(revision)
    with pytest.raises(TexscholarError, match="git knows no revision"):
        repository.between("HEAD", revision)
    assert (repository.file_at(revision, "a.tex"), sorted(path.name for path in top.iterdir())) == (
        None,
        [".git", "a.tex", "b.tex"],
    )


def test_no_common_commit(top: Path) -> None:
    """Two revisions without a common commit, as in a shallow clone, are refused with the remedy."""
    git(top, "checkout", "-q", "--orphan", "other")
    git(top, "commit", "-qm", "other")
    with pytest.raises(TexscholarError, match=r"come from; fetch the whole history \(fetch-depth: 0\)$"):
        Repository.at(top).between("HEAD", "master@{0}" if has_branch(top, "master") else "main")


def has_branch(top: Path, name: str) -> bool:
    return git(top, "rev-parse", "--verify", "-q", name, check=False).returncode == 0


def test_no_repository(tmp_path: Path) -> None:
    """A directory in no repository is refused by name, with the remedy."""
    with pytest.raises(TexscholarError, match=r"is in no git repository; leave out --since and --staged$"):
        Repository.at(tmp_path)


def test_missing_directory(tmp_path: Path) -> None:
    """A directory that is not there is in no repository."""
    with pytest.raises(TexscholarError, match="is in no git repository"):
        Repository.at(tmp_path / "nowhere")


def test_bare_repository(tmp_path: Path) -> None:
    """A bare repository has no paper to look at."""
    git(tmp_path, "init", "-q", "--bare")
    with pytest.raises(TexscholarError, match="is a bare git repository"):
        Repository.at(tmp_path)


def test_damaged_repository(top: Path) -> None:
    """What git cannot compare it says why."""
    (top / ".git" / "index").write_bytes(b"garbage")
    with pytest.raises(
        TexscholarError, match=r"git could not compare the changes \(.+\); run `git status` to see why$"
    ):
        Repository.at(top).staged()


def python(code: str, folder: Path, **environment: str) -> str:
    """What a fresh interpreter prints."""
    package = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": package, **environment},
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def test_git_is_loaded_late(top: Path) -> None:
    """Importing the door does not import GitPython."""
    assert python("import sys, texscholar.git; print('git' in sys.modules)", top) == "False\n"


@pytest.mark.parametrize("refresh", ["raise", "quiet"])
def test_no_git_program(refresh: str, top: Path) -> None:
    """Without a git program the remedy is told in one line, whether GitPython refuses to load or fails later."""
    code = (
        "from pathlib import Path\nfrom texscholar.errors import TexscholarError\n"
        "from texscholar.git import Repository\n"
        "try: Repository.at(Path()).since('HEAD')\nexcept TexscholarError as error: print(error)"
    )
    told = python(code, top, PATH=str(top), GIT_PYTHON_REFRESH=refresh)
    assert told == "git is not installed; install it, or leave out --since and --staged\n"


# -- hooks

HOOK = """\
import sys
from pathlib import Path
sys.path.insert(0, {package!r})
from texscholar.git import Repository
repository = Repository.at(Path({directory!r}))
with open({report!r}, "w") as report:
    print(sorted(repository.staged().lines), repository.staged_file("a.tex"), file=report)
"""


def install_hook(top: Path, directory: str = ".") -> Path:
    """A pre-commit hook that notes what it sees in a directory; the file it notes that in."""
    report = top.parent / "report"
    package = str(Path(__file__).parent.parent)
    write_files(top.parent, {"hook.py": HOOK.format(package=package, directory=directory, report=str(report))})
    hook = Path(git(top, "rev-parse", "--git-path", "hooks/pre-commit").stdout.decode().strip())
    path = top / hook
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{top.parent / 'hook.py'}'\n")
    path.chmod(0o755)
    return report


@pytest.mark.parametrize(
    ("arguments", "seen"),
    [
        (["."], "['b.tex'] b'old\\n'\n"),
        (["-a"], "['a.tex', 'b.tex', 'c.tex'] b'new\\n'\n"),
        (["a.tex"], "['a.tex'] b'new\\n'\n"),
        (["-i", "a.tex"], "['a.tex', 'b.tex'] b'new\\n'\n"),
        (["--amend"], "['b.tex'] b'old\\n'\n"),
    ],
    ids=["staged", "all", "one file", "one file more", "amended"],
)
@pytest.mark.parametrize("linked", [False, True], ids=["main", "worktree"])
def test_hook(arguments: list[str], seen: str, linked: bool, tmp_path: Path) -> None:
    """A hook sees what this very commit will hold, although git keeps that in an index of its own."""
    top = committed(tmp_path / "paper", {"a.tex": "old\n", "b.tex": "old\n", "c.tex": "old\n"})
    if linked:
        git(top, "worktree", "add", "-q", "../linked")
        top = tmp_path / "linked"
    report = install_hook(top)
    write_files(top, {"a.tex": "new\n", "b.tex": "new\n", "c.tex": "new\n"})
    git(top, "add", "b.tex")
    git(top, "commit", "-qm", "second", *([] if arguments == ["."] else arguments))
    assert report.read_text() == seen


@pytest.mark.parametrize("linked", [False, True], ids=["main", "worktree"])
def test_hook_of_another_repository(linked: bool, tmp_path: Path) -> None:
    """A hook that looks at another repository sees that one's index, not the one of the commit."""
    other = committed(tmp_path / "other", {"a.tex": "other\n"})
    write_files(other, {"a.tex": "staged there\n"})
    git(other, "add", ".")
    top = committed(tmp_path / "paper", {"a.tex": "old\n"})
    if linked:
        git(top, "worktree", "add", "-q", "../linked")
        top = tmp_path / "linked"
    report = install_hook(top, str(other))
    write_files(top, {"a.tex": "new\n"})
    git(top, "commit", "-qam", "second")
    assert report.read_text() == "['a.tex'] b'staged there\\n'\n"
