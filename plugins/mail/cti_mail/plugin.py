"""The plugin: keeps a mail for each public entry, and has it sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import click
import peewee
from cti_tickets.api_for_plugins import LogEntryAdded
from flask import Flask, current_app
from jinja2 import TemplateError

from cti_host import (
    Agent,
    Caller,
    DataSubject,
    Finding,
    HealthCheck,
    Host,
    Level,
    PersonalData,
    Removal,
    Ticket,
    hookimpl,
)
from cti_mail import outbox, privacy, settings
from cti_mail.addresses import BadAddress, mailbox
from cti_mail.commands import mail_commands
from cti_mail.models import MODELS
from cti_mail.sender import Sender
from cti_mail.smtp import MailServer, NotTaken, mail_server
from cti_mail.templates import Texts, read_texts

_log = logging.getLogger("cti_host.plugin.mail")


class Plugin:
    """Mails to callers about new entries in the public log of their tickets."""

    Config = settings.Config

    def __init__(self, config: settings.Config) -> None:
        self._config = config
        self._texts: Texts | None = None
        self._server: MailServer | None = None
        self._sender: Sender | None = None

    @hookimpl
    def register(self, host: Host) -> None:
        """Read templates, password and certificates."""
        self._host = host
        self._texts = read_texts(host, self._config)
        self._server = mail_server(host, self._config.smtp)

    @hookimpl
    def server_started(self) -> None:
        """Send what waits, from now on."""
        if self._server is None:
            return
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        self._sender = Sender(app, self._host, self._config, self._server)
        self._host.before_closing.insert(0, self._sender.stop)
        self._sender.start()

    @hookimpl(of="tickets")
    def log_added(
        self, entry: LogEntryAdded, ticket: Ticket, caller: Caller | None, agent: Agent
    ) -> None:
        """Keep a mail to the caller, if the entry is meant for them and they have an address."""
        recipient = caller.attributes.get("email", "").strip() if caller else ""
        if entry.private or caller is None or not recipient or self._texts is None:
            return
        try:
            recipient = str(mailbox(recipient))
            subject, body = self._texts.of(entry, ticket, caller, str(agent))
        except (BadAddress, TemplateError) as error:
            # The message of the first is the address.
            why = "no address" if isinstance(error, BadAddress) else error
            _log.warning("no mail about entry %s of %s: %s", entry.id, ticket.key, why)
            return
        outbox.put(entry.id, ticket.key, caller.key, recipient, subject, body)
        if self._sender is not None:
            self._sender.wake()

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """`cti-host mail`."""
        return [mail_commands(self._config, lambda: self._server)]

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """Mails that are not sent yet, and who sends them."""
        return MODELS

    @hookimpl
    def check_online(self) -> Sequence[Finding]:
        """Whether the server lets this site in; nothing is sent."""
        if self._server is None:
            return []
        what = f"mail server {self._server.name}"
        try:
            with self._server.connected():
                return [Finding(what, Level.GOOD, "it lets this site in")]
        except NotTaken as problem:
            remedy = "compare [plugin.mail.smtp] with what the server's admin says"
            return [Finding(what, Level.BAD, str(problem), remedy)]

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        """Whether mails were given up that nobody has looked after."""
        return [HealthCheck("mails", not outbox.given_up(), needed=False)]

    @hookimpl
    def personal_data(self, subject: DataSubject) -> Sequence[PersonalData]:
        """The mails to a person that are not sent."""
        return privacy.personal_data(subject)

    @hookimpl
    def erase_personal_data(self, subject: DataSubject, dry_run: bool) -> Sequence[Removal]:
        """Delete the mails to a person that are not sent."""
        return privacy.erase(subject, dry_run=dry_run)

    @hookimpl
    def expire_data(self, dry_run: bool) -> Sequence[Removal]:
        """Delete mails that were given up long ago."""
        return privacy.expire(self._config.keep_failed_days, dry_run=dry_run)
