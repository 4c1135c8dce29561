"""New entries for a .bib file, in its own style, as one edit that only inserts; text is data, never TeX."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

from texscholar.bibtex.characters import TextEncoder, escape_specials, is_encodable
from texscholar.bibtex.dialects import known_kind, settled, venue_field
from texscholar.bibtex.entries import MONTHS, Bibliography, read_bibliography
from texscholar.bibtex.names import names
from texscholar.bibtex.tex import plain, verbatim
from texscholar.bibtex.titles import with_protected_formulas, with_protected_words
from texscholar.bibtex.work import Author, Work, normalise_arxiv
from texscholar.errors import InternalError
from texscholar.source import Edit, SourceText, Span, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from texscholar.bibtex.style import HouseStyle

_MAX_TEXT = 500  # characters of a value beyond which it is cut: no title is longer
_MAX_NAME = 200
_MAX_VERBATIM = 1_000
_FEWEST_SORTED = 5  # entries below which an order of keys may be chance

_KEY = re.compile(r"[^\s,{}()\"=#~\\%'@]+")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_NAME_FIELDS = frozenset({"author", "editor", "translator", "editora", "bookauthor"})
_TITLES = frozenset({"title", "subtitle", "booktitle"})
_VERBATIM_FIELDS = frozenset({"doi", "url", "eprint", "isbn", "issn", "archiveprefix", "eprinttype", "pmid", "pmcid"})
_OWN_NOTES = frozenset(  # of a reader or a program, not of the work; links to other entries of the same file
    """
    abstract file keywords annote annotation comment comments review timestamp owner groups ranking
    rating readstatus priority printed qualityassured creationdate modificationdate added biburl
    bibsource ee adsurl adsnote mendeley localfile pdf privnote note_to_self urldate citedby gsid
    crossref xdata ids related relatedtype entryset execute options sortkey presort label intype
    researchnotes bibdate username __markedentry
    """.split()  # noqa: SIM905 # a literal of one word a line would be a page long
)
# What may be copied from a raw value: TeX that only typesets. Everything else is read as text and escaped.
_ACCENT_ARGUMENT = r"(?:\{\s*(?:\\[ij]|[A-Za-z]{1,2})?\s*\}|\\[ij](?![A-Za-z])|[A-Za-z])"
_SAFE_LETTERS = (
    "ss|o|O|ae|AE|oe|OE|aa|AA|l|L|i|j|dh|DH|dj|DJ|th|TH|ng|NG|S|P|LaTeX|TeX|BibTeX|ldots|dots|slash|"
    "text(?:endash|emdash|quoteright|quoteleft|quotedblleft|quotedblright|quotesingle|asciitilde|asciicircum|backslash|"
    "less|greater|bar|underscore|registered|trademark|degree|ellipsis)"
)
_MATH = (
    "alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|chi|"
    "psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega|ell|infty|times|cdot|pm|leq?|geq?|neq?|sim|simeq|approx|"
    "to|rightarrow|leftarrow|partial|nabla|sqrt|log|ln|exp|min|max|math(?:cal|bb|bf|rm|it|sf|frak)|frac|prime|circ|star|ast|"
    "in|cup|cap|ldots|dots|cdots|sum|prod|int|hat|bar|tilde"
)
_MATH_ATOM = rf"(?:[A-Za-z0-9+\-*/=<>_().,:;|!'\[\] ]|\^(?!\^)|\\(?:{_MATH})(?![A-Za-z])|\\[,; ])"
_SAFE = re.compile(
    r"(?:"
    r"[^\\{}$%&#_^]"
    r"|[{}]"
    r"|\\[%&_#$ ,/\-]"
    rf"|\\[`'^~=.\"]\s*{_ACCENT_ARGUMENT}"
    rf"|\\[uHvdcbkrt](?:\s+|(?=[{{\\])){_ACCENT_ARGUMENT}"
    rf"|\\(?:{_SAFE_LETTERS})(?![A-Za-z])"
    r"|\\(?:emph|text(?:it|bf|sc|tt|rm|sf|superscript|subscript)|mbox)\s*(?=\{)"
    r"|(?<=\{)\\(?:em|it|bf|sc|sl|tt|rm|sf)(?![A-Za-z])"
    r"|\\url\{[A-Za-z0-9:/?.,=+;@()!*'&_\-]*\}"
    rf"|\$(?:{_MATH_ATOM}|\{{(?:{_MATH_ATOM}|\{{{_MATH_ATOM}*\}})*\}})+\$"
    r")*+"
)
_SAFE_VERBATIM = re.compile(r"[A-Za-z0-9:/?.,=+;@()\[\]<>!*'~&#_\-]+")
_SAFE_DOI = re.compile(r"10\.\d{4,9}/[A-Za-z0-9:/.,=+;()\[\]<>!*'_\-]+")

_MEETING = re.compile(r"\b(?:conference|conf\.|workshop|meeting|symposium|congress|colloquium)(?!\w)", re.IGNORECASE)
_PROCEEDINGS = re.compile(
    r"\b(?:proceedings|proc\.|neural information processing systems)(?!\w)|^findings of the ", re.IGNORECASE
)
_PERIODICAL = re.compile(
    r"(?:^(?:nature|science|plos|frontiers)|"
    r"\b(?:journal|j\.|transactions|trans\.|letters|lett\.|reviews?|rev\.|magazine|annals|bulletin|communications|"
    r"archives?|quarterly|proceedings of the (?:national|royal|ieee|vldb|acm on)))(?!\w)",
    re.IGNORECASE,
)
_KNOWN_CONFERENCE = re.compile(
    r"(?:(?:Findings of )?[A-Z][A-Za-z]{0,4}[A-Z][A-Za-z]?|Interspeech|[A-Z-]{3,12})(?:[ '’-]*\d{2,4})?"
)
_ACRONYM_PERIODICALS = frozenset(
    {"pnas", "jmlr", "tacl", "tmlr", "jair", "cacm", "tpami", "pami", "bmj", "jama", "ijcv", "elife"}
)
_OPEN_NAME = re.compile(r",\s*(?:and\s|$)")  # BibTeX refuses a name that ends in a comma
_TAKEN_APART = re.compile(r"[,()\[\]]|(?:^|\s)and(?:\s|$)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:,\s*|\s)((?:[JS]r|II|III|IV)\.?)$")
# Scripts whose names no style may turn round or cut.
_FAMILY_FIRST = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3々\\s・]+")
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|scp|tt|p|span|italic|bold)(?:\s[^<>]*)?>", re.IGNORECASE)
_DOTLESS = re.compile(r"(\\[`'^~=.\"])\s*(?:\{\\i\}|\\i(?![A-Za-z]) ?)")
_PLACE = re.compile(r"\s*\\url\s*\{([^{}]*)\}\s*\.?\s*")
_BETWEEN_NAMES = re.compile(r"\sand\s")
_OTHERS = re.compile(r"\sand\s+others$")
_ARXIV_VENUE = re.compile(r"\barxiv\b|^corr$", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\n|\r")
_JABREF = re.compile(r"@comment\s*\{\s*jabref-", re.IGNORECASE)


def render_entry(work: Work, key: str, style: HouseStyle, encoding: str) -> str:
    """A work as one entry in the file's style, without a line end behind it.

    Raises:
        InternalError: the key cannot stand in a .bib file.
    """
    if not _KEY.fullmatch(key):
        raise InternalError(f"the key {key!r} cannot be written")
    fields = _carried_fields(work, style) if work.fields else _own_fields(work)
    kind, fields = settled(written_kind(work), fields, biblatex=style.biblatex)
    text = TextEncoder(encoding, ascii_only=style.ascii_only)
    lines = [
        _line(name, value, style)
        for name, raw in _ordered(fields, style)
        if (value := _encoded(name, raw, text, style))
    ]
    if not lines:
        return f"@{style.kind_name(kind)}{{{key}}}"
    body = f",{style.newline}".join((f"@{style.kind_name(kind)}{{{key}", *lines))
    return body + "," * style.trailing_comma + style.closing.replace("\n", style.newline) + "}"


def add_entries(bibliography: Bibliography, style: HouseStyle, items: Sequence[tuple[str, Work]]) -> Edit:
    """One edit that inserts the works under the given keys: in their sorted place if they share it, else at the end.

    Raises:
        InternalError: a key is taken, or the file read again would not be the old one with the new keys.
    """
    edits = insert_entries(bibliography, style, items)
    return edits[0] if len(edits) == 1 else _proved(bibliography, _at_end(bibliography, style, items), items)


def insert_entries(
    bibliography: Bibliography, style: HouseStyle, items: Sequence[tuple[str, Work]]
) -> tuple[Edit, ...]:
    """Edits that insert the works under the given keys, proved first: whole lines, so that a diff only adds.

    A file whose keys are all in order gets each at its sorted place, any other behind its last entry, or above that
    where the file ends without a line end.

    Raises:
        InternalError: a key is taken, or the file read again would not be the old one with the new keys.
    """
    if not items:
        return ()
    if _is_sorted(bibliography) and not _is_open(bibliography):
        edits = _sorted_in(bibliography, style, items)
        if edits and _is_sound(bibliography, edits, items):
            return edits
    # Where the last line is open, to write behind it would change it.
    above = _before(bibliography, len(bibliography.entries) - 1, style, items) if _is_open(bibliography) else None
    if above and _is_sound(bibliography, (above,), items):
        return (above,)
    return (_proved(bibliography, _at_end(bibliography, style, items), items),)


def _is_open(bibliography: Bibliography) -> bool:
    """Whether a file ends in the middle of a line, and new entries would be its end."""
    text = bibliography.source.text
    return bool(bibliography.entries) and text[-1:] not in ("\n", "\r") and _place(bibliography) == len(text)


def _at_end(bibliography: Bibliography, style: HouseStyle, items: Sequence[tuple[str, Work]]) -> Edit:
    """The works as one insertion behind the last entry."""
    source = bibliography.source
    cut = _place(bibliography)
    if not items:
        return Edit(Span(cut, cut), "")
    between = style.newline * (style.blank_lines + 1)
    after = between if cut < len(source.text) else style.newline
    return Edit(Span(cut, cut), _separator(source.text[:cut], style) + _rendered(source, style, items) + after)


def _rendered(source: SourceText, style: HouseStyle, items: Sequence[tuple[str, Work]]) -> str:
    between = style.newline * (style.blank_lines + 1)
    return between.join(render_entry(work, key, style, source.encoding) for key, work in items)


def _is_sorted(bibliography: Bibliography) -> bool:
    """Whether a file of some length has all its keys in order, whatever their case."""
    keys = [key.casefold() for key in bibliography.keys]
    return len(keys) >= _FEWEST_SORTED and all(first <= second for first, second in pairwise(keys))


def _sorted_in(bibliography: Bibliography, style: HouseStyle, items: Sequence[tuple[str, Work]]) -> tuple[Edit, ...]:
    """An insertion for each place of a sorted file that works belong to, or nothing where one would cut a line."""
    keys = [key.casefold() for key in bibliography.keys]
    groups: dict[int, list[tuple[str, Work]]] = {}
    for item in sorted(items, key=lambda item: (item[0].casefold(), item[0])):
        groups.setdefault(bisect_right(keys, item[0].casefold()), []).append(item)
    edits: list[Edit] = []
    for number, group in groups.items():
        edit = (
            _before(bibliography, number, style, group) if number < len(keys) else _at_end(bibliography, style, group)
        )
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(edits)


def _before(
    bibliography: Bibliography, number: int, style: HouseStyle, items: Sequence[tuple[str, Work]]
) -> Edit | None:
    """Works as lines above an entry and the comments that lead it, or None where it shares its line with others."""
    source, text = bibliography.source, bibliography.source.text
    rim = bibliography.entries[number - 1].span.end if number else 0
    start = bibliography.entries[number].span.start
    cut = _line_start(text, rim, start)
    if cut is None or text[cut:start].strip():
        return None
    while number and (above := _line_start(text, rim, cut - (2 if text.endswith("\r\n", rim, cut) else 1))) is not None:
        if not text[above:cut].lstrip().startswith("%"):
            break
        cut = above
    before = _separator(text[:cut], style) if number else ""
    after = style.newline * (style.blank_lines + 1)
    return Edit(Span(cut, cut), before + _rendered(source, style, items) + after)


def _line_start(text: str, rim: int, offset: int) -> int | None:
    """Where the line of an offset starts, or None if that is before the rim."""
    found = max(text.rfind("\n", rim, offset), text.rfind("\r", rim, offset)) + 1
    return found if found or not rim else None


def _place(bibliography: Bibliography) -> int:
    """The end of the file, or the start of what stays last: JabRef's settings, entries without an end."""
    text = bibliography.source.text
    ends = [one.span.end for one in bibliography.entries[-1:]] + [one.span.end for one in bibliography.broken[-1:]]
    comments = (comment.start for comment in bibliography.comments if comment.start >= max(ends, default=0))
    cut = next((start for start in comments if _JABREF.match(text, start)), len(text))
    for last in reversed(bibliography.broken):
        if not last.unclosed or text[last.span.end : cut].strip():
            break
        cut = last.span.start  # BibTeX would read on into what follows it
    return cut


