"""Our hook in a ``.pre-commit-config.yaml``: lines are inserted, all others stay as they are.

Format: https://pre-commit.com/#adding-pre-commit-plugins-to-your-project
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from texscholar.errors import TexscholarError
from texscholar.setup.proposal import appended
from texscholar.source import Edit, Span, apply_edits

if TYPE_CHECKING:
    from texscholar.source import SourceText

_BY_HAND = "write each under `repos:` as lines that begin with `- repo:`, or add texscholar's by hand"


@dataclass(frozen=True, slots=True)
class Hook:
    """What is pinned: the address of texscholar's repository, a tag of it, the hook, the files it is limited to."""

    repository: str
    rev: str
    id: str
    files: str = ""

    def lines(self, style: _Style) -> str:
        """The hook as an item of ``repos``."""
        dash = " " * style.dash
        keys = " " * (style.dash + style.keys)
        inner = " " * (style.dash + style.keys + style.hooks)
        lines = [
            f"{dash}-{' ' * (style.keys - 1)}repo: {self.repository}",
            f"{keys}rev: {self.rev}",
            f"{keys}hooks:",
            f"{inner}-{' ' * (style.hook_keys - 1)}id: {self.id}",
        ]
        if self.files:
            # Single quotes: YAML reads no escape in them.
            quoted = self.files.replace("'", "''")
            lines.append(f"{inner}{' ' * style.hook_keys}files: '{quoted}'")
        return "".join(f"{line}\n" for line in lines)


class _Style(NamedTuple):
    """Columns: of the dash of an item, of its keys behind it, of the dash of a hook behind these, of its keys."""

    dash: int = 2
    keys: int = 2
    hooks: int = 2
    hook_keys: int = 2


def with_hook(source: SourceText, hook: Hook) -> tuple[Edit, ...]:
    """The edits that add the hook; none where a hook of texscholar stands there already, at whatever revision.

    Raises:
        TexscholarError: the file is no valid YAML, or its layout leaves no place for another item.
    """
    before = _loaded(source.text, source.path)
    if not isinstance(before, dict | None):
        raise TexscholarError("must hold `repos:` with a list below it; mend it", path=source.path, line=1)
    repos = (before or {}).get("repos") or []
    if not isinstance(repos, list):
        raise TexscholarError("`repos` must be a list; mend it", path=source.path)
    if any(_is_ours(repo, hook) for repo in repos):
        return ()
    edits = _edits(source, hook)
    try:
        after = _loaded(apply_edits(source.text, edits), source.path)
    except TexscholarError:
        after = None
    if after != {**(before or {}), "repos": [*repos, _loaded(hook.lines(_Style()), source.path)[0]]}:
        raise TexscholarError(f"is laid out so that no hook can be added; {_BY_HAND}", path=source.path)
    return edits


def _is_ours(repo: object, hook: Hook) -> bool:
    if not isinstance(repo, dict):
        return False
    hooks = repo.get("hooks")
    ids = [each.get("id") for each in hooks if isinstance(each, dict)] if isinstance(hooks, list) else []
    named = any(str(each).startswith("texscholar") for each in ids)
    return named or _plain(str(repo.get("repo"))) == _plain(hook.repository)


def _plain(address: str) -> str:
    return address.rstrip("/").removesuffix(".git")


def _loaded(text: str, path: str) -> Any:  # noqa: ANN401 - whatever the file holds
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise TexscholarError(
            f"is no valid YAML ({error.problem}); mend it and run again", path=path, line=line
        ) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise TexscholarError(
            f"is no valid YAML ({error.reason}); mend it and run again", path=path, line=line
        ) from None
    except (ValueError, RecursionError) as error:  # a date that is none, brackets without end
        raise TexscholarError(f"is no valid YAML ({error}); mend it and run again", path=path) from None


def _edits(source: SourceText, hook: Hook) -> tuple[Edit, ...]:
    text = source.text
    root = yaml.compose(text, yaml.SafeLoader)
    entry = next((pair for pair in root.value if pair[0].value == "repos"), None) if root is not None else None
    if entry is None:
        return (appended(source, f"repos:\n{hook.lines(_Style())}"),)
    key, value = entry
    if not value.value or value.tag == "tag:yaml.org,2002:null":  # `repos:`, `repos: []`, `repos: null`
        colon = text.index(":", key.end_mark.index) + 1
        gone = Edit(Span(colon, max(colon, value.end_mark.index)), "")
        added = _inserted(source, _next_line(text, gone.span.end), hook.lines(_Style()))
        return (gone, added) if len(gone.span) else (added,)
    if value.flow_style or not isinstance(value, yaml.SequenceNode):
        line = value.start_mark.line + 1
        raise TexscholarError(f"holds its repositories in brackets; {_BY_HAND}", path=source.path, line=line)
    style = _style(value)
    blank = "\n" if _is_spaced(text, value) else ""
    return (_inserted(source, _behind(text, _end(value), style.dash), blank + hook.lines(style)),)


def _inserted(source: SourceText, at: int, lines: str) -> Edit:
    """Lines before the line that begins there, in the file's own line ends."""
    ended = "" if source.text[at - 1] in "\r\n" else "\n"
    return Edit(Span(at, at), (ended + lines).replace("\n", source.newline))


def _style(repos: yaml.SequenceNode) -> _Style:
    """The columns that the file's own items stand in."""
    dash = repos.start_mark.column
    items = [item for item in repos.value if isinstance(item, yaml.MappingNode) and not item.flow_style]
    if not items:
        return _Style(dash)
    item = items[-1]
    keys = item.start_mark.column - dash
    for key, hooks in item.value:
        if key.value == "hooks" and isinstance(hooks, yaml.SequenceNode) and not hooks.flow_style:
            hook = hooks.start_mark.column
            inner = hooks.value[0].start_mark.column - hook
            return _Style(dash, keys, hook - item.start_mark.column, inner)
    return _Style(dash, keys)


def _end(node: yaml.Node) -> int:
    """Where the last scalar or bracket of a node ends; PyYAML lets blocks end at what comes behind."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        # An alias lies where its anchor is: before its key.
        return max(map(_end, last)) if isinstance(last, tuple) else _end(last)
    return int(node.end_mark.index)


def _behind(text: str, end: int, dash: int) -> int:
    """The start of the line behind the last item: comments that stand further in than its dash belong to it."""
    kept = text[:end].rstrip()  # a block scalar ends behind its empty lines
    at = _next_line(text, len(kept))
    while at < len(text):
        line = text[at : _next_line(text, at)]
        content = line.lstrip(" ")
        if not content.startswith("#") or len(line) - len(content) <= dash:
            break
        at += len(line)
    return at


def _next_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _is_spaced(text: str, repos: yaml.SequenceNode) -> bool:
    """Whether a blank line stands before the last of several items."""
    if len(repos.value) < 2:  # noqa: PLR2004 - several
        return False
    before = text[: repos.value[-1].start_mark.index].splitlines()[:-1]
    return bool(before) and not before[-1].strip()
