"""A paper: its root, the files it inputs and the bibliographies it names."""

from __future__ import annotations

import pytest

from fixtures_language import Fixture, fixture
from texscholar.errors import Skipped, TexscholarError
from texscholar.latex import is_root, read_project, roots_of
from texscholar.latex.project import named_root
from texscholar.source import SourceText


def files(text: str, newline: str = "\n") -> list[str]:
    """The paths of a paper's files, in order."""
    return [file.path for file in fixture(text, newline).project.files]


FILES: list[tuple[str, list[str]]] = [
    ("%! main.tex\nText.\n%! a.tex\n", ["main.tex"]),
    ("%! main.tex\n% \\input{a}\n\\verb|\\input{a}| \\\\input{a}\n%! a.tex\n", ["main.tex"]),
    ("%! main.tex\n\\newcommand{\\x}[1]{\\input{#1}} \\input{\\x} \\input{}\n%! a.tex\n", ["main.tex"]),
    ("%! main.tex\n\\includeonly{a} \\includegraphics{a} \\include a\n%! a.tex\n", ["main.tex"]),
    ("%! main.tex\n\\end{document}\n\\input{a}\n%! a.tex\n", ["main.tex"]),
    ("%! main.tex\n\\input{a.sty} \\input{b.pdf_tex}\n%! a.sty\n%! b.pdf_tex\n", ["main.tex"]),
    ("%! main.tex\n\\input{main}\n", ["main.tex"]),
    ("%! main.tex\n\\input{a}\n%! a.tex\n", ["main.tex", "a.tex"]),
    ("%! main.tex\n\\input{a.tex} \\input{ ./a }\n%! a.tex\n", ["main.tex", "a.tex"]),
    ("%! main.tex\n\\input a and text\n%! a.tex\n", ["main.tex", "a.tex"]),
    ('%! main.tex\n\\input{"a b"} \\input "c d"\n%! c\n', ["main.tex"]),
    ("%! main.tex\n\\input{a.v2}\n%! a.v2.tex\n", ["main.tex", "a.v2.tex"]),
    ("%! main.tex\n\\input{a.txt}\n%! a.txt\n", ["main.tex", "a.txt"]),
    (
        "%! main.tex\n\\include{a}\\subfile{b}\\InputIfFileExists{c}{}{}\n%! c.tex\n%! b.tex\n%! a.tex\n",
        ["main.tex", "a.tex", "b.tex", "c.tex"],
    ),
    (
        "%! main.tex\n\\input{a}\\input{c}\n%! a.tex\n\\input{b}\n%! b.tex\n%! c.tex\n",
        ["main.tex", "a.tex", "b.tex", "c.tex"],
    ),
    (
        "%! main.tex\n\\input{a}\n%! a.tex\n\\input{b}\n%! b.tex\n\\input{a}\\input{main}\n",
        ["main.tex", "a.tex", "b.tex"],
    ),
    ("%! main.tex\n\\input{d/a}\n%! d/a.tex\n\\input{d/b}\n%! d/b.tex\n", ["main.tex", "d/a.tex", "d/b.tex"]),
    (
        "%! main.tex\n\\import{d/}{a}\n%! d/a.tex\n\\input{b}\\subimport{e/}{c}\n%! d/b.tex\n%! d/e/c.tex\n",
        ["main.tex", "d/a.tex", "d/b.tex", "d/e/c.tex"],
    ),
    (
        "%! main.tex\n\\subfile{d/a}\n%! d/a.tex\n\\documentclass[../main]{subfiles}\n\\input{b}\n%! d/b.tex\n",
        ["main.tex", "d/a.tex", "d/b.tex"],
    ),
    ("%! main.Rnw\n\\input{a}\n%! a.Rnw\n%! a.tex\n", ["main.Rnw", "a.tex"]),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "paths"), FILES)
def test_files(text: str, paths: list[str], newline: str) -> None:
    """The files of a paper in the order of the document, each once."""
    assert paths == files(text, newline)


def test_a_missing_file_is_skipped_with_its_place() -> None:
    """The rest of the paper is read."""
    project = fixture("%! main.tex\nText.\n\\input{gone}\n\\input{a}\n%! a.tex\n").project
    expected = Skipped("main.tex:2", "gone.tex cannot be read; check the name in \\input")
    assert ((expected,), ["main.tex", "a.tex"]) == (project.skipped, [file.path for file in project.files])


def test_an_unreadable_file_is_skipped_with_the_reason() -> None:
    """A file that is no text stops nothing."""

    def read(path: str) -> SourceText:
        if path != "main.tex":
            raise TexscholarError("is not a text file", path=path)
        return SourceText("main.tex", "\\input{a}")

    assert (Skipped("main.tex:1", "a.tex: is not a text file"),) == read_project("main.tex", read).skipped


def test_a_missing_root_is_refused() -> None:
    """Without a root there is no paper."""
    with pytest.raises(TexscholarError, match=r"^main\.tex: no such file"):
        read_project("main.tex", lambda _: None)


