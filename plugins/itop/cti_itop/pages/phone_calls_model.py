"""The table of phone calls about iTop's tickets, for an iTop without the class PhoneCall."""

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
