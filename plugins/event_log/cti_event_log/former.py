"""The plugin under the name that it had first, so that a site of then starts as it is."""

from __future__ import annotations

from cti_event_log.plugin import Plugin
from cti_host import Host, hookimpl


class FormerPlugin(Plugin):
    """The same as `event_log`, with its settings in `[plugin.call_log]`."""

    name = "call_log"

    @hookimpl
    def register(self, host: Host) -> None:
        """Say what it is called now, then find the file."""
        host.warn(
            ("plugins",),
            "the plugin call_log has another name now",
            "call it event_log, and its table [plugin.event_log]",
        )
        super().register(host)
