"""What is left of a form that its files make too large: the fields that stand before them."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Field, MultipartDecoder, Preamble

# So much of a body that is too large is looked at: the fields of a form with some long texts.
START_BYTES = 256 * 1024
FORM_WITH_FILES = "multipart/form-data"

_Fields = MultiDict[str, str]


def large_form() -> ImmutableMultiDict[str, str] | None:
    """The fields of a form that is too large, for a view that gives back what was typed.

    They become the form of the request, which has no files then. What stands behind a file is
    missing, so nothing of such a form may be stored.

    :return: `None`: the request is as large as it may be
    """
    limit, length = request.max_content_length, request.content_length
    if limit is None or length is None or length <= limit:
        return None
    current: Any = request._get_current_object()  # type: ignore[attr-defined]
    of_request: dict[str, object] = current.__dict__
    if "form" not in of_request:
        files: MultiDict[str, FileStorage] = MultiDict()
        of_request["form"] = ImmutableMultiDict(_fields_before_files())
        of_request["files"] = ImmutableMultiDict(files)
    return request.form


def _fields_before_files() -> _Fields:
    """The fields that are here whole, up to the first file."""
    fields: _Fields = MultiDict()
    kind, options = parse_options_header(request.content_type)
    if kind != FORM_WITH_FILES or not options.get("boundary"):
        return fields
    decoder = MultipartDecoder(options["boundary"].encode("latin-1", "replace"))
    name, value = "", bytearray()
    try:
        decoder.receive_data(request.environ["wsgi.input"].read(START_BYTES))
        while True:
            match decoder.next_event():
                case Preamble():
                    pass
                case Field(name=name):
                    value = bytearray()
                case Data(data=data, more_data=more):
                    value += data
                    if not more:
                        fields.add(name, value.decode("utf-8", "replace"))
                case _:
                    return fields
    except (ValueError, HTTPException):  # it is no such form
        return fields
