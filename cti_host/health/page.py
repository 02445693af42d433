"""The page that tells administrators how plugins fare."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.health.processes import Processes
from cti_host.host import current_agent, current_host

EXTENSION = "cti_host_processes"
blueprint = Blueprint("cti_host_health", __name__)


@blueprint.get("/plugins")
def plugins() -> ResponseReturnValue:
    """Calls, failures, time-outs and the slowest calls of each plugin since the server started."""
    if not current_agent().is_administrator:
        abort(403, _("Only administrators see how plugins fare."))
    processes: Processes = current_app.extensions[EXTENSION]
    report = processes.report(plugin.name for plugin in current_host().plugins)
    return render_template("cti_host/plugins.html", report=report)
