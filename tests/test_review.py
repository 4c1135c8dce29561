"""``texscholar review`` as a user drives it: in a pseudo-terminal, key by key."""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import EXAMPLE, PAPER, Run, git, write_files
from texscholar.cli.main import main
from texscholar.cli.patches import open_patch
from texscholar.report.review_text import described, marked, render_part
from texscholar.suggest import read_decisions
from texscholar.suggest.evidence import Record
from texscholar.suggest.parts import Part

PROMPT = "]? "
STYLE = re.compile(r"\x1b\[[0-9;]*m")
PATIENCE = 30  # seconds


class Terminal:
    """A command in a terminal of its own; ``seen`` is what it showed and nobody asked for yet, without styles."""

    def __init__(self, *arguments: str, cwd: Path, columns: int = 100, env: dict[str, str] | None = None) -> None:
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            for name in ("COLUMNS", "LINES"):
                os.environ.pop(name, None)
            os.environ.update({"TERM": "xterm", "PYTHONPATH": str(EXAMPLE.parent), **(env or {})})
            os.execv(sys.executable, [sys.executable, "-m", "texscholar", *arguments])
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.seen = self.raw = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def until(self, words: str) -> str:
        """What is shown up to these words."""
        end = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < end, self.seen
            if select.select([self.screen], [], [], 0.1)[0] and not self._read():
                break
        shown, found, self.seen = self.seen.partition(words)
        assert found, shown
        return shown + found

    def _read(self) -> bool:
        try:
            data = os.read(self.screen, 65536)
        except OSError:  # Linux says so when the other end is gone
            return False
        text = self.decoder.decode(data)
        self.raw += text
        self.seen += STYLE.sub("", text)
        return bool(data)

    def press(self, keys: str) -> str:
        """Press keys, each once it is asked for; what was shown before the last one."""
        shown = ""
        for key in keys:
            shown = self.until(PROMPT)
            self.write(key)
        return shown

    def write(self, text: str) -> None:
        """Press a key once the command waits for one: what is typed before that does not count."""
        end = time.monotonic() + PATIENCE
        while termios.tcgetattr(self.screen)[3] & termios.ICANON and time.monotonic() < end:
            time.sleep(0.01)
        os.write(self.screen, text.encode())

    def end(self) -> tuple[int, str]:
        """The exit code, and what was shown at last."""
        end = time.monotonic() + PATIENCE
        while not select.select([self.screen], [], [], 0.1)[0] or self._read():
            if time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.screen)
        return os.waitstatus_to_exitcode(status), self.seen.replace("\r\n", "\n")


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example paper with its patch, committed."""
    top = tmp_path_factory.mktemp("reviewed") / "paper"
    shutil.copytree(EXAMPLE, top)
    git(top, "init", "-q")
    assert (
        main(
            [
                "fill",
                str(top / "main.tex"),
                "--model-variant",
                "none",
                "--output",
                str(top / ".texscholar" / "suggestions.patch"),
            ]
        )
        == 0
    )
    git(top, "add", ".")
    git(top, "commit", "-qm", "the paper")
    return top


@pytest.fixture
def top(reviewed: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copytree(reviewed, tmp_path / "paper"))


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An editor that writes what the file ``wanted`` holds, or leaves the text as it is without one."""
    script = tmp_path / "editor.sh"
    script.write_text(
        f'#!/bin/sh\ncp "$1" "{tmp_path}/given"\n[ ! -e "{tmp_path}/wanted" ] || cp "{tmp_path}/wanted" "$1"\n'
    )
    script.chmod(0o755)
    return {"GIT_EDITOR": str(script)}


def count(top: Path, file: str = "") -> int:
    """How many parts the patch has, in all or in one file."""
    parts = open_patch((top / ".texscholar" / "suggestions.patch").read_bytes(), "p", top).cut.parts
    return sum(part.path == (file or part.path) for part in parts)


def kept(top: Path) -> dict[str, tuple[bool, str | None, tuple[int, ...] | None]]:
    """The decisions on the disk."""
    file = top / ".texscholar" / "decisions.json"
    parts = read_decisions(file.read_bytes(), "decisions.json").parts if file.exists() else {}
    return {name: (each.accepted, each.text, each.only) for name, each in parts.items()}


