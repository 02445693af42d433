"""What the settings say becomes actions, and an action becomes an entry of the phone menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from cti_ecall.address import Address
from cti_ecall.dialling import ParseNumber, numbers_to_dial
from cti_ecall.icons import DEFAULT_ICON, MOBILE_ICON, UnknownIcon, bootstrap_icon
from cti_ecall.settings import EcallConfig
from cti_host import Caller, Localised, OutboundAction, current_language, is_phone_attribute

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

    def offers(self, caller: Caller, parse_number: ParseNumber) -> Sequence[OutboundAction]:
        """The entries of the phone menu for a caller: one for each number; none without any.

        The first has the name of the action; ".2" is added to that of the second, and so on.

        :param parse_number: understands a text as a phone number
        """
        values = {
            parameter: caller.attributes.get(attribute) or ""
            for parameter, attribute in self.parameters.items()
        }
        stored = values[self.dialled]
        numbers = numbers_to_dial(stored.strip(), parse_number) if stored.strip() else []
        offers: list[OutboundAction] = []
        for number in numbers:
            # A web address gets a text that is one number as it is stored.
            one = stored if len(numbers) == 1 else number.value
            dialled = one if self.address.is_web else number.digits
            if dialled:
                name = f"{self.name}.{len(offers) + 1}" if offers else self.name
                url = self.address.fill({**values, self.dialled: dialled})
                entry = OutboundAction(name, self._label_text(), url, self.icon, number.text)
                offers.append(entry)
        return offers

    def _label_text(self) -> str:
        texts = self.label.texts
        own = texts.get(current_language()) or texts.get("en")
        return own or str(_LABELS.get(self.subject) or self.subject or gettext("Call"))


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
    phones = [p for p, attribute in parameters.items() if is_phone_attribute(attribute)]
    candidates = phones or [*parameters]
    return next((p for p in candidates if parameters[p] == key), candidates[0])
