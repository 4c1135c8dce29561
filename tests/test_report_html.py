"""The page of ``fill --format html``: complete in itself, everything from papers and records is text in it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conftest import PAPER, Run, write_files
from texscholar.errors import Skipped
from texscholar.report.html_report import render_html
from texscholar.source import Edit, SourceText, Span
from texscholar.suggest import FileChange, evidence_lines, render_diff
from texscholar.suggest.evidence import Change, Evidence, Record, Said, Theme

HOSTILE = (
    "</title></p></script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
    "]]>&amp;'\"{{ 1 }}{% raw %}\u2028\u202e javascript:alert(1)"
)
SHOWN = HOSTILE.replace("\u2028", "⟨U+2028⟩").replace("\u202e", "⟨U+202E⟩")


def record(text: str, key: str, **more: object) -> Record:
    values = {"year": 2001, "venue": text, "doi": "10.1000/x", "score": 0.5, "origin": "bib"}
    return Record(key, text, (text,), **{**values, "names": (text,), **more})  # type: ignore[arg-type]


def page(text: str = "Rain", **more: object) -> str:
    """The page of a patch of a citation and a draft, all words of it the same text."""
    plain = " ".join(text.replace("\u2028", " ").split())
    source = SourceText("main.tex", f"Before {plain}.\n% TODO related-work\nAfter.\n")
    at, marker = source.text.index(".\n%"), source.text.index("%" + " TODO")
    block = f"% texscholar: begin related-work\nOn {plain} \\cite{{b}}.\n% texscholar: end related-work"
    edits = (Edit(Span(at, at), "~\\cite{a}"), Edit(Span(marker, marker + 19), block))
    citation = Evidence(
        "1", "citation", "missing-citation", "main.tex", 1, text, 0.5, (Change(0, at, "", "~\\cite{a}"),), (),
        (record(text, "a", **more), record(text, "z", features=((text, 1.0),))),
    )  # fmt: skip
    said = (Said(f"On {text} \\cite{{b}}.", ("b",), (text,), by_model=True),)
    draft = Evidence(
        "2", "related-work", "unfilled-related-work", "main.tex", 2, text, 0.5,
        (Change(1, 0, "% TODO related-work", block),), (), (record(text, "b", origin="library:x"),), (Theme(text, said),),
    )  # fmt: skip
    patch = render_diff([FileChange("main.tex", source, edits)], [text, *evidence_lines((citation, draft), "main.tex")])
    return render_html(patch, {"main.tex": source}, [Skipped(text, text)], text)


class Tags(HTMLParser):
    """The tags of a page with their attributes, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.words = ""
        self.code: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "input"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            self.code[self.open[-1]] = data
        else:
            self.words += data


def test_the_policy_names_our_script_and_nothing_else() -> None:
    """Only the style and the script with these hashes may act; nothing is loaded from anywhere."""
    seen = Tags(page())
    (policy,) = [value for name, value in seen.attributes if name == "content" and value and "default-src" in value]
    hashes = {
        kind: base64.b64encode(hashlib.sha256(seen.code[kind].encode()).digest()).decode()
        for kind in ("style", "script")
    }
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "base-uri 'none'; form-action 'none'"
    )
    names = [name for name, _ in seen.attributes]
    assert {"src", "srcset", "style", "onclick", "onload", "onerror", "action"} & set(names) == set()
    assert {"link", "img", "iframe", "object", "form"} & set(seen.tags) == set()
    assert (seen.tags.count("script"), seen.tags.count("style"), seen.open) == (1, 1, [])


def test_text_of_papers_and_records_is_text() -> None:
    """Whatever a title, a name, a sentence or a file holds, the page has the same tags, and says it."""
    plain, hostile = Tags(page()), Tags(page(HOSTILE))
    # Words that are borne out are marked, and one text has more of them than the other.
    assert [tag for tag in hostile.tags if tag != "mark"] == [tag for tag in plain.tags if tag != "mark"]
    assert hostile.words.count(SHOWN) >= 12
    assert ("\u202e" in hostile.words, "\u2028" in hostile.words) == (False, False)
    assert [value for _, value in hostile.attributes if value and "javascript:" in value and value != SHOWN] == []


