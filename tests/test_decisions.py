"""Patches in parts: evidence above the diff, what accepting some parts changes, what is refused, what is remembered."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ADAM, EXAMPLE, PAPER, Run, git, write_files
from texscholar.bibtex import Author, Work
from texscholar.cli.main import main
from texscholar.cli.patches import Opened, open_patch
from texscholar.errors import TexscholarError
from texscholar.latex import scan
from texscholar.latex.blocks import find_blocks
from texscholar.source import Edit, SourceText, Span, apply_edits
from texscholar.suggest import (
    Cut,
    Decision,
    Decisions,
    FileChange,
    Rejection,
    changes_of,
    cut,
    diff_lines,
    evidence_lines,
    read_decisions,
    read_diff,
    read_preamble,
    read_rejections,
    rejected_by,
    rejections_in,
    render_decisions,
    render_diff,
    updated_rejections,
)
from texscholar.suggest.evidence import Change, Evidence, Record, Said, Theme
from texscholar.suggest.parts import read_block, with_paragraphs

YES, NO = Decision(accepted=True), Decision(accepted=False)


def record(key: str, title: str = "A Title of Some Length", **more: object) -> Record:
    values = {"authors": ("Ann Doe",), "year": 2001, "venue": "", "doi": "", "score": 0.5, "origin": "bib"}
    names = (f"title:{title.lower().replace(' ', '')}:doe",)
    return Record(key, title, **{**values, "names": names, **more})  # type: ignore[arg-type]


def evidence(*changes: Change, keys: tuple[str, ...] = ("a",), **more: object) -> Evidence:
    values = {
        "id": "0", "kind": "citation", "rule": "missing-citation", "path": "main.tex", "line": 1, "about": "Some words.",
        "confidence": 0.5, "entries": (), "records": tuple(map(record, keys)),
    }  # fmt: skip
    return Evidence(changes=changes, **{**values, **more})  # type: ignore[arg-type]


def patch(files: dict[str, tuple[str, list[Edit]]], *known: Evidence) -> bytes:
    changes = [FileChange(path, SourceText(path, text), tuple(edits)) for path, (text, edits) in files.items()]
    return render_diff(changes, ["texscholar", *evidence_lines(known, "main.tex")])


def cut_of(data: bytes, now: dict[str, str], known: tuple[str, ...] = ()) -> Cut:
    sources = {path: SourceText(path, text) for path, text in now.items()}
    return cut(read_diff(data, "p"), read_preamble(data, "p").evidence, sources, known)


def made(now: dict[str, str], found: Cut, decisions: dict[str, Decision]) -> dict[str, str]:
    edits = changes_of(found, decisions)
    return {path: apply_edits(text, edits.get(path, ())) for path, text in now.items()}


def insertion(text: str, before: str, what: str) -> tuple[Edit, Change]:
    at = text.index(before)
    line = text.count("\n", 0, at)
    return Edit(Span(at, at), what), Change(line, at - (text.rfind("\n", 0, at) + 1), "", what)


# -- evidence above the diff

words = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
texts = st.lists(words, max_size=3).map(tuple)
records = st.builds(
    Record,
    words, words, texts, st.none() | st.integers(0, 3000), words, words, st.floats(0, 1), words, texts, texts,
    st.lists(st.tuples(words, st.floats(-9, 9)), max_size=2).map(tuple),
)  # fmt: skip
themes = st.builds(Theme, words, st.lists(st.builds(Said, words, texts, texts, st.booleans()), max_size=2).map(tuple))
known = st.builds(
    Evidence,
    words, words, words, words, st.integers(1, 99), words, st.floats(0, 1),
    st.lists(st.builds(Change, st.integers(0, 99), st.integers(0, 99), words, words), max_size=2).map(tuple),
    texts, st.lists(records, max_size=2).map(tuple), st.lists(themes, max_size=2).map(tuple),
)  # fmt: skip


@given(st.lists(known, max_size=3).map(tuple))
def test_evidence_comes_back(all_known: tuple[Evidence, ...]) -> None:
    """Whatever it holds, it is read from the patch as it was written, and the diff below stays what it is."""
    data = patch({"main.tex": ("one\n", [Edit(Span(3, 3), "~a")])}, *all_known)
    preamble = read_preamble(data, "p")
    assert (preamble.root, preamble.evidence, preamble.skipped) == ("main.tex", all_known, ())
    assert [file.apply(b"one\n") for file in read_diff(data, "p")] == [b"one~a\n"]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "{}",
        "[1]",
        '{"id": 3}',
        '{"texscholar": "evidence"}',
        "{" * 5000,
        '{"id":"0","changes":7}',
        '{"a":"\\ud800"}',
    ],
)
def test_broken_evidence_is_told(line: str) -> None:
    """A line that is no evidence is left out, and said so; the diff still counts."""
    data = b"# texscholar\n# " + line.encode() + b"\n" + patch({"main.tex": ("one\n", [Edit(Span(3, 3), "~a")])})
    preamble = read_preamble(data, "p.patch")
    expected = ["p.patch:2"] if line.startswith("{") else []
    assert [skipped.what for skipped in preamble.skipped] == expected
    assert preamble.evidence == ()
    assert len(cut_of(data, {"main.tex": "one\n"}).parts) == 1


def test_git_and_patch_pass_over_evidence(example: Path, texscholar: Run, tmp_path: Path) -> None:
    """A patch with evidence is one that git apply and patch accept, with the same result; the one on stdout has none."""
    top = example.parent.parent
    texscholar("fill", example, "--output", tmp_path / "p.patch", cwd=top)
    data = (tmp_path / "p.patch").read_bytes()
    shown = texscholar("fill", example, cwd=top).out
    assert [line for line in data.splitlines(keepends=True) if not line.startswith(b"# {")] == shown.splitlines(
        keepends=True
    )
    assert data.count(b"\n# {") == 1 + len(read_preamble(data, "p").evidence)
    for command in ("git apply", "patch -p1 -s"):
        git(top, "checkout", "-q", ".")
        program, *arguments = command.split()
        if program == "git":
            git(top, *arguments, stdin=data)
            by_git = git(top, "diff").stdout
        else:
            subprocess.run([program, *arguments], cwd=top, input=data, check=True)
            assert git(top, "diff").stdout == by_git


# -- parts

TWO = "Rain falls. Snow melts.\nWind blows.\n"


def test_citations_in_one_line_are_parts() -> None:
    """Each of two citations in a line is accepted by itself, with evidence or without."""
    first, one = insertion(TWO, ". Snow", "~\\cite{a}")
    second, two = insertion(TWO, ".\nWind", "~\\cite{b}")
    for told in ((), (evidence(one), evidence(two, keys=("b",)))):
        found = cut_of(patch({"main.tex": (TWO, [first, second])}, *told), {"main.tex": TWO})
        assert [part.text for part in found.parts] == ["~\\cite{a}", "~\\cite{b}"]
        assert made({"main.tex": TWO}, found, {found.parts[1].id: YES, found.parts[0].id: NO}) == {
            "main.tex": "Rain falls. Snow melts~\\cite{b}.\nWind blows.\n"
        }


@pytest.mark.parametrize(
    ("old", "at", "inserted"),
    [
        ("Rain \\cite{a}.\n", 12, "~\\cite{b}"),
        ("Rain~\\cite{a} falls~\\cite{c}.\n", 13, "~\\cite{b}"),
        ("Rain falls \\cite{ab}.\n", 10, " \\cite{ac}"),
        ("Rain \\cite{a,b}.\n", 12, ",ab"),
        ("Rain \\cite{?}.\n", 11, ""),
    ],
)
def test_an_insertion_is_found_without_evidence(old: str, at: int, inserted: str) -> None:
    """Of all that makes the same line, one whose braces match by themselves."""
    edit = Edit(Span(at, at), inserted) if inserted else Edit(Span(at, at + 1), "b")
    found = cut_of(patch({"main.tex": (old, [edit])}), {"main.tex": old})
    (part,) = found.parts
    assert made({"main.tex": old}, found, {part.id: YES})["main.tex"] == apply_edits(old, [edit])
    assert part.text.count("{") == part.text.count("}")
    assert part.text.find("{") <= part.text.find("}")


def test_a_suggestion_of_several_edits() -> None:
    """It is one part; its edits can be taken one by one, and its text can be another."""
    text = "Rain falls. % TODO cite\nWind blows.\n"
    cite, told = insertion(text, ". %", "~\\cite{a}")
    mark = text.index("%")
    edits = [cite, Edit(Span(mark, mark + 11), "%")]
    known = evidence(told, Change(0, mark, "% TODO cite", "%"))
    now = {"main.tex": text}
    found = cut_of(patch({"main.tex": (text, edits)}, known), now)
    (part,) = found.parts
    assert part.pieces == ("+ ~\\cite{a}", "- % TODO cite + %")
    results = [
        made(now, found, {part.id: decision})["main.tex"].partition("\n")[0]
        for decision in (YES, Decision(True, only=(0,)), Decision(True, only=(1,)), Decision(True, text="~\\cite{b}"))
    ]
    assert results == [
        "Rain falls~\\cite{a}. %",
        "Rain falls~\\cite{a}. % TODO cite",
        "Rain falls. %",
        "Rain falls~\\cite{b}. %",
    ]
    assert [mark for mark, _ in diff_lines(part, SourceText("main.tex", text))] == ["-", "+", " "]


def test_evidence_that_says_another_change_is_not_believed() -> None:
    """What is applied is the diff: evidence that would make another text of it counts for nothing."""
    edit, true = insertion(TWO, ". Snow", "~\\cite{a}")
    lie = evidence(Change(true.line, true.column, "", "~\\cite{evil}"))
    found = cut_of(patch({"main.tex": (TWO, [edit])}, lie), {"main.tex": TWO})
    assert [(part.text, part.evidence) for part in found.parts] == [("~\\cite{a}", None)]


BIB = "@book{m,\n  title = {M},\n}\n"
ENTRY_A, ENTRY_Z = "@book{a,\n  title = {A},\n}\n\n", "\n@book{z,\n  title = {Z},\n}\n"


@pytest.mark.parametrize(
    ("accepted", "bib"),
    [
        ((), BIB),
        ((0,), ENTRY_A + BIB),
        ((1,), ENTRY_A + BIB),
        ((2,), BIB + ENTRY_Z),
        ((0, 1, 2), ENTRY_A + BIB + ENTRY_Z),
    ],
)
def test_entries_go_with_the_parts_that_cite_them(accepted: tuple[int, ...], bib: str) -> None:
    """An entry is added when one of the parts that cite it is accepted, and dropped when none is."""
    text = "One.\nTwo.\nThree.\n"
    edits = [insertion(text, f".{end}", f"~\\cite{{{key}}}")[0] for end, key in (("\nTwo", "a"), ("\nThree", "a"))]
    edits.append(Edit(Span(len(text) - 2, len(text) - 2), "~\\cite{m,z}"))
    files = {
        "main.tex": (text, edits),
        "refs.bib": (BIB, [Edit(Span(0, 0), ENTRY_A), Edit(Span(len(BIB), len(BIB)), ENTRY_Z)]),
    }
    now = {"main.tex": text, "refs.bib": BIB}
    found = cut_of(patch(files), now)
    assert [sorted(part.entries) for part in found.parts] == [["a"], ["a"], ["z"]]
    decisions = {part.id: YES if n in accepted else NO for n, part in enumerate(found.parts)}
    assert made(now, found, decisions)["refs.bib"] == bib


def test_some_of_several_entries_at_one_place() -> None:
    """Entries that were to be inserted together keep their distance when one of them is dropped."""
    text = "One.\nTwo.\nThree.\n"
    edits = [insertion(text, f".\n{end}", f"~\\cite{{{key}}}")[0] for end, key in (("Two", "x"), ("Three", "y"))]
    added = "\n@book{x,\n}\n\n@book{y,\n}\n"
    files = {"main.tex": (text, edits), "refs.bib": (BIB, [Edit(Span(len(BIB), len(BIB)), added)])}
    now = {"main.tex": text, "refs.bib": BIB}
    found = cut_of(patch(files), now)
    one, two = found.parts
    assert [made(now, found, {part.id: YES})["refs.bib"] for part in (one, two)] == [
        BIB + "\n@book{x,\n}\n",
        BIB + "\n@book{y,\n}\n",
    ]


def test_an_entry_that_nothing_cites_is_a_part() -> None:
    """The entry of an undefined key stands for itself."""
    now = {"refs.bib": BIB, "main.tex": "See \\cite{z}.\n"}
    told = evidence(kind="entry", rule="undefined-citation", about="z", keys=("z",), entries=("z",))
    files = {"refs.bib": (BIB, [Edit(Span(len(BIB), len(BIB)), ENTRY_Z)])}
    for found in (cut_of(patch(files), now), cut_of(patch(files, told), now)):
        assert [(part.kind, part.edits) for part in found.parts] == [("entry", ())]
        assert made(now, found, {found.parts[0].id: YES})["refs.bib"] == BIB + ENTRY_Z
        assert made(now, found, {found.parts[0].id: NO}) == now


# -- blocks

BODY = "\\citet{a} and\n\\citet{b} rain.\nSo does it.\n\n\\citet{c} snows."
BLOCK = (
    "% texscholar: begin related-work: rain\n"
    f"% texscholar: outline of 3 records, no model, sha256 {hashlib.sha256(BODY.encode()).hexdigest()[:16]}; edit freely\n"
    "% texscholar: records a, b\n"
    "% texscholar: records c\n"
    "% texscholar: new entries b, c\n"
    f"{BODY}\n"
    "% texscholar: end related-work"
)
HASH_OF_SECOND = hashlib.sha256(b"\\citet{c} snows.").hexdigest()[:16]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_block_in_its_parts(newline: str) -> None:
    """Comment lines, paragraphs, comment line: together they are the block, whatever ends its lines."""
    text = f"{newline}{BLOCK}".replace("\n", newline)
    block = read_block(text)
    assert block is not None
    assert (block.text, len(block.paragraphs)) == (text, 2)
    assert read_block("% texscholar: ignore\n") is None


def test_comment_lines_tell_what_is_left() -> None:
    """Keys that are cited no more leave the comment lines; number and hash are those of what is left."""
    block = read_block(BLOCK)
    assert block is not None
    assert with_paragraphs(block, block.paragraphs[1:]).text == (
        "% texscholar: begin related-work: rain\n"
        f"% texscholar: outline of 1 record, no model, sha256 {HASH_OF_SECOND}; edit freely\n"
        "% texscholar: records c\n"
        "% texscholar: new entries c\n"
        "\\citet{c} snows.\n"
        "% texscholar: end related-work"
    )


def draft() -> tuple[str, Evidence, list[Edit]]:
    text = "Before.\n% TODO related-work: rain\nAfter.\n"
    span = Span(text.index("%"), text.index("\nAfter"))
    said = [("\\citet{a} and \\citet{b} rain.", ("a", "b")), ("So does it.", ()), ("\\citet{c} snows.", ("c",))]
    sentences = [Said(words, works, (), by_model=False) for words, works in said]
    told = evidence(
        Change(1, 0, text[span.start : span.end], BLOCK),
        kind="related-work", rule="unfilled-related-work", about="rain",
        records=(record("a", "Rain in the Mountains"), record("b", "Rain at the Sea"), record("c", "Snow of Last Year")),
        themes=(Theme("rain", tuple(sentences[:2])), Theme("", tuple(sentences[2:]))),
    )  # fmt: skip
    return text, told, [Edit(span, BLOCK)]


@pytest.mark.parametrize("with_evidence", [True, False])
def test_paragraphs_are_parts(with_evidence: bool) -> None:
    """Each paragraph of a block is accepted by itself; the marker stays when all are rejected."""
    text, told, edits = draft()
    now = {"main.tex": text}
    found = cut_of(patch({"main.tex": (text, edits)}, *([told] if with_evidence else ())), now)
    one, two = found.parts
    assert [len(part.pieces) for part in found.parts] == ([2, 0] if with_evidence else [0, 0])
    assert made(now, found, {one.id: YES, two.id: YES})["main.tex"] == apply_edits(text, edits)
    assert made(now, found, {one.id: NO, two.id: NO}) == now
    assert "\\citet{a}" not in made(now, found, {two.id: YES})["main.tex"]
    assert made(now, found, {two.id: YES})["main.tex"].count("% texscholar") == 5
    assert [line for line in diff_lines(two, SourceText("main.tex", text)) if "citet" in line[1]] == [
        ("+", "\\citet{c} snows.")
    ]


def test_a_split_paragraph_and_an_edited_one() -> None:
    """Sentences that are taken out leave a hash of what is left; a text that the author wrote leaves one that tells so."""
    text, told, edits = draft()
    now = {"main.tex": text}
    found = cut_of(patch({"main.tex": (text, edits)}, told), now)
    one, two = found.parts
    split = made(now, found, {one.id: Decision(True, only=(0,)), two.id: NO})["main.tex"]
    assert "\n\\citet{a} and\n\\citet{b} rain.\n% texscholar: end" in split
    assert "records a, b\n" in split
    block = read_block(split)
    assert block is not None
    assert block.text == with_paragraphs(block, block.paragraphs).text
    edited = made(now, found, {two.id: Decision(True, text="Own words on \\citet{c}.")})["main.tex"]
    assert "Own words on \\citet{c}.\n% texscholar: end" in edited
    assert HASH_OF_SECOND in edited


# -- files that changed meanwhile

PLAIN = "".join(f"Line {number} says something.\n" for number in range(1, 21))


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("Line 1 ", "Line 0\nLine 1 ", "fits"),
        ("Line 9 says", "Line 9 said", "fits"),
        ("Line 20 ", "Line 10 says something.\nLine 20 ", "fits"),
        ("Line 10 says", "Line 10 said", "lost"),
        ("Line 10 says something.", "Line 10 says something~\\cite{a}.", "made"),
    ],
    ids=["lines before it", "the line before it", "its line once more elsewhere", "its own line", "made already"],
)
def test_what_changed_meanwhile(old: str, new: str, state: str) -> None:
    """A part whose lines still stand is placed; one whose line changed is told by file and line."""
    edit, told = insertion(PLAIN, ".\nLine 11", "~\\cite{a}")
    data = patch({"main.tex": (PLAIN, [edit])}, evidence(told))
    now = PLAIN.replace(old, new, 1)
    found = cut_of(data, {"main.tex": now})
    assert (len(found.parts), len(found.made), len(found.lost)) == {
        "fits": (1, 0, 0),
        "made": (0, 1, 0),
        "lost": (0, 0, 1),
    }[state]
    if state == "lost":
        assert [str(each) for each in found.lost.values()] == [
            "main.tex:10: has changed there since the patch was made; run `texscholar fill` again"
        ]
    if state == "fits":
        expected = now.replace("Line 10 says something.", "Line 10 says something~\\cite{a}.", 1)
        assert made({"main.tex": now}, found, {found.parts[0].id: YES}) == {"main.tex": expected}


def test_where_it_could_stand_twice_it_stands_nowhere() -> None:
    """Of two places that look the same none is guessed at."""
    edit, told = insertion(PLAIN, ".\nLine 11", "~\\cite{a}")
    data = patch({"main.tex": (PLAIN, [edit])}, evidence(told))
    found = cut_of(data, {"main.tex": "New.\n" + PLAIN + PLAIN})
    assert (found.parts, len(found.lost)) == ((), 1)


def test_a_file_that_is_gone() -> None:
    """What the paper has no more is told by its name."""
    edit, told = insertion(PLAIN, ".\nLine 11", "~\\cite{a}")
    found = cut_of(patch({"main.tex": (PLAIN, [edit])}, evidence(told)), {})
    assert [str(each) for each in found.misfits] == [
        "main.tex: is no file of the paper any more; run `texscholar fill` again"
    ]


def test_an_entry_without_a_place_holds_its_citation_back() -> None:
    """A citation whose new entry does not fit any more would cite nothing, and is told."""
    edit, told = insertion(PLAIN, ".\nLine 11", "~\\cite{z}")
    files = {"main.tex": (PLAIN, [edit]), "refs.bib": (BIB, [Edit(Span(len(BIB), len(BIB)), ENTRY_Z)])}
    data = patch(files, evidence(told, keys=("z",), entries=("z",)))
    found = cut_of(data, {"main.tex": PLAIN, "refs.bib": "@book{other,\n}\n"})
    assert [len(found.parts), len(found.lost), len(found.misfits)] == [0, 1, 1]
    # Somebody else has added the entry meanwhile.
    found = cut_of(data, {"main.tex": PLAIN, "refs.bib": BIB}, known=("z",))
    assert [len(found.parts), found.parts[0].entries] == [1, frozenset()]


def test_the_same_words_twice_are_two_parts() -> None:
    """Two equal lines get different ids."""
    text = "Rain falls.\n" + PLAIN + "Rain falls.\n"
    places = [text.index(".\nLine 1 "), text.rindex(".")]
    edits = [Edit(Span(at, at), "~\\cite{a}") for at in places]
    found = cut_of(patch({"main.tex": (text, edits)}), {"main.tex": text})
    assert len({part.id for part in found.parts}) == 2


# -- the example paper


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The example paper with its patch."""
    base = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, base, dirs_exist_ok=True)
    git(base, "init", "-q")
    assert main(["fill", str(base / "main.tex"), "--model-variant", "none", "--output", str(base / "p.patch")]) == 0
    return open_patch((base / "p.patch").read_bytes(), "p.patch", base)


