"""The phones and queues of the agent who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_calls.model.records import Device
from cti_calls.pages.calling.own_devices import OwnDevices
from cti_calls.pages.queues_part import BESIDE, QueuesPart, QueuesShown, typed_queue
from cti_calls.pages.telling import tell
from cti_calls.store import devices
from cti_host import Host, current_agent

_LONGEST_SOURCE, _LONGEST_DEVICE = 100, 255
_NO_PHONE = {"source": "", "device": ""}


@dataclass(frozen=True)
class Phone:
    """A phone as the page shows it; `own` if it is one that the page may remove."""

    source: str
    name: str
    label: str
    can_call: bool
    own: bool


class PhonesPage:
    """The views of *My phones*.

    :param may_change: whether agents add and remove their own phones
    """

    def __init__(
        self, host: Host, devices: OwnDevices, queues: QueuesPart, *, may_change: bool
    ) -> None:
        self._host, self._devices, self._queues = host, devices, queues
        self._may_change = may_change

    def view(self) -> ResponseReturnValue:
        """The phones and queues that are the agent's."""
        return self._show()

    def add_queue(self) -> ResponseReturnValue:
        """Name a queue as an agent's."""
        return self._queues.add(lambda queues: self._show(queues=queues), self._done)

    def remove_queue(self) -> ResponseReturnValue:
        """Say that a queue is an agent's no more."""
        return self._queues.remove(self._done)

    def add(self) -> ResponseReturnValue:
        """Add a device."""
        self._require()
        source = _clean("source", _LONGEST_SOURCE)
        device = _clean("device", _LONGEST_DEVICE)
        typed = {"source": source, "device": device}
        if not source or not device:
            problem = _("Say which phone system, and what it calls the device.")
            return self._show(typed, problem)
        if source not in devices.known_sources():
            problem = _("No phone system here is called “%(source)s”.", source=source)
            return self._show(typed, problem)
        name = current_agent().name
        known = self._host.hooks.collect("device_agents", str, device=Device(source, device))
        if {*known} - {name} or not devices.add_own_device(source, device, name):
            problem = _(
                "It is another agent's device, and its calls are theirs: only an administrator "
                "gives it to you, too."
            )
            return self._show(typed, problem)
        tell("device %r of %r: added", device, source)
        flash(_("%(device)s is one of your devices now.", device=device), "success")
        return self._done(phone=False)

    def remove(self) -> ResponseReturnValue:
        """Say that a phone is the agent's no more."""
        self._require()
        sent = request.values
        source = _clean("source", _LONGEST_SOURCE, sent)
        device = _clean("device", _LONGEST_DEVICE, sent)
        try:
            devices.remove_device(source, device, current_agent().name)
        except devices.UnknownDevice:
            abort(404, _("There is no such device of yours."))
        tell("device %r of %r: removed", device, source)
        flash(_("%(device)s is none of your devices any more.", device=device), "success")
        return self._done()

    def require(self, **_parts_of_the_address: object) -> None:
        """Let only agents go on who may say which phones are theirs: others get a page with 403."""
        self._require()

    def _require(self) -> None:
        if not self._may_change:
            abort(403, _("An administrator says whose device is whose."))

    def _done(self, *, phone: bool = True, queue: bool = True) -> ResponseReturnValue:
        """Lead back to the page; with what was typed beside what was sent.

        :param phone: whether what is typed about a phone is still to be sent
        :param queue: the same of a queue
        """
        typed = _typed_phone() if phone else None
        named = typed_queue() if queue else None
        if not (typed and typed["device"]) and not (named and named["queue"]):
            return redirect(url_for("calls.phones"), 303)
        return self._show(typed or _NO_PHONE, queues=self._queues.shown(named))

    def _show(
        self,
        typed: dict[str, str] | None = None,
        problem: str = "",
        queues: QueuesShown | None = None,
    ) -> ResponseReturnValue:
        agent = current_agent()
        own = {(one.source, one.name) for one in devices.devices_of(agent.name)}
        queues = queues or self._queues.shown(typed_queue())
        page = render_template(
            "cti_calls/phones.html",
            devices=[
                Phone(one.source, one.name, one.label, one.can_call, (one.source, one.name) in own)
                for one in self._devices.of(agent)
            ],
            may_change=self._may_change,
            sources=devices.known_sources(),
            typed=typed or _typed_phone() or _NO_PHONE,
            problem=problem,
            queues=queues,
        )
        return page, (400 if problem or queues.problem else 200)


def _typed_phone() -> dict[str, str] | None:
    """What is typed about a phone, sent along with whatever button was pressed."""
    if BESIDE not in request.form:
        return None
    source, device = _clean("source", _LONGEST_SOURCE), _clean("device", _LONGEST_DEVICE)
    return {"source": source, "device": device}


def _clean(name: str, longest: int, sent: Mapping[str, str] | None = None) -> str:
    values = request.form if sent is None else sent
    return values.get(name, "").strip().replace("\0", "")[:longest]
