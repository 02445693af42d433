"""An index of what an agent has changed, the latest last: the start page tells it."""


def up(migrator, db):
    db.execute_sql("CREATE INDEX object_change_account ON object_change (account, id)")
