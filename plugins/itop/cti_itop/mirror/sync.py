"""Fill the mirror from iTop, page by page; it becomes visible when it is complete.

A run compares each window of ids with what the mirror has, writes what differs and the place it
has come to in one transaction, and so can be killed at any moment and continued. What iTop doesn't
tell (it keeps no date of change for persons) is found by reading all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cti_host import database, update_statistics, writing
from cti_itop.mirror.lease import SyncLease
from cti_itop.mirror.mapping import Mirrored, Row
from cti_itop.mirror.models import ItopSync
from cti_itop.mirror.transactions import execute, execute_many, rows
from cti_itop.mirror.windows import PAGE, Window, ahead, count, windows
from cti_itop.rest.client import Itop

# A run that began longer ago would be old when it is complete: it is begun anew.
OLDEST_RUN_SECONDS = 24 * 60 * 60
CLEANED_ROWS = 5000
# How the keys of numbers are written; a mirror with others is numbered anew.
NUMBERING = 1


@dataclass
class Synced:
    """What a run did; `resumed` is how many objects an earlier attempt had read."""

    organizations: int = 0
    persons: int = 0
    written: int = 0
    gone: int = 0
    resumed: int = 0
    seconds: float = 0.0


Progress = Callable[[str, int, int], None]
"""Told the class, how many objects were read since it was last told, and about how many there
are in all."""


class Sync:
    """One attempt at filling the mirror, by whoever holds the lease.

    :param classes: what to copy, in this order
    :param lease: it is held
    :param renumber: understand every number anew: the settings of numbers have changed
    """

    def __init__(
        self,
        itop: Itop,
        classes: Sequence[Mirrored],
        lease: SyncLease,
        *,
        page: int = PAGE,
        renumber: bool = False,
    ) -> None:
        self._itop, self._classes, self._lease = itop, classes, lease
        self._page, self._renumber = page, renumber
        self.synced = Synced()

    def run(
        self, progress: Progress = lambda name, done, total: None, anew: bool = False
    ) -> Synced:
        """Go on with the run that was interrupted, or begin one, and make it visible.

        :param anew: begin one in any case
        :raises ItopProblem: iTop gives no usable answer; the next attempt goes on from there
        :raises LeaseLost: another process has taken over
        """
        began = time.monotonic()
        before: ItopSync = ItopSync.get_by_id(1)
        if before.visible and before.numbering != NUMBERING:
            self._renumber = True
        state = self._begin(anew or self._renumber)
        names = [kind.class_name for kind in self._classes]
        first = names.index(state.run_class) if state.run_class in names else 0
        for position, kind in enumerate(self._classes):
            if position < first:
                continue
            goes_on = position == first and state.run_class == kind.class_name
            after, done = (state.run_after, state.run_done) if goes_on else (0, 0)
            self.synced.resumed += done
            self._copy(kind, state.run, after, done, progress)
        self._publish(state.run)
        self.synced.seconds = time.monotonic() - began
        return self.synced

    def _begin(self, anew: bool) -> ItopSync:
        state: ItopSync = ItopSync.get_by_id(1)
        now = int(time.time())
        if anew or not state.run_started or state.run_started < now - OLDEST_RUN_SECONDS:
            self._lease.renew(
                run=state.run + 1, run_started=now, run_class="", run_after=0, run_done=0
            )
            state = ItopSync.get_by_id(1)
        return state

    def _copy(self, kind: Mirrored, run: int, after: int, done: int, progress: Progress) -> None:
        left = count(self._itop, kind.class_name, after)
        total = done + (left or 0)
        progress(kind.class_name, done, total)
        found = windows(
            self._itop,
            kind.class_name,
            kind.fields,
            after,
            page=self._page,
            expected=left,
            optional=kind.optional,
        )
        for window in ahead(found):
            done += len(window.objects)
            self._write(kind, run, window, done)
            progress(kind.class_name, len(window.objects), total)

    def _write(self, kind: Mirrored, run: int, window: Window, done: int) -> None:
        """Store a window and the place it has come to."""
        # Only the holder of the lease writes here: what is read before the transaction stays.
        new, ended = self._differences(kind, window)
        columns = ("id", "since", *kind.columns, *kind.key_columns)
        names, marks = ", ".join(columns), _marks(len(columns))
        joints = _joints(kind, columns, [(row[0], run, *row[1:]) for row in new])
        ids = [found.id for found in window.objects]
        with writing():
            self._lease.renew(run_class=kind.class_name, run_after=window.upto, run_done=done)
            self.synced.gone += execute(
                f'UPDATE {kind.table} SET "until" = ? WHERE id > ? AND id <= ?'  # noqa: S608 -- constants
                + ' AND "until" IS NULL'
                + (f" AND id NOT IN ({_marks(len(ids))})" if ids else ""),
                run,
                window.after,
                window.upto,
                *ids,
            )
            execute_many(
                f'UPDATE {kind.table} SET "until" = ? WHERE id = ? AND "until" IS NULL',  # noqa: S608
                [(run, id_) for id_ in ended],
            )
            execute_many(
                f"INSERT INTO {kind.table} ({names}) VALUES ({marks})",  # noqa: S608 -- constants
                [(row[0], run, *row[1:]) for row in new],
            )
            execute_many(
                "INSERT INTO itop_joint_number (key, joint) VALUES (?, ?) ON CONFLICT DO NOTHING",
                joints,
            )
        self.synced.written += len(new)

    def _differences(self, kind: Mirrored, window: Window) -> tuple[list[Row], list[int]]:
        """The rows to write, with their ids, and the ids whose rows end because of them."""
        before = _before(kind, [found.id for found in window.objects])
        width = len(kind.columns)
        new: list[Row] = []
        for found in window.objects:
            values, old = kind.values(found), before.get(found.id)
            if old is not None and old[:width] == values and not self._renumber:
                continue
            row = (*values, *kind.keys(values, None if self._renumber else old))
            if row != old:
                new.append((found.id, *row))
        return new, [row[0] for row in new if row[0] in before]

    def _publish(self, run: int) -> None:
        """Make the run visible, in one statement, and clear away what nobody sees any more."""
        sizes = {}
        for kind in self._classes:
            counted = rows(f'SELECT count(*) FROM {kind.table} WHERE "until" IS NULL')  # noqa: S608
            sizes[kind.class_name] = int(counted[0][0])
        self.synced.organizations = sizes.get("Organization", 0)
        self.synced.persons = sizes.get("Person", 0)
        state = ItopSync.get_by_id(1)
        self._lease.renew(
            visible=run,
            started=state.run_started,
            finished=int(time.time()),
            organizations=self.synced.organizations,
            persons=self.synced.persons,
            run_started=0,
            run_class="",
            run_after=0,
            run_done=0,
            numbering=NUMBERING,
        )
        for kind in self._classes:
            self._clean(kind, run)
        if self.synced.written:
            tables = [*(kind.table for kind in self._classes), "itop_joint_number"]
            update_statistics(database.obj, tables)

    def _clean(self, kind: Mirrored, run: int) -> None:
        # By portions: another writer of SQLite never waits for long.
        cleaned = CLEANED_ROWS
        while cleaned == CLEANED_ROWS:
            with writing():
                self._lease.renew()
                cleaned = execute(
                    f"DELETE FROM {kind.table} WHERE (id, since) IN ("  # noqa: S608 -- constants
                    f' SELECT id, since FROM {kind.table} WHERE "until" <= ? LIMIT {CLEANED_ROWS})',
                    run,
                )


def _before(kind: Mirrored, ids: Sequence[int]) -> dict[int, Row]:
    """The newest rows of these objects, without their ids, by id."""
    if not ids:
        return {}
    columns = ", ".join(("id", *kind.columns, *kind.key_columns))
    sql = f'SELECT {columns} FROM {kind.table} WHERE id IN ({_marks(len(ids))}) AND "until" IS NULL'  # noqa: S608
    return {row[0]: row[1:] for row in rows(sql, *ids)}


def _joints(kind: Mirrored, columns: Sequence[str], new: Sequence[Row]) -> list[Row]:
    """Which numbers stand together in a field of new rows: each with all of them."""
    places = [columns.index(column) for column in kind.number_columns]
    joints = {row[place] for row in new for place in places if row[place] and " " in row[place]}
    return [(key, joint) for joint in sorted(joints) for key in joint.split(" ")]


def _marks(length: int) -> str:
    return ", ".join("?" * length)
