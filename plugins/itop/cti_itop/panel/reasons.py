"""Why a caller was found, in the agent's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from cti_host import Caller, Given, Localised, Match, Number, Value, current_host

LABELS: Mapping[str, Localised] = {
    "phone": Localised.of("Phone", "Téléphone"),
    "mobile_phone": Localised.of("Mobile phone", "Téléphone mobile"),
    "email": Localised.of("Email", "Adresse e-mail"),
}


def explained(
    callers: Sequence[Caller],
    used: Mapping[str, Value | None],
    compared: Collection[str],
    is_number: Callable[[str, Number], bool],
) -> list[Match]:
    """Each caller with the reason why they were found.

    :param used: the parameters of the query
    :param compared: the attributes that the query compares
    :param is_number: whether a stored text is a number
    """
    hits = [_hits(caller, used, compared, is_number) for caller in callers]
    shared = Counter(value for of_one in hits for value in {hit[0] for hit in of_one})
    return [
        Match(caller, _sentence(of_one, shared))
        for caller, of_one in zip(callers, hits, strict=True)
    ]


def _hits(
    caller: Caller,
    used: Mapping[str, Value | None],
    compared: Collection[str],
    is_number: Callable[[str, Number], bool],
) -> list[tuple[str, str]]:
    """What was found in a caller's attributes: the searched value, and a phrase for it."""
    hits: list[tuple[str, str]] = []
    for code, text in caller.attributes.items():
        if code not in compared or not text:
            continue
        label = LABELS.get(code, code)
        for value in used.values():
            if isinstance(value, Number):
                if is_number(text, value):
                    hits.append((value.key, _number_phrase(str(label), text)))
            elif isinstance(value, str) and value.casefold() == text.casefold():
                hits.append((value.casefold(), _("%(attribute)s, the same text", attribute=label)))
    return hits


def _number_phrase(label: str, text: str) -> str:
    stored = current_host().hooks.parse_number(text)
    if stored is None or stored.given is Given.EXTENSION:
        return str(_("%(attribute)s, stored as an extension", attribute=label))
    if stored.given is Given.INTERNATIONAL:
        phrase = str(_("%(attribute)s, stored in international form", attribute=label))
    else:
        phrase = str(_("%(attribute)s, stored in national form", attribute=label))
    if stored.region:
        phrase += str(_(", region %(region)s", region=stored.region))
    return phrase


def _sentence(hits: Sequence[tuple[str, str]], shared: Mapping[str, int]) -> str:
    if not hits:
        return str(_("found by the query of the configuration"))
    text = ", ".join(dict.fromkeys(phrase for _value, phrase in hits))
    others = max(shared[value] for value, _phrase in hits) - 1
    if others:
        text += "; " + ngettext("%(num)d other shares it", "%(num)d others share it", others)
    return text
