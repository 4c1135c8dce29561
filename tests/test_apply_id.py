"""Suggestions accepted and rejected one by one, by the ids that a draft's list and the JSON name."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ADAM, PAPER, Result, Run, git, write_files
from test_decisions import YES, cut_of, evidence, insertion, made, patch
from texscholar.errors import TexscholarError
from texscholar.report.overlay import NOTHING
from texscholar.source import Edit, Span
from texscholar.suggest import read_decisions, read_preamble
from texscholar.suggest.decisions import parts_named

PATCH = ".texscholar/suggestions.patch"
LINE = "Some earlier networks were trained with Adam, a stochastic optimizer."
TWICE = PAPER.replace(LINE, f"{LINE} Other networks were tuned with Adam, a stochastic optimizer.")


def fill(folder: Path, texscholar: Run) -> tuple[str, ...]:
    """Suggestions computed; their ids in the order of the patch."""
    done = texscholar("fill", "main.tex", "--model-variant", "none", "--output", PATCH, cwd=folder)
    assert done.code == 0, done.err
    return tuple(each.id for each in read_preamble((folder / PATCH).read_bytes(), PATCH).evidence)


def make(folder: Path, texscholar: Run, files: dict[str, str]) -> tuple[str, ...]:
    settings = {".texscholar.toml": "min_confidence = 0.1\n"}
    write_files(folder, {"main.tex": TWICE, "refs.bib": ADAM, **settings, **files})
    git(folder, "init", "-q")
    return fill(folder, texscholar)


def notes(folder: Path, texscholar: Run) -> str:
    assert texscholar("overlay", "main.tex", "--output", "notes.txsovl", cwd=folder).code == 0
    return (folder / "notes.txsovl").read_text()


def refused(done: Result) -> str:
    """The one line of an error."""
    assert done.code == 2
    (line,) = done.err.splitlines()
    return line


# -- the parts of a line that others changed

WORDS = "One rains. Two pours. Three hails. Four snows.\n"
PLACES = [insertion(WORDS, before, f"~\\cite{{{key}}}") for before, key in ((". Two", "a"), (". Three", "b"), (". Four", "c"), (".\n", "d"))]  # fmt: skip


@pytest.mark.parametrize("told", [True, False], ids=["with evidence", "without"])
@given(done=st.sets(st.integers(0, 3)), lead=st.integers(0, 3))
def test_any_parts_of_a_line_may_be_made_first(told: bool, done: set[int], lead: int) -> None:
    """The others keep their ids and their places, lines above them or not, and all together are the patch."""
    known = [evidence(change, id=str(number)) for number, (_, change) in enumerate(PLACES)] if told else []
    data = patch({"main.tex": (WORDS, [edit for edit, _ in PLACES])}, *known)
    before = {"main.tex": WORDS}
    first = cut_of(data, before)
    ids = [part.id for part in first.parts]
    now = made(before, first, {ids[number]: YES for number in done})
    now = {"main.tex": "New.\n" * lead + now["main.tex"]}
    left = cut_of(data, now)
    assert [part.id for part in left.parts] == [name for number, name in enumerate(ids) if number not in done]
    assert left.made == {ids[number] for number in done}
    assert all(part.line == lead + 1 for part in left.parts)
    whole = made(before, first, dict.fromkeys(ids, YES))["main.tex"]
    assert made(now, left, dict.fromkeys(ids, YES))["main.tex"] == "New.\n" * lead + whole


def test_a_line_that_its_author_changed_too_is_lost() -> None:
    data = patch({"main.tex": (WORDS, [edit for edit, _ in PLACES])}, *(evidence(change) for _, change in PLACES))
    left = cut_of(data, {"main.tex": WORDS.replace("pours", "poured").replace("rains", "rains~\\cite{a}")})
    assert (left.parts, len(left.lost)) == ((), 4)


def test_of_two_lines_none_is_guessed_at() -> None:
    data = patch({"main.tex": (WORDS, [edit for edit, _ in PLACES])}, *(evidence(change) for _, change in PLACES))
    line = WORDS.replace("rains", "rains~\\cite{a}")
    left = cut_of(data, {"main.tex": "New.\n" + line + line})
    assert (left.parts, len(left.made), len(left.lost)) == ((), 1, 3)


def test_a_hostile_patch_takes_no_longer() -> None:
    """Insertions that all say the same at one place do not make the search grow with each of them."""
    text = "Rain falls here.\n"
    edits = [Edit(Span(at % 16, at % 16), "aaa" * (at + 1)) for at in range(16)]
    left = cut_of(patch({"main.tex": (text, edits)}), {"main.tex": f"{'a' * 5000}.\n"})
    assert left.parts == ()


# -- ids


@pytest.fixture(scope="module")
def named() -> tuple[str, ...]:
    return ("abc1", "abd2", "e3")


@pytest.mark.parametrize(
    ("given_ids", "expected"), [(("abc1",), [0]), (("ABC",), [0]), (("e", "abd"), [2, 1]), (("e3", "e"), [2])]
)
def test_a_prefix_is_enough(given_ids: tuple[str, ...], expected: list[int], named: tuple[str, ...]) -> None:
    known = [evidence(change, id=name) for name, (_, change) in zip(named, PLACES[:3], strict=True)]
    found = cut_of(patch({"main.tex": (WORDS, [edit for edit, _ in PLACES[:3]])}, *known), {"main.tex": WORDS})
    ids = [part.id for part in found.parts]
    assert parts_named(found, given_ids, "p") == tuple(ids[number] for number in expected)
    assert parts_named(found, (ids[0][:10],), "p") == (ids[0],)


@pytest.mark.parametrize(
    ("given_id", "message"),
    [
        ("ab", "p: ab may be abc1, abd2; type more of it"),
        ("zz", "p: holds no suggestion zz; here are abc1, abd2, e3"),
        ("", "p: holds no suggestion ; here are abc1, abd2, e3"),
    ],
)
def test_what_is_no_id(given_id: str, message: str, named: tuple[str, ...]) -> None:
    known = [evidence(change, id=name) for name, (_, change) in zip(named, PLACES[:3], strict=True)]
    found = cut_of(patch({"main.tex": (WORDS, [edit for edit, _ in PLACES[:3]])}, *known), {"main.tex": WORDS})
    with pytest.raises(TexscholarError) as error:
        parts_named(found, (given_id,), "p")
    assert str(error.value) == message


# -- the command


def test_one_after_the_other(tmp_path: Path, texscholar: Run) -> None:
    """Two of one line, in either order; the draft shows what is left, and JSON names the same ids."""
    ids = make(tmp_path, texscholar, {})
    assert len(ids) == 2
    listed = json.loads(texscholar("fill", "main.tex", "--model-variant", "none", "--format", "json", cwd=tmp_path).out)
    assert tuple(each["id"] for each in listed["suggestions"]) == ids
    whole = texscholar("fill", "main.tex", "--model-variant", "none", cwd=tmp_path).out
    for order in itertools.permutations(ids):
        write_files(tmp_path, {"main.tex": TWICE})
        one, two = order
        done = texscholar("apply", "--id", one[:6], cwd=tmp_path)
        assert (done.code, done.out) == (0, b"")
        assert done.err == "texscholar: applied 1 of 2 suggestions to main.tex\n"
        assert (tmp_path / "main.tex").read_text().count("\\cite") == 1
        assert "2015" in notes(tmp_path, texscholar)
        assert texscholar("apply", "--id", one, cwd=tmp_path).err.startswith("texscholar: nothing to apply")
        assert texscholar("apply", "--id", two, cwd=tmp_path).code == 0
        assert notes(tmp_path, texscholar) == NOTHING
        git(tmp_path, "apply", "--check", "--reverse", stdin=whole)


def test_several_at_once(tmp_path: Path, texscholar: Run) -> None:
    one, two = make(tmp_path, texscholar, {})
    done = texscholar("apply", "--id", one, "--id", two, cwd=tmp_path)
    assert done.err == "texscholar: applied 2 of 2 suggestions to main.tex\n"


BIBS = {
    "ended": "@book{doe, title = {Rain}, author = {Doe, Ann}, year = 2001}\n",
    "without a last line end": "@book{doe, title = {Rain}, author = {Doe, Ann}, year = 2001}",
    "sorted": "@book{doe, title = {Rain}, author = {Doe, Ann}, year = 2001}\n\n@book{zed, title = {Sun}, author = {Zed, Cy}, year = 2002}\n",
    "with CRLF": "@book{doe, title = {Rain}, author = {Doe, Ann}, year = 2001}\r\n",
}
DROPOUT = """\
@article{srivastava2014dropout,
  title = {Dropout: A Simple Way to Prevent Neural Networks from Overfitting},
  author = {Srivastava, Nitish and Hinton, Geoffrey},
  journal = {Journal of Machine Learning Research},
  year = {2014},
}
"""


@pytest.mark.parametrize("bib", BIBS.values(), ids=BIBS)
def test_shared_entries(bib: str, tmp_path: Path, texscholar: Run) -> None:
    """An entry that two suggestions cite comes with the first of them, once; the entry of a third comes with that."""
    more = (
        "\n\nOther networks were regularised with Dropout, a simple way to prevent neural networks from overfitting.\n"
    )
    files = {
        "main.tex": TWICE.replace("\n\\bibliography", f"{more}\\bibliography"),
        "refs.bib": bib,
        "library.bib": ADAM + DROPOUT,
        ".texscholar.toml": 'libraries = ["library.bib"]\nmin_confidence = 0.1\n',
    }
    ids = make(tmp_path, texscholar, files)
    assert len(ids) == 3
    assert texscholar("apply", PATCH, cwd=tmp_path).code == 0
    whole = (tmp_path / "refs.bib").read_bytes()
    for order in (ids, ids[::-1]):
        write_files(tmp_path, {"main.tex": files["main.tex"], "refs.bib": bib})
        for number, name in enumerate(order, 1):
            done = texscholar("apply", "--id", name, cwd=tmp_path)
            assert done.code == 0, (order, number, done.err)
            entries = (tmp_path / "refs.bib").read_text()
            assert entries.count("@inproceedings{") <= 1
            assert (tmp_path / "main.tex").read_text().count("\\cite") == number
        assert "@article{srivastava2014dropout" in entries
        assert (tmp_path / "refs.bib").read_bytes() == whole


def test_a_draft_is_one_suggestion(example: Path, texscholar: Run) -> None:
    """Its id stands for all its paragraphs, and what stands beside it can be applied before and after."""
    folder, top = example.parent, example.parent.parent
    done = texscholar("fill", "main.tex", "--model-variant", "none", "--output", f"../{PATCH}", cwd=folder)
    assert done.code == 0, done.err
    known = read_preamble((top / PATCH).read_bytes(), PATCH).evidence
    ids = sorted(known, key=lambda each: (each.kind != "related-work", each.id))
    assert ids[0].themes[1:]
    for each in (ids[-1], *ids[:-1]):
        done = texscholar("apply", "--id", each.id, cwd=folder)
        assert done.code == 0, done.err
        assert "nothing to apply" not in done.err
    apart = git(folder, "diff").stdout
    git(folder, "checkout", "-q", ".")
    assert texscholar("apply", f"../{PATCH}", cwd=folder).code == 0
    assert apart == git(folder, "diff").stdout


def test_unknown_ids_write_nothing(tmp_path: Path, texscholar: Run) -> None:
    one, two = make(tmp_path, texscholar, {})
    line = refused(texscholar("apply", "--id", one, "--id", "0f0f", cwd=tmp_path))
    assert line == f"texscholar: error: {PATCH}: holds no suggestion 0f0f; here are {one}, {two}"
    assert (tmp_path / "main.tex").read_text() == TWICE


def test_without_a_patch(tmp_path: Path, texscholar: Run) -> None:
    write_files(tmp_path, {"main.tex": TWICE, "refs.bib": ADAM})
    assert "no such file; `texscholar fill PAPER.tex --output" in refused(
        texscholar("apply", "--id", "a", cwd=tmp_path)
    )


def test_a_place_that_is_gone(tmp_path: Path, texscholar: Run) -> None:
    one, _ = make(tmp_path, texscholar, {})
    write_files(tmp_path, {"main.tex": TWICE.replace("earlier", "early")})
    line = refused(texscholar("apply", "--id", one, cwd=tmp_path))
    assert "main.tex:5: has changed there since the patch was made" in line


def test_a_patch_that_is_named(tmp_path: Path, texscholar: Run) -> None:
    """A patch elsewhere, and one on stdin."""
    one, two = make(tmp_path, texscholar, {})
    data = (tmp_path / PATCH).read_bytes()
    (tmp_path / PATCH).rename(tmp_path / "mine.patch")
    assert texscholar("apply", "mine.patch", "--id", one, cwd=tmp_path).code == 0
    assert texscholar("apply", "-", "--id", two, cwd=tmp_path, stdin=data).code == 0
    assert (tmp_path / "main.tex").read_text().count("\\cite") == 2


def test_reject(tmp_path: Path, texscholar: Run) -> None:
    """What is rejected is neither shown nor suggested again, until it is forgotten or accepted after all."""
    one, two = make(tmp_path, texscholar, {})
    done = texscholar("review", "--reject", one[:5], cwd=tmp_path)
    assert (done.code, done.out) == (0, b"")
    assert (
        done.err == f"texscholar: rejected {one[:5]}: not suggested again; `texscholar review --forget` undoes that\n"
    )
    shown = notes(tmp_path, texscholar)
    assert shown.count("\\txs@entry{main.tex}") == 1
    assert fill(tmp_path, texscholar) == (two,)
    assert fill(tmp_path, texscholar) == (two,)
    assert texscholar("review", "--forget", "all", cwd=tmp_path).code == 0
    assert fill(tmp_path, texscholar) == (one, two)
    # Accepted after all: nothing remembers that it was rejected.
    assert texscholar("review", "--reject", one, cwd=tmp_path).code == 0
    assert texscholar("apply", "--id", one, cwd=tmp_path).code == 0
    assert texscholar("review", "--rejected", cwd=tmp_path).out == b""
    made_of_it = read_decisions((tmp_path / ".texscholar" / "decisions.json").read_bytes(), "d")
    assert made_of_it.parts == {}
    assert (tmp_path / "main.tex").read_text().count("\\cite") == 1


def test_decisions_of_a_review_stay(tmp_path: Path, texscholar: Run) -> None:
    """One that was accepted in a review and not applied yet is applied with the next `texscholar apply`."""
    one, _ = make(tmp_path, texscholar, {})
    data = (tmp_path / PATCH).read_bytes()
    assert texscholar("review", "--reject", one, cwd=tmp_path).code == 0
    file = tmp_path / ".texscholar" / "decisions.json"
    page = json.loads(file.read_text())
    (rejected,) = page["parts"]
    found = cut_of(data, {"main.tex": TWICE})
    (other,) = (part.id for part in found.parts if part.id != rejected)
    page["parts"][other] = {"decision": "accept", "text": "~\\citep[see][]{kingma2015adam}"}
    file.write_text(json.dumps(page))
    assert texscholar("apply", "--id", one, cwd=tmp_path).code == 0
    assert texscholar("apply", cwd=tmp_path).code == 0
    text = (tmp_path / "main.tex").read_text()
    assert text.count("\\cite") == 2
    assert "see" in text


def test_rejecting_what_is_made(tmp_path: Path, texscholar: Run) -> None:
    one, _ = make(tmp_path, texscholar, {})
    assert texscholar("apply", "--id", one, cwd=tmp_path).code == 0
    assert "is in the files already" in refused(texscholar("review", "--reject", one, cwd=tmp_path))


@pytest.mark.parametrize(
    "arguments",
    [("apply", "--id", "a", "--decisions", "x"), ("review", "--reject", "a", "--rejected"), ("review", "--reject", "a", "--forget", "b")],
)  # fmt: skip
def test_what_excludes_each_other(arguments: tuple[str, ...], tmp_path: Path, texscholar: Run) -> None:
    done = texscholar(*arguments, cwd=tmp_path)
    assert done.code == 2
    assert "goes without" in done.err.splitlines()[-1]
