"""The JSON of ``fill`` and ``check``: golden, valid against its schema, and the ids in it."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from texscholar import __version__
from texscholar.bibtex import Author, Work
from texscholar.errors import Skipped
from texscholar.latex import read_project
from texscholar.recommend import MISSING, RULES, Candidate, Candidature, Evidence, Finding
from texscholar.report.json_report import RunFacts, render_json
from texscholar.source import Edit, SourceText, Span
from texscholar.suggest import CITATION, ENTRY, KINDS, RELATED_WORK, NewEntry, Proposal, Suggestion

HEAD = "\\begin{document}\r\n"
TEXT = f"{HEAD}Grass is green \\cite{{?}}.\r\nCows eat.\r\n\\end{{document}}\r\n"
SOURCE = SourceText("sections/a.tex", TEXT)
SENTENCE = Span(len(HEAD), len(HEAD) + len("Grass is green \\cite{?}."))
KEY = Span(TEXT.index("?"), TEXT.index("?") + 1)
WORK = Work("Gräs – “学”", (Author("Ng", "A."), Author("WHO")), 2001)
FACTS = RunFacts("main.tex", ("lfm", "a" * 64), ({"name": "x", "records": 3, "sha256": "b" * 64},), 7)
NOTHING = RunFacts("main.tex", None, (), 0)


def schema() -> dict[str, Any]:
    text = files("texscholar.report").joinpath("suggestions.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def proposal(key: str = "ng", score: float = 0.5, work: Work = WORK, origin: str = "library:x") -> Proposal:
    return Proposal(key, Candidate(Candidature(key, work, origin, "W1"), score, ()))


def finding(rule: str = MISSING, source: SourceText = SOURCE, span: Span = SENTENCE, key: str = "") -> Finding:
    return Finding(rule, source, span, "a message", key=key)


def suggestion(
    kind: str = CITATION,
    rule: str = MISSING,
    source: SourceText = SOURCE,
    span: Span = SENTENCE,
    edit: Edit | None = None,
    *proposals: Proposal,
    confidence: float = 0.5,
) -> Suggestion:
    return Suggestion(kind, finding(rule, source, span), span, edit, (), proposals, confidence)


def rendered(*suggestions: Suggestion, findings: tuple[Finding, ...] = (), facts: RunFacts = NOTHING) -> dict[str, Any]:
    """The JSON, read again, once it was found valid."""
    data = json.loads(render_json(findings, suggestions, (), facts))
    Draft202012Validator(schema()).validate(data)
    return dict(data)


def test_schema_is_a_schema() -> None:
    """The published schema is one."""
    Draft202012Validator.check_schema(schema())


def test_schema_knows_rules_and_kinds() -> None:
    """Rules and kinds of the schema are those of the program."""
    definitions = schema()["$defs"]
    assert [*RULES] == definitions["rule"]["enum"]
    assert {*KINDS} == {*definitions["suggestion"]["properties"]["kind"]["enum"]}


def test_schema_refuses_what_it_does_not_know() -> None:
    """A misspelt name, another version and an unknown rule are refused."""
    data = rendered(suggestion())
    validator = Draft202012Validator(schema())
    broken = [
        {**data, "extra": 1},
        {**data, "version": 2},
        {name: value for name, value in data.items() if name != "run"},
        {**data, "suggestions": [{**data["suggestions"][0], "rule": "x"}]},
        {**data, "suggestions": [{**data["suggestions"][0], "confidence": 1.1}]},
    ]
    assert [False] * len(broken) == [validator.is_valid(each) for each in broken]


def test_nothing_to_say() -> None:
    """A run without results still says what it was."""
    assert rendered() == {
        "version": 1,
        "root": "main.tex",
        "suggestions": [],
        "findings": [],
        "skipped": [],
        "run": {"texscholar": __version__, "model": None, "libraries": [], "seed": 0},
    }


def test_golden() -> None:
    """Suggestions, findings, what was skipped and the run come under their names, places counted in characters."""
    given_ = Suggestion(
        CITATION, finding(), SENTENCE, Edit(KEY, "ng"), (NewEntry("ng", WORK),), (proposal(score=0.123456),), 0.123456
    )
    data = json.loads(render_json((finding("placeholder-citation", span=KEY),), (given_,), (Skipped("w", "r"),), FACTS))
    Draft202012Validator(schema()).validate(data)
    start, end = {"line": 2, "column": 1, "offset": 18}, {"line": 2, "column": 25, "offset": 42}
    assert data == {
        "version": 1,
        "root": "main.tex",
        "suggestions": [
            {
                "id": given_.id,
                "kind": "citation",
                "rule": "missing-citation",
                "path": "sections/a.tex",
                "span": {"start": start, "end": end},
                "text": "Grass is green \\cite{?}.",
                "insert": {"offset": 39, "text": "ng", "remove": "?"},
                "also": [],
                "confidence": 0.1235,
                "candidates": [
                    {
                        "key": "ng",
                        "title": "Gräs – “学”",
                        "authors": ["A. Ng", "WHO"],
                        "year": 2001,
                        "score": 0.1235,
                        "origin": "library:x",
                        "record": "W1",
                    }
                ],
                "entries": ["ng"],
            }
        ],
        "findings": [
            {
                "rule": "placeholder-citation",
                "path": "sections/a.tex",
                "span": {
                    "start": {"line": 2, "column": 22, "offset": 39},
                    "end": {"line": 2, "column": 23, "offset": 40},
                },
                "message": "a message",
            }
        ],
        "skipped": [{"what": "w", "reason": "r"}],
        "run": {
            "texscholar": __version__,
            "model": {"name": "lfm", "sha256": "a" * 64},
            "libraries": [{"name": "x", "records": 3, "sha256": "b" * 64}],
            "seed": 7,
        },
    }


def test_written_for_people_as_well() -> None:
    """The text is indented, keeps letters of any script, and ends its last line."""
    text = render_json((), (suggestion(CITATION, MISSING, SOURCE, SENTENCE, None, proposal()),), (), NOTHING)
    assert text.startswith('{\n  "version": 1,\n')
    assert text.endswith("}\n")
    assert "Gräs – “学”" in text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", RULES)
def test_every_kind_and_rule_is_valid(kind: str, rule: str) -> None:
    """The schema admits each of them, as a suggestion and as a finding."""
    data = rendered(suggestion(kind, rule), findings=(finding(rule),))
    assert (kind, rule, rule) == (
        data["suggestions"][0]["kind"],
        data["suggestions"][0]["rule"],
        data["findings"][0]["rule"],
    )


def test_bibliography_alone_grows() -> None:
    """A suggestion without an edit of the file inserts nothing there."""
    assert rendered(suggestion(ENTRY))["suggestions"][0]["insert"] is None


def test_insertion_removes_nothing() -> None:
    """An insertion has an offset and a text; what it removes is empty."""
    at = SENTENCE.end - 1
    data = rendered(suggestion(CITATION, MISSING, SOURCE, SENTENCE, Edit(Span(at, at), "~\\cite{ng}")))
    assert data["suggestions"][0]["insert"] == {"offset": at, "text": "~\\cite{ng}", "remove": ""}


@pytest.mark.parametrize(
    ("probability", "expected"), [(0, 0), (1, 1), (0.5, 0.5), (0.99996, 1), (0.00004, 0), (1.001, 1), (-0.001, 0)]
)
def test_probabilities(probability: float, expected: float) -> None:
    """Confidence and scores have four decimals, and stay between 0 and 1 where rounding went past."""
    own = suggestion(CITATION, MISSING, SOURCE, SENTENCE, None, proposal(score=probability), confidence=probability)
    (data,) = rendered(own)["suggestions"]
    assert [expected, expected] == [data["confidence"], data["candidates"][0]["score"]]


def test_orders_are_kept() -> None:
    """Suggestions, their candidates and findings come in the order given."""
    works = [proposal(key, 0.5) for key in ("b", "a", "c")]
    data = rendered(
        suggestion(RELATED_WORK),
        suggestion(CITATION, MISSING, SOURCE, SENTENCE, None, *works),
        findings=(finding(), finding(RULES[1])),
    )
    assert [each["kind"] for each in data["suggestions"]] == [RELATED_WORK, CITATION]
    assert [each["key"] for each in data["suggestions"][1]["candidates"]] == ["b", "a", "c"]
    assert [each["rule"] for each in data["findings"]] == [MISSING, RULES[1]]


def test_end_of_file() -> None:
    """A span that ends with the file has a position."""
    whole = Span(0, len(TEXT))
    (data,) = rendered(suggestion(span=whole))["suggestions"]
    assert data["span"]["end"] == {"line": 5, "column": 1, "offset": len(TEXT)}


# -- ids


def test_id_is_stable() -> None:
    """The id of a suggestion stays from release to release: caches and reviews of others rest on it."""
    assert suggestion(CITATION, MISSING, SOURCE, SENTENCE, None, proposal()).id == "41fce4cc95ea"


def test_id_stays_while_place_and_proposal_do() -> None:
    """Text elsewhere in the file, other scores, and candidates after the first do not matter."""
    first = suggestion(CITATION, MISSING, SOURCE, SENTENCE, None, proposal())
    moved = SourceText(SOURCE.path, f"% new line\n{TEXT}")
    span = Span(SENTENCE.start + 11, SENTENCE.end + 11)
    second = suggestion(CITATION, MISSING, moved, span, None, proposal(score=0.9), proposal("other"), confidence=0.9)
    assert first.id == second.id


@pytest.mark.parametrize(
    "other",
    [
        suggestion(CITATION, "placeholder-citation", SOURCE, SENTENCE, None, proposal()),
        suggestion(CITATION, MISSING, SourceText("b.tex", TEXT), SENTENCE, None, proposal()),
        suggestion(CITATION, MISSING, SOURCE, Span(SENTENCE.start, SENTENCE.end - 1), None, proposal()),
        suggestion(CITATION, MISSING, SOURCE, SENTENCE, None, proposal("other"), proposal()),
        suggestion(),
    ],
)
def test_id_tells_suggestions_apart(other: Suggestion) -> None:
    """Rule, file, text and best key each make another suggestion."""
    assert suggestion(CITATION, MISSING, SOURCE, SENTENCE, None, proposal()).id != other.id


def test_id_without_proposal_rests_on_the_key() -> None:
    """Undefined keys are told apart where no work is proposed."""
    one, two = (Suggestion(ENTRY, finding(key=key), KEY, None, (), (), 0.5).id for key in ("a", "b"))
    assert one != two


@given(text=st.text(st.characters(), max_size=50), key=st.text(st.characters(), max_size=20))
def test_id_is_twelve_hex_digits(text: str, key: str) -> None:
    """Any text and key have an id, half a surrogate pair as well."""
    source = SourceText("a.tex", text)
    given_ = suggestion(CITATION, MISSING, source, Span(0, len(text)), None, proposal(key))
    assert re.fullmatch(r"[0-9a-f]{12}", given_.id)


@given(
    text=st.text(max_size=50),
    title=st.text(max_size=30),
    key=st.text(max_size=10),
    year=st.none() | st.integers(),
    score=st.floats(0, 1),
    data=st.data(),
)
def test_any_suggestion_is_valid(
    *, text: str, title: str, key: str, year: int | None, score: float, data: st.DataObject
) -> None:
    """Whatever papers and records say, the JSON is valid, can be written as UTF-8, and says it unchanged."""
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    source, span = SourceText("a.tex", text), Span(start, end)
    given_ = suggestion(CITATION, MISSING, source, span, Edit(span, key), proposal(key, score, Work(title, year=year)))
    read = rendered(given_, findings=(finding(source=source, span=span),))
    render_json((), (given_,), (), NOTHING).encode("utf-8")
    (told,) = read["suggestions"]
    assert (text[start:end], title, key, year) == (
        told["text"],
        told["candidates"][0]["title"],
        told["insert"]["text"],
        told["candidates"][0]["year"],
    )
    assert (start, end) == (told["span"]["start"]["offset"], told["span"]["end"]["offset"])


# -- facts of the run


def test_facts_as_lines() -> None:
    """The same facts head a diff: version and root, model, libraries and seed."""
    assert FACTS.lines() == (
        f"texscholar {__version__}: suggestions for main.tex; review, then `git apply` or `texscholar apply`",
        f"model: lfm sha256 {'a' * 64}; libraries: x (3 records, {'b' * 64}); seed: 7",
    )


def test_facts_of_a_run_with_nothing() -> None:
    """Without model and library the lines say so."""
    assert NOTHING.lines()[1] == "model: none; libraries: none; seed: 0"


def test_example_of_a_real_paper() -> None:
    """Sentences of a paper, as the scanner finds them, are valid places."""
    evidence = Evidence(read_project(SOURCE.path, {SOURCE.path: SOURCE}.get), ())
    findings = tuple(finding(span=locus.sentence.span) for locus in evidence.loci)
    assert [
        (each["span"]["start"]["line"], each["span"]["start"]["column"])
        for each in rendered(findings=findings)["findings"]
    ] == [(2, 1), (3, 1)]
