"""Values without TeX, names, works."""

from __future__ import annotations

import subprocess
import sys

import pytest

from texscholar.bibtex import Author, Work, entry_work, identities, read_bibliography
from texscholar.source import SourceText


def work_of(text: str) -> Work:
    bibliography = read_bibliography(SourceText("refs.bib", text))
    return entry_work(bibliography.entries[0], bibliography)


WORKS = [
    ("title={{A} T}, subtitle={S}", "title", "A T: S"),
    ("year={2017}", "year", 2017),
    ("date={2017-06-12}", "year", 2017),
    ("year={in press}, date={2017}", "year", 2017),
    ("year={300 BC}", "year", None),
    ("year={2017b}", "year", 2017),
    ("year=2017 # {/18}", "year", 2017),
    ("date={2017-06-12/2019-01-01}", "year", 2017),
    ("date={/2019}", "year", 2019),
    ("date={2017-06~}", "year", 2017),
    ("date={2017-21}", "year", 2017),
    ("month=jun # {~12}, year=2017", "fields", (("month", "June~12"), ("year", "2017"))),
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


def test_a_parent_is_found_by_its_alias() -> None:
    """What another name of a parent links to is the parent."""
    assert work_of("@inproceedings{k, crossref={q}}\n@proceedings{p, ids={q}, title={Whole}}").venue == "Whole"


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
