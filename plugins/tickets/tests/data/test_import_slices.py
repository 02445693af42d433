"""A large import is written in slices: others save in between, a killed one is finished later."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cti_tickets.commands.data import data
from cti_tickets.model.classes.imports import ImportSlice, PendingImport
from cti_tickets.model.classes.registry import ObjectChange, Organization, Person, Ticket
from cti_tickets.store import logs, objects
from cti_tickets.transfer import plan
from cti_tickets.transfer.importing import (
    WRITING,
    ImportBusy,
    ImportInterrupted,
    ImportRefused,
    import_files,
)
from cti_tickets.transfer.matching import match_by
from cti_tickets.transfer.outcome import Action
from cti_tickets.transfer.run import Options
from flask import Flask
from transfer_kit import everything, imported, line, written

from cti_host import Agent, Lease, database, is_postgresql

SIZE = 4
PEOPLE = 10


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "SIZE", SIZE)


def content() -> list[str]:
    """Tickets before their callers, those before their organization; half of them without ids."""
    tickets = [
        line(
            "UserRequest", title=f"T{n}", description="D", org_id=900, caller_id=1000 + n % PEOPLE,
            public_log=f"Entry {n}", **({"ref": f"R-{500 + n:06d}"} if n % 2 else {}),
        )
        for n in range(PEOPLE)
    ]  # fmt: skip
    people = [
        line("Person", 1000 + n, name=f"N{n}", first_name="F", org_id=900, email=f"p{n}@x.example")
        for n in range(PEOPLE)
    ]
    return [*tickets, *people, line("Organization", 900, name="Late")]


def after_each_slice(act: Callable[[int], None]) -> Any:
    """A progress bar that does something after each slice, told how many objects are written."""

    @contextmanager
    def bar(number: int, _size: int) -> Iterator[Callable[[int], None]]:
        written = 0

        def progress(more: int) -> None:
            nonlocal written
            if number == WRITING:
                written += more
                act(written)

        yield progress

    return bar


def unresolved() -> int:
    """How many keys lead nowhere; PostgreSQL lets nobody commit such."""
    if is_postgresql(database.obj):
        return 0
    return len(database.execute_sql("PRAGMA foreign_key_check").fetchall())


def values_of(field: Any) -> list[Any]:
    """The values of a column."""
    return [value for (value,) in field.model.select(field).tuples()]


def left() -> tuple[int, int]:
    """How much of an import is left in the database."""
    return PendingImport.select().count(), ImportSlice.select().count()


def test_others_save_between_two_slices_and_every_slice_is_whole(
    db_app: Flask, tmp_path: Path, agent: Agent
) -> None:
    seen, made = [], []

    def act(done: int) -> None:
        assert not database.in_transaction()
        made.append(objects.create("Organization", {"name": "Mine"}, author=agent).id)
        made_ticket = {"org_id": made[0], "title": "Mine", "description": "D"}
        objects.create("Incident", made_ticket, author=agent)
        seen.append((done, unresolved()))

    outcome = import_files([written(tmp_path, *content())], bar=after_each_slice(act))
    assert outcome.created == {"UserRequest": PEOPLE, "Person": PEOPLE, "Organization": 1}
    assert len(seen) > 3
    assert all(nowhere == 0 for _done, nowhere in seen)
    # Nobody got an id or a reference of the import, and the other way round.
    assert min(made) > 900
    assert Organization.select().count() == len(made) + 1
    refs = values_of(Ticket.ref)
    assert len(refs) == len(set(refs)) == PEOPLE + len(made)
    assert not outcome.skipped
    assert left() == (0, 0)
    assert ObjectChange.select().where(ObjectChange.through == "import").count() == 2 * PEOPLE + 1


def test_a_file_with_a_mistake_in_its_last_line_imports_nothing(
    db_app: Flask, tmp_path: Path
) -> None:
    with pytest.raises(ImportRefused):
        import_files([written(tmp_path, *content(), line("Person", 5, name="x"))])
    assert Organization.select().count() == Ticket.select().count() == 0
    assert left() == (0, 0)


KILLED = """
import os, signal, sys
from pathlib import Path
from cti_host.app import create_app
from cti_tickets.store import objects
from cti_tickets.transfer import pending, plan
from cti_tickets.transfer.importing import import_files

