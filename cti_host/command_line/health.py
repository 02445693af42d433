"""`cti-host plugins --health`: how plugins fare since the server started."""

from __future__ import annotations

import json

import click
from flask import Flask

from cti_host.health.processes import EXTENSION, Processes
from cti_host.health.report import PluginReport, Report


def print_health(app: Flask, *, as_json: bool) -> None:
    """Print what the processes of the server counted; this process is none of them."""
    processes: Processes = app.extensions[EXTENSION]
    enabled = [plugin.name for plugin in app.extensions["cti_host"].plugins]
    report = processes.report(enabled, own=False)
    click.echo(json.dumps(report.as_json()) if as_json else _text(report))


def _text(report: Report) -> str:
    if not report.processes:
        return "no server is running here; start it with: cti-host serve"
    lines = [f"{_counted(report.processes, 'process', 'es')}, since {report.since}"]
    open_, refused = report.streams.open, report.streams.refused
    lines.append(f"streams to open pages: {open_:,} open, {refused:,} refused")
    for plugin in report.plugins:
        lines += _plugin(plugin)
    return "\n".join(lines)


def _plugin(plugin: PluginReport) -> list[str]:
    counts = [
        _counted(plugin.calls, "call"),
        _counted(plugin.failures, "failure"),
        _counted(plugin.time_outs, "time-out"),
    ]
    lines = [f"{plugin.name}: {', '.join(counts)}"]
    lines += [
        f"   hanging: {hook}, {_counted(count, 'call')}"
        for hook, count in plugin.health.hanging.items()
    ]
    lines += [
        f"   failed:  {name}, {_counted(hook.failures, 'time')}, "
        f"last {hook.last_failure} at {hook.last_failure_at}"
        for name, hook in plugin.failing.items()
    ]
    lines += [
        f"   slow:    {call.hook}, {call.seconds * 1000:.1f} ms at {call.at}"
        for call in plugin.health.slowest
    ]
    return lines


def _counted(number: int, word: str, plural: str = "s") -> str:
    return f"{number:,} {word}{'' if number == 1 else plural}"
