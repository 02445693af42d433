"""What is shown of an object, attribute by attribute: on its page, on the panel, on a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from cti_oql.schema import Kind
from flask import url_for
from markupsafe import Markup

from cti_host import (
    Number,
    address_of,
    allow_form_target,
    current_host,
    masked_email,
    masked_number,
    masks_emails,
    masks_numbers,
)
from cti_tickets.model.form_plan import FormPlan
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import READ
from cti_tickets.store.markup import harmless, typed_text
from cti_tickets.store.records import Record, shown
from cti_tickets.store.values import LONG_TEXTS

_YES = ("1", "yes", "true")


class Fact(NamedTuple):
    """A line of the page: an attribute's label, its value, and where it leads.

    `html` is the value of an attribute that holds markup, made harmless. `call` is where a click
    goes that calls a number which isn't shown. `numbers` are the numbers of a text that holds
    several, each with the address that calls it.
    """

    code: str
    label: str
    text: str
    url: str = ""
    long: bool = False
    html: Markup | None = None
    call: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


def fact_of(attribute: Attribute, record: Record, label: str = "") -> Fact:
    """What pages show of an attribute of a record, as far as the agent may see it.

    :param record: with the attribute's value, for a key also with its "<key>_friendlyname"
    :param label: the attribute's in the agent's language, where it is known
    :return: the fact; one without a value has an empty text
    """
    value = record.values.get(attribute.code)
    label = label or str(attribute.label)
    long = attribute.kind in LONG_TEXTS
    if attribute.kind is Kind.KEY:
        if not value:
            return Fact(attribute.code, label, "")
        name = record.text(f"{attribute.code}_friendlyname").strip() or f"#{value}"
        # A value without a name is behind a right: its page would refuse.
        seen = current_access().may(READ, attribute.target)
        url = page_of(attribute.target, value) if seen else ""
        return Fact(attribute.code, label, name, url)
    text = shown(attribute, value)
    if text and attribute.kind is Kind.EMAIL:
        url = "" if masks_emails() else f"mailto:{quote(text, safe='@+')}"
        return Fact(attribute.code, label, masked_email(text), url)
    if text and attribute.kind is Kind.PHONE:
        return _phone_fact(attribute, record, text, label)
    typed = typed_text(text) if attribute.kind is Kind.HTML else text
    html = harmless(text) if typed is None else None
    return Fact(attribute.code, label, text if typed is None else typed, long=long, html=html)


def fixed_facts(
    cls: ClassDef, plan: FormPlan, values: Mapping[str, Any] | None = None, id_: int = 0
) -> dict[str, Fact]:
    """What a form shows of attributes that can't be typed.

    :param values: those of the object; `None`: it is a new one, which has its defaults
    """
    if values is None:
        values = {code: cls.attributes[code].default for code in plan.fixed}
    record = Record(cls.name, id_, values)
    return {code: fact_of(cls.attributes[code], record) for code in plan.fixed}


def is_flag(attribute: Attribute) -> bool:
    """Whether an attribute is a yes or no that is worth a word only if it is a yes."""
    if attribute.kind is Kind.BOOLEAN:
        return True
    return attribute.kind is Kind.ENUM and set(attribute.values) == {"yes", "no"}


def is_yes(value: object) -> bool:
    """Whether the value of a flag is a yes."""
    return str(value).strip().lower() in _YES


def list_url(cls: ClassDef, args: Mapping[str, str], endpoint: str = "tickets.list") -> str:
    """The address of a list, or of what is done with it.

    :param args: the query; whatever its names are, none is taken for a part of the path
    """
    path = address_of(endpoint, class_name=cls.name)
    return f"{path}?{urlencode(args)}" if args else path


def page_of(class_name: str, id_: object, endpoint: str = "tickets.view", **more: str) -> str:
    """The path of a page of an object, quickly: what stands around the id is worked out once.

    :param more: further values of the route; only such of which there are few
    """
    path = address_of(endpoint, class_name=class_name, id_=0, **more)
    before, _zero, after = path.rpartition("/0")
    return f"{before}/{id_}{after}"


def _phone_fact(attribute: Attribute, record: Record, text: str, label: str) -> Fact:
    """A number that can be called; where it must not be seen, by a button without it."""
    number = current_host().hooks.parse_number(text)
    url = _call_url(number)
    if not masks_numbers() or not record.id:
        several = _several(number)
        return Fact(attribute.code, label, text, "" if several else url, numbers=several)
    call = ""
    if url:
        allow_form_target(url)
        call = url_for(
            "tickets.call", class_name=record.class_name, id_=record.id, code=attribute.code
        )
    return Fact(attribute.code, label, masked_number(text), call=call)


def dialled(text: str) -> str:
    """The address that calls a stored number; "" if it can't be called."""
    return _call_url(current_host().hooks.parse_number(text))


def _call_url(number: Number | None) -> str:
    return f"tel:{number.e164}" if number and number.e164 else ""


def _several(number: Number | None) -> tuple[tuple[str, str], ...]:
    """The numbers of a stored text that surely holds more than one, with the address of each."""
    readings = number.readings if number else ()
    if len(readings) < 2:
        return ()
    found = {
        one.key: (str(one), f"tel:{one.key}")
        for one in readings
        if one.doubt is None and one.key.startswith("+")
    }
    return tuple(found.values()) if len(found) > 1 else ()
