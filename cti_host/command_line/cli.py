"""The `cti-host` command: the host's own, those that are installed, those of enabled plugins."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import click
import peewee
from flask import Flask

from cti_host import __version__
from cti_host.app import CONFIG_VARIABLE, create_app, find_config
from cti_host.command_line.installed import InstalledCommands
from cti_host.command_line.verdict import Verdict
from cti_host.databases import migrate
from cti_host.dispatch import SetupFailed
from cti_host.host import Host
from cti_host.loader import available_plugins
from cti_host.model import Finding
from cti_host.settings.problems import ConfigRefused, Problem

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class _Context:
    """What commands share: the configuration file, and the application built at first use."""

    def __init__(self, config_file: str | None) -> None:
        self.config_file = config_file
        self._app: Flask | None = None

    @property
    def path(self) -> Path:
        return find_config(self.config_file)

    @property
    def app(self) -> Flask:
        if self._app is None:
            self._app = create_app(self.path)
        return self._app

    @property
    def host(self) -> Host:
        host: Host = self.app.extensions["cti_host"]
        return host

    def close(self) -> None:
        """Close the database connections of the application, if it was built."""
        if self._app is not None:
            pool: Any = self.host.database
            pool.close_all()


pass_context = click.make_pass_decorator(_Context)


class HostGroup(click.Group):
    """A group whose `--config` may stand anywhere, and that has the commands of plugins too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `--config` out first: which commands there are depends on it."""
        rest, config_file = _take_config(args)
        ctx.obj = _Context(config_file)
        ctx.call_on_close(ctx.obj.close)
        return super().parse_args(ctx, rest)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The host's commands, the installed ones that work, and the plugins' if any."""
        names = {*super().list_commands(ctx)}
        try:
            names |= self._installed().working()
            names |= {*self._plugin_commands(ctx)}
        except ConfigRefused as refused:
            click.echo(f"(commands of plugins are missing: {refused.problems[0]})", err=True)
        return sorted(names)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A command by name: the host's own come first, then those that need no configuration."""
        return (
            super().get_command(ctx, name)
            or self._installed().load(name)
            or self._plugin_commands(ctx).get(name)
        )

    def _installed(self) -> InstalledCommands:
        return InstalledCommands({*self.commands})

    def _plugin_commands(self, ctx: click.Context) -> dict[str, click.Command]:
        context: _Context = ctx.obj
        commands: dict[str, click.Command] = {}
        taken = {*self.commands, *self._installed().names}
        with context.app.app_context():
            for plugin, answered in context.host.hooks.set_up("commands"):
                for command in answered:
                    name = command.name or ""
                    if name in commands or name in taken:
                        text = f"two owners of the command {name!r}, one is plugin {plugin}"
                        raise ConfigRefused([Problem(str(context.path), 0, "plugins", text)])
                    commands[name] = _in_app(command, context)
        return commands


def _take_config(args: list[str]) -> tuple[list[str], str | None]:
    rest: list[str] = []
    config_file: str | None = None
    words = iter(args)
    for word in words:
        if word == "--":
            return [*rest, word, *words], config_file
        if word == "--config":
            config_file = next(words, None)
            if config_file is None:
                raise click.UsageError("--config needs a FILE")
        elif word.startswith("--config="):
            config_file = word.removeprefix("--config=")
        else:
            rest.append(word)
    return rest, config_file


def _in_app(command: click.Command, context: _Context) -> click.Command:
    """Let a plugin's command run inside the application's context, its database open."""
    invoke: Callable[[click.Context], Any] = command.invoke

    def invoke_in_app(ctx: click.Context) -> Any:
        with context.app.app_context(), context.host.database.connection_context():
            return invoke(ctx)

    # A copy: the command may be a module's, and serve several applications.
    wrapped = copy(command)
    wrapped.invoke = invoke_in_app  # type: ignore[method-assign]  # click has no hook for this
    return wrapped


@click.group(cls=HostGroup, no_args_is_help=True)
@click.option("--config", metavar="FILE", help=f"The configuration (or {CONFIG_VARIABLE}).")
@click.version_option(__version__, prog_name="cti-host")
def cli(config: str | None) -> None:
    """CTI Host: who is calling, their tickets, and a form that is already filled in."""


