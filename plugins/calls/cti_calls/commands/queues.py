"""`cti-host calls queue …`: whose queue is whose."""

from __future__ import annotations

import json

import click

from cti_calls.commands.devices import warn_of_strangers
from cti_calls.store.agents import queues


def queue_group() -> click.Group:
    """The group of commands about queues."""
    group = click.Group("queue", help="Queues, and whose: those of *My queues'*.")
    for command in (_add(), _list(), _remove()):
        group.add_command(command)
    return group


def _add() -> click.Command:
    @click.command("add")
    @click.argument("queue")
    @click.option(
        "--agent", "agents", multiple=True, required=True, metavar="NAME", help="Whose; repeat."
    )
    def add(queue: str, agents: tuple[str, ...]) -> None:
        """Name a queue as that of agents: cti-host calls queue add support --agent sam

        Without any, an agent's queues are those whose calls rang on their devices of late.
        """
        if not queue.strip() or len(queue) > queues.LONGEST_QUEUE or "\0" in queue:
            raise click.ClickException(
                f"a queue has a name, of at most {queues.LONGEST_QUEUE} characters"
            )
        warn_of_strangers(agents)
        changed = queues.add_queue(queue.strip(), agents)
        click.echo(f"{queue} of {', '.join(agents)}: {'added' if changed else 'nothing to do'}")

    return add


def _list() -> click.Command:
    @click.command("list")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def list_(as_json: bool) -> None:
        """Print the queues that were named, and whose they are."""
        found = queues.all_queues()
        if as_json:
            rows = [{"queue": queue, "agents": agents} for queue, agents in found]
            click.echo(json.dumps(rows, ensure_ascii=False))
            return
        for queue, agents in found:
            click.echo(f"{queue}: {', '.join(agents)}")
        if not found:
            click.echo(
                "no queue is named: an agent's are those that rang on their devices of late; "
                "cti-host calls queue add QUEUE --agent NAME"
            )

    return list_


def _remove() -> click.Command:
    @click.command("remove")
    @click.argument("queue")
    @click.option("--agent", default="", metavar="NAME", help="Only that it is this agent's.")
    def remove(queue: str, agent: str) -> None:
        """Say that a queue is nobody's any more, or not an agent's."""
        whose = f" of {agent}" if agent else ""
        try:
            queues.remove_queue(queue, agent)
        except queues.UnknownQueue as error:
            raise click.ClickException(f"no queue {queue}{whose} is named") from error
        click.echo(f"{queue}{whose}: removed")

    return remove
