"""The organizations that agents are limited to."""

import peewee


def up(migrator, db):
    """Create the table; an agent without a row in it is limited to none."""
    is_postgresql = isinstance(db, peewee.PostgresqlDatabase)
    id_ = "SERIAL" if is_postgresql else "INTEGER"
    db.execute_sql(
        "CREATE TABLE agent_organization ("
        f'id {id_} NOT NULL PRIMARY KEY, "agent_id" INTEGER NOT NULL, '
        '"organization_id" INTEGER NOT NULL, '
        'FOREIGN KEY ("agent_id") REFERENCES "agent" ("id") ON DELETE CASCADE)'
    )
    db.execute_sql(
        "CREATE UNIQUE INDEX agent_organization_pair"
        ' ON agent_organization ("agent_id", "organization_id")'
    )


def down(migrator, db):
    """Drop the table."""
    db.execute_sql("DROP TABLE agent_organization")
