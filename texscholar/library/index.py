"""A searchable index of records on disk: built once, then only read."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import weakref
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from texscholar.errors import Skipped, TexscholarError
from texscholar.library.builders import mark_builder
from texscholar.library.exact import ExactNames, ExactWriter, exact_term
from texscholar.library.manifest import MOST_SKIPPED, REMEDY, Manifest, read_manifest, write_manifest
from texscholar.library.merging import UNCOLLECTED, merge
from texscholar.library.origins import origin_of
from texscholar.library.progress import INDEXING, Progress
from texscholar.library.schema import ABOUT, BOOSTS, CITANCES, NUMBER, STORED, document, schema
from texscholar.library.stored import from_json
from texscholar.library.terms import STOP_WORDS, terms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import tantivy

    from texscholar.library.manifest import Source
    from texscholar.library.merging import Prepared
    from texscholar.library.records import Record
    from texscholar.library.schema import Content

    Clause = tuple[str, str, float]  # field, term, boost

_HEAP = 2_000_000_000  # bytes at most: one segment keeps documents in the order of their ids, which breaks ties
_MOST_PER_KEY = 100
_MOST_KNOWN = 4096  # records kept in memory
_PROGRESS_STEP = 1000


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that a search found, with its BM25 score."""

    record: Record
    score: float


