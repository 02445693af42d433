"""The sections of the extension become those of `cti.toml`; what became of each is reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cti_itop_config.convert.ecall import ecall_parameters
from cti_itop_config.convert.itop import ItopAddress, itop_settings
from cti_itop_config.convert.setting_reader import SettingReader
from cti_itop_config.report import Report, Status
from cti_itop_config.site_settings import SECTIONS, Item, Path, SiteSettings, dotted

_PANEL_PARAMETERS = ("selected_caller", "direct")
_PAGE_PREFIX = "page_"
_MAY_BE_EMPTY = ("direct_creation", "indirect_creation", "display_tickets")


@dataclass
class Moved:
    """The keys of a `cti.toml` that came from iTop.

    `sections` are its tables by name, `top` its keys above them; `itop` is the address of the iTop.
    """

    sections: dict[str, Any] = field(default_factory=dict)
    top: dict[str, Any] = field(default_factory=dict)
    itop: ItopAddress = field(default_factory=ItopAddress)


def convert(site: SiteSettings, report: Report, *, without_itop: bool = False) -> Moved:
    """Move what can be moved; the report says what became of each setting.

    :param without_itop: whether the host will not ask the iTop
    """
    reader = SettingReader(report)
    for note in site.notes:
        report.add(note.place, dotted(note.path), note.status, note.message)
    moved = Moved()
    for section in SECTIONS:
        if section in _MAY_BE_EMPTY:
            # Where a site has none, no default of the host must take its place.
            moved.sections[section] = {}
        if section not in site.module:
            continue
        item = site.module[section]
        is_default = item.place is None
        if is_default:
            said = "it is not set, so the value of the extension itself is written"
            report.add(None, section, Status.DEFAULT, said)
        value = _CONVERTERS[section](SettingReader(report, is_default), item, (section,))
        if value:
            moved.sections[section] = value
    reader.others(site.module, SECTIONS, ())
    actions = moved.sections.get("ecall_parameters", {}).get("url_parameters", {})
    moved.top, moved.itop = itop_settings(site.itop, actions, reader, without_itop=without_itop)
    return moved


def _url_parameters(reader: SettingReader, item: Item, path: Path) -> dict[str, str]:
    moved: dict[str, str] = {}
    given: set[str] = set()
    for key, inner in (reader.table(item, path) or {}).items():
        here, name = (*path, key), str(key)
        attribute = reader.text(inner, here, noted=False)
        if attribute is None:
            continue
        if name in _PANEL_PARAMETERS or name.startswith(_PAGE_PREFIX) or not name.strip():
            reader.lose(inner, here, "the panel has a parameter of its own with this name")
        elif not attribute.strip():
            reader.lose(inner, here, "it does not name an attribute")
        elif attribute in given:
            reader.lose(inner, here, f"another parameter sets {attribute!r} already")
        else:
            moved[name] = attribute
            given.add(attribute)
            reader.took(inner, here)
    return moved


def _caller_information(reader: SettingReader, item: Item, path: Path) -> dict[str, Any]:
    table = reader.table(item, path) or {}
    moved: dict[str, Any] = {**reader.labels(table, path)}
    if "query" in table and (query := reader.text(table["query"], (*path, "query"))) is not None:
        moved["query"] = query
    if "display_name" in table:
        names = table["display_name"]
        if isinstance(names.value, dict):
            texts = [reader.text(i, (*path, "display_name", k)) for k, i in names.value.items()]
            moved["display_name"] = ", ".join(text for text in texts if text)
        elif (text := reader.text(names, (*path, "display_name"))) is not None:
            moved["display_name"] = text
    reader.others(table, ("label", "query", "display_name"), path)
    return moved


def _creation(reader: SettingReader, item: Item, path: Path) -> dict[str, Any]:
    moved: dict[str, Any] = {}
    for class_name, entry in (reader.table(item, path) or {}).items():
        here = (*path, class_name)
        table = reader.table(entry, here)
        if table is None:
            continue
        enabled = reader.flag(table["enabled"], (*here, "enabled")) if "enabled" in table else None
        presets = {}
        if "preset" in table:
            for code, preset in (reader.table(table["preset"], (*here, "preset")) or {}).items():
                text = reader.text(preset, (*here, "preset", code))
                if text is not None:
                    presets[str(code)] = text
        reader.others(table, ("enabled", "preset"), here)
        moved[str(class_name)] = {"enabled": bool(enabled), "preset": presets}
    return moved


def _display_tickets(reader: SettingReader, item: Item, path: Path) -> dict[str, Any]:
    table = reader.table(item, path) or {}
    reader.others(table, ("lists",), path)
    here = (*path, "lists")
    lists = []
    entries = (reader.table(table["lists"], here) if "lists" in table else None) or {}
    for key, entry in entries.items():
        one = _ticket_list(reader, entry, (*here, key))
        if one is not None:
            lists.append(one)
    return {"lists": lists} if lists else {}


def _ticket_list(reader: SettingReader, item: Item, path: Path) -> dict[str, Any] | None:
    table = reader.table(item, path)
    if table is None:
        return None
    if "query" not in table:
        reader.lose(item, path, "a list needs a query")
        return None
    query = reader.text(table["query"], (*path, "query"))
    if query is None:
        return None
    labels = reader.labels(table, path)
    if not labels:
        reader.note(item, path, Status.DIFFERS, "it has no label, so it has none here either")
        labels = {"label": ""}
    enabled = reader.flag(table["enabled"], (*path, "enabled")) if "enabled" in table else None
    reader.others(table, ("enabled", "label", "query"), path)
    return {"enabled": bool(enabled), **labels, "query": query}


_CONVERTERS: dict[str, Callable[[SettingReader, Item, Path], dict[str, Any]]] = {
    "url_parameters": _url_parameters,
    "caller_information": _caller_information,
    "direct_creation": _creation,
    "indirect_creation": _creation,
    "display_tickets": _display_tickets,
    "ecall_parameters": ecall_parameters,
}
