"""Who is calling, on the left of the panel: what is worth knowing of a person, from the model."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from cti_oql.schema import Kind
from flask import get_template_attribute

from cti_host import Caller, PanelSection, SectionPlace, kept_for_pages
from cti_tickets.facts import Fact, fact_of, is_flag, is_yes, page_of
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import MODIFY
from cti_tickets.store.records import FRIENDLYNAME, Record, shown

# Logs and images have a page of their own; sets are lists.
_ELSEWHERE = (Kind.LOG, Kind.IMAGE, Kind.SET)
# What tells people with one number apart; the display name may say it already.
_APART = ("function", "location_name")


def card_attributes(cls: ClassDef) -> list[Attribute]:
    """The attributes of a class that the card may show, those of its form first.

    Those of its name stand in the heading of the panel.
    """
    codes = dict.fromkeys([*cls.form, *cls.attributes])
    found = [cls.attributes[c] for c in codes if c in cls.attributes and c not in cls.friendlyname]
    form = set(cls.form)
    return [
        one
        for one in found
        if one.kind not in _ELSEWHERE
        # What is worked out from others is on the page; a plugin's attributes are on no form.
        and (one.code in form or (one.kind is not Kind.EXTERNAL and not one.read_only))
    ]


def card_codes(cls: ClassDef) -> list[str]:
    """What a caller has to carry for the card."""
    codes: list[str] = [code for code in _APART if code in cls.attributes]
    for attribute in card_attributes(cls):
        codes.append(attribute.code)
        if attribute.kind is Kind.KEY:
            codes.append(f"{attribute.code}_friendlyname")
    return codes


class PersonCard:
    """Makes the section about a caller.

    :param cls: the class of callers; they carry its `card_codes`
    """

    def __init__(self, cls: ClassDef) -> None:
        self._cls = cls
        self._attributes = [(one, is_flag(one)) for one in card_attributes(cls)]

    def of(self, caller: Caller) -> PanelSection:
        """The section about a caller."""
        flags: list[str] = []
        facts: list[Fact] = []
        values = caller.attributes
        record = Record(caller.class_name, caller.id, values)
        for attribute, flag in self._attributes:
            value = values.get(attribute.code, "")
            if not value or value == attribute.default:
                continue
            if not flag:
                facts.append(fact_of(attribute, record))
            elif is_yes(value):
                flags.append(str(attribute.label))
        html = kept_for_pages("tickets.person_card", _card)(
            flags=flags,
            facts=facts,
            page=page_of(caller.class_name, caller.id),
            modify=page_of(caller.class_name, caller.id, "tickets.modify")
            if current_access().may(MODIFY, caller.class_name)
            else "",
            name=values.get(FRIENDLYNAME) or caller.headline,
        )
        return PanelSection(str(self._cls.label), html, place=SectionPlace.PERSON)


def _card() -> Any:
    """The macro that writes the card: it is looked up once, and not for each panel."""
    return get_template_attribute("tickets/person_card.html", "card")


def telling_apart(cls: ClassDef, shown_already: Container[str]) -> list[Attribute]:
    """The attributes that tell callers apart who have the same number.

    :param shown_already: the codes of what the name of callers says
    """
    codes = [code for code in _APART if code in cls.attributes and code not in shown_already]
    return [cls.attributes[code] for code in codes]


def detail(apart: Sequence[Attribute], caller: Caller, more: Sequence[str]) -> str:
    """What tells a caller apart from others with the same number, in one line.

    :param apart: see `telling_apart`
    :param more: what else tells them apart
    """
    values = caller.attributes
    texts = [shown(one, value) for one in apart if (value := values.get(one.code))]
    return " · ".join([text for text in (*texts, *more) if text])
