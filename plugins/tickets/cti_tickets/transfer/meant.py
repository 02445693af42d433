"""Which stored object each record of an import means, and what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.transactions import locked
from cti_tickets.store.values import BadValue
from cti_tickets.transfer.known import Known
from cti_tickets.transfer.matching import ID, MET, BadMatch, MatchBy, Matcher
from cti_tickets.transfer.names import listed
from cti_tickets.transfer.reading.given import GivenReader
from cti_tickets.transfer.reading.log_parsing import Entry, stored_logs
from cti_tickets.transfer.reading.records import Record


@dataclass(frozen=True)
class StoredObject:
    """What is stored of an object: its columns, and its logs by their codes."""

    id: int
    row: Mapping[str, Any]
    logs: Mapping[str, Sequence[Entry]] = field(default_factory=dict)


class Meant:
    """Finds what records mean; the objects of some records are read in one query.

    :param match_by: what identifies objects
    :param reader: reads the values of records
    """

    def __init__(self, match_by: MatchBy, known: Known, reader: GivenReader) -> None:
        self._matcher, self._known, self._reader = Matcher(match_by), known, reader
        self._read: dict[tuple[str, int], StoredObject] = {}
        # Of those that are found by their ids; the matcher remembers the others.
        self._met: dict[str, set[int]] = {}

    def read(self, records: Sequence[tuple[Record, ClassDef]]) -> None:
        """Read the objects that these records may mean; forget those before."""
        ids: dict[str, set[int]] = {}
        for record, definition in records:
            try:
                candidates = self._candidates(record, definition)
            except BadValue:
                continue  # told when it is this record's turn
            ids.setdefault(definition.name, set()).update(candidates)
        self._read = {
            (name, stored.id): stored
            for name, some in ids.items()
            for stored in _stored(schema()[name], sorted(some - {MET}))
        }

    def by(self, record: Record, definition: ClassDef) -> StoredObject | None:
        """The stored object that a record means; None: it is new.

        :raises BadValue: that can't be said, or the object was there already
        """
        meant = [
            id_
            for id_ in self._candidates(record, definition)
            if id_ == MET or self._by_id(definition) or self._is_meant(record, definition, id_)
        ]
        if len(meant) > 1:
            raise BadValue(_("several are meant: %(names)s", names=listed(definition.name, meant)))
        if not meant:
            return None
        (object_id,) = meant
        if object_id == MET or object_id in self._met.get(definition.table, ()):
            raise BadValue(_("the files have this object twice"))
        if record.object_id not in (None, object_id):
            raise BadValue(
                _(
                    "%(name)s is meant, but the file says id %(id)s: leave the ids out, or match "
                    "by id",
                    name=listed(definition.name, [object_id]),
                    id=record.object_id,
                )
            )
        return self._stored(definition, object_id)

    def met(self, record: Record, definition: ClassDef, stored: StoredObject | None) -> None:
        """A record was taken; another one must not mean the same object."""
        if not self._by_id(definition):
            self._matcher.met(definition, self._values(record, definition))
        elif stored is not None:
            self._met.setdefault(definition.table, set()).add(stored.id)

    def _values(self, record: Record, definition: ClassDef) -> tuple[Any, ...]:
        """What identifies the object of a record."""
        codes = self._matcher.codes(definition)
        return self._matcher.values(definition, self._reader.some(record, definition, codes))

    def _stored(self, definition: ClassDef, id_: int) -> StoredObject:
        """An object that is stored; one that is named by a new object was not read before."""
        if (definition.name, id_) not in self._read:
            self._read[definition.name, id_] = _stored(definition, [id_])[0]
        return self._read[definition.name, id_]

    def _by_id(self, definition: ClassDef) -> bool:
        try:
            return self._matcher.codes(definition) == (ID,)
        except BadMatch as error:
            raise BadValue(str(error)) from None

    def _candidates(self, record: Record, definition: ClassDef) -> Sequence[int]:
        if not self._by_id(definition):
            values = self._values(record, definition)
            return self._matcher.candidates(definition, values)
        id_ = record.object_id
        if id_ is None or self._known.class_of(definition, id_) != definition.name:
            return []
        return [MET if self._known.is_new(definition, id_) else id_]

    def _is_meant(self, record: Record, definition: ClassDef, id_: int) -> bool:
        values = self._values(record, definition)
        return self._matcher.is_meant(definition, values, self._stored(definition, id_).row)


def stored_rows(
    definition: ClassDef, ids: Sequence[int], *, lock: bool = False
) -> list[dict[str, Any]]:
    """The columns of some stored objects of a class.

    :param lock: nobody else changes them before this transaction ends
    """
    model: Any = model_of(definition.name)
    codes = {field.name: column for column, field in model._meta.columns.items()}
    query = model.select().where(model.id.in_(ids))
    query = locked(query) if lock else query
    return [{codes[name]: value for name, value in row.items()} for row in query.dicts()]


def _stored(definition: ClassDef, ids: Sequence[int]) -> list[StoredObject]:
    rows = stored_rows(definition, ids)
    logs: dict[int, dict[str, Sequence[Entry]]] = {}
    if schema().is_a(definition.name, "Ticket"):
        for (id_, code), entries in stored_logs(ids).items():
            logs.setdefault(id_, {})[code] = entries
    return [StoredObject(row["id"], row, logs.get(row["id"], {})) for row in rows]
