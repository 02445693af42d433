"""Numbers as ACME's phone system sends them, put right before anybody is looked up.

It dials a 0 for an outside line, and sends that 0 with every outside number: 0987654321 arrives as
00987654321. A call from the second site arrives as 99 and the extension there: 991234.
"""

from __future__ import annotations

from pydantic import Field

from cti_host import Call, PluginConfig, hookimpl


class Plugin:
    """ACME's outside line and second site."""

    class Config(PluginConfig):
        """The table `[plugin.acme_reformat]`.

        :param outside_line: the digits in front of every outside number
        :param sites: digits in front of an extension of another site, to the beginning of the
            number under which that site's extensions are reached from outside
        :param extension_digits: how many digits an extension of another site has
        """

        outside_line: str = Field(default="0", pattern=r"^[0-9]{1,3}$")
        sites: dict[str, str] = Field(default={})
        extension_digits: int = Field(default=4, ge=2, le=6)

    def __init__(self, config: Config) -> None:
        self._config = config

    @hookimpl
    def preprocess_parameters(self, call: Call) -> Call | None:
        """Change the number of the call; leave it alone when there is nothing to change."""
        received = call.parameters.get("phone")
        # A plugin before this one may have understood it already: then it is no text any more.
        if not isinstance(received, str):
            return None
        number = self._outside_number(received)
        return None if number == received else call.with_parameter("phone", number)

    def _outside_number(self, text: str) -> str:
        for prefix, site in self._config.sites.items():
            extension = text.removeprefix(prefix)
            if extension != text and len(extension) == self._config.extension_digits:
                return site + extension
        # A number with its own 0 and another one in front came over the outside line.
        if text.startswith(self._config.outside_line + "0"):
            return text.removeprefix(self._config.outside_line)
        return text
