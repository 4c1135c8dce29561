"""Indexes of records: what is found, and what is merged."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from texscholar.bibtex.work import Author, Work, identities
from texscholar.errors import Skipped, TexscholarError
from texscholar.library.index import Library, build_index, open_library
from texscholar.library.manifest import MOST_SKIPPED, Source, read_manifest
from texscholar.library.records import Record

if TYPE_CHECKING:
    from pathlib import Path


def record(name: str, title: str, *, key: str = "", family: str = "Ng", keywords: str = "", **work: object) -> Record:
    authors = (Author(family, "A."),) if family else ()
    return Record(name, key, Work(title, authors, **work), "a.bib", keywords)  # type: ignore[arg-type]


def library_of(directory: Path, *records: Record | Skipped) -> Library:
    build_index(records, directory)
    return open_library(directory, "own")


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def found(library: Library, query: str, limit: int = 10) -> list[str]:
    return [hit.record.id for hit in library.search(query, limit)]


def test_import_is_light() -> None:
    """Whoever imports the library does not pay for tantivy before searching."""
    code = "import sys, texscholar.library; sys.exit('tantivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_record_comes_back_whole(tmp_path: Path) -> None:
    """A record comes out as it went in, but for where it is offered from."""
    work = Work(
        "Bäume",
        (Author("Ng", "A."), Author("WHO")),
        2020,
        "J",
        "10.1/x",
        "2001.00001",
        "Abstract",
        "misc",
        (("title", "B"),),
    )
    library = library_of(tmp_path / "i", Record("id", "key", work, "a.bib", "trees"))
    assert (Record("id", "key", work, "library:own", "trees"),) == library.by_key("key")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", []),
        ("the of and", []),
        ("zebra", []),
        ("Graphs", ["graph"]),
        ("translating", ["mt"]),
        ("poincare", ["accent"]),
        ("学習", ["cjk"]),
        ("turing", ["author"]),
        ("neurips", ["venue"]),
        ("entropy", ["abstract"]),
        ("trees", ["keyword"]),
        ('title:"graph" AND (NOT graph*) \\ /x/ [a TO b] ^2', ["graph"]),
        ("\ud800 graph", ["graph"]),
    ],
)
def test_search(tmp_path: Path, query: str, expected: list[str]) -> None:
    """Words of any field find a record, in any form; what looks like query syntax is text."""
    library = library_of(
        tmp_path / "i",
        record("graph", "Graph kernels"),
        record("mt", "Machine translation"),
        record("accent", "On Poincaré maps"),
        record("cjk", "深層学習入門"),
        record("author", "Computing machinery", family="Turing"),
        record("venue", "Some paper", venue="NeurIPS"),
        record("abstract", "Another one", abstract="Maximum entropy."),
        record("keyword", "A third one", keywords="trees"),
    )
    assert expected == found(library, query)


def test_title_counts_more_than_abstract(tmp_path: Path) -> None:
    """Of two records with the same words the one with them in its title comes first."""
    library = library_of(
        tmp_path / "i",
        record("abstract", "Alpha beta", abstract="parsing methods"),
        record("title", "Parsing methods", abstract="alpha beta"),
    )
    assert found(library, "parsing methods") == ["title", "abstract"]


def test_ties_go_by_id(tmp_path: Path) -> None:
    """Equal scores are ordered by id, also where the limit cuts them."""
    names = [f"r{number:03}" for number in range(300)]
    records = [record(name, "Same title", family=f"X{name}") for name in reversed(names)]
    assert names[:7] == found(library_of(tmp_path / "i", *records), "title", 7)


@pytest.mark.parametrize("limit", [0, -1])
def test_no_limit_no_hits(tmp_path: Path, limit: int) -> None:
    """Whoever asks for nothing gets nothing."""
    assert found(library_of(tmp_path / "i", record("a", "Graph kernels")), "graph", limit) == []


def test_two_builds_agree(tmp_path: Path) -> None:
    """Two indexes of the same records answer alike, scores and all."""
    words = "graph neural parsing kernel tree model attention".split()  # noqa: SIM905 - words read best as text
    records = [record(f"r{n}", " ".join(words[n % 7 : n % 7 + 3]), family=f"N{n}") for n in range(500)]
    one, other = (library_of(tmp_path / name, *records) for name in "ab")
    assert one.search("neural graph tree", 50) == other.search("neural graph tree", 50)


def test_empty_library(tmp_path: Path) -> None:
    """A library without records is empty, not broken."""
    library = library_of(tmp_path / "i")
    assert (len(library), library.search("graph", 5), library.by_key("k")) == (0, (), ())


HOSTILE = ['a"b', "a(b)", "../../etc", "a b", "a:b AND c", "*", "ключ", "k\\", "'", "k\0", "x" * 5000]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(tmp_path: Path, name: str) -> None:
    """Keys and ids are matched as they are, whatever characters they hold."""
    library = library_of(tmp_path / "i", record(name, "Graph kernels", key=name), record("k", "Other", key="k"))
    assert ([name], [name]) == (
        [one.key for one in library.by_key(name)],
        [one.id for one in library.by_id(name)],
    )


@pytest.mark.parametrize("key", ["", "NG", "n", "ng2", "ng ", "\ud800"])
def test_keys_match_exactly(tmp_path: Path, key: str) -> None:
    """A key that differs in case or length is another key."""
    assert library_of(tmp_path / "i", record("a", "Graph kernels", key="ng")).by_key(key) == ()


def test_by_identity(tmp_path: Path) -> None:
    """A work is found under each of its identities, once."""
    library = library_of(
        tmp_path / "i",
        record("a", "A title of some length", doi="10.1/x"),
        record("b", "Other", doi="10.1/y"),
    )
    wanted = identities(Work("A Title of Some {Length}", (Author("NG"),), doi="10.1/x"))
    assert [one.id for one in library.by_identity(wanted)] == ["a"]


def test_by_no_identity(tmp_path: Path) -> None:
    """A work without identities is not found by them."""
    assert library_of(tmp_path / "i", record("a", "Graph kernels")).by_identity(()) == ()


def test_by_identities(tmp_path: Path) -> None:
    """Each group of identities gets a record that bears one of them, or none."""
    library = library_of(
        tmp_path / "i",
        record("b", "A title of some length", doi="10.1/x"),
        record("a", "Another title of some length"),
    )
    groups = [{"doi:10.1/x", "doi:10.1/unknown"}, set(), {"doi:10.1/z"}, {"title:anothertitleofsomelength:ng"}]
    found = library.by_identities([frozenset(group) for group in groups])
    assert [one and one.id for one in found] == ["b", None, None, "a"]


def test_search_in_citances(tmp_path: Path) -> None:
    """A record is found by how others cite it, and tells how; its own words count more."""
    cited = replace(record("cited", "Graph kernels"), citances=("Trees are compared by convolution.",))
    library = library_of(tmp_path / "i", cited, record("own", "Trees compared by convolution"))
    assert (["own", "cited"], cited.citances) == (
        found(library, "convolution trees"),
        library.by_id("cited")[0].citances,
    )


def test_citances_merge(tmp_path: Path) -> None:
    """A work has the citances of all its records, in their order, each once, up to a number."""
    first, other = (
        replace(record(name, "A title of some length"), citances=tuple(f"Sentence {n}" for n in numbers))
        for name, numbers in (("a", range(8)), ("b", range(4, 20)))
    )
    (merged,) = library_of(tmp_path / "i", first, other).by_id("a")
    assert merged.citances == tuple(f"Sentence {n}" for n in range(12))


def test_ties_go_by_title_at_last(tmp_path: Path) -> None:
    """Works with the same id, origin and key come in the order of their titles."""
    records = [record("k", f"Graphs {name} kernels", family="") for name in ("zeta", "alpha", "mu")]
    hits = library_of(tmp_path / "i", *records).search("kernels", 2)
    assert [hit.record.work.title for hit in hits] == ["Graphs alpha kernels", "Graphs mu kernels"]


def test_duplicates_merge(tmp_path: Path) -> None:
    """Of one work the record that says most stays, found under the keys, ids and identities of all."""
    library = library_of(
        tmp_path / "i",
        record("a", "A title of some length", key="ng20", abstract="Of entropy."),
        record("b", "A Title of Some Length", key="ng", year=2020, venue="J", doi="10.1/x"),
        record("c", "An entirely different title", doi="10.1/x", arxiv="2001.00001"),
    )
    by_key, by_id, by_arxiv = (
        library.by_key("ng20"),
        library.by_id("a"),
        library.by_identity(["arxiv:2001.00001"]),
    )
    assert (len(library), [one.id for one in (*by_key, *by_id, *by_arxiv)]) == (1, ["b"] * 3)
    assert (by_key[0].key, by_key[0].work.abstract) == ("ng20", "Of entropy.")


def test_order_of_sources_decides_nothing(tmp_path: Path) -> None:
    """Of records that say equally much the one with the first id stays, whichever came first."""
    records = record("z", "A title of some length"), record("a", "A title of some length")
    assert found(library_of(tmp_path / "i", *records), "title") == ["a"]
    assert found(library_of(tmp_path / "j", *reversed(records)), "title") == ["a"]


def test_same_key_of_two_works(tmp_path: Path) -> None:
    """Works that share a key or an id without being the same all stay."""
    library = library_of(
        tmp_path / "i", record("k", "Graph kernels", key="k"), record("k", "Machine translation", key="k")
    )
    assert [one.work.title for one in library.by_key("k")] == ["Graph kernels", "Machine translation"]


def test_particle_written_without_comma(tmp_path: Path) -> None:
    """The "Luc Van Gool" of a bibliography, whose family name is Gool to BibTeX, meets the record."""
    library = library_of(tmp_path / "i", record("a", "A title of some length", family="Van Gool"))
    work = Work("A title of some length", (Author("Gool", "Luc Van"),))
    assert [one.id for one in library.by_identity(identities(work))] == ["a"]


def test_document_frequency(tmp_path: Path) -> None:
    """The frequency of a term is the number of titles it stands in."""
    library = library_of(
        tmp_path / "i",
        record("a", "Graph graph"),
        record("b", "Graphs"),
        record("c", "Tree", abstract="graph"),
    )
    assert (library.document_frequency("graph"), library.document_frequency("zebra")) == (2, 0)


def test_manifest(tmp_path: Path) -> None:
    """The manifest tells the number of works, the sources and the first things left out."""
    skipped = [Skipped(f"a.bib:{line}", "has no title") for line in range(100)]
    source = Source("a.bib", "00", 1, 100)
    manifest = build_index([*skipped, record("a", "Graph kernels")], tmp_path / "i", [source])
    assert (1, (source,), tuple(skipped[:MOST_SKIPPED])) == (
        manifest.count,
        manifest.sources,
        manifest.skipped,
    )
    assert read_manifest(tmp_path / "i") == manifest


def test_progress(tmp_path: Path) -> None:
    """Progress is told now and then and at the end."""
    told: list[int] = []
    build_index([record(f"r{n}", f"Title {n}") for n in range(2500)], tmp_path / "i", progress=told.append)
    assert told == [1000, 2000, 2500]


def test_failed_build_leaves_nothing(tmp_path: Path) -> None:
    """A build that fails half-way leaves no directory behind."""

    def records() -> object:
        yield record("a", "Graph kernels")
        raise TexscholarError("cannot be read")

    with pytest.raises(TexscholarError):
        build_index(records(), tmp_path / "i")  # type: ignore[arg-type]
    assert entries(tmp_path) == []


def test_winner_stays(tmp_path: Path) -> None:
    """Who builds an index that is there already gets that one."""
    build_index([record("a", "First comer")], tmp_path / "i")
    build_index([record("b", "Late comer"), record("c", "Another")], tmp_path / "i")
    assert (len(open_library(tmp_path / "i", "own")), entries(tmp_path)) == (1, ["i"])


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"count": "x"}', "null", "\0"])
def test_garbled_manifest(tmp_path: Path, content: str) -> None:
    """A garbled manifest is told with its remedy."""
    build_index([record("a", "Graph kernels")], tmp_path / "i")
    (tmp_path / "i" / "manifest.json").write_text(content)
    with pytest.raises(TexscholarError, match="texscholar library add"):
        open_library(tmp_path / "i", "own")


def test_index_one_may_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index in a folder that cannot be written is read through links, which go when it is closed."""
    build_index([record("a", "Graph kernels")], tmp_path / "i")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr("os.access", lambda *_: False)
    with open_library(tmp_path / "i", "own") as library:
        assert (found(library, "graph"), len(entries(tmp_path / "temporary"))) == (["a"], 1)
    assert entries(tmp_path / "temporary") == []


