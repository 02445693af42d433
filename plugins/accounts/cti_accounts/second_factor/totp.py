"""Codes that change every half minute, as in RFC 6238: what every authenticator shows."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import struct
from base64 import b32decode, b32encode
from urllib.parse import quote, urlencode

STEP_SECONDS = 30
DIGITS = 6
# Clocks differ: the code before and the one after count as well.
STEPS_ASIDE = 1
SECRET_BYTES = 20


def new_secret() -> str:
    """A random secret in base32, as authenticators take it."""
    return b32encode(secrets.token_bytes(SECRET_BYTES)).decode("ascii")


def code_at(secret: str, step: int) -> str:
    """The code of a half minute, counted since 1970 (RFC 4226 with SHA-1)."""
    digest = hmac.new(b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, code: str, now: float) -> int | None:
    """The half minute near `now` whose code this is; `None`: it is not one of them.

    :param code: six digits, with blanks or without
    """
    typed = "".join(code.split()).encode("utf-8", "replace")
    step = int(now) // STEP_SECONDS
    found = None
    for near in range(step - STEPS_ASIDE, step + STEPS_ASIDE + 1):
        if hmac.compare_digest(code_at(secret, near).encode("ascii"), typed):
            found = near
    return found


def latest_step(now: float) -> int:
    """The last half minute whose code is taken now."""
    return int(now) // STEP_SECONDS + STEPS_ASIDE


def uri(secret: str, agent: str, issuer: str) -> str:
    """What the QR code says: the address that authenticators know."""
    label = quote(f"{issuer}:{agent}", safe="")
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}"


def in_groups(secret: str) -> str:
    """A secret to type: groups of four characters."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
