"""What plugins say of themselves: that something is unavailable, what works, what is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Unavailable(Exception):
    """A plugin raises it from a hook when what it stands on gives no answer.

    `str()` of it is the cause, and goes to the log: it must not hold a person's number or a
    secret. `reason` is one sentence for the agent, added to the line that says what is missing
    ("Tickets from itop are not available right now. iTop is in maintenance."); it is asked for
    while the page is made, so that it comes in the agent's language. Empty: nothing is added.
    """

    @property
    def reason(self) -> str:
        """One sentence that an agent understands."""
        return ""


class Incomplete(Unavailable):
    """A plugin raises it from a hook that returns something when it has only a part of that.

    `Incomplete(cause, result, reason)`: `result` is taken as what the hook returned. The cause and
    the line for the agent are as with `Unavailable`; the reason says, in the agent's language, what
    is missing.
    """

    def __init__(self, cause: str, result: object, reason: str = "") -> None:
        super().__init__(cause)
        self.result, self._reason = result, reason

    @property
    def reason(self) -> str:
        """What is missing."""
        return self._reason


class Level(StrEnum):
    """How good it is, what an online check found.

    :cvar GOOD: it works
    :cvar WARNING: it works, but not as well as it could
    :cvar BAD: it doesn't work; the check ends with code 1
    """

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """What `cti-host check --online` found out about one thing that a plugin stands on.

    None of its texts may hold a secret.

    :param what: what was tried ("reading Person")
    :param level: how good it is
    :param detail: how it is, in a few words
    :param remedy: what an admin can do
    """

    what: str
    level: Level
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class HealthCheck:
    """Whether something works that a plugin stands on, for whoever watches the host.

    Everybody may read it, so the name holds nothing of a site: "directory", not its address.

    :param name: what was looked at, in a few words
    :param ok: whether it works
    :param needed: whether calls can't be answered without it: then this host gets no requests until
        it works again
    """

    name: str
    ok: bool
    needed: bool = True


@dataclass(frozen=True)
class PageScript:
    """A static file with JavaScript that every page of an agent loads.

    :param endpoint: what serves it: the plugin's blueprint ("acme.static")
    :param filename: the file there ("acme.js")
    """

    endpoint: str
    filename: str


@dataclass(frozen=True)
class KnownNames:
    """What a plugin calls its data, so that misspelt names in the settings are found.

    :param classes: the classes of its objects ("UserRequest")
    :param more_classes: whether there may be classes that are not among these
    :param caller_attributes: the attributes that its callers carry ("phone"), in a lookup or as the
        caller of a ticket
    :param caller_classes: those of the classes whose objects call ("Person"): while nobody can be
        looked up, the panel offers no new one
    """

    classes: tuple[str, ...] = ()
    more_classes: bool = False
    caller_attributes: tuple[str, ...] = ()
    caller_classes: tuple[str, ...] = ()
