"""The tables of phone calls about iTop's tickets, and of the records of calls they are of."""

from __future__ import annotations

import peewee

from cti_host import database


class ItopPhoneCall(peewee.Model):
    """A phone call about a ticket; `created` is UTC, `flow` is "inbound" or "outbound".

    `itop` is the address of the iTop that has the ticket, `contact` and `agent` are names to show.
    """

    id = peewee.AutoField()
    itop = peewee.CharField()
    ticket_class = peewee.CharField()
    ticket_id = peewee.IntegerField()
    contact_id = peewee.IntegerField(null=True)
    contact = peewee.CharField(default="")
    agent = peewee.CharField(default="")
    flow = peewee.CharField()
    note = peewee.TextField(default="")
    created = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"])

    class Meta:
        database = database
        table_name = "itop_phone_call"


class ItopRecordedCall(peewee.Model):
    """Where a phone call about a ticket is kept, so that the record of the call finds it again.

    `phone_call` is its id, `here` in this database, else in iTop; 0 while it is being made.
    `record` is the number of the record, `None` until it is told of: then `agent` is the name of
    who made it, and `created` when, in UTC.
    """

    id = peewee.AutoField()
    itop = peewee.CharField()
    ticket_id = peewee.IntegerField()
    flow = peewee.CharField()
    agent = peewee.CharField(default="")
    record = peewee.IntegerField(null=True)
    here = peewee.BooleanField(default=False)
    phone_call = peewee.IntegerField(default=0)
    created = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"])

    class Meta:
        database = database
        table_name = "itop_recorded_call"
        indexes = ((("itop", "ticket_id", "record"), True),)
