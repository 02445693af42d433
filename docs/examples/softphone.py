"""Calls back with the softphone on the agent's computer, which opens addresses like tel:+33…"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import Field

from cti_host import Caller, OutboundAction, PluginConfig, hookimpl


class Plugin:
    """Calls back with the softphone on the agent's computer."""

    class Config(PluginConfig):
        """The table `[plugin.softphone]`.

        :param attributes: the attributes of a caller that hold numbers, to what the entry says
        :param scheme: what the softphone's addresses begin with
        """

        attributes: dict[str, str] = Field(
            default={"phone": "Call", "mobile_phone": "Call the mobile phone"}
        )
        scheme: str = Field(default="tel", pattern=r"^[a-z]+$")

    def __init__(self, config: Config) -> None:
        self._config = config

    # Whoever has the ticket and the caller: anybody with a number can be called.
    @hookimpl(strangers=True)
    def outbound_actions(self, caller: Caller | None) -> Sequence[OutboundAction] | None:
        """An entry for each number of the caller."""
        numbers = caller.attributes if caller else {}
        return [
            OutboundAction(
                name=f"softphone_{attribute}",
                label=label,
                url=f"{self._config.scheme}:{re.sub('[^0-9+]', '', numbers[attribute])}",
                number=numbers[attribute],
            )
            for attribute, label in self._config.attributes.items()
            if numbers.get(attribute)
        ]
