"""``texscholar library`` and ``texscholar doctor`` as a user meets them."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

from conftest import ADAM, EXAMPLE, Run, write_files


def test_add_list_search_remove(texscholar: Run, tmp_path: Path) -> None:
    """A library is made of several files, found by words, cited from by name, and removed."""
    record = {
        "id": "r1",
        "title": "Layer Normalization for Everyone",
        "authors": ["Ann Other"],
        "year": 2016,
        "venue": "X",
        "doi": None,
    }
    write_files(tmp_path, {"mine.bib": ADAM, "more.jsonl.gz": gzip.compress((json.dumps(record) + "\n").encode())})
    added = texscholar("library", "add", "mine.bib", "more.jsonl.gz", "--name", "shelf", cwd=tmp_path)
    assert (added.code, added.text) == (0, "shelf: 2 records\n")
    listed = texscholar("library", "list", cwd=tmp_path).text
    assert re.fullmatch(r"shelf\t2 records\t0\.\d MB\t\d{4}-\d\d-\d\d\tmine\.bib, more\.jsonl\.gz\n", listed)
    found = texscholar("library", "search", "stochastic", "optimization", cwd=tmp_path)
    assert found.text.split()[1:3] == ["kingma2015adam:", "Kingma,"]
    assert texscholar("library", "remove", "shelf", cwd=tmp_path).code == 0
    assert texscholar("library", "list", cwd=tmp_path).text == ""
    assert texscholar("library", "remove", "shelf", cwd=tmp_path).code == 2


def test_folder_of_papers(texscholar: Run, tmp_path: Path) -> None:
    """A folder of papers becomes a library under its name, is listed by its path, and is read again on refresh."""
    paper = "\\documentclass{article}\n\\begin{document}\nMoments of gradients steer every step \\cite{kingma2015adam}.\n\\bibliography{refs}\n\\end{document}\n"
    write_files(tmp_path / "papers" / "one", {"main.tex": paper, "refs.bib": ADAM})
    assert texscholar("library", "add", "papers", cwd=tmp_path).text == "papers: 1 records\n"
    listed = texscholar("library", "list", cwd=tmp_path).text
    assert listed.split("\t")[:2] == ["papers", "1 records"]
    assert listed.endswith(f"\t{tmp_path / 'papers'}/\n")
    assert "kingma2015adam:" in texscholar("library", "search", "steer", cwd=tmp_path).text
    write_files(tmp_path / "papers" / "one", {"main.tex": paper.replace("steer", "guide")})
    assert texscholar("library", "refresh", cwd=tmp_path).text == "papers: 1 records\n"
    assert texscholar("library", "search", "steer", cwd=tmp_path).code == 1
    (tmp_path / "papers").rename(tmp_path / "moved")
    refused = texscholar("library", "refresh", "papers", cwd=tmp_path)
    assert (refused.code, "is gone" in refused.err) == (2, True)


def test_a_named_library_serves_fill(texscholar: Run, tmp_path: Path) -> None:
    """fill cites from a named library and names it as the origin; a JSONL record gets a key in the paper's style."""
    record = {
        "id": "P1",
        "title": "Layer Normalization",
        "authors": ["Jimmy Lei Ba", "Jamie Kiros"],
        "year": 2016,
        "venue": "arXiv",
        "doi": None,
    }
    paper = "\\documentclass{article}\n\\begin{document}\nEvery block of those models ends with layer normalization \\cite{?}.\n\\bibliography{refs}\n\\end{document}\n"
    write_files(tmp_path, {"main.tex": paper, "refs.bib": ADAM, "more.jsonl": json.dumps(record) + "\n"})
    texscholar("library", "add", "more.jsonl", cwd=tmp_path)
    data = json.loads(texscholar("fill", "main.tex", "--library", "more", "--format", "json", cwd=tmp_path).out)
    best = data["suggestions"][0]["candidates"][0]
    assert (best["key"], best["origin"], best["record"]) == ("ba2016layer", "library:more", "P1")


