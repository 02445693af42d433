"""Views of lists that agents have saved, and which one a list begins with."""

from __future__ import annotations

import peewee

from cti_tickets.model import fields as a
from cti_tickets.model.classes.people import Base


class SavedView(Base):
    """The filters, the order and the columns of a list, under a name.

    `account` is the name that its agent signs in with. `arguments` is what it says of the list,
    written as the query of an address. A view that is `shared` is everybody's to see.
    """

    class Meta:
        table_name = "saved_view"

    id = peewee.BigAutoField()
    account = peewee.CharField()
    class_name = peewee.CharField()
    name = peewee.CharField()
    arguments = peewee.TextField(default="", constraints=a.EMPTY_TEXT)
    shared = peewee.BooleanField()


class DefaultView(Base):
    """With which view the list of a class begins for an agent.

    `view` is the id of a saved view, as text, or the name of a ready-made one.
    """

    class Meta:
        table_name = "default_view"

    id = peewee.BigAutoField()
    account = peewee.CharField()
    class_name = peewee.CharField()
    view = peewee.CharField()
