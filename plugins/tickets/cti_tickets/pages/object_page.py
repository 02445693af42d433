"""One object with everything its page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from cti_oql.schema import Kind
from flask import url_for
from markupsafe import Markup

from cti_host import Caller, PhoneCall, PhoneMenu, Ticket, current_host, phone_menu
from cti_tickets.hook_values import ticket_with_caller
from cti_tickets.model.classes.registry import LogEntry
from cti_tickets.model.form_plan import FormPlan, transition_plan
from cti_tickets.model.lifecycles.lifecycle import Flag
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store import logs, objects
from cti_tickets.store.markup import harmless, holds_markup
from cti_tickets.store.records import FRIENDLYNAME, Record, Records, shown
from cti_tickets.store.values import LONG_TEXTS

# Logs are parts of the page of their own; images and sets aren't shown.
_ELSEWHERE = (Kind.LOG, Kind.IMAGE, Kind.SET)


@dataclass(frozen=True)
class Fact:
    """A line of the page: an attribute's label, its value, and where it leads.

    `html` is the value of an attribute that holds markup, made harmless.
    """

    code: str
    label: str
    text: str
    url: str = ""
    long: bool = False
    html: Markup | None = None


@dataclass(frozen=True)
class Way:
    """A transition that is possible now; `asks` if there is something to fill in first."""

    label: str
    url: str
    asks: bool


@dataclass(frozen=True)
class ObjectView:
    """An object as its page shows it; the last fields are only for tickets."""

    class_name: str
    id: int
    class_label: str
    title: str
    values: Mapping[str, Any]
    facts: Sequence[Fact]
    empty: Sequence[str]
    version: str = ""
    state: str = ""
    ways: Sequence[Way] = ()
    ticket: Ticket | None = None
    caller: Caller | None = None
    menu: PhoneMenu | None = None
    logs: Mapping[str, Sequence[LogEntry]] = field(default_factory=dict)
    calls: Sequence[PhoneCall] | None = None


def view_object(
    records: Records, class_name: str, id_: int, caller_class: str, *, brief: bool = False
) -> ObjectView | None:
    """An object with everything its page shows; `None` if there is none.

    :param brief: leave out what only the page of a ticket shows: phone menu, logs, phone calls
    """
    schema = records.schema
    try:
        class_name = objects.definition_of(objects.load(class_name, id_)).name
    except objects.NotFound:
        return None
    cls = schema[class_name]
    attributes = [a for a in cls.attributes.values() if a.kind not in _ELSEWHERE]
    names = [f"{a.code}_friendlyname" for a in attributes if a.kind is Kind.KEY]
    codes = [FRIENDLYNAME, *(a.code for a in attributes), *names]
    record = next(iter(records.load(current_host().database, class_name, [id_], codes)), None)
    if record is None:
        return None
    state = record.text(cls.lifecycle.attribute) if cls.lifecycle else ""
    facts = [_fact(a, record) for a in attributes if _worth_a_line(a, cls, record, state)]
    ticket = schema.is_a(class_name, "Ticket") and not brief
    return ObjectView(
        class_name=class_name,
        id=id_,
        class_label=str(cls.label),
        title=record.text(FRIENDLYNAME).strip() or f"{cls.label} {id_}",
        values=record.values,
        facts=[fact for fact in facts if fact.text],
        empty=[fact.label for fact in facts if not fact.text],
        version=_version(cls, record),
        state=state,
        ways=() if brief else _ways(cls, record, state),
        **(_of_ticket(records, cls, record, caller_class) if ticket else {}),
    )


def _of_ticket(
    records: Records, cls: ClassDef, record: Record, caller_class: str
) -> dict[str, Any]:
    ticket, caller = ticket_with_caller(
        records, cls.name, record.id, caller_class, record.values.get("caller_id")
    )
    return {
        "ticket": ticket,
        "caller": caller,
        "menu": phone_menu(ticket, caller),
        "logs": {
            str(a.label): logs.entries(record.id, a.code)
            for a in cls.attributes.values()
            if a.kind is Kind.LOG
        },
        "calls": current_host().hooks.phone_calls(ticket),
    }


def _ways(cls: ClassDef, record: Record, state: str) -> list[Way]:
    """The transitions that an agent may start from the page of an object."""
    if cls.lifecycle is None:
        return []
    return [
        Way(
            str(cls.lifecycle.stimuli[way.stimulus].label),
            url_for(
                "tickets.transition",
                class_name=cls.name,
                id_=record.id,
                stimulus=way.stimulus,
            ),
            asks=bool(transition_plan(cls, way, record.values).asked),
        )
        for way in cls.lifecycle.possible(state)
    ]


def new_facts(cls: ClassDef, plan: FormPlan) -> dict[str, Fact]:
    """What the form of a new object shows of attributes that can't be typed: their defaults."""
    record = Record(cls.name, 0, {code: cls.attributes[code].default for code in plan.fixed})
    return {code: _fact(cls.attributes[code], record) for code in plan.fixed}


def _version(cls: ClassDef, record: Record) -> str:
    """A mark that is another one after any change, also within the same second."""
    own = [code for code, attribute in cls.attributes.items() if attribute.stored]
    values = repr([(code, record.text(code)) for code in own])
    return sha256(values.encode()).hexdigest()[:16]


def _worth_a_line(attribute: Attribute, cls: ClassDef, record: Record, state: str) -> bool:
    """Whether an attribute is to be seen, and an external field says more than its key's link."""
    if attribute.kind is not Kind.EXTERNAL:
        life = cls.lifecycle
        if life is None or Flag.HIDDEN not in life.flag(state, attribute.code):
            return True
        # What a form hides for now is no secret; what no state ever shows is no news either.
        told = record.text(attribute.code) not in ("", "0", attribute.default)
        return told and life.shows(attribute.code)
    value = record.text(attribute.code)
    return bool(value) and value not in record.text(f"{attribute.via}_friendlyname")


def _fact(attribute: Attribute, record: Record) -> Fact:
    value = record.values.get(attribute.code)
    label = str(attribute.label)
    long = attribute.kind in LONG_TEXTS
    if attribute.kind is Kind.KEY:
        if not value:
            return Fact(attribute.code, label, "")
        name = record.text(f"{attribute.code}_friendlyname").strip() or f"#{value}"
        url = url_for("tickets.view", class_name=attribute.target, id_=value)
        return Fact(attribute.code, label, name, url)
    text = shown(attribute, value)
    if text and attribute.kind is Kind.EMAIL:
        return Fact(attribute.code, label, text, f"mailto:{quote(text, safe='@+')}")
    if text and attribute.kind is Kind.PHONE:
        number = current_host().hooks.parse_number(text)
        return Fact(
            attribute.code, label, text, f"tel:{number.e164}" if number and number.e164 else ""
        )
    html = harmless(text) if attribute.kind is Kind.HTML and holds_markup(text) else None
    return Fact(attribute.code, label, text, long=long, html=html)
