"""How long ago something was grows while a page is open: quietly, and in the agent's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

OPEN = Callable[..., Any]


def at_pop(page: Page, minutes: int = 30, text: str = "30 min") -> Locator:
    """The first distance on a panel, of a moment that a test has put there: some minutes ago.

    Between the steps of a test on a busy machine time goes on, too.
    """
    began = datetime.now(UTC)
    page.clock.install(time=began)
    page.goto("/pop?phone=0987654321&selected_caller=tickets:Person:20")
    told = page.locator("time.cti-ago").first
    moment = (began - timedelta(minutes=minutes)).isoformat()
    told.evaluate(
        "(one, [at, text]) => { one.dateTime = at; one.textContent = text; }", [moment, text]
    )
    return told


def test_what_was_minutes_ago_becomes_an_hour_ago(page: Page) -> None:
    told = at_pop(page)
    title = told.get_attribute("title")
    machine = told.get_attribute("datetime")
    page.clock.run_for("10:00")
    expect(told).to_have_text(re.compile(r"^[45]\d min ago$"))
    page.clock.run_for("01:00:00")
    expect(told).to_have_text("1 hr ago")
    page.clock.run_for("02:00:00")
    expect(told).to_have_text("3 hr ago")
    # The exact moment stays.
    assert (told.get_attribute("title"), told.get_attribute("datetime")) == (title, machine)


def test_what_stands_behind_it_stays_where_it_is(page: Page) -> None:
    told = at_pop(page)
    page.clock.run_for("10:00")
    expect(told).to_have_text(re.compile(r"^[45]\d min ago$"))
    before = told.bounding_box()
    page.clock.run_for("01:00:00")
    expect(told).to_have_text("1 hr ago")
    assert told.bounding_box() == before


def test_it_is_told_in_the_agents_language(open_browser: OPEN) -> None:
    for locale, hour in (("fr-FR", r"il y a 1\sh"), ("de-DE", r"vor 1\sStd\.")):
        page = open_browser(locale=locale).new_page()
        told = at_pop(page)
        page.clock.run_for("01:00:00")
        expect(told).to_have_text(re.compile(hour))
        # As the server writes it.
        other = page.locator("time.cti-ago", has_text=re.compile("^(il y a|vor)"))
        expect(other.first).to_be_attached()


def test_no_screen_reader_announces_it(page: Page) -> None:
    told = at_pop(page)
    told.evaluate("one => one.closest('section, main').setAttribute('aria-live', 'polite')")
    page.clock.run_for("01:00:00")
    expect(told).to_have_text("1 hr ago")
    expect(told).to_have_attribute("aria-live", "off")


def test_what_nobody_has_to_write_is_left_alone(page: Page) -> None:
    told = at_pop(page, 330, "5 hr")
    page.clock.run_for("00:30")
    expect(told).to_have_text("5 hr ago")
    # Of this one alone: others on the page may be just about to become older.
    told.evaluate(
        """(element) => {
          window.written = 0;
          new MutationObserver((all) => { window.written += all.length; })
            .observe(element, { subtree: true, childList: true, characterData: true });
        }"""
    )
    page.clock.run_for("00:30")
    assert page.evaluate("window.written") == 0


def test_a_wrong_clock_of_the_computer_changes_nothing(page: Page) -> None:
    page.clock.install(time=datetime.now(UTC) + timedelta(days=400))
    page.goto("/pop?phone=0987654321&selected_caller=tickets:Person:20")
    told = page.locator("time.cti-ago").first
    before = told.text_content()
    page.clock.run_for("00:30")
    expect(told).to_have_text(before or "")
