"""Who is calling: the query of `caller_information`, and why each person matches."""

from __future__ import annotations

from collections.abc import Sequence

from cti_oql import Key, Oql, Param
from cti_oql.schema import Kind

from cti_host import (
    MOST_CALLERS,
    Call,
    Caller,
    Host,
    Matches,
    Number,
    Unsearchable,
    Value,
    explained,
    narrow,
)
from cti_tickets.hook_values import callers, query_parameters
from cti_tickets.model import SOURCE
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.records import Records


class Lookup:
    """Finds the persons who have the attributes of a call."""

    def __init__(self, host: Host, oql: Oql, records: Records) -> None:
        self._host, self._oql, self._records = host, oql, records
        self._settings = host.settings.caller_information

    def find(self, call: Call) -> Matches:
        """Everybody the query finds, in its order, each with the reason; see `Matches`."""
        checked = self._oql.resolve(self._settings.query)
        used = {n: v for n in checked.parameters if (v := call.parameters.get(n)) is not None}
        if all(isinstance(value, Unsearchable) for value in used.values()):
            return Matches((), 0)
        parameters = query_parameters({name: _widened(value) for name, value in used.items()})
        cls = self._records.schema[checked.class_name]
        # One more than is shown, to see whether there are more.
        keys = self._ids(parameters, MOST_CALLERS + 1)
        total = len(keys)
        if total > MOST_CALLERS:
            keys, total = self._of_many(cls, call, parameters, keys[:MOST_CALLERS])
        found = narrow(self._callers(cls, keys), call)
        labels = {
            a.code: a.label for a in cls.attributes.values() if a.kind in (Kind.PHONE, Kind.EMAIL)
        }
        return explained(found, used.values(), labels, total)

    def _of_many(
        self, cls: ClassDef, call: Call, parameters: dict[str, Param], first: list[Key]
    ) -> tuple[list[Key], int]:
        """Whom to read of more people than are shown, and how many they are."""
        wanted = call.wanted_from(SOURCE)
        if not call.filter and wanted in (None, *(id_ for _class, id_ in first)):
            return first, self._oql.count(self._host.database, self._settings.query, parameters)
        every = self._ids(parameters, None)
        if call.filter:
            return every, len(every)
        return [*first, *(key for key in every if key[1] == wanted)], len(every)

    def _ids(self, parameters: dict[str, Param], limit: int | None) -> list[Key]:
        query = self._settings.query
        return self._oql.ids(self._host.database, query, parameters, limit=limit)

    def _callers(self, cls: ClassDef, keys: Sequence[Key]) -> list[Caller]:
        searched = [a.code for a in cls.attributes.values() if a.kind in (Kind.PHONE, Kind.EMAIL)]
        return callers(
            self._records,
            self._host.database,
            cls.name,
            [id_ for _class, id_ in keys],
            self._settings.display_name,
            [*searched, *(c for c in ("org_id", "org_name") if c in cls.attributes)],
        )


def _widened(value: Value) -> Value:
    """A number with all that it may mean: whom a doubtful reading finds is offered, too."""
    return value.widened if isinstance(value, Number) else value
