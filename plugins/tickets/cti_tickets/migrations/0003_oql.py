"""What queries need: functions on PostgreSQL, and indexes of texts in the form they compare in.

The functions are those of the package as it is; a later change of them is a further migration.
"""

import peewee
from cti_oql.functions.postgresql import statements

FOLDED = {
    "organization": ["name", "code"],
    "location": ["name"],
    "contact": ["name", "first_name", "email", "phone", "mobile_phone"],
    "ticket": ["ref"],
    "service": ["name"],
}
# Indexes of the same texts as they are typed: nothing compares those any more.
USELESS = ["contact_phone", "contact_mobile_phone", "contact_email"]


def up(migrator, db):
    postgresql = isinstance(db, peewee.PostgresqlDatabase)
    if postgresql:
        for statement in statements():
            db.execute_sql(statement.replace("%", "%%"))
    for index in USELESS:
        db.execute_sql(f"DROP INDEX {index}")
    collation = ' COLLATE "C"' if postgresql else ""
    for table, columns in FOLDED.items():
        for column in columns:
            db.execute_sql(
                f"CREATE INDEX {table}_{column}_folded ON {table} ((cti_fold({column}){collation}))"
            )
