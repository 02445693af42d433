"""Codes and refresh tokens become grants: who the provider says it is."""

from __future__ import annotations

from typing import Any

from cti_oidc.claims import identity_of, lacks_claims
from cti_oidc.id_tokens import BadToken, claims_of
from cti_oidc.provider import Provider
from cti_oidc.sessions import Grant, Session
from cti_oidc.settings import Config

LONGEST_ID = 255


def grant_for_code(
    code: str, verifier: str, nonce: str, redirect_uri: str, config: Config, provider: Provider
) -> Grant:
    """What the provider gives for the code that a browser brought.

    :param verifier: the secret whose hash went with the request (PKCE)
    :param nonce: what must stand in the ID token, so that no other sign-in's token fits
    :raises ProviderFailed: it can't be reached, or its answer is not one
    :raises ProviderRefused: the code is not good, or was used before
    :raises BadToken: the ID token is not good
    """
    answer = provider.tokens_for(
        grant_type="authorization_code",
        code=code,
        redirect_uri=redirect_uri,
        code_verifier=verifier,
    )
    return _grant(answer, config, provider, nonce=nonce)


def grant_again(session: Session, config: Config, provider: Provider) -> Grant | None:
    """Ask the provider whether a session still holds; `None`: it gave no refresh token.

    :raises ProviderFailed: it can't be reached
    :raises ProviderRefused: it doesn't hold any more
    :raises BadToken: the ID token is not good, or somebody else's
    """
    id_token, refresh_token = session.tokens()
    if not refresh_token:
        return None
    answer = provider.tokens_for(grant_type="refresh_token", refresh_token=refresh_token)
    if "id_token" not in answer:  # it may leave it out: who it is hasn't changed then
        claims = provider.user_info(str(answer.get("access_token") or ""))
        if claims and claims.get("sub") != session.subject:
            raise BadToken("sub: somebody else's")
        whole = claims and not lacks_claims(claims, config)
        identity = identity_of(claims, config) if whole else session.identity
        kept = str(answer.get("refresh_token") or refresh_token)
        return Grant(identity, session.subject, "", id_token, kept)
    answer.setdefault("refresh_token", refresh_token)
    grant = _grant(answer, config, provider)
    if grant.subject != session.subject:
        raise BadToken("sub: somebody else's")
    return grant


def _grant(answer: dict[str, Any], config: Config, provider: Provider, nonce: str = "") -> Grant:
    id_token, access_token, refresh_token = (
        str(answer.get(name) or "") for name in ("id_token", "access_token", "refresh_token")
    )
    if not id_token:
        raise BadToken("there is no ID token")
    claims = claims_of(id_token, config, provider, nonce=nonce, access_token=access_token)
    subject = str(claims["sub"])
    if not subject or len(subject) > LONGEST_ID:
        raise BadToken("sub: not an id")
    if lacks_claims(claims, config):
        more = provider.user_info(access_token)
        if more and more.get("sub") != subject:
            raise BadToken("the person's data are somebody else's")
        claims = {**more, **claims}
    session_id = str(claims.get("sid") or "")[:LONGEST_ID]
    return Grant(identity_of(claims, config), subject, session_id, id_token, refresh_token)
