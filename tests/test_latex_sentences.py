"""Sentences, and where in each a citation would go."""

from __future__ import annotations

import pytest

from fixtures_language import fixture, main

SENTENCES: list[tuple[str, list[str]]] = [
    ("", []),
    ("% A comment.", []),
    ("$x = 1$. 3.14. ...", []),
    ("\\label{sec:a} \\cite{b}.", []),
    ("No full stop", ["No full stop"]),
    ("It was shown~\\cite{a}, too.", ["It was shown, too."]),
    ("One sentence.", ["One sentence."]),
    ("Smith et al. showed it.", ["Smith et al. showed it."]),
    ("Smith et al. (2019) showed it.", ["Smith et al. (2019) showed it."]),
    ("\\emph{Smith et al}. Transformers work.", ["Smith et al. Transformers work."]),
    ("Nets, i.e. Layers, e.g. Gates, work.", ["Nets, i.e. Layers, e.g. Gates, work."]),
    ("Das ist z.\\,B. Haus oder d.\\,h. Das Tier.", ["Das ist z.B. Haus oder d.h. Das Tier."]),
    ("See Fig. 3 and Eq. $x$, cf. Dr. Smith vs. Jones.", ["See Fig. 3 and Eq., cf. Dr. Smith vs. Jones."]),
    ("As J. R. Firth and A. Turing said.", ["As J. R. Firth and A. Turing said."]),
    ("It costs 3.5 or .5 per cent.", ["It costs 3.5 or .5 per cent."]),
    ("We wait ... and see.", ["We wait ... and see."]),
    ("``Why?'' we asked.", ["``Why?'' we asked."]),
    ("See No. 5 of them.", ["See No. 5 of them."]),
    ("Hard\nwrapped\nlines.", ["Hard wrapped lines."]),
    ("Around % a comment\na comment.", ["Around a comment."]),
    ("Around\n% a comment\na comment.", ["Around a comment."]),
    ("A formula \\[ x = y, \\] where words follow.", ["A formula where words follow."]),
    ("A formula\n\\begin{equation}\nx = y\n\\end{equation}\nand words.", ["A formula and words."]),
    ("Verbatim \\verb|A. B.| words.", ["Verbatim words."]),
    ("One. Two.", ["One.", "Two."]),
    ("One? Two! Three.", ["One?", "Two!", "Three."]),
    ("It ends\\ldots. Two.", ["It ends.", "Two."]),
    ("Wait... Two.", ["Wait...", "Two."]),
    ("Smith et al. The next.", ["Smith et al.", "The next."]),
    ("Nets, gates, etc. Transformers work.", ["Nets, gates, etc.", "Transformers work."]),
    ("The answer is no. Others differ.", ["The answer is no.", "Others differ."]),
    ("We choose plan B. The next.", ["We choose plan B.", "The next."]),
    ("In the U.S. The next.", ["In the U.S.", "The next."]),
    ("He said ``yes.'' Two.", ["He said ``yes.''", "Two."]),
    ("Er sagte „ja.“ Zwei.", ["Er sagte „ja.“", "Zwei."]),
    ("(In brackets.) Two.", ["(In brackets.)", "Two."]),
    ("\\emph{Bold one.} Two.", ["Bold one.", "Two."]),
    ("One. $x$ is two.", ["One.", "is two."]),
    ("One. \\citet{a} is two.", ["One.", "is two."]),
    ("One.~\\cite{a} Two.", ["One.", "Two."]),
    ("One.\\cite{a} Two.", ["One.", "Two."]),
    ("这是\n一句 LSTM\n话。", ["这是一句 LSTM 话。"]),
    ("这是一句。这是两句！三句？", ["这是一句。", "这是两句！", "三句？"]),
    ("これは「文。」です。次。", ["これは「文。」です。", "次。"]),
    ("他说“好。” 然后走了。", ["他说“好。”", "然后走了。"]),
    ("One\n\nTwo", ["One", "Two"]),
    ("One \\par Two", ["One", "Two"]),
    ("\\item One \\item Two", ["One", "Two"]),
    ("\\section{Title} One", ["One"]),
    ("\\caption{One} Two", ["One", "Two"]),
    ("A formula \\[ x = y. \\] Words follow.", ["A formula", "Words follow."]),
    ("A formula\n\\begin{equation}\nx = y.\n\\label{a}\n\\end{equation}\nWords.", ["A formula", "Words."]),
    ("A formula \\[ x = y \\] Here words follow.", ["A formula", "Here words follow."]),
    ("One.\n\\begin{verbatim}\nNo.\n\\end{verbatim}\nTwo.", ["One.", "Two."]),
    ("Text before \\begin{itemize} \\item One. \\end{itemize} after.", ["Text before", "One.", "after."]),
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(("text", "sentences"), SENTENCES)
def test_sentences(text: str, sentences: list[str], newline: str) -> None:
    """A sentence ends at a full stop that is no abbreviation's, initial's or number's."""
    assert sentences == [each.text for each in main(text.replace("\n", newline)).sentences]


# A caret stands where the citation goes.
PLACES = [
    "A claim^",
    "A claim^.",
    "A claim^?",
    "A claim^...",
    "A claim^:",
    "A claim ``quoted.''^",
    "A claim „quoted.“^",
    "(A claim.)^",
    "\\emph{A claim^.}",
    "A \\emph{claim}^.",
    "A claim $x$^.",
    "A claim^ % a comment\n.",
    "A claim^ % a comment",
    "A claim^\n.",
    "A claim^~.",
    "A claim^ \\label{a}.",
    "A claim of \\verb|a.b|^",
    "A claim of \\url{http://a.b}^.",
    "A claim of \\LaTeX^",
    "A claim^. \\iffalse Not this. \\fi",
    "A claim^.\\footnote{$x$}",
    "A claim.\\cite{a}^",
    "A claim.~\\cite{a}^",
    "A claim \\cite{a}^.",
    "A claim^ \\[ x = y. \\]",
    "A claim^\n\\begin{equation}\nx = y.\n\\end{equation}",
    "A claim^ \\[ x = y \\]",
    "A claim \\[ x = y \\] holds^.",
    "\\item A claim^\n",
    "一句话^。",
]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("text", PLACES)
def test_a_citation_goes_before_the_full_stop(text: str, newline: str) -> None:
    """After the last word or quotation, outside of all that is no text."""
    marked = text.replace("\n", newline)
    assert [marked.index("^")] == [each.insert_at for each in main(marked.replace("^", "", 1)).sentences]


SPANS = """
    \\section{Title}
    Words \\cite{a}
    ^^^^^^^^^^^^^^
    \\begin{itemize}
      \\item \\textbf{One.} Two.
            ^^^^^^^^^^^^^
                          ^^^^
    \\end{itemize}
    """


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sentence_spans_its_commands(newline: str) -> None:
    """White space and commands that say nothing around it are left out."""
    text = fixture(SPANS, newline)
    assert text.spans == [each.span for each in text.main.sentences]


def test_a_sentence_knows_its_paragraph_section_and_kind() -> None:
    """Sentences of a paragraph share its number."""
    sentences = main("\\section{A} One. Two.\n\nThree. \\caption{Four}").sentences
    assert [(each.stretch, each.section, each.kind) for each in sentences] == [
        (0, ("A",), "prose"),
        (0, ("A",), "prose"),
        (1, ("A",), "prose"),
        (2, ("A",), "caption"),
    ]


def test_citations_of_a_sentence() -> None:
    """The citations that begin in its span."""
    file = main("One \\cite{a}. Two \\cite{b} \\cite{c}.")
    assert [
        [key.key for each in file.citations_in(sentence.span) for key in each.keys] for sentence in file.sentences
    ] == [["a"], ["b", "c"]]


NOTES = """
    A claim\\footnote{It was \\emph{shown}. Twice.} holds.
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ prose
                     ^^^^^^^^^^^^^^^^^^^^ footnote
                                          ^^^^^^ footnote
    Another one.\\footnote{See there.\\footnote{And there.}}
    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ prose
                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ footnote
                                              ^^^^^^^^^^ footnote
    """


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_footnotes_are_prose_of_their_own(newline: str) -> None:
    """Their sentences stand in the span of the one that they hang on, and are no part of it."""
    text = fixture(NOTES, newline)
    sentences = text.main.sentences
    assert [(each.span, each.label) for each in text.ranges] == [(each.span, each.kind) for each in sentences]
    assert [each.text for each in sentences if each.kind == "prose"] == ["A claim holds.", "Another one."]
    parts = [text.main.source.slice(part) for part in sentences[0].parts]
    assert parts == ["A claim\\footnote{", "} holds."]


def test_a_citation_in_a_footnote_is_one_of_its_sentence_too() -> None:
    """Who cites in footnotes has cited."""
    file = main("A claim.\\footnote{See \\cite{a}.} More.")
    assert [len(file.citations_in(each.span)) for each in file.sentences] == [1, 1, 0]


HANGING = """
    A fact. \\cite{a}. Another fact. \\footnote{See \\cite{b}.}
    ^^^^^^^^^^^^^^^^^
                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
                                              ^^^^^^^^^^^^^
    """


def test_what_hangs_on_a_sentence_is_part_of_it() -> None:
    """A citation or a footnote behind the full stop, alone before the next one or the end of the paragraph."""
    text = fixture(HANGING)
    assert text.spans == [each.span for each in text.main.sentences]
    assert [len(text.main.citations_in(each.span)) for each in text.main.sentences] == [1, 1, 1]
