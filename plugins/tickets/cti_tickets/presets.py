"""Values for the form of a new object: the `preset` tables of the configuration."""

from __future__ import annotations

import re

from flask_babel import format_datetime

from cti_host import Call, Caller, Host, Unsearchable
from cti_tickets.oql import Oql

_PLACEHOLDER = re.compile(r"\s*:([A-Za-z_]\w*)\s*", re.ASCII)
_QUERY = re.compile(r"\s*SELECT\s")
_TEXT_PLACEHOLDER = re.compile(r"\$(\w+)\$")


def is_query(preset: str) -> bool:
    """Whether a preset is a query (that gives an external key) rather than a value."""
    return _QUERY.match(preset) is not None


def placeholder_of(preset: str) -> str:
    """The name in a preset that is a placeholder (":phone"); "" for any other preset."""
    found = _PLACEHOLDER.fullmatch(preset)
    return found[1] if found else ""


class Presets:
    """Computes the presets of a class for the caller who was chosen."""

    def __init__(self, host: Host, oql: Oql) -> None:
        self._host, self._oql = host, oql

    def values(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> dict[str, str]:
        """Attribute code to text; what has no value for this caller is left out."""
        settings = self._host.settings
        chapter = settings.direct_creation if direct else settings.indirect_creation
        if class_name not in chapter:
            return {}
        found = {
            code: self._value(preset, caller, call)
            for code, preset in chapter[class_name].preset.items()
        }
        return {code: value for code, value in found.items() if value}

    def _value(self, preset: str, caller: Caller | None, call: Call) -> str:
        if is_query(preset):
            parameters = {**call.parameters, "selected_caller": str(caller.id) if caller else None}
            keys = self._oql.ids(self._host.database, preset, parameters, limit=1)
            return str(keys[0][1]) if keys else ""
        name = placeholder_of(preset)
        if name:
            return self._placeholder(name, caller, call)
        return _TEXT_PLACEHOLDER.sub(lambda match: self._in_text(match, call), preset)

    def _placeholder(self, name: str, caller: Caller | None, call: Call) -> str:
        if name == "selected_caller":
            return str(caller.id) if caller else ""
        value = call.parameters.get(name, "")
        return "" if isinstance(value, Unsearchable) else str(value)

    def _in_text(self, match: re.Match[str], call: Call) -> str:
        if match[1] == "datetime":
            return str(format_datetime(call.received_at, "short"))
        value = call.parameters.get(match[1])
        return match[0] if value is None else str(value)
