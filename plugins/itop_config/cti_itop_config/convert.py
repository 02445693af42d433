"""The extension's settings become those of `cti.toml`, and what became of each is reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cti_itop_config.convert_ecall import ecall_parameters
from cti_itop_config.convert_itop import itop_settings
from cti_itop_config.fate import Fate, Path
from cti_itop_config.items import SECTIONS, Item, SiteSettings
from cti_itop_config.report import Report, Status

_PANEL_PARAMETERS = ("selected_caller", "direct")
_PAGE_PREFIX = "page_"


@dataclass
class Moved:
    """The keys of a `cti.toml` that came from iTop.

    `sections` are its tables by name; `top` its keys above them; `itop_url` the iTop's address,
    empty if the file doesn't name it.
    """

    sections: dict[str, Any] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)
    itop_url: str = ""


def convert(found: SiteSettings, report: Report) -> Moved:
    """Move what can be moved; the report says what became of each setting."""
    fate = Fate(report)
    for lost in found.lost:
        report.add(lost.line, lost.key, Status.NOT_MOVED, lost.reason)
    moved = Moved()
    table = found.module or {}
    for section in SECTIONS:
        if section not in table:
            continue
        item = table[section]
        if not item.line:
            said = "it is not in the file, so the extension's own is written"
            report.add(0, section, Status.DEFAULT, said)
        value = _CONVERTERS[section](Fate(report, not item.line), item, (section,))
        if value:
            moved.sections[section] = value
    fate.others(table, SECTIONS, ())
    actions = moved.sections.get("ecall_parameters", {}).get("url_parameters", {})
    moved.top, moved.itop_url = itop_settings(found.itop, actions, fate)
    return moved


def _url_parameters(fate: Fate, item: Item, path: Path) -> dict[str, str]:
    moved: dict[str, str] = {}
    given: set[str] = set()
    for key, inner in (fate.table(item, path) or {}).items():
        here, name = (*path, key), str(key)
        attribute = fate.text(inner, here, noted=False)
        if attribute is None:
            continue
        if name in _PANEL_PARAMETERS or name.startswith(_PAGE_PREFIX) or not name.strip():
            fate.lose(inner, here, "the panel itself has parameters of this name")
        elif not attribute.strip():
            fate.lose(inner, here, "it names no attribute")
        elif attribute in given:
            fate.lose(inner, here, f"another parameter gives {attribute!r} already")
        else:
            moved[name] = attribute
            given.add(attribute)
            fate.took(inner, here)
    return moved


def _caller_information(fate: Fate, item: Item, path: Path) -> dict[str, Any]:
    table = fate.table(item, path) or {}
    moved: dict[str, Any] = {**fate.labels(table, path)}
    if "query" in table and (query := fate.text(table["query"], (*path, "query"))) is not None:
        moved["query"] = query
    if "display_name" in table:
        names = table["display_name"]
        if isinstance(names.value, dict):
            texts = [fate.text(i, (*path, "display_name", k)) for k, i in names.value.items()]
            moved["display_name"] = ", ".join(text for text in texts if text)
        elif (text := fate.text(names, (*path, "display_name"))) is not None:
            moved["display_name"] = text
    fate.others(table, ("label", "query", "display_name"), path)
    return moved


def _creation(fate: Fate, item: Item, path: Path) -> dict[str, Any]:
    moved: dict[str, Any] = {}
    for class_name, entry in (fate.table(item, path) or {}).items():
        here = (*path, class_name)
        table = fate.table(entry, here)
        if table is None:
            continue
        enabled = fate.flag(table["enabled"], (*here, "enabled")) if "enabled" in table else None
        presets = {}
        if "preset" in table:
            for code, preset in (fate.table(table["preset"], (*here, "preset")) or {}).items():
                text = fate.text(preset, (*here, "preset", code))
                if text is not None:
                    presets[str(code)] = text
        fate.others(table, ("enabled", "preset"), here)
        moved[str(class_name)] = {"enabled": bool(enabled), "preset": presets}
    return moved


def _display_tickets(fate: Fate, item: Item, path: Path) -> dict[str, Any]:
    table = fate.table(item, path) or {}
    fate.others(table, ("lists",), path)
    here = (*path, "lists")
    lists = []
    for key, entry in (fate.table(table["lists"], here) or {} if "lists" in table else {}).items():
        one = _ticket_list(fate, entry, (*here, key))
        if one is not None:
            lists.append(one)
    return {"lists": lists} if lists else {}


def _ticket_list(fate: Fate, item: Item, path: Path) -> dict[str, Any] | None:
    table = fate.table(item, path)
    if table is None:
        return None
    if "query" not in table:
        fate.lose(item, path, "a list needs a query")
        return None
    query = fate.text(table["query"], (*path, "query"))
    if query is None:
        return None
    labels = fate.labels(table, path)
    if not labels:
        fate.note(item, path, Status.DIFFERS, "it has no label, and so none here")
        labels = {"label": ""}
    enabled = fate.flag(table["enabled"], (*path, "enabled")) if "enabled" in table else None
    fate.others(table, ("enabled", "label", "query"), path)
    return {"enabled": bool(enabled), **labels, "query": query}


_CONVERTERS: dict[str, Callable[[Fate, Item, Path], dict[str, Any]]] = {
    "url_parameters": _url_parameters,
    "caller_information": _caller_information,
    "direct_creation": _creation,
    "indirect_creation": _creation,
    "display_tickets": _display_tickets,
    "ecall_parameters": ecall_parameters,
}
