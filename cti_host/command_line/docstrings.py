"""What the source says of hooks and of the values that cross them: docstrings, annotations."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from textwrap import dedent
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


@cache
def annotations_of(function: Callable[..., Any]) -> tuple[dict[str, str], str]:
    """The types of a hook's arguments, without `self`, and of its result, as its source has them.

    What the source doesn't say is an `object`. Kept: the page of types asks with each type.
    """
    tree = ast.parse(dedent(inspect.getsource(function)))
    (definition,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    arguments = {one.arg: _annotation(one.annotation) for one in definition.args.args}
    arguments.pop("self", None)
    return arguments, _annotation(definition.returns)


def _annotation(node: ast.expr | None) -> str:
    if node is None:
        return "object"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ast.unparse(node)


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())
