"""A tree checked against the classes; what is wrong is told in the order of the language."""

from __future__ import annotations

from itertools import count

from cti_oql.errors import OqlError, OqlModelError
from cti_oql.resolve.joins import check_joins
from cti_oql.resolve.names import Names
from cti_oql.resolve.resolved import (
    Arithmetic,
    Branch,
    Chain,
    CheckedQuery,
    Comparison,
    Function,
    Interval,
    Membership,
    Operand,
    SubMembership,
)
from cti_oql.resolve.scope import Scope
from cti_oql.schema import Schema
from cti_oql.syntax import tree
from cti_oql.syntax.words import COMPARISONS

_COMPARING = (*COMPARISONS, "LIKE", "NOT LIKE", "REGEXP", "MATCHES")


def check(schema: Schema, query: tree.Query, text: str) -> CheckedQuery:
    """Look all names up in the classes.

    :param text: the query as written, for errors
    :raises OqlModelError: a name is unknown or ambiguous, or a join is none
    """
    checking = _Check(schema, text)
    # The classes of sub-queries are looked up first, wherever they are.
    for inner in tree.sub_queries(query):
        for branch in inner.branches:
            checking.names.class_of(branch.class_name)
            for join in branch.joins:
                checking.names.class_of(join.class_name)
    branches = checking.branches(query, None)
    return CheckedQuery(
        text=text,
        class_names=checking.common_classes(query, branches),
        parameters=tuple(checking.parameters),
        branches=branches,
    )


class _Check:
    def __init__(self, schema: Schema, text: str) -> None:
        self.names = Names(schema, text)
        self.parameters: dict[str, None] = {}
        self._schema = schema
        self._numbers = count()

    def branches(self, query: tree.Query, outer: Scope | None) -> tuple[Branch, ...]:
        """The branches of a query or sub-query, each selecting as many classes as the first."""
        found: list[Branch] = []
        for select in query.branches:
            branch = self._branch(select, outer)
            if found and len(branch.selected) != len(found[0].selected):
                raise self._error(
                    f"the branches of a UNION select {len(found[0].selected)} and "
                    f"{len(branch.selected)} classes",
                    select.selected[0] if select.selected else select.class_name,
                )
            found.append(branch)
        return tuple(found)

    def common_classes(self, query: tree.Query, branches: tuple[Branch, ...]) -> tuple[str, ...]:
        """For each alias selected, the nearest class that the branches have in common."""
        common = [branches[0].source(number).class_def.name for number in branches[0].selected]
        for select, branch in zip(query.branches[1:], branches[1:], strict=True):
            for place, number in enumerate(branch.selected):
                other = branch.source(number).class_def.name
                lineage = self._schema.ancestors(other)
                shared = [c for c in self._schema.ancestors(common[place]) if c in lineage]
                if not shared:
                    raise self._error(
                        f"{common[place]} and {other} have no class in common", select.class_name
                    )
                common[place] = shared[0]
        return tuple(common)

    def _branch(self, select: tree.Select, outer: Scope | None) -> Branch:
        main = self.names.class_of(select.class_name)
        scope = Scope(outer, self._numbers)
        scope.add((select.alias or select.class_name).text, main)
        check_joins(self._schema, self.names, scope, select.joins)
        selected = dict.fromkeys(
            self.names.source(scope, alias, own=True).number for alias in select.selected
        )
        where = None if select.where is None else self._operand(select.where, scope)
        sources = tuple(scope.sources)
        return Branch(sources, tuple(selected) or (sources[0].number,), where)

    def _operand(self, node: tree.Expression, scope: Scope) -> Operand:
        match node:
            case tree.Text() | tree.Integer() | tree.Null():
                return node
            case tree.Parameter(name):
                self.parameters.setdefault(name)
                return node
            case tree.Path():
                return self.names.field(scope, node)
            case tree.Logical(operator, operands):
                return Chain(operator, tuple(self._operand(each, scope) for each in operands))
            case tree.In(operand, items, negated):
                checked = self._operand(operand, scope)
                return Membership(
                    checked, tuple(self._operand(item, scope) for item in items), negated
                )
            case tree.InQuery(operand, query, negated):
                checked = self._operand(operand, scope)
                branches = self.branches(query, scope)
                self.common_classes(query, branches)
                return SubMembership(checked, branches, negated, node.position)
            case tree.Binary(operator, left, right):
                if operator == "MATCHES" and not isinstance(left, tree.Path):
                    raise OqlModelError(
                        "MATCHES needs an attribute on its left",
                        text=self.names.text,
                        position=node.position,
                        word=operator,
                    )
                checked_left = self._operand(left, scope)
                checked_right = self._operand(right, scope)
                if operator in _COMPARING:
                    return Comparison(operator, checked_left, checked_right, node.position)
                return Arithmetic(operator, checked_left, checked_right)
            case tree.Call(function, arguments):
                checked_arguments = tuple(self._argument(each, scope) for each in arguments)
                return Function(function, checked_arguments, node.position)
            case tree.Interval():
                raise AssertionError("an interval is only an argument")

    def _argument(self, node: tree.Expression, scope: Scope) -> Operand | Interval:
        if isinstance(node, tree.Interval):
            return Interval(self._operand(node.amount, scope), node.unit)
        return self._operand(node, scope)

    def _error(self, message: str, name: tree.Name) -> OqlError:
        return self.names.error(message, name)
