"""``texscholar init``: one diff that sets a paper's repository up, and nothing the second time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conftest import ADAM, PAPER, REPOSITORY, Run, git, write_files
from texscholar import __repository__, __version__
from texscholar.errors import TexscholarError
from texscholar.setup import RECIPES, Hook, fitted, with_hook, with_ignored, with_settings
from texscholar.source import SourceText, apply_edits, decode

URL = "https://git.example.org/lab/texscholar"
HOOK = Hook(URL, "v1.2.3", "texscholar-check")
ITEM = "  - repo: https://git.example.org/lab/texscholar\n    rev: v1.2.3\n    hooks:\n      - id: texscholar-check\n"


def with_ours(text: str, hook: Hook = HOOK) -> str:
    source = SourceText(".pre-commit-config.yaml", text)
    return apply_edits(text, with_hook(source, hook))


# -- the hook of pre-commit

OLD = "repos:\n- repo: https://example.org/x\n  rev: v1\n  hooks:\n  - id: x\n"


@pytest.mark.parametrize(
    "text",
    [
        f"repos:\n{ITEM}",
        "repos:\n- {repo: https://git.example.org/lab/texscholar.git, rev: v0.0.1, hooks: [{id: texscholar}]}\n",
        "repos:\n- repo: git@example.org:fork\n  rev: v1\n  hooks:\n  - id: texscholar-fill # by hand\n",
        "repos:\n- repo: local\n  hooks:\n  - id: texscholar-check\n    entry: texscholar check --staged\n",
    ],
    ids=["ours", "in brackets, an older revision", "a fork", "local"],
)
def test_a_hook_of_texscholar_stays_as_it_is(text: str) -> None:
    """Whatever revision or address it has: to update it is for `pre-commit autoupdate`."""
    assert with_ours(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"repos:\n{ITEM}"),
        ("# nothing yet\n", f"# nothing yet\n\nrepos:\n{ITEM}"),
        ("repos:\n", f"repos:\n{ITEM}"),
        ("repos:", f"repos:\n{ITEM}"),
        ("repos: []  # none\nfail_fast: true\n", f"repos:  # none\n{ITEM}fail_fast: true\n"),
        ("ci: {skip: [x]}\n", f"ci: {{skip: [x]}}\n\nrepos:\n{ITEM}"),
        (
            OLD,
            OLD + "- repo: https://git.example.org/lab/texscholar\n  rev: v1.2.3\n  hooks:\n  - id: texscholar-check\n",
        ),
        (
            "repos:\n-   repo: https://example.org/x\n    rev: v1\n    hooks:\n    -   id: x\n",
            ("repos:\n-   repo: https://example.org/x\n    rev: v1\n    hooks:\n    -   id: x\n"
            "-   repo: https://git.example.org/lab/texscholar\n    rev: v1.2.3\n    hooks:\n    -   id: texscholar-check\n"),
        ),
        (
            ("repos:\n  - repo: local\n    hooks:\n      - id: x\n        entry: |\n          a\n\n          b\n        # more of x\n\n"
            "# of all\nfail_fast: true\n"),
            "repos:\n  - repo: local\n    hooks:\n      - id: x\n        entry: |\n          a\n\n          b\n        # more of x\n"
            + ITEM
            + "\n# of all\nfail_fast: true\n",
        ),
        (
            "repos:\n  - repo: a\n    hooks: [{id: a}]\n\n  - repo: b\n    hooks: [{id: b}]",
            "repos:\n  - repo: a\n    hooks: [{id: a}]\n\n  - repo: b\n    hooks: [{id: b}]\n\n" + ITEM,
        ),
        (
            "repos:\n  - &x\n    repo: a\n    hooks: &h [{id: a}]\n  - repo: b\n    hooks: *h\n",
            "repos:\n  - &x\n    repo: a\n    hooks: &h [{id: a}]\n  - repo: b\n    hooks: *h\n" + ITEM,
        ),
        ("repos:\r\n  - repo: a\r\n    hooks:\r\n      - id: a\r\n", None),
    ],
    ids=[
        "empty file", "comment only", "no item", "no item, no newline", "empty brackets", "no repos", "dashes below keys",
        "four columns", "block scalar and comments", "blank lines between", "alias", "crlf",
    ],
)  # fmt: skip
def test_a_hook_is_added(before: str, after: str | None) -> None:
    """It stands behind the last one, laid out as that, with the file's line ends; no other byte changes."""
    expected = before + ITEM.replace("\n", "\r\n") if after is None else after
    assert with_ours(before) == expected


