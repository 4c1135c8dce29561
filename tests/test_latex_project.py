"""A paper: its files as parts of one document, the bibliographies it names and the keys it defines itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures_language import fixture
from texscholar.latex import Project, TexFile, read_project
from texscholar.source import SourceText


def project_of(root: str = "main.tex", **texts: str) -> Project:
    """A paper of files; two underscores stand for a dot, one for a slash."""
    files = {name.replace("__", ".").replace("_", "/"): text for name, text in texts.items()}
    return read_project(root, lambda path: SourceText(path, files[path]) if path in files else None)


# -- bibliographies

BIBLIOGRAPHIES: list[tuple[str, list[str]]] = [
    (r"Text.", []),
    (r"% \bibliography{a}", []),
    (r"\bibliographystyle{a} \bibliography{#1} \bibliography{\unknown} \\bibliography{a}", []),
    (r"\bibliographyunit[\chapter] \bibliographytypesize{small} \printbibliography[title=a]", []),
    (r"\addbibresource{http://a.b/c.bib} \addbibresource[glob]{refs/*.bib}", []),
    (r"\begin{bibunit}[plain]\putbib\end{bibunit} \begin{refsection}\end{refsection} \newrefsection", []),
    (r"\bibliography{a}", ["a.bib"]),
    (r"\bibliography{a, b.bib,a}", ["a.bib", "b.bib"]),
    (r"\bibliography{a}\bibliography{d/../b}", ["a.bib", "b.bib"]),
    (r"\bibliography{a b/c.d}", ["a b/c.d.bib"]),
    (r"\bibliography{../refs/a}", ["../refs/a.bib"]),
    (r"\bibliography{\jobname}", ["main.bib"]),
    (r"\newcommand{\refs}{a,b}\bibliography{\refs,c}", ["a.bib", "b.bib", "c.bib"]),
    (r"\newcommand{\refs}{a}\def\dir{d}\bibliography{\refs,\dir/\refs}", ["a.bib", "d/a.bib"]),
    (r"\newcommand{\make}[1]{\bibliographystyle{plain}\bibliography{#1}}\make{a}", ["a.bib"]),
    (r"\newcommand{\make}{\bibliography{a}}", ["a.bib"]),
    (r"\addbibresource[location=local]{a.bib} \addbibresource{b.bib}", ["a.bib", "b.bib"]),
    (r"\addglobalbib{a.bib}\addsectionbib[x=y]{b.bib}", ["a.bib", "b.bib"]),
    (r"\begin{refsection}[a.bib,b.bib]\end{refsection}\newrefsection[c.bib]", ["a.bib", "b.bib", "c.bib"]),
    (r"\defaultbibliography{a}\begin{bibunit}\putbib[b,c]\end{bibunit}", ["a.bib", "b.bib", "c.bib"]),
    (r"\begin{btSect}[plain]{a,b}\end{btSect}", ["a.bib", "b.bib"]),
    (
        r"\newcites{sec,more}{One,Two}\bibliography{a}\bibliographysec{b}\bibliographymore{c}",
        ["a.bib", "b.bib", "c.bib"],
    ),
    (r"\nobibliography*{a} \nobibliography{b}", ["a.bib", "b.bib"]),
]


@pytest.mark.parametrize(("text", "expected"), BIBLIOGRAPHIES)
def test_bibliographies(text: str, expected: list[str]) -> None:
    """The bibliographies a paper names, in order, each once."""
    assert tuple(expected) == project_of(main__tex=text).bibliographies


def test_bibliographies_of_all_files() -> None:
    """Each chapter may name its own; a file in a folder names them as seen from the root."""
    project = project_of(
        main__tex=r"\include{d/one}\include{two}", d_one__tex=r"\bibliography{a}", two__tex=r"\bibliography{b,a}"
    )
    assert project.bibliographies == ("a.bib", "b.bib")


def test_bibliographies_of_a_subfile() -> None:
    """A subfile names them as seen from its own folder, the root from its own."""
    subfile = r"\documentclass[../main]{subfiles}\bibliography{\subfix{../refs}}"
    project = project_of(main__tex=r"\subfile{d/one}\bibliography{refs}", d_one__tex=subfile)
    assert project.bibliographies == ("refs.bib",)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main__tex": r"\input{main.bbl}"}, ()),
        ({"main__tex": r"\bibliography{a}\input{main.bbl}", "main__bib": ""}, ("a.bib",)),
        ({"main__tex": r"\input{main.bbl}", "main__bib": ""}, ("main.bib",)),
        ({"main__tex": r"\input{\jobname.bbl}", "main__bib": ""}, ("main.bib",)),
    ],
)
def test_the_bibliography_of_a_bbl(files: dict[str, str], expected: tuple[str, ...]) -> None:
    """A paper that inputs a .bbl and names no bibliography has the one of that name."""
    assert expected == project_of(**files).bibliographies


FILECONTENTS = "\\begin{filecontents*}[overwrite]{refs.bib}\n@book{k1, title={T}}\n@comment{x, y}\n@misc( k2 , a=b)\n\\end{filecontents*}"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"main__tex": r"\bibliography{refs}"}, (("refs.bib",), set())),
        ({"main__tex": rf"{FILECONTENTS}\bibliography{{refs}}"}, ((), {"k1", "k2"})),
        ({"main__tex": rf"{FILECONTENTS}\addbibresource{{refs.bib}}", "refs__bib": ""}, (("refs.bib",), set())),
        ({"main__tex": r"\input{a}\bibliography{refs}", "a__tex": FILECONTENTS}, ((), {"k1", "k2"})),
        ({"main__tex": FILECONTENTS}, ((), set())),
        ({"main__tex": rf"% {FILECONTENTS.splitlines()[0]}" + "\n\\bibliography{refs}"}, (("refs.bib",), set())),
    ],
)
def test_a_bibliography_that_the_paper_writes(
    files: dict[str, str], expected: tuple[tuple[str, ...], set[str]]
) -> None:
    """Where the file is not there yet, its keys are the paper's own; where it is, it is one like others."""
    project = project_of(**files)
    assert expected == (project.bibliographies, project.bibitems)


