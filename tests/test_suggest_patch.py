"""Patches: git and our own reader make the same new bytes of them, and refuse what they were not made for."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import git, write_files
from texscholar.errors import TexscholarError
from texscholar.source import Edit, SourceText, Span, decode
from texscholar.suggest import FileChange, blob_id, quote_path, read_diff, render_diff, unquote_path

LINES = "".join(f"line {number}\n" for number in range(1, 31))


def edited(source: SourceText, *edits: tuple[int, int, str], path: str = "main.tex") -> FileChange:
    return FileChange(path, source, tuple(Edit(Span(start, end), text) for start, end, text in edits))


def change(text: str, *edits: tuple[int, int, str], path: str = "main.tex") -> FileChange:
    return edited(SourceText(path, text), *edits, path=path)


def by_git(folder: Path, changes: list[FileChange], *options: str) -> list[bytes]:
    """What ``git apply`` makes of the old files."""
    write_files(folder, {each.path: each.old_bytes for each in changes})
    diff = render_diff(changes, ["a comment"])
    git(folder, *options, "apply", "--check", stdin=diff)
    git(folder, *options, "apply", stdin=diff)
    return [(folder / each.path).read_bytes() for each in changes]


def by_us(changes: list[FileChange]) -> list[bytes]:
    diff = render_diff(changes, ["a comment"])
    patches = {patch.path: patch for patch in read_diff(diff, "fill.patch")} if diff else {}
    return [patches[each.path].apply(each.old_bytes) if each.path in patches else each.old_bytes for each in changes]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    return tmp_path


# -- what is rendered


def test_nothing() -> None:
    """No change gives no byte, not even the preamble."""
    assert render_diff([], ["texscholar"]) == b""


@pytest.mark.parametrize("edits", [(), ((0, 4, "line"),), ((3, 3, ""),)])
def test_change_without_effect(edits: tuple[tuple[int, int, str], ...]) -> None:
    """A file whose edits change nothing is not in the diff."""
    assert render_diff([change(LINES, *edits)], ["texscholar"]) == b""


def test_whole_diff() -> None:
    """A diff is what git writes for the same change, with whole blob names and without a mode."""
    assert render_diff([change("one\ntwo\nthree\n", (7, 7, "~\\cite{a}"))], ["for main.tex"]) == (
        b"# for main.tex\n"
        b"diff --git a/main.tex b/main.tex\n"
        b"index 4cb29ea38f70d7c61b2a3a25b02e3bdf44905402..00488dab6bf1974a2a9156861b45dd330b395308\n"
        b"--- a/main.tex\n"
        b"+++ b/main.tex\n"
        b"@@ -1,3 +1,3 @@\n"
        b" one\n"
        b"-two\n"
        b"+two~\\cite{a}\n"
        b" three\n"
    )


@pytest.mark.parametrize("data", [b"", b"one\n", b"a\r\n\xe9"])
def test_blob_id(data: bytes, tmp_path: Path) -> None:
    """A blob has the name git gives it."""
    named = git(tmp_path, "hash-object", "--stdin", stdin=data).stdout.decode().strip()
    assert named == blob_id(data)


def test_preamble_cannot_leave_its_lines() -> None:
    """A file or library whose name holds line ends or broken bytes cannot add lines to a diff."""
    diff = render_diff([change("a\n", (0, 0, "b"))], ["x\ndiff --git a/y b/y\r\x85z \udce9"])
    assert diff.split(b"\n")[:2] == [b"# x diff --git a/y b/y  z  ", b"diff --git a/main.tex b/main.tex"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp037"])
def test_encoding_without_line_feeds(encoding: str) -> None:
    """A file whose encoding a line diff cannot carry is refused by name, with the remedy."""
    source = SourceText("main.tex", "one\ntwo\n", encoding, b"")
    with pytest.raises(TexscholarError, match=f"^main.tex: is in {encoding}, .* convert it to UTF-8$"):
        render_diff([edited(source, (3, 3, "x"))])


def test_character_without_encoding() -> None:
    """An insertion that the file's encoding lacks is refused by name."""
    with pytest.raises(TexscholarError, match=r"^main\.tex: 'ł' cannot be written in latin-1"):
        render_diff([edited(SourceText("main.tex", "a\n", "latin-1"), (1, 1, "ł"))])


