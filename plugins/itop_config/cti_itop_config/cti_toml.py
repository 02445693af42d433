"""A complete `cti.toml` with comments, around the settings that were moved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tomlkit

from cti_itop_config.convert.sections import Moved
from cti_itop_config.report import Report, Status

# What must not be in a comment, or would end its line.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_ABOUT = {
    "url_parameters": "What the phone system sends: parameter of the URL = attribute of the "
    "caller.\nThe URL that it opens for iTop works here, with the name of this host.",
    "caller_information": "Who is calling: the query, and how the persons found are shown.",
    "direct_creation": "Opens a form at once, without the panel: the first entry that is enabled.",
    "indirect_creation": 'The buttons "Create a new …" of the panel, in this order.',
    "display_tickets": "The lists of tickets on the panel, in this order.",
    "ecall_parameters": "Calling back from a ticket: the address of the phone system, and what "
    "it is told.",
}
_ABOUT_NUMBERS = (
    "How numbers are read: the country of those without a country code. iTop has no such\n"
    "setting: it compares numbers as texts."
)


@dataclass(frozen=True)
class Choices:
    """What an admin chose on the command line, and the folder of the file."""

    backend: str
    region: str
    folder: str

    @property
    def var(self) -> str:
        """The folder of the host's own files, relative to the file; beside a folder `config`."""
        return "../var" if self.folder == "config" else "var"


def cti_toml(moved: Moved, choices: Choices, report: Report) -> str:
    """Return the text of the file."""
    said = f"iTop has none; {choices.region} is written: change it if that is not your country"
    report.add(None, "plugin.phone_reformat.region", Status.DIFFERS, said)
    blocks = [_head(report), *_host(moved, choices)]
    for section, data in moved.sections.items():
        about = _ABOUT[section] + ("" if data else "\nEmpty: the site has none.")
        blocks.append(block(about, {section: data}))
    blocks.append(block(_ABOUT_NUMBERS, {"plugin": {"phone_reformat": {"region": choices.region}}}))
    if choices.backend == "itop":
        blocks.append(_itop(moved, choices))
    lost = [entry for entry in report.ordered() if entry.status is Status.NOT_MOVED]
    if lost:
        lines = [f"{entry.place}: {entry.key}: {entry.message}" for entry in lost]
        blocks.append(comment("What could not be moved:") + "".join(map(comment, lines)))
    return "\n".join(blocks)


def block(about: str, data: Mapping[str, Any]) -> str:
    """Return settings as TOML, with a comment above them; `attributes` are on one line."""
    return comment(about) + tomlkit.dumps(_laid_out(data))


def comment(text: str) -> str:
    """Return the lines of a comment; no character of the text ends one of them early."""
    lines = [_CONTROL.sub(" ", line) for line in text.split("\n")]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _laid_out(data: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in data.items():
        if not isinstance(value, Mapping):
            found[key] = value
        elif key == "attributes":
            found[key] = tomlkit.inline_table()
            found[key].update(value)
        else:
            found[key] = _laid_out(value)
    return found


def _head(report: Report) -> str:
    return comment(
        f"CTI Host: the settings of a site, moved from {', '.join(report.files)}.\n\n"
        "`cti-host check` reports every mistake in this file, with its line. Relative paths start\n"
        "at the folder of this file. docs/admin-guide.md explains every key."
    )


def _host(moved: Moved, choices: Choices) -> Iterator[str]:
    top = moved.top
    plugins = ["accounts", "phone_reformat", choices.backend]
    plugins += ["ecall"] if "ecall_parameters" in moved.sections else []
    plugins += ["dialects"]
    yield block(
        "Where the host keeps its data: a file (SQLite), or a PostgreSQL server.",
        {"database": f"sqlite:///{choices.var}/cti.db"},
    )
    yield block(
        "The plugins that are enabled, in the order in which they are asked.",
        {"plugins": plugins},
    )
    yield block(
        "The language for browsers that ask for none of those that there are.",
        {"language": top.get("language", "en")},
    )
    yield block(
        "The time zone in which dates are shown and typed.",
        {"timezone": top.get("timezone", "UTC")},
    )
    yield block(
        "The key that signs sessions; the first start makes it.",
        {"secret_key_file": f"{choices.var}/secret_key"},
    )
    yield block(
        "Set this to true when agents reach the host by https:// only.", {"https_only": False}
    )
    if top.get("shortcut_actions"):
        yield block(
            "Phone actions that are buttons of their own on a ticket.",
            {"shortcut_actions": top["shortcut_actions"]},
        )
    yield comment(
        "A folder with plugins of your own. Create it first.\n"
        + tomlkit.dumps({"plugins_dir": "plugins.d"}).rstrip()
    )
    yield block(
        "How `cti-host serve` listens.",
        {"server": {"host": "127.0.0.1", "port": 8080, "workers": 2}},
    )


def _itop(moved: Moved, choices: Choices) -> str:
    about = (
        "Your iTop, where people and tickets are, and the account that the host uses there:\n"
        "a user with the right to the REST services, or a token. See plugins/itop/README.md."
    )
    url = {"url": moved.itop.url.rstrip("/")} if moved.itop.url else {}
    text = block(about, {"plugin": {"itop": url}})
    if not url:
        text += comment('url = "https://itop.example.org/itop"')
    return text + comment(
        f'user = "cti-host"\npassword_file = "{choices.var}/itop-password"\n'
        f'token_file = "{choices.var}/itop-token"        # instead of user and password'
    )
