"""A file of a ticket is downloaded, or deleted."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent
from cti_tickets.model.classes.registry import Attachment
from cti_tickets.pages.form_pages import FormPages
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.rights.profiles import MODIFY
from cti_tickets.store.attachments import attachments
from cti_tickets.store.attachments.downloads import download_of
from cti_tickets.store.records import Records


class AttachmentPages(FormPages):
    """The views of the files of tickets.

    :param back: leads back to the page of a ticket
    """

    def __init__(
        self,
        records: Records,
        caller_class: str,
        back: Callable[[ObjectView], ResponseReturnValue],
    ) -> None:
        super().__init__(records, caller_class)
        self._back = back

    def add_to(self, pages: Blueprint) -> None:
        """Add the views."""
        at = "/<class_name>/<int:id_>/files/<int:file_id>"
        pages.add_url_rule(at, "attachment", self.download)
        pages.add_url_rule(f"{at}/delete", "detach", self.delete, methods=["POST"])

    def download(self, class_name: str, id_: int, file_id: int) -> ResponseReturnValue:
        """A file, for whoever may see its ticket."""
        file = self._file(self._ticket(class_name, id_).id, file_id)
        response = download_of(file)
        if response is None:
            abort(404, _("This file is not there any more: tell your administrator."))
        return response

    def delete(self, class_name: str, id_: int, file_id: int) -> ResponseReturnValue:
        """Delete a file, for whoever has added it or may delete its ticket."""
        view = self._ticket(class_name, id_, MODIFY)
        file = self._file(view.id, file_id)
        attachments.delete(view.class_name, file, author=current_agent())
        flash(_("“%(name)s” was deleted.", name=file.name), "success")
        return self._back(view)

    def _file(self, ticket_id: int, file_id: int) -> Attachment:
        file = attachments.file_of(ticket_id, file_id)
        if file is None:
            abort(404, _("There is no such file, or no longer."))
        return file
