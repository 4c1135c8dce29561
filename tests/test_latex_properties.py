"""What holds for every document, broken ones included."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Protocol

from hypothesis import example, given
from hypothesis import strategies as st

from fixtures_language import main
from texscholar.latex import TexFile, is_root, roots_of, scan
from texscholar.source import SourceText, Span

# Pieces that nothing may be inserted into, and pieces of plain text between them.
ATOMS = (
    "$x. y$",
    "\\(a. B\\)",
    "\\[ x = y. \\]",
    "$$ x. $$",
    "\\cite{a. b}",
    "\\citep[See. Also][p. 3]{a}",
    "\\cites(A.)(B.){a}{b}",
    "\\verb|A. B.|",
    "\\url{http://a.b/c. D}",
    "% A comment. Another.\n",
    "\\footnote{A note. Two.}",
    "\\ref{a. b}",
    "\\LaTeX ",
    "\\begin{equation}\na. B\n\\end{equation}",
    "\\label{A. B}",
    "\\todo{Do this. Then.}",
    "\\textbf",
    "\\xspace{}",
    "\\'e",
    "\\,",
    "\\begin{verbatim}\nA. B.\n\\end{verbatim}",
    "\\iffalse A. B. \\fi ",
    "\\begin{tabular}{l}A. & B.\\end{tabular}",
    "\\newcommand{\\x}{A. B.}",
    "\\includegraphics[width=3cm]{A. B}",
    "\\item ",
    "\\href{http://A. B}",
    "\\section{A. B}",
)
PLAIN = (
    "Words ",
    "are here",
    ". ",
    ".",
    "? ",
    "! ",
    ", ",
    "\n",
    "\n\n",
    " ",
    "~",
    "{",
    "}",
    "``",
    "''",
    "\u201c",
    "\u201d",
    "(",
    ")",
    "et al. ",
    "e.g. ",
    "Fig.~",
    "中文。",
    "The ",
    "3.5 ",
    "...",
    "\t",
    "[",
    "]",
    ": ",
    "A. ",
)
BROKEN = (
    "$",
    "$$",
    "\\(",
    "\\)",
    "\\[",
    "\\]",
    "\\",
    "\\\\",
    "%",
    "&",
    "#1",
    "^",
    "_",
    "\\cite{",
    "\\cite[",
    "\\cite{}",
    "\\cite{?}",
    "\\cite{a,?}",
    "\\begin{verbatim}",
    "\\end{verbatim}",
    "\\begin{equation}",
    "\\end{equation}",
    "\\begin{document}",
    "\\end{document}",
    "\\iffalse",
    "\\else",
    "\\fi",
    "\\ifx",
    "\\verb|",
    "\\verb",
    "\\url{",
    "\\newcommand{\\a}[1]{",
    "\\newcommand",
    "\\def\\b#1{\\cite{#1}}",
    "\\todo{",
    "\\todo[inline]{related work: a}",
    "% TODO related-work: b\n",
    "% TODO cite\n",
    "[CITE]",
    "(REF)",
    "\\citationneeded",
    "% texscholar: ignore\n",
    "% texscholar: off\n",
    "% texscholar: on\n",
    "% texscholar: begin related-work\n",
    "% texscholar: end related-work\n",
    "\\section{",
    "\\caption{",
    "\\begin{abstract}",
    "\\end{abstract}",
    "\\input{main}",
    "\\input b",
    "\\bibliography{",
    "\\endinput\n",
    "\\documentclass{article}",
    "\\csname cite\\endcsname{k}",
    "\\b{x}",
    "\r",
    "\r\n",
    "\x00",
    "\x01",
    "\x02",
    "\x03",
    "\u2028",
    "<<a>>=\n",
    "@\n",
)

sound = st.lists(st.sampled_from(ATOMS + PLAIN), max_size=14)
broken = st.lists(st.sampled_from(ATOMS + PLAIN + BROKEN), max_size=14).map("".join)


class HasSpan(Protocol):
    """What has a place in a file."""

    @property
    def span(self) -> Span: ...


def objects(file: TexFile) -> list[Span]:
    """The spans of all that is found in a file, in order."""
    kinds: tuple[tuple[HasSpan, ...], ...] = (
        file.sentences,
        file.citations,
        file.markers,
        file.placeholders,
        file.suppressions,
        file.blocks,
        file.headings,
        file.prose.regions,
    )
    return [each.span for kind in kinds for each in kind]


@given(sound)
@example(["\\[ x = y. \\]", "The "])
@example(["Words ", "\\verb|A. B.|"])
def test_a_citation_never_goes_inside_a_construct(pieces: list[str]) -> None:
    """Not into mathematics, a command, its arguments, a comment or verbatim text."""
    file = main("".join(pieces))
    edges, at = [], 0
    for piece in pieces:
        edges.append((at, at + len(piece), piece))
        at += len(piece)
    inside = [
        (piece, sentence)
        for sentence in file.sentences
        for start, end, piece in edges
        if piece in ATOMS and sentence.kind != "footnote" and start < sentence.insert_at < len(piece.rstrip()) + start
    ]
    assert inside == []


@given(broken)
def test_a_citation_goes_inside_its_sentence(text: str) -> None:
    """It is never placed before the sentence or after it."""
    outside = [each for each in main(text).sentences if not each.span.start < each.insert_at <= each.span.end]
    assert outside == []


@given(broken)
def test_a_citation_never_splits_a_command(text: str) -> None:
    """No backslash right before it, no letter of a command's name, no cite command around it."""
    file = main(text)
    names = [Span(*match.span()) for match in re.finditer(r"\\(?:[A-Za-z]+|.)", file.scan.code, re.DOTALL)]
    split = [
        sentence.insert_at
        for sentence in file.sentences
        for span in (*names, *(each.span for each in file.citations), *file.scan.comments)
        if span.start < sentence.insert_at < span.end
    ]
    assert split == []


