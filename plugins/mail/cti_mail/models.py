"""The tables of the plugin: mails that are not sent yet, and who sends them."""

from __future__ import annotations

import peewee

from cti_host import database


class MailMessage(peewee.Model):
    """A mail that waits to be sent, or was given up; one that is sent has no row.

    `entry` is the log entry that it is about: none makes two mails. Moments are in seconds since
    1970. `ticket` and `caller` are keys ("tickets:UserRequest:7"). `given_up` says that it is not
    tried any more, `problem` what the server said last.
    """

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "mail_message"

    id = peewee.AutoField()
    entry = peewee.BigIntegerField(unique=True)
    ticket = peewee.CharField(max_length=255)
    caller = peewee.CharField(max_length=255, index=True)
    recipient = peewee.CharField(max_length=320)
    subject = peewee.TextField()
    body = peewee.TextField()
    created = peewee.BigIntegerField()
    due = peewee.BigIntegerField(index=True)
    attempts = peewee.IntegerField(default=0)
    given_up = peewee.BooleanField(default=False)
    problem = peewee.TextField(default="")


class MailLease(peewee.Model):
    """Which process sends, see `cti_host.Lease`: a table of one row."""

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "mail_lease"

    id = peewee.AutoField()
    owner = peewee.CharField(max_length=255, default="")
    number = peewee.BigIntegerField(default=0)
    until = peewee.BigIntegerField(default=0)


MODELS = (MailMessage, MailLease)
