"""A query of the settings: what it asks for, and its text with values in it.

iTop's REST services take no parameters. So every `:name` becomes a literal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from cti_oql import OqlRunError, is_pinned, parse, to_text, tree

from cti_host import Number, Reading, Unsearchable
from cti_itop.queries.literals import (
    NoLiteral,
    digits_pattern,
    like_pattern,
    literal,
    regexp_pattern,
)

Param = str | int | Number | Unsearchable | Sequence[int] | None
"""What a parameter may hold; `None` and `Unsearchable` match nothing."""

# So many digits at the end of an outside number are searched for.
LAST_DIGITS = 7
# An outside number with no more digits is searched for as a whole.
SHORTEST_CUT = 6
# With fewer digits to search for, a doubtful reading would find half of all persons.
FEWEST_DOUBTFUL = 6
# What stands for an attribute's texts when none of them is the number: no such text is a phone's.
NOBODY = "(nobody)"


class NothingToAsk(Exception):
    """The query can't find anything: a list in it is empty."""


class MissingParameter(LookupError):
    """A parameter of the query has no value; the message is its name."""


@dataclass(frozen=True)
class Comparison:
    """A place `attribute LIKE :name`, `= :name` or `IN (:name)` of a query.

    `class_name` is the class that has the attribute, `place` where the parameter is in the text.
    """

    class_name: str
    attribute: str
    parameter: str
    place: int

    def candidates(self, number: Number) -> str:
        """The query for every object whose attribute may be this number, and for others."""
        where = _number_condition(tree.Path(tree.Name(self.attribute)), number)
        return to_text(tree.Query((tree.Select(tree.Name(self.class_name), where=where),)))


class Query:
    """A query, taken apart once.

    `parameters` are the names in it, `branches` the class that each part of a UNION finds, and
    `comparisons` those of attributes with parameters.

    :raises OqlSyntaxError: it is not a query
    """

    def __init__(self, text: str) -> None:
        self._tree = parse(text)
        self.parameters = list(dict.fromkeys(p.name for p in tree.parameters(self._tree)))
        self.branches = [_selected_class(select) for select in self._tree.branches]
        self.comparisons = list(_comparisons(self._tree, {}))

    def is_pinned(self, code: str, parameters: Collection[str]) -> bool:
        """Whether all that it finds has one of some parameters in an attribute, see `cti_oql`."""
        return is_pinned(self._tree, code, parameters)

    @property
    def class_name(self) -> str:
        """The class it finds; of a UNION, that of its first part."""
        return self.branches[0]

    @property
    def only_compares(self) -> bool:
        """Whether its condition is nothing but such comparisons, of the class, joined by OR.

        Then a person it found can be checked here, without asking again.
        """
        first, *others = self._tree.branches
        if others or first.joins or first.where is None:
            return False
        places = {comparison.place for comparison in self.comparisons}
        return _only_compares(first.where, places)

    def inlined(
        self,
        parameters: Mapping[str, Param],
        stored: Mapping[Comparison, Sequence[str]] | None = None,
    ) -> str:
        """The text with literals for its parameters.

        A `Number` in a comparison finds every text that may be this number, and others; with
        `stored`, it finds exactly these texts instead.

        :raises NothingToAsk: a list is empty
        :raises MissingParameter: a parameter has no value
        :raises OqlRunError: a list is where one value belongs
        """
        texts = None
        if stored is not None:
            texts = {comparison.place: found for comparison, found in stored.items()}
        return to_text(_Inlining(self.comparisons, parameters, texts).query(self._tree))


class _Inlining:
    """Puts values into a query."""

    def __init__(
        self,
        comparisons: Sequence[Comparison],
        parameters: Mapping[str, Param],
        stored: Mapping[int, Sequence[str]] | None,
    ) -> None:
        self._places = {comparison.place for comparison in comparisons}
        self._parameters = parameters
        self._stored = stored

    def query(self, query: tree.Query) -> tree.Query:
        return tree.Query(tuple(map(self._select, query.branches)))

    def _select(self, select: tree.Select) -> tree.Select:
        if select.where is None:
            return select
        return replace(select, where=self._expression(select.where))

    def _expression(self, node: tree.Expression, operator: str = "") -> tree.Expression:
        """An expression with values.

        :param operator: LIKE or REGEXP, where it is the pattern of one
        """
        compared = _compared(node)
        if compared is not None and compared[1].position in self._places:
            value = self._value(compared[1])
            if isinstance(value, Number):
                return self._number_condition(*compared, value)
        match node:
            case tree.Parameter():
                return self._literal(node, operator)
            case tree.Binary("LIKE" | "NOT LIKE" | "REGEXP" as pattern, left, right):
                right = self._expression(right, pattern.removeprefix("NOT "))
                return replace(node, left=self._expression(left), right=right)
            case tree.Call("IF", (condition, *others)):
                texts = [self._expression(each, operator) for each in others]
                return replace(node, arguments=(self._expression(condition), *texts))
            case tree.Call("CONCAT" | "COALESCE"):
                return tree.with_children(node, lambda each: self._expression(each, operator))
            case tree.In(operand, items):
                listed = tuple(one for item in items for one in self._items(item))
                return replace(node, operand=self._expression(operand), items=listed)
            case tree.InQuery(operand, query):
                return replace(node, operand=self._expression(operand), query=self.query(query))
            case _:
                return tree.with_children(node, self._expression)

    def _items(self, item: tree.Expression) -> Iterator[tree.Expression]:
        """What stands for one item of a list: several, if it is a list itself."""
        if isinstance(item, tree.Parameter):
            value = self._value(item)
            if isinstance(value, Sequence) and not isinstance(value, str):
                if not value:
                    raise NothingToAsk(item.name)
                yield from (tree.Integer(int(one)) for one in value)
                return
        yield self._expression(item)

    def _number_condition(
        self, attribute: tree.Path, parameter: tree.Parameter, number: Number
    ) -> tree.Expression:
        """What stands for the comparison of an attribute with a number."""
        if self._stored is None:
            return _number_condition(attribute, number)
        texts = self._stored.get(parameter.position) or [NOBODY]
        return tree.In(attribute, tuple(tree.Text(literal(text)) for text in texts))

    def _literal(self, parameter: tree.Parameter, operator: str) -> tree.Expression:
        value = self._value(parameter)
        if value is None or isinstance(value, Unsearchable):
            return tree.Null()  # compared with it, nothing matches
        if isinstance(value, int):
            return tree.Integer(value)
        if not isinstance(value, str | Number):
            name = parameter.name
            raise OqlRunError(f"the parameter {name} is a list; write IN (:{name})", word=name)
        pattern = {"LIKE": like_pattern, "REGEXP": regexp_pattern}.get(operator, literal)
        try:
            return tree.Text(pattern(str(value)))
        except NoLiteral:
            return tree.Null()  # what iTop can't even be asked for, nobody has

    def _value(self, parameter: tree.Parameter) -> Param:
        if parameter.name not in self._parameters:
            raise MissingParameter(parameter.name)
        return self._parameters[parameter.name]


