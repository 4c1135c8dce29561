"""Our own folder of models: what was downloaded into it, whether it is still that, and its removal."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from texscholar.errors import TexscholarError
from texscholar.incoming import check_room, disk_errors, part_of
from texscholar.lfm.places import Copy, copies, own_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from texscholar.lfm.catalogue import Variant
    from texscholar.lfm.hub import Hub, Published

    Progress = Callable[[int], None]

AGAIN = "pull it again"
"""How to go on after an interruption."""

_LARGEST_RECEIPT = 1 << 16  # bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a download brought; a file with a receipt is ours to remove."""

    repository: str
    file: str
    revision: str
    size: int
    sha256: str


class ModelStore:
    """The folder ``models`` in the data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir, self._folder = data_dir, data_dir / "models"

    def usable(self, variant: Variant, environ: Mapping[str, str]) -> Copy | None:
        """A copy on this machine whose sha256 is the known one; where none is known, one that is there."""
        wanted = self.known_sha256(variant)
        found = copies(variant, self._data_dir, environ)
        return next((copy for copy in found if wanted is None or sha256_of(copy.path) == wanted), None)

    def known_sha256(self, variant: Variant) -> str | None:
        """The sha256 that the variant's file has, from the catalogue or from what was downloaded."""
        receipt = self.receipt(variant)
        return variant.sha256 or (receipt.sha256 if receipt else None)

    def receipt(self, variant: Variant) -> Receipt | None:
        """What was downloaded as this variant."""
        try:
            with self._receipt_file(variant).open("rb") as file:
                data = json.loads(file.read(_LARGEST_RECEIPT))
            receipt = Receipt(**data)
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        return receipt if isinstance(receipt.sha256, str) else None

    def check_target(self, variant: Variant) -> None:
        """Raises: TexscholarError: a file that we did not download has the name that it would get."""
        own = own_file(variant, self._data_dir)
        if own.exists() and self.receipt(variant) is None:
            raise TexscholarError(
                "is not the known file, and texscholar did not download it; move it away", path=str(own)
            )

    def check_room(self, published: Published, variant: Variant) -> None:
        """Raises: TexscholarError: the disk has no room for what is still to come."""
        there = self._part(published, variant)
        check_room(self._folder, published.size - (there.stat().st_size if there.exists() else 0), AGAIN)

    def download(self, published: Published, variant: Variant, hub: Hub, progress: Progress) -> Path:
        """Fetch the file and put it under its name once its sha256 is right.

        Raises:
            TexscholarError: it cannot be had, is not what was announced, or the disk is full.
        """
        from texscholar.downloads import fetch  # noqa: PLC0415 - loads the network, and only here

        part, target = self._part(published, variant), own_file(variant, self._data_dir)
        fetch(hub.source, published.wanted(variant.local_file), part, progress)
        with disk_errors(part, AGAIN):
            self._write_receipt(variant, published)
            part.replace(target)
        return target

    def remove(self, variant: Variant) -> tuple[Path, ...]:
        """Delete what was downloaded as this variant, unfinished downloads too; the files that are gone.

        Raises:
            TexscholarError: nothing of it is ours to delete.
        """
        parts = sorted(self._folder.glob(f"{variant.local_file}.*.part"))
        own = own_file(variant, self._data_dir)
        if own.exists() and self.receipt(variant) is None:
            raise TexscholarError("was not downloaded by texscholar; delete it yourself if you mean to", path=str(own))
        gone = [file for file in (own, *parts) if file.exists()]
        if not gone:
            raise TexscholarError(
                f"nothing was downloaded as {variant.name}; `texscholar model list` tells what is there"
            )
        with disk_errors(own, AGAIN):
            for file in (*gone, self._receipt_file(variant)):
                file.unlink(missing_ok=True)
        return tuple(gone)

    def _part(self, published: Published, variant: Variant) -> Path:
        """An unfinished download: named by what it will be, so that nothing else is ever appended to it."""
        return part_of(self._folder, published.wanted(variant.local_file))

    def _receipt_file(self, variant: Variant) -> Path:
        return self._folder / f"{variant.local_file}.json"

    def _write_receipt(self, variant: Variant, published: Published) -> None:
        receipt = Receipt(variant.repository, variant.file, published.revision, published.size, published.sha256)
        file = self._receipt_file(variant)
        fresh = file.with_suffix(".json.new")
        fresh.write_text(json.dumps(asdict(receipt), indent=2) + "\n", encoding="utf-8")
        fresh.replace(file)


def sha256_of(path: Path) -> str:
    """The hash of a file.

    Raises:
        TexscholarError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TexscholarError(f"cannot be read ({error.strerror}); check its permissions", path=str(path)) from error
