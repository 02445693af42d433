"""Indexes for long lists: the open tickets of an agent or a team, and all persons by name.

The first two take the place of indexes of the key alone. A change of the status of a ticket has
changed an index so far, too.
"""

import peewee

WITH_STATUS = ["agent_id", "team_id"]


def up(migrator, db):
    for key in WITH_STATUS:
        db.execute_sql(f"CREATE INDEX ticket_{key}_status ON ticket ({key}, status)")
        db.execute_sql(f"DROP INDEX ticket_{key}")
    collation = ' COLLATE "C"' if isinstance(db, peewee.PostgresqlDatabase) else ""
    db.execute_sql(
        "CREATE INDEX contact_friendlyname_folded ON contact"
        f" ((cti_fold(first_name || ' ' || name){collation}))"
    )
