"""Pages: sign in, sign out, and an agent's own password."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import login_user
from flask_wtf.csrf import validate_csrf
from wtforms import ValidationError

from cti_accounts.accounts import AccountRefused, find_agent, set_password
from cti_accounts.identify import SESSION_KEY, identify
from cti_accounts.models import AgentAccount
from cti_accounts.passwords import is_password_of, password_problem
from cti_accounts.settings import current_config
from cti_accounts.throttle import begin_attempt, forget_attempts
from cti_host import current_agent, safe_return_url

blueprint = Blueprint("accounts", __name__, template_folder="templates")


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form; somebody who is signed in already goes on to where they wanted to go."""
    target = _target(request.args.get("next"))
    if identify(request) is not None:
        return redirect(target)
    return _sign_in_page(target)


@blueprint.post("/sign-in")
def check_sign_in() -> ResponseReturnValue:
    """Check name and password, and go on to where the agent wanted to go."""
    target = _target(request.form.get("next"))
    name = request.form.get("name", "").strip()
    password = request.form.get("password", "")
    problems: dict[str, str] = {}
    if not name:
        problems["name"] = _("Enter your name.")
    if not password:
        problems["password"] = _("Enter your password.")
    if problems:
        return _sign_in_page(target, name, problems), 400
    if not _is_own_form():
        problems[""] = _("This page was open for too long, or cookies are off. Please try again.")
        return _sign_in_page(target, name, problems), 400
    wait = begin_attempt(name, request.remote_addr or "")
    if wait:
        return _sign_in_page(target, name, {"": _too_many(wait)}), 429, {"Retry-After": str(wait)}
    account = find_agent(name)
    if not is_password_of(account, password) or account is None:
        # One message for both: which names exist is nobody's business.
        return _sign_in_page(target, name, {"": _("The name or the password is wrong.")}), 400
    if not account.active:
        message = _("This account is disabled. Please ask your administrator.")
        return _sign_in_page(target, name, {"": message}), 403
    forget_attempts(name, request.remote_addr or "")
    _start_session(account)
    return redirect(target)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Forget who is at this browser."""
    session.clear()
    flash(_("You are signed out."), "success")
    return redirect(url_for("accounts.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
def password() -> ResponseReturnValue:
    """Let an agent choose another password."""
    account = AgentAccount.get_or_none(AgentAccount.fs_uniquifier == session.get(SESSION_KEY, ""))
    if account is None or account.name != current_agent().name:
        abort(403, _("Sign in with name and password to change a password."))
    if request.method == "GET":
        return _password_page()
    current = request.form.get("current", "")
    new = request.form.get("new", "")
    problems: dict[str, str] = {}
    weak = password_problem(new, account.name)
    if weak:
        problems["new"] = weak
    elif new != request.form.get("repeated", ""):
        problems["repeated"] = _("The two new passwords differ.")
    if not current:
        problems = {"current": _("Enter your current password."), **problems}
    if problems:
        return _password_page(problems), 400
    wait = begin_attempt(account.name, request.remote_addr or "")
    if wait:
        return _password_page({"": _too_many(wait)}), 429, {"Retry-After": str(wait)}
    if not is_password_of(account, current):
        problems["current"] = _("This is not your current password.")
        return _password_page(problems), 400
    forget_attempts(account.name, request.remote_addr or "")
    try:
        set_password(account.name, new)
    except AccountRefused as refused:
        return _password_page({"new": str(refused)}), 400
    _start_session(AgentAccount.get_by_id(account.id))
    flash(_("Your password is changed. Other browsers were signed out."), "success")
    return redirect(url_for("cti_host.home"))


def _start_session(account: AgentAccount) -> None:
    # Nothing of the session before is taken over, so nobody can plant one.
    session.clear()
    login_user(account, remember=False, authn_via=["password"])


def _is_own_form() -> bool:
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError:
        return False
    return True


def _target(next_url: str | None) -> str:
    return safe_return_url(next_url, url_for("cti_host.home"))


def _too_many(seconds: int) -> str:
    minutes = -(-seconds // 60)
    text: str = ngettext(
        "Too many failed attempts. Please try again in %(num)s minute.",
        "Too many failed attempts. Please try again in %(num)s minutes.",
        minutes,
    )
    return text


def _sign_in_page(target: str, name: str = "", problems: dict[str, str] | None = None) -> str:
    return render_template(
        "cti_accounts/sign_in.html", target=target, name=name, problems=problems or {}
    )


def _password_page(problems: dict[str, str] | None = None) -> str:
    fewest = current_config().minimum_password_length
    return render_template("cti_accounts/password.html", problems=problems or {}, fewest=fewest)
