"""Signing in with name and password, and out."""

from __future__ import annotations

import logging

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from cti_accounts.accounts import find_agent, name_key
from cti_accounts.hashing import Busy, turn
from cti_accounts.identify import identify
from cti_accounts.models import AgentAccount
from cti_accounts.pages.blueprint import blueprint, target_of
from cti_accounts.pages.confirm import Refusal, busy, too_many
from cti_accounts.passwords import is_password_of
from cti_accounts.places import Places, remember_place
from cti_accounts.profiles import profiles_of
from cti_accounts.second_factor.store import has_second_factor
from cti_accounts.sessions import browser
from cti_accounts.settings import current_config
from cti_accounts.throttle import begin_sign_in

log = logging.getLogger("cti_accounts")


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form; somebody who is signed in already goes on to where they wanted to go."""
    target = target_of(request.args.get("next"))
    if identify(request) is not None:
        return redirect(target)
    return _page(target)


@blueprint.post("/sign-in")
def check_sign_in() -> ResponseReturnValue:
    """Check name and password, and go on: to the second factor, or where the agent wanted to go."""
    target = target_of(request.form.get("next"))
    name = request.form.get("name", "").strip()
    password = request.form.get("password", "")
    problems: dict[str, str] = {}
    if not name:
        problems["name"] = _("Enter your name.")
    if not password:
        problems["password"] = _("Enter your password.")
    if problems:
        return _page(target, name, problems), 400
    if not _is_own_form():
        problems[""] = _("This page was open for too long, or cookies are off. Please try again.")
        return _page(target, name, problems), 400
    found = _checked(name, password)
    if isinstance(found, Refusal):
        return _page(target, name, found.problems), found.status, found.headers
    return _go_on(found, target)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End this browser's session."""
    current = browser.current()
    browser.end()
    if current is not None:
        log.info("agent %r signed out from %s", current.agent.name, request.remote_addr)
    flash(_("You are signed out."), "success")
    return redirect(url_for("accounts.sign_in"))


def complete_sign_in(
    account: AgentAccount, target: str, *, strong: bool, page: str = ""
) -> ResponseReturnValue:
    """Open the pages to an agent, and go on to where they wanted to go.

    :param strong: whether they gave a second factor
    :param page: a page to show first, instead of going on
    """
    browser.begin(account, complete=True, strong=strong)
    log.info("agent %r signed in from %s", account.name, request.remote_addr)
    response = make_response(page or redirect(target))
    remember_place(account, request, response)
    return response


def _checked(name: str, password: str) -> AgentAccount | Refusal:
    """The account whose password this is, or why nobody is signed in.

    Which names exist is nobody's business: an unknown name, a wrong password and a deactivated
    account give one same answer, after the same work.
    """
    account = find_agent(name)
    places = Places(request)
    known = places.known_to(account)
    try:
        with turn(patient=places.browser in known):
            attempt = begin_sign_in(name_key(name), places, known)
            if attempt.wait:
                log.warning(
                    "sign-in of %s from %s has to wait: too many failed",
                    _whose(account),
                    request.remote_addr,
                )
                return too_many(attempt.wait)
            right = is_password_of(account, password)
    except Busy:
        return busy()
    if right and account is not None and account.active:
        attempt.succeeded()
        return account
    log.warning("sign-in of %s from %s failed", _whose(account), request.remote_addr)
    return Refusal("", _("The name or the password is wrong, or the account is deactivated."))


def _whose(account: AgentAccount | None) -> str:
    """Whose sign-in it is, for the log: a name that nobody has may be a password in its field."""
    return repr(account.name) if account else "nobody we know"


def _go_on(account: AgentAccount, target: str) -> ResponseReturnValue:
    if has_second_factor(account):
        browser.begin(account, complete=False, strong=False)
        return redirect(url_for("accounts.code", next=target))
    if current_config().needs_second_factor(profiles_of(account)):
        browser.begin(account, complete=False, strong=False)
        return redirect(url_for("accounts.first_set_up", next=target))
    return complete_sign_in(account, target, strong=False)


def _is_own_form() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _page(target: str, name: str = "", problems: dict[str, str] | None = None) -> str:
    return render_template(
        "cti_accounts/sign_in.html", target=target, name=name, problems=problems or {}
    )
