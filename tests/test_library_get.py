"""Open corpora: fetched from sources on this machine that behave well, and from some that do not."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conftest import Run
from fixtures_imports import SAMPLES
from servers.corpora import FakeSource
from texscholar.cli.library_get import _tell_terms
from texscholar.downloads import Source
from texscholar.errors import TexscholarError
from texscholar.library.corpora import FOLDER
from texscholar.library.corpora.getting import Corpus, Offer, corpus_name, tree_hash
from texscholar.library.corpora.pages import Asked
from texscholar.library.corpora.recipes import Recipe, read_recipe, recipes
from texscholar.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DUMP = gzip.compress(SAMPLES["dblp"].data + os.urandom(300_000).hex().encode())
ARXIV = [
    {"id": "0704.0001", "title": "On One & All", "authors": [("Ng", "Ann"), ("Li", "Bo")], "abstract": "We <do>."},
    {"id": "0704.0002", "title": "Gone", "authors": [], "deleted": True},
    {"id": "0704.0003", "title": "On Three", "authors": [("Ng", "Ann")], "doi": "10.1000/x"},
    {"id": "hep-th/9901001", "title": "On Old Strings", "authors": [("Doe", "A.")]},
    {"id": "0704.0005", "title": "On Five", "authors": [("Doe", "B.")]},
]
OPENALEX: list[dict[str, Any]] = [
    {
        "id": f"https://openalex.org/W{number}",
        "title": f"On the number {number} of things",
        "publication_year": 2019,
        "type": "article",
        "authorships": [{"author": {"display_name": "Ann Ng"}, "institutions": [{"id": "I1"}] * 20}],
        "primary_location": {"source": {"display_name": "Nature", "type": "journal"}},
        "locations": [{"landing_page_url": f"https://arxiv.org/abs/1901.0000{number}", "pdf_url": "x" * 500}],
    }
    for number in range(1, 6)
]


@pytest.fixture
def served() -> Iterator[FakeSource]:
    with FakeSource().serving() as source:
        yield source


def recipe(served: FakeSource, way: str, **values: Any) -> Recipe:
    """A recipe of each way for a source on this machine."""
    ways: dict[str, dict[str, Any]] = {
        "files": {"kind": "dblp", "url": f"{served.url}/dblp.xml.gz"},
        "git-tree": {
            "kind": "acl-anthology",
            "url": f"{served.url}/tree/{{revision}}:data/xml",
            "files": f"{served.url}/raw/{{file}}",
            "revision": "ab" * 20,
            "latest": "master",
        },
        "oai-pmh": {"kind": "arxiv", "url": f"{served.url}/oai", "prefix": "arXiv", "part": "SET"},
        "openalex": {
            "kind": "openalex",
            "url": f"{served.url}/works",
            "part": "FIELD",
            "needs_part": True,
            "key": "KEY",
        },
    }
    base: dict[str, Any] = {
        "name": "own",
        "about": "a corpus",
        "licence": "CC0 1.0",
        "licence_url": "https://example.org/l",
    }
    return Recipe(way=way, **(base | ways[way] | values))


class Get:
    """A fetch into a folder, as the command does it; it waits for nobody."""

    def __init__(self, one: Recipe, folder: Path, asked: Asked | None = None, key: str = "") -> None:
        self.pauses: list[float] = []
        self.told: list[tuple[int, int]] = []
        self.source = Source(Network(), lambda seconds, _why: self.pauses.append(seconds))
        self.corpus = Corpus(one, asked or Asked(), "own", folder, key)

    def run(self) -> str:
        self.offer = self.corpus.offer(self.source)
        return self.corpus.get(self.source, self.offer, lambda done, total: self.told.append((done, total)))

    def refused(self) -> str:
        """The reason why it fails, in one line; nothing stands in its final place then."""
        with pytest.raises(TexscholarError) as refusal:
            self.run()
        assert "\n" not in str(refusal.value)
        assert self.files == []
        return str(refusal.value)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.corpus.folder.glob("*")) if self.corpus.folder.is_dir() else []

    @property
    def waiting(self) -> list[Path]:
        return sorted(self.corpus._beside.glob("*.part"))

    def lines(self) -> list[dict[str, Any]]:
        (path,) = self.corpus.paths
        return [json.loads(line) for line in path.read_text().splitlines()]


# -- a file


def md5(served: FakeSource, digest: str = "") -> dict[str, str]:
    served.files["/dblp.xml.gz.md5"] = f"{digest or hashlib.md5(DUMP).hexdigest()}  dblp.xml.gz\n".encode()
    return {"checksum_url": f"{served.url}/dblp.xml.gz.md5"}


def test_file_with_a_published_checksum(served: FakeSource, tmp_path: Path) -> None:
    """A file comes whole under its own name, once its hash is the one that the source publishes."""
    served.files["/dblp.xml.gz"] = DUMP
    get = Get(recipe(served, "files", **md5(served)), tmp_path)
    assert get.run() == ""
    assert (get.offer.size, get.offer.missing, "md5 that the source publishes" in get.offer.proof) == (
        len(DUMP),
        len(DUMP),
        True,
    )
    assert (get.files, get.corpus.paths[0].read_bytes() == DUMP, get.waiting) == (["dblp.xml.gz"], True, [])
    assert (get.told[-1], get.told == sorted(get.told)) == ((len(DUMP), len(DUMP)), True)
    assert get.corpus.is_here(get.corpus.offer(get.source))


@pytest.mark.parametrize("proof", ["md5", "sha256", "tag"])
def test_file_goes_on(served: FakeSource, tmp_path: Path, proof: str) -> None:
    """What broke off goes on where it stood, in the same run and in another, whatever tells the version."""
    served.files["/dblp.xml.gz"] = DUMP
    values = {"md5": md5(served), "sha256": {"sha256": hashlib.sha256(DUMP).hexdigest()}, "tag": {}}[proof]
    get = Get(recipe(served, "files", **values), tmp_path)
    served.cut_at = [100_000, 80_000]

    def interrupt(_seconds: float, _why: str) -> None:
        if len(served.ranges) == 1:
            raise KeyboardInterrupt

    get.source = Source(Network(), interrupt)
    if proof == "md5":  # the checksum's request is one, too
        served.cut_at.insert(0, 1000)
    with pytest.raises(KeyboardInterrupt):
        get.run()
    (part,) = get.waiting
    there = part.stat().st_size
    assert 0 < there < len(DUMP)
    again = Get(recipe(served, "files", **values), tmp_path)
    again.run()
    assert again.offer.missing == len(DUMP) - there
    assert (again.corpus.paths[0].read_bytes() == DUMP, served.ranges[-1]) == (True, f"bytes={there}-")


def test_file_that_changed_meanwhile(served: FakeSource, tmp_path: Path) -> None:
    """Nothing of another version is appended to what came of the first."""
    served.files["/dblp.xml.gz"] = DUMP
    get = Get(recipe(served, "files"), tmp_path)
    served.cut_at = [100_000]

    def change(_seconds: float, _why: str) -> None:
        served.files["/dblp.xml.gz"] = bytes(reversed(DUMP))

    get.source = Source(Network(), change)
    get.run()
    assert get.corpus.paths[0].read_bytes() == bytes(reversed(DUMP))


@pytest.mark.parametrize("values", [{}, {"tells_tag": False}, {"knows_ranges": False}])
def test_file_without_ranges_or_tag(served: FakeSource, tmp_path: Path, values: dict[str, bool]) -> None:
    """A source that knows neither ranges nor tags does no harm: the file is fetched anew."""
    served.files["/dblp.xml.gz"] = DUMP
    for name, value in values.items():
        setattr(served, name, value)
    served.cut_at = [100_000]
    get = Get(recipe(served, "files"), tmp_path)
    get.run()
    assert get.corpus.paths[0].read_bytes() == DUMP


@pytest.mark.parametrize("pinned", [True, False])
def test_wrong_hash(served: FakeSource, tmp_path: Path, pinned: bool) -> None:
    """What has not the announced hash is deleted and named."""
    served.files["/dblp.xml.gz"] = DUMP
    values = {"sha256": "0" * 64} if pinned else md5(served, "0" * 32)
    get = Get(recipe(served, "files", **values), tmp_path)
    assert "has not the announced hash and was deleted; get it again" in get.refused()
    assert get.waiting == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, {}, b"no"), "does not have this (error 404); "),
        ((403, {}, b"no"), "refuses this (error 403)"),
        (
            (200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>log in</html>"),
            "sent a page instead of dblp.xml.gz",
        ),
        ((200, {}, DUMP + b"more"), "sent more than dblp.xml.gz has"),
        ((429, {"Retry-After": "7200"}, b""), "asks to wait 120 min; run this again then to go on"),
    ],
)
def test_file_refused(served: FakeSource, tmp_path: Path, answer: tuple[int, dict[str, str], bytes], told: str) -> None:
    """An answer that is not the file ends in one line, and nothing of it is kept under the file's name."""
    served.files["/dblp.xml.gz"] = DUMP
    get = Get(recipe(served, "files"), tmp_path)
    get.offer = get.corpus.offer(get.source)
    served.script = [("/dblp", answer)]
    with pytest.raises(TexscholarError) as refusal:
        get.corpus.get(get.source, get.offer, lambda _done, _total: None)
    assert told in str(refusal.value)
    assert get.files == []


