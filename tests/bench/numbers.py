"""Every region's numbers, stored in one writing and called in another: who is found?

The ordinary tests try a small sample (tests/whole/test_numbers_everywhere.py); docs/numbers.md has
the rates of a large one.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import phonenumbers
from cti_phone_reformat.called import searched
from cti_phone_reformat.reader import NumberReader
from phonenumbers import PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

KINDS = (
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.MOBILE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOIP,
    PhoneNumberType.UAN,
    PhoneNumberType.PERSONAL_NUMBER,
)
ATTEMPTS = 20
"""Numbers tried for each that is wanted: not every drawn one is valid."""

SURE, PERHAPS, NOBODY, WRONG = "sure", "perhaps", "nobody", "wrong"


def numbers_of(region: str, count: int) -> list[PhoneNumber]:
    """Every example number of a region, and valid ones drawn at random, the same each time."""
    draw = random.Random(region)  # noqa: S311 - nothing here is a secret
    examples = [
        example
        for kind in KINDS
        if (example := phonenumbers.example_number_for_type(region, kind)) is not None
    ]
    found = {e164(number): number for number in examples}
    for _ in range(count * ATTEMPTS):
        if len(found) >= count + len(examples) or not examples:
            break
        digits = e164(draw.choice(examples))
        last = draw.choice((2, 4, 6))
        drawn = digits[:-last] + "".join(draw.choice("0123456789") for _ in range(last))
        try:
            number = phonenumbers.parse(drawn)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number_for_region(number, region) and e164(number) == drawn:
            found[drawn] = number
    return list(found.values())


def e164(number: PhoneNumber) -> str:
    """A number in E.164."""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def abroad(number: PhoneNumber, region: str) -> Iterator[str]:
    """How somebody in a region writes a number with its country code."""
    plus, code = e164(number), number.country_code
    metadata = PhoneMetadata.metadata_for_region(region)
    own = metadata and (metadata.preferred_international_prefix or metadata.international_prefix)
    yield plus
    yield phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    yield phonenumbers.format_number(number, PhoneNumberFormat.RFC3966)
    yield f"+{code} (0){phonenumbers.national_significant_number(number)}"
    yield f"00{plus[1:]}"
    if own and own.isdigit():
        yield f"{own} {plus[1:]}"


def at_home(number: PhoneNumber) -> Iterator[str]:
    """How somebody in its own country writes a number; spreadsheets and phone systems too."""
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    significant = phonenumbers.national_significant_number(number)
    yield national
    yield "".join(filter(str.isdigit, national))
    yield national.replace(" ", ".").replace("-", ".")
    yield significant
    yield f"{significant}.0"
    yield e164(number)[1:]
    yield f"Tel. {national} (mobile)"
    yield f"{national} ext. 12"


@dataclass
class Rates:
    """What came of all pairs of writings of a region's numbers."""

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def share(self, outcome: str) -> float:
        """How many of a hundred pairs ended so."""
        return 100 * self.outcomes[outcome] / max(1, self.outcomes.total())


def rates_of(region: str, count: int) -> Rates:
    """Store each number in each writing, call it in each, and see whom the call finds."""
    reader = NumberReader(region)
    texts = {
        e164(number): [*abroad(number, region), *at_home(number)]
        for number in numbers_of(region, count)
    }
    stored = {name: [_keys(reader, text) for text in writings] for name, writings in texts.items()}
    called = {
        name: [_keys(reader, text, called=True) for text in writings]
        for name, writings in texts.items()
    }
    holders: Mapping[str, set[str]] = defaultdict(set)
    for name, writings in stored.items():
        for sure, _ in writings:
            for key in sure:
                holders[key].add(name)
    rates = Rates()
    for name, writings in called.items():
        own = _own_line(reader, name)
        for text, (sure, doubtful) in zip(texts[name], writings, strict=True):
            strangers = {other for key in sure for other in holders[key]} - own
            if strangers:
                rates.wrong.append(f"{region}: {text!r} finds {sorted(strangers)}")
            for there_sure, there_doubtful in stored[name]:
                if strangers:
                    rates.outcomes[WRONG] += 1
                elif sure & there_sure:
                    rates.outcomes[SURE] += 1
                elif (sure | doubtful) & (there_sure | there_doubtful):
                    rates.outcomes[PERHAPS] += 1
                else:
                    rates.outcomes[NOBODY] += 1
    return rates


def _keys(reader: NumberReader, text: str, called: bool = False) -> tuple[set[str], set[str]]:
    """The keys of the sure and of the doubtful readings of a text."""
    read = reader.read(text)
    readings = [*read.sure, *read.doubtful]
    if called:
        readings += [more for reading in tuple(readings) for more in searched(reading)]
    return (
        {reading.key for reading in readings if reading.doubt is None},
        {reading.key for reading in readings if reading.doubt is not None},
    )


def _own_line(reader: NumberReader, number: str) -> set[str]:
    """A number, and the other one of the same line (Argentina's 9)."""
    return {number} | _keys(reader, number, called=True)[0]


def main() -> None:
    """Print the rates of all regions as rows of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, default=200, help="random numbers per region")
    parser.add_argument("regions", nargs="*", help="default: all of the library")
    options = parser.parse_args()
    started = time.monotonic()
    total: Counter[str] = Counter()
    whole: list[str] = []
    for region in options.regions or sorted(phonenumbers.SUPPORTED_REGIONS):
        rates = rates_of(region, options.numbers)
        total += rates.outcomes
        if rates.share(SURE) == 100:
            whole.append(region)
            continue
        shares = (f"{rates.share(outcome):.1f}" for outcome in (SURE, PERHAPS, NOBODY, WRONG))
        print(f"| {region} | {' | '.join(shares)} |")
        for line in rates.wrong[:5]:
            print(f"  {line}")
    print("all pairs sure:", " ".join(whole))
    print(_summary(total), f"in {time.monotonic() - started:.0f} s")


def _summary(total: Counter[str]) -> str:
    parts: Sequence[str] = [
        f"{outcome} {100 * total[outcome] / total.total():.3f} %"
        for outcome in (SURE, PERHAPS, NOBODY, WRONG)
    ]
    return f"{total.total()} pairs: {', '.join(parts)}"


if __name__ == "__main__":
    main()
