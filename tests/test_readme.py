"""The README says what is so."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from conftest import REPOSITORY, Run

README = (REPOSITORY / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_excerpt_is_what_the_program_prints(texscholar: Run) -> None:
    """Every piece of the diff shown in the README stands in today's diff of the example paper, line by line."""
    printed = texscholar("fill", "example_paper/main.tex", cwd=REPOSITORY).text
    pieces = [piece.strip("\n") for piece in blocks("diff")[0].split("\n[…]\n")]
    assert len(pieces) >= 3
    assert [piece for piece in pieces if piece not in printed] == []


def test_two_commands() -> None:
    """The first screen has exactly two shell commands: one runs the example, the other the tests."""
    first, second = blocks("sh")
    assert ".venv/bin/texscholar fill example_paper/main.tex" in first
    assert ".venv/bin/python -m pytest" in second
    assert README[: README.index("## ")].count("```sh") == 2


def test_ci_reads_the_commands_from_here() -> None:
    """The script of CI prints the same commands."""
    for number, block in enumerate(blocks("sh"), start=1):
        script = REPOSITORY / ".ci" / "readme_command.py"
        done = subprocess.run(
            [sys.executable, script, str(number), REPOSITORY / "README.md"], capture_output=True, check=True
        )
        assert done.stdout.decode().strip() == block.strip()


def test_hooks_named_here_exist() -> None:
    """The hook ids of the README are in the manifest."""
    manifest = {each["id"] for each in yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    shown = yaml.safe_load(blocks("yaml")[0])
    assert {hook["id"] for repo in shown["repos"] for hook in repo["hooks"]} <= manifest
    assert set(re.findall(r"`id: (\S+)`", README)) <= manifest


def test_links_lead_somewhere() -> None:
    """Every relative link of README, CONTRIBUTING and docs is a file of the repository."""
    for page in (REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md", *sorted((REPOSITORY / "docs").glob("*.md"))):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), (page.name, target)


def test_commands_named_here_exist(texscholar: Run, tmp_path: Path) -> None:
    """Each `texscholar COMMAND` and each option the README shows is in that command's help."""
    for line in re.findall(r"^    (texscholar .*)$", README, re.MULTILINE):
        words = line.split("#")[0].split()[1:]
        command = words[:2] if words[0] == "library" else words[:1]
        helped = texscholar(*command, "--help", cwd=tmp_path).text
        assert helped.startswith("Usage: "), line
        assert [word for word in words if word.startswith("--") and word not in helped] == [], line


def test_name_and_licence() -> None:
    """The package builds under the name and the licence that the README gives."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert (project["name"], project["license"]) == ("texscholar", "Apache-2.0")
    assert "Apache License" in (REPOSITORY / "LICENSE").read_text("utf-8")
