"""`cti-host db`: the tables of the database, and copies of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from cti_host.command_line.context import Context, fail, json_option, pass_context
from cti_host.command_line.verdict import finding_lines, findings_as_json
from cti_host.databases import migrate, postgresql_copies, sqlite_copies
from cti_host.databases.copies import CopyFailed, InUse
from cti_host.databases.examine import SOURCE, examine
from cti_host.databases.ready import is_fresh
from cti_host.databases.remains import remove_remains
from cti_host.databases.sqlite import SqliteFile
from cti_host.databases.statistics import update_statistics
from cti_host.databases.upgrading import Upgraded, try_upgrade, upgrade_with_backup
from cti_host.health import processes
from cti_host.host import Host
from cti_host.model import Level

_file = click.Path(dir_okay=False, path_type=Path)


@click.group()
def db() -> None:
    """The database: its tables, and copies of it."""


@db.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--no-backup", is_flag=True, help="Make no copy of an SQLite file first.")
@json_option
@pass_context
def upgrade(context: Context, dry_run: bool, no_backup: bool, as_json: bool) -> None:
    """Create or change the tables that the enabled plugins need.

    A SQLite database that has tables is copied first, when there is something to change; the
    name of the copy is printed. With --dry-run the changes are tried with another copy of it.
    """
    host = context.host
    with context.app.app_context():
        if waiting := migrate.unknown(host):
            fail(
                f"a newer version changed the database ({', '.join(waiting)})",
                "install that version, or restore the backup of before: cti-host db restore FILE",
            )
        try:
            done = try_upgrade(host) if dry_run else upgrade_with_backup(host, not no_backup, _say)
        except CopyFailed as failed:
            remedy = failed.remedy or "make room for a copy, or give --no-backup"
            fail(f"no backup could be made, so nothing was changed: {failed}", remedy)
    if as_json:
        click.echo(json.dumps(_as_json(done, dry_run)))
        return
    for name in done.applied:
        click.echo(f"{'would apply' if dry_run else 'applied'} {name}")
    if dry_run and done.tried:
        click.echo("tried with a copy of the database: it works")
    if not dry_run or not done.applied:
        click.echo("the database is up to date")


@db.command()
@json_option
@pass_context
def check(context: Context, as_json: bool) -> None:
    """Find out whether the database is whole: each table, index and reference is read."""
    with context.app.app_context():
        findings = [(SOURCE, finding) for finding in examine(context.host, quick=False)]
    ok = all(finding.level is not Level.BAD for _source, finding in findings)
    if as_json:
        click.echo(json.dumps({"ok": ok, "findings": findings_as_json(findings)}))
    else:
        for line in finding_lines(findings):
            click.echo(line)
    sys.exit(0 if ok else 1)


@db.command()
@click.argument("file", type=_file)
@pass_context
def backup(context: Context, file: Path) -> None:
    """Copy the database into a new FILE, also while the host runs, and open the copy.

    For PostgreSQL, pg_dump makes it.
    """
    host = context.host
    try:
        with context.app.app_context():
            if isinstance(host.database, SqliteFile):
                sqlite_copies.copy(host.database, file)
            else:
                postgresql_copies.copy(host.settings.database, file)
    except CopyFailed as failed:
        fail(str(failed), failed.remedy)
    click.echo(f"{file}: the whole database; it was opened and is complete")
    for folder in host.kept_apart:
        if folder.is_dir():
            click.echo(f"{folder}: files that are not in it; copy this folder now, too")


@db.command()
@click.argument("file", type=_file)
@pass_context
def restore(context: Context, file: Path) -> None:
    """Put a backup in the place of the database; what was there is kept in a file.

    Stop the host first. For PostgreSQL, pg_restore and psql do it, in one transaction.
    """
    host = context.host
    try:
        with context.app.app_context():
            kept = _restore(context, host, file)
            waiting = migrate.pending(host)
            with host.database.connection_context():
                update_statistics(host.database)
    except CopyFailed as failed:
        fail(f"nothing was changed: {failed}", failed.remedy)
    if kept:
        click.echo(f"what was there before is in {kept}")
    click.echo(f"the database is that of {file}")
    if waiting:
        click.echo("it is of an older version; run: cti-host db upgrade")


def _restore(context: Context, host: Host, file: Path) -> Path | None:
    running = context.app.extensions[processes.EXTENSION].running()
    if running:
        raise InUse(f"the host runs ({running} processes)")
    if isinstance(host.database, SqliteFile):
        return sqlite_copies.restore(host.database, file)
    folder = host.config.resolve(host.settings.secret_key_file).parent
    return postgresql_copies.restore(host.database, host.settings.database, file, folder)


@db.command()
@pass_context
def vacuum(context: Context) -> None:
    """Write the database anew without free space; for SQLite, build its indexes again too."""
    with context.app.app_context():
        database = context.host.database
        if is_fresh(context.host):
            fail("there is no database yet", "run: cti-host db upgrade")
        with database.connection_context():
            if isinstance(database, SqliteFile):
                database.execute_sql("REINDEX")
            left = remove_remains(database)
    click.echo(left or "the database is written anew")


def _say(text: str) -> None:
    click.echo(text, err=True)


def _as_json(done: Upgraded, dry_run: bool) -> dict[str, Any]:
    if dry_run:
        return {"would_apply": done.applied, "tried": done.tried}
    return {"applied": done.applied, "backup": str(done.backup) if done.backup else None}
