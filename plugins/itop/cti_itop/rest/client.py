"""iTop's REST services: one pooled client, deadlines, and every failure with a name."""

from __future__ import annotations

import json
import logging
import ssl
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from cti_itop.rest.breaker import Breaker
from cti_itop.rest.errors import ItopDown, ItopProblem, ItopSlow, ItopTooLarge
from cti_itop.rest.replies import (
    Found,
    ItopObject,
    check_deleted,
    check_status,
    read_found,
    read_one,
    read_reply,
)

__all__ = ["Account", "Connection", "Found", "Itop", "ItopObject"]

log = logging.getLogger("cti_host.plugin.itop")

# What iTop 3.0 and later understand.
REST_VERSION = "1.3"
_READING = ("core/get", "core/check_credentials", "core/get_related", "list_operations")
# Web servers close a connection that was idle for 5 seconds: a write on it would be lost.
_CONNECTIONS = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=4)


@dataclass(frozen=True)
class Account:
    """How the host signs in at iTop: a token, or a user and a password."""

    token: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)

    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return {"Auth-Token": self.token} if self.token else {}

    def form(self) -> dict[str, str]:
        """The fields of every request's form."""
        if self.token or not self.user:
            return {}
        return {"auth_user": self.user, "auth_pwd": self.password}


@dataclass(frozen=True)
class Connection:
    """Where iTop is and how long to wait for it.

    :param url: its address without a slash at the end: "https://itop.example.org/itop"
    :param ca_file: a file of certificates to trust; empty: those that this computer trusts
    :param seconds: how long an answer may take in all, a second try included
    :param max_reply_bytes: the largest answer that is read
    """

    url: str
    account: Account
    ca_file: str = ""
    proxy: str = ""
    connect_seconds: float = 2.0
    read_seconds: float = 6.0
    seconds: float = 7.5
    max_reply_bytes: int = 16 * 1024 * 1024


