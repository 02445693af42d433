"""The form of a new ticket is sent several times at once, as by a double click, and once more
later, as by a reload; a program sends its ticket twice with one key: one ticket, the same answer.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit.clients import Browser, at_once, program
from tests.faults.kit.databases import KINDS, database
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import Site, make_site

POINT = "6"
FORM = "/objects/new/UserRequest"
TICKET = {"org_id": 1, "caller_id": 1, "description": "It is on fire.", "origin": "phone"}


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds, times_at_once = Tally(), size.pick(2, 25), size.pick(3, 8)
    for kind in KINDS:
        with database(kind) as url:
            site = make_site(folder / kind, url)
            with site.served() as server, Browser(server.port) as browser:
                browser.sign_in()
                for number in range(rounds):
                    _form(site, browser, f"Form {number}", times_at_once, tally)
                    _key(site, server.port, f"Key {number}", times_at_once, tally)
    done = (
        f"{rounds} forms and {rounds} keys, each sent {times_at_once} times at once and once more, "
        "on both databases"
    )
    return tally.outcome(done)


def _form(site: Site, browser: Browser, title: str, times_at_once: int, tally: Tally) -> None:
    fields = {**browser.form(FORM), **TICKET, "title": title}
    answers = at_once(times_at_once, lambda _number: browser.post(FORM, data=fields))
    answers.append(browser.post(FORM, data=fields))
    places = {(answer.status_code, answer.headers.get("Location")) for answer in answers}
    same = len(places) == 1 and answers[0].status_code == 303
    tally.count("forms", same, places)
    _one(site, title, tally)


def _key(site: Site, port: int, title: str, times_at_once: int, tally: Tally) -> None:
    with program(site, port) as client:
        sent = {"fields": {**TICKET, "title": title}}

        def send(_number: int) -> tuple[int, object]:
            answer = client.post(
                "/api/v1/objects/UserRequest", json=sent, headers={"Idempotency-Key": title}
            )
            return answer.status_code, answer.json().get("id")

        answers = [*at_once(times_at_once, send), send(0)]
    statuses = sorted(status for status, _id in answers)
    same = len({id_ for _status, id_ in answers}) == 1
    good = same and statuses == [200] * times_at_once + [201]
    tally.count("keys", good, answers)
    _one(site, title, tally)


def _one(site: Site, title: str, tally: Tally) -> None:
    ((found,),) = site.rows(f"SELECT count(*) FROM ticket WHERE title = '{title}'")  # noqa: S608
    ((calls,),) = site.rows(
        "SELECT count(*) FROM phone_call AS c JOIN ticket AS t ON c.ticket_id = t.id "  # noqa: S608
        f"WHERE t.title = '{title}'"
    )
    tally.count("tickets", (found, calls) == (1, 1), f"{found} tickets, {calls} phone calls")
