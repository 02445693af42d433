"""Indexes of texts as they compare, of those only that are not empty.

Most people have no second number, and many no e-mail address. An index of all these empty texts
makes SQLite believe, once it has counted, that each text is found a hundred thousand times.
"""

import peewee

OPTIONAL = {
    "organization": ["code"],
    "contact": ["email", "phone", "mobile_phone"],
}


def up(migrator, db):
    collation = ' COLLATE "C"' if isinstance(db, peewee.PostgresqlDatabase) else ""
    for table, columns in OPTIONAL.items():
        for column in columns:
            index = f"{table}_{column}_folded"
            db.execute_sql(f"DROP INDEX {index}")
            db.execute_sql(
                f"CREATE INDEX {index} ON {table} ((cti_fold({column}){collation}))"
                f" WHERE {column} <> ''"
            )
