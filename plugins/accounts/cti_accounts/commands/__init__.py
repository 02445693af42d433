"""`cti-host agent ...`: accounts from the command line."""

from __future__ import annotations

import click

from cti_accounts.commands import agents, sign_in, tokens


def agent_commands() -> click.Group:
    """The group; a new one each time, because the host wraps it for its application."""
    group = click.Group("agent", help="Agents: who may sign in, and with which profiles.")
    for command in (*agents.COMMANDS, *sign_in.COMMANDS, *tokens.COMMANDS):
        group.add_command(command)
    return group
