"""Forms and programs at the same moment: nothing is overwritten, nothing is made twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

AT_ONCE = 4
ROUNDS = 3


@pytest.fixture
def site(make_site: Any, database_url: str) -> Any:
    """A site on each kind of database, with somebody who calls."""
    site = make_site(database=database_url)
    site.add("Organization", name="Analytical Ltd")
    site.add("Person", first_name="Ada", name="Lovelace", org_id=1)
    return site


def together(send: Callable[[int], Any]) -> list[Any]:
    """What several get that send at the same moment."""
    ready = Barrier(AT_ONCE)

    def sent(number: int) -> Any:
        ready.wait()
        return send(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(sent, range(AT_ONCE)))


def post(site: Any, url: str, fields: dict[str, str]) -> Any:
    """A form from another window of the same browser."""
    window = site.running.client(Accept="text/html")
    name = site.running.app.config["SESSION_COOKIE_NAME"]
    window.set_cookie(name, site.browser.get_cookie(name).value)
    return window.post(url, data=fields)


TOKEN = {"Authorization": "Bearer of-a-program"}


def test_of_several_saves_of_one_version_one_is_kept(site: Any) -> None:
    for _round in range(ROUNDS):
        page = site.get("/objects/Person/1/modify")

        def save(number: int, page: Any = page) -> Any:
            fields = {**page.fields, "email": f"n{number}@{page.fields['version']}.example"}
            return post(site, page.form.action, fields)

        answers = together(save)
        saved = [n for n, answer in enumerate(answers) if answer.status_code == 303]
        assert len(saved) == 1
        assert site.stored("Person", 1)["email"].startswith(f"n{saved[0]}@")
        for number, answer in enumerate(answers):
            if number not in saved:  # what they typed is still there
                assert f"n{number}@" in answer.text


def test_of_several_programs_with_one_version_one_changes_it(site: Any) -> None:
    address = "/api/v1/objects/Person/1"
    for round_ in range(ROUNDS):
        seen = {"If-Match": site.browser.get(address).headers["ETag"], **TOKEN}

        def change(number: int, seen: dict[str, str] = seen, round_: int = round_) -> Any:
            sent = {"fields": {"email": f"n{number}@round{round_}.example"}}
            return site.running.client().patch(address, json=sent, headers=seen)

        answers = together(change)
        assert sorted(answer.status_code for answer in answers) == [200, *[412] * (AT_ONCE - 1)]
        (kept,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
        assert site.stored("Person", 1)["email"] == f"n{kept}@round{round_}.example"


def test_a_change_without_a_version_is_refused(site: Any) -> None:
    page = site.get("/objects/Person/1/modify")
    fields = {**page.fields, "email": "new@example.org"}
    del fields["version"]
    answer = post(site, page.form.action, fields)
    assert answer.status_code != 303
    assert "new@example.org" in answer.text
    sent = {"fields": {"email": "new@example.org"}}
    program = site.browser.patch("/api/v1/objects/Person/1", json=sent, headers=TOKEN)
    assert program.status_code == 428
    assert not site.stored("Person", 1)["email"]


def test_a_form_that_is_sent_several_times_at_once_makes_one_ticket(site: Any) -> None:
    filled = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1", "origin": "phone"}
    for made in range(ROUNDS):
        page = site.get("/objects/new/UserRequest")
        fields = {**page.fields, **filled}

        def send(_number: int, page: Any = page, fields: dict[str, str] = fields) -> Any:
            return post(site, page.form.action, fields)

        answers = together(send)
        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["Location"] for answer in answers}) == 1
        assert site.count("UserRequest") == made + 1
        assert send(0).headers["Location"] == answers[0].headers["Location"]
