"""The plugin: its settings, the check of a link, and the command that makes one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Literal

import click
import peewee
from flask import has_request_context, request
from pydantic import Field

from cti_host import (
    Host,
    KeyRefused,
    LinkCheck,
    Localised,
    PluginConfig,
    Removal,
    hookimpl,
    read_or_make_key,
)
from cti_signed_links.command import link_command
from cti_signed_links.signature import Verdict, check
from cti_signed_links.used import UsedLink, use

SECTION = "pop_links"
_REFUSALS = {
    Verdict.UNSIGNED: Localised.of(
        "This address is not signed, and only signed ones open a panel here.",
    ),
    Verdict.WRONG: Localised.of("The signature of this address is wrong."),
    Verdict.TOO_OLD: Localised.of("This address is too old."),
    Verdict.TOO_LONG: Localised.of(
        "This address is valid for longer than is allowed here. "
        "Please tell your administrator: the clock of the phone system may be wrong.",
    ),
}
_USED = Localised.of(
    "This address was used before: each works once.",
)


class Plugin:
    """Signed links: an address of the panel that works once, for a few minutes."""

    section = SECTION

    class Config(PluginConfig):
        """The table `[pop_links]`.

        :param signed: "off"; "accepted": links may be signed; "required": others are refused
        :param minutes: for how long a link may be good
        :param key_file: the key that phone systems sign with; it is made at the first start
        """

        signed: Literal["off", "accepted", "required"] = "accepted"
        minutes: int = Field(default=5, ge=1, le=60)
        key_file: str = "../var/pop_link_key"

    def __init__(self, config: Config) -> None:
        self._config = config
        self._key = b""

    @hookimpl
    def register(self, host: Host) -> None:
        """Read the key, or make it; it is not needed where links are not signed."""
        if self._config.signed == "off":
            return
        path = host.config.resolve(self._config.key_file)
        remedy = "name a file in a folder that the server may write to"
        try:
            self._key = read_or_make_key(path).encode()
        except KeyRefused as refused:
            host.problem((SECTION, "key_file"), str(refused), refused.remedy)
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not a text"
            message = f"{path} can't be read or written: {reason}"
            host.problem((SECTION, "key_file"), message, remedy)

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """The links that were used."""
        return [UsedLink]

    @hookimpl
    def commands(self) -> Sequence[click.Command]:
        """`cti-host link`."""
        return [link_command(lambda: self._key, self._config.minutes * 60)]

    @hookimpl
    def check_link(self, query: str) -> LinkCheck | None:
        """Refuse what is wrong, too old or used; without a signature it is the settings' to say."""
        if self._config.signed == "off":
            return None
        now = time.time()
        checked = check(query, self._key, now, self._config.minutes * 60)
        if checked.verdict is Verdict.UNSIGNED and self._config.signed == "accepted":
            return None
        refusal = _REFUSALS.get(checked.verdict)
        # A browser that only looks whether there is a page has not opened it.
        looks = has_request_context() and request.method == "HEAD"
        if refusal is None and not looks and not use(checked.mark, checked.expires, now):
            refusal = _USED
        return LinkCheck(checked.query, refusal, checked.expires or None)

    @hookimpl
    def expire_data(self, dry_run: bool) -> Sequence[Removal]:
        """The marks of links that are too old to be used again."""
        old = UsedLink.expires < int(time.time())
        count = UsedLink.select().where(old).count()
        if not dry_run:
            UsedLink.delete().where(old).execute()
        return [Removal("used links", count, "deleted: too old to be used again")]
