"""What sends the mails that wait: a thread of each process, of which one is at it at a time."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import format_datetime, localtime

from flask import Flask

from cti_host import Host, Lease
from cti_mail import outbox
from cti_mail.addresses import BadAddress, mailbox
from cti_mail.models import MailLease, MailMessage
from cti_mail.settings import Config
from cti_mail.smtp import MailConnection, MailServer, NotTaken

_log = logging.getLogger("cti_host.plugin.mail")
# Another process's mails are found within so many seconds.
_LOOK_SECONDS = 5.0
_LEASE_SECONDS = 600
_AT_ONCE = 50
_STOP_SECONDS = 5.0
_HOUR = 3600


class Sender:
    """Sends the mails that wait.

    :param app: the application whose database has them
    """

    def __init__(self, app: Flask, host: Host, config: Config, server: MailServer) -> None:
        self._app, self._host, self._config, self._server = app, host, config, server
        self._work = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; it ends with the process, or with `stop`."""
        self._thread = threading.Thread(target=self._run, name="cti-mail", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is a new mail."""
        self._work.set()

    def stop(self) -> None:
        """Finish the mail that is being sent, and let another process go on."""
        self._stopping = True
        self._work.set()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def send_due(self) -> int:
        """Send what is due, unless another process is at it; returns how many mails were tried."""
        with self._app.app_context(), self._host.database.connection_context():
            if not outbox.due(1):
                return 0
            lease = Lease(MailLease, MailLease.id == 1, _LEASE_SECONDS)
            if not lease.take():
                return 0
            try:
                return self._send(outbox.due(_AT_ONCE), lease)
            finally:
                lease.release()

    def _run(self) -> None:
        while not self._stopping:
            try:
                # More may wait than are sent at once.
                while self.send_due() and not self._stopping:
                    pass
            except Exception:
                _log.exception("sending mails failed")
            self._work.wait(_LOOK_SECONDS)
            self._work.clear()

    def _send(self, mails: Sequence[MailMessage], lease: Lease) -> int:
        tried = 0
        try:
            with self._server.connected() as connection:
                for mail in mails:
                    if self._stopping or not lease.renew():
                        break
                    tried += 1
                    self._send_one(mail, connection)
        except NotTaken as problem:
            # The server itself: nobody's mail is at fault, and none is given up for it at once.
            for mail in mails[tried:]:
                self._keep(mail, problem)
        return tried

    def _send_one(self, mail: MailMessage, connection: MailConnection) -> None:
        try:
            message = message_of(mail, self._config)
        except BadAddress:
            self._keep(mail, NotTaken("the address of the caller is not one", for_good=True))
            return
        try:
            connection.send(message)
        except NotTaken as problem:
            self._keep(mail, problem)
            return
        outbox.sent(mail)
        _log.info("the mail about entry %s of %s is sent", mail.entry, mail.ticket)

    def _keep(self, mail: MailMessage, problem: NotTaken) -> None:
        seconds = self._config.give_up_hours * _HOUR
        given_up = outbox.not_sent(mail, str(problem), seconds, for_good=problem.for_good)
        what = "is given up" if given_up else "has to wait"
        level = logging.ERROR if given_up else logging.WARNING
        _log.log(level, "the mail about entry %s of %s %s: %s",
                 mail.entry, mail.ticket, what, str(problem))  # fmt: skip


def message_of(mail: MailMessage, config: Config) -> EmailMessage:
    """A kept mail as it is sent.

    However often it is sent, it has the same `Message-ID`, so that a mailbox shows it once. All
    mails about a ticket are one conversation.

    :raises BadAddress: the address of the caller is not one
    """
    sender = mailbox(config.sender)
    message = plain_message(config, mail.recipient, mail.subject, mail.body)
    ticket = mail.ticket.replace(":", ".")
    message["Message-ID"] = f"<{ticket}.{mail.entry}@{sender.domain}>"
    message["References"] = f"<{ticket}@{sender.domain}>"
    return message


def plain_message(config: Config, recipient: str, subject: str, body: str) -> EmailMessage:
    """A mail of this site: who it is from, and that no person wrote it by hand.

    :raises BadAddress: the recipient is not an address
    """
    message = EmailMessage()
    message["From"] = config.sender
    message["To"] = str(mailbox(recipient))
    if config.reply_to:
        message["Reply-To"] = config.reply_to
    message["Subject"] = subject
    message["Date"] = format_datetime(localtime())
    # Answering machines don't answer it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body, cte="quoted-printable")
    # `smtplib`, and servers that keep mails in one file, write ">From" for that at the beginning of
    # a line.
    encoded = str(message.get_payload())
    message.set_payload(re.sub("^From ", "=46rom ", encoded, flags=re.MULTILINE))
    return message
