"""`cti-host rights`: what each profile, or an agent, may do, and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from cti_host.command_line.context import Context, pass_context
from cti_host.host import Host
from cti_host.model import Right
from cti_host.settings.nearest import did_you_mean


@click.command("rights")
@click.option("--profile", "profiles", multiple=True, metavar="PROFILE", help="Only this profile.")
@click.option("--agent", "agent_name", metavar="NAME", help="What an agent may do instead.")
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="CLASS",
    help="Only with this class; what plugins keep rights of counts as one, such as calls.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
@pass_context
def rights(
    context: Context,
    profiles: Sequence[str],
    agent_name: str | None,
    classes: Sequence[str],
    as_json: bool,
) -> None:
    """Print who may do what with which class, and with what else plugins keep, and why.

    Without options: every profile. What an agent may do is what any of their profiles may.
    """
    if agent_name and profiles:
        raise click.UsageError("give --profile or --agent, not both")
    with context.app.app_context(), context.host.database.connection_context():
        context.make_database_ready()
        whose = _whose(context.host, profiles, agent_name)
        tables, failed = _explained(context.host, whose)
    if not failed and not any(tables.values()):
        raise click.ClickException("no plugin of the settings keeps rights of agents")
    known = {name for of_one in tables.values() for right in of_one for name in _names(right)}
    if not failed:
        _known("class", classes, sorted(known))
    wanted = {who: [*_only(of_one, classes)] for who, of_one in tables.items()}
    if as_json:
        cells = [_as_json(who, right) for who, rights_ in wanted.items() for right in rights_]
        click.echo(json.dumps(cells, ensure_ascii=False, indent=1))
    else:
        for who, rights_ in wanted.items():
            click.echo(who)
            for line in _lines(rights_):
                click.echo(f"  {line}")
    if failed:
        raise click.ClickException("; ".join(failed))


def _whose(
    host: Host, profiles: Sequence[str], agent_name: str | None
) -> dict[str, frozenset[str]]:
    """The profiles of everybody who is asked for."""
    if agent_name:
        agent = host.hooks.known_agent(agent_name)
        if agent is None:
            raise click.ClickException(
                f"there is no agent {agent_name!r}; see: cti-host agent list"
            )
        return {agent_name: agent.profiles}
    every = list(dict.fromkeys(host.hooks.collect("known_profiles", str)))
    _known("profile", profiles, every)
    return {one: frozenset([one]) for one in profiles or every}


def _explained(
    host: Host, whose: Mapping[str, frozenset[str]]
) -> tuple[dict[str, list[Right]], list[str]]:
    """What plugins say of the rights of each, and which of them failed."""
    tables: dict[str, list[Right]] = {}
    failed: dict[str, None] = {}
    for who, profiles in whose.items():
        found = host.hooks.explain_rights(profiles)
        tables[who] = [right for _plugin, right in found.items]
        failed.update(dict.fromkeys(found.failed))
    return tables, list(failed)


def _known(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            remedy = did_you_mean(name, known)
            raise click.ClickException(f"there is no {what} {name!r}; {remedy}")


def _names(right: Right) -> tuple[str, ...]:
    """What a right is found by."""
    return right.subject, *right.within


def _only(rights_: Sequence[Right], classes: Sequence[str]) -> Iterator[Right]:
    return (one for one in rights_ if not classes or not {*classes}.isdisjoint(_names(one)))


def _lines(rights_: Sequence[Right]) -> Iterator[str]:
    """A line for each subject and reason: all that it is the reason for."""
    grouped: dict[tuple[str, bool, str], list[str]] = {}
    for right in rights_:
        key = (right.subject, right.allowed, right.reason)
        grouped.setdefault(key, []).append(right.action)
    for (subject, allowed, reason), actions in grouped.items():
        yield f"{subject}: {'' if allowed else 'not '}{', '.join(actions)} ({reason})"


def _as_json(who: str, right: Right) -> dict[str, Any]:
    return {
        "who": who,
        "class": right.subject,
        "action": right.action,
        "allowed": right.allowed,
        "reason": right.reason,
    }
