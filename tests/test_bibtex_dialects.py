"""Types and fields of both dialects, capitals of titles, characters as commands."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import fold, plain
from texscholar.bibtex.characters import TextEncoder, as_latex
from texscholar.bibtex.dialects import known_kind, settled
from texscholar.bibtex.titles import with_protected_formulas, with_protected_words

Fields = dict[str, str]
WHO: Fields = {"author": "A, B", "title": "T", "year": "2001"}

BIBTEX = [
    ("article", {**WHO, "journal": "J"}, "article", {**WHO, "journal": "J"}),
    ("inproceedings", {**WHO, "booktitle": "B"}, "inproceedings", {**WHO, "booktitle": "B"}),
    ("misc", {**WHO, "note": "x"}, "misc", {**WHO, "note": "x"}),
    ("article", WHO, "misc", WHO),
    ("article", {**WHO, "journaltitle": "J"}, "article", {**WHO, "journal": "J"}),
    ("article", {**WHO, "journaltitle": "J", "journal": "K"}, "article", {**WHO, "journaltitle": "J", "journal": "K"}),
    ("incollection", {**WHO, "booktitle": "B"}, "inproceedings", {**WHO, "booktitle": "B"}),
    ("inbook", {**WHO, "booktitle": "B", "publisher": "P"}, "incollection", {**WHO, "booktitle": "B", "publisher": "P"}),
    ("inbook", {**WHO, "publisher": "P"}, "book", {**WHO, "publisher": "P"}),
    ("inbook", {**WHO, "publisher": "P", "chapter": "3"}, "inbook", {**WHO, "publisher": "P", "chapter": "3"}),
    ("book", WHO, "misc", WHO),
    ("phdthesis", {**WHO, "institution": "U"}, "phdthesis", {**WHO, "school": "U"}),
    ("thesis", {**WHO, "institution": "U", "type": "mathesis"}, "mastersthesis", {**WHO, "school": "U"}),
    ("thesis", {**WHO, "school": "U", "type": "Habilitation"}, "phdthesis", {**WHO, "school": "U", "type": "Habilitation"}),
    ("report", {**WHO, "institution": "U", "type": "techreport"}, "techreport", {**WHO, "institution": "U"}),
    ("online", {**WHO, "url": "u", "eprinttype": "x"}, "misc", {**WHO, "url": "u", "archiveprefix": "x"}),
    ("nonsense", WHO, "misc", WHO),
    ("misc", {"title": "The Long and Winding Road"}, "misc", {"title": "The Long and Winding Road", "year": "n.d.", "key": "The Long and Winding"}),
    ("misc", {**WHO, "year": "", "month": "May"}, "misc", {**WHO, "year": "n.d."}),
    ("misc", {**WHO, "year": "300 {BC}"}, "misc", {**WHO, "year": "300 BC"}),
    ("misc", {"author": "A", "date": "2001-05-03"}, "misc", {"author": "A", "year": "2001", "month": "May"}),
    ("misc", {"author": "A", "date": "2001/2003"}, "misc", {"author": "A", "year": "2001"}),
    ("misc", {"author": "A", "date": "soon"}, "misc", {"author": "A", "year": "n.d."}),
    ("misc", {**WHO, "date": "2002-01"}, "misc", WHO),
    ("book", {**WHO, "editor": "E", "publisher": "P"}, "book", {**WHO, "publisher": "P"}),
    ("proceedings", {"editor": "E", "title": "T", "year": "2001"}, "proceedings", {"editor": "E", "title": "T", "year": "2001"}),
    ("inproceedings", {**WHO, "booktitle": "B", "volume": "1", "number": "2"}, "inproceedings", {**WHO, "booktitle": "B", "volume": "1"}),
    ("inproceedings", {**WHO, "booktitle": "B", "number": "2", "series": "S"}, "inproceedings", {**WHO, "booktitle": "B", "number": "2", "series": "S"}),
    ("misc", {**WHO, "eprint": "1706.03762", "archiveprefix": "arXiv"}, "misc", {**WHO, "eprint": "1706.03762", "archiveprefix": "arXiv", "url": "https://arxiv.org/abs/1706.03762"}),
    ("misc", {**WHO, "eprint": "1", "archiveprefix": "arXiv", "doi": "d"}, "misc", {**WHO, "eprint": "1", "archiveprefix": "arXiv", "doi": "d"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "new_kind", "new_fields"), BIBTEX)
def test_for_bibtex(kind: str, fields: Fields, new_kind: str, new_fields: Fields) -> None:
    """Nothing is asked for that is not there, nothing stands beside what excludes it."""
    assert settled(kind, fields, biblatex=False) == (new_kind, new_fields)


BIBLATEX = [
    ("online", {"author": "A", "date": "2001-05-03"}, "online", {"author": "A", "date": "2001-05-03"}),
    ("article", {"author": "A", "journal": "J", "year": "2001"}, "article", {"author": "A", "journaltitle": "J", "date": "2001"}),
    ("misc", {"year": "2001", "month": "September"}, "misc", {"date": "2001-09"}),
    ("misc", {"year": "2001", "month": "Spring"}, "misc", {"date": "2001"}),
    ("misc", {"title": "T", "year": "in press"}, "misc", {"title": "T"}),
    ("misc", {"title": "T", "date": "2001-13"}, "misc", {"title": "T"}),
    ("misc", {"year": "2001", "date": "2001-05"}, "misc", {"date": "2001-05"}),
    ("phdthesis", {"school": "U", "address": "X"}, "phdthesis", {"institution": "U", "location": "X"}),
    ("misc", {"key": "K", "archiveprefix": "arXiv", "primaryclass": "c"}, "misc", {"eprinttype": "arXiv", "eprintclass": "c"}),
    ("nonsense", {"title": "T"}, "misc", {"title": "T"}),
    ("book", {"isbn": "0-444-70266-0;1-2"}, "book", {"isbn": "0-444-70266-0"}),
    ("book", {"isbn": "978-0-306-40615-7"}, "book", {"isbn": "978-0-306-40615-7"}),
    ("book", {"isbn": "978-0-306-40615-8"}, "book", {}),
    ("book", {"isbn": "080442957X"}, "book", {"isbn": "080442957X"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "fields", "new_kind", "new_fields"), BIBLATEX)
def test_for_biblatex(kind: str, fields: Fields, new_kind: str, new_fields: Fields) -> None:
    """Fields are in its words; what biber would refuse is left out."""
    assert settled(kind, fields, biblatex=True) == (new_kind, new_fields)


VALUES = st.text("ABCxyz 0123456789-{}", max_size=12)
NAMES = st.sampled_from(
    [
        "author",
        "editor",
        "title",
        "journal",
        "journaltitle",
        "booktitle",
        "year",
        "date",
        "month",
        "volume",
        "number",
        "series",
        "publisher",
        "school",
        "institution",
        "howpublished",
        "note",
        "chapter",
        "pages",
        "eprint",
        "archiveprefix",
        "isbn",
        "type",
        "key",
        "url",
        "doi",
    ]
)
KINDS = st.sampled_from(
    [
        "article",
        "book",
        "inbook",
        "incollection",
        "inproceedings",
        "proceedings",
        "thesis",
        "report",
        "online",
        "misc",
        "x",
    ]
)


@given(KINDS, st.dictionaries(NAMES, VALUES.filter(bool)), st.booleans())
def test_what_is_settled_stays(kind: str, fields: Fields, biblatex: bool) -> None:
    """Done again it changes nothing, and the type is one of the dialect."""
    once = settled(kind, fields, biblatex=biblatex)
    assert settled(*once, biblatex=biblatex) == once
    assert known_kind(once[0], biblatex=biblatex) == once[0]


TITLES = [
    ("", ""),
    ("a plain title", "a plain title"),
    ("A Study of Self-Training", "A Study of Self-Training"),
    ("Attention is all you need", "Attention is all you need"),
    ("On the origin of species in Patagonia", "On the origin of species in {Patagonia}"),
    ("A survey. The second edition: Walks in graphs", "A survey. The second edition: Walks in graphs"),
    ("Bayesian Inference for English Verbs", "{Bayesian} Inference for {English} Verbs"),
    ("Non-Gaussian Models of Markov's Chains", "{Non-Gaussian} Models of {Markov's} Chains"),
    ("Vitamin C and BERT", "Vitamin {C} and {BERT}"),
    ("Das Prinzip der kleinsten Wirkung", "Das Prinzip der kleinsten Wirkung"),
    ("Einige Bemerkungen über kleine Zahlen und ihre Summen", "Einige Bemerkungen über kleine Zahlen und ihre Summen"),
]


@pytest.mark.parametrize(("title", "value"), TITLES)
def test_capitals_that_mean_something(title: str, value: str) -> None:
    """They stand in braces; those that every title has do not."""
    assert with_protected_words(title) == value


FORMULAS = [
    ("no formula", "no formula"),
    ("$x$ and $\\alpha$", "$x$ and $\\alpha$"),
    ("in $O(n)$ steps", "in {$O(n)$} steps"),
    ("{in $O(n)$} steps", "{in $O(n)$} steps"),
    ("costs \\$5 of $\\Gamma$", "costs \\$5 of {$\\Gamma$}"),
]


@pytest.mark.parametrize(("value", "safe"), FORMULAS)
def test_formulas_keep_their_capitals(value: str, safe: str) -> None:
    """What a style would lower-case stands in braces, once."""
    assert with_protected_formulas(value) == safe


COMMANDS = [
    ("é", "{\\'e}"),
    ("ñ", "{\\~n}"),
    ("Č", "{\\v{C}}"),
    ("í", "{\\'i}"),
    ("ế", "{\\'{\\^e}}"),
    ("ß", "{\\ss}"),
    ("ﬁ", "fi"),
    ("％", "\\%"),
    ("≤", "{\\ensuremath{\\leq}}"),
    ("ℝ", "{\\ensuremath{\\mathbf{R}}}"),
    ("\u2011", "-"),
    ("中", ""),
    ("Ж", ""),
    ("≲", ""),
]


@pytest.mark.parametrize(("char", "latex"), COMMANDS)
def test_commands_of_the_kernel(char: str, latex: str) -> None:
    """A character becomes what LaTeX sets without a package, or nothing."""
    assert as_latex(char) == latex


@given(st.text(st.characters(min_codepoint=0xC0, max_codepoint=0x24F, categories=["L"]), max_size=20))
def test_commands_read_as_their_letters(text: str) -> None:
    """What is written for a Latin letter is read as that letter, or as its base."""
    kept = "".join(char for char in unicodedata.normalize("NFC", text) if as_latex(char) and char not in "ŉħŦŧĦĸĿŀı")
    assert fold(plain(TextEncoder("utf-8", ascii_only=True).encode(kept))) == fold(kept)


WRITTEN = [
    (
        "Müller ≤ 中",
        "utf-8",
        False,
        "Müller {\\ensuremath{\\leq}} 中",
        'M{\\"u}ller {\\ensuremath{\\leq}} {\\relax 中}',
    ),
    ("Müller", "latin-1", False, "Müller", "Müller"),
    ("Müller", "latin-1", True, 'M{\\"u}ller', 'M{\\"u}ller'),
    ("on α-laws", "utf-8", False, "on {\\ensuremath{\\alpha}}-laws", "on {\\ensuremath{\\alpha}}-laws"),
    ("Жуков, Иван", "utf-8", False, "Жуков, Иван", "{\\relax Ж}уков, {\\relax И}ван"),
    ("{山田 太郎}", "utf-8", False, "{山田 太郎}", "{山田 太郎}"),
]


@pytest.mark.parametrize(("text", "encoding", "ascii_only", "value", "name"), WRITTEN)
def test_characters_in_a_file(text: str, encoding: str, ascii_only: bool, value: str, name: str) -> None:
    """As the file and LaTeX can take them; in names so that BibTeX cuts no letter in half."""
    encoder = TextEncoder(encoding, ascii_only=ascii_only)
    assert (encoder.encode(text), encoder.encode_names(text)) == (value, name)
