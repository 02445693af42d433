"""Statistics: SQLite knows how large its tables are without anybody asking it to look."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from database_site import MakeSite, Site, execute

from cti_host.app import create_app
from cti_host.databases.statistics import outdated, update_statistics
from cti_host.databases.upkeep import Upkeep

ADDRESS = "SELECT id FROM contact WHERE email <> '' AND cti_fold(email) = 'a' AND org_id = 1"


@contextmanager
def opened(site: Site) -> Iterator[Any]:
    """The database of a site, as a process of its own has it."""
    app = create_app(site.config_file)
    host = app.extensions["cti_host"]
    with app.app_context(), host.database.connection_context():
        yield host.database
    host.close()


def known(site: Site) -> dict[str, int]:
    """How many rows the database believes each table to have."""
    if not site.database.startswith("sqlite"):
        with opened(site) as database:
            sql = "SELECT relname, reltuples FROM pg_class WHERE reltuples >= 0"
            return {name: int(rows) for name, rows in database.execute_sql(sql).fetchall()}
    with closing(sqlite3.connect(site.file)) as database:
        found: dict[str, int] = {}
        for table, stat in database.execute("SELECT tbl, stat FROM sqlite_stat1"):
            found[table] = max(int(stat.split()[0]), found.get(table, 0))
        return found


def many(folder: Path, count: int, first: int = 100) -> str:
    """A file with many people of the organization."""
    lines = (
        json.dumps(
            {
                "class": "Person",
                "id": first + number,
                "fields": {"name": f"N{number}", "first_name": "A", "org_id": 1},
            }
        )
        for number in range(count)
    )
    file = folder / f"many{first}.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


def test_an_import_leaves_them_right(either: Site) -> None:
    either.fill()
    either.must("data", "import", many(either.folder, 200))
    assert known(either)["contact"] == 201
    assert known(either)["organization"] == 1


def test_an_upgrade_makes_them_of_a_database_that_never_had_any(site: Site) -> None:
    site.fill()
    execute(site, "DELETE FROM sqlite_stat1")
    site.must("db", "upgrade")
    assert known(site)["contact"] == 1


@pytest.mark.parametrize("command", ["vacuum", "restore"])
def test_what_writes_the_whole_database_makes_them(either: Site, command: str) -> None:
    either.fill()
    backup = str(either.folder / "backup")
    either.must("db", "backup", backup)
    execute(either, "INSERT INTO organization (name, code, status) VALUES ('Two', '', 'active')")
    either.must("db", command, *([backup] if command == "restore" else []))
    assert known(either)["organization"] == (1 if command == "restore" else 2)


def test_the_server_looks_again_at_what_has_grown(site: Site) -> None:
    site.fill()
    with opened(site) as database:
        upkeep = Upkeep(database)
        upkeep.stop()  # no pauses
        assert upkeep.look() == []
        for number in range(300):
            database.execute_sql(
                "INSERT INTO organization (name, code, status) VALUES (?, '', 'active')",
                (str(number),),
            )
        assert set(upkeep.look()) == {"organization", "name_word"}  # and the words of their names
        assert upkeep.look() == []
    assert known(site)["organization"] == 301


def test_a_table_whose_rows_are_gone_is_looked_at_too(site: Site) -> None:
    site.fill()
    site.must("data", "import", many(site.folder, 300))
    with opened(site) as database:
        assert outdated(database) == []
        database.execute_sql("DELETE FROM contact WHERE id >= 100")
        assert "contact" in outdated(database)
        update_statistics(database)
        assert outdated(database) == []


def test_postgresql_looks_by_itself(make_site: MakeSite, postgres_url: str) -> None:
    site = make_site(postgres_url)
    site.fill()
    with opened(site) as database:
        assert outdated(database) == []


def test_connections_that_are_open_already_plan_by_the_new_ones(site: Site) -> None:
    """The organization of three hundred people finds more of them than an e-mail address."""
    site.fill()
    with opened(site) as own, opened(site) as other:

        def uses(database: Any, number: int) -> str:
            # Whatever was asked already is not planned again.
            database.execute_sql("SELECT id FROM contact WHERE id = ?", (number,)).fetchall()
            plan = database.execute_sql(f"EXPLAIN QUERY PLAN {ADDRESS} -- {number}").fetchall()
            return str(plan[0][3])

        for number in range(300):
            own.execute_sql(
                "INSERT INTO contact (finalclass, name, first_name, status, org_id, email)"
                " VALUES ('Person', 'N', 'A', 'active', 1, ?)",
                (f"a{number}",),
            )
        update_statistics(own)
        assert "contact_email_folded" in uses(own, 1)
        assert "contact_email_folded" in uses(other, 2)
        # As if everybody had the same address, and an organization of their own.
        changed = {"contact_email_folded": "300 300", "contact_org_id": "300 1"}
        for index, stat in changed.items():
            own.execute_sql("UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?", (stat, index))
        update_statistics(own, ["organization"])
        assert "contact_org_id" in uses(other, 3)


def test_nobody_waits_for_more_than_one_index(site: Site) -> None:
    site.fill()
    waits: list[float] = []
    with opened(site) as own, opened(site) as other:

        def save(_seconds: float) -> None:
            other.execute_sql("UPDATE organization SET name = name || 'x'")
            waits.append(_seconds)

        update_statistics(own, ["contact", "organization"], save)
        (name,) = other.execute_sql("SELECT name FROM organization").fetchone()
    assert len(waits) > 5
    assert name.count("x") == len(waits)


def test_people_who_have_no_number_stand_in_no_index_of_texts(site: Site) -> None:
    site.fill()
    site.must("data", "import", many(site.folder, 200))
    with closing(sqlite3.connect(site.file)) as database:
        stats = dict(database.execute("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'contact'"))
    assert "contact_mobile_phone_folded" not in stats
    assert stats["contact_phone_folded"] == "1 1"
