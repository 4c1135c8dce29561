"""The documents of a repository, found without being told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.latex import Documents, default_files, is_root, named_root, roots_of
from texscholar.source import SourceText

WHOLE = "\\documentclass{article}\\begin{document}\n"


def documents(files: dict[str, str]) -> Documents:
    """The documents of a repository of these files."""
    read = {path: SourceText(path, text) for path, text in files.items()}.get
    return Documents(sorted(path for path in files if path.lower().endswith((".tex", ".rnw"))), read)


# -- what one file says


ROOTS = [
    ("", False),
    ("\\section{A}", False),
    ("% \\documentclass{article}", False),
    ("\\begin{verbatim}\n\\documentclass{article}\n\\begin{document}\n\\end{verbatim}", False),
    ("\\documentclass[../main.tex]{subfiles}", False),
    ("\\documentclass{standalone}\\begin{document}", False),
    ("\\documentclass{article}", True),
    ("\\documentclass[a,\nb]{article}", True),
    ("\\documentstyle[12pt]{article}", True),
    ("\\input{preamble}\n\\begin {document}", True),
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
    ("% \\documentclass[main]{subfiles}", None),
    ("%%% TeX-master: t", None),
    ('%%% TeX-master: "main"\n' + "\n" * 5000, None),
    ("% !TEX root = ../main.tex\nText", "../main.tex"),
    ("% !TEX root = ../main.tex\r\nText", "../main.tex"),
    ("%!TeX root=main.tex  \nText", "main.tex"),
    ('% !TEX program = x\n% !TEX root = "my main.tex"', "my main.tex"),
    ("% !Rnw root = main.Rnw", "main.Rnw"),
    ("\\documentclass[../main.tex]{subfiles}", "../main.tex"),
    ("\\documentclass[../main]{subfiles}", "../main"),
    ('Text.\n%%% Local Variables:\n%%% mode: latex\n%%% TeX-master: "../main"\n%%% End:\n', "../main"),
    ("\n" * 5000 + '% TeX-master: "main"\n', "main"),
]


@pytest.mark.parametrize(("text", "root"), NAMED)
def test_named_root(text: str, root: str | None) -> None:
    """A magic comment of an editor, or the class of a subfile, names the root."""
    assert root == named_root(SourceText("a.tex", text))


def test_the_parent_of_a_child_document() -> None:
    """Children of knitr name it in a chunk; the same words elsewhere are no chunk's."""
    text = "<<>>=\nset_parent('../main.Rnw')\n@\n"
    assert [named_root(SourceText(path, text)) for path in ("a.Rnw", "a.tex")] == ["../main.Rnw", None]


DEFAULTS = [
    ("", ()),
    ("$pdf_mode = 1;\n", ()),
    ("# @default_files = ('a.tex');\n", ()),
    ("$x = 1; # @default_files = ('a.tex');\n", ()),
    ("@default_files = ();", ()),
    ("@default_files = (\"$name.tex\", @others, system('rm'));", ("rm",)),
    ("@default_files = ('a.tex');", ("a.tex",)),
    ('@default_files=("a.tex","b");', ("a.tex", "b")),
    ("@default_files = (\n  'a.tex', # the paper\n  'b c.tex',\n);\n", ("a.tex", "b c.tex")),
    ("@default_files = qw(a.tex b.tex);", ("a.tex", "b.tex")),
    ("@default_files = qw/a b/;", ("a", "b")),
    ("push @default_files, 'paper*.tex';", ("paper*.tex",)),
    ("@default_files = 'a.tex';", ("a.tex",)),
    ("@default_files = ('a.tex'", ("a.tex",)),
]


@pytest.mark.parametrize(("text", "files"), DEFAULTS)
def test_default_files(text: str, files: tuple[str, ...]) -> None:
    """What latexmk is told to set, read as text: variables and calls are nothing."""
    assert files == default_files(text)


@given(st.text(alphabet="@default_files =()'\"qw#;,\n\\$a", max_size=60))
def test_default_files_of_anything(text: str) -> None:
    """A broken configuration stops nothing."""
    assert all(isinstance(name, str) and name for name in default_files(f"@default_files = {text}"))


# -- roots

SECTION = "\\section{A} Words \\cite{a}."
REPOSITORIES: list[tuple[dict[str, str], list[str]]] = [
    ({}, []),
    ({"a.tex": "Text."}, []),
    ({"main.tex": WHOLE, "a.tex": "Text."}, ["main.tex"]),
    # What another document draws in is no document of its own.
    ({"main.tex": WHOLE + "\\input{a}", "a.tex": WHOLE}, ["main.tex"]),
    ({"main.tex": "\\input{pre}\\begin{document}", "pre.tex": "\\documentclass{article}"}, ["main.tex"]),
    ({"main.tex": WHOLE + "\\includestandalone{fig}", "fig.tex": "\\documentclass{standalone}"}, ["main.tex"]),
    ({"main.tex": WHOLE + "\\subfile{s/a}", "s/a.tex": "\\documentclass[../main]{subfiles}"}, ["main.tex"]),
    (
        {"main.tex": "\\documentclass[pre]{subfiles}\\begin{document}\\subfile{a}", "pre.tex": "\\documentclass{book}"}
        | {"a.tex": f"\\documentclass[pre]{{subfiles}}\\begin{{document}}{SECTION}"},
        ["main.tex", "pre.tex"],
    ),
    # Pictures and subfiles of nothing are documents only where there is no other.
    ({"main.tex": WHOLE, "fig.tex": "\\documentclass{standalone}", "s.tex": "\\documentclass{subfiles}"}, ["main.tex"]),
    ({"b.tex": "\\documentclass{standalone}", "a.tex": "\\documentclass{standalone}"}, ["a.tex", "b.tex"]),
    ({"s.tex": "\\documentclass{subfiles}"}, ["s.tex"]),
    # What knitr makes is not what one writes.
    ({"main.Rnw": WHOLE, "main.tex": WHOLE + SECTION, "b.tex": WHOLE}, ["main.Rnw", "b.tex"]),
    # The larger first, what draws in counts; then usual names, then the path.
    ({"a.tex": WHOLE + SECTION, "b.tex": WHOLE + SECTION * 2}, ["b.tex", "a.tex"]),
    ({"a.tex": WHOLE + SECTION * 2, "b.tex": WHOLE + "\\input{c}", "c.tex": SECTION * 3}, ["b.tex", "a.tex"]),
    ({"a.tex": WHOLE + SECTION, "main.tex": WHOLE + SECTION, "b.tex": WHOLE + SECTION}, ["main.tex", "a.tex", "b.tex"]),
    # What cites first, and what is by class or name no paper last.
    ({"a.tex": WHOLE + "Words. " * 99, "b.tex": WHOLE + SECTION}, ["b.tex", "a.tex"]),
    ({"a.tex": WHOLE.replace("article", "beamer") + SECTION * 9, "b.tex": WHOLE + SECTION}, ["b.tex", "a.tex"]),
    ({"a-template.tex": WHOLE + SECTION * 9, "b.tex": WHOLE + SECTION}, ["b.tex", "a-template.tex"]),
    ({"ResponseLetter.tex": WHOLE + SECTION * 9, "b.tex": WHOLE + SECTION}, ["b.tex", "ResponseLetter.tex"]),
    ({"old/a.tex": WHOLE + SECTION * 9, "b.tex": WHOLE + SECTION}, ["b.tex", "old/a.tex"]),
    (
        {"a.tex": f"{WHOLE}\nOne.\n{SECTION}\n", "v1/a.tex": f"{WHOLE}\nOne.\n{SECTION} And {SECTION}\n"},
        ["a.tex", "v1/a.tex"],
    ),
    ({"a.tex": f"{WHOLE}\nOne.\n", "v1/a.tex": f"{WHOLE}\nNo.\nNot.\nNever.\n{SECTION}\n"}, ["v1/a.tex", "a.tex"]),
    # What latexmk is told to set before all others, in its order.
    (
        {
            ".latexmkrc": "@default_files = ('b', 'old/*.tex');",
            "a.tex": WHOLE + SECTION,
            "b.tex": WHOLE,
            "old/c.tex": WHOLE,
        },
        ["b.tex", "old/c.tex", "a.tex"],
    ),
    ({"latexmkrc": "@default_files = qw(p/b);", "p/a.tex": WHOLE + SECTION, "p/b.tex": WHOLE}, ["p/b.tex", "p/a.tex"]),
    (
        {"p/latexmkrc": "@default_files = 'b.tex';", ".latexmkrc": "@default_files = 'p/a';"}
        | {"p/a.tex": WHOLE + SECTION, "p/b.tex": WHOLE},
        ["p/b.tex", "p/a.tex"],
    ),
    ({".latexmkrc": "@default_files = '*';", "a.tex": WHOLE, "b.tex": WHOLE, "c.tex": "x"}, ["a.tex", "b.tex"]),
    # A file that sets options and inputs the document is one only for latexmk.
    ({"print.tex": "\\def\\x{}\\input{main}", "main.tex": WHOLE}, ["main.tex"]),
    (
        {".latexmkrc": "@default_files = 'print';", "print.tex": "\\def\\x{}\\input{main}", "main.tex": WHOLE},
        ["print.tex"],
    ),
    # Documents that draw in each other are both ones.
    ({"a.tex": WHOLE + "\\input{b}", "b.tex": WHOLE + "\\input{a}"}, ["a.tex", "b.tex"]),
]