@pytest.mark.parametrize("where", ["/dblp.xml.gz", "/dblp.xml.gz.md5"])
def test_passing_errors(served: FakeSource, tmp_path: Path, where: str) -> None:
    """What may pass is tried again, with the pauses that are asked for."""
    served.files["/dblp.xml.gz"] = DUMP
    get = Get(recipe(served, "files", **md5(served)), tmp_path)
    served.script = [(where, (503, {"Retry-After": "7"}, b"")), (where, (429, {}, b"")), (where, (500, {}, b""))]
    get.run()
    assert get.pauses == [7.0, 2.0, 4.0]


def test_nobody_there(tmp_path: Path, served: FakeSource) -> None:
    """A source that does not answer is named after some tries."""
    get = Get(replace(recipe(served, "files"), url="http://127.0.0.1:9/dblp.xml.gz"), tmp_path)
    assert "127.0.0.1:9 cannot be reached" in get.refused()
    assert len(get.pauses) == 4


@pytest.mark.parametrize("text", [b"", b"<html>", b"no such\n", b"\xff" * 100])
def test_no_checksum(served: FakeSource, tmp_path: Path, text: bytes) -> None:
    """A file of checksums without one is refused, not passed over."""
    served.files |= {"/dblp.xml.gz": DUMP, "/sum": text}
    get = Get(recipe(served, "files", checksum_url=f"{served.url}/sum"), tmp_path)
    assert "tells no checksum of dblp.xml.gz" in get.refused()


