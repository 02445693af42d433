"""Indexes for lists of tickets by priority, and of those that are not closed, in any order.

Most tickets are closed, so the indexes of the others are small. Each has in order what a list of
one class, team, agent or organization shows; a list of several is read from each of them.
"""

NOT_CLOSED = "operational_status <> 'closed'"
INDEXES = {
    "open_priority": "operational_status, finalclass, priority, id",
    "open_last_update": "operational_status, finalclass, last_update, id",
    "open_start_date": "operational_status, finalclass, start_date, id",
    "open_ref": "operational_status, finalclass, ref, id",
    "open_team_id": "team_id, operational_status, priority, id",
    "open_agent_id": "agent_id, operational_status, priority, id",
    "open_org_id": "org_id, operational_status, priority, id",
}


def up(migrator, db):
    db.execute_sql("CREATE INDEX ticket_finalclass_priority ON ticket (finalclass, priority, id)")
    for name, columns in INDEXES.items():
        db.execute_sql(f"CREATE INDEX ticket_{name} ON ticket ({columns}) WHERE {NOT_CLOSED}")


def down(migrator, db):
    """Drop the indexes."""
    for name in INDEXES:
        db.execute_sql(f"DROP INDEX ticket_{name}")
    db.execute_sql("DROP INDEX ticket_finalclass_priority")
