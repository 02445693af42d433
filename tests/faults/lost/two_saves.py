"""Two agents save the same ticket at once, and two programs: the first is stored, the second is
told what has changed and keeps what was typed; without a version nothing is saved.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit.clients import Browser, at_once, program
from tests.faults.kit.databases import KINDS, database
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import Site, make_site

POINT = "7"
FORM, API = "/objects/UserRequest/1/modify", "/api/v1/objects/UserRequest/1"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(3, 50)
    for kind in KINDS:
        with database(kind) as url:
            site = make_site(folder / kind, url)
            with (
                site.served() as server,
                Browser(server.port) as first,
                Browser(server.port) as second,
            ):
                browsers = [first, second]
                for browser in browsers:
                    browser.sign_in()
                for number in range(rounds):
                    _pages(site, browsers, number, tally)
                    _programs(site, server.port, number, tally)
                _without_version(site, first, server.port, tally)
    return tally.outcome(f"{rounds} pairs of forms and of programs at once, on both databases")


def _pages(site: Site, browsers: list[Browser], number: int, tally: Tally) -> None:
    forms = [browser.form(FORM) for browser in browsers]
    titles = [f"By the {which} {number}" for which in ("first", "second")]

    def save(which: int) -> tuple[int, str]:
        fields = {**forms[which], "title": titles[which]}
        answer = browsers[which].post(FORM, data=fields)
        return answer.status_code, answer.text

    answers = at_once(2, save)
    stored = _title(site)
    saved = [status == 303 for status, _text in answers]
    good = saved.count(True) == 1
    if good:
        loser = saved.index(False)
        # The page of the second shows both: what is stored now, and what was typed.
        good = stored == titles[1 - loser] and all(one in answers[loser][1] for one in titles)
    seen = f"{[status for status, _text in answers]}, stored {stored!r}"
    tally.count("pairs of forms", good, seen)


def _programs(site: Site, port: int, number: int, tally: Tally) -> None:
    with program(site, port) as client:
        tag = client.get(API).headers["ETag"]

        def save(which: int) -> int:
            sent = {"fields": {"title": f"Program {which} {number}"}}
            return client.patch(API, json=sent, headers={"If-Match": tag}).status_code

        answers = at_once(2, save)
    stored = _title(site)
    good = sorted(answers) == [200, 412] and stored == f"Program {answers.index(200)} {number}"
    tally.count("pairs of programs", good, f"{answers}, stored {stored!r}")


def _without_version(site: Site, browser: Browser, port: int, tally: Tally) -> None:
    before = _title(site)
    fields = {**browser.form(FORM), "title": "Unseen"}
    del fields["version"]
    page = browser.post(FORM, data=fields)
    with program(site, port) as client:
        told = client.patch(API, json={"fields": {"title": "Unseen"}})
    seen = f"{page.status_code}, {told.status_code}"
    good = page.status_code != 303 and told.status_code == 428 and _title(site) == before
    tally.count("saves without a version", good, seen)


def _title(site: Site) -> str:
    ((title,),) = site.rows("SELECT title FROM ticket WHERE id = 1")
    return str(title)
