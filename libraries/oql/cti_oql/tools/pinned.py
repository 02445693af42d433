"""Whether a query finds only objects that a parameter names by one of their attributes."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cti_oql.syntax import tree


def is_pinned(query: tree.Query, code: str, parameters: Collection[str]) -> bool:
    """Whether all objects of a query have a value of some parameters in an attribute.

    `SELECT UserRequest WHERE caller_id IN (:callers_list)` is pinned by "caller_id" to
    "callers_list"; so it is if the key is joined and the id of what it leads to is compared.

    :param code: the attribute, of the class that the query finds
    :param parameters: their names without the colon
    """
    return all(_is_pinned(branch, code, parameters) for branch in query.branches)


def _is_pinned(branch: tree.Select, code: str, parameters: Collection[str]) -> bool:
    main = branch.selected[0].text if branch.selected else (branch.alias or branch.class_name).text
    places = {(None, code), (main, code)}
    for join in branch.joins:
        alias = (join.alias or join.class_name).text
        sides = {_place(join.left), _place(join.right)}
        if join.operator == "=" and (main, code) in sides and (alias, "id") in sides:
            places.add((alias, "id"))
    return any(
        operand in places
        and all(isinstance(v, tree.Parameter) and v.name in parameters for v in to)
        for operand, to in _demanded(branch.where)
    )


def _demanded(
    where: tree.Expression | None,
) -> Iterator[tuple[tuple[str | None, str], tuple[tree.Expression, ...]]]:
    """The attributes that have to have one of some values, whatever else is demanded."""
    match where:
        case tree.Logical("AND", operands):
            for operand in operands:
                yield from _demanded(operand)
        case tree.Binary("=", tree.Path() as path, value):
            yield _place(path), (value,)
        case tree.Binary("=", value, tree.Path() as path):
            yield _place(path), (value,)
        case tree.In(tree.Path() as path, items, False):
            yield _place(path), items


def _place(path: tree.Path) -> tuple[str | None, str]:
    return path.alias.text if path.alias else None, path.attribute.text
