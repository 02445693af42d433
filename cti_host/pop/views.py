"""The host's own pages: home, the panel of a call, and the way to a pre-filled form."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.host import current_agent, current_host
from cti_host.isolation.trace import current_trace
from cti_host.model import Call
from cti_host.pop import ticket_views
from cti_host.pop.panel import build_panel, creation_target, direct_target
from cti_host.pop.search import UNKNOWN, UnknownChoice, search
from cti_host.pop.ticket_rows import ticket_rows
from cti_host.pop.url import BadCall, call_of
from cti_host.web.i18n import COOKIE, LANGUAGES
from cti_host.web.requests import allow_form_target, safe_return_url, wants_json

blueprint = Blueprint("cti_host", __name__)
blueprint.add_app_template_global(ticket_rows)
TICKET = "/ticket/<source>/<class_name>/<int:id_>"
blueprint.add_url_rule(TICKET, "ticket", ticket_views.ticket)
blueprint.add_url_rule(f"{TICKET}/call", "place_call", ticket_views.place_call, methods=["POST"])

YEAR_IN_SECONDS = 365 * 24 * 3600


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The start page: a box to look a number up by hand."""
    fields = current_host().settings.url_parameters
    return render_template("cti_host/home.html", fields=fields, values={}, problems={})


@blueprint.get("/pop")
def pop() -> ResponseReturnValue:
    """The panel of a call: the address that phone systems open."""
    try:
        call = _read(partial=False)
    except BadCall as bad:
        example = url_for("cti_host.pop", _external=True) + "?" + bad.example
        if wants_json():
            body = {"error": " ".join(bad.problems), "received": bad.received, "example": example}
            return jsonify(body), 400
        return render_template("cti_host/bad_call.html", bad=bad, example=example), 400
    return _show(call)


@blueprint.get("/lookup")
def lookup() -> ResponseReturnValue:
    """The panel of a number typed by hand; not every parameter needs a value."""
    fields = current_host().settings.url_parameters
    try:
        call = _read(partial=True, typed=True)
    except BadCall as bad:
        if wants_json():
            return jsonify(error=" ".join(bad.problems), received=bad.received), 400
        values = {name: request.args.get(name, "") for name in fields}
        return (
            render_template(
                "cti_host/home.html", fields=fields, values=values, problems=bad.fields
            ),
            400,
        )
    return _show(call)


@blueprint.get("/create/<class_name>")
def create(class_name: str) -> ResponseReturnValue:
    """Compute the presets of a class for a call, and open its form."""
    host = current_host()
    direct = request.args.get("direct") == "1"
    chapter = host.settings.direct_creation if direct else host.settings.indirect_creation
    if class_name not in chapter or not chapter[class_name].enabled:
        abort(404, _("“%(cls)s” is not among the classes to create.", cls=class_name))
    try:
        found = search(host, _read(partial=True))
        selected = UNKNOWN if found.missed else found.selected
    except BadCall as bad:
        abort(400, " ".join(bad.problems))
    except UnknownChoice as unknown:
        abort(400, unknown.explanation)
    if found.missed:
        flash(_("The person chosen is not among the callers found."), "warning")
    target = creation_target(host, found, class_name, selected, direct=direct)
    if target is None:
        abort(404, _("No plugin has a form for “%(cls)s”.", cls=class_name))
    return _to_form(target)


@blueprint.post("/language")
def language() -> ResponseReturnValue:
    """Choose the language of the pages, for this browser."""
    chosen = request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400, _("There is no such language."))
    response = redirect(safe_return_url(request.form.get("next"), url_for("cti_host.home")))
    response.set_cookie(COOKIE, chosen, max_age=YEAR_IN_SECONDS, samesite="Lax", httponly=True)
    return response


def _read(*, partial: bool, typed: bool = False) -> Call:
    # The undecoded text: only there can a plus still be told from a space.
    settings = current_host().settings
    return call_of(request.query_string, settings, partial=partial, typed=typed)


def _show(call: Call) -> ResponseReturnValue:
    host = current_host()
    found = search(host, call)
    # With any of these, the agent came back to the panel; else the phone system opened it.
    opened = request.method == "GET" and not (call.wanted or call.pages or call.filter)
    if opened:
        host.hooks.call_received(found.call, [m.caller for m in found.matches], current_agent())
    if opened and not wants_json():
        target = direct_target(host, found)
        if target is not None:
            return _to_form(target)
    try:
        panel = build_panel(host, found)
    except UnknownChoice as unknown:
        abort(400, unknown.explanation)
    if wants_json():
        response = jsonify(panel.as_json())
        response.headers["Vary"] = "Accept"
        return response
    for url in host.panel_form_targets:
        allow_form_target(url)
    return render_template("cti_host/panel.html", panel=panel)


def _to_form(target: str) -> ResponseReturnValue:
    for line in current_trace().lines:
        flash(line, "warning")
    return redirect(target)
