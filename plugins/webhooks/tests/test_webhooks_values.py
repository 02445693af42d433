"""Times as phone systems write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cti_webhooks.values import moment

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "1795953600",
        "1795953600.0",
        "1795953600000",
        "2026-11-29T12:00:00Z",
        "2026-11-29T13:00:00+01:00",
        " 2026-11-29 12:00:00 ",
    ],
)
def test_seconds_milliseconds_and_iso_are_read(text: str) -> None:
    assert moment(text) == NOON


@pytest.mark.parametrize(
    "text",
    ["", "noon", "nan", "1e999", "-62135596800", "0", "0001-01-01T00:00:00+14:00", "9999-12-31",
     "99999999999999999999", "29.11.2026 12:00"],
)  # fmt: skip
def test_what_is_no_time_of_a_call_is_none(text: str) -> None:
    assert moment(text) is None
