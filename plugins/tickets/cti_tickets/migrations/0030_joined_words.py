"""Words of names are found joined, too, and e-mail addresses by their domain.

Migration 0031 writes all words anew, so that an upgrade takes that time once.
"""


def up(migrator, db):
    pass


def down(migrator, db):
    """Nothing: what looks up other words is no longer there."""
