"""What queries need: functions on PostgreSQL, and indexes of texts in the form they compare in.

The indexes need the functions. `cti-host db upgrade` replaces these whenever they have changed.
"""

import peewee
from cti_oql import install_functions

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
    install_functions(db)
    for index in USELESS:
        db.execute_sql(f"DROP INDEX {index}")
    collation = ' COLLATE "C"' if isinstance(db, peewee.PostgresqlDatabase) else ""
    for table, columns in FOLDED.items():
        for column in columns:
            db.execute_sql(
                f"CREATE INDEX {table}_{column}_folded ON {table} ((cti_fold({column}){collation}))"
            )
