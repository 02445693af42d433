"""The list of a class as whoever acts may see it: where all pages of lists begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import peewee
from cti_oql.schema import UnknownClass
from flask import abort
from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.lists.filters import Filters, read_filters
from cti_tickets.store.listing.conditions import Condition
from cti_tickets.store.listing.listable import listable
from cti_tickets.store.listing.query import ListQuery
from cti_tickets.store.records import Records


class ListReader:
    """Reads lists of the classes of an application.

    :param records: reads objects of its schema
    """

    def __init__(self, records: Records) -> None:
        self.records, self.schema = records, records.schema

    @property
    def database(self) -> peewee.Database:
        """The database of the application."""
        return current_host().database

    def class_of(self, class_name: str) -> ClassDef:
        """The class of that name; there is no page without it."""
        try:
            return self.schema[class_name]
        except UnknownClass:
            abort(404, _("There is no class “%(cls)s”.", cls=class_name))

    def filters(self, cls: ClassDef, args: Mapping[str, str]) -> Filters:
        """The filters that an address gives; see `read_filters`."""
        return read_filters(self.database, self.records, cls, args)

    def query(self, cls: ClassDef, conditions: Sequence[Condition], sort: str) -> ListQuery:
        """The list of a class, without the classes under it that may not be listed."""
        return listable(self.database, self.schema, cls, conditions, sort)
