"""The plugin: its settings, and the hook that fills a ticket's phone menu."""

from __future__ import annotations

from collections.abc import Sequence

from cti_ecall.actions import PREFIX, build_actions
from cti_ecall.dialling import ParseNumber
from cti_ecall.settings import EcallConfig
from cti_host import Caller, Host, OutboundAction, did_you_mean, hookimpl

SECTION = "ecall_parameters"


class Plugin:
    """Click-to-call: a ticket's phone menu opens the phone system for the ticket's caller."""

    section = SECTION

    class Config(EcallConfig):
        """The table `[ecall_parameters]`; README.md explains each key."""

    def __init__(self, config: Config) -> None:
        self._attributes = config.attributes()
        self._actions, self._unknown_icons = build_actions(config)
        self._parse_number: ParseNumber = lambda text: None

    @hookimpl
    def register(self, host: Host) -> None:
        """Warn of what would silently be missing: actions, numbers, icons, shortcuts."""
        self._parse_number = host.hooks.parse_number
        if not self._actions:
            host.warn(
                (SECTION,),
                "has no url: tickets have no phone menu",
                f'write [{SECTION}] with url = "https://…" and '
                'url_parameters = { telephone = "phone" }, or take the plugin out of plugins',
            )
        for place, code in self._attributes.items():
            host.names_caller_attribute((SECTION, *place), code)
        for key, error in self._unknown_icons.items():
            host.warn((SECTION, "url_parameters", key, "icon"), str(error), error.remedy)
        self._check_shortcuts(host)

    @hookimpl(strangers=True)
    def outbound_actions(self, caller: Caller | None) -> Sequence[OutboundAction] | None:
        """The actions for which the ticket's caller has a number, in the order of the settings."""
        if caller is None:
            return None
        return [
            offer for action in self._actions for offer in action.offers(caller, self._parse_number)
        ]

    def _check_shortcuts(self, host: Host) -> None:
        names = [action.name for action in self._actions]
        for position, shortcut in enumerate(host.settings.shortcut_actions):
            if not shortcut.startswith(PREFIX) or shortcut in names:
                continue
            remedy = did_you_mean(shortcut, names) or "remove it"
            host.warn(("shortcut_actions", position), f"there is no action {shortcut!r}", remedy)