@given(broken)
def test_code_has_the_length_and_the_line_ends_of_the_source(text: str) -> None:
    """An offset in the code is an offset in the file."""
    code = scan(SourceText("main.tex", text)).code
    assert re.sub(r"[^\r\n]", ".", text) == re.sub(r"[^\r\n]", ".", code)


@given(broken)
def test_code_is_the_source_or_blank(text: str) -> None:
    """Blanking invents nothing."""
    code = scan(SourceText("main.tex", text)).code
    assert [new for old, new in zip(text, code, strict=True) if new not in (old, " ")] == []


@given(broken)
def test_the_mask_is_as_long_as_the_body(text: str) -> None:
    """Each character of the mask has its own place."""
    file = main(text)
    assert (len(file.scan.body), file.scan.body.start) == (len(file.prose.mask), file.prose.base)


@given(broken)
def test_sentences_are_ordered_and_apart_and_say_something(text: str) -> None:
    """No character belongs to two sentences; a footnote's are not part of the one that it hangs on."""
    sentences = main(text).sentences
    parts = sorted(part for sentence in sentences for part in sentence.parts)
    assert all(one.end <= other.start for one, other in pairwise(parts))
    assert all(one.span < other.span for one, other in pairwise(sentences))
    apart = [each for each in sentences if not any(host.span.contains(each.span) for host in sentences if host != each)]
    assert all(one.span.end <= other.span.start for one, other in pairwise(apart))
    assert all(len(sentence.span) > 0 and sentence.text for sentence in sentences)


@given(broken)
def test_all_that_is_found_lies_in_the_file(text: str) -> None:
    """Nothing has a place that the file lacks."""
    spans = objects(main(text))
    assert all(0 <= span.start <= span.end <= len(text) for span in spans)


@given(broken)
def test_keys_slice_back(text: str) -> None:
    """A key stands where it is said to stand."""
    file = main(text)
    keys = [key for citation in file.citations for key in citation.keys]
    assert [key.key for key in keys] == [file.scan.code[key.span.start : key.span.end] for key in keys]


@given(broken)
def test_placeholders_are_apart(text: str) -> None:
    """Each can be filled by itself."""
    placeholders = main(text).placeholders
    assert all(one.span.end <= other.span.start for one, other in pairwise(placeholders))


@given(broken)
def test_comments_begin_with_a_percent_sign(text: str) -> None:
    """A marker in a comment is one in the file."""
    file = main(text)
    assert {"%"} >= {file.source.slice(comment)[0] for comment in file.scan.comments}


@given(broken)
def test_nothing_after_the_document_counts(text: str) -> None:
    """What follows the end of the document changes nothing before it."""
    whole = "\\begin{document}\nWords are here.\n\\end{document}\n"
    assert objects(main(whole)) == objects(main(whole + text))


@given(broken)
def test_any_text_may_be_a_root(text: str) -> None:
    """Deciding what a file is never fails."""
    source = SourceText("main.tex", text)
    assert is_root(source) == ("main.tex" in roots_of("main.tex", (), lambda _: source))


def said(file: TexFile) -> tuple[object, ...]:
    """What is found in a file, in words and numbers of lines, without offsets."""
    line = [file.source.position(sentence.insert_at).line for sentence in file.sentences]
    return (
        [(each.text, each.kind, each.section, each.stretch) for each in file.sentences],
        line,
        [(each.command, [key.key for key in each.keys]) for each in file.citations],
        [each.topic for each in file.markers],
        [(each.form, file.source.slice(each.span).split()) for each in file.placeholders],
        [each.rules for each in file.suppressions],
        [each.title for each in file.headings],
    )


@given(broken.map(lambda text: text.replace("\r", "")))
@example("A\\\n\nB are here.")
@example("\\cite{a,\nb}\n% TODO related-work: x\n")
def test_crlf_reads_as_lf(text: str) -> None:
    """The line ends of a file change nothing that is found in it."""
    assert said(main(text)) == said(main(text.replace("\n", "\r\n")))


@given(broken)
def test_the_words_of_a_sentence_stand_in_its_span(text: str) -> None:
    """No word is made up, moved or taken from a neighbour."""
    file = main(text)
    for sentence in file.sentences:
        words = re.findall(r"[^\W\d_]+", sentence.text)
        position = sentence.span.start
        for word in words:
            for char in word:
                position = file.source.text.index(char, position, sentence.span.end) + 1
