"""`docs/hooks.md`, made from the hooks' signatures, contracts and docstrings.

Write it with `python -m cti_host.command_line.docgen > docs/hooks.md`; a test compares.
"""

from __future__ import annotations

import inspect
import re
import sys
from dataclasses import dataclass, field

from cti_host.contract import Contract, Kind
from cti_host.hookspecs import HookSpecs, contracts

INTRODUCTION = """\
# Hooks

<!-- Made from cti_host/hookspecs.py: python -m cti_host.command_line.docgen > docs/hooks.md -->

A plugin is a class with methods that carry a hook's name and the mark `@hookimpl`. A method names
the arguments that it needs, in any number; it gets them by name. Plugins are asked in the order in
which the setting `plugins` names them. Each is called on its own: what one raises never reaches
another, nor the page.

## Kinds

| kind | meaning |
|---|---|
| change | plugins get the same object one after another, and each may answer a changed one |
| collect | every answer is kept, in the order of the config; `None` and empty are dropped |
| first | the first plugin that answers something other than `None` |
| event | something happened; answers are ignored |
| set-up | once, when the host or a command starts; a failure stops it |

*Budget: the plugin's `timeout`* means that a call is cut off after that many seconds (setting
`timeout` of the plugin's table, 2 unless set). *Budget: none* means that the method runs in place:
it must only compute, never wait, unless its text allows it.

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

_PARTS = re.compile(r"^(?=:param \w+:|:return:|Order:|On an error:|Fires )", re.MULTILINE)


@dataclass(frozen=True)
class HookText:
    """A hook's docstring in its parts; `rest` is what belongs to none of them."""

    summary: str
    fires: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    answer: str = ""
    order: str = ""
    on_error: str = ""
    rest: str = ""


def read_docstring(hook: str) -> HookText:
    """Take the docstring of a hook apart; a part that is missing is empty."""
    first, *parts = _PARTS.split(inspect.getdoc(getattr(HookSpecs, hook)) or "")
    summary, _blank, rest = first.strip().partition("\n\n")
    found: dict[str, str] = {}
    parameters: dict[str, str] = {}
    for part in parts:
        name, _colon, text = _one_line(part.removeprefix(":")).partition(":")
        if part.startswith(":param "):
            parameters[name.removeprefix("param ")] = text.strip()
        elif part.startswith("Fires "):
            found["fires"] = _one_line(part)
        else:
            found[name] = text.strip()
    return HookText(
        _one_line(summary),
        found.get("fires", ""),
        parameters,
        found.get("return", ""),
        found.get("Order", ""),
        found.get("On an error", ""),
        _one_line(rest),
    )


def argument_names(hook: str) -> list[str]:
    """The arguments an implementation may name, in the order of the specification."""
    return [n for n in inspect.signature(getattr(HookSpecs, hook)).parameters if n != "self"]


def hooks_markdown() -> str:
    """The whole page, ending in a line feed."""
    known = contracts()
    index = "\n".join(
        f"| [`{hook}`](#{hook}) | {contract.kind} | {read_docstring(hook).summary} |"
        for hook, contract in known.items()
    )
    entries = "\n".join(_entry(hook, contract) for hook, contract in known.items())
    table = f"| hook | kind | what for |\n|---|---|---|\n{index}\n"
    return f"{INTRODUCTION}\n## All hooks\n\n{table}\n{entries}"


def _entry(hook: str, contract: Contract) -> str:
    text = read_docstring(hook)
    budget = "the plugin's `timeout`" if contract.budget else "none"
    lines = [
        f"## {hook}",
        "",
        text.summary,
        "",
        "```python",
        _signature(hook),
        "```",
        "",
        f"*Kind: {contract.kind}. Budget: {budget}.*",
        "",
    ]
    lines += [text.rest, ""] if text.rest else []
    lines += [text.fires, ""] if text.fires else []
    lines += [f"- `{name}`: {meaning}" for name, meaning in text.parameters.items()]
    lines += [f"- answers: {text.answer}", "", f"**Order:** {text.order}", ""]
    lines += [f"**On an error:** {text.on_error}", ""]
    if contract.unavailable:
        line = contract.unavailable % {"plugin": "acme"}
        lines += [f"The agent reads of a failure of the plugin *acme*: “{line}”", ""]
    elif contract.kind is not Kind.SETUP:
        lines += ["The agent reads nothing of a failure.", ""]
    return "\n".join(lines)


def _signature(hook: str) -> str:
    signature = inspect.signature(getattr(HookSpecs, hook))
    annotations = {name: signature.parameters[name].annotation for name in argument_names(hook)}
    arguments = ["self", *(f"{name}: {kind}" for name, kind in annotations.items())]
    answer = f" -> {signature.return_annotation}:"
    line = f"def {hook}({', '.join(arguments)}){answer}"
    if len(line) > 88:
        line = f"def {hook}(\n    {', '.join(arguments)}\n){answer}"
    return f"@hookimpl\n{line}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.stdout.write(hooks_markdown())
