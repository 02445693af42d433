"""From a syntax tree to a resolved query; what is wrong is told in the order of the language."""

from __future__ import annotations

from itertools import count

from cti_oql.errors import OqlError, OqlModelError
from cti_oql.resolve.joins import resolve_joins
from cti_oql.resolve.names import Names
from cti_oql.resolve.resolved import (
    Arithmetic,
    Branch,
    Chain,
    Comparison,
    Function,
    Interval,
    Membership,
    Operand,
    ResolvedQuery,
    SubMembership,
)
from cti_oql.resolve.scope import Scope
from cti_oql.schema import Schema
from cti_oql.syntax import tree
from cti_oql.syntax.words import COMPARISONS

_COMPARISON_OPERATORS = (*COMPARISONS, "LIKE", "NOT LIKE", "REGEXP", "MATCHES")


def resolve(schema: Schema, query: tree.Query, text: str) -> ResolvedQuery:
    """Look all names up in the classes.

    :param text: the query as written, for errors
    :raises OqlModelError: a name is unknown or ambiguous, or a join connects what it can't
    """
    resolver = _Resolver(schema, text)
    # The classes of sub-queries are looked up first, wherever they are.
    for inner in tree.sub_queries(query):
        for branch in inner.branches:
            resolver.names.class_of(branch.class_name)
            for join in branch.joins:
                resolver.names.class_of(join.class_name)
    branches = resolver.branches(query, None)
    return ResolvedQuery(
        text=text,
        class_names=resolver.common_classes(query, branches),
        parameters=tuple(resolver.parameters),
        filtered=any(select.where is not None for select in query.branches),
        branches=branches,
    )


class _Resolver:
    def __init__(self, schema: Schema, text: str) -> None:
        self.names = Names(schema, text)
        self.parameters: dict[str, None] = {}
        self._schema = schema
        self._numbers = count()

    def branches(self, query: tree.Query, outer: Scope | None) -> tuple[Branch, ...]:
        """The branches of a query or sub-query, each selecting as many classes as the first."""
        branches: list[Branch] = []
        for select in query.branches:
            branch = self._branch(select, outer)
            if branches and len(branch.selected) != len(branches[0].selected):
                raise self._error(
                    f"the branches of a UNION select {len(branches[0].selected)} and "
                    f"{len(branch.selected)} classes",
                    select.selected[0] if select.selected else select.class_name,
                )
            branches.append(branch)
        return tuple(branches)

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
        resolve_joins(self._schema, self.names, scope, select.joins)
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
                resolved = self._operand(operand, scope)
                return Membership(
                    resolved, tuple(self._operand(item, scope) for item in items), negated
                )
            case tree.InQuery(operand, query, negated):
                resolved = self._operand(operand, scope)
                branches = self.branches(query, scope)
                self.common_classes(query, branches)
                return SubMembership(resolved, branches, negated, node.position)
            case tree.Binary(operator, left, right):
                if operator == "MATCHES" and not isinstance(left, tree.Path):
                    raise OqlModelError(
                        "MATCHES needs an attribute on its left",
                        text=self.names.text,
                        position=node.position,
                        word=operator,
                    )
                resolved_left = self._operand(left, scope)
                resolved_right = self._operand(right, scope)
                if operator in _COMPARISON_OPERATORS:
                    return Comparison(operator, resolved_left, resolved_right, node.position)
                return Arithmetic(operator, resolved_left, resolved_right)
            case tree.Call(function, arguments):
                resolved_arguments = tuple(self._argument(each, scope) for each in arguments)
                return Function(function, resolved_arguments, node.position)
            case tree.Interval():
                raise AssertionError("an interval is only an argument")

    def _argument(self, node: tree.Expression, scope: Scope) -> Operand | Interval:
        if isinstance(node, tree.Interval):
            return Interval(self._operand(node.amount, scope), node.unit)
        return self._operand(node, scope)

    def _error(self, message: str, name: tree.Name) -> OqlError:
        return self.names.error(message, name)
