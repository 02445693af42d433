"""`cti-host privacy`: a person's data handed over or erased, in every plugin."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cti_host.command_line.context import Context, fail, json_option, pass_context
from cti_host.databases.remains import remove_remains
from cti_host.databases.transactions import writing
from cti_host.model import DataSubject, PersonalData
from cti_host.removals import expiry_text, removal_lines, removals_as_json

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Only say what would be done; nothing is changed."
)


@click.group()
def privacy() -> None:
    """A person's data: hand it over, erase it, delete what is too old."""


@privacy.command("export")
@click.argument("person")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="A file instead of standard output."
)
@click.option("--dry-run", is_flag=True, help="Only say how much there is.")
@json_option
@pass_context
def export_command(
    context: Context, person: str, output: Path | None, dry_run: bool, as_json: bool
) -> None:
    """Hand over what is stored about PERSON: a key (Person::20), a name, an e-mail or a number."""
    host = context.host
    with context.app.app_context(), host.database.connection_context():
        subject = _the_one(context, person)
        found = host.hooks.personal_data(subject)
    if found.failed:
        _failed(found.failed)
    parts = [part for _plugin, part in found.items]
    if dry_run:
        text = _counts(subject, parts, as_json=as_json)
    elif as_json:
        text = json.dumps(_as_json(subject, parts), ensure_ascii=False, indent=2)
    else:
        text = _as_text(subject, parts)
    if output is None:
        click.echo(text)
        return
    try:
        # It holds a person's data: nobody but its owner reads it.
        output.touch(mode=0o600)
        output.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        fail(f"{output} can't be written: {error.strerror}")


@privacy.command("erase")
@click.argument("person")
@dry_run_option
@click.option("--yes", is_flag=True, help="Don't ask whether it is meant.")
@json_option
@pass_context
def erase_command(context: Context, person: str, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase PERSON (a key, a name, an e-mail or a number); their tickets stay, without them."""
    host = context.host
    with context.app.app_context(), host.database.connection_context():
        subject = _the_one(context, person)
        if not dry_run and not yes:
            click.confirm(f"Erase {subject.display} ({subject.key})?", abort=True, err=True)
        with writing() as transaction:
            done = host.hooks.erase_personal_data(subject, dry_run)
            if done.failed or dry_run:
                transaction.rollback()
        if done.failed:
            _failed(done.failed, "nothing was erased")
        remains = "" if dry_run else remove_remains(host.database)
    if as_json:
        answer = {"person": subject.key, "dry_run": dry_run, "erased": removals_as_json(done)}
        click.echo(json.dumps({**answer, "remains": remains}, ensure_ascii=False))
        return
    click.echo(f"{subject.key}:" + (" would be erased" if dry_run else " erased"))
    for line in removal_lines(done):
        click.echo(f"  {line}")
    if remains:
        click.echo(f"  ! {remains}")


@privacy.command("expire")
@dry_run_option
@json_option
@pass_context
def expire_command(context: Context, dry_run: bool, as_json: bool) -> None:
    """Delete what was kept for as long as the settings say, in every plugin."""
    host = context.host
    with context.app.app_context(), host.database.connection_context():
        done = host.hooks.expire_data(dry_run)
        if not dry_run:
            remove_remains(host.database)
    click.echo(expiry_text(done, dry_run=dry_run, as_json=as_json))
    if done.failed:
        _failed(done.failed)


def _the_one(context: Context, person: str) -> DataSubject:
    """The only person who is meant."""
    found = context.host.hooks.find_data_subjects(person)
    if found.failed:
        _failed(found.failed)
    subjects = [subject for _plugin, subject in found.items]
    if not subjects:
        fail("nobody is found by that", "write a key (Person::20), a name, an e-mail or a number")
    if len(subjects) > 1:
        lines = "\n".join(f"    {one.key}  {one.display}" for one in subjects)
        fail(f"several persons are found:\n{lines}", "write the key of one of them")
    return _with_agents(context, subjects[0])


def _with_agents(context: Context, subject: DataSubject) -> DataSubject:
    """A person with the names that they sign in with, whichever plugin has them."""
    found = context.host.hooks.agent_names(subject)
    if found.failed:
        _failed(found.failed)
    names = [*subject.agents, *(name for _plugin, name in found.items)]
    return replace(subject, agents=[*dict.fromkeys(names)])


def _failed(lines: Sequence[str], besides: str = "") -> None:
    for line in lines:
        click.echo(f"cti-host: {line}", err=True)
    if besides:
        click.echo(f"    -> {besides}", err=True)
    sys.exit(1)


def _counts(subject: DataSubject, parts: Sequence[PersonalData], *, as_json: bool) -> str:
    counts = {part.title: len(part.entries) for part in parts}
    if as_json:
        return json.dumps({"person": subject.key, "parts": counts}, ensure_ascii=False)
    lines = [f"{subject.key} {subject.display}"]
    return "\n".join([*lines, *(f"  {title}: {count}" for title, count in counts.items())])


def _as_json(subject: DataSubject, parts: Sequence[PersonalData]) -> Mapping[str, Any]:
    return {
        "person": subject.key,
        "display": subject.display,
        "exported": datetime.now(UTC).isoformat(timespec="seconds"),
        "parts": [
            {"title": part.title, "entries": [dict(entry) for entry in part.entries]}
            for part in parts
        ],
    }


def _as_text(subject: DataSubject, parts: Sequence[PersonalData]) -> str:
    when = datetime.now(UTC).isoformat(sep=" ", timespec="minutes").replace("+00:00", " UTC")
    lines = [f"What is stored about {subject.display}", f"{subject.key}, {when}"]
    for part in parts:
        lines += ["", f"{part.title} ({len(part.entries)})", "=" * len(part.title)]
        for entry in part.entries:
            lines.append("")
            for label, text in entry.items():
                first, *rest = text.splitlines() or [""]
                lines += [f"  {label}: {first}", *(f"    {line}" for line in rest)]
    return "\n".join(lines)
