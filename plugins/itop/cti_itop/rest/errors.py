"""What can go wrong between the host and iTop: one class for each cause.

`str()` of an error is the cause, for the log and for `cti-host check`: it never holds a secret or
the text of a query, which may hold a caller's number. `reason` is what an agent reads of it.
"""

from __future__ import annotations

from flask_babel import gettext as _

from cti_host import Unavailable


class ItopProblem(Unavailable):
    """iTop gave no usable answer."""

    # Whether iTop as a whole is the cause, so that it is left alone for a while.
    counts = True
    # What metrics call it.
    result = "unusable"

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(_("iTop gave no usable answer."))


class ItopDown(ItopProblem):
    """There is no connection, or it broke."""

    result = "down"

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(_("iTop can't be reached."))


class ItopSlow(ItopProblem):
    """The answer was not there in time."""

    result = "slow"

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(_("iTop takes too long to answer."))


class ItopRefused(ItopProblem):
    """iTop knows no such user, password or token, or does not let it use its REST services."""

    result = "refused"

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(_("iTop refuses the account of this host. Please tell your administrator."))


class ItopMaintenance(ItopProblem):
    """iTop is being maintained."""

    result = "maintenance"

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(_("iTop is in maintenance."))


class ItopBadReply(ItopProblem):
    """The answer is not what iTop's REST services send: a page, or half an answer."""


class ItopTooLarge(ItopProblem):
    """The answer is larger than `max_reply_mb`."""

    counts, result = False, "too_large"

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(_("iTop's answer is too large. Please tell your administrator."))


class ItopError(ItopProblem):
    """iTop answered, and says no.

    :param code: iTop's code (100: nearly everything, 1: a right is missing)
    :param message: what iTop says; it may hold the query, so `str()` has less of it
    """

    counts, result = False, "error"

    def __init__(self, code: int, message: str, cause: str = "") -> None:
        super().__init__(cause or f"iTop answered code {code}: {message}")
        self.code, self.message = code, message

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(_("iTop could not do what was asked. Please tell your administrator."))


class ItopForbidden(ItopError):
    """The account lacks a right on a class."""

    result = "forbidden"

    @property
    def reason(self) -> str:
        """One sentence, in the agent's language."""
        return str(
            _("The account of this host lacks a right in iTop. Please tell your administrator.")
        )
