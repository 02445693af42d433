"""The pages of health: how plugins fare, for administrators; and what programs ask."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host.health import metrics_page, probes
from cti_host.health.processes import EXTENSION, Processes
from cti_host.host import current_agent, current_host
from cti_host.web.reserved import reserved_thread

blueprint = Blueprint("cti_host_health", __name__)
blueprint.add_url_rule("/health", "health", reserved_thread(probes.ready))
blueprint.add_url_rule("/health/ready", "ready", reserved_thread(probes.ready))
blueprint.add_url_rule("/health/live", "live", reserved_thread(probes.live))
blueprint.add_url_rule("/metrics", "metrics", metrics_page.metrics)
# They need no agent.
PUBLIC = {f"cti_host_health.{name}" for name in ("health", "ready", "live", "metrics")}


@blueprint.get("/plugins")
def plugins() -> ResponseReturnValue:
    """Calls, failures, time-outs and the slowest calls of each plugin since the server started."""
    if not current_agent().is_administrator:
        abort(403, _("Only administrators see how plugins fare."))
    processes: Processes = current_app.extensions[EXTENSION]
    report = processes.report(plugin.name for plugin in current_host().plugins)
    return render_template("cti_host/plugins.html", report=report)
