"""What is stored already of events: which of them were taken, and which calls they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cti_calls.store.former import next_id
from cti_calls.store.rows.sql import execute, marks
from cti_host import database, is_postgresql

_EVENT, _CALL, _NEXT = "event", "call", "next"


@dataclass(frozen=True)
class Known:
    """What is stored already.

    :param events: when events were received, by what tells them from others
    :param calls: the ids of calls by their keys
    :param new_id: the id for a call that is none of these; `None`: it is given when it is stored
    """

    events: Mapping[str, int]
    calls: Mapping[str, int]
    new_id: int | None = None


def known(source: str, events: Collection[str], keys: Collection[str]) -> Known:
    """Ask for all of it at once.

    :param events: what tells events from others
    :param keys: the keys of calls
    """
    queries: list[str] = []
    values: list[str] = []

    def ask(query: str, wanted: Collection[str]) -> None:
        queries.append(query)
        values.extend([source, *wanted])

    if events:
        ask(
            f"SELECT '{_EVENT}', dedup, received_at FROM phone_event"  # noqa: S608
            f" WHERE source = ? AND dedup IN ({marks(events)})",
            events,
        )
    if keys:
        of_keys = f'FROM call_key WHERE source = ? AND "key" IN ({marks(keys)})'
        ask(f"SELECT '{_CALL}', \"key\", call_id {of_keys}", keys)
        if is_postgresql(database.obj):  # where each question is a way to the server and back
            without = f"WHERE NOT EXISTS (SELECT 1 {of_keys})"
            ask(f"SELECT '{_NEXT}', '', {next_id()} {without}", keys)
    found: dict[str, dict[str, int]] = {_EVENT: {}, _CALL: {}, _NEXT: {}}
    if queries:
        for kind, name, number in execute(" UNION ALL ".join(queries), values).fetchall():
            found[kind][name] = number
    return Known(found[_EVENT], found[_CALL], found[_NEXT].get(""))
