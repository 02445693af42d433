"""The import that is being written, and its slices that are not written yet."""

import peewee

TABLES = {
    "pending_import": {
        "id": "INTEGER NOT NULL PRIMARY KEY",
        "digest": "VARCHAR(255) NOT NULL",
        "moment": "DATETIME NOT NULL",
        "account": "VARCHAR(255) DEFAULT '' NOT NULL",
        "author": "VARCHAR(255) DEFAULT '' NOT NULL",
        "files": "TEXT NOT NULL",
        "outcome": "TEXT DEFAULT '' NOT NULL",
        "left_out": "TEXT DEFAULT '[]' NOT NULL",
        "complete": "INTEGER DEFAULT 0 NOT NULL",
        "objects": "INTEGER NOT NULL",
        "written": "INTEGER DEFAULT 0 NOT NULL",
        "owner": "VARCHAR(255) DEFAULT '' NOT NULL",
        "number": "BIGINT DEFAULT 0 NOT NULL",
        "until": "BIGINT DEFAULT 0 NOT NULL",
    },
    "import_slice": {
        "id": "INTEGER NOT NULL PRIMARY KEY",
        "objects": "INTEGER NOT NULL",
        "first_ids": "TEXT NOT NULL",
        "first_ref": "INTEGER NOT NULL",
        "data": "BLOB NOT NULL",
    },
}
_OF_POSTGRESQL = {"DATETIME": "TIMESTAMP", "BLOB": "BYTEA"}
_OF_SQLITE = {"BIGINT": "INTEGER"}


def up(migrator, db):
    postgresql = isinstance(db, peewee.PostgresqlDatabase)
    for table, columns in TABLES.items():
        parts = [f"{name} {_type(spelling, postgresql)}" for name, spelling in columns.items()]
        db.execute_sql(f"CREATE TABLE {table} ({', '.join(parts)})")


def _type(spelling, postgresql):
    name, _, rest = spelling.partition(" ")
    return f"{(_OF_POSTGRESQL if postgresql else _OF_SQLITE).get(name, name)} {rest}"


def down(migrator, db):
    """Drop the tables."""
    for table in reversed(TABLES):
        db.execute_sql(f"DROP TABLE {table}")
