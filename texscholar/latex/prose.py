"""The prose of a source: a mask of its code in which only words and punctuation stand at their own offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from texscholar.latex.scan import Scan
from texscholar.source import Span

FILL = "\x01"  # stands for a character of mathematics or of a command inside a sentence
BREAK = "\x02"  # no sentence runs across it

_TOKEN = re.compile(
    r"""
    \\(?P<edge>begin|end)\s*\{(?P<environment>[A-Za-z@]+\*?)\}
  | \\(?P<command>[A-Za-z@]+\*?)
  | \\(?P<symbol>.)
  | (?P<dollar>\$\$?)
  | (?P<paragraph>(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)\s*)
  | (?P<mark>[{}~&])
    """,
    re.X | re.S,
)
_HEADING = re.compile(r"(part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?$")
_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph")
_MATH = frozenset(
    "equation align gather multline eqnarray displaymath math flalign alignat split dmath empheq IEEEeqnarray".split()
)
# environments without sentences of the author's own
_NOT_PROSE = frozenset(
    "tabular tabularx tabulary longtable array tikzpicture pgfpicture picture algorithm algorithmic algorithm2e "
    "algorithmicx thebibliography filecontents forest prooftree verse CCSXML keywords IEEEkeywords".split()
)
# commands whose arguments are not read as words of the sentence
_OPAQUE = frozenset(
    "label ref eqref pageref autoref cref Cref vref nameref subref includegraphics input include bibliography "
    "bibliographystyle addbibresource vspace hspace vskip hskip usepackage documentclass newcommand renewcommand "
    "providecommand def newenvironment setlength addtolength setcounter addtocounter index gls Gls glspl ac acs acl "
    "color definecolor si SI num qty unit ensuremath todo thanks hypersetup pagestyle thispagestyle graphicspath "
    "title author date affil affiliation institute email address keywords markboth hyphenation newtheorem "
    "fontsize rule raisebox phantom hphantom vphantom tikz pgfplotsset subimport import subfile printbibliography "
    "newacronym DeclareMathOperator titlerunning authorrunning icmltitle acknowledgments orcid tag operatorname "
    "mathrm mathbf mathcal mathbb addcontentsline captionsetup url path footnotemark bibitem ".split()
)
_FIRST_OPAQUE = frozenset("textcolor colorbox href parbox scalebox resizebox rotatebox hyperref foreignlanguage".split())
_NOTE = frozenset(("footnote", "footnotetext", "marginpar", "sidenote", "endnote"))
_SILENT = frozenset(  # nothing of the sentence stands here: a sentence begins after them
    "label vspace hspace vskip hskip noindent indent centering par newpage clearpage pagebreak linebreak smallskip "
    "medskip bigskip maketitle tableofcontents appendix small large footnotesize normalsize setlength input include "
    "bibliography bibliographystyle printbibliography newcommand renewcommand setcounter index pagestyle vfill hfill "
    "raggedright protect selectfont frontmatter mainmatter backmatter addcontentsline includegraphics".split()
)
_ENDS_PARAGRAPH = frozenset("par newpage clearpage pagebreak maketitle item appendix input include bibliography tableofcontents".split())
_BLANK_LINE = re.compile(r"(?>\r\n|\n|\r)[ \t]*(?>\r\n|\n|\r)")
_INLINE_END = {"(": "\\)", "[": "\\]"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A sectioning command: its level (0 is a part, 2 a section), its words, its place."""

    level: int
    title: str
    span: Span


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of prose of a kind of its own: ``abstract``, ``caption``, ``item``, ``heading`` or ``acknowledgements``."""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Prose:
    """The mask of a scan's body.

    ``mask[i]`` belongs to ``source.text[base + i]``: a character of a word, a space, ``FILL`` or ``BREAK``.
    """

    mask: str
    base: int
    headings: tuple[Heading, ...]
    regions: tuple[Region, ...]

    def kind_at(self, offset: int) -> str:
        """The kind of the innermost region around an offset, ``prose`` outside of all."""
        inside = [region for region in self.regions if region.span.start <= offset < region.span.end]
        return min(inside, key=lambda region: len(region.span)).kind if inside else "prose"

    def section_path(self, offset: int) -> tuple[str, ...]:
        """The titles of the headings an offset stands under, outermost first."""
        last = bisect_right([heading.span.start for heading in self.headings], offset)
        path: list[Heading] = []
        for heading in reversed(self.headings[:last]):
            if not path or heading.level < path[-1].level:
                path.append(heading)
        return tuple(heading.title for heading in reversed(path))


def words_of(mask: str) -> str:
    """A stretch of mask as plain text: fillers gone, white space folded."""
    return " ".join(mask.replace(FILL, "").replace(BREAK, " ").split())


class _Masker:
    """Walks over the code once, left to right, writing the mask beside it."""

    def __init__(self, scan: Scan) -> None:
        self.scan, self.code = scan, scan.code
        self.pieces: list[str] = []
        self.done = scan.body.start
        self.headings: list[Heading] = []
        self.regions: list[Region] = []
        self.open_regions: list[tuple[str, int]] = []

    def run(self) -> Prose:
        body = self.scan.body
        for match in _TOKEN.finditer(self.code, body.start, body.end):
            if match.start() >= self.done:
                self._token(match)
        self.pieces.append(self.code[self.done : body.end])
        self.regions += (Region(kind, Span(start, body.end)) for kind, start in self.open_regions)
        return Prose("".join(self.pieces), body.start, tuple(self.headings), tuple(self.regions))

    def _write(self, start: int, end: int, char: str) -> None:
        """The code up to ``start`` as it is, then ``char`` for each character up to ``end``."""
        end = min(end, self.scan.body.end)
        self.pieces += (self.code[self.done : start], char * (end - start))
        self.done = max(end, self.done)

    def _token(self, match: re.Match[str]) -> None:
        start, end = match.span()
        if match["paragraph"]:
            self._write(start, end, BREAK)
        elif match["command"]:
            self._command(match["command"], start, end)
        elif match["environment"]:
            self._environment(match["edge"] == "begin", match["environment"], start, end)
        elif match["dollar"]:
            close = self._math_end(match["dollar"], end)
            self._write(start, close if close > 0 else end, FILL)
        elif match["symbol"]:
            self._symbol(match["symbol"], start, end)
        else:
            self._write(start, end, {"~": " ", "&": BREAK}.get(match["mark"], FILL))

    def _symbol(self, symbol: str, start: int, end: int) -> None:
        if symbol in _INLINE_END:
            close = self.code.find(_INLINE_END[symbol], end, self.scan.body.end)
            self._write(start, close + 2 if close > 0 else end, FILL)
        elif symbol in " \t\r\n\\,;:!/-":
            self._write(start, end, " " if symbol in " \t\r\n\\" else FILL)
        else:
            self._write(start, end, FILL)

    def _math_end(self, mark: str, at: int) -> int:
        """The offset after the closing dollars within the paragraph, or -1."""
        stop = self.scan.body.end
        blank_line = _BLANK_LINE.search(self.code, at, stop)
        stop = blank_line.start() if blank_line else stop
        match = re.compile(r"(?:\\.|[^\\$])*" + re.escape(mark), re.S).match(self.code, at, stop)
        return match.end() if match else -1

    def _environment(self, begins: bool, name: str, start: int, end: int) -> None:  # noqa: FBT001 - the edge of the match
        plain = name.rstrip("*")
        if begins and (plain in _MATH or plain in _NOT_PROSE):
            close = self._environment_end(name, end)
            self._write(start, close, FILL if plain in _MATH else BREAK)
            return
        if begins:
            if plain in ("abstract", "acknowledgements", "acknowledgments", "acks"):
                self.open_regions.append(("abstract" if plain == "abstract" else "acknowledgements", end))
            for _, argument in self.scan.arguments(end):
                if "\n" in self.code[end : argument.start]:
                    break
                end = argument.end + 1
        elif self.open_regions and plain in ("abstract", "acknowledgements", "acknowledgments", "acks"):
            kind, opened = self.open_regions.pop()
            self.regions.append(Region(kind, Span(opened, start)))
        self._write(start, end, BREAK)

    def _environment_end(self, name: str, at: int) -> int:
        """The offset after the matching ``\\end``, or of the body's end for one that never closes."""
        depth = 1
        for match in re.compile(r"\\(begin|end)\s*\{" + re.escape(name) + r"\}").finditer(self.code, at, self.scan.body.end):
            depth += 1 if match[1] == "begin" else -1
            if depth == 0:
                return match.end()
        return at

    def _command(self, command: str, start: int, end: int) -> None:
        name = command.rstrip("*")
        if _HEADING.match(command):
            self._heading(name, start, end)
        elif name == "caption":
            self._caption(start, end)
        elif name in _NOTE or "cite" in name.lower() or name in _OPAQUE:
            char = BREAK if name in _ENDS_PARAGRAPH else " " if name in _SILENT else FILL
            self._write(start, self._after_arguments(end), char)
        elif name in _FIRST_OPAQUE:
            self._write(start, self._after_arguments(end, groups=1), FILL)
        elif name == "item":
            self._write(start, self._after_arguments(end, groups=0), BREAK)
        else:
            option_end = self._after_arguments(end, groups=0)
            self._write(start, option_end, BREAK if name in _ENDS_PARAGRAPH else " " if name in _SILENT else FILL)

    def _after_arguments(self, at: int, groups: int = 9) -> int:
        """The offset after the optional arguments and at most so many groups, none of them across a blank line."""
        for opener, inner in self.scan.arguments(at):
            if opener == "{":
                if groups == 0:
                    break
                groups -= 1
            elif groups == 0 and self.code[at : at + 1] != "[":
                break  # "\item text [see below]": a bracket apart from the command is text
            at = inner.end + 1
        return at

    def _heading(self, name: str, start: int, end: int) -> None:
        title = next((inner for opener, inner in self.scan.arguments(end) if opener == "{"), None)
        if title is None:
            self._write(start, end, FILL)
            return
        words = re.sub(r"\\[A-Za-z@]+\*?|[{}$~]", " ", self.code[title.start : title.end])
        self.headings.append(Heading(_LEVELS.index(name), " ".join(words.split()), Span(start, title.end + 1)))
        self._write(start, title.end + 1, BREAK)

    def _caption(self, start: int, end: int) -> None:
        inner = next((inner for opener, inner in self.scan.arguments(end) if opener == "{"), None)
        if inner is None:
            self._write(start, end, BREAK)
            return
        self.regions.append(Region("caption", inner))
        self._write(start, inner.start, BREAK)


def read_prose(scan: Scan) -> Prose:
    """The prose mask of a scan, with its headings and regions."""
    return _Masker(scan).run()


def stretches(prose: Prose) -> Iterator[Span]:
    """Spans of the source between breaks: paragraphs, items, captions."""
    start = 0
    for match in re.finditer(BREAK + "+", prose.mask):
        if match.start() > start:
            yield Span(prose.base + start, prose.base + match.start())
        start = match.end()
    if start < len(prose.mask):
        yield Span(prose.base + start, prose.base + len(prose.mask))
