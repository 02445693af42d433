"""A host with a store in front of an iTop, for tests of copying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from cti_itop.export.objects import CopiedClass, Copier
from cti_itop.mirror.control import patient
from cti_itop.rest.client import Account, Connection
from fake_itop import PASSWORD, USER, FakeItop

from cti_host import StoredObject
from cti_host.testing import RunningHost

EVERYTHING = 2**31 - 1


@dataclass
class Copying:
    """A host that copies from a fake iTop; its application's context is pushed."""

    running: RunningHost
    fake: FakeItop

    def copy(self, *names: str, zone: str = "UTC", **options: Any) -> dict[str, CopiedClass]:
        """Copy once; what became of each class, by name."""
        itop = patient(Connection(self.fake.url, Account(user=USER, password=PASSWORD)))
        try:
            copied = Copier(self.running.host, itop, ZoneInfo(zone), **options).run(names)
        finally:
            itop.close()
        return {one.name: one for one in copied}

    def stored(self, class_name: str) -> dict[int, StoredObject]:
        """What the store has of a class, by id."""
        return stored(self.running, class_name)

    def value(self, class_name: str, id_: int, code: str) -> Any:
        """One value in the store."""
        return self.stored(class_name)[id_].values[code]


def stored(running: RunningHost, class_name: str) -> dict[int, StoredObject]:
    """What the store of a host has of a class, by id."""
    found = running.host.hooks.read_objects(class_name, 0, EVERYTHING, 10_000)
    assert found is not None
    return {one.id: one for one in found}


def reasons(copied: dict[str, CopiedClass]) -> list[str]:
    """What is not as it is in iTop, as lines."""
    return [str(difference) for one in copied.values() for difference in one.differences]
