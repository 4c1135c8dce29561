"""Agent mode: the model searches the library by itself, in the format of tool calls it was trained on.

Liquid AI's models write a call as a Python list of calls, ``[search_library(query="…", year_from=2015)]``, between two
control tokens. It is parsed as syntax and never executed; whatever is no such call is an error told to the model.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from texscholar.errors import Skipped
from texscholar.lfm.backend import Generated, Generation
from texscholar.lfm.chat import CALL_END, CALL_START
from texscholar.lfm.prompts import Option, Turn, agent_prompt, clean, described, strip_thinking

if TYPE_CHECKING:
    from collections.abc import Mapping

TOOL = "search_library"
MOST_TURNS, MOST_TOKENS, MOST_CALLS = 4, 160, 3  # turns of one search; tokens and calls of one turn

_MOST_QUERY = 100  # characters
_SHOWN = 5  # works told to the model
_YEARS = range(1000, 3000)

TOOLS = json.dumps(
    [
        {
            "name": TOOL,
            "description": "Searches the library of papers by the words of their titles and abstracts.",
            "parameters": {
                "type": "object",
                "properties": {
                    "query": {"type": "string", "description": "three to eight words"},
                    "year_from": {"type": "integer", "description": "no older papers"},
                    "year_to": {"type": "integer", "description": "no newer papers"},
                },
                "required": ["query"],
            },
        }
    ]
)
"""The tool on offer, as the templates of both generations list it."""


@dataclass(frozen=True, slots=True)
class Query:
    """A search for works, of some years or of any."""

    text: str
    year_from: int | None = None
    year_to: int | None = None

    def covers(self, year: int | None) -> bool:
        """Whether a work of this year is wanted; one without a year is."""
        return year is None or (self.year_from or year) <= year <= (self.year_to or year)


SearchLibrary = Callable[[Query], Sequence[Option]]
"""Gives the best works for a query."""


class BadCallError(ValueError):
    """What the model wrote is no call of the tool; the text says why, for the model to read."""


def explore(
    generate: Callable[[Generation], Generated | Skipped], paper: str, topic: str, search: SearchLibrary, *, seed: int
) -> tuple[Query, ...] | Skipped:
    """The different searches that the model made; a Skipped where it made none.

    Args:
        generate: asks the model.
        paper: what the paper says about itself.
        topic: what works are wanted for.
        search: the library.
        seed: of what is drawn.
    """
    made: dict[Query, None] = {}
    prompt = agent_prompt(paper, topic, TOOLS)
    for number in range(MOST_TURNS):
        said = generate(Generation(prompt, MOST_TOKENS, seed=seed + number, stops=(CALL_END,)))
        if isinstance(said, Skipped):
            return tuple(made) or said
        text = strip_thinking(said.text)
        if CALL_START not in text:
            break
        turn, answer = _answered(text.split(CALL_START, 1)[1], made, search)
        prompt = replace(prompt, turns=(*prompt.turns, turn, answer))
    return tuple(made) or Skipped("agent mode", f"the model never called {TOOL}; going on without its searches")


def _answered(text: str, made: dict[Query, None], search: SearchLibrary) -> tuple[Turn, Turn]:
    """The call as it was understood, and what the tool says to it."""
    try:
        queries = queries_in(text)[:MOST_CALLS]
    except BadCallError as error:
        return Turn("assistant", (), calls=f"[{TOOL}()]"), Turn("tool", (json.dumps({"error": str(error)}),))
    results: list[Mapping[str, object]] = []
    for query in queries:
        if query in made:
            results.append({"query": query.text, "error": "you searched for this already; search for something else"})
            continue
        made[query] = None
        found = [described(option) for option in search(query)[:_SHOWN]]
        results.append({"query": query.text, "papers": found})
    calls = f"[{', '.join(map(written, queries))}]"
    return Turn("assistant", (), calls=calls), Turn("tool", (json.dumps(results, ensure_ascii=False),))


def queries_in(text: str) -> tuple[Query, ...]:
    """The searches of a text of calls in Python's syntax.

    Raises:
        BadCallError: it is not one or several calls of the tool with constants.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise BadCallError("the call cannot be read") from None
    calls = tree.elts if isinstance(tree, (ast.List, ast.Tuple)) else [tree]
    if not calls:
        raise BadCallError("there is no call")
    return tuple(dict.fromkeys(map(_query, calls)))


def _query(call: ast.expr) -> Query:
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.func.id != TOOL:
        raise BadCallError(f"there is no other tool than {TOOL}")
    given = dict(zip(("query", "year_from", "year_to"), map(_constant, call.args), strict=False))
    given |= {keyword.arg or "": _constant(keyword.value) for keyword in call.keywords}
    text = given.get("query")
    query = clean(text, _MOST_QUERY) if isinstance(text, str) else ""
    if not re.search(r"\w", query):
        raise BadCallError("query must be a text")
    return Query(query, _year(given, "year_from"), _year(given, "year_to"))


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def _year(given: Mapping[str, object], name: str) -> int | None:
    """A year, also where it was written as a text; None where there is none that could be meant."""
    value = given.get(name)
    if isinstance(value, str) and re.fullmatch(r"\d{4}", value):
        value = int(value)
    return value if isinstance(value, int) and value in _YEARS else None


def written(query: Query) -> str:
    """A search as the call that makes it."""
    years: Mapping[str, int | None] = MappingProxyType({"year_from": query.year_from, "year_to": query.year_to})
    parts = [f"query={json.dumps(query.text, ensure_ascii=False)}"]
    parts += [f"{name}={year}" for name, year in years.items() if year is not None]
    return f"{TOOL}({', '.join(parts)})"
