"""``texscholar fill --online``: who may switch it on, what is sent, and what becomes of the answers."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import Result, Run, git, write_files
from servers import sources as fake
from servers.sources import FakeSources, Paper, status
from test_injection import HOSTILE, assert_harmless
from texscholar.bibtex import read_bibliography
from texscholar.cli.main import main
from texscholar.cli.online import found_online
from texscholar.latex import read_project
from texscholar.library import build_index, open_library
from texscholar.library.online.sources import SOURCES
from texscholar.library.records import Record
from texscholar.pipeline import Job, run
from texscholar.pipeline import Paper as Read
from texscholar.source import SourceText

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAIN = """\
\\documentclass{article}
\\usepackage{natbib}
\\title{Springs: Finding Water under Limestone}
\\begin{document}
\\section{Related Work}
Wells are old \\citep{old}.
% TODO related-work: maps of rivers
\\section{Method}
We draw all rivers after the hydrographic maps of earlier surveys \\citep{?}.
The level of lakes is read with floating gauges \\citep{10.1000/gauges}, others use echoes \\citep{2001.00009}.
\\bibliographystyle{plainnat}
\\bibliography{refs}
\\end{document}
"""
REFS = "@article{old,\n  title = {Old Wells},\n  author = {Gill, Gus},\n  journal = {Wells},\n  year = {1990},\n}\n"
PAPERS = (
    Paper("Drawing maps of rivers", ("Ann Ames", "Bo Bly"), 2020, doi="10.1000/maps"),
    Paper("Hydrographic maps of rivers after earlier surveys", ("Cid Cole",), 2011, doi="10.1000/surveys"),
    Paper("Old Wells", ("Gus Gill",), 1990, doi="10.1000/wells"),
    Paper("Floating gauges for the level of lakes", ("Di Dorn",), 2005, doi="10.1000/gauges"),
    Paper("Echoes from lakes", ("Ed Egg",), 2001, arxiv="2001.00009"),
)
CONFIG = "config.toml"


@pytest.fixture
def server() -> Iterator[FakeSources]:
    with FakeSources(PAPERS).serving() as served:
        yield served


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    folder = tmp_path / "paper"
    write_files(folder, {"main.tex": MAIN, "refs.bib": REFS})
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "a paper")
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """The command line within this process, which saves the time to start one."""

    def call(*arguments: str, cwd: Path, env: Mapping[str, str] | None = None) -> Result:
        with monkeypatch.context() as changed:
            changed.chdir(cwd)
            for name, value in (env or {}).items():
                changed.setenv(name, value)
            code = main([*arguments])
        out, err = capfdbinary.readouterr()
        return Result(code, out, err.decode())

    return call


def configure(text: str) -> None:
    """The user's own configuration."""
    folder = Path(os.environ["TEXSCHOLAR_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(text, encoding="utf-8")


def test_nothing_without_it(quick: Run, paper: Path, server: FakeSources) -> None:
    """Nobody is asked without the option or the configuration."""
    result = quick("fill", "main.tex", cwd=paper, env=server.environment)
    assert (result.code, server.asked, "online" in result.err) == (0, [], False)


@pytest.mark.parametrize("name", ["openalex", "crossref", "semantic-scholar"])
def test_fill(texscholar: Run, paper: Path, server: FakeSources, name: str) -> None:
    """One source fills marker, placeholder and keys that are identifiers; a second run has the same bytes from the cache."""
    first = texscholar("fill", "main.tex", "--online", name, cwd=paper, env=server.environment)
    sent = len(server.asked)
    second = texscholar("fill", "main.tex", "--online", name, cwd=paper, env=server.environment)
    offline = texscholar("fill", "main.tex", "--online", name, "--offline", cwd=paper, env=server.environment)
    assert (first.code, first.out) == (0, second.out) == (0, offline.out)
    added = [line[1:] for line in first.text.splitlines() if line.startswith("+") and not line.startswith("+++")]
    tex, bib = "\n".join(added), "\n".join(line for line in added if "=" in line or line.startswith("@"))
    assert "\\citet{ames2020drawing}" in tex
    assert re.search(r"earlier surveys \\citep\{(?:ames2020drawing|cole2011hydrographic)\}", tex)
    assert "@article{10.1000/gauges," in bib
    assert "author = {Dorn, Di}" in bib
    assert "journal = {Journal of Rivers}" in bib
    assert "Old Wells" not in bib
    assert ("{2001.00009," in bib) == (name != "crossref")
    assert f"; libraries: online:{name} (" in first.text.partition("diff ")[0]
    count = 4 if name != "crossref" else 3
    assert f"texscholar: {name}: {count} answers\n" in first.err
    assert (sent, len(server.asked)) == (count, count)
    assert f"{name}: {count} answers, {count} from the cache, the oldest less than a minute old" in second.err


def test_origin(quick: Run, paper: Path, server: FakeSources) -> None:
    """Candidates say where they come from, and the result what it rests on."""
    result = quick(
        "fill",
        "main.tex",
        "--online",
        "openalex",
        "--online",
        "dblp",
        "--format",
        "json",
        cwd=paper,
        env=server.environment,
    )
    data = json.loads(result.text)
    origins = {each["origin"] for suggestion in data["suggestions"] for each in suggestion["candidates"]}
    assert "online:openalex" in origins <= {"online:openalex", "online:dblp", "bib"}
    names = [each["name"] for each in data["run"]["libraries"]]
    assert names == ["online:openalex", "online:dblp"]
    assert all(re.fullmatch("[0-9a-f]{64}", each["sha256"]) for each in data["run"]["libraries"])


def test_no_work_twice(quick: Run, paper: Path, server: FakeSources) -> None:
    """A work that several sources and a library know is one candidate, of the first of them."""
    line = {"title": PAPERS[0].title, "authors": ["Ann Ames", "Bo Bly"], "year": 2020, "doi": PAPERS[0].doi, "id": "x"}
    (paper / "mine.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    options = ("--online", "openalex", "--online", "crossref", "--library", "mine.jsonl", "--format", "json")
    data = json.loads(quick("fill", "main.tex", *options, cwd=paper, env=server.environment).text)
    for suggestion in data["suggestions"]:
        titles = [each["title"] for each in suggestion["candidates"]]
        assert len(titles) == len(set(titles))
    maps = {each["origin"] for s in data["suggestions"] for each in s["candidates"] if each["title"] == PAPERS[0].title}
    assert maps == {"library:mine.jsonl"}


def test_what_is_sent(quick: Run, paper: Path, server: FakeSources) -> None:
    """What is told with --show-queries is what is sent, and neither a sentence nor the paper's title stands in it."""
    result = quick(
        "fill",
        "main.tex",
        "--online",
        "openalex",
        "--online",
        "dblp",
        "--show-queries",
        cwd=paper,
        env=server.environment,
    )
    told = re.findall(r"main\.tex:\d+ [a-z-]+ asks [a-z-]+: (\S+)", result.err)
    assert sorted(told) == sorted(f"{server.url}{path}" for path in server.asked)
    text = " ".join(server.asked).lower()
    assert not [word for word in ("springs", "limestone", "finding", "draw", "wells", "gill") if word in text]


def test_what_would_be_sent(quick: Run, paper: Path, server: FakeSources) -> None:
    """Without a source, or offline, it tells the same and sends nothing."""
    alone = quick("fill", "main.tex", "--show-queries", cwd=paper, env=server.environment)
    assert "nothing is sent (no online source is named)" in alone.err
    assert "main.tex:7 unfilled-related-work would ask for: " in alone.err
    assert "main.tex:10 undefined-citation would ask for: doi:10.1000/gauges" in alone.err
    options = ("--online", "arxiv", "--offline", "--show-queries")
    offline = quick("fill", "main.tex", *options, cwd=paper, env=server.environment)
    assert "nothing is sent (--offline closes the network)" in offline.err
    assert "asks arxiv: " in offline.err
    assert "not in the cache, and --offline closes the network" in offline.err
    assert (server.asked, offline.code) == ([], 0)


def test_most_queries(quick: Run, paper: Path, server: FakeSources) -> None:
    """--max-queries bounds what each source is asked."""
    options = ("--online", "openalex", "--online", "crossref", "--max-queries", "1")
    result = quick("fill", "main.tex", *options, cwd=paper, env=server.environment)
    assert len(server.asked) == 2
    assert "online openalex: 3 queries more not asked; --max-queries allows more" in result.err
    none = quick("fill", "main.tex", *options[:-1], "0", cwd=paper, env=server.environment)
    assert (none.code, len(server.asked)) == (0, 2)


@pytest.mark.parametrize(
    "step", [fake.page, fake.truncated, fake.huge, fake.hang_up, status(500), status(429, Retry_After="999")]
)
def test_failures(quick: Run, paper: Path, server: FakeSources, step: object) -> None:
    """A failing source is a line; the run goes on as without it."""
    server.always = step  # type: ignore[assignment] # one of the steps
    without = quick("fill", "main.tex", cwd=paper)
    result = quick("fill", "main.tex", "--online", "openalex", cwd=paper, env=server.environment)
    assert (result.code, result.out) == (0, without.out)
    assert "texscholar: skipped: online openalex: " in result.err
    assert "Traceback" not in result.err


def test_time_budget(texscholar: Run, paper: Path, server: FakeSources) -> None:
    """A time budget bounds the waiting too."""
    server.always = fake.hang
    options = ("--online", "openalex", "--time-budget", "4")
    result = texscholar("fill", "main.tex", *options, cwd=paper, env=server.environment)
    assert result.code == 0
    assert "skipped: online openalex: " in result.err


def test_acl_anthology(quick: Run, paper: Path, server: FakeSources) -> None:
    """The ACL Anthology has no search: it is told what to do instead."""
    result = quick("fill", "main.tex", "--online", "acl-anthology", cwd=paper, env=server.environment)
    assert result.code == 0
    assert "online acl-anthology: has no search that a program may ask; `texscholar library get" in result.err


# -- who may switch it on


def test_configured(quick: Run, paper: Path, server: FakeSources) -> None:
    """fill asks what the user's own configuration names, unless none is asked for; check does not."""
    configure('online = ["openalex"]\nmailto = "me@example.org"\n')
    assert quick("check", cwd=paper, env=server.environment).code == 1
    assert quick("fill", "main.tex", "--online", "none", cwd=paper, env=server.environment).code == 0
    assert server.asked == []
    quick("fill", "main.tex", cwd=paper, env=server.environment)
    assert len(server.asked) == 4
    assert all("mailto=me%40example.org" in path for path in server.asked)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('online = ["google"]', "must hold some of openalex"),
        ('online = "openalex"', "must be a list of strings"),
        ("online-in-hooks = 1", "must be true or false"),
        ('mailto = "me"', "must be an address of electronic mail"),
        ('mailto = "a@b.c\\r\\nX: y"', "must be an address of electronic mail"),
    ],
)
def test_wrong_configuration(quick: Run, paper: Path, line: str, reason: str) -> None:
    """What is wrong in it is told."""
    configure(f"{line}\n")
    result = quick("fill", "main.tex", cwd=paper)
    assert (result.code, reason in result.err) == (2, True)


@pytest.mark.parametrize("line", ['online = ["openalex"]', "online-in-hooks = true", 'mailto = "me@example.org"'])
def test_settings_of_a_paper(quick: Run, paper: Path, server: FakeSources, line: str) -> None:
    """A paper's settings cannot: a cloned repository sends nobody's words anywhere."""
    (paper / ".texscholar.toml").write_text(f"{line}\n", encoding="utf-8")
    result = quick("fill", "main.tex", cwd=paper, env=server.environment)
    assert (result.code, server.asked) == (2, [])
    assert "is for your own config.toml, not for a paper's settings" in result.err


HOOKS = {
    "pre-commit": (("check", "main.tex"), {"PRE_COMMIT": "1"}),
    "git": (("check",), {"GIT_INDEX_FILE": ".git/index"}),
    "fill in a hook": (("fill", "main.tex"), {"PRE_COMMIT": "1"}),
    "staged": (("check", "--staged"), {}),
    "between commits": (("check", "--from-ref", "HEAD~1", "--to-ref", "HEAD"), {}),
}


@pytest.mark.parametrize(("command", "environment"), HOOKS.values(), ids=HOOKS)
def test_hooks(
    quick: Run, paper: Path, server: FakeSources, command: tuple[str, ...], environment: dict[str, str]
) -> None:
    """In a hook the arguments that a repository brings along ask nobody; the user's configuration decides."""
    write_files(paper, {"main.tex": MAIN.replace("floating gauges", "light floating gauges")})
    git(paper, "add", ".")
    if "--to-ref" in command:
        git(paper, "commit", "-qm", "a change")
    surroundings = {**server.environment, **environment}
    for text in ("", 'online = ["openalex"]\n'):
        configure(text)
        result = quick(*command, "--online", "openalex", cwd=paper, env=surroundings)
        assert server.asked == []
        assert "skipped: online: in a hook only where" in result.err
    configure('online = ["openalex"]\nonline-in-hooks = true\n')
    quick(*command, cwd=paper, env=surroundings)
    assert server.asked != []


def test_check_by_hand(quick: Run, paper: Path, server: FakeSources) -> None:
    """Typed outside a hook, check asks what its option names."""
    result = quick("check", "--online", "crossref", cwd=paper, env=server.environment)
    assert (result.code, len(server.asked)) == (1, 2)
    assert "Floating gauges for the level of lakes" in result.text


# -- hostile answers


@pytest.mark.parametrize("name", ["openalex", "crossref", "semantic-scholar", "arxiv", "dblp"])
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_titles(name: str, text: str, tmp_path: Path) -> None:
    """Whatever stands in the titles, names and venues of an answer, the patch is harmless, and other works are found."""
    readable = text.replace("\0", "").encode("utf-8", "replace").decode() if name == "arxiv" else text
    if name == "arxiv":
        readable = "".join(char for char in readable if char >= " " or char in "\t\r\n")
    bad = Paper(f"Hidden maps of rivers {readable}", (f"Eve {readable}",), 2021, readable, readable, "2101.00001")
    state = FakeSources((Paper("Drawing maps of rivers", arxiv="2001.00001", authors=("Ann Ames", "Bo Bly")), bad))
    query = (
        "search_query=all:rivers"
        if name == "arxiv"
        else "search=rivers&query.bibliographic=rivers&query=rivers&q=rivers"
    )
    path = "/graph/v1/paper/search" if name == "semantic-scholar" else "/works"
    _, _, body = state.answer_to(f"/{name}{path}?{query}")
    rows = SOURCES[name].read(body, name)
    assert not isinstance(rows, str), rows
    records = [each for each in rows if isinstance(each, Record)]
    assert records
    build_index(records, tmp_path / "index")
    main = MAIN.partition("\\section{Method}")[0] + "\\bibliography{refs}\n\\end{document}\n"
    project = read_project("main.tex", {"main.tex": SourceText("main.tex", main)}.get)
    with open_library(tmp_path / "index", f"online:{name}") as library:
        bibliography = read_bibliography(SourceText("refs.bib", REFS))
        outcome = run(Read(project, (bibliography,)), (library,), None, Job(), lambda path: path)
    assert_harmless(outcome)
    assert "ames2020drawing" in "".join(edit.text for each in outcome.suggestions for edit in each.edits)


# -- by identifier or words, for other commands


@pytest.mark.parametrize(
    ("text", "names", "titles"),
    [
        ("10.1000/maps", ("crossref", "openalex"), ["Drawing maps of rivers", "Drawing maps of rivers"]),
        ("https://arxiv.org/abs/2001.00009", ("semantic-scholar",), ["Echoes from lakes"]),
        ("Floating gauges", ("openalex",), ["Floating gauges for the level of lakes"]),
        ("10.1000/gone", ("crossref",), []),
        ("the", ("crossref",), []),
        ("10.1000/maps", ("acl-anthology",), []),
    ],
)
def test_found_online(
    text: str, names: tuple[str, ...], titles: list[str], server: FakeSources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Works by an identifier or by typed words, source by source."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    with found_online(text, names) as told:
        records = [record for library in told.libraries for record in library.records()]
    assert ([each.work.title for each in records], told.skipped) == (titles, ())
    assert {each.origin for each in records} <= {f"online:{name}" for name in names}


def test_cite_online(quick: Run, paper: Path, server: FakeSources) -> None:
    """A work that nothing at hand knows is asked for only where a source is named, and again from the cache offline."""
    doi = "10.1000/maps"
    alone = quick("cite", doi, cwd=paper, env=server.environment)
    assert (alone.code, server.asked) == (1, [])
    told = quick("cite", doi, "--online", "crossref", cwd=paper, env=server.environment)
    assert (told.code, "title = {Drawing maps of rivers}" in told.text) == (0, True)
    added = quick(
        "cite", doi, "--online", "crossref", "--offline", "--add", "--apply", cwd=paper, env=server.environment
    )
    assert (added.code, "Drawing maps of rivers" in (paper / "refs.bib").read_text("utf-8")) == (0, True)
    assert len(server.asked) == 1
