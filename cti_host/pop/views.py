"""The host's own pages: home, the panel of a call, and the way to a pre-filled form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.finding import attach as attaching
from cti_host.finding import views as finding
from cti_host.host import current_agent, current_host
from cti_host.isolation.trace import current_trace
from cti_host.languages.known import LANGUAGES
from cti_host.model import Call
from cti_host.pop import ticket_views
from cti_host.pop.counting import count_pop, count_refused
from cti_host.pop.creations import creation_target, direct_target, may_create
from cti_host.pop.panel import build_panel, open_panel
from cti_host.pop.panel_json import panel_as_json
from cti_host.pop.panel_parts import call_card, list_cards, section_cards, why
from cti_host.pop.received import with_trusted_record
from cti_host.pop.search import UNKNOWN, UnknownChoice, search
from cti_host.pop.ticket_table import ticket_table
from cti_host.pop.url import BadCall, call_of
from cti_host.web.accepts import wants_json
from cti_host.web.i18n import COOKIE
from cti_host.web.links import admit
from cti_host.web.requests import allow_form_target, menu, safe_return_url
from cti_host.web.reserved import reserved_thread
from cti_host.web.scopes import token_scope
from cti_host.web.sealing import sealed_address, tidied_address
from cti_host.web.theme import COOKIE as THEME_COOKIE
from cti_host.web.theme import THEMES
from cti_host.web.timezones import COOKIE as TIMEZONE_COOKIE
from cti_host.web.timezones import chosen_timezone, is_timezone, timezones

blueprint = Blueprint("cti_host", __name__)
for _part in (ticket_table, call_card, list_cards, section_cards, why):
    blueprint.add_app_template_global(_part)
TICKET = "/ticket/<source>/<class_name>/<int:id_>"
blueprint.add_url_rule("/search", "search", finding.search)
blueprint.add_url_rule("/find-caller", "who", attaching.who)
blueprint.add_url_rule("/find-caller", "attach", attaching.attach, methods=["POST"])
blueprint.add_url_rule("/search/<source>", "search_in", finding.search_in)
blueprint.add_url_rule(TICKET, "ticket", ticket_views.ticket)
blueprint.add_url_rule(f"{TICKET}/call", "place_call", ticket_views.place_call, methods=["POST"])

YEAR_IN_SECONDS = 365 * 24 * 3600


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The start page: a box to look a number up by hand."""
    return _home()


@blueprint.get("/pop")
@reserved_thread
@token_scope("pop")
def pop() -> ResponseReturnValue:
    """The panel of a call: the address that phone systems open."""
    admit()
    tidy = tidied_address()
    if tidy is not None:
        return redirect(tidy, 303)
    try:
        call = _read(partial=False)
    except BadCall as bad:
        # What a request calls this host is shown only where the settings say that it is one.
        count_refused(current_host())
        known = bool(current_host().settings.server.trusted_hosts)
        example = url_for("cti_host.pop", _external=known) + "?" + bad.example
        if wants_json():
            body = {"error": " ".join(bad.problems), "received": bad.received, "example": example}
            return jsonify(body), 400
        return render_template("cti_host/bad_call.html", bad=bad, example=example), 400
    return _show(call)


@blueprint.get("/lookup")
@reserved_thread
@token_scope("pop")
def lookup() -> ResponseReturnValue:
    """The panel of a number typed by hand; not every parameter needs a value."""
    fields = current_host().settings.url_parameters
    tidy = tidied_address()
    if tidy is not None:
        return redirect(tidy, 303)
    try:
        call = _read(partial=True, typed=True)
    except BadCall as bad:
        if wants_json():
            return jsonify(error=" ".join(bad.problems), received=bad.received), 400
        values = {name: request.args.get(name, "") for name in fields}
        return _home(values, bad.fields), 400
    return _show(call)


