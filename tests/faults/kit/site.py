"""A site with agents, people and tickets, and a real server for it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cti_accounts import add_agent, issue_token
from cti_tickets.store import objects
from real_server import Serving, serving_site

from cti_host import SCOPES
from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import write_config
from tests.bench.data import number_of
from tests.faults.kit import databases

PLUGINS = ("accounts", "phone_reformat", "tickets")
PASSWORD = "a password for faults"
PERSONS, TICKETS = 20, 10
AGENT = "ada"
_SQLITE = f"sqlite:///{databases.FILE}"
LISTS = """
[url_parameters]
phone = "phone"

[indirect_creation.UserRequest]
enabled = true

[indirect_creation.Person]
enabled = true

[[display_tickets.lists]]
enabled = true
label = "Requests of this caller"
query = "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'"
"""


@dataclass(frozen=True)
class Site:
    """Settings, a database with `PERSONS` persons and `TICKETS` tickets, and an agent `AGENT`.

    :param config: the file of the settings
    :param url: the setting `database`
    :param token: lets a program in as the agent, with all scopes
    """

    config: Path
    url: str
    token: str

    @property
    def folder(self) -> Path:
        """Where settings, database and logs are."""
        return self.config.parent

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """What a statement reads from the database, beside the host."""
        return databases.rows(self.url, self.folder, statement)

    def log(self) -> str:
        """What the server has written so far."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    @contextmanager
    def served(self, *options: str) -> Iterator[Serving]:
        """`cti-host serve` for this site, on a free port of loopback; see `real_server`."""
        with serving_site(self.config, *options) as running:
            yield running


def phone_of(person: int) -> str:
    """The number of a person of the site, in E.164; the first one is 1."""
    return number_of(person)


def make_site(
    folder: Path,
    url: str = _SQLITE,
    toml: str = "",
    *,
    plugins: Sequence[str] = PLUGINS,
    sources: Mapping[str, str] = MappingProxyType({}),
) -> Site:
    """Make a site in a folder of its own.

    :param folder: is made
    :param url: of an empty database, see `databases.database`
    :param toml: tables of the settings, such as `[server]`
    :param plugins: the names to enable, in order; those of `sources` follow
    :param sources: plugins of the fault, name to source
    """
    folder.mkdir(parents=True, exist_ok=True)
    token = ""
    if tuple(plugins) == PLUGINS:
        # Tables and rows take longer to make than to copy.
        filled = _filled_site("sqlite" if url == _SQLITE else "postgresql")
        if url == _SQLITE or databases.copy_database(filled.url, url):
            shutil.copytree(filled.folder, folder, dirs_exist_ok=True)
            token = filled.token
    names = [*plugins, *sources]
    config = write_config(
        folder, LISTS + toml, plugins=names, sources=sources, database=url, sign_in=False
    )
    return Site(config, url, token or _fill(config))


@cache
def _filled_site(kind: str) -> Site:
    """A site of the usual plugins that goes with this process, to be copied."""
    folder, held = tempfile.mkdtemp(prefix="cti-host-faults-"), ExitStack()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    url = held.enter_context(databases.database(kind))
    # After the server, whose end is registered by now: the last one comes first.
    atexit.register(held.close)
    config = write_config(Path(folder), LISTS, plugins=PLUGINS, database=url, sign_in=False)
    return Site(config, url, _fill(config))


def _fill(config: Path) -> str:
    """Make the tables and the rows; returns the token of the agent."""
    app = create_app(config)
    host = app.extensions["cti_host"]
    with app.test_request_context(), host.database.connection_context():
        migrate.upgrade(host)
        token = _rows()
    host.close()
    return token


def _rows() -> str:
    organization = objects.create("Organization", {"name": "Fluvia"}, author=None)
    for number in range(1, PERSONS + 1):
        values = {
            "name": f"Name{number}", "first_name": "First", "org_id": organization.id,
            "phone": phone_of(number),
        }  # fmt: skip
        objects.create("Person", values, author=None)
    for number in range(TICKETS):
        values = {
            "title": f"Printer {number}", "description": "It is on fire.",
            "org_id": organization.id, "caller_id": 1 + number % PERSONS,
        }  # fmt: skip
        objects.create("UserRequest", values, author=None)
    # The last person is the agent, to whom phone calls belong.
    add_agent(AGENT, PASSWORD, ["Support Agent", "Configuration Manager"], contact_id=PERSONS)
    return issue_token(AGENT, "faults", SCOPES)
