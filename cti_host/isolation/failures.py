"""What went wrong in a call of a plugin, in the words for an administrator, a log and an agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cti_host.isolation.checks import Check
from cti_host.isolation.ended import Ended
from cti_host.isolation.jobs import Overdue
from cti_host.isolation.read_only import changes_in_place

LATE = "time-out"
WRONG_RESULT = "wrong result"
CHANGED_IN_PLACE = "changed in place"
UNAVAILABLE = "unavailable"


class WrongResult(Exception):
    """A plugin returned something else than its hook promises."""


class NotNow(Exception):
    """A plugin said that it is not available, and maybe why, in the agent's language.

    `part` is what it returned all the same; `None`: nothing.
    """

    def __init__(self, message: str, reason: str, part: object = None) -> None:
        super().__init__(message)
        self.reason, self.part = reason, part


@dataclass(frozen=True)
class Failure:
    """A call that failed.

    `problem` is for an administrator who looks at this one call. `logged` and `kind` hold no
    values, which may be a person's number. `reason` is one sentence for the agent, or empty.
    """

    problem: str
    logged: str
    kind: str
    reason: str = ""


def failure_of(error: BaseException) -> Failure:
    """The failure that an exception stands for."""
    if isinstance(error, Ended):
        error = error.error
    text = _text(error)
    match error:
        case Overdue():
            if error.inside:
                plugin, hook = error.inside
                text += f": it waited for {hook} of plugin {plugin}"
            return Failure(text, f": {text}", LATE)
        case NotNow():
            return Failure(text, f": {text}", UNAVAILABLE, error.reason)
        case WrongResult():
            return Failure(text, f": {text}", WRONG_RESULT)
    kind = type(error).__name__
    if changes_in_place(error):
        text = f"changed what it was given in place; it must return a changed copy ({kind}: {text})"
        return Failure(text, f" {text}", CHANGED_IN_PLACE)
    # What an exception says may hold a caller's number.
    return Failure(f"{kind}: {text}", f" raised {kind}", kind)


def require(check: Check, result: Any, *, many: bool) -> None:
    """Refuse a result that isn't what the hook promises.

    :param check: that of the result, or of each item with `many`
    :raises WrongResult: with what is wrong, but no values
    """
    if many and not isinstance(result, list | tuple):
        raise WrongResult(f"returned {type(result).__name__}, not a list")
    for item in result if many else (result,):
        wrong = check(item)
        if wrong is not None:
            raise WrongResult(f"returned {wrong.of(item)}")


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception of a plugin is a plugin's code, too
        return "(no message)"
