"""Sessions last for a while, and only as long as the provider confirms them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local_provider import csrf_token

MINUTE = 60


def test_a_session_ends_after_its_hours(make_site: Any) -> None:
    site = make_site("session_hours = 2\nrecheck_minutes = 1440")
    with site.browser() as browser:
        browser.get("/who")
        site.pass_time(119 * MINUTE)
        assert browser.get("/who").history == []
        site.pass_time(2 * MINUTE)
        assert len(browser.get("/who").history) > 1
        assert site.sessions() == 1  # the old one is gone


def test_the_provider_is_asked_again_and_its_answer_counts(site: Any) -> None:
    with site.browser() as browser:
        assert browser.get("/who").json()["profiles"] == ["Support Agent"]
        site.provider.people["ada"]["groups"] = ["cti-admins"]
        site.pass_time(14 * MINUTE)
        assert browser.get("/who").json()["profiles"] == ["Support Agent"]
        site.pass_time(2 * MINUTE)
        answer = browser.get("/who")
        assert answer.json()["profiles"] == ["Administrator"]
        assert answer.history == []  # the host asked by itself
        # And again, with the next refresh token.
        site.pass_time(16 * MINUTE)
        browser.get("/who")
        assert site.provider.refreshed == 2


def test_when_the_clock_was_set_back_the_provider_is_asked(site: Any) -> None:
    """Nobody knows how long ago it said who this is."""
    with site.browser() as browser:
        browser.get("/who")
        site.provider.people["ada"]["groups"] = ["cti-admins"]
        site.pass_time(-3600)
        assert browser.get("/who").json()["profiles"] == ["Administrator"]
        assert site.provider.refreshed == 1
        browser.get("/who")
        assert site.provider.refreshed == 1


def test_who_left_is_signed_out_at_the_next_check(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        site.provider.forget()
        site.provider.user = None
        site.pass_time(16 * MINUTE)
        answer = browser.get("/who")
        assert "Sign in at the provider" in answer.text
        assert site.sessions() == 0


def test_who_lost_all_groups_is_outside_at_the_next_check(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        site.provider.people["ada"]["groups"] = []
        site.pass_time(16 * MINUTE)
        assert browser.get("/who").status_code == 403


def test_one_of_several_requests_at_once_asks(site: Any) -> None:
    """A refresh token that came twice would look stolen."""
    with site.browser() as browser:
        browser.get("/who")
        site.pass_time(16 * MINUTE)
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _n: browser.get("/who").status_code, range(12)))
    assert answers == [200] * 12
    assert site.provider.refreshed == 1


def test_another_persons_token_ends_the_session(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        site.provider.told = {"sub": "id-of-somebody-else"}
        site.pass_time(16 * MINUTE)
        assert browser.get("/who", headers={"Accept": "application/json"}).status_code == 401
        assert site.sessions() == 0


def test_while_the_provider_is_down_agents_work_on_for_a_while(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        site.provider.description = {"token_endpoint": "http://127.0.0.1:1/none"}
        # A process that has not read the description before.
        plugin = site.running.plugin("oidc")
        plugin._provider._read_at = float("-inf")
        site.pass_time(16 * MINUTE)
        assert browser.get("/who").json()["name"] == "ada"
        site.pass_time(15 * MINUTE)
        assert browser.get("/who", headers={"Accept": "application/json"}).status_code == 401
        site.provider.description = {}
        plugin._provider._read_at = float("-inf")
        assert browser.get("/who", headers={"Accept": "application/json"}).status_code == 200


def test_without_a_refresh_token_the_browser_asks_without_a_question(site: Any) -> None:
    site.provider.refresh = False
    with site.browser() as browser:
        browser.get("/who")
        site.provider.people["ada"]["groups"] = ["cti-admins"]
        site.pass_time(16 * MINUTE)
        answer = browser.get("/who?page=1")
        assert answer.json()["profiles"] == ["Administrator"]
        assert str(answer.url).endswith("/who?page=1")
        assert site.provider.asked[-1]["prompt"] == "none"
        assert browser.get("/who").history == []
        assert site.sessions() == 1


def test_the_check_by_the_browser_asks_where_it_must(site: Any) -> None:
    site.provider.refresh = False
    with site.browser() as browser:
        browser.get("/who")
        site.provider.user = None
        site.pass_time(16 * MINUTE)
        answer = browser.get("/who")
        assert "Sign in at the provider" in answer.text
        assert site.sessions() == 0


def test_what_is_no_page_is_not_sent_away(site: Any) -> None:
    """A form that is sent, a script, a frame: they go on until the session is too old."""
    site.provider.refresh = False
    with site.browser() as browser:
        browser.get("/who")
        token = csrf_token(browser)
        site.pass_time(16 * MINUTE)

        def statuses() -> list[int]:
            return [
                browser.post("/who", data={"csrf_token": token}).status_code,
                browser.get("/who", headers={"Accept": "application/json"}).status_code,
            ]

        assert statuses() == [200, 200]
        framed = browser.get("/who", headers={"Sec-Fetch-Dest": "iframe"})
        assert framed.history == []
        site.pass_time(15 * MINUTE)
        assert statuses() == [401, 401]


def test_forms_of_other_tabs_stay_good_after_a_check(site: Any) -> None:
    site.provider.refresh = False
    with site.browser() as browser:
        browser.get("/who")
        token = csrf_token(browser)
        site.pass_time(16 * MINUTE)
        browser.get("/who")
        assert browser.post("/who", data={"csrf_token": token}).status_code == 200


def test_nothing_of_a_session_can_be_used_from_a_copy_of_the_database(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        cookie = browser.cookies["cti_host"]
    refresh_tokens = [one.refresh_token for one in site.provider._tokens.values()]
    files = list(Path(site.running.config_file.parent).glob("cti.db*"))
    stored = b"".join(path.read_bytes() for path in files)
    assert b"id-of-ada" in stored  # it is the right file
    assert refresh_tokens
    assert all(one.encode() not in stored for one in refresh_tokens)
    assert b"eyJ" not in stored  # how tokens begin
    assert cookie.encode() not in stored


def test_a_planted_session_is_not_taken_over(site: Any) -> None:
    with site.browser() as browser:
        token = csrf_token(browser, "/oidc/signed-out")
        browser.get("/who")
        assert browser.post("/who", data={"csrf_token": token}).status_code == 400
