"""One phone system of the settings, ready to be connected to."""

from __future__ import annotations

from dataclasses import dataclass

from cti_asterisk.ami.client import Account
from cti_asterisk.settings import ServerSettings
from cti_asterisk.translation.channels import Sorter
from cti_asterisk.translation.facts import Reader
from cti_asterisk.translation.translator import Translator
from cti_host import Host, is_postgresql

_Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Server:
    """A phone system, its secret read.

    :param name: the source of its calls and devices
    """

    name: str
    settings: ServerSettings
    account: Account
    standby: bool = False

    def sorter(self) -> Sorter:
        """What tells its phones from its trunks."""
        settings = self.settings
        return Sorter(settings.trunks, settings.phones, settings.trunk_contexts)

    def translator(self, sorter: Sorter) -> Translator:
        """What translates its events."""
        settings = self.settings
        return Translator(Reader(sorter, settings.queues, settings.voicemail_contexts))


def read_server(host: Host, name: str, settings: ServerSettings) -> Server | None:
    """Read the secret and the certificates; what is wrong is reported.

    :return: the server; `None`: it can't be connected to like this
    """
    place: _Place = ("plugin", "asterisk", "servers", name)
    secret = settings.secret.get_secret_value()
    if settings.secret_file:
        remedy = "write the secret of the AMI user into it"
        secret = host.read_secret(settings.secret_file, (*place, "secret_file"), remedy)
        if not secret:
            return None
    tls = host.client_tls(settings.ca_file, (*place, "ca_file")) if settings.tls else None
    if settings.tls and tls is None:
        return None
    account = Account(
        settings.host,
        settings.tcp_port,
        settings.user,
        secret,
        tls=tls,
        md5=settings.login == "md5",
    )
    standby = is_postgresql(host.database) if settings.standby is None else settings.standby
    return Server(name, settings, account, standby)
