"""At the start of an application: its rights are put together, and its refusals become pages."""

from __future__ import annotations

from flask import Flask, current_app
from flask.typing import ResponseReturnValue
from werkzeug import exceptions

from cti_host import Host, did_you_mean
from cti_tickets.model.schema import Schema
from cti_tickets.rights.access import EXTENSION, Accesses, Forbidden
from cti_tickets.rights.profiles import PROFILES
from cti_tickets.rights.rights import Rights
from cti_tickets.rights.settings import read_overrides


def set_up_rights(app: Flask, host: Host, schema: Schema) -> None:
    """Let an application decide who may do what; mistakes in `[rights]` are reported to the host.

    :param schema: its classes, those of other plugins among them
    """
    app.extensions[EXTENSION] = Accesses(Rights(schema, read_overrides(host, schema)))
    app.register_error_handler(Forbidden, _refused)
    for position, name in enumerate(host.settings.privacy.mask_on_screen):
        if name not in PROFILES:
            remedy = did_you_mean(name, PROFILES) or f"profiles: {', '.join(PROFILES)}"
            path = ("privacy", "mask_on_screen", position)
            host.warn(path, f"there is no profile {name!r}", remedy)


def _refused(refused: Forbidden) -> ResponseReturnValue:
    """The host's page, or JSON, about what is not allowed."""
    return current_app.handle_http_exception(exceptions.Forbidden(str(refused)))
