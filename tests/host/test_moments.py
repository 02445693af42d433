"""Moments are shown as Babel shows them, whatever the language, and each is put in at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel.dates import format_datetime
from hypothesis import given
from hypothesis import strategies as st

from cti_host.languages.known import LANGUAGES
from cti_host.web.moments import distance, short_moments

# Digits alone; the halves of a day; years of two digits; years of another calendar's pattern.
LOCALES = ["en_GB", "fr_FR", "fr_CA", "en_US", "de_DE", "sv_SE", "fi_FI", "ja_JP", "bg_BG", "ar_EG"]


@pytest.mark.parametrize("locale", LOCALES)
@given(when=st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9.5))])))
def test_a_moment_is_written_as_its_locale_wants(locale: str, when: datetime) -> None:
    assert short_moments(locale)(when) == format_datetime(when, "short", locale=locale)


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (0, "1 min ago", "il y a 1 min"),
        (-59 * 60, "59 min ago", "il y a 59 min"),
        (-7_300, "2 hr ago", "il y a 2 h"),
        (-3 * 86_400, "3 days ago", "il y a 3 j"),
        (-400 * 86_400, "1 yr ago", "il y a 1 a"),
        (5 * 3_600, "in 5 hr", "dans 5 h"),
    ],
)
def test_a_distance_is_told_in_its_largest_unit(seconds: int, english: str, french: str) -> None:
    assert distance(seconds, "en_GB") == english
    assert distance(seconds, "fr_FR").replace("\xa0", " ") == french


@pytest.mark.parametrize("language", LANGUAGES)
@given(days=st.integers(-10_000, 10_000))
def test_every_distance_has_words_in_every_language(language: str, days: int) -> None:
    """German has no short words for months to come: a page with such a moment failed."""
    assert re.search(r"\d", distance(days * 86_400.0, language))


def test_where_short_words_are_missing_the_long_ones_are_told() -> None:
    assert distance(95 * 86_400, "de_DE").replace("\xa0", " ") == "in 3 Monaten"
    assert distance(-95 * 86_400, "de_DE").replace("\xa0", " ") == "vor 3 Monaten"
