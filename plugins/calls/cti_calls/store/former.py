"""Calls that turned out to be one: the id of the younger one leads to the older one for good."""

from __future__ import annotations

from typing import Any

from cti_calls.model.tables import CallNote, FormerCall
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.sql import execute, insert
from cti_host import database, is_postgresql


def hand_over(younger: Any, older: Any) -> None:
    """Have what is kept about a call lead to another one, before it is deleted.

    Everything that is stored with the id of a call belongs here. Call it in a transaction.

    :param younger: the row of the call that is going to be deleted
    :param older: the row of the call that stays, before it gets anything of the other one
    """
    ids = [older.id, younger.id]
    execute("UPDATE phone_event SET call = ? WHERE call = ?", ids)
    execute("UPDATE call_back SET last_call = ? WHERE last_call = ?", ids)
    execute("UPDATE call_note SET call_id = ? WHERE call_id = ?", ids)
    execute("UPDATE former_call SET call_id = ? WHERE call_id = ?", ids)
    insert(FormerCall, {"former": younger.id, "call_id": older.id})


def keep_joined_note(id_: int, note: str) -> None:
    """Keep a note that is made of those of two calls; nobody wrote it as it is."""
    values = {"call_id": id_, "author": "", "written_at": now_ms(), "note": note}
    insert(CallNote, values)


def free_id() -> int:
    """The id for a new call, that no call had before."""
    return int(execute(f"SELECT {next_id()}").fetchone()[0])


def next_id() -> str:
    """What gives the id for a new call, within a query.

    SQLite gives the highest id of a table once more after its row was deleted.
    """
    if is_postgresql(database.obj):
        return "nextval(pg_get_serial_sequence('call_record', 'id'))"
    return (
        "MAX(COALESCE((SELECT MAX(id) FROM call_record), 0),"
        " COALESCE((SELECT MAX(former) FROM former_call), 0)) + 1"
    )


def present_id(id_: int) -> int | None:
    """The id of the call that had this id before; `None`: none had."""
    found = execute("SELECT call_id FROM former_call WHERE former = ?", [id_]).fetchone()
    return None if found is None else int(found[0])


def former_ids(id_: int) -> tuple[int, ...]:
    """The other ids that a call had, the first one first."""
    sql = "SELECT former FROM former_call WHERE call_id = ? ORDER BY former"
    return tuple(former for (former,) in execute(sql, [id_]).fetchall())
