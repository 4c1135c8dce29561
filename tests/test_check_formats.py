"""``--format`` and ``--output`` of ``check`` and ``fill``: what goes where, of one paper and of several."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from conftest import ADAM, PAPER, REPOSITORY, Run, git, write_files
from test_report_sarif import VALIDATOR, applied
from texscholar.cli.formats import FORMATS

MACHINES = ("sarif", "rdjsonl", "github", "gitlab", "checkstyle")


def paths_in(form: str, text: str) -> list[str]:
    """The files that a report names, a finding each."""
    if form == "sarif":
        log = json.loads(text)
        VALIDATOR.validate(log)
        places = [result["locations"][0]["physicalLocation"] for result in log["runs"][0]["results"]]
        return [unquote(place["artifactLocation"]["uri"]) for place in places]
    if form == "rdjsonl":
        return [json.loads(line)["location"]["path"] for line in text.splitlines()]
    if form == "github":
        return [
            match.replace("%3A", ":").replace("%2C", ",")
            for match in re.findall(r"^::\w+ file=(.*?),", text, re.MULTILINE)
        ]
    if form == "gitlab":
        return [issue["location"]["path"] for issue in json.loads(text)]
    if form == "checkstyle":
        return [file.attrib["name"] for file in ET.fromstring(text) for _ in file]
    return [line.split(":")[0] for line in text.splitlines()]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Two papers in one repository, one of them in a folder with an awkward name."""
    write_files(
        tmp_path,
        {"one/main.tex": PAPER, "one/refs.bib": ADAM, "zwei ü/main.tex": PAPER, "zwei ü/refs.bib": ADAM},
    )
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    return tmp_path


def told(texscholar: Run, folder: Path, *forms: str) -> tuple[int, dict[str, str]]:
    """The exit code of a check, and what it tells in each format, each in a file."""
    result = texscholar("check", *(f"--format={form}=out.{form}" for form in forms), cwd=folder)
    assert "Traceback" not in result.err
    return result.code, {form: (folder / f"out.{form}").read_text("utf-8") for form in forms}


def test_several_papers_are_one_report(texscholar: Run, papers: Path) -> None:
    """Both papers are told in one document, with paths from the top, wherever the command runs; findings exit with 1."""
    for folder, expected in ((papers, ["one/main.tex", "zwei ü/main.tex"]), (papers / "zwei ü", ["zwei ü/main.tex"])):
        code, reports = told(texscholar, folder, "text", *MACHINES)
        assert {form: paths_in(form, text) for form, text in reports.items()} == dict.fromkeys(reports, expected)
        assert code == 1


def test_nothing_found(texscholar: Run, tmp_path: Path) -> None:
    """Without a paper and without findings every format is still a whole document, and the exit code 0."""
    clean = PAPER.split("Some")[0] + "\\end{document}\n"
    for files in ({"notes.tex": "Nothing."}, {"main.tex": clean}):
        write_files(tmp_path, files)
        code, reports = told(texscholar, tmp_path, "text", *MACHINES)
        assert [code, *(paths_in(form, text) for form, text in reports.items())] == [0, *[[]] * len(reports)]


def test_same_input_same_bytes(texscholar: Run, paper: Path) -> None:
    """Every format is the same each time."""
    first, second = (told(texscholar, paper, *FORMATS) for _ in range(2))
    assert first == second
    assert all(first[1].values())


def test_output(texscholar: Run, paper: Path) -> None:
    """--output writes the one format to a file, byte for byte what stdout would get; text goes to stdout then."""
    printed = texscholar("check", "--format", "gitlab", cwd=paper)
    filed = texscholar("check", "--format", "gitlab", "--output", "out", cwd=paper)
    assert ((paper / "out").read_bytes(), paths_in("text", filed.text)) == (printed.out, ["main.tex"])
    assert (printed.code, filed.code) == (1, 1)
    assert texscholar("check", "--output", "out", cwd=paper).out == (paper / "out").read_bytes() == filed.out


def test_a_log_for_people_and_files_for_machines(texscholar: Run, paper: Path) -> None:
    """Formats that name files leave stdout to text, or to the one that names none."""
    files = [f"--format={form}={form}.out" for form in ("sarif", "gitlab")]
    text = texscholar("check", *files, cwd=paper)
    assert (text.code, paths_in("text", text.text)) == (1, ["main.tex"])
    assert "1 finding;" in text.err
    annotated = texscholar("check", *files, "--format", "github", cwd=paper)
    assert paths_in("github", annotated.text) == ["main.tex"]
    assert "1 finding;" not in annotated.err
    for form in ("sarif", "gitlab"):
        assert paths_in(form, (paper / f"{form}.out").read_text("utf-8")) == ["main.tex"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--format", "xml"], "'xml' is none of text, json, sarif"),
        (["--format", "sarif="], "'sarif=' names no file"),
        (["--format", "text", "--format", "github"], "two formats go to one place"),
        (["--format", "sarif=x", "--format", "gitlab=./x"], "two formats go to one place"),
        (["--format", "sarif", "--format", "gitlab", "--output", "x"], "--output is for one format"),
        (["--format", "sarif=x", "--output", "y"], "--output is for one format"),
        (["--format", "json=x", "one", "zwei ü"], "--format json is for one paper, and here are 2"),
        (["--format", "sarif=no/folder/x"], "cannot be written (No such file or directory)"),
    ],
)
def test_what_cannot_be(texscholar: Run, papers: Path, arguments: list[str], complaint: str) -> None:
    """A mistake is one line with exit code 2, and no file is written."""
    result = texscholar("check", *arguments, cwd=papers)
    assert (result.code, result.out) == (2, b"")
    assert complaint in result.err
    assert "Traceback" not in result.err
    assert sorted(each.name for each in papers.iterdir()) == [".git", "one", "zwei ü"]


def test_a_report_replaces_the_old_one_whole(texscholar: Run, paper: Path) -> None:
    """The file is replaced, mode kept; what could not be written leaves the old one."""
    write_files(paper, {"out": "old" * 10_000})
    (paper / "out").chmod(0o640)
    assert texscholar("check", "--format=gitlab=out", cwd=paper).code == 1
    assert len(json.loads((paper / "out").read_bytes())) == 1
    assert (paper / "out").stat().st_mode & 0o777 == 0o640
    assert [each.name for each in paper.iterdir() if "tmp" in each.name] == []


def test_the_page_of_formats(texscholar: Run, tmp_path: Path) -> None:
    """docs/formats.md has a row for each format, and the help of the command names them all."""
    rows = re.findall(r"^\| `(\w+)` \|", (REPOSITORY / "docs" / "formats.md").read_text("utf-8"), re.MULTILINE)
    assert rows == [*FORMATS]
    helped = " ".join(texscholar("check", "--help", cwd=tmp_path).text.split())
    assert f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}" in helped


# -- the job summary


def test_job_summary(texscholar: Run, paper: Path) -> None:
    """With annotations the summary goes behind what the file holds already; other formats leave it alone."""
    summary = paper / "summary.md"
    summary.write_text("before\n", "utf-8")
    env = {"GITHUB_STEP_SUMMARY": str(summary)}
    texscholar("check", "--format", "sarif", cwd=paper, env=env)
    assert summary.read_text("utf-8") == "before\n"
    result = texscholar("check", "--format", "github", cwd=paper, env=env)
    text = summary.read_text("utf-8")
    assert text.startswith("before\n### texscholar\n\n1 note.")
    assert "| `main.tex:5:1` | missing-citation |" in text
    assert result.out == texscholar("check", "--format", "github", cwd=paper).out
    texscholar("check", "--format=github=annotations", cwd=paper, env=env)
    assert summary.read_text("utf-8").count("### texscholar") == 2


def test_a_job_summary_that_cannot_be_written(texscholar: Run, paper: Path) -> None:
    """The check says so and goes on."""
    env = {"GITHUB_STEP_SUMMARY": str(paper / "no" / "folder" / "summary.md")}
    result = texscholar("check", "--format", "github", cwd=paper, env=env)
    assert (result.code, paths_in("github", result.text)) == (1, ["main.tex"])
    assert "no job summary: " in result.err


