"""Sites for the benchmarks of the panel: the same rows, each made and run by a checkout."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from cti_host.testing.postgresql import _start, empty_database
from tests.bench.data import SQLITE, build, number_of

HERE = Path(__file__).parents[2]
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
) -> Site:
    """A site with the rows, made by a checkout.

    :param url: of an empty database
    :param analyzed: whether the database has statistics
    """
    folder.mkdir()

    def run(*arguments: Path | str, text: str | None = None) -> str:
        return _output(checkout, [*map(str, arguments)], text)

    def cti_host(config: Path, *arguments: str, text: str | None = None) -> str:
        return run("-m", "cti_host", "--config", config, *arguments, text=text)

    config = build(folder, persons, tickets, url, cti_host, analyzed=analyzed)
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


def paths(persons: int, count: int = 1000) -> list[str]:
    """The addresses of panels: of callers of all organizations, in no order."""
    chance = random.Random(2)  # noqa: S311 -- the same callers each time
    called = chance.sample(range(1, persons + 1), min(count, persons))
    return [f"?phone=%2B{number_of(person)[1:]}" for person in called]


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
