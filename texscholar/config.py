"""Settings of a paper: ``.texscholar.toml``, or ``[tool.texscholar]`` of ``pyproject.toml``."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_MIN_CONFIDENCE = 0.25
USER_CONFIG = "config.toml"
LENGTHS = SHORT, MEDIUM, LONG = "short", "medium", "long"
ONLINE_SOURCES = ("openalex", "crossref", "semantic-scholar", "arxiv", "dblp", "acl-anthology")
VARIANTS = ("lfm2.5", "lfm2", "lfm2-8b-a1b", "lfm2.5-350m", "citeagent-1.2b", "citeagent-2.6b")


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


@dataclass(frozen=True, slots=True)
class UserSettings:
    """What a user may set for all papers, in a file of their own that no repository brings along.

    ``server``: the address of an OpenAI-compatible server, which ``fill`` asks unless another model is named.
    ``server_model``: which of its models to ask.
    ``servers``: more addresses that ``--server`` may name though they lie outside this machine.
    ``libraries``: those that are used where none is named; None for all of the user's.
    ``library_servers``: addresses of search services that ``--library`` may name though they lie outside this machine.
    ``library_folders``: folders with libraries that others keep, which are known by their names.
    ``online``: online sources that ``fill`` asks without being told to.
    ``online_in_hooks``: ``check``, and so the hooks, ask them too.
    ``mailto``: an address of electronic mail for those sources that want to know whom to write to.
    """

    server: str = ""
    server_model: str = ""
    servers: tuple[str, ...] = ()
    libraries: tuple[str, ...] | None = None
    library_servers: tuple[str, ...] = ()
    library_folders: tuple[str, ...] = ()
    online: tuple[str, ...] = ()
    online_in_hooks: bool = False
    mailto: str = ""


_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,190}")
_LARGEST = 2**31 - 1  # what llama.cpp takes as a seed on every platform
_STRINGS = "a list of strings"
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "libraries": _STRINGS,
        "model_variant": "a string",
        "min_confidence": "a number",
        "max_suggestions": "a whole number",
        "seed": "a whole number",
        "ignore": _STRINGS,
        "check_unused_entries": "true or false",
    }
)
_USER_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "server": "a string",
        "server_model": "a string",
        "servers": _STRINGS,
        "libraries": _STRINGS,
        "library_servers": _STRINGS,
        "library_folders": _STRINGS,
        "online": _STRINGS,
        "online_in_hooks": "true or false",
        "mailto": "a string",
    }
)
_TYPES: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        _STRINGS: (list,),
        "a string": (str,),
        "a number": (float, int),
        "a whole number": (int,),
        "true or false": (bool,),
    }
)


def has_table(text: str, table: tuple[str, ...]) -> bool:
    """Whether a TOML text has a table of this name; where the text is broken, whether it seems to."""
    if table[-1] not in text:
        return False
    try:
        data: Any = _parsed(text)
    except (ValueError, RecursionError):
        return _header(text, table) is not None
    for name in table:
        if not isinstance(data, dict) or name not in data:
            return False
        data = data[name]
    return True


def read_settings(text: str, path: str, table: tuple[str, ...] = ()) -> Settings:
    """The settings in a TOML text.

    Args:
        text: the whole file.
        path: its name, for errors.
        table: the names that lead to our table; none when the whole file is ours.

    Raises:
        TexscholarError: no TOML, an unknown key, or a value of the wrong kind.
    """
    data = _load(text, path)
    for depth, name in enumerate(table):
        data = data.get(name, {})
        if not isinstance(data, dict):
            raise TexscholarError(f"{'.'.join(table[: depth + 1])} must be a table", path=path)
    return Settings(**_values(data, _KINDS, text, path, table))  # type: ignore[arg-type] # each was checked


def read_user_settings(text: str, path: str) -> UserSettings:
    """The settings of a user in a TOML text; errors as of ``read_settings``."""
    return UserSettings(**_values(_load(text, path), _USER_KINDS, text, path))  # type: ignore[arg-type] # as above


def _values(
    data: Mapping[str, Any], kinds: Mapping[str, str], text: str, path: str, table: tuple[str, ...] = ()
) -> dict[str, object]:
    """The values of a table by their names in Python, each of its kind."""
    values: dict[str, object] = {}
    for key, value in data.items():
        name, line = key.replace("-", "_"), _line(text, key, table)
        if name not in kinds:
            raise TexscholarError(_unknown(key, name, kinds), path=path, line=line)
        if name in values:
            raise TexscholarError(f"{key} is set twice, with hyphens and with underscores", path=path, line=line)
        reason = _fault(name, value, kinds[name])
        if reason:
            raise TexscholarError(f"{key} {reason}", path=path, line=line)
        values[name] = tuple(value) if isinstance(value, list) else value
    return values


def _unknown(key: str, name: str, kinds: Mapping[str, str]) -> str:
    if name in _USER_KINDS:
        return (
            f"{key} is for your own {USER_CONFIG}, not for a paper's settings: `texscholar doctor` tells where it lies"
        )
    known = ", ".join(kind.replace("_", "-") for kind in kinds)
    return f"unknown setting {key!r}; known ones are {known}"


def _load(text: str, path: str) -> dict[str, Any]:
    try:
        return _parsed(text)
    except ValueError as error:  # TOMLDecodeError is one; a number of thousands of digits is another
        line = re.search(r"line (\d+)", str(error))
        raise TexscholarError(f"is no valid TOML ({error})", path=path, line=int(line[1]) if line else None) from None
    except RecursionError:
        raise TexscholarError("is no valid TOML (nested too deeply)", path=path) from None


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415 - few papers have settings

    return tomllib.loads(text)


def _fault(name: str, value: object, kind: str) -> str:
    """What is wrong with a value, or an empty string."""
    is_kind = isinstance(value, _TYPES[kind]) and (isinstance(value, bool) == (bool in _TYPES[kind]))
    if not is_kind or (isinstance(value, list) and not all(isinstance(item, str) for item in value)):
        return f"must be {kind}"
    if isinstance(value, str):
        return _fault_of_text(name, value)
    if name == "online" and isinstance(value, list) and not set(value) <= set(ONLINE_SOURCES):
        return f"must hold some of {', '.join(ONLINE_SOURCES)}"
    if isinstance(value, (int, float)):
        if name == "min_confidence" and not 0 <= value <= 1:
            return "must lie between 0 and 1"
        if not 0 <= value <= _LARGEST:
            return f"must lie between 0 and {_LARGEST}"
    return ""


def _fault_of_text(name: str, value: str) -> str:
    if name == "model_variant" and value not in (*VARIANTS, "none"):
        return f"must be one of {', '.join(VARIANTS)}, none"
    if name == "mailto" and value and not _MAIL.fullmatch(value):
        return "must be an address of electronic mail"
    return ""


def _header(text: str, table: tuple[str, ...]) -> re.Match[str] | None:
    """The line that opens a table."""
    names = r"[ \t]*\.[ \t]*".join(rf"[\"']?{re.escape(name)}[\"']?" for name in table)
    return re.search(rf"^[ \t]*\[[ \t]*{names}[ \t]*[\].]", text, re.MULTILINE)


def _line(text: str, key: str, table: tuple[str, ...]) -> int | None:
    """The line a key of ours stands in, looked for behind the head of our table; None where it is not found."""
    header = _header(text, table) if table else None
    key_at = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.]", re.MULTILINE)
    match = key_at.search(text, header.end() if header else 0)
    return text.count("\n", 0, match.start()) + 1 if match else None


def is_in_ci(environment: Mapping[str, str]) -> bool:
    """Whether this runs in continuous integration: every service sets ``CI``, and whoever denies it writes so."""
    return environment.get("CI", "").lower() not in ("", "0", "false", "no")


def data_directory() -> Path:
    """Where libraries and models of this user lie; ``TEXSCHOLAR_DATA_DIR`` names another place."""
    from platformdirs import user_data_path  # noqa: PLC0415 - many a run has neither library nor model

    return _directory("TEXSCHOLAR_DATA_DIR", user_data_path("texscholar"))


def config_directory() -> Path:
    """Where this user's settings lie; ``TEXSCHOLAR_CONFIG_DIR`` names another place."""
    from platformdirs import user_config_path  # noqa: PLC0415 - as in data_directory

    return _directory("TEXSCHOLAR_CONFIG_DIR", user_config_path("texscholar"))


def cache_directory() -> Path:
    """Where what can be made again lies; ``TEXSCHOLAR_CACHE_DIR`` names another place."""
    from platformdirs import user_cache_path  # noqa: PLC0415 - as in data_directory

    return _directory("TEXSCHOLAR_CACHE_DIR", user_cache_path("texscholar"))


def _directory(variable: str, default: Path) -> Path:
    named = os.environ.get(variable)
    if not named:
        return default
    try:
        return Path(named).expanduser().absolute()
    except RuntimeError as error:  # ~ of a user that does not exist
        raise TexscholarError(f"{variable} names no directory ({error}); set it to a whole path") from None
