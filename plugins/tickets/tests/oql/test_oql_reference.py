"""Verdicts of a real iTop, on the plugin's own classes: accepted, or refused in the same way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cti_tickets.agent_parameters import AgentParameters
from cti_tickets.derive import schema
from cti_tickets.oql import Oql, OqlError
from cti_tickets.records import Records
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
        queries.check(text)
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
