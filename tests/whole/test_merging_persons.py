"""Two persons become one in every plugin: their calls and accounts go along, and come back."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from cti_accounts.models import AgentAccount
from cti_calls.model.tables import StoredCall
from cti_tickets.store import objects
from cti_tickets.store.merging.elsewhere import MovingFailed
from cti_tickets.store.merging.kept import survivor
from cti_tickets.store.merging.merge import merge
from cti_tickets.store.merging.undo import undo_merge

from cti_host import Agent
from cti_host.testing import MakeHost, RunningHost

AGENT = Agent("sam", "Sam")
BROKEN = '''
from cti_host import hookimpl


class Plugin:
    """Can't move anything."""

    @hookimpl(strangers=True)
    def move_person(self, old, new, only, dry_run):
        if not dry_run:
            raise RuntimeError("not today")
'''


def _add(class_name: str, /, **values: Any) -> int:
    return int(objects.create(class_name, values, author=AGENT).id)


def _people(running: RunningHost) -> tuple[int, int]:
    """Two persons with a ticket each; the ids of both."""
    _add("Organization", name="Analytical")
    kept, merged = (_add("Person", first_name="Ada", name=name, org_id=1) for name in ("A", "B"))
    for caller in (kept, merged):
        _add("UserRequest", title="T", description="D", org_id=1, caller_id=caller)
    return kept, merged


def _call(caller: str, moment: int) -> int:
    call = StoredCall.create(source="main", direction="in", state="ended", caller=caller,
                             caller_display="Ada", started_at=moment, event_at=moment,
                             stored_at=moment)  # fmt: skip
    return int(call.id)


def _callers() -> list[str]:
    return [one.caller for one in StoredCall.select().order_by(StoredCall.id)]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return "sqlite:///cti.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


def test_calls_and_accounts_go_along_and_come_back(make_host: MakeHost, database_url: str) -> None:
    running = make_host(
        plugins=["phone_reformat", "tickets", "calls", "accounts"], database=database_url
    )
    with running.app.app_context(), running.host.database.connection_context():
        kept, merged = _people(running)
        mine, theirs = (f"tickets:Person:{id_}" for id_ in (kept, merged))
        _call(mine, 1)
        moved = _call(theirs, 2)
        _call(f"itop:Person:{merged}", 3)
        account = AgentAccount.create(name="bob", name_key="bob", password="-", contact_id=merged)
        done = merge("Person", kept, merged, author=AGENT)
        assert _callers() == [mine, mine, f"itop:Person:{merged}"]
        assert StoredCall.get_by_id(moved).caller_display == "Ada A"
        assert AgentAccount.get_by_id(account.id).contact_id == kept
        assert done.moved == 3  # a ticket, a call, an account
        # Somebody says that one of the calls is another person's.
        other = _call(theirs, 4)
        StoredCall.update(caller="").where(StoredCall.id == moved).execute()
        undone = undo_merge("Person", done.id, author=AGENT)
        assert undone.objects == {"Calls": 1}
        assert _callers() == [mine, "", f"itop:Person:{merged}", theirs]
        assert AgentAccount.get_by_id(account.id).contact_id == merged
        assert other


def test_where_a_plugin_fails_nothing_is_moved(make_host: MakeHost) -> None:
    running = make_host(
        plugins=["phone_reformat", "tickets", "calls", "broken"], sources={"broken": BROKEN}
    )
    with running.app.app_context(), running.host.database.connection_context():
        kept, merged = _people(running)
        _call(f"tickets:Person:{merged}", 1)
        with pytest.raises(MovingFailed):
            merge("Person", kept, merged, author=AGENT)
        assert _callers() == [f"tickets:Person:{merged}"]
        assert objects.load("UserRequest", 2).caller_id == merged


def test_whoever_is_erased_is_erased_under_the_ids_of_before_too(make_host: MakeHost) -> None:
    running = make_host(plugins=["phone_reformat", "tickets", "calls"])
    with running.app.app_context(), running.host.database.connection_context():
        kept, merged = _people(running)
        objects.update("Person", merged, {"name": "Zuckerhut"}, author=AGENT)
        merge("Person", kept, merged, author=AGENT)
        rows = _everything(running)
        assert "Zuckerhut" in repr((rows["object_change"], rows["object_merge"]))
        hooks = running.host.hooks
        ((_plugin, subject),) = hooks.find_data_subjects(f"Person::{kept}").items
        told = [one["What"] for _name, part in hooks.personal_data(subject).items
                for one in part.entries if "What" in one]  # fmt: skip
        assert {"create", "merge", "delete"} <= {*told}
        assert not hooks.erase_personal_data(subject, False).failed
        assert "Zuckerhut" not in repr(_everything(running))
        # The old link still leads to the record.
        assert survivor("Person", merged) == kept


KILLED = """
    import os
    import signal
    import sys

    from cti_host import Agent
    from cti_host.app import create_app
    from cti_tickets.store.merging.merge import merge
    from cti_tickets.store.merging.undo import undo_merge

    config, what, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
    app = create_app(config)
    opened = app.extensions["cti_host"].database
    execute = type(opened).execute_sql

    def counted(self, sql, *arguments, **more):
        # Killed right before one of the statements that write.
        global left
        if sql.split(" ", 1)[0] in ("INSERT", "UPDATE", "DELETE"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(self, sql, *arguments, **more)

    with app.app_context(), opened.connection_context():
        type(opened).execute_sql = counted
        if what == "merge":
            merge("Person", 1, 2, author=Agent("sam"))
        else:
            undo_merge("Person", 1, author=Agent("sam"))
"""


@pytest.mark.parametrize("what", ["merge", "undo"])
def test_killed_in_the_middle_nothing_is_half(
    make_host: MakeHost, tmp_path: Path, what: str
) -> None:
    running = make_host(plugins=["phone_reformat", "tickets", "calls"])
    with running.app.app_context(), running.host.database.connection_context():
        kept, merged = _people(running)
        _call(f"tickets:Person:{merged}", 1)
        if what == "undo":
            merge("Person", kept, merged, author=AGENT)
        before = _everything(running)
    script = tmp_path / "killed.py"
    script.write_text(dedent(KILLED))
    words = [sys.executable, str(script), str(running.config_file), what]
    for left in (0, 2, 3):
        done = _run(words, left)
        assert done.returncode == -signal.SIGKILL, done.stderr.decode()
        with running.app.app_context(), running.host.database.connection_context():
            assert _everything(running) == before
    done = _run(words, 1000)
    assert done.returncode == 0, done.stderr.decode()


def _run(words: list[str], left: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*words, str(left)], capture_output=True, check=False)  # noqa: S603


def _everything(running: RunningHost) -> dict[str, list[tuple[Any, ...]]]:
    tables = ["contact", "ticket", "object_change", "object_merge", "call_record", "name_word"]
    execute: Any = running.host.database.execute_sql
    statement = "SELECT * FROM {} ORDER BY 1, 2, 3"
    return {name: execute(statement.format(name)).fetchall() for name in tables}
