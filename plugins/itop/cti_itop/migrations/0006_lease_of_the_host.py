"""The lease of the mirror becomes one of the host's: other columns, and the clock of the database.

Frozen: later changes of the model come as further migrations.
"""


def up(migrator, db):
    for column in (
        "owner VARCHAR(255) DEFAULT '' NOT NULL",
        "number BIGINT DEFAULT 0 NOT NULL",
        '"until" BIGINT DEFAULT 0 NOT NULL',
    ):
        db.execute_sql(f"ALTER TABLE itop_sync ADD COLUMN {column}")
    for column in ("lease_owner", "lease_until"):
        db.execute_sql(f"ALTER TABLE itop_sync DROP COLUMN {column}")
