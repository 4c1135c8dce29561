"""Answers as libraries: what a source told is searched and ranked like any other records."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from texscholar.library.index import build_index, open_library
from texscholar.library.manifest import Source
from texscholar.library.origins import ONLINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from texscholar.library.index import Library
    from texscholar.library.online.asking import Answered


@contextmanager
def shelves(answered: Sequence[Answered]) -> Iterator[tuple[Library, ...]]:
    """A library ``online:SOURCE`` of what each source told, in a folder that goes when it is left.

    Raises:
        TexscholarError: the folder cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="texscholar-") as folder, ExitStack() as stack:
        libraries = []
        for each in answered:
            if each.records:
                directory = Path(folder) / each.source
                build_index(each.records, directory, [Source(each.source, each.sha256, len(each.records), 0)])
                libraries.append(stack.enter_context(open_library(directory, f"{ONLINE}{each.source}")))
        yield tuple(libraries)
