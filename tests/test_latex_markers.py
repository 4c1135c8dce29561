"""Related-work markers, citation placeholders and our own comments."""

from __future__ import annotations

import pytest

from fixtures_language import fixture, main
from texscholar.latex import is_placeholder_key
from texscholar.source import Span

MARKERS: list[tuple[str, list[str]]] = [
    ("", []),
    ("% related work", []),
    ("% TODO relate the work", []),
    ("% TODO related-work: a\n\\end{document}", ["a"]),
    ("\\begin{document}\\end{document}% TODO related-work", []),
    ("% TODO related-work\n\\begin{document}", []),
    ("\\begin{verbatim}\n% TODO related-work\n\\end{verbatim}", []),
    ("\\iffalse\n% TODO related-work\n\\fi", []),
    ("\\newcommand{\\x}{% TODO related-work\n\\todo{related work}}", []),
    ("% text before TODO related-work", []),
    ("% TODO rewrite the related work", []),
    ("\\todo{rewrite the related work}", []),
    ("\\\\todo{related work}", []),
    ("\\hl{related work}", []),
    ("\\todo{related work never closed", []),
    ("% TODO related-work", [""]),
    ("%TODO related-work", [""]),
    ("% TODO: related-work", [""]),
    ("% TODO related-work: topic", ["topic"]),
    ("% TODO related-work :  some  topic  ", ["some topic"]),
    ("%% todo(ana): Related Work: topic", ["topic"]),
    ("% FIXME RELATED_WORKS", [""]),
    ("% TODO relatedwork section: a", ["a"]),
    ("Text. % TODO related-work: a", ["a"]),
    ("\\todo{related work}", [""]),
    ("\\todo{related work: topic\n words}", ["topic words"]),
    ("\\todo[inline]{related-work}", [""]),
    ("\\TODO{Related Work: a} \\fxnote{related work: b}", ["a", "b"]),
    ("% TODO related-work: a\n\\todo{related work: b}\n% TODO related-work: c", ["a", "b", "c"]),
    ("% TODO compare with the state of the art", []),
    ("% TODO related works are cited wrongly", []),
    ("% TODO 相关工作已完成", []),
    ("% TODO write the related work section: a", ["a"]),
    ("% TODO Stand der Technik: a", ["a"]),
    ("% TODO verwandte Arbeiten", [""]),
    ("% TODO état de l'art", [""]),
    ("% TODO ETAT DE L’ART", [""]),
    ("% TODO trabajos relacionados", [""]),
    ("% TODO trabalhos relacionados", [""]),
    ("% TODO 相关工作：图", ["图"]),
    ("% TODO 関連研究", [""]),
    ("% TODO 관련 연구", [""]),
    ("% TODO الأعمال ذات الصلة", [""]),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "topics"), MARKERS)
def test_markers(text: str, topics: list[str], newline: str) -> None:
    """Topics of the related-work markers, in order."""
    assert topics == [each.topic for each in main(text.replace("\n", newline)).markers]


MARKED = """
    Text. %% TODO(ana): related-work: a topic
          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ marker
    \\todo[inline]{related work: b}
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ marker
    """


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_markers_stand_where_they_are_said_to_stand(newline: str) -> None:
    """A marker is the whole comment, or the whole command."""
    text = fixture(MARKED, newline)
    assert text.spans == [each.span for each in text.main.markers]


