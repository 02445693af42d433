"""What the fields of keys offer: lists to choose from, or nothing, where there are too many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from cti_oql.functions.fold import fold
from flask import request

from cti_host import current_host
from cti_tickets.store.any_objects import ids_statement, those_with_many
from cti_tickets.store.offered import Offers, offers
from cti_tickets.store.records import Records

# A class with at most so many objects gets a list to choose from, others a box to type in.
MOST_CHOICES = 60


class Offered(NamedTuple):
    """An object that a list offers: its id as text, and its name."""

    value: str
    label: str


class Choices:
    """The objects of some classes that the fields of a form offer.

    All of them are read at once, when somebody looks at them: a form that is sent needs none of
    them, unless it is shown again, but only has to know which classes have too many for a list.

    :param class_names: classes that keys lead to, one of them as often as there are keys
    :param held: the ids that the fields hold, by class: their names are read along with the lists
    """

    def __init__(
        self,
        records: Records,
        class_names: Iterable[str],
        held: Mapping[str, Collection[int]] | None = None,
    ) -> None:
        self._records, self._held = records, held or {}
        self._class_names = [*dict.fromkeys(class_names)]
        self._lists = dict[str, list[Offered]]()
        self._offers: Offers | None = None
        self._many: frozenset[str] | None = None

    def are_many(self, class_name: str) -> bool:
        """Whether a class has too many objects for a list."""
        if self._many is None:
            self._many = self._with_many()
        return class_name in self._many

    def are_any(self, class_name: str) -> bool | None:
        """Whether there is an object of a class; `None`: that was not read."""
        if self._offers is None or class_name not in self._class_names:
            return None
        return class_name in self._offers.many or bool(self._offers.names[class_name])

    def held(self, class_name: str, id_: int) -> str | None:
        """The name of an object that a field holds, if it was read along with the lists."""
        return self._offers.held.get(class_name, {}).get(id_) if self._offers else None

    def of(self, class_name: str) -> Sequence[Offered]:
        """The objects of a class that has few, by name."""
        found = self._lists.get(class_name)
        if found is None:
            found = self._lists[class_name] = _by_name(self._read().names.get(class_name, {}))
        return found

    def _with_many(self) -> frozenset[str]:
        if request.method in ("GET", "HEAD"):
            return frozenset(self._read().many)
        statements = {name: ids_statement(self._records.schema, name) for name in self._class_names}
        return those_with_many(current_host().database, statements, MOST_CHOICES)

    def _read(self) -> Offers:
        if self._offers is None:
            self._offers = offers(
                current_host().database, self._records, self._class_names, MOST_CHOICES, self._held
            )
        return self._offers


def _by_name(names: Mapping[int, str]) -> list[Offered]:
    count = Counter(names.values())
    return [
        Offered(str(id_), name if count[name] == 1 else f"{name} #{id_}")
        for id_, name in sorted(names.items(), key=lambda item: (fold(item[1]), item[0]))
    ]
