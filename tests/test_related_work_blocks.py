"""Blocks of drafts: what their lines say, how they are read back, and how ``fill --refresh`` treats them in a repository."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import REPOSITORY, git, write_files
from texscholar.bibtex import Author, Work
from texscholar.latex import Block, CiteStyle, TexFile, scan
from texscholar.latex.blocks import digest
from texscholar.recommend import Candidature
from texscholar.related_work import Hand, Plan, Theme, block, draft
from texscholar.source import SourceText

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Result, Run

HEAD, TAIL = "\\documentclass{article}\n\\begin{document}\nBefore.\n\n", "\n\nAfter.\n\\end{document}\n"


def tex(text: str) -> TexFile:
    return TexFile(scan(SourceText("main.tex", text)), {})


def work(key: str, title: str = "Dropout", year: int = 2020) -> Candidature:
    return Candidature(key, Work(title, (Author("Ames"),), year), "shelf")


def written(*works: Candidature, topic: str = "dropout", added: tuple[str, ...] = (), model: str = "no model") -> str:
    planned = Plan(topic, (Theme("", works),), {})
    hand = Hand(CiteStyle("citep", "citet"), lambda each: each.key, "utf-8", ascii_only=False)
    return block(planned, draft(planned, hand), tex(HEAD + TAIL), model, key=hand.key, added=added)


def read(text: str) -> tuple[Block, ...]:
    return tex(HEAD + text + TAIL).blocks


# -- what a block says of itself


def test_golden_block() -> None:
    """The comment lines name the topic, who wrote it, its hash, its records and the entries that it brought."""
    text = written(*(work(f"anauthor{n}", f"Title {n}") for n in range(2012, 2016)), added=("anauthor2012",), model="m")
    assert re.sub(r"[0-9a-f]{16}", "HASH", text) == (
        "% texscholar: begin related-work: dropout\n"
        "% texscholar: outline of 4 records, m, sha256 HASH; edit freely\n"
        "% texscholar: records anauthor2012, anauthor2013, anauthor2014, anauthor2015\n"
        "% texscholar: new entries anauthor2012\n"
        "\\citet{anauthor2012} presents ``Title 2012''. In the same year,\n"
        "\\citet{anauthor2013} presents ``Title 2013''. A further study is ``Title 2014''\n"
        "by \\citet{anauthor2014}. ``Title 2015'' is due to \\citet{anauthor2015}.\n"
        "% texscholar: end related-work"
    )


def test_what_a_block_says_is_read_back() -> None:
    """Topic, keys, entries, model, and that nobody touched it; lists of keys take as many lines as they need."""
    keys = tuple(f"somebody{n}something" for n in range(2000, 2009))
    text = written(*map(work, keys), added=keys[:5], model="model lfm2.gguf, seed 3")
    (found,) = read(text)
    assert (found.topic, found.keys, found.added, found.model) == ("dropout", keys, keys[:5], "model lfm2.gguf, seed 3")
    assert found.is_untouched
    lines = text.splitlines()
    assert sum(line.startswith("% texscholar: records") for line in lines) == 5
    assert max(len(line) for line in lines if not line.endswith("edit freely")) <= 80


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=","), min_size=1, max_size=100),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_any_keys_come_back(keys: list[str]) -> None:
    """Whatever keys are made of, each stands on one comment line and comes back."""
    text = written(*map(work, keys))
    head = text[: text.index("\\citet")]
    assert all(line.startswith("% texscholar: ") for line in head.splitlines())
    assert tex(HEAD + head + "% texscholar: end related-work" + TAIL).blocks[0].keys == tuple(keys)


# -- whether it was touched

DRAFT = written(work("a"), work("b", "More"))
OLD = re.sub(r"% texscholar: (?:records|new entries).*\n", "", DRAFT)


@pytest.mark.parametrize(
    ("text", "untouched"),
    [
        (DRAFT, True),
        (DRAFT.replace("% texscholar: outline", "% texscholar: topic Noise\n% texscholar: outline"), True),
        (DRAFT.replace("\n", "\r\n"), True),
        (DRAFT.replace("\n", "\r"), True),
        (OLD, True),
        (DRAFT.replace(": dropout", ": dropout and noise"), True),
        (DRAFT.replace("% texscholar: records a, b\n", "% texscholar: records a\n"), True),
        ("  " + DRAFT, True),
        (DRAFT.replace("presents", "present", 1), False),
        (DRAFT.replace("presents", "presents ", 1), False),
        (DRAFT.replace("\n\\citet{a}", "\n\n\\citet{a}"), False),
        (DRAFT.replace("\n% texscholar: end", "\nMine.\n% texscholar: end"), False),
        (DRAFT.replace("\n% texscholar: end", "\n% mine\n% texscholar: end"), False),
        (DRAFT.replace("\n% texscholar: end", "\n  % texscholar: end"), False),
        (DRAFT.replace("\\citet{a}", "\\cite{a}"), False),
        (re.sub(r"sha256 \w+", "sha256 0123456789abcdef", DRAFT), False),
        (re.sub(r"% texscholar: outline.*\n", "", DRAFT), False),
        ("% texscholar: begin related-work\n% texscholar: end related-work", False),
    ],
)
def test_untouched(text: str, untouched: bool) -> None:
    """What stands between the comment lines decides, letter by letter, but for line ends."""
    (found,) = read(text)
    assert found.is_untouched is untouched


def test_the_hash_is_of_the_draft() -> None:
    """As anybody can check with sha256sum, whatever the line ends."""
    assert digest("a\nb") == digest("a\r\nb") == digest("a\rb") != digest("a b")
    assert digest("") == "e3b0c44298fc1c14"


BEGIN, END = "% texscholar: begin related-work: x", "% texscholar: end related-work"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("No block.", []),
        (END, []),
        ("\\begin{verbatim}\n" + DRAFT + "\n\\end{verbatim}", []),
        ("\\iffalse\n" + DRAFT + "\n\\fi", []),
        (f"\\newcommand\\x{{}}% {BEGIN}\n% {END}", []),
        (BEGIN, [(False, False)]),
        (f"{BEGIN}\n{DRAFT}", [(False, False), (True, True)]),
        (f"{DRAFT}\n{END}", [(True, True)]),
        (f"{DRAFT}\n\n{DRAFT}", [(True, True), (True, True)]),
        (f"{BEGIN}\nOne.\n{DRAFT}\nTwo.\n{END}", [(False, False), (True, True)]),
        (DRAFT.replace(END, ""), [(False, False)]),
        (f"Text. {DRAFT}", [(True, True)]),
    ],
)
def test_blocks_as_they_stand(text: str, found: list[tuple[bool, bool]]) -> None:
    """Closed or not, untouched or not: live comments only, the inner one of two, no end without a begin."""
    assert [(each.body is not None, each.is_untouched) for each in read(text)] == found


@given(st.lists(st.sampled_from([BEGIN, END, DRAFT, "Text.", "% a comment", "", "{", "\\verb|x|"]), max_size=8))
def test_blocks_are_ordered_and_disjoint(pieces: list[str]) -> None:
    """In any order of their lines blocks share no text, and only whole ones count as untouched."""
    file = tex(HEAD + "\n".join(pieces) + TAIL)
    for one, other in zip(file.blocks, file.blocks[1:], strict=False):
        assert one.span.end <= other.span.start
    assert all(file.source.slice(each.span) == DRAFT for each in file.blocks if each.is_untouched)


# -- in a repository

PAPER = """\
\\documentclass{article}
\\usepackage{natbib}
\\begin{document}
\\section{Related Work}
% TODO related-work: dropout
Our layers differ from all of them.

