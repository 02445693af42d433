"""Views of lists that agents have saved, and which one a list begins with."""

import peewee


def up(migrator, db):
    class SavedView(peewee.Model):
        class Meta:
            database = db
            table_name = "saved_view"
            indexes = ((("account", "class_name", "name"), True), (("shared", "class_name"), False))

        id = peewee.BigAutoField()
        account = peewee.CharField()
        class_name = peewee.CharField()
        name = peewee.CharField()
        arguments = peewee.TextField(default="", constraints=[peewee.SQL("DEFAULT ''")])
        shared = peewee.BooleanField()

    class DefaultView(peewee.Model):
        class Meta:
            database = db
            table_name = "default_view"
            indexes = ((("account", "class_name"), True),)

        id = peewee.BigAutoField()
        account = peewee.CharField()
        class_name = peewee.CharField()
        view = peewee.CharField()

    db.create_tables([SavedView, DefaultView])


def down(migrator, db):
    """Drop the tables."""
    db.execute_sql("DROP TABLE default_view")
    db.execute_sql("DROP TABLE saved_view")