@pytest.mark.parametrize(
    ("doi", "link"),
    [
        ("10.1000/x", "https://doi.org/10.1000/x"),
        ("10.1002/(sici)1097<1::aid>3.0;2-#", "https://doi.org/10.1002/(sici)1097%3C1%3A%3Aaid%3E3.0%3B2-%23"),
        ('10.1000/é?a="b', "https://doi.org/10.1000/%C3%A9%3Fa%3D%22b"),
        ("javascript:alert(1)", None),
        ("10.1000/x y", None),
        ("//evil.example/10.1000/x", None),
        ("", None),
    ],
)
def test_links_lead_to_doi_org(doi: str, link: str | None) -> None:
    """A DOI leads to https://doi.org/, its path escaped; what is no DOI leads nowhere."""
    seen = Tags(page(doi=doi))
    links = [value for name, value in seen.attributes if name == "href"]
    assert links.count("https://doi.org/10.1000/x") == (3 if doi == "10.1000/x" else 2)
    assert [each for each in links if each != "https://doi.org/10.1000/x"] == (
        [link] if link and doi != "10.1000/x" else []
    )


def test_what_a_box_shows() -> None:
    """Place, rule, the words, the lines that change, the works with scores and links, the words that bear it out."""
    seen = Tags(page("Rain falls"))
    for words in (
        "main.tex:1 missing citation, confidence 0.50",
        "+Before Rain falls~\\cite{a}.",
        "main.tex:2 related work, paragraph 1 of 1: Rain falls",
        "Rain falls · Rain falls · 2001 · doi:10.1000/x · your bibliography",
        "library x",
        "1 other candidate",
        "because: Rain falls +1.00",
        "the model, from b",
        "Rain falls: Rain falls",
    ):
        assert words in " ".join(seen.words.split())
    assert seen.tags.count("input") == 6
    assert [value for name, value in seen.attributes if name == "data-decision"] == ["open", "open"]


def test_the_map_of_themes() -> None:
    """A band a theme, a row a work at its year; years are told below."""
    works = tuple(
        record(f"Work {n}", f"k{n}", year=year, score=0.25 * n) for n, year in enumerate((2001, None, 2011), 1)
    )
    said = tuple(Said(".", (work.key,), (), by_model=False) for work in works)
    draft = Evidence(
        "2", "related-work", "unfilled-related-work", "main.tex", 1, "rain", 0.5, (), (), works,
        (Theme("rain", said[:2]), Theme("", said[2:])),
    )  # fmt: skip
    source = SourceText("main.tex", "One.\n")
    patch = render_diff(
        [FileChange("main.tex", source, (Edit(Span(3, 3), "~a"),))], evidence_lines((draft,), "main.tex")
    )
    text = render_html(patch, {"main.tex": source}, (), "main.tex")
    assert re.findall(r'<circle cx="([\d.]+)" cy="(\d+)" r="([\d.]+)"', text) == [
        ("196.0", "21", "4.0"),
        ("196.0", "40", "5.0"),
        ("736.0", "73", "6.0"),
    ]
    assert re.findall(r'text-anchor="middle">(\d+)<', text) == ["2001", "2003", "2005", "2007", "2009", "2011"]
    assert re.findall(r'class="label"[^>]*>([^<]+)<', text) == ["rain", "other works"]


def test_a_page_of_nothing(texscholar: Run, paper: Path) -> None:
    """Without suggestions there is a page that says so."""
    write_files(paper, {"refs.bib": ""})
    result = texscholar("fill", "main.tex", "--format", "html", cwd=paper)
    seen = Tags(result.text)
    assert (result.code, seen.open, "0 suggestions" in seen.words) == (0, [], True)


def test_the_command_writes_the_page(texscholar: Run, paper: Path) -> None:
    """To a file or to stdout, the same bytes each time; the paper stays as it is."""
    first = texscholar("fill", "main.tex", "--format", "html", "--min-confidence", "0.01", cwd=paper)
    texscholar("fill", "main.tex", "--format", "html", "--min-confidence", "0.01", "--output", "page.html", cwd=paper)
    assert (paper / "page.html").read_bytes() == first.out
    assert (
        "+Some earlier networks were trained with Adam, a stochastic optimizer~\\citep{kingma2015adam}."
        in Tags(first.text).words
    )
    assert (paper / "main.tex").read_text() == PAPER
