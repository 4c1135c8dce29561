"""``texscholar fill --watch``: suggestions that are computed again whenever the paper or its settings change.

Files are looked at twice a second instead of having the system tell of them: a paper has some dozens, a look costs a
stat each, and it works on network drives, in containers and with editors that save by renaming, where events get lost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.looking import equipped, look_with
from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Callable

    from texscholar.cli.looking import Asked, Equipment, Result
    from texscholar.config import Settings
    from texscholar.pipeline import Job

_INTERVAL = 0.5  # seconds between two looks at the files; what still changes from one to the next is waited for
_OF_MODELS = ("model ", "server ")  # how what they failed to answer is told


class _Files:
    """The files that a run rests on, and how each looked before it was read, be it there or not."""

    def __init__(self) -> None:
        self._looks: dict[Path, tuple[int, ...] | None] = {}

    def add(self, file: Path) -> None:
        self._looks.setdefault(file, disk.look_of(file))

    def now(self) -> dict[Path, tuple[int, ...] | None]:
        return {file: disk.look_of(file) for file in self._looks}

    @property
    def changed(self) -> bool:
        return self.now() != self._looks


@dataclass(frozen=True, slots=True)
class Watch:
    """A paper that is looked at whenever it changes.

    ``named``: the files of it that alone count, none for all; ``asked``, ``job``: how it is looked at, and what for.
    ``keep`` puts a result where it belongs, and sums it up in a line.
    """

    place: disk.Place
    named: frozenset[str]
    asked: Asked
    job: Job
    keep: Callable[[Result], str]

    def run(self) -> NoReturn:
        """Look until somebody interrupts; libraries and model stay open until settings or a library change."""
        while True:
            tools, files = _Files(), _Files()
            try:
                settings, config_home = self._settings(tools)
                with equipped(self.asked, settings, config_home, default_model=True) as equipment:
                    works = True
                    while works and not tools.changed:
                        files = _Files()
                        works = self._round(equipment, files)
                        _wait(tools, files)
            except TexscholarError as error:
                _say(str(error))
                _wait(tools, files)

    def _settings(self, tools: _Files) -> tuple[Settings, Path | None]:
        """The paper's settings; what they rest on, and libraries that are files, are watched from now on."""
        for file in disk.settings_files(self.place):
            tools.add(file)
        for name in self.asked.libraries:
            tools.add(loading.absolute(name))
        settings, home = disk.find_settings(self.place)
        for name in settings.libraries:
            tools.add((home or Path.cwd()) / name)
        return settings, home

    def _round(self, equipment: Equipment, files: _Files) -> bool:
        """One look, told in a line; whether the model, if there is one, could be asked."""
        place = self.place

        def read(path: str) -> bytes | None:
            file = place.boundary / path
            files.add(file)
            return disk.read_bytes(file, path)

        files.add(disk.own_file(place.boundary, loading.REJECTED))
        scope = loading.Scope(named=self.named, read=read)
        try:
            paper = loading.load_paper(place, read)
            result = look_with(equipment, paper, place=place, scope=scope, asked=self.asked, job=self.job)
            _say(self.keep(result))
        except TexscholarError as error:
            _say(str(error))
            return True
        _, outcome, _ = result
        return not any(each.what.startswith(_OF_MODELS) for each in outcome.skipped)


def _wait(*watched: _Files) -> None:
    """Until one of the files has changed, and none changes any more."""
    while not any(files.changed for files in watched):
        time.sleep(_INTERVAL)
    before = None
    while (now := [files.now() for files in watched]) != before:
        before = now
        time.sleep(_INTERVAL)


def _say(line: str) -> None:
    loading.note(f"{time.strftime('%H:%M:%S')} {line}")
