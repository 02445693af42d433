"""What the panel is compared with: the same rows, without hooks, settings, sign-in or OQL.

Served like the host. `/` is a hello-world; `/bare?phone=+336…` runs three hand-written SQL
statements and renders one template.
"""

from __future__ import annotations

import os
import sqlite3
import threading

from flask import Flask, render_template, request
from jinja2 import DictLoader

CALLER = """
SELECT p.id, p.first_name, p.name, o.name FROM contact p JOIN organization o ON o.id = p.org_id
WHERE p.phone_e164 = ?1 OR p.mobile_phone_e164 = ?1
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
    """The bare application, on the database that `BENCH_DATABASE` names."""
    app = Flask("bare")
    app.jinja_loader = DictLoader({"bare.html": PAGE})
    local = threading.local()

    def connection() -> sqlite3.Connection:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(os.environ["BENCH_DATABASE"])
        found: sqlite3.Connection = local.connection
        return found

    @app.get("/")
    def hello() -> str:
        return "Hello, world!"

    @app.get("/bare")
    def bare() -> str:
        phone = "+" + request.args["phone"].strip(" +")
        caller = connection().execute(CALLER, (phone,)).fetchone()
        lists = [
            (label, connection().execute(sql, (caller[0],)).fetchall())
            for label, sql in (
                ("User Requests opened for this caller", OF_CALLER),
                ("User Requests opened for the organization of the caller", OF_ORGANIZATION),
            )
        ]
        return render_template("bare.html", caller=caller, lists=lists)

    return app
