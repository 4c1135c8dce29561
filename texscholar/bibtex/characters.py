"""Characters outside ASCII as a .bib file, BibTeX and LaTeX take them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import accumulate, takewhile
from types import MappingProxyType
from typing import Any

from texscholar.latex.accents import ACCENTS

# What LaTeX sets without a package but [T1]{fontenc}, found by setting every one of them.
_SET_BY_LATEX = re.compile("[\u00a1-\u017eȘșȚț\u2010\u2013\u2014\u2018-\u201a\u201c-\u201e†‡•…‹›€™]")
_NOT_SET = frozenset("ĦħĸĿŀŦŧŉ")
_ACCENTS = MappingProxyType({**ACCENTS, "\u0328": "k"})  # the ogonek wants [T1]{fontenc}
# Commands of the kernel for what pylatexenc gives commands of packages, or none that stacks.
_OWN = MappingProxyType(
    {
        "ŉ": "'n",
        "ħ": "{\\ensuremath{\\hbar}}",
        "\u2011": "-",
        "\u2212": "{\\ensuremath{-}}",
        "∅": "{\\ensuremath{\\emptyset}}",
        "∖": "{\\ensuremath{\\setminus}}",
        "⟨": "{\\textlangle}",
        "⟩": "{\\textrangle}",
        **{
            char: f"{{\\ensuremath{{\\mathbf{{{letter}}}}}}}" for char, letter in zip("ℂℍℕℙℚℝℤ", "CHNPQRZ", strict=True)
        },
        **{
            char: f"{{\\ensuremath{{\\mathcal{{{letter}}}}}}}"
            for char, letter in zip("ℋℐℒℛℬℰℱℳ", "HILRBEFM", strict=True)
        },
    }
)
_KERNEL = frozenset(
    """
    Delta Downarrow Gamma Lambda Leftarrow Leftrightarrow Omega Phi Pi Psi Rightarrow Sigma Theta Uparrow Updownarrow
    Upsilon Xi acute aleph alpha angle approx asymp beta bigcap bigcirc bigcup bigtriangledown bigtriangleup bigvee
    bigwedge bowtie bullet cap cdot cdots chi circ cong coprod cup dashv ddot ddots delta diamond doteq ell ensuremath
    epsilon equiv eta exists forall frown gamma geq gg hbar hookleftarrow hookrightarrow in infty int iota kappa lambda
    lceil leftharpoondown leftharpoonup leftrightarrow leq lfloor ll mapsto mid mp mu nabla nearrow neq ni not notin nu
    nwarrow odot oint omega ominus oplus oslash otimes parallel partial perp phi pi prec preceq prod propto psi rceil
    rfloor rho rightharpoondown rightharpoonup rightleftharpoons searrow sigma sim simeq smile sqcap sqcup sqrt
    sqsubseteq sqsupseteq star subset subseteq succ succeq sum supset supseteq swarrow tau theta times top triangleleft
    triangleright updownarrow uplus upsilon varepsilon varphi varpi varrho varsigma vartheta vdash vdots vee wedge wp wr
    xi zeta pm div neg lnot uparrow downarrow leftarrow rightarrow to
    textperiodcentered textquoteleft textquoteright textquotedblleft textquotedblright textquotesingle quotesinglbase
    quotedblbase guilsinglleft guilsinglright guillemotleft guillemotright textendash textemdash textellipsis ldots
    textbullet textdagger textdaggerdbl dag ddag texteuro texttrademark textregistered textcopyright textdegree
    textonehalf textonequarter textthreequarters textonesuperior texttwosuperior textthreesuperior textordfeminine
    textordmasculine textexclamdown textquestiondown textsection textparagraph textsterling textyen textcent
    textcurrency
    textbrokenbar textmu texttimes textdiv textpm textlnot textasciidieresis textasciimacron textasciiacute
    textperthousand
    textnumero copyright pounds S P ss SS ae AE oe OE o O l L i j aa AA dh DH th TH dj DJ ng NG
    c d b k r u v H
    """.split()  # noqa: SIM905 # a literal of one word a line would be a page long
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")


class TextEncoder:
    """Writes what an encoding lacks, what a file keeps out, or what LaTeX does not know by itself as commands."""

    def __init__(self, encoding: str, *, ascii_only: bool) -> None:
        self.encoding, self.ascii_only = encoding, ascii_only
        self.several_bytes = not is_encodable("é", encoding) or len("é".encode(encoding)) > 1

    def encode(self, text: str) -> str:
        """A value, its accents composed."""
        if text.isascii():
            return text
        composed = unicodedata.normalize("NFC", text)
        return "".join(self._written(char, composed, at) for at, char in enumerate(composed))

    def encode_names(self, text: str) -> str:
        """Names for BibTeX, which cuts initials and labels out of them byte by byte: none that is half a letter."""
        if text.isascii() or not self.several_bytes:
            return self.encode(text)
        composed = unicodedata.normalize("NFC", text)
        depths = accumulate({"{": 1, "}": -1}.get(char, 0) for char in composed)
        return "".join(
            self._written(char, composed, at) if depth and not _is_latin(char) else self._whole(char, composed, at)
            for at, (char, depth) in enumerate(zip(composed, depths, strict=True))
        )

    def _whole(self, char: str, text: str, at: int) -> str:
        """A letter of a name that no style can cut in half: a command, or for the initials of other scripts a group."""
        if _is_latin(char) and (latex := as_latex(char)):
            return latex
        written = self._written(char, text, at)
        is_initial = char.isalpha() and (at == 0 or text[at - 1] in " -~")
        # BibTeX takes a group that begins with a command for one letter; in braces of their own names stay whole.
        return f"{{\\relax {char}}}" if written == char and not char.isascii() and is_initial else written

    def _written(self, char: str, text: str, at: int) -> str:
        if char.isascii():
            return char
        stands = is_encodable(char, self.encoding)
        if stands and not self.ascii_only and (_is_set(char) or _is_in_word_of_script(text, at)):
            return char
        if latex := as_latex(char):
            return latex
        if stands:
            return char  # a script that LaTeX has no commands for
        folded = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
        return escape_specials(folded) or ("" if unicodedata.combining(char) else "?")


SPECIALS = MappingProxyType(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "{": "",
        "}": "",
        **{char: "\\" + char for char in "%&_#$"},
    }
)


def escape_specials(text: str) -> str:
    """Each character that TeX reads as a command, written as a command that typesets it."""
    return "".join(SPECIALS.get(char, char) for char in text)


def is_encodable(text: str, encoding: str) -> bool:
    """Whether an encoding has all characters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=4096)
