"""The proof: every broken promise is refused as a bug of ours, and honest changes pass."""

from __future__ import annotations

import re

import pytest

from texscholar.errors import InternalError, TexscholarError
from texscholar.latex import TexFile, scan
from texscholar.latex.cite_commands import NO_WRAPPERS, CiteForm
from texscholar.source import Edit, SourceText, Span, decode
from texscholar.suggest import FileChange, prove

PAPER = """\
\\documentclass{article}
\\newcommand{\\see}[2]{#1~\\cite{#2}}
\\begin{document}
\\section{Work}
Adam is used \\emph{widely} by \\LaTeX users. % a remark { here
It costs $n^2$ steps \\cite{?} and more [CITE].
% TODO related-work: optimizers
\\begin{verbatim}
50% of {it
\\end{verbatim}
\\iffalse
never read
\\fi
Unknown \\cite{gone}.
\\todo{related work: attention}
\\see{this}{a}
\\end{document}
Notes of ours.
"""
KEYS = ("a", "b")
BLOCK = (
    "% texscholar: begin related-work\nOn \\'e and $x$, \\citet{a} present ``T\\_x''.\n% texscholar: end related-work"
)


def instead(text: str, place: str, new: str) -> Edit:
    """The edit that puts ``new`` where ``place`` stands; a ``|`` in ``place`` is where it goes in."""
    if "|" in place:
        at = text.index(place.replace("|", "")) + place.index("|")
        return Edit(Span(at, at), new)
    at = text.index(place)
    return Edit(Span(at, at + len(place)), new)


def prove_tex(source: SourceText, *edits: Edit, wrappers: dict[str, CiteForm] | None = None) -> FileChange:
    file = TexFile(scan(source), {})
    replaceable = {*(marker.span for marker in file.markers), *(each.span for each in file.placeholders)}
    change = FileChange(source.path, source, edits)
    prove(change, replaceable, KEYS, (), NO_WRAPPERS if wrappers is None else wrappers)
    return change


GOOD = {
    "nothing": [],
    "a citation": [("widely}|", "~\\cite{a}")],
    "two keys": [("widely}|", "~\\cite[see][p.~3]{a,b}")],
    "a filled placeholder": [("?", "a")],
    "a filled bracket": [("[CITE]", "\\cite{b}")],
    "a filled comment": [("% TODO related-work: optimizers", BLOCK)],
    "a filled command": [("\\todo{related work: attention}", BLOCK)],
    "a call of the paper's own macro": [("widely}|", " \\see{this}{b}")],
    "braces of a verbatim sort": [("widely}|", " \\verb|{|")],
    "a whole environment": [("% TODO related-work: optimizers", "\\begin{quote}\\cite{a}\\end{quote}")],
    "several at once": [("widely}|", "~\\cite{a}"), ("?", "b"), ("[CITE]", "\\cite{b}")],
}


@pytest.mark.parametrize("edits", GOOD.values(), ids=GOOD.keys())
def test_good(edits: list[tuple[str, str]]) -> None:
    """An honest change passes."""
    prove_tex(SourceText("main.tex", PAPER), *(instead(PAPER, *edit) for edit in edits))


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_good_line_ends(newline: str) -> None:
    """A file of other line ends is filled with them."""
    text, block = PAPER.replace("\n", newline), BLOCK.replace("\n", newline)
    edits = [instead(text, "% TODO related-work: optimizers", block), instead(text, "?", "a")]
    assert prove_tex(SourceText("main.tex", text), *edits).new_text.count("\n") == text.count("\n") + 2 * (
        newline == "\r\n"
    )


def test_good_in_part_of_a_paper() -> None:
    """A file without a document of its own is text from its first character to its last."""
    prove_tex(SourceText("part.tex", "One"), Edit(Span(3, 3), "~\\cite{a}"), Edit(Span(0, 0), "\\cite{b} "))


def test_good_in_broken_tex() -> None:
    """A file whose braces do not match anyway may still be cited in."""
    text = "} One {{ two $ \\begin{x} three"
    prove_tex(SourceText("part.tex", text), instead(text, "One|", "~\\cite{a}"))