def test_other_format(tmp_path: Path) -> None:
    """An index of another format is refused, not misread."""
    build_index([record("a", "Graph kernels")], tmp_path / "i")
    path = tmp_path / "i" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 99}))
    with pytest.raises(TexscholarError, match="is an index of another version"):
        open_library(tmp_path / "i", "own")


@pytest.mark.parametrize("pattern", ["meta.json", "*.store", "*.idx", "*.term", "exact"])
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(path.read_bytes()[:20])])
def test_damaged_index(tmp_path: Path, pattern: str, damage: object) -> None:
    """A file of the index that is missing or cut short is told with its remedy."""
    build_index([record("a", "Graph kernels")], tmp_path / "i")
    (path,) = (tmp_path / "i").glob(pattern)
    damage(path)  # type: ignore[operator]
    with pytest.raises(TexscholarError, match="texscholar library add"):
        open_library(tmp_path / "i", "own").search("graph", 5)


def test_names_of_another_index(tmp_path: Path) -> None:
    """Exact terms that name works which are not there are told as damage."""
    build_index([record("a", "Graph kernels")], tmp_path / "i")
    build_index([record("x", "Machine translation"), record("z", "Parsing", key="z")], tmp_path / "j")
    (tmp_path / "j" / "exact").replace(tmp_path / "i" / "exact")
    with pytest.raises(TexscholarError, match="texscholar library add"):
        open_library(tmp_path / "i", "own").by_key("z")


