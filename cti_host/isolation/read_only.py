"""Values that can't be changed in place, so that plugins can share them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import FrozenInstanceError
from types import MappingProxyType
from typing import Any

_SIMPLE = frozenset({str, int, float, bool, bytes, type(None)})
_ATTEMPT = re.compile(
    r"'(mappingproxy|tuple|frozenset)' object "
    r"(does(n't| not) support item (assignment|deletion)"
    r"|has no attribute '(add|append|clear|discard|extend|insert|pop|popitem|remove|reverse"
    r"|setdefault|sort|update)')"
)


def read_only(value: Any) -> Any:
    """A value whose containers can't be changed: a copy as tuples, read-only mappings, frozensets.

    Containers in containers become read-only too. Anything else is returned as it is: the values
    that cross hooks are frozen dataclasses, which see to their own containers.
    """
    kind = type(value)
    if kind in _SIMPLE or hasattr(kind, "__dataclass_fields__"):
        return value
    if isinstance(value, list) or kind is tuple:
        # Texts and tickets, of which there are many, are looked at without a call.
        return tuple(
            [
                item
                if type(item) in _SIMPLE or hasattr(type(item), "__dataclass_fields__")
                else read_only(item)
                for item in value
            ]
        )
    if kind is dict or isinstance(value, Mapping):
        # Mostly texts, of which there are many: these are looked at without a call.
        return MappingProxyType(
            {k: v if type(v) in _SIMPLE else read_only(v) for k, v in value.items()}
        )
    if isinstance(value, Set):
        return frozenset(value)
    return value


def make_read_only(instance: Any, *fields: str) -> None:
    """Make some fields of a frozen dataclass read-only: for its `__post_init__`."""
    for name in fields:
        # A frozen dataclass has no other way to change itself while it is made.
        object.__setattr__(instance, name, read_only(getattr(instance, name)))


def changes_in_place(error: BaseException) -> bool:
    """Whether an exception is what an attempt to change a read-only value ends in."""
    if isinstance(error, FrozenInstanceError):
        return True
    return isinstance(error, TypeError | AttributeError) and bool(_ATTEMPT.search(str(error)))
