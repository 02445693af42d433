"""An import of many objects is written a slice at a time, and one that was interrupted is finished.

Others save between two slices. The slices are stored before the first of them is written, and each
goes in the transaction that writes it: whatever ends a process, another one goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from typing import Any

import peewee
from flask_babel import gettext as _

from cti_host import Lease, writing
from cti_tickets.model.classes.imports import ImportSlice, PendingImport
from cti_tickets.store import history
from cti_tickets.store.history.acting import Actor
from cti_tickets.store.references import reserve, reserve_up_to
from cti_tickets.store.transactions import defer_references
from cti_tickets.transfer import bulk
from cti_tickets.transfer.plan import Plan
from cti_tickets.transfer.slice_writer import CONFLICTS, LeftOut, SliceWriter
from cti_tickets.transfer.slices import Sealed, opened

# Told how many objects were written since it was last told.
Progress = Callable[[int], None]
# Makes the bar for writing so many objects.
WritingBar = Callable[[int], AbstractContextManager[Progress]]

_ONE = 1
_LEASE_SECONDS = 120
# How many slices are stored in one transaction: some hundred kilobytes.
_STORED_AT_ONCE = 20
# How often a slice is tried whose locks somebody else holds.
_ATTEMPTS = 6
_TROUBLES = (peewee.OperationalError, peewee.InterfaceError)


class ImportBusy(Exception):
    """Another import is being written; the message says what to do."""


class ImportInterrupted(Exception):
    """An import was not written to its end; the message says how far it got."""


def write_at_once(plan: Plan, now: datetime) -> None:
    """Write a plan of at most one slice, in one transaction.

    :raises: one of the `CONFLICTS`; nothing was written
    """
    writer = SliceWriter(history.actor_of(None), now, plan.files)
    with writing():
        defer_references()
        first_ids, first_ref = _reserve(plan)
        for sealed in plan.slices:
            some = opened(sealed.data)
            writer.number(some, first_ids, first_ref)
            writer.write(some)


def write_in_slices(
    plan: Plan, now: datetime, digest: str, outcome: str, bar: WritingBar
) -> list[LeftOut]:
    """Write a plan, and let others save in between.

    :param digest: what tells these files from others, for whoever goes on
    :param outcome: what was found, for whoever goes on
    :return: the objects that others kept from being written
    :raises ImportBusy: another import is being written
    :raises ImportInterrupted: it will be finished by the next import
    """
    actor = history.actor_of(None)
    try:
        with writing():
            first_ids, first_ref = _reserve(plan)
            PendingImport.insert(
                id=_ONE,
                digest=digest,
                moment=now,
                account=actor.account,
                author=actor.author,
                files=json.dumps(plan.files),
                outcome=outcome,
                objects=plan.objects,
            ).execute()
    except peewee.IntegrityError:
        raise _busy() from None
    with _taken() as lease:
        for rows in _slices(plan, first_ids, first_ref):
            with writing():
                _renew(lease)
                ImportSlice.insert_many(rows).execute()
        _renew(lease, complete=1)
        return _write(lease, bar)


class Interrupted:
    """An import that was interrupted; see `interrupted`."""

    def __init__(self, row: Any) -> None:
        self.digest: str = row.digest
        self.outcome: str = row.outcome
        self.files: list[str] = json.loads(row.files)
        self.begun: datetime = row.moment
        self.objects: int = row.objects
        self.written: int = row.written

    def finish(self, bar: WritingBar) -> list[LeftOut]:
        """Write the rest of it; see `write_in_slices`."""
        with _taken() as lease:
            return _write(lease, bar)

    def give_up(self) -> None:
        """Never write the rest of it; what is written stays.

        :raises ImportBusy: it is being written
        """
        with _taken():
            _forget()


def interrupted() -> Interrupted | None:
    """The import that is being written or was interrupted; `None`: there is none.

    One of which nothing is written yet, and never will be, is forgotten here.

    :raises ImportBusy: it is still being prepared
    """
    row = PendingImport.get_or_none(PendingImport.id == _ONE)
    if row is not None and not row.complete:
        with _taken():
            # Its slices may all be there since it was read.
            row = PendingImport.get_by_id(_ONE)
            if not row.complete:
                _forget()
                return None
    return Interrupted(row) if row is not None else None


def _reserve(plan: Plan) -> tuple[dict[str, int], int]:
    """Keep ids and references for a plan: by table the first id, and the first number."""
    bulk.keep_others_out()
    tables = dict.fromkeys([*plan.newest_ids, *plan.without_id])
    first_ids = {
        table: bulk.reserve_ids(table, plan.newest_ids[table], plan.without_id[table])
        for table in sorted(tables)
    }
    reserve_up_to(plan.newest_ref)
    return first_ids, reserve(plan.without_ref) if plan.without_ref else 0


def _slices(
    plan: Plan, first_ids: dict[str, int], first_ref: int
) -> Iterator[list[dict[str, Any]]]:
    """The slices as rows, some at a time."""
    rows: list[dict[str, Any]] = []
    for number, sealed in enumerate(plan.slices, 1):
        rows.append(_row(number, sealed, first_ids, first_ref))
        for table, wanted in sealed.without_id.items():
            first_ids[table] += wanted
        first_ref += sealed.without_ref
        if len(rows) == _STORED_AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _row(number: int, sealed: Sealed, first_ids: dict[str, int], first_ref: int) -> dict[str, Any]:
    return {
        "id": number,
        "objects": sealed.objects,
        "first_ids": json.dumps(first_ids),
        "first_ref": first_ref,
        "data": sealed.data,
    }


def _write(lease: Lease, bar: WritingBar) -> list[LeftOut]:
    """Write the slices that are left, then forget the import."""
    row = PendingImport.get_by_id(_ONE)
    actor = Actor(row.account, row.author)
    writer = SliceWriter(actor, row.moment, json.loads(row.files))
    left_out = [LeftOut(*one) for one in json.loads(row.left_out)]
    written = row.written
    try:
        with bar(row.objects) as progress:
            progress(written)
            while (one := ImportSlice.select().order_by(ImportSlice.id).first()) is not None:
                left_out += _write_slice(lease, writer, one, left_out, written + one.objects)
                written += one.objects
                progress(one.objects)
        with writing():
            _renew(lease)
            _forget()
    except (*_TROUBLES, KeyboardInterrupt) as error:
        raise ImportInterrupted(
            _(
                "%(written)s of %(objects)s objects are stored. Import the same files again to "
                "store the rest (%(reason)s)",
                written=written,
                objects=row.objects,
                reason=str(error).partition("\n")[0] or _("interrupted"),
            )
        ) from error
    return left_out


def _write_slice(
    lease: Lease, writer: SliceWriter, one: Any, left_out: Sequence[LeftOut], written: int
) -> list[LeftOut]:
    """Write a slice, and forget it in the same transaction; returns what had to be left out."""
    some = opened(bytes(one.data))
    writer.number(some, json.loads(one.first_ids), one.first_ref)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with writing():
                defer_references()
                _renew(lease, written=written)
                ImportSlice.delete().where(ImportSlice.id == one.id).execute()
                writer.write(some)
            break
        except CONFLICTS:
            with writing():
                more = writer.write_what_goes(some)
                all_of_them = json.dumps([*left_out, *more])
                _renew(lease, written=written, left_out=all_of_them)
                ImportSlice.delete().where(ImportSlice.id == one.id).execute()
            return more
        except _TROUBLES:
            if attempt == _ATTEMPTS:
                raise
    return []


@contextmanager
def _taken() -> Iterator[Lease]:
    """The right to write what is pending.

    :raises ImportBusy: another process has it
    """
    lease = Lease(PendingImport, PendingImport.id == _ONE, _LEASE_SECONDS)
    if not lease.take():
        raise _busy()
    try:
        yield lease
    finally:
        with suppress(*_TROUBLES):
            lease.release()


def _renew(lease: Lease, **columns: Any) -> None:
    if not lease.renew(**columns):
        raise _busy()


def _busy() -> ImportBusy:
    return ImportBusy(_("another import is being written: try again when it has ended"))


def _forget() -> None:
    """Forget the import and what is left of it."""
    with writing():
        ImportSlice.delete().execute()
        PendingImport.delete().execute()
