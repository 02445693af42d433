"""Whether a value is what a type annotation says, as deep as the annotation goes.

A check is compiled once from an annotation: of a dataclass from its fields, of a container from
what it holds. It changes nothing and converts nothing. Pydantic looks into an instance of a plain
dataclass only if the class has a configuration that says so, and then makes it anew, with its
`__post_init__`; these checks look into every one, and are no slower.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from cti_host.isolation.shapes import Rest, getter, is_class, rest_of, settled_by


@dataclass(frozen=True)
class Must:
    """What an annotated value has to be besides its type: `Annotated[int, Must("1 or more", …)]`.

    `holds` is called with a value that has the right type already.
    """

    what: str
    holds: Callable[[Any], bool]


# What mappings mostly are; other classes have to be asked.
_MAPPINGS = frozenset({dict, types.MappingProxyType})
# How many combinations of types of one dataclass are remembered.
_MOST_COMBINATIONS = 256
# Every application of a process has the host's hooks, whose checks are the same.
_KEPT_CHECKS = 512


class Wrong(NamedTuple):
    """What is wrong with a value: where in it ("tickets[3].status", or empty), and what."""

    place: str
    what: str

    def inside(self, place: str) -> Wrong:
        """The same, seen from the value that holds this one there."""
        joint = "" if not self.place or self.place.startswith("[") else "."
        return Wrong(f"{place}{joint}{self.place}", self.what)

    def of(self, value: object) -> str:
        """The words for a log: without the value, which may be a person's number."""
        if not self.place:
            return self.what
        return f"a {type(value).__name__} whose {self.place} is {self.what}"


Check = Callable[[Any], Wrong | None]


def check_for(annotation: Any) -> Check:
    """The check of an annotation: it returns what is wrong with a value, or `None`.

    :param annotation: a class, `Sequence[Match]`, `str | None`, `Annotated[int, Must(…)]`, …;
        what says nothing about a value's type (`Any`, a type variable) accepts everything
    :raises NameError: a field of a dataclass has an annotation whose names aren't there at runtime
    """
    try:
        hash(annotation)
    except TypeError:  # what stands beside a type in `Annotated` may be anything
        return _Compiler().check(annotation)
    return _kept(annotation)


@lru_cache(_KEPT_CHECKS)
def _kept(annotation: Any) -> Check:
    return _Compiler().check(annotation)


