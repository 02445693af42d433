"""Indexes for agents who may see some organizations only: their lists, in the usual order.

The last one takes the place of the index of the ticket alone.
"""

import peewee

FRIENDLYNAME = "cti_fold(first_name || ' ' || name)"


def up(migrator, db):
    by_code_point = ' COLLATE "C"' if isinstance(db, peewee.PostgresqlDatabase) else ""
    name = f"({FRIENDLYNAME}{by_code_point})"
    db.execute_sql("CREATE INDEX ticket_org_id_ref ON ticket (org_id, finalclass, ref, id)")
    db.execute_sql(f"CREATE INDEX contact_org_id_name ON contact (org_id, finalclass, {name}, id)")
    db.execute_sql("CREATE INDEX phone_call_ticket_date ON phone_call (ticket_id, date, id)")
    db.execute_sql("DROP INDEX phone_call_ticket_id")
