"""Messages on their way to open pages.

The model is a frozen copy: it stays as it is when that of the plugin changes.
"""

import peewee


def up(migrator, db):
    """Create the table."""

    class Outbox(peewee.Model):
        id = peewee.BigAutoField()
        created = peewee.BigIntegerField(index=True)
        topics = peewee.TextField()
        event = peewee.CharField(max_length=64)
        data = peewee.TextField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "outbox"

    db.create_tables([Outbox])


def down(migrator, db):
    """Drop the table."""
    db.execute_sql('DROP TABLE "outbox"')