def test_all_parts_are_the_patch(opened: Opened) -> None:
    """All parts together make what the diff makes, and each part of it has its evidence."""
    changes = opened.changes({part.id: YES for part in opened.cut.parts})
    assert {change.path: change.new_bytes for change in changes} == {
        file.path: file.apply(opened.sources[file.path].encode()) for file in opened.files
    }
    assert [part.id for part in opened.cut.parts if part.evidence is None] == []


def test_a_refreshed_draft_in_its_parts(opened: Opened, tmp_path: Path) -> None:
    """A draft that was written anew is cut too, however little of it changed; what is rejected stays as it was."""
    top = Path(shutil.copytree(opened.place.boundary, tmp_path / "paper"))
    assert main(["fill", str(top / "main.tex"), "--model-variant", "none", "--apply"]) == 0
    arguments = ["--model-variant", "none", "--only", "related-work", "--refresh", "--length", "long"]
    assert main(["fill", str(top / "main.tex"), *arguments, "--output", str(top / "r.patch")]) == 0
    refreshed = open_patch((top / "r.patch").read_bytes(), "r.patch", top)
    parts = refreshed.cut.parts
    assert [(part.kind, part.evidence is None) for part in parts] == [("related-work", False)] * len(parts)
    assert len({part.edits for part in parts}) == 2
    assert {c.path: c.new_bytes for c in refreshed.changes(dict.fromkeys((part.id for part in parts), YES))} == {
        file.path: file.apply(refreshed.sources[file.path].encode()) for file in refreshed.files
    }
    assert refreshed.changes(dict.fromkeys((part.id for part in parts), NO)) == ()
    first = [part for part in parts if part.edits == parts[0].edits]
    (change,) = (c for c in refreshed.changes({first[0].id: YES}) if c.path.endswith(".tex"))
    assert [block.is_untouched for block in find_blocks(scan(SourceText("", change.new_text)))] == [True, True]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_parts_go_together(opened: Opened, data: st.DataObject) -> None:
    """Whichever parts are accepted, the change is proved harmless; rejected ones leave no trace, and no entry of theirs."""
    parts = opened.cut.parts
    accepted = [part for part in parts if data.draw(st.booleans())]
    changes = {change.path: change for change in opened.changes({part.id: YES for part in accepted})}
    entries = {key for part in accepted for key in part.entries}
    added = {
        key
        for change in changes.values()
        if change.path.endswith(".bib")
        for key in opened.cut.new_keys
        if f"{{{key}," in "".join(e.text for e in change.edits)
    }
    assert added == entries
    for path, source in opened.sources.items():
        own = [part for part in accepted if part.path == path]
        if path.endswith(".tex") and not any(part.edits for part in own):
            assert path not in changes or source.text == changes[path].new_text


