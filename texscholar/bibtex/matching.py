"""When records of different sources mean one work: clues that bring them together, and facts that keep them apart.

Clues are texts; two records that have one in common may be the same work. Facts are what can speak against it.
Both are worked out from one record alone, so that millions can be compared by hash, a few at a time.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple
from zlib import crc32

from texscholar.bibtex.work import (
    GENERIC_TITLES,
    Work,
    acl_id,
    fold,
    form,
    is_placeholder_doi,
    is_preprint_doi,
)

FORMS = ("", "article", "part", "book", "thesis", "report", "preprint")
"""What ``form`` tells of a work."""

_UNNAMED, _ARTICLE, _PART, _BOOK, _PREPRINT = 0, 1, 2, 3, 6
_SHORTEST = 12
"""Characters of a folded title below which all authors and the year have to speak for it."""

_SHORTEST_PART = 16
"""Characters of a folded title or subtitle below which it does not stand for the whole."""

_SLIPPED = 1  # years between a paper's being online and in print
_FRONT_MATTER = ("sessiondetails", "aboutthisissu", "inthisissu")  # what differs between two of them is not told
_SHORTEST_NAME = 4  # characters of a part: "LIME"
_MOST_TOLD = 3  # authors who speak for a short title
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,40}>")
_SUBTITLE = re.compile(r"[:?!.\-\u2013]+\s+|\u2014\s*")
# What a venue says of itself, the first that it says: 1 for the first of these and so on.
_VENUES = (
    re.compile(r"\bextended abstracts?\b|\bcompanion\b|\badjunct\b|\bEA\b|\bsupplementa(?:ry|l)\b", re.IGNORECASE),
    re.compile(r"\bworkshops?\b(?! and conference)", re.IGNORECASE),
    re.compile(r"\b(?:proceedings|proc|conference|conf|symposium|annual meeting)\b", re.IGNORECASE),
    re.compile(
        r"\b(?:journal|j|trans|transactions|letters?|rec|record|bull|bulletin|surv|surveys|forum|magazine|newsletter)\b",
        re.IGNORECASE,
    ),
)
# Volumes of many conferences, which say nothing of the one: the paper's other record may name that.
_SERIES = re.compile(
    r"\blect(?:ure|\.)? notes|\bmachine learning research|\bworkshop and conference proceedings|\bproceedings? series"
    r"|\bcommunications in computer|\bleibniz|\bprocedia|\belectronic (?:notes|proceedings)|\bifip advances",
    re.IGNORECASE,
)
_CONTENT_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 4  # letters of a word that its abbreviations have in common: "Artif. Intell."
_LEAST_WORDS = 2  # that tell a venue
WORDS = 16
"""Bytes that have a bit for each word of a venue; with half as many, two venues of three words met by chance in every
eighth pair."""

_OF_ANY_VENUE = frozenset(
    """
    from with their into
    proc conf inte intl annu meet symp work jour tran lett maga revi adva join nati comp pape
    firs seco thir four fift sixt seve eigh nint tent elev twel twen fort
    """.split()  # noqa: SIM905 - words read best as text
)
"""Stems of words that stand in names of venues whatever they are about."""

_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))
_OF_ACM = "10.1145/"
_ACM_DOI = re.compile(r"10\.1145/\d+\.(\d+)$")
_BETWEEN_PARTS = re.compile(r"[\s\-\u2010-\u2015.]+")
# Letters that Unicode does not decompose, and Cyrillic as sources write it in Latin.
_IN_LATIN = """
ø=o æ=a œ=o ł=l đ=d ð=d þ=th ı=i ħ=h ŋ=n
а=a б=b в=v г=g д=d е=e ж=zh з=z и=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь=
э=e ю=yu я=ya є=e і=i ґ=g
"""
_LETTERS = MappingProxyType({ord(pair[0]): pair[2:] for pair in _IN_LATIN.split()})
# Of names only, where "ii" is no number: "Достоевский" is "Dostoevskii", "Dostoyevsky", "Dostoevskij".
_NAME_DIGRAPHS = (("ye", "e"), ("y", "i"), ("ij", "i"), ("ii", "i"))


class Facts(NamedTuple):
    """What may keep two records with a common clue apart, small enough to be kept for each of millions; 0 is untold.

    ``form`` is a place in ``FORMS``. ``part_of``: 1 for a volume beside the proceedings, as of extended abstracts, 2
    for a workshop, 3 for proceedings, 4 for a journal. ``venue`` has a bit for each word that tells it. The others are
    hashes: of the DOI unless it is that of a preprint, of the other identifiers, of the volume of a book, of the title
    before its subtitle, of the first and last author's names.
    """

    year: int
    form: int
    part_of: int
    is_placeholder: bool
    venue: bytes
    doi: int
    arxiv: int
    acl: int
    volume: int
    title: int
    first: int
    last: int

    @property
    def is_preprint(self) -> bool:
        """Whether it speaks of a preprint."""
        return self.form == _PREPRINT


def facts(work: Work) -> Facts:
    """What may speak against a record's being the same work as another."""
    kind = FORMS.index(form(work))
    doi = "" if is_preprint_doi(work.doi) else _work_of_doi(work.doi)
    volume = next((fold(value) for name, value in work.fields if name == "volume"), "") if kind == _BOOK else ""
    title = matchable(next(iter(_halves(work.title)), work.title))
    first, last = (_last_part(work.authors[at].family) if work.authors else "" for at in (0, -1))
    texts = doi, work.arxiv, acl_id(work), volume, title, first, last
    part_of, words = _told_by_venue(work.venue)
    return Facts(work.year or 0, kind, part_of, is_placeholder_doi(doi), words, *map(_hashed, texts))


