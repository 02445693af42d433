"""Somebody has a copy of an agent's cookies and tokens: a sign-out, another password and a revoked
token end what they are good for, in every process at once, and nothing else.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit import commands
from tests.faults.kit.clients import Browser, program
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import AGENT, PASSWORD, Site, make_site

POINT = "13"
OTHER_PASSWORD = "another password for faults"
REQUESTS = 4  # enough for both processes to be asked


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 10)
    site = make_site(folder / "site", toml="[server]\nworkers = 2\n")
    with site.served() as server:
        password, other = PASSWORD, OTHER_PASSWORD
        for _round in range(rounds):
            tokens = [_command(site, "agent", "token", AGENT, "--label", name) for name in "ab"]
            with Browser(server.port) as agent, Browser(server.port) as copied:
                agent.sign_in(password=password)
                copied.cookies.update(agent.cookies)
                tally.count("copies that work before", _is_in(copied))
                agent.post("/sign-out", data=agent.form("/"))
                tally.count("copies after a sign-out", not _is_in(copied), "still signed in")
                agent.sign_in(password=password)
                _command(site, "agent", "revoke", AGENT, "a")
                kept = [_works(site, server.port, token) for token in tokens]
                tally.count("tokens when one is revoked", kept == [False, True], kept)
                given = f"{other}\n"
                _command(site, "agent", "password", AGENT, "--password-stdin", given=given)
                fell = not _works(site, server.port, tokens[1])
                tally.count("tokens after another password", fell, "still good")
                tally.count("sessions after another password", not _is_in(agent), "still open")
                refused = agent.sign_in(password=password).status_code != 302
                tally.count("former passwords", refused, "still good")
            password, other = other, password
    return tally.outcome(f"{rounds} times a sign-out, a revoked token, another password")


def _command(site: Site, *words: str, given: str = "") -> str:
    done = commands.run(site.config, *words, given=given)
    assert done.status == 0, done.said
    return done.said.split()[-1] if done.said else ""


def _is_in(browser: Browser) -> bool:
    answers = {browser.get("/").status_code for _each in range(REQUESTS)}
    assert len(answers) == 1, f"the processes disagree: {answers}"
    return answers == {200}


def _works(site: Site, port: int, token: str) -> bool:
    with program(site, port) as client:
        headers = {"Authorization": f"Bearer {token}"}
        statuses = [
            client.get("/lookup?phone=1", headers=headers).status_code for _ in range(REQUESTS)
        ]
    return 401 not in statuses