PLACEHOLDERS: list[tuple[str, list[str]]] = [
    ("", []),
    ("\\cite{todorov2004} \\cite{todo2004} \\cite{missing2003data} \\cite{xxl} \\cite{reference}", []),
    ("\\nocite{} \\nocite{?}", []),
    ("a [1] (see ref) [cite the rest] (references)", []),
    ("% [CITE] \\cite{?} (REF)", []),
    ("\\begin{verbatim}\n[CITE] \\cite{?} % TODO cite\n\\end{verbatim}", []),
    ("\\verb|[CITE]| \\verb|\\cite{?}|", []),
    ("\\iffalse [CITE] \\cite{} % TODO cite\n\\fi", []),
    ("\\end{document} [CITE] \\cite{} % TODO cite", []),
    ("\\newcommand{\\needcite}{[CITE] \\cite{?} \\citationneeded \\todo{cite}}", []),
    ("\\def\\x{[CITE] % TODO cite\n}", []),
    ("$[?]$ \\cite[CITE]{a}", []),
    ("% TODO cited wrongly\n% TODO reference implementation\n% cite this", []),
    ("\\todo{recite} \\hl{citations matter} \\todo{cite style} \\todo{~\\cite{a} is wrong}", []),
    ("[Zitate in Klammern] (Quelle: eigene) (fonte: x) (ref) (source) [source] [cita textual] [文献1]", []),
    ("% missing references cause errors\n% TODO Quelle prüfen\n% TODO 引用格式\n% TODO cite style", []),
    ("\\newcommand{\\citehere}[1]{\\ref{#1}} \\citehere{a}", []),
    ("\\newcommand{\\todocite}[1]{\\cite{#1}} \\todocite{a}", []),
    ("\\cite{\\x} \\newcommand{\\y}[1][a]{\\cite{#1}} \\y", []),
    ("\\newcommand{\\x}{\\cite{?}}", []),
    ("\\cite{}", ["key:"]),
    ("\\cite{ }", ["key: "]),
    ("\\cite{?}", ["key:?"]),
    ("\\citep{TODO}", ["key:TODO"]),
    ("\\cite{known,?}", ["key:?"]),
    ("\\cite{citation-needed}", ["key:citation-needed"]),
    ("\\cite{??, todo:attention, XXX}", ["key:??", "key:todo:attention", "key:XXX"]),
    ("[CITE]", ["text:[CITE]"]),
    ("\\textbf{[citation needed]}", ["text:[citation needed]"]),
    ("[citation\nneeded]", ["text:[citation\nneeded]"]),
    ("(REF)", ["text:(REF)"]),
    ("a~[?], (cite?)", ["text:[?]", "text:(cite?)"]),
    ("\\citationneeded", ["command:\\citationneeded"]),
    ("\\citationneeded{} a", ["command:\\citationneeded{}"]),
    ("\\citationneeded[why] a", ["command:\\citationneeded[why]"]),
    ("\\citationneeded [CITE]", ["command:\\citationneeded", "text:[CITE]"]),
    ("\\todo{cite Vaswani}", ["command:\\todo{cite Vaswani}"]),
    ("\\todo[inline]{add citation}", ["command:\\todo[inline]{add citation}"]),
    ("\\todo{cite \\cite{?}}", ["command:\\todo{cite \\cite{?}}"]),
    ("\\todo{see \\cite{?}}", ["key:?"]),
    ("Text. % TODO cite", ["comment:% TODO cite"]),
    ("%% todo(ana): add a citation here", ["comment:%% todo(ana): add a citation here"]),
    ("% FIXME missing reference", ["comment:% FIXME missing reference"]),
    ("% citation needed", ["comment:% citation needed"]),
    ("% TODO (ana) [Quelle fehlt]", ["comment:% TODO (ana) [Quelle fehlt]"]),
    ("\\cite{,}", ["key:,"]),
    ("\\footnote{A fact [CITE].}", ["text:[CITE]"]),
    ("\\fxnote*{add reference}{a}", ["command:\\fxnote*{add reference}"]),
    ("\\needcite[x]{Smith} a", ["command:\\needcite[x]{Smith}"]),
    ("\\needcite{Smith} {a}", ["command:\\needcite{Smith}"]),
    ("\\newcommand{\\x}{\\textcolor{red}{[?]}} a \\x{} b", ["command:\\x{}"]),
    ("\\newcommand{\\x}[1]{[REF: #1]} a \\x{Smith}{} b", ["command:\\x{Smith}{}"]),
    ("\\newcommand{\\x}{\\cite{TODO}} a \\x.", ["command:\\x"]),
]


@pytest.mark.parametrize(("text", "placeholders"), PLACEHOLDERS)
def test_placeholders(text: str, placeholders: list[str]) -> None:
    """The form of each placeholder and the text that a citation replaces."""
    file = main(text)
    assert placeholders == [f"{each.form}:{file.source.slice(each.span)}" for each in file.placeholders]


