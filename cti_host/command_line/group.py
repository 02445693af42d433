"""The group of all commands: the host's own, those that are installed, those of enabled plugins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from importlib import import_module
from typing import Any

import click

from cti_host.command_line.context import Context
from cti_host.command_line.installed import InstalledCommands
from cti_host.settings.problems import ConfigRefused, Problem


class HostGroup(click.Group):
    """A group whose `--config` may stand anywhere, and that has the commands of plugins too.

    :param own: the host's own commands: name to module of this package and name in it
    """

    def __init__(self, *arguments: Any, own: Mapping[str, str], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._own = dict(own)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take `--config` out first: which commands there are depends on it."""
        rest, config_file = _take_config(args)
        ctx.obj = Context(config_file)
        ctx.call_on_close(ctx.obj.close)
        return super().parse_args(ctx, rest)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The host's commands, the installed ones that work, and the plugins' if any."""
        names = {*self._own}
        try:
            names |= self._installed().working()
            names |= {*self._plugin_commands(ctx)}
        except ConfigRefused as refused:
            click.echo(f"(commands of plugins are missing: {refused.problems[0]})", err=True)
        return sorted(names)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A command by name: the host's own come first, then those that need no configuration."""
        return (
            self._own_command(name)
            or self._installed().load(name)
            or self._plugin_commands(ctx).get(name)
        )

    def _own_command(self, name: str) -> click.Command | None:
        from cti_host.privacy import logs

        # Before any command does something: nothing of persons is written.
        logs.install(logs.LogPolicy())
        if name not in self._own:
            return None
        module, _, attribute = self._own[name].partition(":")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), attribute)
        return command

    def _installed(self) -> InstalledCommands:
        return InstalledCommands({*self._own})

    def _plugin_commands(self, ctx: click.Context) -> dict[str, click.Command]:
        context: Context = ctx.obj
        commands: dict[str, click.Command] = {}
        taken = {*self._own, *self._installed().names}
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


def _in_app(command: click.Command, context: Context) -> click.Command:
    """Let a plugin's command run inside the application's context, its database open and ready."""
    # A copy: the command may be a module's, and serve several applications.
    wrapped = copy(command)
    if isinstance(wrapped, click.Group):
        wrapped.commands = {name: _in_app(one, context) for name, one in wrapped.commands.items()}
        if not wrapped.invoke_without_command:
            return wrapped
    invoke: Callable[[click.Context], Any] = command.invoke

    def invoke_in_app(ctx: click.Context) -> Any:
        with context.app.app_context(), context.host.database.connection_context():
            context.make_database_ready()
            return invoke(ctx)

    wrapped.invoke = invoke_in_app  # type: ignore[method-assign]  # click has no hook for this
    return wrapped