def _separator(head: str, style: HouseStyle) -> str:
    """The line ends that part a new entry from what stands before it."""
    if not head:
        return ""
    content = head.rstrip()
    ends = len(_LINE_END.findall(head[len(content) :]))
    if not content:
        return "" if ends else style.newline
    missing = style.blank_lines + 1 - ends
    open_line = _LINE_END.split(head[len(content) :])[-1]  # spaces before the place: they would indent the entry
    return style.newline * max(missing, 1 if open_line else 0)


def _proved(bibliography: Bibliography, edit: Edit, items: Sequence[tuple[str, Work]]) -> Edit:
    if items and not _is_sound(bibliography, (edit,), items):
        message = "the new entries would not be read back as written; nothing was changed"
        raise InternalError(message, path=bibliography.source.path)
    return edit


def _is_sound(bibliography: Bibliography, edits: Sequence[Edit], items: Sequence[tuple[str, Work]]) -> bool:
    """Whether the edited text, read again, holds the old blocks where they were and nothing new but the keys."""
    old = bibliography.source
    read = read_bibliography(SourceText(old.path, apply_edits(old.text, edits), old.encoding, old.bom))
    inserted = _inserted(edits)
    placed = [(entry.key, _old_span(entry.span, inserted)) for entry in read.entries]
    folded = [key.casefold() for key, _ in items]
    return (
        sorted(key for key, span in placed if span is None) == sorted(key for key, _ in items)
        and _are_free(folded, bibliography)
        and [one for one in placed if one[1] is not None] == [(entry.key, entry.span) for entry in bibliography.entries]
        and [_old_span(one.span, inserted) for one in read.broken] == [one.span for one in bibliography.broken]
        and [_old_span(span, inserted) for span in read.comments] == list(bibliography.comments)
        and read.strings == bibliography.strings
        and all(is_encodable(edit.text, old.encoding) for edit in edits)
    )


