"""Citation commands that a paper defines itself, or gets from the packages it loads."""

from __future__ import annotations

import pytest

from texscholar.latex import CiteForm, find_wrappers, scan
from texscholar.latex.cite_commands import NONE, PART, SILENT, TEXTUAL, WANTED
from texscholar.source import SourceText

LIST = CiteForm()
SECOND = CiteForm(("#2",), 2)


def wrappers(*texts: str) -> dict[str, CiteForm]:
    """The commands of a paper whose files have these texts."""
    return find_wrappers(*(scan(SourceText(f"{number}.tex", text)) for number, text in enumerate(texts)))


MACROS: list[tuple[str, CiteForm | None]] = [
    (r"\newcommand{\x}[1]{\textbf{#1}}", None),
    (r"\newcommand{\x}[1]{\ref{#1}}", None),
    (r"\newcommand{\x}{\citestyle{authoryear}}", None),
    (r"\newcommand{\x}[1]{\y{#1}}", None),
    (r"\newcommand{\x}[1]{\x{#1}}", None),
    (r"\newcommand{\x}[1]{\cite{#1}}", LIST),
    (r"\newcommand\x[1]{see~\citep[p.~1]{#1}}", LIST),
    (r"\renewcommand*{\x}[2][]{(see \citep[#1]{#2})}", LIST),
    (r"\providecommand{\x}[2]{#1~\cite{#2}}", SECOND),
    (r"\DeclareRobustCommand{\x}[1]{\citet{#1}}", CiteForm(kind=TEXTUAL)),
    (r"\newrobustcmd{\x}[1]{\nocite{#1}}", CiteForm(kind=SILENT)),
    (r"\def\x#1{\cite{#1}}", LIST),
    (r"\gdef\x#1#2{\cite{#2}}", SECOND),
    (r"\def\x[#1]#2{\cite[#1]{#2}}", LIST),
    (r"\NewDocumentCommand{\x}{m}{\cite{#1}}", LIST),
    (r"\NewDocumentCommand{\x}{o m m}{#2~\cite[#1]{#3}}", SECOND),
    (r"\NewDocumentCommand{\x}{s O{} m}{\IfBooleanTF{#1}{\citep{#3}}{\cite{#3}}}", LIST),
    (r"\newcommand{\x}[2]{\cite{#1} and \cite{#2}}", CiteForm(("#1", "#2"), 2)),
    (r"\newcommand{\x}[2]{\cite{#1,#2}}", CiteForm(("#1", "#2"), 2)),
    (r"\newcommand{\x}[1]{\citeauthor{#1} \citeyear{#1}}", CiteForm(kind=TEXTUAL)),
    (r"\newcommand{\x}[1]{(\citealp{#1})}", LIST),
    (r"\newcommand{\x}[1]{\citealp{#1}}", CiteForm(kind=PART)),
    (r"\newcommand{\x}{\cite{a}}", CiteForm(("a",), 0)),
    (r"\newcommand{\x}[1]{\cite{a, #1}}", CiteForm(("a", "#1"), 1)),
    (r"\newcommand{\x}[1]{\cite{rfc#1}}", CiteForm(("rfc#1",), 1)),
    (r"\newcommand{\x}[1]{\cites[#1]{a}{b}}", CiteForm(("a", "b"), 0)),
    (r"\newcommand{\x}[1]{\volcite{1}{#1}}", LIST),
    (r"\newcommand{\x}[1][a]{\cite{#1}}", CiteForm((), 0)),
    (r"\newcommand{\x}{\cite{\y}}", CiteForm((), 0)),
    (r"\newcommand{\x}{\newcommand{\y}[1]{\cite{##1}}}", CiteForm((), 0)),
    (r"\newcommand{\x}{\cite}", LIST),
    (r"\newcommand\x{e.g.~\citep[see][]}", LIST),
    (r"\newcommand{\x}{\textcites}", CiteForm(repeats=True, kind=TEXTUAL)),
    (r"\newcommand{\x}[1]{see #1 \cite}", SECOND),
    (r"\newcommand{\x}[1][]{\citep[#1]}", LIST),
    (r"\newcommand{\x}[3]{see #3 \cite}", CiteForm(("#4",), 4)),
    (r"\newcommand{\x}{\cite{a#0,b##1}}", CiteForm((), 0)),
    (r"\newcommand{\x}{\cite{a} and~\cite}", CiteForm(("a", "#1"), 1)),
    (r"\newcommand{\x}{\@ifstar\citet\citep}", LIST),
    (r"\newcommand\x\citet", CiteForm(kind=TEXTUAL)),
    (r"\let\x\cite", LIST),
    (r"\let\x=\citet", CiteForm(kind=TEXTUAL)),
    (r"\NewCommandCopy{\x}{\citet}", CiteForm(kind=TEXTUAL)),
    (r"\DeclareCiteCommand{\x}[\mkbibparens]{a}{b}{c}{d}", LIST),
    (r"\DeclareMultiCiteCommand{\x}{\y}{;}", CiteForm(repeats=True)),
]


