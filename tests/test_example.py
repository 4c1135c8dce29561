"""The main job on the example paper, end to end."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conftest import EXAMPLE, REPOSITORY, Run, git

EXPECTED = json.loads((REPOSITORY / "tests" / "example_expected.json").read_text("utf-8"))
SCHEMA = json.loads((REPOSITORY / "texscholar" / "report" / "suggestions.schema.json").read_text("utf-8"))
ANSWERABLE = ("own-bib", "library", "placeholder", "undefined")


def suggestions_of(texscholar: Run, main: Path, *options: str) -> dict[str, Any]:
    result = texscholar("fill", main, "--format", "json", *options, cwd=main.parent)
    assert (result.code, result.out[:1]) == (0, b"{"), result.err
    data: dict[str, Any] = json.loads(result.out)
    return data


def suggested_at(data: dict[str, Any], place: dict[str, Any]) -> dict[str, Any] | None:
    """The suggestion for a seeded place, found by the first words of its sentence or, for a key, by the key."""
    for suggestion in data["suggestions"]:
        if suggestion["path"] != place["path"]:
            continue
        if place["kind"] == "undefined":
            if suggestion["text"] == place["key"]:
                return dict(suggestion)
        elif " ".join(suggestion["text"].split()).startswith(" ".join(place["starts"].split())):
            return dict(suggestion)
    return None


def test_the_right_key_is_first(texscholar: Run, example: Path) -> None:
    """All answerable places but one at most get a suggestion whose first candidate is the right work."""
    data = suggestions_of(texscholar, example)
    wrong = [
        (place["starts"], place["key"])
        for place in EXPECTED["places"]
        if place["kind"] in ANSWERABLE
        and ((found := suggested_at(data, place)) is None or found["candidates"][0]["key"] != place["key"])
    ]
    assert len(wrong) <= 1, wrong


def test_silence_where_nothing_fits(texscholar: Run, example: Path) -> None:
    """Sentences that no work at hand answers, and ordinary ones, get no suggestion."""
    data = suggestions_of(texscholar, example)
    shown = [
        place["starts"] for place in EXPECTED["places"] if place["kind"] not in ANSWERABLE and suggested_at(data, place)
    ]
    assert shown == []


def test_nothing_unexpected_is_suggested(texscholar: Run, example: Path) -> None:
    """Every citation suggested stands at a place where the paper lacks one."""
    data = suggestions_of(texscholar, example)
    seeded = [suggested_at(data, place) for place in EXPECTED["places"] if place["kind"] in ANSWERABLE]
    ids = {found["id"] for found in seeded if found}
    assert [s["text"] for s in data["suggestions"] if s["kind"] != "related-work" and s["id"] not in ids] == []


def test_markers_are_filled_with_relevant_works(texscholar: Run, example: Path) -> None:
    """Each marker gets at least four works, and most of them are among those a reader would expect."""
    data = suggestions_of(texscholar, example)
    drafts = [suggestion for suggestion in data["suggestions"] if suggestion["kind"] == "related-work"]
    assert len(drafts) == len(EXPECTED["markers"])
    for draft, marker in zip(drafts, EXPECTED["markers"], strict=True):
        keys = {candidate["key"] for candidate in draft["candidates"]}
        assert len(keys) >= 4
        assert len(keys & set(marker["relevant"])) >= 0.75 * len(keys), (keys, marker["topic"])


def test_json_follows_the_schema(texscholar: Run, example: Path) -> None:
    """fill and check print JSON that the schema in the package admits, with and without the threshold."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for options in ((), ("--min-confidence", "0")):
        validator.validate(suggestions_of(texscholar, example, *options))
    checked = texscholar("check", example, "--format", "json", cwd=example.parent)
    assert checked.code == 1
    validator.validate(json.loads(checked.out))


def test_json_places_slice_back(texscholar: Run, example: Path) -> None:
    """Offsets, lines and columns in the JSON point at the text they name, in the CRLF file too."""
    for suggestion in suggestions_of(texscholar, example, "--min-confidence", "0")["suggestions"]:
        text = (example.parent / suggestion["path"]).read_bytes().decode()
        start, end = suggestion["span"]["start"], suggestion["span"]["end"]
        assert text[start["offset"] : end["offset"]] == suggestion["text"]
        lines = text.split("\n")
        assert sum(len(line) + 1 for line in lines[: start["line"] - 1]) + start["column"] - 1 == start["offset"]
        if suggestion["insert"]:
            at, removed = suggestion["insert"]["offset"], suggestion["insert"]["remove"]
            assert text[at : at + len(removed)] == removed


