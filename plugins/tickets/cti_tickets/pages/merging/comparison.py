"""Two objects side by side: what differs, what would stay, and what would move."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask import url_for

from cti_host import masked_number, masks_numbers
from cti_tickets.facts import Fact
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.deleting.deletion_text import Told, told_objects
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.store.merging.choosing import choose, differing, gathered, preferred
from cti_tickets.store.merging.plan import MergePlan
from cti_tickets.store.records import Records


@dataclass(frozen=True)
class Choice:
    """An attribute of which one value is chosen; a fact is `None` where there is none.

    :param other: whether the other object's value is chosen
    :param both: whether both texts are; `None`: they can't both stay
    """

    code: str
    label: str
    mine: Fact | None
    others: Fact | None
    other: bool
    both: bool | None = None


@dataclass(frozen=True)
class Comparison:
    """What the page shows.

    :param kept: the object that stays
    :param merged: the one that becomes it
    :param same: what both have
    :param lost: the numbers for which there is no room, as things are chosen
    :param swapped_url: the same page the other way round
    """

    kept: ObjectView
    merged: ObjectView
    choices: Sequence[Choice]
    same: Sequence[Fact]
    lost: Sequence[tuple[str, str]]
    moving: Sequence[Told]
    dropped: Sequence[Told]
    swapped_url: str


def compare(
    records: Records,
    cls: ClassDef,
    kept: ObjectView,
    merged: ObjectView,
    plan: MergePlan,
    chosen: Collection[str] | None,
    joined: Collection[str] | None,
    *,
    numbers: bool,
) -> Comparison:
    """What the page shows.

    :param chosen: the attributes of which the other object's value is chosen; `None`: those that
        are proposed
    :param joined: those of which both texts are; `None`: all of which both can stay
    :param numbers: whether all other numbers stay as well
    """
    ids = (kept.id, merged.id)
    others = preferred(cls, kept.values, merged.values, ids) if chosen is None else chosen
    possible = gathered(cls, kept.values, merged.values, ids)
    both = possible if joined is None else possible.intersection(joined)
    codes = [a.code for a in differing(cls, kept.values, merged.values, ids)]
    mine, theirs = ({fact.code: fact for fact in one.facts} for one in (kept, merged))
    result = choose(cls, kept.values, merged.values, ids, others, numbers=numbers, both=both)
    return Comparison(
        kept,
        merged,
        [
            Choice(code, str(cls.attributes[code].label), mine.get(code), theirs.get(code),
                   code in others, code in both if code in possible else None)
            for code in codes
        ],
        [fact for fact in kept.facts if fact.code not in codes and fact.code in theirs],
        [(str(attribute.label), masked_number(text) if masks_numbers() else text)
         for attribute, text in result.lost],
        [
            *(
                told
                for one in plan.moving
                for told in told_objects(records, one.class_name, one.ids, str(one.attribute.label))
            ),
            *(Told(moved.label, len(moved.ids), []) for moved in plan.elsewhere),
        ],
        [
            told
            for one in plan.dropped
            for told in told_objects(records, one.class_name, one.ids, str(one.attribute.label))
        ],
        url_for("tickets.merge", class_name=cls.name, id_=merged.id, other=kept.id),
    )  # fmt: skip
