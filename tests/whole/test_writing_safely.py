"""Nothing half-written, and nothing twice: killed imports, and hosts that write together."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import warm_commands

HOSTS, TICKETS = 4, 8


def start(config_file: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a `cti-host` command that reads what is written to it."""
    return subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "cti_host", "--config", str(config_file), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=without_settings(),
    )


def without_settings() -> dict[str, str]:
    """The environment of a command that is told its settings."""
    return {name: value for name, value in os.environ.items() if name != "CTI_HOST_CONFIG"}


def run(config_file: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run a `cti-host` command to its end; answer what it prints."""
    done = subprocess.run(  # noqa: S603 -- our own command
        warm_commands.words("--config", str(config_file), *arguments),
        input=given,
        capture_output=True,
        env=without_settings(),
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def organization(number: int) -> bytes:
    """A line to import, of more than 200 bytes."""
    fields = {"name": f"Organization {number} {'x' * 200}"}
    line = {"class": "Organization", "id": number, "fields": fields}
    return json.dumps(line).encode() + b"\n"


def test_an_import_that_is_killed_leaves_nothing(make_site: Callable[..., Any]) -> None:
    site = make_site()
    # A file that never ends: the import waits for more when it has already written thousands.
    with start(site.config_file, "data", "import", "/dev/stdin") as running:
        assert running.stdin is not None
        # A pipe holds 64 KiB; all else was read when the write is done.
        for number in range(10_000, 15_000):
            running.stdin.write(organization(number))
        running.stdin.flush()
        assert running.poll() is None
        running.kill()
    found = run(site.config_file, "oql", "SELECT Organization", "--json")
    assert len(json.loads(found)["keys"]) == 6
    # Nobody holds a lock, and the ids are free: the same import runs to its end.
    lines = b"".join(map(organization, range(10_000, 10_010)))
    again = run(site.config_file, "data", "import", "/dev/stdin", given=lines)
    assert b"Imported 10 objects." in again


def test_hosts_that_share_a_database_never_give_a_reference_twice(
    make_postgres_site: Callable[..., Any],
) -> None:
    sites = [make_postgres_site() for _ in range(HOSTS)]
    together = Barrier(HOSTS)

    def create(site: Any) -> list[str]:
        client = site.client()
        together.wait(timeout=60)
        found = []
        for number in range(TICKETS):
            fields = {"org_id": "2", "caller_id": "20", "origin": "phone", "title": f"No. {number}"}
            more = {"description": "x", "impact": "1", "urgency": "1", "public_log": "Called."}
            more["creation_key"] = secrets.token_hex(8)
            response = client.post("/objects/new/UserRequest", data={**fields, **more})
            assert response.status_code == 303, response.text
            found.append(response.headers["Location"])
        return found

    with ThreadPoolExecutor(HOSTS) as pool:
        pages = [page for pages in pool.map(create, sites) for page in pages]
    assert len(set(pages)) == HOSTS * TICKETS
    panel = sites[0].client(Accept="application/json").get("/pop?phone=0987654321").get_json()
    total = panel["ticket_lists"][0]["total"]
    assert total == HOSTS * TICKETS + 2
    refs = set()
    for page in range(1, total // 10 + 2):
        url = f"/pop?phone=0987654321&selected_caller=20&page_{_list_id(sites[0])}={page}"
        panel = sites[0].client(Accept="application/json").get(url).get_json()
        refs |= {ticket["ref"] for ticket in panel["ticket_lists"][0]["tickets"]}
    assert len(refs) == total
    # What one host wrote, the others show, with its phone call.
    calls = sites[1].client().get(f"{pages[-1]}?tab=calls")
    assert calls.status_code == 200
    assert "Inbound" in calls.text


def _list_id(site: Any) -> str:
    """How the first list is called in addresses."""
    page: str = site.client().get("/pop?phone=0987654321").text
    return page.partition('id="list-')[2].partition('"')[0]
