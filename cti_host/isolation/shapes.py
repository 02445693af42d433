"""What the types of a dataclass's values tell of them, so that most need no look of their own."""

from __future__ import annotations

import types
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from operator import attrgetter
from typing import Annotated, Any, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

_T = TypeVar("_T")


class Rest(NamedTuple, Generic[_T]):
    """What is still to be looked at in a dataclass whose values have the right types.

    `texts` gives those values that are texts: whether they can be written is seen in one look.
    `deep` are the fields whose values have to be looked into.
    """

    texts: Callable[[Any], tuple[str, ...]]
    deep: Sequence[tuple[str, _T]]


def rest_of(
    types_: Sequence[type],
    every: Sequence[tuple[str, _T]],
    settled: Sequence[frozenset[type]],
    besides: Sequence[_T | None],
) -> Rest[_T]:
    """What is still to be looked at in values of these types, which were found to be right.

    :param types_: of the values, field by field
    :param every: the fields, each with its check
    :param settled: see `settled_by`, of each field
    :param besides: what must hold besides the type, of each field
    """
    texts: list[str] = []
    deep: list[tuple[str, _T]] = []
    for one, cls, classes, more in zip(every, types_, settled, besides, strict=True):
        if cls not in classes:
            deep.append(one)
            continue
        if cls is str:
            texts.append(one[0])
        if more is not None:
            deep.append((one[0], more))
    return Rest(getter(texts), deep)


def getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Gives the values of some attributes, as a tuple however many they are."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def settled_by(annotation: Any) -> frozenset[type]:
    """The classes whose very own instances are all right, or all wrong; texts but for one thing.

    Whether these can be written is looked at for all of them together. What an annotation says
    besides the type is not looked at.
    """
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    union = get_origin(annotation) in (Union, types.UnionType)
    return frozenset(
        type(None) if one is None else one
        for one in (get_args(annotation) if union else (annotation,))
        if one is None or (is_class(one) and not is_dataclass(one))
    )


def is_class(annotation: Any) -> bool:
    """Whether an annotation is a class, and not one of what it holds (`list[int]`)."""
    return isinstance(annotation, type) and get_origin(annotation) is None
