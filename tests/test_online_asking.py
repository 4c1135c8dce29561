"""Online sources on real sockets: what they answer, how politely they are asked, and that no failure fails a run."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from servers import sources as fake
from servers.sources import NAMES, FakeSources, Handler, Paper, status
from texscholar import network
from texscholar.library.online.asking import FRESH, Answered, Manner, ask
from texscholar.library.online.cache import AnswerShelf
from texscholar.library.online.queries import Lookup, Search
from texscholar.library.online.sources import SOURCES
from texscholar.network import Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from texscholar.library.online.sources import Source

MAPS = Paper("Maps of Rivers", ("Ann Ames", "Bo Bly"), 2020, doi="10.1000/maps", arxiv="2001.00001")
WELLS = Paper("Old Wells", ("Gus Gill",), 1999, doi="10.1000/wells")
RIVERS, GONE = Search(("rivers", "maps")), Search(("deserts",))


@pytest.fixture
def server() -> Iterator[FakeSources]:
    with FakeSources((MAPS, WELLS)).serving() as served:
        yield served


@pytest.fixture
def manner(server: FakeSources, tmp_path: Path) -> Iterator[Manner]:
    cache = AnswerShelf(tmp_path / "answers.sqlite3")
    yield Manner(Network(), cache, time.monotonic() + 30, 20, environ=server.environment)
    cache.close()


def hasty(name: str) -> Source:
    """A source that lets requests follow at once."""
    return replace(SOURCES[name], interval=0.0)


def asked(name: str, manner: Manner, *queries: Search | Lookup) -> Answered:
    (answered,) = ask([hasty(name)], queries, manner)
    return answered


def reasons(answered: Answered) -> str:
    return "\n".join(str(each) for each in answered.skipped)


@pytest.mark.parametrize("name", NAMES)
def test_a_search(name: str, server: FakeSources, manner: Manner) -> None:
    """Each source's answer becomes records; one that found nothing is an answer too."""
    answered = asked(name, manner, RIVERS, GONE)
    (record,) = answered.records
    work = record.work
    assert (work.title, work.year, [each.family for each in work.authors]) == ("Maps of Rivers", 2020, ["Ames", "Bly"])
    assert (work.doi, record.origin, answered.skipped) == ("10.1000/maps", f"online:{name}", ())
    assert str(answered) == f"{name}: 2 answers"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("name", "wanted", "titles"),
    [
        ("crossref", Lookup(doi="10.1000/wells", key="gill"), ["Old Wells"]),
        ("openalex", Lookup(doi="10.1000/wells", key="gill"), ["Old Wells"]),
        ("semantic-scholar", Lookup(doi="10.1000/wells", key="gill"), ["Old Wells"]),
        ("semantic-scholar", Lookup(arxiv="2001.00001", key="gill"), ["Maps of Rivers"]),
        ("arxiv", Lookup(arxiv="2001.00001", key="gill"), ["Maps of Rivers"]),
        ("crossref", Lookup(doi="10.1000/gone"), []),
        ("openalex", Lookup(doi="10.1000/gone"), []),
        ("semantic-scholar", Lookup(doi="10.1000/gone"), []),
        ("arxiv", Lookup(arxiv="2001.99999"), []),
    ],
)
def test_a_look_up(name: str, wanted: Lookup, titles: list[str], server: FakeSources, manner: Manner) -> None:
    """The work of an identifier comes under the wanted key; that there is none is an answer, which is kept."""
    for _ in range(2):
        answered = asked(name, manner, wanted)
        assert ([each.work.title for each in answered.records], answered.skipped, answered.answers) == (titles, (), 1)
        assert all(each.key == "gill" for each in answered.records)
    assert len(server.asked) == 1


def test_what_cannot_be_looked_up(server: FakeSources, manner: Manner) -> None:
    """DBLP is asked for no identifier, Crossref for none of arXiv, arXiv for no DOI."""
    for name, wanted in (
        ("dblp", Lookup(doi="10.1/x")),
        ("crossref", Lookup(arxiv="1")),
        ("arxiv", Lookup(doi="10.1/x")),
    ):
        assert asked(name, manner, wanted).answers == 0
    assert server.asked == []


def test_another_work(server: FakeSources, manner: Manner) -> None:
    """A work that does not bear the identifier is no answer to it, whatever the source says."""
    body = json.dumps({"message": {"DOI": "10.1000/other", "title": ["Other"], "type": "journal-article"}})
    server.script.append(status(200, body.encode()))
    answered = asked("crossref", manner, Lookup(doi="10.1000/wells"))
    assert answered.records == ()
    assert "1 query for an identifier answered with another work" in reasons(answered)


# -- failures

