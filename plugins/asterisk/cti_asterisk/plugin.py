"""The plugin: its hooks."""

from __future__ import annotations

from collections.abc import Sequence

from cti_calls.api_for_plugins import PHONE_SYSTEM, Device, Originated, PhoneConnection

from cti_asterisk import settings
from cti_asterisk.connection import Connection
from cti_asterisk.online_check import findings
from cti_asterisk.placing import Placing
from cti_asterisk.server import Server, read_server
from cti_host import Agent, Finding, Host, TicketKey, hookimpl


class Plugin:
    """Calls of Asterisk and FreePBX as they happen, and click-to-call."""

    Config = settings.Config
    label = "Asterisk"

    def __init__(self, config: settings.Config) -> None:
        self._config = config
        self._servers: Sequence[Server] = ()

    @hookimpl
    def register(self, host: Host) -> None:
        """Read the secrets and certificates."""
        for name in self._config.servers:
            host.takes_name(PHONE_SYSTEM, name, ("plugin", "asterisk", "servers", name))
        servers = (read_server(host, name, one) for name, one in self._config.servers.items())
        self._servers = [server for server in servers if server is not None]
        self._placing = Placing({server.name: server for server in self._servers})

    @hookimpl(of="calls")
    def phone_connections(self) -> Sequence[PhoneConnection]:
        """One for each phone system."""
        return [
            PhoneConnection(server.name, Connection(server).run, server.standby)
            for server in self._servers
        ]

    @hookimpl(of="calls")
    def can_originate(self, device: Device) -> bool | None:
        """Whether it is a phone of one of the servers."""
        return self._placing.can_place(device)

    @hookimpl(of="calls")
    def originate(
        self, agent: Agent, device: Device, number: str, ticket: TicketKey | None
    ) -> Originated | None:
        """Let the agent's phone ring, then call the number from it."""
        return self._placing.place(device, number)

    @hookimpl
    def check_online(self) -> Sequence[Finding]:
        """Connection, login, rights and version of each server."""
        return findings(self._servers)
