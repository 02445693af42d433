"""Phone calls about iTop's tickets.

Frozen: later changes of the model come as further migrations.
"""

import peewee


def up(migrator, db):
    """Create the table."""

    class ItopPhoneCall(peewee.Model):
        itop = peewee.CharField()
        ticket_class = peewee.CharField()
        ticket_id = peewee.IntegerField()
        contact_id = peewee.IntegerField(null=True)
        contact = peewee.CharField()
        agent = peewee.CharField()
        flow = peewee.CharField()
        note = peewee.TextField()
        created = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"])

        class Meta:
            database = db
            table_name = "itop_phone_call"
            indexes = ((("itop", "ticket_id"), False),)

    ItopPhoneCall.create_table()