WRONG = {
    "html": (fake.page, "something that is no"),
    "truncated": (fake.truncated, ("something that is no JSON", "is no XML from here on")),
    "cut off": (fake.cut, "cannot be reached"),
    "closed": (fake.hang_up, "cannot be reached"),
    "huge": (fake.huge, "sent more than 8 MB"),
    "500": (status(500), "is busy or out of order (error 500)"),
    "403": (status(403), "refuses us (error 403)"),
    "404": (status(404), "does not answer as documented (status 404)"),
    "redirected": (status(302, Location="http://127.0.0.1:1/"), "does not answer as documented (status 302)"),
    "empty": (status(200, b""), "does not answer as documented (status 200)"),
    "no object": (status(200, b"[1, 2]"), "something that is no"),
    "other object": (status(200, b'{"results": 3, "message": [], "data": "x", "result": null}'), "answers with"),
    "deep": (status(200, b'{"results": ' + b"[" * 200_000), "something that is no"),
    "deep and whole": (status(200, b'{"results": ' + b"[" * 9_000 + b"]" * 9_000 + b"}"), "something that is no"),
    "no unicode": (status(200, b'\xff\xfe{"results'), "something that is no"),
}  # fmt: skip


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses after failures are short."""
    monkeypatch.setattr(network, "FIRST_PAUSE", 0.01)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("step", "reason"), WRONG.values(), ids=WRONG)
def test_failures(
    name: str, step: Callable[[Handler], None], reason: str | tuple[str, ...], server: FakeSources, manner: Manner
) -> None:
    """Whatever a source does, it is left alone after it, and told once, with the number of queries without answer."""
    server.always = step
    answered = asked(name, manner, RIVERS, GONE)
    (skipped,) = answered.skipped
    assert (answered.records, skipped.what) == ((), f"online {name}")
    assert any(each in skipped.reason for each in ((reason,) if isinstance(reason, str) else reason))
    assert "; 2 of 2 queries unanswered" in skipped.reason
    assert len(server.asked) <= 3
    assert manner.cache.get(f"{name} {server.url}/{name}", server.asked[0].removeprefix(f"/{name}")) is None


def test_a_query_that_is_not_understood(server: FakeSources, manner: Manner) -> None:
    """An error that is about one query does not keep the next from being asked."""
    server.script.append(status(400))
    answered = asked("openalex", manner, GONE, RIVERS)
    assert [each.work.title for each in answered.records] == ["Maps of Rivers"]
    assert "error 400" in reasons(answered)
    assert "1 of 2 queries unanswered" in reasons(answered)


def test_late_answers(server: FakeSources, manner: Manner) -> None:
    """No answer is waited for longer than there is time."""
    server.always = fake.hang
    start = time.monotonic()
    answered = asked("openalex", replace(manner, end=start + 0.5), RIVERS, GONE)
    assert time.monotonic() - start < 3
    assert "gave no answer within" in reasons(answered)


def test_retry_after(server: FakeSources, manner: Manner) -> None:
    """What a busy source asks to wait is waited, and then it answers."""
    server.script.append(status(429, Retry_After="1"))
    answered = asked("openalex", manner, RIVERS)
    assert (len(answered.records), answered.skipped) == (1, ())
    assert 0.95 < server.times[1] - server.times[0] < 5


def test_retry_after_beyond_the_time(server: FakeSources, manner: Manner) -> None:
    """Where there is not so much time, nothing is waited for, and the source is left alone."""
    server.always = status(429, Retry_After="3600")
    start = time.monotonic()
    answered = asked("semantic-scholar", manner, RIVERS, GONE)
    assert (time.monotonic() - start < 3, len(server.asked)) == (True, 1)
    assert "(error 429) and asks to wait 3600 s" in reasons(answered)


def test_backoff(server: FakeSources, manner: Manner) -> None:
    """Without such a wish the pause doubles, and there are three tries."""
    server.always = status(503)
    assert "tried 3 times" in reasons(asked("crossref", manner, RIVERS))
    first, second, third = server.times
    assert second - first >= 0.49
    assert third - second >= 0.99


@pytest.mark.usefixtures("_impatient")
def test_nobody_there(manner: Manner) -> None:
    """A server that is not there is a skip."""
    gone = replace(manner, environ={"TEXSCHOLAR_DBLP_URL": "http://127.0.0.1:9"})
    assert "cannot be reached" in reasons(asked("dblp", gone, RIVERS))


def test_an_address_that_is_none(manner: Manner) -> None:
    """So is an address that nobody can ask."""
    gone = replace(manner, environ={"TEXSCHOLAR_DBLP_URL": "dblp"})
    assert "is no address of a server" in reasons(asked("dblp", gone, RIVERS))


def test_side_by_side(server: FakeSources, manner: Manner) -> None:
    """One source that fails takes nothing from the others, whose answers stand in the order they were named."""

    def step(handler: Handler) -> None:
        (fake.page if "/arxiv/" in handler.path else fake.good)(handler)

    server.always = step
    answered = ask([hasty(name) for name in NAMES], [RIVERS], manner)
    assert [(each.source, len(each.records)) for each in answered] == [
        ("openalex", 1), ("crossref", 1), ("semantic-scholar", 1), ("arxiv", 0), ("dblp", 1),
    ]  # fmt: skip


# -- manners


def test_intervals(server: FakeSources, manner: Manner) -> None:
    """Between two requests lies the time a source asks for, also if they are of two runs."""
    source = replace(SOURCES["arxiv"], interval=0.4)
    other = replace(manner, cache=AnswerShelf(manner.cache._path))
    ask([source], [RIVERS, GONE], manner)
    ask([source], [Search(("lakes",))], other)
    other.cache.close()
    first, second, third = server.times
    assert min(second - first, third - second) >= 0.4


def test_documented_intervals() -> None:
    """They are those of the sources' own pages: three seconds for arXiv, one or two for DBLP, one for Semantic Scholar."""
    intervals = {name: source.interval for name, source in SOURCES.items()}
    assert intervals["arxiv"] >= 3
    assert intervals["dblp"] >= 1
    assert intervals["semantic-scholar"] >= 1
    assert intervals["crossref"] >= 1
    assert intervals["openalex"] >= 0.01


