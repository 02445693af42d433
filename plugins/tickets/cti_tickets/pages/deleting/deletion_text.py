"""What the page that asks before a deletion says: what goes, what stays, and what prevents it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.facts import list_url
from cti_tickets.model.list_plan import can_filter
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store.deletion import DeletionPlan, visible
from cti_tickets.store.deletion.plan import MOST_NAMED
from cti_tickets.store.records import Records, shown_name

_MOST_ASKED = 20


@dataclass(frozen=True)
class Link:
    """An object that is named: its name, and where it is seen."""

    name: str
    url: str


@dataclass(frozen=True)
class Told:
    """A line of the page: some objects of a class, the first of them by name.

    :param count: how many there are; 0: that is not told
    :param attribute: the label of the key by which they are concerned
    :param all_url: the list of all of them, if there is one
    """

    label: str
    count: int
    first: Sequence[Link]
    attribute: str = ""
    all_url: str = ""

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.first)


@dataclass(frozen=True)
class DeletionText:
    """What is told of a deletion.

    :param asked: what was asked for
    :param along: what goes along
    :param emptied: what stays and loses a link
    :param blocked: what prevents it; then nothing of it can be done
    :param log_entries: how many entries of logs go
    :param files: how many files of tickets go
    """

    asked: Sequence[Told]
    along: Sequence[Told]
    emptied: Sequence[Told]
    blocked: Sequence[Told]
    log_entries: int
    files: int


def describe(
    records: Records, plan: DeletionPlan, objects: Mapping[str, Sequence[int]]
) -> DeletionText:
    """A plan in words.

    :param objects: what was asked for, by class
    """
    blocked, hidden = [], False
    for one in plan.blocked:
        why, all_url = _("you may not delete these"), ""
        if one.attribute is not None:
            why = str(one.attribute.label)
            cls = records.schema[one.class_name]
            if can_filter(cls, one.attribute.code) and _needs_one(plan, objects):
                all_url = list_url(cls, {one.attribute.code: str(one.needed)})
        told = told_objects(records, one.class_name, one.ids, why, all_url)
        blocked += told
        hidden = hidden or not told
    if hidden:
        blocked.append(Told(_("Objects that you may not see"), 0, []))
    asked, along = objects.items(), plan.along.items()
    return DeletionText(
        [
            line
            for name, ids in asked
            for line in told_objects(records, name, ids, most=_MOST_ASKED)
        ],
        [line for name, ids in along for line in told_objects(records, name, ids)],
        [
            line
            for e in plan.emptied
            for line in told_objects(records, e.class_name, e.ids, str(e.attribute.label))
        ],
        blocked,
        plan.log_entries,
        plan.files,
    )


def _needs_one(plan: DeletionPlan, objects: Mapping[str, Sequence[int]]) -> bool:
    """Whether the list of what needs the object is that of one object."""
    return sum(map(len, objects.values())) == 1 and not plan.along


def told_objects(
    records: Records,
    class_name: str,
    ids: Sequence[int],
    attribute: str = "",
    all_url: str = "",
    most: int = MOST_NAMED,
) -> list[Told]:
    """The line about some objects; none if whoever acts may not see any of them."""
    ids = visible(class_name, ids)
    if not ids:
        return []
    cls = records.schema[class_name]
    # What somebody may not see is counted, not named.
    first = [*ids][:most] if current_access().may(READ, class_name) else []
    names = records.names(current_host().database, class_name, first)
    links = [
        Link(
            _called(cls, names[id_], id_),
            url_for("tickets.view", class_name=class_name, id_=id_),
        )
        for id_ in first
        if id_ in names
    ]
    return [Told(str(cls.label), len(ids), links, attribute, all_url)]


def _called(cls: ClassDef, friendlyname: str, id_: int) -> str:
    """A name that tells objects apart: a reference does, and others have their id."""
    name, number = shown_name(cls, friendlyname, id_), f"#{id_}"
    return name if "ref" in cls.attributes or name.endswith(number) else f"{name} {number}"
