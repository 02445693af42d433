"""The calls of somebody whose data is handed over or erased."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import peewee

from cti_calls.model.tables import (
    CallBack,
    CallKey,
    CallNote,
    JournalEntry,
    StoredCall,
    StoredLeg,
)
from cti_calls.store.reading import Reader
from cti_calls.store.rows.moments import moment_of
from cti_calls.store.rows.sql import execute, marks, select, update
from cti_host import DataSubject, PersonalData, Redactor, Removal

_CHUNK = 500
# Texts of calls in which somebody may be named, besides those of their own calls.
_TEXTS = ("note", "remote_name", "dialled", "cause")


def personal_data(
    subject: DataSubject, reader: Reader, key_of: Callable[[str], str]
) -> list[PersonalData]:
    """The calls of a person, what is noted of them elsewhere, and who waits to call them back.

    :param key_of: the key of a number, by its text
    """
    keys = _keys(subject, key_of)
    ids = _calls_of(subject, keys)
    redactor = Redactor(subject)
    parts = [
        PersonalData("Calls", list(_calls(reader, ids))),
        PersonalData("Notes of their calls", list(_notes(ids))),
        PersonalData("Calls that name them", list(_mentions(redactor, ids))),
        PersonalData("Call-backs", [_call_back(one) for one in _call_backs(keys)]),
        PersonalData("Events of phone systems", list(_events(redactor, ids))),
    ]
    return [part for part in parts if part.entries]


def erase(subject: DataSubject, key_of: Callable[[str], str], *, dry_run: bool) -> list[Removal]:
    """Erase what is stored of a person's calls, in the current transaction.

    That there was a call, when and with whom of the agents, stays: without a number and a name.
    """
    keys = _keys(subject, key_of)
    ids = _calls_of(subject, keys)
    redactor = Redactor(subject)
    # The same keys and legs stand in other rows, too, so these come first.
    removals = [
        Removal("events of phone systems", _erase_events(redactor, ids, dry_run), "emptied"),
        Removal("call-backs", _erase_call_backs(keys, dry_run), "deleted"),
        Removal("keys of calls", _erase_keys(redactor, ids, dry_run), "the number taken out"),
        Removal("calls", _erase_calls(ids, redactor, dry_run), "the number and name taken out"),
        Removal("texts of calls", _redact_texts(redactor, ids, dry_run), "the person taken out"),
        Removal("notes of calls", _redact_notes(redactor, ids, dry_run), "the person taken out"),
    ]
    return [one for one in removals if one.count]


def _keys(subject: DataSubject, key_of: Callable[[str], str]) -> list[str]:
    """The keys of the numbers that are this person's alone."""
    own = [number for number in subject.numbers if number not in subject.shared]
    shared = {key_of(number) for number in subject.shared}
    keys = dict.fromkeys(key for number in own for key in (number, key_of(number)) if key)
    return [key for key in keys if key not in shared]


def _calls_of(subject: DataSubject, keys: Sequence[str]) -> list[int]:
    found = {id_ for (id_,) in execute(
        "SELECT id FROM call_record WHERE caller = ?", [subject.key]
    ).fetchall()}  # fmt: skip
    if keys:
        sql = f"SELECT id FROM call_record WHERE remote_key IN ({marks(keys)})"  # noqa: S608
        # A call with one of these numbers may have been somebody else's, as an agent noted.
        sql += " AND caller IN ('', ?)"
        found |= {id_ for (id_,) in execute(sql, [*keys, subject.key]).fetchall()}
    return sorted(found)


def _calls(reader: Reader, ids: Sequence[int]) -> Iterator[dict[str, str]]:
    for some in _chunks(ids):
        for call in reader.calls(some):
            told = {
                "Id": str(call.id),
                "Direction": str(call.direction),
                "Begun": _moment(call.started_at),
                "Answered": _moment(call.answered_at),
                "Ended": _moment(call.ended_at),
                "Number": call.remote,
                "Name sent with it": call.remote_name,
                "Person": call.caller_display,
                "Number dialled": call.dialled,
                "Queue": call.queue,
                "Answered by": ", ".join(call.answered_by),
                "Outcome": str(call.outcome or ""),
                "Ticket": call.ticket,
                "Note": call.note,
            }
            yield {label: text for label, text in told.items() if text}


def _notes(ids: Sequence[int]) -> Iterator[dict[str, str]]:
    """What the notes of their calls were and are, with who wrote it when."""
    for some in _chunks(ids):
        for row in select(CallNote, f"WHERE call_id IN ({marks(some)}) ORDER BY id", some):
            told = {
                "Id": str(row.call_id),
                "Written": _moment(moment_of(row.written_at)),
                "By": row.author,
                "Note": row.note,
            }
            yield {label: text for label, text in told.items() if text}


def _mentions(redactor: Redactor, ids: Iterable[int]) -> Iterator[dict[str, str]]:
    """The texts of other calls that name the person, with all that notes were."""
    theirs, told = {*ids}, set()
    for row in _with_texts(but=theirs):
        found = [text for text in (getattr(row, name) for name in _TEXTS) if redactor.finds(text)]
        if found:
            told.add((row.id, row.note))
            yield {"Id": str(row.id), "Text": "\n".join(found)}
    for row in _every(CallNote, "note <> ''"):
        about = row.call_id, row.note
        if row.call_id not in theirs and about not in told and redactor.finds(row.note):
            yield {"Id": str(row.call_id), "Text": row.note}


