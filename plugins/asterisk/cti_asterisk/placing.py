"""Calls that are placed from here: the agent's own phone rings first, then the other party's."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from cti_calls.api_for_plugins import Device, Originated
from flask_babel import gettext as _

from cti_asterisk.ami.client import (
    ActionRefused,
    LoginRefused,
    NotConnected,
    Session,
    session,
)
from cti_asterisk.ami.messages import Message
from cti_asterisk.dialling import dialled, shown
from cti_asterisk.server import Server
from cti_asterisk.translation.channels import ChannelKind
from cti_asterisk.translation.facts import CALL_PREFIX

_log = logging.getLogger(__name__)
# A phone that isn't there is told at once; one that is begins to ring.
_BEGIN_SECONDS = 0.5
# Somebody waits: to connect, and for each response.
_SECONDS = 2.0


class _NotReachable(Exception):
    """The phone system knows no such phone, or it isn't there."""


class Placing:
    """Places calls, each in a short session of its own.

    The connection that listens is in one process of all hosts; calls are placed from any.
    """

    def __init__(self, servers: Mapping[str, Server]) -> None:
        self._servers = servers

    def can_place(self, device: Device) -> bool | None:
        """Whether calls can be placed from a phone; `None`: it is none of these servers'."""
        server = self._servers.get(device.source)
        if server is None:
            return None
        return "/" in device.name and server.sorter().kind(device.name) is ChannelKind.PHONE

    def place(self, device: Device, number: str) -> Originated | None:
        """Let a phone ring, and call a number from it when it is picked up.

        :param device: the phone
        :param number: digits, or "+" and digits
        :return: the call's token, or why it was refused; `None`: it is no phone of these servers
        """
        server = self._servers.get(device.source)
        if server is None:
            return None
        extension = dialled(server.settings.dial, number)
        if not extension:
            return Originated(problem=_("%(number)s can't be dialled.", number=number))
        if not self.can_place(device):
            refused = _("No calls can be placed from %(device)s.", device=device.name)
            return Originated(problem=refused)
        token = CALL_PREFIX + secrets.token_hex(8)
        fields = _fields(server, device.name, extension, shown(server.settings.dial, number), token)
        try:
            asyncio.run(_originate(server, fields, token))
        except _NotReachable:
            return Originated(problem=_("%(device)s can't be reached.", device=device.name))
        except NotConnected as error:
            _log.warning("no call was placed by %s: %s", server.name, str(error))
            return Originated(problem=_("The phone system can't be reached."))
        except LoginRefused:
            _log.warning("no call was placed by %s: it refuses the login", server.name)
            return Originated(problem=_("The phone system doesn't let this host in."))
        except ActionRefused as refusal:
            return Originated(problem=_refusal(str(refusal), number))
        return Originated(token)


def _fields(
    server: Server, device: str, extension: str, caller_id: str, token: str
) -> Sequence[tuple[str, str]]:
    rules = server.settings.dial
    return [
        ("Channel", device),
        ("Context", rules.context),
        ("Exten", extension),
        ("Priority", str(rules.priority)),
        # Without a number to show, the agent's phone shows whom it calls.
        ("CallerID", f"<{caller_id or extension}>"),
        ("Timeout", str(rules.timeout_seconds * 1000)),
        # Otherwise nothing else is answered until the agent picks up.
        ("Async", "true"),
        ("ChannelId", token),
        ("Variable", f"CTI_CALL={token}"),
    ]


async def _originate(server: Server, fields: Sequence[tuple[str, str]], token: str) -> None:
    """Place a call, and see that the phone begins to ring.

    :raises _NotReachable: it doesn't
    """
    account = replace(server.account, connect_seconds=_SECONDS, action_seconds=_SECONDS)
    async with session(account) as connected:
        await connected.act("Originate", *fields, action_id=token)
        with suppress(TimeoutError):
            async with asyncio.timeout(_BEGIN_SECONDS):
                await _begun(connected, token)


async def _begun(connected: Session, token: str) -> None:
    while True:
        for event in await connected.events():
            if _has_failed(event, token):
                raise _NotReachable
            if token in (event.get("Uniqueid"), event.get("DestUniqueid")):
                return


def _has_failed(event: Message, token: str) -> bool:
    mine = event.event == "OriginateResponse" and event.action_id == token
    return mine and event.get("Response") == "Failure"


def _refusal(reason: str, number: str) -> str:
    if "ermission" in reason:
        text = _("The phone system doesn't let this host place calls.")
    elif "xtension" in reason:
        text = _("The phone system doesn't know how to dial %(number)s.", number=number)
    else:
        text = _("The phone system refused the call: %(reason)s", reason=reason)
    return str(text)
