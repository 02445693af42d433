"""What a call asks begins at the right index, once SQLite knows how large the tables are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from cti_oql import Oql, Param
from cti_tickets.model.data_model import schema
from data_at_size import FILL

from cti_host import Number, current_host, update_statistics

LOOKUP = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"
TREE = (
    "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Organization AS mine"
    " ON {} JOIN Person AS p ON p.org_id = mine.id"
    " WHERE p.id IN (:callers_list) AND u.status != 'closed'"
)
SHAPES: dict[str, tuple[str, dict[str, Param], tuple[str, ...]]] = {
    "the organization's list": (
        "SELECT UserRequest AS u JOIN Organization AS o ON u.org_id = o.id JOIN Person AS p"
        " ON p.org_id = o.id WHERE p.id IN (:callers_list) AND u.status != 'closed'",
        {"callers_list": [3]},
        ("ticket_org_id",),
    ),
    "the caller's list": (
        "SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND u.status != 'closed'",
        {"callers_list": [3]},
        ("ticket_caller_id",),
    ),
    "those above": (
        TREE.format("mine.parent_id BELOW o.id"),
        {"callers_list": [3]},
        ("ticket_org_id",),
    ),
    "those below": (
        TREE.format("o.parent_id BELOW mine.id"),
        {"callers_list": [3]},
        ("organization_parent_id", "ticket_org_id"),
    ),
    "a number": (
        LOOKUP,
        {"phone": Number("0199", "+33199")},
        ("contact_phone_e164", "contact_mobile_phone_e164"),
    ),
    "a text that is no number": (
        LOOKUP,
        {"phone": "reception desk"},
        ("contact_phone_folded", "contact_mobile_phone_folded"),
    ),
    "an e-mail address": ("SELECT Person WHERE email = :email", {"email": "a7"}, ("email_folded",)),
}


@pytest.fixture
def engine(make_database: Any, tmp_path: Any) -> Iterator[Oql]:
    """A site of some size, as it is after an import."""
    app = make_database(f"sqlite:///{tmp_path / 'size.db'}")
    with app.app_context():
        database = current_host().database
        execute: Any = database.execute_sql
        with database.connection_context():
            for statement in FILL:
                execute(statement)
            update_statistics(database)
            yield Oql(schema())


def test_no_shape_reads_a_whole_table(engine: Oql) -> None:
    database = current_host().database
    execute: Any = database.execute_sql
    for name, (query, parameters, indexes) in SHAPES.items():
        statement = engine.statement(query, parameters, postgresql=False, limit=10)
        rows = execute(f"EXPLAIN QUERY PLAN {statement.sql}", statement.values).fetchall()
        steps = [str(row[3]) for row in rows]
        assert not [step for step in steps if step.startswith("SCAN") and "walked" not in step], (
            name,
            steps,
        )
        for index in indexes:
            assert any(index in step for step in steps), (name, index, steps)


def test_an_organizations_open_tickets_are_counted_by_the_index_alone(engine: Oql) -> None:
    query, parameters, _indexes = SHAPES["the organization's list"]
    database = current_host().database
    begin = engine.found(database, [(query, 0)], parameters, limit=10)
    execute: Any = database.execute_sql
    statement = f'{begin.sql} SELECT "id" FROM "found"'  # noqa: S608 -- written by the engine
    rows = execute(f"EXPLAIN QUERY PLAN {statement}", begin.values).fetchall()
    steps = [str(row[3]) for row in rows]
    # Nine of ten are closed: none of them is looked up to find that out.
    assert any("t0 USING COVERING INDEX ticket_org_id_ref" in step for step in steps), steps
