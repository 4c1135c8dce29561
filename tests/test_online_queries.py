"""What may leave the machine: the words of a query, identifiers, and the paths that they become."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from texscholar.library import STOP_WORDS, terms
from texscholar.library.online.queries import MOST_WORDS, Lookup, Search, identifier, words_in
from texscholar.library.online.sources import SOURCES, path_of
from texscholar.questions import query_words

TITLE = "Springs: Finding Water under Limestone Plateaus"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("We propose a new approach.", ()),
        ("It is 42.", ()),
        ("This paper presents our results in Section 3.", ()),
        ("Springs are found by Springs.", ()),
        ("河流的地图是旧的。", ()),
        ("강의 지도는 오래되었다.", ()),
        ("The norm of the gradient is clipped, as has been proposed for recurrent networks.", ("clipped", "norm", "recurrent")),
        ("Dropout keeps deep networks from overfitting their training data.", ("data", "deep", "dropout", "training")),
        ("Write to ann.ames@example.org, or see https://example.org/secret?a=b and www.example.org/maps.", ()),
        ("Maps of deep lakes, see https://example.org/secret/rivers, were drawn with ResNet-50.", ("deep", "maps", "resnet")),
    ],
)  # fmt: skip
def test_words_of_a_sentence(text: str, words: tuple[str, ...]) -> None:
    """The telling half of what a sentence is about, in small letters."""
    assert set(query_words(text, TITLE)) == set(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("maps of rivers", ("maps", "rivers")),
        ("graph neural networks for molecular property prediction", 5),
        ("new methods", ("methods", "new")),
        ("springs", ()),
        ("finding water under limestone plateaus", 2),
    ],
)
def test_words_of_a_topic(text: str, words: tuple[str, ...] | int) -> None:
    """What the author wrote as a topic is asked for as it is, but for the name and half of the paper's own title."""
    found = query_words(text, TITLE, is_topic=True)
    assert (len(found) if isinstance(words, int) else tuple(sorted(found))) == words


WORDS = st.lists(
    st.sampled_from(
        f"we the river lakes map Adam BERT GloVe graph networks of and 2017 3.5 stochastic optimization show café {TITLE} "
        f"Straße AND OR NOT all:x a|b \\cite{{x}} $x^2$ \u202e \u0130stanbul 河流".split()
    )
    | st.text(max_size=12),
    max_size=30,
)


@given(WORDS, st.booleans())
def test_what_never_leaves(words: list[str], is_topic: bool) -> None:
    """Never more than five bare words, all of the text; of a sentence at most half of what it is about."""
    text = " ".join(words)
    sent = query_words(text, TITLE, is_topic=is_topic)
    assert len(sent) <= MOST_WORDS
    assert len(set(sent)) == len(sent)
    assert set(sent) <= set(words_in(text))
    assert all(re.fullmatch(r"[^\W_]+", word) and word == word.lower() and not word.isdecimal() for word in sent)
    content = {term for word in words_in(text) for term in terms(word) if term not in STOP_WORDS}
    if not is_topic:
        assert len(sent) <= (len(content) + 1) // 2
    title = {term for word in words_in(TITLE) for term in terms(word)} - STOP_WORDS
    assert len({term for word in sent for term in terms(word)} & title) <= len(title) // 2
    assert not {"springs", "spring"} & set(sent)
    if sent:
        Search(sent)