# -- keys that are defined without a .bib


BIBITEMS: list[tuple[str, set[str]]] = [
    (r"\cite{a} \bibitemdeclare{b}{c} % \bibitem{a}", set()),
    (r"\newcommand{\x}[1]{\bibitem{#1}} \\bibitem{a}", set()),
    (r"\bibitem{a} A. \bibitem[B et al.]{b} B.", {"a", "b"}),
    (r"\bibitem[\protect\citeauthoryear{A}{B}{2001}]{a b} A.", {"a b"}),
    ("\\bibitem[{A(2001)}]\n  {a:2001} A.", {"a:2001"}),
    (r"\begin{biblist}\bib{a}{article}{title={T}}\bib*{b}{book}{title={T}}\end{biblist}", {"a", "b"}),
]


@pytest.mark.parametrize(("text", "expected"), BIBITEMS)
def test_bibitems(text: str, expected: set[str]) -> None:
    """A list of references in the document defines its keys."""
    assert expected == project_of(main__tex=text).bibitems


BBLS: list[tuple[str, set[str]]] = [
    ("", set()),
    ("\\begin{thebibliography}{9}\n\\bibitem[A(2001)]{a}\nA.\n%\\bibitem{b}\n\\end{thebibliography}", {"a"}),
    ("\\entry{a}{article}{}{}\n\\endentry\n\\keyalias{b}{a}\n\\missing{c}", {"a", "b"}),
]


@pytest.mark.parametrize(("bbl", "expected"), BBLS)
def test_keys_of_a_bbl(bbl: str, expected: set[str]) -> None:
    """What BibTeX and Biber wrote defines keys where it is input, and tells what was defined where it lies beside."""
    beside = project_of(main__tex="Text.", main__bbl=bbl)
    within = project_of(main__tex=r"\input{d/x.bbl}", d_x__bbl=bbl)
    assert ((set(), expected), (expected, set())) == (
        (beside.bibitems, beside.compiled_keys),
        (within.bibitems, within.compiled_keys),
    )


# -- files as parts of one document


SECTIONS = [
    r"""
    %! main.tex
    \chapter{A}
    \section{B}
    \input{one}
    Back here.
    ^ A / B
    \chapter{C}
    \include{two}
    %! one.tex
    Plain one.
    ^ A / B
    \subsection{D}
    Deep one.
    ^ A / B / D
    \section{E}
    Next one.
    ^ A / E
    %! two.tex
    Before it.
    ^ C
    \chapter{F}
    After it.
    ^ F
    """,
    r"""
    %! main.tex
    \section{A}
    \input{one}
    %! one.tex
    \subsection{B}
    \input{two}
    %! two.tex
    \input{three}
    Second file.
    ^ A / B
    %! three.tex
    Third file.
    ^ A / B
    \paragraph{C}
    More there.
    ^ A / B / C
    """,
    r"""
    %! main.tex
    \input{one}
    \section{A}
    \input{one}
    %! one.tex
    First counts.
    ^
    """,
    r"""
    %! main.tex
    \documentclass{book}
    \begin{document}
    \chapter{A}
    \begin{abstract}\input{one}\end{abstract}
    %! one.tex
    An abstract it is.
    ^ A
    """,
]


