"""Values of the history as an agent reads them: labels, names, moments in their language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cti_oql.schema import Kind
from flask import url_for
from flask_babel import gettext as _

from cti_host import current_host, kept_for_pages, masked_email, masked_number
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.rights.organizations import allowed
from cti_tickets.store import history
from cti_tickets.store.history import MERGED, Change, Operation, Way
from cti_tickets.store.markup import readable
from cti_tickets.store.records import Records, shown
from cti_tickets.store.values import LONG_TEXTS

# What objects are called, by class and id.
KnownNames = Mapping[str, Mapping[int, str]]
# They say the same of every change: that there was one.
_SELF_EVIDENT = {"last_update", "operational_status"}
# A text of more characters is shown when somebody asks for it.
_SHORT = 160


@dataclass(frozen=True)
class Line:
    """What happened to an attribute: its label, what it was and what it is; `long` texts."""

    label: str
    was: str
    now: str
    long: bool = False


class Texts:
    """Makes texts of the values of changes; the names of objects are read at once.

    :param records: reads objects of this application's schema
    :param changes: the changes whose values are wanted
    :param known: names of objects that need not be read any more
    """

    def __init__(
        self,
        records: Records,
        changes: Iterable[Change],
        known: KnownNames = MappingProxyType({}),
    ) -> None:
        self._records, self._schema = records, records.schema
        wanted: dict[str, set[int]] = {}
        for change in changes:
            cls = class_of(self._schema, change)
            for code, pair in change.changes.items():
                attribute = cls.attributes.get(code) if cls else None
                if attribute is not None and attribute.kind is Kind.KEY:
                    ids = wanted.setdefault(attribute.target, set())
                    ids.update(value for value in pair if isinstance(value, int))
        self._names = {
            name: self._read(name, ids, known.get(name, {})) for name, ids in wanted.items()
        }

    def text(self, attribute: Attribute, value: Any) -> str:
        """A value as its agent reads it; "" for none."""
        if value in ("", None):
            return ""
        if attribute.kind is Kind.KEY:
            # What an agent who is limited to organizations may not see is not there.
            unnamed = "" if allowed() is not None else f"#{value}"
            return self._names.get(attribute.target, {}).get(int(value)) or unnamed
        text = shown(attribute, value)
        if attribute.kind is Kind.PHONE:
            return masked_number(text)
        if attribute.kind is Kind.EMAIL:
            return masked_email(text)
        return readable(text) if attribute.kind is Kind.HTML else text

    def lines(self, change: Change) -> list[Line]:
        """What a change says of each attribute that agents know, in the order of the class."""
        cls = class_of(self._schema, change)
        if cls is None:
            pairs = change.changes.items()
            return [Line(code, str(was or ""), str(now or "")) for code, (was, now) in pairs]
        lines = []
        for code in [c for c in cls.attributes if c in change.changes]:
            attribute = cls.attributes[code]
            was, now = (self.text(attribute, value) for value in change.changes[code])
            if tells(cls, code) and was != now:
                long = attribute.kind in LONG_TEXTS and max(len(was), len(now)) > _SHORT
                lines.append(Line(str(attribute.label), was, now, long))
        return lines

    def _read(
        self, class_name: str, wanted: Set[int], known: Mapping[int, str]
    ) -> Mapping[int, str]:
        ids = sorted(wanted - known.keys())
        if not ids:
            return known
        database = current_host().database
        found = {**known, **self._records.names(database, class_name, ids)}
        missing = [id_ for id_ in ids if id_ not in found]
        if missing and allowed() is None:
            deleted = history.names_of_deleted(class_name, missing)
            found |= {
                id_: str(_("%(name)s (deleted)", name=name or f"#{id_}"))
                for id_, name in deleted.items()
            }
        return found


def class_of(schema: Schema, change: Change) -> ClassDef | None:
    """The class of what was changed; `None`: that of a plugin which is no longer enabled."""
    name = change.class_name
    return schema[name] if name in schema else None  # noqa: SIM401 -- it has no `get`


def tells(cls: ClassDef, code: str) -> bool:
    """Whether a change of an attribute tells an agent something: not what follows from others."""
    if code in _SELF_EVIDENT:
        return False
    watches = cls.lifecycle.watches if cls.lifecycle else ()
    return not any(code == watch or code.startswith(f"{watch}_") for watch in watches)


def headline(cls: ClassDef | None, change: Change) -> str:
    """What was done, in a few words: "Modified", or the label of a transition."""
    if change.operation is Operation.TRANSITION:
        life = cls.lifecycle if cls else None
        stimulus = life.stimuli.get(change.stimulus) if life else None
        return str(stimulus.label) if stimulus else change.stimulus
    if change.operation is Operation.DELETE and change.stimulus == MERGED:
        return str(_("Merged into another one"))
    if change.operation is Operation.MERGE:
        return str(_("Merged with %(name)s", name=change.name))
    if change.operation is Operation.ATTACH:
        return str(_("File added: %(name)s", name=change.name))
    if change.operation is Operation.DETACH:
        return str(_("File deleted: %(name)s", name=change.name))
    return operation_label(change.operation)


def operation_label(operation: Operation) -> str:
    """What kinds of changes are called."""
    return kept_for_pages("tickets.operations", _operations)[operation]


def _operations() -> Mapping[Operation, str]:
    return {
        Operation.CREATE: _("Created"),
        Operation.MODIFY: _("Modified"),
        Operation.TRANSITION: _("Transition"),
        Operation.DELETE: _("Deleted"),
        Operation.MERGE: _("Merged"),
        Operation.UNMERGE: _("Merge undone"),
        Operation.ATTACH: _("File added"),
        Operation.DETACH: _("File deleted"),
    }


def way_label(way: Way) -> str:
    """By what way somebody acted."""
    return kept_for_pages("tickets.ways", _ways)[way]


def _ways() -> Mapping[Way, str]:
    return {
        Way.PAGE: _("page"),
        Way.API: _("program"),
        Way.PHONE: _("phone"),
        Way.IMPORT: _("import"),
        Way.COMMAND: _("command line"),
        Way.POP: _("panel"),
        Way.SEARCH: _("search"),
        Way.EXPORT: _("export"),
    }


def who(account: str, author: str) -> str:
    """Who acted: "Ada Agent (ada)"; a command has no account."""
    if not account:
        return author or str(_("unknown"))
    return account if author in ("", account) else f"{author} ({account})"


def object_url(class_name: str, object_id: int) -> str:
    """The page of an object."""
    return url_for("tickets.view", class_name=class_name, id_=object_id)