@lru_cache(maxsize=16_384)  # venues recur
def _told_by_venue(venue: str) -> tuple[int, bytes]:
    """What a venue says that the work is part of, and the bits of its words."""
    return next((number for number, said in enumerate(_VENUES, start=1) if said.search(venue)), 0), _venue_words(venue)


def _venue_words(venue: str) -> bytes:
    """A bit for each word that tells a venue; none where there are too few, as where it is abbreviated.

    What follows a comma is mostly a place. Two venues of several words that share no bit have no word in common; the
    converse does not hold, since words share bits.
    """
    if _SERIES.search(venue):
        return bytes(WORDS)
    words = (word for word in _CONTENT_WORD.findall(venue.partition(",")[0]) if not word.isupper())
    stems = {_plainest(word)[:_STEM] for word in words} - _OF_ANY_VENUE
    if len(stems) < _LEAST_WORDS:
        return bytes(WORDS)
    return sum({1 << _hashed(stem) % (8 * WORDS) for stem in stems}).to_bytes(WORDS, "big")


def _hashed(text: str) -> int:
    """32 bits do: a fact is only compared where a clue of 64 agrees, and equal ones join nothing by themselves."""
    return crc32(text.encode("utf-8", "replace")) or 1 if text else 0


def joined(first: Facts, other: Facts) -> Facts:
    """The facts of a work of which both speak: a publication's before a preprint's, and all identifiers."""
    if first.is_preprint and not other.is_preprint:
        first, other = other, first
    believed = first if first.doi and not (first.is_placeholder and other.doi) else other
    return first._replace(
        year=first.year or other.year,
        doi=believed.doi,
        is_placeholder=believed.is_placeholder,
        arxiv=first.arxiv or other.arxiv,
        acl=first.acl or other.acl,
        volume=first.volume or other.volume,
    )


def identifiers(work: Work) -> tuple[str, ...]:
    """The identifiers of a work, each with its kind: DOI, arXiv id, ACL id."""
    acl = acl_id(work)
    found = (work.doi and f"doi:{_work_of_doi(work.doi)}", work.arxiv and f"arxiv:{work.arxiv}", acl and f"acl:{acl}")
    return tuple(filter(None, found))


def _work_of_doi(doi: str) -> str:
    """The DOI without the volume where it is the ACM's: the paper keeps its number where it is printed twice.

    So papers of SIGMOD stand in its proceedings as 10.1145/276304.276314 and in SIGMOD Record as 10.1145/276305.276314.
    """
    return _ACM_DOI.sub(r"10.1145/\1", doi) if doi.startswith(_OF_ACM) else doi


def title_clues(work: Work) -> list[tuple[str, bool]]:
    """Its title with its first and with its last author; title and subtitle alone with both and the year.

    With each whether it is but a part of the title: two that are both but a part do not suffice.
    The last author tells a work whose first one is written in another way, as Spanish and Indian names often are.
    What is short needs the first three authors.
    """
    title = matchable(work.title)
    if not title or not work.authors or title in _GENERIC or title.startswith(_FRONT_MATTER):
        return []
    first, last = _last_part(work.authors[0].family), _last_part(work.authors[-1].family)
    found = []
    if len(title) >= _SHORTEST:
        found.append((f"title:{title}:{first}", False))
        if last != first:
            found.append((f"title:{title}:{last}", False))
    if work.year:
        long = f"{first},{last}:{work.year}"
        found.append((f"part:{title}:{_short(work) if len(title) < _SHORTEST_PART else long}", False))
        found += [
            (f"part:{part}:{_short(work) if len(part) < _SHORTEST_PART else long}", True) for part in _parts(work.title)
        ]
    return found


