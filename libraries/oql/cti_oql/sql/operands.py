"""Literals and parameters while a statement is compiled: what is known of each, and its slot."""

from __future__ import annotations

from dataclasses import dataclass

from cti_oql.errors import OqlRunError
from cti_oql.fragments import Convert, Read, Run, Sql
from cti_oql.parameters import NULL, Scalar, Shape, letter, scalar
from cti_oql.resolve.resolved import ResolvedQuery, Value
from cti_oql.syntax import tree


@dataclass(frozen=True)
class ValueRef:
    """One value: a literal (`constant`), or an element of a parameter.

    `letter` is its shape, and `read` gets it when the statement runs.
    """

    letter: str
    read: Read
    constant: Scalar = None
    literal: bool = False


class Operands:
    """The literals and parameters of one query, compiled for parameters of some shapes."""

    def __init__(self, query: ResolvedQuery, shapes: tuple[Shape, ...], placeholder: str) -> None:
        self._query = query
        self._shapes = shapes
        self._placeholder = placeholder

    def one(self, operand: Value) -> ValueRef:
        """The value of an operand that stands for a single one.

        :raises OqlRunError: it is a list
        """
        if isinstance(operand, tree.Parameter) and self._shape(operand).many:
            raise OqlRunError(
                f"the parameter {operand.name} is a list; write IN (:{operand.name})",
                text=self._query.text,
                position=operand.position,
                word=f":{operand.name}",
            )
        return self.several(operand)[0]

    def several(self, operand: Value) -> list[ValueRef]:
        """The values an operand stands for: none, one, or those of a list."""
        match operand:
            case tree.Text(value) | tree.Integer(value):
                return [literal(value)]
            case tree.Null():
                return [ValueRef(NULL, lambda run: None, literal=True)]
            case tree.Parameter(name):
                number = self._query.parameters.index(name)
                letters = self._shape(operand).letters
                return [
                    ValueRef(letters[index], _element(number, index))
                    for index in range(len(letters))
                ]

    def bound(self, value: ValueRef, convert: Convert) -> Sql:
        """The place of a value in a statement, converted when it is bound."""
        if value.literal:
            constant = convert(value.constant)
            return Sql(self._placeholder, (lambda run: constant,))
        read = value.read
        return Sql(self._placeholder, (lambda run: convert(read(run)),))

    def _shape(self, operand: tree.Parameter) -> Shape:
        return self._shapes[self._query.parameters.index(operand.name)]


def literal(value: str | int) -> ValueRef:
    """A value that is written in the query."""
    constant = scalar("", value)
    return ValueRef(letter(constant), lambda run: constant, constant, literal=True)


def _element(number: int, index: int) -> Read:
    def read(run: Run) -> Scalar:
        return run.parameters[number].values[index]

    return read
