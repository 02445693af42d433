"""How a query is run: its parts, the statement, the plan of the database, and times."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from textwrap import indent
from time import perf_counter
from typing import Any

import peewee

from cti_oql import Key, Oql, Param
from cti_oql.resolve.resolve import resolve
from cti_oql.running import is_postgresql, rows
from cti_oql.syntax.parse import parse
from cti_oql.tools.outline import Node, outline

MOST_VALUES = 20
_CLAUSES = ("FROM", "LEFT JOIN", "JOIN", "WHERE", "UNION", "ORDER BY", "LIMIT")
# A text, a name, a parenthesis, or the blank before a clause.
_PIECE = re.compile(rf"""'[^']*'|"[^"]*"|[()]| (?=(?:{"|".join(_CLAUSES)})\b)""")


@dataclass(frozen=True)
class Explanation:
    """What happened on the way from a query to the objects it finds; times are in seconds."""

    query: str
    tree: Node
    sql: str
    values: tuple[object, ...]
    plan: list[str]
    keys: list[Key]
    seconds: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """What `--explain --json` prints."""
        return {
            "query": self.query,
            "tree": self.tree.as_json(),
            "sql": self.sql,
            "values": [_json_value(value) for value in self.values],
            "plan": self.plan,
            "rows": len(self.keys),
            "milliseconds": {name: round(s * 1000, 3) for name, s in self.seconds.items()},
        }

    def as_text(self) -> str:
        """What is printed for a person."""
        values = [f"{number}  {value!r}" for number, value in enumerate(self.values, start=1)]
        if len(values) > MOST_VALUES:
            values[MOST_VALUES:] = [f"… and {len(values) - MOST_VALUES} more"]
        parts = {
            "Query": self.query.splitlines(),
            "Tree": self.tree.lines(),
            "SQL": laid_out(self.sql),
            "Values": values or ["none"],
            "Plan": self.plan,
        }
        texts = [f"{title}\n{indent(chr(10).join(lines), '  ')}" for title, lines in parts.items()]
        times = ", ".join(f"{name} {s * 1000:.1f} ms" for name, s in self.seconds.items())
        return "\n".join([*texts, f"{len(self.keys)} found: {times}"])


def explain(
    oql: Oql, database: peewee.Database, text: str, values: Mapping[str, Param]
) -> Explanation:
    """Run a query and watch it.

    :raises OqlError: it can't be answered
    """
    seconds: dict[str, float] = {}
    # The parser is made when it is first needed.
    oql.resolve(text)
    fresh = oql.fresh()
    with _timed(seconds, "parse"):
        parsed = parse(text)
    with _timed(seconds, "check"):
        resolve(oql.schema, parsed, text)
    fresh.resolve(text)
    postgresql = is_postgresql(database)
    with _timed(seconds, "compile"):
        statement = fresh.statement(text, values, postgresql=postgresql)
    with _timed(seconds, "execute"):
        keys = fresh.ids(database, text, values)
    plan = list(_plan(database, statement.sql, statement.values))
    return Explanation(text, outline(parsed), statement.sql, statement.values, plan, keys, seconds)


def laid_out(sql: str) -> list[str]:
    """A statement in lines, one for each clause that is in no parentheses."""
    lines, start, depth = [], 0, 0
    for piece in _PIECE.finditer(sql):
        if piece[0] == "(":
            depth += 1
        elif piece[0] == ")":
            depth -= 1
        elif piece[0] == " " and depth == 0:
            lines.append(sql[start : piece.start()])
            start = piece.end()
    return [*lines, sql[start:]]


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    start = perf_counter()
    yield
    seconds[name] = perf_counter() - start


def _plan(database: peewee.Database, sql: str, values: tuple[object, ...]) -> Iterator[str]:
    if is_postgresql(database):
        yield from (row[0] for row in rows(database, f"EXPLAIN {sql}", values))
        return
    depths = {0: -1}
    for step, parent, _unused, detail in rows(database, f"EXPLAIN QUERY PLAN {sql}", values):
        depths[step] = depths.get(parent, -1) + 1
        yield "  " * depths[step] + detail


def _json_value(value: object) -> object:
    try:
        json.dumps(value)
    except TypeError:
        return str(value)
    return value
