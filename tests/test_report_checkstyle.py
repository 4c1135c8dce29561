"""Checkstyle's XML: well-formed whatever it says, with the elements and attributes that its own logger writes.

There is no published schema of it; the names are those of Checkstyle 8.36's XMLLogger, and of reviewdog's reader.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given

from fixtures_reports import FACTS, PAPERS, hostile, report
from texscholar.recommend import DUPLICATE, MISSING, MISSING_INPUT, Finding
from texscholar.report.checkstyle import render_checkstyle
from texscholar.report.results import PaperReport
from texscholar.source import SourceText, Span

FORBIDDEN = re.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(*papers: PaperReport) -> list[tuple[str, dict[str, str]]]:
    """File name and attributes of each error, once the document was found to be what it should be."""
    data = render_checkstyle(papers).encode("utf-8")
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n')
    root = ET.fromstring(data)
    assert (root.tag, [*root.attrib]) == ("checkstyle", ["version"])
    errors = []
    for file in root:
        assert (file.tag, [*file.attrib]) == ("file", ["name"])
        for error in file:
            assert (error.tag, [*error.attrib]) == ("error", ["line", "column", "severity", "message", "source"])
            assert error.attrib["severity"] in {"ignore", "info", "warning", "error"}
            assert min(int(error.attrib["line"]), int(error.attrib["column"])) >= 1
            errors.append((file.attrib["name"], error.attrib))
    return errors


def test_nothing_to_say() -> None:
    """Without findings there is a document without files."""
    assert (
        render_checkstyle([]) == '<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="8.36">\n</checkstyle>\n'
    )


def test_golden() -> None:
    """Files come by their names, their findings in the order given."""
    papers = [
        PaperReport((Finding(rule, SourceText(path, "a\nüx"), Span(3, 4), "a & <b> \"c\" 'd'"),), (), (), FACTS, str)
        for rule, path in ((MISSING, "b.tex"), (MISSING_INPUT, "a&b.tex"), (DUPLICATE, "b.tex"))
    ]
    assert render_checkstyle(papers) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<checkstyle version="8.36">\n'
        '  <file name="a&amp;b.tex">\n'
        '    <error line="2" column="2" severity="error" message="a &amp; &lt;b&gt; &quot;c&quot; \'d\'"'
        ' source="texscholar.missing-input"/>\n'
        "  </file>\n"
        '  <file name="b.tex">\n'
        '    <error line="2" column="2" severity="info" message="a &amp; &lt;b&gt; &quot;c&quot; \'d\'"'
        ' source="texscholar.missing-citation"/>\n'
        '    <error line="2" column="2" severity="warning" message="a &amp; &lt;b&gt; &quot;c&quot; \'d\'"'
        ' source="texscholar.duplicate-entry"/>\n'
        "  </file>\n"
        "</checkstyle>\n"
    )


@pytest.mark.parametrize("path", ["a\tb.tex", "a\nb.tex", 'a"b<c>&.tex', "\u00a0ü学🎉.tex"])
def test_file_names_come_back(path: str) -> None:
    """A name is read as it was, line ends and tabs in it too."""
    paper = PaperReport((Finding(MISSING, SourceText(path, "x"), Span(0, 1), "m"),), (), (), FACTS, str)
    assert [name for name, _ in read(paper)] == [path]


@pytest.mark.parametrize("char", ["\0", "\x08", "\x1b", "\ufffe", "\uffff", "\ud800"])
def test_what_xml_cannot_hold(char: str) -> None:
    """Characters that XML 1.0 forbids even as references become question marks."""
    paper = PaperReport((Finding(MISSING, SourceText("a.tex", "x"), Span(0, 1), f"a{char}b"),), (), (), FACTS, str)
    assert [error["message"] for _, error in read(paper)] == ["a?b"]


def test_several_papers_are_one_document() -> None:
    """The findings of real papers, file by file."""
    one, two = (report(PAPERS["utf-8"], prefix=prefix) for prefix in ("one/", "two/"))
    names = [name for name, _ in read(one, two)]
    assert names == sorted(names)
    assert len(names) == len(one.findings) + len(two.findings)


@given(hostile())
def test_anything_is_well_formed(paper: PaperReport) -> None:
    """Whatever papers, records and file names hold, the document is read back with all findings and names."""
    errors = read(paper)
    expected = [FORBIDDEN.sub("?", each.source.path) for each in paper.findings]
    assert [name for name, _ in errors] == expected
