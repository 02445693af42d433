"""TOML as text: strings of any characters, keys, tables in their order, comments."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# What must not stand in a comment, or would end it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def string(text: str) -> str:
    """A basic string. JSON's escapes are among TOML's; only DEL is no control character there."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(text: str) -> str:
    """A key, in quotes where it needs them."""
    return text if _BARE_KEY.fullmatch(text) else string(text)


def value(data: Any) -> str:
    """A text, a truth value, a number, a list, or a table on one line."""
    if isinstance(data, bool):
        return "true" if data else "false"
    if isinstance(data, str):
        return string(data)
    if isinstance(data, Mapping):
        return "{ " + ", ".join(pair(name, inner) for name, inner in data.items()) + " }"
    if isinstance(data, Sequence):
        return "[" + ", ".join(map(value, data)) + "]"
    return str(data)


def pair(name: str, data: Any) -> str:
    """`key = value`"""
    return f"{key(name)} = {value(data)}"


def header(*names: str, array: bool = False) -> str:
    """`[a.b]`, or `[[a.b]]` for an entry of an array of tables."""
    path = ".".join(map(key, names))
    return f"[[{path}]]" if array else f"[{path}]"


def table(
    names: tuple[str, ...], data: Mapping[str, Any], on_one_line: Collection[str] = ()
) -> list[str]:
    """The lines of a table: its own keys first, then the tables in it, each with its header.

    :param on_one_line: keys whose tables are written `{ … }`, behind the other keys
    """
    own: dict[str, Any] = {}
    inner_tables: dict[str, Any] = {}
    for name, inner in data.items():
        is_table = isinstance(inner, Mapping) and name not in on_one_line
        (inner_tables if is_table else own)[name] = inner
    lines = []
    if own or not inner_tables:
        lines += [header(*names), *(pair(name, inner) for name, inner in own.items())]
    for name, inner in inner_tables.items():
        lines += ([""] if lines else []) + table((*names, name), inner, on_one_line)
    return lines


def comment(text: str) -> list[str]:
    """Lines of a comment; control characters become spaces, so that none of them ends early."""
    return [f"# {_CONTROL.sub(' ', line)}".rstrip() for line in text.split("\n")]
