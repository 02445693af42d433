"""Whoever is signed in, and that it is still them: changes to an account ask for the password."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from flask import abort
from flask_babel import gettext as _
from flask_babel import ngettext

from cti_accounts.hashing import Busy, turn
from cti_accounts.models import AgentAccount, AgentSession
from cti_accounts.passwords import is_password_of
from cti_accounts.sessions import browser
from cti_accounts.throttle import begin_confirmation
from cti_host import current_agent


@dataclass(frozen=True)
class Refusal:
    """Why a secret was not accepted, for the page that asked for it.

    :param field: the field that is wrong; empty: none in particular
    """

    field: str
    text: str
    status: int = 400
    headers: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def problems(self) -> dict[str, str]:
        """The same, as pages show it."""
        return {self.field: self.text}


def own_session() -> AgentSession:
    """The session of whoever signed in with this browser, with its account; else 403."""
    session = browser.current()
    if session is None or not session.complete or session.agent.name != current_agent().name:
        abort(403, _("Sign in with name and password to change your account."))
    return session


def own_account() -> AgentAccount:
    """The account of whoever signed in with this browser; else 403."""
    account: AgentAccount = own_session().agent
    return account


def password_refusal(session: AgentSession, password: str) -> Refusal | None:
    """Why the password, typed again, is not accepted; `None`: it is right."""
    if not password:
        return Refusal("current", _("Enter your current password."))
    account: AgentAccount = session.agent
    try:
        with turn(patient=True):
            attempt = begin_confirmation(account, session.id)
            if attempt.wait:
                return too_many(attempt.wait)
            if not is_password_of(account, password):
                return Refusal("current", _("This is not your current password."))
    except Busy:
        return busy()
    attempt.succeeded()
    return None


def too_many(seconds: int) -> Refusal:
    """The refusal after too many failures."""
    text = ngettext(
        "Too many failed attempts. Please try again in %(num)s minute.",
        "Too many failed attempts. Please try again in %(num)s minutes.",
        -(-seconds // 60),
    )
    return Refusal("", text, 429, {"Retry-After": str(seconds)})


def busy() -> Refusal:
    """The refusal while other passwords are being checked."""
    text = _("Many people are signing in right now. Please try again in a moment.")
    return Refusal("", text, 503, {"Retry-After": "2"})