def test_a_hook_for_a_folder_is_limited_to_it() -> None:
    """In a monorepo the hook runs for files of the folder."""
    added = with_ours("repos:\n", Hook(URL, "v1.2.3", "texscholar-check", "^it's/a b/"))
    assert yaml.safe_load(added)["repos"][0]["hooks"] == [{"id": "texscholar-check", "files": "^it's/a b/"}]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("repos:\n\t- repo: x\n", 2, "is no valid YAML"),
        ("repos:\n- repo: x\n  hooks: [\n", 4, "is no valid YAML"),
        ("repos:\n- repo: 'x\n", 3, "is no valid YAML"),
        ("repos:\n- a\x01\n", 2, "is no valid YAML"),
        ("repos: [{repo: x, hooks: []}]\n", 1, "holds its repositories in brackets; write each under `repos:`"),
        ("- repo: x\n", 1, "must hold `repos:`"),
        ("repos: {x: y}\n", None, "`repos` must be a list"),
        ("{repos: }\n", None, "is laid out so that no hook can be added"),
        ("x: 2026-99-99\n", None, "is no valid YAML"),
    ],
)
def test_a_configuration_that_cannot_be_added_to(text: str, line: int | None, told: str) -> None:
    """One line names the file, the line where there is one, and the remedy."""
    with pytest.raises(TexscholarError) as caught:
        with_ours(text)
    place = ".pre-commit-config.yaml" + (f":{line}" if line else "")
    assert str(caught.value).startswith(f"{place}: {told}")
    assert "\n" not in str(caught.value)


_words = st.text("abc #:-'\"é|>[]{}*&!%@", min_size=1, max_size=8)
_hooks = st.fixed_dictionaries({"id": _words}, optional={"args": st.lists(_words, max_size=2), "entry": _words})
_repos = st.fixed_dictionaries(
    {"repo": _words, "hooks": st.lists(_hooks, min_size=1, max_size=2)}, optional={"rev": _words}
)
_configurations = st.fixed_dictionaries(
    {"repos": st.lists(_repos, max_size=3)},
    optional={"ci": st.dictionaries(_words, _words, max_size=2), "exclude": _words},
)


@given(
    _configurations,
    st.booleans(),
    st.sampled_from([None, "|", '"', "'"]),
    st.integers(2, 6),
    st.sampled_from(["", "# end\n", "  # end\n", "\n\n"]),
)
def test_all_that_was_there_stays(
    data: dict[str, object], sort: bool, style: str | None, indent: int, tail: str
) -> None:
    """Whatever the layout: the file holds what it held and the hook, every old line is there, the next time none is added."""
    text = yaml.safe_dump(data, sort_keys=sort, default_style=style, indent=indent, allow_unicode=True) + tail
    held = yaml.safe_load(text)  # an indented comment behind a block of text is part of it
    added = with_ours(text)
    assert yaml.safe_load(added) == {**held, "repos": [*held["repos"], *yaml.safe_load(ITEM)]}
    left = iter(added.split("\n"))
    assert all(any(line in (new, f"{new} []") for new in left) for line in text.rstrip("\n").split("\n"))
    assert with_ours(added) == added


# -- settings and what is ignored


@pytest.mark.parametrize(
    "text",
    [".texscholar/", "/.texscholar/suggestions.patch", ".texscholar/suggestions.patch\n", "*.patch\n", "a\n.texscholar/*\r\n",
     "**/.texscholar/\n", "!.texscholar/suggestions.patch\n"],
)  # fmt: skip
def test_what_is_ignored_already(text: str) -> None:
    """A line that leaves the patch out, or takes it in on purpose, is enough."""
    assert with_ignored(SourceText(".gitignore", text)) == ()


