"""In no region of the library is a number ever surely taken for another one."""

from __future__ import annotations

import phonenumbers
import pytest
from cti_phone_reformat.reader import NumberReader

from tests.bench.numbers import PERHAPS, SURE, WRONG, abroad, e164, numbers_of, rates_of

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize("region", REGIONS)
def test_a_call_in_any_writing_finds_nobody_else(region: str) -> None:
    rates = rates_of(region, 3)
    assert rates.wrong == []
    assert rates.outcomes[WRONG] == 0
    assert rates.outcomes[SURE] > rates.outcomes[PERHAPS]


@pytest.mark.parametrize("region", REGIONS)
def test_a_number_with_its_country_code_means_the_same_in_every_region(region: str) -> None:
    reader = NumberReader(region)
    for other in REGIONS[:: len(REGIONS) // 12]:
        number = numbers_of(other, 1)[-1]
        for text in abroad(number, region):
            assert {r.key for r in reader.read(text).sure} <= {e164(number)}
