"""`cti-host calls device …`: whose phone is whose."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from cti_calls.model.records import Device
from cti_calls.store import devices
from cti_calls.store.devices import KnownDevice
from cti_host import current_host

COLUMNS = ("source", "device", "agent", "label")
_LONGEST = {"source": 100, "device": 255, "agent": 255, "label": 255}


def device_group() -> click.Group:
    """The group of commands about phones."""
    group = click.Group(
        "device", help="Devices: phones, as their phone systems name them, and whose they are."
    )
    for command in (_add(), _list(), _remove(), _import()):
        group.add_command(command)
    return group


def _add() -> click.Command:
    @click.command("add")
    @click.argument("source")
    @click.argument("device")
    @click.option("--agent", "agents", multiple=True, metavar="NAME", help="Whose it is; repeat.")
    @click.option("--label", default="", help="What people call it.")
    def add(source: str, device: str, agents: tuple[str, ...], label: str) -> None:
        """Add a device, or agents to one: cti-host calls device add main PJSIP/201 --agent sam"""
        _check({"source": source, "device": device, "label": label}, "")
        warn_of_strangers(agents)
        changed = devices.add_device(source, device, agents, label)
        whose = f" of {', '.join(agents)}" if agents else ""
        click.echo(f"{source} {device}{whose}: {'added' if changed else 'nothing to do'}")

    return add


def _list() -> click.Command:
    @click.command("list")
    @click.option("--source", default="", help="Only those of this phone system.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def list_(source: str, as_json: bool) -> None:
        """Print the devices and whose they are."""
        found = devices.all_devices(source)
        if as_json:
            rows = [
                {"source": one.device.source, "device": one.device.name,
                 "label": one.device.label, "agents": list(one.agents)}
                for one in found
            ]  # fmt: skip
            click.echo(json.dumps(rows, ensure_ascii=False))
            return
        for one in found:
            label = f" ({one.device.label})" if one.device.label else ""
            whose = ", ".join(one.agents) or "nobody's"
            click.echo(f"{one.device.source} {one.device.name}{label}: {whose}")
        if not found:
            click.echo("no devices are known: cti-host calls device add SOURCE DEVICE --agent NAME")

    return list_


def _remove() -> click.Command:
    @click.command("remove")
    @click.argument("source")
    @click.argument("device")
    @click.option("--agent", default="", metavar="NAME", help="Only that it is this agent's.")
    def remove(source: str, device: str, agent: str) -> None:
        """Remove a device, or take it from an agent."""
        try:
            devices.remove_device(source, device, agent)
        except devices.UnknownDevice as error:
            whose = f" of {agent}" if agent else ""
            raise click.ClickException(f"there is no device {source} {device}{whose}") from error
        click.echo(f"{source} {device}{f' of {agent}' if agent else ''}: removed")

    return remove


def _import() -> click.Command:
    @click.command("import")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def import_(file: Path) -> None:
        """Add devices from a CSV file with the columns source, device, agent and label.

        A device of several agents has a line for each. All lines are added, or none.
        """
        every = list(_read(file))
        warn_of_strangers([name for one in every for name in one.agents])
        changed = devices.import_devices(every)
        click.echo(f"{file.name}: {len(every)} lines, {changed} devices added or changed")

    return import_


def _read(file: Path) -> Iterator[KnownDevice]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.DictReader(text, strict=True)
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            missing = [name for name in ("source", "device") if name not in names]
            unknown = [name for name in names if name not in COLUMNS]
            if missing or unknown:
                raise click.ClickException(
                    f"{file.name}: its first line names columns, of {', '.join(COLUMNS)}; "
                    + (f"{missing[0]} is missing" if missing else f"{unknown[0]!r} is none")
                )
            reader.fieldnames = names
            for row in reader:
                values = {name: (row.get(name) or "").strip() for name in COLUMNS}
                _check(values, f"{file.name}, line {reader.line_num}: ")
                agents = (values["agent"],) if values["agent"] else ()
                device = Device(values["source"], values["device"], values["label"])
                yield KnownDevice(device, agents)
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{file.name} is no CSV file in UTF-8: {error}") from error


def _check(values: dict[str, str], where: str) -> None:
    for name in ("source", "device"):
        if not values[name].strip():
            raise click.ClickException(f"{where}the {name} is empty")
    for name, value in values.items():
        if len(value) > _LONGEST[name] or "\0" in value:
            raise click.ClickException(
                f"{where}the {name} has more than {_LONGEST[name]} characters"
            )


def warn_of_strangers(agents: Sequence[str]) -> None:
    """Say of agents whom no plugin knows that they may be misspelt."""
    hooks = current_host().hooks
    for name in dict.fromkeys(agents):
        if hooks.owners("known_agent") and hooks.known_agent(name) is None:
            click.echo(f"nobody signs in as {name!r} yet: is it misspelt?", err=True)
