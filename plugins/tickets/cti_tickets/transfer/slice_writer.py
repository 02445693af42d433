"""Writes the slices of an import, each in the current transaction, with their history.

Of a new object the history has no values, to keep imports quick: they are those that its first
changes say it had before, or that it still has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _

from cti_host import writing
from cti_tickets.model.data_model import current
from cti_tickets.store import history
from cti_tickets.store.history import Operation
from cti_tickets.store.history.acting import Actor
from cti_tickets.store.history.change import plain
from cti_tickets.store.references import reference
from cti_tickets.transfer import bulk
from cti_tickets.transfer.meant import stored_rows
from cti_tickets.transfer.outcome import Action
from cti_tickets.transfer.slices import Changed, Slice

# What is recorded of a new object.
_NO_CHANGES = "{}"


class Gone(Exception):
    """An object that was to be changed is not there any more."""


# What keeps an object from being written: somebody else wrote or deleted something meanwhile.
CONFLICTS = (*bulk.REFUSALS, Gone)


class LeftOut(NamedTuple):
    """An object that could not be written, because of what others did in the meantime."""

    file: str
    line: int
    message: str
    action: str
    class_name: str


class SliceWriter:
    """Writes slices.

    :param actor: who imports
    :param moment: when, as the history says
    :param files: the names of the files by their numbers
    """

    def __init__(self, actor: Actor, moment: datetime, files: Sequence[str]) -> None:
        self._model = current()
        self._actor, self._moment, self._files = actor, str(moment), files
        self._common: dict[tuple[str, Operation], tuple[Any, ...]] = {}

    def number(self, some: Slice, first_ids: Mapping[str, int], first_ref: int) -> None:
        """Give ids and references to the new objects that have none."""
        ids, ref = dict(first_ids), first_ref
        for name, created in some.created.items():
            table, columns = self._model.schema[name].table, self._model.columns[name]
            at = columns.index("ref") if "ref" in columns else None
            for one in created:
                if one.row[0] is None:
                    one.row[0] = ids[table]
                    ids[table] += 1
                if at is not None and not one.row[at]:
                    one.row[at] = reference(name, ref)
                    ref += 1

    def write(self, some: Slice) -> None:
        """Write all of a slice, or raise one of the `CONFLICTS`."""
        lines: list[tuple[Any, ...]] = []
        recorded: list[tuple[Any, ...]] = []
        # A SQLite row that something refers to before it is there makes each insert a search.
        for definition in self._model.schema:
            if created := some.created.get(definition.name):
                columns = self._model.columns[definition.name]
                bulk.insert(definition.table, columns, [one.row for one in created])
                common = self._of_history(definition.name, Operation.CREATE)
                recorded += [(one.row[0], _NO_CHANGES, *common) for one in created]
                lines += [(one.row[0], *line) for one in created for line in one.lines]
        for name in dict.fromkeys(one.class_name for one in some.changed):
            same = [one for one in some.changed if one.class_name == name]
            recorded += self._change(name, same)
            lines += [(one.id, *line) for one in same for line in one.lines]
        bulk.insert(bulk.LOG_TABLE, bulk.LOG_COLUMNS, lines)
        bulk.insert(bulk.HISTORY_TABLE, bulk.HISTORY_COLUMNS, recorded)

    def write_what_goes(self, some: Slice) -> list[LeftOut]:
        """Write a slice object by object, and leave out those that can't be written."""
        left, reasons = list(some.each()), list[str]()
        while left:
            refused, reasons = [], []
            for alone in left:
                try:
                    with writing():
                        self.write(alone)
                except CONFLICTS as error:
                    refused.append(alone)
                    reasons.append(reason_of(error))
            if len(refused) == len(left):
                break
            left = refused  # some of them may have waited for one that came after
        return [self._left_out(*pair) for pair in zip(left, reasons, strict=False)]

    def _change(self, name: str, some: Sequence[Changed]) -> list[tuple[Any, ...]]:
        """Change objects of one class; returns what the history says of it."""
        definition = self._model.schema[name]
        ids = [one.id for one in some]
        rows = {row["id"]: row for row in stored_rows(definition, ids, lock=True)}
        common = self._of_history(name, Operation.MODIFY)
        recorded = []
        for one in some:
            if one.id not in rows:
                raise Gone(_("is not there any more"))
            if one.values:
                bulk.update(definition.table, one.id, one.values)
            before = {code: plain(rows[one.id].get(code)) for code in one.values}
            changes = history.differences(definition, before, one.values)
            recorded.append((one.id, history.as_json(changes), *common))
        return recorded

    def _of_history(self, name: str, operation: Operation) -> tuple[Any, ...]:
        """What the rows of the history have in common."""
        if (name, operation) not in self._common:
            self._common[name, operation] = (
                history.root_of(name),
                name,
                self._moment,
                operation.value,
                history.Way.IMPORT.value,
                self._actor.account,
                self._actor.author,
            )
        return self._common[name, operation]

    def _left_out(self, alone: Slice, reason: str) -> LeftOut:
        for name, (created,) in alone.created.items():
            file, line = created.where
            return LeftOut(self._files[file], line, reason, Action.CREATE, name)
        (changed,) = alone.changed
        file, line = changed.where
        return LeftOut(self._files[file], line, reason, Action.CHANGE, changed.class_name)


def reason_of(conflict: BaseException) -> str:
    """Why something can't be written, in one line."""
    if isinstance(conflict, Gone):
        return str(conflict)
    reason = str(conflict).partition("\n")[0]
    return str(_("the database refuses it: %(reason)s", reason=reason))
