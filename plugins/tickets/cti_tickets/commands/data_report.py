"""The command `cti-host data report`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from cti_tickets.commands.running import connected
from cti_tickets.directory.findings import Directory, Finding, Listed
from cti_tickets.directory.received_calls import CallStatistics

# Reads the report with so many findings of each kind.
ReadReport = Callable[[int | None], tuple[Directory, CallStatistics]]
_TITLES = {
    "unreadable": "Numbers that can never match",
    "several": "Two numbers in one field",
    "shared": "Numbers that several have",
    "twice": "Persons who are there twice",
}


def report_command(read: ReadReport) -> click.Command:
    """The command, for a site's report."""

    @click.command("report")
    @click.option(
        "--limit",
        default=20,
        show_default=True,
        type=click.IntRange(0),
        help="Findings of each kind; 0: all.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    def command(limit: int, as_json: bool) -> None:
        """Tell what keeps callers from being found, as a list to work off.

        Numbers that can never match, and why; fields with two numbers; numbers that several have;
        persons who are there twice; how many of the calls of late found somebody, and the numbers
        that found nobody, most frequent first.
        """
        with connected():
            directory, calls = read(limit or None)
        if as_json:
            click.echo(json.dumps(as_data(directory, calls), ensure_ascii=False))
        else:
            _tell(directory, calls)

    return command


def as_data(directory: Directory, calls: CallStatistics) -> dict[str, Any]:
    """The report as JSON has it."""
    kinds = {name: _listed(getattr(directory, name)) for name in _TITLES}
    unmatched = [{**asdict(one), "last": str(one.last)} for one in calls.unmatched]
    about = {"days": calls.days, "calls": calls.calls, "matched": calls.matched}
    return {
        "persons": directory.persons,
        **kinds,
        "calls": {
            **about,
            "rate": calls.rate,
            "numbers_kept": calls.keeps_numbers,
            "unmatched": unmatched,
        },
    }


def _listed(listed: Listed) -> dict[str, Any]:
    return {
        "total": listed.total,
        "findings": [
            {
                "text": one.text,
                "about": one.about,
                "count": one.count,
                "members": [
                    {
                        "class": m.class_name,
                        "id": m.id,
                        "name": m.name,
                        "path": f"/objects/{m.class_name}/{m.id}",
                    }
                    for m in one.members
                ],
            }
            for one in listed.first
        ],
    }


def _tell(directory: Directory, calls: CallStatistics) -> None:
    click.echo(f"Persons: {directory.persons}")
    for name, title in _TITLES.items():
        listed: Listed = getattr(directory, name)
        click.echo(f"{title}: {listed.total}")
        for one in listed.first:
            click.echo(f"  {_line(one)}")
        if listed.total > len(listed.first):
            click.echo(f"  … and {listed.total - len(listed.first)} more; --limit 0 has them all")
    _tell_calls(calls)


def _line(one: Finding) -> str:
    text = " ".join(one.text.split())
    names = ", ".join(f"{m.name} (/objects/{m.class_name}/{m.id})" for m in one.members)
    more = f" and {one.count - len(one.members)} more" if one.count > len(one.members) else ""
    return f"{text}: {one.about}: {names}{more}"


def _tell_calls(calls: CallStatistics) -> None:
    if not calls.days:
        click.echo("Calls: none are kept (keep_calls_days in [plugin.tickets])")
        return
    rate = "" if calls.rate is None else f", of which {calls.rate:.0%} found somebody"
    click.echo(f"Calls of the last {calls.days} days: {calls.calls}{rate}")
    if not calls.keeps_numbers:
        click.echo("  the numbers that find nobody are not kept (keep_numbers in [plugin.tickets])")
    for one in calls.unmatched:
        click.echo(f"  {one.number}: {one.calls} calls, the last on {one.last:%Y-%m-%d}")
