"""Settings of iTop itself that have a counterpart here: language, time zone, shortcuts, address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from cti_itop_config.fate import LANGUAGES, Fate
from cti_itop_config.items import Item
from cti_itop_config.report import Status

_ECALL = "telephony_integration_ecall_"
_MENU = "UI:Menu:"


def itop_settings(
    items: Mapping[str, Item], actions: Mapping[str, Any], fate: Fate
) -> tuple[dict[str, Any], str]:
    """The keys for the top of the file, and the address of the iTop (empty: unknown).

    :param actions: `url_parameters` of the `ecall_parameters` that were moved
    """
    top: dict[str, Any] = {}
    url = ""
    for key, item in items.items():
        if key == "shortcut_actions":
            top[key] = _shortcuts(item, _names(actions), fate)
            continue
        text = fate.text(item, (key,), noted=False)
        if text is None:
            continue
        if key == "timezone":
            if text in available_timezones():
                top[key] = text
                fate.took(item, (key,))
            else:
                fate.lose(item, (key,), "there is no time zone of this name")
        elif key == "default_language":
            if text[:2] in LANGUAGES:
                top["language"] = text[:2].lower()
                fate.note(item, (key,), Status.TAKEN, "as language")
            else:
                fate.lose(item, (key,), "pages here are in English and French")
        elif _is_address(text):
            url = text
            fate.note(item, (key,), Status.TAKEN, "as the address of your iTop")
        else:
            fate.lose(item, (key,), "it is no address that begins with http:// or https://")
    return top, url


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    # A password in it would be copied; %server_name% means whichever name was asked for.
    plain = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    return plain and not re.search(r"[\s\x00-\x1f\x7f%{}?#]", text)


def _names(actions: Mapping[str, Any]) -> set[str]:
    if any(isinstance(action, dict) for action in actions.values()):
        return {f"{_ECALL}{name}" for name in actions}
    return {f"{_ECALL}legacy"} if actions else set()


def _shortcuts(item: Item, known: set[str], fate: Fate) -> list[str]:
    path = ("shortcut_actions",)
    if isinstance(item.value, dict):
        texts = [fate.text(i, (*path, key), noted=False) for key, i in item.value.items()]
    else:
        texts = [*(fate.text(item, path, noted=False) or "").split(",")]
    moved = []
    for name in (text.strip() for text in texts if text):
        if name in known:
            moved.append(name)
            fate.note(item, path, Status.TAKEN, name)
        elif name.startswith(_MENU):
            said = f"{name} is a button of iTop; here a ticket always has its own"
            fate.note(item, path, Status.DIFFERS, said)
        elif name.startswith(_ECALL):
            said = f"ecall_parameters has no action for {name}, so it is left out"
            fate.note(item, path, Status.DIFFERS, said)
        elif name:
            fate.lose(item, path, f"{name} is no action here")
    return moved
