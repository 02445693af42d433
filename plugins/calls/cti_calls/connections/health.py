"""Whether the phone systems are connected, for whoever watches the host."""

from __future__ import annotations

from collections.abc import Collection

from cti_calls.store.diagnosis import connections
from cti_host import HealthCheck


def phone_systems(sources: Collection[str]) -> list[HealthCheck]:
    """Whether all of them are connected, to whichever process of whichever host.

    :param sources: those that this process would connect to; none: there is nothing to tell
    """
    if not sources:
        return []
    connected = {one.source for one in connections() if one.is_connected and not one.is_standby}
    return [HealthCheck("phone systems", connected.issuperset(sources), needed=False)]