def test_zero_confidence_lists_every_uncited_sentence(texscholar: Run, example: Path) -> None:
    """--min-confidence 0 gives up to ten candidates for sentences that are never shown otherwise, best first."""
    data = suggestions_of(texscholar, example, "--min-confidence", "0")
    for place in EXPECTED["places"]:
        found = suggested_at(data, place)
        if place["kind"] == "unanswerable":
            assert found is not None, place
            scores = [candidate["score"] for candidate in found["candidates"]]
            assert scores == sorted(scores, reverse=True)
            assert 1 <= len(scores) <= 10


def test_git_applies_the_diff(texscholar: Run, example: Path) -> None:
    """The diff is accepted by git from the top of the repository, and changes exactly the files it names."""
    top = example.parent.parent
    result = texscholar("fill", "paper/main.tex", cwd=top)
    assert result.code == 0
    git(top, "apply", "--check", "-", stdin=result.out)
    git(top, "apply", "-", stdin=result.out)
    changed = git(top, "diff", "--name-only").stdout.decode().split()
    named = [line.removeprefix("+++ b/") for line in result.text.splitlines() if line.startswith("+++ ")]
    assert changed == sorted(named)


def test_diff_and_json_agree(texscholar: Run, example: Path) -> None:
    """The insertions in the JSON, made by hand, give the .tex files that git makes of the diff, byte for byte."""
    top = example.parent.parent
    data = suggestions_of(texscholar, example)
    by_hand: dict[str, str] = {}
    for suggestion in sorted(
        data["suggestions"], key=lambda s: s["insert"]["offset"] if s["insert"] else 0, reverse=True
    ):
        if suggestion["insert"] is not None:
            path, insert = suggestion["path"], suggestion["insert"]
            text = by_hand.get(path) or (example.parent / path).read_bytes().decode()
            end = insert["offset"] + len(insert["remove"])
            by_hand[path] = text[: insert["offset"]] + insert["text"] + text[end:]
    git(top, "apply", "-", stdin=texscholar("fill", example, cwd=top).out)
    assert len(by_hand) >= 4
    assert by_hand == {path: (example.parent / path).read_bytes().decode() for path in by_hand}


def test_only_markers_and_placeholders_go(texscholar: Run, example: Path) -> None:
    """What suggestions remove are the two markers and the question mark; all else is inserted."""
    removed = [s["insert"]["remove"] for s in suggestions_of(texscholar, example)["suggestions"] if s["insert"]]
    gone = sorted(text for text in removed if text)
    assert [text[:6] for text in gone] == ["% TODO", "% TODO", "?"]


def test_the_same_input_gives_the_same_diff(texscholar: Run, example: Path) -> None:
    """Two runs print the same bytes, the second one with a fresh cache too."""
    first = texscholar("fill", example, cwd=example.parent)
    second = texscholar("fill", example, cwd=example.parent)
    third = texscholar(
        "fill", example, cwd=example.parent, env={"TEXSCHOLAR_CACHE_DIR": str(example.parent.parent / "x")}
    )
    assert first.out == second.out == third.out


def test_a_second_run_proposes_nothing_more(texscholar: Run, example: Path) -> None:
    """After --apply there is nothing left to suggest, and check finds nothing."""
    assert texscholar("fill", example, "--apply", cwd=example.parent).code == 0
    again = texscholar("fill", example, cwd=example.parent)
    assert (again.code, again.out) == (0, b""), again.text
    assert texscholar("check", example, cwd=example.parent).out == b""


def test_line_ends_stay(texscholar: Run, example: Path) -> None:
    """The CRLF file is CRLF throughout after --apply, the others LF."""
    texscholar("fill", example, "--apply", cwd=example.parent)
    for path in sorted(example.parent.rglob("*.tex")):
        data = path.read_bytes()
        crlf = path.name == "method.tex"
        assert data.count(b"\r\n") == (data.count(b"\n") if crlf else 0), path


def test_only(texscholar: Run, example: Path) -> None:
    """--only confines a run to citations, markers or entries."""
    for only, kinds in (("citations", {"citation"}), ("related-work", {"related-work"}), ("entries", {"entry"})):
        assert {s["kind"] for s in suggestions_of(texscholar, example, "--only", only)["suggestions"]} == kinds


