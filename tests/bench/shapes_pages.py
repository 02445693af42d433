"""The shapes of pages, as a browser asks for them that has signed in: forms, suggestions, a ticket.

By hand are the rows that such a page shows. What it takes to write the page comes on top of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import Context
from itertools import count, cycle
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import peewee
from flask import current_app
from werkzeug.test import Client

from cti_host import is_postgresql
from tests.bench.data import cti_host
from tests.bench.oql import driver_of
from tests.bench.shapes_asked import Shape, marked

PASSWORD = "a password for the benchmark"
_TICKET = """SELECT t.*, o.name, c.first_name, c.name, c.phone, c.mobile_phone, m.name, a.name,
 s.name FROM ticket t LEFT JOIN organization o ON o.id = t.org_id
 LEFT JOIN contact c ON c.id = t.caller_id LEFT JOIN contact m ON m.id = t.team_id
 LEFT JOIN contact a ON a.id = t.agent_id LEFT JOIN service s ON s.id = t.service_id
 WHERE t.id = ?"""
_OF_A_TICKET = (
    "SELECT * FROM log_entry WHERE ticket_id = ?",
    "SELECT * FROM phone_call WHERE ticket_id = ?",
    "SELECT c.id, c.name FROM lnk_contact_to_ticket l JOIN contact c ON c.id = l.contact_id"
    " WHERE l.ticket_id = ?",
)
# What the fields of keys offer.
_OFFERED = (
    "SELECT id, name FROM organization LIMIT 21",
    *["SELECT id, first_name, name FROM contact WHERE finalclass = 'Person' LIMIT 21"] * 2,
    "SELECT id, name FROM contact WHERE finalclass = 'Team' LIMIT 21",
    "SELECT id, name FROM service LIMIT 21",
    "SELECT id, name FROM service_subcategory LIMIT 21",
    "SELECT id, ref FROM ticket WHERE finalclass = 'Incident' LIMIT 21",
)


def pages(folder: Path, database: peewee.Database) -> Iterator[Shape]:
    """The shapes; the first call of each shows that the page is there."""
    app: Any = current_app
    client = app.test_client()
    sign_in(folder / "cti.toml", client)
    execute = driver_of(database)
    known = "SELECT id FROM ticket WHERE finalclass = 'UserRequest' AND status = 'new' LIMIT 300"
    tickets = [row[0] for row in execute(known).fetchall()]

    def get(*paths: str) -> Callable[[], Any]:
        turn = cycle(paths)

        def once() -> Any:
            page = requested(client.get, next(turn))
            assert page.status_code == 200, page.status
            return page

        return once

    def rows(*statements: str, ids: tuple[int, ...] = (0,)) -> Callable[[], Any]:
        turn = cycle(ids)
        known = [marked(database, sql) for sql in statements]

        def once() -> Any:
            id_ = next(turn)
            bound = [[id_] * sql.count("%s" if is_postgresql(database) else "?") for sql in known]
            return [
                execute(sql, values).fetchall() for sql, values in zip(known, bound, strict=True)
            ]

        return once

    def of_tickets(after: str = "") -> list[str]:
        return [f"/objects/UserRequest/{id_}{after}" for id_ in tickets]

    ids = tuple(tickets)
    suggested = (
        "SELECT id, first_name, name FROM contact WHERE finalclass = 'Person' AND {}"
        " ORDER BY name, first_name, id LIMIT 20"
    )
    collation = ' COLLATE "C"' if is_postgresql(database) else ""
    words = " OR ".join(
        f"(cti_fold({column}){collation} >= 'mart' AND cti_fold({column}){collation} < 'maru')"
        for column in ("name", "first_name")
    )
    path = "/api/v1/objects/Person/suggestions?q=Mart"
    yield Shape("suggestions: a name", get(path), rows(suggested.format(words)))
    never = words.replace("mart", "xyzz").replace("maru", "xzaa")
    path = "/api/v1/objects/Person/suggestions?q=Xyzz"
    yield Shape("suggestions: a name nobody has", get(path), rows(suggested.format(never)))
    both = " AND ".join(
        "id IN (SELECT object_id FROM name_word WHERE class = 'Person'"  # noqa: S608 -- of this file
        f" AND word >= '{first}' AND word < '{after}')"
        for first, after in (("ma", "mb"), ("j", "k"))
    )
    path = "/api/v1/objects/Person/suggestions?q=J+Ma"
    yield Shape("suggestions: two short words", get(path), rows(suggested.format(both)))
    yield Shape("page: a ticket", get(*of_tickets()), rows(_TICKET, *_OF_A_TICKET, ids=ids))
    new = "/objects/new/UserRequest?caller_id=600&org_id=1"
    yield Shape("page: the form of a new ticket", get(new), rows(*_OFFERED))
    modify = get(*of_tickets("/modify"))
    yield Shape("page: the form of a ticket", modify, rows(_TICKET, *_OFFERED, ids=ids))
    asking, writing = rows(*_OFFERED), _inserting(database)
    creating = _creating(client)
    yield Shape("page: a form, and its ticket", creating, lambda: (asking(), writing()))


def sign_in(config: Path, client: Client) -> None:
    """Sign an administrator in, who is made if they are not there, and is a person of the data."""
    words = ("agent", "add", "sam", "--profile", "Administrator", "--password-stdin")
    with suppress(CalledProcessError):  # of an earlier run, with the same folder
        cti_host(config, *words, text=PASSWORD + "\n")
    cti_host(config, "agent", "link", "sam", "1")
    hidden = _hidden(requested(client.get, "/sign-in").text)
    typed = {"name": "sam", "password": PASSWORD, **hidden}
    assert requested(client.post, "/sign-in", data=typed).status_code in (302, 303)


def requested(call: Callable[..., Any], path: str, **more: Any) -> Any:
    """A request of its own: it knows nothing of the one around the benchmark."""
    return Context().run(call, path, **more)


def _hidden(page: str) -> dict[str, str]:
    """The hidden fields of a form."""
    fields = re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page)
    return {
        name[1]: value[1] if (value := re.search(r'value="([^"]*)"', field)) else ""
        for field in fields
        if (name := re.search(r'name="([^"]*)"', field))
    }


def _creating(client: Client) -> Callable[[], Any]:
    """Open the form of a new ticket and send it: each has a key of its own."""
    values = {"title": "Printer", "description": "It is on fire.", "caller_id": "#600",
              "origin": "phone", "impact": "2", "urgency": "2"}  # fmt: skip

    def once() -> Any:
        hidden = _hidden(requested(client.get, "/objects/new/UserRequest").text)
        page = requested(client.post, "/objects/new/UserRequest", data={**hidden, **values})
        assert page.status_code == 303, page.text
        return page

    return once


def _inserting(database: peewee.Database) -> Callable[[], Any]:
    """A row of a ticket, and what is looked up for it, in a transaction."""
    execute = driver_of(database)
    looked_up = ("SELECT name FROM organization WHERE id = ?", "SELECT * FROM contact WHERE id = ?")
    reading = [marked(database, sql) for sql in looked_up]
    copied = ("finalclass", "org_id", "caller_id", "title", "description", "status",
              "operational_status", "origin", "impact", "urgency", "priority", "start_date",
              "last_update")  # fmt: skip
    columns = ", ".join(copied)
    writing = marked(
        database,
        f"INSERT INTO ticket (ref, {columns})"  # noqa: S608 -- names of this file
        f" SELECT ?, {columns} FROM ticket WHERE id = 1",
    )
    stored = execute("SELECT COUNT(*) FROM ticket WHERE ref LIKE 'R-bench-%'").fetchall()
    number = count(stored[0][0] + 1)  # an earlier run, with the same folder, left its tickets

    def once() -> Any:
        with database.atomic():
            for sql in reading:
                execute(sql, [1]).fetchall()
            execute(writing, [f"R-bench-{next(number)}"])

    return once
