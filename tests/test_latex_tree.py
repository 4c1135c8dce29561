"""What a paper's files read: how the files are named and found, in which order, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import write_files
from fixtures_language import fixture
from texscholar import disk
from texscholar.errors import Skipped, TexscholarError
from texscholar.latex import read_project
from texscholar.source import SourceText

FILES: list[tuple[str, str]] = [
    # Nothing is input.
    (r"Text.", ""),
    (r"% \input{a}", ""),
    (r"\verb|\input{a}| \\input{a}", ""),
    (r"\newcommand{\x}[1]{\input{#1}} \input{\x} \input{}", ""),
    (r"\includeonly{a} \includegraphics{a} \include a", ""),
    (r"\end{document} \input{a}", ""),
    (r"\input{a.sty} \input{a.pdf_tex} \input{a.tikz}", ""),
    (r"\input{main}", ""),
    (r"\markdownInput{a.md} \lstinputlisting{a.tex}", ""),
    (r"\let\old\input a \let\older=\input a", ""),
    (r"\input{|cat a} \input{a*} \input{http://a.b/c}", ""),
    (r"\def\x{\y}\def\y{\x}\input{\x}", ""),
    (r"\input{A}", ""),
    # How a file is named.
    (r"\input{a}", "a.tex"),
    (r"\input{a.tex} \input{ ./a }", "a.tex"),
    (r"\input a and text", "a.tex"),
    (r"\input a\relax and text", "a.tex"),
    ("\\input\n  {a}", "a.tex"),
    (r"\input{a.v2}", "a.v2.tex"),
    (r"\input{a.txt}", "a.txt"),
    (r"\input{s}", "s.Rnw"),
    (r"\graphicspath{{my figures/}{b c/}}\input{a}", "a.tex"),
    # By which command.
    (r"\include{a}\subfile{b}\InputIfFileExists{c}{}{}", "a.tex b.tex c.tex"),
    (r"\includeonly{b}\include{a}\include{b}\subfileinclude{c}", "a.tex b.tex c.tex"),
    (r"\IfFileExists{a}{\input{a}}{\input{b}} \iftrue\input{c}\else\input{d/a}\fi", "a.tex b.tex c.tex d/a.tex"),
    (r"\includestandalone[width=3cm]{a}\loadglsentries[main]{b}\SweaveInput{s}", "a.tex b.tex s.Rnw"),
    # In which order.
    (r"\input{c}\input{a}\input{c}", "c.tex a.tex"),
    (r"\input{nest}\input{c}", "nest.tex a.tex cycle.tex c.tex"),
    # Where it lies.
    (r"\input{d/a}\input{d/a.tex}", "d/a.tex"),
    (r"\input{d/nest}", "d/nest.tex a.tex d/only.tex"),
    (r"\import{d/}{a}\subimport{d/e}{a}", "d/a.tex d/e/a.tex"),
    (r"\subimport*{d}{a}\includefrom{d}{only}\inputfrom{d/e/}{a.tex}", "d/a.tex d/only.tex d/e/a.tex"),
    (r"\import{d/}{deep}", "d/deep.tex d/e/back.tex d/only.tex"),
    (r"\subfile{d/sub}", "d/sub.tex d/only.tex"),
    (r"\makeatletter\def\input@path{{x/}{d/e/}{d/}}\input{only}\input{a}", "d/only.tex a.tex"),
    # By macros of the paper.
    (r"\newcommand{\x}{d}\input{\x/a}", "d/a.tex"),
    (r"\def\x{d/e}\input{\x /a}\def\x{d}\input \x/only", "d/e/a.tex d/only.tex"),
    (r"\input{macros}\input{\deep/a}\inner{a}", "macros.tex d/e/a.tex d/a.tex"),
    (r"\def\x{a}\input{\x}\renewcommand{\x}{b}\input{\x}", "a.tex b.tex"),
    (r"\input{\jobname-end}\input{\detokenize{a.v2}}", "main-end.tex a.v2.tex"),
    (r"\newcommand{\x}[2]{\section{#2}\input{d/#1}} \x{only}{B}\x {a} {A}", "d/only.tex d/a.tex"),
    (r"\newcommand{\x}[2][y]{\input{#2}}\x[z]{b}\x{a}", "b.tex a.tex"),
    (r"\newcommand{\x}{\input{a}}\input{b}\x", "b.tex a.tex"),
    (r"\AtEndDocument{\input{b}}\newcommand{\never}{\input{a}}\input{c}", "b.tex c.tex a.tex"),
]
OTHERS = {
    **dict.fromkeys(
        ("a.tex", "b.tex", "c.tex", "a.v2.tex", "a.txt", "main-end.tex", "s.Rnw", "a.sty", "a*.tex"), "Text."
    ),
    **dict.fromkeys(("d/a.tex", "d/only.tex", "d/e/a.tex", "a.md", "a.tikz", "a.pdf_tex"), "Text."),
    "nest.tex": r"\input{a}\input{cycle}",
    "cycle.tex": r"\input{nest}\input{main}",
    "d/nest.tex": r"\input{a}\input{only}",
    "d/deep.tex": r"\subimport{e}{back}",
    "d/e/back.tex": r"\input{../only}",
    "d/sub.tex": r"\documentclass[../main]{subfiles}\input{only}",
    "macros.tex": r"\def\top{d}\def\deep{\top/e}\newcommand{\inner}[1]{\include{d/#1}}",
}


def paths(sources: Mapping[str, str], root: str = "main.tex") -> list[str]:
    """The paths of a paper's files, in order, without the root."""
    files = {path: SourceText(path, text) for path, text in sources.items()}
    return [file.path for file in read_project(root, files.get).files[1:]]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "expected"), FILES)
