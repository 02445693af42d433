"""Let one's own phone ring, from a page: to try the way of a call to the screen."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence

from flask import Blueprint, Flask, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.simulator.playing import NUMBER, NotTaken, hand_over, scene_of
from cti_calls.simulator.scenes import Beat, Scene
from cti_host import current_agent, current_host, safe_return_url

_log = logging.getLogger(__name__)
_SECONDS_BETWEEN = 8.0
"""As long as a phone rings before somebody answers, and as short as somebody waits for it."""
_MOST_CHARACTERS = 64
_MOST_OF_ONE, _MOST_OF_ALL = 3, 20


class Simulator:
    """The page's button: the phone of whoever presses it rings.

    :param for_everybody: whether every agent may let their own phone ring, else administrators
    """

    def __init__(self, for_everybody: bool) -> None:
        self._for_everybody = for_everybody
        self._running = Running()

    def check(self) -> None:
        """Refuse agents who may not let a phone ring."""
        if not (self._for_everybody or current_agent().is_administrator):
            abort(403, _("Only administrators let made-up calls ring."))

    def add_to(self, pages: Blueprint) -> None:
        """Add the button's address to the pages of the plugin."""
        pages.add_url_rule("/calls/simulate", "simulate", self.simulate, methods=["POST"])

    def simulate(self) -> ResponseReturnValue:
        """Let a made-up call ring; the rest of it happens by itself."""
        self.check()
        chosen = request.form.get("scene", Scene.PLAIN)
        if chosen not in [*Scene]:
            abort(400, _("There is no such scene."))
        agents = self._agents()
        if not self._running.begin(agents[0]):
            abort(429, _("A made-up call is still under way. Please wait until it has ended."))
        number = request.form.get("number", "").strip()[:_MOST_CHARACTERS] or NUMBER
        first, *others = scene_of(Scene(chosen), agents, number=number)
        try:
            hand_over(current_host(), first)
        except NotTaken:
            self._running.end(agents[0])
            abort(503, _("The call could not be stored. Please try again."))
        flash(_("A made-up call is under way."), "info")
        _play_later(others, lambda: self._running.end(agents[0]))
        return redirect(safe_return_url(request.form.get("next"), url_for("cti_host.home")), 303)

    def _agents(self) -> list[str]:
        """Whose phone rings: one's own, or, for administrators, that of anybody."""
        named = request.form.get("agent", "").split()
        if named and current_agent().is_administrator:
            return named[:2]
        return [current_agent().name]


class Running:
    """The made-up calls that are under way in this process: one an agent, and not many in all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._agents: Counter[str] = Counter()

    def begin(self, agent: str) -> bool:
        """Whether one more may begin for an agent."""
        with self._lock:
            if self._agents[agent] >= _MOST_OF_ONE or self._agents.total() >= _MOST_OF_ALL:
                return False
            self._agents[agent] += 1
            return True

    def end(self, agent: str) -> None:
        """One has ended."""
        with self._lock:
            self._agents[agent] -= 1


def _play_later(moments: Sequence[Beat], ended: Callable[[], None]) -> None:
    """Let the other moments happen in time, beside the requests."""
    application: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def happen(left: Sequence[Beat]) -> None:
        host = application.extensions["cti_host"]
        try:
            with application.app_context(), host.database.connection_context():
                hand_over(host, left[0])
        except Exception:
            # Its call ends by age.
            _log.exception("a made-up call could not go on")
            ended()
        else:
            later(left[1:])

    def later(left: Sequence[Beat]) -> None:
        if not left:
            ended()
        else:
            timer = threading.Timer(_SECONDS_BETWEEN, happen, (left,))
            timer.daemon = True
            timer.start()

    later(moments)