def rejected(top: Path) -> list[str]:
    file = top / ".texscholar" / "rejected.jsonl"
    return [json.loads(line)["key"] for line in file.read_text().splitlines()] if file.exists() else []


def test_accept_and_reject(top: Path, texscholar: Run) -> None:
    """y and n; what was said is kept, what was rejected is remembered, apply writes the rest, with its entries only."""
    terminal = Terminal("review", cwd=top)
    first = terminal.press("y")
    assert "sections/introduction.tex:7  missing citation, confidence 0." in first
    assert "hochreiter1997long" in first
    assert "+memory cells \\citep{hochreiter1997long}." in first
    assert f"(1/{count(top)}) Accept this citation [y,n,e,a,d,j,k,q,?]? " in first
    assert "Six Challenges" in terminal.press("n")
    terminal.press("y")
    assert "Accept this paragraph [y,n,e,s,a,d,j,k,q,?]? " in terminal.press("q")
    code, last = terminal.end()
    assert (code, f"2 accepted, 1 rejected, {count(top) - 3} open" in last) == (0, True)
    assert "`texscholar apply` writes what was accepted into sections/introduction.tex, refs.bib" in last
    assert sorted(each[0] for each in kept(top).values()) == [False, True, True]
    assert rejected(top) == ["koehn2017six"]
    assert git(top, "status", "--porcelain", "-uall").stdout == b"?? .texscholar/rejected.jsonl\n"
    done = texscholar("apply", cwd=top)
    assert (done.code, git(top, "diff", "--stat").stdout.count(b"|")) == (0, 2)
    introduction = (top / "sections" / "introduction.tex").read_text()
    assert [key in introduction for key in ("hochreiter1997long}", "brown2020language}", "koehn2017six")] == [
        True,
        True,
        False,
    ]
    added = git(top, "diff", "refs.bib").stdout
    assert (added.count(b"\n+@"), b"\n+@inproceedings{brown2020language" in added) == (1, True)
    # What was applied is asked about no more; what was rejected stays so.
    terminal = Terminal("review", cwd=top)
    shown = terminal.press("q")
    assert ("2 of the patch's suggestions are in the files already" in shown, f"(2/{count(top)})" in shown) == (
        True,
        True,
    )
    assert terminal.end()[0] == 0


def test_all_of_a_file(top: Path) -> None:
    """a accepts and d rejects what follows in the same file; another file is asked about again."""
    terminal = Terminal("review", cwd=top)
    terminal.press("a")
    assert "sections/related_work.tex" in terminal.press("d")
    assert "sections/method.tex" in terminal.press("q")
    code, last = terminal.end()
    rest = count(top) - 3 - count(top, "sections/related_work.tex")
    assert (code, f"3 accepted, {count(top) - 3 - rest} rejected, {rest} open" in last) == (0, True)
    assert {"creutz2002unsupervised", "johnson2017google", "conneau2020unsupervised", "xue2021mt5"} <= set(
        rejected(top)
    )


def test_back_and_forth(top: Path) -> None:
    """j leaves open, k goes back, arrows do the same; a second word replaces the first, in the memory too."""
    terminal = Terminal("review", cwd=top)
    terminal.press("jn")
    terminal.until(f"(3/{count(top)})")
    terminal.press("k")
    assert f"(2/{count(top)}) Accept this citation (rejected) [" in terminal.press("k")
    assert f"(1/{count(top)})" in terminal.until(PROMPT)
    terminal.write("\x1b[B")
    assert f"(2/{count(top)}) Accept this citation (rejected) [" in terminal.until(PROMPT)
    terminal.write("y")
    assert f"(3/{count(top)})" in terminal.until(PROMPT)
    terminal.write("\x1b[A")
    assert f"(2/{count(top)}) Accept this citation (accepted) [" in terminal.until(PROMPT)
    terminal.write("q")
    assert f"1 accepted, 0 rejected, {count(top) - 1} open" in terminal.end()[1]
    assert rejected(top) == []


def test_help_and_wrong_keys(top: Path) -> None:
    """? tells what the keys do; a key that does nothing here is told, and no decision is made."""
    terminal = Terminal("review", cwd=top)
    terminal.press("?")
    assert "e  accept it as you edit it" in terminal.until("this help")
    terminal.press("x")
    assert "One of y, n, e, a, d, j, k, q, ?;" in terminal.press("s")
    assert "One of" in terminal.press("Q")
    assert (terminal.end()[0], kept(top)) == (0, {})


