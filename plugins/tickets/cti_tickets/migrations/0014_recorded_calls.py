"""Which phone calls of tickets are those of which records of calls."""

import peewee


def up(migrator, db):
    class PhoneCall(peewee.Model):
        class Meta:
            database = db
            table_name = "phone_call"

    class RecordedCall(peewee.Model):
        class Meta:
            database = db
            table_name = "recorded_call"
            indexes = ((("record", "ticket_id"), True),)

        record = peewee.BigIntegerField()
        ticket_id = peewee.IntegerField()
        phone_call = peewee.ForeignKeyField(PhoneCall, on_delete="CASCADE")

    db.create_tables([RecordedCall])


def down(migrator, db):
    """Drop the table."""
    db.execute_sql("DROP TABLE recorded_call")
