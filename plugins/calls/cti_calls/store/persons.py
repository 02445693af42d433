"""Whose calls are: two persons who are one have them together."""

from __future__ import annotations

from collections.abc import Sequence

from cti_calls.store.rows.sql import execute, marks
from cti_host import Caller

# So many ids a statement takes.
_CHUNK = 500


def calls_of(caller: Caller, ids: Sequence[int] | None = None) -> list[int]:
    """The calls that are known to be a person's.

    :param ids: among these; `None`: among all
    """
    wanted = "SELECT id FROM call_record WHERE caller = ?"
    if ids is None:
        return [id_ for (id_,) in execute(f"{wanted} ORDER BY id", [caller.key]).fetchall()]
    found: list[int] = []
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        sql = f"{wanted} AND id IN ({marks(some)}) ORDER BY id"
        found += [id_ for (id_,) in execute(sql, [caller.key, *some]).fetchall()]
    return found


def give_calls(old: Caller, new: Caller, ids: Sequence[int] | None = None) -> list[int]:
    """Let calls of a person be another one's, in the current transaction; which ones they are.

    :param ids: no others; `None`: all
    """
    found = calls_of(old, ids)
    change = "UPDATE call_record SET caller = ?, caller_display = ? WHERE caller = ?"
    for start in range(0, len(found), _CHUNK):
        some = found[start : start + _CHUNK]
        values = [new.key, new.display[:255], old.key, *some]
        execute(f"{change} AND id IN ({marks(some)})", values)
    return found
