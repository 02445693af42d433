"""The address that a phone system opens: checked by the plugin that signs such links."""

from __future__ import annotations

from flask import abort, request
from flask_babel import gettext as _

from cti_host.hook_calls.panel import LinkNotChecked
from cti_host.host import current_host
from cti_host.web import sealing


def admit() -> None:
    """Let this request open a panel, unless a plugin refuses its address.

    What only proves the address is taken out of the query, and the page's own addresses are sealed
    from then on: a link that was good once must not stay in a history.

    An address that this host has sealed is its own, and was checked when it was sealed.
    """
    if sealing.was_sealed():
        return
    try:
        checked = current_host().hooks.check_link(request.query_string.decode("ascii"))
    except LinkNotChecked as failed:
        abort(503, str(failed))
    if checked is None:
        return
    if checked.refusal is not None:
        sealing.replace_query("")  # nothing of it on the page that says so
        reason = _("Nobody was looked up. You can look the caller up by hand.")
        abort(403, f"{checked.refusal} {reason}")
    sealing.replace_query(checked.query)
    sealing.turn_on(checked.expires)
