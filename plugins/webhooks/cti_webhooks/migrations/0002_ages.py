"""Since when the secret in an address is good."""


def up(migrator, db):
    """Add the column."""
    db.execute_sql('ALTER TABLE "webhook_address" ADD COLUMN "since" BIGINT NOT NULL DEFAULT 0')


def down(migrator, db):
    """Drop it."""
    db.execute_sql('ALTER TABLE "webhook_address" DROP COLUMN "since"')
