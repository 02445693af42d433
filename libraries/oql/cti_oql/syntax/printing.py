"""A tree written as a query again: parsing the result gives the same tree."""

from __future__ import annotations

import re

from cti_oql.syntax import tree
from cti_oql.syntax.words import LEVELS, RESERVED

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z", re.ASCII)
_IN_LEVEL = 5
_OPERAND_LEVEL = 6


def to_text(query: tree.Query) -> str:
    """The query as text, on one line unless a string or name in it has line breaks."""
    return " UNION ".join(_select(branch) for branch in query.branches)


def expression_text(node: tree.Expression) -> str:
    """A part of a query as text."""
    return _expression(node, 0)


def name_text(name: str) -> str:
    """A class, alias or attribute as text: in backticks where it needs them."""
    return name if _PLAIN.match(name) and name not in RESERVED else f"`{name}`"


def join_text(join: tree.Join) -> str:
    """A join as text, without the word JOIN."""
    operands = f"{_path(join.left)} {join.operator} {_path(join.right)}"
    return f"{_class(join.class_name, join.alias)} ON {operands}"


def head_text(select: tree.Select) -> str:
    """A branch of a query as text, up to its class and alias."""
    selected = ", ".join(_name(alias) for alias in select.selected)
    head = f"SELECT {selected} FROM" if selected else "SELECT"
    return f"{head} {_class(select.class_name, select.alias)}"


def _select(select: tree.Select) -> str:
    parts = [head_text(select), *(f"JOIN {join_text(join)}" for join in select.joins)]
    if select.where is not None:
        parts += ["WHERE", _expression(select.where, 0)]
    return " ".join(parts)


def _class(name: tree.Name, alias: tree.Name | None) -> str:
    return f"{_name(name)} AS {_name(alias)}" if alias else _name(name)


def _name(name: tree.Name) -> str:
    return name_text(name.text)


def _path(path: tree.Path) -> str:
    return f"{_name(path.alias)}.{_name(path.attribute)}" if path.alias else _name(path.attribute)


def _expression(node: tree.Expression, level: int) -> str:
    """An expression where only operators of `level` and tighter may stand without parentheses."""
    own, text = _written(node)
    return text if own >= level else f"({text})"


def _written(node: tree.Expression) -> tuple[int, str]:
    match node:
        case tree.Path():
            return _OPERAND_LEVEL, _path(node)
        case tree.Text(value):
            escaped = value.replace("\\", "\\\\").replace("'", "\\'")
            return _OPERAND_LEVEL, f"'{escaped}'"
        case tree.Integer(value, hexadecimal):
            return _OPERAND_LEVEL, hex(value) if hexadecimal else str(value)
        case tree.Null():
            return _OPERAND_LEVEL, "NULL"
        case tree.Parameter(name):
            return _OPERAND_LEVEL, f":{name}"
        case tree.Binary(operator, left, right):
            own = LEVELS[operator]
            return own, f"{_expression(left, own)} {operator} {_expression(right, own + 1)}"
        case tree.Logical(operator, operands):
            own = LEVELS[operator]
            return own, f" {operator} ".join(_expression(o, own + 1) for o in operands)
        case tree.In(operand, items, negated):
            listed = ", ".join(_expression(item, 0) for item in items)
            return _IN_LEVEL, _member(operand, negated, listed)
        case tree.InQuery(operand, query, negated):
            return _IN_LEVEL, _member(operand, negated, to_text(query))
        case tree.Call(function, arguments):
            listed = ", ".join(_expression(argument, 0) for argument in arguments)
            return _OPERAND_LEVEL, f"{function}({listed})"
        case tree.Interval(amount, unit):
            return _OPERAND_LEVEL, f"INTERVAL {_expression(amount, 0)} {unit}"


def _member(operand: tree.Expression, negated: bool, inside: str) -> str:
    return f"{_expression(operand, _IN_LEVEL)} {'NOT IN' if negated else 'IN'} ({inside})"