@pytest.mark.parametrize("choice", [Decision(accepted=True, only=(0, 1)), Decision(accepted=True, text="Own words.")])
def test_what_is_left_of_a_draft(opened: Opened, choice: Decision) -> None:
    """It may be refreshed as long as its words are ours; one with words of the author's is theirs."""
    part = next(part for part in opened.cut.parts if part.paragraph >= 0)
    (change,) = (each for each in opened.changes({part.id: choice}) if each.path == part.path)
    (block,) = find_blocks(scan(SourceText(part.path, change.new_text)))
    assert block.is_untouched is (choice.text is None)
    draft = change.new_text[block.span.start : block.span.end]
    assert [key for key in (*block.keys, *block.added) if f"{{{key}}}" not in draft] == []


# -- decisions as a file


def test_decisions_come_back() -> None:
    """A patch in any encoding and every kind of decision."""
    decisions = Decisions(
        b"\xff\x00 patch\n", {"a": YES, "b": NO, "c": Decision(True, "~\\cite{é}"), "d": Decision(True, None, (0, 2))}
    )
    assert read_decisions(render_decisions(decisions), "d.json") == decisions


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"[]", b"3", b"\xff", b"[" * 5000, b'{"texscholar": "decisions"}',
        json.dumps({"texscholar": "decisions", "version": 2, "parts": {}, "patch": ""}).encode(),
        json.dumps({"texscholar": "decisions", "version": 1, "parts": {}, "patch": "%"}).encode(),
        json.dumps({"texscholar": "decisions", "version": 1, "parts": {"a": {"decision": "maybe"}}, "patch": ""}).encode(),
        json.dumps({"texscholar": "decisions", "version": 1, "parts": {"a": {"decision": "accept", "text": 3}}, "patch": ""}).encode(),
        json.dumps({"texscholar": "decisions", "version": 1, "parts": {"a": {"decision": "accept", "only": ["x"]}}, "patch": ""}).encode(),
    ],
)  # fmt: skip
def test_broken_decisions(data: bytes) -> None:
    """A damaged file is refused by name, with what to do."""
    with pytest.raises(TexscholarError, match=r"^d.json: is .*remove it, and review or export again$"):
        read_decisions(data, "d.json")


