"""The pages of reference: `docs/hooks.md` from the hooks, `docs/types.md` from their values.

Write them with `python -m cti_host.command_line.docgen > docs/hooks.md`, and the same with `types`;
a test compares.
"""

from __future__ import annotations

import inspect
import sys

from cti_host.command_line.docstrings import Docstring, argument_names, read_docstring
from cti_host.command_line.types_page import types_markdown
from cti_host.contract import Contract, Kind
from cti_host.hookspecs import HookSpecs, contracts

INTRODUCTION = """\
# Hooks

<!-- Made from cti_host/hookspecs.py: python -m cti_host.command_line.docgen > docs/hooks.md -->

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

*Budget: the plugin's `timeout`* means that a call is cut off after that many seconds (setting
`timeout` of the plugin's table, 2 unless set). *Budget: none* means that the method runs in place:
it must only compute, never wait, unless its text allows it.

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
    """The page of hooks, ending in a line feed."""
    known = contracts()
    index = "\n".join(
        f"| [`{hook}`](#{hook}) | {contract.kind} | {_text(hook).summary} |"
        for hook, contract in known.items()
    )
    entries = "\n".join(_entry(hook, contract) for hook, contract in known.items())
    table = f"| hook | kind | what for |\n|---|---|---|\n{index}\n"
    return f"{INTRODUCTION}\n## All hooks\n\n{table}\n{entries}"


PAGES = {"hooks": hooks_markdown, "types": types_markdown}


def _text(hook: str) -> Docstring:
    return read_docstring(getattr(HookSpecs, hook))


def _entry(hook: str, contract: Contract) -> str:
    text = _text(hook)
    lines = [
        f"## {hook}",
        "",
        text.summary,
        "",
        "```python",
        _signature(hook),
        "```",
        "",
        f"*{_promise(contract)}*",
        "",
    ]
    for paragraph in (*text.rest, text.fires):
        lines += [paragraph, ""] if paragraph else []
    lines += [f"- `{name}`: {meaning}" for name, meaning in text.parameters.items()]
    lines += [f"- returns: {text.returns}", "", f"**Order:** {text.order}", ""]
    lines += [f"**On an error:** {text.on_error}", ""]
    if contract.unavailable:
        line = contract.unavailable % {"plugin": "acme"}
        lines += [f"The agent reads of a failure of the plugin *acme*: “{line}”", ""]
    elif contract.kind is not Kind.SETUP:
        lines += ["The agent reads nothing of a failure.", ""]
    return "\n".join(lines)


def _promise(contract: Contract) -> str:
    """What the dispatcher guarantees, in brief."""
    budget = "the plugin's `timeout`" if contract.budget else "none"
    promise = f"Kind: {contract.kind}. Budget: {budget}."
    if contract.own:
        own = ", ".join(f"`{name}`" for name in contract.own)
        promise += f" Own only: {own}"
        promise += f"; not called without `{contract.needs}`." if contract.needs else "."
    return promise


def _signature(hook: str) -> str:
    function = getattr(HookSpecs, hook)
    signature = inspect.signature(function)
    annotations = [f"{n}: {signature.parameters[n].annotation}" for n in argument_names(function)]
    arguments = ", ".join(["self", *annotations])
    answer = f" -> {signature.return_annotation}:"
    line = f"def {hook}({arguments}){answer}"
    if len(line) > 88:
        line = f"def {hook}(\n    {arguments}\n){answer}"
    return f"@hookimpl\n{line}"


def main(arguments: list[str]) -> None:
    """Print a page: `hooks` unless another one is named."""
    wanted = arguments[0] if arguments else "hooks"
    if wanted not in PAGES or len(arguments) > 1:
        raise SystemExit(f"there are the pages: {', '.join(PAGES)}")
    sys.stdout.write(PAGES[wanted]())


if __name__ == "__main__":
    main(sys.argv[1:])
