"""An entry that an author asked for, as a change to the bibliography, proved like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.bibtex import HouseStyle, insert_entries
from texscholar.suggest.patch import FileChange
from texscholar.suggest.proof import prove

if TYPE_CHECKING:
    from texscholar.bibtex import Bibliography, Work


def entry_change(bibliography: Bibliography, style: HouseStyle, key: str, work: Work, path: str) -> FileChange:
    """The change that gives a bibliography one entry; ``path`` is how a diff names its file.

    Raises:
        InternalError: a promise would be broken; nothing may be shown or written.
    """
    change = FileChange(path, bibliography.source, insert_entries(bibliography, style, [(key, work)]))
    prove(change, (), {*bibliography.keys, key}, {key})
    return change
