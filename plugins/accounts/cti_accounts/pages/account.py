"""What an agent sees of their own account, and a new password."""

from __future__ import annotations

import logging

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_accounts.accounts import AccountRefused, set_password
from cti_accounts.hashing import Busy, turn
from cti_accounts.models import AgentAccount
from cti_accounts.pages.blueprint import blueprint
from cti_accounts.pages.confirm import Refusal, busy, own_account, own_session, password_refusal
from cti_accounts.pages.sign_in import complete_sign_in
from cti_accounts.passwords import password_problem
from cti_accounts.profiles import profiles_of
from cti_accounts.second_factor.store import has_second_factor
from cti_accounts.sessions.store import open_sessions
from cti_accounts.settings import current_config
from cti_accounts.tokens import revoke_tokens, tokens_of

log = logging.getLogger("cti_accounts")


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """The agent's account at a glance."""
    own = own_account()
    return render_template(
        "cti_accounts/account.html",
        account=own,
        profiles=profiles_of(own),
        second_factor=has_second_factor(own),
        session_count=len(open_sessions(own)),
        token_count=len(tokens_of(own)),
    )


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Let an agent choose another password."""
    session = own_session()
    own: AgentAccount = session.agent
    if request.method == "GET":
        return _password_page()
    current, new = request.form.get("current", ""), request.form.get("new", "")
    problems: dict[str, str] = {}
    weak = password_problem(new, own.name)
    if weak:
        problems["new"] = weak
    elif new != request.form.get("repeated", ""):
        problems["repeated"] = _("The two new passwords differ.")
    if not current:
        problems = {"current": _("Enter your current password."), **problems}
    if problems:
        return _password_page(problems), 400
    refusal = password_refusal(session, current) or _changed(own, new)
    if refusal:
        return _password_page(refusal.problems), refusal.status, refusal.headers
    if request.form.get("tokens"):
        revoke_tokens(own.name)
    strong: bool = session.strong
    response = complete_sign_in(own, url_for("cti_host.home"), strong=strong)
    flash(_("Your password is changed. Other browsers were signed out."), "success")
    return response


def _changed(own: AgentAccount, new: str) -> Refusal | None:
    try:
        with turn(patient=True):
            set_password(own.name, new)
    except Busy:
        return busy()
    except AccountRefused as refused:
        return Refusal("new", str(refused))
    log.info("agent %r changed the password", own.name)
    return None


def _password_page(problems: dict[str, str] | None = None) -> str:
    fewest = current_config().minimum_password_length
    tokens = len(tokens_of(own_account()))
    return render_template(
        "cti_accounts/password.html", problems=problems or {}, fewest=fewest, token_count=tokens
    )
