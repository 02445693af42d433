"""Whether something may be done, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cti_oql.schema import UnknownClass
from flask_babel import gettext as _

from cti_tickets.model.data_model import schema
from cti_tickets.rights import profiles as p


class Why(Enum):
    """What decided."""

    COMMAND_LINE = auto()  # nobody is signed in: whoever may run commands may do everything
    ADMINISTRATOR = auto()
    PROFILE = auto()  # a profile grants it
    SETTING = auto()  # [rights] grants it to a profile
    DENIED = auto()  # [rights] denies it to a profile
    NOT_GRANTED = auto()
    NO_PROFILE = auto()  # the agent has none


@dataclass(frozen=True)
class Verdict:
    """Whether an action with a class is allowed; true in a condition if it is.

    :param action: one of `profiles.ACTIONS`, or a stimulus
    :param decided_by: the profiles that decided
    """

    allowed: bool
    action: str
    class_name: str
    why: Why
    decided_by: Sequence[str] = ()

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def reason(self) -> str:
        """Why, in a few words, in the language of the reader."""
        who = ", ".join(self.decided_by)
        match self.why:
            case Why.COMMAND_LINE:
                return str(_("commands may do everything"))
            case Why.ADMINISTRATOR:
                return str(_("an administrator may do everything"))
            case Why.PROFILE:
                return str(_("granted to %(profiles)s", profiles=who))
            case Why.SETTING:
                return str(_("granted to %(profiles)s by [rights]", profiles=who))
            case Why.DENIED:
                return str(_("denied to %(profiles)s by [rights]", profiles=who))
            case Why.NOT_GRANTED:
                return str(_("not granted to %(profiles)s", profiles=who))
            case Why.NO_PROFILE:
                return str(_("the agent has no profile"))

    @property
    def sentence(self) -> str:
        """For whoever tried what is not allowed."""
        sentence = _sentence(self.action) % {"cls": _label(self.class_name), "action": self.action}
        return str(_("%(sentence)s: %(reason)s.", sentence=sentence, reason=self.reason))


def _sentence(action: str) -> str:
    match action:
        case p.READ | p.BULK_READ:
            return str(_("You may not see objects of the class “%(cls)s”"))
        case p.CREATE:
            return str(_("You may not create objects of the class “%(cls)s”"))
        case p.MODIFY:
            return str(_("You may not modify objects of the class “%(cls)s”"))
        case p.BULK_MODIFY:
            return str(_("You may not modify several objects of the class “%(cls)s” at once"))
        case p.DELETE:
            return str(_("You may not delete objects of the class “%(cls)s”"))
        case p.BULK_DELETE:
            return str(_("You may not delete several objects of the class “%(cls)s” at once"))
    return str(_("You may not give objects of the class “%(cls)s” the stimulus %(action)s"))


def _label(class_name: str) -> str:
    try:
        return str(schema()[class_name].label)
    except UnknownClass:
        return class_name
