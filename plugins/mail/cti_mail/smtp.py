"""The way to the mail server."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from cti_host import Host
from cti_mail.settings import SmtpSettings

_PERMANENT = 500


class NotTaken(Exception):
    """The server did not take a mail, or could not be reached.

    `str()` of it is what it said, without anybody's address; `for_good`: another attempt is of no
    use.
    """

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good


@dataclass(frozen=True)
class MailServer:
    """The server that takes mails, with all that is needed to talk to it.

    :param password: of the account in the settings; empty: none
    :param tls: how its certificate is checked
    """

    settings: SmtpSettings
    password: str
    tls: ssl.SSLContext

    @property
    def name(self) -> str:
        """What to call it in messages."""
        return f"{self.settings.host}:{self.settings.tcp_port}"

    @contextmanager
    def connected(self) -> Iterator[MailConnection]:
        """A connection, signed in.

        :raises NotTaken: there is none to be had
        """
        try:
            smtp = self._open()
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(f"{self.name}: {_said(error)}") from error
        try:
            yield MailConnection(smtp)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()

    def _open(self) -> smtplib.SMTP:
        settings, timeout = self.settings, self.settings.timeout_seconds
        address = settings.host, settings.tcp_port
        smtp: smtplib.SMTP
        if settings.security == "tls":
            smtp = smtplib.SMTP_SSL(*address, timeout=timeout, context=self.tls)
        else:
            smtp = smtplib.SMTP(*address, timeout=timeout)
        try:
            if settings.security == "starttls":
                smtp.starttls(context=self.tls)
            if settings.user:
                smtp.login(settings.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


class MailConnection:
    """A connection on which mails are sent, one after the other."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    def send(self, message: EmailMessage) -> None:
        """Hand a mail over.

        :raises NotTaken: the server has not taken it
        """
        try:
            self._smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise NotTaken(_answer(code, text), for_good=code >= _PERMANENT) from None
        except smtplib.SMTPNotSupportedError as error:
            raise NotTaken(str(error), for_good=True) from error
        except smtplib.SMTPResponseException as error:
            # After a refused sender or text the connection is as good as before.
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.rset()
            permanent = error.smtp_code >= _PERMANENT
            raise NotTaken(_said(error), for_good=permanent) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(_said(error)) from error


def mail_server(host: Host, settings: SmtpSettings) -> MailServer | None:
    """Read password and certificates; what is wrong is reported.

    :return: `None`: there are mistakes, and the host does not start
    """
    place = ("plugin", "mail", "smtp")
    password = settings.password.get_secret_value()
    if settings.password_file:
        remedy = "write the password of the account into it"
        password = host.read_secret(settings.password_file, (*place, "password_file"), remedy)
    tls = host.client_tls(settings.ca_file, (*place, "ca_file"))
    if tls is None:
        return None
    if settings.user and settings.security == "none":
        host.warn(
            (*place, "security"),
            "the password goes through the network for everybody to read",
            'write security = "starttls", or "tls"',
        )
    return MailServer(settings, password, tls)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPSenderRefused):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    return (error.strerror if isinstance(error, OSError) else "") or str(error)


def _answer(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    # Servers repeat the address that they refuse.
    kept = [word for word in words.split() if "@" not in word]
    return f"{code} {' '.join(kept)}"[:500]