# -- rejections


def work(title: str, surname: str = "Doe") -> Work:
    return Work(title, (Author(surname, "Ann"),), 2001)


RAIN = Rejection(
    "missing-citation", "Rain falls, mostly.", ("title:raininthemountains:doe",), "a", "Rain in the Mountains"
)


@pytest.mark.parametrize(
    ("rule", "about", "title", "surname", "expected"),
    [
        ("missing-citation", "Rain falls, mostly.", "Rain in the Mountains", "Doe", True),
        ("missing-citation", "  rain falls,\nMOSTLY", "Rain in the mountains", "Doe", True),
        ("missing-citation", "Rain falls, always.", "Rain in the Mountains", "Doe", False),
        ("missing-citation", "Rain falls, mostly.", "Rain in the Mountains", "Roe", False),
        ("missing-citation", "Rain falls, mostly.", "Snow in the Mountains", "Doe", False),
        ("placeholder-citation", "Rain falls, mostly.", "Rain in the Mountains", "Doe", False),
    ],
)
def test_what_is_rejected(rule: str, about: str, title: str, surname: str, expected: bool) -> None:
    """A work is rejected for a rule and the words of a sentence; another rule, sentence or work is another question."""
    assert rejected_by([RAIN])(rule, about, work(title, surname)) is expected


