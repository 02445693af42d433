"""Sessions of agents who signed in at the provider.

The model is a frozen copy: it stays as it is when that of the plugin changes.
"""

import peewee


def up(migrator, db):
    """Create the table."""

    class OidcSession(peewee.Model):
        key = peewee.CharField(max_length=64, unique=True)
        subject = peewee.CharField(max_length=255, index=True)
        provider_session = peewee.CharField(max_length=255, index=True)
        identity = peewee.TextField()
        tokens = peewee.TextField()
        started = peewee.BigIntegerField(index=True)
        confirmed = peewee.BigIntegerField()
        tried = peewee.BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "oidc_session"

    db.create_tables([OidcSession])


def down(migrator, db):
    """Drop the table."""
    db.execute_sql('DROP TABLE "oidc_session"')