def test_nothing_found(texscholar: Run, tmp_path: Path) -> None:
    """A search without hits exits with 1, one without a library with 2 and the remedy."""
    write_files(tmp_path, {"mine.bib": ADAM})
    assert texscholar("library", "search", "adam", cwd=tmp_path).code == 2
    texscholar("library", "add", "mine.bib", cwd=tmp_path)
    assert texscholar("library", "search", "zebrafish", cwd=tmp_path).code == 1


def test_refusals(texscholar: Run, tmp_path: Path) -> None:
    """A missing file, a wrong kind of file and a bad name are refused in one line."""
    write_files(tmp_path, {"notes.txt": "x", "mine.bib": ADAM})
    for arguments, word in (
        (("gone.bib",), "gone.bib"),
        (("notes.txt",), "notes.txt"),
        (("mine.bib", "--name", "../x"), "../x"),
    ):
        result = texscholar("library", "add", *arguments, cwd=tmp_path)
        assert (result.code, word in result.err.splitlines()[-1], "Traceback" in result.err) == (2, True, False)


def test_doctor(texscholar: Run, tmp_path: Path) -> None:
    """doctor names the version, the packages, the models with where they would go, and the libraries."""
    write_files(tmp_path, {"mine.bib": ADAM})
    texscholar("library", "add", "mine.bib", cwd=tmp_path)
    result = texscholar("doctor", cwd=tmp_path)
    assert result.code == 0, result.text
    assert "ok   library mine: 1 records" in result.text.splitlines()
    assert "model lfm2.5: not here" in result.text
    named = {line.split()[1].lower() for line in result.text.splitlines() if line.startswith("ok ")}
    assert named >= {"bibtexparser", "gitpython", "httpx", "orjson", "tantivy", "zstandard"}
    assert not named & {"hypothesis", "ruff"}


def test_doctor_sees_a_broken_configuration(texscholar: Run, tmp_path: Path) -> None:
    """A setting that is refused makes doctor fail and say where."""
    write_files(tmp_path, {".texscholar.toml": "seed = 'x'\n"})
    result = texscholar("doctor", cwd=tmp_path)
    assert result.code == 1
    assert "FAIL settings: .texscholar.toml:1: seed must be" in result.text


def test_help_and_version(texscholar: Run, tmp_path: Path) -> None:
    """Every command has help; usage errors end with 2."""
    assert texscholar("--version", cwd=tmp_path).text.startswith("texscholar, version ")
    for command in ("fill", "check", "apply", "library", "doctor"):
        assert command in texscholar("--help", cwd=tmp_path).text
        assert "Usage:" in texscholar(command, "--help", cwd=tmp_path).text
    assert texscholar("fill", cwd=tmp_path).code == 2
    assert texscholar("nonsense", cwd=tmp_path).code == 2


def test_the_example_library_is_indexed_once(texscholar: Run, tmp_path: Path) -> None:
    """The cache of an indexed file is keyed by its content: the same bytes elsewhere use it, other bytes do not."""
    for folder in ("a", "b"):
        write_files(
            tmp_path / folder,
            {
                "main.tex": "\\documentclass{article}\\begin{document}x\\end{document}",
                "l.bib": (EXAMPLE / "library.bib").read_bytes(),
            },
        )
    cache = {"TEXSCHOLAR_CACHE_DIR": str(tmp_path / "cache")}

    def indexes() -> int:
        return len([path for path in (tmp_path / "cache" / "indexes").iterdir() if path.is_dir()])

    texscholar("fill", "a/main.tex", "--library", "a/l.bib", cwd=tmp_path, env=cache)
    texscholar("fill", "b/main.tex", "--library", "b/l.bib", cwd=tmp_path, env=cache)
    assert indexes() == 1
    write_files(tmp_path, {"b/l.bib": ADAM})
    texscholar("fill", "b/main.tex", "--library", "b/l.bib", cwd=tmp_path, env=cache)
    assert indexes() == 2
