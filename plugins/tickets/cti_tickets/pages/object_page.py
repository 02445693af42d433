"""One object with everything its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cti_oql.schema import Kind

from cti_host import (
    Caller,
    PhoneCall,
    PhoneMenu,
    Ticket,
    current_host,
    kept_for_pages,
    phone_menu,
)
from cti_tickets.facts import Fact, fact_of, page_of
from cti_tickets.hook_values import caller_of, ticket_of
from cti_tickets.model.form_plan import hidden, transition_plan
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import MODIFY, READ
from cti_tickets.store import objects
from cti_tickets.store.concurrency.versions import load_versioned
from cti_tickets.store.records import FRIENDLYNAME, Record, Records, shown_name

# Logs are parts of the page of their own; images and sets aren't shown.
_ELSEWHERE = (Kind.LOG, Kind.IMAGE, Kind.SET)


@dataclass(frozen=True)
class Way:
    """A transition that is possible now; `asks` if there is something to fill in first."""

    label: str
    url: str
    asks: bool


@dataclass(frozen=True)
class ObjectView:
    """An object as its page shows it; the last fields are only for tickets.

    :param may_modify: whether whoever sees it may change it
    """

    class_name: str
    id: int
    class_label: str
    title: str
    values: Mapping[str, Any]
    facts: Sequence[Fact]
    empty: Sequence[str]
    version: str = ""
    state: str = ""
    may_modify: bool = False
    ways: Sequence[Way] = ()
    ticket: Ticket | None = None
    caller: Caller | None = None
    menu: PhoneMenu | None = None
    calls: Sequence[PhoneCall] | None = None


def view_object(
    records: Records,
    class_name: str,
    id_: int,
    caller_class: str,
    *,
    brief: bool = False,
    told: bool = True,
) -> ObjectView | None:
    """An object with everything its page shows; `None` if there is none.

    :param brief: leave out what only the page of a ticket shows: phone menu, phone calls
    :param told: whether to say what it has, attribute by attribute; a form has its own fields
    """
    schema = records.schema
    try:
        # Of a class with none below it, the object itself says which one it is of.
        is_last = schema.concrete(class_name) == [class_name] and objects.is_id(id_)
        class_name = class_name if is_last else objects.class_of(class_name, id_)
    except objects.NotFound:
        return None
    current_access().require(READ, class_name)
    cls = schema[class_name]
    plan, labels = _plan(cls), kept_for_pages(("tickets.labels", cls.name), lambda: _labels(cls))
    found = load_versioned(records, class_name, id_, plan.codes)
    if found is None or found[0].class_name != class_name:
        return None
    record, version = found
    state = record.text(cls.lifecycle.attribute) if cls.lifecycle else ""
    facts = [
        fact_of(a, record, labels[a.code])
        for a in (plan.attributes if told else ())
        if _worth_a_line(a, cls, record, state)
    ]
    ticket = schema.is_a(class_name, "Ticket") and not brief
    return ObjectView(
        class_name=class_name,
        id=id_,
        class_label=str(cls.label),
        title=shown_name(cls, record.text(FRIENDLYNAME), id_),
        values=record.values,
        facts=[fact for fact in facts if fact.text],
        empty=[fact.label for fact in facts if not fact.text],
        version=version,
        state=state,
        may_modify=bool(current_access().may(MODIFY, class_name)),
        ways=() if brief else _ways(cls, record, state),
        **(_of_ticket(records, record, caller_class) if ticket else {}),
    )


class _Plan(NamedTuple):
    """What the page of an object of a class shows: attributes, and the codes to read for them."""

    attributes: Sequence[Attribute]
    codes: Sequence[str]


def _plan(cls: ClassDef) -> _Plan:
    known: _Plan | None = cls.kept.get("page")
    if known is None:
        attributes = [a for a in cls.attributes.values() if a.kind not in _ELSEWHERE]
        names = [f"{a.code}_friendlyname" for a in attributes if a.kind is Kind.KEY]
        codes = (FRIENDLYNAME, *(a.code for a in attributes), *names)
        known = cls.kept["page"] = _Plan(attributes, codes)
    return known


def _labels(cls: ClassDef) -> Mapping[str, str]:
    """What the attributes are called in the agent's language."""
    return {code: str(attribute.label) for code, attribute in cls.attributes.items()}


def _of_ticket(records: Records, record: Record, caller_class: str) -> dict[str, Any]:
    ticket = ticket_of(records, record)
    caller = caller_of(records, caller_class, record.values.get("caller_id"))
    return {
        "ticket": ticket,
        "caller": caller,
        "menu": phone_menu(ticket, caller),
        "calls": current_host().hooks.phone_calls(ticket),
    }


def _ways(cls: ClassDef, record: Record, state: str) -> list[Way]:
    """The transitions that an agent may start from the page of an object."""
    if cls.lifecycle is None:
        return []
    access = current_access()
    return [
        Way(
            str(cls.lifecycle.stimuli[way.stimulus].label),
            page_of(cls.name, record.id, "tickets.transition", stimulus=way.stimulus),
            asks=bool(transition_plan(cls, way, record.values).asked),
        )
        for way in cls.lifecycle.possible(state)
        if access.may(way.stimulus, cls.name)
    ]


def _worth_a_line(attribute: Attribute, cls: ClassDef, record: Record, state: str) -> bool:
    """Whether an attribute is to be seen, and an external field says more than its key's link."""
    if attribute.kind is not Kind.EXTERNAL:
        life = cls.lifecycle
        if life is None or not hidden(cls, state, attribute.code):
            return True
        # What a form hides for now is no secret; what no state ever shows is no news either.
        told = record.text(attribute.code) not in ("", "0", attribute.default)
        return told and life.shows(attribute.code)
    value = record.text(attribute.code)
    return bool(value) and value not in record.text(f"{attribute.via}_friendlyname")
