"""An agent with an authenticator: it is set up, and its codes are typed."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from cti_accounts.second_factor import totp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Hidden = Callable[[str, str], str]

PASSWORD = "wonderful-1815"
SETTINGS = "/account/second-factor"


def key_of(page: str) -> str:
    """The key that a page shows beside the QR code."""
    found = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page)
    assert found, page
    return found[1].replace(" ", "")


def code_of(secret: str) -> str:
    """What an authenticator shows now, by this process's clock."""
    return totp.code_at(secret, int(time.time()) // totp.STEP_SECONDS)


def set_up(client: FlaskClient, hidden: Hidden, **typed: str) -> tuple[str, TestResponse]:
    """Set a second factor up; the secret, and what came of it."""
    page = client.get(f"{SETTINGS}?replace=1").text.partition("<main")[2]
    secret = key_of(page)
    form = {
        "csrf_token": hidden(page, "csrf_token"),
        "sealed": hidden(page, "sealed"),
        "code": code_of(secret),
        "current": PASSWORD,
    }
    return secret, client.post(f"{SETTINGS}/set-up", data={**form, **typed})


def send(client: FlaskClient, hidden: Hidden, page: str, url: str, **data: str) -> TestResponse:
    """Send a form of a page, with its token and where it leads to."""
    text = client.get(page).text.partition("<main")[2]
    fields = {"csrf_token": hidden(text, "csrf_token")}
    if 'name="next"' in text:
        fields["next"] = hidden(text, "next")
    return client.post(url, data={**fields, **data})


def give_code(client: FlaskClient, hidden: Hidden, code: str) -> TestResponse:
    """Type a code into the page that asks for it."""
    return send(client, hidden, "/sign-in/code?next=/lookup", "/sign-in/code", code=code)
