"""`cti-host mail`: what waits, and another attempt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import click

from cti_host import current_host
from cti_mail import outbox
from cti_mail.addresses import BadAddress
from cti_mail.sender import plain_message
from cti_mail.settings import Config
from cti_mail.smtp import MailServer, NotTaken


def mail_commands(config: Config, server: Callable[[], MailServer | None]) -> click.Group:
    """The commands.

    :param server: gives the mail server, once its settings were read
    """

    @click.group("mail")
    def group() -> None:
        """Mails to callers that are not sent yet."""

    @group.command("list")
    def list_() -> None:
        """Print each mail that waits or was given up: id, since when, what about, and why."""
        with current_host().database.connection_context():
            for mail in outbox.all_kept():
                since = datetime.fromtimestamp(mail.created, UTC).isoformat(timespec="minutes")
                state = "given up" if mail.given_up else "waits"
                line = (str(mail.id), since, mail.ticket, state, mail.problem)
                click.echo("\t".join(line).rstrip())

    @group.command("retry")
    @click.argument("ids", type=int, nargs=-1)
    def retry(ids: tuple[int, ...]) -> None:
        """Have the mails IDS tried again at once, or all; a running server sends them."""
        with current_host().database.connection_context():
            count = outbox.try_again(ids)
        click.echo(f"{count} to be sent")

    @group.command("discard")
    @click.argument("ids", type=int, nargs=-1, required=True)
    def discard(ids: tuple[int, ...]) -> None:
        """Delete the mails IDS without sending them."""
        with current_host().database.connection_context():
            count = outbox.discard(ids)
        click.echo(f"{count} deleted")

    @group.command("test")
    @click.argument("address")
    def test(address: str) -> None:
        """Send a mail to ADDRESS now, to see whether the settings are right."""
        ready = server()
        assert ready is not None  # noqa: S101 -- with mistakes in it no command runs
        text = "This mail was sent by `cti-host mail test`: mails to callers arrive.\n"
        try:
            message = plain_message(config, address, "Test", text)
            with ready.connected() as connection:
                connection.send(message)
        except BadAddress as bad:
            raise click.ClickException(str(bad)) from None
        except NotTaken as problem:
            raise click.ClickException(f"the mail is not sent: {problem}") from None
        click.echo(f"{ready.name} has taken the mail")

    return group
