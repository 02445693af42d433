"""Sessions of agents who signed in at the provider."""

from __future__ import annotations

import peewee

from cti_host import database


class OidcSession(peewee.Model):
    """An agent at a browser.

    `key` is a hash of what the browser holds. `identity` is JSON: who they are, as the provider
    last said. `started`, `confirmed` and `tried` are in seconds since 1970: the sign-in, when the
    provider last said that it still holds, and when it was last asked. `tokens` is encrypted.
    """

    id = peewee.AutoField()
    key = peewee.CharField(max_length=64, unique=True)
    subject = peewee.CharField(max_length=255, index=True)
    provider_session = peewee.CharField(max_length=255, default="", index=True)
    identity = peewee.TextField()
    tokens = peewee.TextField()
    started = peewee.BigIntegerField(index=True)
    confirmed = peewee.BigIntegerField()
    tried = peewee.BigIntegerField()

    class Meta:
        database = database
        legacy_table_names = False
        table_name = "oidc_session"


MODELS = (OidcSession,)
