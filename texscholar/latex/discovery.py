r"""The documents of a repository: which of its TeX files are roots, and to which of them a file belongs."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from texscholar.errors import TexscholarError
from texscholar.latex.inputs import KNITTED, TEX_SUFFIXES, Reads
from texscholar.latex.scan import scan
from texscholar.latex.tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from texscholar.latex.tree import Reader, Tree
    from texscholar.source import SourceText

_BEGINS = re.compile(r"\\(?:document(?:class|style)(?![A-Za-z@])|begin\s*\{document\})")
_PARTS = frozenset(("subfiles", "standalone"))  # classes whose documents belong to another one
# What most repositories never need stays text: re compiles it when it is first used, and keeps it.
_CITES = r"\\[A-Za-z]*[cC]ite[A-Za-z]*\*?\s*[\[{(]"
# In the first lines, as TeXShop, LaTeX Workshop and RStudio read it.
_ROOT_COMMENT = re.compile(
    r"^[ \t]*%+[ \t]*!\s*(?:TEX|RNW)\s+root\s*=[ \t]*(?P<root>[^\r\n]+)", re.IGNORECASE | re.MULTILINE
)
_ROOT_HEAD = 2000  # characters
# At the end, as AUCTeX writes it: https://www.gnu.org/software/auctex/manual/auctex/Multifile.html
_MASTER = re.compile(r"^[ \t]*%+[ \t]*TeX-master:[ \t]*\"(?P<root>[^\"\r\n]+)\"", re.MULTILINE)
_MASTER_TAIL = 3000  # characters
_PARENT_CHUNK = r"set_parent\(\s*[\"'](?P<root>[^\"'\r\n]+)[\"']"
_LONGEST_CHAIN = 10  # of files that name each other as roots

# Values of Perl: https://ctan.org/pkg/latexmk, section "List of configuration variables", @default_files
_PERL_COMMENT = r"(?:^|(?<=\s))#[^\r\n]*"
_DEFAULT_FILES = r"@default_files\s*(?:=|,)\s*(?P<value>[^;]{0,4000})"
_PERL_WORDS = r"\bqw\s*(?:\((?P<a>[^)]*)\)|\[(?P<b>[^\]]*)\]|\{(?P<c>[^}]*)\}|/(?P<d>[^/]*)/|<(?P<e>[^>]*)>)"
_PERL_STRING = r"'([^'\\\r\n]*)'|\"([^\"\\$@\r\n]*)\""
_CONFIGURATIONS = (".latexmkrc", "latexmkrc")  # in this order

# Documents that are not the paper, by class, by words of their names and by those of their folders.
_OTHER_CLASSES = (
    r"beamer|powerdot|prosper|seminar|slides|letter|scrlttr2|newlfm|lettre|dinbrief|g-brief.*|isodoc|moderncv|europecv"
    r"|europasscv|altacv|awesome-cv|res|.*resume.*|.*poster.*|exam|minimal|standalone"
)
_OTHER_WORDS = frozenset(
    """
    template templates example examples sample samples demo skeleton boilerplate slides slide talk talks presentation
    presentations beamer poster handout cv vita resume letter coverletter cover response responses rebuttal reply
    referee referees diff latexdiff old older backup backups bak archive archived archives deprecated obsolete copy
    previous attic trash unused tmp temp test tests
    """.split()  # noqa: SIM905 - words read best as text
)
_WORDS = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])"
_USUAL_NAMES = ("main", "thesis", "dissertation", "paper", "manuscript", "article", "ms", "root", "master")
_SEVERAL = 2
_NO_DEFAULT = 1 << 30
_WORTH = 100  # characters of text that a citation counts for


def is_root(source: SourceText) -> bool:
    """Whether a file starts a document of its own (a subfile belongs to another)."""
    if not _BEGINS.search(source.text):
        return False  # most files of a repository: not worth a scan
    reads = Reads(scan(source))
    return reads.scan.is_root if reads.document_class is None else reads.document_class[0] not in _PARTS


def named_root(source: SourceText) -> str | None:
    """The root that a file names as its own, relative to its directory: in a magic comment, as a subfile or a child."""
    text = source.text
    match = _ROOT_COMMENT.search(text, 0, _ROOT_HEAD) or _MASTER.search(text, max(0, len(text) - _MASTER_TAIL))
    if match is None and source.path.lower().endswith((".rnw", ".snw")):
        match = re.compile(_PARENT_CHUNK).search(text)
    if match:
        return match["root"].strip().strip('"')
    parent = Reads(scan(source)).document_class if "{subfiles}" in text else None
    return parent[1] or None if parent and parent[0] == "subfiles" else None


def roots_of(path: str, candidates: Iterable[str], read: Reader) -> tuple[str, ...]:
    """The roots among some files whose documents hold a file, the likeliest first."""
    return Documents(candidates, read).holding(path)


def default_files(latexmkrc: str) -> tuple[str, ...]:
    """The files that a configuration of latexmk names as those to be set; it is read, never run."""
    text = re.compile(_PERL_COMMENT).sub("", latexmkrc)
    found: list[str] = []
    for match in re.compile(_DEFAULT_FILES).finditer(text):
        value = match["value"]
        words = (
            word
            for listed in re.compile(_PERL_WORDS).finditer(value)
            for group in listed.groups()
            for word in (group or "").split()
        )
        strings = (
            one or other for one, other in re.compile(_PERL_STRING).findall(re.compile(_PERL_WORDS).sub("", value))
        )
        found += (name for name in (*words, *strings) if name)
    return tuple(dict.fromkeys(found))


class _Rank(NamedTuple):
    """What puts one root before another; the smallest comes first.

    ``default``: its place among what latexmk is told to set. ``is_other``: by all signs no paper. ``is_silent``: it
    neither cites nor names a bibliography.
    """

    default: int
    is_other: bool
    is_silent: bool
    size: int
    name: int
    depth: int
    path: str

    @property
    def league(self) -> tuple[bool, bool, bool]:
        """Roots of different leagues are not taken for each other."""
        return self.default < _NO_DEFAULT, self.is_other, self.is_silent


class Documents:
    """The documents among the TeX files of a repository.

    Args:
        paths: its TeX files, relative to its top.
        read: gives a file of it by such a path.
    """

    def __init__(self, paths: Iterable[str], read: Reader) -> None:
        self.paths, self.read = tuple(dict.fromkeys(paths)), read
        self._known: dict[str, Reads] = {}
        self._trees: dict[str, Tree | None] = {}
        self._told: dict[str, tuple[str, ...]] = {}

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The roots: first what latexmk is told to set, then papers before other documents and the larger first.

        A picture, a preamble or a chapter that could be set alone is none where another document draws it in.
        """
        candidates = self._candidates
        if len(candidates) < _SEVERAL:
            return candidates
        outer = [path for path in candidates if not any(self._is_above(other, path) for other in candidates)]
        documents = [path for path in outer if self._class(path) != "standalone"]
        return tuple(sorted(documents or outer, key=lambda path: self._ranks[path]))

    @cached_property
    def papers(self) -> tuple[str, ...]:
        """The first of the roots, and those that are as likely to be the paper."""
        roots = self.roots
        if len(roots) < _SEVERAL:
            return roots
        return tuple(root for root in roots if self._ranks[root].league == self._ranks[roots[0]].league)

    def holding(self, path: str) -> tuple[str, ...]:
        """The roots of the documents that hold a file, the likeliest first; a root holds itself alone."""
        if self.read(path) is None:
            return ()
        named = self._named(path)
        if named is not None and self._draws_in(named, path) and named in self.roots:
            return (named,)
        if path in self.roots:
            return (path,)
        holders = tuple(root for root in self.roots if self._draws_in(root, path))
        if holders and named is not None:
            # Some papers name as their root a file that but sets options and inputs the document: they are the same.
            holders = tuple(root for root in holders if self._draws_in(named, root)) or holders
        return holders or ((named,) if named is not None else self._last_resort(path))

    def _last_resort(self, path: str) -> tuple[str, ...]:
        """The documents of a file that no root draws in: itself, or the files that draw in a document with it."""
        if self._is_document(path) or self._wraps(path):
            return (path,)
        return tuple(other for other in self.paths if self._draws_in(other, path) and self._wraps(other))

    def stands_alone(self, path: str) -> bool:
        """Whether a file is a whole document by itself, though another one may draw it in."""
        reads = self._beginning(path)
        return reads is not None and reads.scan.is_root and self._class(path) not in {"", *_PARTS}

    # -- what is a document

    @cached_property
    def _candidates(self) -> tuple[str, ...]:
        """The files that begin a document of their own, in the order given; subfiles where there is nothing else."""
        found = [path for path in self.paths if self._is_document(path)]
        # What knitr makes is not what an author writes.
        knitted = {posixpath.splitext(path)[0] for path in found if path.endswith(KNITTED)}
        found = [path for path in found if path.endswith(KNITTED) or posixpath.splitext(path)[0] not in knitted]
        parts = [path for path in found if self._class(path) == "subfiles"]
        # Some name with that class a preamble, and are the main document themselves.
        heads = [path for path in parts if any(self._draws_in(path, other) for other in parts if other != path)]
        wrappers = [path for path in self._configured(found) if path not in found]
        whole = [path for path in found if path not in parts or path in heads]
        return tuple(dict.fromkeys((*wrappers, *whole))) or tuple(parts)

    def _is_document(self, path: str) -> bool:
        reads = self._beginning(path)
        return reads is not None and (reads.scan.is_root or reads.document_class is not None)

    def _class(self, path: str) -> str:
        reads = self._beginning(path)
        return "" if reads is None or reads.document_class is None else reads.document_class[0]

    def _beginning(self, path: str) -> Reads | None:
        """A file that may begin a document; most of a repository do not, and are not worth a scan."""
        source = self.read(path)
        return self._scanned(source) if source is not None and _BEGINS.search(source.text) else None

    def _scanned(self, source: SourceText) -> Reads:
        if source.path not in self._known:
            self._known[source.path] = Reads(scan(source))
        return self._known[source.path]

    def _tree(self, path: str) -> Tree | None:
        """The files that a document draws in, None where they cannot be followed."""
        if path not in self._trees:
            self._trees[path] = None
            with suppress(TexscholarError):
                self._trees[path] = read_tree(path, self.read, self._scanned)
        return self._trees[path]

    def _draws_in(self, root: str, path: str) -> bool:
        tree = self._tree(root)
        return path == root or (tree is not None and path in tree.parts)

    def _is_above(self, other: str, path: str) -> bool:
        """Whether another document draws one in, and not the other way round as well."""
        return other != path and self._draws_in(other, path) and not self._draws_in(path, other)

    # -- what files say

    def _named(self, path: str) -> str | None:
        """The root that a file names, or that the named file names in turn."""
        found = None
        for _ in range(_LONGEST_CHAIN):
            source = self.read(path)
            name = None if source is None else named_root(source)
            if name is None:
                break
            whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            there = next((each for each in (whole, f"{whole}.tex") if self.read(each) is not None), None)
            if there is None or there == path:
                break
            found = path = there
        return found

    def _wraps(self, path: str) -> bool:
        """Whether a file draws in a document: one that sets options for it, as many as there are formats."""
        return any(self._draws_in(path, root) for root in self.roots)

    def _configured(self, documents: Iterable[str]) -> tuple[str, ...]:
        """The files that a configuration of latexmk names and that do draw in a document."""
        documents = tuple(documents)
        exact = [
            posixpath.normpath(posixpath.join(folder, name if name.lower().endswith(TEX_SUFFIXES) else f"{name}.tex"))
            for folder in dict.fromkeys(folder for path in documents for folder in _folders(path))
            for name in self._defaults(folder)
        ]
        known = set(self.paths)
        return tuple(
            path for path in exact if path in known and any(self._draws_in(path, document) for document in documents)
        )

    def _defaults(self, folder: str) -> tuple[str, ...]:
        """The files that latexmk is told to set in a folder, as they are named there."""
        if folder not in self._told:
            sources = (self.read(posixpath.join(folder, name)) for name in _CONFIGURATIONS)
            source = next((source for source in sources if source is not None), None)
            self._told[folder] = default_files(source.text) if source is not None else ()
        return self._told[folder]

    # -- which comes first

    @cached_property
    def _ranks(self) -> Mapping[str, _Rank]:
        return {path: self._rank(path) for path in self._candidates}

    def _rank(self, path: str) -> _Rank:
        stem = posixpath.splitext(posixpath.basename(path))[0].lower()
        words = {word.lower() for word in re.compile(_WORDS).findall(posixpath.splitext(path)[0])}
        text, citations, names_bibliography = self._extent(path)
        return _Rank(
            default=self._default(path),
            is_other=bool(
                re.compile(_OTHER_CLASSES).fullmatch(self._class(path)) or words & _OTHER_WORDS or self._is_copy(path)
            ),
            is_silent=not citations and not names_bibliography,
            size=-(text + _WORTH * citations),
            name=_USUAL_NAMES.index(stem) if stem in _USUAL_NAMES else len(_USUAL_NAMES),
            depth=path.count("/"),
            path=path,
        )

    def _default(self, path: str) -> int:
        """The place of a file among what the nearest configuration of latexmk that says anything tells it to set."""
        for folder in _folders(path):
            names = self._defaults(folder)
            own = posixpath.relpath(path, folder or ".")
            for number, name in enumerate(names):
                if _is_meant(own, name):
                    return number
            if names:
                break
        return _NO_DEFAULT

    def _extent(self, path: str) -> tuple[int, int, bool]:
        """Characters of text and citations that a document draws in, and whether it names a bibliography."""
        tree = self._tree(path)
        if tree is None:
            return 0, 0, False
        pieces = [part.scan.code[part.scan.body.start : part.scan.body.end] for part in tree.parts.values()]
        text = sum(len(" ".join(piece.split())) for piece in pieces)
        return text, sum(len(re.compile(_CITES).findall(piece)) for piece in pieces), bool(tree.bibliographies)

    def _is_copy(self, path: str) -> bool:
        """Whether a document of the same name further up has most of its lines: an older version, kept apart."""
        folder, name = posixpath.split(path)
        above = (posixpath.join(each, name) for each in _folders(path) if each != folder)
        lines = self._lines(path)
        return any(other in self._candidates and 2 * len(lines & self._lines(other)) > len(lines) for other in above)

    def _lines(self, path: str) -> frozenset[str]:
        source = self.read(path)
        return frozenset(line.strip() for line in source.text.splitlines()) if source else frozenset()


def _folders(path: str) -> Iterator[str]:
    """The folder of a file and those above it."""
    folder = posixpath.dirname(path)
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _is_meant(path: str, pattern: str) -> bool:
    """Whether a pattern of a shell, with or without the suffix, stands for a file."""
    patterns = (posixpath.normpath(pattern), posixpath.normpath(f"{pattern}.tex"))
    return any(fnmatchcase(path, each) and path.count("/") == each.count("/") for each in patterns)
