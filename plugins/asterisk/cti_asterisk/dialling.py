"""How a number is dialled on a phone system, and which number is shown to whoever is called."""

from __future__ import annotations

import re

from cti_asterisk.settings import DialRules

_CAN_BE_DIALLED = re.compile(r"\+?[0-9*#]{1,32}", re.ASCII)


def dialled(rules: DialRules, number: str) -> str:
    """What a phone of this phone system dials; empty: it can't be dialled.

    :param number: digits, or "+" and digits
    """
    if not _CAN_BE_DIALLED.fullmatch(number):
        return ""
    if not number.startswith("+"):
        is_extension = len(number) <= rules.extension_digits or not number.isdecimal()
        return number if is_extension else rules.outside_prefix + number
    if rules.form == "e164":
        return rules.outside_prefix + number
    own = f"+{rules.country_code}"
    if number.startswith(own):
        return rules.outside_prefix + rules.national_prefix + number.removeprefix(own)
    return rules.outside_prefix + rules.international_prefix + number.removeprefix("+")


def shown(rules: DialRules, number: str) -> str:
    """The number that is shown to whoever is called; empty: the phone system decides.

    :param number: digits, or "+" and digits
    """
    fitting = [beginning for beginning in rules.caller_id if number.startswith(beginning)]
    return rules.caller_id[max(fitting, key=len)] if fitting else ""
