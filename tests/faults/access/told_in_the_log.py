"""Agents sign in, fail, save; strangers try; programs use tokens, good and wrong ones: the log says
who did what, and where from, and holds no password, token, number or value, as lines and as JSON.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.kit.clients import Browser, program
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import PASSWORD, Site, make_site, phone_of

POINT = "17"
WRONG, STRANGER, VALUE = "a wrong password", "typed-into-the-wrong-field", "It smells of smoke"
FORM, API = "/objects/new/UserRequest", "/api/v1/objects/Person"


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 10)
    limits = "[plugin.accounts]\nfailed_sign_ins = 1000\n"
    for kind in ("lines", "json"):
        site = make_site(folder / kind, toml=f"[server]\nworkers = 1\n{limits}")
        text = site.config.read_text()
        site.config.write_text('log = "json"\n' + text if kind == "json" else text)
        wrong = f"{'0' * 40}wrong-token"
        with site.served() as server, program(site, server.port) as client:
            for number in range(rounds):
                _work(server.port, number)
                headers = {"Authorization": f"Bearer {wrong}"}
                client.get("/lookup", params={"phone": phone_of(1)}, headers=headers)
                fields = {"name": VALUE, "first_name": "A", "org_id": 1, "phone": "0612345678"}
                client.post(API, json={"fields": fields})
        _compare(site, kind, rounds, wrong, tally)
    return tally.outcome(f"{rounds} rounds of sign-ins, failures and changes, in both formats")


def _work(port: int, number: int) -> None:
    with Browser(port) as browser:
        browser.sign_in(password=WRONG)
        browser.sign_in(name=STRANGER, password=WRONG)
        browser.sign_in()
        title = f"{VALUE} {number}"
        ticket = {"org_id": "1", "caller_id": "1", "title": title, "description": VALUE}
        browser.send_form(FORM, ticket)
        browser.get("/pop", params={"phone": phone_of(2)})
        browser.post("/sign-out", data=browser.form("/"))


def _compare(site: Site, kind: str, rounds: int, wrong: str, tally: Tally) -> None:
    log = site.log()
    lines = log.splitlines()
    if kind == "json":
        lines = [str(json.loads(line)["message"]) for line in lines]
    for says in (
        "sign-in of 'ada' from 127.0.0.1 failed",
        "sign-in of nobody we know from 127.0.0.1 failed",
        "agent 'ada' signed in from 127.0.0.1",
        "agent 'ada' signed out from 127.0.0.1",
        "by 'ada' (page)",
        "by 'ada' (api)",
    ):
        times = sum(says in line for line in lines)
        for number in range(rounds):
            tally.count("events", times > number, f"{kind}: {says}: {times} times")
        tally.check(f"{says!r} is told once each", times == rounds, f"{kind}: {times} times")
    numbers = (phone_of(1), phone_of(2)[3:], "0612345678", "612345678")
    for secret in (PASSWORD, WRONG, STRANGER, VALUE, site.token, wrong, *numbers):
        tally.count("secrets", secret not in log, f"{kind}: {secret!r} is in the log")