def _events(redactor: Redactor, ids: Iterable[int]) -> Iterator[dict[str, str]]:
    for row in _events_of(redactor, ids):
        yield {"Received": _moment(moment_of(row.received_at)), "Text": row.payload}


def _call_backs(keys: Sequence[str]) -> list[Any]:
    return select(CallBack, f"WHERE remote_key IN ({marks(keys)})", keys) if keys else []


def _call_back(row: Any) -> dict[str, str]:
    return {
        "Number": row.remote,
        "Queue": row.queue,
        "Calls": str(row.count),
        "Since": _moment(moment_of(row.since)),
    }


def _erase_events(redactor: Redactor, ids: Iterable[int], dry_run: bool) -> int:
    count = 0
    for row in _events_of(redactor, ids):
        count += 1
        if not dry_run:
            update(JournalEntry, row.id, {"payload": "", "facts": "[]", "problem": ""})
    return count


def _erase_call_backs(keys: Sequence[str], dry_run: bool) -> int:
    rows = _call_backs(keys)
    if rows and not dry_run:
        ids = [row.id for row in rows]
        execute(f"DELETE FROM call_back WHERE id IN ({marks(ids)})", ids)  # noqa: S608
    return len(rows)


def _erase_keys(redactor: Redactor, ids: Sequence[int], dry_run: bool) -> int:
    """Some phone systems tell a call, or a leg, by the number of the caller."""
    count = 0
    for model in (CallKey, StoredLeg):
        for some in _chunks(ids):
            for row in select(model, f"WHERE call_id IN ({marks(some)})", some):
                if redactor.finds(row.key, about_them=True):
                    count += 1
                    if not dry_run:
                        _erase_key(model, row)
    return count


def _erase_key(model: type[CallKey] | type[StoredLeg], row: Any) -> None:
    erased = f"erased {row.id}"
    update(model, row.id, {"key": erased})
    if model is StoredLeg:  # its agents are found by it
        execute(
            "UPDATE call_agent SET leg_key = ? WHERE call_id = ? AND leg_key = ?",
            [erased, row.call_id, row.key],
        )


def _erase_calls(ids: Sequence[int], redactor: Redactor, dry_run: bool) -> int:
    for some in () if dry_run else _chunks(ids):
        for row in select(StoredCall, f"WHERE id IN ({marks(some)})", some):
            told = json.loads(row.told)
            for name in ("remote", "remote_name"):
                told.pop(name, None)
            emptied = ("remote", "remote_key", "remote_name", "caller", "caller_display")
            texts = {
                name: redactor.redacted(getattr(row, name), about_them=True)
                for name in ("note", "dialled", "cause", "token")
            }
            values = {**dict.fromkeys(emptied, ""), **texts, "told": json.dumps(told)}
            update(StoredCall, row.id, values)
    return len(ids)


def _redact_texts(redactor: Redactor, ids: Sequence[int], dry_run: bool) -> int:
    count = 0
    for row in _with_texts(but=ids):
        texts = {name: getattr(row, name) for name in _TEXTS}
        changed = {
            name: redacted
            for name, text in texts.items()
            if (redacted := redactor.redacted(text)) != text
        }
        if changed:
            count += 1
            if not dry_run:
                update(StoredCall, row.id, changed)
    return count


def _redact_notes(redactor: Redactor, ids: Iterable[int], dry_run: bool) -> int:
    """Take the person out of all that notes were: wholly out of those of their own calls."""
    count, theirs = 0, {*ids}
    for row in _every(CallNote, "note <> ''"):
        redacted = redactor.redacted(row.note, about_them=row.call_id in theirs)
        if redacted != row.note:
            count += 1
            if not dry_run:
                update(CallNote, row.id, {"note": redacted})
    return count


def _with_texts(but: Iterable[int]) -> Iterator[Any]:
    """The calls with texts in which somebody may be named, in their order."""
    skipped = {*but}
    condition = " OR ".join(f"{name} <> ''" for name in _TEXTS)
    yield from (row for row in _every(StoredCall, f"({condition})") if row.id not in skipped)


def _every(model: type[peewee.Model], condition: str) -> Iterator[Any]:
    """The rows of a table that a condition holds for, some at a time."""
    last = 0
    while rows := select(model, f"WHERE id > ? AND {condition} ORDER BY id LIMIT {_CHUNK}", [last]):
        last = rows[-1].id
        yield from rows


def _events_of(redactor: Redactor, ids: Iterable[int]) -> Iterator[Any]:
    """The entries of the journal about these calls, and others that name the person."""
    theirs = {*ids}
    for row in _every(JournalEntry, "1 = 1"):
        text = "\n".join((row.payload, row.facts, row.problem))
        if (row.call in theirs and text.strip("\n[]")) or redactor.finds(text):
            yield row


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _moment(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else ""
