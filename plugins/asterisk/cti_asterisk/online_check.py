"""What works with these phone systems and accounts: the results of `cti-host check --online`."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Sequence

from flask_babel import gettext as _

from cti_asterisk.ami.client import (
    ActionRefused,
    AmiError,
    LoginRefused,
    Session,
    session,
)
from cti_asterisk.server import Server
from cti_host import Finding, Level

_OLDEST = 18
_NEWEST = 22
# What Asterisk says to a call without a phone, if it lets the user place calls.
_NO_PHONE = "Channel not specified"


def findings(servers: Sequence[Server]) -> list[Finding]:
    """What was found out about each phone system; nothing is changed there."""
    return [finding for server in servers for finding in asyncio.run(_of(server))]


async def _of(server: Server) -> list[Finding]:
    what = _("Asterisk %(name)s at %(host)s", name=server.name, host=server.settings.host)
    begun = time.perf_counter()
    try:
        async with session(server.account) as connected:
            await connected.act("Ping")
            ms = round((time.perf_counter() - begun) * 1000)
            good = _(
                "logged in, in %(ms)s ms; interface %(version)s", ms=ms, version=connected.version
            )
            found = [Finding(what, Level.GOOD, good)]
            return found + [one async for one in _rights(what, connected)]
    except LoginRefused:
        remedy = _("check user and secret, and permit and deny of the user in manager.conf")
        return [Finding(what, Level.BAD, _("it refuses the login"), remedy)]
    except AmiError as error:
        remedy = _("check host, port and tls, and enabled and bindaddr in manager.conf")
        return [Finding(what, Level.BAD, str(error), remedy)]


async def _rights(what: str, connected: Session) -> AsyncIterator[Finding]:
    try:
        settings = await connected.act("CoreSettings")
        await connected.rows("CoreShowChannels")
    except ActionRefused:
        yield Finding(
            what,
            Level.BAD,
            _("calls that are going on can't be read, nor whether a number is withheld"),
            _("write = originate,reporting for the user in manager.conf, then manager reload"),
        )
    else:
        yield _version(what, settings.get("AsteriskVersion"))
        yield Finding(what, Level.GOOD, _("calls that are going on can be read"))
    try:
        await connected.act("Originate")
    except ActionRefused as refusal:
        if str(refusal) == _NO_PHONE:
            yield Finding(what, Level.GOOD, _("calls can be placed"))
        else:
            yield Finding(
                what,
                Level.WARNING,
                _("calls can't be placed"),
                _("write = originate,reporting for the user in manager.conf, then manager reload"),
            )


def _version(what: str, version: str) -> Finding:
    # A certified Asterisk is named "certified/18.9-cert1", one of a distribution "22.1~dfsg".
    match = re.search(r"\d+", version)
    known = match is not None and _OLDEST <= int(match[0]) <= _NEWEST
    detail = _("Asterisk %(version)s", version=version or "?")
    if known:
        return Finding(what, Level.GOOD, detail)
    tested = _("versions %(oldest)s to %(newest)s are tested", oldest=_OLDEST, newest=_NEWEST)
    return Finding(what, Level.WARNING, f"{detail}; {tested}")
