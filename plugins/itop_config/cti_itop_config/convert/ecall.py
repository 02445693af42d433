"""`ecall_parameters`: calling back, in the formats of versions 1.1 and 1.2 of the extension."""

from __future__ import annotations

import re
from typing import Any

from cti_itop_config.convert.setting_reader import SettingReader
from cti_itop_config.site_settings import Item, Path, Table

_ACTION = re.compile(r"[A-Za-z0-9_-]+")
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def ecall_parameters(reader: SettingReader, item: Item, path: Path) -> dict[str, Any]:
    """Return the section; empty, if it has no address or no parameter that can be moved."""
    table = reader.table(item, path)
    if table is None:
        return {}
    reader.others(table, ("url", "url_parameters"), path)
    for key in ("url", "url_parameters"):
        if key not in table:
            reader.lose(item, path, f"it has no {key}, so nobody could be called")
            return {}
    url = reader.text(table["url"], (*path, "url"))
    here = (*path, "url_parameters")
    entries = reader.table(table["url_parameters"], here) or {}
    if any(isinstance(entry.value, dict) for entry in entries.values()):
        parameters = _actions(reader, entries, here)
    else:
        parameters = _attributes(reader, entries, here)
    if not url or not parameters:
        reader.lose(item, path, "what is left of it could call nobody")
        return {}
    return {"url": url, "url_parameters": parameters}


def _attributes(reader: SettingReader, table: Table, path: Path) -> dict[str, Any]:
    """Return the parameters of the address, each with an attribute of the caller."""
    moved: dict[str, Any] = {}
    for name, item in table.items():
        here = (*path, name)
        attribute = reader.text(item, here, noted=False)
        if attribute is None:
            continue
        if not _ATTRIBUTE.fullmatch(attribute) or not str(name).strip():
            reader.lose(item, here, "it does not name an attribute of the caller")
        else:
            moved[str(name)] = attribute
            reader.took(item, here)
    return moved


def _actions(reader: SettingReader, table: Table, path: Path) -> dict[str, Any]:
    """Return the actions of the menu, each with its icon and attributes."""
    moved: dict[str, Any] = {}
    for name, item in table.items():
        here = (*path, name)
        if not isinstance(item.value, dict):
            reader.lose(item, here, "it is beside actions, but is not an action itself")
            continue
        if not _ACTION.fullmatch(str(name)):
            reader.lose(item, here, "the name of an action may hold only letters, digits, _ and -")
            continue
        entry = item.value
        reader.others(entry, ("icon", "attributes", "label"), here)
        action: dict[str, Any] = {}
        if "icon" in entry and (icon := reader.text(entry["icon"], (*here, "icon"))) is not None:
            action["icon"] = icon
        action |= reader.labels(entry, here)
        if "attributes" in entry:
            attributes = reader.table(entry["attributes"], (*here, "attributes")) or {}
            action["attributes"] = _attributes(reader, attributes, (*here, "attributes"))
        if action.get("attributes"):
            moved[str(name)] = action
        else:
            reader.lose(item, here, "it passes no attribute of the caller on")
    return moved
