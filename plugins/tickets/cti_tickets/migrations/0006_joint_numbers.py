"""Several numbers in one phone attribute: which of them are stored together."""


def up(migrator, db):
    db.execute_sql(
        "CREATE TABLE joint_number (key VARCHAR(255) NOT NULL, joint VARCHAR(255) NOT NULL,"
        " PRIMARY KEY (key, joint))"
    )