def test_the_run_is_named(texscholar: Run, example: Path) -> None:
    """The JSON and the diff name the library by its content, the seed, and that there was no model; stderr says so too."""
    result = texscholar("fill", example, "--seed", "7", cwd=example.parent)
    data = suggestions_of(texscholar, example, "--seed", "7")
    assert data["run"]["model"] is None
    assert data["run"]["seed"] == 7
    assert data["run"]["libraries"][0]["sha256"] in result.text
    assert [line for line in result.err.splitlines() if "no model" in line] != []


@pytest.mark.latexmk
@pytest.mark.skipif(shutil.which("latexmk") is None, reason="needs latexmk and TeX Live")
def test_latexmk_builds_the_filled_paper(texscholar: Run, example: Path) -> None:
    """After --apply latexmk builds the paper, BibTeX has no complaint, and no citation is undefined."""
    texscholar("fill", example, "--apply", cwd=example.parent)
    built = subprocess.run(
        ["latexmk", "-pdf", "-interaction=nonstopmode", "main.tex"],
        cwd=example.parent,
        capture_output=True,
        check=False,
    )
    log = (example.parent / "main.log").read_text("latin-1")
    assert built.returncode == 0, built.stdout[-2000:]
    assert "undefined" not in log
    assert "Warning--" not in (example.parent / "main.blg").read_text("latin-1")


@pytest.mark.latexmk
@pytest.mark.skipif(shutil.which("latexmk") is None, reason="needs latexmk and TeX Live")
def test_the_example_compiles_as_it_is(example: Path) -> None:
    """Before filling, the paper compiles; only the placeholder and the seeded key are undefined."""
    subprocess.run(
        ["latexmk", "-pdf", "-f", "-interaction=nonstopmode", "main.tex"],
        cwd=example.parent,
        capture_output=True,
        check=False,
    )
    log = (example.parent / "main.log").read_text("latin-1")
    assert (example.parent / "main.pdf").stat().st_size > 50_000
    undefined = {key for key in ("?", "conneau2020unsupervised") if f"Citation `{key}'" in log.replace("\n", "")}
    assert undefined == {"?", "conneau2020unsupervised"}
    assert log.replace("\n", "").count("Citation `") == log.replace("\n", "").count("Citation `?'") + log.replace(
        "\n", ""
    ).count("Citation `conneau2020unsupervised'")


def test_the_example_is_what_it_says(example: Path) -> None:
    """About 25 and at least 300 works, disjoint, no abstracts; two markers, eight uncited sentences, one CRLF file."""
    refs, library = ((EXAMPLE / name).read_text("utf-8") for name in ("refs.bib", "library.bib"))
    assert 20 <= refs.count("\n@") + refs.startswith("@") <= 30
    assert library.count("\n@") + library.startswith("@") >= 300
    assert re.search(r"^\s*abstract\s*=", refs + library, re.MULTILINE | re.IGNORECASE) is None
    kinds = [place["kind"] for place in EXPECTED["places"]]
    assert kinds.count("own-bib") + kinds.count("library") + kinds.count("unanswerable") >= 8
    assert [path.name for path in example.parent.rglob("*.tex") if b"\r\n" in path.read_bytes()] == ["method.tex"]


def test_explain_tells_the_scores_behind_a_suggestion(texscholar: Run, example: Path) -> None:
    """In JSON with every candidate, as the schema has it; without the option there are none."""
    plain, explained = (suggestions_of(texscholar, example, *options) for options in ((), ("--explain",)))
    jsonschema.validate(explained, SCHEMA)
    candidates = [c for s in explained["suggestions"] if s["rule"] == "missing-citation" for c in s["candidates"]]
    assert all("title covered" in candidate["features"] for candidate in candidates)
    assert [c for s in plain["suggestions"] for c in s["candidates"] if "features" in c] == []


def test_explain_in_lines(texscholar: Run, example: Path) -> None:
    """Below each suggestion, what speaks for its first candidate; a diff has no place for it."""
    lines = texscholar("check", example, "--explain", cwd=example.parent).out.decode().splitlines()
    suggested = [line for line in lines if "missing-citation" in line]
    reasons = [line for before, line in pairwise(lines) if before in suggested]
    assert suggested
    assert all(reason.startswith("    because: ") for reason in reasons)
    assert texscholar("fill", example, "--explain", cwd=example.parent).code == 2