class Library:
    """An open index: the records one can cite from."""

    def __init__(self, name: str, directory: Path, manifest: Manifest, index: tantivy.Index, names: ExactNames) -> None:
        self.name = name
        self.manifest = manifest
        self._directory = directory
        self._schema = index.schema
        self._searcher = index.searcher()
        self._names = names
        self._boosts = tuple(each for each in BOOSTS if manifest.cited or each[0] != CITANCES)
        self._record = _record_reader(self._searcher, name)
        self._folders: list[Callable[[], object]] = []

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What went wrong while it was asked: nothing, for it is on this machine."""
        return ()

    def __len__(self) -> int:
        return self.manifest.count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def remove_on_close(self, folder: Path) -> None:
        """Have a folder removed when the library is closed, or is gone without having been."""
        self._folders.append(weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True))

    def close(self) -> None:
        """Remove the folders that were only made for this library."""
        while self._folders:
            self._folders.pop()()

    def search(self, query: str, limit: int) -> tuple[Hit, ...]:
        """The records that share words with a text, best first, ties by id; nothing in it is query syntax."""
        return self.search_terms({term: 1.0 for term in terms(query) if term not in STOP_WORDS}, limit)

    def search_terms(
        self, wanted: Mapping[str, float], limit: int, context: Mapping[str, float] | None = None
    ) -> tuple[Hit, ...]:
        """The records that hold any of these index terms, each counting so much; best first, ties by id.

        Those of ``context`` are looked for in what a record is about only, not among authors and venues.
        """
        clauses = [(field, term, boost * share) for term, share in wanted.items() for field, boost in self._boosts]
        about = [(field, boost) for field, boost in self._boosts if field in ABOUT]
        clauses += [(field, term, boost * share) for term, share in (context or {}).items() for field, boost in about]
        return self._hits(clauses, limit)

    def by_key(self, key: str) -> tuple[Record, ...]:
        """The records known under exactly this citation key, which each bears even where another one won."""
        return tuple(replace(record, key=key) for record in self._exact("key", [key], _MOST_PER_KEY))

    def by_identity(self, names: Iterable[str]) -> tuple[Record, ...]:
        """The records that bear one of these identities, as ``identities`` gives them."""
        wanted = set(names)
        return self._exact("identity", wanted, len(wanted))

    def by_identities(self, groups: Sequence[frozenset[str]]) -> tuple[Record | None, ...]:
        """For each group of identities the record that bears one of them, the first by id, or None."""
        return tuple(next(iter(self._exact("identity", group, 1)), None) for group in groups)

    def by_id(self, name: str) -> tuple[Record, ...]:
        """The records to which a source gave exactly this id."""
        return self._exact("id", [name], _MOST_PER_KEY)

    def records(self) -> Iterator[Record]:
        """All records, by id."""
        with _damage_told(self._directory):
            for number in range(len(self)):
                yield self._record(*self._address(number))

    def document_frequency(self, term: str) -> int:
        """In how many titles an index term stands."""
        with _damage_told(self._directory):
            return int(self._searcher.doc_freq("title", term))

    def _exact(self, kind: str, values: Iterable[str], limit: int) -> tuple[Record, ...]:
        """The records with one of these values, the first so many by id."""
        terms = [exact_term(kind, value) for value in values if _is_unicode(value)]
        with _damage_told(self._directory):
            numbers = sorted({number for term in terms for number in self._names.numbers(term, limit)})
            return tuple([self._record(*self._address(number)) for number in numbers[:limit]])

    def _address(self, number: int) -> tuple[int, int]:
        """Segment and document of the work that has this place among all."""
        if not 0 <= number < len(self):
            raise ValueError(f"there is no work {number}")
        if self._searcher.num_segments == 1:
            return 0, number
        from tantivy import FieldType, Query  # noqa: PLC0415 - heavy, and not every run searches

        query = Query.range_query(self._schema, NUMBER, FieldType.Unsigned, number, number)
        ((_, address),) = self._searcher.search(query, 1, count=False).hits
        return address.segment_ord, address.doc

    def _hits(self, clauses: Sequence[Clause], limit: int) -> tuple[Hit, ...]:
        if not clauses or limit < 1:
            return ()
        with _damage_told(self._directory):
            found = self._searcher.search(self._any_of(clauses), limit, count=False).hits
            hits = [Hit(self._record(address.segment_ord, address.doc), score) for score, address in found]
        return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.record.id)))

    def _any_of(self, clauses: Sequence[Clause]) -> tantivy.Query:
        from tantivy import Occur, Query  # noqa: PLC0415 - heavy, and not every run searches

        def query(field: str, term: str, boost: float) -> tantivy.Query:
            found = Query.term_query(self._schema, field, term, "freq")
            return found if boost == 1 else Query.boost_query(found, boost)

        return Query.boolean_query([(Occur.Should, query(*clause)) for clause in clauses])


def _record_reader(searcher: tantivy.Searcher, name: str) -> Callable[[int, int], Record]:
    """Gives the record of a document by its segment and number; neighbouring sentences find the same works."""
    from tantivy import DocAddress  # noqa: PLC0415 - heavy, and not every run searches

    @lru_cache(_MOST_KNOWN)
    def read(segment: int, number: int) -> Record:
        return from_json(searcher.doc(DocAddress(segment, number))[STORED][0], origin_of(name))

    return read


def build_index(
    records: Iterable[Record | Prepared | Skipped],
    directory: Path,
    sources: Sequence[Source] = (),
    progress: Callable[[int], None] | None = None,
    watch: Callable[[Progress], None] | None = None,
) -> Manifest:
    """Index records into a directory that appears only when it is complete.

    Where another process made the same directory meanwhile, its index stays and its manifest is given back.

    Args:
        records: what to index, and what was left out.
        directory: where the index shall be; it does not exist yet.
        sources: where the records come from; read after the last record, so that it may grow with them.
        progress: told now and then how many records were read.
        watch: told how far the writing is, once all are read.

    Raises:
        TexscholarError: the index cannot be written.
        OSError: the directory cannot be made.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        mark_builder(building)
        skipped: list[Skipped] = []
        with _hardly_collecting():
            written = _Written(watch)
            merged = merge(_kept(records, skipped, progress), building, written.begin)
            count, cited = _write_documents(written.counted(merged), building)
        write_manifest(Manifest(count, tuple(sources), tuple(skipped), cited), building)
        _publish(building, directory)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return read_manifest(directory)


