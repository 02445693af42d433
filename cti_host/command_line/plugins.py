"""`cti-host plugins`: what is enabled, and what else is available."""

from __future__ import annotations

import json

import click

from cti_host.command_line.context import Context, json_option, pass_context
from cti_host.command_line.health import print_health
from cti_host.loader import available_plugins


@click.command()
@click.option("--health", is_flag=True, help="Tell how they fare since the server started.")
@json_option
@pass_context
def plugins(context: Context, health: bool, as_json: bool) -> None:
    """List what is enabled, in order, and what else is available."""
    if health:
        print_health(context.app, as_json=as_json)
        return
    host = context.host
    enabled = [
        {
            "name": plugin.name,
            "enabled": True,
            "version": plugin.version,
            "origin": plugin.origin,
            "title": plugin.title,
            "hooks": plugin.hooks,
            "brings": plugin.own_hooks,
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
            "brings": [],
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
        if plugin["brings"]:
            click.echo(f"   brings: {', '.join(plugin['brings'])}")  # type: ignore[arg-type]
    for plugin in others:
        click.echo(f"-  {plugin['name']} {plugin['version']}  (available, not enabled)")
