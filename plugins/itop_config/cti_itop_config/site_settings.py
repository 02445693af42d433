"""What the files of a site say: values with their places, and notes on what has no value."""

from __future__ import annotations

from dataclasses import dataclass, field

from cti_itop_config.report import Place, Status

Key = str | int
Path = tuple[Key, ...]
Table = dict[Key, "Item"]

EXTENSION = "combodo-telephony-integration"
SECTIONS = (
    "url_parameters",
    "caller_information",
    "direct_creation",
    "indirect_creation",
    "display_tickets",
    "ecall_parameters",
)
# The settings of iTop itself that have a counterpart here. No other one is even looked at: the
# file holds passwords.
ITOP_SETTINGS = ("app_root_url", "default_language", "shortcut_actions", "timezone")


@dataclass
class BadFile(Exception):
    """A file can't be read or written; lines and columns count from 1, and 0 is unknown.

    `file` may be left empty by readers that get only the text of a file.
    """

    message: str
    line: int = 0
    column: int = 0
    remedy: str = ""
    file: str = ""


@dataclass(frozen=True)
class Unknown:
    """A value that can't be told; `reason` says what stands there instead, and why."""

    reason: str


@dataclass(frozen=True)
class Item:
    """A value and its place; without a place it is a default of the extension."""

    value: str | int | float | bool | Table | Unknown | None
    place: Place | None = None


@dataclass(frozen=True)
class Note:
    """What the report says about a setting that is not among those to move."""

    place: Place
    path: Path
    status: Status
    message: str


@dataclass
class SiteSettings:
    """The settings of a site, from all its files.

    `module` holds the sections of the extension, `itop` the settings of iTop that matter here,
    `notes` what was seen but is not among them.
    """

    module: Table = field(default_factory=dict)
    itop: Table = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def dotted(path: Path) -> str:
    """A path of keys as it is shown: `display_tickets.lists[0].label`."""
    text = ""
    for key in path:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else key
    return text
