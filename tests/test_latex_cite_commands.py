"""How citation commands of LaTeX and its packages are called and stand in a sentence."""

from __future__ import annotations

import pytest

from texscholar.latex import CiteForm
from texscholar.latex.cite_commands import PARENTHETICAL, PART, SILENT, TEXTUAL, builtin_form, cite_form

KINDS = [
    (
        PARENTHETICAL,
        "cite citep Citep parencite autocite footcite supercite smartcite footcitetext footcitet footciteref",
    ),
    (PARENTHETICAL, "citepalias shortcite maskcite headlesscite sidecitet foottextcite parencitetv citesec"),
    (
        TEXTUAL,
        "citet Citet citet* textcite Textcite nptextcite citeA shortciteA citeN citeasnoun possessivecite newcite",
    ),
    (TEXTUAL, "citeposs posscitet onlinecite citeonline citetalias citeauthor citeauthor* citefullauthor gentextcite"),
    (
        PART,
        "citealp citealt Citealt citeyear citeyearpar citetitle citenum citen citeurl citedate fullcite citeNP citeANP",
    ),
    (SILENT, "nocite masknocite footnocite mnocite nocitemeta nocitesec"),
]


@pytest.mark.parametrize(("kind", "names"), KINDS)
def test_one_list_of_keys(kind: str, names: str) -> None:
    """Notes and a list of keys, as most commands have them."""
    assert [CiteForm(kind=kind)] * len(names.split()) == [builtin_form(name) for name in names.split()]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ref",
        "citestyle",
        "setcitestyle",
        "citetext",
        "newcites",
        "bibcite",
        "citationneeded",
        "needcite",
        "DeclareCiteCommand",
        "AtEveryCitekey",
        "ifciteseen",
        "multicitedelim",
        "textcitedelim",
        "citepunct",
        "citeleft",
        "themaxcitecounter",
        "mkparencite",
        "mcitethebibliography",
        "mciteSetBstSublistMode",
        "citebordercolor",
        "@cite",
        "cite@x",
        "backcite",
        "harvardcite",
        "recite",
        "calcite",
    ],
)
def test_no_citation(name: str) -> None:
    """Settings, insides of packages, and other words."""
    assert builtin_form(name) is None


FORMS = [
    ("cites", CiteForm(repeats=True)),
    ("Parencites", CiteForm(repeats=True)),
    ("textcites", CiteForm(repeats=True, kind=TEXTUAL)),
    ("footcitetexts", CiteForm(repeats=True)),
    ("volcite", CiteForm(("#2",), 2)),
    ("Pvolcite", CiteForm(("#2",), 2)),
    ("ftvolcites", CiteForm(("#2",), 2, repeats=True)),
    ("citefield", CiteForm(groups=2, kind=PART)),
    ("citeaffixed", CiteForm(groups=2)),
    ("defcitealias", CiteForm(groups=2, kind=SILENT)),
    ("shortcites", CiteForm(kind=SILENT)),
    ("citetPage", CiteForm(("#2",), 2, kind=TEXTUAL)),
]


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_other_forms(name: str, form: CiteForm) -> None:
    """Volumes, fields and texts beside the keys, and lists that repeat."""
    assert form == builtin_form(name)


def test_the_papers_own_meaning_comes_first() -> None:
    """Also where it is none."""
    own = {"cite": CiteForm(("#2",), 2), "citefigure": CiteForm((), 0, kind="none")}
    assert (CiteForm(("#2",), 2), None, CiteForm()) == tuple(
        cite_form(name, own) for name in ("cite*", "citefigure", "citep")
    )


def test_the_last_group_with_keys_is_needed() -> None:
    """A call without it is none."""
    assert [CiteForm(keys).needed for keys in (("#1",), ("#1", "#2"), ("a",), ("rfc#3",))] == [1, 2, 0, 3]


def test_a_command_is_plain_if_its_key_is_all_it_takes() -> None:
    """Only such a one can be written without knowing more."""
    plain, multi, volume, fixed = CiteForm(), CiteForm(repeats=True), CiteForm(("#2",), 2), CiteForm(("a",), 0)
    assert [each.is_plain for each in (plain, multi, volume, fixed)] == [True, False, False, False]


def test_a_macro_may_leave_its_end_to_a_citation_command() -> None:
    """The groups of the macro come first."""
    assert CiteForm(("#3", "a"), 3) == CiteForm(("#2", "a"), 2).after(1)