@pytest.mark.parametrize(("files", "roots"), REPOSITORIES)
def test_roots(files: dict[str, str], roots: list[str]) -> None:
    """The roots of a repository, the likeliest paper first."""
    assert tuple(roots) == documents(files).roots


PAPERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, []),
    ({"slides.tex": WHOLE}, ["slides.tex"]),
    ({"a.tex": WHOLE + SECTION, "slides.tex": WHOLE + SECTION, "notes.tex": WHOLE}, ["a.tex"]),
    ({"a.tex": WHOLE + SECTION, "b.tex": WHOLE + SECTION}, ["a.tex", "b.tex"]),
    ({".latexmkrc": "@default_files = 'b';", "a.tex": WHOLE + SECTION, "b.tex": WHOLE + SECTION}, ["b.tex"]),
]


@pytest.mark.parametrize(("files", "papers"), PAPERS)
def test_papers(files: dict[str, str], papers: list[str]) -> None:
    """The first root, with those that could be taken for it."""
    assert tuple(papers) == documents(files).papers


# -- the documents of a file

REPOSITORY = {
    "paper/main.tex": WHOLE + "\\input{sections/intro}\\input{fig}" + SECTION,
    "paper/fig.tex": "\\documentclass{standalone}",
    "paper/unused.tex": "\\documentclass{standalone}",
    "paper/sections/intro.tex": "Text.",
    "paper/sections/magic.tex": "% !TEX root = ../main.tex",
    "paper/sections/chain.tex": "% !TEX root = magic",
    "paper/sections/lost.tex": "% !TEX root = gone.tex",
    "paper/sections/alone.tex": "Text.",
    "paper/sections/sub.tex": "\\documentclass[../main]{subfiles}",
    "slides.tex": "% !TEX root = /home/me/paper.tex\n\\documentclass{beamer}\n\\input{paper/sections/intro}\\input{deck}",
    "deck.tex": "% !TEX root = paper/main.tex",
    "print.tex": "\\input{options}\\input{paper/main}",
    "options.tex": "Text.",
    "endless.tex": "% !TEX root = endless.tex",
}
HOLDERS = [
    ("gone.tex", []),
    ("paper/sections/lost.tex", []),
    ("paper/sections/alone.tex", []),
    ("endless.tex", []),
    ("paper/main.tex", ["paper/main.tex"]),
    ("slides.tex", ["slides.tex"]),
    ("paper/fig.tex", ["paper/main.tex"]),
    ("paper/unused.tex", ["paper/unused.tex"]),
    ("paper/sections/magic.tex", ["paper/main.tex"]),
    ("paper/sections/chain.tex", ["paper/main.tex"]),
    ("paper/sections/sub.tex", ["paper/main.tex"]),
    ("paper/sections/intro.tex", ["paper/main.tex", "slides.tex"]),
    ("deck.tex", ["slides.tex"]),  # what inputs it counts for more than what it says
    ("print.tex", ["print.tex"]),
    ("options.tex", ["print.tex"]),
]


