"""What is typed on the page of a ticket: into the box for a reply, and about a phone call.

Everything that the page sends carries both, so that nothing is lost that stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from cti_host import large_form
from cti_tickets.pages.attachments.reading import files_sent
from cti_tickets.pages.desk.reply_templates import Choice

# The field by which the form of the page is known.
DESK = "desk"


@dataclass(frozen=True)
class Reply:
    """What was typed into the box below a ticket's description, and why it wasn't stored.

    `files_problem` is about files that were sent along, `inserted` the template that has just been
    put into the text.
    """

    log: str = ""
    text: str = ""
    problem: str = ""
    files_problem: str = ""
    outdated: bool = False
    inserted: Choice | None = None

    @property
    def failed(self) -> bool:
        """Whether something that was sent wasn't stored."""
        return bool(self.problem or self.files_problem or self.outdated)


@dataclass(frozen=True)
class Note:
    """What was typed about a phone call, and not stored yet."""

    text: str = ""
    flow: str = ""


def typed_reply(problem: str = "") -> Reply:
    """The box as it was sent with another button of the page."""
    if DESK not in request.form:
        return Reply(problem=problem)
    log, text = request.form.get("log", ""), request.form.get("text", "")
    return Reply(log, text, problem, choose_again())


def typed_note() -> Note:
    """What was typed about a phone call, as it was sent with another button of the page."""
    if DESK not in request.form:
        return Note()
    return Note(request.form.get("note", ""), request.form.get("flow", ""))


def choose_again() -> str:
    """What to say of files that came along; no browser lets a page fill them in."""
    came = files_sent() or large_form() is not None
    return str(_("Please choose the files again.")) if came else ""
