"""The doctor as a page, with a made-up call to try the whole way."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.doctor.hops import hops
from cti_calls.simulator.playing import NUMBER
from cti_calls.simulator.scenes import Scene
from cti_calls.store.diagnosis import last_made_up
from cti_host import current_agent, current_host


def add_to(pages: Blueprint) -> None:
    """Add the doctor's page to those of the plugin."""
    pages.add_url_rule("/calls/doctor", "doctor", doctor)


def doctor() -> ResponseReturnValue:
    """Each hop from the phone system to the painted pop, good or with its remedy."""
    if not current_agent().is_administrator:
        abort(403, _("Only administrators see how phone systems fare."))
    return render_template(
        "cti_calls/doctor.html",
        found=hops(current_host()),
        scenes=_scenes(),
        number=NUMBER,
        made_up=last_made_up(),
    )


def _scenes() -> dict[Scene, str]:
    """The scenes with what happens in each, in the agent's language."""
    return {
        Scene.PLAIN: _("a phone rings, and is answered"),
        Scene.RING_GROUP: _("two phones ring, and one is answered"),
        Scene.QUEUE: _("the caller waits in a queue first"),
        Scene.TRANSFER: _("the call is handed on to a colleague"),
        Scene.WITHHELD: _("the caller withholds their number"),
        Scene.MISSED: _("nobody comes, and the caller gives up"),
    }
