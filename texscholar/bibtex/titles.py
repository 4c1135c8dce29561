"""Titles as TeX: words that a style must not lower-case stand in braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from texscholar.bibtex.characters import escape_specials

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W_](?:[\w'’/+.&-]*[^\W_])?\+*")
_INNER_CAPITAL = re.compile(r"[A-Z][^-/]*[A-Z]|[a-z0-9][A-Z]|[A-Z]\d|^[A-Z]-|\d-[A-Z]|-[A-Z]$|^[B-Z]$")
_CLAUSE_END = re.compile(r"[.:?!–—]\s*[\"'“”‘’(\[«]*\s*$")
_LONG = 4  # letters of words whose case tells in which case a title is written
_SENTENCE_CASE = 0.5  # share of capitals among long words, the first of each clause left out, below which it is one's
_FEWEST_WORDS = 2
# Names that titles are full of, and what is derived from them: in a title in which every word has a capital only a
# list tells them. Languages and peoples, persons of mathematics, systems.
_PROPER = frozenset(
    """
    African American Arabic Asian Bengali Brazilian British Bulgarian Catalan Chinese Czech Danish Dutch Egyptian
    English Estonian European Finnish French German Greek Hebrew Hindi Hungarian Icelandic Indian Indonesian Irish
    Italian Japanese Korean Latin Mandarin Norwegian Persian Polish Portuguese Romanian Russian Sanskrit Slavic
    Spanish Swahili Swedish Tamil Telugu Thai Turkish Ukrainian Urdu Vietnamese Welsh Africa America Asia Australia
    Brazil Britain Canada China Europe France Germany India Italy Japan Korea Russia Spain Abelian Archimedean
    Banach Bayes Bayesian Bellman Bernoulli Bessel Boltzmann Boolean Brownian Cartesian Cauchy Cayley Chebyshev
    Cholesky Dantzig Dirac Dirichlet Einstein Euclid Euclidean Euler Fermi Fisher Fourier Frobenius Galerkin Galois
    Gauss Gaussian Gibbs Gödel Green Hamilton Hamiltonian Hamming Hausdorff Hebbian Hermitian Hessian Hilbert Hölder
    Huffman Jacobi Jacobian Jensen Kalman Kolmogorov Kronecker Krylov Lagrange Lagrangian Langevin Laplace Laplacian
    Lebesgue Legendre Levenberg Levenshtein Lipschitz Lyapunov Mahalanobis Markov Markovian Maxwell Minkowski Nash
    Newton Newtonian Nyquist Pareto Pearson Petri Plackett Poisson Pontryagin Rademacher Ramsey Rayleigh Riemann
    Riemannian Runge Schrödinger Shannon Shapley Sobolev Steiner Stein Stokes Sylvester Taylor Tikhonov Turing
    Vapnik Viterbi Wasserstein Weibull Wiener Zipf Ising Bregman Fréchet Monte Carlo Chomsky Darwin Darwinian Freud
    Kant Alzheimer Parkinson Drosophila Escherichia Arabidopsis Android Facebook Google Haskell Internet Java Kinect
    Linux Microsoft Minecraft Python Reddit Twitter Unix Wikidata Wikipedia Windows Wordnet
    """.split()  # noqa: SIM905 # a literal of one word a line would be a page long
)


def with_protected_words(text: str) -> str:
    """A plain title, escaped, with braces around the words whose capitals mean something.

    In a title in sentence case these are all capitals but those that begin a clause; in any other capitals inside of
    words, single letters and names that everybody knows.
    """
    words = [match for match in _WORD.finditer(text) if match[0]]
    starts = {match.start() for at, match in enumerate(words) if at == 0 or _CLAUSE_END.search(text[: match.start()])}
    is_sentence = _is_sentence([match[0] for match in words if match.start() not in starts])
    pieces: list[str] = []
    done = 0
    for match in words:
        if _is_name(match[0]) or (is_sentence and match[0][0].isupper() and match.start() not in starts):
            pieces += (escape_specials(text[done : match.start()]), "{", escape_specials(match[0]), "}")
            done = match.end()
    return "".join((*pieces, escape_specials(text[done:])))


def _is_sentence(words: Sequence[str]) -> bool:
    long = [word for word in words if len(word) >= _LONG and word[0].isalpha()]
    return len(long) >= _FEWEST_WORDS and sum(word[0].isupper() for word in long) < _SENTENCE_CASE * len(long)


def _is_name(word: str) -> bool:
    return _INNER_CAPITAL.search(word) is not None or not _PROPER.isdisjoint(re.split(r"[-/'’]", word))


_FORMULA = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)+\$")
_BRACE_OR_FORMULA = re.compile(rf"\\.|[{{}}]|{_FORMULA.pattern}")


def with_protected_formulas(value: str) -> str:
    """A title as TeX in which each formula with capitals stands in braces: styles would make O(n) of it o(n)."""
    if "$" not in value:
        return value
    depth = 0

    def protected(match: re.Match[str]) -> str:
        nonlocal depth
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        outside = depth == 0 and match[0].startswith("$") and any(char.isupper() for char in match[0])
        return f"{{{match[0]}}}" if outside else match[0]

    return _BRACE_OR_FORMULA.sub(protected, value)
