"""What is recorded when objects are deleted, and when others lose a link to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cti_oql.running import marks, rows

from cti_host import Agent, database
from cti_tickets.model.classes.history import ObjectChange
from cti_tickets.model.data_model import schema
from cti_tickets.store.computed import naive
from cti_tickets.store.history.acting import actor_of
from cti_tickets.store.history.change import Changes, Operation, plain
from cti_tickets.store.history.inserting import insert_rows
from cti_tickets.store.history.recording import as_row, stored_codes
from cti_tickets.store.history.telling import tell
from cti_tickets.store.records import Records

_CHUNK = 500


def deleted(
    objects: Mapping[str, Sequence[int]],
    *,
    author: Agent | None,
    now: datetime | None = None,
    stimulus: str = "",
) -> None:
    """Record, in the current transaction and before it happens, that objects are deleted.

    :param objects: the ids of stored objects by their own class, all that go
    :param stimulus: "merge", if they became others
    """
    actor, moment = actor_of(author), naive(now)
    records = Records(schema())
    for class_name, ids in objects.items():
        tell(class_name, [*ids], Operation.DELETE, (), actor)
        for some in _chunks(ids):
            names = records.names(database.obj, class_name, some)
            changes = dict(_values(class_name, some))
            insert_rows(
                ObjectChange,
                [
                    as_row(
                        class_name,
                        id_,
                        Operation.DELETE,
                        changes.get(id_, {}),
                        actor,
                        moment,
                        stimulus=stimulus,
                        name=names.get(id_, "").strip(),
                    )
                    for id_ in some
                ],
            )


def emptied(
    class_name: str,
    code: str,
    ids: Sequence[int],
    *,
    author: Agent | None,
    now: datetime | None = None,
) -> None:
    """Record, in the current transaction and before it happens, that a key of objects is emptied.

    :param class_name: the class of the objects
    :param code: the key
    """
    actor, moment = actor_of(author), naive(now)
    for some in _chunks(ids):
        insert_rows(
            ObjectChange,
            [
                as_row(class_name, id_, Operation.MODIFY, {code: (was, None)}, actor, moment)
                for id_, was in _read(class_name, [code], some)
            ],
        )


def rekeyed(
    class_name: str,
    code: str,
    ids: Sequence[int],
    change: tuple[int, int],
    *,
    author: Agent | None,
    now: datetime | None = None,
) -> None:
    """Record, in the current transaction, that a key of objects leads to another object now.

    :param class_name: the class of the objects
    :param code: the key
    :param change: where it led, and where it leads
    """
    actor, moment = actor_of(author), naive(now)
    rows_ = [
        as_row(class_name, id_, Operation.MODIFY, {code: change}, actor, moment) for id_ in ids
    ]
    insert_rows(ObjectChange, rows_)
    if ids:
        tell(class_name, [*ids], Operation.MODIFY, [code], actor)


def _values(class_name: str, ids: Sequence[int]) -> Iterator[tuple[int, Changes]]:
    """What objects have, by id, as changes to nothing."""
    codes = [*stored_codes(schema()[class_name])]
    for id_, *values in _read(class_name, codes, ids):
        pairs = zip(codes, values, strict=True)
        yield id_, {code: (plain(was), None) for code, was in pairs if was not in ("", None)}


def _read(class_name: str, codes: Sequence[str], ids: Sequence[int]) -> Sequence[Any]:
    definition = schema()[class_name]
    columns = ", ".join(f'"{definition.attributes[code].column}"' for code in codes)
    # Names are the schema's, never a user's; the values are bound.
    sql = (
        f'SELECT id, {columns} FROM "{definition.table}"'  # noqa: S608
        f" WHERE id IN ({marks(database.obj, len(ids))}) ORDER BY id"
    )
    found: Sequence[Any] = rows(database.obj, sql, ids)
    return found


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
