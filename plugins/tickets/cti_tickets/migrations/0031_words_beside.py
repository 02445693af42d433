"""How the other words of a name begin stands beside each of its words."""

from cti_tickets.model.data_model import built_in
from cti_tickets.store.words.kept import install


def up(migrator, db):
    """Write all words anew; those of classes of other plugins follow with their missing table."""
    for table in db.get_tables():
        if table.startswith("words_of_classes_"):
            db.execute_sql(f'DROP TABLE "{table}"')
    install(db, built_in().schema)


def down(migrator, db):
    """Nothing: what looks up other words is no longer there."""
