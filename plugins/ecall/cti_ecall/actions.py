"""What the settings say becomes actions, and an action becomes an entry of the phone menu."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from cti_ecall.address import Address
from cti_ecall.icons import DEFAULT_ICON, MOBILE_ICON, UnknownIcon, bootstrap_icon
from cti_ecall.settings import EcallConfig
from cti_host import Caller, Localised, Number, OutboundAction, current_language

PREFIX = "telephony_integration_ecall_"

# By the key of an action, or by the attribute that a flat table dials.
_LABELS = {
    "phone": _("Call phone number"),
    "mobile_phone": _("Call mobile"),
    "mobile": _("Call mobile"),
    "home_phone": _("Call home number"),
    "home": _("Call home number"),
    "office_phone": _("Call office number"),
    "office": _("Call office number"),
}

ParseNumber = Callable[[str], Number | None]


@dataclass(frozen=True)
class Action:
    """A way to call a ticket's caller.

    `parameters` maps the parameters of the address to attributes of the caller; `dialled` is the
    parameter whose value is the number. `label` is the site's own and may be empty; `subject`
    chooses the label in its place.
    """

    name: str
    subject: str
    label: Localised
    icon: str
    address: Address
    parameters: Mapping[str, str]
    dialled: str

    def offer(self, caller: Caller, parse_number: ParseNumber) -> OutboundAction | None:
        """The entry of the phone menu for a caller; `None` if they have no such number.

        :param parse_number: understands the number for an address that isn't a web address
        """
        values = {
            parameter: caller.attributes.get(attribute) or ""
            for parameter, attribute in self.parameters.items()
        }
        number = values[self.dialled].strip()
        if not number:
            return None
        if not self.address.is_web:
            values[self.dialled] = _dialable(number, parse_number)
        url = self.address.fill(values)
        return OutboundAction(self.name, self._label_text(), url, self.icon, number)

    def _label_text(self) -> str:
        texts = self.label.texts
        own = texts.get(current_language()) or texts.get("en")
        return own or str(_LABELS.get(self.subject) or self.subject or gettext("Call"))


def _dialable(text: str, parse_number: ParseNumber) -> str:
    """A number as tel: and its like take it: they allow no spaces, and "(0)" would be dialled."""
    number = parse_number(text)
    if number is not None:
        return number.e164 or number.extension or text
    return re.sub(r"[\s/]+", "", text) or text


def build_actions(config: EcallConfig) -> tuple[list[Action], dict[str, UnknownIcon]]:
    """The actions of the settings, in their order; and by key the icons that aren't known."""
    if config.url is None:
        return [], {}
    address = Address(config.url)
    actions, unknown = [], {}
    for key, entry in config.actions().items():
        dialled = _dialled(key, entry.attributes)
        attribute = entry.attributes[dialled]
        icon = MOBILE_ICON if "mobile" in attribute else DEFAULT_ICON
        if entry.icon.strip():
            try:
                icon = bootstrap_icon(entry.icon)
            except UnknownIcon as error:
                icon, unknown[key] = DEFAULT_ICON, error
        subject = key
        if config.is_legacy:
            subject = attribute if attribute in _LABELS else ""
        actions.append(
            Action(PREFIX + key, subject, entry.label, icon, address, entry.attributes, dialled)
        )
    return actions, unknown


def _dialled(key: str, parameters: Mapping[str, str]) -> str:
    """Which parameter of an action is its number.

    Of those whose attribute sounds like a phone, so that an e-mail address may stand before them,
    the one called like the action, else the first. Without any such: likewise, of all.
    """
    phones = [p for p, attribute in parameters.items() if re.search("phone|mobile", attribute)]
    candidates = phones or [*parameters]
    return next((p for p in candidates if parameters[p] == key), candidates[0])