def test_split(top: Path, texscholar: Run) -> None:
    """s asks about each sentence of a paragraph; works of sentences that went are remembered as rejected."""
    terminal = Terminal("review", cwd=top)
    terminal.press("jjjj")
    assert "related work, paragraph 2 of " in terminal.press("s")
    assert "(sentence 1/" in terminal.press("y")
    terminal.press("ynd")
    terminal.press("q")
    assert terminal.end()[0] == 0
    assert [only for _, _, only in kept(top).values()] == [(0, 1)]
    refused = rejected(top)
    assert texscholar("apply", cwd=top).code == 0
    text = (top / "sections" / "related_work.tex").read_text()
    block = text[text.index("% texscholar: begin") : text.index("% texscholar: end")]
    cited = [key for keys in re.findall(r"\\cite\w\{([^}]+)\}", block) for key in re.split(r",\s*", keys)]
    assert f"outline of {len(cited)} records" in block
    assert (len(cited) >= 2, len(refused) >= 3, set(cited) & set(refused)) == (True, True, set())


def test_split_to_nothing(top: Path) -> None:
    """Where no sentence is kept the paragraph is rejected; q within a split leaves it open."""
    terminal = Terminal("review", cwd=top)
    terminal.press("jjjsyq")
    assert terminal.end()[0] == 0
    assert kept(top) == {}
    terminal = Terminal("review", cwd=top)
    terminal.press("jjjsdq")
    assert terminal.end()[0] == 0
    assert [accepted for accepted, _, _ in kept(top).values()] == [False]


def test_edit(top: Path, tmp_path: Path, editor: dict[str, str], texscholar: Run) -> None:
    """e opens git's editor with what is inserted; what it becomes is checked as a suggestion is, and written as it is."""
    terminal = Terminal("review", cwd=top, env=editor)
    (tmp_path / "wanted").write_text("~\\citep{nowhere}\n")
    terminal.press("e")
    assert "nowhere is no key of the bibliography" in terminal.until("no key of the bibliography")
    (tmp_path / "wanted").write_text(" \\input{/etc/passwd}\n")
    terminal.press("e")
    terminal.until("an insertion holds \\input")
    (tmp_path / "wanted").write_text("\n")
    terminal.press("e")
    terminal.until("nothing is left; n rejects it")
    (tmp_path / "wanted").write_text(" \\citep[see][]{hochreiter1997long}\n")
    terminal.press("e")
    assert (kept(top), (tmp_path / "given").read_text()) == ({}, " \\citep{hochreiter1997long}\n")
    assert f"(2/{count(top)})" in terminal.until(PROMPT)
    (tmp_path / "wanted").unlink()
    terminal.write("e")
    terminal.press("q")
    assert terminal.end()[0] == 0
    assert sorted(text or "" for _, text, _ in kept(top).values()) == ["", " \\citep[see][]{hochreiter1997long}"]
    assert texscholar("apply", cwd=top).code == 0
    introduction = (top / "sections" / "introduction.tex").read_text()
    assert "memory cells \\citep[see][]{hochreiter1997long}. The" in introduction
    assert "million words \\citep{koehn2017six}." in introduction


def test_an_editor_that_is_not_there(top: Path) -> None:
    """It is told, and asked again."""
    terminal = Terminal("review", cwd=top, env={"GIT_EDITOR": "/nowhere/editor"})
    terminal.press("e")
    terminal.until("an editor that is here")
    terminal.press("q")
    assert terminal.end()[0] == 0


def test_interrupt(top: Path) -> None:
    """Ctrl-C ends with 130, and what was said before it is kept."""
    terminal = Terminal("review", cwd=top)
    terminal.press("yn\x03")
    code, last = terminal.end()
    assert (code, f"1 accepted, 1 rejected, {count(top) - 2} open" in last, "interrupted" in last) == (130, True, True)
    assert "Traceback" not in last
    assert (len(kept(top)), rejected(top)) == (2, ["koehn2017six"])


def test_end_of_input(top: Path) -> None:
    """Ctrl-D is q."""
    terminal = Terminal("review", cwd=top)
    terminal.press("y\x04")
    assert (terminal.end()[0], len(kept(top))) == (0, 1)


