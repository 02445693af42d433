"""Whether a person is a VIP, and notes about them.

A plugin may have added attributes of these names: what it stored is taken over, and a column that
can't hold it stays beside the new one, under another name.
"""

import peewee


def up(migrator, db):
    postgresql = isinstance(db, peewee.PostgresqlDatabase)
    columns = db.get_columns("contact")
    there = {column.name: column.data_type.upper() for column in columns}
    # A whole number may be missing, a yes or no may not.
    may_miss = {column.name for column in columns if column.null}
    if not there.get("vip", "").startswith("INT") or "vip" in may_miss:
        if "vip" in there:
            db.execute_sql("ALTER TABLE contact RENAME COLUMN vip TO vip_added")
        db.execute_sql("ALTER TABLE contact ADD COLUMN vip INTEGER DEFAULT 0 NOT NULL")
        if "vip" in there:
            db.execute_sql(
                "UPDATE contact SET vip = 1"
                " WHERE lower(CAST(vip_added AS TEXT)) IN ('1', 'yes', 'true')"
            )
    text = there.get("notes", "")
    if "notes" in there and not text.startswith(("TEXT", "VARCHAR", "CHARACTER VARYING")):
        db.execute_sql("ALTER TABLE contact RENAME COLUMN notes TO notes_added")
        text = ""
    if not text:
        db.execute_sql("ALTER TABLE contact ADD COLUMN notes TEXT DEFAULT '' NOT NULL")
    elif postgresql:
        db.execute_sql("ALTER TABLE contact ALTER COLUMN notes TYPE TEXT")


def down(migrator, db):
    """Drop the columns; what stayed beside them has its name again."""
    there = {column.name for column in db.get_columns("contact")}
    for name in ("notes", "vip"):
        db.execute_sql(f"ALTER TABLE contact DROP COLUMN {name}")
        if f"{name}_added" in there:
            db.execute_sql(f"ALTER TABLE contact RENAME COLUMN {name}_added TO {name}")
