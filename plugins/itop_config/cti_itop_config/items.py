"""What was read from a site's file: values with their places, and what has none."""

from __future__ import annotations

from dataclasses import dataclass, field

Key = str | int
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
# Settings of iTop itself that have a counterpart here. No other one is even looked at: the file
# holds passwords.
ITOP_SETTINGS = ("app_root_url", "default_language", "shortcut_actions", "timezone")


@dataclass
class BadFile(Exception):
    """The file can't be read as what it should be; lines and columns count from 1."""

    message: str
    line: int = 0
    column: int = 0
    remedy: str = ""


@dataclass(frozen=True)
class Unknown:
    """A value that only running the file would give; `reason` says what stands there."""

    reason: str


@dataclass(frozen=True)
class Item:
    """A value and where it stands; line 0: it comes from the extension's defaults."""

    value: str | int | float | bool | Table | Unknown | None
    line: int = 0


@dataclass(frozen=True)
class Lost:
    """Something that was seen, and that has no value to move."""

    line: int
    key: str
    reason: str


@dataclass
class SiteSettings:
    """What a file says about the extension, and the settings of iTop that matter here.

    `module` is the extension's table; `None`: the file doesn't have it, the defaults count.
    """

    module: Table | None = None
    itop: dict[str, Item] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)


def dotted(*keys: Key) -> str:
    """A path of keys as it is shown: `display_tickets.lists[0].label`."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        else:
            text += f".{key}" if text else key
    return text
