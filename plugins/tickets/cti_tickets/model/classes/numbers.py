"""Texts that hold several phone numbers, as lookups know them."""

from __future__ import annotations

import peewee

from cti_tickets.model.classes.people import Base


class JointNumber(Base):
    """One of the numbers that a phone attribute may be found by, if there are several.

    The column of such an attribute holds all of them, joined (`joint`); a lookup of one of them
    (`key`) looks for that. Few persons have such an attribute, so this table is small; a row says
    nothing of who has it, and so it stays when nobody has it any more.
    """

    class Meta:
        table_name = "joint_number"
        primary_key = peewee.CompositeKey("key", "joint")

    key = peewee.CharField()
    joint = peewee.CharField()
