"""The rights that requests need which the host itself refuses without the token of their form.

A missing right is told before that, so these are asked for earlier than the views ask for them.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import request

from cti_tickets.model.schema import Schema
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_DELETE, CREATE, DELETE, MODIFY, READ

Check = Callable[..., None]

# Endpoint -> HTTP method -> action; without an action it is the stimulus of the address.
_ACTIONS = {
    "tickets.delete": {"POST": DELETE},
    "tickets.bulk_delete": {"POST": BULK_DELETE},
    "tickets.undo_merge": {"POST": DELETE},
    "tickets.call": {"POST": READ},
    "tickets.detach": {"POST": MODIFY},
    "tickets.api_objects": {"POST": CREATE},
    "tickets.api_object": {"PATCH": MODIFY, "DELETE": DELETE},
    "tickets.api_transition": {"POST": ""},
    "tickets.api_files": {"POST": MODIFY},
    "tickets.api_file": {"DELETE": MODIFY},
}


def right_checks(schema: Schema) -> dict[str, Check]:
    """What to call before the token of a form is checked, by endpoint; see `Host.right_checks`."""
    return {endpoint: _check(schema, actions) for endpoint, actions in _ACTIONS.items()}


def _check(schema: Schema, actions: dict[str, str]) -> Check:
    def check(class_name: str, stimulus: str = "", **_others: object) -> None:
        action = actions.get(request.method)
        if action is not None and class_name in schema:
            current_access().require(action or stimulus, class_name)

    return check
