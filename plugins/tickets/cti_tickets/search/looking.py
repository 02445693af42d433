"""Which objects of a kind a text finds: by words that are kept, by number, by e-mail address."""

from __future__ import annotations

from collections.abc import Sequence

from cti_host import current_host, masks_emails
from cti_tickets.model.schema import Schema
from cti_tickets.search.kinds import TICKET, FoundKind
from cti_tickets.store.listing.conditions import Condition, having_email, having_number
from cti_tickets.store.listing.listable import listable
from cti_tickets.store.name_search import ids_by_words
from cti_tickets.store.references import meant


class Looking:
    """Looks for a text, for pages and for programs alike.

    :param most: how many objects of a kind are shown; one more is found, if there are more
    """

    def __init__(self, schema: Schema, most: int) -> None:
        self._schema, self._most = schema, most

    def ids(self, kind: FoundKind, text: str) -> list[int]:
        """The first objects that a text finds: one more than are shown, if there are more."""
        number = self._by_number(kind, text)
        if "@" in text and masks_emails():
            # Parts of an address would tell what is masked.
            same = having_email(current_host().database, kind.cls, text)
            return self._listed(kind, same) if kind.emails else []
        found = [*number, *self._by_words(kind, kind.names, text)]
        if self._schema.is_a(kind.cls.name, TICKET):
            found += self._by_reference(kind, text)
        for columns in (kind.texts, kind.emails if not masks_emails() else ()):
            if columns and len(found) < self._most + 1:
                found += self._by_words(kind, columns, text)
        if self._is_domain(text) and kind.emails and not masks_emails():
            found += self._by_words(kind, kind.emails, f"@{text.strip()}")
        return list(dict.fromkeys(found))

    def misspelt_ids(self, kind: FoundKind, text: str) -> list[int]:
        """The first objects that are named nearly so."""
        ids = self._by_words(kind, kind.names, text, misspelt=True)
        if not ids and kind.texts:
            ids = self._by_words(kind, kind.texts, text, misspelt=True)
        return ids

    def _by_words(
        self, kind: FoundKind, columns: Sequence[str], text: str, *, misspelt: bool = False
    ) -> list[int]:
        return ids_by_words(
            current_host().database,
            self._schema,
            kind.cls.name,
            columns,
            text,
            self._most + 1,
            misspelt=misspelt,
            newest=self._schema.is_a(kind.cls.name, TICKET),
        )

    @staticmethod
    def _is_domain(text: str) -> bool:
        """Whether a text may be what stands behind the @ of an address."""
        return "." in text.strip(" .") and "@" not in text and len(text.split()) == 1

    def _by_reference(self, kind: FoundKind, text: str) -> list[int]:
        """The tickets whose references are meant, whatever kind they are of."""
        references = meant(text, self._schema.concrete(kind.cls.name))
        return [id_ for one in references for id_ in self._by_words(kind, kind.names, one)]

    def _by_number(self, kind: FoundKind, text: str) -> list[int]:
        if not kind.has_numbers:
            return []
        condition = having_number(current_host().database, self._schema, kind.cls, text)
        return self._listed(kind, condition) if condition else []

    def _listed(self, kind: FoundKind, condition: Condition) -> list[int]:
        query = listable(current_host().database, self._schema, kind.cls, [condition], "id")
        return query.ids(self._most + 1)
