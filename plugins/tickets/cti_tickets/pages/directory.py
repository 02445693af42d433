"""The page with what keeps callers from being found, for administrators."""

from __future__ import annotations

from collections.abc import Callable

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent
from cti_tickets.directory.findings import Directory
from cti_tickets.directory.received_calls import CallStatistics

MOST_SHOWN = 100


def directory_view(
    read: Callable[[int | None], tuple[Directory, CallStatistics]],
) -> Callable[[], ResponseReturnValue]:
    """The view of the page.

    :param read: reads the report, with so many findings of each kind
    """

    def view() -> ResponseReturnValue:
        """What is wrong with the stored numbers, and how many calls find somebody."""
        if not current_agent().is_administrator:
            abort(403, _("Only administrators see what is wrong with the directory."))
        directory, calls = read(MOST_SHOWN)
        kinds = [
            (_("Numbers that can never match"), directory.unreadable),
            (_("Two numbers in one field"), directory.several),
            (_("Numbers that several persons have"), directory.shared),
            (_("Persons who are there twice"), directory.twice),
        ]
        return render_template(
            "tickets/directory.html", directory=directory, kinds=kinds, calls=calls
        )

    return view