def _short(work: Work) -> str:
    return f"{','.join(_last_part(author.family) for author in work.authors[:_MOST_TOLD])}:{work.year}"


@lru_cache(maxsize=64)  # what is asked of one record is asked at once
def matchable(text: str) -> str:
    """The form in which titles are compared: no markup, no accents, Latin letters, lower case, no spaces."""
    if "&" in text:
        text = html.unescape(html.unescape(text)).replace("&", " and ")
    if "<" in text:
        text = _TAG.sub("", text)
    return _plainest(text)


def _plainest(text: str) -> str:
    # What stands for an umlaut or a ring where a source knows none: "Mueller" is "Müller" and, to others, "Muller".
    return _in_latin(text).replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("aa", "a")


def _in_latin(text: str) -> str:
    if text.isascii():
        return fold(text)
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)))


_GENERIC = frozenset(map(_plainest, GENERIC_TITLES))


@lru_cache(maxsize=131_072)  # names recur
def _last_part(family: str) -> str:
    """The last part of a family name: the one that sources agree on."""
    parts = [part for part in _BETWEEN_PARTS.split(family) if part.lower() not in _SUFFIXES]
    name = _in_latin(parts[-1] if parts and len(parts[-1]) > 1 else family)
    for pair, letter in _NAME_DIGRAPHS:
        name = name.replace(pair, letter)
    return _plainest(name)


def _parts(title: str) -> tuple[str, ...]:
    """What stands before and after the sign that begins a subtitle, where each is a title by itself."""
    halves = map(matchable, _halves(title))
    return tuple(part for part in halves if len(part) >= _SHORTEST_NAME and part not in _GENERIC)


@lru_cache(maxsize=64)  # as above
def _halves(title: str) -> tuple[str, ...]:
    """What stands before the first sign that begins a subtitle, and what after it; nothing where there is none."""
    for found in _SUBTITLE.finditer(title):
        before = title[: found.start()]
        is_dash = found[0][0] in "-\u2013"
        if before[-1:].isspace() if is_dash else len(before) > 1 and before[-2:].isalnum():
            return before, title[found.end() :]
    return ()


def may_share_title(first: Facts, other: Facts) -> bool:
    """Whether records of one title and author can be one work: no identifier, form, year or volume says otherwise.

    A preprint is one work with what was published. A conference paper and its journal version are two, and so are a
    paper of a conference and one of its workshops or the companion of its proceedings.
    """
    for one, two in ((first.arxiv, other.arxiv), (first.acl, other.acl), (first.volume, other.volume)):
        if one and two and one != two:
            return False
    return not _are_other_dois(first, other) and _may_be_one_publication(first, other)


def may_share_identifier(first: Facts, other: Facts) -> bool:
    """Whether records with one identifier are one work: unless neither title nor author agrees, or the DOIs differ.

    Identifiers are pasted into wrong entries, and that of a volume stands in those of its parts.
    """
    if _are_other_dois(first, other):
        return False
    if not (first.title and other.title and first.first and other.first):
        return True
    return first.title == other.title or not {first.first, first.last}.isdisjoint((other.first, other.last))


def _are_other_dois(first: Facts, other: Facts) -> bool:
    """Whether both have a DOI and not the same; a placeholder tells nothing against one that is registered."""
    return bool(first.doi and other.doi) and first.doi != other.doi and first.is_placeholder == other.is_placeholder


def _may_be_one_publication(first: Facts, other: Facts) -> bool:
    """Whether form, year and volume agree."""
    if first.is_preprint or other.is_preprint:
        return True
    forms = {first.form, other.form} - {_UNNAMED}
    if len(forms) > 1 and forms != {_PART, _ARTICLE}:
        return False
    if first.part_of and other.part_of and first.part_of != other.part_of:
        return False
    if _share_no_word(first.venue, other.venue):
        return False
    apart = abs((first.year or other.year) - (other.year or first.year))
    return apart <= (_SLIPPED if forms == {_ARTICLE} else 0)


def _share_no_word(first: bytes, other: bytes) -> bool:
    """Whether two venues are told by words, and by none that both have."""
    return any(first) and any(other) and not int.from_bytes(first, "big") & int.from_bytes(other, "big")
