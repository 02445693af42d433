"""A whole, commented `cti.toml` around the settings that were moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cti_itop_config.convert import Moved
from cti_itop_config.report import Report, Status
from cti_itop_config.toml_text import comment, header, pair, table

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


@dataclass(frozen=True)
class Choices:
    """What an admin chose on the command line, and where the file will lie."""

    backend: str
    region: str
    folder: str

    @property
    def var(self) -> str:
        """The folder of the host's own files, seen from the file; beside config/ if it is there."""
        return "../var" if self.folder == "config" else "var"


def cti_toml(moved: Moved, choices: Choices, report: Report) -> str:
    """The text of the file."""
    said = f"iTop has none; {choices.region} is written: change it if that is not your country"
    report.add(0, "plugin.phone_reformat.region", Status.DIFFERS, said)
    blocks = [_head(report), _host(moved, choices)]
    blocks += [
        [*comment(_ABOUT[section]), *_section(section, moved.sections[section])]
        for section in moved.sections
    ]
    blocks += [_numbers(choices)]
    if choices.backend == "itop":
        blocks.append(_itop(moved, choices))
    lost = [entry for entry in report.ordered() if entry.status is Status.NOT_MOVED]
    if lost:
        blocks.append(comment("What could not be moved:"))
        blocks[-1] += [
            line
            for entry in lost
            for line in comment(f"line {entry.line}: {entry.key}: {entry.message}")
        ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _head(report: Report) -> list[str]:
    return comment(
        f"CTI Host: the settings of a site, moved from {report.file.rpartition('/')[2]}.\n\n"
        "`cti-host check` reports every mistake in this file, with its line. Relative paths start\n"
        "at the folder of this file. docs/admin-guide.md explains every key."
    )


def _host(moved: Moved, choices: Choices) -> list[str]:
    top = moved.top
    plugins = ["accounts", "phone_reformat", choices.backend]
    plugins += ["ecall"] if "ecall_parameters" in moved.sections else []
    plugins += ["dialects"]
    lines = comment("Where the host keeps its data: a file (SQLite), or a PostgreSQL server.")
    lines += [pair("database", f"sqlite:///{choices.var}/cti.db"), ""]
    lines += comment("The plugins that are on, in the order in which they are asked.")
    lines += [pair("plugins", plugins), ""]
    lines += comment("The language for browsers that ask for neither English nor French.")
    lines += [pair("language", top.get("language", "en")), ""]
    lines += comment("The time zone in which dates are shown and typed.")
    lines += [pair("timezone", top.get("timezone", "UTC")), ""]
    lines += comment("The key that signs sessions; it is made at the first start.")
    lines += [pair("secret_key_file", f"{choices.var}/secret_key"), ""]
    lines += comment("Set this to true when agents reach the host by https:// only.")
    lines += [pair("https_only", False)]
    if top.get("shortcut_actions"):
        lines += ["", *comment("Phone actions that are buttons of their own on a ticket.")]
        lines += [pair("shortcut_actions", top["shortcut_actions"])]
    lines += ["", *comment("A folder with plugins of your own. Create it first.")]
    lines += comment(pair("plugins_dir", "plugins.d"))
    lines += ["", *comment("How `cti-host serve` listens.")]
    lines += [header("server"), pair("host", "127.0.0.1"), pair("port", 8080), pair("workers", 2)]
    return lines


def _section(name: str, data: dict[str, Any]) -> list[str]:
    if name != "display_tickets":
        return table((name,), data, on_one_line=("attributes",))
    lines: list[str] = []
    for entry in data["lists"]:
        lines += [""] if lines else []
        lines += [header(name, "lists", array=True), *(pair(k, v) for k, v in entry.items())]
    return lines


def _numbers(choices: Choices) -> list[str]:
    about = "How numbers are read: the country of those without a country code. iTop has no such\n"
    about += "setting: it compares numbers as texts."
    return [*comment(about), header("plugin", "phone_reformat"), pair("region", choices.region)]


def _itop(moved: Moved, choices: Choices) -> list[str]:
    about = "Your iTop, where people and tickets are, and the account that the host uses there:\n"
    about += "a user with the right to the REST services, or a token. See plugins/itop/README.md."
    lines = [*comment(about), header("plugin", "itop")]
    if moved.itop_url:
        lines.append(pair("url", moved.itop_url.rstrip("/")))
    else:
        lines += comment('url = "https://itop.example.org/itop"')
    return lines + comment(
        f'user = "cti-host"\npassword_file = "{choices.var}/itop-password"\n'
        f'token_file = "{choices.var}/itop-token"        # instead of user and password'
    )
