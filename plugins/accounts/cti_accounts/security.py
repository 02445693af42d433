"""Flask-Security on our tables: hashes, sessions, sign-in and sign-out. Its pages are ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import PeeweeUserDatastore, Security, UserDatastore

from cti_accounts.models import AgentAccount, AgentProfile, Profile
from cti_accounts.settings import EXTENSION, Config
from cti_host import database

# Lists of functions that Flask calls around every request.
_AROUND_REQUESTS = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
)


def init_security(app: Flask, config: Config) -> None:
    """Set Flask-Security up for one application."""
    app.extensions[EXTENSION] = config
    app.config.update(
        PERMANENT_SESSION_LIFETIME=timedelta(hours=config.session_hours),
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 -- the name of an algorithm
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        # argon2 salts by itself; a second hash would only tie passwords to one more secret.
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"name": {"mapper": str, "case_insensitive": True}}],
        SECURITY_CLI_USERS_NAME=None,
        SECURITY_CLI_ROLES_NAME=None,
    )
    around = {name: _copied(getattr(app, name)) for name in _AROUND_REQUESTS}
    datastore: UserDatastore = PeeweeUserDatastore(  # type: ignore[no-untyped-call]
        database, AgentAccount, Profile, AgentProfile
    )
    Security(app, datastore, register_blueprint=False)
    # The host asks `identify_agent` once per page. What Flask-Login and Flask-Principal would do
    # around every request besides (load the account again, and its profiles) is left out.
    for name, functions in around.items():
        getattr(app, name).clear()
        getattr(app, name).update(functions)


def _copied(functions: Any) -> dict[Any, list[Any]]:
    return {scope: list(listed) for scope, listed in functions.items()}
