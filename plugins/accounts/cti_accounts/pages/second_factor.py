"""The second factor of whoever is signed in: set up, new recovery codes, turned off."""

from __future__ import annotations

import logging

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_accounts.models import AgentAccount
from cti_accounts.pages.authenticator import SetUp
from cti_accounts.pages.blueprint import blueprint
from cti_accounts.pages.confirm import own_account, own_session, password_refusal
from cti_accounts.profiles import profiles_of
from cti_accounts.second_factor import recovery
from cti_accounts.second_factor import store as factors
from cti_accounts.sessions.store import make_strong
from cti_accounts.settings import current_config

log = logging.getLogger("cti_accounts")


@blueprint.get("/account/second-factor")
def second_factor() -> ResponseReturnValue:
    """How it stands, and what can be done; without one, the way to set it up."""
    account = own_account()
    if factors.has_second_factor(account) and not request.args.get("replace"):
        return _page(account)
    return _set_up_page(SetUp.new(account))


@blueprint.post("/account/second-factor/set-up")
def set_up_second_factor() -> ResponseReturnValue:
    """Set one up, or another one instead."""
    session = own_session()
    account: AgentAccount = session.agent
    set_up = SetUp.of_form(account)
    refusal = password_refusal(session, request.form.get("current", ""))
    if refusal:
        return _set_up_page(set_up, refusal.problems), refusal.status, refusal.headers
    codes, problems = set_up.confirmed(request.form.get("code", ""))
    if codes is None:
        return _set_up_page(set_up, problems), 400
    make_strong(session)
    log.info("agent %r set a second factor up", account.name)
    return render_template("cti_accounts/codes.html", codes=codes)


@blueprint.post("/account/second-factor/codes")
def new_recovery_codes() -> ResponseReturnValue:
    """Make new recovery codes; those before work no more."""
    session = own_session()
    account: AgentAccount = session.agent
    if not factors.has_second_factor(account):
        return redirect(url_for("accounts.second_factor"))
    refusal = password_refusal(session, request.form.get("current", ""))
    if refusal:
        return _page(account, "codes", refusal.problems), refusal.status, refusal.headers
    log.info("agent %r made new recovery codes", account.name)
    return render_template("cti_accounts/codes.html", codes=recovery.new_codes(account))


@blueprint.post("/account/second-factor/remove")
def remove_second_factor() -> ResponseReturnValue:
    """Turn it off, where the settings allow that."""
    session = own_session()
    account: AgentAccount = session.agent
    if _is_needed(account):
        problem = _("Your profiles need a second factor. You can only set up another one.")
        return _page(account, "remove", {"": problem}), 403
    refusal = password_refusal(session, request.form.get("current", ""))
    if refusal:
        return _page(account, "remove", refusal.problems), refusal.status, refusal.headers
    factors.remove(account)
    log.info("agent %r turned the second factor off", account.name)
    flash(_("The second factor is off. Your password alone signs you in."), "success")
    return redirect(url_for("accounts.second_factor"))


def _is_needed(account: AgentAccount) -> bool:
    return current_config().needs_second_factor(profiles_of(account))


def _page(account: AgentAccount, form: str = "", problems: dict[str, str] | None = None) -> str:
    """:param form: the form that the problems are about"""
    return render_template(
        "cti_accounts/second_factor.html",
        left=recovery.left(account),
        needed=_is_needed(account),
        form=form,
        problems=problems or {},
    )


def _set_up_page(set_up: SetUp, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "cti_accounts/set_up.html",
        set_up=set_up,
        replaces=factors.has_second_factor(set_up.account),
        problems=problems or {},
    )
