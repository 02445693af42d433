"""What was dialled a few seconds ago, so that a double click places one call."""

import peewee


def up(migrator, db):
    """Create the table."""

    class RecentClick(peewee.Model):
        mark = peewee.CharField(max_length=64, primary_key=True)
        at = peewee.BigIntegerField(index=True)

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "recent_click"

    db.create_tables([RecentClick])


def down(migrator, db):
    """Drop the table."""
    db.execute_sql('DROP TABLE "recent_click"')