def test_a_work_without_identity_is_known_by_its_title() -> None:
    """A short title without an author is the only name that such a work has."""
    lone = Rejection("missing-citation", "Rain falls.", ("title:rain",), "r", "Rain")
    assert rejected_by([lone])("missing-citation", "Rain falls.", Work("Rain")) is True
    assert rejected_by([lone])("missing-citation", "Rain falls.", Work("Snow")) is False


def test_rejections_are_kept_line_by_line() -> None:
    """Lines are added once and taken out again; what cannot be read stays where it is and is told."""
    other = Rejection("undefined-citation", "z", ("doi:10.1000/z",), "z", "Zé \u2028")
    one = updated_rejections(b"", [RAIN, RAIN], [])
    assert one.count(b"\n") == 1
    conflict = b"<<<<<<< ours\n" + one + b'=======\n{"version": 9}'
    both = updated_rejections(conflict, [RAIN, other], [])
    found, skipped = read_rejections(both, "rejected.jsonl")
    assert found == (RAIN, other)
    assert [each.what for each in skipped] == ["rejected.jsonl:1", "rejected.jsonl:3", "rejected.jsonl:4"]
    assert updated_rejections(both, [], [RAIN, other]) == b'<<<<<<< ours\n=======\n{"version": 9}\n'


