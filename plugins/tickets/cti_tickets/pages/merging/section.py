"""What the page of an object says of merging: who may be the same, and what can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from cti_host import current_host
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store.merging.kept import Merge, open_merges
from cti_tickets.store.merging.mergeable import candidates, is_mergeable, may_merge
from cti_tickets.store.records import FRIENDLYNAME, Records, shown_name


@dataclass(frozen=True)
class CandidateLink:
    """Somebody who may be the same: their page, and that on which both are compared.

    :param why: what both have
    :param detail: what tells them apart: their organization
    """

    name: str
    detail: str
    why: str
    url: str
    merge_url: str


@dataclass(frozen=True)
class Merging:
    """See the module.

    :param url: where an object is merged with another one; "" for whoever may not
    """

    url: str
    candidates: Sequence[CandidateLink]
    open: Sequence[Merge]


def merging_of(records: Records, cls: ClassDef, view: ObjectView) -> Merging | None:
    """What the page of an object says of merging; `None` for classes without."""
    if not is_mergeable(cls):
        return None
    may = may_merge(cls.name)
    return Merging(
        url_for("tickets.merge", class_name=cls.name, id_=view.id) if may else "",
        candidate_links(records, cls, view),
        open_merges(cls.name, view.id) if may else [],
    )


def candidate_links(records: Records, cls: ClassDef, view: ObjectView) -> list[CandidateLink]:
    """Those who may be the same as a person, with what says so."""
    if not current_access().may(READ, cls.name):
        return []
    found = {one.id: one for one in candidates(records.schema, cls, view.id, view.values)}
    org = "org_id_friendlyname" if "org_id" in cls.attributes else FRIENDLYNAME
    may = may_merge(cls.name)
    return [
        CandidateLink(
            shown_name(cls, record.text(FRIENDLYNAME), record.id),
            record.text(org) if org != FRIENDLYNAME else "",
            ", ".join(str(attribute.label) for attribute in found[record.id].attributes),
            url_for("tickets.view", class_name=cls.name, id_=record.id),
            url_for("tickets.merge", class_name=cls.name, id_=view.id, other=record.id)
            if may
            else "",
        )
        for record in records.load(current_host().database, cls.name, [*found], [FRIENDLYNAME, org])
    ]
