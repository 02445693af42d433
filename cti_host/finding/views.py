"""The addresses of the search: its page, and what its box asks while somebody types."""

from __future__ import annotations

from flask import abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.finding.results import meant_number_url, number_url, results, tidy
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
    to_panel = _meant_panel(text)
    if wants_json():
        return jsonify(found.as_json(to_panel))
    return render_template("cti_host/search.html", text=text, found=found, to_panel=to_panel)


def search_in(source: str) -> ResponseReturnValue:
    """What one plugin finds: the box asks all of them side by side, and waits for none."""
    host = current_host()
    owners = host.hooks.owners("search")
    if source not in owners:
        abort(404, _("There is no such page"))
    text = tidy(request.args.get("q", ""))
    found = results(host, text, {*owners} - {source})
    response = jsonify(found.as_json(_meant_panel(text)))
    response.headers["Vary"] = "Accept"
    return response


def _meant_panel(text: str) -> str:
    """Where a number leads that stands in a text."""
    url = meant_number_url(current_host(), text)
    return sealed_address(url) if url else ""
