"""Which places of a paper meet a rule, with their span, sentence and key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Bibliography, read_bibliography
from texscholar.latex import read_project
from texscholar.recommend import (
    DUPLICATE,
    MISSING,
    MISSING_INPUT,
    PLACEHOLDER,
    RULES,
    UNDEFINED,
    UNFILLED,
    UNUSED,
    UNUSED_SUPPRESSION,
    Evidence,
    Finding,
    find,
    uncited,
)
from texscholar.source import SourceText, Span

HEAD = "\\documentclass{article}\\begin{document}\n"
ADAM = "@misc{adam, title={Adam: A Method for Stochastic Optimization}, author={Kingma, D.}, year={2015}}\n"


def everywhere(_path: str, _span: Span) -> bool:
    return True


def paper_of(body: str, *bibs: str, **others: str) -> tuple[Evidence, tuple[Bibliography, ...]]:
    """A paper with this body, these bibliographies and these other files."""
    texts = {"main": f"{HEAD}{body}\n\\end{{document}}\n", **others}
    sources = {f"{name}.tex": SourceText(f"{name}.tex", text) for name, text in texts.items()}
    read = tuple(read_bibliography(SourceText(f"{number}.bib", bib)) for number, bib in enumerate(bibs))
    return Evidence(read_project("main.tex", sources.get), read), read


def found(rule: str, body: str, *bibs: str, **others: str) -> list[Finding]:
    """The findings of one rule."""
    return [finding for finding in find(*paper_of(body, *bibs, **others), everywhere) if finding.rule == rule]


def places(findings: list[Finding]) -> list[tuple[str, str]]:
    """Path and text of each."""
    return [(finding.source.path, finding.source.slice(finding.span)) for finding in findings]


def without_citation(body: str, **others: str) -> list[str]:
    return [locus.sentence.text for locus in uncited(paper_of(body, **others)[0], everywhere)]


def test_rules_are_published() -> None:
    """The ids of the rules stand in scripts and suppressions of others: they stay."""
    assert RULES == (
        "missing-citation",
        "placeholder-citation",
        "undefined-citation",
        "unfilled-related-work",
        "duplicate-entry",
        "unused-entry",
        "missing-input",
        "unused-suppression",
    )
    named = (MISSING, PLACEHOLDER, UNDEFINED, UNFILLED, DUPLICATE, UNUSED, MISSING_INPUT, UNUSED_SUPPRESSION)
    assert named == RULES


def test_clean_paper_has_no_finding() -> None:
    """Cited, defined and used: nothing to say."""
    assert find(*paper_of("We use Adam \\cite{adam}.", ADAM), everywhere) == ()


# -- undefined-citation


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Known \\cite{adam}.", []),
        ("All of them. \\nocite{*}", []),
        ("To do \\cite{?}, \\cite{TODO}, \\cite{}.", []),
        ("% \\cite{gone}", []),
        ("\\begin{verbatim}\\cite{gone}\\end{verbatim}", []),
        ("\\newcommand{\\mycite}[1]{\\cite{#1}}", []),
        ("Unknown \\cite{gone}.", ["gone"]),
        ("Case does not count for BibTeX \\cite{Adam}.", []),
        ("In part \\citep[see][p.~2]{adam, gone ,lost}.", ["gone", "lost"]),
        ("Twice \\cite{gone}, \\citet{gone}.", ["gone", "gone"]),
        ("Silent \\nocite{gone}.", ["gone"]),
        ("\\section{On \\cite{gone}}", ["gone"]),
    ],
)
def test_undefined(body: str, expected: list[str]) -> None:
    """A cited key that no bibliography defines is found at its place; placeholders and the star are no keys."""
    findings = found(UNDEFINED, body, ADAM)
    assert [("main.tex", key) for key in expected] == places(findings)
    assert expected == [finding.key for finding in findings]


def test_undefined_names_the_key() -> None:
    """The message names the key, for whoever sees only the message."""
    assert [each.message for each in found(UNDEFINED, "\\cite{gone}", ADAM)] == ["no bibliography defines gone"]


def test_undefined_needs_a_bibliography() -> None:
    """A paper whose bibliography is not known has no undefined keys."""
    assert found(UNDEFINED, "Unknown \\cite{gone}.") == []


def test_empty_bibliography_defines_nothing() -> None:
    """An empty .bib is a bibliography."""
    assert len(found(UNDEFINED, "Unknown \\cite{gone}.", "")) == 1


def test_keys_of_all_bibliographies_are_defined() -> None:
    """Each .bib defines keys for every file."""
    body, two = "One \\cite{adam}.\n\\input{two}", "Two \\cite{eve}, \\cite{gone}."
    assert places(found(UNDEFINED, body, ADAM, "@misc{eve, title={Eve}}", two=two)) == [("two.tex", "gone")]


BIBITEMS = "\\begin{thebibliography}{9}\\bibitem{b} B.\\end{thebibliography}"


def test_bibitems_define_keys() -> None:
    """A paper that brings its own list of references has no undefined keys."""
    assert found(UNDEFINED, f"Known \\cite{{b}}. {BIBITEMS}", ADAM) == []


def test_bibitems_of_another_file_define_keys() -> None:
    """The list of references may stand in a file of its own."""
    assert found(UNDEFINED, "Known \\cite{b}.\n\\input{two}", ADAM, two=BIBITEMS) == []


def compiled(body: str, bbl: str | None) -> list[str]:
    """The undefined keys of a paper whose .bib is not at hand, with a .bbl beside its root."""
    texts = {"main.tex": f"{HEAD}{body}", **({} if bbl is None else {"main.bbl": bbl})}
    sources = {path: SourceText(path, text) for path, text in texts.items()}
    evidence = Evidence(read_project("main.tex", sources.get), ())
    return [finding.key for finding in find(evidence, (), everywhere) if finding.rule == UNDEFINED]


@pytest.mark.parametrize(
    ("body", "bbl", "expected"),
    [
        ("\\cite{b}", None, []),
        ("\\cite{b} \\bibliography{refs}", None, []),
        (f"\\cite{{b}} {BIBITEMS}", None, []),
        (f"\\cite{{gone}} \\bibliography{{refs}} {BIBITEMS}", None, []),
        (f"\\cite{{gone}} \\include{{missing}} {BIBITEMS}", None, []),
        ("\\cite{b} \\bibliography{refs}", BIBITEMS, []),
        ("\\cite{b} \\input{main.bbl}", BIBITEMS, []),
        ("\\cite{b}", "\\entry{b}{book}{}", []),
        (f"\\cite{{b}} \\cite{{gone}} {BIBITEMS}", None, ["gone"]),
        ("\\cite{b} \\cite{gone} \\bibliography{refs}", BIBITEMS, ["gone"]),
        ("\\cite{b} \\cite{gone} \\input{main.bbl}", BIBITEMS, ["gone"]),
    ],
)
def test_undefined_without_a_bib(body: str, bbl: str | None, expected: list[str]) -> None:
    """A list of references of the paper's own defines keys; a .bbl tells what a .bib defined that is not at hand."""
    assert expected == compiled(body, bbl)


