"""References of tickets never come twice, however many processes write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cti_tickets.model.classes.registry import Ticket
from cti_tickets.store import objects
from flask import Flask

from cti_host import Agent
from cti_host.testing import write_config

PROCESSES, TICKETS = 4, 15
# What one process does: it waits until all are there, then creates tickets and prints references.
WRITER = """
import sys
from cti_tickets.store import objects
from cti_host.app import create_app

app = create_app(sys.argv[1])
names = ["UserRequest", "Incident", "Problem", "NormalChange"]
fields = {"org_id": 1, "title": "T", "description": "D"}
with app.app_context(), app.extensions["cti_host"].database.connection_context():
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(sys.argv[2])):
        created = objects.create(names[number % len(names)], fields, author=None)
        print(created.ref, flush=True)
"""


@pytest.fixture
def shared(tmp_path: Path, database_url: str, make_database: Any) -> Path:
    """The settings of a host with an empty database that several processes open."""
    if database_url.startswith("sqlite"):
        database_url = f"sqlite:///{tmp_path}/shared.db"
    app: Flask = make_database(database_url)
    database = app.extensions["cti_host"].database
    with app.app_context(), database.connection_context():
        objects.create("Organization", {"name": "Acme"}, author=None)
    database.close_all()
    folder = tmp_path / "host"
    folder.mkdir()
    return write_config(folder, plugins=["tickets"], database=database_url, sign_in=False)


def test_processes_that_create_tickets_at_once_never_share_a_reference(shared: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(shared), str(TICKETS)]
    writers = [
        subprocess.Popen(  # noqa: S603 -- this very Python
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _number in range(PROCESSES)
    ]
    try:
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
        for writer in writers:
            assert writer.stdin is not None
            writer.stdin.write("go\n")
            writer.stdin.flush()
        refs = [ref for w in writers for ref in w.communicate(timeout=120)[0].split()]
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    assert [writer.returncode for writer in writers] == [0] * PROCESSES
    numbers = sorted(int(ref.partition("-")[2]) for ref in refs)
    # One counter for all classes, and no number is left out.
    assert numbers == list(range(1, PROCESSES * TICKETS + 1))
    assert {ref[0] for ref in refs} == {"R", "I", "P", "C"}


def test_what_fails_or_goes_away_never_frees_a_reference(db_app: Flask, agent: Agent) -> None:
    org = objects.create("Organization", {"name": "Acme"}, author=agent).id
    fields = {"org_id": org, "title": "T", "description": "D"}
    made = [objects.create("Incident", fields, author=agent).ref]
    with pytest.raises(ValueError, match="title"):
        objects.create("Incident", {**fields, "title": ""}, author=agent)
    Ticket.delete().where(Ticket.ref == made[0]).execute()
    made.append(objects.create("UserRequest", fields, author=agent).ref)
    assert len({ref.partition("-")[2] for ref in made}) == 2


@pytest.mark.parametrize(("number", "ref"), [(999_999, "R-999999"), (1_000_000, "R-1000000")])
def test_long_numbers_are_not_cut(db_app: Flask, agent: Agent, number: int, ref: str) -> None:
    from cti_tickets.store.references import reserve_up_to

    org = objects.create("Organization", {"name": "Acme"}, author=agent).id
    reserve_up_to(number - 1)
    fields = {"org_id": org, "title": "T", "description": "D"}
    assert objects.create("UserRequest", fields, author=agent).ref == ref
