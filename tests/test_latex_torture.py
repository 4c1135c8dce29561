r"""Citations of every family, and what must not be taken for one, in one document."""

from __future__ import annotations

from fixtures_language import fixture

TORTURE = r"""
    %! main.tex
    \documentclass{article}
    \usepackage{csquotes, bibentry}
    \newcites{web}{Web pages}
    \newcommand{\mycite}[1]{\cite{#1}}
    \newcommand\seecite[2][]{(see \citep[#1]{#2})}
    \newcommand{\both}[2]{\cite{#1} and \citet{#2}}
    \newcommand{\eg}{e.g.,~\citep}
    \newcommand{\bert}{BERT~\cite{devlin2019}}
    \newcommand{\models}{\bert{} and GPT~\cite{brown2020}}
    \newcommand{\rfc}[1]{RFC~#1~\cite{rfc#1}}
    \newcommand{\deep}[1]{\deeper{#1}}
    \newcommand{\deeper}[1]{\mycite{#1}}
    \newcommand{\citefigure}[1]{Figure~\ref{#1}}
    \newcommand{\calcite}{CaCO$_3$}
    \NewDocumentCommand{\modern}{s o m}{\IfBooleanTF{#1}{\citep[#2]{#3}}{\cite[#2]{#3}}}
    \def\plain#1{\cite{#1}}
    \makeatletter\def\x@y#1{\cite{#1}}\makeatother
    \let\oldcite=\cite
    \let\zitat\parencite
    \newrobustcmd{\robust}[1]{\autocite{#1}}
    \DeclareCiteCommand{\kurz}[\mkbibparens]{}{}{\multicitedelim}{}
    \DeclareMultiCiteCommand{\kurzes}{\kurz}{\multicitedelim}
    \newacronym{gan}{GAN}{adversarial network~\cite{a01}}
                                                    ^^^ key
    \begin{document}
    LaTeX \cite{b01}, \cite[p.~2]{b02}, \cite {b03}, \cite [p.~3] {b04}, \cite{b05,b06, b07 , ,}.
                ^^^ key
                                  ^^^ key
                                               ^^^ key
                                                                   ^^^ key
                                                                               ^^^ key
                                                                                   ^^^ key
                                                                                        ^^^ key
    \cite{b08,% the first, \cite{bad01}
          ^^^ key
                                 ^^^^^ none
      b09} and over lines \cite
      ^^^ key
      [see \emph{inside}]
      {b10} and \nocite{b11}.
       ^^^ key
                        ^^^ key
    \csname cite\endcsname{b12} \textbf{bold \cite{b13}} \footnote{below \cite{b14}} \caption{a \cite{b15}}
                           ^^^ key
                                                   ^^^ key
                                                                               ^^^ key
                                                                                                      ^^^ key
    \ifdraft \cite{b16} \else \cite{b17} \fi $x \cite{b18}$ and \[ z \text{\citep{b19}} \] a \\\cite{b20}
                   ^^^ key
                                    ^^^ key
                                                      ^^^ key
                                                                                  ^^^ key
                                                                                                     ^^^ key
    Keys \cite{K:21_x-y.z+a/b} \cite{Müller:2020} \cite{深度学习2021} \cite{two words} \cite{{b25}} \cite{\prefix:x,b26}
               ^^^^^^^^^^^^^^ key
                                     ^^^^^^^^^^^ key
                                                        ^^^^^^^^ key
                                                                        ^^^^^^^^^ key
                                                                                          ^^^ key
                                                                                                                ^^^ key
    natbib \citet{c01} \citep[see][p.~3]{c02,c03} \citealt*{c04} \Citealp{c05} \citeauthor{c06}'s \citeyearpar{c07}
                  ^^^ key
                                         ^^^ key
                                             ^^^ key
                                                            ^^^ key
                                                                          ^^^ key
                                                                                           ^^^ key
                                                                                                               ^^^ key
    \citetext{see \citealp{c08} and \citealp[{p.~[3]}]{c09}} \defcitealias{c10}{Paper I} \citetalias{c11} \shortcites{c12}
                           ^^^ key
                                                       ^^^ key
                                                                           ^^^ key
                                                                                                     ^^^ key
                                                                                                                      ^^^ key
    \citep[see [sic\]][{p.~[3]}]{c13} \citep[and \citealp{c14}]{c15} \Citet{c16} \citenum{c17} \bibentry{c18}
                                 ^^^ key
                                                          ^^^ key
                                                                ^^^ key
                                                                            ^^^ key
                                                                                          ^^^ key
                                                                                                         ^^^ key
    biblatex \autocite{d01} \Textcite[5]{d02} \footcitetext{d03} \parencite*{d04} \supercite{d05} \fullcite{d06}
                       ^^^ key
                                         ^^^ key
                                                            ^^^ key
                                                                             ^^^ key
                                                                                             ^^^ key
                                                                                                            ^^^ key
    \cites(pre)(post)[12]{d07}[][3]{d08} (aside) \autocites{d09}{d10} \Parencites[a][b]{d11}[c]{d12} \footcitetexts{d13}{d14}
                          ^^^ key
                                    ^^^ key
                                                            ^^^ key
                                                                 ^^^ key
                                                                                        ^^^ key
                                                                                                ^^^ key
                                                                                                                    ^^^ key
                                                                                                                         ^^^ key
    \volcite{2}[5]{d15} \pvolcite[see]{3}{d16} \ftvolcite{4}{d17} \volcites(a)(b)[x]{5}[y]{d18}{6}{d19}
             ^ none
                   ^^^ key
                                       ^ none
                                          ^^^ key
                                                          ^ none
                                                             ^^^ key
                                                                                     ^ none
                                                                                           ^^^ key
                                                                                                ^ none
                                                                                                   ^^^ key
    \citename{d20}[given-family]{author} \citefield{d21}{title} \citelist{d22}{publisher} \footfullcite{d23} \notecite{d24}
              ^^^ key
                                 ^^^^^^ none
                                                    ^^^ key
                                                         ^^^^^ none
                                                                          ^^^ key
                                                                               ^^^^^^^^^ none
                                                                                                        ^^^ key
                                                                                                                       ^^^ key
    \textcquote[3]{d25}{quoted words} \foreigntextcquote{ngerman}[3]{d26}[.]{zitiert} \mcite{d27,*d28}
                   ^^^ key
                        ^^^^^^ none
                                                         ^^^^^^^ none
                                                                     ^^^ key
                                                                             ^^^^^^^ none
                                                                                             ^^^ key
                                                                                                  ^^^ key
    \begin{displaycquote}[12]{d29}
                              ^^^ key
    A quotation of several lines.
    \end{displaycquote}
    apacite \citeA{e01} \citeNP<see>[p.~1]{e02} \shortcite{e03} \fullciteA<e.g.,>{e04} \maskcite{e05} \masknocite{e06}
                   ^^^ key
                                           ^^^ key
                                                           ^^^ key
                                                                                  ^^^ key
                                                                                                 ^^^ key
                                                                                                                  ^^^ key
    ACL \newcite{e07} \citeposs{e08} amsrefs \cite{e09}*{p.~3} \cites{e10,e11} \ocite{e12} \citelist{\cite{e13}\cite{e14}*{Ch.~2}}
                 ^^^ key
                                ^^^ key
                                                   ^^^ key
                                                                      ^^^ key
                                                                          ^^^ key
                                                                                      ^^^ key
                                                                                                           ^^^ key
                                                                                                                     ^^^ key
    REVTeX \onlinecite{e15} \cite{e16,*e17,*[{see, also}][]e18} harvard \citeasnoun**{e19} \citeaffixed{e20}{e.g.} \possessivecite{e21}
                       ^^^ key
                                  ^^^ key
                                       ^^^ key
                                                           ^^^ key
                                                                                      ^^^ key
                                                                                                        ^^^ key
                                                                                                             ^^^^ none
                                                                                                                                   ^^^ key
    chicago \citeN{e22} \shortciteANP{e23} abntex2 \citeonline[p.~2]{e24} \footciteref{e25} jurabib \footcitetitle{e26}
                   ^^^ key
                                      ^^^ key
                                                                     ^^^ key
                                                                                       ^^^ key
                                                                                                                   ^^^ key
    beamer \cite<2->{e27} \textcite<3>[p.~4]{e28} multibib \citeweb{e29} \citetweb{e30} \nociteweb{e31} IEEE \bstctlcite{e32}
                     ^^^ key
                                             ^^^ key
                                                                    ^^^ key
                                                                                   ^^^ key
                                                                                                   ^^^ key
                                                                                                                         ^^^ key
    Its own \mycite{f01} \seecite[p.~1]{f02} \both{f03}{f04,f05} \eg[p.~2]{f06} \deep{f07} \modern*[p.~3]{f08}
                    ^^^ key
                                        ^^^ key
                                                   ^^^ key
                                                        ^^^ key
                                                            ^^^ key
                                                                           ^^^ key
                                                                                      ^^^ key
                                                                                                          ^^^ key
    \plain{f09} \oldcite{f10} \zitat{f11} \robust{f12} \kurz[2]{f13} \kurzes(x){f14}[3]{f15}
           ^^^ key
                         ^^^ key
                                     ^^^ key
                                                  ^^^ key
                                                                ^^^ key
                                                                                ^^^ key
                                                                                        ^^^ key
    \bert and \models in \rfc{2119}.
    ^^^^^ implied
              ^^^^^^^ implied
                         ^^^^^^^^^^ implied
    None \citestyle{authoryear} \setcitestyle{round} \citereset \cref{notacite} \hyperlink{cite.k57}{x} \citefigure{fig:a} \calcite{}
                    ^^^^^^^^^^ none
                                              ^^^^^ none
                                                                      ^^^^^^^^ none
                                                                                           ^^^^^^^^ none
                                                                                                                    ^^^^^ none
    \\cite{bad02} 100\% \cite{g01} % \cite{bad03}
           ^^^^^ none
                              ^^^ key
                                           ^^^^^ none
    \verb|\cite{bad04}| \verb*+\cite{bad05}+ \lstinline!\cite{bad06}! \mintinline{tex}|\cite{bad07}| \url{\cite{bad08}}
                ^^^^^ none
                                     ^^^^^ none
                                                              ^^^^^ none
                                                                                             ^^^^^ none
                                                                                                                ^^^^^ none
    \begin{verbatim}
    \cite{bad09} % TODO related-work
          ^^^^^ none
    \end{verbatim}
    \begin{lstlisting}[language=TeX]
    \cite{bad10} {{{
          ^^^^^ none
    \end{lstlisting}
    \begin{comment}
    \cite{bad11} $
          ^^^^^ none
    \end{comment}
    \iffalse
    \cite{bad12}
          ^^^^^ none
    \fi
    \cite{never closed \cite{left
          ^^^^^^^^^^^^ none

    open}
                              none
    \newcommand{\later}[1]{\cite{#1} and \cite{bad13}}
                                               ^^^^^ none
    \cite{\ThisKey} \cite

    {bad14} \citetext{no key} \newcites{app}{Appendix} \multicitedelim{bad15} \citepunct{bad16} \cite[bad17] text \footnotemark{bad18}
     ^^^^^ none
                      ^^^^^^ none
                                        ^^^ none
                                             ^^^^^^^^ none
                                                                       ^^^^^ none
                                                                                         ^^^^^ none
                                                                                                      ^^^^^ none
                                                                                                                                ^^^^^ none
    \end{document}
    \cite{bad19}
          ^^^^^ none
    """


