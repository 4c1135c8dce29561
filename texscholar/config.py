"""Settings of a paper: ``.texscholar.toml`` or ``[tool.texscholar]`` of ``pyproject.toml``; the command line overrides."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs

from texscholar.errors import TexscholarError

DEFAULT_MIN_CONFIDENCE = 0.5
VARIANTS = ("lfm2.5", "lfm2", "lfm2-8b-a1b", "lfm2.5-350m")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a paper may set.

    ``libraries``: names of libraries, or files inside the paper's repository.
    ``model_variant``: which installed model to use; ``none`` for none. A model *file* is named on the command line
    only, so that a cloned repository cannot make anybody load one.
    ``min_confidence``: below this probability nothing is suggested.
    ``ignore``: rules that are switched off.
    """

    libraries: tuple[str, ...] = ()
    model_variant: str = ""
    min_confidence: float = DEFAULT_MIN_CONFIDENCE
    max_suggestions: int = 0
    seed: int = 0
    ignore: tuple[str, ...] = ()
    check_unused_entries: bool = False


_TYPES: Mapping[str, tuple[type, ...]] = {
    "libraries": (list,),
    "model_variant": (str,),
    "min_confidence": (float, int),
    "max_suggestions": (int,),
    "seed": (int,),
    "ignore": (list,),
    "check_unused_entries": (bool,),
}


def read_settings(text: str, path: str, table: tuple[str, ...] = ()) -> Settings:
    """The settings in a TOML text.

    Args:
        text: the whole file.
        path: its name, for errors.
        table: the names that lead to our table; none when the whole file is ours.

    Raises:
        TexscholarError: no TOML, an unknown key, or a value of the wrong kind.
    """
    try:
        data: Any = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise TexscholarError(f"is no valid TOML ({error})", path=path, line=int(line[1]) if line else None) from None
    for name in table:
        data = data.get(name, {})
    if not isinstance(data, dict):
        raise TexscholarError(f"[{'.'.join(table)}] must be a table", path=path)
    values: dict[str, Any] = {}
    for key, value in data.items():
        name = key.replace("-", "_")
        if name not in _TYPES:
            known = ", ".join(field.name.replace("_", "-") for field in fields(Settings))
            raise TexscholarError(f"unknown setting {key!r}; known ones are {known}", path=path, line=_line(text, key))
        values[name] = _checked(name, value, path, _line(text, key))
    return Settings(**values)


def _checked(name: str, value: object, path: str, line: int | None) -> object:
    kinds = _TYPES[name]
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise TexscholarError(f"{name} must be {' or '.join(kind.__name__ for kind in kinds)}", path=path, line=line)
    if isinstance(value, list):
        if not all(isinstance(item, str) for item in value):
            raise TexscholarError(f"{name} must be a list of strings", path=path, line=line)
        return tuple(value)
    if name == "min_confidence" and not 0 <= float(value) <= 1:  # type: ignore[arg-type]
        raise TexscholarError("min_confidence must lie between 0 and 1", path=path, line=line)
    if name == "model_variant" and value not in (*VARIANTS, "none"):
        raise TexscholarError(f"unknown model-variant {value!r}; known ones are {', '.join(VARIANTS)}, none", path=path, line=line)
    if name in ("max_suggestions", "seed") and int(value) < 0:  # type: ignore[call-overload]
        raise TexscholarError(f"{name} must not be negative", path=path, line=line)
    return value


def _line(text: str, key: str) -> int | None:
    match = re.search(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text, re.M)
    return text.count("\n", 0, match.start()) + 1 if match else None


def data_directory() -> Path:
    """Where libraries and models of this user lie; ``TEXSCHOLAR_DATA_DIR`` names another place."""
    return _directory("TEXSCHOLAR_DATA_DIR", platformdirs.user_data_path("texscholar"))


def cache_directory() -> Path:
    """Where what can be made again lies; ``TEXSCHOLAR_CACHE_DIR`` names another place."""
    return _directory("TEXSCHOLAR_CACHE_DIR", platformdirs.user_cache_path("texscholar"))


def _directory(variable: str, default: Path) -> Path:
    named = os.environ.get(variable)
    return Path(named).expanduser().absolute() if named else default
