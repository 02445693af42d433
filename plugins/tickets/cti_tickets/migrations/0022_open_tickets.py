"""The index of an organization's tickets holds their status, too.

Lists of open tickets, which every panel shows and counts, are read from the index alone: no ticket
is looked up to find out that it is closed.
"""


def up(migrator, db):
    db.execute_sql("DROP INDEX ticket_org_id_ref")
    db.execute_sql("CREATE INDEX ticket_org_id_ref ON ticket (org_id, finalclass, ref, id, status)")
