"""The database of the version before: agents, profiles and tokens survive the upgrade."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cti_accounts
import peewee
import pytest
from argon2 import PasswordHasher
from cti_accounts import AccountRefused, find_agent
from cti_accounts.models import AgentToken
from cti_accounts.tokens import tokens_of
from playhouse.migrations import Runner
from werkzeug.test import TestResponse

from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import PATIENCE_SECONDS, RunningHost, write_config

SignIn = Callable[..., TestResponse]
Inside = Callable[..., Any]

MIGRATIONS = Path(cti_accounts.__file__).parent / "migrations"
TOKENS = ("first", "second", "third")


def old_database(database: Any, folder: Path) -> None:
    """Make the tables of the version before, with an agent and their tokens."""
    folder.mkdir()
    shutil.copy(MIGRATIONS / "0001_initial.py", folder)
    Runner(database, str(folder), table_name="accounts_migration").up()
    # How that version hashed passwords.
    password = PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4).hash("wonderful-1815")
    agent = {
        "id": 7,
        "name": "Ada",
        "name_key": "ada",
        "display": "Ada L.",
        "email": "",
        "password": password,
        "active": True,
        "fs_uniquifier": "x",
        "contact_id": 20,
        "created": "2026-01-01 12:00:00",
    }
    insert(database, "agent", agent)
    insert(database, "agent_profile", {"agent_id": 7, "profile_id": 1})
    for number, (token, label) in enumerate(zip(TOKENS, ("wallboard", "", ""), strict=True), 1):
        digest = hashlib.sha256(token.encode()).hexdigest()
        row = {"id": number, "agent_id": 7, "hash": digest, "label": label}
        insert(database, "agent_token", {**row, "created": "2026-01-01 12:00:00"})


def insert(database: Any, name: str, row: dict[str, Any]) -> None:
    """Write a row of a table as it was then."""
    table: Any = peewee.Table(name, list(row))
    table.bind(database).insert(row).execute()


@pytest.fixture(params=["sqlite", "postgresql"])
def old_host(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A host in front of such a database."""
    url = "sqlite:///cti.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    config = write_config(tmp_path, plugins=["accounts"], database=url, sign_in=False)
    running = RunningHost(create_app(config, timeout=PATIENCE_SECONDS), config)
    pool: Any = running.host.database
    with pool.connection_context():
        old_database(pool, tmp_path / "old")
    yield running
    pool.close_all()


def test_agents_and_tokens_keep_working(
    old_host: RunningHost, inside: Inside, sign_in: SignIn
) -> None:
    with inside(old_host):
        assert "accounts/0003_sign_in" in migrate.upgrade(old_host.host)
        assert migrate.pending(old_host.host) == []
        account = find_agent("ada")
        assert account
        listed = tokens_of(account)
    assert [token.name for token in listed] == ["wallboard", "token 2", "token 3"]
    assert {token.scopes for token in listed} == {("pop", "read")}
    assert {(token.expires, token.used) for token in listed} == {(None, None)}
    for token in TOKENS:
        headers = {"Authorization": f"Bearer {token}"}
        assert old_host.client().get("/pop?phone=0987654321", headers=headers).status_code == 200
    client = old_host.client()
    assert sign_in(client).status_code == 302
    assert "Ada L." in client.get("/").text


def test_the_way_back(old_host: RunningHost, inside: Inside) -> None:
    with inside(old_host):
        migrate.upgrade(old_host.host)
        database: Any = old_host.host.database
        runner = Runner(database, str(MIGRATIONS), table_name="accounts_migration")
        runner.down()
        rows = database.execute_sql("SELECT label FROM agent_token ORDER BY id").fetchall()
        assert [label for (label,) in rows] == ["wallboard", "token 2", "token 3"]
        migrate.upgrade(old_host.host)
        assert AgentToken.select().count() == 3
        with pytest.raises(AccountRefused):
            cti_accounts.set_password("nobody", "analytical-1843")
