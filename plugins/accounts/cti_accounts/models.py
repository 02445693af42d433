"""Agents' accounts as tables: who signs in, with which profiles, and with which tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import peewee
from flask_security import RoleMixin, UserMixin

from cti_host import database


def utc_now() -> datetime:
    """The time as the tables hold it: UTC, without an offset."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def new_session_key() -> str:
    """The value that sessions of an account carry; a new one ends them all."""
    return uuid4().hex


class _Table(peewee.Model):
    class Meta:
        database = database
        legacy_table_names = False


class AgentAccount(UserMixin, _Table):
    """Somebody who signs in.

    `name_key` is the name without case, which is how it is looked up. `fs_uniquifier` is what
    Flask-Security calls the value in a session that stands for the account. `contact_id` is the
    id of the person in the data who is this agent; that data belongs to another plugin.
    """

    id = peewee.AutoField()
    name = peewee.CharField(max_length=64, unique=True)
    name_key = peewee.CharField(max_length=128, unique=True)
    display = peewee.CharField(max_length=255, default="")
    email = peewee.CharField(max_length=255, default="")
    password = peewee.CharField(max_length=255)
    active = peewee.BooleanField(default=True)
    fs_uniquifier = peewee.CharField(max_length=64, unique=True, default=new_session_key)
    contact_id = peewee.IntegerField(null=True)
    created = peewee.DateTimeField(default=utc_now)

    class Meta:
        table_name = "agent"


class Profile(RoleMixin, _Table):
    """A profile of rights."""

    id = peewee.AutoField()
    name = peewee.CharField(max_length=64, unique=True)

    class Meta:
        table_name = "profile"


class AgentProfile(_Table):
    """An agent has a profile. Flask-Security reads it as a role, by its `name`."""

    agent = peewee.ForeignKeyField(AgentAccount, backref="roles", on_delete="CASCADE")
    profile = peewee.ForeignKeyField(Profile, backref="agents", on_delete="CASCADE")

    class Meta:
        table_name = "agent_profile"
        primary_key = peewee.CompositeKey("agent", "profile")

    @property
    def name(self) -> str:
        """The profile's name."""
        return str(self.profile.name)

    def get_permissions(self) -> set[str]:
        """Rights belong to the plugins that have the data; there are none here."""
        return set()


class AgentToken(_Table):
    """A token that lets a program in; only its hash is kept."""

    id = peewee.AutoField()
    agent = peewee.ForeignKeyField(AgentAccount, backref="tokens", on_delete="CASCADE")
    hash = peewee.CharField(max_length=64, unique=True)
    label = peewee.CharField(max_length=255, default="")
    created = peewee.DateTimeField(default=utc_now)

    class Meta:
        table_name = "agent_token"


class SignInAttempt(_Table):
    """A sign-in that failed, or whose outcome isn't known yet.

    `who` is a hash of name and address: people type passwords into the wrong field. `at` is in
    seconds since 1970.
    """

    id = peewee.AutoField()
    who = peewee.CharField(max_length=64)
    at = peewee.BigIntegerField()

    class Meta:
        table_name = "sign_in_attempt"
        indexes = ((("who", "at"), False), (("at",), False))


MODELS = (AgentAccount, Profile, AgentProfile, AgentToken, SignInAttempt)