@pytest.mark.parametrize(
    "text", ["", "*.aux\n", "*.aux", "*.aux\r\n*.log\r\n", "# .texscholar/\n", ".texscholar.toml\n"]
)
def test_what_is_to_be_ignored(text: str) -> None:
    """The line comes last, in the file's line ends."""
    edits = with_ignored(SourceText(".gitignore", text))
    added = apply_edits(text, edits)
    assert added.startswith(text)
    assert added.splitlines()[-1] == "/.texscholar/suggestions.patch"
    assert ("\r\n" in text) == ("\r\n" in added)
    assert with_ignored(SourceText(".gitignore", added)) == ()


def test_settings_in_pyproject() -> None:
    """The table stands at the end, all else stays."""
    text = '[project]\r\nname = "x"  # mine'
    added = apply_edits(text, [with_settings(decode(text.encode(), "pyproject.toml"), ("library é.bib", 'a"b.bib'))])
    assert added.startswith(text + "\r\n\r\n[tool.texscholar]\r\n")
    assert tomllib.loads(added.replace("\r\n", "\n"))["tool"] == {
        "texscholar": {"libraries": ["library é.bib", 'a"b.bib']}
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[project\n", "pyproject.toml:1: is no valid TOML"),
        (
            "tool = {}\n",
            "pyproject.toml: holds `tool` in a form that no table can be added to; write the settings into",
        ),
        ("tool = 1\n", "pyproject.toml: tool must be a table"),
    ],
)
def test_pyproject_that_cannot_be_added_to(text: str, told: str) -> None:
    """One line with file and remedy."""
    with pytest.raises(TexscholarError) as caught:
        with_settings(SourceText("pyproject.toml", text), ())
    assert str(caught.value).startswith(told)


# -- the command


