"""Find objects of all classes: by name, reference, e-mail address, number, or a word of a title."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import (
    NavigationItem,
    SearchGroup,
    SearchHit,
    address_of,
    current_host,
)
from cti_tickets.model import SOURCE
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ, CREATE
from cti_tickets.search.kinds import FoundKind, found_kinds
from cti_tickets.search.looking import Looking
from cti_tickets.store import access_journal
from cti_tickets.store.history.acting import Way
from cti_tickets.store.records import FRIENDLYNAME, SUFFIX, Record, Records, shown, shown_name

_OF_EACH = 6
_ORGANIZATION = "Organization"


class Finder:
    """Looks through all classes whose objects have names.

    :param records: reads objects of its schema
    :param caller_class: the class of persons who call
    """

    def __init__(self, records: Records, caller_class: str) -> None:
        self._records, self._schema = records, records.schema
        self._caller_class = caller_class
        self._kinds = found_kinds(self._schema, caller_class)
        self._looking = Looking(self._schema, _OF_EACH)

    def find(self, text: str) -> list[SearchGroup]:
        """What whoever acts may see and list, with an offer to create what isn't there.

        Only where nothing is as it was typed, it may be misspelt.
        """
        access = current_access()
        kinds = [kind for kind in self._kinds if access.may(BULK_READ, kind.cls.name)]
        found = [group for kind in kinds if (group := self._group(kind, text))]
        if not found:
            found = [group for kind in kinds if (group := self._misspelt(kind, text))]
        offers = self._offers(text)
        return [*found, SearchGroup(offers=offers)] if offers else found

    def _group(self, kind: FoundKind, text: str) -> SearchGroup | None:
        ids = self._looking.ids(kind, text)
        return self._shown(kind, ids, text, str(kind.cls.label)) if ids else None

    def _misspelt(self, kind: FoundKind, text: str) -> SearchGroup | None:
        ids = self._looking.misspelt_ids(kind, text)
        label = _("%(cls)s, spelled nearly so", cls=kind.cls.label)
        return self._shown(kind, ids, "", label) if ids else None

    def _shown(
        self, kind: FoundKind, ids: Sequence[int], text: str, label: str
    ) -> SearchGroup | None:
        """A group of what was found, as far as whoever acts may list it."""
        database, access = current_host().database, current_access()
        records = self._records.load(database, kind.cls.name, ids[:_OF_EACH], kind.codes)
        records = [one for one in records if access.may(BULK_READ, one.class_name)]
        if not records:
            return None
        access_journal.seen(kind.cls.name, [one.id for one in records], Way.SEARCH)
        more = len(ids) > _OF_EACH and text
        list_url = address_of("tickets.list", class_name=kind.cls.name)
        more_url = f"{list_url}?{urlencode({'q': text})}" if more else ""
        return SearchGroup(label, [self._hit(kind, one) for one in records], more_url)

    def _hit(self, kind: FoundKind, record: Record) -> SearchHit:
        cls = self._schema[record.class_name]
        texts = [
            record.text(a.code + SUFFIX) if a.kind is Kind.KEY else shown(a, record.values[a.code])
            for a in kind.shown
        ]
        view = address_of("tickets.view", class_name=record.class_name, id_=0).removesuffix("0")
        is_caller = self._schema.is_a(record.class_name, self._caller_class)
        name = shown_name(cls, record.text(FRIENDLYNAME), record.id)
        if "title" in kind.texts:
            name = f"{name} {texts.pop(0)}"
        return SearchHit(
            name,
            f"{view}{record.id}",
            " · ".join(filter(None, texts)),
            f"{SOURCE}:{record.class_name}:{record.id}" if is_caller else "",
        )

    def _offers(self, text: str) -> list[NavigationItem]:
        """What may be created with what was typed."""
        if not any(character.isalpha() for character in text):
            return []
        found = []
        for name, icon in ((self._caller_class, "person-plus"), (_ORGANIZATION, "building-add")):
            values = self._presets(name, text)
            if values and current_access().may(CREATE, name):
                label = _("New %(cls)s: %(name)s", cls=self._schema[name].label, name=text)
                url = f"{address_of('tickets.new', class_name=name)}?{urlencode(values)}"
                found.append(NavigationItem(label, url, icon))
        return found

    def _presets(self, class_name: str, text: str) -> dict[str, str]:
        """What was typed as values of the form of a class."""
        cls = self._schema[class_name]
        if "@" in text:
            email = next((a.code for a in cls.attributes.values() if a.kind is Kind.EMAIL), "")
            return {email: text} if email else {}
        codes = [code for code in cls.friendlyname if code in cls.attributes]
        words = text.split(" ", len(codes) - 1) if codes else []
        # Of a single word it is the last name, by which people are sorted.
        return dict(zip(codes[len(codes) - len(words) :], words, strict=False))
