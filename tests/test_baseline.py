"""Findings that the authors know already: how they are kept, met and told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ADAM, PAPER, Run, git, write_files
from texscholar.errors import TexscholarError
from texscholar.recommend import Finding
from texscholar.report.baseline import Known, compared, known_of, read_baseline, render_baseline
from texscholar.source import SourceText, Span

BASELINE = ".texscholar/baseline.json"
OLD = "Some earlier networks were trained with Adam, a stochastic optimizer."
NEW = "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n"
SETTINGS = "min-confidence = 0.1\n"  # what is said here shall not depend on how sure the ranking happens to be


@pytest.fixture
def known_paper(texscholar: Run, paper: Path) -> Path:
    """The paper with its one finding in a committed baseline."""
    write_files(paper, {".texscholar.toml": SETTINGS})
    assert texscholar("check", "--write-baseline", cwd=paper).code == 0
    git(paper, "add", ".")
    git(paper, "commit", "-qm", "baseline")
    return paper


def lines(text: str) -> list[str]:
    """The ``file:line`` of each finding."""
    return [":".join(line.split(":")[:2]) for line in text.splitlines()]


def entries(paper: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((paper / BASELINE).read_bytes())["findings"]
    return found


# -- the file

KNOWN = st.builds(Known, *[st.text(st.characters(codec="utf-8"), max_size=8)] * 3)


@given(st.lists(KNOWN, max_size=6))
def test_what_is_written_is_read(known: list[Known]) -> None:
    """Whatever is written comes back, sorted, a line a finding, and the same in any order."""
    data = render_baseline(known)
    assert read_baseline(data, BASELINE) == tuple(sorted(known))
    assert data == render_baseline(reversed(known))
    assert data.count(b'"fingerprint"') == sum(b'"fingerprint"' in line for line in data.splitlines()) == len(known)


def test_the_file() -> None:
    """The format, byte for byte."""
    known = [Known("b2", "ü.tex", "missing-citation"), Known("a1", "main.tex", "undefined-citation")]
    assert render_baseline([]) == b'{\n  "version": 1,\n  "findings": []\n}\n'
    assert render_baseline(known).decode() == (
        '{\n  "version": 1,\n  "findings": [\n'
        '    {"fingerprint": "a1", "rule": "undefined-citation", "path": "main.tex"},\n'
        '    {"fingerprint": "b2", "rule": "missing-citation", "path": "\\u00fc.tex"}\n'
        "  ]\n}\n"
    )


WHOLE = render_baseline([Known("a1", "main.tex", "missing-citation")])


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", ":1: is no valid JSON; "),
        (b"\xff", ": is no valid JSON; "),
        (WHOLE[:-20], ":4: is no valid JSON; "),
        (b"{\n<<<<<<< HEAD\n" + WHOLE, ":2: holds an unfinished merge; "),
        (b"[" * 100_000, ": is no baseline; "),
        (b"[]", ": is no baseline; "),
        (b"null", ": is no baseline; "),
        (b'{"version": 1}', ": is no baseline; "),
        (b'{"version": 1, "findings": 3}', ": is no baseline; "),
        (b'{"version": 1, "findings": [{"fingerprint": 1, "rule": "", "path": ""}]}', ": is no baseline; "),
        (WHOLE.replace(b'"version": 1', b'"version": 2'), ": is of version 2, and this texscholar reads 1; "),
    ],
)
def test_a_broken_file(data: bytes, complaint: str) -> None:
    """One line names the file, what is wrong with it, and what to do."""
    with pytest.raises(TexscholarError) as raised:
        read_baseline(data, BASELINE)
    assert str(raised.value).startswith(f"{BASELINE}{complaint}")
    assert "`texscholar check --write-baseline`" in str(raised.value)


# -- which findings are known


def finding(text: str, start: int = 0, end: int = 4, rule: str = "undefined-citation") -> Finding:
    return Finding(rule, SourceText("main.tex", text), Span(start, end), "a message")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (finding("some words\n"), True),
        (finding("\n\n  some   words\n", 4, 8), True),
        (finding("some words"), True),
        (finding("some words\n", 5, 10), True),
        (finding("some word\n"), False),
        (finding("some words\n", rule="missing-input"), False),
        (finding("some\nwords\n", 0, 8), True),
        (finding("some\nwords\n"), False),
    ],
)
def test_what_a_finding_is_known_by(other: Finding, same: bool) -> None:
    """Its rule and the words of its lines, wherever they stand."""
    known = known_of(finding("some words\n"), str)
    assert (known_of(other, str).fingerprint == known.fingerprint) is same
    assert known == Known(known.fingerprint, "main.tex", "undefined-citation")


def test_one_entry_knows_one_finding() -> None:
    """Of three equal findings two are known where two entries stand; what no finding meets is left."""
    three = [finding("some words\n") for _ in range(3)]
    known = [known_of(three[0], str)] * 2
    gone = Known("0", "a.tex", "missing-citation")
    assert compared(known, ((each, str) for each in three)) == ({id(each) for each in three[:2]}, ())
    assert compared([*known, gone], [(three[0], str)]) == ({id(three[0])}, (gone, known[0]))
    assert compared([], [(three[0], str)]) == (frozenset(), ())


# -- on the command line


def test_known_findings_are_left_out(texscholar: Run, known_paper: Path) -> None:
    """What is known is not told and fails nothing; a line counts it, and --no-baseline tells it."""
    quiet = texscholar("check", cwd=known_paper)
    assert (quiet.code, quiet.text) == (0, "")
    assert quiet.err == "texscholar: 1 finding of the baseline left out; --no-baseline tells them\n"
    told = texscholar("check", "--no-baseline", cwd=known_paper)
    assert (told.code, lines(told.text)) == (1, ["main.tex:5"])
    write_files(known_paper, {"main.tex": PAPER.replace("\\bibliography", f"\n{NEW}\\bibliography")})
    for arguments in ((), ("main.tex",)):
        more = texscholar("check", *arguments, cwd=known_paper)
        assert (more.code, lines(more.text)) == (1, ["main.tex:7"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("\\section", "\n\n\\section"), []),
        ((OLD, OLD.replace("networks were", "networks\nwere")), []),
        ((OLD, f"% {OLD}\n{OLD} % a comment"), []),
        ((OLD, OLD.replace("Some earlier", "Many earlier")), ["main.tex:5"]),
    ],
    ids=["moved", "broken anew", "commented", "edited"],
)
def test_what_stays_known(texscholar: Run, known_paper: Path, change: tuple[str, str], expected: list[str]) -> None:
    """A sentence that moves stays known; one that is edited is new, in the whole paper and in a commit."""
    write_files(known_paper, {"main.tex": PAPER.replace(*change)})
    git(known_paper, "add", ".")
    for arguments in ((), ("--staged",)):
        assert lines(texscholar("check", *arguments, cwd=known_paper).text) == expected


def test_a_sentence_that_moves_to_another_file(texscholar: Run, known_paper: Path) -> None:
    """It is known there too, also by a commit, which takes the baseline from the index."""
    write_files(known_paper, {"main.tex": PAPER.replace(OLD, "\\input{sec}"), "sec.tex": f"{OLD}\n"})
    git(known_paper, "add", ".")
    (known_paper / BASELINE).unlink()
    result = texscholar("check", "--staged", cwd=known_paper)
    assert (result.code, result.text, "1 finding of the baseline" in result.err) == (0, "", True)


def test_a_revision_has_its_own_baseline(texscholar: Run, known_paper: Path) -> None:
    """Between revisions the baseline is that of the newer one."""
    git(known_paper, "rm", "-q", BASELINE)
    write_files(known_paper, {"main.tex": PAPER.replace(OLD, f"{OLD}\n\nThere is more.")})
    git(known_paper, "commit", "-qam", "without")
    write_files(known_paper, {BASELINE: "broken", "main.tex": "nothing"})
    first = git(known_paper, "rev-list", "--max-parents=0", "HEAD").stdout.decode().strip()
    result = texscholar("check", "--from-ref", first, "--to-ref", "HEAD~1", cwd=known_paper)
    assert (result.code, result.text) == (0, "")


def test_entries_about_nothing(texscholar: Run, known_paper: Path) -> None:
    """Where whole papers are looked at, entries that nothing meets are told; writing again drops them."""
    write_files(known_paper, {"main.tex": PAPER.replace(OLD, NEW)})
    told = "1 entry of the baseline is about nothing any more (missing-citation in main.tex); --write-baseline drops"
    assert told in texscholar("check", cwd=known_paper).err
    assert "about nothing" not in texscholar("check", "main.tex", cwd=known_paper).err
    git(known_paper, "add", ".")
    assert "about nothing" not in texscholar("check", "--staged", cwd=known_paper).err
    before = entries(known_paper)
    again = texscholar("check", "--write-baseline", cwd=known_paper)
    assert (again.code, again.text) == (0, "")
    assert again.err == "texscholar: 1 finding known from now on; commit .texscholar/baseline.json\n"
    assert [len(entries(known_paper)), entries(known_paper) == before] == [1, False]
    assert texscholar("check", cwd=known_paper).err == (
        "texscholar: 1 finding of the baseline left out; --no-baseline tells them\n"
    )


def test_the_same_findings_give_the_same_file(texscholar: Run, known_paper: Path) -> None:
    """Writing it again changes nothing, and git shares it although it leaves out the rest of the folder."""
    texscholar("check", "--write-baseline", cwd=known_paper)
    assert git(known_paper, "status", "--porcelain").stdout == b""
    assert git(known_paper, "ls-files", ".texscholar").stdout == b".texscholar/baseline.json\n"


def test_a_folder_that_git_ignores(texscholar: Run, paper: Path) -> None:
    """Where git would leave the file out, the command that shares it is told."""
    write_files(paper, {".gitignore": "/.texscholar/\n", ".texscholar.toml": SETTINGS})
    result = texscholar("check", "--write-baseline", cwd=paper)
    assert "git ignores it: `git add --force .texscholar/baseline.json` shares it" in result.err


def test_one_paper_of_several(texscholar: Run, tmp_path: Path) -> None:
    """In a folder of a larger repository, what is known of papers elsewhere stays."""
    for name in ("one", "zwei ü"):
        write_files(tmp_path / name, {"main.tex": PAPER, "refs.bib": ADAM})
    write_files(tmp_path, {".texscholar.toml": SETTINGS})
    git(tmp_path, "init", "-q")
    assert texscholar("check", "--write-baseline", cwd=tmp_path / "one").code == 0
    assert [each["path"] for each in entries(tmp_path)] == ["one/main.tex"]
    write_files(tmp_path / "zwei ü", {"main.tex": PAPER.replace(OLD, NEW)})
    assert texscholar("check", "--write-baseline", cwd=tmp_path / "zwei ü").code == 0
    assert sorted(each["path"] for each in entries(tmp_path)) == ["one/main.tex", "zwei ü/main.tex"]
    assert texscholar("check", cwd=tmp_path).text == ""
    write_files(tmp_path / "one", {"main.tex": PAPER.replace(OLD, "Nothing.")})
    texscholar("check", "--write-baseline", cwd=tmp_path)
    assert [each["path"] for each in entries(tmp_path)] == ["zwei ü/main.tex"]


def test_formats(texscholar: Run, known_paper: Path) -> None:
    """SARIF tells what is known as unchanged, and nothing fails for it; other formats leave it out."""
    write_files(known_paper, {"main.tex": PAPER.replace("\\bibliography", f"\n{NEW}\\bibliography")})
    result = texscholar("check", "--format=sarif=s", "--format=gitlab=g", "--format=json", cwd=known_paper)
    results = json.loads((known_paper / "s").read_bytes())["runs"][0]["results"]
    places = [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in results]
    states = [each["baselineState"] for each in results]
    assert dict(zip(places, states, strict=True)) == {5: "unchanged", 7: "new"}
    assert [each["location"]["lines"]["begin"] for each in json.loads((known_paper / "g").read_bytes())] == [7]
    assert [each["span"]["start"]["line"] for each in json.loads(result.text)["suggestions"]] == [7]
    assert result.code == 1
    git(known_paper, "checkout", "-q", "main.tex")
    assert texscholar("check", "--format=sarif", cwd=known_paper).code == 0
    bare = json.loads(texscholar("check", "--format=sarif", "--no-baseline", cwd=known_paper).out)
    assert "baselineState" not in bare["runs"][0]["results"][0]


def test_a_broken_baseline(texscholar: Run, known_paper: Path) -> None:
    """It stops the check with one line; both remedies that the line tells work."""
    write_files(known_paper, {BASELINE: "{\n<<<<<<< HEAD\n"})
    broken = texscholar("check", cwd=known_paper)
    assert (broken.code, broken.out, broken.err.count("\n")) == (2, b"", 1)
    assert f"{BASELINE}:2: holds an unfinished merge" in broken.err
    assert texscholar("check", "--no-baseline", cwd=known_paper).code == 1
    assert texscholar("check", "--write-baseline", cwd=known_paper).code == 0
    assert git(known_paper, "status", "--porcelain").stdout == b""


@pytest.mark.parametrize(
    "arguments", [["main.tex"], ["--staged"], ["--from-ref", "HEAD", "--to-ref", "HEAD"], ["--no-baseline"]]
)
def test_a_part_of_a_paper_makes_no_baseline(texscholar: Run, paper: Path, arguments: list[str]) -> None:
    """Written from a part, the file would forget the rest."""
    result = texscholar("check", "--write-baseline", *arguments, cwd=paper)
    assert (result.code, "--write-baseline is for whole papers" in result.err) == (2, True)
    assert not (paper / BASELINE).exists()


def test_a_folder_that_is_a_link_out(texscholar: Run, paper: Path, tmp_path: Path) -> None:
    """A link out of the repository is neither read nor written through."""
    (tmp_path / "elsewhere").mkdir()
    (paper / ".texscholar").symlink_to(tmp_path / "elsewhere")
    for arguments in (("--write-baseline",), ()):
        result = texscholar("check", *arguments, cwd=paper)
        assert (result.code, "leads out of the repository" in result.err) == (2, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_patch_leaves_known_findings_alone(texscholar: Run, known_paper: Path) -> None:
    """What the authors know is no part of the patch, nor of its evidence; --no-baseline has it in."""
    patch = known_paper / ".texscholar" / "suggestions.patch"
    assert texscholar("check", "--patch", cwd=known_paper).code == 0
    assert not patch.exists()
    write_files(known_paper, {"main.tex": PAPER.replace("\\bibliography", f"\n{NEW}\\bibliography")})
    assert texscholar("check", "--patch", cwd=known_paper).code == 1
    told = patch.read_text("utf-8")
    assert [line for line in told.splitlines() if line.startswith("-") and not line.startswith("---")] == [
        f"-{NEW[:-1]}"
    ]
    assert OLD not in told.replace(f" {OLD}", "")
    texscholar("check", "--patch", "--no-baseline", cwd=known_paper)
    assert f"\n-{OLD}\n" in patch.read_text("utf-8")
