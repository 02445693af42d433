"""What a call is searched for besides its own number: its line's other number, its switchboard."""

from __future__ import annotations

import phonenumbers

from cti_phone_reformat.plans import changes
from cti_phone_reformat.plans.regions import e164_of
from cti_phone_reformat.readings import Doubt, DoubtCode, Reading, ReadText


def is_searched_alone(read: ReadText) -> bool:
    """Whether a call with these numbers is searched for by nothing else; see `searched`."""
    return not any(
        reading.e164 is not None and changes.is_of_several(reading.e164)
        for number in read.numbers
        for reading in number.readings
    )


def searched(reading: Reading) -> tuple[Reading, ...]:
    """What else a call with this number is searched for: the same line's other number, which is
    as sure, and the switchboards whose direct line it may be."""
    if reading.e164 is None or not changes.is_of_several(reading.e164):
        return ()
    number = phonenumbers.parse(reading.e164)
    others = [e164_of(other) for other in changes.same_lines(number)]
    blocks = changes.blocks_around(number)
    doubt = Doubt(DoubtCode.SWITCHBOARD, reading.e164)
    return (
        *(reading._replace(key=other, e164=other, dialled=other) for other in others),
        *(reading._replace(key=key, doubt=reading.doubt or doubt) for key in blocks),
    )
