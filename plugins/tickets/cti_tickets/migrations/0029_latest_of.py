"""The latest tickets of an organization, an agent or a team, and phone calls of a person.

Their pages show some of them, lists narrowed down to them begin with them: what has thousands would
be sorted each time. The last index takes the place of that of the person alone.
"""

INDEXES = [
    ("ticket", "org_last_update", "org_id, last_update, id"),
    ("ticket", "agent_last_update", "agent_id, last_update, id"),
    ("ticket", "team_last_update", "team_id, last_update, id"),
    ("phone_call", "contact_date", "contact_id, date, id"),
]


def up(migrator, db):
    for table, name, columns in INDEXES:
        db.execute_sql(f"CREATE INDEX {table}_{name} ON {table} ({columns})")
    db.execute_sql("DROP INDEX phone_call_contact_id")


def down(migrator, db):
    """Drop the indexes, and index the person alone."""
    db.execute_sql("CREATE INDEX phone_call_contact_id ON phone_call (contact_id)")
    for table, name, _columns in INDEXES:
        db.execute_sql(f"DROP INDEX {table}_{name}")
