"""A secret that a phone system sends with each request, in a header or in the payload."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from flask import Request

from cti_webhooks.kinds.paths import values_at
from cti_webhooks.payload import Payload


@dataclass(frozen=True)
class Token:
    """What a request must carry.

    :param header: the header with the token; empty: it is in the payload
    :param path: the path to it in the payload
    """

    header: str
    path: str
    secret: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """It as text, to take it out of what is kept."""
        return self.secret.decode("utf-8", "replace")

    def is_in(self, request: Request, payload: Payload) -> bool:
        """Whether a request carries it."""
        given: object
        if self.header:
            given = request.headers.get(self.header, "").removeprefix("Bearer ")
        else:
            given = next(iter(values_at(payload.data, self.path)), "")
        text = given.strip() if isinstance(given, str) else ""
        return hmac.compare_digest(text.encode("utf-8", "replace"), self.secret)
