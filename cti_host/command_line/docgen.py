"""The pages of reference: `docs/hooks.md` from the hooks, `docs/types.md` from their values.

Write them with `python -m cti_host.command_line.docgen > docs/hooks.md`, and the same with `types`;
a test compares.
"""

from __future__ import annotations

import sys

from cti_host.command_line.docstrings import annotations_of, read_docstring
from cti_host.command_line.known_hooks import KnownHook, host_hooks, plugin_hooks
from cti_host.command_line.types_page import types_markdown
from cti_host.contract import Kind

PLUGIN_HOOKS = """\
## Hooks of plugins

A plugin may bring hooks of its own with `hookspecs`. What this page says of hooks holds for them,
too; they are there when the plugin is enabled. These are of the plugins that come with the host:"""

INTRODUCTION = """\
# Hooks

<!-- Made from cti_host/hookspecs: python -m cti_host.command_line.docgen > docs/hooks.md -->

A plugin is a class with methods that carry a hook's name and the mark `@hookimpl`. A method names
the arguments that it needs, in any number; it gets them by name. Plugins are asked in the order in
which the setting `plugins` names them. Each is called on its own: what one raises never reaches
another, nor the page. What the arguments and results hold is in [types.md](types.md).

## Kinds

| kind | meaning |
|---|---|
| change | plugins get the same object one after another, and each may return a changed one |
| collect | every result is kept, in the order of the config; `None` and empty are dropped |
| first | the first plugin that returns something other than `None` |
| event | something happened; results are ignored |
| set-up | once, when the host or a command starts; a failure stops it |

## Budgets

| budget | meaning |
|---|---|
| call | each call is cut off after the plugin's `timeout` |
| request | all calls in one request together are cut off after it |
| computing | it only computes: cut off in a request, in place elsewhere, as in an import |
| none | it may take its time |

`timeout` is a setting of the plugin's table: a number of seconds, 2 unless set.

## Whose callers and tickets

A caller or ticket belongs to the plugin that returned it; `source` says which one. *Own only* means
that a plugin is given only those that it returned itself, and `None` in place of a stranger; some
hooks are not called at all without one of the plugin's own. A method that is marked
`@hookimpl(strangers=True)` is given everybody's.

## A plugin with a hook

```python
from cti_host import Call, hookimpl


class Plugin:
    \"\"\"Calls from the old switchboard lose the 8 that it puts in front.\"\"\"

    @hookimpl
    def preprocess_parameters(self, call: Call) -> Call | None:
        received = call.received.get("phone", "")
        if not received.startswith("80"):
            return None
        return call.with_parameter("phone", received[1:])
```
"""


def hooks_markdown() -> str:
    """The page of hooks, ending in a line feed: the host's, then those of installed plugins."""
    sections = [
        ("## All hooks", host_hooks()),
        (PLUGIN_HOOKS, plugin_hooks()),
    ]
    written = [INTRODUCTION]
    for heading, hooks in sections:
        rows = [
            f"| [`{hook.name}`](#{hook.name}) | {hook.contract.kind} | {_summary(hook)} |"
            for hook in hooks.values()
        ]
        table = "\n".join(["| hook | kind | what for |", "|---|---|---|", *rows])
        written += [f"{heading}\n\n{table}\n", *map(_entry, hooks.values())]
    return "\n".join(written)


PAGES = {"hooks": hooks_markdown, "types": types_markdown}


def _summary(hook: KnownHook) -> str:
    return read_docstring(hook.function).summary


def _entry(hook: KnownHook) -> str:
    text = read_docstring(hook.function)
    paragraphs = [
        f"## {hook.name}",
        text.summary,
        f"```python\n{_signature(hook)}\n```",
        f"*{_promise(hook)}*",
        *text.rest,
        text.fires,
        "\n".join(
            [
                *(f"- `{name}`: {meaning}" for name, meaning in text.parameters.items()),
                f"- returns: {text.returns}",
            ]
        ),
        f"**Order:** {text.order}",
        f"**On an error:** {text.on_error}",
    ]
    contract = hook.contract
    if contract.unavailable:
        line = contract.unavailable % {"plugin": "acme"}
        paragraphs.append(f"The agent reads of a failure of the plugin *acme*: “{line}”")
    elif contract.kind is not Kind.SETUP:
        paragraphs.append("The agent reads nothing of a failure.")
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _promise(hook: KnownHook) -> str:
    """What the dispatcher guarantees, in brief."""
    contract = hook.contract
    promise = f"Kind: {contract.kind}. Budget: {contract.budget}."
    if contract.own:
        own = ", ".join(f"`{name}`" for name in contract.own)
        promise += f" Own only: {own}"
        promise += f"; not called without `{contract.needs}`." if contract.needs else "."
    if hook.owner:
        promise += f" Brought by: `{hook.owner}`; its types are in `{hook.function.__module__}`."
    return promise


def _signature(hook: KnownHook) -> str:
    annotated, returned = annotations_of(hook.function)
    arguments = ", ".join(["self", *(f"{name}: {kind}" for name, kind in annotated.items())])
    line = f"def {hook.name}({arguments}) -> {returned}:"
    if len(line) > 88:
        line = f"def {hook.name}(\n    {arguments}\n) -> {returned}:"
    mark = f'@hookimpl(of="{hook.owner}")' if hook.owner else "@hookimpl"
    return f"{mark}\n{line}"


def main(arguments: list[str]) -> None:
    """Print a page: `hooks` unless another one is named."""
    wanted = arguments[0] if arguments else "hooks"
    if wanted not in PAGES or len(arguments) > 1:
        raise SystemExit(f"there are the pages: {', '.join(PAGES)}")
    sys.stdout.write(PAGES[wanted]())


if __name__ == "__main__":
    main(sys.argv[1:])