\\section{Training}
Some earlier networks were trained with Adam, a stochastic optimizer.
\\bibliography{refs}
\\end{document}
"""


def entry(key: str, title: str, author: str, year: int) -> str:
    return f"@article{{{key},\n  title = {{{title}}},\n  author = {{{author}}},\n  year = {{{year}}},\n}}\n\n"


OWN = entry("kingma2015adam", "Adam: A Method for Stochastic Optimization", "Kingma, Diederik P. and Ba, Jimmy", 2015)
LIBRARY = entry("ames2014dropout", "Dropout for Recurrent Networks", "Ames, Ann", 2014) + entry(
    "bly2016dropout", "Dropout in Convolutional Layers", "Bly, Bo and Cole, Cy", 2016
)
NEWER = entry("dunn2019dropout", "Dropout on Graphs", "Dunn, Di", 2019)


@pytest.fixture
def repository(tmp_path: Path, texscholar: Run) -> Path:
    """A paper whose marker is filled, committed before and after; its folder."""
    folder = tmp_path / "paper"
    settings = 'libraries = ["library.bib"]\n'
    write_files(folder, {"main.tex": PAPER, "refs.bib": OWN, "library.bib": LIBRARY, ".texscholar.toml": settings})
    git(folder, "init", "-q")
    commit(folder)
    texscholar("fill", "main.tex", "--only", "related-work", "--apply", cwd=folder)
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a state")


def refreshed(texscholar: Run, folder: Path, *options: str) -> Result:
    return texscholar("fill", "main.tex", "--only", "related-work", "--refresh", "--apply", *options, cwd=folder)


def rewrite(folder: Path, old: str, new: str, name: str = "main.tex") -> None:
    text = (folder / name).read_bytes().decode()
    assert old in text
    (folder / name).write_bytes(text.replace(old, new).encode())


def changed(folder: Path) -> list[str]:
    return git(folder, "diff", "--name-only").stdout.decode().split()


def draft_in(folder: Path) -> str:
    text = (folder / "main.tex").read_bytes().decode()
    return text[text.index("% texscholar: begin") : text.index(END) + len(END)]


@pytest.mark.parametrize("options", [(), ("--refresh",), ("--min-confidence", "0"), ("--refresh", "--seed", "0")])
def test_a_second_run_changes_nothing(texscholar: Run, repository: Path, options: tuple[str, ...]) -> None:
    """A filled marker is no marker, its works are discussed, and written anew the draft would be the same."""
    again = texscholar("fill", "main.tex", "--only", "related-work", *options, cwd=repository)
    assert (again.code, again.out) == (0, b"")
    assert "nothing to suggest" in again.err
    assert changed(repository) == []


def test_our_own_sentences_lack_no_citation(texscholar: Run, repository: Path) -> None:
    """Even when every uncited sentence is listed, none of an untouched draft is; of an edited one the author's are."""

    def uncited() -> list[str]:
        found = texscholar("fill", "main.tex", "--format", "json", "--min-confidence", "0", cwd=repository)
        return [each["text"] for each in json.loads(found.out)["suggestions"]]

    before = uncited()
    assert [text for text in before if "Dropout" in text] == []
    rewrite(repository, f"\n{END}", f"\nDropout was found to help with recurrent networks.\n{END}")
    assert [text for text in uncited() if text not in before] == ["Dropout was found to help with recurrent networks."]


