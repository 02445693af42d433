"""What the fields of keys offer: lists to choose from, or nothing, where there are too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cti_oql.functions.fold import fold

from cti_host import current_host
from cti_tickets.store.any_objects import ids_statement, those_with_many
from cti_tickets.store.records import Records

# A class with at most so many objects gets a list to choose from, others a box to type in.
MOST_CHOICES = 60


class Offered(NamedTuple):
    """An object that a list offers: its id as text, and its name."""

    value: str
    label: str


class Choices:
    """The objects of some classes that the fields of a form offer.

    Which classes have too many for a list is asked at once; the lists are read when somebody looks
    at them: a form that is sent needs none of them, unless it is shown again.

    :param class_names: classes that keys lead to, one of them as often as there are keys
    """

    def __init__(self, records: Records, class_names: Iterable[str]) -> None:
        self._records, self._lists = records, dict[str, list[Offered]]()
        self._statements = {
            name: ids_statement(records.schema, name) for name in dict.fromkeys(class_names)
        }
        database = current_host().database
        self._many = those_with_many(database, self._statements, MOST_CHOICES)

    def are_many(self, class_name: str) -> bool:
        """Whether a class has too many objects for a list."""
        return class_name in self._many

    def of(self, class_name: str) -> Sequence[Offered]:
        """The objects of a class that has few, by name."""
        found = self._lists.get(class_name)
        if found is None:
            found = self._lists[class_name] = self._read(class_name)
        return found

    def _read(self, class_name: str) -> list[Offered]:
        sql, values = self._statements[class_name]
        among = (f"{sql} LIMIT {MOST_CHOICES + 1}", values)
        names = self._records.names_among(current_host().database, class_name, among)
        count = Counter(names.values())
        return [
            Offered(str(id_), name if count[name] == 1 else f"{name} #{id_}")
            for id_, name in sorted(names.items(), key=lambda item: (fold(item[1]), item[0]))
        ]
