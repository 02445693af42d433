"""How often addresses were changed, and signed requests that came.

The models are frozen copies: they stay as they are when those of the plugin change.
"""

import peewee


def up(migrator, db):
    """Create the tables."""

    class WebhookAddress(peewee.Model):
        source = peewee.CharField(max_length=40, primary_key=True)
        rotations = peewee.IntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "webhook_address"

    class WebhookRequest(peewee.Model):
        mark = peewee.CharField(max_length=64, primary_key=True)
        expires = peewee.BigIntegerField(index=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "webhook_request"

    db.create_tables([WebhookAddress, WebhookRequest])


def down(migrator, db):
    """Drop the tables."""
    db.execute_sql('DROP TABLE "webhook_request"')
    db.execute_sql('DROP TABLE "webhook_address"')
