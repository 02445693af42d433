"""Several numbers in one phone field of iTop: which of them are stored together.

`numbering` is how the keys of the mirror's numbers were written; the next run writes those of an
earlier version anew.

Frozen: later changes of the model come as further migrations.
"""


def up(migrator, db):
    db.execute_sql(
        "CREATE TABLE itop_joint_number (key VARCHAR(255) NOT NULL, joint VARCHAR(255) NOT NULL,"
        " PRIMARY KEY (key, joint))"
    )
    # A run that was interrupted is begun anew: it has keys of both kinds otherwise.
    db.execute_sql("UPDATE itop_sync SET run_started = 0")
    db.execute_sql("ALTER TABLE itop_sync ADD COLUMN numbering INTEGER DEFAULT 0 NOT NULL")
