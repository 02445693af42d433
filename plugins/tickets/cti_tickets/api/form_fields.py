"""What a form offers in its keys: names that begin as typed, and what follows from others."""

from __future__ import annotations

import re
from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_host
from cti_tickets.api.parameters import LONGEST_TEXT, refuse_wrong, unknown_parameters
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store import access_journal
from cti_tickets.store.fitting import fitting_ids, given_by, keys_of_rules, rules_of
from cti_tickets.store.history.acting import Way
from cti_tickets.store.name_search import MOST_SUGGESTIONS, ids_by_name
from cti_tickets.store.records import Records
from cti_tickets.store.values import MAX_ID

# More are not told: whoever types a name finds them.
MOST_OFFERED = 200
_ID = re.compile(r"[0-9]{1,10}", re.ASCII)


class FormApi:
    """The views that scripts of forms ask, and other programs that have forms.

    :param records: reads objects of this application's schema
    """

    def __init__(self, records: Records) -> None:
        self._records, self._schema = records, records.schema

    def suggestions(self, class_name: str) -> ResponseReturnValue:
        """The objects whose name has the words that are typed at the start of its words."""
        cls = self._schema[class_name]
        current_access().require(READ, cls.name)
        errors = unknown_parameters(request.args, ["q"])
        text = request.args.get("q", "")
        if len(text) > LONGEST_TEXT:
            errors["q"] = _("is too long: at most %(count)s characters", count=LONGEST_TEXT)
        refuse_wrong(errors)
        database = current_host().database
        ids = ids_by_name(database, self._schema, cls.name, text, MOST_SUGGESTIONS)
        access_journal.seen(cls.name, ids, Way.SEARCH)
        return jsonify(items=self._named(cls.name, ids))

    def following(self, class_name: str) -> ResponseReturnValue:
        """What follows from the keys that are chosen.

        `options` has for each attribute the objects that fit (null: all do), and `values` what an
        attribute has to be.
        """
        cls = self._schema[class_name]
        current_access().require(READ, cls.name)
        chosen = _chosen(cls)
        options: dict[str, Any] = {}
        values: dict[str, Any] = {}
        for rule in rules_of(cls):
            if not all(current_access().may(READ, target) for target in rule.targets):
                continue
            value, on = (
                _there(target, chosen.get(code, 0))
                for code, target in zip((rule.code, rule.on), rule.targets, strict=True)
            )
            given = given_by(rule, value) if value and not on else None
            for named in self._named(rule.targets[1], [given] if given else []):
                values[rule.on], on = named, named["id"]
            fitting = fitting_ids(rule, on, MOST_OFFERED) if on else None
            if fitting is None:
                options.setdefault(rule.code, None)
            else:
                options[rule.code] = self._named(rule.targets[0], sorted(fitting))
        return jsonify(options=options, values=values)

    def _named(self, class_name: str, ids: list[int]) -> list[dict[str, Any]]:
        names = self._records.names(current_host().database, class_name, ids)
        return [{"id": id_, "friendlyname": names[id_]} for id_ in ids if id_ in names]


def _there(class_name: str, id_: int) -> int:
    """The id of an object that is there for whoever asks, or 0."""
    return id_ if id_ and organizations.is_there(class_name, id_) else 0


def _chosen(cls: ClassDef) -> dict[str, int]:
    """The ids that the address carries.

    :raises ApiProblem: something else than the keys of a rule, or no id
    """
    errors = unknown_parameters(request.args, keys_of_rules(cls))
    found = {}
    for code, text in request.args.items():
        if code in errors:
            continue
        id_ = int(text) if _ID.fullmatch(text) else 0
        if 0 < id_ <= MAX_ID:
            found[code] = id_
        else:
            errors[code] = _("must be the id of an object")
    refuse_wrong(errors)
    return found
