"""What happens to a ticket: phone calls, log entries, and the counter of references."""

from __future__ import annotations

import peewee

from cti_tickets.model import fields as a
from cti_tickets.model.classes.changes import Ticket
from cti_tickets.model.classes.people import Base, Person


class PhoneCall(Base):
    """A call about a ticket."""

    class Meta:
        table_name = "phone_call"

    about = a.about(
        ("Phone Call", "Appel téléphonique"),
        friendlyname=("flow",),
        order="-created",
        form=("contact_id", "agent_id", "ticket_id", "date", "flow", "note"),
        organization_column="org_id",
    )

    contact_id: int | None
    agent_id: int | None
    ticket_id: int

    contact = a.key(Person, ("Contact", "Contact"))
    contact_name = a.external(("Contact name", "Nom du contact"), "contact_id.name")
    # An agent may be known to the host and not be a person here.
    agent = a.key(Person, ("Agent", "Agent"), mandatory=True, null=True)
    agent_name = a.external(("Agent name", "Nom de l'agent"), "agent_id.name")
    ticket = a.key(Ticket, ("Ticket", "Ticket"), on_delete=a.AUTO, mandatory=True)
    ticket_ref = a.external(("Ticket ref", "Référence du ticket"), "ticket_id.ref")
    org_id = a.organization()
    date = a.date(("Date", "Date"))
    flow = a.enum(
        ("Flow", "Sens"),
        a.values(inbound=("Inbound", "Entrant"), outbound=("Outbound", "Sortant")),
        mandatory=True,
    )
    note = a.text(("Note", "Note"))
    created = a.datetime(("Created", "Créé"), read_only=True)


class RecordedCall(Base):
    """The phone call of a ticket that a record of calls is about, so that no call is there twice.

    `record` is the number of that record, in the plugin that keeps it.
    """

    class Meta:
        table_name = "recorded_call"
        indexes = ((("record", "ticket_id"), True),)

    phone_call_id: int

    record = peewee.BigIntegerField()
    ticket_id = peewee.IntegerField()
    phone_call = peewee.ForeignKeyField(PhoneCall, backref="+", on_delete="CASCADE")


class LogEntry(Base):
    """One entry of a ticket's log; `attribute` is the log's code, `author` a name to show."""

    class Meta:
        table_name = "log_entry"

    ticket_id: int
    author_contact_id: int | None

    ticket = peewee.ForeignKeyField(Ticket, backref="+", on_delete="CASCADE", index=False)
    attribute = peewee.CharField()
    created = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"])
    author = peewee.CharField(default="", constraints=a.EMPTY_TEXT)
    author_contact = peewee.ForeignKeyField(
        Person, backref="+", null=True, on_delete="SET NULL", index=False
    )
    text = peewee.TextField()


class TicketCounter(Base):
    """One row: the number of the newest ticket reference."""

    class Meta:
        table_name = "ticket_counter"

    id = peewee.IntegerField(primary_key=True)
    value = peewee.IntegerField()
