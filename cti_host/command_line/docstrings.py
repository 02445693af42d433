"""Docstrings taken apart: those of hooks and of the values that cross them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_PARTS = re.compile(
    r"^(?=:param \w+:|:cvar \w+:|:return:|:raises \w+:|Order:|On an error:|Fires )", re.MULTILINE
)


@dataclass(frozen=True)
class Docstring:
    """A docstring in its parts, each on one line; a part that is missing is empty.

    :param summary: its first sentence
    :param rest: the paragraphs that belong to no other part
    :param fires: when the hook is called
    :param parameters: arguments of a hook, fields of a class, or members of an enumeration, to
        what they mean
    :param returns: what a hook returns
    :param order: in which order plugins are asked
    :param on_error: what happens on an error
    """

    summary: str
    rest: tuple[str, ...] = ()
    fires: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    returns: str = ""
    order: str = ""
    on_error: str = ""


def read_docstring(documented: Any) -> Docstring:
    """Take the docstring of a hook or a class apart."""
    first, *parts = _PARTS.split(inspect.getdoc(documented) or "")
    summary, *rest = first.strip().split("\n\n")
    named: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for part in parts:
        name, _colon, text = one_line(part.removeprefix(":")).partition(":")
        if part.startswith((":param ", ":cvar ")):
            parameters[name.partition(" ")[2]] = text.strip()
        elif part.startswith("Fires "):
            named["fires"] = one_line(part)
        else:
            named[name] = text.strip()
    return Docstring(
        one_line(summary),
        tuple(map(one_line, rest)),
        named.get("fires", ""),
        parameters,
        named.get("return", ""),
        named.get("Order", ""),
        named.get("On an error", ""),
    )


def argument_names(function: Callable[..., Any]) -> list[str]:
    """The arguments that an implementation of a hook may name, in the order of the hook."""
    return [name for name in inspect.signature(function).parameters if name != "self"]


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())
