"""Versions of objects: whoever saves says which one they have seen, so that nobody overwrites."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import peewee
from cti_oql.running import mark, rows
from flask import current_app

from cti_host import database
from cti_tickets.model import data_model
from cti_tickets.model.data_model import schema
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights.organizations import hidden_keys
from cti_tickets.store.history.change import root_of
from cti_tickets.store.records import Record, Records

# No part of it looks like a phone number, which might be masked.
_FORM = re.compile(r"v([0-9a-f]{16})-([0-9]{1,18})", re.ASCII)


class Outdated(ValueError):
    """An object has changed since the version that was seen; `current` is the present one."""

    def __init__(self, current: str) -> None:
        super().__init__("the object has changed since this version")
        self.current = current


def version_of(definition: ClassDef, object_id: int, values: Mapping[str, Any]) -> str:
    """A mark that is another one after any change, also within the same second.

    It is the same on every host, and as long as nothing is changed. Use it as an entity tag.

    :param values: what is stored of the object, by attribute code
    :return: letters, digits and a dash: a digest, and the id of the last recorded change
    """
    return _version(definition, object_id, values, *_newest(definition, object_id))


def load_versioned(
    records: Records, class_name: str, object_id: int, codes: Sequence[str]
) -> tuple[Record, str] | None:
    """An object with its version, in one statement; `None`: it isn't there for whoever acts.

    :param codes: what to read of it, all that is stored included, see `Records.load`
    """
    opened = database.obj
    definition = schema()[class_name]
    statement, limits = records.statement(opened, class_name, codes)
    newest, values = _newest_statement(definition, object_id)
    # Names are the schema's, never a user's; the values are bound.
    sql = (
        f"SELECT {statement.columns}, {newest} FROM {statement.tables}"  # noqa: S608
        f" WHERE t.id = {mark(opened)}"
    )
    for row in rows(opened, sql, [*values, *limits, object_id]):
        found = Record(statement.class_of(row), object_id, statement.values(row))
        record = records.readable(class_name, codes)(found)
        if record is not None:
            change, entry = row[-2] or 0, row[-1] or 0
            return record, _version(definition, object_id, record.values, change, entry)
    return None


def version_of_object(obj: peewee.Model) -> str:
    """The version of an object that was loaded; see `version_of`."""
    definition = schema()[data_model.class_name(type(obj))]
    stored: Any = obj
    codes = [a.code for a in definition.attributes.values() if a.stored]
    return version_of(definition, stored.id, {code: getattr(stored, code) for code in codes})


def check_version(
    definition: ClassDef, object_id: int, values: Mapping[str, Any], version: str
) -> None:
    """See that an object is still in the version that was seen; call it where it is written.

    :param values: what is stored of the object, read in the transaction that locks it
    :raises Outdated: it is not
    """
    found = _FORM.fullmatch(version)
    newest, entry = _newest(definition, object_id)
    digest = _digest(definition, object_id, values, entry)
    # The digest alone counts: an old change that is no longer kept changes nothing.
    if found is None or found[1] != digest:
        raise Outdated(f"v{digest}-{newest}")


def last_seen_change(version: str) -> int | None:
    """The id of the last change that was recorded before a version; `None`: it doesn't say."""
    found = _FORM.fullmatch(version)
    return int(found[2]) if found else None


def _digest(
    definition: ClassDef, object_id: int, values: Mapping[str, Any], newest_entry: int
) -> str:
    # What somebody can't see is empty to them, also where it was read.
    hidden = hidden_keys(definition, values)
    texts = [
        (a.code, "" if values.get(a.code) is None or a.code in hidden else str(values[a.code]))
        for a in definition.attributes.values()
        if a.stored
    ]
    text = repr((texts, newest_entry))
    # Without the key nobody can try out which number, shown to them masked, gives this digest.
    return hmac.new(_key(), text.encode(), sha256).hexdigest()[:16]


def _key() -> bytes:
    """A key of the site, the same on all of its hosts."""
    secret = str(current_app.secret_key) if current_app else ""
    return f"cti-host versions\n{secret}".encode()


def _version(
    definition: ClassDef, object_id: int, values: Mapping[str, Any], newest: int, entry: int
) -> str:
    return f"v{_digest(definition, object_id, values, entry)}-{newest}"


def _newest(definition: ClassDef, object_id: int) -> tuple[int, int]:
    """The last recorded change of an object, and the newest entry of its logs; 0: there is none."""
    # Not built by peewee: it is asked for each page and each save of an object.
    asked, values = _newest_statement(definition, object_id)
    ((newest, entry),) = rows(database.obj, f"SELECT {asked}", values)
    return newest or 0, entry or 0


def _newest_statement(definition: ClassDef, object_id: int) -> tuple[str, list[Any]]:
    """What reads `_newest`: two columns, and the values that are bound in them.

    Only tickets have logs; an entry changes no attribute.
    """
    place = mark(database.obj)
    change = f"SELECT MAX(id) FROM object_change WHERE root = {place} AND object_id = {place}"  # noqa: S608 -- marks of bound values
    values: list[Any] = [root_of(definition.name), object_id]
    entry = "0"
    if schema().is_a(definition.name, "Ticket"):
        entry = f"SELECT MAX(id) FROM log_entry WHERE ticket_id = {place}"  # noqa: S608 -- the same
        values.append(object_id)
    return f"({change}), ({entry})", values