def test_a_bbl_defines_nothing_that_the_bib_lacks() -> None:
    """Where the .bib is at hand, what was compiled before does not count."""
    sources = {"main.tex": "\\cite{b} \\bibliography{refs}", "main.bbl": BIBITEMS}
    project = read_project("main.tex", lambda path: SourceText(path, sources[path]) if path in sources else None)
    read = (read_bibliography(SourceText("refs.bib", ADAM)),)
    assert [each.key for each in find(Evidence(project, read), read, everywhere) if each.rule == UNDEFINED] == ["b"]


def test_other_ids_of_an_entry_are_defined() -> None:
    """Biblatex knows an entry by its ``ids``, too (manual, section 2.2.3)."""
    assert found(UNDEFINED, "Known \\cite{old,older}.", "@misc{new, ids={old, older}, title={T}}") == []


# -- missing-input


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("\\input{two}", []),
        ("\\input{glyphtounicode} \\IfFileExists{gone}{\\input{d/gone}}{}", []),
        ("\\input{two} \\include{gone} \\input{d/lost.tex}", [("main.tex", "gone"), ("main.tex", "d/lost.tex")]),
    ],
)
def test_missing_input(body: str, expected: list[tuple[str, str]]) -> None:
    """A file that the paper inputs and that is not there is found at its name."""
    assert expected == places(found(MISSING_INPUT, body, ADAM, two="Words."))


def test_missing_input_names_the_file() -> None:
    """The message tells the file, as it is looked for, and the remedy."""
    (finding,) = found(MISSING_INPUT, "\\def\\d{d}\\input{\\d/gone}", ADAM)
    assert finding.message == "d/gone is not there; add the file or correct its name"