def test_the_example_is_filled_once(texscholar: Run, example: Path) -> None:
    """Two drafts, fifteen entries; after that neither a run nor a refresh proposes anything, with its library or without."""
    only = ("--only", "related-work")
    texscholar("fill", example, *only, "--apply", cwd=example.parent)
    assert texscholar("fill", example, *only, cwd=example.parent).out == b""
    assert texscholar("fill", example, *only, "--refresh", cwd=example.parent).out == b""
    (example.parent / "library.bib").write_bytes(b"")
    assert texscholar("fill", example, *only, "--refresh", cwd=example.parent).out == b""


def test_refresh_with_a_larger_library(texscholar: Run, repository: Path) -> None:
    """The new work joins, nothing but the block and the end of the .bib changes, and a second refresh has nothing to do."""
    before = (repository / "main.tex").read_text()
    old = draft_in(repository)
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    commit(repository)
    untouched = texscholar("fill", "main.tex", "--only", "related-work", cwd=repository)
    assert untouched.out == b""  # without --refresh it is left alone
    refreshed(texscholar, repository)
    new = draft_in(repository)
    assert changed(repository) == ["main.tex", "refs.bib"]
    assert (repository / "main.tex").read_text() == before.replace(old, new)
    assert "\\citet{dunn2019dropout} presents" in new or "by \\citet{dunn2019dropout}" in new
    assert "% texscholar: new entries ames2014dropout, bly2016dropout, dunn2019dropout\n" in new
    entries = re.findall(r"^@\w+\{(\S+),", (repository / "refs.bib").read_text(), re.MULTILINE)
    assert sorted(entries) == ["ames2014dropout", "bly2016dropout", "dunn2019dropout", "kingma2015adam"]
    commit(repository)
    assert refreshed(texscholar, repository).out == b""
    assert changed(repository) == []


