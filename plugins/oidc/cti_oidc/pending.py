"""Sign-ins that this browser has begun: what must fit when it comes back from the provider."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from flask import session

_KEY = "cti_oidc_pending"
LASTS_SECONDS = 600
# A cookie holds some 4,000 characters; a pop's address may take a good part of them.
MOST_CHARACTERS = 2200


@dataclass(frozen=True)
class Pending:
    """A sign-in on its way.

    :param state: proves that this browser began it
    :param nonce: comes back inside the ID token
    :param verifier: the secret whose hash went to the provider (PKCE)
    :param target: where to go on afterwards
    :param silent: whether the provider was told to ask nothing
    """

    state: str
    nonce: str
    verifier: str
    target: str
    silent: bool

    @property
    def challenge(self) -> str:
        """The hash of the verifier."""
        return str(create_s256_code_challenge(self.verifier))


def begin(target: str, *, silent: bool) -> Pending:
    """Begin a sign-in; several tabs may have one each."""
    begun = Pending(
        generate_token(24), generate_token(24), generate_token(48), target, silent=silent
    )
    entry = [begun.state, begun.nonce, begun.verifier, target, silent, int(time.time())]
    entries = [*_entries(), entry]
    while len(json.dumps(entries)) > MOST_CHARACTERS and len(entries) > 1:
        entries.pop(0)
    if len(json.dumps(entries)) > MOST_CHARACTERS:
        entry[3] = "/"
    session[_KEY] = entries
    return begun


def take(state: str) -> Pending | None:
    """The sign-in with this state, once; `None`: this browser has not begun it, or long ago."""
    entries = _entries()
    found = next((entry for entry in entries if entry[0] == state), None)
    session[_KEY] = [entry for entry in entries if entry is not found]
    if found is None:
        return None
    _state, nonce, verifier, target, silent, _began = found
    return Pending(state, nonce, verifier, target, silent)


def start_anew() -> None:
    """Forget all of the browser's session but the sign-ins of other tabs."""
    entries = _entries()
    session.clear()
    session[_KEY] = entries


def _entries() -> list[list[Any]]:
    now = time.time()
    entries: list[list[Any]] = session.get(_KEY, [])
    return [entry for entry in entries if now - entry[5] < LASTS_SECONDS]
