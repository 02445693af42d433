"""The tables of the plugin: how often addresses were changed, and signed requests that came."""

from __future__ import annotations

import peewee

from cti_host import database


class WebhookAddress(peewee.Model):
    """How often the secret in a source's address was changed; without a row, never.

    `since` is when it was changed last, or printed first, in seconds since 1970; 0: nobody knows.
    """

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "webhook_address"

    source = peewee.CharField(max_length=40, primary_key=True)
    rotations = peewee.IntegerField(default=0)
    since = peewee.BigIntegerField(default=0)


class WebhookRequest(peewee.Model):
    """A signed request that was taken; it stays until its time stamp is too old in any case.

    One that is being taken has `expires` below zero: how long it is kept for whoever takes it.
    """

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "webhook_request"

    mark = peewee.CharField(max_length=64, primary_key=True)
    expires = peewee.BigIntegerField(index=True)


MODELS = (WebhookAddress, WebhookRequest)
