"""Search in several classes at once: the first objects of each."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cti_host import current_host
from cti_tickets.api.parameters import LONGEST_TEXT
from cti_tickets.api.problems import ApiProblem
from cti_tickets.api.representation import listed
from cti_tickets.model.list_plan import columns_of, default_sort, searched_of
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ
from cti_tickets.store import access_journal
from cti_tickets.store.history.acting import Way
from cti_tickets.store.listing.conditions import containing
from cti_tickets.store.listing.listable import listable
from cti_tickets.store.records import Records

OF_EACH = 10
# What is looked through where nobody says: what people look for.
CLASSES = ("Person", "Organization", "Team", "UserRequest", "Incident", "Problem", "Change")


class Search:
    """Looks for words in the classes of an application.

    :param records: reads objects of its schema
    """

    def __init__(self, records: Records) -> None:
        self._records, self._schema = records, records.schema

    def find(self, args: MultiDict[str, str]) -> list[dict[str, Any]]:
        """What is found in each class; classes without any are left out.

        :param args: `q`, the words; `class`, once or more, where to look
        :raises ApiProblem: a parameter is wrong
        :raises Forbidden: a class that was asked for may not be listed
        """
        errors = {
            name: _("there is no such parameter") for name in args if name not in ("q", "class")
        }
        text = args.get("q", "").strip()
        if not text or len(text) > LONGEST_TEXT:
            errors["q"] = _("must have 1 to %(count)s characters", count=LONGEST_TEXT)
        if errors:
            raise ApiProblem(HTTPStatus.BAD_REQUEST, _("A parameter is wrong."), errors)
        access = current_access()
        named = list(dict.fromkeys(args.getlist("class")))
        for name in named:
            access.require(BULK_READ, self._schema[name].name)
        if not named:
            named = [name for name in CLASSES if access.may(BULK_READ, name)]
            if not named:
                access.require(BULK_READ, CLASSES[0])
        groups = [self._in(self._schema[name], text) for name in named]
        return [group for group in groups if group["items"]]

    def _in(self, cls: ClassDef, text: str) -> dict[str, Any]:
        database = current_host().database
        conditions = containing(database, self._schema, cls, text)
        query = listable(database, self._schema, cls, conditions, default_sort(self._schema, cls))
        page = query.page(OF_EACH) if searched_of(self._schema, cls) else None
        found = page.objects if page else []
        access_journal.seen(cls.name, [one.id for one in found], Way.SEARCH)
        return {
            "class": cls.name,
            "label": str(cls.label),
            "items": listed(self._records, cls, found, self._columns(cls)),
            "more": bool(page and page.more_after),
        }

    def _columns(self, cls: ClassDef) -> list[Attribute]:
        codes = columns_of(self._schema, cls)
        return [cls.attributes[code] for code in codes if code in cls.attributes]
