"""The command `cti-host data report`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import click

from cti_tickets.commands.running import connected
from cti_tickets.directory.findings import DirectoryReader, Finding, FindingKind, Listed
from cti_tickets.directory.received_calls import CallStatistics, CallStore

_TITLES = {
    FindingKind.UNREADABLE: "Numbers that can never match",
    FindingKind.SEVERAL: "Two numbers in one field",
    FindingKind.SHARED: "Numbers that several have",
    FindingKind.TWICE: "Persons who are there twice",
}
# So many findings are read at once where all of them are wanted.
_BATCH = 2000


def report_command(read: Callable[[], DirectoryReader], calls: CallStore) -> click.Command:
    """The command, for a site's report.

    :param read: makes the reader of the report
    """

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
            directory, statistics = read(), calls.statistics(limit or None)
            tell = _json if as_json else _text
            for part in tell(directory, limit, statistics):
                click.echo(part, nl=not as_json)

    return command


def _batches(directory: DirectoryReader, kind: FindingKind, limit: int) -> Iterator[Listed]:
    """The findings of a kind, at least one batch of them.

    :param limit: at most so many; 0: all
    """
    listed = directory.listed(kind, limit or _BATCH)
    yield listed
    read = len(listed.findings)
    while not limit and listed.findings and read < listed.total:
        listed = directory.listed(kind, _BATCH, read)
        read += len(listed.findings)
        yield listed


def _json(directory: DirectoryReader, limit: int, calls: CallStatistics) -> Iterator[str]:
    """The report as one JSON object, part by part."""
    yield f'{{"persons": {directory.persons()}'
    for kind in FindingKind:
        separator = ""
        for position, listed in enumerate(_batches(directory, kind, limit)):
            if position == 0:
                yield f', "{kind.value}": {{"total": {listed.total}, "findings": ['
            for one in listed.findings:
                yield separator + json.dumps(_as_data(one), ensure_ascii=False)
                separator = ", "
        yield "]}"
    unmatched = [{**asdict(one), "last": str(one.last)} for one in calls.unmatched]
    about = {
        "days": calls.days,
        "calls": calls.calls,
        "matched": calls.matched,
        "rate": calls.rate,
        "numbers_kept": calls.keeps_numbers,
        "unmatched": unmatched,
    }
    yield f', "calls": {json.dumps(about, ensure_ascii=False)}}}\n'


def _as_data(one: Finding) -> dict[str, Any]:
    return {
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


def _text(directory: DirectoryReader, limit: int, calls: CallStatistics) -> Iterator[str]:
    """The report line by line."""
    yield f"Persons: {directory.persons()}"
    for kind, title in _TITLES.items():
        for position, listed in enumerate(_batches(directory, kind, limit)):
            if position == 0:
                yield f"{title}: {listed.total}"
            yield from (f"  {_line(one)}" for one in listed.findings)
            if limit and listed.total > len(listed.findings):
                more = listed.total - len(listed.findings)
                yield f"  … and {more} more; --limit 0 has them all"
    yield from _about_calls(calls)


def _line(one: Finding) -> str:
    text = " ".join(one.text.split())
    names = ", ".join(f"{m.name} (/objects/{m.class_name}/{m.id})" for m in one.members)
    more = f" and {one.count - len(one.members)} more" if one.count > len(one.members) else ""
    return f"{text}: {one.about}: {names}{more}"


def _about_calls(calls: CallStatistics) -> Iterator[str]:
    if not calls.days:
        yield "Calls: none are kept (keep_calls_days in [plugin.tickets])"
        return
    rate = "" if calls.rate is None else f", of which {calls.rate:.0%} found somebody"
    yield f"Calls of the last {calls.days} days: {calls.calls}{rate}"
    if not calls.keeps_numbers:
        yield "  the numbers that find nobody are not kept (keep_numbers in [plugin.tickets])"
    for one in calls.unmatched:
        yield f"  {one.number}: {one.calls} calls, the last on {one.last:%Y-%m-%d}"
