"""The settings of a paper, as a file of their own or as a table of ``pyproject.toml``."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

from texscholar.config import DEFAULT_MIN_CONFIDENCE, read_settings
from texscholar.errors import TexscholarError
from texscholar.setup.proposal import appended
from texscholar.source import apply_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from texscholar.source import Edit, SourceText

_TABLE = ("tool", "texscholar")


def settings_file(libraries: Sequence[str]) -> str:
    """The settings as TOML: what was found as settings, what can be set besides as comments.

    Args:
        libraries: files that hold works and that no paper reads, relative to where the settings will stand.
    """
    # A JSON string is a TOML string, but for DEL, which is not printable.
    named = [json.dumps(name, ensure_ascii=False) for name in libraries if name.isprintable()]
    cited = f"libraries = [{', '.join(named)}]" if named else '# libraries = ["library.bib"]'
    return (
        "# What can be cited besides the paper's own bibliography: files below this folder, named libraries.\n"
        f"{cited}\n"
        "# Nothing less sure is suggested; 0.1 shows more while much is still uncited.\n"
        f"# min-confidence = {DEFAULT_MIN_CONFIDENCE}\n"
    )


def with_settings(pyproject: SourceText, libraries: Sequence[str]) -> Edit:
    """The same as a table at the end of a ``pyproject.toml`` that has none.

    Raises:
        TexscholarError: it is no valid TOML, or holds ``tool`` in a form that no table can be added to.
    """
    read_settings(pyproject.text, pyproject.path, _TABLE)
    edit = appended(pyproject, f"[{'.'.join(_TABLE)}]\n{settings_file(libraries)}")
    try:
        tomllib.loads(apply_edits(pyproject.text, [edit]).replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError:
        raise TexscholarError(
            "holds `tool` in a form that no table can be added to; write the settings into .texscholar.toml",
            path=pyproject.path,
        ) from None
    return edit
