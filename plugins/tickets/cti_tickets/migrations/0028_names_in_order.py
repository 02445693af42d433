"""People by name or first name, on PostgreSQL: those with the same one are in order, too.

An index of the names alone leaves all to be sorted who have the name that a page begins with.
SQLite's indexes end with the ids anyway.
"""

import peewee

COLUMNS = ("name", "first_name")


def up(migrator, db):
    _index(db, ", id")


def down(migrator, db):
    """Index the names alone."""
    _index(db, "")


def _index(db, more):
    if not isinstance(db, peewee.PostgresqlDatabase):
        return
    for column in COLUMNS:
        index = f"contact_{column}_folded"
        db.execute_sql(f"DROP INDEX {index}")
        folded = f'(cti_fold({column}) COLLATE "C")'
        db.execute_sql(f"CREATE INDEX {index} ON contact ({folded}{more})")
