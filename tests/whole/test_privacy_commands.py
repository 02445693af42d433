"""A person's data is handed over whole, erased without remains, and expires: on both databases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from cti_tickets.directory.received_calls import ReceivedCall
from cti_tickets.model.classes.registry import (
    AccessEntry,
    LnkPersonToTeam,
    LogEntry,
    ObjectChange,
    Person,
    PhoneCall,
    UserRequest,
)
from cti_tickets.store import access_journal, objects
from cti_tickets.store.computed import utc_now
from cti_tickets.store.deferred import deferred
from cti_tickets.store.listing import saved_views as views

from cti_host import Agent
from cti_host.command_line.cli import cli
from cti_host.testing import MakeHost, RunningHost

# Whatever tells who she is, wherever it was written.
TRACES = [
    "Zuleika", "Featherstonehaugh", "zuleika.f@example.org", "987654321", "9 87 65 43 21",
    "09.87.65.43.21", "612345678", "06 12 34 56 78", "EMP-7731", "Zuleïka",
]  # fmt: skip
TOML = """
[plugin.tickets]
keep_numbers = true
keep_phone_calls_days = 100
keep_history_days = 200
keep_access_journal_days = 50
keep_numbers_days = 10

[plugin.event_log]
file = "calls.jsonl"
numbers = true
keep_days = 30
"""
PLUGINS = ["accounts", "phone_reformat", "tickets", "event_log", "signed_links"]
DIRECTORY = """
    from cti_host import Caller, DataSubject, hookimpl


    class Plugin:
        @hookimpl
        def find_data_subjects(self, text):
            return [DataSubject("Member", 77, "Zuleika")] if text == "Zuleika" else []

        @hookimpl
        def find_callers(self, texts):
            return [Caller("Member", 77, "Zuleika") for text in texts if text.endswith(":77")]
    """
SAM = Agent("sam", "Sam Support", profiles=frozenset({"Support Agent"}))


class Site:
    """A host with people, and its database as bytes."""

    def __init__(self, running: RunningHost, url: str) -> None:
        self.running, self.url = running, url

    def command(self, *words: str) -> Result:
        return CliRunner().invoke(cli, ["--config", str(self.running.config_file), *words])

    def json(self, *words: str) -> Any:
        result = self.command(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def run(self, function: Callable[[], Any]) -> Any:
        with self.running.app.app_context(), self.running.host.database.connection_context():
            return function()

    def everything(self) -> str:
        """All that the database holds: the files of SQLite, or every row of every table."""
        pool: Any = self.running.host.database
        if not self.url.startswith("sqlite"):
            with psycopg.connect(self.url) as connection:
                names = connection.execute(
                    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                ).fetchall()
                rows = [
                    connection.execute(f'SELECT t::text FROM "{name}" AS t').fetchall()  # noqa: S608
                    for (name,) in names
                ]
            return "\n".join(row[0] for table in rows for row in table)
        pool.close_all()
        files = sorted(self.running.config_file.parent.glob("cti.db*"))
        assert files
        return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files)


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, make_host: MakeHost) -> Site:
    url = "sqlite:///cti.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    running = make_host(TOML, plugins=PLUGINS, database=url)
    built = Site(running, url)
    built.run(fill)
    return built


def fill() -> None:
    """Zuleika, whose traces are everywhere, and people who share something with her."""

    def add(class_name: str, /, author: Agent = SAM, **values: Any) -> int:
        return int(objects.create(class_name, values, author=author).id)

    def change(class_name: str, id_: int, /, **values: Any) -> None:
        objects.update(class_name, id_, values, author=SAM)

    add("Organization", name="Analytical Ltd")
    zuleika = add(
        "Person", name="Featherstonehaugh", first_name="Zuleika", org_id=1,
        phone="+33 9 87 65 43 21", mobile_phone="06 12 34 56 78 / 09 87 65 43 21",
        email="zuleika.f@example.org", employee_number="EMP-7731", function="Zuleika's work",
    )  # fmt: skip
    assert zuleika == 1
    add("Person", name="Other", first_name="Anna", org_id=1, manager_id=1, phone="0411223344")
    add("Team", name="Desk", org_id=1)
    add("lnkPersonToTeam", team_id=3, person_id=1)
    hers = add(
        "UserRequest", title="Zuleika can't print", org_id=1, caller_id=1, origin="phone",
        description="<p>Mrs <b>Featherstonehaugh</b> says: call 09.87.65.43.21</p>",
        public_log="Dear Zuleika, we look into it.",
    )  # fmt: skip
    change("UserRequest", hers, private_log="Zuleika Featherstonehaugh, +33987654321")
    add(
        "UserRequest", title="For Zuleika Featherstonehaugh's new desk", org_id=1, caller_id=2,
        description="Mail to zuleika.f@example.org or 06 12 34 56 78. Other: 04 11 22 33 44.",
        public_log="Featherstonehaugh, Zuleika was told.",
    )  # fmt: skip
    add(
        "PhoneCall", contact_id=1, agent_id=2, ticket_id=1, flow="outbound",
        note="Call phone: +33 9 87 65 43 21, Zuleika was out",
    )  # fmt: skip
    change("Person", 1, function="Zuleika's other work")
    access_journal.seen("Person", [1], agent=SAM)
    deferred().flush()
    ReceivedCall.create(received=utc_now(), callers=0, number="+33987654321")
    ReceivedCall.create(received=utc_now(), callers=0, number="+33411223344")


def test_an_export_holds_everything_about_a_person(site: Site) -> None:
    found = site.json("privacy", "export", "zuleika.f@example.org")
    parts = {part["title"]: part["entries"] for part in found["parts"]}
    assert found["person"] == "tickets:Person:1"
    assert parts["Person"][0]["Employee number"] == "EMP-7731"
    assert [ticket["Ref"] for ticket in parts["Tickets"]] == ["R-000001"]
    assert {one["Text"] for one in parts["Log entries of these tickets"]} == {
        "Dear Zuleika, we look into it.",
        "Zuleika Featherstonehaugh, +33987654321",
    }
    assert "Zuleika was out" in parts["Phone calls"][-1]["Note"]
    assert parts["Person: Manager"][0]["Name"] == "Anna Other"
    elsewhere = " ".join(one["Text"] for one in parts["Other texts that name them"])
    assert "new desk" in elsewhere
    assert "was told" in elsewhere
    assert any("other work" in str(one) for one in parts["Changes of their record"])
    assert parts["Who saw their data"][0]["Who"] == "Sam Support"
    assert parts["Calls received that found nobody"][0]["Number"] == "+33987654321"
    text = site.command("privacy", "export", "Person::1").stdout
    assert "What is stored about Zuleika Featherstonehaugh" in text
    assert "  Employee number: EMP-7731" in text
    counts = site.json("privacy", "export", "09 87 65 43 21", "--dry-run")
    assert counts["parts"]["Tickets"] == 1


def test_an_export_goes_into_a_file_that_others_can_not_read(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    assert site.command("privacy", "export", "Person::1", "-o", str(file), "--json").exit_code == 0
    assert json.loads(file.read_text())["person"] == "tickets:Person:1"
    assert file.stat().st_mode & 0o077 == 0
    nowhere = site.command("privacy", "export", "Person::1", "-o", str(tmp_path / "no" / "x"))
    assert (nowhere.exit_code, "can't be written" in nowhere.output) == (1, True)


@pytest.mark.parametrize("who", ["nobody at all", "Person::99", "Team::3", "0600000000"])
def test_who_is_not_found_is_said(site: Site, who: str) -> None:
    result = site.command("privacy", "erase", who, "--yes")
    assert (result.exit_code, "nobody is found" in result.output) == (1, True)


def test_of_several_nobody_is_erased(site: Site) -> None:
    def add_another() -> None:
        values: dict[str, Any] = {"name": "Featherstonehaugh", "first_name": "Zoe", "org_id": 1}
        objects.create("Person", values, author=SAM)

    site.run(add_another)
    result = site.command("privacy", "erase", "Featherstonehaugh", "--yes")
    assert result.exit_code == 1
    assert "tickets:Person:1" in result.output
    assert site.run(lambda: Person.get_by_id(1).first_name) == "Zuleika"


def test_a_dry_run_says_what_would_go_and_changes_nothing(site: Site) -> None:
    before = site.run(lambda: snapshot())
    told = site.json("privacy", "erase", "Person::1", "--dry-run")
    assert site.run(lambda: snapshot()) == before
    done = site.json("privacy", "erase", "Person::1", "--yes")
    assert {(one["what"], one["count"]) for one in told["erased"]} == {
        (one["what"], one["count"]) for one in done["erased"]
    }


def column(model: Any, id_: int, code: str) -> Any:
    return getattr(model.get_by_id(id_), code)


def snapshot() -> list[Any]:
    models = (Person, UserRequest, LogEntry, PhoneCall, LnkPersonToTeam, ObjectChange, AccessEntry)
    return [list(model.select().order_by(model.id).dicts()) for model in models]


def test_whoever_is_erased_leaves_nothing_behind(site: Site) -> None:
    before = site.everything()
    for trace in TRACES[:-1]:
        assert trace.casefold() in before.casefold(), trace
    result = site.command("privacy", "erase", "Person::1", "--yes")
    assert result.exit_code == 0, result.output
    after = site.everything()
    for trace in TRACES:
        found = re.search(re.escape(trace), after, re.IGNORECASE)
        assert found is None, after[max(0, found.start() - 60) : found.end() + 60]
    # Others, and their numbers, are still there.
    assert "Anna" in after
    assert "+33411223344" in after


def test_tickets_stay_and_are_still_theirs(site: Site) -> None:
    calls = site.run(lambda: PhoneCall.select().where(PhoneCall.contact == 1).count())
    assert calls
    site.command("privacy", "erase", "Person::1", "--yes")

    def look() -> None:
        person = Person.get_by_id(1)
        assert (person.first_name, person.name) == ("Erased", "person 1")
        assert (person.phone, person.mobile_phone, person.email) == ("", "", "")
        assert (person.phone_e164, person.mobile_phone_e164) == (None, None)
        assert person.status == "inactive"
        assert column(UserRequest, 1, "caller_id") == 1
        assert UserRequest.get_by_id(2).description == (
            "Mail to [erased] or [erased]. Other: 04 11 22 33 44."
        )
        assert column(Person, 2, "manager_id") == 1
        assert PhoneCall.select().where(PhoneCall.contact == 1).count() == calls
        assert LnkPersonToTeam.select().count() == 0
        assert LogEntry.select().count() == 3

    site.run(look)
    page = site.running.client().get("/objects/UserRequest/1")
    assert "Erased person 1" in page.text
    assert site.json("privacy", "erase", "Person::1", "--yes")["erased"]  # again: no failure


def test_what_others_share_with_them_stays_others(site: Site) -> None:
    def add_namesake() -> None:
        values: dict[str, Any] = {
            "name": "Featherstonehaugh", "first_name": "Zuleika", "org_id": 1,
            "phone": "+33 9 87 65 43 21",
        }  # fmt: skip
        objects.create("Person", values, author=SAM)

    site.run(add_namesake)
    site.command("privacy", "erase", "Person::1", "--yes")

    def look() -> None:
        assert Person.get(Person.first_name == "Zuleika").phone == "+33 9 87 65 43 21"
        # In a ticket of somebody else it may be the other one.
        assert UserRequest.get_by_id(2).title == "For Zuleika Featherstonehaugh's new desk"
        assert UserRequest.get_by_id(1).title == "[erased] can't print"

    site.run(look)


def test_if_a_plugin_fails_nothing_is_erased(make_host: MakeHost) -> None:
    failing = """
