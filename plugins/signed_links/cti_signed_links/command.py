"""`cti-host link`: a signed link, as a phone system would make it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import click

from cti_host import current_host
from cti_signed_links.signature import sign

PANEL = "/pop"


def link_command(key: Callable[[], bytes], seconds: int) -> click.Command:
    """The command.

    :param key: gives the key that links are signed with, once the plugin has read it
    :param seconds: for how long a link is good
    """

    @click.command("link")
    @click.argument("parameters", metavar="PARAMETER=VALUE…", nargs=-1, required=True)
    @click.option("--base", help="The address of the host: https://cti.example")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def link(parameters: tuple[str, ...], base: str | None, as_json: bool) -> None:
        """Print a signed link that opens the panel once: cti-host link phone=0987654321"""
        settings = current_host().settings
        values: dict[str, str] = {}
        for one in parameters:
            name, equals, value = one.partition("=")
            if not equals or name not in settings.url_parameters:
                known = ", ".join(f"{name}=…" for name in settings.url_parameters)
                raise click.UsageError(f"{one!r} is not one of the parameters: {known}")
            values[name] = value
        if not key():
            raise click.ClickException('links are not signed here: [pop_links] signed = "off"')
        expires = int(time.time()) + seconds
        server = settings.server
        base = (base or f"http://{server.host}:{server.port}").rstrip("/")
        url = f"{base}{PANEL}?{sign(values, key(), expires)}"
        click.echo(json.dumps({"url": url, "expires": expires}) if as_json else url)

    return link