def test_full_disk(served: FakeSource, tmp_path: Path) -> None:
    """Where the disk is full one line says so, and what came is kept for the next time."""
    served.files["/dblp.xml.gz"] = DUMP
    get = Get(recipe(served, "files", **md5(served)), tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 17, before[1]))  # Python ignores the signal; writing fails
    try:
        assert "cannot be written (the disk is full); make room and get it again to go on" in get.refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    there = get.waiting[0].stat().st_size
    get.run()
    assert (0 < there < len(DUMP), get.corpus.paths[0].read_bytes() == DUMP) == (True, True)


def test_no_room(served: FakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no room on the disk is not begun."""
    served.files["/dblp.xml.gz"] = DUMP
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1000})())
    assert "needs 100 MB and 0 MB are free" in Get(recipe(served, "files"), tmp_path).refused()


# -- files of a revision


def anthology(served: FakeSource) -> None:
    served.files |= {"/raw/P19.xml": SAMPLES["acl-anthology"].data, "/raw/2020.acl.xml": b"<collection id='2020.acl'/>"}


def test_files_of_a_revision(served: FakeSource, tmp_path: Path) -> None:
    """Every file of a listing comes, each with git's hash checked; a second call fetches none of them."""
    anthology(served)
    tree = served.tree()["sha"]
    get = Get(recipe(served, "git-tree", tree=tree), tmp_path)
    get.run()
    assert get.files == ["2020.acl.xml", "P19.xml"]
    assert served.paths("/tree/") == [f"/tree/{'ab' * 20}:data/xml"]
    again = Get(recipe(served, "git-tree", tree=tree), tmp_path)
    again.run()
    assert (len(served.paths("/raw/")), again.offer.missing, again.corpus.is_here(again.offer)) == (2, 0, True)
    (again.corpus.folder / "P19.xml").unlink()
    assert not again.corpus.is_here(again.corpus.offer(again.source))


def test_files_of_a_later_revision(served: FakeSource, tmp_path: Path) -> None:
    """Of a later revision only what changed is fetched, and what it has no more goes."""
    anthology(served)
    get = Get(recipe(served, "git-tree"), tmp_path)
    get.run()
    del served.files["/raw/2020.acl.xml"]
    served.files["/raw/2021.acl.xml"] = b"<collection id='2021.acl'/>"
    served.asked.clear()
    offer = get.corpus.offer(get.source, latest=True)
    assert ("master as it is now" in offer.proof, offer.missing) == (True, 27)
    get.corpus.get(get.source, offer, lambda _done, _total: None)
    assert (get.files, served.paths("/raw/")) == (["2021.acl.xml", "P19.xml"], ["/raw/2021.acl.xml"])


def test_files_go_on(served: FakeSource, tmp_path: Path) -> None:
    """A listing that was interrupted goes on with the file at which it stood, and within it."""
    anthology(served)
    served.files["/raw/big.xml"] = b"<collection id='x'>" + b" " * 300_000 + b"</collection>"
    get = Get(recipe(served, "git-tree"), tmp_path)
    offer = get.corpus.offer(get.source)
    served.cut_at = [10_000, 10_000, 150_000]

    def interrupt(_seconds: float, _why: str) -> None:
        if served.cut_at == []:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get.corpus.get(Source(Network(), interrupt), offer, lambda _done, _total: None)
    get.run()
    assert (len(get.files), len(served.ranges)) == (3, 1)


def listing(change: Callable[[dict[str, Any]], object]) -> Callable[[FakeSource], bytes]:
    def changed(served: FakeSource) -> bytes:
        tree = served.tree()
        change(tree)
        return json.dumps(tree).encode()

    return changed


@pytest.mark.parametrize(
    ("hostile", "told"),
    [
        (lambda _served: b"<html>", "gives no whole listing"),
        (listing(lambda tree: tree.update(truncated=True)), "gives no whole listing"),
        (listing(lambda tree: tree["tree"].pop()), "lists other files than revision abababababab has"),
        (listing(lambda tree: tree["tree"][0].update(path="../../x")), "lists a file that cannot be one"),
        (listing(lambda tree: tree["tree"][0].update(path=".hidden")), "lists a file that cannot be one"),
        (listing(lambda tree: tree["tree"][0].update(size=1 << 40)), "lists a file that cannot be one"),
        (listing(lambda tree: tree["tree"][0].update(size=True)), "lists a file that cannot be one"),
        (listing(lambda tree: tree["tree"][0].update(sha="0")), "lists a file that cannot be one"),
        (listing(lambda tree: tree.update(tree=[])), "lists other files"),
    ],
)
def test_hostile_listing(served: FakeSource, tmp_path: Path, hostile: Callable[[FakeSource], bytes], told: str) -> None:
    """A listing that names paths, lacks files or is none is refused before anything is fetched."""
    anthology(served)
    served.script = [("/tree/", (200, {}, hostile(served)))]
    get = Get(recipe(served, "git-tree", tree=served.tree()["sha"]), tmp_path)
    assert told in get.refused()
    assert served.paths("/raw/") == []


def test_pinned_tree(served: FakeSource, tmp_path: Path) -> None:
    """A listing that is whole and not the pinned one is refused; a file that is not the listed one is deleted."""
    anthology(served)
    assert "lists other files" in Get(recipe(served, "git-tree", tree="0" * 40), tmp_path).refused()
    get = Get(recipe(served, "git-tree"), tmp_path)
    offer = get.corpus.offer(get.source)
    served.files["/raw/2020.acl.xml"] = b"<collection id='2020.evil'/>"
    with pytest.raises(TexscholarError, match=r"sent more than|has not the announced hash"):
        get.corpus.get(get.source, offer, lambda _done, _total: None)
    assert get.files == []


def test_revision_that_changed(served: FakeSource, tmp_path: Path) -> None:
    """A revision that lists other files than it did before is refused: commits do not change."""
    anthology(served)
    get = Get(recipe(served, "git-tree"), tmp_path)
    get.run()
    served.files["/raw/P19.xml"] = b"<collection id='P19'/>"
    with pytest.raises(TexscholarError, match="lists other files than revision abababababab has"):
        get.corpus.offer(get.source)
    assert get.corpus.offer(get.source, latest=True).missing > 0


def test_hash_of_a_tree(tmp_path: Path) -> None:
    """The hash of a listing is git's own for that folder."""
    for name in ("b.xml", "a.xml", "a-b", "sub/inner"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    (tmp_path / "a-b").chmod(0o755)
    for arguments in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    tree = subprocess.run(["git", "write-tree"], cwd=tmp_path, check=True, capture_output=True).stdout.decode().strip()
    rows = subprocess.run(["git", "ls-tree", tree], cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    listed = [
        {"mode": meta.split()[0], "type": meta.split()[1], "sha": meta.split()[2], "path": name}
        for meta, name in (row.split("\t") for row in rows.splitlines())
    ]
    assert tree_hash({"tree": list(reversed(listed))}) == tree
    assert [
        tree_hash(each) for each in (None, {}, {"tree": [1]}, {"tree": [{"path": "a", "mode": "1", "sha": 1}]})
    ] == [""] * 4


# -- pages


def test_oai_pmh(served: FakeSource, tmp_path: Path) -> None:
    """All pages come, what was deleted is left out, and a library is made of what arXiv's own JSON would have."""
    served.works = ARXIV
    get = Get(recipe(served, "oai-pmh", pause=3.0), tmp_path, Asked("cs", since=2007))
    assert get.run() == ""
    assert get.offer.works == 5
    assert [line["id"] for line in get.lines()] == ["0704.0001", "0704.0003", "hep-th/9901001", "0704.0005"]
    assert get.lines()[0] == {
        "id": "0704.0001",
        "title": "On One & All",
        "authors_parsed": [["Ng", "Ann", ""], ["Li", "Bo", ""]],
        "abstract": "We <do>.",
        "categories": "cs.CL cs.LG",
        "doi": "",
        "journal-ref": "",
        "versions": [{"created": "2007-05-23"}],
    }
    first, second = served.paths("/oai")[1:3]
    assert first == "/oai?verb=ListRecords&metadataPrefix=arXiv&set=cs&from=2007-01-01"
    assert second == "/oai?verb=ListRecords&resumptionToken=page+1%262%7C2"
    assert get.pauses == [3.0, 3.0]
    assert all(headers["user-agent"].startswith("texscholar/") for _, _, headers in served.asked)


def test_oai_pmh_in_one_page(served: FakeSource, tmp_path: Path) -> None:
    """A list of one page has no token; one without any record is empty."""
    served.works, served.per_page = ARXIV, 10
    get = Get(recipe(served, "oai-pmh"), tmp_path)
    assert (get.run(), len(get.lines())) == ("", 4)
    empty = Get(recipe(served, "oai-pmh"), tmp_path, Asked("nothing"))
    empty.run()
    assert (empty.offer.works, empty.lines()) == (0, [])


def test_openalex(served: FakeSource, tmp_path: Path) -> None:
    """All pages of a field come, without what no importer reads; the key goes with every request and nowhere else."""
    served.works = OPENALEX
    get = Get(recipe(served, "openalex"), tmp_path, Asked("17", since=2015), key="geheim")
    assert get.run() == ""
    assert [line["id"][-2:] for line in get.lines()] == ["W1", "W2", "W3", "W4", "W5"]
    assert max(map(len, get.corpus.paths[0].read_text().splitlines())) < 500
    assert "geheim" not in get.corpus.paths[0].read_text() + "".join(
        p.read_text() for p in get.corpus._beside.iterdir()
    )
    path = served.paths("/works")[-1]
    assert "filter=primary_topic.field.id%3A17%2Cfrom_publication_date%3A2015-01-01&" in path
    assert "sort=cited_by_count%3Adesc&per_page=100&cursor=Ils%3D6&api_key=geheim" in path


@pytest.mark.parametrize(
    ("part", "told"), [("17", "field.id%3A17"), ("1702", "subfield.id%3A1702"), ("T10028", "topic.id%3AT10028")]
)
def test_openalex_levels(served: FakeSource, tmp_path: Path, part: str, told: str) -> None:
    """A field, a subfield and a topic are asked for as what they are."""
    get = Get(recipe(served, "openalex"), tmp_path, Asked(part))
    get.run()
    assert told in served.paths("/works")[0]


def test_limit(served: FakeSource, tmp_path: Path) -> None:
    """--limit ends in the middle of a page and asks for no further one."""
    served.works = OPENALEX
    get = Get(recipe(served, "openalex"), tmp_path, Asked("17", most=3))
    get.run()
    assert (get.offer.works, len(get.lines()), get.told[-1]) == (3, 3, (3, 3))
    assert len(served.paths("/works")) == 3  # the first one for the number


WAYS = {"oai-pmh": ("/oai", ARXIV, 4, Asked()), "openalex": ("/works", OPENALEX, 5, Asked("17"))}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_pages_go_on(served: FakeSource, tmp_path: Path, way: str, at: int) -> None:
    """What was interrupted between two pages goes on there; half a page that was written is written anew."""
    path, served.works, count, asked = WAYS[way]
    if at == 3 and way == "oai-pmh":
        at = 2  # it has no fourth page
    get = Get(recipe(served, way), tmp_path, asked)
    get.offer = get.corpus.offer(get.source)

    def interrupt(_seconds: float, _why: str) -> None:
        if len(served.paths(path)) == at + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get.corpus.get(Source(Network(), interrupt), get.offer, lambda _done, _total: None)
    with (get.corpus._beside / "pages.part").open("ab") as file:
        file.write(b'{"half": ')
    before = len(served.paths(path))
    again = Get(recipe(served, way), tmp_path, asked)
    again.run()
    assert (len(again.lines()), len({line["id"] for line in again.lines()})) == (count, count)
    every = 3 if way == "oai-pmh" else 4
    assert len(served.paths(path)) - before == every - at
    assert again.waiting == []


@pytest.mark.parametrize("way", WAYS)
def test_other_question_begins_anew(served: FakeSource, tmp_path: Path, way: str) -> None:
    """What was fetched for one question is not gone on with for another."""
    _, served.works, count, asked = WAYS[way]
    get = Get(recipe(served, way), tmp_path, asked)
    with pytest.raises(KeyboardInterrupt):
        get.corpus.get(Source(Network(), interrupt), Offer(), lambda _done, _total: None)
    other = Get(recipe(served, way), tmp_path, replace(asked, since=2000))
    other.run()
    assert len(other.lines()) == count


def interrupt(_seconds: float, _why: str) -> None:
    raise KeyboardInterrupt


BROKEN = {
    "cut off": lambda body: body[: len(body) // 2],
    "a page": lambda _body: b"<html><body>log in</body></html>",
    "nothing": lambda _body: b"",
    "not JSON, not XML": lambda _body: b"\x00\xff{{{",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", BROKEN)
def test_broken_page(served: FakeSource, tmp_path: Path, way: str, what: str) -> None:
    """A page that is cut off or none is asked for again and never counts as the last; then it is named."""
    path, served.works, count, asked = WAYS[way]
    get = Get(recipe(served, way), tmp_path, asked)
    get.offer = get.corpus.offer(get.source)
    broken = (200, {}, BROKEN[what](served.answer(served.paths(path)[0])[2]))
    served.script = [(path, broken)]
    get.corpus.get(get.source, get.offer, lambda _done, _total: None)
    assert (len(get.lines()), get.pauses[0]) == (count, 1.0)
    served.script = [(path, broken)] * 9
    refusal = Get(recipe(served, way), tmp_path, replace(asked, since=1999))
    with pytest.raises(TexscholarError, match=r"127\.0\.0\.1:\d+ (gives no|sent a broken)"):
        refusal.run()


@pytest.mark.parametrize("way", WAYS)
def test_pages_in_trouble(served: FakeSource, tmp_path: Path, way: str) -> None:
    """503 and 429 with Retry-After are waited for, up to ten minutes; what came before is kept."""
    path, served.works, count, asked = WAYS[way]
    get = Get(recipe(served, way), tmp_path, asked)
    get.offer = get.corpus.offer(get.source)
    served.script = [(path, (503, {"Retry-After": "30"}, b"")), (path, (429, {"Retry-After": "31"}, b""))]
    get.corpus.get(get.source, get.offer, lambda _done, _total: None)
    assert ([each for each in get.pauses if each], len(get.lines())) == ([30.0, 31.0], count)


def test_daily_limit(served: FakeSource, tmp_path: Path) -> None:
    """A limit of a day ends in one line that says when to go on, and then it does."""
    served.works = OPENALEX
    get = Get(recipe(served, "openalex"), tmp_path, Asked("17"))
    get.offer = get.corpus.offer(get.source)
    first = served.answer(served.paths("/works")[0])
    served.script = [("/works", first), ("/works", (429, {"Retry-After": "40000"}, b""))]
    with pytest.raises(TexscholarError, match="error 429 and asks to wait 667 min; run this again then to go on"):
        get.corpus.get(get.source, get.offer, lambda _done, _total: None)
    before = len(served.paths("/works"))
    get.run()
    assert (len(get.lines()), len(served.paths("/works")) - before) == (5, 3)


def test_expired_token(served: FakeSource, tmp_path: Path) -> None:
    """A token that the service has forgotten ends in one line, and the next call begins anew."""
    served.works = ARXIV
    get = Get(recipe(served, "oai-pmh"), tmp_path)
    with suppress(KeyboardInterrupt):
        get.corpus.get(Source(Network(), interrupt), Offer(), lambda _done, _total: None)
    state = get.corpus._beside / "state.json"
    state.write_text(state.read_text().replace("page 1", "old 1"))
    with pytest.raises(TexscholarError, match="has forgotten where this was; get it again, which begins anew"):
        get.corpus.get(get.source, Offer(), lambda _done, _total: None)
    get.run()
    assert len(get.lines()) == 4


@pytest.mark.parametrize("text", ["", "{", "[]", '{"asked": 1}', '{"asked": "x", "size": -5, "more": 1}'])
def test_garbled_state(served: FakeSource, tmp_path: Path, text: str) -> None:
    """A state that is garbled is as good as none."""
    served.works = ARXIV
    get = Get(recipe(served, "oai-pmh"), tmp_path)
    get.corpus._beside.mkdir(parents=True)
    (get.corpus._beside / "state.json").write_text(text)
    get.run()
    assert len(get.lines()) == 4


def test_same_page_again_and_again(served: FakeSource, tmp_path: Path) -> None:
    """A service that leads in circles is left."""
    body = json.dumps({"meta": {"count": 9, "next_cursor": "same"}, "results": OPENALEX[:1]}).encode()
    served.script = [("/works", (200, {}, body))] * 5
    get = Get(recipe(served, "openalex"), tmp_path, Asked("17"))
    with pytest.raises(TexscholarError, match="gives the same page again and again"):
        get.run()


def test_fewer_than_announced(served: FakeSource, tmp_path: Path) -> None:
    """A list that ends before the announced number is taken, and told."""
    body = json.dumps({"meta": {"count": 9, "next_cursor": None}, "results": OPENALEX}).encode()
    served.script = [("/works", (200, {}, body))] * 2
    get = Get(recipe(served, "openalex"), tmp_path, Asked("17"))
    assert get.run() == "9 works were announced and 5 came"


def test_xml_bomb(served: FakeSource, tmp_path: Path) -> None:
    """A page that declares entities is refused."""
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><OAI-PMH><ListRecords/></OAI-PMH>'
    served.script = [("/oai", (200, {}, bomb))]
    with pytest.raises(TexscholarError, match="declares an entity"):
        Get(recipe(served, "oai-pmh"), tmp_path).run()


def test_huge_page(served: FakeSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is larger than any page is dropped on the way."""
    monkeypatch.setattr("texscholar.downloads._LARGEST_PAGE", 1 << 20)
    served.script = [("/oai", (200, {}, b"<OAI-PMH>" + b" " * (3 << 20)))]
    with pytest.raises(TexscholarError, match="sent more than 1 MB"):
        Get(recipe(served, "oai-pmh"), tmp_path).run()


# -- recipes


def test_recipes_that_ship() -> None:
    """Ours are read, name licence and source, and stand for the four corpora."""
    ours = recipes(Path("/nowhere"))
    assert list(ours) == ["acl-anthology", "arxiv", "dblp", "openalex"]
    assert all(each.licence and each.licence_url.startswith("https://") and each.noted for each in ours.values())
    assert all(each.url.startswith("https://") for each in ours.values())
    assert (ours["openalex"].part_named("computer-science"), ours["openalex"].part_named("1702")) == ("17", "1702")
    assert corpus_name(ours["arxiv"], "physics:hep-th") == "arxiv-physics-hep-th"


GOOD = 'about = "x"\nkind = "ris"\nway = "files"\nurl = "https://example.org/a.ris"\nlicence = "CC0"\nlicence-url = "https://example.org"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no valid TOML"),
        (GOOD + "more = 1\n", "it has no more"),
        (GOOD.replace('licence = "CC0"\n', ""), "it lacks licence"),
        (GOOD.replace("https://example.org/a.ris", "file:///etc/passwd"), "url is not what it should be"),
        (GOOD.replace('"ris"', '"word"'), "kind is not what it should be"),
        (GOOD.replace('"files"', '"ftp"'), "way is not what it should be"),
        (GOOD.replace('"files"', '"git-tree"'), "it lacks files"),
        (GOOD + "works = true\n", "works is not what it should be"),
        (GOOD + "pause = -1\n", "pause is not what it should be"),
        (GOOD + "[parts]\na = 1\n", "parts is not what it should be"),
    ],
)
def test_garbled_recipe(text: str, told: str) -> None:
    """A recipe that is none is refused with what is wrong and where."""
    with pytest.raises(TexscholarError, match=told) as refusal:
        read_recipe("own", text, "own.toml")
    assert str(refusal.value).startswith("own.toml: ")


def test_own_recipe(tmp_path: Path) -> None:
    """A user's own recipe stands beside ours, or in place of one."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "mine.toml").write_text(GOOD)
    (folder / "dblp.toml").write_text(GOOD)
    read = recipes(tmp_path)
    assert (read["mine"].kind, read["dblp"].kind, read["arxiv"].kind) == ("ris", "ris", "arxiv")


@pytest.mark.parametrize(
    ("name", "part", "told"),
    [
        ("openalex", "", "is fetched by FIELD: name one, as in openalex:FIELD; it has agricultural"),
        ("openalex", "a/../b", "has no such FIELD"),
        ("dblp", "x", "has no parts; leave out what follows the colon"),
    ],
)
def test_parts(name: str, part: str, told: str) -> None:
    """A part that is lacking, or that is none, is refused."""
    with pytest.raises(TexscholarError, match=told):
        recipes(Path("/nowhere"))[name].part_named(part)


# -- the command


@pytest.fixture
def own() -> Callable[..., None]:
    """Puts a recipe into the user's configuration."""

    def put(name: str, **values: str | int) -> None:
        folder = Path(os.environ["TEXSCHOLAR_CONFIG_DIR"]) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        base = {"about": "a corpus", "licence": "CC0 1.0", "licence-url": "https://example.org/l", "noted": "2026-11"}
        lines = [f"{key} = {json.dumps(value)}" for key, value in (base | values).items()]
        (folder / f"{name}.toml").write_text("\n".join(lines))

    return put


def test_command(texscholar: Run, served: FakeSource, own: Callable[..., None], tmp_path: Path) -> None:
    """The command tells terms, fetches, imports and is done; again it fetches nothing; remove leaves nothing behind."""
    anthology(served)
    tree, raw = f"{served.url}/tree/{{revision}}:data/xml", f"{served.url}/raw/{{file}}"
    own("acl-anthology", kind="acl-anthology", way="git-tree", url=tree, files=raw, revision="abc", works=7)
    done = texscholar("library", "get", "acl-anthology", "--yes", cwd=tmp_path)
    assert (done.code, done.text) == (0, "acl-anthology: 2 records\n")
    for told in ("licence: CC0 1.0 (https://example.org/l)", "in 2 files; about 7 works (estimated in 2026-11)",
                 "time: 1 s to fetch at 5 MB/s, 1 s to index; estimates", "verified by: git's hash of every file"):  # fmt: skip
        assert told in done.err
    listed = texscholar("library", "list", "--details", cwd=tmp_path).text
    assert "\tacl-anthology\t2 records, 1 left out\t" in listed
    again = texscholar("library", "get", "acl-anthology", "--yes", cwd=tmp_path)
    assert again.text == "acl-anthology: is what the source has, nothing was fetched\n"
    assert len(served.paths("/raw/")) == 2
    assert texscholar("library", "refresh", "acl-anthology", cwd=tmp_path).code == 0
    texscholar("library", "remove", "acl-anthology", cwd=tmp_path)
    data = Path(os.environ["TEXSCHOLAR_DATA_DIR"])
    assert [path for path in data.rglob("*") if path.is_file()] == []


def test_command_pages(texscholar: Run, served: FakeSource, own: Callable[..., None], tmp_path: Path) -> None:
    """A set of a service becomes a library under its own name."""
    served.works = ARXIV
    own("arxiv", kind="arxiv", way="oai-pmh", url=f"{served.url}/oai", prefix="arXiv", part="SET")
    done = texscholar("library", "get", "arxiv:cs", "--yes", "--limit", "4", cwd=tmp_path)
    assert (done.code, done.text) == (0, "arxiv-cs: 3 records\n")
    assert "On Old Strings" in texscholar("library", "search", "strings", cwd=tmp_path).text


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (((), {}), "is not fetched where nobody can be asked; run `texscholar library get dblp` in a terminal, or add"),
        (((), {"CI": "true"}), "is not fetched in CI"),
        ((("--yes",), {"PRE_COMMIT": "1"}), "nothing is fetched in a hook"),
        ((("--yes", "--offline"), {}), "--offline closes the network"),
        ((("--yes", "--limit", "3"), {}), "comes as a whole: leave out --since and --limit"),
        ((("--yes", "--name", "a/b"), {}), "is no name for a library"),
    ],
)
def test_not_unasked(
    texscholar: Run,
    served: FakeSource,
    own: Callable[..., None],
    call: tuple[tuple[str, ...], dict[str, str]],
    told: str,
) -> None:
    """Without somebody who says yes, in a hook and offline nothing is asked of anybody."""
    own("dblp", kind="dblp", way="files", url=f"{served.url}/dblp.xml.gz")
    arguments, env = call
    refused = texscholar("library", "get", "dblp", *arguments, cwd=Path.cwd(), env={"CI": "", **env})
    assert (refused.code, told in refused.err, served.asked) == (2, True, [])


def test_own_library_of_that_name(
    texscholar: Run, served: FakeSource, own: Callable[..., None], tmp_path: Path
) -> None:
    """A library that somebody made of other files is not replaced; under another name the corpus comes."""
    served.files["/dblp.xml.gz"] = DUMP
    own("dblp", kind="dblp", way="files", url=f"{served.url}/dblp.xml.gz")
    (tmp_path / "dblp.ris").write_bytes(SAMPLES["ris"].data)
    texscholar("library", "add", "dblp.ris", cwd=tmp_path)
    refused = texscholar("library", "get", "dblp", "--yes", cwd=tmp_path)
    assert (refused.code, "choose another name with --name" in refused.err, served.asked) == (2, True, [])
    assert texscholar("library", "get", "dblp", "--yes", "--name", "all", cwd=tmp_path).text == "all: 2 records\n"


def test_no_such_recipe(texscholar: Run, tmp_path: Path) -> None:
    """Without a name the recipes are listed; an unknown one is refused with those that there are."""
    assert [line.split("\t")[0] for line in texscholar("library", "get", cwd=tmp_path).text.splitlines()] == [
        "acl-anthology",
        "arxiv[:SET]",
        "dblp",
        "openalex:FIELD",
    ]
    refused = texscholar("library", "get", "medline", "--yes", cwd=tmp_path)
    assert (refused.code, "there is no recipe medline; there are acl-anthology, arxiv" in refused.err) == (2, True)


def test_interrupted_command(served: FakeSource, own: Callable[..., None], tmp_path: Path) -> None:
    """Ctrl-C in the middle of a file ends with 130, and the same command goes on."""
    served.files["/dblp.xml.gz"] = DUMP
    own(
        "dblp",
        kind="dblp",
        way="files",
        url=f"{served.url}/dblp.xml.gz",
        sha256=hashlib.sha256(DUMP).hexdigest(),
    )
    code = (
        "import sys, time\nfrom texscholar.cli import main, library_get\n"
        "def wait(seconds, why):\n    raise KeyboardInterrupt\n"
        "library_get._wait = wait\nsys.exit(main.main(['library', 'get', 'dblp', '--yes']))"
    )
    served.cut_at = [100_000]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run([sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (130, False)
    again = subprocess.run([sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, check=False)
    assert (again.returncode, again.stdout, len(served.ranges)) == (0, b"dblp: 2 records\n", 1)


@pytest.mark.parametrize(("word", "comes"), [("n", False), ("", False), ("y", True)])
def test_consent(served: FakeSource, own: Callable[..., None], tmp_path: Path, word: str, comes: bool) -> None:
    """On a terminal licence, size and time are shown, and only a yes fetches."""
    served.files["/dblp.xml.gz"] = DUMP
    own("dblp", kind="dblp", way="files", url=f"{served.url}/dblp.xml.gz", works=2)
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "texscholar", "library", "get", "dblp"]
    env = {**os.environ, "TERM": "xterm", "CI": "", "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path, env=env) as process:
        os.close(theirs)
        os.write(ours, f"{word}\n".encode())
        shown = b""
        with suppress(OSError):  # the terminal is gone with the process
            while piece := os.read(ours, 4096):
                shown += piece
        assert process.wait(60) == 0
    os.close(ours)
    assert b"licence: CC0 1.0" in shown
    assert b"Fetch and index it under this licence? [y/N]" in shown
    assert (b"dblp: 2 records" in shown, b"nothing was fetched" in shown) == (comes, not comes)
    assert served.paths("/dblp") == (["/dblp.xml.gz"] if comes else [])


@pytest.mark.parametrize(
    "case",
    [
        ("openalex", Offer(works=20_000_000), True, "time: 19 days to fetch, 22 min to index; estimates"),
        ("openalex", Offer(works=20_000_000), False, "key: the service gives little without one; a free one goes into OPEN"),
        ("openalex", Offer(works=5000), True, "size: 5,000 works, some 2 kB each (estimated)"),
        ("arxiv", Offer(works=1_450_000), False, "size: 1,450,000 works, about 2.8 GB (estimated in 2026-11)"),
        ("arxiv", Offer(works=1_450_000), False, "time: 97 min to fetch, 97 s to index; estimates"),
        ("arxiv", Offer(), False, "size: not told by the source"),
        ("dblp", Offer((), 1_000_000_000, 250_000_000, 8_000_000), False, "size: 1.0 GB, 750.0 MB of it are here; about 8,0"),
        ("dblp", Offer((), 1_000_000_000, 250_000_000, 8_000_000), False, "time: 50 s to fetch at 5 MB/s, 9 min to index"),
    ],
)  # fmt: skip
def test_estimates(case: tuple[str, Offer, bool, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is told before: sizes of the source where it tells them, else estimates that say so."""
    name, offer, has_key, told = case
    _tell_terms(Corpus(recipes(tmp_path)[name], Asked(), name, tmp_path), offer, has_key=has_key)
    assert told in capsys.readouterr().err


def test_killed(texscholar: Run, served: FakeSource, own: Callable[..., None], tmp_path: Path) -> None:
    """kill -9 in the middle of a list loses the page under way at most; the same command goes on and completes."""
    served.works = [
        {"id": f"2401.{number:05d}", "title": f"On {number} things", "authors": [("Ng", "Ann")]} for number in range(9)
    ]
    own("arxiv", kind="arxiv", way="oai-pmh", url=f"{served.url}/oai", prefix="arXiv", part="SET", pause=0.3)
    command = [sys.executable, "-m", "texscholar", "library", "get", "arxiv", "--yes"]
    state = Path(os.environ["TEXSCHOLAR_DATA_DIR"], FOLDER, ".arxiv", "state.json")
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not state.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.kill()
    before = len(served.paths("/oai"))
    done = texscholar("library", "get", "arxiv", "--yes", cwd=tmp_path)
    assert (done.code, done.text) == (0, "arxiv: 9 records\n")
    assert len(served.paths("/oai")) - before < 5
    assert not state.exists()