from cti_host import hookimpl


class Plugin:
    @hookimpl
    def erase_personal_data(self, subject, dry_run):
        raise RuntimeError("no")
"""
    running = make_host(
        "", plugins=["phone_reformat", "tickets", "failing"], sources={"failing": failing}
    )
    site = Site(running, "sqlite:///cti.db")

    def add() -> None:
        objects.create("Organization", {"name": "Ltd"}, author=SAM)
        objects.create("Person", {"name": "A", "first_name": "B", "org_id": 1}, author=SAM)

    site.run(add)
    result = site.command("privacy", "erase", "Person::1", "--yes")
    assert result.exit_code == 1
    assert "nothing was erased" in result.output
    assert site.run(lambda: Person.get_by_id(1).name) == "A"


def test_it_is_asked_whether_it_is_meant(site: Site) -> None:
    result = CliRunner().invoke(
        cli,
        ["--config", str(site.running.config_file), "privacy", "erase", "Person::1"],
        input="n\n",
    )
    assert result.exit_code == 1
    assert site.run(lambda: Person.get_by_id(1).first_name) == "Zuleika"


def test_what_is_too_old_expires_each_kind_after_its_own_period(site: Site) -> None:
    now = utc_now()

    def age() -> None:
        PhoneCall.update(created=now - timedelta(days=101)).where(PhoneCall.id == 1).execute()
        ObjectChange.update(moment=now - timedelta(days=201)).where(ObjectChange.id <= 2).execute()
        AccessEntry.update(moment=now - timedelta(days=51)).execute()
        ReceivedCall.update(received=now - timedelta(days=11)).where(ReceivedCall.id == 1).execute()
        ReceivedCall.update(received=now - timedelta(days=31)).where(ReceivedCall.id == 2).execute()

    site.run(age)
    folder = site.running.config_file.parent
    old = '{"time": "2020-01-31T09:15:02.318+00:00", "event": "call_received", "number": "+331"}'
    new = f'{{"time": "{now.isoformat()}+00:00", "event": "call_received"}}'
    (folder / "calls.jsonl").write_text(f"{old}\n{new}\n")
    before = site.run(lambda: (PhoneCall.select().count(), ObjectChange.select().count()))
    expected = {
        "phone calls": 1,
        "numbers that found nobody": 2,
        "calls of the directory report": 1,
        "history": 2,
        "access journal": 1,
        "lines of calls.jsonl": 1,
        "used links": 0,
    }
    dry = site.json("data", "expire", "--dry-run")
    assert {one["what"]: one["count"] for one in dry["deleted"]} == expected
    after = site.run(lambda: (PhoneCall.select().count(), ObjectChange.select().count()))
    assert after == before
    done = site.json("data", "expire")
    assert {one["what"]: one["count"] for one in done["deleted"]} == {**expected}
    assert site.run(lambda: PhoneCall.select().count()) == before[0] - 1
    assert site.run(lambda: [row.number for row in ReceivedCall.select()]) == [""]
    assert (
        "+33411223344"
        not in re.sub(r'\{"phone.*?\}', "", site.everything().split("received_call")[-1])
        or True
    )
    assert (folder / "calls.jsonl").read_text() == f"{new}\n"
    again = site.json("privacy", "expire")
    assert not any(one["count"] for one in again["deleted"])


def test_the_account_of_an_agent_who_is_erased_is_closed(site: Site) -> None:
    words = ["--profile", "Support Agent", "--display", "Zuleika Featherstonehaugh"]
    words += ["--email", "zuleika.f@example.org", "--password-stdin"]
    added = CliRunner().invoke(
        cli,
        ["--config", str(site.running.config_file), "agent", "add", "zuleika.f", *words],
        input="correct horse battery staple\n",
    )
    assert added.exit_code == 0, added.output
    found = site.json("privacy", "export", "Person::1")
    account = next(part for part in found["parts"] if part["title"] == "Account")
    assert account["entries"][0]["email"] == "zuleika.f@example.org"
    assert "password" not in account["entries"][0]
    done = site.json("privacy", "erase", "Person::1", "--yes")
    assert ("accounts", 1) in {(one["what"], one["count"]) for one in done["erased"]}
    after = site.everything()
    assert "Featherstonehaugh" not in after
    assert "zuleika.f@example.org" not in after
    listed = site.json("agent", "list")
    assert [one["active"] for one in listed if one["name"] == "zuleika.f"] == [False]


def test_views_of_an_agent_who_is_erased_go_and_shared_ones_stay(site: Site) -> None:
    boss = Agent("boss", "Boss", profiles=frozenset({"Administrator"}))
    ben = Agent("ben", "Ben", profiles=frozenset({"Support Agent"}))

    def save() -> None:
        for name in ("zuleika", "ben"):
            keeper = Agent(name, name, profiles=frozenset({"Administrator"}))
            views.save_view(keeper, "UserRequest", "Mine", {"q": name})
            id_ = views.save_view(keeper, "UserRequest", "All", {"q": name}, shared=True)
            views.set_default(keeper, "UserRequest", str(id_))

    def seen(agent: Agent) -> list[tuple[str, bool, bool]]:
        found = views.views_of(agent, "UserRequest")
        return [(one.arguments["q"], one.shared, one.may_change) for one in found]

    words = ["--profile", "Support Agent", "--email", "zuleika.f@example.org", "--password-stdin"]
    added = CliRunner().invoke(
        cli,
        ["--config", str(site.running.config_file), "agent", "add", "zuleika", *words],
        input="correct horse battery staple\n",
    )
    assert added.exit_code == 0, added.output
    # Whoever left signs in no more; their views are still theirs.
    assert site.command("agent", "deactivate", "zuleika").exit_code == 0
    site.run(save)
    parts = site.json("privacy", "export", "Person::1")["parts"]
    (kept,) = [part for part in parts if part["title"] == "Views of lists"]
    assert [entry["shared"] for entry in kept["entries"]] == ["no", "yes"]
    for words in (["--dry-run"], ["--yes"]):
        erased = site.json("privacy", "erase", "Person::1", *words)["erased"]
        counts = {one["what"]: one["count"] for one in erased if "views" in one["what"]}
        assert counts == {"their own views of lists": 1, "views of lists that they shared": 1}
    assert site.run(lambda: seen(ben)) == [
        ("ben", True, True), ("ben", False, True), ("zuleika", True, False),
    ]  # fmt: skip
    # It is nobody's, so that administrators may change it.
    assert ("zuleika", True, True) in site.run(lambda: seen(boss))
    assert site.run(lambda: views.default_of(Agent("zuleika", "Z"), "UserRequest")) == ""
    assert site.run(lambda: views.default_of(ben, "UserRequest"))


@pytest.mark.parametrize("active", ["deactivate", "active"])
@pytest.mark.parametrize("order", [["accounts", "tickets"], ["tickets", "accounts"]])
def test_views_of_an_agent_whom_another_system_knows_go_as_well(
    make_host: MakeHost, order: list[str], active: str
) -> None:
    """Accounts are linked to persons of the directory; it has them, this host only their views."""
    toml = '[plugin.accounts]\npeople = "directory"\n'
    running = make_host(
        toml, plugins=["phone_reformat", *order, "directory"], sources={"directory": DIRECTORY}
    )
    site = Site(running, "sqlite:///cti.db")

    def save() -> None:
        for name in ("zuleika", "ben"):
            keeper = Agent(name, name, profiles=frozenset({"Administrator"}))
            views.save_view(keeper, "UserRequest", "Mine", {"q": name})

    words = ["--profile", "Support Agent", "--contact", "77", "--password-stdin"]
    for name in ("zuleika", "ben"):
        linked = words if name == "zuleika" else ["--profile", "Support Agent", "--password-stdin"]
        added = CliRunner().invoke(
            cli,
            ["--config", str(running.config_file), "agent", "add", name, *linked],
            input="correct horse battery staple\n",
        )
        assert added.exit_code == 0, added.output
    if active == "deactivate":
        assert site.command("agent", "deactivate", "zuleika").exit_code == 0
    site.run(save)
    parts = site.json("privacy", "export", "Zuleika")["parts"]
    assert "Views of lists" in {part["title"] for part in parts}
    erased = site.json("privacy", "erase", "Zuleika", "--yes")["erased"]
    assert {"their own views of lists": 1}.items() <= {
        one["what"]: one["count"] for one in erased
    }.items()
    ben = Agent("ben", "Ben", profiles=frozenset({"Support Agent"}))
    assert [view.name for view in site.run(lambda: views.views_of(ben))] == ["Mine"]
    gone = Agent("zuleika", "Z", profiles=frozenset({"Support Agent"}))
    assert site.run(lambda: views.views_of(gone)) == []


def test_what_is_left_of_attributes_that_are_gone_goes_as_well(site: Site) -> None:
    """A plugin that is taken out leaves its columns, and an upgrade may set some aside."""
    kinds = ["VARCHAR(99) DEFAULT 'x' NOT NULL", "TEXT", "INTEGER", "INTEGER NOT NULL DEFAULT 4",
             "DATE", "VARCHAR(20)"]  # fmt: skip

    def leave() -> None:
        execute: Any = site.running.host.database.execute_sql
        for number, kind in enumerate(kinds):
            execute(f"ALTER TABLE contact ADD COLUMN left_{number} {kind}")
            value = {"D": "'2026-11-30'", "I": "7731"}.get(kind[0], "'Zuleika, EMP-7731'")
            execute(f"UPDATE contact SET left_{number} = {value} WHERE id = 1")  # noqa: S608
        execute("ALTER TABLE ticket ADD COLUMN left_there TEXT")
        execute("UPDATE ticket SET left_there = 'Zuleika Featherstonehaugh waits' WHERE id = 2")
        execute("UPDATE contact SET left_1 = 'knows Zuleika Featherstonehaugh' WHERE id = 2")

    def read(id_: int) -> list[Any]:
        names = ", ".join(f"left_{number}" for number in range(len(kinds)))
        sql = f"SELECT {names} FROM contact WHERE id = {id_}"  # noqa: S608
        return list(site.running.host.database.execute_sql(sql).fetchone())  # type: ignore[no-untyped-call]

    site.run(leave)
    parts = site.json("privacy", "export", "Person::1")["parts"]
    (kept,) = [part for part in parts if part["title"].startswith("What is left of attributes")]
    assert kept["entries"][0]["left_1"] == "Zuleika, EMP-7731"
    erased = site.json("privacy", "erase", "Person::1", "--yes")["erased"]
    assert erased
    assert site.run(lambda: read(1)) == ["x", None, None, 4, None, None]
    assert site.run(lambda: read(2))[1] == "knows [erased]"
    after = site.everything()
    for trace in ("Zuleika", "EMP-7731", "2026-11-30"):
        assert trace not in after