plan.SIZE, renew, calls = int(sys.argv[4]), pending._renew, 0

def die(*arguments, **columns):
    global calls
    renew(*arguments, **columns)
    calls += 1
    if calls == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

pending._renew = die
app = create_app(Path(sys.argv[1]))
objects.prepare(app.extensions["cti_host"].database)
with app.app_context(), app.extensions["cti_host"].database.connection_context():
    import_files([Path(sys.argv[2])])
"""


def killed(tmp_path: Path, file: Path, at: int) -> None:
    """Import a file in a process that is killed within its transaction with this number."""
    (config,) = tmp_path.rglob("cti.toml")
    done = subprocess.run(  # noqa: S603 -- our own code
        [sys.executable, "-c", KILLED, str(config), str(file), str(at), str(SIZE)], check=False
    )
    assert done.returncode == -signal.SIGKILL


# While the slices are stored, and when they are; in the first one, and later.
@pytest.mark.parametrize("at", [1, 2, 3, 5])
def test_an_import_that_is_killed_is_run_again_and_complete_without_doubles(
    db_app: Flask, tmp_path: Path, at: int
) -> None:
    file = written(tmp_path, *content())
    killed(tmp_path, file, at)
    assert unresolved() == 0
    stored = Ticket.select().count() + Person.select().count() + Organization.select().count()
    assert (stored > 0) == (at > 3)
    outcome = import_files([file])
    assert outcome.created == {"UserRequest": PEOPLE, "Person": PEOPLE, "Organization": 1}
    assert any("had been interrupted" in remark for remark in outcome.remarks) == (at > 1)
    assert Organization.select().count() == 1
    assert Person.select().count() == Ticket.select().count() == PEOPLE
    tickets: Any = Ticket.select()
    for ticket in tickets:
        assert ticket.caller_id == 1000 + int(ticket.title[1:])
        assert [entry.text for entry in logs.entries(ticket.id, "public_log")] == [
            f"Entry {ticket.title[1:]}"
        ]
    assert len(set(values_of(Ticket.ref))) == PEOPLE
    assert ObjectChange.select().where(ObjectChange.through == "import").count() == 2 * PEOPLE + 1
    assert left() == (0, 0)


def stopped(file: Path, after: int = SIZE, **options: Any) -> None:
    """Import a file, and be interrupted when so many objects are written."""

    def act(done: int) -> None:
        if done >= after:
            raise KeyboardInterrupt

    with pytest.raises(ImportInterrupted, match=r"of 21 objects are stored\. Import the same"):
        import_files([file], bar=after_each_slice(act), options=Options(**options))


def test_the_next_import_of_other_files_finishes_what_was_interrupted(
    db_app: Flask, tmp_path: Path
) -> None:
    stopped(written(tmp_path, *content(), name="first.jsonl"))
    other = written(tmp_path, line("Organization", 901, name="Other"), name="other.jsonl")
    with pytest.raises(ImportBusy, match="without --dry-run"):
        import_files([other], options=Options(dry_run=True))
    outcome = import_files([other])
    assert outcome.created == {"Organization": 1}
    assert "first.jsonl had been interrupted" in outcome.remarks[0]
    assert (Ticket.select().count(), Organization.select().count()) == (PEOPLE, 2)


def test_an_interrupted_import_can_be_given_up(db_app: Flask, tmp_path: Path) -> None:
    stopped(written(tmp_path, *content()))
    given_up = CliRunner().invoke(data, ["import", "--give-up"])
    assert (given_up.exit_code, left()) == (0, (0, 0))
    assert "of 21 objects are stored, and stay" in given_up.output
    assert 0 < Ticket.select().count() + Person.select().count() < 2 * PEOPLE
    again = CliRunner().invoke(data, ["import", "--give-up"])
    assert "No import was interrupted." in again.output


def test_two_imports_are_not_written_at_a_time(db_app: Flask, tmp_path: Path) -> None:
    file = written(tmp_path, *content())
    stopped(file)
    other = Lease(PendingImport, PendingImport.id == 1, 60)
    assert other.take()
    with pytest.raises(ImportBusy, match="another import is being written"):
        import_files([file])
    other.release()
    import_files([file])
    assert left() == (0, 0)


def test_what_others_made_impossible_in_the_meantime_is_left_out_and_told(
    db_app: Flask, tmp_path: Path, agent: Agent
) -> None:
    lines = [
        line("Organization", 7, name="Acme"),
        *(
            line("Incident", title=f"T{n}", description="D", org_id=7, ref=f"I-{n + 1:06d}")
            for n in range(3 * SIZE)
        ),
    ]
    file = written(tmp_path, *lines, name="tickets.jsonl")

    def act(done: int) -> None:
        if done == SIZE:
            values: dict[str, Any] = {"org_id": 7, "title": "Mine", "description": "D"}
            mine = objects.create("Incident", values, author=agent)
            Ticket.update(ref="I-000007").where(Ticket.id == mine.id).execute()

    outcome = import_files([file], bar=after_each_slice(act))
    (problem,) = outcome.skipped
    assert (problem.file, problem.line) == ("tickets.jsonl", 8)
    assert "the database refuses it" in problem.message
    assert outcome.created == {"Organization": 1, "Incident": 3 * SIZE - 1}
    assert Ticket.select().count() == 3 * SIZE
    (rejects,) = outcome.bad_files
    assert '"T6"' in rejects.read_text()
    assert left() == (0, 0)


def test_changes_are_written_in_slices_too(db_app: Flask, tmp_path: Path, agent: Agent) -> None:
    import_files([written(tmp_path, *content())])
    people = [
        line("Person", email=f"P{n}@x.example", name="Changed", org_id=900) for n in range(PEOPLE)
    ]

    def act(done: int) -> None:
        if done == SIZE:
            objects.update("Person", 1009, {"function": "Buyer"}, author=agent)

    file = written(tmp_path, *people, name="people.jsonl")
    bar = after_each_slice(act)
    outcome = import_files([file], bar=bar, options=Options(match_by=match_by(["email"])))
    assert outcome.counts[Action.CHANGE] == {"Person": PEOPLE}
    assert set(values_of(Person.name)) == {"Changed"}
    assert objects.load("Person", 1009).function == "Buyer"
    assert imported(file, "email").counts[Action.SKIP] == {"Person": PEOPLE}


def test_slices_lead_to_what_comes_later_in_the_file(db_app: Flask, tmp_path: Path) -> None:
    lines = [
        line("Organization", 7, name="Acme", parent_id=8),
        line("Organization", 8, name="Over it"),
        *(
            line("Person", 70 + n, name=f"N{n}", first_name="É", org_id=7, phone=f"09870000{n:02d}")
            for n in range(PEOPLE)
        ),
        line("Team", 90, name="Team", org_id=8),
        *(line("lnkPersonToTeam", team_id=90, person_id=70 + n) for n in range(PEOPLE)),
    ]
    import_files([written(tmp_path, *lines)])
    in_slices = everything()
    numbers = [objects.load("Person", 70 + n).phone_e164 for n in range(PEOPLE)]
    assert numbers == [f"+3398700{n:04d}" for n in range(PEOPLE)]
    assert [row[:2] for row in in_slices["organization"]] == [("7", "Acme"), ("8", "Over it")]
    assert len(in_slices["lnk_person_to_team"]) == PEOPLE
