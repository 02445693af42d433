"""Fields that hold one of very many objects: names come while somebody types."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def test_what_is_typed_is_completed_by_the_api_of_objects(administrator: Page) -> None:
    page = administrator
    page.goto("/objects/access-journal")
    field = page.get_by_label("Person: name, or # and number")
    with page.expect_response(re.compile(r"/api/v1/objects/Person/suggestions\?q=delau$")) as asked:
        field.press_sequentially("delau")
    assert asked.value.status == 200
    offered = page.locator("#person-options option")
    expect(offered).to_have_count(1)
    chosen = "Marguerite Delaunay #20"
    expect(offered).to_have_attribute("value", chosen)
    # What is chosen has its number, and nothing is asked for any more.
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    field.fill(chosen)
    page.get_by_label("Agent: the name to sign in with").focus()
    assert requests == []


def test_a_session_that_has_expired_breaks_no_typing(administrator: Page) -> None:
    page = administrator
    page.goto("/objects/access-journal")
    page.context.clear_cookies()
    field = page.get_by_label("Person: name, or # and number")
    with page.expect_response(re.compile(r"/suggestions\?q=delau$")) as asked:
        field.press_sequentially("delau")
    assert asked.value.status == 401
    expect(field).to_have_value("delau")
