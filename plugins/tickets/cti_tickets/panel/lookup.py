"""Who is calling: the query of `caller_information`, and why each person matches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cti_oql import Oql
from cti_oql.functions.fold import fold
from cti_oql.schema import Attribute, Kind
from flask_babel import gettext as _
from flask_babel import ngettext

from cti_host import Call, Caller, Given, Host, Match, Number, Unsearchable, Value
from cti_tickets.hook_values import callers, query_parameters
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.records import Records

# More persons than this behind one number are no help to anybody.
MOST_CALLERS = 100


class Lookup:
    """Finds the persons who have the attributes of a call."""

    def __init__(self, host: Host, oql: Oql, records: Records) -> None:
        self._host, self._oql, self._records = host, oql, records
        self._settings = host.settings.caller_information

    def find(self, call: Call) -> list[Match]:
        """Everybody the query finds, in its order, each with the reason."""
        checked = self._oql.check(self._settings.query)
        used = {n: v for n in checked.parameters if (v := call.parameters.get(n)) is not None}
        if all(isinstance(value, Unsearchable) for value in used.values()):
            return []
        keys = self._oql.ids(
            self._host.database, self._settings.query, query_parameters(used), limit=MOST_CALLERS
        )
        cls = self._records.schema[checked.class_name]
        searched = [a.code for a in cls.attributes.values() if a.kind in (Kind.PHONE, Kind.EMAIL)]
        found = callers(
            self._records,
            self._host.database,
            cls.name,
            [id_ for _class, id_ in keys],
            self._settings.display_name,
            [*searched, *(c for c in ("org_id", "org_name") if c in cls.attributes)],
        )
        return self._explained(cls, found, used)

    def _explained(
        self, cls: ClassDef, found: Sequence[Caller], used: Mapping[str, Value]
    ) -> list[Match]:
        hits = [self._hits(cls, caller, used) for caller in found]
        shared = Counter(value for caller_hits in hits for value in {hit[0] for hit in caller_hits})
        return [
            Match(caller, _sentence(caller_hits, shared))
            for caller, caller_hits in zip(found, hits, strict=True)
        ]

    def _hits(
        self, cls: ClassDef, caller: Caller, used: Mapping[str, Value]
    ) -> list[tuple[str, str]]:
        """What was found in a caller's attributes: the searched value, and a phrase for it."""
        hits: list[tuple[str, str]] = []
        for code, text in caller.attributes.items():
            attribute = cls.attributes.get(code)
            if attribute is None or not text or attribute.kind not in (Kind.PHONE, Kind.EMAIL):
                continue
            for value in used.values():
                if isinstance(value, Number) and attribute.kind is Kind.PHONE:
                    stored = self._host.hooks.parse_number(text)
                    if stored is not None and stored.key == value.key:
                        hits.append((value.key, _number_phrase(attribute, stored)))
                elif isinstance(value, str) and fold(value) == fold(text):
                    phrase = _("%(attribute)s, the same text", attribute=attribute.label)
                    hits.append((fold(value) or "", phrase))
        return hits


def _number_phrase(attribute: Attribute, stored: Number) -> str:
    if stored.given is Given.EXTENSION:
        return str(_("%(attribute)s, stored as an extension", attribute=attribute.label))
    if stored.given is Given.INTERNATIONAL:
        phrase = _("%(attribute)s, stored in international form", attribute=attribute.label)
    else:
        phrase = _("%(attribute)s, stored in national form", attribute=attribute.label)
    if stored.region:
        phrase += _(", region %(region)s", region=stored.region)
    return str(phrase)


def _sentence(hits: Sequence[tuple[str, str]], shared: Mapping[str, int]) -> str:
    if not hits:
        return str(_("found by the query of the configuration"))
    text = ", ".join(dict.fromkeys(phrase for _value, phrase in hits))
    others = max(shared[value] for value, _phrase in hits) - 1
    if others:
        text += "; " + ngettext("%(num)d other shares it", "%(num)d others share it", others)
    return text
