"""The secret in the address of a source: made of the host's key and how often it was changed.

Nothing that lets somebody in is stored: whoever reads the database alone can't make an address,
and whoever has the key, which all hosts of a site share, can print it again.
"""

from __future__ import annotations

import hmac
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from flask import current_app

from cti_host import database, is_postgresql, writing
from cti_webhooks.models import WebhookAddress


def secret_of(source: str) -> str:
    """The secret that is good now, as it stands in the address.

    :param source: its name in the settings
    """
    # Written out: each event asks, since any process may have changed it.
    mark = "%s" if is_postgresql(database.obj) else "?"
    sql = f"SELECT rotations FROM webhook_address WHERE source = {mark}"  # noqa: S608
    row = database.execute_sql(sql, (source,)).fetchone()
    rotations = int(row[0]) if row else 0
    host_key = str(current_app.secret_key).encode()
    key = sha256(b"cti-host addresses of webhooks\n" + host_key).digest()
    made = hmac.new(key, f"{source}\n{rotations}".encode(), sha256).digest()
    return urlsafe_b64encode(made).decode("ascii").rstrip("=")


def printed(source: str) -> None:
    """Note that somebody was told the secret: its age counts from the first time."""
    with writing():
        row: Any = WebhookAddress.insert(source=source, since=int(time.time()))
        row.on_conflict_ignore().execute()


def rotate(source: str) -> None:
    """End the secret that is good now, for all processes and hosts at once."""
    printed(source)
    with writing():
        WebhookAddress.update(rotations=WebhookAddress.rotations + 1, since=int(time.time())).where(
            WebhookAddress.source == source
        ).execute()


def age_of(source: str) -> int | None:
    """For how long the secret has been good, in seconds; `None`: nobody knows."""
    row = WebhookAddress.get_or_none(WebhookAddress.source == source)
    return max(0, int(time.time()) - row.since) if row and row.since else None