# -- duplicate-entry


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("@misc{eve, title={Eve: A Method for Stochastic Optimization}, author={Kingma, D.}}", None),
        ("@misc{eve, title={Adam: A Method for Stochastic Optimization}, author={Other, O.}}", None),
        ("@misc{eve, title={Adam: A Method for Stochastic Optimization}}", None),
        ("@misc{eve, title={Adam}, author={Kingma, D.}}", None),
        ("@comment{adam, title={Adam: A Method for Stochastic Optimization}, author={Kingma, D.}}", None),
        ("@misc{adam, title={Quite another one}}", "adam is defined twice"),
        ("@misc{ADAM, title={Quite another one}}", "ADAM is defined twice"),
        (
            "@misc{k15, title={{ADAM}: a method for stochastic optimization}, author={D. Kingma}}",
            "k15 is the same work as adam",
        ),
    ],
)
def test_duplicates(second: str, message: str | None) -> None:
    """A key in any case, or a title with its first author in any writing, stands once; short titles tell nothing."""
    assert [message] * (message is not None) == [each.message for each in found(DUPLICATE, "", ADAM + second)]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("doi={10.1000/x}", "doi={10.1000/y}", 0),
        ("eprint={1412.6980}", "eprint={1412.6981}", 0),
        ("doi={10.1000/X}", "doi={https://doi.org/10.1000/x}", 1),
        ("eprint={1412.6980}", "eprint={1412.6980v2}", 1),
        ("eprint={1412.6980}, archiveprefix={arXiv}", "journal={arXiv preprint arXiv:1412.6980}", 1),
    ],
)
def test_duplicate_identifiers(first: str, second: str, expected: int) -> None:
    """The same DOI or arXiv id, in any writing, is the same work."""
    bib = f"@misc{{a, title={{One}}, {first}}}\n@misc{{b, title={{Two}}, {second}}}\n"
    assert [("0.bib", "b")] * expected == places(found(DUPLICATE, "", bib))


def test_duplicate_in_another_bibliography() -> None:
    """The later file has the duplicate."""
    assert places(found(DUPLICATE, "", ADAM, ADAM)) == [("1.bib", "adam")]


@pytest.mark.parametrize(("touched", "expected"), [({0}, "0.bib"), ({1}, "1.bib"), ({0, 1}, "1.bib")])
def test_a_duplicate_is_told_where_it_came_in(touched: set[int], expected: str) -> None:
    """An entry that was added above the one that it repeats is the one to look at."""

    def reached(path: str, _span: Span) -> bool:
        return path in {f"{number}.bib" for number in touched}

    assert [each.source.path for each in find(*paper_of("", ADAM, ADAM), reached) if each.rule == DUPLICATE] == [
        expected
    ]


def test_third_of_a_kind() -> None:
    """Every entry after the first is one too many, and named against the first."""
    bib = ADAM + ADAM.replace("{adam", "{b") + ADAM.replace("{adam", "{c")
    assert [each.message for each in found(DUPLICATE, "", bib)] == [
        "b is the same work as adam",
        "c is the same work as adam",
    ]


# -- unfilled-related-work, placeholder-citation


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("% TODO grass", []),
        ("% related work", []),
        ("% TODO related-work", ["related work is still to be written"]),
        ("% TODO related-work: green grass", ["related work on green grass is still to be written"]),
        ("\\todo{related work: grass}", ["related work on grass is still to be written"]),
    ],
)
def test_markers(body: str, expected: list[str]) -> None:
    """A marker is found with its topic."""
    assert expected == [finding.message for finding in found(UNFILLED, body)]


def test_marker_is_the_subject() -> None:
    """The finding spans the marker and holds it."""
    (finding,) = found(UNFILLED, "Text.\n\\input{two}", two="Text. % TODO related-work: grass\n")
    assert places([finding]) == [("two.tex", "% TODO related-work: grass")]
    assert finding.subject is not None
    assert finding.span == finding.subject.span


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Known \\cite{adam}. Grass grows.", []),
        ("Rain falls. Grass grows \\cite{?}. Cows eat.", [("?", "Grass grows.")]),
        ("Rain falls. Grass \\cite{} grows. Cows eat.", [("", "Grass grows.")]),
        ("Rain falls. Grass grows [CITE]. Cows eat.", [("[CITE]", "Grass grows [CITE].")]),
        ("Rain falls. Grass grows\\citationneeded. Cows eat.", [("\\citationneeded", "Grass grows.")]),
        ("Rain falls. Grass grows. % TODO cite\nCows eat.", [("% TODO cite", "Grass grows.")]),
        ("Grass \\cite{?} grows \\cite{adam,TODO}.", [("?", "Grass grows."), ("TODO", "Grass grows.")]),
        ("% TODO cite\n\nGrass grows.", [("% TODO cite", None)]),
    ],
)
def test_placeholders(body: str, expected: list[tuple[str, str | None]]) -> None:
    """A placeholder is found with the sentence around it, else the one before it, if there is one."""
    assert expected == [
        (finding.source.slice(finding.span), finding.locus and finding.locus.sentence.text)
        for finding in found(PLACEHOLDER, body, ADAM)
    ]


