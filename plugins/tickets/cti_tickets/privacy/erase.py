"""A person is erased: their record holds nothing of them any more, and texts do not name them.

The record itself stays under another name, so that tickets keep a caller, and counts stay right.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cti_oql.running import marks, rows
from cti_oql.schema import Kind

from cti_host import DataSubject, Redactor, Removal, current_host
from cti_tickets.directory.received_calls import ReceivedCall
from cti_tickets.model.classes.registry import PhoneCall
from cti_tickets.model.data_model import model_of
from cti_tickets.model.schema import ClassDef, OnDelete, Schema
from cti_tickets.privacy.set_aside import empty_set_aside
from cti_tickets.privacy.texts import Texts, among, redact, texts_of
from cti_tickets.store import access_journal
from cti_tickets.store.attachments import attachments
from cti_tickets.store.computed import day_of, utc_now
from cti_tickets.store.deferred import deferred
from cti_tickets.store.history import retention
from cti_tickets.store.history.change import root_of
from cti_tickets.store.history.reading import changes_of
from cti_tickets.store.listing import saved_views
from cti_tickets.store.merging import kept as merges
from cti_tickets.store.records import Records
from cti_tickets.store.values import default_of

_EMPTIED = (Kind.STRING, Kind.EMAIL, Kind.PHONE, Kind.TEXT, Kind.HTML)
_WORDS = {"first_name": "Erased", "name": "person {id}"}
_NO_VALUE = (Kind.DATE, Kind.DATETIME, Kind.INTEGER, Kind.DURATION)
HISTORY = Texts("object_change", ("changes", "author", "name"), ("root", "object_id"), as_json=True)
JOURNAL = Texts("access_entry", ("author",))
JOINT_NUMBERS = "joint_number"
LOGS = Texts("log_entry", ("text", "author"), ("ticket_id",))
FILES = Texts("attachment", ("name", "author"), ("ticket_id",))


def erase(records: Records, subject: DataSubject, *, dry_run: bool) -> list[Removal]:
    """Erase a person in the current transaction; say what was done, or would be."""
    deferred().flush()
    schema = records.schema
    redactor = Redactor(subject)
    theirs = tickets_of(schema, subject.id)
    removals = [
        Removal("person", 1, "anonymised; the record stays, so that tickets keep a caller"),
        Removal("memberships and links", sum(_links(schema, subject.id, dry_run)), "deleted"),
        # Nobody can take a person out of a picture.
        Removal("files of their tickets", attachments.count_of(theirs), "deleted"),
        *_texts(schema, subject, redactor, theirs, dry_run),
        Removal(
            "changes in the history of the person",
            _history(subject, dry_run),
            "deleted",
        ),
        Removal(
            "texts in the history of other objects",
            _other_history(subject, redactor, theirs, dry_run),
            "the person taken out",
        ),
        Removal("entries of who saw the person", _journal(subject, dry_run), "deleted"),
        Removal(
            "what the person looked at",
            redact(JOURNAL, redactor, among(()), dry_run=dry_run),
            "their name taken out",
        ),
        Removal("calls received from their numbers", _received(subject, dry_run), "number deleted"),
        *_views(subject, dry_run),
    ]
    if not dry_run:
        attachments.forget(theirs)
        _anonymise(schema[subject.class_name], subject)
        empty_set_aside(schema[subject.class_name].table, subject.id)
        _forget_joint_numbers(records)
        merges.erase(subject.class_name, subject.id)
    return [one for one in removals if one.count]


def erase_stranger(subject: DataSubject, *, dry_run: bool) -> list[Removal]:
    """Erase what is kept here about a person of another plugin, in the current transaction."""
    deferred().flush()
    count = _journal(subject, dry_run, subject.source)
    removals = [Removal("entries of who saw the person", count, "deleted")]
    return [one for one in (*removals, *_views(subject, dry_run)) if one.count]


def tickets_of(schema: Schema, id_: int) -> set[int]:
    """The ids of the tickets that are about a person: as the caller, or as a contact."""
    database = current_host().database
    found: set[int] = set()
    for cls in schema:
        codes = [c for c in ("caller_id", "requestor_id") if c in cls.attributes]
        for code in codes if cls.table == schema["Ticket"].table else ():
            sql = f'SELECT id FROM "{cls.table}" WHERE "{code}" = {marks(database, 1)}'  # noqa: S608
            found |= {row[0] for row in rows(database, sql, [id_])}
    return found


def _texts(
    schema: Schema, subject: DataSubject, redactor: Redactor, theirs: set[int], dry_run: bool
) -> Iterator[Removal]:
    for texts in texts_of(schema):
        label = str(next(cls for cls in schema if cls.table == texts.table).label)
        count = redact(texts, redactor, among({subject.id}), dry_run=dry_run)
        yield Removal(f"texts: {label}", count, "the person taken out")
    count = redact(LOGS, redactor, among(theirs), dry_run=dry_run)
    yield Removal("entries of logs", count, "the person taken out")
    files = redact(FILES, redactor, among(theirs), but=among(theirs), dry_run=dry_run)
    yield Removal("names of files of other tickets", files, "the person taken out")


def _other_history(
    subject: DataSubject, redactor: Redactor, theirs: set[int], dry_run: bool
) -> int:
    """The history of everything else; that of their tickets and phone calls is about them."""
    calls: Any = PhoneCall.select(PhoneCall.id).where(PhoneCall.contact == subject.id).tuples()
    about = {("Ticket", id_) for id_ in theirs} | {("PhoneCall", row[0]) for row in calls}
    own = (root_of(subject.class_name), subject.id)
    return redact(
        HISTORY,
        redactor,
        lambda owners: tuple(owners) in about,
        but=lambda owners: tuple(owners) == own,
        dry_run=dry_run,
    )


def _history(subject: DataSubject, dry_run: bool) -> int:
    """That of the person, and of those who became the person."""
    ids = [subject.id, *merges.former_ids(subject.class_name, subject.id)]
    if not dry_run:
        return sum(retention.erase(subject.class_name, id_) for id_ in ids)
    return sum(len(changes_of(subject.class_name, id_)) for id_ in ids)


def _journal(subject: DataSubject, dry_run: bool, source: str = "") -> int:
    former = () if source else merges.former_ids(subject.class_name, subject.id)
    if not dry_run:
        return sum(
            access_journal.erase(subject.class_name, id_, source) for id_ in (subject.id, *former)
        )
    seen = access_journal.who_saw(subject.class_name, subject.id, source)
    count = sum(one.object_id == subject.id for one in seen)
    for id_ in former:
        count += sum(
            one.object_id == id_ for one in access_journal.who_saw(subject.class_name, id_)
        )
    return count


def _received(subject: DataSubject, dry_run: bool) -> int:
    shared = {*subject.shared}
    keys = [one for one in subject.numbers if one not in shared]
    theirs = ReceivedCall.number.in_(keys)
    if dry_run:
        return int(ReceivedCall.select().where(theirs).count())
    return int(ReceivedCall.update(number="").where(theirs).execute())


def _views(subject: DataSubject, dry_run: bool) -> list[Removal]:
    """The views of lists that they keep as an agent."""
    own, shared = saved_views.forget_accounts(subject.agents, dry_run=dry_run)
    stay = "stay without them; administrators may change and delete them"
    return [
        Removal("their own views of lists", own, "deleted"),
        Removal("views of lists that they shared", shared, stay),
    ]


def _links(schema: Schema, id_: int, dry_run: bool) -> Iterator[int]:
    """Delete the rows that exist only to link the person with something else."""
    for cls in schema:
        for attribute in cls.attributes.values():
            links = attribute.kind is Kind.KEY and attribute.on_delete is OnDelete.AUTO
            if not links or not attribute.stored or cls.abstract:
                continue
            if not schema.is_a(attribute.target, "Contact"):
                continue
            model: Any = model_of(cls.name)
            rows_ = getattr(model, attribute.code) == id_
            if dry_run:
                yield int(model.select().where(rows_).count())
            else:
                yield int(model.delete().where(rows_).execute())


def _anonymise(cls: ClassDef, subject: DataSubject) -> None:
    values: dict[str, Any] = {}
    for attribute in cls.attributes.values():
        code = attribute.code
        if not attribute.stored:
            continue
        if code in _WORDS:
            values[code] = _WORDS[code].format(id=subject.id)
        elif attribute.kind in _EMPTIED:
            values[code] = f"erased {subject.id}" if code in cls.friendlyname else ""
            if attribute.number_column:
                values[attribute.number_column] = None
        elif attribute.kind in _NO_VALUE or (
            attribute.kind is Kind.KEY and not attribute.mandatory
        ):
            values[code] = None
        elif attribute.kind is Kind.BOOLEAN:
            values[code] = default_of(attribute)
    values |= {"status": "inactive", "notify": "no", "obsolescence_date": day_of(utc_now())}
    model: Any = model_of(cls.name)
    known = {field.column_name: field for field in model._meta.sorted_fields}
    model.update({known[k]: v for k, v in values.items() if k in known}).where(
        model.id == subject.id
    ).execute()


def _forget_joint_numbers(records: Records) -> None:
    """Delete what is remembered of texts with several numbers that nobody has any more."""
    database = current_host().database
    columns = {
        (cls.table, a.number_column)
        for cls in records.schema
        for a in cls.attributes.values()
        if a.number_column
    }
    used = " AND ".join(
        f'joint NOT IN (SELECT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL)'  # noqa: S608
        for table, column in sorted(columns)
    )
    execute: Any = database.execute_sql
    execute(f'DELETE FROM "{JOINT_NUMBERS}" WHERE {used}')  # noqa: S608