def test_identification(server: FakeSources, manner: Manner) -> None:
    """Requests say who asks, and whom to write to where the user said so; keys go where each source wants them."""
    keys = {"OPENALEX_API_KEY": "open-secret", "SEMANTIC_SCHOLAR_API_KEY": "s2-secret"}
    known = replace(manner, contact="me@example.org", environ={**server.environment, **keys})
    for name in NAMES:
        asked(name, known, RIVERS)
    agents = {headers["User-Agent"] for headers in server.headers}
    assert all(agent.startswith("texscholar/") and agent.endswith(" (mailto:me@example.org)") for agent in agents)
    paths = dict(zip(NAMES, server.asked, strict=True))
    assert "&mailto=me%40example.org" in paths["openalex"]
    assert "&api_key=open-secret" in paths["openalex"]
    assert "&mailto=me%40example.org" in paths["crossref"]
    assert all("secret" not in paths[name] for name in NAMES[1:])
    assert [headers.get("x-api-key") for headers in server.headers] == [None, None, "s2-secret", None, None]
    assert not any("mailto" in paths[name] for name in NAMES[2:])
    assert b"secret" not in manner.cache._path.read_bytes()


def test_nobody_is_named(server: FakeSources, manner: Manner) -> None:
    """Without a contact none is sent."""
    asked("crossref", manner, RIVERS)
    assert "mailto" not in server.asked[0]
    assert "mailto" not in server.headers[0]["User-Agent"]


def test_a_key_that_cannot_be_sent(server: FakeSources, manner: Manner) -> None:
    """A key with a line end in it is refused without being shown."""
    bad = replace(manner, environ={**server.environment, "OPENALEX_API_KEY": "a\r\nX-Evil: 1"})
    answered = asked("openalex", bad, RIVERS)
    assert "OPENALEX_API_KEY holds characters that no key has" in reasons(answered)
    assert ("Evil" in reasons(answered), server.asked) == (False, [])


def test_most_queries(server: FakeSources, manner: Manner) -> None:
    """No more queries are sent than allowed, and the rest is told."""
    answered = asked("openalex", replace(manner, most=1), RIVERS, GONE, Search(("lakes",)))
    assert len(server.asked) == 1
    assert "2 queries more not asked; --max-queries allows more" in reasons(answered)


# -- the cache


def test_replay(server: FakeSources, manner: Manner) -> None:
    """What was answered is not asked again, and says how old it is; offline it is all there is."""
    first = asked("openalex", manner, RIVERS)
    manner.cache._now = lambda: time.time() + 3 * 86_400 + 60
    second = asked("openalex", manner, RIVERS, GONE)
    offline = asked("openalex", replace(manner, is_offline=True, network=Network(offline=True)), RIVERS, Search(("x",)))
    assert first.records == second.records == offline.records
    assert first.sha256 == asked("openalex", manner, RIVERS).sha256 == offline.sha256
    assert str(second) == "openalex: 2 answers, 1 from the cache, the oldest 3 days old"
    assert "not in the cache, and --offline closes the network; 1 of 2 queries unanswered" in reasons(offline)
    assert len(server.asked) == 2


@pytest.mark.usefixtures("_impatient")
def test_old_answers(server: FakeSources, manner: Manner) -> None:
    """After a month a source is asked anew; where it does not answer, the old answer stands."""
    asked("openalex", manner, RIVERS)
    manner.cache._now = lambda: time.time() + FRESH + 60
    server.script += [status(500)] * 3
    old = asked("openalex", manner, RIVERS)
    assert (len(old.records), old.cached, len(server.asked)) == (1, 1, 4)
    assert "30 days old" in str(old)
    new = asked("openalex", manner, RIVERS)
    assert (new.cached, len(server.asked)) == (0, 5)


def test_a_mirror_has_answers_of_its_own(server: FakeSources, manner: Manner) -> None:
    """An answer of another address is not taken for one of the source."""
    asked("openalex", manner, RIVERS)
    elsewhere = replace(manner, environ={"TEXSCHOLAR_OPENALEX_URL": f"{server.url}/openalex/"}, is_offline=True)
    assert asked("openalex", elsewhere, RIVERS).answers == 0
