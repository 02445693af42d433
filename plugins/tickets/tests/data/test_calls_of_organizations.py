"""A phone call belongs to the organization of its ticket, whoever writes either of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from cti_oql.limits import Allowed
from cti_oql.running import is_postgresql
from cti_tickets.model.classes.registry import PhoneCall
from cti_tickets.model.data_model import schema
from cti_tickets.rights import organizations
from cti_tickets.store import objects
from cti_tickets.store.calls import record_outbound_call
from cti_tickets.store.listing.query import ListQuery, Place
from flask import Flask
from transfer_kit import imported, line, written

from cti_host import Agent, database


@pytest.fixture
def db(db_app: Flask) -> Any:
    """Two organizations with a person and a ticket each, and a call about the first ticket."""
    for number in (1, 2):
        add("Organization", name=f"Company {number}")
        add("Person", first_name="Ann", name=f"Number{number}", org_id=number)
        add("UserRequest", title=f"T{number}", description="x", org_id=number)
    add("PhoneCall", ticket_id=1, agent_id=1, flow="inbound")
    return database.obj


def add(class_name: str, /, **values: Any) -> int:
    return int(objects.create(class_name, values, author=None).id)


def owners() -> dict[int, int]:
    """The organization of each call, as it is stored, and as its ticket says."""
    stored = dict(database.execute_sql("SELECT id, org_id FROM phone_call ORDER BY id").fetchall())
    said = "SELECT c.id, t.org_id FROM phone_call c JOIN ticket t ON t.id = c.ticket_id"
    assert stored == dict(database.execute_sql(said).fetchall())
    return stored


def test_a_call_is_the_organizations_of_its_ticket(db: Any) -> None:
    add("PhoneCall", ticket_id=2, agent_id=1, flow="inbound")
    assert owners() == {1: 1, 2: 2}
    objects.update("PhoneCall", 1, {"ticket_id": 2}, author=None)
    assert owners() == {1: 2, 2: 2}
    agent = Agent("ann", "Ann", contact_id=1, contact_source="tickets",
                  profiles=frozenset({"Support Agent"}))  # fmt: skip
    assert record_outbound_call(objects.load("Ticket", 1), 1, agent) is not None
    assert owners() == {1: 2, 2: 2, 3: 1}


def test_calls_go_with_their_ticket(db: Any) -> None:
    seen: Any = PhoneCall.get_by_id(1)
    objects.update("UserRequest", 1, {"org_id": 2}, author=None)
    assert owners() == {1: 2}
    # Whoever read it before, and stores it whole now, changes nothing.
    seen.note = "Later"
    seen.save()
    assert owners() == {1: 2}
    database.execute_sql("UPDATE ticket SET org_id = 1 WHERE id = 1")
    assert owners() == {1: 1}


def test_an_import_may_name_a_call_before_its_ticket(db: Any, tmp_path: Path) -> None:
    call = line("PhoneCall", 9, ticket_id=7, agent_id=1, flow="inbound")
    ticket = line("UserRequest", 7, title="T", description="x", org_id=2)
    imported(written(tmp_path, call, ticket))
    assert owners() == {1: 1, 9: 2}
    imported(written(tmp_path, line("UserRequest", 7, org_id=1)), match="id")
    assert owners() == {1: 1, 9: 1}


def test_the_calls_of_an_organization_are_listed_by_an_index(
    db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(organizations, "allowed", lambda: Allowed([2]))
    query = ListQuery(db, schema(), schema()["PhoneCall"], (), "-date")
    sql, values = query.statement(51, Place("2026-01-02", 5))
    # What the parts have found, a page of each, is put in order at the end.
    parts = re.findall(r"SELECT \* FROM \((SELECT .*?) LIMIT 51\) AS part\d", sql)
    assert len(parts) == 2
    explain, sign = ("EXPLAIN", "%s") if is_postgresql(db) else ("EXPLAIN QUERY PLAN", "?")
    for part in parts:
        bound, values = values[: part.count(sign)], values[part.count(sign) :]
        with db.atomic():
            if is_postgresql(db):  # with few rows it would rather read and sort all of them
                for way in ("seqscan", "sort", "bitmapscan"):
                    db.execute_sql(f"SET LOCAL enable_{way} = off")
            rows = db.execute_sql(f"{explain} {part}", bound).fetchall()
        steps = "\n".join(str(row[-1]) for row in rows)
        assert "phone_call_org_id_date" in steps
        assert "ORDER BY" not in steps
        assert "Sort  (" not in steps
