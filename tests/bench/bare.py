"""What the panel is compared with: the same rows, without hooks, settings, sign-in or OQL.

Served like the host, from SQLite or PostgreSQL. `/` is a hello-world; `/bare?phone=+336…` runs
three hand-written SQL statements and renders one template.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from flask import Flask, render_template, request
from jinja2 import DictLoader

CALLER = """
SELECT p.id, p.first_name, p.name, o.name FROM contact p JOIN organization o ON o.id = p.org_id
WHERE p.phone_e164 = ? OR p.mobile_phone_e164 = ?
"""
ROWS = """
SELECT t.ref, t.title, t.status, c.first_name, c.name, t.start_date, t.last_update, t.id,
  COUNT(*) OVER () FROM ticket t JOIN contact c ON c.id = t.caller_id
"""
OF_CALLER = (
    ROWS + "WHERE t.caller_id = ? AND t.finalclass = 'UserRequest' AND t.status != 'closed' "
    "ORDER BY t.ref DESC LIMIT 10"
)
OF_ORGANIZATION = (
    ROWS + "WHERE t.org_id = (SELECT org_id FROM contact WHERE id = ?) "  # noqa: S608 -- constants
    "AND t.finalclass = 'UserRequest' AND t.status != 'closed' ORDER BY t.ref DESC LIMIT 10"
)
PAGE = """<!doctype html>
<html lang="en"><head><title>{{ caller[1] }} {{ caller[2] }}</title></head><body>
<h1>{{ caller[1] }} {{ caller[2] }}, {{ caller[3] }}</h1>
{% for label, rows in lists %}
<h2>{{ label }} {{ rows[0][8] if rows else 0 }}</h2>
<table><tr><th>Ticket</th><th>Title</th><th>Status</th><th>Caller</th><th>Started</th><th>Updated</th></tr>
{% for row in rows %}
<tr><td><a href="/objects/UserRequest/{{ row[7] }}">{{ row[0] }}</a></td><td>{{ row[1] }}</td>
<td>{{ row[2] }}</td><td>{{ row[3] }} {{ row[4] }}</td>
<td>{{ row[5] }}</td><td>{{ row[6] }}</td></tr>
{% endfor %}
</table>
{% endfor %}
</body></html>
"""


def create() -> Flask:
    """The bare application, on the database that `BENCH_DATABASE` names: a file or a URL."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"bare.html": PAGE})
    local = threading.local()

    def read(statement: str, values: Sequence[object]) -> list[Any]:
        if not hasattr(local, "read"):
            local.read = _reader(os.environ["BENCH_DATABASE"])
        rows: list[Any] = local.read(statement, values)
        return rows

    @app.get("/")
    def hello() -> str:
        return "Hello, world!"

    @app.get("/bare")
    def bare() -> str:
        phone = "+" + request.args["phone"].strip(" +")
        caller = read(CALLER, (phone, phone))[0]
        lists = [
            (label, read(sql, (caller[0],)))
            for label, sql in (
                ("User Requests opened for this caller", OF_CALLER),
                ("User Requests opened for the organization of the caller", OF_ORGANIZATION),
            )
        ]
        return render_template("bare.html", caller=caller, lists=lists)

    return app


def _reader(database: str) -> Callable[[str, Sequence[object]], list[Any]]:
    """Runs statements on a connection of its own."""
    if database.startswith("postgresql:"):
        server = psycopg.connect(database, autocommit=True)
        return lambda text, values: server.execute(text.replace("?", "%s"), values).fetchall()
    file = sqlite3.connect(database)
    return lambda text, values: file.execute(text, values).fetchall()
