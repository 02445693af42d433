"""The second step of signing in: the code of an authenticator, or setting one up."""

from __future__ import annotations

import logging

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cti_accounts.models import AgentAccount, AgentSession
from cti_accounts.pages.authenticator import SetUp
from cti_accounts.pages.blueprint import blueprint, target_of
from cti_accounts.pages.confirm import too_many
from cti_accounts.pages.sign_in import complete_sign_in
from cti_accounts.places import Places
from cti_accounts.second_factor import recovery
from cti_accounts.second_factor import store as second_factor
from cti_accounts.sessions import browser
from cti_accounts.throttle import begin_code

log = logging.getLogger("cti_accounts")


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def code() -> ResponseReturnValue:
    """Ask for the second factor of whoever gave the right password."""
    target = target_of(request.values.get("next"))
    session = _waiting()
    if session is None or not second_factor.has_second_factor(session.agent):
        return _again(target)
    account: AgentAccount = session.agent
    if request.method == "GET":
        return _code_page(target)
    typed = request.form.get("code", "").strip()
    if not typed:
        return _code_page(target, {"code": _("Enter a code.")}), 400
    attempt = begin_code(account, Places(request))
    if attempt.wait:
        refusal = too_many(attempt.wait)
        return _code_page(target, refusal.problems), refusal.status, refusal.headers
    before = recovery.left(account)
    if not second_factor.is_right(account, typed):
        log.warning("the second factor of %r from %s failed", account.name, request.remote_addr)
        message = _("This code is wrong, or was used before. Enter the next one that is shown.")
        return _code_page(target, {"code": message}), 400
    attempt.succeeded()
    answer = complete_sign_in(account, target, strong=True)
    left = recovery.left(account)
    if left < before:
        log.warning("agent %r used a recovery code: %d left", account.name, left)
        text = ngettext(
            "You used a recovery code. %(num)s is left.",
            "You used a recovery code. %(num)s are left.",
            left,
        )
        flash(text, "warning")
    return answer


@blueprint.route("/sign-in/set-up", methods=["GET", "POST"])
def first_set_up() -> ResponseReturnValue:
    """Set a second factor up before the first page, where the settings ask for one."""
    target = target_of(request.values.get("next"))
    session = _waiting()
    # Whoever has one gives it: setting another one up would be a way around it.
    if session is None or second_factor.has_second_factor(session.agent):
        return _again(target)
    account: AgentAccount = session.agent
    set_up = SetUp.of_form(account) if request.method == "POST" else SetUp.new(account)
    if request.method == "GET":
        return _set_up_page(target, set_up)
    codes, problems = set_up.confirmed(request.form.get("code", ""))
    if codes is None:
        return _set_up_page(target, set_up, problems), 400
    log.info("agent %r set a second factor up", account.name)
    page = render_template("cti_accounts/codes_first.html", codes=codes, target=target)
    return complete_sign_in(account, target, strong=True, page=page)


def _waiting() -> AgentSession | None:
    """The session of this browser, if it waits for the second factor."""
    session = browser.current()
    return session if session is not None and not session.complete else None


def _again(target: str) -> ResponseReturnValue:
    return redirect(url_for("accounts.sign_in", next=target))


def _code_page(target: str, problems: dict[str, str] | None = None) -> str:
    return render_template("cti_accounts/code.html", target=target, problems=problems or {})


def _set_up_page(target: str, set_up: SetUp, problems: dict[str, str] | None = None) -> str:
    return render_template(
        "cti_accounts/set_up_first.html", target=target, set_up=set_up, problems=problems or {}
    )
