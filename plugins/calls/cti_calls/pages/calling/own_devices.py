"""The phones of an agent, and from which of them calls can be placed."""

from __future__ import annotations

from dataclasses import replace

from cti_calls.model.records import Device
from cti_host import Agent, Host


class OwnDevices:
    """Asks the plugins for the phones of agents."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def of(self, agent: Agent) -> list[Device]:
        """The phones of an agent, by phone system and name; each says whether it places calls."""
        every = self._host.hooks.collect("agent_devices", Device, agent=agent)
        # Two plugins may know of the same one.
        each = {(one.source, one.name): one for one in reversed(every)}
        ordered = sorted(each.values(), key=lambda one: (one.source, one.name))
        places = bool(self._host.hooks.owners("originate"))
        return [replace(one, can_call=places and self._can_call(one)) for one in ordered]

    def that_call(self, agent: Agent) -> list[Device]:
        """Those of them from which calls can be placed."""
        if not self._host.hooks.owners("originate"):
            return []
        return [one for one in self.of(agent) if one.can_call]

    def _can_call(self, device: Device) -> bool:
        asked = self._host.hooks.first("can_originate", bool, device=device)
        return device.can_call or bool(asked)


def device_key(device: Device) -> str:
    """What a form calls a phone."""
    return f"{device.source}:{device.name}"
