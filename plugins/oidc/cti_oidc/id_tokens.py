"""ID tokens and logout tokens: who they are about, if the provider made them for this host."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.jwt import Token

from cti_oidc.provider import Provider
from cti_oidc.settings import Config

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
# A logout token is for now; an old one may have been caught on the way.
LOGOUT_TOKEN_SECONDS = 300
# Anybody may send logout tokens: keys are not read anew for each that can't be verified.
KEYS_LAST_SECONDS = 30


class BadToken(Exception):
    """The token is not the provider's, not for this host, or not of this sign-in."""


def claims_of(
    id_token: str,
    config: Config,
    provider: Provider,
    *,
    nonce: str = "",
    access_token: str = "",
) -> dict[str, Any]:
    """What an ID token says: signature, issuer, audience, times, nonce are checked.

    :param nonce: what was sent with the request; empty: a refreshed token, which has none
    :param access_token: what came with it: `at_hash` must be its
    :raises BadToken: the message says what is wrong, for the log
    :raises ProviderFailed: the provider's keys can't be read
    """
    token = _verified(id_token, provider)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": config.issuer},
            "aud": {"essential": True, "value": config.client_id},
            "sub": {"essential": True},
        },
        {"nonce": nonce, "client_id": config.client_id, "access_token": access_token},
    )
    try:
        claims.validate(leeway=config.clock_skew_seconds)
    except JoseError as error:
        raise BadToken(str(error)) from None
    return dict(claims)


def logged_out(logout_token: str, config: Config, provider: Provider) -> tuple[str, str]:
    """Whom a logout token signs out: the subject and the provider's session; one may be empty.

    :raises BadToken: it is not a logout token of this provider for this host
    :raises ProviderFailed: the provider's keys can't be read
    """
    claims = _verified(logout_token, provider, KEYS_LAST_SECONDS).claims
    events = claims.get("events")
    if not isinstance(events, Mapping) or LOGOUT_EVENT not in events:
        raise BadToken("not a logout token")
    if "nonce" in claims:  # it is an ID token in disguise
        raise BadToken("a logout token has no nonce")
    registry = jwt.JWTClaimsRegistry(
        leeway=config.clock_skew_seconds,
        iss={"essential": True, "value": config.issuer},
        aud={"essential": True, "value": config.client_id},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise BadToken(str(error)) from None
    if claims["iat"] < time.time() - LOGOUT_TOKEN_SECONDS - config.clock_skew_seconds:
        raise BadToken("the logout token is old")
    subject, session = (str(claims.get(name) or "") for name in ("sub", "sid"))
    if not subject and not session:
        raise BadToken("it names nobody")
    return subject, session


def _verified(text: str, provider: Provider, keys_last: float = 0) -> Token:
    """The token, if one of the provider's keys signed it; new keys are read where it may help."""
    registry = JWSRegistry(algorithms=provider.algorithms(), strict_check_header=False)
    try:
        return jwt.decode(text, provider.keys(), registry=registry)
    except (JoseError, ValueError):
        # Keys change: it may be signed with one that was not there yet.
        try:
            return jwt.decode(text, provider.keys(older_than=keys_last), registry=registry)
        except (JoseError, ValueError) as error:
            raise BadToken(f"the signature can't be verified: {type(error).__name__}") from None