@pytest.mark.parametrize("words", [(), ("a b",), ("A",), ("x",) * 6, ("a|b",), ("",), ("42",), ("w" * 41,), ("all:x",)])
def test_no_search(words: tuple[str, ...]) -> None:
    """Nothing but bare words can be searched for."""
    with pytest.raises(ValueError, match="no words to search for"):
        Search(words)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("vaswani2017attention", None),
        ("see 10.1000/xyz there", None),
        ("10.1000", None),
        ("10.1000/../../admin", None),
        ("10.1000/a b", None),
        ("smith-1706.03762", None),
        ("10.1000/XYZ.", Lookup(doi="10.1000/xyz")),
        ("doi:10.1000/xyz", Lookup(doi="10.1000/xyz")),
        ("https://doi.org/10.1000/xyz(1)", Lookup(doi="10.1000/xyz(1)")),
        ("10.48550/arXiv.1706.03762", Lookup(arxiv="1706.03762")),
        ("1706.03762", Lookup(arxiv="1706.03762")),
        ("arXiv:1706.03762v7", Lookup(arxiv="1706.03762")),
        ("https://arxiv.org/abs/1706.03762", Lookup(arxiv="1706.03762")),
        ("https://arxiv.org/pdf/1706.03762v2.pdf", Lookup(arxiv="1706.03762")),
        ("hep-th/9901001", Lookup(arxiv="hep-th/9901001")),
        ("DBLP:journals/corr/abs-1706-03762", Lookup(arxiv="1706.03762")),
        ("P18-1001", Lookup(doi="10.18653/v1/p18-1001")),
        ("2020.acl-main.447", Lookup(doi="10.18653/v1/2020.acl-main.447")),
        ("https://aclanthology.org/2020.acl-main.447/", Lookup(doi="10.18653/v1/2020.acl-main.447")),
    ],
)
def test_identifier(text: str, found: Lookup | None) -> None:
    """A text that is nothing but an identifier is looked up; one that holds one is not."""
    assert identifier(text) == found


SEARCH = Search(("adam", "stochastic", "optimization", "training", "norm"))
PATHS = {
    "openalex": ("/works", "search", "adam OR stochastic OR optimization OR training OR norm"),
    "crossref": ("/works", "query.bibliographic", "adam stochastic optimization training norm"),
    "semantic-scholar": ("/graph/v1/paper/search", "query", "adam stochastic optimization"),
    "arxiv": (
        "/api/query",
        "search_query",
        "all:adam OR all:stochastic OR all:optimization OR all:training OR all:norm",
    ),
    "dblp": ("/search/publ/api", "q", "adam|stochastic optimization|training|norm"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_path_of_a_search(name: str) -> None:
    """The path is the documented one, and of the paper only words stand in it."""
    path, field, text = PATHS[name]
    parts = urlsplit(path_of(SOURCES[name], SEARCH))
    assert (parts.path, parse_qs(parts.query)[field]) == (path, [text])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("openalex", "kingma adam"), ("crossref", "kingma adam"), ("semantic-scholar", "kingma adam"),
        ("arxiv", "all:kingma AND all:adam"), ("dblp", "kingma adam"),
    ],
)  # fmt: skip
def test_every_word(name: str, text: str) -> None:
    """Where every word has to be met, as of a key, the source is told so in its own way."""
    path = path_of(SOURCES[name], Search(("kingma", "adam"), every=True))
    assert parse_qs(urlsplit(path).query)[PATHS[name][1]] == [text]


@pytest.mark.parametrize(
    ("name", "query", "path"),
    [
        ("crossref", Lookup(doi="10.1000/a#b?c"), "/works/10.1000/a#b?c"),
        ("openalex", Lookup(doi="10.1000/a"), "/works/doi:10.1000/a"),
        ("openalex", Lookup(arxiv="1706.03762"), "/works/doi:10.48550/arxiv.1706.03762"),
        ("semantic-scholar", Lookup(doi="10.1000/a"), "/graph/v1/paper/DOI:10.1000/a"),
        ("semantic-scholar", Lookup(arxiv="1706.03762"), "/graph/v1/paper/ARXIV:1706.03762"),
    ],
)
def test_path_of_a_look_up(name: str, query: Lookup, path: str) -> None:
    """An identifier is one part of the path, whatever stands in it; the key is not sent."""
    written = path_of(SOURCES[name], Lookup(query.doi, query.arxiv, "secretkey"))
    assert unquote(urlsplit(written).path) == path
    assert "secretkey" not in written


@given(st.text(min_size=1, max_size=40))
def test_hostile_identifiers(text: str) -> None:
    """No identifier begins another part of a request."""
    for name in SOURCES:
        found = identifier(f"10.1000/{text}")
        if found and (path := path_of(SOURCES[name], found)):
            assert re.fullmatch(r"[A-Za-z0-9/:._~%+-]+(\?[A-Za-z0-9_=&%.+*-]+)?", path)
            assert "/../" not in path
            assert "/./" not in path
