"""The addresses of the search: its page, and what its box asks while somebody types."""

from __future__ import annotations

from flask import abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.finding.results import number_url, results, tidy
from cti_host.host import current_host
from cti_host.web.accepts import wants_json
from cti_host.web.sealing import sealed_address


def search() -> ResponseReturnValue:
    """The results for a text; a number opens its panel at once."""
    host, text = current_host(), tidy(request.args.get("q", ""))
    to_panel = number_url(host, text)
    if to_panel and "all" not in request.args and not wants_json():
        return redirect(sealed_address(to_panel), 303)
    found = results(host, text)
    if wants_json():
        return jsonify(found.as_json())
    return render_template("cti_host/search.html", text=text, found=found, to_panel=to_panel)


def search_in(source: str) -> ResponseReturnValue:
    """What one plugin finds: the box asks all of them side by side, and waits for none."""
    host = current_host()
    owners = host.hooks.owners("search")
    if source not in owners:
        abort(404, _("There is no such page"))
    found = results(host, tidy(request.args.get("q", "")), {*owners} - {source})
    response = jsonify(found.as_json())
    response.headers["Vary"] = "Accept"
    return response
