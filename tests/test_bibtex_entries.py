"""Reading a .bib file: entries, spans, broken pieces."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from texscholar.bibtex import Bibliography, entries, read_bibliography
from texscholar.source import SourceText, decode


def read(text: str) -> Bibliography:
    return read_bibliography(SourceText("refs.bib", text))


KEYS = [
    ("", ()),
    ("only words, an address a@b.org and a lonely @\n", ()),
    ("@comment{jabref-meta: x;}\n@preamble{{\\x}}\n@string{a = {b}}\n", ()),
    ("@article{a,\n  title = {A},\n}\n", ("a",)),
    ("@article{a,\r\n\ttitle={A},\r\n}\r\n", ("a",)),
    ("@article{a,\r\ttitle={A},\r}\r@misc{b}\r", ("a", "b")),
    ("@article{a, title={A}}", ("a",)),
    ("@ARTICLE {a , title={A}}", ("a",)),
    ('@misc(a,\n title = "A (B)"\n)\n', ("a",)),
    ("@misc(smith(2001)x, title={A})", ("smith(2001)x",)),
    ("@misc{a} @misc{b}@misc{c}", ("a", "b", "c")),
    ("@misc{a,}\n@misc{a,}\n@misc{A,}\n", ("a", "a", "A")),
    ("junk @ junk\n@misc{a, x={1}} more junk }\n@misc{b}", ("a", "b")),
    ("%@misc{old, x={1}}\n@misc{new}", ("new",)),
    ("} % see @misc{old}\n@misc{new}", ("new",)),
    ("@comment{@misc{old, x={1}}}\n@misc{new}", ("new",)),
    ("@comment(@misc{old, x={1}})\n@misc{new}", ("new",)),
    ("@comment words only\n@misc{new}", ("new",)),
    ("@comment{ without an end\n@misc{new}", ("new",)),
    ("@misc{DBLP:conf/nips/X+Y.1,}", ("DBLP:conf/nips/X+Y.1",)),
    ("@misc{müller2020,}", ("müller2020",)),
    ('@misc{a, x = "A {"} B", y = 1}', ("a",)),
    ("@misc{a, note = {a@b.org}, x = {@misc{b}}}", ("a",)),
    ("@misc{a, title {dead}, year = 2020}", ("a",)),
    ("@misc{a, title = , year = 2020}", ("a",)),
    ("@misc{a, month = jan, % comment\n note = {x}}", ("a",)),
]


@pytest.mark.parametrize(("text", "keys"), KEYS)
def test_keys(text: str, keys: tuple[str, ...]) -> None:
    """Every entry is found, nothing else is."""
    bibliography = read(text)
    assert keys == bibliography.keys
    assert bibliography.broken == ()


BROKEN = [
    ("@misc{a, title = {A}\n\n@misc{b, title={B}}\n", ("b",), [("a", 1, True)]),
    ("@misc{a, title = {A\n}\n@misc{b}", ("b",), [("a", 1, True)]),
    ('@misc{a, title = "A\n}\n@misc{b}', ("b",), []),
    ("\n@misc{a, title = {A", (), [("a", 2, True)]),
    ("@misc{a", (), [("a", 1, True)]),
    ("@misc{", (), [("", 1, True)]),
    ("@misc{, title = {A}}\n@misc{b}", ("b",), [("", 1, False)]),
    ("@misc{\n  title = {A},\n}\n@misc{b}", ("b",), [("title", 1, False)]),
    ("@misc{van der Berg, title = {A}}\n@misc{b}", ("b",), [("van", 1, False)]),
    ("@misc(a, title = {A}\n@misc(b, title = {B})", ("b",), [("a", 1, True)]),
    ("@string{x\n@misc{b}", ("b",), [("", 1, True)]),
    ("@preamble{x\n@misc{b}", ("b",), [("", 1, True)]),
]


@pytest.mark.parametrize(("text", "keys", "broken"), BROKEN)
def test_broken_entries_cost_only_themselves(
    text: str, keys: tuple[str, ...], broken: list[tuple[str, int, bool]]
) -> None:
    """What cannot be read is a value with its line; the next entry is read."""
    bibliography = read(text)
    assert keys == bibliography.keys[-1:] if keys else bibliography.keys == ()
    assert broken == [(one.key, one.line, one.unclosed) for one in bibliography.broken]


VALUES = [
    ("{A}", "A"),
    ('"A"', "A"),
    ("2020", "2020"),
    ("{}", ""),
    ('{A "quoted" {B}}', 'A "quoted" {B}'),
    ('"A {"}quoted{"}"', 'A {"}quoted{"}'),
    ("jan", "January"),
    ("JAN", "January"),
    ('"1~" # feb', "1~February"),
    ("{a}#{b} # c", "abc"),
    ("acl # { 2020}", "Annual Meeting 2020"),
    ("both", "Annual Meeting!"),
    ("unknown", "unknown"),
    ("{A\n   B}", "A\n   B"),
    (r"{\{x\}}", r"\{x\}"),
]


@pytest.mark.parametrize(("written", "value"), VALUES)
def test_values(written: str, value: str) -> None:
    """Delimiters are gone, pieces joined, macros expanded; the TeX stays."""
    bibliography = read(f'@string{{ACL = {{Annual Meeting}}}}\n@string(both = acl # "!")\n@misc{{k, x = {written}}}')
    (field,) = bibliography.entries[0].fields
    assert value == field.value
    assert written == bibliography.source.slice(field.value_span)


def test_of_a_repeated_field_the_first_counts() -> None:
    """As for BibTeX; names are in lower case."""
    entry = read("@Misc{k, Title = {A}, TITLE = {B}}").entries[0]
    assert (
        entry.kind,
        entry.get("title"),
        [f.name for f in entry.fields],
    ) == ("misc", "A", ["title", "title"])


def test_absent_field_is_empty() -> None:
    """An entry gives an empty string for what it lacks."""
    assert read("@misc{k}").entries[0].get("title") == ""


def test_dead_fields_do_not_take_their_neighbours() -> None:
    """The fields around one that cannot be read are read."""
    entry = read("@misc{k, a = {1}, dead {x, y}, = {2}, b = , c = {3} d = 4, \\e = {5}, f = {6}}").entries[0]
    assert [(one.name, one.value) for one in entry.fields] == [("a", "1"), ("c", "3"), ("d", "4"), ("f", "6")]


def test_lookup_prefers_the_exact_case() -> None:
    """Keys differ by case in biber, not in BibTeX: the exact one wins."""
    bibliography = read("@misc{A, x=1}@misc{a, x=2}")
    assert [entry and entry.get("x") for entry in map(bibliography.entry, ("a", "A", "b"))] == [
        "2",
        "1",
        None,
    ]


def test_lookup_falls_back_to_other_case() -> None:
    """BibTeX finds an entry whatever the case of the citation."""
    bibliography = read("@misc{A, x=1}")
    assert bibliography.entry("a") is bibliography.entries[0]


def test_duplicates_are_kept() -> None:
    """Both entries of one key stay, the later one is named a duplicate."""
    bibliography = read("@misc{a, x=1}\n@misc{b}\n@misc{A, x=2}")
    assert (len(bibliography.entries), [entry.get("x") for entry in bibliography.duplicates]) == (3, ["2"])


def test_taken_knows_what_bibtex_might_see() -> None:
    """Keys of broken and of commented entries are not free."""
    assert {"a", "b", "c"} == read("@misc{a}\n%@misc{b,}\n@misc{c, x = {").taken


def test_strings_are_the_files_own() -> None:
    """Months are no macros of the file."""
    assert dict(read("@STRING{Acl = {ACL}}").strings) == {"acl": "ACL"}


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf@misc{a, x={\xc3\xbc}}", b"% Encoding: ISO8859_1\n@misc{a, x={\xfc}}"])
def test_decoded_files(data: bytes) -> None:
    """A mark before the text and a Latin-1 file do no harm."""
    assert read_bibliography(decode(data, "refs.bib")).entries[0].get("x") == "ü"


def test_a_macro_means_what_it_meant_at_its_place() -> None:
    """A definition counts from where it stands, also when the fields are read later."""
    text = "@misc{a, x=m}@string{m={1}}@misc{b, x=m, y=m#m}@string{M={2}}@misc{c, x={z}#m} @misc{d, e f, x=m}"
    entries = read(text).entries
    assert [entry.items() for entry in entries] == [
        (("x", "m"),),
        (("x", "1"), ("y", "11")),
        (("x", "z2"),),
        (("x", "2"),),
    ]


def test_a_big_macro_used_often_stays_small() -> None:
    """Fields are read when asked for, in any order; together they do not fill the memory, and always read alike."""
    text = "@string{big={" + "x" * 100_000 + "}}\n" + "@misc{k, x=big, y=big # big}\n" * 2_000
    entries = read(text).entries
    lengths = [len(value) for entry in reversed(entries) for _, value in entry.items()]
    assert sum(lengths) < 6 * len(text) + 2_000_000
    assert lengths[-2:] == [200_000, 100_000][::-1]


def test_entries_are_values() -> None:
    """Two readings of a text give equal entries; other words at the same places do not."""
    first, again, other = (read(f"@misc{{k, x={{{word}}}}}").entries[0] for word in "aab")
    assert (first == again, hash(first) == hash(again), first == other, first == "k") == (True, True, False, False)
    assert "k" in repr(first)


ALIASES = [
    ("@misc{k}", ()),
    ("@misc{k, kids={a}}", ()),
    ("@misc{k, ids={}}", ()),
    ("@misc{k, ids={a}}", ("a",)),
    ("@misc{k, IDS = {a, b ,, c}}", ("a", "b", "c")),
    ("@misc{k, x={ids={a}}}", ()),
]


@pytest.mark.parametrize(("text", "aliases"), ALIASES)
def test_aliases(text: str, aliases: tuple[str, ...]) -> None:
    """An entry is found by each of its other keys, which are not free."""
    bibliography = read(text)
    assert (aliases, set(aliases)) == (bibliography.entries[0].aliases, set(bibliography.aliases))
    assert all(bibliography.entry(alias) is bibliography.entries[0] for alias in aliases)
    assert {"k", *aliases} == bibliography.defined <= bibliography.taken


def test_a_key_comes_before_an_alias() -> None:
    """An alias that is another entry's key names that entry."""
    bibliography = read("@misc{a, ids={b,c}}@misc{b, ids={c}}")
    assert [bibliography.entry(key) for key in "bc"] == [bibliography.entries[1], bibliography.entries[0]]


