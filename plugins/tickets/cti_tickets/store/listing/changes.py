"""Many objects are changed alike, all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import Agent, writing
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_MODIFY
from cti_tickets.store import objects
from cti_tickets.store.state_rules import editing
from cti_tickets.store.values import InvalidValues, Raw


@dataclass(frozen=True)
class Change:
    """What becomes of one object.

    :param before: the stored values of the attributes that are given, by code; a log has none
    :param after: the values as they will be stored; what stays as it is isn't there
    :param errors: attribute code to what is wrong: this object can't be changed so
    """

    class_name: str
    id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    errors: Mapping[str, str]


class NotAll(ValueError):
    """Some objects can't be changed so, or became others since the preview. Nothing was changed.

    :param changes: what would become of each object
    """

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__(_("Nothing was changed."))
        self.changes = changes


class _Undo(Exception):
    """Ends a transaction of which nothing is to stay."""


def preview(
    cls: ClassDef, ids: Sequence[int], values: Mapping[str, Raw], *, author: Agent | None
) -> list[Change]:
    """What would become of objects, found out by doing it and taking it back.

    :param cls: their class, or one above them
    :param values: attribute code to what was typed, for all of them
    :raises Forbidden: who acts may not change several objects of one of their classes
    """
    changes: list[Change] = []
    try:
        with writing():
            changes += _change_each(cls, ids, values, author)
            raise _Undo
    except _Undo:
        return changes


def change_all(
    cls: ClassDef,
    ids: Sequence[int],
    values: Mapping[str, Raw],
    *,
    author: Agent | None,
    agreed: str = "",
) -> list[Change]:
    """Change objects in one transaction, each by the rules of its state; see `preview`.

    :param agreed: the fingerprint of what whoever acts has seen; "" agrees to anything
    :raises NotAll: one can't be changed so, or isn't any more what it was; nothing was changed
    """
    with writing():
        changes = _change_each(cls, ids, values, author)
        if any(change.errors for change in changes):
            raise NotAll(changes)
        if agreed and fingerprint(changes) != agreed:
            raise NotAll(changes)
    return changes


def fingerprint(changes: Sequence[Change]) -> str:
    """A text that is another one when something else would change."""
    said = [(c.class_name, c.id, sorted(c.before.items()), sorted(c.after)) for c in changes]
    return sha256(repr(said).encode()).hexdigest()[:24]


def _change_each(
    cls: ClassDef, ids: Sequence[int], values: Mapping[str, Raw], author: Agent | None
) -> list[Change]:
    # Always in the same order, so that two such changes never wait for each other.
    changes = {id_: _change(cls, id_, values, author) for id_ in sorted(set(ids))}
    return [changes[id_] for id_ in dict.fromkeys(ids)]


def _change(cls: ClassDef, id_: int, values: Mapping[str, Raw], author: Agent | None) -> Change:
    try:
        stored = objects.load(cls.name, id_, lock=True)
    except objects.NotFound:
        return Change(cls.name, id_, {}, {}, {"": _("There is no such object, or no longer.")})
    own = objects.definition_of(stored)
    current_access().require(BULK_MODIFY, own.name)
    plain = [code for code in values if _is_column(own, code)]
    before = {code: getattr(stored, code) for code in plain}
    try:
        changed = objects.update(own.name, id_, values, author=author, rules=editing(own))
    except InvalidValues as error:
        return Change(own.name, id_, before, {}, error.errors)
    after = {code: value for code in plain if (value := getattr(changed, code)) != before[code]}
    entries = {code: text for code, text in values.items() if _is_log(own, code) and text}
    return Change(own.name, id_, before, {**after, **entries}, {})


def _is_column(cls: ClassDef, code: str) -> bool:
    return code in cls.attributes and cls.attributes[code].stored


def _is_log(cls: ClassDef, code: str) -> bool:
    return code in cls.attributes and cls.attributes[code].kind is Kind.LOG