def test_killed(top: Path) -> None:
    """Whatever was answered is on the disk already."""
    terminal = Terminal("review", cwd=top)
    terminal.press("yy")
    terminal.until(PROMPT)
    os.kill(terminal.pid, signal.SIGKILL)
    assert terminal.end()[0] == -signal.SIGKILL
    assert len(kept(top)) == 2


def test_going_on(top: Path) -> None:
    """A second sitting asks about what is open, and about all again where nothing is."""
    terminal = Terminal("review", cwd=top)
    terminal.press("yq")
    terminal.end()
    terminal = Terminal("review", cwd=top)
    assert f"(2/{count(top)})" in terminal.press("a")
    terminal.press("aaa")
    assert (terminal.end()[0], len(kept(top))) == (0, count(top))
    terminal = Terminal("review", cwd=top)
    shown = terminal.press("q")
    assert ("all was decided before" in shown, f"(1/{count(top)}) Accept this citation (accepted)" in shown) == (
        True,
        True,
    )
    assert f"{count(top)} accepted, 0 rejected, 0 open" in terminal.end()[1]


def test_a_patch_that_no_longer_applies(top: Path, texscholar: Run) -> None:
    """Places that changed are told by file and line; the others are reviewed and applied where they stand now."""
    introduction, method = top / "sections" / "introduction.tex", top / "sections" / "method.tex"
    text = introduction.read_text()
    introduction.write_text(
        "% a line more\n" + text.replace("some fifteen million words.", "some twenty million words.")
    )
    method.unlink()
    write_files(top, {"sections/method.tex": "All is new here.\n"})
    terminal = Terminal("review", cwd=top)
    shown = terminal.press("y")
    assert (
        "sections/introduction.tex:15: has changed there since the patch was made; run `texscholar fill` again" in shown
    )
    assert shown.count("sections/method.tex:") == 5
    assert "sections/introduction.tex:8  missing citation" in shown
    assert f"(1/{count(top)})" in shown
    terminal.press("q")
    assert terminal.end()[0] == 0
    assert texscholar("apply", cwd=top).code == 0
    assert "memory cells \\citep{hochreiter1997long}. The" in introduction.read_text()


def test_changed_between_review_and_apply(top: Path, texscholar: Run) -> None:
    """If an accepted part has no place any more, apply names it and writes nothing."""
    terminal = Terminal("review", cwd=top)
    terminal.press("yyq")
    terminal.end()
    introduction = top / "sections" / "introduction.tex"
    introduction.write_text(
        introduction.read_text().replace("some fifteen million words.", "some twenty million words.")
    )
    before = introduction.read_bytes()
    result = texscholar("apply", cwd=top)
    assert (result.code, introduction.read_bytes()) == (2, before)
    assert "sections/introduction.tex:15: has changed there" in result.err


def test_a_patch_without_evidence(top: Path, texscholar: Run) -> None:
    """What the diff tells is enough to decide by; nothing can be remembered of it."""
    (top / "p.patch").write_bytes(texscholar("fill", "main.tex", "--model-variant", "none", cwd=top).out)
    terminal = Terminal("review", "p.patch", cwd=top)
    shown = terminal.press("y")
    assert (
        "sections/introduction.tex:7  citation" in shown,
        "+memory cells \\citep{hochreiter1997long}." in shown,
    ) == (True, True)
    terminal.press("na")
    terminal.press("q")
    assert (terminal.end()[0], rejected(top)) == (0, [])
    assert texscholar("apply", cwd=top).code == 0
    assert git(top, "diff", "--name-only").stdout.split() == [b"refs.bib", b"sections/introduction.tex"]


def test_a_narrow_terminal_without_colour(top: Path) -> None:
    """Lines are folded, nothing is lost, and with NO_COLOR no colour is sent."""
    terminal = Terminal("review", cwd=top, columns=30)
    shown = terminal.press("q")
    assert terminal.end()[0] == 0
    lines = shown.replace("\r\n", "\n").split("\n")
    assert [line for line in lines if len(line) > 30] == []
    assert re.search(r"\x1b\[[0-9;]*3[0-7]", terminal.raw) is None


