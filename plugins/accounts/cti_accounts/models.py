"""Agents' accounts as tables: who signs in, with which profiles, and where they are signed in.

Moments are seconds since 1970, so that the statement of every page needs no conversion; those of
the first version (`created` of agents and tokens) are dates in UTC.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

import peewee

from cti_host import database


def utc_now() -> datetime:
    """The time as the tables hold it: UTC, without an offset."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def seconds_now() -> int:
    """The time in whole seconds since 1970."""
    return int(time.time())


def moment_of(seconds: int) -> datetime:
    """Seconds since 1970 as a time in UTC, without an offset."""
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


class _Table(peewee.Model):
    class Meta:
        database = database
        legacy_table_names = False


class AgentAccount(_Table):
    """Somebody who signs in.

    `name_key` is the name without case, which is how it is looked up. `contact_id` is the id of
    the person in the data who is this agent; that data belongs to another plugin.
    """

    id = peewee.AutoField()
    name = peewee.CharField(max_length=64, unique=True)
    name_key = peewee.CharField(max_length=128, unique=True)
    display = peewee.CharField(max_length=255, default="")
    email = peewee.CharField(max_length=255, default="")
    password = peewee.CharField(max_length=255)
    active = peewee.BooleanField(default=True)
    contact_id = peewee.IntegerField(null=True)
    created = peewee.DateTimeField(default=utc_now)

    class Meta:
        table_name = "agent"


class Profile(_Table):
    """A profile of rights."""

    id = peewee.AutoField()
    name = peewee.CharField(max_length=64, unique=True)

    class Meta:
        table_name = "profile"


class AgentProfile(_Table):
    """An agent has a profile."""

    agent = peewee.ForeignKeyField(AgentAccount, on_delete="CASCADE")
    profile = peewee.ForeignKeyField(Profile, on_delete="CASCADE")

    class Meta:
        table_name = "agent_profile"
        primary_key = peewee.CompositeKey("agent", "profile")


class AgentSession(_Table):
    """A sign-in that lasts: the browser holds a random key, this table its hash.

    Without the row there is no session, whatever a browser keeps. `complete`: the second factor,
    where one is needed, was given; before that, the session opens no page. `strong`: it was given
    at this sign-in. `used` is written every few minutes at most.
    """

    id = peewee.AutoField()
    agent = peewee.ForeignKeyField(AgentAccount, on_delete="CASCADE")
    hash = peewee.CharField(max_length=64, unique=True)
    created = peewee.BigIntegerField(default=seconds_now)
    used = peewee.BigIntegerField(default=seconds_now)
    complete = peewee.BooleanField()
    strong = peewee.BooleanField()
    device = peewee.CharField(max_length=64, default="")
    address = peewee.CharField(max_length=64, default="")

    class Meta:
        table_name = "agent_session"


class AgentOrganization(_Table):
    """An agent is limited to an organization and those below it; that data is another plugin's."""

    id = peewee.AutoField()
    agent = peewee.ForeignKeyField(
        AgentAccount, backref="organizations", on_delete="CASCADE", index=False
    )
    organization_id = peewee.IntegerField()

    class Meta:
        table_name = "agent_organization"
        indexes = ((("agent", "organization_id"), True),)


class AgentToken(_Table):
    """A token that lets a program in; only its hash is kept.

    `scopes` are separated by blanks. `expires` and `used` may be unknown: a token of an earlier
    version never ends, and a new one was never used.
    """

    id = peewee.AutoField()
    agent = peewee.ForeignKeyField(AgentAccount, on_delete="CASCADE")
    hash = peewee.CharField(max_length=64, unique=True)
    name = peewee.CharField(max_length=255)
    scopes = peewee.CharField(max_length=255)
    created = peewee.DateTimeField(default=utc_now)
    expires = peewee.BigIntegerField(null=True)
    used = peewee.BigIntegerField(null=True)

    class Meta:
        table_name = "agent_token"


class SecondFactor(_Table):
    """The secret that an agent's authenticator shares with the host, encrypted.

    `last_step` is the last half minute whose code was used, so that none counts twice.
    """

    agent = peewee.ForeignKeyField(AgentAccount, primary_key=True, on_delete="CASCADE")
    secret = peewee.CharField(max_length=255)
    last_step = peewee.BigIntegerField()
    created = peewee.BigIntegerField(default=seconds_now)

    class Meta:
        table_name = "second_factor"


class RecoveryCode(_Table):
    """A code that replaces the authenticator once; only its hash is kept."""

    id = peewee.AutoField()
    agent = peewee.ForeignKeyField(AgentAccount, on_delete="CASCADE")
    hash = peewee.CharField(max_length=64)

    class Meta:
        table_name = "recovery_code"
        indexes = ((("agent", "hash"), True),)


class KnownPlace(_Table):
    """A browser or an address where an agent has signed in: a hash, and when it was last."""

    id = peewee.AutoField()
    agent = peewee.ForeignKeyField(AgentAccount, on_delete="CASCADE")
    place = peewee.CharField(max_length=64)
    used = peewee.BigIntegerField(default=seconds_now)

    class Meta:
        table_name = "known_place"
        indexes = ((("agent", "place"), True),)


class SignInAttempt(_Table):
    """A sign-in that failed, or whose outcome isn't known yet.

    `who` is a hash of what is counted (name and address, say): people type passwords into the
    wrong field. `at` is in seconds since 1970.
    """

    id = peewee.AutoField()
    who = peewee.CharField(max_length=64)
    at = peewee.BigIntegerField()

    class Meta:
        table_name = "sign_in_attempt"
        indexes = ((("who", "at"), False), (("at",), False))


MODELS = (
    AgentAccount,
    Profile,
    AgentProfile,
    AgentOrganization,
    AgentSession,
    AgentToken,
    SecondFactor,
    RecoveryCode,
    KnownPlace,
    SignInAttempt,
)
