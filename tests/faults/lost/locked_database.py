"""Somebody keeps the database locked: who saves is told, and what they typed is saved later."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path

from tests.faults.kit.clients import Browser, program
from tests.faults.kit.databases import FILE
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import make_site

POINT = "10"
FORM = "/objects/new/Organization"
LIMITS = "[server]\nworkers = 1\n\n[database_limits]\nlock_seconds = 0.2\n"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(2, 50)
    site = make_site(folder / "site", toml=LIMITS)
    with (
        site.served() as server,
        Browser(server.port) as browser,
        program(site, server.port) as client,
        closing(sqlite3.connect(site.folder / FILE, isolation_level=None)) as other,
    ):
        browser.sign_in()
        for number in range(rounds):
            name = f'Lock & "Key" {number}'
            fields = {**browser.form(FORM), "name": name}
            other.execute("BEGIN IMMEDIATE")
            told = browser.post(FORM, data=fields)
            values = {"fields": {"name": f"Program {number}"}}
            sent = client.post("/api/v1/objects/Organization", json=values)
            other.execute("ROLLBACK")
            kept = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', told.text))
            again = {key: unescape(value) for key, value in kept.items()}
            good = told.status_code == 503 and again.get("name") == name
            tally.count("saves that were told and kept", good, (told.status_code, kept))
            good = sent.status_code == 503 and "Retry-After" in sent.headers
            tally.count("programs that were told", good, (sent.status_code, sent.text))
            saved = browser.post(FORM, data={**fields, **again})
            tally.count("saves that were sent again", saved.status_code == 303, saved.status_code)
    stored = site.rows("SELECT count(*) FROM organization WHERE name LIKE 'Lock%'")[0][0]
    tally.check("each is stored once", stored == rounds, stored)
    return tally.outcome(f"the lock held {rounds} times, while a form and a program are saved")
