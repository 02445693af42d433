"""The words of texts besides names, and how words may be misspelt: what the search looks up."""

from cti_tickets.model.data_model import built_in
from cti_tickets.store.words.kept import install


def up(migrator, db):
    install(db, built_in().schema)