def test_every_key_is_found_in_its_place() -> None:
    """And nothing else: the marked keys are all there are."""
    text = fixture(TORTURE)
    keys = sorted(key.span for citation in text.main.citations for key in citation.keys)
    assert [each.span for each in text.ranges if each.label == "key"] == keys


def test_no_text_is_taken_for_a_key() -> None:
    """Neither what is dead, nor a volume, a field, a note, a label or a setting."""
    text = fixture(TORTURE)
    keys = [key.span for citation in text.main.citations for key in citation.keys]
    taken = [each for each in text.ranges if each.label == "none" and any(key.overlaps(each.span) for key in keys)]
    assert taken == []


def test_keys_in_definitions_are_cited_where_the_macros_are_used() -> None:
    """At the call, since the definition alone cites nothing."""
    text = fixture(TORTURE)
    calls = [each for each in text.main.citations if each.implied]
    assert [each.span for each in text.ranges if each.label == "implied"] == [each.span for each in calls]
    implied = [("devlin2019",), ("brown2020", "devlin2019"), ("rfc2119",)]
    assert implied == [each.implied for each in calls]


def test_the_document_is_worth_its_name() -> None:
    """Enough of both kinds."""
    labels = [each.label for each in fixture(TORTURE).ranges]
    assert (labels.count("key") >= 80, labels.count("none") >= 30) == (True, True)
