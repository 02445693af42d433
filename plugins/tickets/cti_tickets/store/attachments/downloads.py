"""A file of a ticket as a response: for pages and programs alike."""

from __future__ import annotations

import logging

from flask import Response, send_file

from cti_tickets.model.classes.attachments import Attachment
from cti_tickets.store.attachments.rules import rules

log = logging.getLogger("cti_host.plugin.tickets")

# Whatever a file is, no browser shows it, guesses what it is, or runs anything of it.
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    # `send_file` lets everybody keep what it sends.
    "Cache-Control": "no-store",
}
MEDIA_TYPE = "application/octet-stream"


def download_of(file: Attachment) -> Response | None:
    """The response with the bytes of a file; `None`: they are not there any more."""
    try:
        content = rules().folder.open(file.stored)
    except OSError as error:
        log.error("file %s of a ticket can't be read: %s", file.stored, error.strerror)
        return None
    response = send_file(
        content,
        mimetype=MEDIA_TYPE,
        as_attachment=True,
        download_name=file.name,
        conditional=False,
        etag=False,
    )
    response.content_length = file.size
    response.headers.update(_HEADERS)
    return response