def as_latex(char: str) -> str:
    """A character as ASCII that LaTeX sets without a package, or an empty string."""
    if char in _OWN:
        return _OWN[char]
    if "\ufb00" <= char <= "\ufb06" or "\uff01" <= char <= "\uff5e":  # ligatures and wide forms of ASCII
        return escape_specials(unicodedata.normalize("NFKC", char))
    if accented := _accented(char):
        return accented
    latex = str(_latex_encoder().unicode_to_latex(char))
    is_known = latex.isascii() and _KERNEL.issuperset(_COMMAND.findall(latex))
    return latex if is_known and latex.count("{") == latex.count("}") else ""


def _accented(char: str) -> str:
    """A Latin letter under its accents, one within the other, or an empty string."""
    base, *marks = list(unicodedata.normalize("NFD", char))
    if not (base.isascii() and base.isalpha() and marks and all(mark in _ACCENTS for mark in marks)):
        return ""
    written = base
    for mark in marks:
        command = _ACCENTS[mark]
        argument = f"{{{written}}}" if command.isalpha() and len(written) == 1 else written
        written = f"{{\\{command}{argument}}}"
    return written


def _is_set(char: str) -> bool:
    return _SET_BY_LATEX.fullmatch(char) is not None and char not in _NOT_SET


def _is_latin(char: str) -> bool:
    return not char.isascii() and unicodedata.name(char, "").startswith("LATIN ")


def _is_in_word_of_script(text: str, at: int) -> bool:
    """Whether a character belongs to a script other than Latin; a lone Greek letter among Latin ones is a symbol."""
    char = text[at]
    if _is_latin(char) or not (
        char.isalpha() or unicodedata.combining(char) or unicodedata.category(char) in {"Po", "Ps", "Pe"}
    ):
        return False
    if not _is_greek(char):
        return unicodedata.category(char) != "Lm" and not unicodedata.name(char, "").startswith(_SYMBOLS)
    around = (*takewhile(_is_greek, reversed(text[:at])), *takewhile(_is_greek, text[at + 1 :]))
    return bool(around)


_SYMBOLS = (
    "DOUBLE-STRUCK ",
    "SCRIPT ",
    "BLACK-LETTER ",
    "MATHEMATICAL ",
    "SUPERSCRIPT ",
    "ANGSTROM",
    "KELVIN",
    "ALEF S",
    "PLANCK",
)


def _is_greek(char: str) -> bool:
    return unicodedata.name(char, "").startswith("GREEK ")


@lru_cache(maxsize=1)
def _latex_encoder() -> Any:  # noqa: ANN401 # pylatexenc ships no types
    from pylatexenc.latexencode import UnicodeToLatexEncoder  # noqa: PLC0415 # only characters outside ASCII pay for it

    return UnicodeToLatexEncoder(
        non_ascii_only=True,
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
