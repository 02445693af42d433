"""iTop's persons and tickets that other pages name: by their keys, by name, by reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from cti_host import Caller, Ticket, own_keys, typed_names
from cti_itop.hook_values import make_ticket
from cti_itop.mirror.mirror import Mirror, MirroredPerson
from cti_itop.panel.lookup import Lookup
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import ticket_codes
from cti_itop.rest.client import ItopObject
from cti_itop.rest.errors import ItopProblem
from cti_itop.rest.links import Links
from cti_itop.rest.reader import Reader, good, is_unknown_class
from cti_itop.settings import SOURCE

PERSON = "Person"
_MOST_NAMED = 20
_LONGEST_TEXT = 100
_BY_ID = "SELECT {} WHERE id IN (:ids)"
_BY_REFERENCE = Query("SELECT Ticket WHERE ref = :ref")


class Named:
    """Finds them in the mirror, where it has them, and in iTop."""

    def __init__(self, reader: Reader, lookup: Lookup, links: Links, mirror: Mirror | None) -> None:
        self._reader, self._lookup, self._links, self._mirror = reader, lookup, links, mirror

    def callers(self, texts: Sequence[str]) -> list[Caller]:
        """The persons with these keys or names; of a name at most twenty.

        :raises ItopProblem: iTop gives no usable answer
        """
        ids = [id_ for class_name, id_ in own_keys(texts, SOURCE) if class_name == PERSON]
        found = {one.id: self._lookup.caller(one) for one in self._near(ids)}
        if missing := [id_ for id_ in ids if id_ not in found]:
            query = Query(_BY_ID.format(PERSON))
            for one in self._persons(query, {"ids": missing}, len(missing)):
                found[one.id] = self._lookup.caller(one)
        for text in typed_names(texts):
            for one in self._called(text[:_LONGEST_TEXT]):
                found.setdefault(one.id, self._lookup.caller(one))
        return list(found.values())

    def tickets(self, texts: Sequence[str]) -> list[Ticket]:
        """The tickets with these keys or references.

        :raises ItopProblem: iTop gives no usable answer
        """
        ids: dict[str, list[int]] = {}
        for class_name, id_ in own_keys(texts, SOURCE):
            if class_name.isidentifier():  # it becomes a part of a query
                ids.setdefault(class_name, []).append(id_)
        tasks = [partial(self._of_class, cls, wanted) for cls, wanted in ids.items()]
        tasks += [partial(self._with_reference, text) for text in typed_names(texts)]
        found: dict[int, ItopObject] = {}
        for outcome in self._reader.side_by_side(tasks):
            found |= {one.id: one for one in good(outcome) if one.text("ref")}
        return [make_ticket(one, self._reader, self._links) for one in found.values()]

    def _near(self, ids: Sequence[int]) -> Sequence[MirroredPerson]:
        """Those of these persons whom the mirror has."""
        return self._mirror.with_ids(ids) if self._mirror is not None and ids else []

    def _persons(
        self, query: Query, parameters: Mapping[str, Param], limit: int
    ) -> Sequence[ItopObject]:
        asked = query.inlined(parameters)
        return self._reader.get(asked, PERSON, self._lookup.codes, limit=limit).objects

    def _called(self, text: str) -> Sequence[ItopObject]:
        """The persons in whose name each of the words is."""
        words = text.split()
        conditions = [f"friendlyname LIKE CONCAT('%', :w{n}, '%')" for n in range(len(words))]
        query = Query(f"SELECT {PERSON} WHERE {' AND '.join(conditions)}")
        return self._persons(query, {f"w{n}": word for n, word in enumerate(words)}, _MOST_NAMED)

    def _of_class(self, class_name: str, ids: Sequence[int]) -> Sequence[ItopObject]:
        query = Query(_BY_ID.format(class_name)).inlined({"ids": list(dict.fromkeys(ids))})
        try:
            return self._reader.get(query, class_name, ticket_codes(class_name)).objects
        except ItopProblem as problem:
            if is_unknown_class(problem):
                return []
            raise

    def _with_reference(self, text: str) -> Sequence[ItopObject]:
        query = _BY_REFERENCE.inlined({"ref": text[:_LONGEST_TEXT].strip().upper()})
        return self._reader.get(query, "Ticket", ticket_codes("Ticket")).objects
