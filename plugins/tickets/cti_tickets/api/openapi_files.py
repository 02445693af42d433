"""What the OpenAPI document says of the files of tickets."""

from __future__ import annotations

from typing import Any

from cti_tickets.api.files import FIELD
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights.access import Access
from cti_tickets.rights.profiles import MODIFY, READ
from cti_tickets.store.attachments.downloads import MEDIA_TYPE

FILE_ID = {
    "name": "file",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
}
LISTED = {
    "application/json": {"schema": {"$ref": "#/components/schemas/api.Files"}},
}


def file_responses(verb: str) -> tuple[dict[str, Any], tuple[int, ...]]:
    """What an operation on files answers, and which problems it may have besides those of all."""
    match verb:
        case "list_files":
            return {"200": {"description": "The files.", "content": LISTED}}, (404,)
        case "add_files":
            there = {"description": "All of them were there before.", "content": LISTED}
            added = {"description": "They are stored.", "content": LISTED}
            return {"201": added, "200": there}, (404, 413, 415, 422, 503)
        case "read_file":
            binary = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
            return {"200": {"description": "Its bytes.", "content": binary}}, (404,)
    return {"204": {"description": "It is deleted."}}, (404,)


def file_verbs(cls: ClassDef, access: Access) -> dict[str, dict[str, tuple[str, str]]]:
    """The operations on the files of a class of tickets, by the end of the address and method.

    Each is a verb and what it does.
    """
    many: dict[str, tuple[str, str]] = {}
    one: dict[str, tuple[str, str]] = {}
    if access.may(READ, cls.name):
        many["get"] = ("list_files", "The files of a ticket, oldest first.")
        one["get"] = ("read_file", "Download a file.")
    if access.may(MODIFY, cls.name) and not cls.abstract:
        many["post"] = ("add_files", "Add files; the same one is there once.")
        one["delete"] = (
            "delete_file",
            "Delete a file that one has added, or of a ticket that one may delete.",
        )
    return {"/files": many, "/files/{file}": one}


def files_body() -> dict[str, Any]:
    """The form that holds the files."""
    files = {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
    form = {
        "type": "object",
        "required": [FIELD],
        "properties": {FIELD: files},
        "additionalProperties": False,
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": form}}}
