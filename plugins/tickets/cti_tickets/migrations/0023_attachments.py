"""The files of tickets: what is known of each; their bytes lie in a folder."""

import peewee

EMPTY = [peewee.SQL("DEFAULT ''")]


def up(migrator, db):
    class Contact(peewee.Model):
        class Meta:
            database = db
            table_name = "contact"

    class Ticket(peewee.Model):
        class Meta:
            database = db
            table_name = "ticket"

    class Attachment(peewee.Model):
        class Meta:
            database = db
            table_name = "attachment"

        ticket = peewee.ForeignKeyField(Ticket, on_delete="CASCADE")
        stored = peewee.CharField(unique=True)
        name = peewee.CharField()
        kind = peewee.CharField()
        size = peewee.BigIntegerField()
        sha256 = peewee.CharField()
        created = peewee.DateTimeField()
        account = peewee.CharField(default="", constraints=EMPTY)
        author = peewee.CharField(default="", constraints=EMPTY)
        author_contact = peewee.ForeignKeyField(Contact, null=True, on_delete="SET NULL")

    db.create_tables([Attachment])


def down(migrator, db):
    """Drop the table."""
    db.execute_sql("DROP TABLE attachment")