@pytest.mark.parametrize("data", [b"caf\xe9 one", b"\xef\xbb\xbfone \xc3\xa9", b"\x80 one"])
def test_good_encodings(data: bytes) -> None:
    """A file in another encoding may be cited in."""
    source = decode(data, "part.tex")
    prove_tex(source, instead(source.text, "one|", "~\\cite{a}"))


def test_a_draft_may_go_only_where_it_is_named() -> None:
    """A block of ours is replaced where it is told to be replaceable; nowhere else, and no part of it."""
    source = SourceText("part.tex", f"One.\n\n{BLOCK}\n\nTwo.\n")
    (ours,) = TexFile(scan(source), {}).blocks
    edits = (Edit(ours.span, BLOCK.replace("\\citet{a}", "\\citet{b}")),)
    change = FileChange(source.path, source, edits)
    prove(change, {ours.span}, KEYS, ())
    for replaceable in (set(), {Span(ours.span.start, ours.span.end + 1)}):
        with pytest.raises(InternalError, match="nor an untouched draft of ours"):
            prove(change, replaceable, KEYS, ())


def test_unknown_key_of_the_author() -> None:
    """A key that stood there before is no concern of the proof, even where a key joins it."""
    text = "Known \\cite{gone, ?}"
    prove_tex(SourceText("main.tex", text), instead(text, "?", "a"))


BAD = {
    "prose goes": ([("widely", "rarely")], "removes text that is neither"),
    "a comment of the author's goes": ([("% a remark { here", "")], "removes text that is neither"),
    "edits overlap": ([("[CITE]", "\\cite{a}"), ("[CITE]", "\\cite{b}")], "edits overlap"),
    "two at one place": ([("widely}|", "a"), ("widely}|", "b")], "edits overlap"),
    "the rest of the line becomes a comment": ([("widely}|", " %")], "outside the edits would be read differently"),
    "the next line becomes a comment": ([("here\n|", "% ")], "outside the edits would be read differently"),
    "a comment becomes text": ([("% a re|", "\n")], "outside the edits would be read differently"),
    "verbatim opens": ([("widely}|", "\\begin{verbatim}")], "outside the edits would be read differently"),
    "verbatim ends": ([("50% |", "\\end{verbatim}")], "outside the edits would be read differently"),
    "inline verbatim opens": ([("widely}|", " \\verb")], "take what follows"),
    "the document ends early": ([("widely}|", "\\end{document}")], "outside the edits would be read differently"),
    "the document begins late": ([("widely}|", "\\begin{document}")], "would no longer match|begin or end"),
    "a branch is never read": ([("widely}|", "\\iffalse ")], "outside the edits would be read differently"),
    "a dead branch comes alive": ([("|never", "\\else ")], "outside the edits would be read differently"),
    "a brace opens": ([("widely}|", "{")], "would no longer match"),
    "a brace closes": ([("widely}|", "}")], "would no longer match"),
    "braces close and open": ([("wide|ly", "}{")], "would no longer match"),
    "an environment opens": ([("widely}|", "\\begin{quote}")], "would no longer match"),
    "an environment ends": ([("widely}|", "\\end{quote}")], "would no longer match"),
    "environments cross": ([("widely}|", "\\begin{a}{\\end{a}}")], "would no longer match"),
    "a formula opens": ([("widely}|", "$")], "would no longer match"),
    "a command is lengthened": ([("\\LaTeX|", "x")], "lengthen or cut"),
    "a command is cut": ([("\\La|TeX", " ")], "lengthen or cut"),
    "a command runs into the text": ([(" |users", "\\see")], "lengthen or cut"),
    "the next character is escaped": ([("|widely", "\\")], "lengthen or cut"),
    "an argument is taken": ([("|widely", "\\emph")], "lengthen or cut"),
    "the next group is taken": ([("by |", "\\emph ")], "take what follows"),
    "a command loses its argument": ([("emph|{", "~\\cite{a}")], "part a command from its argument"),
    "a command loses its second argument": ([("{this}|", "~\\cite{a}")], "part a command from its argument"),
    "an unknown key": ([("widely}|", "~\\cite{c}")], "c is no key"),
    "an unknown key among known ones": ([("widely}|", "~\\cite{a,c}")], "c is no key"),
    "an unknown key in a placeholder": ([("?", "c")], "c is no key"),
    "a key that is lengthened": ([("\\cite{gone|", "r")], "goner is no key"),
    "an unknown key in the paper's own macro": ([("widely}|", " \\see{this}{c}")], "c is no key"),
    "an unknown key of another's macro": ([("{this}{a|", "c")], "ac is no key"),
    "a citation in a comment": ([("% a re|", "\\cite{a}")], "not be read in its place"),
    "a citation in verbatim": ([("50% |", "\\cite{a}")], "not be read in its place"),
    "a citation in a dead branch": ([("|never", "\\cite{a}")], "not be read in its place"),
    "a citation in the preamble": ([("|\\newcommand", "\\cite{a}")], "outside the document"),
    "a citation after the end": ([("Notes|", "\\cite{a}")], "outside the document"),
    "a file is read": ([("widely}|", "\\input{/etc/passwd}")], re.escape("holds \\input")),
    "a program is run": ([("widely}|", "\\immediate\\write18{ls}")], re.escape("holds \\immediate")),
    "a command is defined": ([("widely}|", "\\gdef\\cite{}")], re.escape("holds \\gdef")),
    "a branch ends": ([("widely}|", "\\fi{}")], re.escape("holds \\fi")),
    "a command in disguise": ([("widely}|", "^^5cinput")], re.escape("holds ^^")),
    "control characters": ([("widely}|", "\x08")], "control characters"),
    "other line ends": ([("widely}|", "\r\n")], "line ends that the file does not use"),
}  # fmt: skip


@pytest.mark.parametrize(("edits", "reason"), BAD.values(), ids=BAD.keys())
def test_bad(edits: list[tuple[str, str]], reason: str) -> None:
    """A change that breaks a promise is refused by name, as a bug of ours."""
    with pytest.raises(InternalError, match=rf"^main\.tex: a proof failed: .*(?:{reason})"):
        prove_tex(SourceText("main.tex", PAPER), *(instead(PAPER, *edit) for edit in edits))


@pytest.mark.parametrize("span", [Span(-1, -1), Span(len(PAPER) + 1, len(PAPER) + 1)])
def test_edit_outside_the_text(span: Span) -> None:
    """An edit before the start or beyond the end is refused."""
    with pytest.raises(InternalError, match="outside the text"):
        prove_tex(SourceText("main.tex", PAPER), Edit(span, "x"))


def test_unknown_key_in_a_macro_of_another_file() -> None:
    """Told the paper's citation macros, the proof finds keys in them."""
    text = "One \\see{this}{a}."
    edit = instead(text, "One|", " \\ref{that}\\seen{c}")
    prove_tex(SourceText("part.tex", text), edit)
    with pytest.raises(InternalError, match="c is no key"):
        prove_tex(SourceText("part.tex", text), edit, wrappers={"seen": CiteForm()})


def test_character_without_encoding() -> None:
    """An insertion that the encoding lacks is a fault the user can mend, not a bug."""
    source = decode(b"caf\xe9 one", "part.tex")
    with pytest.raises(TexscholarError, match=r"^part\.tex: 'ł' cannot be written in latin-1; convert"):
        prove_tex(source, instead(source.text, "one|", "ł"))


def test_change_of_encoding() -> None:
    """New bytes that would be decoded in another way than the old ones are refused."""
    source = SourceText("part.tex", "one", "latin-1")
    with pytest.raises(InternalError, match="read in another encoding"):
        prove_tex(source, instead(source.text, "one|", "Ã©"))


# -- bibliographies

BIB = """\
@string{acl = {ACL}}
@article{old, title={One}, journal=acl}
@article{Next, title={Two}}
@article{broken, title={Th
"""
NEW = "@article{new, title={N}}\n"