def test_the_diff_of_a_refresh(texscholar: Run, repository: Path) -> None:
    """Git takes the patch, and every line it removes stood in the block."""
    old = draft_in(repository)
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    patch = texscholar("fill", "main.tex", "--only", "related-work", "--refresh", cwd=repository).out
    git(repository, "apply", "-", stdin=patch)
    removed = re.findall(r"^-(?!-- )(.*)$", git(repository, "diff", "--", "main.tex").stdout.decode(), re.MULTILINE)
    assert removed
    assert [line for line in removed if line not in old.splitlines()] == []


def test_the_json_of_a_refresh(texscholar: Run, repository: Path) -> None:
    """It is a suggestion like that of a marker, for the whole block; what is edited stands among what was skipped."""
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    run = ("fill", "main.tex", "--only", "related-work", "--refresh", "--format", "json")
    data = json.loads(texscholar(*run, cwd=repository).out)
    jsonschema.validate(data, json.loads((REPOSITORY / "texscholar/report/suggestions.schema.json").read_text()))
    (suggestion,) = data["suggestions"]
    assert (suggestion["kind"], suggestion["span"]["start"]["line"]) == ("related-work", 5)
    assert suggestion["text"] == draft_in(repository)
    rewrite(repository, "presents ``Dropout for", "introduces ``Dropout for")
    data = json.loads(texscholar(*run, cwd=repository).out)
    assert (data["suggestions"], [each["what"] for each in data["skipped"]]) == (
        [],
        ["main.tex:5 unfilled-related-work"],
    )


def test_an_edited_draft_is_the_authors(texscholar: Run, repository: Path) -> None:
    """A refresh leaves it alone, and says where it stands, why, and what to do."""
    rewrite(repository, "presents ``Dropout for", "introduces ``Dropout for")
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    commit(repository)
    result = refreshed(texscholar, repository)
    assert changed(repository) == []
    assert "main.tex:5 unfilled-related-work: the draft was edited and is yours now" in result.err
    assert "put a marker in its place" in result.err


def test_edits_elsewhere_do_not_matter(texscholar: Run, repository: Path) -> None:
    """Around an untouched draft the author may write what they like; it may even have moved."""
    old = draft_in(repository)
    rewrite(repository, f"{old}\nOur layers", "Our own layers")
    rewrite(repository, "\\bibliography{refs}", f"\\subsection{{Related}}\n{old}\n\\bibliography{{refs}}")
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    commit(repository)
    before = (repository / "main.tex").read_text()
    refreshed(texscholar, repository)
    new = draft_in(repository)
    assert "dunn2019dropout" in new
    assert (repository / "main.tex").read_text() == before.replace(old, new)


def test_a_checkout_with_other_line_ends(texscholar: Run, repository: Path) -> None:
    """Where git checks the file out with CRLF the draft still counts as untouched, and stays in CRLF."""
    write_files(repository, {".gitattributes": "*.tex text eol=crlf\n"})
    commit(repository)
    (repository / "main.tex").unlink()
    git(repository, "checkout", "main.tex")
    assert b"edit freely\r\n" in (repository / "main.tex").read_bytes()
    assert refreshed(texscholar, repository).out == b""
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    refreshed(texscholar, repository)
    text = (repository / "main.tex").read_bytes()
    assert b"dunn2019dropout" in text
    assert re.findall(rb"(?<!\r)\n", text) == []


def test_another_length(texscholar: Run, repository: Path) -> None:
    """A refresh with another length writes the draft in it, and back."""
    more = "".join(entry(f"e{n}", f"Dropout with {word}", "Egan, Ed", 2000 + n) for n, word in enumerate("ABCD"))
    rewrite(repository, LIBRARY, LIBRARY + more.replace("with A", "with Maxout"), "library.bib")
    refreshed(texscholar, repository)
    medium = draft_in(repository)
    commit(repository)
    refreshed(texscholar, repository, "--length", "short")
    short = draft_in(repository)
    commit(repository)
    refreshed(texscholar, repository, "--length", "medium")
    assert draft_in(repository) == medium
    assert len(short) < len(medium)