@pytest.mark.parametrize(("text", "placeholders"), PLACEHOLDERS)
def test_placeholders_do_not_depend_on_line_ends(text: str, placeholders: list[str]) -> None:
    """CRLF reads as LF."""
    file = main(text.replace("\n", "\r\n"))
    found = [f"{each.form}:{file.source.slice(each.span)}".replace("\r", "") for each in file.placeholders]
    assert placeholders == found


@pytest.mark.parametrize(
    ("key", "placeholder"),
    [
        ("vaswani2017attention", False),
        ("todorov2004", False),
        ("todo2004", False),
        ("Todoran:2010", False),
        ("xxl2020", False),
        ("citeseer", False),
        ("refsum", False),
        ("missing-data", False),
        ("?", True),
        ("TODO", True),
        ("todo1", True),
        ("TODO-smith", True),
        ("xxx", True),
        ("TBD", True),
        ("citation_needed", True),
        ("needscitation", True),
        ("citeme", True),
        ("cite", True),
        ("ref?", True),
        ("missing-ref", True),
    ],
)
def test_placeholder_keys(key: str, placeholder: bool) -> None:
    """A key that names nobody is none; a name that only begins so is a key."""
    assert placeholder == is_placeholder_key(key)


SUPPRESSIONS: list[tuple[str, list[tuple[str, set[str]]]]] = [
    ("a % ignore\n", []),
    ("a % texscholar ignore\n", []),
    ("a % texscholar: ignored\n", []),
    ("\\verb|% texscholar: ignore|\n", []),
    ("a\nb % texscholar: ignore\nc\n", [("b % texscholar: ignore\n", set())]),
    ("a %texscholar:ignore[missing-citation]\n", [("a %texscholar:ignore[missing-citation]\n", {"missing-citation"})]),
    ("% texscholar: ignore[a, b]\nc\nd\n", [("% texscholar: ignore[a, b]\nc\n", {"a", "b"})]),
    ("% texscholar: ignore", [("% texscholar: ignore", set())]),
    ("a % texscholar: off\nb\n% texscholar: on\nc", [("% texscholar: off\nb\n% texscholar: on", set())]),
    ("% texscholar: on\na", []),
    ("% texscholar: off\na", [("% texscholar: off\na", set())]),
    ("% texscholar: off[a]\n% texscholar: on[a]\nb", [("% texscholar: off[a]\n% texscholar: on[a]", {"a"})]),
    ("% texscholar: off[a]\n% texscholar: on[b]\nb", [("% texscholar: off[a]\n% texscholar: on[b]\nb", {"a"})]),
    ("% texscholar: off[a]\n% texscholar: on\nb", [("% texscholar: off[a]\n% texscholar: on", {"a"})]),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "suppressions"), SUPPRESSIONS)
def test_suppressions(text: str, suppressions: list[tuple[str, set[str]]], newline: str) -> None:
    """What is covered, and the rules that are silenced there; no rule means all."""
    file = main(text.replace("\n", newline))
    found = [(file.source.slice(each.covers).replace("\r", ""), set(each.rules)) for each in file.suppressions]
    assert suppressions == found


def test_a_suppression_silences_its_rules_where_it_covers() -> None:
    """Other rules and other lines are reported."""
    ignore = main("a % texscholar: ignore[one]\nb").suppressions[0]
    assert (
        ignore.silences("one", Span(0, 1)),
        ignore.silences("two", Span(0, 1)),
        ignore.silences("one", Span(28, 29)),
    ) == (True, False, False)


def test_off_reaches_to_the_very_end_of_the_file() -> None:
    """An insertion after the last character is silenced too."""
    text = "% texscholar: off\na"
    assert main(text).suppressions[0].silences("any", Span(len(text), len(text)))


BLOCKS = """
    Text.
    % texscholar: begin related-work: some topic
    A draft.
    % texscholar: end related-work
    % texscholar: begin something-else
    % texscholar: begin related-work
    """


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_blocks_run_from_begin_to_end(newline: str) -> None:
    """A begin without an end covers only its own comment."""
    text = fixture(BLOCKS, newline)
    source = text.files["main.tex"]
    begin, end = source.index("% texscholar"), source.index("end related-work") + len("end related-work")
    last = source.rindex("% texscholar")
    found = [(each.span, each.topic) for each in text.main.blocks]
    assert [(Span(begin, end), "some topic"), (Span(last, len(source) - len(newline)), "")] == found
