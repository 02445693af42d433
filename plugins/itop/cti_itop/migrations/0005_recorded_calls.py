"""Which phone call about a ticket is of which record of a call.

Frozen: later changes of the model come as further migrations.
"""

import peewee


def up(migrator, db):
    """Create the table."""

    class ItopRecordedCall(peewee.Model):
        itop = peewee.CharField()
        ticket_id = peewee.IntegerField()
        flow = peewee.CharField()
        agent = peewee.CharField()
        record = peewee.IntegerField(null=True)
        here = peewee.BooleanField()
        phone_call = peewee.IntegerField()
        created = peewee.DateTimeField(formats=["%Y-%m-%d %H:%M:%S"])

        class Meta:
            database = db
            table_name = "itop_recorded_call"
            indexes = ((("itop", "ticket_id", "record"), True),)

    ItopRecordedCall.create_table()
