"""Indexes for lists: phone calls by day, also of an agent or in one direction, and tickets.

Each list is read from a place in its order on, so the index ends with the id. The first takes the
place of the index of the agent alone.
"""

INDEXES = [
    ("phone_call", "agent_date", "agent_id, date, id"),
    ("phone_call", "flow_date", "flow, date, id"),
    ("phone_call", "date", "date, id"),
    ("ticket", "finalclass_start_date", "finalclass, start_date, id"),
    ("ticket", "finalclass_last_update", "finalclass, last_update, id"),
    ("ticket", "last_update", "last_update, id"),
    ("ticket", "finalclass_status", "finalclass, status, ref"),
]


def up(migrator, db):
    for table, name, columns in INDEXES:
        db.execute_sql(f"CREATE INDEX {table}_{name} ON {table} ({columns})")
    db.execute_sql("DROP INDEX phone_call_agent_id")
