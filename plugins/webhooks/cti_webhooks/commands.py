"""`cti-host webhooks`: the addresses for phone systems, and what their payloads say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from cti_calls.api_for_plugins import Fact

from cti_host import current_host, did_you_mean
from cti_webhooks.kinds.understood import Understood
from cti_webhooks.payload import NotUnderstood, read_form, read_json
from cti_webhooks.secrets import printed, rotate, secret_of
from cti_webhooks.settings import Config
from cti_webhooks.sources import ReadySource

_Sources = Callable[[], Mapping[str, ReadySource]]


def webhook_commands(config: Config, sources: _Sources) -> click.Group:
    """The commands.

    :param sources: gives the sources by their names, once their files were read
    """

    @click.group("webhooks")
    def group() -> None:
        """Phone systems that post what happens."""

    @group.command("url")
    @click.argument("name")
    def url(name: str) -> None:
        """Print the address that the phone system NAME posts to. It holds a secret."""
        click.echo(_address(config, _known(sources, name).name))

    @group.command("rotate")
    @click.argument("name")
    def rotate_address(name: str) -> None:
        """Give the phone system NAME a new address, and print it; the old one ends at once."""
        source = _known(sources, name)
        with current_host().database.connection_context():
            rotate(source.name)
        click.echo(_address(config, source.name))

    @group.command("list")
    def list_sources() -> None:
        """Print the name and kind of each phone system that posts here."""
        for name, source in sources().items():
            click.echo(f"{name}\t{source.settings.kind}")

    @group.command("try")
    @click.argument("name")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def try_payload(name: str, file: Path) -> None:
        """Print how a payload of the phone system NAME would be understood; nothing is stored.

        FILE holds the body of a request: JSON, or the fields of a form (event=newCall&from=…).
        """
        source = _known(sources, name)
        body = file.read_bytes().strip()
        try:
            payload = read_json(body) if body[:1] in (b"{", b"[") else read_form(body)
            understood = source.reader.read(payload, datetime.now(UTC))
        except NotUnderstood as bad:
            click.echo(f"not understood: {bad}", err=True)
            raise click.exceptions.Exit(1) from None
        for line in _told(understood):
            click.echo(line)

    return group


def _known(sources: _Sources, name: str) -> ReadySource:
    ready = sources()
    if name not in ready:
        _unknown(name, ready)
    return ready[name]


def _unknown(name: str, ready: Mapping[str, ReadySource]) -> NoReturn:
    known = ", ".join(ready) or "none: add [plugin.webhooks.sources.NAME]"
    remedy = did_you_mean(name, [*ready], f"the settings have {known}")
    raise click.ClickException(f"there is no webhook {name!r}; {remedy}")


def _address(config: Config, name: str) -> str:
    host = current_host()
    with host.database.connection_context():
        printed(name)
        secret = secret_of(name)
    server = host.settings.server
    base = config.public_url or f"http://{server.host}:{server.port}"
    return f"{base}/webhooks/{name}/{secret}"


def _told(understood: Understood) -> list[str]:
    """What was understood, a line for each fact."""
    lines = [f"event {understood.event}"]
    lines += [_in_words(fact) for fact in understood.facts]
    return lines if understood.facts else [*lines, "  nothing about a call: it is only noted"]


def _in_words(fact: Fact) -> str:
    """A fact as one line: what happened, then all that is known."""
    known = [f"call {fact.call}"]
    if fact.direction:
        known.append(str(fact.direction))
    if fact.withheld:
        known.append("remote withheld")
    elif fact.remote:
        known.append(f"remote {fact.remote}")
    parts = {
        "name": fact.remote_name,
        "dialled": fact.dialled,
        "queue": fact.queue,
        "device": fact.device,
        "other call": fact.other,
        "outcome": fact.outcome,
        "by": fact.by,
        "cause": fact.cause,
        "at": fact.at.isoformat(timespec="seconds") if fact.at else "",
    }
    known += [f"{name} {value}" for name, value in parts.items() if value]
    return f"  {fact.kind}: {', '.join(known)}"