@pytest.mark.parametrize(
    ("gap", "hunks"), [(1, 1), (6, 1), (7, 2), (12, 2)], ids=["near", "touching context", "one line between", "far"]
)
def test_hunks_merge_as_in_git(gap: int, hunks: int, repository: Path) -> None:
    """Changed lines share a hunk exactly where git lets them."""
    starts = [match for match, char in enumerate(LINES) if LINES[match - 1] == "\n" and char == "l"]
    both = change(LINES, (starts[5], starts[5], "x"), (starts[6 + gap], starts[6 + gap], "y"))
    diff = render_diff([both])
    write_files(repository, {"main.tex": both.old_bytes})
    git(repository, "add", ".")
    write_files(repository, {"main.tex": both.new_bytes})
    theirs = git(repository, "diff").stdout
    bare = [line.partition(b" @@")[0] for line in theirs.splitlines() if line.startswith(b"@@")]
    assert (hunks, bare) == (
        diff.count(b"\n@@ "),
        [line.partition(b" @@")[0] for line in diff.splitlines() if line.startswith(b"@@")],
    )


# -- what git and our own reader make of it

TABLE = {
    "crlf": change("one\r\ntwo\r\nthree\r\n", (3, 3, "~\\cite{a}"), (10, 10, "\r\nmore")),
    "mixed line ends": change("one\r\ntwo\nthree\rfour\n", (3, 3, "x"), (8, 8, "y"), (14, 14, "z")),
    "lone carriage returns": change("one\rtwo\rthree", (3, 3, "x"), (13, 13, "\r")),
    "insertion in a last line without newline": change("one\ntwo", (5, 5, "x")),
    "insertion after a last line without newline": change("one\ntwo", (7, 7, "\nthree")),
    "newline given to the last line": change("one\ntwo", (7, 7, "\n")),
    "newline taken from the last line": change("one\ntwo\n", (7, 8, "")),
    "last line without newline stays": change("one\ntwo", (0, 0, "x")),
    "insertion at the very end": change("one\ntwo\n", (8, 8, "three\n")),
    "insertion at the very start": change("one\ntwo\n", (0, 0, "zero\n")),
    "empty file": change("", (0, 0, "one\ntwo\n")),
    "empty file gets a line without newline": change("", (0, 0, "one")),
    "file of one newline": change("\n", (0, 0, "one")),
    "everything goes": change("one\ntwo\n", (0, 8, "")),
    "latin-1": edited(decode(b"\\'e \xe9\xff\nb\n", "main.tex"), (0, 0, "\xfc")),
    "cp1252": edited(SourceText("main.tex", "“a”\n€\n", "cp1252"), (3, 3, "—")),
    "utf-8 mark": edited(decode(b"\xef\xbb\xbfone\ntwo\n", "main.tex"), (0, 0, "x"), (4, 4, "y")),
    "mark of an empty file": edited(decode(b"\xef\xbb\xbf", "main.tex"), (0, 0, "x\n")),
    "several edits in a line": change("one two three\n", (3, 3, "x"), (7, 7, "y"), (8, 13, "z")),
    "edits on adjacent lines": change("one\ntwo\nthree\n", (3, 3, "x"), (7, 7, "y"), (13, 13, "z")),
    "edit over several lines": change(LINES, (10, 40, "x\ny")),
    "edit up to a line's start": change(LINES, (7, 14, ""), (14, 14, "x")),
    "edits that meet": change(LINES, (7, 10, "x"), (10, 20, "y\n")),
    "whole lines after a line without change": change(LINES, (7, 7, "line 2\n")),
    "form feeds and odd line ends": change("a\x0cb\x0bc\u2028d\x85e\n", (1, 1, "x"), (9, 9, "y")),
    "lines that look like a diff": change(
        "-- a/x\n++ b/x\n@@ -1 +1 @@\ndiff --git a/x b/x\n", (0, 6, "--"), (14, 14, "+")
    ),
    "a page of one line": change("word " * 20_000, (50_000, 50_000, "~\\cite{a}")),
}


