"""A host with a mirror, for tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cti_itop.mirror.control import Mirroring
from cti_itop.mirror.mirror import Mirror, MirroredPerson
from cti_itop.mirror.sync import Synced
from cti_itop.rest.client import Account, Connection
from fake_itop import PASSWORD, USER, FakeItop
from flask import Flask

from cti_host import Host


@dataclass
class Nearby:
    """A host with a mirror of the fake iTop."""

    app: Flask
    mirroring: Mirroring
    fake: FakeItop

    @property
    def mirror(self) -> Mirror:
        """What lookups use."""
        return self.mirroring.mirror

    def synchronize(self, **options: Any) -> Synced:
        """One attempt, without a progress bar."""
        return self.mirroring.synchronize(lambda name, done, total: None, **options)

    def again(self, fake: FakeItop, minutes: int = 15, more: Sequence[str] = ()) -> Nearby:
        """Another process of the host, in front of this iTop."""
        return Nearby(self.app, mirroring(self.app, fake, minutes, more), fake)

    def ids(self, *keys: str) -> list[int]:
        """The ids of the persons who have one of these numbers."""
        return [person.id for person in self.people(*keys)]

    def people(self, *keys: str) -> list[MirroredPerson]:
        """The persons who have one of these numbers."""
        found, total = self.mirror.find({"phone": keys, "mobile_phone": keys})
        assert total == len(found)
        return found


def mirroring(app: Flask, fake: FakeItop, minutes: int = 15, more: Sequence[str] = ()) -> Mirroring:
    """What keeps the mirror of a host."""
    host: Host = app.extensions["cti_host"]
    connection = Connection(fake.url, Account(user=USER, password=PASSWORD))
    return Mirroring(host, connection, minutes, more)
