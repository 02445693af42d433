"""What the page of a ticket shows of its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from cti_host import current_agent, current_host, kept_for_pages
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.store.attachments import attachments
from cti_tickets.store.attachments.rules import rules
from cti_tickets.store.attachments.sizes import MEGABYTE, size_text
from cti_tickets.store.questions import Answer


@dataclass(frozen=True)
class ShownFile:
    """A file as it is listed; `delete_url` is "" for whoever may not delete it."""

    name: str
    size: str
    who: str
    moment: datetime
    url: str
    delete_url: str = ""


@dataclass(frozen=True)
class Attachments:
    """The files of a ticket.

    :param may_add: whether whoever sees the page may add some
    :param accept: the ends of names, as a field for files takes them: ".pdf,.png"
    :param largest: the most bytes of a file
    :param together: the most bytes of all files that are sent at once
    :param hint: how large they may be, as a sentence
    :param kinds: the ends of names, as people read them
    :param problem: what is said of a file that is too large, before it is sent
    """

    files: Sequence[ShownFile]
    may_add: bool
    accept: str = ""
    largest: int = 0
    together: int = 0
    hint: str = ""
    kinds: str = ""
    problem: str = ""


def attachments_of(view: ObjectView, are_any: Answer) -> Attachments:
    """The files of a ticket, as whoever acts may see and change them.

    :param are_any: whether there are some, see `attachments.are_any`: most tickets have none
    """
    rules_, agent = rules(), current_agent()
    found = attachments.files_of(view.id) if are_any() else []
    files = []
    for one in found:
        place: dict[str, Any] = {
            "class_name": view.class_name,
            "id_": view.id,
            "file_id": one.id,
        }
        may_delete = attachments.may_delete(view.class_name, one, agent)
        files.append(
            ShownFile(
                one.name,
                size_text(one.size),
                one.author,
                one.created,
                url_for("tickets.attachment", **place),
                url_for("tickets.detach", **place) if may_delete else "",
            )
        )
    if not view.may_modify or len(found) >= rules_.most:
        return Attachments(files, may_add=False)
    key = ("tickets.attachments", rules_.largest, together())
    hint, problem = kept_for_pages(key, lambda: _sentences(rules_.largest))
    return Attachments(
        files,
        may_add=True,
        accept=",".join(f".{kind}" for kind in rules_.kinds),
        largest=rules_.largest,
        together=together(),
        hint=hint,
        kinds=", ".join(rules_.kinds),
        problem=problem,
    )


def _sentences(largest: int) -> tuple[str, str]:
    """What is accepted, and what is said of a file that is too large."""
    each, most = size_text(largest), size_text(together())
    return (
        _("At most %(each)s each, %(all)s at once.", each=each, all=most),
        _(
            "A file is larger than %(each)s, or all together are larger than %(all)s.",
            each=each,
            all=most,
        ),
    )


def together() -> int:
    """The most bytes of all files that are sent at once."""
    return current_host().settings.server.body_megabytes * MEGABYTE
