"""`docs/types.md`: the values that cross hooks, made from their docstrings and fields."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from cti_host import model
from cti_host.command_line.docstrings import annotations_of, read_docstring
from cti_host.command_line.known_hooks import host_hooks

INTRODUCTION = """\
# Types

<!-- Made from the docstrings: python -m cti_host.command_line.docgen types > docs/types.md -->

The values that cross [hooks](hooks.md): what plugins are given, and what they return. All of them
are imported from `cti_host`. They are frozen: nothing can be changed in place, and
`dataclasses.replace` makes a changed copy. A field with a default may be left out.

[Examples](writing-a-plugin.md#an-example-of-each) show how they are made.
"""


_MODULES = (
    model.fields,
    model.numbers,
    model.calls,
    model.matches,
    model.merging,
    model.tickets,
    model.details,
    model.found,
    model.agents,
    model.plugins,
    model.privacy,
    model.live,
)


def types_markdown() -> str:
    """The whole page, ending in a line feed."""
    found = documented_types()
    index = "\n".join(f"| [`{name}`](#{name.lower()}) | {_summary(it)} |" for name, it in found)
    entries = "\n".join(_entry(name, documented) for name, documented in found)
    return f"{INTRODUCTION}\n## All types\n\n| type | what it is |\n|---|---|\n{index}\n\n{entries}"


def documented_types() -> list[tuple[str, Any]]:
    """Everything that the modules of values offer, by name, in their order."""
    documented: dict[str, Any] = {}
    for module in _MODULES:
        for name, value in vars(module).items():
            own = isinstance(value, type) and value.__module__ == module.__name__
            # An alias doesn't say where it was made; the modules that use it come later.
            if not name.startswith("_") and (own or _is_alias(value)):
                documented.setdefault(name, value)
    return [*documented.items()]


def names_in(annotation: str) -> set[str]:
    """The names of types in an annotation: `Match` and `Sequence` of "Sequence[Match]"."""
    return set(re.findall(r"\b[A-Za-z_]\w*", annotation))


def _entry(name: str, documented: Any) -> str:
    if _is_alias(documented):
        return "\n\n".join([f"## {name}", _summary(documented), *_uses(name)]) + "\n"
    text = read_docstring(documented)
    parts = [f"## {name}", text.summary, *text.rest]
    if is_dataclass(documented):
        parts.append(_fields(documented, text.parameters))
    elif issubclass(documented, Enum):
        rows = [
            f"| `{name}.{member.name}` | `{member.value!r}` | {text.parameters[member.name]} |"
            for member in documented
        ]
        parts.append("\n".join(["| member | value | meaning |", "|---|---|---|", *rows]))
    more = "\n".join(_members(documented))
    return "\n\n".join([*parts, *([more] if more else []), *_uses(name)]) + "\n"


def _summary(documented: Any) -> str:
    if get_origin(documented) is Annotated:
        kind, *marks = get_args(documented)
        return f"`{kind.__name__}`: {', '.join(mark.what for mark in marks)}."
    if _is_alias(documented):
        return "One of: " + ", ".join(f"`{part.__name__}`" for part in get_args(documented)) + "."
    return read_docstring(documented).summary


def _is_alias(value: Any) -> bool:
    """Whether it is a name for several types, or for a type with a condition."""
    return get_origin(value) in (Annotated, Union, UnionType)


def _fields(documented: Any, meanings: dict[str, str]) -> str:
    rows = [
        f"| `{one.name}` | `{_cell(str(one.type))}` | {_default(one)} | {meanings[one.name]} |"
        for one in fields(documented)
    ]
    return "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *rows])


def _default(field: Field[Any]) -> str:
    if field.default_factory is not MISSING:
        made = field.default_factory()
        return "now" if isinstance(made, datetime) else _literal(made)
    if field.default is MISSING:
        return "required"
    if isinstance(field.default, Enum):
        return f"`{type(field.default).__name__}.{field.default.name}`"
    return _literal(field.default)


def _literal(value: Any) -> str:
    return "empty" if value is not None and not value and value is not False else f"`{value!r}`"


def _members(documented: Any) -> Iterator[str]:
    """A line for each property and method of a class that plugins may use."""
    for name, member in vars(documented).items():
        if name.startswith("_"):
            continue
        if isinstance(member, property):
            yield f"- `.{name}`: {_sentence(member)}"
        elif inspect.isfunction(member):
            arguments = [*inspect.signature(member).parameters][1:]
            yield f"- `.{name}({', '.join(arguments)})`: {_sentence(member)}"


def _sentence(documented: Any) -> str:
    text = read_docstring(documented)
    return " ".join([text.summary, *text.rest])


def _uses(name: str) -> Iterator[str]:
    """Which hooks are given it, which return it, and which other types hold it."""
    given, returned = [], []
    for hook in host_hooks().values():
        arguments, result = annotations_of(hook.function)
        link = f"[`{hook.name}`](hooks.md#{hook.name})"
        if any(name in names_in(argument) for argument in arguments.values()):
            given.append(link)
        if name in names_in(result):
            returned.append(link)
    holders = [
        f"[`{other}`](#{other.lower()})"
        for other, documented in documented_types()
        if name != other and name in _held(documented)
    ]
    uses = [("Given to", given), ("Returned by", returned), ("In", holders)]
    sentences = [f"{what} {', '.join(links)}." for what, links in uses if links]
    if sentences:
        yield " ".join(sentences)


def _held(documented: Any) -> set[str]:
    if _is_alias(documented):
        return {part.__name__ for part in get_args(documented) if isinstance(part, type)}
    if is_dataclass(documented):
        return {name for field in fields(documented) for name in names_in(str(field.type))}
    return set()


def _cell(text: str) -> str:
    """A text inside a table: there a bar would end the cell."""
    return text.replace("|", r"\|")
