"""Documents for the overlay, and where their words stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from texscholar.report.overlay import Note
from texscholar.suggest.evidence import Record

NEAR = 0.05  # points
SOMEBODY = Record("doe2001random", "Random Walks", ("Ann Doe", "Bo Roe"), 2001, "Journal", "", 0.6, "bib", ())
TEXT = (
    "random walks converge on every graph that is sparse and they do so quickly although nobody has measured what the "
    "constant is for graphs of large degree in practice"
)
WORDS = TEXT.split()


def note(line: int, path: str = "main.tex", kind: str = "missing", record: Record = SOMEBODY) -> Note:
    return Note(kind, path, line, "Doe & Roe 2001", "They converge.", 0.6, (record,), "~\\cite{doe2001random}")


def prose(number: int, count: int = 60) -> str:
    """A paragraph in lines of ten words, told apart by its number."""
    words = [WORDS[(number * 7 + at * (1 + number % 5)) % len(WORDS)] for at in range(count)]
    lines = (" ".join(words[at : at + 10]) for at in range(0, count, 10))
    return f"Paragraph {number} says: " + "\n".join(lines) + ".\n"


def body(paragraphs: int) -> str:
    """Paragraphs, lists, footnotes, a table, formulas and boxes, long enough for several pages."""
    pieces = []
    for number in range(paragraphs):
        pieces.append(prose(number))
        if number % 6 == 1:
            pieces.append(f"\\section{{Part {number}}}\n")
        if number % 6 == 2:
            pieces.append(
                f"\\begin{{itemize}}\n\\item First of {number}.\n\\item Second\\footnote{{Below {number}.}} one.\n\\end{{itemize}}\n"
            )
        if number % 6 == 3:
            pieces.append("It follows that\n\\[ a + b = c \\]\n\nand so on.\n")
        if number % 6 == 4:
            pieces.append(
                "\\begin{quote}Somebody said this.\n\nAnd that.\\end{quote}\n\\begin{center}Centred.\\end{center}\n"
            )
        if number % 6 == 5:
            pieces.append(
                "\\begin{tabular}{p{2cm}l}A cell of words & b\\\\ c & d\\end{tabular}\n\n\\begin{minipage}{3cm}Boxed words.\n\nMore.\\end{minipage}\n"
            )
    return "\n".join(pieces)


Word = tuple[int, str, float, float]


def words(pdf: Path) -> list[Word]:
    """The words of a PDF by page and place, in points."""
    shown = subprocess.run(["pdftotext", "-bbox", pdf, "-"], capture_output=True, check=True, text=True).stdout
    found: list[Word] = []
    page = 0
    for match in re.finditer(r'<page |<word xMin="(.*?)" yMin="(.*?)" xMax=".*?" yMax=".*?">(.*?)</word>', shown):
        if match[1] is None:
            page += 1
        else:
            found.append((page, match[3], float(match[1]), float(match[2])))
    return found


def moved(plain: list[Word], annotated: list[Word]) -> list[Word]:
    """The words that do not stand where they stood, but for the rounding of PDF."""
    left: dict[tuple[int, str], list[Word]] = {}
    for word in annotated:
        left.setdefault(word[:2], []).append(word)
    lost = []
    for word in plain:
        there = left.get(word[:2], [])
        same = [each for each in there if abs(each[2] - word[2]) < NEAR and abs(each[3] - word[3]) < NEAR]
        if same:
            there.remove(same[0])
        else:
            lost.append(word)
    return lost
