"""What a function of the language takes and returns, as its declaration in Python says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Annotated, Any, Protocol, get_type_hints

from cti_oql.fragments import Slot, Sql
from cti_oql.types import Type, Typed

# How an argument is handed over: as text, or as a floating-point number. One that is annotated
# with `Typed` comes as it is.
Text = Annotated[Sql, "text"]
Real = Annotated[Sql, "real"]


@dataclass(frozen=True)
class Interval:
    """`INTERVAL amount UNIT`, the argument that only some functions take."""

    amount: Sql
    unit: str


class Compiler(Protocol):
    """The statement into which a call is compiled: it turns values of one type into another."""

    @property
    def postgresql(self) -> bool:
        """Whether the statement is for PostgreSQL, else for SQLite."""

    def bound(self, slot: Slot) -> Sql:
        """The place of a value that is only known when the statement runs."""

    def number(self, typed: Typed) -> Sql:
        """A value as a number."""

    def real(self, typed: Typed) -> Sql:
        """A value as a floating-point number."""

    def text(self, typed: Typed) -> Sql:
        """A value as text."""

    def moment(self, typed: Typed) -> Sql:
        """A value as a moment."""

    def as_(self, typed: Typed, wanted: Type) -> Sql:
        """A value as one of a type."""


class WrongArguments(ValueError):
    """A function was called with arguments that it doesn't take; the message says which."""


@dataclass(frozen=True)
class OqlFunction:
    """A function of the language.

    `fewest` and `most` are its numbers of arguments, `most` None where there is no limit. `usage`
    shows a call, such as "SUBSTR(text, start[, length])", and `description` says what it returns.
    `weight` is the number of levels that a call adds to the depth of a query.
    """

    name: str
    usage: str
    description: str
    fewest: int
    most: int | None
    weight: int
    _compile: Callable[[Compiler, Sequence[Typed | Interval]], Typed]
    _intervals: tuple[bool, ...]

    def check(self, intervals: Sequence[bool]) -> None:
        """Find out whether arguments can be right.

        :param intervals: of each argument, whether it is an INTERVAL
        :raises WrongArguments: they are too few or too many, or an INTERVAL is in a wrong place
        """
        number = len(intervals)
        if number < self.fewest or (self.most is not None and number > self.most):
            raise WrongArguments(f"takes {self._numbers()}, not {number}")
        if any(self._intervals):
            if tuple(intervals) != self._intervals:
                raise WrongArguments("takes a date and an INTERVAL")
        elif any(intervals):
            raise WrongArguments("takes no INTERVAL")

    def call(self, compiler: Compiler, arguments: Sequence[Typed | Interval]) -> Typed:
        """A call, compiled.

        :param arguments: such as `check` accepts
        """
        return self._compile(compiler, arguments)

    def _numbers(self) -> str:
        if self.most is None:
            numbers = f"{self.fewest} or more"
        else:
            numbers = " or ".join(dict.fromkeys((str(self.fewest), str(self.most))))
        return f"{numbers} argument{'' if numbers == '1' else 's'}"


class Functions(dict[str, OqlFunction]):
    """The functions of the language by name, in the order in which they are declared."""

    def declare(
        self, name: str, result: Type | None = None, *, weight: int = 2
    ) -> Callable[[Callable[..., Sql | Typed]], Callable[..., Sql | Typed]]:
        """Decorate the Python function that compiles a function of the language.

        Its parameters are those of the function: `Text`, `Real`, `Typed` or `Interval`, with a
        default where they are optional, and `*more` where there may be more of the last kind. A
        first one annotated with `Compiler` is given the statement. The docstring says in one
        sentence what the function returns.

        :param result: the type of the SQL that the Python function returns; None if it returns
            it with its type
        :param weight: see `OqlFunction`
        """

        def declared(compile_: Callable[..., Sql | Typed]) -> Callable[..., Sql | Typed]:
            self[name] = _read(name, compile_, result, weight)
            return compile_

        return declared


def _read(
    name: str, compile_: Callable[..., Sql | Typed], result: Type | None, weight: int
) -> OqlFunction:
    hints = get_type_hints(compile_, include_extras=True)
    parameters = list(signature(compile_).parameters.values())
    takes_compiler = bool(parameters) and hints[parameters[0].name] is Compiler
    if takes_compiler:
        del parameters[0]
    kinds = [hints[parameter.name] for parameter in parameters]
    more = any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in parameters)
    required = [
        parameter
        for parameter in parameters
        if parameter.default is Parameter.empty and parameter.kind is not Parameter.VAR_POSITIONAL
    ]

    def compiled(compiler: Compiler, arguments: Sequence[Typed | Interval]) -> Typed:
        converted: list[Any] = [compiler] if takes_compiler else []
        for position, argument in enumerate(arguments):
            kind = kinds[min(position, len(kinds) - 1)]
            converted.append(_converted(compiler, argument, kind))
        sql = compile_(*converted)
        if isinstance(sql, Typed):
            return sql
        assert result is not None  # noqa: S101 (SQL without a type has one declared)
        return Typed(sql, result)

    return OqlFunction(
        name,
        f"{name}({_usage(parameters, kinds)})",
        (compile_.__doc__ or "").strip().rstrip("."),
        len(required),
        None if more else len(parameters),
        weight,
        compiled,
        tuple(kind is Interval for kind in kinds),
    )


def _converted(compiler: Compiler, argument: Typed | Interval, kind: object) -> object:
    if isinstance(argument, Interval):
        return argument
    if kind == Text:
        return compiler.text(argument)
    return compiler.real(argument) if kind == Real else argument


def _usage(parameters: Sequence[Parameter], kinds: Sequence[object]) -> str:
    text = ""
    for parameter, kind in zip(parameters, kinds, strict=True):
        name = "INTERVAL n UNIT" if kind is Interval else parameter.name
        separator = ", " if text else ""
        if parameter.kind is Parameter.VAR_POSITIONAL:
            text += f"{separator}…"
        elif parameter.default is not Parameter.empty:
            text += f"[{separator}{name}]"
        else:
            text += f"{separator}{name}"
    return text
