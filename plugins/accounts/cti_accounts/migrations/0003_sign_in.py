"""Sessions, second factors and known places; tokens with a name, scopes, an end and their last use.

Tokens that are there keep working: they get the scopes `pop` and `read`, which is what programs
could use them for, and no end. Agents sign in once more: from now on sessions are kept here.

The models are a frozen copy: they stay as they are when those of the plugin change.
"""

import peewee


def up(migrator, db):
    """Create the tables, and extend that of tokens."""

    class Table(peewee.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Agent(Table):
        pass

    class AgentSession(Table):
        agent = peewee.ForeignKeyField(Agent, on_delete="CASCADE")
        hash = peewee.CharField(max_length=64, unique=True)
        created = peewee.BigIntegerField()
        used = peewee.BigIntegerField()
        complete = peewee.BooleanField()
        strong = peewee.BooleanField()
        device = peewee.CharField(max_length=64)
        address = peewee.CharField(max_length=64)

    class SecondFactor(Table):
        agent = peewee.ForeignKeyField(Agent, primary_key=True, on_delete="CASCADE")
        secret = peewee.CharField(max_length=255)
        last_step = peewee.BigIntegerField()
        created = peewee.BigIntegerField()

    class RecoveryCode(Table):
        agent = peewee.ForeignKeyField(Agent, on_delete="CASCADE")
        hash = peewee.CharField(max_length=64)

        class Meta:
            indexes = ((("agent", "hash"), True),)

    class KnownPlace(Table):
        agent = peewee.ForeignKeyField(Agent, on_delete="CASCADE")
        place = peewee.CharField(max_length=64)
        used = peewee.BigIntegerField()

        class Meta:
            indexes = ((("agent", "place"), True),)

    db.create_tables([AgentSession, SecondFactor, RecoveryCode, KnownPlace])
    for change in (
        "RENAME COLUMN label TO name",
        "ADD COLUMN scopes VARCHAR(255) NOT NULL DEFAULT ''",
        "ADD COLUMN expires BIGINT",
        "ADD COLUMN used BIGINT",
    ):
        db.execute_sql(f"ALTER TABLE agent_token {change}")
    db.execute_sql("UPDATE agent_token SET scopes = 'pop read'")
    db.execute_sql("UPDATE agent_token SET name = 'token ' || id WHERE name = ''")
    db.execute_sql('DROP INDEX "agent_fs_uniquifier"')
    db.execute_sql("ALTER TABLE agent DROP COLUMN fs_uniquifier")


def down(migrator, db):
    """Take back what `up` did; every agent signs in again."""
    for name in ("known_place", "recovery_code", "second_factor", "agent_session"):
        db.execute_sql(f'DROP TABLE "{name}"')
    for change in (
        "DROP COLUMN scopes",
        "DROP COLUMN expires",
        "DROP COLUMN used",
        "RENAME COLUMN name TO label",
    ):
        db.execute_sql(f"ALTER TABLE agent_token {change}")
    db.execute_sql("ALTER TABLE agent ADD COLUMN fs_uniquifier VARCHAR(64) NOT NULL DEFAULT ''")
    db.execute_sql("UPDATE agent SET fs_uniquifier = id")
    db.execute_sql('CREATE UNIQUE INDEX "agent_fs_uniquifier" ON agent (fs_uniquifier)')
