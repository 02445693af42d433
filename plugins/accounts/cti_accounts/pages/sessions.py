"""Where an agent is signed in, and how to end it."""

from __future__ import annotations

import logging

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_accounts.pages.blueprint import blueprint
from cti_accounts.pages.confirm import own_account, own_session
from cti_accounts.sessions import browser, store

log = logging.getLogger("cti_accounts")


@blueprint.get("/account/sessions")
def sessions() -> ResponseReturnValue:
    """The browsers in which the agent is signed in."""
    own = own_session()
    listed = store.open_sessions(own.agent)
    return render_template("cti_accounts/sessions.html", sessions=listed, own=own.id)


@blueprint.post("/account/sessions/<int:id_>/end")
def end_session(id_: int) -> ResponseReturnValue:
    """End one of them."""
    if not store.end_one(own_account(), id_):
        abort(404, _("This session has ended already."))
    flash(_("That browser is signed out."), "success")
    return redirect(url_for("accounts.sessions"))


@blueprint.post("/account/sessions/end-all")
def end_all_sessions() -> ResponseReturnValue:
    """End all of them, this one too."""
    account = own_account()
    store.end_all(account)
    log.info("agent %r signed out everywhere", account.name)
    browser.end()
    flash(_("You are signed out everywhere."), "success")
    return redirect(url_for("accounts.sign_in"))
