"""Are these values allowed? Every rule that needs more than one value, or the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import database, is_postgresql
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.state_rules import Rules
from cti_tickets.store.values import BadValue, InvalidValues, Raw, Stored, parse

# Attributes that identify an object within its organization, and with it a link.
UNIQUE: dict[str, tuple[str, ...]] = {
    "Person": ("org_id", "employee_number"),
    "lnkPersonToTeam": ("team_id", "person_id"),
    "lnkContactToTicket": ("ticket_id", "contact_id"),
}


def new_values(
    definition: ClassDef, values: Mapping[str, Raw], rules: Rules | None = None
) -> dict[str, Stored]:
    """The checked values of a new object, defaults included.

    :param rules: what has to be kept to besides the data model
    :raises InvalidValues: with a message for each attribute that is wrong
    """
    row, errors = parse_all(definition, values)
    for code, default in defaults(definition).items():
        if row.get(code) in ("", None):
            row[code] = default
    if rules is not None:
        errors = {**rules({}, row), **errors}
    _check(definition, row, errors, object_id=None)
    return row


def changed_values(
    definition: ClassDef,
    values: Mapping[str, Raw],
    before: Mapping[str, Any],
    object_id: int,
    rules: Rules | None = None,
) -> dict[str, Stored]:
    """The checked values to change in an object that is stored; see `new_values`."""
    row, errors = parse_all(definition, values)
    # Only what changes is checked: something else that is wrong for long hinders nobody.
    changed = {code: value for code, value in row.items() if value != before.get(code)}
    together = {**before, **changed}
    if rules is not None:
        errors = {**rules(before, together), **errors}
    _check(definition, together, errors, object_id=object_id, only=changed)
    return changed


def parse_all(
    definition: ClassDef, values: Mapping[str, Raw], *, as_they_are: bool = False
) -> tuple[dict[str, Stored], dict[str, str]]:
    """Values as they are stored, and messages for those that are wrong.

    :param as_they_are: whether they come from another system, not from an agent: attributes that
        agents can't change may be given, and texts keep their blanks
    """
    row: dict[str, Stored] = {}
    errors: dict[str, str] = {}
    for code, raw in values.items():
        attribute = definition.attributes.get(code)
        if attribute is None:
            errors[code] = _("there is no such attribute")
        elif not attribute.storable or (attribute.read_only and not as_they_are):
            errors[code] = _("can't be changed")
        else:
            try:
                row[code] = parse(attribute, raw, exact=as_they_are)
            except BadValue as error:
                errors[code] = str(error)
    return row, errors


def defaults(definition: ClassDef) -> dict[str, Stored]:
    """What a new object has where nothing was given: a value for each column."""
    return {a.code: _default(a) for a in definition.attributes.values() if a.stored}


def _default(attribute: Attribute) -> Stored:
    if attribute.kind is Kind.BOOLEAN:
        return int(attribute.default or 0)
    if attribute.kind in (Kind.INTEGER, Kind.DURATION):
        return int(attribute.default) if attribute.default else None
    return None if attribute.kind in (Kind.KEY, Kind.DATE, Kind.DATETIME) else attribute.default


def missing(definition: ClassDef, row: Mapping[str, Any]) -> dict[str, str]:
    """Messages for the mandatory attributes that have no value."""
    return {
        attribute.code: _("is required")
        for attribute in definition.attributes.values()
        if attribute.mandatory and not attribute.read_only and row.get(attribute.code) in ("", None)
    }


def _check(
    definition: ClassDef,
    row: Mapping[str, Any],
    errors: dict[str, str],
    *,
    object_id: int | None,
    only: Iterable[str] | None = None,
) -> None:
    concerned = set(row if only is None else only)
    for code, message in missing(definition, row).items():
        if code in concerned or only is None:
            errors.setdefault(code, message)
    for code in concerned - set(errors):
        attribute = definition.attributes[code]
        if attribute.kind is Kind.KEY and row[code]:
            message = _key_problem(definition, attribute, row[code], object_id)
            if message:
                errors[code] = message
    _check_unique(definition, row, errors, concerned, object_id)
    if errors:
        raise InvalidValues(errors)


def _key_problem(
    definition: ClassDef, attribute: Attribute, value: int, object_id: int | None
) -> str:
    if not exists(attribute.target, value):
        label = schema()[attribute.target].label
        return str(_("there is no %(class_name)s with the id %(id)s", class_name=label, id=value))
    if object_id is None or not schema().is_a(definition.name, attribute.target):
        return ""
    if attribute.code.startswith("parent_") and value == object_id:
        return str(_("an object can't be its own parent"))
    if attribute.hierarchical and object_id in _ancestors(attribute, value):
        return str(_("this one is below the object itself"))
    return ""


def exists(class_name: str, object_id: int) -> bool:
    """Whether there is an object of this class, or of one under it."""
    model: Any = model_of(class_name)
    query = model.select().where(model.id == object_id)
    if schema()[class_name].polymorphic:
        query = query.where(model.finalclass.in_(schema().concrete(class_name)))
    return bool(query.exists())


def _ancestors(attribute: Attribute, object_id: int) -> set[int]:
    """The ids of an object and everything above it."""
    model: Any = model_of(attribute.target)
    if is_postgresql(database.obj):
        # Two others could otherwise put each below the other at the same time.
        table = schema()[attribute.target].table
        database.execute_sql(f'LOCK TABLE "{table}" IN SHARE ROW EXCLUSIVE MODE')
    found: set[int] = set()
    above: int | None = object_id
    while above and above not in found:
        found.add(above)
        row = model.select(getattr(model, attribute.code)).where(model.id == above).tuples().first()
        above = row[0] if row else None
    return found


def _check_unique(
    definition: ClassDef,
    row: Mapping[str, Any],
    errors: dict[str, str],
    concerned: set[str],
    object_id: int | None,
) -> None:
    unique = UNIQUE.get(definition.name, ())
    if not concerned & set(unique) or set(errors) & set(unique):
        return
    if not all(row.get(code) for code in unique):
        return
    model: Any = model_of(definition.name)
    query = model.select()
    for code in unique:
        query = query.where(getattr(model, code) == row[code])
    if object_id is not None:
        query = query.where(model.id != object_id)
    if query.exists():
        errors[unique[-1]] = _("another object has this already")
