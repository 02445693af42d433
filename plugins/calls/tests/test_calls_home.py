"""What the start page says of calls."""

from __future__ import annotations

from site_kit import ADA, BOB, BOB_SHOWN, Site, built, site, texts

__all__ = ["built", "site"]


def test_the_start_page_has_missed_calls_and_ones_own_of_today(site: Site) -> None:
    site.miss("a", ADA, queue="support")
    site.call("b", BOB, devices="202")
    site.answer("b", "202")
    site.hang_up("b")
    kim = texts(site.browser("kim").get("/").text)
    assert kim.index("Missed calls") < kim.index("My calls today")
    missed, today = kim[kim.index("Missed calls") :].split("My calls today", 1)
    assert "Ada Lovelace" in missed
    assert BOB_SHOWN in today
    assert "Answered" in today


def test_whoever_had_no_call_today_reads_what_to_do(site: Site) -> None:
    site.call("old", BOB, devices="202", seconds_ago=3 * 24 * 3600)
    site.answer("old", "202", seconds_ago=3 * 24 * 3600 - 10)
    site.hang_up("old", seconds_ago=3 * 24 * 3600 - 60)
    sam = texts(site.browser().get("/").text)
    assert "Nobody waits to be called back." in sam
    assert "You have had no call today." in sam
