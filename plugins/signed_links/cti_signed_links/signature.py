"""A query that is signed: what a phone system computes, and how it is checked.

The signature is the HMAC with SHA-256, as 64 hexadecimal digits, of the query as it stands before
"&signature=", with the site's key. Among what is signed is "expires", in seconds since 1970 (UTC).
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from urllib.parse import quote, urlencode

SIGNATURE, EXPIRES, NONCE = "signature", "expires", "nonce"
# Clocks of phone systems are not always right.
SKEW_SECONDS = 60
_SIGNED = re.compile(r"(?P<query>.*)&signature=(?P<signature>[0-9A-Fa-f]{64})", re.DOTALL)
_HAS_SIGNATURE = re.compile(r"(?:^|&)signature=")
_EXPIRES = re.compile(r"(?:^|&)expires=(\d{1,12})(?=&|$)", re.ASCII)
_OWN = re.compile(r"(?:^|&)(?:expires|nonce|signature)=[^&]*")


class Verdict(Enum):
    """What is to be said of a query."""

    UNSIGNED = "unsigned"
    GOOD = "good"
    WRONG = "wrong"
    TOO_OLD = "too old"
    TOO_LONG = "valid for too long"


@dataclass(frozen=True)
class Checked:
    """A query that was checked; `mark` tells this link from all others, until `expires`."""

    verdict: Verdict
    query: str
    mark: str = ""
    expires: int = 0


def sign(parameters: Mapping[str, str], key: bytes, expires: int, nonce: str = "") -> str:
    """The query of a signed link.

    :param parameters: URL parameters to texts: {"phone": "0987654321"}
    :param expires: until when it is good, in seconds since 1970
    :param nonce: anything that makes this link differ from others; by default random
    """
    values = {**parameters, EXPIRES: str(expires), NONCE: nonce or secrets.token_urlsafe(12)}
    query = urlencode(values, quote_via=quote)
    return f"{query}&{SIGNATURE}={signature_of(query, key)}"


def signature_of(query: str, key: bytes) -> str:
    """The signature of a query."""
    return hmac.new(key, query.encode(), sha256).hexdigest()


def check(query: str, key: bytes, now: float, most_seconds: int) -> Checked:
    """Check a query, but for whether it was used before.

    :param now: this moment, in seconds since 1970
    :param most_seconds: for how long a link may be good at most
    """
    plain = _OWN.sub("", query).removeprefix("&")
    if not _HAS_SIGNATURE.search(query):
        return Checked(Verdict.UNSIGNED, query)
    signed = _SIGNED.fullmatch(query)
    if signed is None:
        return Checked(Verdict.WRONG, plain)
    expected = signature_of(signed["query"], key)
    times = _EXPIRES.findall(signed["query"])
    # All of it is looked at, so that the time it takes tells nothing.
    if not hmac.compare_digest(expected, signed["signature"].lower()) or len(times) != 1:
        return Checked(Verdict.WRONG, plain)
    expires = int(times[0])
    if expires + SKEW_SECONDS < now:
        return Checked(Verdict.TOO_OLD, plain)
    if expires > now + most_seconds + SKEW_SECONDS:
        return Checked(Verdict.TOO_LONG, plain)
    return Checked(Verdict.GOOD, plain, expected, expires + SKEW_SECONDS)
