"""Agents, their profiles and tokens, and failed sign-ins.

The models are a frozen copy: they stay as they are when those of the plugin change.
"""

import peewee

PROFILES = (
    "Administrator",
    "Change Approver",
    "Change Implementor",
    "Change Supervisor",
    "Configuration Manager",
    "Document author",
    "Portal power user",
    "Portal user",
    "Problem Manager",
    "REST Services User",
    "Service Desk Agent",
    "Service Manager",
    "Support Agent",
)


def up(migrator, db):
    """Create the tables, and the profiles in them."""

    class Table(peewee.Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Agent(Table):
        name = peewee.CharField(max_length=64, unique=True)
        name_key = peewee.CharField(max_length=128, unique=True)
        display = peewee.CharField(max_length=255)
        email = peewee.CharField(max_length=255)
        password = peewee.CharField(max_length=255)
        active = peewee.BooleanField()
        fs_uniquifier = peewee.CharField(max_length=64, unique=True)
        contact_id = peewee.IntegerField(null=True)
        created = peewee.DateTimeField()

    class Profile(Table):
        name = peewee.CharField(max_length=64, unique=True)

    class AgentProfile(Table):
        agent = peewee.ForeignKeyField(Agent, on_delete="CASCADE")
        profile = peewee.ForeignKeyField(Profile, on_delete="CASCADE")

        class Meta:
            primary_key = peewee.CompositeKey("agent", "profile")

    class AgentToken(Table):
        agent = peewee.ForeignKeyField(Agent, on_delete="CASCADE")
        hash = peewee.CharField(max_length=64, unique=True)
        label = peewee.CharField(max_length=255)
        created = peewee.DateTimeField()

    class SignInAttempt(Table):
        who = peewee.CharField(max_length=64)
        at = peewee.BigIntegerField()

        class Meta:
            indexes = ((("who", "at"), False), (("at",), False))

    db.create_tables([Agent, Profile, AgentProfile, AgentToken, SignInAttempt])
    Profile.insert_many([(name,) for name in PROFILES], fields=[Profile.name]).execute()


def down(migrator, db):
    """Drop the tables."""
    for name in ("sign_in_attempt", "agent_token", "agent_profile", "profile", "agent"):
        db.execute_sql(f'DROP TABLE "{name}"')
