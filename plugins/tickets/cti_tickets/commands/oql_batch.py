"""Many queries in one run: JSON lines in, a line out for each, in order."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Never

from cti_oql import Oql, OqlError
from flask import current_app

from cti_host import current_host
from cti_tickets.commands.oql_parameters import as_in_a_call

BAD_LINE = "bad line"
INTERNAL_ERROR = "internal error"


@dataclass(frozen=True)
class Answer:
    """What one line was answered; `understood` is false where there is no verdict on a query."""

    content: dict[str, Any]
    understood: bool = True

    def __str__(self) -> str:
        # ASCII: any text goes through any pipe.
        return json.dumps(self.content)


def answers(oql: Oql, lines: Iterable[bytes]) -> Iterator[Answer]:
    """An answer to each line, as soon as it is there; none of them stops the others."""
    for line in lines:
        # What a context collects, it collects for one line only.
        with current_app.app_context():
            yield _answer(oql, line)


def _answer(oql: Oql, line: bytes) -> Answer:
    try:
        query, values = _read(line)
    except ValueError as error:
        return _refusal(BAD_LINE, str(error))
    try:
        keys = oql.ids(current_host().database, query, as_in_a_call(values))
    except OqlError as error:
        return Answer({"error": error_json(error)})
    # The other lines have a right to their answers, whatever this one ran into.
    except Exception as error:
        return _refusal(INTERNAL_ERROR, f"{type(error).__name__}: {error}")
    return Answer({"keys": [f"{class_name}::{id_}" for class_name, id_ in keys]})


def error_json(error: OqlError) -> dict[str, Any]:
    """An error as programs read it; line and column count from 1, and are None without a place."""
    return {
        "kind": error.kind,
        "message": error.advice,
        "line": error.line,
        "column": error.column,
    }


def _refusal(kind: str, message: str) -> Answer:
    error = {"kind": kind, "message": message, "line": None, "column": None}
    return Answer({"error": error}, understood=False)


def _read(line: bytes) -> tuple[str, dict[str, Any]]:
    """The query of a line and its parameters.

    :raises ValueError: it is not what it should be
    """
    try:
        content = json.loads(line.decode("utf-8-sig"), parse_constant=_no_number)
    except RecursionError:
        raise ValueError("not JSON: nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(content, dict):
        raise ValueError('not a JSON object: write {"query": "SELECT …", "params": {}}')
    query = content.get("query")
    if not isinstance(query, str):
        raise ValueError('"query" must be a text' if "query" in content else 'no "query"')
    values = content.get("params")
    if values is None:
        return query, {}
    if not isinstance(values, dict):
        raise ValueError('"params" must be an object: {"callers_list": [1, 2]}')
    return query, values


def _no_number(word: str) -> Never:
    raise ValueError(f"{word} is no JSON number")