@pytest.mark.parametrize("each", TABLE.values(), ids=TABLE.keys())
def test_git_applies(each: FileChange, repository: Path) -> None:
    """Git makes the new bytes of the old ones."""
    assert by_git(repository, [each]) == [each.new_bytes]


@pytest.mark.parametrize("each", TABLE.values(), ids=TABLE.keys())
def test_we_apply(each: FileChange) -> None:
    """Our own reader makes the new bytes of the old ones."""
    assert by_us([each]) == [each.new_bytes]


ALPHABET = st.sampled_from(
    ["a", "b", " ", "\t", "\n", "\n", "\r\n", "\r", "é", "ł", "-", "+", "@@ ", "\\", "\x0c", "\x85"]
)


@st.composite
def file_changes(draw: st.DrawFn) -> tuple[str, str, bytes, tuple[Edit, ...]]:
    """A text, its encoding and mark, and disjoint edits; few lines, so that edits meet in every way."""
    encoding = draw(st.sampled_from(["utf-8", "latin-1"]))
    letters = ALPHABET if encoding == "utf-8" else ALPHABET.filter(lambda char: char != "ł")
    short = st.lists(letters, max_size=6).map("".join)
    text = draw(st.lists(st.one_of(short, st.just("c\n" * 4)), max_size=12).map("".join))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
    spans = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    kept = [span for at, span in enumerate(spans) if at == 0 or span != spans[at - 1]]
    return (
        text,
        encoding,
        draw(st.sampled_from([b"", b"\xef\xbb\xbf"])),
        tuple(Edit(span, draw(short)) for span in kept),
    )


