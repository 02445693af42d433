"""What is stored about a person, to hand over to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from cti_oql.running import marks, rows
from cti_oql.schema import Kind

from cti_host import DataSubject, PersonalData, Redactor, current_host
from cti_tickets.directory.received_calls import ReceivedCall
from cti_tickets.model import SOURCE
from cti_tickets.model.classes.registry import Attachment, LogEntry, PhoneCall, Ticket
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.privacy.erase import LOGS, tickets_of
from cti_tickets.privacy.set_aside import values_set_aside
from cti_tickets.privacy.texts import among, mentions, texts_of
from cti_tickets.store import access_journal
from cti_tickets.store.attachments.rules import rules
from cti_tickets.store.history.reading import changes_of
from cti_tickets.store.listing.saved_views import views_kept_by
from cti_tickets.store.markup import readable
from cti_tickets.store.merging import kept as merges
from cti_tickets.store.records import FRIENDLYNAME, Record, Records, shown

_CHUNK = 500
# They have parts of their own.
_ELSEWHERE = ("Ticket", "PhoneCall")


def personal_data(records: Records, subject: DataSubject) -> list[PersonalData]:
    """Everything about a person: record, tickets, calls, logs, history, who saw it."""
    schema = records.schema
    theirs = tickets_of(schema, subject.id)
    parts = [
        PersonalData("Person", list(_objects(records, subject.class_name, [subject.id]))),
        PersonalData("What is left of attributes that are gone", list(_left(schema, subject))),
        PersonalData("Tickets", list(_tickets(records, theirs))),
        PersonalData("Log entries of these tickets", list(_logs(LogEntry.ticket.in_(theirs)))),
        PersonalData(
            "Log entries that they wrote",
            list(_logs(LogEntry.author_contact == subject.id)),
        ),
        PersonalData("Files of these tickets", list(_files(Attachment.ticket.in_(theirs)))),
        PersonalData(
            "Files that they added", list(_files(Attachment.author_contact == subject.id))
        ),
        PersonalData("Phone calls", list(_calls(records, subject.id))),
        *_linked(records, subject.id),
        PersonalData("Other texts that name them", list(_mentions(schema, subject, theirs))),
        PersonalData("Changes of their record", list(_history(subject))),
        PersonalData("Who saw their data", list(_who_saw(subject))),
        PersonalData("Calls received that found nobody", list(_received(subject))),
        PersonalData("Views of lists", list(_views(subject))),
    ]
    return [part for part in parts if part.entries]


def _left(schema: Schema, subject: DataSubject) -> Iterator[Mapping[str, str]]:
    if values := values_set_aside(schema[subject.class_name].table, subject.id):
        yield values


def _views(subject: DataSubject) -> Iterator[Mapping[str, str]]:
    for view in views_kept_by(subject.agents):
        shared = "yes" if view.shared else "no"
        said = urlencode(view.arguments)
        yield {"list": view.class_name, "name": view.name, "shows": said, "shared": shared}


def data_of_stranger(subject: DataSubject) -> list[PersonalData]:
    """What is kept here about a person of another plugin: who saw them, and their views."""
    parts = [
        PersonalData("Who saw their data", list(_who_saw(subject))),
        PersonalData("Views of lists", list(_views(subject))),
    ]
    return [part for part in parts if part.entries]


def _objects(records: Records, class_name: str, ids: Sequence[int]) -> Iterator[dict[str, str]]:
    """Objects with all their attributes, by label."""
    cls = records.schema[class_name]
    told = [a for a in cls.attributes.values() if a.kind not in (Kind.LOG, Kind.SET, Kind.IMAGE)]
    codes = [FRIENDLYNAME, *(a.code for a in told)]
    codes += [f"{a.code}_friendlyname" for a in told if a.kind is Kind.KEY]
    database = current_host().database
    for start in range(0, len(ids), _CHUNK):
        for record in records.load(database, class_name, ids[start : start + _CHUNK], codes):
            yield _entry(cls, record)


def _entry(cls: ClassDef, record: Record) -> dict[str, str]:
    entry = {"Id": f"{record.class_name}::{record.id}"}
    for attribute in cls.attributes.values():
        if attribute.code not in record.values:
            continue
        text = shown(attribute, record.values[attribute.code])
        if attribute.kind is Kind.KEY:
            text = record.text(f"{attribute.code}_friendlyname") if text else ""
        elif attribute.kind is Kind.HTML:
            text = readable(text)
        if text.strip():
            entry[str(attribute.label)] = text
    return entry


def _tickets(records: Records, ids: set[int]) -> Iterator[dict[str, str]]:
    for class_name, own in _by_class("ticket", ids).items():
        if class_name in records.schema:
            yield from _objects(records, class_name, sorted(own))


def _by_class(table: str, ids: set[int]) -> dict[str, list[int]]:
    database, found = current_host().database, {}  # type: ignore[var-annotated]
    wanted = sorted(ids)
    for start in range(0, len(wanted), _CHUNK):
        some = wanted[start : start + _CHUNK]
        sql = f'SELECT finalclass, id FROM "{table}" WHERE id IN ({marks(database, len(some))})'  # noqa: S608
        for class_name, id_ in rows(database, sql, some):
            found.setdefault(class_name, []).append(id_)
    return found


def _logs(condition: Any) -> Iterator[dict[str, str]]:
    query: Any = (
        LogEntry.select(LogEntry, Ticket.ref)
        .join(Ticket)
        .where(condition)
        .order_by(LogEntry.created, LogEntry.id)
    )
    for entry in query.objects():
        yield {
            "Ticket": str(entry.ref),
            "Log": entry.attribute,
            "Written": _moment(entry.created),
            "By": entry.author,
            "Text": entry.text,
        }


def _files(condition: Any) -> Iterator[dict[str, str]]:
    """Files, with where the bytes of each lie: whoever hands the data over copies them."""
    folder = rules().folder.path
    query: Any = Attachment.select(Attachment, Ticket.ref).join(Ticket).where(condition)
    for file in query.order_by(Attachment.id).objects():
        yield {
            "Ticket": str(file.ref),
            "Name": file.name,
            "Size": str(file.size),
            "SHA-256": file.sha256,
            "Added": _moment(file.created),
            "By": file.author,
            "File": str(folder / file.stored),
        }


def _calls(records: Records, id_: int) -> Iterator[dict[str, str]]:
    part = (PhoneCall.contact == id_) | (PhoneCall.agent == id_)
    query: Any = PhoneCall.select(PhoneCall.id).where(part).tuples()
    ids = [row[0] for row in query]
    yield from _objects(records, "PhoneCall", sorted(ids))


def _linked(records: Records, id_: int) -> Iterator[PersonalData]:
    """The other objects that lead to the person, by class and attribute: their names."""
    schema, database = records.schema, current_host().database
    for cls in schema:
        for attribute in cls.attributes.values():
            leads = attribute.kind is Kind.KEY and attribute.stored and not cls.abstract
            if not leads or not schema.is_a("Person", attribute.target):
                continue
            if cls.name == "PhoneCall" or attribute.code in ("caller_id", "requestor_id"):
                continue
            sql = f'SELECT id FROM "{cls.table}" WHERE "{attribute.column}" = {marks(database, 1)}'  # noqa: S608
            values: list[Any] = [id_]
            if cls.polymorphic:
                sql += f" AND finalclass = {marks(database, 1)}"
                values.append(cls.name)
            ids = [row[0] for row in rows(database, f"{sql} ORDER BY id", values)]
            names = records.names(database, cls.name, ids)
            entries = [{"Id": f"{cls.name}::{i}", "Name": names.get(i, "").strip()} for i in ids]
            yield PersonalData(f"{cls.label}: {attribute.label}", entries)


def _mentions(
    schema: Schema, subject: DataSubject, theirs: set[int]
) -> Iterator[Mapping[str, str]]:
    redactor = Redactor(subject)
    for texts in texts_of(schema):
        skipped = theirs if texts.table == schema["Ticket"].table else set()
        for id_, found in mentions(texts, redactor, among({subject.id})):
            if id_ not in skipped:
                yield {"In": f"{texts.table} {id_}", "Text": "\n".join(found)}
    for id_, found in mentions(LOGS, redactor, among(())):
        entry: Any = LogEntry.get_by_id(id_)
        if entry.ticket_id not in theirs and entry.author_contact_id != subject.id:
            yield {"In": f"a log of ticket {entry.ticket_id}", "Text": "\n".join(found)}


def _history(subject: DataSubject) -> Iterator[dict[str, str]]:
    ids = [subject.id, *merges.former_ids(subject.class_name, subject.id)]
    for change in (one for id_ in ids for one in changes_of(subject.class_name, id_)):
        told = {
            code: f"{_text(before)} -> {_text(after)}"
            for code, (before, after) in change.changes.items()
        }
        yield {
            "When": _moment(change.moment),
            "By": change.author or change.account,
            "Through": str(change.through),
            "What": str(change.operation),
            **told,
        }


def _who_saw(subject: DataSubject) -> Iterator[dict[str, str]]:
    source = "" if subject.source == SOURCE else subject.source
    for access in access_journal.who_saw(subject.class_name, subject.id, source):
        yield {
            "When": _moment(access.moment),
            "Who": access.author or access.account,
            "Through": str(access.through),
        }


def _received(subject: DataSubject) -> Iterator[dict[str, str]]:
    query = ReceivedCall.select().where(ReceivedCall.number.in_(list(subject.numbers)))
    for call in query.order_by(ReceivedCall.id):
        yield {"When": _moment(call.received), "Number": call.number}


def _moment(moment: Any) -> str:
    return str(moment).replace(" ", "T", 1)[:19] + "Z"


def _text(value: Any) -> str:
    return "" if value is None else str(value)
