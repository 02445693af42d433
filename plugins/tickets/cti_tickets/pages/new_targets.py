"""What a form leads to and isn't there yet: created on the way, with the object itself.

A new customer calls: their person and their organization are one form. That is so for every key
that has to be filled in, if what it leads to needs nothing but a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cti_oql.functions.fold import fold
from cti_oql.schema import Kind
from flask import request
from flask_babel import gettext as _

from cti_host import Agent, current_host
from cti_tickets.model.form_plan import FormPlan, creation_plan
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import CREATE
from cti_tickets.store import objects
from cti_tickets.store.concurrency.creation_keys import AlreadyCreated
from cti_tickets.store.name_search import ids_by_name
from cti_tickets.store.records import Records
from cti_tickets.store.state_rules import creating
from cti_tickets.store.values import InvalidValues

_MOST_ALIKE = 60


@dataclass(frozen=True)
class NewTarget:
    """An object that a form can create for one of its keys.

    :param cls: its class
    :param name_code: the attribute that is its name
    :param text: the name that was typed; "" if none was
    """

    cls: ClassDef
    name_code: str
    text: str


def field_name(code: str) -> str:
    """What the field with the name of a new object is called, by the code of the key."""
    return f"new:{code}"


def new_targets(schema: Schema, cls: ClassDef, plan: FormPlan) -> dict[str, NewTarget]:
    """What whoever acts may create with a new object of a class, by the code of the key."""
    found = {}
    for code in plan.asked:
        attribute = cls.attributes[code]
        if attribute.kind is not Kind.KEY or code not in plan.required:
            continue
        target = schema[attribute.target]
        name_code = _only_name(target)
        if name_code and not target.abstract and current_access().may(CREATE, target.name):
            text = request.form.get(field_name(code), "").strip()
            found[code] = NewTarget(target, name_code, text)
    return found


def create_targets(
    records: Records,
    targets: Mapping[str, NewTarget],
    values: Mapping[str, object],
    author: Agent | None,
    key: str,
) -> dict[str, str]:
    """Create, in the current transaction, what was named for keys.

    :param values: those of the form; a key must not have one, too
    :param key: the one-time key of the form: sent twice, it creates nothing twice
    :return: the ids by the codes of the keys
    :raises InvalidValues: by the code of the key
    """
    made: dict[str, str] = {}
    for code, target in targets.items():
        if not target.text:
            continue
        if values.get(code):
            raise InvalidValues({code: _("Choose one, or name a new one: not both.")})
        try:
            made[code] = str(_id_of(records, target, author, f"{key}:{code}" if key else ""))
        except InvalidValues as error:
            raise InvalidValues({code: " ".join(error.errors.values())}) from error
    return made


def _id_of(records: Records, target: NewTarget, author: Agent | None, key: str) -> int:
    """The id of the object: a new one, unless there is exactly one of that name."""
    database, cls = current_host().database, target.cls
    alike = ids_by_name(database, records.schema, cls.name, target.text, _MOST_ALIKE)
    names = records.names(database, cls.name, alike)
    same = [id_ for id_, name in names.items() if fold(name) == fold(target.text)]
    if len(same) == 1:
        return same[0]
    values = {target.name_code: target.text}
    try:
        made = objects.create(cls.name, values, author=author, rules=creating(cls), key=key)
    except AlreadyCreated as again:
        return again.object_id
    return int(made.id)


def _only_name(cls: ClassDef) -> str:
    """The attribute that is all that an object of a class needs; "" if it needs more."""
    known: str | None = cls.kept.get("only name")
    if known is None:
        known = cls.kept["only name"] = _found_only_name(cls)
    return known


def _found_only_name(cls: ClassDef) -> str:
    needed = {c for c in creation_plan(cls).required if not cls.attributes[c].default}
    if len(cls.friendlyname) == 1 and needed == {cls.friendlyname[0]}:
        return cls.friendlyname[0]
    return ""
