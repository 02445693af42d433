"""What a form offers in fields that follow from others: the agents of a team, and so on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from cti_oql.schema import UnknownClass
from flask import abort, jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store.fitting import Follows, fitting_ids, given_by, rules_of
from cti_tickets.store.records import Records

# A field that holds an object has its id, or "Ada Lovelace #12".
_ID = re.compile(r"(?:.*#\s*)?([0-9]{1,9})", re.ASCII | re.DOTALL)
# More are not told: whoever types a name finds them.
MOST_OFFERED = 200


def following_view(records: Records) -> Callable[[str], ResponseReturnValue]:
    """The view that says what follows from what is chosen in the form of a class, as JSON.

    `options` has for each attribute the names that fit, by id (null: all do), and `values` what an
    attribute has to be: its id and its name.
    """

    def following(class_name: str) -> ResponseReturnValue:
        current_access().require(READ, class_name)
        try:
            rules = rules_of(records.schema[class_name])
        except UnknownClass:
            abort(404, _("There is no class “%(cls)s”.", cls=class_name))
        options: dict[str, Any] = {}
        values: dict[str, Any] = {}
        for rule in rules:
            if not all(current_access().may(READ, target) for target in rule.targets):
                continue
            on, value = _chosen(rule.on), _chosen(rule.code)
            given = given_by(rule, value) if value else None
            if given and not on:
                values[rule.on] = _named(records, rule, given)
                on = given
            fitting = fitting_ids(rule, on, MOST_OFFERED) if on else None
            if fitting is None:
                options.setdefault(rule.code, None)
            else:
                names = records.names(current_host().database, rule.targets[0], fitting)
                options[rule.code] = {str(id_): name for id_, name in names.items()}
        return jsonify(options=options, values=values)

    return following


def _chosen(code: str) -> int:
    found = _ID.fullmatch(request.args.get(code, "").strip())
    return int(found[1]) if found else 0


def _named(records: Records, rule: Follows, id_: int) -> list[str]:
    names = records.names(current_host().database, rule.targets[1], [id_])
    return [str(id_), names.get(id_, "")]
