"""The prose of a source: a mask of its code in which only words and punctuation stand at their own offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from texscholar.latex.citations import NO_WRAPPERS, citation_end, is_cite_command
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from texscholar.latex.scan import Scan

FILL = "\x01"  # stands for a character of mathematics or of a command inside a sentence
BREAK = "\x02"  # no sentence runs across it
STOP = "\x03"  # stands for the last character of a displayed formula that ends its sentence

_TOKEN = re.compile(
    r"""
    \\(?P<edge>begin|end)\s*\{(?P<environment>[A-Za-z@]+\*?)\}
  | \\(?P<command>[A-Za-z@]+\*?)
  | \\(?P<symbol>[^\r\n])?
  | (?P<dollar>\$\$?)
  | (?P<paragraph>(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)\s*)
  | (?P<mark>[{}~&])
    """,
    re.VERBOSE | re.DOTALL,
)
_HEADING = re.compile(r"(part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?$")
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")
_MATH = frozenset(
    """
    equation align gather multline eqnarray displaymath math flalign alignat split dmath empheq IEEEeqnarray
    """.split()  # noqa: SIM905 - words read best as text
)
# environments without sentences of the author's own
_NOT_PROSE = frozenset(
    """
    tabular tabularx tabulary longtable array tikzpicture pgfpicture picture algorithm algorithmic algorithm2e
    algorithmicx tabu supertabular xltabular tblr tikzcd circuitikz pspicture thebibliography filecontents forest
    prooftree verse CCSXML keywords IEEEkeywords
    """.split()  # noqa: SIM905 - words read best as text
)
# commands whose arguments are not read as words of the sentence
_OPAQUE = frozenset(
    """
    label ref eqref pageref autoref cref Cref vref nameref subref includegraphics input include bibliography
    bibliographystyle addbibresource vspace hspace vskip hskip usepackage documentclass newcommand renewcommand
    providecommand def newenvironment setlength addtolength setcounter addtocounter index gls Gls glspl ac acs acl
    color definecolor si SI num qty unit ensuremath todo thanks hypersetup pagestyle thispagestyle graphicspath
    title author date affil affiliation institute email address keywords markboth hyphenation newtheorem fontsize
    rule raisebox phantom hphantom vphantom tikz pgfplotsset subimport import subfile printbibliography newacronym
    DeclareMathOperator titlerunning Sexpr nolinkurl newglossaryentry authorrunning icmltitle acknowledgments orcid
    tag operatorname mathrm mathbf mathcal mathbb addcontentsline captionsetup url path footnotemark bibitem
    """.split()  # noqa: SIM905 - words read best as text
)
_FIRST_OPAQUE = frozenset(
    [
        "textcolor",
        "colorbox",
        "href",
        "multicolumn",
        "parbox",
        "scalebox",
        "resizebox",
        "rotatebox",
        "hyperref",
        "foreignlanguage",
    ]
)
_NOTE = frozenset(("footnote", "footnotetext", "marginpar", "sidenote", "endnote"))
# nothing of the sentence stands here: a sentence begins after them
_SILENT = frozenset(
    """
    iffalse label vspace hspace vskip hskip noindent indent centering par newpage clearpage pagebreak linebreak
    smallskip medskip bigskip maketitle tableofcontents appendix small large footnotesize normalsize setlength input
    include bibliography bibliographystyle printbibliography newcommand renewcommand setcounter index pagestyle
    vfill hfill raggedright protect selectfont frontmatter mainmatter backmatter addcontentsline includegraphics
    """.split()  # noqa: SIM905 - words read best as text
)
_ENDS_PARAGRAPH = frozenset(
    [
        "par",
        "newpage",
        "clearpage",
        "pagebreak",
        "maketitle",
        "item",
        "appendix",
        "input",
        "include",
        "bibliography",
        "tableofcontents",
    ]
)
_EDGE = re.compile(r"\\(?P<edge>begin|end)\s*\{(?P<name>[A-Za-z@]+\*?)\}")
_BARE_FILE = re.compile(r"[ \t]*[^\s{}\\%]+")
_IN_TITLE = re.compile(
    r"\\(?:label|index|footnote|[A-Za-z@]*cite[A-Za-z@]*\*?)\s*(?:\[[^\]]{0,400}\])?\{[^{}]*\}|\\[A-Za-z@]+\*?|[{}$~]"
)
_TO_DOLLAR = re.compile(r"(?:[^\\$]++|\\.)*+", re.DOTALL)
_KINDS = {
    "abstract": "abstract",
    **dict.fromkeys(
        ("acknowledgements", "acknowledgments", "acknowledgement", "acknowledgment", "acks"), "acknowledgements"
    ),
}
_LINE_END = re.compile(r"[\r\n]")
_CAPITALISED = re.compile(r"\s*([A-Z][a-z]*)(?![^\W_])")
_FORMULA_TAIL = 200  # characters at the end of a formula in which its full stop stands
_STOPS = re.compile(
    r"\.\s*(?:\}|\\(?:label|tag)\s*\{[^{}]*\}|\\(?:nonumber|notag|qedhere)(?![A-Za-z])|\\end\s*\{[A-Za-z]+\*?\}|\\\\|\s)*"
    r"(?:\\end\s*\{[A-Za-z]+\*?\}|\\\]|\$\$)\Z"
)
OPENS_SENTENCE = frozenset(
    """
    the a an this that these those we our in on it its they their to for however moreover here there such as while when
    if although since first second finally both each all some most many one two by with from after before using note
    thus hence therefore then furthermore additionally unlike similarly given let where recently their another
    beim dabei daher das dazu der die dies diese dieser dieses ein eine es hier im nach somit wir
    ces cette dans esta este estos nous para pour uma
    """.split()  # noqa: SIM905 - words read best as text
)
_INLINE_END = {"(": "\\)", "[": "\\]"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A sectioning command: its level (0 is a part, 2 a section), its words, its place."""

    level: int
    title: str
    span: Span


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of prose of a kind of its own: ``abstract``, ``caption`` or ``acknowledgements``."""

    kind: str
    span: Span


@dataclass(frozen=True)
class Prose:
    """The mask of a scan's body.

    ``mask[i]`` belongs to ``source.text[base + i]``: a character of a word, a space, ``FILL``, ``STOP`` or ``BREAK``.
    """

    mask: str
    base: int
    headings: tuple[Heading, ...]
    regions: tuple[Region, ...]

    def kind_at(self, offset: int) -> str:
        """The kind of the innermost region around an offset, ``prose`` outside of all."""
        starts, kinds = self._kinds
        number = bisect_right(starts, offset) - 1
        return kinds[number] if number >= 0 else "prose"

    @cached_property
    def _kinds(self) -> tuple[list[int], list[str]]:
        """Offsets at which the kind changes, and the kind from there on."""
        edges = sorted((edge, -len(region.span), region) for region in self.regions for edge in _edges(region))
        starts, kinds = [], []
        around: list[Region] = []
        for edge, _, region in edges:
            while around and around[-1].span.end <= edge:
                around.pop()
            if region.span.start <= edge < region.span.end:
                around.append(region)
            starts.append(edge)
            kinds.append(around[-1].kind if around else "prose")
        return starts, kinds

    def section_path(self, offset: int) -> tuple[str, ...]:
        """The titles of the headings an offset stands under, outermost first."""
        starts, paths = self._paths
        number = bisect_right(starts, offset) - 1
        return paths[number] if number >= 0 else ()

    @cached_property
    def _paths(self) -> tuple[list[int], list[tuple[str, ...]]]:
        """Where each heading begins, and the titles that hold from there on."""
        path: list[Heading] = []
        paths = []
        for heading in self.headings:
            path = [*(above for above in path if above.level < heading.level), heading]
            paths.append(tuple(each.title for each in path))
        return [heading.span.start for heading in self.headings], paths


def _edges(region: Region) -> tuple[int, int]:
    return region.span.start, region.span.end


def words_of(mask: str) -> str:
    """A stretch of mask as plain text: fillers gone, white space folded."""
    return " ".join(mask.replace(FILL, "").replace(STOP, "").replace(BREAK, " ").split())


class _Masker:
    """Walks over the code once, left to right, writing the mask beside it."""

    def __init__(self, scan: Scan, wrappers: Mapping[str, int]) -> None:
        self.scan, self.code, self.wrappers = scan, scan.code, wrappers
        self.pieces: list[str] = []
        self.done = scan.body.start
        self.headings: list[Heading] = []
        self.regions: list[Region] = []
        self.open_regions: list[tuple[str, int]] = []
        self.caption_ends: set[int] = set()
        self.defined = {definition.span.start: definition.span.end for definition in scan.definitions}
        self.environments = _environments(scan)
        self.next_closing: dict[str, Span] = {}

    def run(self) -> Prose:
        body = self.scan.body
        at = body.start
        while match := _TOKEN.search(self.code, at, body.end):
            self._token(match)
            at = max(self.done, match.end())
        self.pieces.append(self.code[self.done : body.end])
        self.regions += (Region(kind, Span(start, body.end)) for kind, start in self.open_regions)
        mask = _with_verbatim("".join(self.pieces), body.start, self.scan.verbatim)
        return Prose(mask, body.start, tuple(self.headings), tuple(self.regions))

    def _write(self, start: int, end: int, char: str) -> None:
        """The code up to ``start`` as it is, then ``char`` for each character up to ``end``."""
        end = min(end, self.scan.body.end)
        self.pieces += (self.code[self.done : start], char * (end - start))
        self.done = max(end, self.done)

    def _token(self, match: re.Match[str]) -> None:
        start, end = match.span()
        if match["paragraph"]:
            self._write(start, end, BREAK if self.scan.is_paragraph_end(start, end) else " ")
        elif start in self.defined:
            self._write(start, self.defined[start], " ")
        elif match["command"]:
            self._command(match["command"], start, end)
        elif match["environment"]:
            self._environment(match["environment"], start, end, begins=match["edge"] == "begin")
        elif match["dollar"]:
            close = self._math_end(match["dollar"], end)
            self._formula(start, close if close > 0 else end, displayed=match["dollar"] == "$$")
        elif match["symbol"]:
            self._symbol(match["symbol"], start, end)
        elif start in self.caption_ends:
            self._write(start, end, BREAK)
        elif match[0] == "\\":
            self._write(start, end, " ")
        else:
            self._write(start, end, {"~": " ", "&": BREAK}.get(match["mark"], FILL))

    def _formula(self, start: int, end: int, *, displayed: bool) -> None:
        """Mathematics; what is displayed ends the sentence with a full stop of its own, or before one that opens."""
        self._write(start, end, FILL)
        following = _CAPITALISED.match(self.code, end) if displayed else None
        stops = following is not None and following[1].lower() in OPENS_SENTENCE
        if displayed and (stops or _STOPS.search(self.code, max(start, end - _FORMULA_TAIL), end)):
            self.pieces[-1] = self.pieces[-1][:-1] + STOP

    def _symbol(self, symbol: str, start: int, end: int) -> None:
        if symbol in _INLINE_END:
            close = self._closing(_INLINE_END[symbol], end)
            self._formula(start, close if close > 0 else end, displayed=symbol == "[")
        elif symbol in " \t\\":
            self._write(start, end, " ")
        else:
            self._write(start, end, FILL)

    def _math_end(self, mark: str, at: int) -> int:
        """The offset after the closing dollars within the paragraph, or -1."""
        stop = min(self.scan.paragraph_end(at), self.scan.body.end)
        while (match := _TO_DOLLAR.match(self.code, at, stop)) and match.end() < stop:
            if self.code.startswith(mark, match.end(), stop):
                return match.end() + len(mark)
            if mark == "$$" and self.code.startswith("$", match.end()):
                return -1
            at = match.end() + 1
        return -1

    def _closing(self, closing: str, at: int) -> int:
        """The offset after the next closing command within the paragraph, or -1."""
        last = self.next_closing.get(closing)
        if last is None or not last.start <= at <= last.end:
            found = self.code.find(closing, at, self.scan.body.end)
            while found > 0 and self.scan.is_escaped(found):
                found = self.code.find(closing, found + 1, self.scan.body.end)
            last = self.next_closing[closing] = Span(at, found if found >= 0 else len(self.code))
        return last.end + 2 if last.end < min(self.scan.paragraph_end(at), self.scan.body.end) else -1

    def _environment(self, name: str, start: int, end: int, *, begins: bool) -> None:
        plain = name.rstrip("*")
        if begins and (plain in _MATH or plain in _NOT_PROSE):
            close = self.environments.get(start, end)
            if plain in _MATH:
                self._formula(start, close, displayed=plain != "math")
            else:
                self._write(start, close, BREAK)
            return
        if begins:
            if plain in _KINDS:
                self.open_regions.append((_KINDS[plain], end))
            for _, argument in self.scan.arguments(end):
                if _LINE_END.search(self.code, end, argument.start):
                    break
                end = argument.end + 1
        elif self.open_regions and plain in _KINDS:
            kind, opened = self.open_regions.pop()
            self.regions.append(Region(kind, Span(opened, start)))
        self._write(start, end, BREAK)

    def _command(self, command: str, start: int, end: int) -> None:
        name = command.rstrip("*")
        if _HEADING.match(command):
            self._heading(name, start, end)
        elif name in ("caption", "captionof", "subcaption"):
            self._caption(name, start, end)
        elif is_cite_command(name) or name in self.wrappers:
            self._write(start, citation_end(self.scan, command, end, self.wrappers.get(name, 1)), FILL)
        elif name in _NOTE or name in _OPAQUE or ("cite" in name.lower() and name != "citetext"):
            after = self._after_arguments(end)
            bare = _BARE_FILE.match(self.code, end, self.scan.body.end) if name == "input" and after == end else None
            self._write(start, bare.end() if bare else after, _stand_in(name))
        elif name in _FIRST_OPAQUE:
            self._write(start, self._after_arguments(end, groups=1), FILL)
        elif name == "item":
            self._write(start, self._after_arguments(end, groups=0), BREAK)
        else:
            self._write(start, self._after_arguments(end, groups=0), _stand_in(name))

    def _after_arguments(self, at: int, groups: int = 9) -> int:
        r"""The offset after the optional arguments and at most so many groups.

        Only the first may stand apart from the command: "\item text [see below]", "\ref{a} {\bf text}".
        """
        first = groups > 0
        for opener, inner in self.scan.arguments(at):
            if opener == "{" and groups == 0:
                break
            if not first and self.code[at : at + 1] != opener:
                break
            first = first and opener == "["
            groups -= opener == "{"
            at = inner.end + 1
        return at

    def _heading(self, name: str, start: int, end: int) -> None:
        title = next((inner for opener, inner in self.scan.arguments(end) if opener == "{"), None)
        if title is None:
            self._write(start, end, FILL)
            return
        words = _IN_TITLE.sub(" ", self.code[title.start : title.end]).replace("\\", "")
        self.headings.append(Heading(_LEVELS.index(name), " ".join(words.split()), Span(start, title.end + 1)))
        self._write(start, title.end + 1, BREAK)

    def _caption(self, name: str, start: int, end: int) -> None:
        groups = (inner for opener, inner in self.scan.arguments(end) if opener == "{")
        if name == "captionof":
            next(groups, None)
        inner = next(groups, None)
        if inner is None:
            self._write(start, end, BREAK)
            return
        self.regions.append(Region("caption", inner))
        self.caption_ends.add(inner.end)
        self._write(start, inner.start, BREAK)


def _stand_in(command: str) -> str:
    """What stands in the mask for a command."""
    return BREAK if command in _ENDS_PARAGRAPH else " " if command in _SILENT else FILL


def _environments(scan: Scan) -> dict[int, int]:
    r"""Offset of each ``\begin`` to the offset after its ``\end``; environments without one are missing."""
    partners: dict[int, int] = {}
    begun: dict[str, list[int]] = {}
    for match in _EDGE.finditer(scan.code, scan.body.start, scan.body.end):
        waiting = begun.setdefault(match["name"], [])
        if match["edge"] == "begin":
            waiting.append(match.start())
        elif waiting:
            partners[waiting.pop()] = match.end()
    return partners


def _with_verbatim(mask: str, base: int, verbatim: Sequence[Span]) -> str:
    """The mask with verbatim text as a filler in the line, as a break where it has lines of its own."""
    pieces: list[str] = []
    done = 0
    for span in verbatim:
        start, end = span.start - base, span.end - base
        if start < done or end > len(mask):
            continue
        filler = BREAK if _LINE_END.search(mask, start, end) else FILL
        pieces += (mask[done:start], filler * (end - start))
        done = end
    return "".join((*pieces, mask[done:]))


def read_prose(scan: Scan, wrappers: Mapping[str, int] = NO_WRAPPERS) -> Prose:
    """The prose mask of a scan, with its headings and regions; ``wrappers`` are the paper's own citation commands."""
    return _Masker(scan, wrappers).run()


def stretches(prose: Prose) -> Iterator[Span]:
    """Spans of the source between breaks: paragraphs, items, captions."""
    start = 0
    for match in re.finditer(BREAK + "+", prose.mask):
        if match.start() > start:
            yield Span(prose.base + start, prose.base + match.start())
        start = match.end()
    if start < len(prose.mask):
        yield Span(prose.base + start, prose.base + len(prose.mask))
