"""Who is calling, where nobody was found: find the person, and give the number to them."""

from __future__ import annotations

from dataclasses import replace

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.finding.results import results, tidy
from cti_host.host import Host, current_host
from cti_host.isolation.trace import current_trace
from cti_host.model import Call, Caller, Match, Matches
from cti_host.pop.addresses import call_fields, call_query, panel_url
from cti_host.pop.creations import caller_classes, creatable
from cti_host.pop.received import with_trusted_record
from cti_host.pop.search import UNKNOWN, Search
from cti_host.pop.url import BadCall, call_of
from cti_host.web.rendering import address_of
from cti_host.web.sealing import sealed_address, sealed_fields


def who() -> ResponseReturnValue:
    """Persons whom a text finds, each with what can be done for the call."""
    host, call = current_host(), _call()
    text = tidy(request.args.get("q", ""))
    found = results(host, text)
    return render_template(
        "cti_host/attach.html",
        number=str(call.number or ""),
        fields=sealed_fields(call_fields(call)),
        text=text,
        persons=[hit for hit in found.hits if hit.caller_key],
        creations=_creations(host),
        # Whoever could not be looked for may well be there.
        failed=bool(host.hooks.failure_of("search")),
        query=lambda key: f"{call_query(call.on_first_pages, key)}&known=1",
        action=sealed_address(f"{address_of('cti_host.attach')}?{call_query(call, UNKNOWN)}"),
        panel_url=panel_url(call.on_first_pages, UNKNOWN),
    )


def attach() -> ResponseReturnValue:
    """Give the number of the call to a person, and go back to the panel, where they are chosen."""
    host, call = current_host(), _call()
    caller = known_caller(host, request.form.get("caller", ""))
    if call.number is None:
        abort(400, _("This call has no number that could be added."))
    if caller is None and (away := host.hooks.failure_of("find_callers")):
        abort(503, away)
    if caller is None:
        abort(404, _("There is no such person, or no longer."))
    back, number = panel_url(call.on_first_pages, caller.key), str(call.number)
    field = host.hooks.add_number(caller, number)
    if field is not None:
        flash(
            _("%(number)s was added to %(name)s: %(field)s.", number=number, name=caller.display,
              field=field), "success",
        )  # fmt: skip
        return redirect(back, 303)
    form = host.hooks.number_form_url(caller, number, back)
    if form is not None:
        return redirect(sealed_address(form), 303)
    lines = current_trace().lines
    flash(lines[0] if lines else _("You may not add a number to this person."), "warning")
    return redirect(panel_url(call.on_first_pages, UNKNOWN), 303)


def known_caller(host: Host, key: str) -> Caller | None:
    """The person with a key, if the agent may see them."""
    found = host.hooks.find_callers([key]) if ":" in key else []
    return next((caller for caller in found if caller.key == key), None)


def with_known(host: Host, found: Search) -> Search:
    """A search whose call wants a person who was not found by its number, with that person."""
    caller = known_caller(host, found.call.wanted)
    return found if caller is None else replace(found, matches=Matches([Match(caller)], 1))


def _creations(host: Host) -> list[tuple[str, str, bool]]:
    """What can be created: path, label of the class, and whether it is one of persons."""
    persons = caller_classes(host)
    return [(path, label, name in persons) for name, label, path in creatable(host)]


def _call() -> Call:
    try:
        call = call_of(request.query_string, current_host().settings, partial=True)
    except BadCall as bad:
        abort(400, " ".join(bad.problems))
    return current_host().hooks.preprocess_parameters(with_trusted_record(call))
