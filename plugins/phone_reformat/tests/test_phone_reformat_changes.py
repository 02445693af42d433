"""The tables of plans that changed say what they promise."""

from __future__ import annotations

from datetime import date

import phonenumbers
import pytest
from cti_phone_reformat.called import searched
from cti_phone_reformat.plans.changes import DIALLED, Row, rows
from cti_phone_reformat.reader import NumberReader

CHANGES = rows()["change"]


def region_of(country_code: int) -> str:
    region: str = phonenumbers.region_code_for_country_code(country_code)
    return region


@pytest.mark.parametrize("row", CHANGES, ids=lambda row: str(row["what"]))
def test_an_old_number_is_read_as_the_one_that_it_became(row: Row) -> None:
    old, new = row["examples"]
    region = region_of(row["code"])
    at_home = row.get("where") == DIALLED
    for reader_region in [region] if at_home else [region, "DE"]:
        assert [r.key for r in NumberReader(reader_region).read(old).sure] == [new]


@pytest.mark.parametrize("row", CHANGES, ids=lambda row: str(row["what"]))
def test_the_new_number_is_valid_and_stays_what_it_is(row: Row) -> None:
    _, new = row["examples"]
    assert phonenumbers.is_valid_number(phonenumbers.parse(new))
    assert [r.key for r in NumberReader(region_of(row["code"])).read(new).sure] == [new]


@pytest.mark.parametrize("row", rows()["mark"], ids=lambda row: str(row["what"]))
def test_a_mark_in_front_of_a_number_is_no_part_of_it(row: Row) -> None:
    marked, meant = row["examples"]
    assert [r.key for r in NumberReader(region_of(row["code"])).read(marked).sure] == [meant]


@pytest.mark.parametrize("row", rows()["same_line"], ids=lambda row: str(row["what"]))
def test_a_line_with_two_numbers_is_found_by_both(row: Row) -> None:
    reader = NumberReader(region_of(row["code"]))
    first, second = (
        {r.key, *(s.key for s in searched(r))}
        for r in (reader.read(text).sure[0] for text in row["examples"])
    )
    assert first == second == set(row["examples"])


@pytest.mark.parametrize("row", rows()["shared"], ids=lambda row: str(row["what"]))
def test_countries_of_one_plan_dial_each_others_numbers_alike(row: Row) -> None:
    written, meant = row["examples"]
    assert [r.key for r in NumberReader("FR").read(written).sure] == [meant]


@pytest.mark.parametrize(
    "row", [row for table in rows().values() for row in table], ids=lambda row: str(row)[:40]
)
def test_every_row_has_a_source_and_a_date(row: Row) -> None:
    assert len(row["source"].split()) > 1
    (day,) = (row[key] for key in ("since", "seen") if key in row)
    assert isinstance(day, date)
    assert day < date.today()
