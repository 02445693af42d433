"""Who is calling: the query of `caller_information`, and why each person matches."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cache

import peewee
from cti_oql import Oql, Param
from cti_oql.running import marks, rows
from cti_oql.schema import Kind
from flask_babel import ngettext

from cti_host import (
    MOST_CALLERS,
    Call,
    Caller,
    Host,
    Match,
    Matches,
    Number,
    Unsearchable,
    Value,
    explained,
    narrow,
)
from cti_tickets.hook_values import CallersFound, callers, callers_found, query_parameters
from cti_tickets.model import SOURCE
from cti_tickets.model.list_plan import masked_kinds
from cti_tickets.model.schema import ClassDef
from cti_tickets.panel.person_card import card_codes, detail, telling_apart
from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ, READ
from cti_tickets.store.joint_numbers import are_joint, joint_condition, searched_keys
from cti_tickets.store.records import Records

log = logging.getLogger("cti_host.plugin.tickets")

_SEARCHED = (Kind.PHONE, Kind.EMAIL)


class Lookup:
    """Finds the persons who have the attributes of a call.

    :param mention_hidden: whether agents are told that there are callers whom they may not see
    """

    def __init__(self, host: Host, oql: Oql, records: Records, mention_hidden: bool) -> None:
        self._host, self._oql, self._records = host, oql, records
        self._mention_hidden = mention_hidden
        self._settings = host.settings.caller_information
        self._carried_by: dict[str, list[str]] = {}
        self._labelled: dict[tuple[str, tuple[Kind, ...]], Mapping[str, object]] = {}

    def find(self, call: Call) -> Matches:
        """Everybody the query finds, in its order, each with the reason; see `Matches`.

        For an agent who may not see them, nobody.
        """
        checked = self._oql.resolve(self._settings.query)
        if not current_access().may(READ, checked.class_name):
            return Matches((), 0)
        used = {n: v for n in checked.parameters if (v := call.parameters.get(n)) is not None}
        if all(isinstance(value, Unsearchable) for value in used.values()):
            return Matches((), 0)
        cls = self._records.schema[checked.class_name]
        asked, parameters = self._found(cls, call, used)
        total = asked.total
        kinds = masked_kinds()
        masked = {a.code for a in cls.attributes.values() if a.kind in kinds} if kinds else ()
        found = narrow(asked.people, call, masked)
        texts = any(isinstance(value, str) for value in used.values())
        # An e-mail address holds no number.
        searched = self._labels(cls, *(_SEARCHED if texts else (Kind.PHONE,)))
        matches = explained(found, used.values(), searched, total, asked.keys)
        if len(matches) > 1:
            matches = self._told_apart(cls, matches)
        if self._mention_hidden and self._are_more_than(total, parameters):
            return Matches(matches, matches.total, hidden=True)
        return matches

    def _told_apart(self, cls: ClassDef, matches: Matches) -> Matches:
        """The matches, each with what tells the person apart from the others."""
        open_tickets = self._open_tickets([match.caller.id for match in matches])
        apart = telling_apart(cls, self._settings.display_name)
        # Of many, most have as many open tickets as others.
        counted = cache(_counted)

        def told(caller: Caller) -> str:
            more = [] if open_tickets is None else [counted(open_tickets.get(caller.id, 0))]
            return detail(apart, caller, more)

        detailed = [
            Match(match.caller, match.why, match.doubt, told(match.caller)) for match in matches
        ]
        return Matches(detailed, matches.total, matches.hidden)

    def _open_tickets(self, ids: Sequence[int]) -> Mapping[int, int] | None:
        """How many tickets of some persons are open; `None`: the agent may not see any."""
        if not current_access().may(BULK_READ, "Ticket"):
            return None
        tickets, limits = organizations.table("Ticket")
        database = self._host.database
        # Only names, and marks for bound values, are put into the text.
        sql = (
            f"SELECT caller_id, COUNT(*) FROM {tickets} AS t "  # noqa: S608
            f"WHERE caller_id IN ({marks(database, len(ids))}) AND operational_status = 'ongoing' "
            "GROUP BY caller_id"
        )
        try:
            return dict(rows(database, sql, [*limits, *ids]))
        except peewee.DatabaseError:
            # Whoever calls is found all the same; the lists say what is wrong with tickets.
            log.exception("The open tickets of callers could not be counted")
            return None

    def _are_more_than(self, seen: int, parameters: dict[str, Param]) -> bool:
        """Whether the query finds others besides those whom the agent may see."""
        if organizations.allowed() is None:
            return False
        with organizations.unlimited():
            every = self._oql.count(self._host.database, self._settings.query, parameters)
        return every > seen

    def _found(
        self, cls: ClassDef, call: Call, used: Mapping[str, Value]
    ) -> tuple[CallersFound, dict[str, Param]]:
        """Whom the query finds, and its parameters.

        Few texts hold several numbers: whether this one is in any is asked along with whom it
        finds, and if it is, the query is asked again.
        """
        # Whom a doubtful reading finds is offered, too.
        parameters = query_parameters(used, widened=True, alone=True)
        numbers = [value for value in used.values() if isinstance(value, Number)]
        keys = [key for number in numbers for key in searched_keys(number, widened=True)]
        found = self._people(cls, call, parameters, keys)
        if keys and (are_joint(keys) if found.also is None else found.also):
            parameters = query_parameters(used, widened=True)
            found = self._people(cls, call, parameters)
        return found, parameters

    def _people(
        self,
        cls: ClassDef,
        call: Call,
        parameters: dict[str, Param],
        keys: Sequence[str] = (),
    ) -> CallersFound:
        """Whom the query finds; of very many, those who may be shown.

        And whether texts that hold several numbers have one of these keys, as what else was asked;
        `None`: nobody was found, so nobody said.
        """
        database, query = self._host.database, self._settings.query
        display = self._settings.display_name
        codes = self._carried(cls)
        begin = self._oql.found(database, [(query, 0)], parameters, limit=MOST_CALLERS)
        also = joint_condition(keys) if keys else ("NULL", ())
        found = callers_found(
            self._records, self._oql, database, cls.name, begin, display, codes, also
        )
        wanted = call.wanted_from(SOURCE)
        ids = [caller.id for caller in found.people]
        if found.total <= MOST_CALLERS or not (call.filter or wanted not in (None, *ids)):
            return found
        every = [id_ for _class, id_ in self._oql.ids(database, query, parameters)]
        ids = every if call.filter else [*ids, *(id_ for id_ in every if id_ == wanted)]
        people = callers(self._records, database, cls.name, ids, display, codes)
        return found._replace(people=people, total=len(every))

    def _carried(self, cls: ClassDef) -> list[str]:
        """The attributes that a caller carries, worked out once for a class."""
        known = self._carried_by.get(cls.name)
        if known is None:
            known = self._carried_by[cls.name] = self._codes(cls)
        return known

    def _codes(self, cls: ClassDef) -> list[str]:
        codes = (*self._labels(cls, *_SEARCHED), "org_id", "org_name", *card_codes(cls))
        names = [code for code in codes if code.endswith("_friendlyname")]
        known = [code for code in codes if code in cls.attributes]
        return list(dict.fromkeys([*known, *names]))

    def _labels(self, cls: ClassDef, *kinds: Kind) -> Mapping[str, object]:
        """The attributes of some kinds, with their labels."""
        key = (cls.name, kinds)
        if key not in self._labelled:
            found = {a.code: a.label for a in cls.attributes.values() if a.kind in kinds}
            self._labelled[key] = found
        return self._labelled[key]


def _counted(count: int) -> str:
    """How many tickets somebody has that are open, in words."""
    return str(ngettext("%(num)d open ticket", "%(num)d open tickets", count))
