"""An agent's tokens for programs: made, seen and revoked."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_accounts.accounts import MAX_TEXT, AccountRefused
from cti_accounts.models import AgentAccount
from cti_accounts.pages.blueprint import blueprint
from cti_accounts.pages.confirm import own_account, own_session, password_refusal
from cti_accounts.settings import current_config
from cti_accounts.tokens import MOST_TOKENS, issue_token, revoke_token, tokens_of
from cti_host import SCOPES

log = logging.getLogger("cti_accounts")

USUAL_DAYS = 90


@dataclass(frozen=True)
class _Typed:
    """What was typed into the form."""

    name: str = ""
    scopes: list[str] = field(default_factory=list)
    days: str = ""

    @classmethod
    def sent(cls) -> _Typed:
        """As the page sent it."""
        name, days = (request.form.get(one, "").strip() for one in ("name", "days"))
        return cls(name, request.form.getlist("scope"), days)


@blueprint.get("/account/tokens")
def tokens() -> ResponseReturnValue:
    """The agent's tokens, and the form for a new one."""
    return _page(own_account(), _Typed(days=_usual_days()))


@blueprint.post("/account/tokens")
def new_token() -> ResponseReturnValue:
    """Make a token, and show it once."""
    session = own_session()
    account: AgentAccount = session.agent
    typed = _Typed.sent()
    problems = _problems(account, typed)
    if problems:
        return _page(account, typed, problems), 400
    refusal = password_refusal(session, request.form.get("current", ""))
    if refusal:
        return _page(account, typed, refusal.problems), refusal.status, refusal.headers
    try:
        token = issue_token(account.name, typed.name, typed.scopes, int(typed.days))
    except AccountRefused as refused:  # another one was made at the same time
        return _page(account, typed, {"": str(refused)}), 400
    log.info("agent %r made the token %r: %s", account.name, typed.name, " ".join(typed.scopes))
    return _page(account, _Typed(days=typed.days), token=token, made=typed.name)


@blueprint.post("/account/tokens/<int:id_>/revoke")
def revoke(id_: int) -> ResponseReturnValue:
    """Revoke a token; what was typed for a new one stays, but for the password."""
    account = own_account()
    name = revoke_token(account, id_)
    if name is None:
        abort(404, _("This token is revoked already."))
    log.info("agent %r revoked the token %r", account.name, name)
    flash(_("The token “%(name)s” is revoked.", name=name), "success")
    typed = _Typed.sent()
    if typed in (_Typed(), _Typed(days=_usual_days())):
        return redirect(url_for("accounts.tokens"))
    return _page(account, typed)


def _usual_days() -> str:
    """How long a token lives if nobody says so."""
    longest = current_config().longest_token_days
    return str(min(USUAL_DAYS, longest) if longest else USUAL_DAYS)


def _problems(account: AgentAccount, typed: _Typed) -> dict[str, str]:
    """What is wrong with the form, by field."""
    problems: dict[str, str] = {}
    existing = [token.name for token in tokens_of(account)]
    if not typed.name:
        problems["name"] = _("Enter a name: what the token is for.")
    elif len(typed.name) > MAX_TEXT or not typed.name.isprintable():
        problems["name"] = _("This name is too long, or has characters that can't be read.")
    elif typed.name in existing:
        problems["name"] = _("You have a token of this name already.")
    elif len(existing) >= MOST_TOKENS:
        problems["name"] = _("You have too many tokens. Revoke one first.")
    if not typed.scopes or {*typed.scopes} - {*SCOPES}:
        problems["scope"] = _("Choose what the token is good for.")
    longest = current_config().longest_token_days
    if not typed.days.isdecimal() or not _is_life(int(typed.days[:9] or 0), longest):
        problems["days"] = (
            _("Enter a number of days from 1 to %(longest)s.", longest=longest)
            if longest
            else _("Enter a number of days; 0: the token never ends.")
        )
    return problems


def _is_life(days: int, longest: int) -> bool:
    return 1 <= days <= longest if longest else 0 <= days <= 36_500


def _page(
    account: AgentAccount,
    typed: _Typed,
    problems: dict[str, str] | None = None,
    token: str = "",
    made: str = "",
) -> str:
    return render_template(
        "cti_accounts/tokens.html",
        tokens=tokens_of(account),
        typed=typed,
        scopes=_scope_labels(),
        longest=current_config().longest_token_days,
        problems=problems or {},
        token=token,
        made=made,
    )


def _scope_labels() -> dict[str, str]:
    labels = {
        "pop": _("Look callers up, as a phone system does"),
        "read": _("Read objects"),
        "write": _("Create, change and delete objects"),
        "phone_events": _("Report what happens on the phone"),
    }
    return {scope: labels.get(scope, scope) for scope in SCOPES}
