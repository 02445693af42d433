"""Who is behind a request: from the session, which the provider confirms again and again."""

from __future__ import annotations

import logging
import time

from cti_single_sign_on import NoAccess, agent_of
from flask import Request, g, session

from cti_host import Agent, wants_json
from cti_oidc import sessions
from cti_oidc.exchange import grant_again
from cti_oidc.id_tokens import BadToken
from cti_oidc.provider import Provider, ProviderFailed, ProviderRefused
from cti_oidc.settings import Config

log = logging.getLogger("cti_host.plugin.oidc")

SESSION_KEY = "cti_oidc"
# A provider that didn't confirm a session is asked again after so many seconds.
RETRY_SECONDS = 60
# A session that the provider didn't confirm lasts for so many times `recheck_minutes`.
GRACE = 2


def current_session(config: Config) -> sessions.Session | None:
    """The session of this browser, unless it is over."""
    key = session.get(SESSION_KEY)
    found = sessions.find(key) if isinstance(key, str) else None
    if found is None or time.time() - found.started >= config.session_hours * 3600:
        return None
    return found


def identify(request: Request, config: Config, provider: Provider) -> Agent | None:
    """The agent of a request; `None`: nobody, or one who may not come in any more."""
    if request.authorization is not None and request.authorization.type == "bearer":
        return None
    found = current_session(config)
    if found is None:
        return None
    if is_due(found, config):
        found = _rechecked(found, request, config, provider)
        if found is None:
            return None
    try:
        return agent_of(found.identity, config)
    except NoAccess:
        return None


def is_due(found: sessions.Session, config: Config) -> bool:
    """Whether the provider is to be asked now."""
    now = time.time()
    # What was in the future was before the clock was set back: nobody knows how long ago.
    old = not 0 <= now - found.confirmed < config.recheck_minutes * 60
    return (old and not 0 <= now - found.tried < RETRY_SECONDS) or is_too_old(found, config)


def is_too_old(found: sessions.Session, config: Config) -> bool:
    """Whether the provider has not confirmed a session for so long that it no longer counts."""
    return time.time() - found.confirmed >= GRACE * config.recheck_minutes * 60


def _rechecked(
    found: sessions.Session, request: Request, config: Config, provider: Provider
) -> sessions.Session | None:
    """The session after the provider was asked; `None`: it is over."""
    expired = is_too_old(found, config)
    if not found.tokens()[1]:  # no refresh token: only the browser can ask
        if is_page(request):
            g.cti_oidc_recheck = True
            return found
        return None if expired else found
    if not sessions.claim_recheck(found):
        return None if expired else found
    try:
        grant = grant_again(found, config, provider)
    except (ProviderRefused, BadToken) as refused:
        log.info("a session is over: the provider says %s", str(refused))
        sessions.end(found)
        return None
    except ProviderFailed as failed:
        log.warning("a session can't be checked: %s", str(failed))
        return None if expired else found
    if grant is not None:
        sessions.confirm(found, grant)
    return current_session(config)


def is_page(request: Request) -> bool:
    """Whether a browser opens a page, so that it may be sent to the provider and back."""
    if request.method != "GET" or wants_json():
        return False
    # A frame or a script of a page can't go to the provider: it forbids being framed.
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"
