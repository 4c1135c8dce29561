"""What a library holds: years, venues, types, and how much of its records it tells; as text, JSON and a page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from texscholar.library import Record

MOST_VENUES = 15
_MOST_BARS = 32
_WIDTHS = (1, 2, 5, 10, 25, 50, 100)  # years in one bar
_BLOCKS = " ▏▎▍▌▋▊▉█"
_LONGEST_VENUE = 70  # characters of a venue in a line


@dataclass(frozen=True, slots=True)
class Holdings:
    """The counts of one library; ``told`` is how many records have each part, ``kinds`` their BibTeX types."""

    name: str
    count: int
    years: tuple[tuple[int, int], ...]
    venues: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    told: tuple[tuple[str, int], ...]

    def bars(self) -> tuple[tuple[str, int], ...]:
        """The years, in as many bars as a screen has lines: each named by its first year, or first and last."""
        if not self.years:
            return ()
        first, last = self.years[0][0], self.years[-1][0]
        width = next((each for each in _WIDTHS if (last - first) // each < _MOST_BARS), _WIDTHS[-1])
        counts: Counter[int] = Counter()
        for year, count in self.years:
            counts[year // width * width] += count
        starts = range(first // width * width, last + 1, width)
        return tuple((str(at) if width == 1 else f"{at}–{at + width - 1}", counts[at]) for at in starts)

    def share(self, count: int) -> float:
        """The part of all records that so many are."""
        return count / self.count if self.count else 0.0


def holdings(name: str, records: Iterable[Record]) -> Holdings:
    """Count the records of a library."""
    years: Counter[int] = Counter()
    venues: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    told = dict.fromkeys(("authors", "year", "venue", "DOI", "arXiv id", "abstract", "citances"), 0)
    count = 0
    for record in records:
        count += 1
        work = record.work
        if work.year:
            years[work.year] += 1
        if work.venue:
            venues[work.venue] += 1
        kinds[work.kind or "not told"] += 1
        parts = (work.authors, work.year, work.venue, work.doi, work.arxiv, work.abstract, record.citances)
        for part, value in zip(told, parts, strict=True):
            told[part] += bool(value)
    return Holdings(
        name,
        count,
        tuple(sorted(years.items())),
        tuple(sorted(venues.items(), key=_by_count)[:MOST_VENUES]),
        tuple(sorted(kinds.items(), key=_by_count)),
        tuple(told.items()),
    )


def _by_count(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]


def render_text(each: Holdings, width: int) -> str:
    """The holdings for a terminal of so many columns."""
    lines = [f"{each.name}: {each.count:,} records"]
    lines += ["", "told", *_plot([(part, count) for part, count in each.told], width, of=each)]
    lines += ["", "years", *_plot(each.bars(), width)] if each.years else []
    lines += ["", "types", *_plot(each.kinds, width)]
    lines += (
        ["", "venues", *(f"{count:9,}  {_shortened(venue)}" for venue, count in each.venues)] if each.venues else []
    )
    return "\n".join(lines)


def _plot(bars: Sequence[tuple[str, int]], width: int, of: Holdings | None = None) -> list[str]:
    """A bar a line; of ``of`` with the share that each is of all its records."""
    names = max((len(name) for name, _ in bars), default=0)
    room = max(10, min(60, width - names - 22))
    largest = of.count if of else max((count for _, count in bars), default=0)
    lines = []
    for name, count in bars:
        eighths = round(8 * room * count / largest) if largest else 0
        bar = _BLOCKS[-1] * (eighths // 8) + _BLOCKS[eighths % 8].strip()
        share = f" {of.share(count):6.1%}" if of else ""
        lines.append(f"  {name:{names}} {count:9,}{share} {bar}".rstrip())
    return lines


def _shortened(venue: str) -> str:
    line = " ".join("".join(char if char.isprintable() else " " for char in venue).split())
    return line if len(line) <= _LONGEST_VENUE else f"{line[: _LONGEST_VENUE - 1]}…"


def facts(all_of: Sequence[Holdings]) -> dict[str, object]:
    """The holdings for scripts."""
    return {
        "version": 1,
        "libraries": [
            {
                "name": each.name,
                "records": each.count,
                "told": dict(each.told),
                "shares": {part: round(each.share(count), 4) for part, count in each.told},
                "years": {str(year): count for year, count in each.years},
                "types": dict(each.kinds),
                "venues": [{"venue": venue, "records": count} for venue, count in each.venues],
            }
            for each in all_of
        ],
    }


def render_html(all_of: Sequence[Holdings]) -> str:
    """The holdings as one page; everything in it is escaped, it runs no script and loads nothing."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - heavy, and few runs make a page

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files("texscholar.report").joinpath("holdings.html.j2").read_text("utf-8"))
    return template.render(libraries=all_of)
