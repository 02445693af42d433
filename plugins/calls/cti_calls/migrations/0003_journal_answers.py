"""What phone systems were told, and refused requests, counted; who deletes what is old."""

import peewee


def up(migrator, db):
    """Add the columns; a problem may be longer, with what stands in its sentence."""
    for column in (
        "\"answer\" VARCHAR(60) NOT NULL DEFAULT ''",
        '"count" INTEGER NOT NULL DEFAULT 1',
        '"refused" INTEGER NOT NULL DEFAULT 0',
    ):
        db.execute_sql(f'ALTER TABLE "phone_event" ADD COLUMN {column}')

    class Duty(peewee.Model):
        id = peewee.BigAutoField()
        name = peewee.CharField(max_length=20, unique=True)
        owner = peewee.CharField(max_length=255)
        number = peewee.BigIntegerField()
        until = peewee.BigIntegerField()

        class Meta:
            database = db
            legacy_table_names = False
            table_name = "phone_duty"

    db.create_tables([Duty])
    if isinstance(db, peewee.PostgresqlDatabase):
        db.execute_sql('ALTER TABLE "phone_event" ALTER COLUMN "problem" TYPE TEXT')


def down(migrator, db):
    """Drop the columns, and the entries that make no sense without them."""
    db.execute_sql('DROP TABLE "phone_duty"')
    db.execute_sql('DELETE FROM "phone_event" WHERE "refused" = 1')
    for column in ("answer", "count", "refused"):
        db.execute_sql(f'ALTER TABLE "phone_event" DROP COLUMN "{column}"')
