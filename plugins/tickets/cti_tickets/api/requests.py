"""What a program sent: the body, and which version of the object it has seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import request
from flask_babel import gettext as _

from cti_tickets.api.fields import given_values
from cti_tickets.api.problems import ApiProblem
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.values import Raw

LONGEST_KEY = 255


def sent_values(cls: ClassDef) -> dict[str, Raw]:
    """The values of the body: `{"fields": {"title": "…"}}`.

    :raises ApiProblem: it is not that, or names what can't be set
    """
    body = _json_body()
    if set(body) != {"fields"} or not isinstance(body["fields"], Mapping):
        detail = _("Send an object with “fields”, which holds the values by attribute.")
        raise ApiProblem(HTTPStatus.BAD_REQUEST, detail)
    return given_values(cls, body["fields"])


def seen_version(current: str) -> str | None:
    """The version in `If-Match`; `None`: any will do (`*`).

    :param current: the object's present version, which counts where several are named
    :raises ApiProblem: there is no `If-Match`, so somebody's change might be overwritten
    """
    if "If-Match" not in request.headers:
        detail = _("Send If-Match with the ETag that you have read, or * to overwrite whatever is.")
        raise ApiProblem(HTTPStatus.PRECONDITION_REQUIRED, detail)
    tags = request.if_match
    if tags.star_tag:
        return None
    return current if tags.contains(current) else next(iter(tags.as_set()), "-")


def idempotency_key() -> str:
    """The key by which a creation that is sent twice makes one object; "" for none.

    :raises ApiProblem: it is too long
    """
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        detail = _("Idempotency-Key is longer than %(count)s characters.", count=LONGEST_KEY)
        raise ApiProblem(HTTPStatus.BAD_REQUEST, detail)
    return key


def _json_body() -> dict[str, Any]:
    if request.mimetype != "application/json":
        detail = _("Send the body as %(type)s.", type="application/json")
        raise ApiProblem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
    try:
        body = json.loads(request.get_data(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ApiProblem(HTTPStatus.BAD_REQUEST, _("The body is not JSON.")) from None
    if not isinstance(body, dict):
        raise ApiProblem(HTTPStatus.BAD_REQUEST, _("The body is not a JSON object."))
    return body


def _no_number(text: str) -> float:
    raise ValueError(text)
