"""``texscholar review``: a patch, part by part, with what speaks for each, in the terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from texscholar import disk
from texscholar.cli import loading
from texscholar.cli.patches import (
    DECISIONS,
    Opened,
    earlier_decisions,
    find_patch,
    open_patch,
    remember,
    repository,
)
from texscholar.errors import Exit, TexscholarError
from texscholar.git import Repository
from texscholar.report.review_text import render_part
from texscholar.suggest import (
    Decision,
    Decisions,
    diff_lines,
    parts_named,
    read_rejections,
    render_decisions,
    updated_rejections,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.console import Console

    from texscholar.report.review_text import Line
    from texscholar.suggest import Part

_STYLES = {
    "": "",
    "head": "bold",
    "soft": "dim",
    "key": "cyan",
    "score": "bold",
    "shared": "bold underline",
    "add": "green",
    "remove": "red",
}
_ARROWS = {"\x1b[A": "k", "\x1b[D": "k", "\x1b[B": "j", "\x1b[C": "j"}
_END = "\x04"  # Ctrl-D, and a terminal that is gone
_HELP = """\
y  accept it                      a  accept it and all that follow in this file
n  reject it, now and later       d  reject it and all that follow in this file
e  accept it as you edit it       k  back to the one before
s  split it                       j  leave it open, on to the next
q  stop, leaving the rest open    ?  this help
"""


@click.command()
@click.argument("patch", required=False, type=click.Path(dir_okay=False))
@click.option("--rejected", is_flag=True, help="List what was rejected and is not suggested any more.")
@click.option("--forget", multiple=True, metavar="ID|all", help="Let this be suggested again (repeatable).")
@click.option("--reject", multiple=True, metavar="ID", help="Reject this suggestion and ask nothing (repeatable).")
def review(patch: str | None, rejected: bool, forget: tuple[str, ...], reject: tuple[str, ...]) -> int:  # noqa: FBT001 - a flag
    """Step through PATCH and say of each suggestion whether it is accepted; then `texscholar apply` writes those.

    PATCH is what `texscholar fill --output PATCH` wrote.  [default: .texscholar/suggestions.patch]

    What is rejected is kept in .texscholar/rejected.jsonl and not suggested again, until its sentence changes.
    """
    base = repository()
    if reject and (rejected or forget):
        raise click.UsageError("--reject goes without --rejected and --forget")
    if rejected or forget:
        return _rejected(base, forget)
    if reject:
        return _reject(patch, base, reject)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TexscholarError(
            "review asks questions, which takes a terminal; `fill --format html` makes a page of them"
        )
    opened = open_patch(*find_patch(patch, base), base)
    session = _Session(opened, base, _earlier(base))
    try:
        session.run()
    finally:
        session.end()
    return Exit.NOTHING


def _earlier(base: Path) -> dict[str, Decision]:
    earlier = earlier_decisions(base)
    return dict(earlier.parts) if earlier else {}


def _reject(patch: str | None, base: Path, ids: Sequence[str]) -> int:
    """Reject suggestions by their ids, as the keys of a session would."""
    data, name = find_patch(patch, base)
    opened = open_patch(data, name, base)
    cut = opened.cut
    open_ = {part.id for part in cut.parts}
    named = [part for part in parts_named(cut, ids, name) if part in open_]
    if not named:
        message = "is in the files already, or has no place there any more; `texscholar fill` tells what is left"
        raise TexscholarError(message, path=", ".join(ids))
    decisions = {part: each for part, each in _earlier(base).items() if part in open_}
    decisions |= dict.fromkeys(named, Decision(accepted=False))
    disk.write_own_file(base, DECISIONS, render_decisions(Decisions(data, decisions)))
    remember(opened, decisions)
    loading.note(f"rejected {', '.join(ids)}: not suggested again; `texscholar review --forget` undoes that")
    return Exit.NOTHING


def _rejected(base: Path, forget: Sequence[str]) -> int:
    """List the rejections that are remembered, or forget some."""
    file, name = disk.own_file(base, loading.REJECTED), f"{disk.OWN_FOLDER}/{loading.REJECTED}"
    data = disk.read_bytes(file, name) or b""
    known, skipped = read_rejections(data, name)
    loading.tell_skipped(skipped)
    if not forget:
        for each in known:
            about = " ".join(each.about.split())
            line = f'{each.id}  {each.rule}  {each.key}: {each.title} -- "{about}"'
            click.echo("".join(char if char.isprintable() else "?" for char in line))
        if not known:
            loading.note("nothing is rejected")
        return Exit.NOTHING
    gone = [each for each in known if "all" in forget or each.id in forget]
    unknown = next((each for each in forget if each != "all" and each not in {one.id for one in gone}), None)
    if unknown is not None:
        raise TexscholarError(f"nothing rejected is called {unknown}; `texscholar review --rejected` lists all")
    disk.write_own_file(base, loading.REJECTED, updated_rejections(data, (), gone))
    loading.note(f"forgot {len(gone)}; `texscholar fill` may suggest {'it' if len(gone) == 1 else 'them'} again")
    return Exit.NOTHING


class _Stop(Exception):  # noqa: N818 - no error
    """The user has had enough."""


@dataclass
class _Session:
    """One sitting: what was said so far, and where we are."""

    opened: Opened
    base: Path
    decisions: dict[str, Decision]
    at: int = 0
    waiting: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415 - heavy, and only this command draws

        self.console: Console = Console(highlight=False)
        self.parts = self.opened.cut.parts
        ids = {part.id for part in self.parts}
        self.decisions = {name: each for name, each in self.decisions.items() if name in ids}

    def run(self) -> None:
        """Ask about every part that is open; about all of them where none is."""
        cut = self.opened.cut
        loading.tell_skipped((*cut.misfits, *cut.lost.values()))
        if cut.made:
            loading.note(f"{len(cut.made)} of the patch's suggestions are in the files already")
        self.waiting = {part.id for part in self.parts if part.id not in self.decisions}
        if not self.waiting and self.parts:
            loading.note("all was decided before; from the first one again")
            self.waiting = {part.id for part in self.parts}
        self.at = self._next(0)
        try:
            while self.at < len(self.parts):
                key = self._ask(self.parts[self.at])
                step = {"j": 1, "k": -1}.get(key)
                self.at = self._next(self.at) if step is None else max(0, self.at + step)
        except _Stop:
            return

    def _next(self, start: int) -> int:
        """The number of the next part that waits for a word; that of none after the last."""
        return next((n for n in range(start, len(self.parts)) if self.parts[n].id in self.waiting), len(self.parts))

    def _ask(self, part: Part) -> str:
        """One part, until it is decided or left: the key that did so."""
        self._show(render_part(part, self._diff(part), self.at + 1, len(self.parts)))
        while True:
            key = self._key(self._question(part), self._keys(part))
            if key in ("y", "n"):
                self._say(part, Decision(key == "y"))
                return key
            if key in ("a", "d"):
                for each in self.parts[self.at :]:
                    if each.path == part.path:
                        self._say(each, Decision(key == "a"))
                return key
            if key in ("j", "k") or (key == "e" and self._edit(part)) or (key == "s" and self._split(part)):
                return key
            if key == "?":
                self.console.print(_HELP, end="", style="dim", markup=False)

    def _keys(self, part: Part) -> str:
        return "yn" + ("e" if part.edits else "") + ("s" if part.pieces else "") + "adjkq?"

    def _question(self, part: Part) -> str:
        before = self.decisions.get(part.id)
        now = "" if before is None else " (accepted)" if before.accepted else " (rejected)"
        what = {"citation": "this citation", "related-work": "this paragraph", "entry": "this entry"}[part.kind]
        return f"({self.at + 1}/{len(self.parts)}) Accept {what}{now} [{','.join(self._keys(part))}]? "

    def _key(self, question: str, allowed: str) -> str:
        """One of the allowed keys; q and the end of input stop."""
        while True:
            self.console.print(question, end="", style="bold blue", markup=False)
            try:
                raw = click.getchar() or _END
            except EOFError:
                raw = _END
            key = _ARROWS.get(raw, raw.lower())
            self.console.print(key if key.isprintable() else "", markup=False)
            if key in ("q", _END):
                raise _Stop
            if len(key) == 1 and key in allowed:
                return key
            self.console.print(f"One of {', '.join(allowed)}; ? tells what they do.", style="red", markup=False)

    def _say(self, part: Part, decision: Decision) -> None:
        """Keep a decision, on the disk too: whatever happens next, it is not lost."""
        self.decisions[part.id] = decision
        self.waiting.discard(part.id)
        disk.write_own_file(self.base, DECISIONS, render_decisions(Decisions(self.opened.data, self.decisions)))

    # -- other texts

    def _edit(self, part: Part) -> bool:
        """The part as the user writes it, if that is sound."""
        newline = "\r\n" if "\r\n" in self.opened.sources[part.path].text else "\n"
        before = self.decisions.get(part.id)
        text = part.text if before is None or before.text is None else before.text
        try:
            edited = click.edit(text.replace("\r\n", "\n"), self._editor(), require_save=False, extension=".tex")
        except click.ClickException as error:
            self._complain(f"{error.format_message()}; set EDITOR to an editor that is here")
            return False
        # Editors end the last line.
        edited = (edited or "").rstrip("\n").replace("\n", newline)
        if not edited.strip():
            self._complain("nothing is left; n rejects it")
            return False
        decision = Decision(accepted=True, text=None if edited == part.text else edited)
        return self._is_sound(part, decision)

    def _editor(self) -> str | None:
        """The editor that git would take."""
        try:
            return Repository.at(self.base).editor()
        except TexscholarError:
            return None

    def _split(self, part: Part) -> bool:
        """The part by its pieces, each asked about."""
        kept: list[int] = []
        unit = "sentence" if part.paragraph >= 0 else "change"
        answer = ""
        for number, piece in enumerate(part.pieces):
            self._show(((("add", " ".join(piece.split())),),))
            if answer not in ("a", "d"):
                question = f"({unit} {number + 1}/{len(part.pieces)}) Keep it [y,n,a,d,q]? "
                answer = self._key(question, "ynad")
            kept += [number] if answer in ("y", "a") else []
        if not kept:
            return self._is_sound(part, Decision(accepted=False))
        only = None if len(kept) == len(part.pieces) else tuple(kept)
        return self._is_sound(part, Decision(accepted=True, only=only))

    def _is_sound(self, part: Part, decision: Decision) -> bool:
        """Keep a decision if what it makes of the file harms nothing; else say why not."""
        try:
            self.opened.changes({part.id: decision})
        except TexscholarError as error:
            self._complain(str(error))
            return False
        self._say(part, decision)
        return True

    # -- shown

    def _diff(self, part: Part) -> Sequence[tuple[str, str]]:
        source = self.opened.sources.get(part.path)
        return () if source is None else diff_lines(part, source)

    def _show(self, lines: Iterable[Line]) -> None:
        from rich.text import Text  # noqa: PLC0415 - as in __post_init__

        self.console.print()
        for line in lines:
            text = Text.assemble(*((piece, _STYLES[style]) for style, piece in line))
            self.console.print(text, soft_wrap=False, overflow="fold")

    def _complain(self, text: str) -> None:
        self.console.print(text, style="red", markup=False)

    def end(self) -> None:
        """What was rejected is remembered, and what comes next is told."""
        remember(self.opened, self.decisions)
        accepted = sum(each.accepted for each in self.decisions.values())
        rejected = len(self.decisions) - accepted
        undecided = len(self.parts) - len(self.decisions)
        loading.note(f"{accepted} accepted, {rejected} rejected, {undecided} open")
        if not accepted:
            return
        try:
            files = ", ".join(change.path for change in self.opened.changes(self.decisions))
        except TexscholarError as error:
            loading.note(f"what was accepted does not go together: {error}; review it again")
        else:
            loading.note(f"`texscholar apply` writes what was accepted into {files}")
