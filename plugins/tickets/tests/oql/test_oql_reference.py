"""Verdicts of a real iTop, on the plugin's own classes: accepted, or refused in the same way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cti_oql import Oql, OqlError
from cti_tickets.model.data_model import schema
from cti_tickets.panel.agent_parameters import AgentParameters
from cti_tickets.store.records import Records
from flask import Flask

PAGE = Path(__file__).with_name("verdicts.txt").read_text(encoding="utf-8")
VERDICTS = re.findall(r"^(\S.*)\n    (.*)$", PAGE, re.MULTILINE)


@pytest.fixture(scope="session")
def queries() -> Oql:
    """The queries of the plugin's own classes."""
    return Oql(schema(), magic=AgentParameters(Records(schema())))


def verdict(queries: Oql, db_app: Flask, text: str) -> str:
    """What becomes of a query that is checked and then run."""
    try:
        queries.resolve(text)
    except OqlError as error:
        return error.kind
    try:
        queries.ids(db_app.extensions["cti_host"].database, text, {})
    except OqlError as error:
        return "run-time error" if error.kind == "run-time error" else f"late {error.kind}"
    return "ok"


def test_each_verdict_is_the_same(queries: Oql, db_app: Flask) -> None:
    found = {text: verdict(queries, db_app, text) for text, _expected in VERDICTS}
    assert found == dict(VERDICTS)
    assert len(VERDICTS) == 86


NEWEST_FIRST = {
    *("UserRequest", "Incident", "Problem", "Change", "RoutineChange", "ApprovedChange"),
    "EmergencyChange",
}


def test_tickets_come_newest_first_and_everything_else_by_name() -> None:
    orders = {definition.name: definition.order for definition in schema()}
    del orders["PhoneCall"]  # iTop's extension has it, iTop has not
    assert {name for name, order in orders.items() if order == "-ref"} == NEWEST_FIRST
    assert {order for name, order in orders.items() if name not in NEWEST_FIRST} == {"friendlyname"}
