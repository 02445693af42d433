"""A site of the version before works with this one: its database, and its settings as they are.

`before/cti.toml` is the settings file as that version came with it, when `event_log` was called
`call_log`; the database is made by the migrations that it had.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cti_accounts
import cti_tickets
import pytest
import warm_commands
from cti_accounts import set_password
from cti_tickets.store.objects import prepare
from flask.testing import FlaskClient
from playhouse.migrations import Runner

from cti_host.app import create_app
from cti_host.databases.connection import open_database
from cti_host.testing import PATIENCE_SECONDS

BEFORE = Path(__file__).parent / "before"
# What the version before had applied.
MIGRATIONS: dict[str, tuple[Any, list[str]]] = {
    "accounts": (cti_accounts, ["0001_initial"]),
    "tickets": (
        cti_tickets,
        [
            "0001_initial",
            "0002_data_model",
            "0003_oql",
            "0004_quick_lists",
            "0005_tickets_by_class",
        ],
    ),
}
ROWS: dict[str, dict[str, Any]] = {
    "agent": {
        "id": 1,
        "name": "sam",
        "name_key": "sam",
        "display": "Sam Support",
        "email": "",
        "password": "",
        "active": True,
        "fs_uniquifier": "0123456789abcdef",
        "created": "2026-01-01 12:00:00",
    },
    "agent_profile": {"agent_id": 1, "profile_id": 13},  # Support Agent
    "agent_token": {
        "agent_id": 1,
        "hash": hashlib.sha256(b"their old token").hexdigest(),
        "label": "wallboard",
        "created": "2026-01-01 12:00:00",
    },
    "organization": {"id": 1, "name": "Acme", "status": "active"},
    "contact": {
        "id": 7,
        "finalclass": "Person",
        "name": "Lovelace",
        "first_name": "Ada",
        "status": "active",
        "org_id": 1,
        "phone": "09 87 65 43 21",
        "phone_e164": "+33987654321",
        "notify": "yes",
    },
    "ticket": {
        "id": 9,
        "finalclass": "UserRequest",
        "ref": "R-000009",
        "org_id": 1,
        "caller_id": 7,
        "title": "Printer",
        "description": "It jams.",
        "status": "new",
        "operational_status": "ongoing",
        "impact": "1",
        "urgency": "1",
        "priority": "1",
        "origin": "phone",
        "request_type": "service_request",
        "start_date": "2026-01-31 14:30:00",
        "last_update": "2026-01-31 14:30:00",
    },
    "log_entry": {
        "id": 1,
        "ticket_id": 9,
        "attribute": "public_log",
        "created": "2026-01-31 14:30:00",
        "author": "Sam",
        "text": "Called the supplier.",
    },
    "phone_call": {
        "id": 7,
        "contact_id": 7,
        "ticket_id": 9,
        "date": "2026-01-31",
        "flow": "inbound",
        "note": "The ticket was created during this call.",
        "created": "2026-01-31 14:30:00",
    },
}


@dataclass(frozen=True)
class OldSite:
    """A site as the version before left it."""

    config_file: Path

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command; its status and what it prints."""
        command = warm_commands.words("--config", str(self.config_file), *words)
        done = subprocess.run(  # noqa: S603 -- our own command
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        return done.returncode, done.stdout


@pytest.fixture(params=["sqlite", "postgresql"])
def old_site(request: pytest.FixtureRequest, tmp_path: Path) -> OldSite:
    """A site of the version before, on each kind of database."""
    (tmp_path / "var").mkdir()
    (tmp_path / "config").mkdir()
    file = tmp_path / "config" / "cti.toml"
    text = (BEFORE / "cti.toml").read_text(encoding="utf-8")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        text = re.sub(r'^database = ".*"$', f'database = "{url}"', text, flags=re.M)
    file.write_text(text, encoding="utf-8")
    found = re.search(r'^database = "(.*)"$', text, re.M)
    assert found
    _make_database(open_database(found[1], file.parent), tmp_path / "migrations")
    return OldSite(file)


def _make_database(database: Any, folder: Path) -> None:
    prepare(database)
    with database.connection_context():
        for plugin, (package, names) in MIGRATIONS.items():
            own = folder / plugin
            own.mkdir(parents=True)
            for name in names:
                shutil.copy(Path(package.__file__).parent / "migrations" / f"{name}.py", own)
            Runner(database, str(own), table_name=f"{plugin}_migration").up()
        for table, row in ROWS.items():
            columns = ", ".join(f'"{name}"' for name in row)
            values = ", ".join(repr(value) for value in row.values())
            database.execute_sql(f'INSERT INTO "{table}" ({columns}) VALUES ({values})')  # noqa: S608
        database.execute_sql("UPDATE ticket_counter SET value = 9")
    database.close_all()


def csrf_token(page: str) -> str:
    """The token of a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


def sign_in(client: FlaskClient, name: str, password: str) -> None:
    """Sign in as a browser does."""
    token = csrf_token(client.get("/sign-in").text)
    form = {"csrf_token": token, "name": name, "password": password}
    assert client.post("/sign-in", data=form).status_code == 302


def test_it_works_after_the_upgrade_and_says_what_has_another_name(old_site: OldSite) -> None:
    status, output = old_site.run("check")
    assert status == 0, output
    assert "warning: plugins: the plugin call_log has another name now" in output
    assert "-> call it event_log, and its table [plugin.event_log]" in output
    assert old_site.run("db", "upgrade")[0] == 0
    assert old_site.run("db", "upgrade")[1].endswith("the database is up to date\n")

    app = create_app(old_site.config_file, timeout=PATIENCE_SECONDS)
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():
        set_password("sam", "long enough 1815")
    client = app.test_client()
    sign_in(client, "sam", "long enough 1815")

    panel = client.get("/pop?phone=0987654321").get_data(as_text=True)
    assert "Ada Lovelace" in panel
    assert "R-000009" in panel
    bearer = {"Authorization": "Bearer their old token", "Accept": "application/json"}
    assert app.test_client().get("/pop?phone=0987654321", headers=bearer).status_code == 200
    ticket = client.get("/objects/UserRequest/9").get_data(as_text=True)
    assert "It jams." in ticket
    assert "Called the supplier." in ticket
    calls = client.get("/objects/UserRequest/9?tab=calls").get_data(as_text=True)
    assert "The ticket was created during this call." in calls
    # An address of the version before: the bare id is read where only one caller has it.
    assert "R-000009" in client.get("/pop?phone=0987654321&selected_caller=7").text

    values = {
        "csrf_token": csrf_token(client.get("/").text),
        "org_id": "1",
        "caller_id": "7",
        "title": "Another",
        "description": "D",
        "impact": "1",
        "urgency": "1",
        "origin": "phone",
        "creation_key": "one",
    }
    created = client.post("/objects/new/UserRequest", data=values)
    assert created.status_code == 303, created.text
    assert "R-000010" in client.get(created.headers["Location"]).text
    lines = (old_site.config_file.parent.parent / "var" / "calls.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == [
        "call_received",
        "call_received",
        "ticket_created",
    ]
    host.database.close_all()


def test_its_data_comes_out_and_goes_into_a_new_site(old_site: OldSite, tmp_path: Path) -> None:
    old_site.run("db", "upgrade")
    file = tmp_path / "all.jsonl"
    status, output = old_site.run("data", "export", "-o", str(file))
    assert (status, "Exported 4 objects." in output) == (0, True), output
    new = tmp_path / "new"
    new.mkdir()
    text = (BEFORE / "cti.toml").read_text(encoding="utf-8")
    new_site = OldSite(new / "cti.toml")
    new_site.config_file.write_text(
        text.replace("sqlite:///../var/cti.db", "sqlite:///new.db").replace("../var/", ""),
        encoding="utf-8",
    )
    new_site.run("db", "upgrade")
    status, output = new_site.run("data", "import", str(file))
    assert (status, "Imported 4 objects." in output) == (0, True), output
    again = tmp_path / "again.jsonl"
    assert new_site.run("data", "export", "-o", str(again))[0] == 0
    assert again.read_bytes() == file.read_bytes()
