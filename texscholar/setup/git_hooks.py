"""Hooks of plain git: whose a hook is, where ours goes, and how another one calls it."""

from __future__ import annotations

HOOKS = ("pre-commit", "pre-push")


def name_for(name: str, existing: str | None) -> str | None:
    """The file name that our hook gets; None where the one that is there calls texscholar already.

    Beside a foreign hook ours lies under a name that git does not run.
    """
    if existing is None:
        return name
    return None if "texscholar" in existing else f"{name}.texscholar"


def how_to_chain(name: str, shown: str) -> str:
    """What to do so that a foreign hook and ours both run."""
    call = f'"$(dirname "$0")/{name}.texscholar" "$@" || exit 1'
    return f"{shown} is a hook of your own and stays as it is; to have both, add this line to it: {call}"