def test_the_begin_line_decides_on_the_topic(texscholar: Run, repository: Path) -> None:
    """Its words are the marker's; whoever changes them, and not the draft, gets one on what they say now."""
    rewrite(repository, LIBRARY, LIBRARY + entry("egan", "Beam Search at Work", "Egan, Ed", 2018), "library.bib")
    rewrite(repository, "related-work: dropout", "related-work: beam search")
    refreshed(texscholar, repository)
    assert "% texscholar: begin related-work: beam search\n" in draft_in(repository)
    assert "Beam Search at Work" in draft_in(repository)
    assert "Dropout" not in draft_in(repository)


def test_a_marker_without_words(texscholar: Run, repository: Path) -> None:
    """The begin line says no more than the marker did; the topic found for it stands below, and is looked for again."""
    text = PAPER.replace(": dropout", "").replace("{Related Work}", "{Dropout}")
    write_files(repository, {"main.tex": text, "refs.bib": OWN})
    refreshed(texscholar, repository)
    head = "% texscholar: begin related-work\n% texscholar: topic Dropout\n% texscholar: outline of 2 records,"
    assert draft_in(repository).startswith(head)
    commit(repository)
    assert refreshed(texscholar, repository).out == b""
    assert changed(repository) == []


def test_a_copy_of_a_draft(texscholar: Run, repository: Path) -> None:
    """Of two copies the first is refreshed; the other is left, and told with the place of the first."""
    old = draft_in(repository)
    rewrite(repository, "\\bibliography{refs}", f"{old}\n\\bibliography{{refs}}")
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    result = refreshed(texscholar, repository)
    text = (repository / "main.tex").read_text()
    assert (text.count(old), "dunn2019dropout" in draft_in(repository)) == (1, True)
    assert re.search(r"main\.tex:\d+ unfilled-related-work: a copy of the draft at main\.tex:5;", result.err)


def test_a_draft_without_an_end(texscholar: Run, repository: Path) -> None:
    """Nobody knows how far it goes: it is left, and told."""
    rewrite(repository, f"{END}\n", "")
    commit(repository)
    result = refreshed(texscholar, repository)
    assert changed(repository) == []
    assert "main.tex:5 unfilled-related-work: the draft that begins there has no end line" in result.err


def test_without_its_library(texscholar: Run, repository: Path) -> None:
    """The works that the draft brought are in the .bib: a refresh without the library keeps them all."""
    write_files(repository, {"library.bib": ""})
    commit(repository)
    assert refreshed(texscholar, repository).out == b""
    assert changed(repository) == []


def test_a_work_cited_elsewhere_has_become_an_own_one(texscholar: Run, repository: Path) -> None:
    """An entry that a draft brought, and the author then cites in the same section, is discussed there."""
    rewrite(repository, "Our layers differ", "Our layers differ from those of \\citet{ames2014dropout} and")
    refreshed(texscholar, repository)
    assert "ames2014dropout" not in re.sub(r"% texscholar: new entries.*\n", "", draft_in(repository))
    assert "\\citet{bly2016dropout}" in draft_in(repository)


@pytest.mark.parametrize("options", [("--only", "citations"), ("--only", "entries")])
def test_refresh_is_of_related_work(texscholar: Run, repository: Path, options: tuple[str, ...]) -> None:
    """Where related work is not asked for, nothing is refreshed and nothing told of drafts."""
    rewrite(repository, "presents ``Dropout for", "introduces ``Dropout for")
    result = texscholar("fill", "main.tex", "--refresh", *options, cwd=repository)
    assert "draft" not in result.err


def test_a_silenced_draft(texscholar: Run, repository: Path) -> None:
    """A suppression holds for drafts as for markers."""
    rewrite(repository, "\\section{Related Work}\n", "\\section{Related Work}\n% texscholar: off\n")
    rewrite(repository, LIBRARY, LIBRARY + NEWER, "library.bib")
    commit(repository)
    refreshed(texscholar, repository)
    assert changed(repository) == []
