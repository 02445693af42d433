"""`ecall_parameters`: calling back, in the flavours of the extension's 1.1 and 1.2."""

from __future__ import annotations

import re
from typing import Any

from cti_itop_config.fate import Fate, Path
from cti_itop_config.items import Item, Table

_ACTION = re.compile(r"[A-Za-z0-9_-]+")
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def ecall_parameters(fate: Fate, item: Item, path: Path) -> dict[str, Any]:
    """The section; empty if it has no address or no parameter that can be moved."""
    table = fate.table(item, path)
    if table is None:
        return {}
    fate.others(table, ("url", "url_parameters"), path)
    for key in ("url", "url_parameters"):
        if key not in table:
            fate.lose(item, path, f"it has no {key}, so nothing could be called")
            return {}
    url = fate.text(table["url"], (*path, "url"))
    here = (*path, "url_parameters")
    entries = fate.table(table["url_parameters"], here) or {}
    if any(isinstance(entry.value, dict) for entry in entries.values()):
        parameters = _actions(fate, entries, here)
    else:
        parameters = _attributes(fate, entries, here)
    if not url or not parameters:
        fate.lose(item, path, "nothing that could be called is left of it")
        return {}
    return {"url": url, "url_parameters": parameters}


def _attributes(fate: Fate, table: Table, path: Path) -> dict[str, Any]:
    """Parameter of the address to attribute of the caller."""
    moved: dict[str, Any] = {}
    for name, item in table.items():
        here = (*path, name)
        attribute = fate.text(item, here, noted=False)
        if attribute is None:
            continue
        if not _ATTRIBUTE.fullmatch(attribute) or not str(name).strip():
            fate.lose(item, here, "it does not name an attribute of the caller")
        else:
            moved[str(name)] = attribute
            fate.took(item, here)
    return moved


def _actions(fate: Fate, table: Table, path: Path) -> dict[str, Any]:
    """The actions of the menu, each with icon and attributes."""
    moved: dict[str, Any] = {}
    for name, item in table.items():
        here = (*path, name)
        if not isinstance(item.value, dict):
            fate.lose(item, here, "it stands among actions, but is none itself")
            continue
        if not _ACTION.fullmatch(str(name)):
            fate.lose(item, here, "an action is named with letters, digits, _ and -")
            continue
        entry = item.value
        fate.others(entry, ("icon", "attributes", "label"), here)
        action: dict[str, Any] = {}
        if "icon" in entry and (icon := fate.text(entry["icon"], (*here, "icon"))) is not None:
            action["icon"] = icon
        action |= fate.labels(entry, here)
        if "attributes" in entry:
            attributes = fate.table(entry["attributes"], (*here, "attributes")) or {}
            action["attributes"] = _attributes(fate, attributes, (*here, "attributes"))
        if action.get("attributes"):
            moved[str(name)] = action
        else:
            fate.lose(item, here, "it has no attribute of the caller to hand over")
    return moved