def open_library(directory: Path, name: str, *, may_write: bool = True) -> Library:
    """The library of an index directory, under this name; nothing is written there unless it may be.

    Raises:
        TexscholarError: the index is missing, damaged or of another version.
    """
    from tantivy import Index  # noqa: PLC0415 - heavy, and not every run searches

    manifest = read_manifest(directory)
    linked = None if may_write and os.access(directory, os.W_OK) else _linked(directory)
    try:
        with _damage_told(directory):
            index = Index.open(str(linked or directory))
            library = Library(name, directory, manifest, index, ExactNames(directory))
    except TexscholarError:
        if linked:
            shutil.rmtree(linked, ignore_errors=True)
        raise
    if linked:
        library.remove_on_close(linked)
    return library


@contextmanager
def _hardly_collecting() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(UNCOLLECTED, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _linked(directory: Path) -> Path:
    """A temporary folder of links into an index one may only read: tantivy locks before it reads."""
    folder = Path(tempfile.mkdtemp(prefix="texscholar-"))
    for path in directory.glob("[!.]*"):
        (folder / path.name).symlink_to(path.resolve())
    return folder


class _Written:
    """How many works are written, told now and then."""

    def __init__(self, watch: Callable[[Progress], None] | None) -> None:
        self._watch, self._total = watch, 0

    def begin(self, total: int) -> None:
        self._total = total

    def counted(self, works: Iterable[Content]) -> Iterator[Content]:
        for count, work in enumerate(works):
            if self._watch and count % _PROGRESS_STEP == 0:
                self._watch(Progress(INDEXING, count, self._total))
            yield work


def _kept(
    records: Iterable[Record | Prepared | Skipped], skipped: list[Skipped], progress: Callable[[int], None] | None
) -> Iterator[Record | Prepared]:
    """The records; what was left out first goes to ``skipped``."""
    read = 0
    for read, record in enumerate(records, start=1):
        if progress and read % _PROGRESS_STEP == 0:
            progress(read)
        if isinstance(record, Skipped):
            if len(skipped) < MOST_SKIPPED:  # a dump may leave out millions
                skipped.append(record)
        else:
            yield record
    if progress:
        progress(read)


def _write_documents(works: Iterable[Content], directory: Path) -> tuple[int, int]:
    """Write the index; how many works are in it, and how many have citances. One thread, so that their order stays."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - as below

    from tantivy import Index  # noqa: PLC0415 - heavy, and not every run searches

    number = cited = 0
    try:
        writer = Index(schema(), path=str(directory)).writer(heap_size=_HEAP, num_threads=1)
        with ExactWriter(directory) as names:
            for number, work in enumerate(works, start=1):
                writer.add_document(document(work, number - 1))
                names.add(work.exact, number - 1)
                cited += bool(work.citances)
            with ThreadPoolExecutor(1) as beside:  # tantivy writes without us
                committed = beside.submit(writer.commit)
                names.write()
                committed.result()
        writer.wait_merging_threads()
    except ValueError as error:  # what tantivy raises when the disk is full, among others
        raise TexscholarError(
            f"the index cannot be written ({error}); make room", path=str(directory.parent)
        ) from error
    return number, cited


def _publish(building: Path, directory: Path) -> None:
    """Give a complete index its name, unless somebody else's already bears it."""
    try:
        building.rename(directory)
    except OSError:
        if not directory.is_dir():
            raise


@contextmanager
def _damage_told(directory: Path) -> Iterator[None]:
    """Tell damage to an index, which tantivy raises as ValueError, as something the user can mend."""
    try:
        yield
    except (ValueError, KeyError, FileNotFoundError) as error:
        raise TexscholarError(f"the index is damaged ({error}); {REMEDY}", path=str(directory)) from error


def _is_unicode(text: str) -> bool:
    """Whether a text can be a term at all: one with an unpaired surrogate names nothing."""
    return text.encode("utf-8", "ignore").decode() == text