def tree(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Every file but git's own, with its bytes and whether it can be run."""
    files = (file for file in folder.rglob("*") if file.is_file() and ".git" not in file.relative_to(folder).parts)
    return {str(file.relative_to(folder)): (file.read_bytes(), os.access(file, os.X_OK)) for file in files}


LAYOUTS: dict[str, tuple[str, dict[str, str]]] = {
    "a paper": (".", {"main.tex": PAPER, "refs.bib": ADAM}),
    "an empty repository": (".", {}),
    "a monorepo": ("papers/été 1", {"papers/été 1/main.tex": PAPER, "papers/été 1/refs.bib": ADAM, "papers/2/main.tex": PAPER}),
    "all files there": (
        ".",
        {"main.tex": PAPER, ".gitignore": "*.aux\n", ".pre-commit-config.yaml": OLD, "pyproject.toml": "[project]\nname='x'\n"},
    ),
    "crlf": (
        ".",
        {"main.tex": PAPER, ".gitignore": "*.aux\r\n*.log\r\n", ".pre-commit-config.yaml": OLD.replace("\n", "\r\n")},
    ),
}  # fmt: skip


@pytest.mark.parametrize("options", [(), ("--ci", "shell", "--ci", "gitlab", "--ci", "overleaf")])
@pytest.mark.parametrize(("folder", "files"), LAYOUTS.values(), ids=LAYOUTS)
def test_the_diff_is_what_is_written(
    texscholar: Run, tmp_path: Path, folder: str, files: dict[str, str], options: tuple[str, ...]
) -> None:
    """`git apply` of the diff and --apply make the same files; without either nothing changes; then there is nothing more."""
    for name in ("by-git", "by-us"):
        write_files(tmp_path / name, files)
        (tmp_path / name / folder).mkdir(parents=True, exist_ok=True)
        git(tmp_path / name, "init", "-q")
    before = tree(tmp_path / "by-git")
    arguments = ("init", "--repository", URL, *options)
    diff = texscholar(*arguments, cwd=tmp_path / "by-git" / folder)
    assert (diff.code, tree(tmp_path / "by-git")) == (0, before), diff.err
    git(tmp_path / "by-git", "apply", "--check", stdin=diff.out)
    git(tmp_path / "by-git", "apply", stdin=diff.out)
    written = texscholar(*arguments, "--apply", cwd=tmp_path / "by-us" / folder)
    assert (written.code, written.out) == (0, b""), written.err
    assert tree(tmp_path / "by-us") == tree(tmp_path / "by-git") != before
    again = texscholar(*arguments, cwd=tmp_path / "by-us" / folder)
    assert (again.code, again.out, again.err) == (0, b"", "texscholar: nothing to propose\n")


def test_the_whole_diff(texscholar: Run, paper: Path) -> None:
    """What a plain paper gets: settings as comments, the patch ignored, the hook at this version's tag."""
    result = texscholar("init", cwd=paper)
    added = [line[1:] for line in result.text.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert added == [
        "# What can be cited besides the paper's own bibliography: files below this folder, named libraries.",
        '# libraries = ["library.bib"]',
        "# Nothing less sure is suggested; 0.1 shows more while much is still uncited.",
        "# min-confidence = 0.25",
        "# texscholar makes this patch anew with every run",
        "/.texscholar/suggestions.patch",
        "repos:",
        f"  - repo: {__repository__}",
        f"    rev: v{__version__}",
        "    hooks:",
        "      - id: texscholar-check",
    ]
    assert f"{__repository__} stands for where you got texscholar from: give --repository URL" in result.err


@pytest.mark.parametrize(
    ("there", "options", "named"),
    [
        ({}, (), []),
        ({"latexmkrc": "$pdf_mode = 1;\n"}, (), ["latexmkrc"]),
        ({".latexmkrc": "$pdf_mode = 1;\n", "latexmkrc": ""}, ("--latexmk",), [".latexmkrc"]),
        ({}, ("--latexmk",), [".latexmkrc"]),
    ],
    ids=["no latexmk", "its settings", "both names", "wished for"],
)
def test_the_block_of_latexmk(
    texscholar: Run, paper: Path, there: dict[str, str], options: tuple[str, ...], named: list[str]
) -> None:
    """Latexmk's own settings get the block behind what they hold; without any they are begun only on demand."""
    write_files(paper, there)
    assert texscholar("init", *options, "--apply", cwd=paper).code == 0
    files = {name: (paper / name).read_text("utf-8") for name in (".latexmkrc", "latexmkrc") if (paper / name).exists()}
    assert [name for name, text in files.items() if "# --- texscholar: begin" in text] == named
    assert all(files[name].startswith(text) for name, text in there.items())
    assert texscholar("init", *options, cwd=paper).out == b""


def test_a_bibliography_that_no_paper_reads_is_a_library(texscholar: Run, paper: Path) -> None:
    """Of the .bib files here those that the paper does not read become libraries, and the settings are valid."""
    write_files(paper, {"more/library.bib": ADAM, "build/old.bib": ADAM})
    texscholar("init", "--apply", cwd=paper)
    assert tomllib.loads((paper / ".texscholar.toml").read_text()) == {"libraries": ["more/library.bib"]}
    assert texscholar("check", cwd=paper).code == 1


def test_settings_above_the_folder_are_enough(texscholar: Run, tmp_path: Path) -> None:
    """What holds for the whole repository is not written once more for a folder of it."""
    write_files(tmp_path, {"papers/main.tex": PAPER, "pyproject.toml": "[tool.texscholar]\nseed = 1\n"})
    git(tmp_path, "init", "-q")
    assert b".toml" not in texscholar("init", cwd=tmp_path / "papers").out


def test_pre_commit_takes_what_was_written(texscholar: Run, paper: Path) -> None:
    """Real pre-commit finds nothing wrong with the configuration."""
    write_files(paper, {".pre-commit-config.yaml": "ci: {autofix_prs: false}\n" + OLD})
    texscholar("init", "--repository", URL, "--apply", cwd=paper)
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config"], cwd=paper, check=True, capture_output=True)


def test_without_git(texscholar: Run, tmp_path: Path) -> None:
    """Settings are proposed, and a line says what is left out."""
    write_files(tmp_path, {"main.tex": PAPER})
    result = texscholar("init", "--apply", "--ci", "github", cwd=tmp_path)
    assert (result.code, sorted(tree(tmp_path))) == (0, [".texscholar.toml", "main.tex"])
    assert "no git repository here: .gitignore, hook and CI file are left out" in result.err


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({".pre-commit-config.yaml": "repos: [\n"}, ".pre-commit-config.yaml:2: is no valid YAML"),
        ({"pyproject.toml": "[project\n"}, "pyproject.toml:1: is no valid TOML"),
        ({".texscholar.toml": "colour = 1\n"}, ".texscholar.toml:1: unknown setting 'colour'"),
        ({".gitignore": b"\0"}, ".gitignore: is not a text file"),
    ],
)
def test_a_broken_file_stops_all(texscholar: Run, paper: Path, files: dict[str, str | bytes], told: str) -> None:
    """One line with file, line and remedy; nothing is written."""
    write_files(paper, files)
    before = tree(paper)
    result = texscholar("init", "--apply", cwd=paper)
    assert (result.code, tree(paper)) == (2, before)
    assert result.err.splitlines()[-1].startswith(f"texscholar: error: {told}"), result.err


def test_a_disk_that_refuses_leaves_no_half(texscholar: Run, paper: Path) -> None:
    """Where one file cannot be made none is."""
    write_files(paper, {".github": "a file, where a folder should be"})
    before = tree(paper)
    result = texscholar("init", "--apply", "--ci", "overleaf", cwd=paper)
    assert (result.code, tree(paper)) == (2, before)
    assert result.err.splitlines()[-1].startswith(
        "texscholar: error: .github/workflows/texscholar-overleaf.yml: cannot be written"
    )


def test_pre_commit_and_another_hooks_path(texscholar: Run, paper: Path) -> None:
    """Where pre-commit would refuse to install itself, another way is told."""
    git(paper, "config", "core.hooksPath", "tools")
    refused = subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"], cwd=paper, capture_output=True, check=False
    )
    told = texscholar("init", cwd=paper).err
    assert (refused.returncode, "let a hook there run `pre-commit run`" in told, "makes git use it" in told) == (
        1,
        True,
        False,
    )


# -- hooks of plain git


def test_plain_hooks(texscholar: Run, paper: Path) -> None:
    """They are told of, and --apply makes them, to be run; then neither they nor pre-commit are proposed."""
    shown = texscholar("init", "--hooks", "git", cwd=paper)
    assert "with --apply also .git/hooks/pre-commit, .git/hooks/pre-push\n" in shown.err
    assert b"pre-commit" not in shown.out
    texscholar("init", "--hooks", "git", "--apply", cwd=paper)
    for name in ("pre-commit", "pre-push"):
        made = paper / ".git" / "hooks" / name
        assert (made.read_bytes(), os.access(made, os.X_OK)) == ((REPOSITORY / "hooks" / name).read_bytes(), True)
    for options in (("--hooks", "git"), ()):
        assert texscholar("init", *options, cwd=paper).err == "texscholar: nothing to propose\n"


def test_hooks_in_a_folder_of_git(texscholar: Run, paper: Path) -> None:
    """A core.hooksPath inside git's own folder is no place that a diff could reach."""
    git(paper, "config", "core.hooksPath", ".git/mine")
    diff = texscholar("init", "--hooks", "git", cwd=paper)
    git(paper, "apply", "--check", stdin=diff.out)
    assert "with --apply also .git/mine/pre-commit, .git/mine/pre-push" in diff.err
    texscholar("init", "--hooks", "git", "--apply", cwd=paper)
    assert os.access(paper / ".git" / "mine" / "pre-push", os.X_OK)


def test_a_worktree_has_the_hooks_of_its_repository(texscholar: Run, paper: Path) -> None:
    """They go where git looks for them."""
    git(paper, "worktree", "add", "-q", "../second")
    texscholar("init", "--hooks", "git", "--apply", cwd=paper.parent / "second")
    assert (paper / ".git" / "hooks" / "pre-push").exists()


def test_a_foreign_hook_stays(texscholar: Run, paper: Path) -> None:
    """Ours lies beside it, a line tells how to have both, and that line works."""
    foreign = paper / ".git" / "hooks" / "pre-commit"
    write_files(foreign.parent, {"pre-commit": "#!/bin/sh\necho mine\n"})
    foreign.chmod(0o755)
    result = texscholar("init", "--hooks", "git", "--apply", cwd=paper)
    assert foreign.read_text() == "#!/bin/sh\necho mine\n"
    lead, _, line = next(each for each in result.err.splitlines() if "of your own" in each).rpartition("to it: ")
    assert lead.startswith("texscholar: .git/hooks/pre-commit is a hook of your own and stays as it is; to have both")
    again = texscholar("init", "--hooks", "git", cwd=paper)
    assert (again.out, "nothing to propose" in again.err) == (b"", True)
    foreign.write_text(f"{foreign.read_text()}{line}\n")
    (foreign.parent / "pre-commit.texscholar").write_text("#!/bin/sh\necho ours; exit 1\n")
    write_files(paper, {"new.tex": "x"})
    git(paper, "add", ".")
    stopped = git(paper, "commit", "-m", "x", check=False)
    assert (stopped.returncode, (stopped.stdout + stopped.stderr).split()) == (1, [b"mine", b"ours"])
    assert "of your own" not in texscholar("init", "--hooks", "git", cwd=paper).err


def test_a_tracked_hooks_folder(texscholar: Run, paper: Path) -> None:
    """Where core.hooksPath names a folder of the repository, the hooks are in the diff, to be run."""
    git(paper, "config", "core.hooksPath", "tools/hooks")
    write_files(paper, {"tools/hooks/pre-push": "#!/bin/sh\ntexscholar check\n"})
    diff = texscholar("init", "--hooks", "git", cwd=paper / "tools")
    assert b"+++ b/tools/hooks/pre-commit\n" in diff.out
    assert b"tools/hooks/pre-push" not in diff.out
    git(paper, "apply", stdin=diff.out)
    assert os.access(paper / "tools" / "hooks" / "pre-commit", os.X_OK)
    assert not (paper / ".git" / "hooks" / "pre-commit").exists()


def test_hooks_of_all_repositories_are_left_alone(texscholar: Run, paper: Path) -> None:
    """A core.hooksPath outside the repository serves others too."""
    (paper.parent / "global").mkdir()
    git(paper, "config", "core.hooksPath", str(paper.parent / "global"))
    result = texscholar("init", "--hooks", "git", "--apply", cwd=paper)
    assert (
        "which other repositories use too: left alone" in result.err,
        list((paper.parent / "global").iterdir()),
    ) == (True, [])


def test_no_hook(texscholar: Run, paper: Path) -> None:
    """--hooks none leaves hooks out."""
    texscholar("init", "--hooks", "none", "--apply", cwd=paper)
    assert sorted(set(tree(paper)) - {"main.tex", "refs.bib"}) == [".gitignore", ".texscholar.toml"]


# -- CI files


def test_a_ci_file_of_ones_own_stays(texscholar: Run, paper: Path) -> None:
    """GitLab's goes beside it, to be included; where there is no such place a line tells where ours is."""
    own = {".gitlab-ci.yml": "test: {script: [make]}\n", "ci/texscholar.sh": "make\n"}
    write_files(paper, {**own, ".github/workflows/texscholar.yml": "name: mine\n"})
    options = ("--repository", "https://github.com/lab/texscholar", "--ci", "gitlab", "--ci", "github")
    result = texscholar("init", *options, "--apply", cwd=paper)
    assert {name: (paper / name).read_text() for name in own} == own
    assert "add `- local: .gitlab/texscholar.yml` to `include:` in your .gitlab-ci.yml" in result.err
    assert ".github/workflows/texscholar.yml is a file of your own and stays as it is" in result.err
    assert (paper / ".gitlab" / "texscholar.yml").exists()
    assert texscholar("init", *options, cwd=paper).out == b""