def test_files(text: str, expected: str, newline: str) -> None:
    """The files of a paper in the order of the document, each once."""
    assert expected.split() == paths({**OTHERS, "main.tex": text.replace("\n", newline)})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<echo=FALSE>>=\nplot(1)\n@\n", []),
        ("\\input{a}", ["a.tex"]),
        ("<<child='a.Rnw'>>=\n@\n", ["a.Rnw"]),
        ("<<intro, child=c('b.Rnw', \"a.Rnw\"), echo=FALSE>>=\n@\n", ["b.Rnw", "a.Rnw"]),
        ("\\SweaveInput{b}", ["b.Rnw"]),
    ],
)
def test_knitr(text: str, expected: list[str]) -> None:
    """Chunks of knitr and commands of Sweave input child documents."""
    others = dict.fromkeys(("a.Rnw", "a.tex", "b.Rnw"), "Text.")
    assert expected == paths({"main.Rnw": text, **others}, "main.Rnw")


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ('\\input{"a b"}', "a b.tex"),
        ('\\input "a b" and text', "a b.tex"),
        ("\\input{a b}", "a b.tex"),
        ('\\input{"a b/c d".tex}', "a b/c d.tex"),
        ("\\input{a  b}", "a b.tex"),
        ("\\include{a b/c.d}", "a b/c.d.tex"),
        ("\\import{a b/}{c d}", "a b/c d.tex"),
        ('\\input "a b"', "a b"),
        ("\\input{{a.b}}", "a.b.tex"),
    ],
)
def test_names_with_spaces_and_dots(command: str, name: str) -> None:
    """Quotes and braces keep a name together; spaces fold."""
    assert [name] == paths({"main.tex": command, name: "Text."})


