"""What the readings of a text are called in the host, with each doubt as a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cti_host import Given, Localised, Number
from cti_host import Reading as HostReading
from cti_phone_reformat.called import searched
from cti_phone_reformat.readings import Doubt, DoubtCode, Reading, ReadText

_SENTENCES: Mapping[DoubtCode, Localised] = {
    DoubtCode.LOCAL: Localised.of(
        "Without its leading %(about)s, the number may be one of another place.",
    ),
    DoubtCode.FOREIGN: Localised.of(
        "Its leading digit is missing; it may be %(about)s without its plus.",
    ),
    DoubtCode.UNASSIGNED: Localised.of(
        "Its leading %(about)s is missing, and the number is not known to be assigned.",
    ),
    DoubtCode.COUNTRY_OR_AREA: Localised.of(
        "%(about)s may be the country code without its plus, or an area code.",
    ),
    DoubtCode.BRACKETS: Localised.of(
        "The 0 in brackets may belong to the number or not.",
    ),
    DoubtCode.PLUS_MISSING: Localised.of(
        "The plus of an international number may be missing.",
    ),
    DoubtCode.OUTSIDE_LINE: Localised.of(
        "The first %(about)s may be the one that gets an outside line.",
    ),
    DoubtCode.ENDING: Localised.of(
        "“%(about)s” may be the end of a second number.",
    ),
    DoubtCode.OVERLONG: Localised.of(
        "The number has more digits than it needs: %(about)s.",
    ),
    DoubtCode.ADDRESS: Localised.of(
        "“%(about)s” may be an e-mail address.",
    ),
    DoubtCode.SWITCHBOARD: Localised.of(
        "%(about)s may be a direct line of this company.",
    ),
}


def sentence(doubt: Doubt) -> Localised:
    """A doubt as one sentence, in the languages that there are."""
    return _SENTENCES[doubt.code].filled(about=doubt.about)


def number_of(raw: str, read: ReadText, *, called: bool = False) -> Number | None:
    """A text as the host knows it; `None`: it holds no number.

    :param raw: the text as it came
    :param called: whether it is the number of a call, which is also searched for under the other
        numbers of its line, and as a direct line of a switchboard
    """
    readings = list(_readings(read, called=called))
    if not readings:
        return None
    if len(readings) > 1:
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