@pytest.mark.parametrize("text", SECTIONS)
def test_sections_go_on_in_input_files(text: str) -> None:
    """A sentence stands under the headings above the place where its file is input, at any depth."""
    paper = fixture(text)
    starts = {
        (file.path, sentence.span.start): " / ".join(sentence.section)
        for file in paper.project.files
        for sentence in file.sentences
    }
    expected = {(each.path, each.span.start): each.label for each in paper.ranges}
    assert expected == {place: section for place, section in starts.items() if place in expected}


def test_sections_of_other_places() -> None:
    """What is no sentence, a marker for one, stands under the same headings."""
    project = project_of(main__tex="\\section{A}\n\\input{one}", one__tex="% TODO related-work: x\n\\section{B}\n")
    child = project.files[1]
    assert [child.section_path(child.markers[0].span.start), child.section_path(99)] == [("A",), ("B",)]


def test_a_child_asks_its_ancestors_for_headings_only() -> None:
    """Sentences of one file cost no sentences of another."""
    project = project_of(main__tex="\\section{A}\nWords are here.\n\\input{one}", one__tex="Words are there.")
    root, child = project.files
    assert [sentence.section for sentence in child.sentences] == [("A",)]
    assert "sentences" not in vars(root)


def test_the_parent_is_the_first_that_inputs() -> None:
    """The place of the command is told with it; the root has none."""
    root, one, two = project_of(main__tex=r"\input{one}", one__tex=r"A \input{two}", two__tex=r"\input{main}").files
    assert [(None, -1), (root, 0), (one, 2)] == [(file.input_by, file.input_at) for file in (root, one, two)]


def test_a_file_is_found_by_its_path() -> None:
    """None stands for a file that the paper lacks."""
    project = project_of(main__tex=r"\input{a}", a__tex="")
    assert (getattr(project.file("a.tex"), "path", None), project.file("b.tex")) == ("a.tex", None)


def test_files_input_in_the_preamble_are_no_prose() -> None:
    """Macros and titles that a root inputs before the document begins define commands and hold no sentence."""
    project = project_of(
        main__tex="\\documentclass{article}\n\\input{macros}\n\\begin{document}\nOne here.\n\\input{body}\n\\end{document}\n",
        macros__tex="\\newcommand{\\mine}[1]{\\cite{#1}} A title of some words.\n\\input{more}\n",
        more__tex="More words that nobody reads.\n",
        body__tex="Two there \\mine{key}.\n",
    )
    assert [sentence.text for file in project.files for sentence in file.sentences] == ["One here.", "Two there."]
    assert [key.key for file in project.files for citation in file.citations for key in citation.keys] == ["key"]


def test_an_input_abstract_is_an_abstract() -> None:
    """Sentences of a file that the abstract environment inputs are of the abstract, those of other files are not."""
    project = project_of(
        main__tex="\\begin{document}\n\\begin{abstract}\n\\input{short}\n\\end{abstract}\n\\input{body}\n\\end{document}\n",
        short__tex="We do things.\n\\input{more}\n",
        more__tex="We do more things.\n",
        body__tex="Others did things.\n",
    )
    kinds = [sentence.kind for file in project.files for sentence in file.sentences]
    assert kinds == ["abstract", "abstract", "prose"]


PIECES = st.sampled_from(
    [
        *(f"\\{name}{{{name}}}\n" for name in ("part", "chapter", "section", "subsection", "paragraph")),
        "Some words here.\n\n",
    ]
)


@given(before=st.lists(PIECES, max_size=6), inside=st.lists(PIECES, max_size=6))
def test_sections_are_those_of_one_file(before: list[str], inside: list[str]) -> None:
    """Whether text stands in a file of its own or in its parent, its sentences have the same sections."""

    def sections(file: TexFile) -> list[tuple[str, ...]]:
        return [sentence.section for sentence in file.sentences]

    whole = project_of(main__tex="".join([*before, *inside])).files[0]
    parent, child = project_of(main__tex="".join([*before, "\\input{child}"]), child__tex="".join(inside)).files
    assert sections(whole) == [*sections(parent), *sections(child)]