def test_colours(top: Path) -> None:
    """On a terminal that may, the diff is coloured and shared words stand out."""
    terminal = Terminal("review", cwd=top, env={"NO_COLOR": ""})
    terminal.press("q")
    terminal.end()
    assert [style in terminal.raw for style in ("\x1b[31m", "\x1b[32m", "\x1b[1;4mMemory\x1b[0m")] == [True] * 3


@pytest.mark.parametrize(
    ("files", "arguments", "words"),
    [
        ({}, ("review",), ("needs", "no such file")),
        ({"p.patch": "nothing"}, ("review", "p.patch"), ("p.patch", "holds no diff")),
        ({"p.patch": "x"}, ("review", "nowhere.patch"), ("nowhere.patch", "no such file", "--output nowhere.patch")),
    ],
)
def test_refusals(paper: Path, files: dict[str, str], arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    """In a terminal too: one line that names file and remedy, and 2."""
    write_files(paper, files)
    code, shown = Terminal(*arguments, cwd=paper).end()
    assert (code, "Traceback" in shown) == (2, False)
    assert [word for word in words[1:] if word not in shown] == []


def test_without_a_terminal(texscholar: Run, top: Path) -> None:
    """Nobody can be asked: one line that says what to do instead."""
    result = texscholar("review", cwd=top)
    assert (result.code, result.out) == (2, b"")
    assert result.err == (
        "texscholar: error: review asks questions, which takes a terminal; `fill --format html` makes a page of them\n"
    )


def test_decisions_that_are_damaged_are_not_overwritten(top: Path) -> None:
    """A broken file stops the review with its name; it stays for whoever can read it."""
    write_files(top, {".texscholar/decisions.json": "half of"})
    code, shown = Terminal("review", cwd=top).end()
    assert (code, ".texscholar/decisions.json: is no file of decisions" in shown) == (2, True)
    assert (top / ".texscholar" / "decisions.json").read_text() == "half of"


def test_latin_1_and_crlf(paper: Path, texscholar: Run) -> None:
    """A file keeps its encoding and its line ends through review and apply."""
    text = PAPER.replace("Some earlier", "Übrigens wurden Some earlier").replace("\n", "\r\n").encode("latin-1")
    text = text.replace(b"\\usepackage{natbib}", b"\\usepackage[latin1]{inputenc}\\usepackage{natbib}")
    write_files(paper, {"main.tex": text})
    assert texscholar("fill", "main.tex", "--output", "p.patch", "--min-confidence", "0.01", cwd=paper).code == 0
    terminal = Terminal("review", "p.patch", cwd=paper)
    assert "Übrigens" in terminal.press("y")
    terminal.end()
    assert texscholar("apply", cwd=paper).code == 0
    assert (paper / "main.tex").read_bytes() == text.replace(b"optimizer.", b"optimizer~\\citep{kingma2015adam}.")


# -- what is shown

HOSTILE = "Rain \x1b[31m\x07 \u202e[bold]falls[/bold]"


def test_text_of_records_steers_no_terminal() -> None:
    """Control characters are told as question marks; nothing is read as markup."""
    part = Part("0", "citation", HOSTILE, 1, (), -1, HOSTILE, (), frozenset(), None)
    lines = render_part(part, (("+", HOSTILE),), 1, 1)
    assert lines == (
        (("head", "Rain ?[31m? ?[bold]falls[/bold]:1"), ("soft", "  citation  (1 of 1)")),
        (("add", "+"), ("add", "Rain ?[31m? ?[bold]falls[/bold]")),
    )


def test_shared_words_are_marked() -> None:
    """Whole words, in whatever case; the text stays whole."""
    assert list(marked("Rain, rain-fall; rains.", {"rain"})) == [
        (True, "Rain"), (False, ", "), (True, "rain"), (False, "-fall; rains."),
    ]  # fmt: skip
    assert list(marked("", {"rain"})) == []


def test_a_record_in_a_line() -> None:
    """Authors, venue, year, DOI and origin; what is not known is left out."""
    record = Record("k", "T", ("A", "B", "C", "D"), 2001, "V", "10.1000/x", 0.5, "library:mine", ())
    assert described(record) == "A, B, C et al. · V · 2001 · doi:10.1000/x · library mine"
    assert described(Record("k", "T", (), None, "", "", 0.5, "bib", ())) == "your bibliography"
