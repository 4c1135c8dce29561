r"""The file that TeX is run on for a draft where no latexmk reads the overlay: it inputs the author's main file.

Nothing of the sources is copied, so errors, SyncTeX and the lines of notes are those of the author's files by nature.
"""

from __future__ import annotations

import re

from texscholar.report.overlay import is_plain_name

SUFFIX, NOTES = "-draft", ".txsovl"
_OURS = b"% texscholar"  # begins all that is made for drafts, in the first or, after %&, the second line
# `%&name` in the first line names the format: web2c manual, section "Determining the memory dump to use".
_FORMAT = re.compile(r"%&[ \t]*[\w.-]+")


def is_ours(data: bytes) -> bool:
    """Whether a file is one that texscholar made for a draft."""
    first, _, rest = data.partition(b"\n")
    return first.startswith(_OURS) or (first.startswith(b"%&") and rest.startswith(_OURS))


def render_draft(main: str, overlay: str, source: str) -> str | None:
    r"""The TeX that builds a draft; None where TeX could not read a file of such a name.

    Args:
        main: the main file, from where TeX runs.
        overlay: the notes, named likewise.
        source: what the main file holds, whose first line may name the format.
    """
    if not all(map(_can_be_read, (main, overlay))):
        return None
    named = _FORMAT.match(source)
    # Where the document begins, letters beyond ASCII may be another encoding's commands.
    lines = (
        *((named[0],) if named else ()),
        f"{_OURS.decode()}'s draft of {main}: made by `texscholar preprocess`, safe to delete. TeX runs beside {main}.",
        f"\\AtBeginDocument{{\\InputIfFileExists{{\\detokenize{{{overlay}}}}}{{}}{{}}}}",
        f"\\input{{{main}}}",
    )
    return "".join(f"{line}\n" for line in lines)


def _can_be_read(name: str) -> bool:
    return is_plain_name(name) and not name.startswith("|")  # which would run a program
