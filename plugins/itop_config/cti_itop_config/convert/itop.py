"""Settings of iTop itself that have a counterpart here: language, time zone, shortcuts, address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from cti_host import LANGUAGES
from cti_itop_config.convert.setting_reader import SettingReader, only_languages
from cti_itop_config.report import Status
from cti_itop_config.site_settings import Item, Table

_ECALL = "telephony_integration_ecall_"
_MENU = "UI:Menu:"
# What iTop replaces by the name under which it was asked for.
_SERVER_NAME = re.compile(r"([$%])server_name\1", re.IGNORECASE)


@dataclass(frozen=True)
class ItopAddress:
    """Where the iTop is: `url` is "" if that isn't known, though the site `exists`."""

    url: str = ""
    exists: bool = False


def itop_settings(
    items: Table, actions: Mapping[str, Any], reader: SettingReader, *, without_itop: bool = False
) -> tuple[dict[str, Any], ItopAddress]:
    """Return the keys for the top of the file, and the address of the iTop.

    :param actions: `url_parameters` of the `ecall_parameters` that were moved
    :param without_itop: whether the host will not ask the iTop, so that it needs no address
    """
    top: dict[str, Any] = {}
    address = ItopAddress()
    for key, item in items.items():
        if key == "shortcut_actions":
            top[key] = _shortcuts(item, _names(actions), reader)
            continue
        text = reader.text(item, (key,), noted=False)
        if text is None:
            continue
        if key == "timezone":
            if text in available_timezones():
                top[key] = text
                reader.took(item, (key,))
            else:
                reader.lose(item, (key,), "there is no time zone of this name")
        elif key == "default_language":
            if text[:2].lower() in LANGUAGES:
                top["language"] = text[:2].lower()
                reader.note(item, (key,), Status.TAKEN, "as language")
            else:
                reader.lose(item, (key,), only_languages())
        elif without_itop:
            said = "it is left out: people and tickets are in the host's own database"
            reader.note(item, (key,), Status.DIFFERS, said)
        else:
            address = _address(item, text, reader)
    return top, address


def _address(item: Item, text: str, reader: SettingReader) -> ItopAddress:
    path = ("app_root_url",)
    if (named := _SERVER_NAME.search(text)) and _is_address(_SERVER_NAME.sub("itop", text)):
        said = (
            f"{named[0]} stands for whichever name a browser asks for: write the address of your "
            "iTop as url into [plugin.itop]"
        )
        reader.lose(item, path, said)
        return ItopAddress(exists=True)
    if _is_address(text):
        reader.note(item, path, Status.TAKEN, "as the address of your iTop")
        return ItopAddress(text, exists=True)
    reader.lose(item, path, "it is not an address that begins with http:// or https://")
    return ItopAddress()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    # A password in it would be copied.
    plain = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    return plain and not re.search(r"[\s\x00-\x1f\x7f%${}?#]", text)


def _names(actions: Mapping[str, Any]) -> set[str]:
    if any(isinstance(action, dict) for action in actions.values()):
        return {f"{_ECALL}{name}" for name in actions}
    return {f"{_ECALL}legacy"} if actions else set()


def _shortcuts(item: Item, known: set[str], reader: SettingReader) -> list[str]:
    path = ("shortcut_actions",)
    if isinstance(item.value, dict):
        texts = [reader.text(i, (*path, key), noted=False) for key, i in item.value.items()]
    else:
        texts = [*(reader.text(item, path, noted=False) or "").split(",")]
    moved = []
    for name in (text.strip() for text in texts if text):
        if name in known:
            moved.append(name)
            reader.note(item, path, Status.TAKEN, name)
        elif name.startswith(_MENU):
            said = f"{name} is a button of iTop itself; here every ticket has its own"
            reader.note(item, path, Status.DIFFERS, said)
        elif name.startswith(_ECALL):
            said = f"ecall_parameters has no action for {name}, so it is left out"
            reader.note(item, path, Status.DIFFERS, said)
        elif name:
            reader.lose(item, path, f"there is no action {name} here")
    return moved
