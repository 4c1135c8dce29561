"""Values without TeX, names, works."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import Author, Work, entry_work, identities, names, plain, read_bibliography
from texscholar.source import SourceText


def work_of(text: str) -> Work:
    bibliography = read_bibliography(SourceText("refs.bib", text))
    return entry_work(bibliography.entries[0], bibliography)


PLAIN = [
    ("", ""),
    ("Plain words", "Plain words"),
    ("  two\n   lines\t", "two lines"),
    ("ü 中 ≤", "ü 中 ≤"),
    ("{BERT}: {{X}}", "BERT: X"),
    ("a~b -- c --- d ``q''", "a b – c — d “q”"),
    (r"M\"uller M{\"u}ller M\"{u}ller", "Müller Müller Müller"),
    (r"{\'\i} \'{\i} \v{s} \v s \c{c} \H{o} \k{a} \r{A}", "í í š š ç ő ą Å"),
    (r"\ss{} \o{} {\O} {\ae} \l{}od\'z \AA ngstr\"om", "ß ø Ø æ łodź Ångström"),
    (r"10\% of R\&D \_ \# \$5", "10% of R&D _ # $5"),
    ("100% sure & more", "100% sure & more"),
    (r"100% of $\alpha$ & more", "100% of α & more"),
    (r"\emph{on} \textbf{the} {\em way} \url{http://a.b/x%20y}", "on the way http://a.b/x%20y"),
    (r"$\ell_1$ and $x^2$", "ℓ_1 and x^2"),
    (r"a\\b a\ b hy\-phen", "a b a b hyphen"),
    (r"\textasciitilde x \textasciicircum{}", "~x ^"),
    (r"\href{http://a}{b}", "b"),
    (r"\unknown{kept} text", "kept text"),
    (r"\input{/etc/passwd}\today", ""),
    ("unbalanced } here {", "unbalanced here"),
    ("a\u202eb\u200bc\x07d", "abcd"),
]


@pytest.mark.parametrize(("value", "text"), PLAIN)
def test_plain(value: str, text: str) -> None:
    """TeX becomes the Unicode that it typesets."""
    assert text == plain(value)


@pytest.mark.parametrize(
    "value", ["{" * 3000 + "x" + "}" * 3000 + "$", r"\frac" * 900, "$" * 20_001, r"\begin{a}" * 900]
)
def test_absurd_values_do_not_crash(value: str) -> None:
    """Depth and length that no parser was made for are stripped instead."""
    assert "\\" not in plain(value)


def test_odd_values_are_read_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    """The TeX reader's own warnings do not reach the terminal."""
    plain(r"\frac \sqrt \binom $")
    assert capfd.readouterr() == ("", "")


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*"\\{}$%&~^_#'\"` ai-", r"\'", r"\x", "é"]), max_size=30).map("".join)
)
def test_any_value_becomes_one_plain_line(value: str) -> None:
    """No crash, no braces, no line end, no space at the rim."""
    text = plain(value)
    assert text == " ".join(text.split())
    assert not set("{}") & set(text)


NAMES = [
    ("", ()),
    ("   ", ()),
    ("others", ()),
    ("Ashish Vaswani and Noam Shazeer", (Author("Vaswani", "Ashish"), Author("Shazeer", "Noam"))),
    ("Vaswani, Ashish and others", (Author("Vaswani", "Ashish"),)),
    ("Vaswani, A. and et al.", (Author("Vaswani", "A."),)),
    ("{World Health Organization}", (Author("World Health Organization"),)),
    ("{Simon and Schuster} and OpenAI", (Author("Simon and Schuster"), Author("OpenAI"))),
    ("Ludwig van Beethoven", (Author("van Beethoven", "Ludwig"),)),
    ("de la Fuente, {\\'A}ngel", (Author("de la Fuente", "Ángel"),)),
    ("King, Jr., Martin Luther", (Author("King", "Martin Luther Jr."),)),
    ("Martin Luther King Jr.", (Author("King", "Martin Luther Jr."),)),
    ('M{\\"u}ller, J{\\"o}rg', (Author("Müller", "Jörg"),)),
    ("A\n  and\n  B", (Author("A"), Author("B"))),
    (", Given", (Author("Given"),)),
    ("Plato, ", (Author("Plato"),)),
]


@pytest.mark.parametrize(("value", "authors"), NAMES)
def test_names(value: str, authors: tuple[Author, ...]) -> None:
    """Names are split as BibTeX splits them; a particle belongs to the family, a suffix to the given name."""
    assert authors == names(value)