def test_works_of_a_draft_that_are_turned_down() -> None:
    """Those of rejected paragraphs and sentences, unless an accepted one cites them."""
    text, told, edits = draft()
    found = cut_of(patch({"main.tex": (text, edits)}, told), {"main.tex": text})
    one, two = found.parts

    def refused(decisions: dict[str, Decision]) -> list[str]:
        return [each.key for each in rejections_in(found, decisions)[0]]

    assert refused({one.id: NO, two.id: YES}) == ["a", "b"]
    assert refused({one.id: Decision(True, text="On \\citet{b}."), two.id: NO}) == ["a", "c"]
    assert refused({one.id: Decision(True, only=(1,))}) == ["a", "b"]
    assert refused({one.id: YES, two.id: Decision(True, text="\\citet{c} snows.")}) == []
    assert {each.about for each in rejections_in(found, {one.id: NO})[0]} == {"rain"}


# -- the commands

SENTENCE = "Earlier work optimised such networks with Adam, a method for stochastic optimization."
UNCITED = PAPER.replace("\\bibliography", f"{SENTENCE}\n\\bibliography")
MOVED = PAPER.replace(
    "Some earlier",
    "Earlier work optimised such\nnetworks with Adam, a method for stochastic\noptimization.\nSome earlier",
)
EDITED = UNCITED.replace("such networks", "such deep networks")


def decide(folder: Path, data: bytes, *answers: Decision) -> Path:
    """A file of decisions on the parts of a patch, in their order; a lone answer is for all of them."""
    parts = open_patch(data, "p", folder).cut.parts
    answers = answers * len(parts) if len(answers) == 1 else answers
    file = folder / "decisions.json"
    file.write_bytes(
        render_decisions(Decisions(data, {part.id: each for part, each in zip(parts, answers, strict=True)}))
    )
    return file


def test_a_rejection_lasts(texscholar: Run, paper: Path) -> None:
    """A rejected citation comes back in no fill and no check, wherever its sentence moves, until its words change."""
    write_files(paper, {"main.tex": UNCITED, ".texscholar.toml": "min-confidence = 0.2\n"})
    texscholar("fill", "main.tex", "--output", "p.patch", cwd=paper)
    file = decide(paper, (paper / "p.patch").read_bytes(), NO)
    result = texscholar("apply", "--decisions", file, cwd=paper)
    assert (result.code, (paper / "main.tex").read_text()) == (0, UNCITED)
    assert "not suggested again" in result.err
    seen = []
    for text in (UNCITED, MOVED, EDITED):
        write_files(paper, {"main.tex": text})
        git(paper, "add", ".")
        check = texscholar("check", "--staged", cwd=paper)
        assert (check.code, b"kingma" in check.out) == ((1, True) if text == EDITED else (0, False))
        seen.append(b"kingma2015adam}" in texscholar("fill", "main.tex", cwd=paper).out)
    assert seen == [False, False, True]
    write_files(paper, {"main.tex": UNCITED})
    listed = texscholar("review", "--rejected", cwd=paper)
    (name,) = [line.split()[0] for line in listed.text.splitlines() if SENTENCE in line]
    assert texscholar("review", "--forget", "00000000", cwd=paper).code == 2
    assert texscholar("review", "--forget", name, cwd=paper).code == 0
    assert b"kingma2015adam}" in texscholar("fill", "main.tex", cwd=paper).out
    assert texscholar("review", "--forget", "all", cwd=paper).code == 0
    assert texscholar("review", "--rejected", cwd=paper).text == ""


def test_only_rejections_are_for_git(texscholar: Run, paper: Path) -> None:
    """Of what is kept beside a paper, git sees what was rejected, and nothing else."""
    write_files(paper, {"main.tex": UNCITED})
    texscholar("fill", "main.tex", "--output", ".texscholar/suggestions.patch", cwd=paper)
    assert git(paper, "status", "--porcelain", "-uall").stdout == b" M main.tex\n"
    file = decide(paper, (paper / ".texscholar" / "suggestions.patch").read_bytes(), NO)
    texscholar("apply", "--decisions", file, cwd=paper)
    file.unlink()
    assert git(paper, "status", "--porcelain", "-uall").stdout.splitlines() == [
        b" M main.tex",
        b"?? .texscholar/rejected.jsonl",
    ]


def test_a_broken_memory_harms_nothing(texscholar: Run, paper: Path) -> None:
    """Lines that cannot be read are told, and stay; the others count."""
    write_files(paper, {"main.tex": UNCITED, ".texscholar/rejected.jsonl": "<<<<<<< ours\n"})
    result = texscholar("fill", "main.tex", "--output", "p.patch", cwd=paper)
    assert (result.code, ".texscholar/rejected.jsonl:1: is no rejection" in result.err) == (0, True)
    texscholar("apply", "--decisions", decide(paper, (paper / "p.patch").read_bytes(), NO), cwd=paper)
    assert (paper / ".texscholar" / "rejected.jsonl").read_bytes().startswith(b"<<<<<<< ours\n{")
    assert b"kingma2015adam}" not in texscholar("fill", "main.tex", cwd=paper).out


def test_the_next_candidate_must_be_sure_itself(texscholar: Run, paper: Path) -> None:
    """In place of a rejected work only one is proposed that is above the threshold by itself."""
    second = (
        ADAM.replace("kingma2015adam", "other2016adam")
        .replace("Adam: A Method", "Adam, Another Method")
        .replace("2015", "2016")
    )
    write_files(paper, {"main.tex": UNCITED, "refs.bib": ADAM + second})
    least = ("--min-confidence", "0.0001")
    shown = json.loads(texscholar("fill", "main.tex", "--format", "json", *least, cwd=paper).out)
    (before,) = [s for s in shown["suggestions"] if s["text"] == SENTENCE]
    first, following = before["candidates"]
    texscholar("fill", "main.tex", "--output", "p.patch", *least, cwd=paper)
    data = (paper / "p.patch").read_bytes()
    texscholar("apply", "--decisions", decide(paper, data, NO), cwd=paper)
    for threshold, expected in (
        (following["score"] / 2, [following["key"]]),
        ((first["score"] + following["score"]) / 2, []),
    ):
        result = texscholar("fill", "main.tex", "--format", "json", "--min-confidence", str(threshold), cwd=paper)
        after = [s for s in json.loads(result.out)["suggestions"] if s["text"] == SENTENCE]
        assert [s["candidates"][0]["key"] for s in after] == expected


