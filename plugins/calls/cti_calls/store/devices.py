"""Who has which phone: the plugin's own table of devices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cti_calls.model.facts import UNKNOWN_SOURCE
from cti_calls.model.records import SIMULATOR, SOMEBODYS_PHONE, Device
from cti_calls.model.tables import ConnectionState, DeviceAgent, StoredDevice
from cti_calls.store.rows.sql import execute, marks
from cti_calls.store.rows.transactions import in_transaction, lock

# What the place of a standby is called, beside the connection of its phone system.
STANDBY = " (standby)"


class UnknownDevice(LookupError):
    """There is no such device, or it is not this agent's."""


@dataclass(frozen=True)
class KnownDevice:
    """A device and whose it is.

    :param agents: the names of the agents, in alphabetical order
    """

    device: Device
    agents: tuple[str, ...] = ()


def add_device(source: str, name: str, agents: Collection[str] = (), label: str = "") -> bool:
    """Add a device, or agents to one that is there.

    :param label: what people call it; empty: it stays as it is
    :return: whether anything changed
    """
    return in_transaction(lambda: _add(source, name, agents, label))


def add_own_device(source: str, name: str, agent: str) -> bool:
    """Add a device as an agent's own; false: it is somebody else's."""

    def add() -> bool:
        lock([f"device:{source}:{name}"])
        if {*agents_of(source, [name]).get(name, ())} - {agent}:
            return False
        _add(source, name, [agent], "")
        return True

    return in_transaction(add)


def import_devices(devices: Iterable[KnownDevice]) -> int:
    """Add many devices with their agents at once, all or none; returns how many changed."""
    every = list(devices)

    def add_all() -> int:
        return sum(
            _add(one.device.source, one.device.name, one.agents, one.device.label) for one in every
        )

    return in_transaction(add_all)


def remove_device(source: str, name: str, agent: str = "") -> None:
    """Remove a device, or with an agent's name only that it is theirs.

    :raises UnknownDevice: there is none, or it isn't theirs
    """

    def remove() -> int:
        named: Any = (StoredDevice.source == source) & (StoredDevice.name == name)
        if not agent:
            return int(StoredDevice.delete().where(named).execute())
        ids = StoredDevice.select(StoredDevice.id).where(named)
        theirs = (DeviceAgent.agent == agent) & DeviceAgent.device.in_(ids)
        return int(DeviceAgent.delete().where(theirs).execute())

    if not in_transaction(remove):
        raise UnknownDevice(f"{source} {name}")


def all_devices(source: str = "") -> list[KnownDevice]:
    """All devices with their agents, by source and name.

    :param source: only those of this source; empty: all
    """
    query: Any = StoredDevice.select().order_by(StoredDevice.source, StoredDevice.name)
    devices = list(query.where(StoredDevice.source == source) if source else query)
    agents: dict[int, list[str]] = {}
    pairs: Any = DeviceAgent.select(DeviceAgent.device, DeviceAgent.agent)
    for device, agent in pairs.order_by(DeviceAgent.agent).tuples():
        agents.setdefault(device, []).append(agent)
    return [KnownDevice(_device(row), tuple(agents.get(row.id, ()))) for row in devices]


def devices_of(agent: str) -> list[Device]:
    """The devices of an agent, by source and name."""
    query: Any = (
        StoredDevice.select()
        .join(DeviceAgent)
        .where(DeviceAgent.agent == agent)
        .order_by(StoredDevice.source, StoredDevice.name)
    )
    return [_device(row) for row in query]


def agents_of(source: str, names: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The agents of those of these devices that are in the table, by the device's name."""
    if source == SIMULATOR:
        return {name: (name,) for name in names if name != SOMEBODYS_PHONE}
    if not names:
        return {}
    sql = (
        "SELECT d.name, a.agent FROM device d LEFT JOIN device_agent a ON a.device_id = d.id"  # noqa: S608
        f" WHERE d.source = ? AND d.name IN ({marks(names)}) ORDER BY a.agent"
    )
    found: dict[str, tuple[str, ...]] = {}
    for name, agent in execute(sql, [source, *names]).fetchall():
        found[name] = (*found.get(name, ()), *([agent] if agent else []))
    return found


def known_sources() -> list[str]:
    """The phone systems that are known by an event, a device or a connection, by name."""
    devices: Any = StoredDevice.select(StoredDevice.source).distinct()
    connections: Any = ConnectionState.select(ConnectionState.source)
    found = {source for query in (devices, connections) for (source,) in query.tuples()}
    found |= {*_sources_of_events()}
    return sorted(one for one in found if one != SIMULATOR and not one.endswith(STANDBY))


def _sources_of_events() -> Iterator[str]:
    """The sources in the journal, each found in its index: there may be millions of events."""
    sql = "SELECT MIN(source) FROM phone_event"
    (source,) = execute(sql).fetchone()
    while source is not None:
        if source != UNKNOWN_SOURCE:
            yield source
        (source,) = execute(f"{sql} WHERE source > ?", [source]).fetchone()


def _device(row: Any) -> Device:
    return Device(row.source, row.name, row.label)


def _add(source: str, name: str, agents: Sequence[str] | Collection[str], label: str) -> bool:
    named = (StoredDevice.source == source) & (StoredDevice.name == name)
    device: Any = StoredDevice.get_or_none(named)
    changed = device is None
    if device is None:
        device = StoredDevice.create(source=source, name=name, label=label)
    elif label and label != device.label:
        StoredDevice.update(label=label).where(named).execute()
        changed = True
    query: Any = DeviceAgent.select(DeviceAgent.agent).where(DeviceAgent.device == device)
    known = {agent_ for (agent_,) in query.tuples()}
    for agent in dict.fromkeys(agents):
        if agent not in known:
            DeviceAgent.create(device=device, agent=agent)
            changed = True
    return changed
