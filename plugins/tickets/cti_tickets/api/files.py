"""The files of a ticket for programs: listed, downloaded, added, deleted."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, writing
from cti_tickets.api.fields import hint, moment_as_json
from cti_tickets.api.problems import ApiProblem
from cti_tickets.model.classes.attachments import Attachment
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import MODIFY, READ
from cti_tickets.store import access_journal, objects
from cti_tickets.store.attachments import attachments
from cti_tickets.store.attachments.downloads import download_of
from cti_tickets.store.attachments.sent import Refused, Sent, received

log = logging.getLogger("cti_host.plugin.tickets")

FIELD = "files"
TICKET = "Ticket"
_FORM = "multipart/form-data"


class FileApi:
    """The views of the files of tickets.

    :param schema: that of this application
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def list_(self, class_name: str, id_: int) -> ResponseReturnValue:
        """The files of a ticket, oldest first."""
        cls = self._ticket(READ, class_name, id_)
        access_journal.seen(cls.name, [id_])
        return jsonify(items=[_said(cls, one) for one in attachments.files_of(id_)])

    def add(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Add the files of the body; the same content under the same name is there once."""
        cls = self._ticket(MODIFY, class_name, id_)
        try:
            with received(_sent_files()) as files, writing():
                stored = attachments.add(cls.name, id_, files, author=current_agent())
        except Refused as refused:
            errors = {FIELD: " ".join(refused.problems)}
            detail = _("Nothing was stored.")
            raise ApiProblem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors) from None
        except OSError as error:
            log.error("files of tickets can't be written: %s", error.strerror)
            detail = _("Files can't be stored right now: tell your administrator.")
            raise ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, detail) from None
        response = jsonify(items=[_said(cls, one) for one, _new in stored])
        is_new = any(new for _one, new in stored)
        response.status_code = (HTTPStatus.CREATED if is_new else HTTPStatus.OK).value
        return response

    def download(self, class_name: str, id_: int, file_id: int) -> ResponseReturnValue:
        """The bytes of a file."""
        cls = self._ticket(READ, class_name, id_)
        file = _file(id_, file_id)
        access_journal.seen(cls.name, [id_])
        response = download_of(file)
        if response is None:
            detail = _("This file is not there any more: tell your administrator.")
            raise ApiProblem(HTTPStatus.NOT_FOUND, detail)
        return response

    def delete(self, class_name: str, id_: int, file_id: int) -> ResponseReturnValue:
        """Delete a file, for whoever has added it or may delete its ticket."""
        cls = self._ticket(MODIFY, class_name, id_)
        attachments.delete(cls.name, _file(id_, file_id), author=current_agent())
        return Response(status=HTTPStatus.NO_CONTENT)

    def _ticket(self, action: str, class_name: str, id_: int) -> ClassDef:
        """The class of a ticket, for somebody who may do this with it.

        :raises NotFound: there is no such ticket; other objects have no files
        """
        access = current_access()
        access.require(READ, self._schema[class_name].name)
        access.require(action, class_name)
        cls = objects.definition_of(objects.load(class_name, id_))
        access.require(action, cls.name)
        if not self._schema.is_a(cls.name, TICKET):
            raise objects.NotFound(f"{class_name}::{id_}")
        return cls


def _file(ticket_id: int, file_id: int) -> Attachment:
    file = attachments.file_of(ticket_id, file_id)
    if file is None:
        raise ApiProblem(HTTPStatus.NOT_FOUND, _("There is no such file, or no longer."))
    return file


def _sent_files() -> list[Sent]:
    """The files of the body.

    :raises ApiProblem: it is no form, has none, or something else as well
    """
    if request.mimetype != _FORM:
        detail = _("Send the body as %(type)s.", type=_FORM)
        raise ApiProblem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    errors: dict[str, str] = {}
    for name in dict.fromkeys([*request.form, *request.files]):
        if name not in request.files or name != FIELD:
            errors[name] = _("there is no such file field") + hint(name, [FIELD], errors)
    sent = request.files.getlist(FIELD)
    if not errors and not sent:
        errors[FIELD] = _("is required")
    if errors:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, _("Nothing was stored."), errors)
    return [Sent(one.filename or "", one.stream) for one in sent]


def _said(cls: ClassDef, file: Attachment) -> dict[str, Any]:
    """A file as programs read of it."""
    row: Any = file  # peewee makes the keys' ids
    place = {"class_name": cls.name, "id_": row.ticket_id, "file_id": file.id}
    return {
        "id": file.id,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "date": moment_as_json(file.created),
        "author": file.author,
        "author_id": row.author_contact_id or None,
        "href": url_for("tickets.api_file", **place),
    }
