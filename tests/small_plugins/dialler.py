"""Calls back by an address of the phone system, in two ways."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from cti_host import Caller, Localised, OutboundAction, PluginConfig, Ticket, hookimpl

CALL = Localised.of("Call back", "Rappeler")
ANNOUNCE = Localised.of("Announce a call", "Annoncer un appel")


class Plugin:
    """Two ways to call whoever a ticket is for."""

    class Config(PluginConfig):
        """The table `[plugin.dialler]`.

        :param url: the address of the phone system
        """

        url: str = "https://pbx.example.org/dial"

    def __init__(self, config: Config) -> None:
        self._url = config.url

    @hookimpl(strangers=True)
    def outbound_actions(self, ticket: Ticket, caller: Caller | None) -> Sequence[OutboundAction]:
        """Both ways, where there is a number."""
        if caller is None or not caller.attributes["phone"]:
            return []
        number = caller.attributes["phone"]
        return [
            OutboundAction(name, str(label), self._address(name, number), number=number)
            for name, label in (("call", CALL), ("announce", ANNOUNCE))
        ]

    def _address(self, name: str, number: str) -> str:
        return f"{self._url}?{urlencode({'how': name, 'number': number})}"
