"""The command `cti-host plugin new`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

import click

from cti_host.command_line.context import Context, fail, pass_context
from cti_host.command_line.known_hooks import KnownHook, host_hooks, plugin_hooks
from cti_host.command_line.new_plugin.names import Refused, check_name
from cti_host.command_line.new_plugin.project import files_of, write_files
from cti_host.settings.config import Config
from cti_host.settings.nearest import did_you_mean

# What most sites need first: numbers as their phone system sends them, put right.
DEFAULT_HOOK = "preprocess_parameters"


@click.group()
def plugin() -> None:
    """A plugin of your own. (What is there already: cti-host plugins.)"""


@plugin.command()
@click.argument("name")
@click.option(
    "--hook",
    "wanted",
    multiple=True,
    metavar="HOOK",
    help=f"A hook that it implements; may be repeated. {DEFAULT_HOOK} unless set.",
)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write it into. Unless set: the current one; for --single-file "
    "the plugins_dir of the configuration, or plugins.d.",
)
@click.option(
    "--single-file",
    is_flag=True,
    help="Write a file for plugins_dir and its test, instead of a distribution.",
)
@pass_context
def new(
    context: Context, name: str, wanted: tuple[str, ...], into: Path | None, single_file: bool
) -> None:
    """Write a plugin called NAME: code, settings, packaging, and a test that passes.

    docs/writing-a-plugin.md shows how to go on.
    """
    config = context.configuration()
    plugins_dir = _plugins_dir(config)
    folder = into or ((plugins_dir or Path("plugins.d")) if single_file else Path())
    try:
        check_name(name)
        hooks = _known(wanted or (DEFAULT_HOOK,), config)
        files = files_of(name, hooks, single_file=single_file)
        write_files(folder, name, files)
    except Refused as refused:
        fail(str(refused), refused.remedy)
    click.echo(f"{name} is written, with {', '.join(hook.name for hook in hooks)}:")
    for path in files:
        click.echo(f"  {folder / path}")
    test = folder / "tests" / f"test_{name}.py" if single_file else folder / name
    click.echo(f"\nTest it:       python -m pytest {quote(str(test))}")
    if not single_file:
        click.echo(f"Install it:    pip install --editable {quote(str(folder / name))}")
    click.echo(f"Switch it on:  in {context.path if config else 'cti.toml'}")
    if single_file and folder.resolve() != plugins_dir:
        relative = os.path.relpath(folder, config.folder) if config else str(folder)
        click.echo(f"                 plugins_dir = {json.dumps(relative)}")
    enabled = [name, *(config.settings.plugins if config else [])]
    click.echo(f"                 plugins = {json.dumps(enabled)}")
    named = f"--config {quote(context.config_file)} " if context.config_file else ""
    click.echo(f'See it work:   cti-host {named}explain "/pop?phone=0199007777"')


def _known(wanted: Sequence[str], config: Config | None) -> list[KnownHook]:
    """The hooks that are wanted, in the order of the reference.

    :raises Refused: some of them are not there
    """
    known = host_hooks()
    if not known.keys() >= {*wanted}:
        known |= plugin_hooks(config)
    unknown = [hook for hook in dict.fromkeys(wanted) if hook not in known]
    if unknown:
        message = f"there is no hook {', '.join(map(repr, unknown))}"
        raise Refused(message, "; ".join(did_you_mean(hook, [*known]) for hook in unknown))
    return [hook for name, hook in known.items() if name in wanted]


def _plugins_dir(config: Config | None) -> Path | None:
    """The folder of single files that the configuration names, if it names one."""
    if config is None or not config.settings.plugins_dir:
        return None
    return config.resolve(config.settings.plugins_dir)
