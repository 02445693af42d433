"""Sites for the benchmarks of pages: the same rows, each made and run by a checkout."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from cti_host.testing.postgresql import _start, empty_database
from tests.bench.data import PERSONS_PER_ORGANIZATION, SQLITE, Table, build, number_of
from tests.bench.desk_data import asked_tickets, desk_statements, desk_tables

HERE = Path(__file__).parents[2]
# The pages that can be asked for; "post" sends the form of a new ticket.
PAGES = ("panel", "ticket", "new", "modify", "post")
NEW = "/objects/new/UserRequest"
# Not with its one-time key, which each has for itself, and its token.
_TYPED = {"title": "Printer", "description": "It is on fire.", "origin": "phone",
          "impact": "2", "urgency": "2", "service_id": "1"}  # fmt: skip
# What browsers send.
BROWSER = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.9,fr;q=0.8",
}
PASSWORD = "a password for the benchmark"
_SIGN_IN = """
import re, sys
from cti_host.app import create_app
app = create_app(sys.argv[1])
client = app.test_client()
token = re.search('name="csrf_token" value="([^"]+)', client.get("/sign-in").text)[1]
fields = {"name": "loader", "password": sys.argv[2], "csrf_token": token}
answer = client.post("/sign-in", data=fields)
assert answer.status_code in (302, 303), answer.text
# The first page adds to the session what all further ones find there.
assert client.get("/").status_code == 200
print(*(f"{one.key}={one.value}" for one in client._cookies.values()), sep="; ")
"""


class Site(NamedTuple):
    """A site: its settings, where its rows are, and an agent's token and browser session.

    :param database: a file, or a URL
    """

    config: Path
    database: str
    token: str
    cookie: str

    @property
    def browser(self) -> dict[str, str]:
        """The headers of a browser in which the agent is signed in."""
        return {**BROWSER, "Cookie": self.cookie}


def environment(checkout: Path) -> dict[str, str]:
    """Where Python finds the distributions of a checkout, before those installed."""
    projects = sorted(file.parent for file in checkout.glob("*/*/pyproject.toml"))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (checkout, *projects)))}


def built(
    folder: Path,
    checkout: Path,
    persons: int,
    tickets: int,
    url: str = SQLITE,
    *,
    analyzed: bool = True,
    page: str = "panel",
) -> Site:
    """A site with the rows, made by a checkout.

    :param url: of an empty database
    :param analyzed: whether the database has statistics
    :param page: one of `PAGES`: those of tickets have teams, services, and what happened
    """
    folder.mkdir()

    def run(*arguments: Path | str, text: str | None = None) -> str:
        return _output(checkout, [*map(str, arguments)], text)

    def cti_host(config: Path, *arguments: str, text: str | None = None) -> str:
        return run("-m", "cti_host", "--config", config, *arguments, text=text)

    more: Sequence[Table] = ()
    then: Sequence[str] = ()
    if page != "panel":
        more, then = desk_tables(persons, tickets), desk_statements(persons)
    config = build(folder, persons, tickets, url, cti_host, analyzed=analyzed, more=more, then=then)
    profile = ("--profile", "Support Agent")
    cti_host(config, "agent", "add", "loader", *profile, "--password-stdin", text=f"{PASSWORD}\n")
    token = cti_host(config, "agent", "token", "loader")
    cookie = run("-c", _SIGN_IN, config, PASSWORD)
    return Site(config, str(folder / "bench.db") if url == SQLITE else url, token, cookie)


@contextmanager
def databases(kind: str, count: int) -> Iterator[list[str]]:
    """The URLs of so many empty databases, for as long as a block runs.

    :param kind: "sqlite" or "postgresql"
    """
    if kind == "sqlite":
        yield [SQLITE] * count  # each in the folder of its site
        return
    with ExitStack() as stack:
        server = _start()
        stack.callback(server.cleanup)
        uri = server.get_uri()
        yield [stack.enter_context(empty_database(uri)) for _number in range(count)]


def addresses(page: str, persons: int, tickets: int, count: int = 1000) -> list[str]:
    """The addresses of pages to ask for, in no order.

    Panels are of callers of all organizations, forms of new tickets have a caller.

    :param page: one of `PAGES`
    """
    if page in ("ticket", "modify"):
        after = "/modify" if page == "modify" else ""
        return [f"/objects/UserRequest/{id_}{after}" for id_ in asked_tickets(persons, tickets)]
    chance = random.Random(2)  # noqa: S311 -- the same callers each time
    called = chance.sample(range(1, persons + 1), min(count, persons))
    if page == "panel":
        return [f"/pop?phone=%2B{number_of(person)[1:]}" for person in called]
    organizations = max(1, persons // PERSONS_PER_ORGANIZATION)
    return [
        f"{NEW}?caller_id={person}&org_id={1 + (person - 1) % organizations}&origin=phone"
        for person in called
    ]


def sent(address: str, token: str) -> str:
    """What is typed into the form of a new ticket, but for its one-time key, as it is sent.

    :param address: that of the form
    :param token: the CSRF token of the form
    """
    values = {**dict(parse_qsl(urlsplit(address).query)), **_TYPED, "csrf_token": token}
    return urlencode(values)


def _output(checkout: Path, arguments: list[str], text: str | None) -> str:
    done = subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, *arguments],
        cwd=checkout,
        env=environment(checkout),
        input=text,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout.strip()
