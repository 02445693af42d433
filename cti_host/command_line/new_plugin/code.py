"""The method that implements a hook in a new plugin, made from the hook's specification."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from textwrap import dedent, indent, wrap
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound

from cti_host.command_line.docstrings import annotations_of, read_docstring
from cti_host.command_line.known_hooks import KnownHook
from cti_host.command_line.new_plugin.annotations import LINE_LENGTH, Import, imports_of

# What is made is Python, TOML and Markdown, from names that were checked: nothing to escape.
templates = Environment(  # noqa: S701
    loader=PackageLoader(__package__),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
# The hook that returns what an argument holds: without it a plugin has none of its own.
_RETURNED_BY = {"callers": "lookup_callers", "caller": "lookup_callers", "ticket": "ticket_lists"}


@dataclass(frozen=True)
class Setting:
    """A key of the new plugin's settings.

    :param name: the key
    :param code: its annotation and default, as Python
    :param meaning: what it says
    :param default: the default, as TOML
    """

    name: str
    code: str
    meaning: str
    default: str


@dataclass(frozen=True)
class HookCode:
    """The code of a hook.

    :param method: the method of the class `Plugin`, decorated and documented
    :param imports: what the method needs
    :param settings: what it reads of the settings
    :param test: the test that shows what it does at first; empty: it does nothing yet
    :param test_imports: what the test needs
    """

    method: str
    imports: set[Import]
    settings: tuple[Setting, ...] = ()
    test: str = ""
    test_imports: frozenset[Import] = frozenset()


def hook_code(spec: KnownHook, hooks: Collection[str]) -> HookCode:
    """Write the code of a hook.

    :param hooks: all hooks that the new plugin implements
    """
    arguments, returned = annotations_of(spec.function)
    nothing = _nothing(returned)
    if not nothing:  # any hook may return None: nothing to say
        returned, nothing = f"{returned} | None", "return None"
    imports = imports_of([*arguments.values(), returned], spec.function) | {
        ("cti_host", "hookimpl")
    }
    lines = [*_mark(spec, hooks), _definition(spec.name, arguments, returned)]
    lines.append(indent(_docstring(spec.function), "    "))
    sample = _sample(spec.name)
    if sample is None:
        if returned != "None":
            lines.append(indent(nothing, "    "))
        return HookCode("\n".join(lines), imports)
    lines.append(indent(dedent(str(sample.body())).strip(), "    "))
    return HookCode(
        "\n".join(lines),
        imports | {*map(tuple, getattr(sample, "imports", ()))},
        tuple(Setting(*setting) for setting in getattr(sample, "settings", ())),
        str(sample.test()).strip(),
        frozenset(map(tuple, getattr(sample, "test_imports", ()))),
    )


def _mark(spec: KnownHook, hooks: Collection[str]) -> Iterator[str]:
    options = [f'of="{spec.owner}"'] if spec.owner else []
    missing = [arg for arg in spec.contract.own if _RETURNED_BY.get(arg, spec.name) not in hooks]
    if missing:
        yield f"# strangers: this plugin is also given each {missing[0].removesuffix('s')} that"
        yield "# other plugins returned, not only its own."
        options.append("strangers=True")
    yield f"@hookimpl({', '.join(options)})" if options else "@hookimpl"


def _definition(name: str, arguments: dict[str, str], returned: str) -> str:
    parts = ["self", *(f"{argument}: {kind}" for argument, kind in arguments.items())]
    line = f"def {name}({', '.join(parts)}) -> {returned}:"
    if len(line) + 4 <= LINE_LENGTH:
        return line
    return "\n".join([f"def {name}(", *(f"    {part}," for part in parts), f") -> {returned}:"])


def _docstring(function: Callable[..., Any]) -> str:
    text = read_docstring(function)
    paragraphs = [[text.summary], *([paragraph] for paragraph in (*text.rest, text.fires))]
    named = [*((f":param {name}:", meaning) for name, meaning in text.parameters.items())]
    named += [(":return:", text.returns), ("Order:", text.order), ("On an error:", text.on_error)]
    paragraphs.append([f"{name} {meaning}" for name, meaning in named if meaning])
    written = "\n\n".join(
        "\n".join(line for part in paragraph for line in _wrapped(part))
        for paragraph in paragraphs
        if any(paragraph)
    )
    written = written.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    return f'"""{written}\n"""' if "\n" in written else f'"""{written}"""'


def _wrapped(text: str) -> list[str]:
    # 8 columns of indentation, and the quotes in front of the first line.
    return wrap(text, LINE_LENGTH - 11, subsequent_indent="    " if text[0] == ":" else "")


def _nothing(returned: str) -> str:
    """The statement that returns nothing, as the type of a hook; empty: the type knows no such."""
    if re.search(r"\bNone\b", returned):
        return "return None"
    kind = re.match(r"\w+", returned)
    empty = {"Sequence": "[]", "list": "[]", "Mapping": "{}", "dict": "{}", "str": '""'}
    value = empty.get(kind[0]) if kind else None
    return f"return {value}" if value else ""


def _sample(hook: str) -> Any:
    """What the code of a hook does at first; `None`: nothing."""
    try:
        return templates.get_template(f"samples/{hook}.jinja").module
    except TemplateNotFound:
        return None
