"""What the readings of a text are called in the host, with each doubt as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cti_host import Given, Localised, Number
from cti_host import Reading as HostReading
from cti_phone_reformat.reader import searched
from cti_phone_reformat.readings import Doubt, DoubtCode, Reading, ReadText

_SENTENCES: Mapping[DoubtCode, tuple[str, str]] = {
    DoubtCode.LOCAL: (
        "Without its leading {about}, the number may be one of another place.",
        "Sans le {about} initial, le numéro peut être celui d’un autre endroit.",
    ),
    DoubtCode.FOREIGN: (
        "Its leading digit is missing; it may be {about} without its plus.",
        "Le chiffre initial manque ; il peut s’agir de {about} sans le plus.",
    ),
    DoubtCode.UNASSIGNED: (
        "Its leading {about} is missing, and the number is not known to be assigned.",
        "Le {about} initial manque, et l’attribution du numéro n’est pas connue.",
    ),
    DoubtCode.COUNTRY_OR_AREA: (
        "{about} may be the country code without its plus, or an area code.",
        "{about} peut être l’indicatif du pays sans le plus, ou un indicatif régional.",
    ),
    DoubtCode.BRACKETS: (
        "The 0 in brackets may belong to the number or not.",
        "Le 0 entre parenthèses peut faire partie du numéro ou non.",
    ),
    DoubtCode.PLUS_MISSING: (
        "The plus of an international number may be missing.",
        "Il manque peut-être le plus d’un numéro international.",
    ),
    DoubtCode.OUTSIDE_LINE: (
        "The first {about} may be the one that gets an outside line.",
        "Le premier {about} peut être celui qui donne la ligne extérieure.",
    ),
    DoubtCode.ENDING: (
        "“{about}” may be the end of a second number.",
        "« {about} » peut être la fin d’un second numéro.",
    ),
    DoubtCode.OVERLONG: (
        "The number has more digits than it needs: {about}.",
        "Le numéro a plus de chiffres que nécessaire : {about}.",
    ),
    DoubtCode.ADDRESS: (
        "“{about}” may be an e-mail address.",
        "« {about} » peut être une adresse e-mail.",
    ),
    DoubtCode.SWITCHBOARD: (
        "{about} may be a direct line of this company.",
        "{about} peut être une ligne directe de cette entreprise.",
    ),
}


def sentence(doubt: Doubt) -> Localised:
    """A doubt as one sentence, in the languages that there are."""
    return Localised.of(*(text.format(about=doubt.about) for text in _SENTENCES[doubt.code]))


def number_of(raw: str, read: ReadText, *, called: bool = False) -> Number | None:
    """A text as the host knows it; `None`: it holds no number.

    :param raw: the text as it came
    :param called: whether it is the number of a call, which is also searched for under the other
        numbers of its line, and as a direct line of a switchboard
    """
    readings = list(_readings(read, called=called))
    if not readings:
        return None
    readings.sort(key=lambda reading: reading.doubt is not None)
    first = readings[0]
    if first.doubt is not None or not first.key.startswith(("+", "ext:")):
        return Number(raw, text=raw.strip(), given=first.given, readings=tuple(readings))
    inside = first.given is Given.EXTENSION
    return Number(
        raw,
        e164=None if inside else first.key,
        extension=first.dialled if inside else first.extension or None,
        text=first.text,
        region=first.region,
        given=first.given,
        readings=tuple(readings),
    )


def _readings(read: ReadText, *, called: bool) -> Iterable[HostReading]:
    for written in read.numbers:
        for reading in written.readings:
            yield _reading(reading, written.extension)
            if called:
                yield from (_reading(one, written.extension) for one in searched(reading))


def _reading(reading: Reading, extension: str) -> HostReading:
    return HostReading(
        reading.key,
        reading.text,
        reading.dialled,
        reading.region,
        reading.given,
        extension,
        sentence(reading.doubt) if reading.doubt else None,
    )
