"""An open corpus: what its source offers now, and its fetch into a folder of files that a library is made of."""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from texscholar.downloads import fetch, host
from texscholar.errors import TexscholarError
from texscholar.incoming import Wanted, check_room, digest_of, disk_errors, is_plain_name, make_ours, part_of
from texscholar.library.corpora import FOLDER
from texscholar.library.corpora.pages import (
    Asked,
    PastError,
    cut,
    oai_address,
    oai_page,
    openalex_address,
    openalex_page,
)
from texscholar.library.corpora.recipes import FILES, GIT_TREE, OAI_PMH
from texscholar.library.jsonl import json_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from texscholar.downloads import Source
    from texscholar.library.corpora.pages import Page
    from texscholar.library.corpora.recipes import Recipe

    Progress = Callable[[int, int], None]  # how much there is, of how much in all (-1: unknown)

_HASH = {32: "md5", 40: "sha1", 64: "sha256"}
_CHECKSUM = re.compile(r"\b([0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b")
_SHA1 = re.compile(r"[0-9a-f]{40}")
_LARGEST_FILE = 1 << 31  # bytes of a file of a listing
_RECEIPT, _STATE, _PART = "receipt.json", "state.json", "pages.part"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a source offers.

    ``size`` bytes, of which ``missing`` are not here yet, and ``works``; each -1 where nobody tells.
    ``proof`` says how what comes is verified; ``version`` is the same as long as the corpus is.
    """

    files: tuple[Wanted, ...] = ()
    size: int = -1
    missing: int = -1
    works: int = -1
    revision: str = ""
    proof: str = ""
    version: str = ""


class Corpus:
    """A corpus in the data folder: ``folder`` holds what a library is made of, a hidden one beside it all else.

    Args:
        recipe: how it is fetched.
        asked: which part of it.
        name: how its folder is called.
        data: the data folder.
        key: of the service, or empty.
    """

    def __init__(self, recipe: Recipe, asked: Asked, name: str, data: Path, key: str = "") -> None:
        self.recipe, self.asked, self.name, self._key = recipe, asked, name, key
        self.folder = data / FOLDER / name
        self._beside = data / FOLDER / f".{name}"
        self._pages_file = self.folder / f"{name}.jsonl"

    def offer(self, source: Source, *, latest: bool = False) -> Offer:
        """What the source offers; ``latest`` asks for what it has now in place of the revision that is pinned.

        Raises:
            TexscholarError: it does not answer, or not as the recipe says.
        """
        way = self.recipe.way
        return (
            self._offered_tree(source, latest=latest)
            if way == GIT_TREE
            else self._offered_file(source)
            if way == FILES
            else self._offered_pages(source)
        )

    @property
    def paths(self) -> tuple[Path, ...]:
        """What a library is made of."""
        if self.recipe.way == GIT_TREE:
            return (self.folder,)
        return (self.folder / _name_in(self.recipe.url) if self.recipe.way == FILES else self._pages_file,)

    @property
    def was_fetched(self) -> bool:
        """Whether anything was fetched whole under this name."""
        return bool(_read_json(self._beside / _RECEIPT))

    def is_here(self, offer: Offer) -> bool:
        """Whether exactly this was fetched whole."""
        receipt = _read_json(self._beside / _RECEIPT)
        is_same = bool(offer.version) and receipt.get("version") == offer.version
        return is_same and all(path.exists() for path in self.paths) and offer.missing <= 0

    def get(self, source: Source, offer: Offer, progress: Progress) -> str:
        """Fetch what is missing; what an interrupted call brought is not fetched again.

        Returns:
            What the source gave less than it announced; mostly nothing.

        Raises:
            TexscholarError: it cannot be had whole, or is not what it should be; what came is kept.
        """
        if offer.missing > 0:
            check_room(self.folder.parent, offer.missing)
        with disk_errors(self._beside):
            self._beside.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(parents=True, exist_ok=True)
        lacking = ""
        if self.recipe.way in {FILES, GIT_TREE}:
            self._get_files(source, offer, progress)
        else:
            lacking = self._get_pages(source, progress)
        receipt = {
            "recipe": self.recipe.name,
            "version": offer.version,
            "revision": offer.revision,
            **asdict(self.asked),
        }
        with disk_errors(self._beside):
            _write_json(self._beside / _RECEIPT, receipt)
        return lacking

    # -- files

    def _offered_file(self, source: Source) -> Offer:
        url = self.recipe.url
        headers = source.head(url)
        size = _number(headers.get("content-length", ""))
        tag = headers.get("etag", "")
        algorithm, digest, proof = self._digest(source)
        if not digest:
            proof = "its length and, if it is compressed, its own checksum; the source tells no hash"
        # A weak tag names no bytes (RFC 9110, section 8.8.1): nothing may be appended under it.
        tag = "" if tag.startswith("W/") else tag
        name = _name_in(url)
        if not is_plain_name(name):
            raise TexscholarError(f"the recipe {self.recipe.name} names no file in its url; mend it")
        wanted = Wanted(url, name, size, algorithm, digest, tag)
        version = digest or (f"{tag} {size}" if tag else "")
        return Offer((wanted,), size, self._missing((wanted,)), self.recipe.works, digest[:12], proof, version)

    def _digest(self, source: Source) -> tuple[str, str, str]:
        """The algorithm, the hash and where it stands: in the recipe, or in a file that the source publishes."""
        recipe = self.recipe
        if recipe.sha256:
            return "sha256", recipe.sha256.lower(), "the sha256 that the recipe pins"
        if not recipe.checksum_url:
            return "", "", ""
        text = source.page(recipe.checksum_url)[:65536].decode("utf-8", "replace")
        name = _name_in(recipe.url)
        lines = text.splitlines()
        found = _CHECKSUM.search(next((line for line in lines if name in line), lines[0] if lines else ""))
        if found is None:
            raise TexscholarError(f"{host(recipe.checksum_url)} tells no checksum of {name}; try again later")
        algorithm = _HASH[len(found[1])]
        return algorithm, found[1].lower(), f"the {algorithm} that the source publishes beside it"

    def _offered_tree(self, source: Source, *, latest: bool) -> Offer:
        recipe = self.recipe
        revision = recipe.latest if latest and recipe.latest else recipe.revision
        listed = json_object(source.page(recipe.url.replace("{revision}", revision)))
        files = _files_of_tree(listed, recipe, revision)
        tree = tree_hash(listed)
        if tree != (self._known_tree(revision) or tree):
            message = f"{host(recipe.url)} lists other files than revision {revision[:12]} has; get it again later"
            raise TexscholarError(message)
        proof = f"git's hash of every file, as {host(recipe.url)} lists them for " + (
            "the revision that the recipe pins" if revision == recipe.revision else f"{revision} as it is now"
        )
        size = sum(each.size for each in files)
        return Offer(files, size, self._missing(files), recipe.works, revision[:12], proof, tree)

    def _known_tree(self, revision: str) -> str:
        """The hash that the listing of a revision has to have: pinned, or what it was before; empty for a branch."""
        if self.recipe.tree and revision == self.recipe.revision:
            return self.recipe.tree
        receipt = _read_json(self._beside / _RECEIPT)
        was_fetched = _SHA1.fullmatch(revision) and receipt.get("revision") == revision[:12]
        return str(receipt.get("version", "")) if was_fetched else ""

    def _missing(self, files: Sequence[Wanted]) -> int:
        """The bytes that are neither in place nor waiting, -1 where a size is not told."""
        if any(each.size < 0 for each in files):
            return -1
        return sum(0 if self._has(each) else max(0, each.size - _size(part_of(self._beside, each))) for each in files)

    def _has(self, wanted: Wanted) -> bool:
        path = self.folder / wanted.name
        is_same = bool(wanted.digest) and path.is_file() and path.stat().st_size == wanted.size
        return is_same and digest_of(path, wanted.algorithm) == wanted.digest

    def _get_files(self, source: Source, offer: Offer, progress: Progress) -> None:
        done = 0
        for wanted in offer.files:
            if not self._has(wanted):
                self._get_file(source, wanted, lambda there, before=done: progress(before + there, offer.size))  # type: ignore[misc] # a default
            done += max(0, wanted.size)
            progress(done, offer.size)
        with disk_errors(self.folder):
            _remove_others(self.folder, {each.name for each in offer.files})
            _remove_others(self._beside, {_RECEIPT})

    def _get_file(self, source: Source, wanted: Wanted, progress: Callable[[int], None]) -> None:
        part, target = part_of(self._beside, wanted), self.folder / wanted.name
        fetch(source, wanted, part, progress)
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            part.replace(target)

    # -- pages

    def _offered_pages(self, source: Source) -> Offer:
        state = self._state()
        if state.total < 0:
            state = replace(state, total=self._page(source, "").total)
        works = min(state.total, self.asked.most) if self.asked.most else state.total
        proof = "every page is whole and of the protocol; the source tells no hash of what it gives"
        return Offer(works=works, proof=proof)

    def _page(self, source: Source, token: str) -> Page:
        """A page, asked for again where it comes cut off or is none."""
        recipe = self.recipe

        def ask() -> Page:
            if recipe.way == OAI_PMH:
                return oai_page(source.page(oai_address(recipe, self.asked, token)), recipe)
            return openalex_page(source.page(openalex_address(recipe, self.asked, token, self._key)), recipe)

        return source.patiently(ask)

    def _get_pages(self, source: Source, progress: Progress) -> str:
        state, part = self._state(), self._beside / _PART
        with disk_errors(part), part.open("a+b") as file:
            make_ours(file, part)
            file.truncate(state.size)  # what came after the last whole page
            while not state.is_done:
                page = self._next(source, state)
                file.write(page.lines)
                file.flush()
                os.fsync(file.fileno())
                state = state.after(page)
                _write_json(self._beside / _STATE, asdict(state))
                progress(state.works, min(state.total, self.asked.most) if self.asked.most else state.total)
                if not state.is_done:
                    source.wait(self.recipe.pause, "")
        with disk_errors(self._pages_file):
            part.replace(self._pages_file)
            (self._beside / _STATE).unlink(missing_ok=True)
            _remove_others(self.folder, {self._pages_file.name})
        announced = min(state.total, self.asked.most) if self.asked.most else state.total
        return f"{announced} works were announced and {state.works} came" if state.works < announced else ""

    def _next(self, source: Source, state: _State) -> Page:
        try:
            page = self._page(source, state.next)
        except PastError:
            (self._beside / _STATE).unlink(missing_ok=True)
            raise
        if page.next and (page.next == state.next or not page.count):
            raise TexscholarError(f"{host(self.recipe.url)} gives the same page again and again; try again later")
        return cut(page, self.asked.most - state.works) if self.asked.most else page

    def _state(self) -> _State:
        """Where an earlier call stopped, if it asked the same and left as much as it says."""
        asked = f"{self.recipe.url} {self.asked}"
        read = _read_json(self._beside / _STATE)
        with suppress(TypeError):
            state = _State(**read)
            if state.asked == asked and state.is_sound and _size(self._beside / _PART) >= state.size:
                return state
        return _State(asked)


@dataclass(frozen=True, slots=True)
class _State:
    """How far pages were fetched: how to ask for the next, the bytes and works of those that are here."""

    asked: str
    next: str = ""
    size: int = 0
    works: int = 0
    total: int = -1
    is_done: bool = False

    @property
    def is_sound(self) -> bool:
        numbers = (self.size, self.works, self.total)
        return all(type(each) is int for each in numbers) and self.size >= 0 and isinstance(self.next, str)

    def after(self, page: Page) -> _State:
        total = page.total if page.total >= 0 else self.total
        return _State(
            self.asked, page.next, self.size + len(page.lines), self.works + page.count, total, is_done=not page.next
        )


def _name_in(url: str) -> str:
    return url.rpartition("/")[2]


def corpus_name(recipe: Recipe, part: str) -> str:
    """What the library of a corpus is called unless the user says otherwise."""
    return f"{recipe.name}-{re.sub(r'[^A-Za-z0-9.-]', '-', part)}" if part else recipe.name


def tree_hash(listed: object) -> str:
    """The hash of the tree object that a listing describes (git-scm.com/book, "Git Objects"); empty where it is none.

    An entry is its mode, a space, its name, a zero byte and its hash; git orders folders as if they ended in a slash.
    """
    found = listed.get("tree") if isinstance(listed, dict) else None
    if not isinstance(found, list):
        return ""
    rows = []
    for each in found:
        if not isinstance(each, dict) or not isinstance(each.get("path"), str) or not isinstance(each.get("mode"), str):
            return ""
        sha = each.get("sha")
        if not isinstance(sha, str) or not _SHA1.fullmatch(sha):
            return ""
        name = each["path"].encode("utf-8", "surrogatepass")
        order = name + b"/" if each.get("type") == "tree" else name
        rows.append((order, each["mode"].lstrip("0").encode() + b" " + name + b"\0" + bytes.fromhex(sha)))
    body = b"".join(row for _, row in sorted(rows))
    return hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).hexdigest()


def _files_of_tree(listed: object, recipe: Recipe, revision: str) -> tuple[Wanted, ...]:
    """The files that a listing of GitHub's names (docs.github.com/rest/git/trees); those in folders are not wanted."""
    found = listed.get("tree") if isinstance(listed, dict) else None
    if not isinstance(listed, dict) or not isinstance(found, list) or listed.get("truncated"):
        raise TexscholarError(f"{host(recipe.url)} gives no whole listing; try again later")
    files = []
    for each in found:
        if not isinstance(each, dict) or each.get("type") != "blob":
            continue
        name, size, sha = each.get("path"), each.get("size"), each.get("sha")
        is_right = is_plain_name(name) and type(size) is int and 0 <= size <= _LARGEST_FILE
        if not is_right or not isinstance(sha, str) or not _SHA1.fullmatch(sha):
            raise TexscholarError(f"{host(recipe.url)} lists a file that cannot be one; try again later")
        url = recipe.files.replace("{revision}", revision).replace("{file}", str(name))
        files.append(Wanted(url, str(name), int(str(size)), "git", sha))
    return tuple(files)


def _remove_others(folder: Path, kept: set[str]) -> None:
    """Remove the files of a folder that are not of what is there now."""
    for path in folder.iterdir():
        if path.is_file() and path.name not in kept:
            path.unlink()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else -1  # noqa: PLR2004 - digits


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _read_json(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _write_json(path: Path, value: object) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(value, indent=1), encoding="utf-8")
    fresh.replace(path)
