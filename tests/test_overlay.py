"""``texscholar overlay`` and ``texscholar latexmkrc``: what they write, and when."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Run, git
from fixtures_overlay import SOMEBODY
from texscholar.report.overlay import NOTHING, notes_of, render_overlay, set_text
from texscholar.setup import block, with_block
from texscholar.source import SourceText, apply_edits
from texscholar.suggest import CITATION, Evidence, Part

FILL = ("fill", "main.tex", "--model-variant", "none", "--output", ".texscholar/suggestions.patch")

TEXTS = {
    "plain": ("Random walks", "Random walks"),
    "accents": ("Gödel, Łódź", '\\"{o}'),
    "dotless": ("naïve", '\\"{\\i{}}'),
    "commands": ("\\input{x}", "\\textbackslash{}input\\textbraceleft{}x\\textbraceright{}"),
    "specials": ("50% of $a_b & c#", "50\\% of \\$a\\_b \\& c\\#"),
    "another script": ("Вы и", "\\txs@w{\\txs@u{412}\\txs@u{44B} \\txs@u{438}}{[?]}"),
    "ligatures": ("--id ---", "-\\txs@h{}-id -\\txs@h{}-\\txs@h{}-"),
    "controls": ("a\x00b\u200bc\nd", "abc d"),
}


@pytest.mark.parametrize(("text", "piece"), TEXTS.values(), ids=TEXTS)
def test_text_as_tex(text: str, piece: str) -> None:
    assert piece in set_text(text)


@given(st.text())
def test_text_is_never_a_command(text: str) -> None:
    """Of whatever text: ASCII, balanced, one line, and no command but those that typeset a character."""
    made = set_text(text)
    assert made.isascii()
    assert made.isprintable()
    bare = re.sub(r"\\[#$%&_]", "", made)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"[#$%&_~^](?!\{)", re.sub(r"\\[~^]", "", bare))
    known = r"text[a-z]+|txs@[wuh]|[HuvrdcbijloO]|ss|ae|AE|oe|OE|[`'^~=.\"]"
    assert re.fullmatch(known, "i")
    assert [name for name in re.findall(r"\\([A-Za-z@]+|.)", bare) if not re.fullmatch(known, name)] == []


IDS = {
    "six digits": (("0123456789ab", "ffffffffffff"), ("012345", "ffffff")),
    "more where two begin alike": (("0123456789ab", "01234567ffff"), ("012345678", "01234567f")),
    "none of ours": (("rm -rf /", "0123456789ab; reboot"), ("", "")),
}


@pytest.mark.parametrize(("ids", "told"), IDS.values(), ids=IDS)
def test_ids_are_told_short(ids: tuple[str, ...], told: tuple[str, ...]) -> None:
    parts = [Part(each, CITATION, "main.tex", 1, (), -1, "x", (), frozenset(), _evidence(each)) for each in ids]
    assert tuple(each.id for each in notes_of(parts, ids=ids)) == told


def _evidence(name: str) -> Evidence:
    return Evidence(name, CITATION, "missing-citation", "main.tex", 1, "Walks.", 0.5, (), (), (SOMEBODY,))


def test_nothing_to_show() -> None:
    assert render_overlay((), "main.tex", str) == NOTHING


def test_an_overlay(paper: Path, texscholar: Run) -> None:
    """It is made from the last patch, depends on what it was made from, and is written only where it changes."""
    file = paper / "texscholar-overlay.tex"
    assert texscholar("overlay", "main.tex", cwd=paper).code == 0
    assert file.read_text() == NOTHING
    assert texscholar(*FILL, cwd=paper).code == 0
    done = texscholar("overlay", "main.tex", "--dependencies", cwd=paper)
    assert done.code == 0, done.err
    assert done.text.splitlines() == [
        "DEP .texscholar/suggestions.patch",
        "DEP .texscholar/decisions.json",
        "DEP main.tex",
    ]
    made = file.read_text()
    assert "\\txs@add{main.tex}{5}{1}{missing}{\\txs@i{Kingma}\\txs@i{\\&}\\txs@i{Ba}\\txs@i{2015}}" in made
    assert "inserts" in made
    patch = (paper / ".texscholar" / "suggestions.patch").read_text()
    name = json.loads(next(line for line in patch.splitlines() if '"id"' in line)[2:])["id"]
    assert f"texscholar apply -\\txs@h{{}}-id {name[:6]}: inserts" in made
    os.utime(file, (1, 1))
    assert texscholar("overlay", "main.tex", cwd=paper).code == 0
    assert file.stat().st_mtime == 1


def test_lines_move_with_the_text(paper: Path, texscholar: Run) -> None:
    """Lines above a note move it; the accepted suggestion has none any more, nor one whose sentence has gone."""
    texscholar(*FILL, cwd=paper)
    main, before = paper / "main.tex", (paper / "main.tex").read_text()
    main.write_text(before.replace("\\section", "New words.\n\n\\section"))
    texscholar("overlay", "main.tex", cwd=paper)
    assert "\\txs@add{main.tex}{7}{1}" in (paper / "texscholar-overlay.tex").read_text()
    main.write_text(before.replace("Some earlier networks", "All"))
    texscholar("overlay", "main.tex", cwd=paper)
    assert (paper / "texscholar-overlay.tex").read_text() == NOTHING
    main.write_text(before)
    git(paper, "apply", ".texscholar/suggestions.patch")
    texscholar("overlay", "main.tex", cwd=paper)
    assert (paper / "texscholar-overlay.tex").read_text() == NOTHING


def test_a_broken_patch(paper: Path, texscholar: Run) -> None:
    texscholar(*FILL, cwd=paper)
    patch = paper / ".texscholar" / "suggestions.patch"
    patch.write_bytes(patch.read_bytes()[:-20])
    done = texscholar("overlay", "main.tex", cwd=paper)
    assert done.code == 2
    assert done.err.startswith("texscholar: error: .texscholar/suggestions.patch")
    assert not (paper / "texscholar-overlay.tex").exists()


# -- the block

CONFIGURATIONS = {
    "no end of line": "$pdf_mode = 1;",
    "a command": "$pdflatex = 'pdflatex -shell-escape %O %S';\n",
    "CRLF": "$pdf_mode = 1;\r\n",
    "data behind": "$pdf_mode = 1;\n__END__\nnotes\n",
    "an older block": "$x = 1;\n# --- texscholar: begin (old)\nold();\n# --- texscholar: end\n$y = 1;\n",
}


@pytest.mark.parametrize("text", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_the_block_is_added_once(text: str) -> None:
    source = SourceText(".latexmkrc", text)
    made = apply_edits(text, with_block(source))
    assert block().strip().replace("\n", source.newline) in made
    assert "old();" not in made
    assert made.count("texscholar: begin") == 1
    assert with_block(SourceText(".latexmkrc", made)) == ()
    for line in text.split("old();", maxsplit=1)[0].splitlines():
        assert line.startswith("#") or line in made.splitlines()


def test_install(paper: Path, texscholar: Run) -> None:
    """A diff first, which git accepts; a second time there is nothing to propose."""
    (paper / "latexmkrc").write_text("$pdf_mode = 1;\n")
    shown = texscholar("latexmkrc", "--install", cwd=paper)
    assert shown.code == 0
    assert (paper / "latexmkrc").read_text() == "$pdf_mode = 1;\n"
    git(paper, "apply", "--check", stdin=shown.out)
    assert texscholar("latexmkrc", "--install", "--apply", cwd=paper).code == 0
    assert (paper / "latexmkrc").read_text() == f"$pdf_mode = 1;\n\n{block()}"
    assert not (paper / ".latexmkrc").exists()
    assert texscholar("latexmkrc", "--install", cwd=paper).out == b""


def test_a_new_file_and_a_path(paper: Path, texscholar: Run) -> None:
    assert texscholar("latexmkrc", "--install", "--apply", cwd=paper).code == 0
    assert (paper / ".latexmkrc").read_text() == block() == texscholar("latexmkrc", cwd=paper).text
    path = Path(texscholar("latexmkrc", "--path", cwd=paper).text.strip())
    assert path.read_text().endswith(block())
    assert subprocess.run(["perl", "-c", path], check=False, capture_output=True).returncode == 0
