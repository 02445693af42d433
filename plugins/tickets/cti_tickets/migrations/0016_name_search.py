"""The words of names, to find objects by, and an index for the contacts that are no persons.

The few teams are not looked for among all persons. An index of all classes would be used for lists
of persons as well, which then are sorted as a whole.
"""

from cti_tickets.store.words.kept import install_names


def up(migrator, db):
    install_names(db)
    db.execute_sql(
        "CREATE INDEX contact_no_person ON contact (finalclass) WHERE finalclass <> 'Person'"
    )
