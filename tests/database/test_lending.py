"""Connections go from thread to thread: lent while a plugin is waited for, and given back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from cti_host.databases import postgresql
from cti_host.databases.connection import lend_connection, open_database


def test_a_connection_to_postgresql_is_lent_but_within_a_transaction(
    postgres_url: str, tmp_path: Path
) -> None:
    database: Any = open_database(postgres_url, tmp_path)
    database.connect()
    with database.atomic():
        lend_connection(database)
        assert not database.is_closed()
    lend_connection(database)
    assert database.is_closed()
    lend_connection(database)
    assert database.execute_sql("SELECT 1").fetchone() == (1,)
    database.close_all()


def test_a_connection_that_was_used_just_now_is_handed_out_without_a_question(
    postgres_url: str, tmp_path: Path
) -> None:
    """All others who want one wait meanwhile."""
    database: Any = open_database(postgres_url, tmp_path)
    with database.connection_context():
        ((own,),) = database.execute_sql("SELECT pg_backend_pid() AS own").fetchall()
    with database.connection_context(), psycopg.connect(postgres_url) as another:
        last = another.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [own])
        assert last.fetchall() == [("SELECT pg_backend_pid() AS own",)]
    database.close_all()


@pytest.mark.parametrize("rests", [0.0, 60.0])
def test_one_that_the_server_has_ended_is_not_handed_out(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rests: float
) -> None:
    monkeypatch.setattr(postgresql, "RESTS_SECONDS", rests)
    database: Any = open_database(postgres_url, tmp_path)
    with database.connection_context():
        ((own,),) = database.execute_sql("SELECT pg_backend_pid()").fetchall()
    with psycopg.connect(postgres_url, autocommit=True) as another:
        another.execute("SELECT pg_terminate_backend(%s, 60000)", [own])
    with database.connection_context():
        assert database.execute_sql("SELECT 1").fetchone() == (1,)
    database.close_all()


def test_sqlite_reads_on_and_keeps_its_connection(tmp_path: Path) -> None:
    database: Any = open_database("sqlite:///some.db", tmp_path)
    database.connect()
    lend_connection(database)
    assert not database.is_closed()
    database.close_all()