def test_macros_that_grow_without_end_are_given_up() -> None:
    """A name that doubles each time it is expanded is no name."""
    doubling = "".join(f"\\def\\{a}{{\\{b}\\{b}\\{b}}}" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert paths({"main.tex": f"{doubling}\\def\\i{{xxxxxxxxxx}}\\input{{\\a}}"}) == []


# -- what a file counts for


PROSE = [
    (r"\begin{document} One here. \input{1}", r"Two there.", ["One here.", "Two there."]),
    (r"\includeonly{b}\begin{document} One here. \include{1}", r"Two there.", ["One here.", "Two there."]),
    (r"\newcommand{\x}{\input{1}}\begin{document} One here. \x", r"Two there.", ["One here.", "Two there."]),
    (r"\input{1}\begin{document} One here.", r"Two there.", ["One here."]),
    (r"\input{1}\begin{document} One here.", r"\input{b}", ["One here."]),
    (r"\begin{document} One here. \loadglsentries{1}", r"Two there.", ["One here."]),
    (r"\begin{document} \input{1}", r"Title here. \begin{document} Two there. \end{document} No.", ["Two there."]),
]


@pytest.mark.parametrize(("main", "other", "expected"), PROSE)
def test_prose(main: str, other: str, expected: list[str]) -> None:
    """What is input in a preamble, or defines glossary entries, holds no prose; what includeonly leaves out does."""
    texts = {"main.tex": rf"\documentclass{{article}}{main}", "1.tex": other, "b.tex": "Three are there."}
    files = {path: SourceText(path, text) for path, text in texts.items()}
    sentences = [sentence.text for file in read_project("main.tex", files.get).files for sentence in file.sentences]
    assert expected == sentences


# -- what is missing


MISSING = [
    # Nothing is missing, or one cannot tell.
    r"""
    \input{a} % \input{d/gone}
    \verb|\input{d/gone}|
    %! a.tex
    """,
    r"\InputIfFileExists{d/gone}{}{\input{d/gone}} \IfFileExists{d/x}{\input{d/x}}{}",
    r"\newcommand{\x}[1]{\input{d/#1}} \newcommand{\y}{\input{d/gone}} \input{\z/gone}",
    r"\ifdraft\input{d/gone}\fi \ifoptionfinal{\input{d/gone}}{} \iffalse\input{d/gone}\fi",
    r"""
    \input{glyphtounicode}\input xy
    \input{insbox}\input pdf-trans
    \input{epsf.tex}
    """,
    r"\input{d/gone.tikz}\input{d/gone.pgf}\input{main.bbl}\input{d/gone.pdf_tex}",
    r"\input{../gone/a}\input{/gone/a}\import{../gone/}{a}",
    r"\makeatletter\@input{d/gone.tex}\loadglsentries{gone}\input{|gone/a}",
    r"""
    \begin{filecontents*}{d/a.tex}
    Text.
    \end{filecontents*}
    \input{d/a}
    """,
    r"""
    \input{tables/gone}\input{out/gone.tex}\include{made}
    %! .gitignore
    /tables/
    *.log
    out/*.tex
    made.*
    """,
    # Something is.
    r"""
    \input{ d/gone }
            ^^^^^^
    """,
    r"""
    \input{d/gone.tex}
           ^^^^^^^^^^
    """,
    r"""
    \input d/gone and text
           ^^^^^^
    """,
    r"""
    \include{gone}
             ^^^^
    """,
    r"""
    \subfile{gone} and \input{d/lost}
             ^^^^
                              ^^^^^^
    """,
    r"""
    \import{d/}{gone}
                ^^^^
    """,
    r"""
    \newcommand{\p}[1]{\input{d/#1}}\p{gone}
                                       ^^^^
    """,
    r"""
    \newif\ifx \ifx\fi\ifthenelse{}{}{} \verify{\input{d/gone}}
                                                       ^^^^^^
    """,
    r"""
    \input{d/a}\input{b}
                      ^
    %! d/a.tex
    %! d/b.tex
    """,
    r"""
    \input{a}
    %! a.tex
    \input{d/gone}
           ^^^^^^
    """,
    r"""
    \input{tables/gone}
           ^^^^^^^^^^^
    %! .gitignore
    # tables
    !tables
    /gone
    able
    """,
]


@pytest.mark.parametrize("text", MISSING)
def test_missing(text: str) -> None:
    """An input that is surely a mistake is told with the place of its name."""
    paper = fixture(text)
    expected = [(each.path, each.span) for each in paper.ranges]
    assert expected == [(each.path, each.span) for each in paper.project.missing]


def test_a_missing_file_is_named_as_tex_looks_for_it() -> None:
    """Macros in it are expanded, and the directory of an import stands before it."""
    project = fixture(r"\def\d{d}\input{\d/gone} \import{e/}{lost.tex}").project
    assert [missing.name for missing in project.missing] == ["d/gone", "e/lost.tex"]


def test_the_ignored_files_of_the_repository_are_not_missing() -> None:
    """The list of what git ignores may stand above the paper, and names things relative to itself."""
    files = {"paper/main.tex": "\\include{made} \\include{gone}", ".gitignore": "made.tex\n/gone.tex\n"}
    project = read_project("paper/main.tex", lambda path: SourceText(path, files[path]) if path in files else None)
    assert [missing.name for missing in project.missing] == ["gone"]


def test_a_file_that_may_come_with_tex_is_skipped() -> None:
    """A bare name in the text is told as left out; in a preamble it is, as a rule, a package of plain TeX."""
    project = fixture(
        r"""
        \documentclass{article}\input{insbox}
        \begin{document}
        \input{gone}
        \input{a}
        %! a.tex
        """
    ).project
    expected = Skipped("main.tex:3", "gone.tex cannot be read; check the name in \\input")
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


def test_too_many_files_are_refused() -> None:
    """A generated tree without end is no paper."""
    with pytest.raises(TexscholarError, match="inputs more than 5000 files"):
        read_project("0.tex", lambda path: SourceText(path, f"\\input{{{int(path[:-4]) + 1}}}"))


# -- what may be read


@pytest.mark.parametrize(
    "name",
    [
        "../../outside/a",
        "/etc/hostname",
        "{top}/outside/a",
        "link",
        "folder/a",
        "loop",
        ".git/a",
        "../paper/../../outside/a",
    ],
)
def test_nothing_outside_the_boundary_is_read(tmp_path: Path, name: str) -> None:
    """Neither up the folders nor through a link; inside, links are followed."""
    write_files(
        tmp_path,
        {
            "outside/a.tex": "Secret.",
            "repository/.git/a.tex": "Secret.",
            "repository/shared.tex": "Shared.",
            "repository/paper/main.tex": f"\\input{{{name.format(top=tmp_path)}}}\\input{{../shared}}\\input{{inner}}",
        },
    )
    paper = tmp_path / "repository" / "paper"
    (paper / "link.tex").symlink_to("../../outside/a.tex")
    (paper / "folder").symlink_to("../../outside")
    (paper / "loop.tex").symlink_to("loop.tex")
    (paper / "inner.tex").symlink_to("../shared.tex")
    place = disk.Place(paper / "main.tex", tmp_path / "repository")
    project = read_project("main.tex", lambda path: disk.read_source(place, path))
    assert [file.path for file in project.files] == ["main.tex", "../shared.tex", "inner.tex"]


# -- any tree


@given(
    graph=st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=8, max_size=8),
    commands=st.lists(st.sampled_from(["input", "include", "subfile"]), min_size=1, max_size=4),
)
def test_every_reachable_file_is_read_once_in_order(graph: list[list[int]], commands: list[str]) -> None:
    """Cycles end; the order is that in which TeX would first read each file."""
    sources = {
        f"{number}.tex": SourceText(
            f"{number}.tex",
            "Words.\n".join(f"\\{commands[at % len(commands)]}{{{child}}}" for at, child in enumerate(children)),
        )
        for number, children in enumerate(graph)
    }
    expected: list[int] = []

    def visit(number: int) -> None:
        if number not in expected:
            expected.append(number)
            for child in graph[number]:
                visit(child)

    visit(0)
    files = read_project("0.tex", sources.get).files
    assert [f"{number}.tex" for number in expected] == [file.path for file in files]
    assert all(file.input_by is None or file.input_by.path in sources for file in files)
