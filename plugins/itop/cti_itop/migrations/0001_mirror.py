"""The mirror of iTop's persons and organizations, and how far its synchronization is.

Frozen: later changes of the models come as further migrations.
"""

STRING = "VARCHAR(255) DEFAULT '' NOT NULL"
MOMENT = "BIGINT DEFAULT 0 NOT NULL"  # seconds since 1970, 0: never
COUNT = "INTEGER DEFAULT 0 NOT NULL"

# A version of an object: from the run that brought it to the one that found it changed or gone.
VERSION = {
    "id": "INTEGER NOT NULL",
    "since": "INTEGER NOT NULL",
    "until": "INTEGER",
}

TABLES = {
    "itop_organization": {
        **VERSION,
        "name": STRING,
        "code": STRING,
        "status": STRING,
        "parent_id": COUNT,
    },
    "itop_person": {
        **VERSION,
        "class_name": STRING,
        "friendlyname": "TEXT DEFAULT '' NOT NULL",
        "first_name": STRING,
        "name": STRING,
        "email": STRING,
        "phone": STRING,
        "mobile_phone": STRING,
        "org_id": COUNT,
        "org_name": STRING,
        "status": STRING,
        "more": "TEXT DEFAULT '' NOT NULL",
        "email_key": "VARCHAR(255)",
        "phone_key": "VARCHAR(255)",
        "mobile_key": "VARCHAR(255)",
    },
    "itop_sync": {
        "id": "INTEGER NOT NULL PRIMARY KEY",
        "url": "TEXT DEFAULT '' NOT NULL",
        "visible": COUNT,
        "started": MOMENT,
        "finished": MOMENT,
        "organizations": COUNT,
        "persons": COUNT,
        "run": COUNT,
        "run_started": MOMENT,
        "run_class": STRING,
        "run_after": COUNT,
        "run_done": COUNT,
        "lease_owner": STRING,
        "lease_until": MOMENT,
        "problem": "TEXT DEFAULT '' NOT NULL",
        "problem_at": MOMENT,
    },
    "itop_copy": {
        "class_name": "VARCHAR(255) NOT NULL PRIMARY KEY",
        "url": "TEXT DEFAULT '' NOT NULL",
        "attributes": "TEXT DEFAULT '' NOT NULL",
        "after": COUNT,
        "objects": COUNT,
        "checksum": "VARCHAR(32) DEFAULT '' NOT NULL",
        "finished": MOMENT,
    },
}


def up(migrator, db):
    for table, columns in TABLES.items():
        parts = [f'"{name}" {spelling}' for name, spelling in columns.items()]
        if "since" in columns:
            parts.append("PRIMARY KEY (id, since)")
        db.execute_sql(f'CREATE TABLE "{table}" ({", ".join(parts)})')
    for table in ("itop_organization", "itop_person"):
        db.execute_sql(f'CREATE INDEX {table}_until ON {table} ("until") WHERE "until" IS NOT NULL')
    for key in ("email_key", "phone_key", "mobile_key"):
        db.execute_sql(
            f"CREATE INDEX itop_person_{key} ON itop_person ({key}) WHERE {key} IS NOT NULL"
        )
    db.execute_sql("INSERT INTO itop_sync (id) VALUES (1)")
