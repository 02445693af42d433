"""Former ids of calls, who wrote which note when, and the queues of agents."""

import peewee


def up(migrator, db):
    """Create the tables; notes that are there already have no author."""

    class Table(peewee.Model):
        id = peewee.BigAutoField()

        class Meta:
            database = db
            legacy_table_names = False

    class StoredCall(Table):
        class Meta:
            table_name = "call_record"

    class FormerCall(Table):
        class Meta:
            table_name = "former_call"

        former = peewee.BigIntegerField(unique=True)
        call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")

    class CallNote(Table):
        class Meta:
            table_name = "call_note"

        call = peewee.ForeignKeyField(StoredCall, on_delete="CASCADE")
        author = peewee.CharField(max_length=255)
        written_at = peewee.BigIntegerField()
        note = peewee.TextField()

    class AgentQueue(Table):
        class Meta:
            table_name = "agent_queue"
            indexes = ((("agent", "queue"), True),)

        agent = peewee.CharField(max_length=255)
        queue = peewee.CharField(max_length=255)

    db.create_tables([FormerCall, CallNote, AgentQueue])
    db.execute_sql(
        "INSERT INTO call_note (call_id, author, written_at, note)"
        " SELECT id, '', stored_at, note FROM call_record WHERE note <> ''"
    )


def down(migrator, db):
    """Drop the tables."""
    for table in ("agent_queue", "call_note", "former_call"):
        db.execute_sql(f'DROP TABLE "{table}"')
