"""The list of a class as whoever acts may see it."""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ
from cti_tickets.store.classes import of_classes
from cti_tickets.store.listing.conditions import Condition
from cti_tickets.store.listing.query import ListQuery


def listable(
    database: peewee.Database,
    schema: Schema,
    cls: ClassDef,
    conditions: Sequence[Condition],
    sort: str,
) -> ListQuery:
    """A list, without the classes under its class that whoever acts may not list.

    :param sort: see `ListQuery`
    """
    access, kinds = current_access(), schema.concrete(cls.name)
    seen = [name for name in kinds if access.may(BULK_READ, name)]
    limited = [] if len(seen) == len(kinds) else [Condition(of_classes(seen))]
    return ListQuery(database, schema, cls, [*limited, *conditions], sort)
