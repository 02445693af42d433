"""Why nobody's screen showed a call, for the journal of what phone systems sent."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from flask_babel import gettext as _


class Silence(StrEnum):
    """Why an event made nobody's screen show its call."""

    NO_DEVICE = "no_device"
    UNKNOWN_DEVICE = "unknown_device"
    NOBODYS = "nobodys"
    OFF = "off"
    ON_ANSWER = "on_answer"
    KNOWN = "known"
    OVER = "over"
    OWN_CALL = "own_call"


def silence_text(stored: str) -> str:
    """The sentence for what the journal holds, in the agent's language; empty: nothing is missing.

    :param stored: a reason of `Silence`, and after a colon the device that it is about
    """
    reason, _colon, about = stored.partition(":")
    try:
        sentence = _SENTENCES[Silence(reason)]()
    except ValueError:
        return ""
    text: str = sentence % {"device": about}
    return text


_SENTENCES: dict[Silence, Callable[[], str]] = {
    Silence.NO_DEVICE: lambda: _(
        "The event names no device, so it is not known whose phone rings."
    ),
    Silence.UNKNOWN_DEVICE: lambda: _(
        "There is no device “%(device)s” here: add it, with the agent whose it is."
    ),
    Silence.NOBODYS: lambda: _("The device “%(device)s” is nobody's: give it to an agent."),
    Silence.OFF: lambda: _("The agent of “%(device)s” wants to see no calls."),
    Silence.ON_ANSWER: lambda: _("The agent of “%(device)s” wants to see calls once they answer."),
    Silence.KNOWN: lambda: _("That it rings was told before."),
    Silence.OVER: lambda: _("When the event came, the call had ended or somebody had answered it."),
    Silence.OWN_CALL: lambda: _("It is a call that the agent makes."),
}
