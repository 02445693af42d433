"""Files that were added to tickets; their bytes lie in a folder."""

from __future__ import annotations

import peewee

from cti_tickets.model import fields as a
from cti_tickets.model.classes.changes import Ticket
from cti_tickets.model.classes.people import Base, Person


class Attachment(Base):
    """A file of a ticket.

    `stored` is what it is called in the folder: made up at random. `name` is what it was called
    when it came, made harmless, and `kind` the end of that, as in "pdf". `account` and `author`
    are who added it, as in `ObjectChange`.
    """

    class Meta:
        table_name = "attachment"

    ticket_id: int
    author_contact_id: int | None

    ticket = peewee.ForeignKeyField(Ticket, backref="+", on_delete="CASCADE")
    stored = peewee.CharField(unique=True)
    name = peewee.CharField()
    kind = peewee.CharField()
    size = peewee.BigIntegerField()
    sha256 = peewee.CharField()
    created = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"])
    account = peewee.CharField(default="", constraints=a.EMPTY_TEXT)
    author = peewee.CharField(default="", constraints=a.EMPTY_TEXT)
    author_contact = peewee.ForeignKeyField(Person, backref="+", null=True, on_delete="SET NULL")
