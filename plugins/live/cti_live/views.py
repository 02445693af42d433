"""The stream of an agent, and what is asked for instead where no stream can be kept open."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, current_host, held, token_scope
from cti_live import outbox

blueprint = Blueprint("live", __name__, static_folder="static", static_url_path="/events/static")

# More than the hosts together publish between two requests of a page.
MOST = 5_000


@blueprint.get("/events")
@token_scope("read")
def events() -> ResponseReturnValue:
    """A stream of what concerns the agent, and of the topics that they ask for."""
    return held(_topics())


@blueprint.get("/events/poll")
@token_scope("read")
def poll() -> ResponseReturnValue:
    """What was published after a message, for a browser whose streams fail."""
    topics = _topics()
    first, last = outbox.extent()
    text = request.args.get("after", "")
    after = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    # What came before the first message that is kept is not known any more.
    reset = (after is None and bool(text)) or (after is not None and not first - 1 <= after <= last)
    messages = []
    if after is not None and not reset:
        rows = outbox.read(after, MOST)
        last = rows[-1].id if rows else last
        messages = [
            {"id": one.id, "event": one.message.event, "data": dict(one.message.data)}
            for one in outbox.concerning(rows, topics)
        ]
    return _kept_by_the_browser(jsonify(id=last, reset=reset, messages=messages))


def _kept_by_the_browser(response: Response) -> ResponseReturnValue:
    """Let the browser keep it, and ask whether it is still right."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


def _topics() -> list[str]:
    """What the agent follows: their own topic, and those they ask for and may follow.

    A page says whose it is: after somebody else has signed in, it must not show them what the page
    is no longer for.
    """
    agent = current_agent()
    if request.args.get("agent", agent.name) != agent.name:
        abort(403, _("Somebody else is signed in now."))
    own = f"agent:{agent.name}"
    named = (one.strip() for part in request.args.getlist("topics") for one in part.split(","))
    asked = [one for one in dict.fromkeys(named) if one and one != own]
    if not asked:
        return [own]
    allowed = {*current_host().hooks.followed_topics(agent, asked)}
    refused = [one for one in asked if one not in allowed]
    if refused:
        abort(403, _("You can't follow “%(topics)s”.", topics=", ".join(refused)))
    return [own, *asked]
