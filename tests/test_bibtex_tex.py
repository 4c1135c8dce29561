"""TeX of short values as plain Unicode."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.bibtex import plain
from texscholar.bibtex.symbols import FUNCTIONS, SIGNS, STYLES

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
    (r"$\ell_1$ and $x^2$", "ℓ₁ and x²"),
    (r"a\\b a\ b hy\-phen", "a b a b hyphen"),
    (r"\textasciitilde x \textasciicircum{}", "~x ^"),
    (r"\href{http://a}{b}", "b"),
    (r"\unknown{kept} text", "kept text"),
    (r"\input{/etc/passwd}\today", ""),
    ("unbalanced } here {", "unbalanced here"),
    ("a\u202eb\u200bc\x07d", "abcd"),
    ("\\apj", "Astrophysical Journal"),
    (r"360{\textdegree} LEGO{\textregistered} 1+1{\textgreater}2", "360° LEGO® 1+1>2"),
    (r"AND\slash OR \S 3 \pounds5", "AND/OR §3 £5"),
    (r"8\textsuperscript{th} x\textsuperscript{2} H\textsubscript{x}O", "8th x² HxO"),
    (r"\enquote{x} \foreignlanguage{german}{y} \noopsort{z}w", "“x” y w"),
    (r"{\unicode{593}}{\unicode{8203}}{\unicode{57344}}{\unicode{9999999}}", "ɑ"),
]
FORMULAS = [
    (r"$k$-Means and \(\alpha\)-Nets", "k-Means and α-Nets"),
    (r"$O(\log n)$ $O(n\log n)$ $\max x$", "O(log n) O(nlog n) max x"),
    (r"$\sqrt{n}$ $\sqrt{n+1}$ $n^{1/3}$ $n^{(a+b)}$", "√n √(n+1) n^(1/3) n^(a+b)"),
    (r"CNN\({}^{\mbox{2}}\) H\({}_{\mbox{2}}\)O L$_{2,1}$ M$_{sun}$ $x_i$", "CNN² H₂O L_2,1 M_sun x_i"),
    (r"A$^*$ $f'$ $77\,^\circ\mathrm{K}$ 2$^{nd}$ C$^\ast$", "A* f' 77°K 2nd C∗"),
    (r"$\mathbb{R}^n$ $\mathbb X$ $\mathcal{O}(1)$ {\(\mathscr{l}\)}1 $\mathbf{x}$", "ℝⁿ X O(1) ℓ1 x"),
    (r"$\hat{x}$ $\bar 1$ $\tilde{O}$ $\overline{AB}$", "x̂ 1̄ Õ AB"),
    (r"$p \leq 1$ $a\ll b$ $\ensuremath{\pm}3$ \ensuremath{\leq}", "p ≤ 1 a≪ b ±3 ≤"),
    (r"\$100 and \$5 a US\$-priced", "$100 and $5 a US$-priced"),
    (r"{\textdollar}k{\textdollar}-NN for {\textdollar}5 to {\textdollar}10", "k-NN for $5 to $10"),
    (r"{\textdollar}{\textbackslash}ell{\_}1{\textdollar} O({\textbackslash}sqrt\{n\})", "ℓ₁ O(√(n))"),
    (r"Bi\$\_2\$ in \$c\$-plane with \textbackslash{}beta", "Bi₂ in c-plane with β"),
    (r'H{\textbackslash}"\{o\}lder {\textbackslash}iid', r"Hölder \iid"),
    (r"$\frac{1}{2}$", "1/2"),
]


@pytest.mark.parametrize(("value", "text"), PLAIN + FORMULAS)
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


@given(st.sampled_from(sorted({*SIGNS, *STYLES, *FUNCTIONS} - {"i", "j", "textunderscore", "textbar"})))
def test_no_known_command_is_left(command: str) -> None:
    """In a formula and in text every command of the tables becomes what it typesets."""
    text = plain(rf"a $\{command}{{x}}$ \{command}{{}} b")
    assert not set("\\${}") & set(text)
    assert (text[0], text[-1]) == ("a", "b")


WORDS = st.text(st.characters(codec="ascii", categories=["Ll", "Lu", "Nd"]), min_size=1, max_size=8)


@given(st.lists(WORDS, max_size=6))
def test_plain_words_stay(words: list[str]) -> None:
    """A value without TeX is only put on one line."""
    assert " ".join(words) == plain(" \n ".join(words))


@given(st.lists(WORDS | st.sampled_from(["{A}", "$x^2$", r"\'e", "--", "~", r"\&"]), max_size=6).map(" ".join))
def test_a_long_value_is_read_like_a_short_one(value: str) -> None:
    """What is remembered and what is not comes out alike."""
    assert plain(value) == plain(value + " " * 500)