def prove_bib(text: str, *edits: Edit, new: tuple[str, ...] = ("new",), path: str = "refs.bib") -> None:
    prove(FileChange(path, SourceText(path, text), edits), (), (), new)


@pytest.mark.parametrize("place", ["@string|", "|@article{old", "|@article{Next", "|@article{broken"])
@pytest.mark.parametrize("path", ["refs.bib", "REFS.BIB"])
def test_good_bib(place: str, path: str) -> None:
    """An entry may go in anywhere between the others."""
    place = place.replace("@string|", "|@string")
    prove_bib(BIB, instead(BIB, place, NEW), path=path)


def test_good_empty_bib() -> None:
    """An empty bibliography may get its first entry."""
    prove_bib("", Edit(Span(0, 0), NEW))


BAD_BIB = {
    "an entry goes": (("@article{old, title={One}, journal=acl}\n", NEW), ("new",), "lose text"),
    "an entry changes": (("{One|", "ce"), (), "entries of the bibliography would change"),
    "a key changes": (("{old|", "er"), (), "entries of the bibliography would change|exactly the new"),
    "an entry gets a field": (("title={One}|", ", year=2000"), (), "entries of the bibliography would change"),
    "an entry becomes a comment": (("|@article{old", "% "), (), "entries of the bibliography would change"),
    "a macro changes": (("|@article{old", f"@string{{acl = {{x}}}}{NEW}"), ("new",), "entries .* would change"),
    "a macro is added": (("|@article{old", f"@string{{x = {{x}}}}{NEW}"), ("new",), "other parts"),
    "a broken entry is mended": (("Th|", f"}}}}\n{NEW}"), ("new",), "entries of .* would change"),
    "an entry swallows what follows": (("|@article{Next", "@article{new, title={N"), ("new",), "."),
    "the entry is missing": (("|@article{Next", "% new\n"), ("new",), "exactly the new entries"),
    "another entry": (("|@article{Next", NEW.replace("new", "other")), ("new",), "exactly the new entries"),
    "one entry too many": (("|@article{Next", NEW + NEW.replace("new", "b")), ("new",), "exactly the new entries"),
    "an entry twice": (("|@article{Next", NEW + NEW), ("new",), "exactly the new entries"),
    "an entry in a comment": (("|@article{Next", f"@comment{{ {NEW} }}\n"), ("new",), "exactly the new entries"),
    "an entry within an entry": (("{Two|", NEW), ("new",), "entries of the bibliography would change"),
    "a key in another case": (("|@article{old", NEW.replace("new", "next")), ("next",), "in case only"),
    "no entry is due": (("|@article{Next", NEW), (), "exactly the new entries"),
}


@pytest.mark.parametrize(("edit", "new", "reason"), BAD_BIB.values(), ids=BAD_BIB.keys())
def test_bad_bib(edit: tuple[str, str], new: tuple[str, ...], reason: str) -> None:
    """A change of a bibliography that is more than new entries is refused."""
    whole = instead(BIB, *edit)
    replaced = {"lose text": "removes text"}.get(reason, reason)
    with pytest.raises(InternalError, match=rf"^refs\.bib: a proof failed: .*(?:{replaced})"):
        prove_bib(BIB, whole, new=new)


def test_bib_never_loses_text() -> None:
    """Not even a span that is said to be replaceable goes from a bibliography."""
    edit = instead(BIB, "@article{Next, title={Two}}\n", NEW)
    change = FileChange("refs.bib", SourceText("refs.bib", BIB), (edit,))
    with pytest.raises(InternalError, match="a bibliography would lose text"):
        prove(change, [edit.span], (), ["new"])


def test_large_paper_is_quick() -> None:
    """The proof is linear: a paper of five thousand citations and a thousand new ones passes."""
    text = "Some words stand here \\cite{a}.\n" * 5000
    edits = [Edit(Span(at + 21, at + 21), "~\\cite{b}") for at in range(0, len(text), 32 * 5)]
    prove_tex(SourceText("main.tex", text), *edits)
