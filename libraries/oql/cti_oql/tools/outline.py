"""A parsed query as an outline: what belongs to what, for a person who wonders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cti_oql.syntax import tree
from cti_oql.syntax.printing import expression_text, head_text, join_text


@dataclass(frozen=True)
class Node:
    """A line of the outline, and the lines under it."""

    label: str
    children: tuple[Node, ...] = ()

    def lines(self, indent: str = "") -> Iterator[str]:
        """The outline as text, two blanks a level."""
        yield indent + self.label
        for child in self.children:
            yield from child.lines(indent + "  ")

    def as_json(self) -> dict[str, Any]:
        """The outline for programs."""
        return {"label": self.label, "children": [child.as_json() for child in self.children]}


def outline(query: tree.Query) -> Node:
    """The outline of a query; a comparison of two simple values is one line."""
    branches = tuple(_branch(select) for select in query.branches)
    return branches[0] if len(branches) == 1 else Node("UNION", branches)


def _branch(select: tree.Select) -> Node:
    children = [Node(f"JOIN {join_text(join)}") for join in select.joins]
    if select.where is not None:
        children.append(Node("WHERE", (_node(select.where),)))
    return Node(head_text(select), tuple(children))


def _node(node: tree.Expression) -> Node:
    label, parts, query = _parts(node)
    if query is None and all(not _parts(part)[1] for part in parts):
        return Node(expression_text(node))
    children = [_node(part) for part in parts]
    return Node(label, tuple(children if query is None else [*children, outline(query)]))


def _parts(
    node: tree.Expression,
) -> tuple[str, tuple[tree.Expression, ...], tree.Query | None]:
    """What a line says, the operands under it, and the query under it."""
    match node:
        case tree.Binary(operator, left, right):
            return operator, (left, right), None
        case tree.Logical(operator, operands):
            return operator, operands, None
        case tree.In(operand, items, negated):
            return _membership(negated), (operand, *items), None
        case tree.InQuery(operand, query, negated):
            return _membership(negated), (operand,), query
        case tree.Call(function, arguments):
            return f"{function}()", arguments, None
        case tree.Interval(amount, unit):
            return f"INTERVAL … {unit}", (amount,), None
        case _:
            return expression_text(node), (), None


def _membership(negated: bool) -> str:
    return "NOT IN" if negated else "IN"
