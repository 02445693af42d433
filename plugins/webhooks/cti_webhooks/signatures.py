"""Signatures of requests: who sent it, and that nobody changed it or sends it again."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import peewee
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cti_calls.api_for_plugins import N_, Problem
from flask import Request

from cti_host import writing
from cti_webhooks.models import WebhookRequest
from cti_webhooks.settings import Signature
from cti_webhooks.values import moment

# Whoever claimed a request and ended before it was taken holds it for so many seconds.
_LONGEST_TAKING = 60
WRONG = N_("the signature is wrong")
_PLACEHOLDER = re.compile(r"\{(body|timestamp|url|form)\}")


class NotSigned(Exception):
    """A request is not signed as it should be; the message says why.

    :param text: marked for the catalogues
    :param values: what stands in it
    """

    def __init__(self, text: str, **values: str) -> None:
        self.problem = Problem(text, values)
        super().__init__(str(self.problem))


@dataclass(frozen=True)
class Mark:
    """What tells a signed request from all others, until it is too old in any case.

    :param expires: in seconds since 1970
    """

    text: str
    expires: int


class Claim(StrEnum):
    """What a signed request is when it comes in: ours to take, another's that takes it, taken."""

    OURS = "ours"
    SOMEBODYS = "somebody's"
    TAKEN = "taken"


class Verifier(Protocol):
    """Checks the signature of the requests of one source."""

    def verify(self, request: Request, body: bytes, url: str) -> Mark | None:
        """Check a request.

        :param url: the whole address that the sender used
        :return: what to remember of it; `None`: its signature says no time
        :raises NotSigned: the signature is missing, wrong or too old
        """


class Hmac:
    """An HMAC with a secret that both sides know.

    :param secret: what is in the file
    """

    def __init__(self, settings: Signature, secret: bytes) -> None:
        self._settings, self._secret = settings, secret

    def verify(self, request: Request, body: bytes, url: str) -> Mark | None:
        """See `Verifier`."""
        settings = self._settings
        given = request.headers.get(settings.header, "").strip()
        if not given:
            raise NotSigned(N_("the header %(header)s is missing"), header=settings.header)
        stamp = request.headers.get(settings.timestamp_header, "").strip()
        signed = self._signed(request, body, url, stamp)
        digest = hmac.new(self._secret, signed, settings.hash).digest()
        expected = digest.hex() if settings.encoding == "hex" else b64encode(digest).decode()
        if not any(self._is(expected, one.strip()) for one in given.split(",")):
            raise NotSigned(WRONG)
        return self._mark(stamp, expected) if settings.timestamp_header else None

    def _is(self, expected: str, given: str) -> bool:
        if not given.startswith(self._settings.prefix):
            return False
        given = given[len(self._settings.prefix) :]
        given = given.lower() if self._settings.encoding == "hex" else given
        return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))

    def _signed(self, request: Request, body: bytes, url: str, stamp: str) -> bytes:
        template = self._settings.signed
        if "{body}" not in template and not request.form:
            # A body that is not a form is signed by its hash in the address, or not at all.
            given = request.args.get("bodySHA256", "").lower()
            actual = hashlib.sha256(body).hexdigest()
            is_same = hmac.compare_digest(actual.encode(), given.encode("utf-8", "replace"))
            if body and not ("{url}" in template and is_same):
                raise NotSigned(N_("the body is not signed"))
        values = {"body": body, "timestamp": stamp.encode(), "url": url.encode()}
        if "{form}" in template:
            values["form"] = _sorted_form(request)
        parts = _PLACEHOLDER.split(template)  # a text, a name, a text, …
        pieces = [values[part] if place % 2 else part.encode() for place, part in enumerate(parts)]
        return b"".join(pieces)

    def _mark(self, stamp: str, signature: str) -> Mark:
        sent = moment(stamp)
        window = self._settings.window_seconds
        if sent is None:
            header = self._settings.timestamp_header
            raise NotSigned(N_("the header %(header)s is not a time"), header=header)
        if abs(sent.timestamp() - time.time()) > window:
            raise NotSigned(N_("the time stamp is too old, or the clocks differ"))
        mark = hashlib.sha256(f"{stamp}\n{signature}".encode()).hexdigest()
        return Mark(mark, int(sent.timestamp()) + window + 1)


class Rsa:
    """sipgate's signature: RSA with SHA-256 over the body."""

    header = "X-Sipgate-Signature"

    def __init__(self, key: RSAPublicKey) -> None:
        self._key = key

    def verify(self, request: Request, body: bytes, url: str) -> Mark | None:
        """See `Verifier`."""
        given = request.headers.get(self.header, "")
        if not given:
            raise NotSigned(N_("the header %(header)s is missing"), header=self.header)
        try:
            self._key.verify(b64decode(given, validate=True), body, PKCS1v15(), SHA256())
        except (InvalidSignature, Error, ValueError):
            raise NotSigned(WRONG) from None
        return None


def claim(mark: Mark) -> Claim:
    """Make a request ours, unless it was taken before: of copies at the same time only one gets it.

    Whoever it is given to calls `remember` or `release`.
    """
    now = int(time.time())
    _forget_old(now)
    try:
        with writing():
            WebhookRequest.insert(mark=mark.text, expires=-(now + _LONGEST_TAKING)).execute()
    except peewee.IntegrityError:
        row = WebhookRequest.get_or_none(WebhookRequest.mark == mark.text)
        return Claim.TAKEN if row and row.expires >= 0 else Claim.SOMEBODYS
    return Claim.OURS


def remember(mark: Mark) -> None:
    """Note that a request that was claimed is taken."""
    with writing():
        WebhookRequest.insert(mark=mark.text, expires=mark.expires).on_conflict(
            conflict_target=[WebhookRequest.mark], update={WebhookRequest.expires: mark.expires}
        ).execute()


def release(mark: Mark) -> None:
    """Give back a request that was claimed and could not be taken: it may be sent again."""
    with writing():
        WebhookRequest.delete().where(
            WebhookRequest.mark == mark.text, WebhookRequest.expires < 0
        ).execute()


def _forget_old(now: int) -> None:
    """Forget requests that are too old in any case, and claims of processes that ended."""
    expires = WebhookRequest.expires
    with writing():
        WebhookRequest.delete().where(
            ((expires >= 0) & (expires < now)) | ((expires < 0) & (expires > -now))
        ).execute()


def _sorted_form(request: Request) -> bytes:
    pairs: Sequence[tuple[str, str]] = sorted(request.form.items(multi=True))
    return "".join(f"{name}{value}" for name, value in pairs).encode()
