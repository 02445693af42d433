"""`cti-host plugins`: what is enabled, and what else is available."""

from __future__ import annotations

import json

import click

from cti_host.command_line.context import Context, json_option, pass_context
from cti_host.loader import available_plugins


@click.command()
@json_option
@pass_context
def plugins(context: Context, as_json: bool) -> None:
    """List what is enabled, in order, and what else is available."""
    host = context.host
    enabled = [
        {
            "name": plugin.name,
            "enabled": True,
            "version": plugin.version,
            "origin": plugin.origin,
            "title": plugin.title,
            "hooks": plugin.hooks,
        }
        for plugin in host.plugins
    ]
    names = {plugin.name for plugin in host.plugins}
    others = [
        {
            "name": plugin.name,
            "enabled": False,
            "version": plugin.version,
            "origin": plugin.origin,
            "title": "",
            "hooks": [],
        }
        for plugin in available_plugins(host.config)[0].values()
        if plugin.name not in names
    ]
    if as_json:
        click.echo(json.dumps([*enabled, *others]))
        return
    for number, plugin in enumerate(enabled, start=1):
        click.echo(f"{number}. {plugin['name']} {plugin['version']}  {plugin['title']}")
        click.echo(f"   {', '.join(plugin['hooks'])}")  # type: ignore[arg-type]  # a list of names
    for plugin in others:
        click.echo(f"-  {plugin['name']} {plugin['version']}  (available, not enabled)")
