"""Search in several classes at once: the first objects of each."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cti_host import current_host
from cti_tickets.api.parameters import LONGEST_TEXT
from cti_tickets.api.problems import ApiProblem
from cti_tickets.api.representation import brief
from cti_tickets.model.list_plan import columns_of, default_sort, searched_of
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ
from cti_tickets.search.kinds import FoundKind, kind_of
from cti_tickets.search.looking import Looking
from cti_tickets.store import access_journal
from cti_tickets.store.history.acting import Way
from cti_tickets.store.listing.conditions import containing
from cti_tickets.store.listing.listable import listable
from cti_tickets.store.records import Records

OF_EACH = 10
# What people look for most comes first; the other classes follow, those of plugins among them.
CLASSES = ("Person", "Organization", "Team", "UserRequest", "Incident", "Problem", "Change")


class Search:
    """Looks for words in the classes of an application, as the search of the pages does.

    :param records: reads objects of its schema
    """

    def __init__(self, records: Records) -> None:
        self._records, self._schema = records, records.schema
        self._looking = Looking(self._schema, OF_EACH)
        kinds = {cls.name: kind_of(self._schema, cls) for cls in self._schema}
        self._kinds = {name: kind for name, kind in kinds.items() if kind is not None}
        # Objects of a class below one that is there are in its group.
        below = {name for cls in CLASSES for name in self._schema.concrete(cls)}
        concrete = [name for name in self._kinds if name in self._schema.concrete(name)]
        self._usual = (*CLASSES, *(n for n in concrete if n not in below and n not in CLASSES))

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
            named = [name for name in self._usual if access.may(BULK_READ, name)]
            if not named:
                access.require(BULK_READ, CLASSES[0])
        groups = [self._in(self._schema[name], text) for name in named]
        if not any(group["items"] for group in groups):
            # Only where nothing is as it was typed, it may be misspelt.
            found = [self._kinds[name] for name in named if name in self._kinds]
            groups = [self._group(one, self._looking.misspelt_ids(one, text)) for one in found]
        return [group for group in groups if group["items"]]

    def _in(self, cls: ClassDef, text: str) -> dict[str, Any]:
        kind = self._kinds.get(cls.name)
        if kind is not None:
            return self._group(kind, self._looking.ids(kind, text))
        # What has no names is found as its list finds it: phone calls by their notes.
        database = current_host().database
        conditions = containing(database, self._schema, cls, text)
        query = listable(database, self._schema, cls, conditions, default_sort(self._schema, cls))
        page = query.page(OF_EACH) if searched_of(self._schema, cls) else None
        found = [one.id for one in page.objects] if page else []
        return self._said(cls, found, more=bool(page and page.more_after))

    def _group(self, kind: FoundKind, ids: Sequence[int]) -> dict[str, Any]:
        return self._said(kind.cls, ids[:OF_EACH], more=len(ids) > OF_EACH)

    def _said(self, cls: ClassDef, ids: Sequence[int], *, more: bool) -> dict[str, Any]:
        access = current_access()
        seen = brief(self._records, cls, ids, self._columns(cls))
        items = [one for one in seen if access.may(BULK_READ, one["class"])]
        access_journal.seen(cls.name, [one["id"] for one in items], Way.SEARCH)
        return {"class": cls.name, "label": str(cls.label), "items": items, "more": more}

    def _columns(self, cls: ClassDef) -> list[Attribute]:
        codes = columns_of(self._schema, cls)
        return [cls.attributes[code] for code in codes if code in cls.attributes]