def test_apply_takes_what_is_accepted(texscholar: Run, example: Path, tmp_path: Path) -> None:
    """With decisions, the accepted parts and their entries are written; the same file again finds nothing to do."""
    top = example.parent.parent
    texscholar("fill", example, "--output", tmp_path / "p.patch", cwd=top)
    data = (tmp_path / "p.patch").read_bytes()
    parts = open_patch(data, "p", top).cut.parts
    answers = [YES if part.path.endswith("method.tex") else NO for part in parts]
    file = decide(top, data, *answers)
    first = texscholar("apply", "--decisions", file, cwd=top)
    assert first.code == 0
    changed = git(top, "diff", "--name-only").stdout.decode().split()
    assert changed == ["paper/refs.bib", "paper/sections/method.tex"]
    assert git(top, "diff", "--numstat", "paper/sections/method.tex").stdout.split()[:2] == [b"5", b"5"]
    again = texscholar("apply", "--decisions", file, cwd=top)
    assert (again.code, "nothing to apply" in again.err) == (0, True)
    assert git(top, "diff", "--name-only").stdout.decode().split() == changed


def hostile(path: str = "main.tex", old: str = "Some earlier", new: str = "Some \\input{x} earlier") -> bytes:
    files = {"main.tex": PAPER, "refs.bib": ADAM}
    text = files.get(path, "old\n")
    at = text.find(old)
    return patch({path: (text, [Edit(Span(at, at + len(old)), new)] if at >= 0 else [Edit(Span(0, 3), "new")])})


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (hostile(), r"holds \\input"),
        (hostile(new="Some \\write18{x} earlier"), r"holds \\write"),
        (hostile(new="Some~\\cite{nowhere} earlier"), "nowhere"),
        (hostile(new="Some { earlier"), "braces"),
        (hostile(new="Other"), "removes text"),
        (hostile(old="\\bibliography", new="\\end{document}\\bibliography"), "TeX outside|would be|match"),
        (hostile("refs.bib", "@inproceedings", "@preamble{{x}}\n@inproceedings"), "more than entries|patch lacks"),
        (
            hostile("refs.bib", "@inproceedings", "@book{b,\n title = {\\write18{x}},\n}\n@inproceedings"),
            "an entry holds",
        ),
        (hostile("refs.bib", "2015", "2016"), "patch lacks|more than"),
        (hostile("../outside.tex"), "outside"),
        (hostile(".git/config"), "outside"),
        (hostile("elsewhere.tex"), "not here"),
        (b"no patch", "holds no diff"),
    ],
)
def test_decisions_from_elsewhere(texscholar: Run, paper: Path, data: bytes, word: str) -> None:
    """A file of decisions is believed nothing: its patch may do what a suggestion does, in this repository, and no more."""
    write_files(paper.parent, {"outside.tex": "old\n"})
    before = {path: path.read_bytes() for path in paper.rglob("*") if path.is_file() and ".git/" not in str(path)}
    try:
        parts = open_patch(data, "p", paper).cut.parts
    except TexscholarError:
        parts = ()
    ids = [part.id for part in parts] or ["0123456789ab"]
    (paper / "d.json").write_bytes(render_decisions(Decisions(data, dict.fromkeys(ids, YES))))
    result = texscholar("apply", "--decisions", "d.json", cwd=paper)
    assert (result.code, result.err.count("\n") - result.err.count("skipped: ")) == (2, 1)
    assert re.search(word, result.err)
    assert {path: path.read_bytes() for path in before} == before
    assert (paper.parent / "outside.tex").read_bytes() == b"old\n"


@pytest.mark.parametrize(
    ("files", "arguments", "words"),
    [
        ({}, (), ("decisions.json", "no such file", "texscholar review")),
        ({".texscholar/decisions.json": "{"}, (), ("decisions.json", "damaged", "remove it")),
        ({}, ("--decisions", "x.json"), ("x.json", "no such file")),
        ({}, ("p.patch", "--decisions", "x.json"), ("name one of both",)),
        ({}, ("p.patch",), ("p.patch", "no such file", "fill")),
    ],
)
def test_refusals(
    texscholar: Run, paper: Path, files: dict[str, str], arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """What cannot be applied ends with 2 and a line that names file and remedy."""
    write_files(paper, files)
    result = texscholar("apply", *arguments, cwd=paper)
    assert result.code == 2
    assert [word for word in words if word not in result.err] == []


def test_our_folder_may_not_lead_outside(texscholar: Run, paper: Path) -> None:
    """A link in a cloned repository cannot make us write elsewhere."""
    outside = paper.parent / "outside"
    outside.mkdir()
    (paper / ".texscholar").symlink_to(outside)
    write_files(paper, {"main.tex": UNCITED})
    result = texscholar("fill", "main.tex", cwd=paper)
    assert (result.code, "leads out of the repository" in result.err) == (2, True)
    assert list(outside.iterdir()) == []


def test_a_patch_that_is_named_is_applied_whole(texscholar: Run, paper: Path) -> None:
    """Whatever a review said of it: `apply PATCH` is for whole patches."""
    write_files(paper, {"main.tex": UNCITED})
    texscholar("fill", "main.tex", "--output", "p.patch", cwd=paper)
    data = (paper / "p.patch").read_bytes()
    write_files(paper, {".texscholar/decisions.json": decide(paper, data, NO).read_bytes()})
    assert texscholar("apply", "p.patch", cwd=paper).code == 0
    assert "\\citep{kingma2015adam}" in (paper / "main.tex").read_text()
    assert base64.b64encode(data).decode() in (paper / ".texscholar" / "decisions.json").read_text()
