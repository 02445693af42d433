"""One pass of an import over its files: each object is found, checked and put into a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from cti_tickets.model.data_model import current
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.computed import numbers, obsolescence, ticket_columns, utc_now
from cti_tickets.store.validation import Validated, validate
from cti_tickets.store.values import BadValue
from cti_tickets.transfer.known import Dangling, Known, Place
from cti_tickets.transfer.matching import MatchBy
from cti_tickets.transfer.meant import Meant, StoredObject
from cti_tickets.transfer.names import Names
from cti_tickets.transfer.outcome import Action, Imported
from cti_tickets.transfer.plan import Plan
from cti_tickets.transfer.reading.given import Given, GivenReader
from cti_tickets.transfer.reading.log_parsing import added_entries, dated, missing_entries
from cti_tickets.transfer.reading.records import ImportProblem, Record

# Computed columns of tickets that a file may say better. Others follow from what agents do here.
_COMPUTED = ("last_update", "start_date", "creation_date", "priority", "operational_status")


@dataclass(frozen=True)
class Options:
    """How to import.

    :param match_by: what identifies objects that are stored already; these are changed into what
        the files say. Without it every object is new
    :param ignore_unknown: leave out attributes and classes that this host doesn't know
    :param empty_missing: leave a key empty that leads to nothing, unless it is mandatory
    :param skip_bad: import the other lines, and write the bad ones into a file of their own
    :param bad_folder: where that file goes; by default beside the file they are from
    :param dry_run: find out what would be done, and do nothing
    """

    match_by: MatchBy | None = None
    ignore_unknown: bool = False
    empty_missing: bool = False
    skip_bad: bool = False
    bad_folder: Path | None = None
    dry_run: bool = False


@dataclass
class Corrections:
    """What the passes before found: lines to leave out, keys to leave empty, and the classes whose
    objects are named in place of ids.
    """

    bad: dict[Place, str] = field(default_factory=dict)
    to_empty: dict[Place, dict[str, str]] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def refuse(self, place: Place, reason: str) -> None:
        """Leave a line out; several reasons are told together."""
        before = self.bad.get(place)
        self.bad[place] = f"{before}; {reason}" if before else reason

    def empty(self, dangling: Dangling) -> None:
        """Leave a key empty."""
        self.to_empty.setdefault(dangling.place, {})[dangling.code] = dangling.reason


class ImportRun:
    """A pass; it only reads.

    `problems` are the lines that are wrong, `dangling` the keys to leave empty. If there are none,
    `plan` is what is to be written.
    """

    def __init__(self, options: Options, corrections: Corrections) -> None:
        self.problems: list[ImportProblem] = []
        self.dangling: list[Dangling] = []
        self.outcome = Imported()
        self._options, self._corrections = options, corrections
        self.now = self._now = utc_now()
        self._schema = current().schema
        self._known = Known(tell_new=options.match_by is not None)
        self._names = Names(corrections.named)
        self._reader = GivenReader(options.ignore_unknown, self.outcome.ignored, self._names.id_of)
        self._meant = (
            Meant(options.match_by, self._known, self._reader) if options.match_by else None
        )
        self.plan = Plan(self._known)

    def add(self, records: Sequence[Record | ImportProblem]) -> None:
        """Take some records in, in the order of the files."""
        wanted = []
        for one in records:
            if self._corrections.bad and Place(one.file, one.line) in self._corrections.bad:
                continue
            if isinstance(one, ImportProblem):
                self.problems.append(one)
            elif (definition := self._definition(one)) is not None:
                wanted.append((one, definition))
        if self._meant is not None:
            self._meant.read(wanted)
        for record, definition in wanted:
            self._add(record, definition)

    def finish(self) -> None:
        """See what is wrong in the end; close the plan, unless something is."""
        for dangling in self._known.dangling():
            if self._options.empty_missing and not dangling.mandatory:
                self.dangling.append(dangling)
            else:
                self._refuse(dangling.place, f"{dangling.code}: {dangling.reason}")
        for place, code, reason in self._known.circles():
            self._refuse(place, f"{code}: {reason}")
        if not self.problems and not self.dangling:
            self.plan.close()

    def _refuse(self, place: Place, message: str) -> None:
        self.problems.append(ImportProblem(place.file, place.line, message))

    def _definition(self, record: Record) -> ClassDef | None:
        """The class of a record; None: it has none that objects can have."""
        name, place = record.class_name, Place(record.file, record.line)
        if name in self._schema and not self._schema[name].abstract:
            return self._schema[name]
        if name in self._schema:
            self._refuse(place, _("%(name)s is abstract", name=name))
        elif self._options.ignore_unknown:
            self.outcome.ignored[name] += 1
        else:
            self._refuse(place, _("there is no class %(name)s", name=name))
        return None

    def _add(self, record: Record, definition: ClassDef) -> None:
        place = Place(record.file, record.line)
        self._known.at(place)
        try:
            stored = self._meant.by(record, definition) if self._meant else None
        except BadValue as error:
            self._refuse(place, str(error))
            return
        to_empty = self._corrections.to_empty.get(place, {})
        given = self._reader.read(record, definition, to_empty)
        result = validate(
            definition,
            given.values,
            self._known,
            before=stored.row if stored else None,
            object_id=record.object_id or (stored.id if stored else None),
            foreign=True,
            zone=record.zone,
        )
        errors = {**result.errors, **self._id_problem(record, definition, stored)}
        for code, log in given.logs.items():
            for entry in log.entries:
                if entry.contact_id and not self._known.refers("Person", entry.contact_id):
                    self._known.expect("Person", entry.contact_id, code, mandatory=False)
        # What is wrong with an object is no fault of those that lead to it, unless it is left out.
        stays = not errors or not self._options.skip_bad
        if record.object_id is not None and stored is None and stays and "" not in errors:
            self._known.add(definition, record.object_id)
        if stored is None and stays:
            self._names.note(definition, record.object_id, result.row)
        if errors:
            text = "; ".join(f"{code}: {m}" if code else m for code, m in errors.items())
            self._refuse(place, text)
            return
        for code, reason in to_empty.items():
            self._note(place, code, _("%(reason)s: left empty", reason=reason))
        for code, reason in result.notes.items():
            self._note(place, code, _("%(reason)s: kept as it is", reason=reason))
        self._known.take(definition, result.row, stored.row if stored else None)
        if self._meant is not None:
            self._meant.met(record, definition, stored)
        if stored is None:
            self._create(record, definition, result, given)
        else:
            self._change(record, definition, stored, result, given)

    def _id_problem(
        self, record: Record, definition: ClassDef, stored: StoredObject | None
    ) -> dict[str, str]:
        """Why a new object can't have the id that it brings."""
        if record.object_id is None or stored is not None:
            return {}
        other = self._known.class_of(definition, record.object_id)
        if other is None:
            return {}
        if self._meant is None or other == definition.name:
            return {"": _("the id %(id)s is taken already", id=record.object_id)}
        return {"": _("the id is taken by an object of the class %(class_name)s", class_name=other)}

    def _note(self, place: Place, code: str, message: str) -> None:
        self.outcome.notes.append(
            {"file": place.file, "line": place.line, "attribute": code, "message": message}
        )

    def _create(
        self, record: Record, definition: ClassDef, result: Validated, given: Given
    ) -> None:
        row: dict[str, Any] = {**result.row, "id": record.object_id}
        row.update(numbers(definition, row))
        if "ref" in definition.attributes:
            computed = ticket_columns(definition, row, {}, self._now)
            row.update(self._not_given(computed, given))
        if "created" in definition.attributes and not row["created"]:
            day = row["date"]
            row["created"] = datetime(day.year, day.month, day.day) if day else self._now
        if definition.polymorphic:
            row["finalclass"] = definition.name
        logs = {code: dated(log.entries, row["last_update"]) for code, log in given.logs.items()}
        self._count(Action.CREATE, record, definition, record.object_id)
        if self._is_to_be_written():
            self.plan.create(definition, row, logs, Place(record.file, record.line))

    def _change(
        self,
        record: Record,
        definition: ClassDef,
        stored: StoredObject,
        result: Validated,
        given: Given,
    ) -> None:
        changed: dict[str, Any] = dict(result.row)
        logs = {
            code: entries
            for code, log in given.logs.items()
            if (entries := added_entries(stored.logs.get(code, ()), log, self._now))
        }
        for code, log in given.logs.items():
            if kept := missing_entries(stored.logs.get(code, ()), log):
                place = Place(record.file, record.line)
                self._note(place, code, _("entries that are not in the file: %(n)s, kept", n=kept))
        if not changed and not logs:
            self._count(Action.SKIP, record, definition, stored.id)
            return
        self._count(Action.CHANGE, record, definition, stored.id, [*changed, *logs])
        changed.update(numbers(definition, changed))
        follows = obsolescence(definition, changed, stored.row, self._now)
        if "ref" in definition.attributes:
            together = {**stored.row, **changed}
            # As before, so that no state is entered: an import doesn't let time pass.
            follows |= ticket_columns(definition, together, together, self._now)
        changed.update(self._not_given(follows, given))
        if self._is_to_be_written():
            place = Place(record.file, record.line)
            self.plan.change(definition, stored.id, changed, logs, place)

    def _is_to_be_written(self) -> bool:
        """Whether what is right will be written: not if anything is wrong."""
        return not self.problems and not self._options.dry_run

    def _not_given(self, computed: Mapping[str, Any], given: Given) -> dict[str, Any]:
        """What is computed, where a file says nothing else."""
        return {
            code: value
            for code, value in computed.items()
            if code in (*_COMPUTED, "obsolescence_date") and not given.has(code)
        }

    def _count(
        self,
        action: Action,
        record: Record,
        definition: ClassDef,
        object_id: int | None,
        attributes: Sequence[str] = (),
    ) -> None:
        self.outcome.counts[action][definition.name] += 1
        if self._options.dry_run:
            about = {"class": definition.name, "id": object_id}
            where = {"file": record.file, "line": record.line}
            changing = {"attributes": sorted(attributes)} if attributes else {}
            self.outcome.lists[action].append({**about, **where, **changing})