def name_of(annotation: Any) -> str:
    """An annotation as a message names it: "str", "Number or None"."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return name_of(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        *others, last = [name_of(one) for one in get_args(annotation)]
        return f"{', '.join(others)} or {last}"
    if annotation is type(None):
        return "None"
    return getattr(origin or annotation, "__name__", str(annotation))


class _Compiler:
    """Compiles checks; a dataclass that holds itself is checked by one and the same check."""

    def __init__(self) -> None:
        self._dataclasses: dict[type, Check] = {}

    def check(self, annotation: Any) -> Check:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if origin is Annotated:
            return self._annotated(arguments[0], arguments[1:])
        if origin in (Union, types.UnionType):
            return self._union(arguments, name_of(annotation))
        if origin is type:
            return _subclass(arguments[0])
        if origin is tuple:
            # Those of a fixed length aren't used; their items go unchecked.
            item = arguments[0] if len(arguments) == 2 and arguments[1] is ... else Any
            return self._items(tuple, item)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return self._mapping(*arguments)
        if isinstance(origin, type) and issubclass(origin, Sequence | Set):
            return self._items(origin, arguments[0])
        if annotation is None or annotation is type(None):
            return _instance(type(None))
        if annotation is str:
            return _text
        if annotation is int:
            return _whole_number
        if annotation is float:
            return _instance(float, int, but=bool)
        if annotation is object or not isinstance(annotation, type):
            return _anything
        if is_dataclass(annotation):
            return self._dataclass(annotation)
        return _instance(annotation)

    def _annotated(self, annotation: Any, marks: Sequence[Any]) -> Check:
        return _with_marks(self.check(annotation), marks)

    def _union(self, annotations: Sequence[Any], name: str) -> Check:
        # `None` is the rest of most, and is told apart without a check.
        may_be_none = any(one in (None, type(None)) for one in annotations)
        others = [one for one in annotations if one not in (None, type(None))]
        checks = [self.check(one) for one in others]
        likeliest = {one: check for one, check in zip(others, checks, strict=True) if is_class(one)}

        def check(value: Any) -> Wrong | None:
            if value is None and may_be_none:
                return None
            likely = likeliest.get(type(value))
            if likely is not None and likely(value) is None:
                return None
            deepest = None
            for one in checks:
                wrong = one(value)
                if wrong is None:
                    return None
                deepest = wrong if wrong.place else deepest
            return deepest or _not(value, name)

        return check

    def _items(self, kind: Any, annotation: Any) -> Check:
        check_item = self.check(annotation)

        def check(value: Any) -> Wrong | None:
            if not isinstance(value, kind) or isinstance(value, str | bytes):
                return _not(value, kind.__name__)
            for position, item in enumerate(value):
                wrong = check_item(item)
                if wrong is not None:
                    return wrong.inside(f"[{position}]")
            return None

        return check

    def _mapping(self, key: Any = Any, item: Any = Any) -> Check:
        check_key, check_item = self.check(key), self.check(item)
        plain = {str} if key is str and item is str else set()

        def check(value: Any) -> Wrong | None:
            if type(value) not in _MAPPINGS and not isinstance(value, Mapping):
                return _not(value, "Mapping")
            if not value:
                return None
            if plain >= {*map(type, value), *map(type, value.values())} and _is_unicode(
                "".join([*value, *value.values()])
            ):
                return None  # texts, of which a person has thirty
            for name, one in value.items():
                wrong = check_key(name)
                if wrong is not None:
                    return Wrong("[a key]", wrong.what)
                wrong = check_item(one)
                if wrong is not None:
                    return wrong.inside(f"[{name!r}]")
            return None

        return check

    def _dataclass(self, cls: Any) -> Check:
        known = self._dataclasses.get(cls)
        if known is not None:
            return known
        every: list[tuple[str, Check]] = []
        # What values of some types need besides: a panel holds many tickets, which mostly look
        # the same.
        right: dict[tuple[type, ...], Rest[Check]] = {}

        def check(value: Any) -> Wrong | None:
            if not isinstance(value, cls):
                return _not(value, cls.__name__)
            types_ = (*map(type, values(value)),)
            rest = right.get(types_)
            fine = rest is not None and _is_unicode("".join(rest.texts(value)))
            for name, check_field in rest.deep if rest is not None and fine else every:
                wrong = check_field(getattr(value, name))
                if wrong is not None:
                    return wrong.inside(name)
            if rest is None and len(right) < _MOST_COMBINATIONS:
                right[types_] = rest_of(types_, every, settled, besides)
            return None

        self._dataclasses[cls] = check
        hints = get_type_hints(cls, include_extras=True)
        every += [(field.name, self.check(hints[field.name])) for field in fields(cls)]
        settled = [settled_by(hints[name]) for name, _check in every]
        besides = [_besides(hints[name]) for name, _check in every]
        values = getter([name for name, _check in every])
        return check


def _besides(annotation: Any) -> Check | None:
    """What an annotation says besides the type; `None`: nothing."""
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    musts = [mark for mark in marks if isinstance(mark, Must)]
    if len(musts) == 1:  # the address of a ticket's page, of which a panel has dozens
        wrong, holds = Wrong("", f"not {musts[0].what}"), musts[0].holds
        return lambda value: None if holds(value) else wrong
    return _with_marks(_anything, musts) if musts else None


def _with_marks(check: Check, marks: Sequence[Any]) -> Check:
    """A check, and then what stands beside the type in `Annotated`."""
    for mark in marks:
        if isinstance(mark, Must):
            check = _with_must(check, mark)
    return check


def _with_must(check: Check, must: Must) -> Check:
    what, holds = f"not {must.what}", must.holds

    def checked(value: Any) -> Wrong | None:
        wrong = check(value)
        return Wrong("", what) if wrong is None and not holds(value) else wrong

    return checked


def _not(value: Any, name: str) -> Wrong:
    what = "None" if value is None else type(value).__name__
    return Wrong("", f"{what}, not {name}")


def _anything(_value: Any) -> None:
    return None


def _instance(*kinds: type, but: type | None = None) -> Check:
    def check(value: Any) -> Wrong | None:
        if isinstance(value, kinds) and not (but and isinstance(value, but)):
            return None
        return _not(value, name_of(kinds[0]))

    return check


def _is_unicode(text: str) -> bool:
    """Whether a text can be written: half of a surrogate pair can't, and would end the page."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: Any) -> Wrong | None:
    if not isinstance(value, str):
        return _not(value, "str")
    return None if _is_unicode(value) else Wrong("", "text that is not valid Unicode")


# A truth value is no number, although Python's is one.
_whole_number = _instance(int, but=bool)


def _subclass(base: Any) -> Check:
    def check(value: Any) -> Wrong | None:
        if not isinstance(value, type):
            return _not(value, "type")
        if isinstance(base, type) and not issubclass(value, base):
            return Wrong("", f"the class {value.__name__}, which is not a {base.__name__}")
        return None

    return check
