"""Hosts whose pages and programs are told what happens, as real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from live_site import Site

from cti_host.testing.postgresql import empty_database, postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

NewSite = Callable[..., Site]


@pytest.fixture(scope="module")
def sqlite_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host with two processes on SQLite, which the tests of a module share."""
    with Site.serving(tmp_path_factory.mktemp("live"), workers=2) as site:
        yield site


@pytest.fixture(scope="module")
def postgresql_site(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[Site]:
    """A host with one process on PostgreSQL, which the tests of a module share."""
    with (
        empty_database(postgres_server) as database,
        Site.serving(tmp_path_factory.mktemp("live"), database=database) as site,
    ):
        yield site


@pytest.fixture
def hosts(tmp_path: Path, postgres_url: str) -> Iterator[Callable[[], Site]]:
    """`hosts()`: one more host of a site on PostgreSQL."""
    with ExitStack() as stack:

        def start() -> Site:
            folder = tmp_path / f"host{len([*tmp_path.iterdir()])}"
            folder.mkdir()
            return stack.enter_context(Site.serving(folder, database=postgres_url))

        yield start
