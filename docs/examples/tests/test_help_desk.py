"""Tickets of the other help desk are shown to whoever found their caller."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from cti_host.testing import MakeHost, RunningHost

pytest_plugins = ["cti_host.testing"]

EXAMPLES = Path(__file__).parents[1]
SOURCES = {name: EXAMPLES / f"{name}.py" for name in ("phone_book", "help_desk")}
PLUGINS = ["phone_reformat", "phone_book", "help_desk"]


def settings(tickets: Path) -> str:
    """The tables of both plugins."""
    book = EXAMPLES / "phone_book.csv"
    return (
        f"[plugin.phone_book]\nfile = {json.dumps(str(book))}\n"
        f"[plugin.help_desk]\nfile = {json.dumps(str(tickets))}\n"
    )


@pytest.fixture
def running(make_host: MakeHost) -> RunningHost:
    """A host with the phone book and the tickets of the examples."""
    return make_host(settings(EXAMPLES / "help_desk.csv"), plugins=PLUGINS, sources=SOURCES)


def lists(running: RunningHost, url: str) -> Any:
    """The ticket lists of a panel."""
    return running.get_json(url)["ticket_lists"]


def test_a_caller_of_the_phone_book_has_their_tickets(running: RunningHost) -> None:
    (cases,) = lists(running, "/pop?phone=0199007001")
    assert (cases["source"], cases["total"]) == ("help_desk", 2)
    assert [ticket["ref"] for ticket in cases["tickets"]] == ["C-71", "C-72"]
    page = running.client().get("/pop?phone=0199007001").text
    assert "The printer on the second floor is broken" in page
    assert ">waiting</span>" in page


def test_who_has_none_gets_an_empty_list_and_who_is_unknown_no_list(running: RunningHost) -> None:
    (cases,) = lists(running, "/pop?phone=%2B46812345678")
    assert cases["total"] == 0
    assert lists(running, "/pop?phone=0199007009") == []


def test_many_tickets_come_in_pages(make_host: MakeHost, tmp_path: Path) -> None:
    with (tmp_path / "cases.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "email", "title", "status"])
        rows.writerows([n, "ada@harbour.example", f"Case {n}", "open"] for n in range(1, 13))
    running = make_host(settings(tmp_path / "cases.csv"), plugins=PLUGINS, sources=SOURCES)
    url = "/pop?phone=0199007001&selected_caller=phone_book:Contact:1&page_help_desk.cases=2"
    (cases,) = lists(running, url)
    assert cases["total"] == 12
    assert [ticket["id"] for ticket in cases["tickets"]] == [11, 12]
