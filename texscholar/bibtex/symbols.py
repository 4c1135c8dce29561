"""TeX commands and the Unicode that they typeset: accents, letters, signs of text and of formulas, journal macros."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def _pairs(words: str) -> dict[str, str]:
    """A table written as names and values in turn."""
    listed = words.split()
    return dict(zip(listed[::2], listed[1::2], strict=True))


ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "`": "\u0300",
        "'": "\u0301",
        "^": "\u0302",
        "~": "\u0303",
        "=": "\u0304",
        "u": "\u0306",
        ".": "\u0307",
        '"': "\u0308",
        "r": "\u030a",
        "H": "\u030b",
        "v": "\u030c",
        "d": "\u0323",
        "c": "\u0327",
        "k": "\u0328",
        "b": "\u0331",
        "G": "\u030f",
        "U": "\u030d",
    }
)
"""Combining marks by the name of the accent command."""

MATH_ACCENTS: Mapping[str, str] = MappingProxyType(
    {
        "hat": "\u0302",
        "widehat": "\u0302",
        "tilde": "\u0303",
        "widetilde": "\u0303",
        "bar": "\u0304",
        "overline": "\u0304",
        "dot": "\u0307",
        "ddot": "\u0308",
        "acute": "\u0301",
        "grave": "\u0300",
        "breve": "\u0306",
        "check": "\u030c",
        "mathring": "\u030a",
        "vec": "\u20d7",
    }
)
"""Combining marks by the name of the accent command of formulas; over several letters they are left out."""

_LETTERS = _pairs(
    "ss ß SS ẞ o ø O Ø ae æ AE Æ oe œ OE Œ aa å AA Å l ł L Ł i i j j dh ð DH Ð dj đ DJ Đ th þ TH Þ ng ŋ NG Ŋ"
)
_TEXT = _pairs(
    "textendash – textemdash — ldots … dots … textellipsis … LaTeX LaTeX TeX TeX BibTeX BibTeX slash / "
    "textasciicircum ^ textquoteright ’ textquoteleft ‘ textquotedblleft “ textquotedblright ” textquotesingle ' "
    'textquotedbl " quotesinglbase ‚ quotedblbase „ guillemotleft « guillemotright » guilsinglleft ‹ guilsinglright › '
    "textless < textgreater > textbar | textunderscore _ textasteriskcentered * textbullet • textperiodcentered · "
    "textexclamdown ¡ textquestiondown ¿ textregistered ® texttrademark ™ textcopyright © copyright © textdegree ° "
    "textcelsius ℃ texteuro € euro € textsterling £ pounds £ textyen ¥ textcent ¢ textsection § S § textparagraph ¶ "
    "texttimes × textdiv ÷ textpm ± textmu µ textmicro µ textohm Ω textonehalf ½ textonequarter ¼ textthreequarters ¾ "
    "textonesuperior ¹ texttwosuperior ² textthreesuperior ³ textordfeminine ª textordmasculine º textdagger † "
    "textdaggerdbl ‡ dag † ddag ‡ textrightarrow → textleftarrow ← textasciimacron ¯ textasciiacute ´ checkmark ✓"
)
_GREEK = _pairs(
    "alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ "
    "mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ chi χ "
    "psi ψ omega ω Alpha Α Beta Β Gamma Γ Delta Δ Epsilon Ε Zeta Ζ Eta Η Theta Θ Iota Ι Kappa Κ Lambda Λ Mu Μ Nu Ν "
    "Xi Ξ Pi Π Rho Ρ Sigma Σ Tau Τ Upsilon Υ Phi Φ Chi Χ Psi Ψ Omega Ω"
)
_MATHEMATICS = _pairs(
    "ell ℓ infty ∞ times × cdot · cdots ⋯ pm ± mp ∓ div ÷ ast ∗ star ⋆ circ ∘ bullet • le ≤ leq ≤ ge ≥ geq ≥ ne ≠ "
    "neq ≠ lt < gt > ll ≪ gg ≫ sim ∼ simeq ≃ approx ≈ cong ≅ equiv ≡ propto ∝ perp ⊥ parallel ∥ mid | vert | Vert ‖ "
    "to → rightarrow → leftarrow ← leftrightarrow ↔ Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ mapsto ↦ uparrow ↑ "
    "downarrow ↓ partial ∂ nabla ∇ surd √ sum ∑ prod ∏ int ∫ in ∈ notin ∉ ni ∋ subset ⊂ subseteq ⊆ supset ⊃ "
    "supseteq ⊇ cup ∪ cap ∩ setminus ∖ emptyset ∅ varnothing ∅ exists ∃ forall ∀ neg ¬ lnot ¬ wedge ∧ vee ∨ oplus ⊕ "
    "otimes ⊗ odot ⊙ prime ′ dagger † ddagger ‡ hbar ℏ Re ℜ Im ℑ aleph ℵ langle ⟨ rangle ⟩ lceil ⌈ rceil ⌉ lfloor ⌊ "
    "rfloor ⌋ lbrack [ rbrack ] triangle △ Box □ diamond ⋄ angle ∠ top ⊤ bot ⊥ models ⊨ vdash ⊢ sqcap ⊓ sqcup ⊔ "
    "lesssim ≲ gtrsim ≳ degree ° micro µ"
)

SIGNS: Mapping[str, str] = MappingProxyType(_LETTERS | _TEXT | _GREEK | _MATHEMATICS)
"""What a command without argument typesets, in text or in a formula."""

FUNCTIONS = frozenset(
    """
    log ln exp sin cos tan cot sec csc sinh cosh tanh arcsin arccos arctan max min sup inf lim limsup liminf arg argmax
    argmin det dim ker deg gcd hom Pr mod bmod
    """.split()  # noqa: SIM905 # a literal of one word a line would be a page long
)
"""Commands of formulas that typeset their own name."""

STYLES = frozenset(MATH_ACCENTS) | frozenset(
    """
    emph text textit textbf textsc texttt textrm textsf textsl textup textmd textnormal mbox hbox em it bf sc tt rm sf
    sl url path mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak mathnormal boldsymbol bm pmb cal
    operatorname ensuremath displaystyle textstyle scriptstyle left right big Big bigl bigr Bigl Bigr protect relax
    normalfont rmfamily sffamily ttfamily itshape bfseries scshape upshape underline
    """.split()  # noqa: SIM905
)
"""Commands that change how their argument looks: the argument is what they say."""

DOUBLE_STRUCK: Mapping[str, str] = MappingProxyType(_pairs("C ℂ H ℍ N ℕ P ℙ Q ℚ R ℝ Z ℤ"))
"""What ``\\mathbb`` makes of a letter that has a character of its own."""

RAISED: Mapping[str, str] = MappingProxyType(
    _pairs("0 ⁰ 1 ¹ 2 ² 3 ³ 4 ⁴ 5 ⁵ 6 ⁶ 7 ⁷ 8 ⁸ 9 ⁹ + ⁺ - ⁻ − ⁻ = ⁼ ( ⁽ ) ⁾ n ⁿ i ⁱ")
)
LOWERED: Mapping[str, str] = MappingProxyType(_pairs("0 ₀ 1 ₁ 2 ₂ 3 ₃ 4 ₄ 5 ₅ 6 ₆ 7 ₇ 8 ₈ 9 ₉ + ₊ - ₋ − ₋ = ₌ ( ₍ ) ₎"))

JOURNALS: Mapping[str, str] = MappingProxyType(
    {  # the macros of the AAS styles, as the Astrophysics Data System writes them into its BibTeX
        "aj": "Astronomical Journal",
        "actaa": "Acta Astronomica",
        "araa": "Annual Review of Astronomy and Astrophysics",
        "apj": "Astrophysical Journal",
        "apjl": "Astrophysical Journal Letters",
        "apjs": "Astrophysical Journal Supplement Series",
        "ao": "Applied Optics",
        "apss": "Astrophysics and Space Science",
        "aap": "Astronomy and Astrophysics",
        "aapr": "Astronomy and Astrophysics Reviews",
        "aaps": "Astronomy and Astrophysics Supplement Series",
        "baas": "Bulletin of the American Astronomical Society",
        "icarus": "Icarus",
        "jcap": "Journal of Cosmology and Astroparticle Physics",
        "jgr": "Journal of Geophysical Research",
        "jqsrt": "Journal of Quantitative Spectroscopy and Radiative Transfer",
        "mnras": "Monthly Notices of the Royal Astronomical Society",
        "memras": "Memoirs of the Royal Astronomical Society",
        "na": "New Astronomy",
        "nar": "New Astronomy Review",
        "nat": "Nature",
        "nphysa": "Nuclear Physics A",
        "pasa": "Publications of the Astronomical Society of Australia",
        "pasj": "Publications of the Astronomical Society of Japan",
        "pasp": "Publications of the Astronomical Society of the Pacific",
        "physrep": "Physics Reports",
        "physscr": "Physica Scripta",
        "planss": "Planetary and Space Science",
        "pra": "Physical Review A",
        "prb": "Physical Review B",
        "prc": "Physical Review C",
        "prd": "Physical Review D",
        "pre": "Physical Review E",
        "prl": "Physical Review Letters",
        "procspie": "Proceedings of the SPIE",
        "qjras": "Quarterly Journal of the Royal Astronomical Society",
        "rmxaa": "Revista Mexicana de Astronomía y Astrofísica",
        "sovast": "Soviet Astronomy",
        "solphys": "Solar Physics",
        "ssr": "Space Science Reviews",
        "zap": "Zeitschrift für Astrophysik",
    }
)