DEFINED = [
    ("@misc{k}", "k", True, True),
    ("@misc{k}", "K", True, False),
    ("@misc{k}", "j", False, False),
    ("@misc{k, ids={j}}", "j", True, True),
    ("%@misc{k, x={1}}", "k", True, False),
    ("@comment{@misc{k, x={1}}}", "k", True, False),
    ("@misc{k, x={1}", "k", True, True),
    ("@misc{j}\n@misc{, x={1}}", "", False, False),
]


@pytest.mark.parametrize(("text", "key", "bibtex", "biber"), DEFINED)
def test_defined_keys(text: str, key: str, *, bibtex: bool, biber: bool) -> None:
    """BibTeX takes any case and reads comments, Biber does not; who has a broken entry has the key."""
    bibliography = read(text)
    assert (bibtex, biber) == (bibliography.defines(key, biblatex=False), bibliography.defines(key, biblatex=True))


def test_macros_that_double_stay_small() -> None:
    """Sixty doublings of a macro do not fill the memory."""
    doubling = "".join(f"@string{{a{n} = a{n - 1} # a{n - 1}}}\n" for n in range(1, 61))
    assert len(read(f"@string{{a0 = {{xy}}}}\n{doubling}@misc{{k, x = a60}}").entries[0].get("x")) < 2_000_000


