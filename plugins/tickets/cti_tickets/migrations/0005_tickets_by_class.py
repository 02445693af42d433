"""An index for lists of a whole class of tickets, the newest first, and for counting them."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX ticket_finalclass_ref ON ticket (finalclass, ref)")
