r"""What a paper's macros say is part of its sentences: names of its own, acronyms of a glossary."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.latex import read_project
from texscholar.latex.spoken import SILENT, find_spoken
from texscholar.source import SourceText


def texts(preamble: str, body: str) -> list[str]:
    """The sentences of a paper of one file."""
    source = f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    project = read_project("main.tex", lambda path: SourceText(path, source) if path == "main.tex" else None)
    return [sentence.text for file in project.files for sentence in file.sentences]


@pytest.mark.parametrize(
    "definition",
    [
        r"\newcommand{\sys}{$\Sigma$}",
        r"\newcommand{\sys}{x_i}",
        r"\newcommand{\sys}{0.3pt}",
        r"\newcommand{\sys}{5}",
        r"\newcommand{\sys}{s}",
        r"\newcommand{\sys}[1][opt]{Noria}",
        r"\newcommand{\sys}[1]{Noria #1}",
        r"\newcommand{\sys}{\vspace{1cm}Noria}",
        r"\newcommand{\sys}{[language=c]}",
        r"\newcommand{\sys}{\citep{noria}}",
        r"\newenvironment{sys}{Noria}{}",
        rf"\newcommand{{\sys}}{{{'Noria ' * 20}}}",
    ],
)
def test_what_is_no_name_says_nothing(definition: str) -> None:
    """Formulas, lengths, numbers, single letters, macros with arguments and long texts are left out as before."""
    assert texts(definition, r"We build on \sys in this work.") == ["We build on in this work."]


@pytest.mark.parametrize(
    ("definition", "body", "text"),
    [
        (r"\newcommand{\sys}{Noria}", r"We use \sys{} here.", "We use Noria here."),
        (r"\newcommand\sys{Noria\xspace}", r"We use \sys here.", "We use Noria here."),
        (r"\def\sys{\textsc{Noria}}", r"We use \sys\ here.", "We use Noria here."),
        (r"\newcommand{\sys}{{\sc Noria}}", r"We use \sys~here.", "We use Noria here."),
        (r"\newcommand{\sys}{Noria}", r"We use \emph{\sys} here.", "We use Noria here."),
        (r"\newcommand{\sys}{Noria}", r"What is \sys's cost?", "What is Noria's cost?"),
        (r"\newcommand{\mv}{materialised~view}", r"A \mv is kept.", "A materialised view is kept."),
        (r"\newcommand{\sys}{Noria}\renewcommand{\sys}{Soup}", r"We use \sys{} here.", "We use Soup here."),
    ],
)
def test_a_name_is_read_where_it_is_called(definition: str, body: str, text: str) -> None:
    """A macro without arguments that stands for words is read as these words."""
    assert texts(definition, body) == [text]


@pytest.mark.parametrize(
    ("definition", "call", "said"),
    [
        (r"\newacronym{svm}{SVM}{support vector machine}", r"\gls{svm}", "support vector machine (SVM)"),
        (r"\newacronym[plural=x]{svm}{SVM}{support vector machine}", r"\Gls{svm}", "support vector machine (SVM)"),
        (r"\acrodef{svm}[SVM]{support vector machine}", r"\ac{svm}", "support vector machine (SVM)"),
        (r"\acrodef{SVM}{support vector machine}", r"\acp{SVM}", "support vector machine (SVM)"),
        (
            r"\DeclareAcronym{svm}{short=SVM, long={support vector machine}}",
            r"\ac{svm}",
            "support vector machine (SVM)",
        ),
        (r"\newglossaryentry{svm}{name={kernel machine},description={x}}", r"\gls{svm}", "kernel machine"),
        (r"\newacronym{svm}{SVM}{support vector machine}", r"\gls{cnn}", ""),
    ],
)
def test_an_acronym_is_read_where_it_is_called(definition: str, call: str, said: str) -> None:
    """Acronyms of glossaries, acronym and acro are read as their long and short form; unknown labels say nothing."""
    assert texts(definition, f"We train a {call} here.") == [f"We train a {said} here.".replace("  ", " ")]


@pytest.mark.parametrize("body", [r"Let $\sys_i = 1$ hold.", r"Let \(a\sys\) hold.", r"See \url{\sys} and hold."])
def test_formulas_and_arguments_stay_silent(body: str) -> None:
    """In a formula or an argument that is no prose a macro's words are no words of the sentence."""
    assert "Noria" not in texts(r"\newcommand{\sys}{Noria}", body)[0]


def test_spans_and_places_do_not_move() -> None:
    """What macros say changes the text of a sentence, never where it stands or where a citation goes."""
    source = "\\documentclass{article}\n%s\\begin{document}\nWe use \\sys{} here. It is \\gls{svm}.\n\\end{document}\n"
    spoken = "\\newcommand{\\sys}{Noria}\\newacronym{svm}{SVM}{support vector machine}"
    placed = []
    for preamble in (spoken, " " * len(spoken)):
        text = source % preamble
        project = read_project("main.tex", lambda path, text=text: SourceText(path, text))
        placed.append([(s.span, s.insert_at, s.stretch) for s in project.files[0].sentences])
    assert placed[0] == placed[1]


def test_a_macro_alone_is_no_sentence() -> None:
    """A paragraph that holds nothing but a macro is left out whether or not the macro is known."""
    assert texts(r"\newcommand{\sys}{Noria}", "\\sys\n\nThis is one.") == ["This is one."]


def test_a_paper_without_names_is_silent() -> None:
    """Nothing defined gives the one object that says nothing."""
    assert find_spoken(()) is SILENT


@given(st.text(alphabet="ab {}\\$[]=,\n%#", max_size=40))
def test_any_definition_is_read(body: str) -> None:
    """No body of a definition or of a glossary entry makes reading fail."""
    texts(f"\\newcommand{{\\sys}}{{{body}}}\\newacronym{{a}}{{{body}}}{{{body}}}", r"We use \sys{} and \gls{a} here.")
