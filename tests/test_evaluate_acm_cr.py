"""ACM-CR: its files are read, its queries answered in four ways, its figures those of trec_eval."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from texscholar.cli.main import texscholar
from texscholar.errors import TexscholarError
from texscholar.evaluate.acm_cr import KINDS, WAYS, acm_cr_library, graded, read_queries, read_topics, run_acm_cr

RECORDS = [
    {"id": "10.1/a", "title": "Attention models for parsing", "authors": ["Roe, Ann"], "year": 2017},
    {"id": "10.1/b", "title": "A survey of gardens", "authors": ["Poe, Bo"], "year": 2001},
    {"id": "10.1/c", "title": "Parsing with chart grammars", "authors": ["Moe, Cy"], "year": 1999},
    {"id": "10.1/own", "title": "The paper itself on parsing models", "authors": ["Doe, Di"], "year": 2020},
]


def topic(number: str, title: str, text: str) -> str:
    return f"<top>\n<num> Number: {number}\n<title> {title}\n\n<desc> Description:\n{text}\n\n<narr> Narrative:\n\n</top>\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sentence = "Parsing is done with attention models [3, 4]."
    files = {
        "acm_cr.jsonl.gz": "\n".join(map(json.dumps, RECORDS)),
        "blacklist.txt": "10.1/own\n",
        "sentences.topics": topic("1", "Our Paper", sentence) + topic("2", "Our Paper", "Nobody judged this [1]."),
        "sentences.qrels": "1\t3\t10.1/a\t1\n1\t4\t10.1/missing\t1\n1\t5\t10.1/b\t0\n",
        "contexts.topics": topic("11", "Our Paper", f"Grammars help. {sentence}"),
        "contexts.qrels": "11\t3\t10.1/a\t1\n",
    }
    place = tmp_path / "acm-cr"
    place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No mark at all.", "No mark at all."),
        ("A year (2019) and [sic] stay.", "A year (2019) and [sic] stay."),
        ("Much is known [ 3 ].", "Much is known ."),
        ("Much [10,11; 12] is [14–17] known.", "Much is known."),
    ],
)
def test_references_leave(text: str, expected: str) -> None:
    """The numbers of references are no part of a query, whatever else stands in brackets is."""
    assert expected == read_topics(topic("1", "T", text))[0].text


@pytest.mark.parametrize(
    ("ranked", "recall", "ndcg", "first"),
    [
        (["x", "y"], 0.0, 0.0, 0.0),
        (["a", "b"], 1.0, 1.0, 1.0),
        (["x", "a"], 0.5, 0.63093 / 1.63093, 0.0),
        (["x"] * 10 + ["a"], 0.0, 0.0, 0.0),
    ],
)
def test_graded(ranked: list[str], recall: float, ndcg: float, first: float) -> None:
    """Recall divides by all that is right, nDCG by the best order of it; only ten places count."""
    answer = graded("1", ranked, frozenset("ab"))
    assert pytest.approx((recall, ndcg, first), abs=1e-4) == (answer.recall, answer.ndcg, answer.first)


def test_query_papers_are_not_indexed(folder: Path, tmp_path: Path) -> None:
    """The papers that the queries come from cannot be found."""
    with acm_cr_library(folder, tmp_path / "index") as library:
        assert sorted(hit.record.id for hit in library.search("parsing models", 10)) == ["10.1/a", "10.1/c"]


def test_only_judged_queries_are_asked(folder: Path, tmp_path: Path) -> None:
    """A query without judgements is left out; a work judged not relevant is not right."""
    with acm_cr_library(folder, tmp_path / "index") as library:
        (query,) = read_queries(folder, "sentences", library)
    assert ("1", frozenset({"10.1/a", "10.1/missing"})) == (query.topic.number, query.right)


def test_a_sentence_knows_its_paragraph(folder: Path, tmp_path: Path) -> None:
    """The paper around a sentence is told apart from the sentence alone."""
    with acm_cr_library(folder, tmp_path / "index") as library:
        (query,) = read_queries(folder, "sentences", library)
    assert (
        query.alone.paragraph,
        query.in_paper.paragraph,
    ) == ("", "Grammars help. Parsing is done with attention models .")


def test_figures_of_every_kind_and_way(folder: Path, tmp_path: Path) -> None:
    """Each kind of query is answered in each way; a work that the collection lacks counts as missed."""
    found = run_acm_cr(folder, tmp_path / "index")
    assert found.works == 3
    assert [(kind, way) for kind in KINDS for way in WAYS] == [(each.kind, each.way) for each in found.figures]
    assert [each.recall for each in found.figures] == [0.5] * 4 + [1.0] * 4


@pytest.mark.parametrize("name", ["acm_cr.jsonl.gz", "blacklist.txt", "sentences.qrels", "contexts.topics"])
def test_missing_file(folder: Path, tmp_path: Path, name: str) -> None:
    """A file that is not there is named, with what to do."""
    (folder / name).unlink()
    with pytest.raises(TexscholarError, match=r"ACM-CR|check the path"):
        run_acm_cr(folder, tmp_path / "index")


@pytest.mark.parametrize("form", ["text", "json"])
def test_command(form: str, folder: Path) -> None:
    """The command tells the figures of each kind of query and way of answering."""
    result = CliRunner().invoke(
        texscholar, ["eval", "--benchmark", "acm-cr", "--data", str(folder), "--format", form], standalone_mode=False
    )
    expected = [(kind, way) for kind in KINDS for way in WAYS]
    if form == "json":
        assert expected == [(each["kind"], each["way"]) for each in json.loads(result.output)["figures"]]
    else:
        rows = result.output.splitlines()[-len(expected) :]
        assert expected == [(row[:11].strip(), row[11:39].strip()) for row in rows]


def test_command_takes_no_papers(folder: Path) -> None:
    """The folders of papers belong to the other benchmark."""
    command = ["eval", "--benchmark", "acm-cr", "--data", str(folder), "--papers", str(folder)]
    with pytest.raises(click.UsageError, match="--papers"):
        CliRunner().invoke(texscholar, command, standalone_mode=False, catch_exceptions=False)
