"""What went wrong, as programs read it: `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from cti_oql.schema import UnknownClass
from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_tickets.rights.access import Forbidden
from cti_tickets.store.concurrency.versions import Outdated
from cti_tickets.store.deletion import DeletionRefused
from cti_tickets.store.history.acting import Way, acting_through
from cti_tickets.store.objects import NotFound
from cti_tickets.store.transitions import NotPossible
from cti_tickets.store.values import InvalidValues

MEDIA_TYPE = "application/problem+json"


class ApiProblem(Exception):
    """A request that can't be answered.

    :param status: the HTTP status
    :param detail: a sentence for people
    :param errors: by field or parameter, what is wrong with it
    """

    def __init__(
        self, status: HTTPStatus, detail: str, errors: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, errors


def problem(status: HTTPStatus, detail: str, errors: Mapping[str, str] | None = None) -> Response:
    """The response that says what went wrong."""
    said: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    if errors:
        said["errors"] = dict(errors)
    response = jsonify(said)
    response.status_code = status.value
    response.content_type = MEDIA_TYPE
    return response


def answering(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Have a view answer with a problem for whatever it or the store refuses."""

    @wraps(view)
    def answer(*args: Any, **values: Any) -> ResponseReturnValue:
        try:
            with acting_through(Way.API):
                return view(*args, **values)
        except ApiProblem as error:
            return problem(error.status, error.detail, error.errors)
        except Forbidden as error:
            return problem(HTTPStatus.FORBIDDEN, str(error))
        except UnknownClass as error:
            detail = _("There is no class “%(cls)s”.", cls=error.args[0])
            return problem(HTTPStatus.NOT_FOUND, detail)
        except NotFound:
            return problem(HTTPStatus.NOT_FOUND, _("There is no such object, or no longer."))
        except InvalidValues as error:
            return problem(HTTPStatus.UNPROCESSABLE_ENTITY, _("Nothing was stored."), error.errors)
        except NotPossible:
            detail = _("That is not possible in the present state.")
            return problem(HTTPStatus.CONFLICT, detail)
        except DeletionRefused as error:
            return problem(HTTPStatus.CONFLICT, str(error))
        except Outdated as error:
            detail = _("Somebody else changed this in the meantime. Read it again.")
            response = problem(HTTPStatus.PRECONDITION_FAILED, detail)
            response.set_etag(error.current)
            return response

    return answer