@pytest.mark.parametrize(
    ("repository", "expected"),
    [("https://github.com/lab/texscholar", "lab/texscholar"), ("https://github.com/a.b/c-d.git", "a.b/c-d")],
)
def test_the_action_is_named_by_its_repository(repository: str, expected: str) -> None:
    """`uses:` holds owner, name and this version's tag."""
    text = (REPOSITORY / "docs" / "ci" / "github.yml").read_text("utf-8")
    steps = yaml.safe_load(fitted(text, repository, "."))["jobs"]["citations"]["steps"]
    assert steps[1]["uses"] == f"{expected}@v{__version__}"


def test_an_action_lies_on_github(texscholar: Run, paper: Path) -> None:
    """For another address the command says so, in one line, and writes nothing."""
    result = texscholar("init", "--repository", URL, "--ci", "github", "--apply", cwd=paper)
    assert (result.code, sorted(tree(paper))) == (2, ["main.tex", "refs.bib"])
    assert "an action must lie; name one with --repository https://github.com/OWNER/texscholar" in result.err


@pytest.mark.parametrize("recipe", [name for name in RECIPES if name != "overleaf-git"])  # which is told the paper
def test_a_recipe_is_for_the_folder(recipe: str) -> None:
    """In a monorepo a recipe checks the folder that init ran in, whatever its name."""
    folder = 'papers/it\'s "one"'
    text = (REPOSITORY / "docs" / "ci" / RECIPES[recipe].file).read_text("utf-8")
    made = fitted(text, "https://github.com/lab/texscholar", folder)
    if recipe == "shell":
        line = next(line for line in made.splitlines() if line.startswith("paths="))
        done = subprocess.run(["sh", "-c", f'{line}; printf %s "$paths"'], capture_output=True, check=True)
        assert done.stdout.decode() == folder
    else:
        assert made.count('"papers/it\'s \\"one\\""') == 1
        yaml.safe_load(made)
    assert "example.org" not in made
    assert "OWNER" not in made


@pytest.mark.parametrize("page", ["ci.md", "overleaf.md", "git.md"])
def test_what_the_pages_tell_to_run(texscholar: Run, paper: Path, page: str) -> None:
    """Every `texscholar init` of the pages proposes something, and git applies it."""
    text = (REPOSITORY / "docs" / page).read_text("utf-8")
    lines = re.findall(r"^ *texscholar (init .*)$", text, re.MULTILINE)
    assert lines
    for line in lines:
        result = texscholar(*(word for word in line.split() if word != "--apply"), cwd=paper)
        assert result.code == 0, result.err
        git(paper, "apply", "--check", stdin=result.out)


def test_the_inputs_of_the_action() -> None:
    """docs/ci.md names each of them with its default."""
    page = (REPOSITORY / "docs" / "ci.md").read_text("utf-8")
    inputs = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))["inputs"]
    named = dict(re.findall(r"^\| `([\w-]+)` \| (?:`(.*?)`)? *\|", page.partition("## The action")[2], re.MULTILINE))
    assert named == {name: each["default"] for name, each in inputs.items()}


# -- one place each


def test_the_address_is_that_of_the_package() -> None:
    """The address that hooks fetch from is the one that the package tells of itself."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Repository"] == __repository__


@pytest.mark.parametrize("file", sorted((REPOSITORY / "docs" / "ci").iterdir()), ids=lambda file: file.name)
def test_recipes_pin_this_version(file: Path) -> None:
    """Each recipe that fetches texscholar fetches the version that it comes with."""
    text = file.read_text("utf-8")
    pinned = text.count(f"texscholar@v{__version__}") + text.count(f"--branch v{__version__} {__repository__} ")
    assert pinned == text.count(f"{__repository__}") + text.count("OWNER/texscholar")


def test_what_is_handed_out_comes_with_the_package() -> None:
    """Hooks and recipes are packed where the installed program looks for them."""
    packed = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert packed["force-include"] == {"docs/ci": "texscholar/shipped/docs/ci", "hooks": "texscholar/shipped/hooks"}
