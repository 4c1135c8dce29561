"""The CI recipes of ``docs/ci``: where each goes in a paper's repository, and what is filled in."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar import __repository__
from texscholar.errors import TexscholarError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACTION = "OWNER/texscholar@"
_GITHUB = re.compile(r"https://github\.com/(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?")


@dataclass(frozen=True, slots=True)
class Recipe:
    """``file`` of ``docs/ci`` goes to ``target``, or to ``besides`` where a file of the user's own lies there."""

    file: str
    target: str
    besides: str = ""
    ask: str = ""


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "github": Recipe("github.yml", ".github/workflows/texscholar.yml"),
        "github-review": Recipe("github-review.yml", ".github/workflows/texscholar-review.yml"),
        "gitlab": Recipe(
            "gitlab.yml",
            ".gitlab-ci.yml",
            ".gitlab/texscholar.yml",
            "add `- local: .gitlab/texscholar.yml` to `include:` in your .gitlab-ci.yml",
        ),
        "shell": Recipe("check.sh", "ci/texscholar.sh"),
        "overleaf": Recipe("overleaf.yml", ".github/workflows/texscholar-overleaf.yml"),
        "overleaf-git": Recipe("overleaf.sh", "ci/texscholar-overleaf.sh"),
    }
)


def fitted(text: str, repository: str, folder: str) -> str:
    """A recipe with the address of texscholar's repository and the folder of the papers filled in.

    Raises:
        TexscholarError: it uses the GitHub action, and the repository does not lie on GitHub.
    """
    if _ACTION in text:
        slug = _GITHUB.fullmatch(repository)
        if slug is None:
            raise TexscholarError(
                f"{repository} is no repository on GitHub, where an action must lie; name one with "
                "--repository https://github.com/OWNER/texscholar, or take --ci shell"
            )
        text = text.replace(_ACTION, f"{slug['name']}@")
    text = text.replace(__repository__, repository)
    if folder != ".":
        text = text.replace('PATHS: "."', f"PATHS: {json.dumps(folder, ensure_ascii=False)}")
        text = text.replace('paths: "."', f"paths: {json.dumps(folder, ensure_ascii=False)}")
        text = re.sub(r"^paths=\.$", lambda _: f"paths={shlex.quote(folder)}", text, flags=re.MULTILINE)
    return text
