"""Mails that are not sent yet, and who sends them.

The models are frozen copies: they stay as they are when those of the plugin change.
"""

import peewee


def up(migrator, db):
    """Create the tables, and the one row of the lease."""

    class MailMessage(peewee.Model):
        id = peewee.AutoField()
        entry = peewee.BigIntegerField(unique=True)
        ticket = peewee.CharField(max_length=255)
        caller = peewee.CharField(max_length=255, index=True)
        recipient = peewee.CharField(max_length=320)
        subject = peewee.TextField()
        body = peewee.TextField()
        created = peewee.BigIntegerField()
        due = peewee.BigIntegerField(index=True)
        attempts = peewee.IntegerField()
        given_up = peewee.BooleanField()
        problem = peewee.TextField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "mail_message"

    class MailLease(peewee.Model):
        id = peewee.AutoField()
        owner = peewee.CharField(max_length=255)
        number = peewee.BigIntegerField()
        until = peewee.BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "mail_lease"

    db.create_tables([MailMessage, MailLease])
    MailLease.create(owner="", number=0, until=0)


def down(migrator, db):
    """Drop the tables."""
    db.execute_sql('DROP TABLE "mail_message"')
    db.execute_sql('DROP TABLE "mail_lease"')
