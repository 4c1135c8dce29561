"""What sets up a paper's repository: settings, hooks, CI files, as changes to files that are there or new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from texscholar.lazy import exports

if TYPE_CHECKING:
    from texscholar.setup.configuration import settings_file, with_settings
    from texscholar.setup.git_hooks import HOOKS, how_to_chain, name_for
    from texscholar.setup.ignoring import with_ignored
    from texscholar.setup.latexmk import LATEXMKRC, block, with_block, with_drafts
    from texscholar.setup.pre_commit import Hook, with_hook
    from texscholar.setup.proposal import Proposal, new_file
    from texscholar.setup.recipes import RECIPES, Recipe, fitted

__all__ = [
    "HOOKS", "LATEXMKRC", "RECIPES", "Hook", "Proposal", "Recipe", "block", "fitted", "how_to_chain", "name_for",
    "new_file", "settings_file", "with_block", "with_drafts", "with_hook", "with_ignored", "with_settings",
]  # fmt: skip

__getattr__ = exports(
    __name__,
    {
        "configuration": "settings_file with_settings",
        "git_hooks": "HOOKS how_to_chain name_for",
        "ignoring": "with_ignored",
        "latexmk": "LATEXMKRC block with_block with_drafts",
        "pre_commit": "Hook with_hook",
        "proposal": "Proposal new_file",
        "recipes": "RECIPES Recipe fitted",
    },
)
