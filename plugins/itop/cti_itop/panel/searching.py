"""What the search of every page finds in iTop: persons, tickets, organizations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from flask import url_for

from cti_host import SearchGroup, SearchHit, masks_emails
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import class_label, state_label
from cti_itop.rest.client import ItopObject
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader, good
from cti_itop.settings import SOURCE

_OF_EACH = 6
_MOST_WORDS = 12
# Each word may be anywhere in these.
_LOOKED_IN = {
    "Person": "CONCAT(first_name, ' ', name, ' ', email)",
    "Ticket": "CONCAT(ref, ' ', title)",
    "Organization": "name",
}
_NAMES_ALONE = {**_LOOKED_IN, "Person": "CONCAT(first_name, ' ', name)"}
_CODES = {
    "Person": ("friendlyname", "org_name", "function"),
    "Ticket": ("ref", "title", "operational_status", "org_name"),
    "Organization": ("friendlyname", "code"),
}


class Searching:
    """Asks iTop for each kind, side by side.

    :param reader: reads objects
    :param links: where iTop's pages are
    """

    def __init__(self, reader: Reader, links: Links) -> None:
        self._reader, self._links = reader, links

    def find(self, text: str) -> list[SearchGroup]:
        """What has all words of a text.

        :raises ItopProblem: iTop gives no usable answer
        """
        words = text.split()[:_MOST_WORDS]
        looked_in = _NAMES_ALONE if masks_emails() else _LOOKED_IN
        parameters = {f"w{n}": word for n, word in enumerate(words)}
        tasks = []
        for class_name, place in looked_in.items():
            conditions = [f"{place} LIKE CONCAT('%', :{name}, '%')" for name in parameters]
            query = Query(f"SELECT {class_name} WHERE {' AND '.join(conditions)}")
            tasks.append(partial(self._found, class_name, query, parameters))
        groups = [good(outcome) for outcome in self._reader.side_by_side(tasks)]
        return [group for group in groups if group.hits]

    def _found(self, class_name: str, query: Query, parameters: Mapping[str, Param]) -> SearchGroup:
        asked = query.inlined(parameters)
        found = self._reader.get(asked, class_name, _CODES[class_name], limit=_OF_EACH).objects
        return SearchGroup(class_label(class_name), [self._hit(class_name, one) for one in found])

    def _hit(self, class_name: str, one: ItopObject) -> SearchHit:
        if class_name == "Person":
            details: Sequence[str] = (one.text("org_name"), one.text("function"))
            url = url_for("itop.person", id_=one.id)
            key = f"{SOURCE}:{class_name}:{one.id}"
            return SearchHit(one.text("friendlyname"), url, _joined(details), key)
        if class_name == "Ticket":
            url = url_for("cti_host.ticket", source=SOURCE, class_name=one.class_name, id_=one.id)
            status = one.text("operational_status")
            details = (state_label(status) if status else "", one.text("org_name"))
            return SearchHit(f"{one.text('ref')} {one.text('title')}", url, _joined(details))
        return SearchHit(
            one.text("friendlyname"), self._links.view(class_name, one.id), one.text("code")
        )


def _joined(details: Sequence[str]) -> str:
    return " · ".join(filter(None, details))
