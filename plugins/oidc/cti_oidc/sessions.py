"""Sessions: begun, found, confirmed, ended. The browser holds a random key, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cti_single_sign_on import Identity
from flask import current_app

from cti_host import writing
from cti_oidc.models import OidcSession


@dataclass(frozen=True)
class Grant:
    """What the provider gave at a sign-in: who it is, and the tokens that come with it.

    :param subject: the provider's own name of the person, which never changes
    :param provider_session: the provider's name of its session; empty: it gives none
    :param id_token: shown to the provider when the agent signs out
    :param refresh_token: what the provider is asked with again; empty: it gave none
    """

    identity: Identity
    subject: str
    provider_session: str
    id_token: str
    refresh_token: str


@dataclass(frozen=True)
class Session:
    """A session as it is stored, see `OidcSession`."""

    id: int
    identity: Identity
    subject: str
    sealed: str
    started: int
    confirmed: int
    tried: int

    def tokens(self) -> tuple[str, str]:
        """The ID token and the refresh token; empty if the host's secret key has changed."""
        try:
            id_token, refresh_token = json.loads(_box().decrypt(self.sealed))
        except InvalidToken:
            return "", ""
        return id_token, refresh_token


def begin(grant: Grant, hours: float) -> str:
    """Store a new session and remove those that are over; returns what the browser holds.

    :param hours: how long sessions last
    """
    key, now = secrets.token_urlsafe(32), int(time.time())
    with writing():
        OidcSession.delete().where(OidcSession.started < now - hours * 3600).execute()
        OidcSession.create(key=_hash(key), started=now, **_confirmed(grant, now))
    return key


def find(key: str) -> Session | None:
    """The session of what a browser holds; `None`: there is none, or it was ended."""
    columns = (
        OidcSession.id,
        OidcSession.identity,
        OidcSession.subject,
        OidcSession.tokens,
        OidcSession.started,
        OidcSession.confirmed,
        OidcSession.tried,
    )
    row = OidcSession.select(*columns).where(OidcSession.key == _hash(key)).tuples().first()
    if row is None:
        return None
    stored = json.loads(row[1])
    identity = Identity(
        stored["name"],
        stored["display"],
        stored["email"],
        tuple(stored["groups"]),
        tuple(stored["organizations"]),
    )
    return Session(row[0], identity, *row[2:])


def claim_recheck(session: Session) -> bool:
    """Note that the provider is being asked; only one of several requests at once may ask.

    A refresh token may count once only: two uses would look like a theft to the provider.
    """
    same = (OidcSession.id == session.id) & (OidcSession.tried == session.tried)
    changed = OidcSession.update(tried=int(time.time())).where(same).execute()
    return bool(changed)


def confirm(session: Session, grant: Grant) -> None:
    """Note that the provider said again who the agent is."""
    values = _confirmed(grant, int(time.time()))
    if not grant.provider_session:  # not every answer repeats it
        del values["provider_session"]
    OidcSession.update(**values).where(OidcSession.id == session.id).execute()


def end(session: Session) -> None:
    """End a session."""
    OidcSession.delete().where(OidcSession.id == session.id).execute()


def end_all_of(subject: str, provider_session: str) -> int:
    """End the sessions that belong to a session of the provider, or all of a person.

    :param subject: the provider's name of the person; empty: whoever has the session
    :param provider_session: the provider's name of its session; empty: all of the person
    :return: how many there were
    """
    query = OidcSession.delete()
    if subject:
        query = query.where(OidcSession.subject == subject)
    if provider_session:
        query = query.where(OidcSession.provider_session == provider_session)
    return int(query.execute())


def _confirmed(grant: Grant, now: int) -> dict[str, Any]:
    tokens = json.dumps([grant.id_token, grant.refresh_token])
    return {
        "subject": grant.subject,
        "provider_session": grant.provider_session,
        "identity": json.dumps(asdict(grant.identity)),
        "tokens": _box().encrypt(tokens.encode()).decode(),
        "confirmed": now,
        "tried": now,
    }


def _hash(key: str) -> str:
    """What is stored of a key. Keys are long and random: a plain hash can't be guessed back."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _box() -> Fernet:
    """Encrypts what must be read again: a copy of the database alone gives nobody a token."""
    secret = current_app.secret_key or b""
    material = secret.encode() if isinstance(secret, str) else secret
    key = hashlib.blake2b(b"tokens", key=hashlib.sha256(material).digest(), digest_size=32)
    return Fernet(base64.urlsafe_b64encode(key.digest()))
