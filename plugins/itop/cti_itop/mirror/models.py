"""The tables of the mirror.

An object of the mirror is stored in versions: one row from the run that brought it (`since`) to
the run that found it changed or gone (`until`). A run becomes visible as a whole, by one number
in `itop_sync`; what is the same as before is not written again.
"""

from __future__ import annotations

import peewee

from cti_host import database


class _Version(peewee.Model):
    id = peewee.IntegerField()
    since = peewee.IntegerField()
    until = peewee.IntegerField(null=True)

    class Meta:
        database = database
        primary_key = peewee.CompositeKey("id", "since")


class ItopOrganization(_Version):
    """An organization."""

    name = peewee.CharField(default="")
    code = peewee.CharField(default="")
    status = peewee.CharField(default="")
    parent_id = peewee.IntegerField(default=0)

    class Meta:
        table_name = "itop_organization"


class ItopPerson(_Version):
    """A person; `more` is JSON: the further attributes that `display_name` names.

    The keys are what lookups compare: a folded e-mail address, and what `Number.indexed` says of
    each phone field; NULL where there is none, so that an index has only what can be found.
    """

    class_name = peewee.CharField(default="")
    friendlyname = peewee.TextField(default="")
    first_name = peewee.CharField(default="")
    name = peewee.CharField(default="")
    email = peewee.CharField(default="")
    phone = peewee.CharField(default="")
    mobile_phone = peewee.CharField(default="")
    org_id = peewee.IntegerField(default=0)
    org_name = peewee.CharField(default="")
    status = peewee.CharField(default="")
    more = peewee.TextField(default="")
    email_key = peewee.CharField(null=True)
    phone_key = peewee.CharField(null=True)
    mobile_key = peewee.CharField(null=True)

    class Meta:
        table_name = "itop_person"


class ItopJointNumber(peewee.Model):
    """A number that one phone field holds together with others.

    `joint` is what the field's key column has then: the keys of all of them, with blanks between.
    """

    key = peewee.CharField()
    joint = peewee.CharField()

    class Meta:
        database = database
        primary_key = peewee.CompositeKey("key", "joint")
        table_name = "itop_joint_number"


class ItopSync(peewee.Model):
    """The one row about the synchronization; moments are seconds since 1970, 0: never.

    `visible` is the run that lookups see (0: none yet), which was `started` and `finished` then
    and has so many `organizations` and `persons`. `run` is the run under way (0: none): it has
    come up to the id `run_after` of `run_class`. Whoever holds the lease does it: `owner`, `number`
    and `until` are the host's (`cti_host.Lease`). `numbering` is how the keys of the visible run
    were written (`sync.NUMBERING`).
    """

    id = peewee.IntegerField(primary_key=True)
    url = peewee.TextField(default="")
    visible = peewee.IntegerField(default=0)
    started = peewee.BigIntegerField(default=0)
    finished = peewee.BigIntegerField(default=0)
    organizations = peewee.IntegerField(default=0)
    persons = peewee.IntegerField(default=0)
    run = peewee.IntegerField(default=0)
    run_started = peewee.BigIntegerField(default=0)
    run_class = peewee.CharField(default="")
    run_after = peewee.IntegerField(default=0)
    run_done = peewee.IntegerField(default=0)
    owner = peewee.CharField(default="")
    number = peewee.BigIntegerField(default=0)
    until = peewee.BigIntegerField(default=0)
    problem = peewee.TextField(default="")
    problem_at = peewee.BigIntegerField(default=0)
    numbering = peewee.IntegerField(default=0)

    class Meta:
        database = database
        table_name = "itop_sync"


MODELS: list[type[peewee.Model]] = [ItopOrganization, ItopPerson, ItopJointNumber, ItopSync]
