"""Recipes of open corpora: one TOML file each, ours beside this module and a user's own in the configuration folder."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from texscholar.errors import TexscholarError
from texscholar.library.corpora import FOLDER
from texscholar.library.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILES, GIT_TREE, OAI_PMH, OPENALEX = WAYS = ("files", "git-tree", "oai-pmh", "openalex")
"""The protocols by which a corpus is fetched."""

_ENDING = ".toml"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:-]{0,60}")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]{3,500}")
_TYPES = MappingProxyType({"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)})
_CHOICES = MappingProxyType({"way": WAYS, "kind": KINDS})
_ADDRESSES = frozenset(("url", "licence_url", "source_url", "files", "checksum_url"))
_REQUIRED = frozenset(("about", "kind", "way", "url", "licence", "licence_url"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How an open corpus is fetched, and what is to be known before.

    ``url`` is that of the file (``files``), of the listing (``git-tree``, with ``{revision}``) or of the service;
    ``files`` that of each listed file, with ``{revision}`` and ``{file}``.
    ``sha256`` or ``tree`` pin what must come; ``checksum_url`` names a file in which the source publishes the hash.
    ``part`` is what may stand behind the name and a colon, ``parts`` names for it; ``key`` a variable of the
    environment that holds a key of the service. ``works``, ``bytes`` and ``requests`` are estimates of the month
    ``noted``; ``pause``: seconds between two requests.
    """

    name: str
    about: str
    kind: str
    way: str
    url: str
    licence: str
    licence_url: str
    source_url: str = ""
    files: str = ""
    revision: str = ""
    latest: str = ""
    tree: str = ""
    sha256: str = ""
    checksum_url: str = ""
    prefix: str = ""
    part: str = ""
    needs_part: bool = False
    parts: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    works: int = 0
    bytes: int = 0
    requests: int = 1
    works_a_day: int = 0
    pause: float = 0.0
    noted: str = ""

    @property
    def shown(self) -> str:
        """How it is asked for."""
        if not self.part:
            return self.name
        return f"{self.name}:{self.part}" if self.needs_part else f"{self.name}[:{self.part}]"

    def part_named(self, part: str) -> str:
        """What a service is asked for under the name of a part; empty for everything.

        Raises:
            TexscholarError: there is no such part, or it has to be named.
        """
        known = f"; it has {', '.join(self.parts)}" if self.parts else ""
        if not part:
            if self.needs_part:
                raise TexscholarError(f"{self.name} is fetched by {self.part}: name one, as in {self.shown}{known}")
            return ""
        if not self.part:
            raise TexscholarError(f"{self.name} has no parts; leave out what follows the colon")
        found = self.parts.get(part, part)
        if not _PART.fullmatch(found):
            raise TexscholarError(f"{self.name} has no such {self.part}{known}")
        return found


def recipes(config: Path) -> Mapping[str, Recipe]:
    """All recipes by name, a user's own in place of ours of the same name.

    Raises:
        TexscholarError: one of the user's is garbled.
    """
    ours = [each for each in files(__package__).iterdir() if each.name.endswith(_ENDING)]
    found = {each.name: each.read_text(encoding="utf-8") for each in ours}
    places = dict.fromkeys(found, "")
    for path in sorted((config / FOLDER).glob(f"*{_ENDING}")):
        try:
            found[path.name] = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise TexscholarError(f"cannot be read ({error}); mend it or move it away", path=str(path)) from error
        places[path.name] = str(path)
    read = [read_recipe(name.removesuffix(_ENDING), text, places[name] or name) for name, text in sorted(found.items())]
    return MappingProxyType({recipe.name: recipe for recipe in read})


def read_recipe(name: str, text: str, path: str) -> Recipe:
    """The recipe in a TOML text.

    Raises:
        TexscholarError: it is none, with what is wrong.
    """
    try:
        values = {key.replace("-", "_"): value for key, value in tomllib.loads(text).items()}
    except (ValueError, RecursionError) as error:
        raise TexscholarError(f"is no valid TOML ({error}); mend it", path=path) from None
    wrong = "" if _NAME.fullmatch(name) else "its name may hold small letters, digits and dashes only"
    if wrong := wrong or _fault(values):
        raise TexscholarError(f"is no recipe of a corpus: {wrong}", path=path)
    return Recipe(name=name, **values)


def _fault(values: dict[str, Any]) -> str:
    """What is wrong with the values of a recipe, or an empty string."""
    known = {each.name: str(each.type) for each in fields(Recipe) if each.name != "name"}
    unknown, missing = sorted(values.keys() - known.keys()), sorted(_REQUIRED - values.keys())
    wrong = [name for name, value in values.items() if name in known and not _is_right(name, value, known[name])]
    needs = ("files", "revision") if values.get("way") == GIT_TREE else ()
    faults = (
        *(f"it has no {name}" for name in unknown),
        *(f"it lacks {name}" for name in (*missing, *(name for name in needs if not values.get(name)))),
        *(f"{name} is not what it should be" for name in wrong),
    )
    return next((fault.replace("_", "-") for fault in faults), "")


def _is_right(name: str, value: object, kind: str) -> bool:
    if name == "parts":
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    if not isinstance(value, _TYPES[kind]) or isinstance(value, bool) != (kind == "bool"):
        return False
    if isinstance(value, int | float):
        return value >= 0
    if name in _CHOICES:
        return value in _CHOICES[name]
    return name not in _ADDRESSES or not value or _ADDRESS.fullmatch(str(value)) is not None
