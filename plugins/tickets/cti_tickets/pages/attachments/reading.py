"""The files that a form brought."""

from __future__ import annotations

from flask import request

from cti_tickets.store.attachments.sent import Sent

FIELD = "files"


def files_sent() -> list[Sent]:
    """The files of the request; a field that nobody chose a file in sends one without a name."""
    return [Sent(one.filename, one.stream) for one in request.files.getlist(FIELD) if one.filename]