@pytest.mark.parametrize(("definition", "form"), MACROS)
def test_macros(definition: str, form: CiteForm | None) -> None:
    """What a call of the macro cites, and how many groups it takes for that."""
    assert form == wrappers(definition).get("x")


OTHERS: list[tuple[str, str | None]] = [
    (r"\newcommand{\x}{citations are needed}", None),
    (r"\newcommand{\x}[1]{Reference \ref{#1} is missing}", None),
    (r"\newcommand{\addref}[1]{\ref{#1}}", None),
    (r"\newcommand{\citeweird}{\cite@x}", None),
    (r"\renewcommand{\citefoo}[1]{[#1]}", None),
    (r"\newcommand{\cite}[1]{[#1]}", None),
    (r"\newcommand{\todocite}[1]{\textcolor{red}{\cite{#1}}}", None),
    (r"\newcommand{\citefigure}[1]{Figure~\ref{#1}}", NONE),
    (r"\newcommand{\calcite}{CaCO}", NONE),
    (r"\newcommand{\todocite}[1]{\textcolor{red}{#1}}", WANTED),
    (r"\newcommand{\citationneeded}{\textbf{!}}", WANTED),
    (r"\newcommand{\x}{\textcolor{red}{[?]}}", WANTED),
    (r"\newcommand{\x}[1]{\textcolor{red}{[REF: #1]}}", WANTED),
    (r"\newcommand{\x}{\todo{cite}}", WANTED),
    (r"\newcommand{\x}{\textsuperscript{citation needed}}", WANTED),
    (r"\newcommand{\x}{\textbf{Quelle fehlt}}", WANTED),
]


@pytest.mark.parametrize(("definition", "kind"), OTHERS)
def test_macros_that_cite_nothing(definition: str, kind: str | None) -> None:
    """Those that only sound like it, and those that say that a citation is missing."""
    found = {name: form.kind for name, form in wrappers(definition).items() if form.kind in (NONE, WANTED)}
    assert ([] if kind is None else [kind]) == list(found.values())


def test_macros_may_call_one_another() -> None:
    """In any order, across files, five deep."""
    texts = [
        rf"\newcommand{{\{name}}}[1]{{\{inner}{{#1}}}}"
        for name, inner in zip("abcde", ["b", "c", "d", "e", "citet"], strict=True)
    ]
    assert dict.fromkeys("abcde", CiteForm(kind=TEXTUAL)) == wrappers(*texts)


def test_macros_that_call_themselves_in_a_circle_cite_nothing() -> None:
    """No way leads out of it."""
    assert wrappers(r"\newcommand{\a}[1]{\b{#1}} \newcommand{\b}[1]{\a{#1}}") == {}


def test_a_command_keeps_its_meaning_under_its_old_name() -> None:
    """As papers that colour their citations do."""
    assert wrappers(r"\let\oldcite\cite \renewcommand{\cite}[2]{\textcolor{#1}{\oldcite{#2}}}") == {"cite": SECOND}


def test_a_definition_that_cites_beats_one_that_does_not() -> None:
    """Drafts switch citations off."""
    assert wrappers(r"\ifdraft\newcommand{\x}[1]{\cite{#1}}\else\newcommand{\x}[1]{}\fi") == {"x": LIST}


def test_an_environment_may_cite() -> None:
    """Where it begins."""
    assert wrappers(r"\newenvironment{x}[1]{\cite{#1}}{}") == {"begin{x}": LIST}


def test_new_bibliographies_have_commands_of_their_own() -> None:
    """Named after them, and as those of the main one are read."""
    found = wrappers(r"\newcites{web,own}{A,B} \citetweb{a} \nociteown{b}")
    assert (CiteForm(kind=TEXTUAL), SILENT) == (found["citetweb"], found["nociteown"].kind)


PACKAGES: list[tuple[str, str, CiteForm | None]] = [
    ("", "textcquote", None),
    (r"\usepackage{csquotes}", "textcquote", LIST),
    (r"\usepackage[x]{a, csquotes}", "foreigntextcquote", SECOND),
    (r"\usepackage{csquotes}", "begin{displaycquote}", LIST),
    (r"\usepackage{bibentry}", "bibentry", CiteForm(kind=PART)),
    (r"\usepackage{abntex2cite}", "apud", CiteForm(("#1", "#2"), 2)),
    (r"\usepackage[style=abnt-ibid]{biblatex}", "apud", CiteForm(repeats=True)),
    (r"\usepackage{jurabib}", "citefield", CiteForm(("#2",), 2, kind=PART)),
    (r"\usepackage{harvard}", "citename", CiteForm(kind=TEXTUAL)),
    (r"\usepackage{amsrefs}", "citelist", CiteForm((), 0, kind=NONE)),
]


@pytest.mark.parametrize(("preamble", "name", "form"), PACKAGES)
def test_packages(preamble: str, name: str, form: CiteForm | None) -> None:
    """Commands that only a package makes citations, as far as the paper uses them."""
    assert form == wrappers(rf"{preamble}\begin{{document}}\{name}").get(name)
