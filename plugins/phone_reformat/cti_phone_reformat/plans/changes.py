"""Plans that changed, and lines with two numbers: `changes.toml`, as functions."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import PhoneNumber

from cti_phone_reformat.plans.regions import code_of, valid

Row = Mapping[str, Any]

ANYWHERE, ABROAD, HOME, DIALLED = "anywhere", "abroad", "home", "dialled"
_ROWS = {ABROAD: (ANYWHERE, ABROAD), HOME: (ANYWHERE,), DIALLED: (DIALLED,)}

FEWEST_BEFORE_DIRECT_LINE = 5
LONGEST_DIRECT_LINE = 4


class Change(NamedTuple):
    """One row: what the old number looks like, and what became of it."""

    old: re.Pattern[str]
    new: str | Mapping[str, str]
    where: str


class Tables(NamedTuple):
    """The tables, by country code.

    `of_several` is how numbers in E.164 begin that calls are searched for by more than themselves.
    """

    changes: Mapping[int, list[Change]]
    same_line: Mapping[int, list[tuple[re.Pattern[str], str]]]
    shared: Mapping[int, tuple[int, ...]]
    longest: Mapping[int, int]
    switchboards: frozenset[int]
    of_several: tuple[str, ...]
    marks: Mapping[int, re.Pattern[str]]


def rows() -> Mapping[str, list[Row]]:
    """The tables as they stand in the file, for tests and documents."""
    source = files(__package__).joinpath("changes.toml").read_text(encoding="utf-8")
    return tomllib.loads(source)


@cache
def tables() -> Tables:
    """The tables, read once."""
    source = rows()
    changes: dict[int, list[Change]] = defaultdict(list)
    for row in source["change"]:
        change = Change(re.compile(row["old"]), row["new"], row.get("where", ANYWHERE))
        changes[row["code"]].append(change)
    same_line = {
        row["code"]: [(re.compile(old), new) for old, new in row["forms"]]
        for row in source["same_line"]
    }
    switchboards = frozenset(code for row in source["switchboard"] for code in row["codes"])
    return Tables(
        changes,
        same_line,
        {code: tuple(row["codes"]) for row in source["shared"] for code in row["codes"]},
        {row["code"]: row["digits"] for row in source["longest"]},
        switchboards,
        tuple(f"+{code}" for code in sorted({*same_line, *switchboards})),
        {row["code"]: re.compile(row["mark"]) for row in source["mark"]},
    )


def renumbered(country_code: int, digits: str, where: str) -> PhoneNumber | None:
    """The number of today that an old one became; `None`: no row knows it.

    :param digits: the national number, or all that is dialled at home
    :param where: `ABROAD`: they stand behind the country code; `HOME`: they don't;
        `DIALLED`: they are all that is dialled
    """
    rows_here = _ROWS[where]
    for change in tables().changes.get(country_code, ()):
        if change.where in rows_here and (match := change.old.fullmatch(digits)):
            new = change.new if isinstance(change.new, str) else change.new[match[1]]
            if number := valid(country_code, match.expand(new)):
                return number
    if where == DIALLED:
        return None
    others = (code for code in tables().shared.get(country_code, ()) if code != country_code)
    return next((number for code in others if (number := valid(code, digits))), None)


def without_mark(country_code: int, digits: str) -> str:
    """Digits without what a network of a country puts in front of them."""
    mark = tables().marks.get(country_code)
    return mark.sub("", digits, count=1) if mark and mark.match(digits) else digits


def is_of_several(e164: str) -> bool:
    """Whether a number may be one of a line with two, or a direct line of a switchboard."""
    return e164.startswith(tables().of_several)


def same_lines(number: PhoneNumber) -> Iterator[PhoneNumber]:
    """The other numbers of the line that has this one."""
    national = phonenumbers.national_significant_number(number)
    for old, new in tables().same_line.get(code_of(number), ()):
        match = old.fullmatch(national)
        if match and (other := valid(code_of(number), match.expand(new))):
            yield other


def is_too_long(number: PhoneNumber) -> bool:
    """Whether a number is longer than any that its country allots."""
    longest = tables().longest.get(code_of(number))
    return longest is not None and len(str(number.national_number)) > longest


def block_of(number: PhoneNumber, zeros: int) -> str | None:
    """The key of the block whose switchboard this is ("block:+493023125").

    :param zeros: how many 0 stand behind the dash ("-0", "-00")
    :return: `None` where numbers aren't given out in this way
    """
    if code_of(number) not in tables().switchboards:
        return None
    national = phonenumbers.national_significant_number(number)[:-zeros]
    return f"block:+{code_of(number)}{national}"


def blocks_around(number: PhoneNumber) -> Iterator[str]:
    """The keys of all blocks that this number may be a direct line of, the longest first."""
    if code_of(number) not in tables().switchboards:
        return
    national = phonenumbers.national_significant_number(number)
    for digits in range(1, LONGEST_DIRECT_LINE + 1):
        if len(national) - digits >= FEWEST_BEFORE_DIRECT_LINE:
            yield f"block:+{code_of(number)}{national[:-digits]}"