BIBLIOGRAPHIES: list[tuple[str, tuple[str, ...]]] = [
    ("Text.", ()),
    ("% \\bibliography{a}", ()),
    ("\\bibliographystyle{a} \\bibliography{\\jobname} \\bibliography{#1}", ()),
    ("\\addbibresource{http://a.b/c.bib}", ()),
    ("\\bibliography{a}", ("a.bib",)),
    ("\\bibliography{a, b.bib,a}", ("a.bib", "b.bib")),
    ("\\bibliography{a}\\bibliography{d/../b}", ("a.bib", "b.bib")),
    ("\\addbibresource[location=local]{a.bib} \\addbibresource{b.bib}", ("a.bib", "b.bib")),
    ("\\newcites{sec}{More}\\bibliography{a}\\bibliographysec{b}", ("a.bib", "b.bib")),
    ("\\nobibliography*{a}", ("a.bib",)),
]


@pytest.mark.parametrize(("text", "paths"), BIBLIOGRAPHIES)
def test_bibliographies(text: str, paths: tuple[str, ...]) -> None:
    """The bibliographies a paper names, in order, each once."""
    assert paths == fixture(text).project.bibliographies


ROOTS = [
    ("", False),
    ("\\section{A}", False),
    ("% \\documentclass{article}", False),
    ("\\documentclass[../main.tex]{subfiles}", False),
    ("\\documentclass{standalone}", False),
    ("\\documentclass{article}", True),
    ("\\documentclass[a,\nb]{article}", True),
]


@pytest.mark.parametrize(("text", "root"), ROOTS)
def test_is_root(text: str, root: bool) -> None:
    """A root starts a document of its own."""
    assert root == is_root(SourceText("a.tex", text))


NAMED = [
    ("", None),
    ("% root = main.tex", None),
    ("\n" * 3000 + "% !TEX root = main.tex", None),
    ("\\documentclass{subfiles}", None),
    ("% !TEX root = ../main.tex\nText", "../main.tex"),
    ("% !TEX root = ../main.tex\r\nText", "../main.tex"),
    ("%!TeX root=main.tex  \nText", "main.tex"),
    ('% !TEX program = x\n% !TEX root = "my main.tex"', "my main.tex"),
    ("\\documentclass[../main.tex]{subfiles}", "../main.tex"),
    ("\\documentclass[../main]{subfiles}", "../main.tex"),
]


@pytest.mark.parametrize(("text", "root"), NAMED)
def test_named_root(text: str, root: str | None) -> None:
    """A magic comment or the class of a subfile names the root."""
    assert root == named_root(SourceText("a.tex", text))


REPOSITORY = fixture(
    """
    %! paper/main.tex
    \\documentclass{article}
    \\input{sections/intro}
    %! paper/sections/intro.tex
    Text.
    %! paper/sections/magic.tex
    % !TEX root = ../main.tex
    %! paper/sections/lost.tex
    % !TEX root = gone.tex
    %! slides.tex
    \\documentclass{beamer}
    \\input{paper/sections/intro}
    """
)


@pytest.mark.parametrize(
    ("path", "roots"),
    [
        ("gone.tex", ()),
        ("paper/sections/lost.tex", ()),
        ("paper/main.tex", ("paper/main.tex",)),
        ("paper/sections/magic.tex", ("paper/main.tex",)),
        ("paper/sections/intro.tex", ("paper/main.tex", "slides.tex")),
    ],
)
def test_roots_of(path: str, roots: tuple[str, ...]) -> None:
    """The documents that hold a file."""
    candidates = ("paper/sections/intro.tex", "paper/main.tex", "slides.tex")
    assert roots == roots_of(path, candidates, REPOSITORY.read)


def test_a_file_is_found_by_its_path() -> None:
    """None stands for a file that the paper lacks."""
    project = fixture("%! main.tex\n\\input{a}\n%! a.tex\n").project
    assert (getattr(project.file("a.tex"), "path", None), project.file("b.tex")) == ("a.tex", None)


def test_too_many_files_are_refused() -> None:
    """A generated tree without end is no paper."""
    endless = Fixture({}, ())
    assert endless.read("main.tex") is None
    with pytest.raises(TexscholarError, match="inputs more than 5000 files"):
        read_project("0.tex", lambda path: SourceText(path, f"\\input{{{int(path[:-4]) + 1}}}"))


def test_files_input_in_the_preamble_are_no_prose() -> None:
    """Macros and titles that a root inputs before the document begins define commands and hold no sentence."""
    files = {
        "main.tex": "\\documentclass{article}\n\\input{macros}\n\\begin{document}\nOne here.\n\\input{body}\n\\end{document}\n",
        "macros.tex": "\\newcommand{\\mine}[1]{\\cite{#1}} A title of some words.\n\\input{more}\n",
        "more.tex": "More words that nobody reads.\n",
        "body.tex": "Two there \\mine{key}.\n",
    }
    project = read_project("main.tex", lambda path: SourceText(path, files[path]) if path in files else None)
    assert [sentence.text for file in project.files for sentence in file.sentences] == ["One here.", "Two there ."]
    assert [key.key for file in project.files for citation in file.citations for key in citation.keys] == ["key"]


def test_an_input_abstract_is_an_abstract() -> None:
    """Sentences of a file that the abstract environment inputs are of the abstract, those of other files are not."""
    files = {
        "main.tex": "\\begin{document}\n\\begin{abstract}\n\\input{short}\n\\end{abstract}\n\\input{body}\n\\end{document}\n",
        "short.tex": "We do things.\n",
        "body.tex": "Others did things.\n",
    }
    project = read_project("main.tex", lambda path: SourceText(path, files[path]) if path in files else None)
    assert [sentence.kind for file in project.files for sentence in file.sentences] == ["abstract", "prose"]
