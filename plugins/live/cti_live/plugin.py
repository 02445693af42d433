"""The plugin: its hooks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

import peewee
from flask import Blueprint
from pydantic import Field

from cti_host import (
    Deliver,
    HealthCheck,
    Host,
    Message,
    PageScript,
    PluginConfig,
    Removal,
    current_host,
    hookimpl,
    is_postgresql,
)
from cti_live import outbox, postgresql, sqlite
from cti_live.models import MODELS, Outbox
from cti_live.views import blueprint

log = logging.getLogger("cti_host.plugin.live")

PURGE_SECONDS = 60


class Plugin:
    """What happens reaches the pages that are open, on every host."""

    class Config(PluginConfig):
        """`[plugin.live]`.

        :param listen_url: PostgreSQL without the pooler that `database` names: a pooler that gives
            each transaction another connection loses notifications
        """

        listen_url: str = Field(default="", pattern="^(postgres(ql)?://.+)?$")

    def __init__(self, config: Config) -> None:
        self._config = config
        self._wake = sqlite.Wake()
        self._host: Host | None = None
        # Whether messages are followed in this process; `None`: it does not push any.
        self._following: bool | None = None

    @hookimpl
    def register(self, host: Host) -> None:
        """Remember the host; scripts are served to everybody."""
        self._host = host
        host.public_endpoints.add("live.static")

    @hookimpl
    def models(self) -> Sequence[type[peewee.Model]]:
        """The table of messages."""
        return MODELS

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """The stream, and what replaces it."""
        return [blueprint]

    @hookimpl
    def page_scripts(self) -> Sequence[PageScript]:
        """The script that receives messages in each page."""
        return [PageScript("live.static", "live.js")]

    @hookimpl
    def publish(self, topics: Sequence[str], message: Message) -> bool:
        """Write the message into the table."""
        outbox.write(topics, message)
        self._wake.up()
        return True

    @hookimpl
    async def follow(self, deliver: Deliver) -> None:
        """Read the table whenever something was written."""
        assert self._host is not None  # noqa: S101 -- register has run
        database = self._host.database
        self._following = True
        purging = asyncio.ensure_future(self._purge_regularly())
        try:
            if is_postgresql(database):
                url = self._config.listen_url or self._host.settings.database
                await postgresql.follow(url, deliver)
            else:
                await sqlite.follow(Path(database.database), deliver, self._wake)
        finally:
            purging.cancel()
            self._following = False

    @hookimpl
    def health_checks(self) -> Sequence[HealthCheck]:
        """Whether messages come here; without them, open pages ask now and then."""
        if self._following is None:
            return []
        return [HealthCheck("messages", self._following, needed=False)]

    @hookimpl
    def expire_data(self, dry_run: bool) -> Sequence[Removal]:
        """What is older than some minutes, where no server runs that deletes it."""
        count = Outbox.select().where(outbox.old()).count() if dry_run else outbox.purge()
        minutes = outbox.KEPT_SECONDS // 60
        return [Removal("messages to open pages", count, f"deleted: older than {minutes} minutes")]

    async def _purge_regularly(self) -> None:
        """Delete old messages, in a thread: whoever writes may have to wait for others."""
        while True:
            await asyncio.to_thread(_purge)
            await asyncio.sleep(PURGE_SECONDS)


def _purge() -> None:
    try:
        with current_host().database.connection_context():
            outbox.purge()
    except peewee.PeeweeException as error:
        log.warning("old messages could not be deleted: %s", type(error).__name__)
