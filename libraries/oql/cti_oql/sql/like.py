"""LIKE and NOT LIKE: patterns that are known, that come with a call, or that are calculated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cti_oql.errors import OqlRunError
from cti_oql.fragments import UNKNOWN, Run, Sql, chained, compose, joined
from cti_oql.functions.patterns import MAX_PATTERN_BYTES, Pattern, joined_pattern, parse_pattern
from cti_oql.parameters import DIGITS, EMPTY, NULL, ZERO_DIGITS, to_text
from cti_oql.resolve.resolved import Domain, Field, Function, Interval, Operand, children
from cti_oql.sql.columns import Columns
from cti_oql.sql.comparisons import Comparisons
from cti_oql.sql.dialect import Dialect
from cti_oql.sql.expressions import Expressions
from cti_oql.sql.operands import Operands, ValueRef, literal
from cti_oql.syntax import tree

_TEXTS = (Domain.TEXT, Domain.PHONE, Domain.CODE)


@dataclass(frozen=True)
class _Part:
    """A piece of a pattern: what is written in the query, or a value, whose wildcards are text."""

    value: ValueRef
    pattern: Pattern | None = None


class LikeConditions:
    """Compiles the patterns of one statement; `text` is the query, for errors."""

    def __init__(
        self,
        columns: Columns,
        comparisons: Comparisons,
        expressions: Expressions,
        operands: Operands,
        dialect: Dialect,
        text: str,
    ) -> None:
        self._columns = columns
        self._comparisons = comparisons
        self._expressions = expressions
        self._operands = operands
        self._dialect = dialect
        self._text = text

    def like(self, left: Operand, right: Operand, *, negated: bool) -> Sql:
        """That a text has the form of a pattern, or doesn't have it.

        :raises OqlRunError: the pattern is longer than the databases take
        """
        parts = self._parts(right)
        if parts is None:
            return self._calculated(left, right, negated)
        if any(part.value.letter == NULL for part in parts):
            return UNKNOWN
        if len(parts) == 1 and parts[0].pattern is None:
            return self._alike(left, parts[0].value, negated)
        known = [part.pattern for part in parts if part.pattern is not None]
        if len(known) == len(parts):
            whole = joined_pattern(known)
            if whole.literal is not None:
                return self._alike(left, literal(whole.literal), negated)
        return self._matching(left, parts, negated)

    def _parts(self, operand: Operand) -> list[_Part] | None:
        """A pattern that is made of nothing but literals and parameters; None for others."""
        match operand:
            case tree.Text(value):
                return [_Part(literal(value), parse_pattern(value))]
            case tree.Integer(value):
                return [_Part(literal(str(value)), parse_pattern(str(value)))]
            case tree.Null() | tree.Parameter():
                return [_Part(self._operands.one(operand))]
            case Function("CONCAT", arguments) if arguments:
                pieces: list[_Part] = []
                for argument in arguments:
                    parts = None if isinstance(argument, Interval) else self._parts(argument)
                    if parts is None:
                        return None
                    pieces += parts
                return pieces
            case _:
                return None

    def _alike(self, left: Operand, value: ValueRef, negated: bool) -> Sql:
        """A pattern without wildcards."""
        if isinstance(left, Field):
            digits = value.letter in (DIGITS, ZERO_DIGITS) or not value.literal
            if left.domain in _TEXTS or (left.domain in (Domain.ID, Domain.KEY) and digits):
                return self._comparisons.alike(left, value, negated=negated)
        one = self._dialect.folded_like(self._expressions.text(self._expressions.typed(left)))
        other = self._dialect.folded_like(self._expressions.text(self._expressions.value(value)))
        return compose(f"({{}} {'<>' if negated else '='} {{}})", one, other)

    def _matching(self, left: Operand, parts: list[_Part], negated: bool) -> Sql:
        word = "NOT LIKE" if negated else "LIKE"
        text = self._text_of(left)
        pattern = self._bound(parts, lambda known: _short(joined_pattern(known).folded, self._text))
        folded = self._dialect.folded_like(text)
        condition = compose(f"({{}} {word} {{}} ESCAPE '\\')", folded, pattern)
        if negated or not _has_index(left) or not _has_beginning(parts):
            return condition
        lowest = self._bound(parts, lambda known: joined_pattern(known).lowest)
        highest = self._bound(parts, lambda known: joined_pattern(known).highest)
        column = self._dialect.folded(text)
        # The range has found nearly the same; what is quick to check settles most of it.
        quick = []
        if _is_beginning(parts):
            length = self._bound(parts, lambda known: len(joined_pattern(known).beginning))
            beginning = self._bound(parts, lambda known: joined_pattern(known).beginning)
            quick.append(compose("substr({}, 1, {}) = {}", text, length, beginning))
        if not any((True, "_") in part.pattern.pieces for part in parts if part.pattern):
            # What matches but for the case of ASCII letters matches.
            quick.append(compose("{} LIKE {} ESCAPE '\\'", self._dialect.lower(text), pattern))
        matches = self._dialect.nearly_always(chained("OR", [*quick, condition]))
        present = self._comparisons.present(left) if isinstance(left, Field) else []
        between = compose("({} >= {} AND {} < {})", column, lowest, column, highest)
        return chained("AND", [*present, between, matches])

    def _calculated(self, left: Operand, right: Operand, negated: bool) -> Sql:
        """A pattern that the database calculates."""
        word = "NOT LIKE" if negated else "LIKE"
        pattern = compose("cti_pattern({})", self._pattern(right))
        text = self._dialect.folded_like(self._text_of(left))
        return compose(f"({{}} {word} {{}} ESCAPE '\\')", text, pattern)

    def _pattern(self, operand: Operand | Interval) -> Sql:
        """A calculated pattern; the wildcards of what parameters give are ordinary characters."""
        match operand:
            case Interval():
                raise OqlRunError("only DATE_ADD and DATE_SUB take an INTERVAL", text=self._text)
            case Function("CONCAT", arguments) if arguments:
                pieces = [self._pattern(argument) for argument in arguments]
                return compose("({})", joined(" || ", pieces))
            case Function("COALESCE", arguments) if arguments:
                pieces = [self._pattern(argument) for argument in arguments]
                return compose("COALESCE({}, NULL)", joined(", ", pieces))
            case Function("IF", (condition, then, otherwise)) if not isinstance(
                condition, Interval
            ):
                return compose(
                    "CASE WHEN {} THEN {} ELSE {} END",
                    self._expressions.condition(condition),
                    self._pattern(then),
                    self._pattern(otherwise),
                )
            case _:
                text = self._expressions.text(self._expressions.typed(operand))
                return compose("cti_escape({})", text) if _has_parameter(operand) else text

    def _text_of(self, operand: Operand) -> Sql:
        if isinstance(operand, Field) and operand.domain in (Domain.TEXT, Domain.PHONE):
            return Sql(self._columns.value(operand))
        return self._expressions.text(self._expressions.typed(operand))

    def _bound(self, parts: list[_Part], wanted: Callable[[list[Pattern]], str | int]) -> Sql:
        """What is wanted of the whole pattern, bound; worked out at once if it is known."""
        known = [part.pattern for part in parts if part.pattern is not None]
        if len(known) == len(parts):
            constant = wanted(known)
            return Sql(self._dialect.placeholder, (lambda run: constant,))
        return Sql(self._dialect.placeholder, (lambda run: wanted(_read(parts, run)),))


def _read(parts: list[_Part], run: Run) -> list[Pattern]:
    """The pieces of a pattern in one run; a value is text, whatever it looks like."""
    patterns = []
    for part in parts:
        if part.pattern is not None:
            patterns.append(part.pattern)
        else:
            text = to_text(part.value.read(run))
            patterns.append(Pattern(((False, text),) if text else ()))
    return patterns


def _has_index(operand: Operand) -> bool:
    attribute = operand.attribute if isinstance(operand, Field) else None
    return attribute is not None and attribute.indexed


def _has_beginning(parts: list[_Part]) -> bool:
    """Whether a pattern begins with something other than a wildcard, which no empty text has."""
    first = parts[0].pattern
    return parts[0].value.letter != EMPTY if first is None else first.lowest != ""


def _is_beginning(parts: list[_Part]) -> bool:
    """Whether a pattern asks for what a text begins with, and for nothing else."""
    known = [part.pattern for part in parts if part.pattern is not None]
    wildcards = [text for pattern in known for wildcard, text in pattern.pieces if wildcard]
    last = parts[-1].pattern
    return wildcards == ["%"] and last is not None and last.pieces[-1][0]


def _has_parameter(operand: Operand | Interval) -> bool:
    return isinstance(operand, tree.Parameter) or any(map(_has_parameter, children(operand)))


def _short(pattern: str, text: str) -> str:
    if len(pattern.encode()) > MAX_PATTERN_BYTES:
        raise OqlRunError("a pattern is too long", text=text)
    return pattern
