"""Each change is told: in the log with its author and without values; and it is counted."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from cti_tickets.store.deletion.delete import delete
from cti_tickets.store.history.telling import count_saves
from cti_tickets.store.objects import create, update
from cti_tickets.store.values import InvalidValues
from flask import Flask

from cti_host import Agent, current_host, writing

ADA = Agent("ada", "Ada Agent", profiles=frozenset({"Administrator"}))
COUNT = "cti_tickets_saves_total"
LOGGER = "cti_host.plugin.tickets"


@pytest.fixture(autouse=True)
def _counted(db_app: Flask) -> None:
    """As the plugin does at its start."""
    if current_host().metrics.registry.get_sample_value("cti_tickets_deferred_rows") is None:
        count_saves(current_host().metrics.registry)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was told since the last time."""
    found = [one.getMessage() for one in caplog.records if one.name == LOGGER]
    caplog.clear()
    return found


def saves(**labels: str) -> float:
    value = current_host().metrics.registry.get_sample_value(COUNT, labels)
    return value or 0.0


def test_each_change_is_told_with_its_author_and_without_values(
    db_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    organization = create("Organization", {"name": "Analytical Ltd"}, author=ADA)
    values = {"name": "Delaunay", "first_name": "Marguerite", "org_id": organization.id}
    person: Any = create("Person", {**values, "phone": "0987654321"}, author=ADA)
    created = lines(caplog)
    assert created[0].startswith(
        f"create Organization {organization.id} by 'ada' (command): name, "
    )
    assert f"create Person {person.id} by 'ada' (command): " in created[1]
    assert "phone" in created[1]
    update("Person", person.id, {"phone": "0987654322", "function": "Painter"}, author=ADA)
    (changed,) = lines(caplog)
    assert changed.startswith(f"modify Person {person.id} by 'ada' (command): ")
    assert {"phone", "function"} <= set(changed.partition("): ")[2].split(", "))
    ticket = {"org_id": organization.id, "caller_id": person.id, "title": "T", "description": "D"}
    request: Any = create("UserRequest", ticket, author=ADA)
    lines(caplog)
    update("UserRequest", request.id, {"title": "U"}, author=ADA, stimulus="ev_assign")
    assert lines(caplog)[0].startswith(
        f"transition ev_assign UserRequest {request.id} by 'ada' (command): "
    )
    delete({"UserRequest": [request.id]}, author=ADA)
    assert lines(caplog)[-1] == f"delete UserRequest {request.id} by 'ada' (command): -"
    for value in ("0987", "Delaunay", "Painter"):
        assert value not in " ".join([*created, changed])
    command = {"way": "command"}
    assert saves(class_name="Person", operation="create", **command) == 1
    assert saves(class_name="Person", operation="modify", **command) == 1
    assert saves(class_name="UserRequest", operation="transition", **command) == 1
    assert saves(class_name="UserRequest", operation="delete", **command) == 1


def test_what_is_refused_or_undone_is_not_told(
    db_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(InvalidValues):
        create("Organization", {"name": ""}, author=ADA)
    with writing() as transaction:
        create("Organization", {"name": "Analytical Ltd"}, author=ADA)
        transaction.rollback()
    assert lines(caplog) == []
    create("Organization", {"name": "Analytical Ltd"}, author=ADA)
    assert len(lines(caplog)) == 1
    assert saves(class_name="Organization", operation="create", way="command") == 1
