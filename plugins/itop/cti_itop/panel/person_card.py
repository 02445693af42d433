"""Who is calling, on the left of the panel: what a person of iTop carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from flask import get_template_attribute

from cti_host import (
    Caller,
    Host,
    PanelSection,
    SectionPlace,
    address_of,
    masked_email,
    masked_number,
    masks_emails,
    masks_numbers,
)
from cti_itop.rest.classes import ON_PANEL, PHONES, as_flag, class_label, person_label
from cti_itop.rest.links import Links

PERSON = "Person"
_LONG = 60


@dataclass(frozen=True)
class _Fact:
    """A line: a label, a text, and where it leads."""

    label: str
    text: str
    url: str = ""

    @property
    def long(self) -> bool:
        """Whether it has lines of its own."""
        return len(self.text) > _LONG or "\n" in self.text


class PersonCard:
    """Makes the section about a caller; nothing more is asked of iTop for it.

    :param more: the attributes that a site names besides the usual ones
    """

    def __init__(self, host: Host, links: Links, more: Sequence[str]) -> None:
        self._host, self._links = host, links
        self._codes = tuple(dict.fromkeys((*ON_PANEL, *more)))

    def of(self, caller: Caller) -> PanelSection:
        """The section about a caller."""
        facts: list[_Fact] = []
        flags: list[str] = []
        for code in self._codes:
            text = caller.attributes.get(code, "").strip()
            flag = as_flag(code, text)
            if flag:
                flags.append(person_label(code))
            elif text and flag is None:
                facts.append(self._fact(code, text))
        html = get_template_attribute("cti_itop/person_card.html", "card")(
            facts=facts,
            flags=flags,
            page=address_of("itop.person", id_=caller.id) if caller.class_name == PERSON else "",
            view=self._links.view(caller.class_name, caller.id),
            modify=self._links.modify(caller.class_name, caller.id),
            name=caller.headline,
        )
        return PanelSection(class_label(caller.class_name), html, place=SectionPlace.PERSON)

    def _fact(self, code: str, text: str) -> _Fact:
        label = person_label(code)
        if code in PHONES:
            url = "" if masks_numbers() else self._dialled(text)
            return _Fact(label, masked_number(text), url)
        if code == "email":
            url = "" if masks_emails() else f"mailto:{quote(text, safe='@+')}"
            return _Fact(label, masked_email(text), url)
        return _Fact(label, text)

    def _dialled(self, text: str) -> str:
        """The address that calls a stored number; "" if it surely isn't one."""
        number = self._host.hooks.parse_number(text)
        return f"tel:{number.e164}" if number and number.e164 and len(number.readings) < 2 else ""