class Itop:
    """A real iTop. Safe to share between threads; it connects at the first request.

    `close()` closes its connections; so does the end of the object, or of the process.

    :param counted: told of each request what became of it, and how many seconds it took
    """

    def __init__(
        self,
        connection: Connection,
        breaker: Breaker | None = None,
        counted: Callable[[str, float], None] = lambda result, seconds: None,
    ) -> None:
        self._connection = connection
        self._breaker = breaker or Breaker()
        self._counted = counted
        self._client = _client(connection)
        # Nobody tells a plugin that its application is gone.
        self.close = weakref.finalize(self, self._client.close)

    def within(self, seconds: float) -> Itop:
        """The same client, which waits for an answer no longer than so many seconds."""
        hurried = copy(self)
        hurried._connection = replace(
            self._connection,
            read_seconds=min(seconds, self._connection.read_seconds),
            seconds=min(seconds, self._connection.seconds),
        )
        return hurried

    @property
    def url(self) -> str:
        """The address of iTop, without a slash at the end."""
        return self._connection.url

    def get(
        self,
        key: str | int,
        *,
        class_name: str,
        fields: Sequence[str],
        limit: int | None = None,
        page: int | None = None,
    ) -> Found:
        """Read objects: by id, or by a query whose values are already in it.

        :param class_name: the class whose attributes `fields` names
        :param limit: at most that many objects
        :param page: of pages of `limit` objects, which one, from 1
        :raises ItopProblem: there is no usable answer
        """
        members: dict[str, Any] = {
            "class": class_name,
            "key": str(key),
            "output_fields": ",".join(fields),
        }
        if limit is not None:
            members["limit"] = limit
        if page is not None:
            members["page"] = page
        return read_found(self.call("core/get", **members))

    def create(
        self,
        class_name: str,
        fields: Mapping[str, Any],
        *,
        comment: str,
        output: Sequence[str] = (),
    ) -> ItopObject:
        """Make an object; `comment` goes into iTop's history. Never tried twice.

        :raises ItopProblem: it was not made, or (`ItopDown`, `ItopSlow`) nobody knows
        """
        wanted = ",".join(("id", *output))
        members = {"class": class_name, "fields": fields, "output_fields": wanted}
        return read_one(self.call("core/create", comment=comment, **members))

    def update(
        self, class_name: str, key: int, fields: Mapping[str, Any], *, comment: str
    ) -> ItopObject:
        """Change an object; `comment` goes into iTop's history. Never tried twice.

        :raises ItopProblem: it was not changed, or (`ItopDown`, `ItopSlow`) nobody knows
        """
        members = {"class": class_name, "key": str(key), "fields": fields, "output_fields": "id"}
        return read_one(self.call("core/update", comment=comment, **members))

    def delete(self, class_name: str, key: int, *, comment: str) -> None:
        """Delete an object; `comment` goes into iTop's history. Never tried twice.

        :raises ItopProblem: it was not deleted, or (`ItopDown`, `ItopSlow`) nobody knows
        """
        reply = self.call("core/delete", comment=comment, **{"class": class_name, "key": str(key)})
        check_deleted(reply, class_name)

    def call(self, operation: str, **members: Any) -> dict[str, Any]:
        """Any operation: its reply, whose code is 0.

        What only reads is tried a second time when the connection breaks.

        :raises ItopProblem: there is no usable answer
        """
        asked_for = self._breaker.check()
        began = time.monotonic()
        deadline = began + self._connection.seconds
        try:
            try:
                body = self._send(operation, members, deadline)
            except ItopDown:
                if operation not in _READING or deadline - time.monotonic() < 0.1:
                    raise
                body = self._send(operation, members, deadline)
            reply = read_reply(body, members)
        except ItopProblem as problem:
            self._counted(problem.result, time.monotonic() - began)
            if problem.counts:
                self._breaker.failed(problem, asked_for)
            else:
                self._breaker.succeeded()
            log.debug("%s failed: %s", operation, problem, exc_info=True)
            raise
        self._counted("good", time.monotonic() - began)
        self._breaker.succeeded()
        return reply

    def _send(self, operation: str, members: Mapping[str, Any], deadline: float) -> bytes:
        """Send a request and read its whole answer, before the deadline and up to the limit."""
        account = self._connection.account
        data = json.dumps({"operation": operation, **members}, ensure_ascii=False)
        left = max(0.05, deadline - time.monotonic())
        timeout = httpx.Timeout(
            min(self._connection.read_seconds, left),
            connect=min(self._connection.connect_seconds, left),
        )
        form = {**account.form(), "version": REST_VERSION, "json_data": data}
        try:
            with self._client.stream(
                "POST", "/webservices/rest.php", data=form, timeout=timeout
            ) as response:
                check_status(response)
                return self._body(response, deadline)
        except httpx.TimeoutException as error:
            raise ItopSlow(f"no answer in time ({type(error).__name__})") from None
        except httpx.HTTPError as error:
            # The text of such an error is about the connection; it holds nothing that was sent.
            raise ItopDown(f"{type(error).__name__}: {error}") from None

    def _body(self, response: httpx.Response, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_bytes():
            size += len(part)
            if size > self._connection.max_reply_bytes:
                raise ItopTooLarge(
                    f"the answer has more than {self._connection.max_reply_bytes:,} bytes"
                )
            if time.monotonic() > deadline:
                raise ItopSlow("the answer was not complete in time")
            parts.append(part)
        return b"".join(parts)


def _client(connection: Connection) -> httpx.Client:
    # A file of its own replaces what this computer trusts; verification is never off.
    trusted = ssl.create_default_context(cafile=connection.ca_file or None)
    return httpx.Client(
        base_url=connection.url,
        headers={"Accept": "application/json", **connection.account.headers()},
        verify=trusted,
        limits=_CONNECTIONS,
        proxy=connection.proxy or None,
        # A redirect would carry the password to another place.
        follow_redirects=False,
        trust_env=False,
    )