def doubtful(number: Number) -> Number | None:
    """A number with its doubtful readings alone; `None`: what finds the sure ones finds them too,
    or there are none."""
    sure = [_searched_digits(one) for one in number.readings if one.doubt is None]
    readings = tuple(
        one
        for one in number.readings
        if one.doubt is not None
        and len(digits := _searched_digits(one)) >= FEWEST_DOUBTFUL
        and not any(_is_within(other, digits) for other in sure)
    )
    return Number(number.raw, text=number.text, readings=readings) if sure and readings else None


def _number_condition(attribute: tree.Path, number: Number) -> tree.Expression:
    """The condition that every text fulfils that may be this number, and others do."""
    sure = [one for one in number.readings if one.doubt is None]
    every = dict.fromkeys(map(_searched_digits, sure or number.readings))
    fewest = [
        digits
        for digits in every
        if not any(other != digits and _is_within(other, digits) for other in every)
    ]
    found = tuple(
        tree.Binary("LIKE", attribute, tree.Text(digits_pattern(digits))) for digits in fewest
    )
    return found[0] if len(found) == 1 else tree.Logical("OR", found)


def _searched_digits(reading: Reading) -> str:
    """The digits that every text with this number has, in this order.

    Every writing of the number ends with what follows its country code, which has at most three
    digits, and most numbers of earlier plans end as today's do. The candidates that are not this
    number are sorted out afterwards.
    """
    outside = reading.key.startswith(("+", "block:"))
    digits = re.sub("[^0-9]", "", reading.key if outside else reading.dialled or reading.key)
    if not outside or len(digits) <= SHORTEST_CUT:
        return digits
    return digits[-LAST_DIGITS:] if len(digits) > LAST_DIGITS + 2 else digits[3:]


def _is_within(digits: str, others: str) -> bool:
    """Whether digits stand among others, in the same order."""
    rest = iter(others)
    return all(digit in rest for digit in digits)


def _selected_class(select: tree.Select) -> str:
    """The class whose objects a SELECT finds: SELECT o FROM Person AS p JOIN … says it by alias."""
    if not select.selected:
        return select.class_name.text
    return _aliases(select).get(select.selected[0].text, select.class_name.text)


def _aliases(select: tree.Select) -> dict[str, str]:
    """The classes of a SELECT by alias."""
    named = [(select.alias, select.class_name)]
    named += [(join.alias, join.class_name) for join in select.joins]
    return {(alias or class_name).text: class_name.text for alias, class_name in named}


def _comparisons(query: tree.Query, outer: Mapping[str, str]) -> Iterator[Comparison]:
    """The comparisons with parameters, sub-queries included.

    :param outer: the classes of the queries around this one, by alias
    """
    for select in query.branches:
        if select.where is not None:
            main = select.class_name.text
            yield from _comparisons_in(select.where, main, {**outer, **_aliases(select)})


def _comparisons_in(
    node: tree.Expression, main: str, aliases: Mapping[str, str]
) -> Iterator[Comparison]:
    compared = _compared(node)
    if compared is not None:
        path, parameter = compared
        class_name = aliases.get(path.alias.text, "") if path.alias else main
        yield Comparison(class_name, path.attribute.text, parameter.name, parameter.position)
    for child in tree.children(node):
        yield from _comparisons_in(child, main, aliases)
    if isinstance(node, tree.InQuery):
        yield from _comparisons(node.query, aliases)


def _compared(node: tree.Expression) -> tuple[tree.Path, tree.Parameter] | None:
    """The attribute and the parameter of such a comparison; None if it is another expression."""
    match node:
        case tree.Binary("=" | "LIKE", tree.Path() as path, tree.Parameter() as parameter):
            return path, parameter
        case tree.In(tree.Path() as path, (tree.Parameter() as parameter,), negated=False):
            return path, parameter
        case _:
            return None


def _only_compares(node: tree.Expression, places: set[int]) -> bool:
    if isinstance(node, tree.Logical) and node.operator == "OR":
        return all(_only_compares(operand, places) for operand in node.operands)
    compared = _compared(node)
    return compared is not None and compared[1].position in places
