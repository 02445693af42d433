"""Values for the form of a new object: the `preset` tables of the configuration."""

from __future__ import annotations

from cti_oql import Oql

from cti_host import Call, Caller, Host, Unsearchable, fill_in, is_query, placeholder_of
from cti_tickets.hook_values import query_parameters


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
            parameters = {
                **query_parameters(call.parameters),
                "selected_caller": str(caller.id) if caller else None,
            }
            keys = self._oql.ids(self._host.database, preset, parameters, limit=1)
            return str(keys[0][1]) if keys else ""
        name = placeholder_of(preset)
        if name:
            return self._placeholder(name, caller, call)
        return fill_in(preset, call)

    def _placeholder(self, name: str, caller: Caller | None, call: Call) -> str:
        if name == "selected_caller":
            return str(caller.id) if caller else ""
        value = call.parameters.get(name, "")
        return "" if isinstance(value, Unsearchable) else str(value)
