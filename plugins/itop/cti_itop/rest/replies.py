"""What iTop's REST services answer, read strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import httpx

from cti_itop.rest.errors import (
    ItopBadReply,
    ItopDown,
    ItopError,
    ItopForbidden,
    ItopMaintenance,
    ItopRefused,
)

_FOUND = re.compile(r"Found: ([0-9]+)")
_REFUSED = 1
# Of an object of a `core/delete`: it, or what had to go or to be emptied with it, was dealt with.
_DELETED = (0, 2, 5)


@dataclass(frozen=True)
class ItopObject:
    """An object of an answer: its real class, its id, and what was asked for, mostly texts."""

    class_name: str
    id: int
    fields: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, code: str) -> str:
        """An attribute as text; "" for one that is not there, null, or no single value."""
        value = self.fields.get(code)
        return str(value) if isinstance(value, (str, int, float)) else ""

    def key(self, code: str) -> int:
        """An external key: the id it points to, 0 for none."""
        text = self.text(code)
        return int(text) if text.isascii() and text.isdigit() else 0


@dataclass(frozen=True)
class Found:
    """Some objects of a query, in iTop's order, and how many there are in all."""

    total: int
    objects: Sequence[ItopObject]


def check_status(response: httpx.Response) -> None:
    """Name what the status of an answer means.

    :raises ItopProblem: there is no answer of REST services in it
    """
    status = response.status_code
    if status == 503:
        raise ItopMaintenance("HTTP 503: iTop is in maintenance, or its web server is overloaded")
    if status in (502, 504):
        raise ItopDown(f"HTTP {status}: the server before iTop does not reach it")
    if status in (401, 403):
        raise ItopRefused(f"HTTP {status}: the account is refused")
    if 300 <= status < 400:
        target = response.headers.get("location", "").partition("?")[0]
        raise ItopBadReply(f"HTTP {status}: it leads to {target}; check the url in the settings")
    if status != 200:
        raise ItopBadReply(f"HTTP {status}; check the url in the settings, and iTop's error.log")


def read_reply(body: bytes, members: Mapping[str, Any]) -> dict[str, Any]:
    """The reply in an answer, if its code is 0.

    :param members: what was asked
    :raises ItopProblem: it is no reply, or says no
    """
    start = body[:200].lstrip().lower()
    if start.startswith(b"<"):
        raise ItopBadReply("a page instead of JSON; check the url in the settings")
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError):
        raise ItopBadReply(f"{len(body):,} bytes that are no JSON, or half of it") from None
    code = reply.get("code") if isinstance(reply, dict) else None
    if not isinstance(reply, dict) or not isinstance(code, int):
        raise ItopBadReply("JSON that is no answer of iTop's REST services")
    if code == 0:
        return reply
    message = str(reply.get("message") or "")
    if code == _REFUSED and "objects" in reply:
        raise ItopForbidden(code, message)
    if code == _REFUSED:
        raise ItopRefused(f"iTop refuses the account: {message}")
    raise ItopError(code, message, f"iTop answered code {code}: {_without(members, message)}")


def _without(members: Mapping[str, Any], message: str) -> str:
    """A message without what was sent, which may hold a caller's number."""
    kind = re.search(r"exception_class = (\w+)", message)
    if kind:
        return f"{kind[1]} in a query for {members.get('class', '?')}"
    if "fields" in members:
        return f"{members.get('class', '?')} was not written"
    return message.replace(str(members.get("key", "")) or "\0", "…")


def read_found(reply: Mapping[str, Any]) -> Found:
    """The objects of a `core/get`, and how many there are in all."""
    found = _FOUND.match(str(reply.get("message") or ""))
    objects = read_objects(reply)
    return Found(int(found[1]) if found else len(objects), objects)


def read_objects(reply: Mapping[str, Any]) -> list[ItopObject]:
    """The objects of a reply, in its order."""
    found = reply.get("objects")
    if not found:  # null, or the empty list that PHP makes of an empty map
        return []
    try:
        return [
            ItopObject(one["class"], int(one["key"]), MappingProxyType(dict(one["fields"])))
            for one in found.values()
        ]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ItopBadReply("objects without class, key or fields") from None


def read_one(reply: Mapping[str, Any]) -> ItopObject:
    """The one object that was made or changed."""
    objects = read_objects(reply)
    if len(objects) != 1:
        raise ItopBadReply(f"{len(objects)} objects where there should be one")
    return objects[0]


def check_deleted(reply: Mapping[str, Any], class_name: str) -> None:
    """Find out whether a `core/delete` deleted the object; one that wasn't there is as good.

    :raises ItopProblem: it did not
    """
    for one in (reply.get("objects") or {}).values():
        code = one.get("code") if isinstance(one, dict) else None
        if not isinstance(code, int):
            raise ItopBadReply("objects without a code")
        if code not in _DELETED:
            message = str(one.get("message") or "")
            raise ItopError(code, message, f"{class_name} was not deleted: code {code}")
