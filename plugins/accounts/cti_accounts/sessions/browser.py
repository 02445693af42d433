"""The session of the browser that sent this request."""

from __future__ import annotations

from flask import request, session

from cti_accounts.models import AgentAccount, AgentSession
from cti_accounts.sessions import store
from cti_accounts.sessions.device import device_name

# Where the browser's signed cookie keeps the key.
SESSION_KEY = "agent_session"


def begin(account: AgentAccount, *, complete: bool, strong: bool) -> None:
    """Sign an agent in with this browser; nothing of the session before is taken over.

    :param complete: whether pages are open now; else the second factor is still to come
    :param strong: whether the second factor was given
    """
    end()
    session[SESSION_KEY] = store.begin(
        account,
        complete=complete,
        strong=strong,
        device=device_name(request.user_agent.string),
        address=request.remote_addr or "",
    )


def end() -> None:
    """End this browser's session, here and in the database."""
    store.end(session.get(SESSION_KEY))
    session.clear()


def current() -> AgentSession | None:
    """This browser's session with its account, waiting for the second factor or not."""
    return store.find(session.get(SESSION_KEY))