@cli.command()
@click.option("--online", is_flag=True, help="Also try what plugins stand on: servers, accounts.")
@json_option
@pass_context
def check(context: _Context, online: bool, as_json: bool) -> None:
    """Report every mistake in the configuration at once, without starting."""
    try:
        verdict = Verdict(str(context.path), context.host.problems, refused=False)
    except ConfigRefused as error:
        verdict = Verdict(context.config_file or "", error.problems, refused=True)
    if online:
        findings = [] if verdict.refused else _check_online(context)
        verdict = replace(verdict, findings=findings)
    if as_json:
        click.echo(json.dumps(verdict.as_json()))
    else:
        for problem in verdict.problems:
            click.echo(str(problem), err=True)
        click.echo(verdict.summary(), err=verdict.refused)
        for line in verdict.online_lines():
            click.echo(line)
    sys.exit(0 if verdict.ok else 1)


def _check_online(context: _Context) -> list[tuple[str, Finding]]:
    host = context.host
    with context.app.app_context(), host.database.connection_context():
        return host.hooks.check_online()


@cli.command()
@json_option
@pass_context
def plugins(context: _Context, as_json: bool) -> None:
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


@cli.command()
@click.option("--host", "address", help="Listen here instead of [server] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here instead of [server] port.")
@click.option("--workers", type=click.IntRange(1, 64), help="So many processes.")
@pass_context
def serve(context: _Context, address: str | None, port: int | None, workers: int | None) -> None:
    """Run the production server."""
    from cti_host.server.serving import serve as run

    server = context.host.settings.server
    waiting = migrate.pending(context.host)
    if waiting:
        _fail(f"the database is not up to date ({', '.join(waiting)})", "run: cti-host db upgrade")
    run(context.path, address or server.host, port or server.port, workers or server.workers)


@cli.command()
@click.option("--host", "address", help="Listen here instead of [server] host.")
@click.option("--port", type=click.IntRange(1, 65535), help="Listen here instead of [server] port.")
@pass_context
def demo(context: _Context, address: str | None, port: int | None) -> None:
    """Fill the database with demo data, say what to try, and serve."""
    from cti_host.server.serving import serve as run

    server = context.host.settings.server
    address, port = address or server.host, port or server.port
    base = f"http://{f'[{address}]' if ':' in address else address}:{port}"
    with (
        context.app.test_request_context(base_url=base),
        context.host.database.connection_context(),
    ):
        migrate.upgrade(context.host)
        answers = context.host.hooks.set_up("load_demo")
    context.host.database.close()
    click.echo("\nCTI Host demo\n")
    for _plugin, lines in answers:
        for line in lines:
            click.echo(f"  {line}")
    click.echo(f"\n  Start page: {base}/\n  Stop with Ctrl-C.\n")
    run(context.path, address, port, server.workers)


@cli.group()
def db() -> None:
    """The database: its tables."""


@db.command()
@json_option
@pass_context
def upgrade(context: _Context, as_json: bool) -> None:
    """Create or change the tables that the enabled plugins need."""
    with context.app.app_context(), context.host.database.connection_context():
        done = migrate.upgrade(context.host)
    if as_json:
        click.echo(json.dumps({"applied": done}))
        return
    for name in done:
        click.echo(f"applied {name}")
    click.echo("the database is up to date")


@cli.command()
@click.argument("url")
@json_option
@pass_context
def explain(context: _Context, url: str, as_json: bool) -> None:
    """Show what each plugin got, answered and took for the URL of a call."""
    from cti_host.pop.explain import explain_url

    explanation = explain_url(context.app, url)
    if as_json:
        click.echo(json.dumps(explanation.as_json(), ensure_ascii=False))
    else:
        click.echo(explanation.as_text())
    sys.exit(1 if explanation.error else 0)


def _fail(message: str, remedy: str = "") -> NoReturn:
    click.echo(f"cti-host: {message}", err=True)
    if remedy:
        click.echo(f"    -> {remedy}", err=True)
    sys.exit(1)


def main() -> None:
    """Run the command; a mistake of the user is a message, never a trace."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    try:
        cli(prog_name="cti-host")
    except ConfigRefused as refused:
        for problem in refused.problems:
            click.echo(str(problem), err=True)
        sys.exit(1)
    except SetupFailed as failed:
        _fail(str(failed))
    except peewee.PeeweeException as error:
        _fail(f"the database said: {error}", "check the setting `database`; cti-host db upgrade")
    except BrokenPipeError:
        sys.exit(141)