def test_a_job_summary_that_is_full(texscholar: Run, paper: Path) -> None:
    """Where an earlier command of the step left no room, nothing is added: GitHub would show none at all."""
    summary = paper / "summary.md"
    summary.write_bytes(b"x" * (128 * 1024))
    texscholar("check", "--format", "github", cwd=paper, env={"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.stat().st_size == 128 * 1024


# -- fixes


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_an_applied_fix_is_what_fill_writes(texscholar: Run, tmp_path: Path, newline: str) -> None:
    """A fix in two files, applied from the log by a reader that knows nothing of ours, gives the bytes that fill gives."""
    body = PAPER.replace("trained with", "trainiert 学習 🎉 with")
    files = {
        "paper ü/main.tex": body.replace("\n", newline).encode(),
        "paper ü/refs.bib": b"@misc{grass, title = {Grass}}\r\n".replace(b"\r\n", newline.encode()),
    }
    write_files(tmp_path, {**files, "library.bib": ADAM})
    git(tmp_path, "init", "-q")
    look = ("--library", tmp_path / "library.bib", "--min-confidence", "0")
    checked = texscholar("check", "paper ü/main.tex", *look, "--format", "sarif", cwd=tmp_path)
    (run,) = json.loads(checked.out)["runs"]
    fixes = [fix for result in run["results"] for fix in result.get("fixes", [])]
    assert len(fixes) == 1, checked.err
    new = applied(fixes[0], run, files)
    assert texscholar("fill", "paper ü/main.tex", *look, "--apply", cwd=tmp_path).code == 0
    assert new == {path: (tmp_path / path).read_bytes() for path in files}
    assert all(new[path] != data for path, data in files.items())


def test_fixes_of_what_is_staged(texscholar: Run, paper: Path) -> None:
    """In a hook positions and fixes are those of the staged text."""
    line = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
    write_files(paper, {"main.tex": PAPER.replace("\\bibliography", f"{line}\\bibliography")})
    git(paper, "add", ".")
    staged = (paper / "main.tex").read_bytes()
    write_files(paper, {"main.tex": b"% not staged\n" + staged})
    checked = texscholar("check", "--staged", "--format", "sarif", cwd=paper)
    (run,) = json.loads(checked.out)["runs"]
    (result,) = run["results"]
    (new,) = applied(result["fixes"][0], run, {"main.tex": staged}).values()
    assert b"optimization~\\citep{kingma2015adam}." in new or b"optimization \\citep{kingma2015adam}." in new


@pytest.mark.parametrize("form", ["sarif", "rdjsonl"])
def test_fill_tells_drafts_too(texscholar: Run, paper: Path, form: str) -> None:
    """What fill would write about related work is a fix as well; check only reports the marker."""
    write_files(
        paper, {"main.tex": PAPER.replace("\\section", "% TODO related-work: stochastic optimization\n\\section")}
    )
    drafts = [texscholar(verb, "main.tex", "--format", form, cwd=paper).text for verb in ("fill", "check")]
    assert ["begin related-work" in draft for draft in drafts] == [True, False]
    assert len(paths_in(form, drafts[0])) == len(paths_in(form, drafts[1])) == 2


def test_skips_are_told(texscholar: Run, paper: Path) -> None:
    """What was left out stands in SARIF and in the job summary, and on stderr in any case."""
    write_files(paper, {"refs.bib": ADAM + "@misc{broken,\n"})
    summary = paper / "summary.md"
    env = {**os.environ, "GITHUB_STEP_SUMMARY": str(summary)}
    result = texscholar("check", "--format=sarif=log", "--format", "github", cwd=paper, env=env)
    (run,) = json.loads((paper / "log").read_bytes())["runs"]
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"].startswith("refs.bib:")
    assert "- skipped: `refs.bib:" in summary.read_text("utf-8")
    assert "skipped: refs.bib:" in result.err