def test_placeholder_in_another_file() -> None:
    """The sentence of a placeholder is one of its own file."""
    (finding,) = found(PLACEHOLDER, "Rain falls.\n\\input{two}", two="Grass grows \\cite{?}.")
    assert finding.locus is not None
    assert (finding.locus.file.path, finding.locus.order) == ("two.tex", 1)


# -- scope


def test_find_respects_scope() -> None:
    """Only findings whose file and span are touched are given."""
    evidence, bibliographies = paper_of("\\cite{gone} \\cite{?} % TODO related-work\n", ADAM + ADAM)
    given = [
        [each.rule for each in find(evidence, bibliographies, touched)]
        for touched in (
            lambda _path, _span: False,
            lambda path, _span: path == "0.bib",
            lambda _path, span: span.contains(evidence.project.files[0].citations[0].keys[0].span),
            everywhere,
        )
    ]
    assert given == [[], [DUPLICATE], [UNDEFINED], [UNFILLED, PLACEHOLDER, UNDEFINED, DUPLICATE]]


# -- uncited sentences


OUR_DRAFT = (
    "% texscholar: begin related-work\n% texscholar: outline of 1 record, no model, sha256 b8103eca769fa77b; edit freely\n"
    "Grass is green on this side.\n% texscholar: end related-work\n"
)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Grass can be green.",
        "Grass is green on this side \\cite{adam}.",
        "Grass is green, as \\citet{gone} told us.",
        "Grass is green on this side \\cite{?}.",
        "Grass is green on this side \\cite{}.",
        "Grass is green on this side [citation needed].",
        "Grass is green on this side. % TODO cite\n",
        "Grass is green on this side\\todo{cite Adam}.",
        OUR_DRAFT,
        "% Grass is green on this side.\n",
        "\\section{Grass is green on this side}",
    ],
)
def test_nothing_to_cite(body: str) -> None:
    """Citing and very short sentences, those with a placeholder and our own drafts need no further citation."""
    assert without_citation(body) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Grass is often quite green.", ["Grass is often quite green."]),
        ("Grass is green on this side. \\nocite{*}", ["Grass is green on this side."]),
        ("Grass is green on this side. It was so before \\cite{a}.", ["Grass is green on this side."]),
        ("Grass is green there \\cite{?}. It was always green before.", ["It was always green before."]),
        ("机器学习需要很多数据。", ["机器学习需要很多数据。"]),
        (OUR_DRAFT.replace("green", "blue"), ["Grass is blue on this side."]),
    ],
)
def test_uncited(body: str, expected: list[str]) -> None:
    """Every other sentence lacks a citation as far as rules can tell, in scripts without spaces as well."""
    assert expected == without_citation(body)


def test_silent_citation_in_a_sentence() -> None:
    """What is only listed is not cited by the sentence it is listed in."""
    assert without_citation("Grass is green \\nocite{adam} on this side.") != []


def test_uncited_through_files() -> None:
    """All files are read, each as a whole, in the order in which the document names them."""
    body = "Rain is wet on every side.\n\\input{two}\nCows are fat on every side."
    assert (without_citation(body, two="Grass is green on every side.")) == [
        "Rain is wet on every side.",
        "Cows are fat on every side.",
        "Grass is green on every side.",
    ]


@pytest.mark.parametrize("text", ["Das ist schön.", "Voilà.", "“Indeed.”", "Größe und Gewicht."])
def test_short_sentence_with_a_foreign_letter(text: str) -> None:
    """A sentence of few words is short in any language that puts spaces between them."""
    assert without_citation(text) == []


def test_uncited_respects_scope() -> None:
    """Only touched sentences are given."""
    evidence, _ = paper_of("Grass is green on this side. Grass is grey on that side.")
    second = evidence.loci[1].sentence.span
    assert [evidence.loci[1]] == list(
        uncited(evidence, lambda path, span: path == "main.tex" and span.contains(second))
    )


PIECES = [
    "Grass is green here. ",
    "\\cite{",
    "}",
    "adam",
    "?",
    "[CITE]",
    "% TODO cite",
    "% TODO related-work",
    "\n\n",
    "\\todo{",
]


@given(pieces=st.lists(st.sampled_from([*PIECES, "% texscholar: begin related-work\n", "\\nocite{*}", "\\bibitem{b}"])))
def test_findings_lie_in_their_file(pieces: list[str]) -> None:
    """Whatever a paper says, every finding has a place, and no sentence is both found and held uncited."""
    evidence, bibliographies = paper_of("".join(pieces), ADAM)
    findings = find(evidence, bibliographies, everywhere)
    assert all(0 <= each.span.start <= each.span.end <= len(each.source.text) for each in findings)
    open_places = {each.locus.order for each in findings if each.locus is not None}
    assert open_places.isdisjoint(locus.order for locus in uncited(evidence, everywhere))