def _are_free(folded: Sequence[str], bibliography: Bibliography) -> bool:
    """Whether keys differ from one another and from those of a bibliography in more than case."""
    return len(set(folded)) == len(folded) and not {key.casefold() for key in bibliography.keys} & set(folded)


def _inserted(edits: Sequence[Edit]) -> list[Span]:
    """Where the inserted texts lie in the edited text."""
    spans: list[Span] = []
    shift = 0
    for edit in sorted(edits):
        start = edit.span.start + shift
        spans.append(Span(start, start + len(edit.text)))
        shift += len(edit.text)
    return spans


def _old_span(span: Span, inserted: Sequence[Span]) -> Span | None:
    """Where a span of the edited text lay before, or None for what is new."""
    first = bisect_right(inserted, span.start, key=lambda new: new.end)
    if first < len(inserted) and inserted[first].contains(span):
        return None
    last = bisect_right(inserted, span.end, lo=first, key=lambda new: new.end)
    grown = sum(len(new) for new in inserted[:first])
    return Span(span.start - grown, span.end - grown - sum(len(new) for new in inserted[first:last]))


def _line(name: str, value: str, style: HouseStyle) -> str:
    shown = style.field_name(name)
    left = f"{style.indent}{shown}"
    if style.equals_column:
        left += " " * max(style.equals_column - len(shown), 1) + "=" + style.after_equals
    elif style.value_column:
        left += style.before_equals + "="
        left = left.ljust(len(style.indent) + style.value_column)
    else:
        left += f"{style.before_equals}={style.after_equals}"
    return left + _delimited(name, value, style)


def _delimited(name: str, value: str, style: HouseStyle) -> str:
    if name == "month" and value[:3].lower() in MONTHS and value in MONTHS.values():
        return value[:3].lower()
    if style.bare_numbers and name == "year" and value.isascii() and value.isdigit():
        return value
    return f'"{value}"' if style.delimiter == '"' and '"' not in value else f"{{{value}}}"


def _encoded(name: str, value: str, text: TextEncoder, style: HouseStyle) -> str:
    """A value in characters that the file, and the program that reads it, can take."""
    if style.biblatex and "\\i" in value:
        value = _DOTLESS.sub(r"\1i", value)  # biber puts the accent on the dotless i, which LaTeX cannot set
    is_cut = not style.biblatex and (name in _NAME_FIELDS or name == "key")
    return text.encode_names(value) if is_cut else text.encode(value)


def written_kind(work: Work) -> str:
    """The entry type under which a work is written, in the words of either dialect; a venue tells it where need be."""
    return known_kind(work.kind, biblatex=True) or _kind_of_venue(work)


def _kind_of_venue(work: Work) -> str:
    """What kind of publication the words of the venue speak of."""
    venue = work.venue
    if not venue or _ARXIV_VENUE.search(venue):
        return "article" if work.doi and not work.arxiv and not venue else "misc"
    meets = _MEETING.search(venue) is not None and not venue.lower().startswith("journal")
    if (_PERIODICAL.search(venue) and not meets) or venue.lower() in _ACRONYM_PERIODICALS:
        return "article"
    if meets or _PROCEEDINGS.search(venue) or _KNOWN_CONFERENCE.fullmatch(venue):
        return "inproceedings"
    return "article" if work.doi else "misc"


def _own_fields(work: Work) -> dict[str, str]:
    """The fields of a work that came without any, as TeX, in the words of BibTeX."""
    kind = known_kind(written_kind(work), biblatex=False)
    people = typeset_names(Author(_unescaped(author.family), _unescaped(author.given)) for author in work.authors)
    fields = {"editor" if kind == "proceedings" else "author": people, "title": typeset_title(_unescaped(work.title))}
    if not (kind == "misc" and _ARXIV_VENUE.search(work.venue)):
        fields[venue_field(kind)] = escape(_unescaped(work.venue))
    if work.year and 1000 <= work.year <= 2999:  # noqa: PLR2004 # a year has four digits
        fields["year"] = str(work.year)
    return {name: value for name, value in {**fields, **_identifiers(work)}.items() if value}


def _unescaped(text: str) -> str:
    """A text that was made for a page, as it shows there."""
    if "<" not in text and ("&" not in text or ";" not in text):
        return text
    from html import unescape  # noqa: PLC0415 # few records hold any

    return unescape(_MARKUP.sub("", text))


def _ordered(fields: Mapping[str, str], style: HouseStyle) -> list[tuple[str, str]]:
    """Fields in the file's order; one that the file does not have stays behind the one it stands behind."""
    known = {name: number for number, name in enumerate(style.field_order)}
    ranked: list[tuple[int, tuple[str, str]]] = []
    for field in fields.items():
        ranked.append((known.get(field[0], ranked[-1][0] if ranked else -1), field))
    return [field for _, field in sorted(ranked, key=lambda one: one[0])]


def _identifiers(work: Work) -> dict[str, str]:
    """The fields of a work's DOI and arXiv id; one that is none is left out."""
    fields = {"doi": work.doi} if _SAFE_DOI.fullmatch(work.doi) else {}
    if work.arxiv and normalise_arxiv(work.arxiv) == work.arxiv:
        fields |= {"eprint": work.arxiv, "archiveprefix": "arXiv"}
    return fields


def _carried_fields(work: Work, style: HouseStyle) -> dict[str, str]:
    """The raw fields of the .bib that a work came from, those that say something of the work."""
    fields: dict[str, str] = {}
    for name, raw in work.fields:
        if name in _OWN_NOTES or not _FIELD_NAME.fullmatch(name) or name in fields:
            continue
        if (place := _PLACE.fullmatch(raw)) and not (style.url_command or style.biblatex):
            name, raw = "url", place[1]  # noqa: PLW2901 # the paper may load nothing that has \url
        if (value := _carried(name, raw, style)) and name not in fields:
            fields[name] = value
    own = _identifiers(work)
    if not any(work.doi in value.lower() for value in fields.values()):
        fields |= {name: own[name] for name in ("doi",) if name in own}
    if not any(work.arxiv in value for value in fields.values()):
        fields |= {name: value for name, value in own.items() if name != "doi"}
    return fields


def _carried(name: str, raw: str, style: HouseStyle) -> str:
    """A raw value as it may be written: copied where it only typesets, else read and escaped."""
    value = _clean(raw)
    if name in _VERBATIM_FIELDS:
        address = verbatim(value)
        return address if len(address) <= _MAX_VERBATIM and _SAFE_VERBATIM.fullmatch(address) else ""
    if name in _NAME_FIELDS:
        longest = max(map(len, _BETWEEN_NAMES.split(value)))
        if is_safe_tex(value) and not _OPEN_NAME.search(value) and longest <= _MAX_NAME:
            return value
        people = typeset_names(names(raw))
        return f"{people} and others" if people and _OTHERS.search(value) else people
    has_its_commands = style.url_command or style.biblatex or "\\url" not in value
    if len(value) <= _MAX_TEXT and has_its_commands and is_safe_tex(value):
        return with_protected_formulas(value) if name in _TITLES else value
    return typeset_title(plain(raw)) if name == "title" else escape(plain(raw))


def is_safe_tex(value: str) -> bool:
    """Whether a value holds only text, accents, emphasis and simple formulas, with balanced braces."""
    depth = 0
    for brace in re.findall(r"[{}]", value):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and _SAFE.fullmatch(value) is not None


def escape(text: str) -> str:
    """Plain text as TeX that typesets it, on one line and at most 500 characters of it."""
    return escape_specials(_cut(_clean(text)))


def typeset(text: str, encoding: str, *, ascii_only: bool) -> str:
    """Plain text as TeX for running prose: escaped, in characters that a file of this encoding holds."""
    return TextEncoder(encoding, ascii_only=ascii_only).encode(escape(text))


def typeset_title(title: str) -> str:
    """A title as TeX, with words that a style must not lower-case in braces."""
    text = _cut(_clean(title)).replace("{", "").replace("}", "")
    return with_protected_words(text) if any(char.islower() for char in text) else escape_specials(text)


def typeset_names(authors: Iterable[Author]) -> str:
    return " and ".join(person for author in authors if (person := _person(author)))


def _person(author: Author) -> str:
    """``Family, Given`` or ``Family, Jr., Given``; what BibTeX or natbib would take apart stands in braces."""
    family, given = (escape_specials(_clean(part)[:_MAX_NAME].strip()) for part in (author.family, author.given))
    if not given or _FAMILY_FIRST.fullmatch(family + given):
        family, given = " ".join(filter(None, (family, given))), ""
    if _TAKEN_APART.search(family) or (not given and " " in family):
        family = f"{{{family}}}"
    suffix = _SUFFIX.search(given) if family and given else None
    if suffix:
        family, given = f"{family}, {suffix[1]}", given[: suffix.start()]
    if _TAKEN_APART.search(given):
        given = f"{{{given}}}"
    return f"{family}, {given}" if family and given else family or given


def _clean(text: str) -> str:
    """Text on one line without characters that steer a terminal, a bidirectional display or an encoder."""
    kept = "".join(
        " " if char.isspace() else char for char in text if char.isspace() or unicodedata.category(char)[0] != "C"
    )
    return " ".join(kept.split())


def _cut(text: str) -> str:
    if len(text) <= _MAX_TEXT:
        return text
    return text[:_MAX_TEXT].rsplit(" ", 1)[0].rstrip()
