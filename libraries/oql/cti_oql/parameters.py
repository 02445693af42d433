"""Parameter values: what they may be, and the little about them that the SQL depends on.

A query is compiled once per *shape* of its parameters, never per value. The shape of a value is
one letter, that of a list is a run of letters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, cast

from cti_oql.errors import OqlRunError


class PhoneNumber(Protocol):
    """A phone number that was understood; it compares with phone attributes by its keys."""

    @property
    def number_keys(self) -> Sequence[str]:
        """What all spellings of the number have in common, as the indexed columns hold it.

        Several, where one text holds several numbers: it equals an attribute that has one of them.
        """


Scalar = str | int | PhoneNumber | None
Object = Mapping[str, Scalar]  # attribute code to value: what `:name->attribute` reads
Param = Scalar | Sequence[Scalar] | Object

NULL = "n"
INTEGER = "i"
ZERO = "z"
DIGITS = "d"  # a text that is an integer
ZERO_DIGITS = "y"  # a text that is the integer 0
TEXT = "s"
EMPTY = "e"  # a text without a letter or a digit: it may be the same as an empty one
NUMBER = "p"
NUMBERS = {NUMBER: 1, "q": 2, "u": 4, "v": 8, "w": 16}
"""The letters of phone numbers, and how many keys each stands for: a number with fewer keys repeats
one of them, and of more the first ones count."""

_MOST_KEYS = list(NUMBERS)[-1]

# SQLite binds 32,766 values in one statement; lists are padded to powers of two.
MAX_LIST = 16_384
MAX_VALUES = 32_766
SMALLEST, LARGEST = -(2**63), 2**63 - 1
# Behind these there are some that compare as nothing.
_LETTER_OR_DIGIT = re.compile(r"[^\W_\ufb00-\U0010ffff]")
_DIGITS = re.compile(r"[+-]?[0-9]{1,25}\Z", re.ASCII)


class Shape(NamedTuple):
    """`letters` has one letter per value; `many` if it was a list."""

    letters: str
    many: bool = False


class ParameterValue(NamedTuple):
    """The value of a parameter in the form that the compiled statement takes.

    `values` has one element for a single value; those of a list are sorted by letter and padded
    to a power of two by repeating one, so that lists of similar length share a statement.
    `shape` is all that the compiler may know of it.
    """

    values: tuple[Scalar, ...]
    shape: Shape


_LETTERS = (NULL, INTEGER, ZERO, DIGITS, ZERO_DIGITS, TEXT, EMPTY, *NUMBERS)
_SHAPES = {letter: Shape(letter) for letter in _LETTERS}
_LISTS_OF_ONE = {letter: Shape(letter, many=True) for letter in _LETTERS}


def parameter_value(name: str, value: object) -> ParameterValue:
    """The value of a parameter, with its shape.

    :raises OqlRunError: it is of a type that has no place in a query, or too long a list
    """
    if isinstance(value, list | tuple | set | frozenset):
        return _list(name, list(value))
    single = scalar(name, value)
    return ParameterValue((single,), _SHAPES[letter(single)])


def supplied_value(name: str, parameters: Mapping[str, Param]) -> ParameterValue | None:
    """The value that was supplied for a parameter of a query; None if there is none.

    :param name: as written in the query; `name->attribute` is a value of its own, or one of the
        object `name`
    :raises OqlRunError: as `parameter_value`
    """
    if name in parameters:
        return parameter_value(name, parameters[name])
    holder, arrow, attribute = name.partition("->")
    supplied = parameters.get(holder) if arrow else None
    if isinstance(supplied, Mapping) and attribute in supplied:
        return parameter_value(name, supplied[attribute])
    return None


def to_text(value: Scalar) -> str | None:
    """The text of any value; a phone number as it is shown."""
    return None if value is None else str(value)


def letter(value: Scalar) -> str:
    """The letter for one value."""
    if value is None:
        return NULL
    if isinstance(value, str):
        if _DIGITS.match(value):
            return DIGITS if int(value) else ZERO_DIGITS
        return TEXT if _LETTER_OR_DIGIT.search(value) else EMPTY
    if isinstance(value, int):
        return INTEGER if value else ZERO
    return next(
        (letter for letter, keys in NUMBERS.items() if len(value.number_keys) <= keys), _MOST_KEYS
    )


def scalar(name: str, value: object) -> Scalar:
    """A single value in the form that is compared; what can match nothing becomes None.

    :param name: of the parameter, for the error
    :raises OqlRunError: it is of a type that has no place in a query
    """
    if isinstance(value, int):
        return max(SMALLEST, min(LARGEST, int(value)))
    if isinstance(value, str):
        return value if _storable(value) else None
    if value is None:
        return None
    # Asking for the protocol takes as long as all the rest of the statement.
    if hasattr(value, "number_keys"):
        return cast(PhoneNumber, value)
    raise OqlRunError(
        f"the parameter {name} is a {type(value).__name__}; it must be text, a whole number, a "
        "phone number, nothing, or a list of these",
        word=name,
    )


def _storable(text: str) -> bool:
    """Whether a database could hold the text at all; what it can't hold matches nothing."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _list(name: str, values: list[object]) -> ParameterValue:
    if len(values) > MAX_LIST:
        raise OqlRunError(f"the list {name} has more than {MAX_LIST:,} values", word=name)
    if len(values) == 1:  # as in most calls: no need to sort and pad
        single = scalar(name, values[0])
        return ParameterValue((single,), _LISTS_OF_ONE[letter(single)])
    groups: dict[str, dict[Scalar, None]] = {}
    for value in values:
        element = scalar(name, value)
        groups.setdefault(letter(element), {}).setdefault(element)
    padded: list[Scalar] = []
    letters = ""
    for key in sorted(groups):
        group = list(groups[key])
        size = 1 << (len(group) - 1).bit_length()
        padded += group + [group[0]] * (size - len(group))
        letters += key * size
    return ParameterValue(tuple(padded), Shape(letters, many=True))
