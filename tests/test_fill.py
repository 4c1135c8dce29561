"""``texscholar fill`` on small papers: options, refusals, atomic writing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ADAM, PAPER, Run, git, write_files

UNCITED = PAPER.replace(
    "\\bibliography",
    "Earlier work optimised such networks with Adam, a method for stochastic optimization.\n\\bibliography",
)


@pytest.mark.parametrize(
    ("files", "arguments", "words"),
    [
        ({}, ("missing.tex",), ("missing.tex", "no such file")),
        ({"main.tex": b"a\0b"}, ("main.tex",), ("main.tex", "not a text file")),
        (
            {"main.tex": PAPER, ".texscholar.toml": "colour = 1"},
            ("main.tex",),
            (".texscholar.toml:1", "unknown setting 'colour'"),
        ),
        ({"main.tex": PAPER, ".texscholar.toml": "a = [\n"}, ("main.tex",), (".texscholar.toml", "TOML")),
        ({"main.tex": PAPER, "refs.bib": ADAM}, ("main.tex", "--library", "nowhere.bib"), ("nowhere.bib",)),
        ({"main.tex": PAPER, "refs.bib": ADAM}, ("main.tex", "--since", "HEAD"), ("git",)),
        ({"main.tex": PAPER}, ("main.tex", "--since", "HEAD", "--staged"), ("exclude",)),
        ({"main.tex": PAPER}, ("main.tex", "--min-confidence", "2"), ("min-confidence",)),
        ({"main.tex": PAPER, ".texscholar.toml": "libraries = ['../x.bib']"}, ("main.tex",), ("outside", "--library")),
    ],
)
def test_refusals(
    texscholar: Run, tmp_path: Path, files: dict[str, str | bytes], arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """What cannot be run ends with 2 and one line that names the file and the remedy, without a traceback."""
    write_files(tmp_path, files)
    result = texscholar("fill", *arguments, cwd=tmp_path)
    assert (result.code, result.out) == (2, b"")
    last = result.err.splitlines()[-1]
    assert last.startswith("texscholar: error: ")
    assert [word for word in words if word not in last] == []
    assert "Traceback" not in result.err


def test_nothing_to_suggest(texscholar: Run, paper: Path) -> None:
    """A paper whose bibliography fits nothing gives an empty diff and exit code 0."""
    write_files(paper, {"refs.bib": ""})
    result = texscholar("fill", "main.tex", cwd=paper)
    assert (result.code, result.out) == (0, b"")


def test_exit_code(texscholar: Run, paper: Path) -> None:
    """With --exit-code suggestions give 1, without it 0."""
    write_files(paper, {"main.tex": UNCITED})
    assert texscholar("fill", "main.tex", cwd=paper).code == 0
    assert texscholar("fill", "main.tex", "--exit-code", cwd=paper).code == 1


def test_the_default_output_writes_nothing(texscholar: Run, paper: Path) -> None:
    """Without --apply no file of the paper changes."""
    write_files(paper, {"main.tex": UNCITED})
    assert texscholar("fill", "main.tex", cwd=paper).out != b""
    assert git(paper, "diff", "--numstat").stdout.split() == [b"1", b"0", b"main.tex"]


def test_output_and_apply(texscholar: Run, paper: Path) -> None:
    """--output writes the patch, texscholar apply carries it out, a second apply is refused by name."""
    write_files(paper, {"main.tex": UNCITED})
    assert texscholar("fill", "main.tex", "--output", "p.patch", cwd=paper).out == b""
    assert texscholar("apply", "p.patch", cwd=paper).code == 0
    assert "stochastic optimization~\\citep{kingma2015adam}." in (paper / "main.tex").read_text()
    again = texscholar("apply", "p.patch", cwd=paper)
    assert (again.code, again.err) == (
        2,
        "texscholar: error: main.tex: has changed since the patch was made; run `texscholar fill` again\n",
    )


def test_a_changed_file_is_refused_by_name(texscholar: Run, example: Path) -> None:
    """If one file changed between fill and apply, that one is named and none of the others is written."""
    texscholar("fill", example, "--output", "p.patch", cwd=example.parent)
    changed = example.parent / "sections" / "method.tex"
    changed.write_bytes(changed.read_bytes() + b"% a late thought\r\n")
    before = {path: path.read_bytes() for path in example.parent.rglob("*.*") if path.is_file()}
    result = texscholar("apply", "p.patch", cwd=example.parent)
    assert result.code == 2
    assert "paper/sections/method.tex" in result.err
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("path", ["../outside.tex", "/etc/hostname", ".git/../../outside.tex"])
def test_a_patch_that_leads_outside_is_refused(texscholar: Run, paper: Path, path: str) -> None:
    """A patch for a file outside the repository changes nothing there."""
    outside = paper.parent / "outside.tex"
    outside.write_bytes(b"old\n")
    patch = f"diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,1 +1,1 @@\n-old\n+new\n"
    result = texscholar("apply", "-", cwd=paper, stdin=patch.encode())
    assert (result.code, outside.read_bytes()) == (2, b"old\n")
    assert "outside" in result.err


@pytest.mark.parametrize("step", range(1, 7))
def test_kill_in_the_middle_of_apply(texscholar: Run, example: Path, step: int) -> None:
    """kill -9 at any replacement leaves every file old or new; entries are there before what cites them."""
    files = sorted(path for path in example.parent.rglob("*") if path.suffix in (".tex", ".bib"))
    old = {path: path.read_bytes() for path in files}
    killer = (
        "import os, signal, sys\n"
        "from texscholar.cli.main import main\n"
        "replace, count = os.replace, 0\n"
        "def deadly(*args, **kwargs):\n"
        "    global count\n"
        "    count += 1\n"
        f"    if count == {step}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return replace(*args, **kwargs)\n"
        "os.replace = deadly\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    texscholar("fill", example, "--output", "all.patch", cwd=example.parent)
    done = subprocess.run(
        [sys.executable, "-c", killer, "apply", "all.patch"], cwd=example.parent, capture_output=True, check=False
    )
    killed = done.returncode == -signal.SIGKILL
    now = {path: path.read_bytes() for path in files}
    for path in files:
        path.write_bytes(old[path])
    assert texscholar("apply", "all.patch", cwd=example.parent).code == 0
    new = {path: path.read_bytes() for path in files}
    assert [path for path in files if now[path] not in (old[path], new[path])] == []
    if killed and any(now[path] != old[path] for path in files):
        assert now[example.parent / "refs.bib"] == new[example.parent / "refs.bib"]
    assert killed == (step <= sum(old[path] != new[path] for path in files))
    assert [path.name for path in example.parent.rglob(".*texscholar-tmp")] == []


def test_interrupt(example: Path) -> None:
    """Ctrl-C ends with 130 and one line, and no file has changed."""
    before = {path: path.read_bytes() for path in example.parent.rglob("*.tex")}
    code = (
        "import os, signal, sys\n"
        "import texscholar.pipeline as pipeline\n"
        "from texscholar.cli import looking\n"
        "from texscholar.cli.main import main\n"
        "looking.run = lambda *a, **k: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.exit(main(['fill', 'main.tex', '--apply']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=example.parent, capture_output=True, check=False, env={**os.environ}
    )
    assert done.returncode == 130
    assert b"Traceback" not in done.stderr
    assert done.stderr.decode().splitlines()[-1].startswith("texscholar: interrupted")
    assert {path: path.read_bytes() for path in before} == before


def test_a_bug_of_ours_is_one_line(paper: Path) -> None:
    """An unexpected exception ends with 3 and a line that says how to report it."""
    code = (
        "import sys\nfrom texscholar.cli import looking\nfrom texscholar.cli.main import main\n"
        "def broken(*a, **k): raise ZeroDivisionError('oh')\n"
        "looking.run = broken\nsys.exit(main(['fill', 'main.tex']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=paper, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.decode().splitlines()[-1].startswith("texscholar: bug: ZeroDivisionError: oh")


def test_max_suggestions(texscholar: Run, example: Path) -> None:
    """--max-suggestions keeps the surest missing citations; placeholders, keys and markers do not count."""

    def missing(*options: str) -> list[float]:
        data = json.loads(texscholar("fill", example, "--format", "json", *options, cwd=example.parent).out)
        return [s["confidence"] for s in data["suggestions"] if s["rule"] == "missing-citation"]

    everything = sorted(missing(), reverse=True)
    assert sorted(missing("--max-suggestions", "2"), reverse=True) == everything[:2]


def test_git_apply_in_a_folder_is_warned_of(texscholar: Run, tmp_path: Path) -> None:
    """Where the diff changes a file above the working directory, which git apply would leave out there, a line says so."""
    paper = UNCITED.replace("\\bibliography{refs}", "\\bibliography{../refs}")
    write_files(tmp_path, {"paper/main.tex": paper, "refs.bib": "", "lib.bib": ADAM})
    git(tmp_path, "init", "-q")
    warned = texscholar("fill", "main.tex", "--library", "../lib.bib", cwd=tmp_path / "paper")
    assert "`git apply` changes only files below" in warned.err
    assert "+++ b/refs.bib" in warned.text
    git(tmp_path, "apply", "--check", "-", stdin=warned.out)
    assert "git apply" not in texscholar("fill", "paper/main.tex", "--library", "lib.bib", cwd=tmp_path).err


def test_since(texscholar: Run, paper: Path) -> None:
    """--since looks at sentences whose lines changed after the revision; a re-wrapped one is no change."""
    write_files(
        paper,
        {"main.tex": UNCITED.replace("Some earlier networks were trained", "Some earlier networks\nwere trained")},
    )
    data = json.loads(
        texscholar("fill", "main.tex", "--since", "HEAD", "--format", "json", "--min-confidence", "0", cwd=paper).out
    )
    assert [s["text"] for s in data["suggestions"]] == [
        "Earlier work optimised such networks with Adam, a method for stochastic optimization."
    ]


def test_staged_reads_the_index(texscholar: Run, paper: Path) -> None:
    """--staged sees what is staged, not what lies in the work tree."""
    write_files(paper, {"main.tex": UNCITED})
    git(paper, "add", "main.tex")
    write_files(
        paper, {"main.tex": UNCITED.replace("with Adam, a method for stochastic optimization.", "with something else.")}
    )
    result = texscholar("fill", "main.tex", "--staged", cwd=paper)
    assert (
        "+Earlier work optimised such networks with Adam, a method for stochastic optimization~\\citep{kingma2015adam}."
        in result.text
    )
    refused = texscholar("fill", "main.tex", "--staged", "--apply", cwd=paper)
    assert refused.code == 2
    assert "main.tex: differs from what is staged" in refused.err


def test_a_todo_comment_is_done_with(texscholar: Run, paper: Path) -> None:
    """`% TODO cite` gets its sentence cited and goes, all but its percent sign; a second run proposes nothing."""
    write_files(paper, {"main.tex": PAPER.replace("optimizer.", "optimizer. % TODO cite")})
    assert texscholar("fill", "main.tex", "--apply", cwd=paper).code == 0
    assert "a stochastic optimizer~\\citep{kingma2015adam}. %\n" in (paper / "main.tex").read_text()
    assert texscholar("fill", "main.tex", cwd=paper).out == b""


@pytest.mark.parametrize(("package", "told"), [("natbib", False), ("biblatex", True)])
def test_a_key_in_another_case_is_not_added(texscholar: Run, paper: Path, package: str, told: bool) -> None:
    """A key that differs only in case from an entry's is the same to BibTeX; Biber's users are told, nothing is added."""
    text = PAPER.replace("optimizer.", "optimizer \\cite{Kingma2015Adam}.").replace("natbib", package)
    text = text.replace("\\begin{document}", "\\addbibresource{refs.bib}\n\\begin{document}")
    write_files(paper, {"main.tex": text, "lib.bib": ADAM.replace("kingma2015adam", "Kingma2015Adam")})
    result = texscholar("fill", "main.tex", "--library", "lib.bib", cwd=paper)
    assert (result.code, result.out) == (0, b"")
    assert ("kingma2015adam differs from it only in case" in result.err) == told


def test_an_undefined_key_of_a_work_at_hand_adds_nothing(texscholar: Run, paper: Path) -> None:
    """Where the bibliography has the work under another key, that key is named and no second entry is made."""
    write_files(
        paper,
        {
            "main.tex": PAPER.replace("optimizer.", "optimizer \\citep{Kingma:Adam}."),
            "lib.bib": ADAM.replace("kingma2015adam", "Kingma:Adam"),
        },
    )
    result = texscholar("fill", "main.tex", "--library", "lib.bib", cwd=paper)
    assert (result.code, result.out) == (0, b"")
    assert "the bibliography has this work as kingma2015adam; cite that" in result.err


def test_the_paper_itself_is_never_cited(texscholar: Run, paper: Path) -> None:
    """A record with the paper's own title, as a library of the author's may hold it, is no candidate."""
    own = PAPER.replace(
        "\\begin{document}", "\\title{Adam: A Method for\n  Stochastic Optimization}\n\\begin{document}"
    )
    write_files(paper, {"main.tex": own})
    assert texscholar("fill", "main.tex", "--min-confidence", "0", cwd=paper).out == b""


def test_undefined_key_gets_its_entry(texscholar: Run, paper: Path) -> None:
    """A key that only a library knows gets that entry under exactly this key, and the .tex stays as it is."""
    write_files(
        paper,
        {
            "main.tex": PAPER.replace("optimizer.", "optimizer \\citep{Kingma:Adam}."),
            "refs.bib": "",
            "lib.bib": ADAM.replace("kingma2015adam", "Kingma:Adam"),
        },
    )
    data = json.loads(texscholar("fill", "main.tex", "--library", "lib.bib", "--format", "json", cwd=paper).out)
    assert [(s["kind"], s["rule"], s["entries"], s["insert"]) for s in data["suggestions"]] == [
        ("entry", "undefined-citation", ["Kingma:Adam"], None)
    ]


def test_a_key_one_letter_off_is_not_repaired(texscholar: Run, paper: Path) -> None:
    """An undefined key that resembles a known one is reported, and nothing is changed for it."""
    write_files(paper, {"main.tex": PAPER.replace("optimizer.", "optimizer \\citep{kingma2015adan}.")})
    result = texscholar("fill", "main.tex", cwd=paper)
    assert result.out == b""
    assert "no library knows the key kingma2015adan" in result.err
    assert "undefined-citation" in texscholar("check", "main.tex", cwd=paper).text


def test_the_paper_knows_a_library_work_already(texscholar: Run, paper: Path) -> None:
    """A library record of a work in the paper's own .bib is cited under the paper's key, and no entry is added."""
    other = ADAM.replace("kingma2015adam", "DBLP:adam").replace("A Method", "{A} {M}ethod")
    write_files(paper, {"main.tex": UNCITED, "lib.bib": other})
    result = texscholar("fill", "main.tex", "--library", "lib.bib", cwd=paper)
    assert "\\citep{kingma2015adam}" in result.text
    assert "DBLP" not in result.text


def test_two_bibliographies_and_an_input_file(texscholar: Run, tmp_path: Path) -> None:
    """Keys of every bibliography are known, and a sentence in an \\input file is found and located there."""
    write_files(
        tmp_path,
        {
            "main.tex": "\\documentclass{article}\n\\usepackage{natbib}\n\\begin{document}\n\\input{sec/one}\n\\bibliography{a,b}\n\\end{document}\n",
            "sec/one.tex": "Some text here \\citep{first}.\nEarlier work optimised such networks with Adam, a method for stochastic optimization.\n",
            "a.bib": "@misc{first, title={A first thing}, author={A, B}, year={2001}}\n",
            "b.bib": ADAM,
        },
    )
    result = texscholar("check", "main.tex", cwd=tmp_path)
    assert [line.split(": ")[0:2] for line in result.text.splitlines()] == [["sec/one.tex:2:1", "missing-citation"]]


def test_broken_input_is_survived(texscholar: Run, tmp_path: Path) -> None:
    """Broken TeX, half a .bib entry and a missing input file are named on stderr; the rest is still suggested."""
    broken = UNCITED.replace(
        "\\section{Training}", "\\section{Training}\n\\input{gone}\n{\\emph{open $x \\begin{itemize}"
    )
    write_files(tmp_path, {"main.tex": broken, "refs.bib": ADAM + "@article{half,\n  title = {Never clo"})
    result = texscholar("fill", "main.tex", cwd=tmp_path)
    assert result.code == 0
    assert "main.tex:5" in result.err
    assert "refs.bib:7" in result.err
    assert "optimization~\\citep{kingma2015adam}." in result.text


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_encodings_stay(texscholar: Run, tmp_path: Path, encoding: str) -> None:
    """A file in an old encoding keeps every byte but for the insertion."""
    text = UNCITED.replace(
        "Some earlier", "Schön wär’s. Some earlier" if encoding != "latin-1" else "Schön wär es. Some earlier"
    )
    write_files(tmp_path, {"main.tex": text.encode(encoding), "refs.bib": ADAM})
    assert texscholar("fill", "main.tex", "--apply", cwd=tmp_path).code == 0
    filled = (tmp_path / "main.tex").read_bytes()
    assert b"stochastic optimization~\\citep{kingma2015adam}." in filled
    assert filled.replace(b"~\\citep{kingma2015adam}", b"") == text.encode(encoding)