@given(
    st.lists(st.sampled_from(["and", " ", ",", "{", "}", "\\", "Jr.", "von", "A", "b", "~", "é"]), max_size=20).map(
        "".join
    )
)
def test_any_names_are_read(value: str) -> None:
    """Every author has a family name, whatever the value."""
    assert all(author.family for author in names(value))


WORKS = [
    ("title={{A} T}, subtitle={S}", "title", "A T: S"),
    ("year={2017}", "year", 2017),
    ("date={2017-06-12}", "year", 2017),
    ("year={in press}, date={2017}", "year", 2017),
    ("year={300 BC}", "year", None),
    ("editor={Knuth, D.}", "authors", (Author("Knuth", "D."),)),
    ("journal={J}, publisher={P}", "venue", "J"),
    ("journaltitle={J}", "venue", "J"),
    ("publisher={P}, booktitle={B}", "venue", "B"),
    ("school={S}", "venue", "S"),
    ("doi={https://doi.org/10.1000/X\\_y}", "doi", "10.1000/x_y"),
    ("url={http://dx.doi.org/10.1000/XY}", "doi", "10.1000/xy"),
    ("url={http://example.org/10.1000/XY}", "doi", ""),
    ("note={Erratum: doi:10.1000/xy}", "doi", ""),
    ("howpublished={\\href{http://doi.org/10.1000/xy}{here}}", "doi", "10.1000/xy"),
    ("eprint={1706.03762v5}, archiveprefix={arXiv}", "arxiv", "1706.03762"),
    ("eprint={1706.03762}, eprinttype={arxiv}", "arxiv", "1706.03762"),
    ("eprint={1706.03762}", "arxiv", "1706.03762"),
    ("eprint={1706.03762}, eprinttype={jstor}", "arxiv", ""),
    ("url={https://arxiv.org/pdf/1706.03762v5.pdf}", "arxiv", "1706.03762"),
    ("url={https://arxiv.org/abs/cs/0112017}", "arxiv", "cs/0112017"),
    ("journal={arXiv preprint arXiv:1706.03762}", "arxiv", "1706.03762"),
    ("journal={CoRR}, volume={abs/1706.03762}", "arxiv", "1706.03762"),
    ("doi={10.48550/arXiv.1706.03762}", "arxiv", "1706.03762"),
    ("pages={1706.03762}", "arxiv", ""),
    ("abstract={A \\emph{b}.}", "abstract", "A b."),
    ("title={\\'e}, note={n}", "fields", (("title", "\\'e"), ("note", "n"))),
]


@pytest.mark.parametrize(("fields", "attribute", "expected"), WORKS)
def test_work_of_an_entry(fields: str, attribute: str, expected: object) -> None:
    """Each fact about a work is read from the fields that may hold it."""
    assert expected == getattr(work_of(f"@misc{{k, {fields}}}"), attribute)


def test_crossref_gives_what_is_missing() -> None:
    """A part has its whole's title as booktitle and keeps what it says itself."""
    work = work_of("@inproceedings{k, title={Part}, crossref={p}}\n@proceedings{p, title={Whole}, year={2020}}")
    assert (work.title, work.venue, work.year) == ("Part", "Whole", 2020)
    assert ("booktitle", "Whole") in work.fields


def test_xdata_gives_all_its_fields() -> None:
    """A data container lends its title too; several may be named."""
    work = work_of("@misc{k, xdata={a,b}}\n@xdata{a, title={T}}\n@xdata{b, year={2020}}")
    assert (work.title, work.year) == ("T", 2020)


def test_circles_of_parents_end() -> None:
    """Entries that inherit from one another, or from themselves, are read."""
    assert work_of("@misc{a, title={A}, crossref={b}}\n@misc{b, crossref={a}, xdata={b}}").title == "A"


def test_two_spellings_are_one_work() -> None:
    """An entry in TeX and a plain record share an identity."""
    entry = work_of('@misc{k, title={The {\\"U}bung of {BERT}s}, author={M{\\"u}ller, J.}}')
    assert identities(entry) & identities(Work("The Übung of BERTs", (Author("Müller", "Jörg"),)))


def test_importing_is_light() -> None:
    """Neither pylatexenc nor bibtexparser is loaded before a value needs it."""
    code = "import sys, texscholar.bibtex; print({'pylatexenc', 'bibtexparser'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )
