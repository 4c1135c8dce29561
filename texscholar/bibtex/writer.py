"""New entries for a .bib file, in its own style, as one edit that only inserts; text is data, never TeX."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from texscholar.bibtex.entries import MONTHS, Bibliography, read_bibliography
from texscholar.bibtex.names import names
from texscholar.bibtex.tex import plain, verbatim
from texscholar.bibtex.work import Author, Work, normalise_arxiv
from texscholar.errors import InternalError
from texscholar.source import Edit, SourceText, Span, apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texscholar.bibtex.style import HouseStyle

_MAX_TEXT = 500  # characters of a value beyond which it is cut: no title is longer
_MAX_NAME = 200
_MAX_VERBATIM = 1_000
_FEWEST_SORTED = 5  # entries below which an order of keys may be chance

_KEY = re.compile(r"[^\s,{}()\"=#~\\%'@]+")
_KIND = re.compile(r"[a-z]{3,30}")
_NO_KINDS = frozenset({"comment", "string", "preamble"})
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")
_NAME_FIELDS = frozenset({"author", "editor", "translator", "editora", "bookauthor"})
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
_TO_BIBTEX = MappingProxyType(
    {
        "journaltitle": "journal",
        "location": "address",
        "eprinttype": "archiveprefix",
        "eprintclass": "primaryclass",
    }
)
_TO_BIBLATEX = MappingProxyType({old: new for new, old in _TO_BIBTEX.items()})
_KINDS_TO_BIBTEX = MappingProxyType(
    {
        "online": "misc",
        "electronic": "misc",
        "www": "misc",
        "software": "misc",
        "dataset": "misc",
        "report": "techreport",
        "thesis": "phdthesis",
        "collection": "book",
        "mvbook": "book",
        "mvproceedings": "proceedings",
        "conference": "inproceedings",
    }
)
_SPECIAL = MappingProxyType(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "{": "",
        "}": "",
        **{char: "\\" + char for char in "%&_#$"},
    }
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

_WORD = re.compile(r"[^\W_](?:[\w'’/+.&-]*[^\W_])?\+*")
_INNER_CAPITAL = re.compile(r"[A-Z][^-/]*[A-Z]|[a-z0-9][A-Z]|[A-Z]\d|^[A-Z]-|\d-[A-Z]|-[A-Z]$")
_MEETING = re.compile(r"\b(?:conference|conf\.|workshop|meeting|symposium|congress|colloquium)(?!\w)", re.IGNORECASE)
_PROCEEDINGS = re.compile(r"\b(?:proceedings|proc\.|neural information processing systems)(?!\w)", re.IGNORECASE)
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
    kind = _kind(work, style)
    fields = _ordered(_carried_fields(work, style) if work.fields else _own_fields(work, kind, style), style)
    text = _TextEncoder(encoding, ascii_only=style.ascii_only)
    lines = [_line(name, encoded, style) for name, value in fields if (encoded := text.encode(value))]
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
        and all(_is_encodable(edit.text, old.encoding) for edit in edits)
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


def _kind(work: Work, style: HouseStyle) -> str:
    kind = work.kind if _KIND.fullmatch(work.kind) and work.kind not in _NO_KINDS else ""
    if kind:
        return kind if style.biblatex else _KINDS_TO_BIBTEX.get(kind, kind)
    return _kind_of_venue(work)


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


def _own_fields(work: Work, kind: str, style: HouseStyle) -> list[tuple[str, str]]:
    """The fields of a work that came without any, as TeX."""
    fields = [("author", typeset_names(work.authors)), ("title", typeset_title(work.title))]
    if work.venue and not (kind == "misc" and _ARXIV_VENUE.search(work.venue)):
        fields.append((_venue_field(kind, style), escape(work.venue)))
    if work.year and 1000 <= work.year <= 2999:  # noqa: PLR2004 # a year has four digits
        fields.append(("date" if style.biblatex else "year", str(work.year)))
    return [*fields, *_identifiers(work, style)]


def _ordered(fields: list[tuple[str, str]], style: HouseStyle) -> list[tuple[str, str]]:
    """Fields in the file's order; one that the file does not have stays behind the one it stands behind."""
    known = {name: number for number, name in enumerate(style.field_order)}
    ranked: list[tuple[int, tuple[str, str]]] = []
    for field in fields:
        ranked.append((known.get(field[0], ranked[-1][0] if ranked else -1), field))
    return [field for _, field in sorted(ranked, key=lambda one: one[0])]


def _identifiers(work: Work, style: HouseStyle) -> list[tuple[str, str]]:
    """The fields of a work's DOI and arXiv id; one that is none is left out."""
    fields = [("doi", work.doi)] if _SAFE_DOI.fullmatch(work.doi) else []
    if work.arxiv and normalise_arxiv(work.arxiv) == work.arxiv:
        fields += [("eprint", work.arxiv), ("eprinttype" if style.biblatex else "archiveprefix", "arXiv")]
    return fields


def _venue_field(kind: str, style: HouseStyle) -> str:
    if kind == "article":
        return "journaltitle" if style.biblatex else "journal"
    by_kind = {
        "phdthesis": "school",
        "mastersthesis": "school",
        "techreport": "institution",
        "misc": "howpublished",
    }
    if kind in {"inproceedings", "incollection", "inbook", "conference"}:
        return "booktitle"
    return by_kind.get(kind, "publisher")


def _carried_fields(work: Work, style: HouseStyle) -> list[tuple[str, str]]:
    """The raw fields of the .bib that a work came from, in the words of this file's dialect."""
    fields: dict[str, str] = {}
    for raw_name, raw in work.fields:
        name = (_TO_BIBLATEX if style.biblatex else _TO_BIBTEX).get(raw_name, raw_name)
        if name == "date" and not style.biblatex:
            name, raw = "year", str(work.year or "")  # noqa: PLW2901 # a date is no field of BibTeX
        if name in _OWN_NOTES or not _FIELD_NAME.fullmatch(name) or name in fields:
            continue
        if value := _carried(name, raw):
            fields[name] = value
    own = dict(_identifiers(work, style))
    if not any(work.doi in value.lower() for value in fields.values()):
        fields |= {name: own[name] for name in ("doi",) if name in own}
    if not any(work.arxiv in value for value in fields.values()):
        fields |= {name: value for name, value in own.items() if name != "doi"}
    return list(fields.items())


def _carried(name: str, raw: str) -> str:
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
    if len(value) <= _MAX_TEXT and is_safe_tex(value):
        return value
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
    return _escaped(_cut(_clean(text)))


def typeset(text: str, encoding: str, *, ascii_only: bool) -> str:
    """Plain text as TeX for running prose: escaped, in characters that a file of this encoding holds."""
    return _TextEncoder(encoding, ascii_only=ascii_only).encode(escape(text))


def typeset_title(title: str) -> str:
    """A title as TeX, with words that a style must not lower-case in braces."""
    text = _cut(_clean(title)).replace("{", "").replace("}", "")
    if not any(char.islower() for char in text):
        return escape(text)
    pieces: list[str] = []
    done = 0
    for match in _WORD.finditer(text):
        if _INNER_CAPITAL.search(match[0]):
            pieces += (_escaped(text[done : match.start()]), "{", _escaped(match[0]), "}")
            done = match.end()
    return "".join((*pieces, _escaped(text[done:])))


def _escaped(text: str) -> str:
    """Each character that TeX reads as a command, written as a command that typesets it."""
    return "".join(_SPECIAL.get(char, char) for char in text)


def typeset_names(authors: Iterable[Author]) -> str:
    return " and ".join(person for author in authors if (person := _person(author)))


def _person(author: Author) -> str:
    """``Family, Given``; what BibTeX would take apart stands in braces."""
    family, given = (_escaped(_clean(part)[:_MAX_NAME].strip()) for part in (author.family, author.given))
    if re.search(r",|(?:^|\s)and(?:\s|$)", family, re.IGNORECASE) or (not given and " " in family):
        family = f"{{{family}}}"
    if re.search(r",|(?:^|\s)and(?:\s|$)", given, re.IGNORECASE):
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


class _TextEncoder:
    """Writes what an encoding lacks, or what a file keeps out, as LaTeX."""

    def __init__(self, encoding: str, *, ascii_only: bool) -> None:
        self.encoding, self.ascii_only = encoding, ascii_only

    def encode(self, text: str) -> str:
        if text.isascii():
            return text
        composed = unicodedata.normalize("NFC", text)
        return "".join(char if self._may_stand(char) else self._as_latex(char) for char in composed)

    def _may_stand(self, char: str) -> bool:
        return char.isascii() or (not self.ascii_only and _is_encodable(char, self.encoding))

    def _as_latex(self, char: str) -> str:
        latex = str(_latex_encoder().unicode_to_latex(char))
        if latex.isascii() and latex.count("{") == latex.count("}"):
            return latex
        if _is_encodable(char, self.encoding):
            return char  # a script that LaTeX has no commands for
        folded = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
        return _escaped(folded) or ("" if unicodedata.combining(char) else "?")


def _is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=1)
def _latex_encoder() -> Any:  # noqa: ANN401 # pylatexenc ships no types
    from pylatexenc.latexencode import UnicodeToLatexEncoder  # noqa: PLC0415 # only characters outside ASCII pay for it

    return UnicodeToLatexEncoder(
        non_ascii_only=True,
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )
