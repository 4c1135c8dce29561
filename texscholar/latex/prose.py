"""The prose of a source: a mask of its code in which only words and punctuation stand at their own offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from texscholar.latex.citations import citation_end
from texscholar.latex.cite_commands import NO_WRAPPERS, cite_form
from texscholar.latex.macros import NO_MATH_MACROS, MathMacros
from texscholar.source import Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from texscholar.latex.cite_commands import CiteForm
    from texscholar.latex.scan import Scan

FILL = "\x01"  # stands for a character of mathematics or of a command inside a sentence
BREAK = "\x02"  # no sentence runs across it
STOP = "\x03"  # stands for the last character of a displayed formula that ends its sentence

# Each alternative begins with a plain character, so that the search skips to the next of them. A formula in dollars is
# taken at once where it holds no blank line and no other surprise.
_TOKEN = re.compile(
    r"""
    \\(?P<edge>begin|end)\s*\{(?P<environment>[A-Za-z@]+\*?)\}
  | \\(?P<command>[A-Za-z@]+)\*?
  | \\(?P<symbol>[^\r\n])?
  | \$(?P<formula>(?:[^\\$\r\n]++|\\[^\r\n]|(?>\r\n|\n|\r)(?![ \t]*[\r\n]))++)\$
  | \$(?P<dollar>\$?)
  | \n(?P<paragraph>[ \t]*+[\r\n]\s*+)
  | \r(?P<old_paragraph>\n?+[ \t]*+[\r\n]\s*+)
    """,
    re.VERBOSE | re.DOTALL,
)
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
    inputfrom subinputfrom includefrom subincludefrom subfileinclude includestandalone SweaveInput loadglsentries
    includeonly markdownInput lstinputlisting verbatiminput addglobalbib addsectionbib nobibliography newcites
    defaultbibliography defaultbibliographystyle bibliographyunit DeclareGraphicsExtensions inputminted inputencoding
    selectlanguage setmainlanguage setotherlanguage setdefaultlanguage setotherlanguages crefname Crefname newtheorem
    theoremstyle DeclareMathSymbol DeclarePairedDelimiter newif newlength newcounter allowdisplaybreaks numberwithin
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
        "InputIfFileExists",
        "IfFileExists",
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
_STAND_INS = {**dict.fromkeys(_SILENT, " "), **dict.fromkeys(_ENDS_PARAGRAPH, BREAK)}
_EDGE = re.compile(r"\\(?P<edge>begin|end)\s*\{(?P<name>[A-Za-z@]+\*?)\}")
_BARE_FILE = re.compile(r"[ \t]*[^\s{}\\%]+")
_IN_TITLE = re.compile(
    r"\\(?:label|index|footnote|[A-Za-z@]*cite[A-Za-z@]*\*?)\s*(?:\[[^\]]{0,400}\])?\{[^{}]*\}|\\[A-Za-z@]+\*?|[{}$~]"
)
_SPELLED = re.compile(r"[ \t]*(?P<name>[A-Za-z@]+\*?)\\endcsname(?![A-Za-z@])")
_SIMPLE_ARGUMENT = re.compile(r"\{[^{}\\\r\n]*+\}(?![\[{])")
_MAY_OPEN_ARGUMENT = frozenset(("[", "{", " ", "\t"))
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
_BEFORE_MARK = re.compile(r" (?=[.,;:!?)](?:\s|\Z))")  # where a citation or a formula stood
_WIDE = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u30ff"
_INLINE_END = {"(": re.compile(r"\\\)"), "[": re.compile(r"\\\]")}


@dataclass(frozen=True, slots=True)
class Heading:
    """A sectioning command: its level (0 is a part, 2 a section), its words, its place."""

    level: int
    title: str
    span: Span


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of prose of a kind of its own: ``abstract``, ``caption``, ``acknowledgements`` or ``footnote``."""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or its kin: prose of its own, a filler in the sentence it hangs on."""

    span: Span
    mask: str


@dataclass(frozen=True)
class Prose:
    """The mask of a scan's body.

    ``mask[i]`` belongs to ``source.text[base + i]``: a character of a word, a space, ``FILL``, ``STOP`` or ``BREAK``.
    """

    mask: str
    base: int
    headings: tuple[Heading, ...]
    regions: tuple[Region, ...]
    notes: tuple[Note, ...] = ()

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


def _edges(region: Region) -> tuple[int, int]:
    return region.span.start, region.span.end


def words_of(mask: str) -> str:
    """A stretch of mask as plain text: fillers gone, white space folded as TeX folds it."""
    text = " ".join(mask.replace(FILL, "").replace(STOP, "").replace(BREAK, " ").split())
    if " ." in text or " ," in text:
        text = _BEFORE_MARK.sub("", text)
    return text if text.isascii() else _between_wide().sub("", text)


@cache
def _between_wide() -> re.Pattern[str]:
    """The space that a line end between Chinese characters is not; slow to compile, and few papers need it."""
    return re.compile(rf"(?<=[{_WIDE}]) (?=[{_WIDE}])")


class _Masker:
    """Walks over the code once, left to right, writing the mask beside it."""

    def __init__(self, scan: Scan, wrappers: Mapping[str, CiteForm], macros: MathMacros) -> None:
        self.scan, self.code, self.wrappers = scan, scan.code, wrappers
        self.pieces: list[str] = []
        self.done = self.end = 0
        self.headings: list[Heading] = []
        self.regions: list[Region] = []
        self.open_regions: list[tuple[str, int]] = []
        self.breaks: list[Span] = []
        self.notes: list[Span] = []
        self.defined = {definition.span.start: definition.span.end for definition in scan.definitions}
        self.closings: dict[re.Pattern[str], Span] = {}
        self.formulas = _MATH | macros.environments
        self.macro_end = macros.end_pattern
        self.own: dict[str, _Action] = {
            **dict.fromkeys(macros.commands, _Masker.opaque),
            **dict.fromkeys(macros.begins, _Masker.math_macro),
            **dict.fromkeys(wrappers, _Masker.cite),
        }

    @cached_property
    def environments(self) -> dict[int, int]:
        return _environments(self.scan)

    def run(self) -> Prose:
        body = self.scan.body
        mask = self._mask(body)
        self.regions += (Region(kind, Span(start, body.end)) for kind, start in self.open_regions)
        notes = []
        for note in self.notes:  # grows while it is walked over: a note may hold another
            self.regions.append(Region("footnote", note))
            notes.append(Note(note, self._mask(note)))
        return Prose(mask, body.start, tuple(self.headings), tuple(self.regions), tuple(notes))

    def _mask(self, span: Span) -> str:
        """The mask of a part of the code."""
        self.pieces, self.breaks = [], []
        self.done, self.end = at, end = span.start, span.end
        code, search, handlers = self.code, _TOKEN.search, _HANDLERS
        while match := search(code, at, end):
            handlers[match.lastgroup](self, match)
            at = max(self.done, match.end())
        mask = "".join((*self.pieces, code[self.done : end]))
        mask = mask.replace("{", FILL).replace("}", FILL).replace("~", " ").replace("&", BREAK)
        return _overlaid(mask, span.start, sorted([*self.breaks, *self.scan.verbatim_in(span)]), set(self.breaks))

    def _write(self, start: int, end: int, char: str) -> None:
        """The code up to ``start`` as it is, then ``char`` for each character up to ``end``."""
        end = min(end, self.end)
        self.pieces += (self.code[self.done : start], char * (end - start))
        self.done = max(end, self.done)

    # -- one for each kind of token

    def formula(self, match: re.Match[str]) -> None:
        start, end = match.span()
        self.pieces += (self.code[self.done : start], FILL * (end - start))
        self.done = end

    def paragraph(self, match: re.Match[str]) -> None:
        start, end = match.span()
        self._write(start, end, BREAK if self.scan.is_paragraph_end(start, end) else " ")

    def dollar(self, match: re.Match[str]) -> None:
        start, end = match.span()
        close = self._math_end(match[0], end)
        self._mathematics(start, close if close > 0 else end, displayed=match["dollar"] != "")

    def symbol(self, match: re.Match[str]) -> None:
        start, end = match.span()
        symbol = match["symbol"]
        if symbol in _INLINE_END:
            close = self._closing(_INLINE_END[symbol], end)
            self._mathematics(start, close if close > 0 else end, displayed=symbol == "[")
        else:
            self._write(start, end, " " if symbol in " \t\\" else FILL)

    def lonely(self, match: re.Match[str]) -> None:
        self._write(*match.span(), " ")

    def environment(self, match: re.Match[str]) -> None:
        start, end = match.span()
        plain = match["environment"].rstrip("*")
        begins = match["edge"] == "begin"
        if begins and plain in self.formulas:
            self._mathematics(start, self.environments.get(start, end), displayed=plain != "math")
            return
        if begins and plain in _NOT_PROSE:
            self._write(start, self.environments.get(start, end), BREAK)
            return
        if begins:
            if plain in _KINDS:
                self.open_regions.append((_KINDS[plain], end))
            if self.code[end : end + 1] in _MAY_OPEN_ARGUMENT:
                for _, argument in self.scan.arguments(end):
                    if _LINE_END.search(self.code, end, argument.start):
                        break
                    end = argument.end + 1
        elif self.open_regions and plain in _KINDS:
            kind, opened = self.open_regions.pop()
            self.regions.append(Region(kind, Span(opened, start)))
        self._write(start, end, BREAK)

    def command(self, match: re.Match[str]) -> None:
        start, end = match.span()
        name = match["command"]
        if start in self.defined:
            self._write(start, self.defined[start], " ")
        elif action := _ACTIONS.get(name) or self.own.get(name):
            action(self, name, start, end)
        elif "ite" in name and cite_form(name) is not None:
            self.cite(name, start, end)
        elif self.code[end : end + 1] == "[":
            self._write(start, self._after_arguments(end, groups=0), _STAND_INS.get(name, FILL))
        else:
            self._write(start, end, _STAND_INS.get(name, FILL))

    # -- mathematics

    def _mathematics(self, start: int, end: int, *, displayed: bool) -> None:
        """A formula; what is displayed ends the sentence with a full stop of its own, or before one that opens."""
        self._write(start, end, FILL)
        following = _CAPITALISED.match(self.code, end) if displayed else None
        stops = following is not None and following[1].lower() in OPENS_SENTENCE
        if displayed and (stops or _STOPS.search(self.code, max(start, end - _FORMULA_TAIL), end)):
            self.pieces[-1] = self.pieces[-1][:-1] + STOP

    def _math_end(self, mark: str, at: int) -> int:
        """The offset after the closing dollars within the paragraph, or -1."""
        stop = min(self.scan.paragraph_end(at), self.end)
        while (match := _TO_DOLLAR.match(self.code, at, stop)) and match.end() < stop:
            if self.code.startswith(mark, match.end(), stop):
                return match.end() + len(mark)
            if mark == "$$" and self.code.startswith("$", match.end()):
                return -1
            at = match.end() + 1
        return -1

    def _closing(self, closing: re.Pattern[str], at: int) -> int:
        """The offset after the next closing command within the paragraph, or -1."""
        last = self.closings.get(closing)
        if last is None or last.start < at:
            last = next(
                (
                    Span(*found.span())
                    for found in closing.finditer(self.code, at, self.scan.body.end)
                    if not self.scan.is_escaped(found.start())
                ),
                Span(len(self.code), len(self.code) + 1),
            )
            self.closings[closing] = last
        return last.end if last.start < min(self.scan.paragraph_end(at), self.end) else -1

    def math_macro(self, _name: str, start: int, end: int) -> None:
        r"""A macro of the paper's that begins a formula, as ``\be`` in many."""
        close = self._closing(self.macro_end, end)
        self._mathematics(start, close if close > 0 else end, displayed=True)

    # -- commands

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

    def cite(self, name: str, start: int, end: int) -> None:
        form = cite_form(name, self.wrappers)
        if form is None:  # a macro that says that a citation is missing, or that only sounds like one
            self.opaque(name, start, end)
        else:
            self._write(start, citation_end(self.scan, form, end), FILL)

    def spelled(self, _name: str, start: int, end: int) -> None:
        r"""A command by its name, as ``\csname cite\endcsname``."""
        named = _SPELLED.match(self.code, end, self.end)
        form = cite_form(named["name"], self.wrappers) if named else None
        end = named.end() if named else end
        self._write(start, end if form is None else citation_end(self.scan, form, end), FILL)

    def opaque(self, name: str, start: int, end: int) -> None:
        """A command whose arguments are no words of the sentence."""
        simple = _SIMPLE_ARGUMENT.match(self.code, end, self.end)
        after = simple.end() if simple else self._after_arguments(end)
        if name == "input" and after == end:
            bare = _BARE_FILE.match(self.code, end, self.end)
            after = bare.end() if bare else after
        self._write(start, after, _STAND_INS.get(name, FILL))

    def first_opaque(self, _name: str, start: int, end: int) -> None:
        self._write(start, self._after_arguments(end, groups=1), FILL)

    def note(self, _name: str, start: int, end: int) -> None:
        """A footnote: a filler in its sentence, prose of its own."""
        inner = next((inner for opener, inner in self.scan.arguments(end) if opener == "{"), None)
        if inner is None or inner.end >= self.end:
            self._write(start, self._after_arguments(end), FILL)
            return
        self.notes.append(inner)
        self._write(start, inner.end + 1, FILL)

    def item(self, _name: str, start: int, end: int) -> None:
        self._write(start, self._after_arguments(end, groups=0), BREAK)

    def heading(self, name: str, start: int, end: int) -> None:
        title = next((inner for opener, inner in self.scan.arguments(end) if opener == "{"), None)
        if title is None:
            self._write(start, end, FILL)
            return
        words = _IN_TITLE.sub(" ", self.code[title.start : title.end]).replace("\\", "")
        self.headings.append(Heading(_LEVELS.index(name), " ".join(words.split()), Span(start, title.end + 1)))
        self._write(start, title.end + 1, BREAK)

    def caption(self, name: str, start: int, end: int) -> None:
        groups = (inner for opener, inner in self.scan.arguments(end) if opener == "{")
        if name == "captionof":
            next(groups, None)
        inner = next(groups, None)
        if inner is None:
            self._write(start, end, BREAK)
            return
        self.regions.append(Region("caption", inner))
        self.breaks.append(Span(inner.end, inner.end + 1))
        self._write(start, inner.start, BREAK)


_Action = Callable[[_Masker, str, int, int], None]
_HANDLERS: Mapping[str | None, Callable[[_Masker, re.Match[str]], None]] = {
    "formula": _Masker.formula,
    "command": _Masker.command,
    "environment": _Masker.environment,
    "paragraph": _Masker.paragraph,
    "old_paragraph": _Masker.paragraph,
    "dollar": _Masker.dollar,
    "symbol": _Masker.symbol,
    None: _Masker.lonely,
}
_ACTIONS: Mapping[str, _Action] = {
    **dict.fromkeys(_OPAQUE, _Masker.opaque),
    **dict.fromkeys(_FIRST_OPAQUE, _Masker.first_opaque),
    **dict.fromkeys(_NOTE, _Masker.note),
    **dict.fromkeys(_LEVELS, _Masker.heading),
    **dict.fromkeys(("caption", "captionof", "subcaption"), _Masker.caption),
    "item": _Masker.item,
    "csname": _Masker.spelled,
}


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


def _overlaid(mask: str, base: int, spans: Sequence[Span], breaks: AbstractSet[Span]) -> str:
    """The mask with verbatim text as a filler in the line, as a break where it has lines of its own or is one."""
    pieces: list[str] = []
    done = 0
    for span in spans:
        start, end = span.start - base, span.end - base
        if start < done or end > len(mask):
            continue
        filler = BREAK if span in breaks or _LINE_END.search(mask, start, end) else FILL
        pieces += (mask[done:start], filler * (end - start))
        done = end
    return "".join((*pieces, mask[done:])) if pieces else mask


def read_prose(
    scan: Scan, wrappers: Mapping[str, CiteForm] = NO_WRAPPERS, macros: MathMacros = NO_MATH_MACROS
) -> Prose:
    """The prose mask of a scan.

    Args:
        scan: of one source.
        wrappers: the paper's own citation commands.
        macros: what the paper calls its formulas.
    """
    return _Masker(scan, wrappers, macros).run()
