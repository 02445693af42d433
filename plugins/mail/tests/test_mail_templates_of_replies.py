"""A reply that begins with a template reaches the caller as the agent sent it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

REPLY = "/objects/UserRequest/1/reply"
AGENT = {"Authorization": "Bearer camille"}
# What a mail server, or a library in between, could take for something of its own.
TEMPLATE = '''
[plugin.tickets.reply_templates.received]
label = "Received"
log = "public_log"
text = """
Dear {caller} <{ref}> & others,

"{title}" & "quotes": it's äöü “…” \N{EURO SIGN}.
.
From us:
> not quoted
	a tab, and {{braces}}
LONG

{agent}"""
'''.replace("LONG", "long " * 300)
TEXT_IN_BOX = re.compile(r'<textarea[^>]* name="text"[^>]*>\n(.*?)</textarea>', re.DOTALL)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of a new database of each kind."""
    if request.param == "sqlite":
        return "sqlite:///cti.db"
    return str(request.getfixturevalue("postgres_url"))


def test_the_mail_has_the_text_of_the_box(make_site: Any, mail_server: Any, database: str) -> None:
    site = make_site(mail_server.port, more=TEMPLATE, database=database)
    client = site.running.app.test_client()
    version = re.findall(
        r'name="version" value="([^"]+)"', client.get(REPLY[:-6], headers=AGENT).text
    )[0]
    box = {"version": version, "log": "public_log", "text": ""}
    pressed = client.post(REPLY, data={**box, "template": "tickets:received:en"}, headers=AGENT)
    assert pressed.status_code == 200, pressed.text
    (shown,) = TEXT_IN_BOX.findall(pressed.text)
    text = unescape(shown)
    assert text.startswith('Dear Ada Lovelace <R-000001> & others,\n\n"Printer" & "quotes"')
    assert text.endswith("\n\nCamille Moreau")
    # As browsers send it; the agent has added a line.
    typed = f"{text}\n\nPS: <b>as typed</b>".replace("\n", "\r\n")
    sent = client.post(REPLY, data={**box, "text": typed}, headers=AGENT)
    assert sent.status_code == 303, sent.text
    site.serve()
    lines = mail_server.next().get_content().splitlines()
    assert lines[:4] == [
        "Ada Lovelace,",
        "",
        "Camille Moreau wrote about your ticket R-000001 (Printer):",
        "",
    ]
    assert lines[4:] == typed.splitlines()
