"""Whether something may be done with calls, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from flask_babel import gettext as _

from cti_calls.rights.profiles import Action
from cti_host import Right

SUBJECT = "calls"


class Why(Enum):
    """What decided."""

    ADMINISTRATOR = auto()
    NO_PROFILE = auto()
    NOT_READ = auto()  # whoever may not read may do nothing else
    DENIED = auto()  # the settings deny it to a profile
    PROFILE = auto()  # a profile grants it
    SETTING = auto()  # the settings grant it to a profile
    NOT_GRANTED = auto()


@dataclass(frozen=True)
class Verdict:
    """Whether an action is allowed.

    :param decided_by: the profiles that decided
    """

    allowed: bool
    action: Action
    why: Why
    decided_by: tuple[str, ...] = ()

    def as_right(self) -> Right:
        """The same with its reason in words, in the language of the reader."""
        return Right(SUBJECT, self.action.value, self.allowed, self._reason())

    def _reason(self) -> str:
        who = ", ".join(self.decided_by)
        match self.why:
            case Why.ADMINISTRATOR:
                return str(_("an administrator may do everything"))
            case Why.NO_PROFILE:
                return str(_("the agent has no profile"))
            case Why.NOT_READ:
                return str(_("whoever may not read calls may do nothing else with them"))
            case Why.DENIED:
                return str(_("denied to %(profiles)s by [plugin.calls.rights]", profiles=who))
            case Why.PROFILE:
                return str(_("granted to %(profiles)s", profiles=who))
            case Why.SETTING:
                return str(_("granted to %(profiles)s by [plugin.calls.rights]", profiles=who))
            case Why.NOT_GRANTED:
                return str(_("not granted to %(profiles)s", profiles=who))