@pytest.mark.parametrize(
    "piece",
    [
        "@a{",
        "@comment{",
        "@comment(",
        "@a{k,x={",
        '@a{k,x="',
        '@a{k,x="{',
        "\n@a(k,",
        "@string{a=b#",
        "@a\n",
        "x=",
        "{",
        "@",
        "\n  @",
        '\n@a(k,x="",y="',
        "\n@a{k,x={y",
        '\n@a{k,x="y}',
        "@a(@a(",
        "@a{k,%@\n",
        "x=y#z,",
        "\n@a{k,title={{{{{{{y}}}}}}}}",
    ],
)
def test_reading_takes_linear_time(piece: str) -> None:
    """A hundred thousand characters of any opening are read in a moment."""
    start = time.perf_counter()
    read("@a{k," + piece * (100_000 // len(piece)))
    assert time.perf_counter() - start < 5


OPENINGS = [
    "@article{",
    "@misc(",
    "@comment{",
    "@string{a=",
    "@preamble{",
    "@misc{k,x={y}}\n",
    "x={y},",
    "jan",
]
MARKS = [*'@{}(),="#%\\ \t\x0c\n\r', "\r\n", "\\{", "key", "é", "2020"]
FRAGMENTS = st.lists(st.sampled_from([*OPENINGS, *MARKS]), max_size=40).map("".join)


@given(FRAGMENTS | st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    """Spans slice back to their object; all blocks are ordered and disjoint; nothing crashes."""
    bibliography = read(text)
    for entry in bibliography.entries:
        assert entry.key == text[entry.key_span.start : entry.key_span.end]
        assert text[entry.span.start] == "@"
        assert text[entry.span.end - 1] in "})"
        for field in entry.fields:
            assert entry.span.contains(field.span)
            assert field.span.contains(field.value_span)
            assert field.name == text[field.span.start : field.span.start + len(field.name)].lower()
        assert all(a.span.end <= b.span.start for a, b in pairwise(entry.fields))
    spans = sorted([one.span for one in bibliography.entries] + [one.span for one in bibliography.broken])
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert [entry.span for entry in bibliography.entries] == sorted(entry.span for entry in bibliography.entries)


def told(text: str) -> tuple[object, ...]:
    """All that is read from a text."""
    read_again = read(text)
    entries = [(entry.kind, entry.key, entry.key_span, entry.span, entry.fields) for entry in read_again.entries]
    return entries, read_again.broken, dict(read_again.strings), read_again.comments


@settings(max_examples=300)
@given(FRAGMENTS)
def test_the_expression_and_the_reader_agree(text: str) -> None:
    """Sound entries, which one expression recognises, are read the same field by field."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entries, "_SOUND_ENTRY", dict.fromkeys("{(", re.compile(r"(?!)")))
        slow = told(text)
    assert slow == told(text)


@given(FRAGMENTS)
def test_fields_items_and_get_agree(text: str) -> None:
    """Three ways to ask for the same values."""
    for entry in read(text).entries:
        assert tuple((field.name, field.value) for field in entry.fields) == entry.items()
        assert all(entry.get(name) == value for name, value in dict(reversed(entry.items())).items())


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters='{}"@%'), max_size=30)


@settings(max_examples=50)
@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9:+-]{0,8}", fullmatch=True), TEXTS, max_size=6))
def test_well_formed_entries_come_back(values: dict[str, str]) -> None:
    """What is written as entries is read as the same entries."""
    text = "\n".join(f"@misc{{{key}, x = {{{value}}}}}" for key, value in values.items())
    assert list(values.items()) == [(entry.key, entry.get("x")) for entry in read(text).entries]
