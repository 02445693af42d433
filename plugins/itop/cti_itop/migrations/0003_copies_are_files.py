"""`itop copy` writes files, which say themselves how far it is."""


def up(migrator, db):
    db.execute_sql("DROP TABLE itop_copy")