def test_index_of_several_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the works do not fit into one segment each is still found under its exact terms."""
    monkeypatch.setattr("texscholar.library.index._HEAP", 15_000_000)  # the least that tantivy takes
    words = [" ".join(str(number * step) for step in range(7, 107)) for number in range(6000)]
    build_index((record(f"r{n:05}", f"T{n}", abstract=text) for n, text in enumerate(words)), tmp_path / "i")
    library = open_library(tmp_path / "i", "own")
    assert library._searcher.num_segments > 1
    names = [f"r{n:05}" for n in range(0, 6000, 571)]
    assert names == [one.id for name in names for one in library.by_id(name)]


def test_abstract_is_lent(tmp_path: Path) -> None:
    """The record that says most is found by the words of an abstract that another lends it, and shows them."""
    library = library_of(
        tmp_path / "i",
        record("a", "A title of some length", abstract="Maximum entropy."),
        record("b", "A title of some length", year=2020, venue="J", keywords="trees"),
    )
    (hit,) = library.search("entropy", 5)
    assert (hit.record.id, hit.record.keywords, hit.record.work.abstract) == ("b", "trees", "Maximum entropy.")


def test_no_function_word_is_found(tmp_path: Path) -> None:
    """Whoever asks for a stop word finds nothing by it, though it counts in the length of a text."""
    library = library_of(tmp_path / "i", record("short", "Graph"), record("long", "The graph of the and of the"))
    assert (library.search_terms({"the": 1.0}, 5), found(library, "graph")) == ((), ["short", "long"])


def test_missing_index(tmp_path: Path) -> None:
    """A directory that is not there is no library."""
    with pytest.raises(TexscholarError, match="texscholar library add"):
        open_library(tmp_path / "none", "own")