@pytest.mark.parametrize(("path", "roots"), HOLDERS)
def test_holding(path: str, roots: list[str]) -> None:
    """The documents that hold a file, the likeliest paper first."""
    assert tuple(roots) == documents(REPOSITORY).holding(path)


def test_a_file_that_names_one_of_its_documents_belongs_to_that_one() -> None:
    """A comment that is true decides between the documents that input a file."""
    others = {"b.tex": WHOLE + "\\input{s}\\input{t}", "a.tex": WHOLE + SECTION + "\\input{s}\\input{t}"}
    files = {**others, "s.tex": "% !TEX root = b.tex", "t.tex": "Text."}
    found = [documents(files).holding(path) for path in ("s.tex", "t.tex")]
    assert found == [("b.tex",), ("a.tex", "b.tex")]


def test_a_file_that_names_a_wrapper_belongs_to_the_document_in_it() -> None:
    """Nothing is looked at twice for the options that a second file sets."""
    files = {"print.tex": "\\input{main}", "main.tex": WHOLE + "\\input{s}", "s.tex": "% !TEX root = print.tex"}
    assert documents({**files, "b.tex": WHOLE + "\\input{s}"}).holding("s.tex") == ("main.tex",)


def test_roots_of_a_file_among_some() -> None:
    """Only the candidates are asked."""
    read = {path: SourceText(path, text) for path, text in REPOSITORY.items()}.get
    assert roots_of("paper/sections/intro.tex", ["slides.tex"], read) == ("slides.tex",)


def test_a_document_stands_alone() -> None:
    """Text of its own between a class and an end; not so a preamble, a picture or a part."""
    files = {
        "a.tex": WHOLE,
        "b.tex": "\\documentclass{article}",
        "c.tex": "\\begin{document}",
        "d.tex": "\\documentclass{standalone}\\begin{document}",
    }
    assert [path for path in files if documents(files).stands_alone(path)] == ["a.tex"]


def test_an_endless_document_stops_nothing() -> None:
    """A root that cannot be followed is one all the same."""

    def read(path: str) -> SourceText | None:
        if path in {"a.tex", "b.tex"}:
            return SourceText(path, WHOLE + ("\\input{0}" if path == "a.tex" else SECTION))
        number = path.removesuffix(".tex")
        return SourceText(path, f"\\input{{{int(number) + 1}}}") if number.isdigit() else None

    assert Documents(["a.tex", "b.tex"], read).roots == ("b.tex", "a.tex")


@given(
    graph=st.lists(st.lists(st.integers(0, 5), max_size=3), min_size=6, max_size=6),
    wholes=st.sets(st.integers(0, 5), min_size=1),
)
def test_every_document_is_a_root_or_part_of_one(graph: list[list[int]], wholes: set[int]) -> None:
    """Whatever inputs what: each file with a class is a root or belongs to one."""
    files = {
        f"{number}.tex": (WHOLE if number in wholes else "") + "".join(f"\\input{{{child}}}" for child in children)
        for number, children in enumerate(graph)
    }
    found = documents(files)
    assert set(found.roots) <= {f"{number}.tex" for number in wholes}
    assert all(set(found.holding(f"{number}.tex")) & set(found.roots) for number in wholes)