@blueprint.get("/create/<class_name>")
def create(class_name: str) -> ResponseReturnValue:
    """Compute the presets of a class for a call, and open its form."""
    host = current_host()
    direct = request.args.get("direct") == "1"
    chapter = host.settings.direct_creation if direct else host.settings.indirect_creation
    if class_name not in chapter or not chapter[class_name].enabled:
        abort(404, _("“%(cls)s” is not among the classes to create.", cls=class_name))
    if not may_create(host, class_name):
        label = host.hooks.class_label(class_name) or class_name
        abort(403, _("None of your profiles lets you create a “%(cls)s”.", cls=label))
    try:
        found = search(host, _read(partial=True))
        if found.missed and "known" in request.args:
            found = attaching.with_known(host, found)
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
    return _kept_by_the_browser(COOKIE, chosen)


@blueprint.post("/theme")
def theme() -> ResponseReturnValue:
    """Choose light or dark pages, for this browser."""
    chosen = request.form.get("theme")
    if chosen not in THEMES:
        abort(400, _("There are no such colours."))
    return _kept_by_the_browser(THEME_COOKIE, chosen)


@blueprint.route("/timezone", methods=["GET", "POST"])
def timezone() -> ResponseReturnValue:
    """Choose the time zone of dates, for this browser; empty: that of the site."""
    typed = request.form.get("timezone", chosen_timezone() or "").strip()
    problem = ""
    if request.method == "POST":
        if not typed or is_timezone(typed):
            flash(_("The time zone is saved."), "success")
            return _kept_by_the_browser(TIMEZONE_COOKIE, typed)
        problem = _("There is no such time zone.")
    page = render_template(
        "cti_host/timezone.html",
        typed=typed,
        problem=problem,
        names=timezones(),
        site=current_host().settings.timezone,
        now=datetime.now(UTC),
    )
    return page, (400 if problem else 200)


def _kept_by_the_browser(cookie: str, value: str) -> ResponseReturnValue:
    response = redirect(safe_return_url(request.form.get("next"), url_for("cti_host.home")))
    response.set_cookie(
        cookie,
        value,
        max_age=YEAR_IN_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=current_host().settings.https_only,
    )
    return response


def _home(
    values: Mapping[str, str] = MappingProxyType({}),
    problems: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The start page, with what was typed and what is wrong with it."""
    host = current_host()
    return render_template(
        "cti_host/home.html",
        fields=host.settings.url_parameters,
        values=values,
        problems=problems,
        sections=host.hooks.home_sections(current_agent()),
    )


def _read(*, partial: bool, typed: bool = False) -> Call:
    # The undecoded text: only there can a plus still be told from a space.
    settings = current_host().settings
    call = call_of(request.query_string, settings, partial=partial, typed=typed)
    return with_trusted_record(call)


def _show(call: Call) -> ResponseReturnValue:
    host = current_host()
    # With any of these, the agent came back to the panel; else the phone system opened it.
    opened = request.method == "GET" and not (call.wanted or call.pages or call.filter)
    page = not wants_json()
    try:
        if opened and page and host.settings.direct_classes:
            found = search(host, call)
            callers = [match.caller for match in found.matches]
            host.hooks.call_received(found.call, callers, current_agent())
            target = direct_target(host, found)
            count_pop(host, found.call, found.matches, failed=found.failed)
            if target is not None:
                return _to_form(target)
            panel = build_panel(host, found, menu=page)
        else:
            panel = open_panel(host, call, menu=page, received=opened)
            if opened:
                count_pop(host, panel.call, panel.matches, failed=panel.failed)
    except UnknownChoice as unknown:
        abort(400, unknown.explanation)
    if not page:
        response = jsonify(panel_as_json(panel))
        response.headers["Vary"] = "Accept"
        return response
    for url in host.panel_form_targets:
        allow_form_target(url)
    entries = menu(current_agent(), panel.navigation)
    return render_template("cti_host/panel.html", panel=panel, navigation=lambda: entries)


def _to_form(target: str) -> ResponseReturnValue:
    lines, address = current_trace().lines, sealed_address(target)
    if lines and urlsplit(target).netloc:
        # A form of another system can't say what is missing in it.
        return render_template("cti_host/form_ahead.html", lines=lines, address=address)
    for line in lines:
        flash(line, "warning")
    return redirect(address)
