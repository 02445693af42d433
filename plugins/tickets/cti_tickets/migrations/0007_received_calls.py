"""The calls of late: how many found somebody, and which numbers found nobody.

Rows expire (`keep_calls_days`); a number is in one only if the settings allow it.
"""

import peewee


def up(migrator, db):
    is_postgresql = isinstance(db, peewee.PostgresqlDatabase)
    id_ = "SERIAL NOT NULL PRIMARY KEY" if is_postgresql else "INTEGER NOT NULL PRIMARY KEY"
    moment = "TIMESTAMP" if is_postgresql else "DATETIME"
    db.execute_sql(
        f"CREATE TABLE received_call (id {id_}, received {moment} NOT NULL,"
        " callers INTEGER NOT NULL, number VARCHAR(255) DEFAULT '' NOT NULL)"
    )
    db.execute_sql("CREATE INDEX received_call_received ON received_call (received)")
