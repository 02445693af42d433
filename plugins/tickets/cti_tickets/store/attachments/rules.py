"""What a site accepts as a file of a ticket, and where the files lie."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import current_app

from cti_tickets.store.attachments.folder import Folder

EXTENSION = "cti_tickets.attachments"
KINDS = (
    "pdf", "png", "jpg", "jpeg", "gif", "webp", "heic", "txt", "log", "csv", "eml", "msg", "rtf",
    "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "zip", "wav", "mp3",
)  # fmt: skip
# What a browser or a system runs is no attachment, whatever a site says.
REFUSED_KINDS = frozenset(
    (
        "html", "htm", "xhtml", "xht", "shtml", "mht", "mhtml", "svg", "svgz", "xml", "xsl", "js",
        "mjs", "exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1", "vbs", "vbe", "wsf", "hta",
        "lnk", "jar", "sh", "php", "py", "pl", "app", "apk", "reg", "cpl", "swf",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Rules:
    """What is accepted.

    :param folder: where the files lie
    :param largest: the most bytes of a file
    :param kinds: the ends of names that are accepted
    :param most: the most files of a ticket; 0: none can be added
    """

    folder: Folder
    largest: int
    kinds: Collection[str]
    most: int


def rules() -> Rules:
    """Those of the current application."""
    found: Rules = current_app.extensions[EXTENSION]
    return found
