"""What is created from a call outside office hours says so, and is urgent."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from pydantic import Field

from cti_host import Call, Host, PluginConfig, fill_in, hookimpl


class Plugin:
    """Marks what is created from calls outside office hours."""

    class Config(PluginConfig):
        """The table `[plugin.night_calls]`.

        :param opens: the hour at which the office opens
        :param closes: the hour at which it closes
        :param values: attribute to text: what a form is filled in with at night
        """

        opens: int = Field(default=8, ge=0, le=24)
        closes: int = Field(default=18, ge=0, le=24)
        values: dict[str, str] = Field(default={"title": "Night call from $phone$ ($datetime$)"})

    def __init__(self, config: Config) -> None:
        self._config = config

    @hookimpl
    def register(self, host: Host) -> None:
        """Office hours are those of the site's time zone."""
        self._timezone = ZoneInfo(host.settings.timezone)

    @hookimpl
    def creation_presets(self, call: Call) -> Mapping[str, str] | None:
        """The values of the settings, unless the office is open."""
        hour = call.received_at.astimezone(self._timezone).hour
        if self._config.opens <= hour < self._config.closes:
            return None
        return {code: fill_in(text, call) for code, text in self._config.values.items()}