@given(st.lists(file_changes(), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_random_edits(cases: list[tuple[str, str, bytes, tuple[Edit, ...]]]) -> None:
    """Whatever the texts and the edits, git and our own reader make the same new bytes of one diff."""
    changes = [
        FileChange(f"{number}.tex", SourceText(f"{number}.tex", text, encoding, bom), edits)
        for number, (text, encoding, bom, edits) in enumerate(cases)
    ]
    new = [each.new_bytes for each in changes]
    assert by_us(changes) == new
    if render_diff(changes):
        with tempfile.TemporaryDirectory() as folder:
            assert by_git(Path(folder), changes) == new


# -- hostile paths and settings

PATHS = ["a b.tex", "müller/über.tex", 'quo"te.tex', "back\\slash.tex", "tab\there.tex", "new\nline.tex", " lead.tex",
         "trail ", "b/a/x.tex", "\udce9.tex", "日本語 論文.tex", "a\rb.tex", "\x7f.tex", "--- a"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("quote", ["core.quotePath=true", "core.quotePath=false"])
def test_path(path: str, quote: str, repository: Path) -> None:
    """A file of any name is found by git, whatever its setting, and by our own reader."""
    each = change("one\ntwo\n", (3, 3, "x"), path=path)
    assert (by_git(repository, [each], "-c", quote), by_us([each])) == ([each.new_bytes], [each.new_bytes])


@pytest.mark.parametrize("path", ["main.tex", *PATHS])
def test_path_as_git_writes_it(path: str, repository: Path) -> None:
    """A path is quoted as git quotes it, and comes back."""
    write_files(repository, {path: b""})
    git(repository, "add", ".")
    written = git(repository, "ls-files").stdout.rstrip(b"\n")
    assert (written, path) == (quote_path(path).encode(), unquote_path(written))


@given(st.binary())
def test_any_bytes_are_a_path(data: bytes) -> None:
    """No bytes in place of a path make the reader of paths fail."""
    assert isinstance(unquote_path(b'"' + data + b'"'), str)


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_path_round_trip(path: str) -> None:
    """Unquoting takes back quoting."""
    assert unquote_path(quote_path(path).encode()) == path


@pytest.mark.parametrize(
    "setting",
    ["core.autocrlf=input", "core.quotePath=false", "apply.whitespace=warn", "apply.ignoreWhitespace=change",
     "diff.noprefix=true", "diff.mnemonicPrefix=true", "core.safecrlf=true", "apply.whitespace=error",
     "diff.suppressBlankEmpty=true"],
)  # fmt: skip
@pytest.mark.parametrize(
    "name", ["crlf", "mixed line ends", "several edits in a line", "insertion in a last line without newline"]
)
def test_git_setting(setting: str, name: str, repository: Path) -> None:
    """These settings of git do not change what it makes of a diff."""
    assert by_git(repository, [TABLE[name]], "-c", setting) == [TABLE[name].new_bytes]


def test_mode_stays(repository: Path) -> None:
    """Git keeps the mode of an executable file and has nothing to say about it."""
    each = change("one\n", (3, 3, "x"))
    write_files(repository, {"main.tex": each.old_bytes})
    (repository / "main.tex").chmod(0o755)
    done = git(repository, "apply", stdin=render_diff([each]))
    assert (done.stderr, (repository / "main.tex").stat().st_mode & 0o777) == (b"", 0o755)


@pytest.mark.parametrize("way", ["--index", "--cached", "--3way"])
def test_ways_of_git(way: str, repository: Path) -> None:
    """Git can apply a diff to its index, and merge it into a file that has changed elsewhere."""
    each = change(LINES, (6, 6, "x"))
    write_files(repository, {"main.tex": each.old_bytes})
    git(repository, "add", ".")
    git(repository, "apply", way, stdin=render_diff([each]))
    assert git(repository, "show", ":main.tex").stdout == each.new_bytes


def test_repository_of_another_hash(tmp_path: Path) -> None:
    """A diff with SHA-1 names applies in a repository of SHA-256 ones."""
    git(tmp_path, "init", "-q", "--object-format=sha256")
    each = change(LINES, (6, 6, "x"))
    assert by_git(tmp_path, [each]) == [each.new_bytes]


def test_patch_program(tmp_path: Path) -> None:
    """Taken back with ``git apply -R``, a diff gives the old bytes."""
    each = TABLE["crlf"]
    assert by_git(tmp_path, [each]) == [each.new_bytes]
    git(tmp_path, "apply", "-R", stdin=render_diff([each]))
    assert (tmp_path / "main.tex").read_bytes() == each.old_bytes


# -- reading back

DIFF = render_diff(
    [change(LINES, (6, 6, " x"), (100, 100, "y"), (190, 190, "z")), change("a\nb", (3, 3, "c"), path="b.tex")]
)


def test_hunk_removed_by_hand() -> None:
    """A hunk that was taken out of a patch is not made; the others stay at their places."""
    head, first, *others = DIFF.split(b"\n@@ ")
    parts = read_diff(b"\n@@ ".join([head, *others]), "p")
    assert parts[0].apply(LINES.encode()) == (LINES[:100] + "y" + LINES[100:190] + "z" + LINES[190:]).encode()
    assert b"+line 1 x\n" in first


def test_all_hunks_of_a_file_removed_by_hand() -> None:
    """A file without hunks stays as it is."""
    head = DIFF.split(b"\n@@ ")[0] + b"\n"
    assert read_diff(head, "p")[0].apply(LINES.encode()) == LINES.encode()


@pytest.mark.parametrize("between", [b"\n", b"\n\n", b"# why not\n"])
def test_left_between_hunks(between: bytes) -> None:
    """Empty lines and comments between hunks are passed over, and no hunk with them."""
    wide = DIFF.replace(b"\n@@ ", b"\n" + between + b"@@ ").replace(b"\ndiff ", b"\n" + between + b"diff ")
    assert read_diff(wide, "p") == read_diff(DIFF, "p")


def test_mailed_patch() -> None:
    """The signature under a mailed patch ends it."""
    assert read_diff(DIFF + b"-- \n2.39.5\n\n", "p") == read_diff(DIFF, "p")


def test_stripped_context() -> None:
    """An empty line of context stays one after an editor has taken its blank away."""
    each = change("one\n\ntwo\n", (0, 0, "x"))
    assert read_diff(render_diff([each]).replace(b"\n \n", b"\n\n"), "p")[0].apply(each.old_bytes) == each.new_bytes


@pytest.mark.parametrize("options", [(), ("-U0",), ("--full-index",), ("--no-index",)])
def test_diff_of_git(options: tuple[str, ...], repository: Path) -> None:
    """A diff that git wrote for a change of text is applied too."""
    new = (LINES[:6] + " x" + LINES[6:100] + "y" + LINES[100:]).encode()
    write_files(repository, {"main.tex": LINES})
    git(repository, "add", ".")
    write_files(repository, {"main.tex": new, "new/main.tex": new, "old/main.tex": LINES})
    if "--no-index" in options:
        diff = git(repository, "diff", *options, "old/main.tex", "new/main.tex", check=False).stdout
        diff = diff.replace(b"a/old/", b"a/").replace(b"b/new/", b"b/")
    else:
        diff = git(repository, "diff", *options).stdout
    assert read_diff(diff, "p")[0].apply(LINES.encode()) == new


def test_diff_of_git_in_repository_of_another_hash(tmp_path: Path) -> None:
    """The longer names of a SHA-256 repository are understood, shortened or whole."""
    git(tmp_path, "init", "-q", "--object-format=sha256")
    write_files(tmp_path, {"main.tex": "one\n"})
    git(tmp_path, "add", ".")
    write_files(tmp_path, {"main.tex": "two\n"})
    for options in ([], ["--full-index"]):
        patch = read_diff(git(tmp_path, "diff", *options).stdout, "p")[0]
        assert patch.apply(b"one\n") == b"two\n"
        with pytest.raises(TexscholarError, match="has changed"):
            patch.apply(b"one\nmore\n")


def test_escaping_path_is_read_as_it_is() -> None:
    """A path that leads elsewhere is not made harmless here: whoever opens files refuses it."""
    diff = DIFF.replace(b"/b.tex", b"/../../b.tex")
    assert [patch.path for patch in read_diff(diff, "p")] == ["main.tex", "../../b.tex"]


SMALL = render_diff([change("a\nb\n", (1, 1, "x"))])
REFUSED = {
    "nothing": (b"", "holds no diff"),
    "garbage": (b"\x00\xff garbage\n", "holds no diff"),
    "a head alone": (b"diff --git a/x b/x\n", "cut short"),
    "no blob is named where the head is cut": (SMALL[: SMALL.index(b"+++")], "cut short"),
    "cut in a hunk's head": (SMALL[: SMALL.index(b" @@\n")], "cut short or damaged"),
    "cut after a hunk's head": (SMALL[: SMALL.index(b"-a")], "cut short or damaged"),
    "cut between a hunk's lines": (SMALL[: SMALL.index(b"+ax")], "cut short or damaged"),
    "cut in a hunk's line": (SMALL[:-2], "cut short or damaged"),
    "a line too many": (SMALL + b"+more\n", "cut short or damaged"),
    "a line too few": (SMALL.replace(b"-a\n", b""), "cut short or damaged"),
    "a head removed and its lines left": (SMALL.replace(b"@@ -1,2 +1,2 @@\n", b""), "cut short or damaged"),
    "a word in the middle": (SMALL.replace(b"-a", b"a"), "cut short or damaged"),
    "a count that lies": (SMALL.replace(b"-1,2 +1,2", b"-1,1 +1,2"), "cut short or damaged"),
    "an endless count": (SMALL.replace(b"-1,2", b"-1," + b"9" * 5000), "cut short or damaged"),
    "a mark without a line": (SMALL.replace(b"-a", b"\\ No newline at end of file\n-a"), "cut short or damaged"),
    "line ends changed": (SMALL.replace(b"\n", b"\r\n"), "cut short"),
    "a new file": (b"diff --git a/x b/x\nnew file mode 100644\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+a\n", "add"),
    "a deleted file": (b"diff --git a/x b/x\n--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n", "adds or deletes"),
    "a renamed file": (b"diff --git a/x b/y\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-a\n+b\n", "renames"),
    "a mode": (b"diff --git a/x b/x\nold mode 100644\nnew mode 100755\n", "cut short, or renames"),
    "a binary file": (b"diff --git a/x b/x\nindex 1234..abcd\nBinary files a/x and b/x differ\n", "cut short, or"),
    "no prefixes": (SMALL.replace(b" a/main", b" main").replace(b" b/main", b" main"), "cut short, or renames"),
    "one file twice": (SMALL + SMALL, "changes main.tex twice"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_patch(data: bytes, reason: str) -> None:
    """What is no such patch, or is damaged, is refused in one line that names the patch."""
    with pytest.raises(TexscholarError, match=rf"^fill\.patch:.*{reason}"):
        read_diff(data, "fill.patch")


WHOLE = render_diff([change(LINES, (6, 6, " x"), (100, 100, "y")), change(LINES, (9, 9, "z"), path="b.tex")])


@given(st.integers(0, len(WHOLE)))
def test_patch_cut_anywhere(length: int) -> None:
    """A patch that is cut short is refused, or it is one from whose end whole hunks are missing."""
    hunks = [(patch.path, hunk) for patch in read_diff(WHOLE, "p") for hunk in patch.hunks]
    try:
        left = [(patch.path, hunk) for patch in read_diff(WHOLE[:length], "p") for hunk in patch.hunks]
    except TexscholarError:
        left = []
    assert left == hunks[: len(left)]


@given(st.lists(st.tuples(st.integers(0, len(DIFF) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_damaged_bytes(damage: list[tuple[int, int]]) -> None:
    """Whatever bytes of a patch are damaged, it is read or refused in one line."""
    data = bytearray(DIFF)
    for at, byte in damage:
        data[at] = byte
    try:
        for patch in read_diff(bytes(data), "p"):
            patch.apply(LINES.encode())
    except TexscholarError as error:
        assert "\n" not in str(error)  # noqa: PT017 - most damage is refused, some leaves a patch


@pytest.mark.parametrize("old", [b"", LINES.encode() + b"more\n", LINES.replace("line 30", "line").encode()])
def test_changed_file(old: bytes) -> None:
    """A file that has changed since, be it far from every hunk, is refused by name."""
    with pytest.raises(TexscholarError, match=r"^main\.tex: has changed since"):
        read_diff(DIFF, "p")[0].apply(old)


NAMELESS = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n"


@pytest.mark.parametrize(
    ("hunk", "line"),
    [
        (b"@@ -2 +2 @@\n-one\n+x\n", 2),
        (b"@@ -1,2 +0,0 @@\n-one\n-x\n", 1),
        (b"@@ -9,0 +10 @@\n+x\n", 10),
        (b"@@ -0,1 +1 @@\n-one\n+x\n", 1),
        (b"@@ -2 +2 @@\n-two\n+x\n@@ -1 +1 @@\n-one\n+y\n", 1),
        (b"@@ -1 +1 @@\n-one\n+x\n\\ No newline at end of file\n", 1),
    ],
    ids=["another line", "more lines", "beyond the end", "before the start", "out of order", "open line inside"],
)  # fmt: skip
def test_hunk_that_does_not_fit(hunk: bytes, line: int) -> None:
    """Without a blob name each hunk must fit exactly at its place; the line where it does not is named."""
    with pytest.raises(TexscholarError, match=rf"^x:{line}: does not hold the lines"):
        read_diff(NAMELESS + hunk, "p")[0].apply(b"one\ntwo\n")


def test_large_file_is_quick() -> None:
    """A hundred thousand lines with an edit in every tenth are rendered and read in linear time."""
    text = "word\n" * 100_000
    edits = tuple(Edit(Span(at, at), "x") for at in range(4, len(text), 50))
    each = FileChange("main.tex", SourceText("main.tex", text), edits)
    assert by_us([each]) == [each.new_bytes]


def test_autocrlf_breaks_by_nature(repository: Path) -> None:
    """Under core.autocrlf=true git itself turns the line ends of a file it writes into CRLF; ours are kept."""
    each = change("one\ntwo\n", (3, 3, "x"))
    theirs = by_git(repository, [each], "-c", "core.autocrlf=true")
    assert (theirs, by_us([each])) == ([b"onex\r\ntwo\r\n"], [each.new_bytes])


def test_whitespace_error_breaks_by_nature(repository: Path) -> None:
    """Under apply.whitespace=error git refuses a line that ends in a blank, even where its author left it there."""
    each = change("one \ntwo\n", (3, 3, "x"))
    write_files(repository, {"main.tex": each.old_bytes})
    done = git(repository, "-c", "apply.whitespace=error", "apply", stdin=render_diff([each]), check=False)
    assert (done.returncode, by_us([each])) == (128, [each.new_bytes])
