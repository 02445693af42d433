"""The clock of the server is set back by a second, an hour, a year: agents stay signed in, can sign
in, and a form that was open meanwhile can be sent; nobody gets more time than they had.
"""

from __future__ import annotations

from pathlib import Path

from tests.faults.kit.clients import Browser
from tests.faults.kit.outcome import Outcome, Size, Tally
from tests.faults.kit.site import AGENT, PASSWORD, make_site

POINT = "19"
FORM = "/objects/new/UserRequest"
STEPS = {"a second": 1, "an hour": 3600, "a year": 365 * 24 * 3600}
LONGER_THAN_A_SESSION = 400 * 24 * 3600
# What every module of a process takes for the time, as far as Python reads it.
CLOCK = """
import time
from pathlib import Path

ahead = Path(__file__).with_name("ahead")
real = time.time
time.time = lambda: real() + float(ahead.read_text())


class Plugin:
    pass
"""


def run(size: Size, folder: Path) -> Outcome:
    """See `tests/faults/README.md`."""
    tally, rounds = Tally(), size.pick(1, 10)
    site = make_site(folder / "site", toml="[server]\nworkers = 1\n", sources={"clock": CLOCK})
    ahead, now = site.folder / "plugins.d" / "ahead", 0

    def move(seconds: int) -> None:
        nonlocal now
        now += seconds
        new = ahead.with_suffix(".new")
        new.write_text(str(now))
        new.replace(ahead)

    move(0)
    with site.served() as server:
        for _round in range(rounds):
            for name, seconds in STEPS.items():
                with Browser(server.port) as browser, Browser(server.port) as other:
                    browser.sign_in()
                    ticket = {"org_id": "1", "caller_id": "1", "title": name, "description": "x"}
                    form = {**browser.form(FORM), **ticket}
                    sign_in = {**other.form("/sign-in"), "name": AGENT, "password": PASSWORD}
                    move(-seconds)
                    tally.count("sessions", browser.get("/").status_code == 200, name)
                    saved = browser.post(FORM, data=form).status_code
                    tally.count("open forms", saved == 303, f"{name}: {saved}")
                    signed_in = other.post("/sign-in", data=sign_in).status_code
                    tally.count("sign-ins", signed_in == 302, f"{name}: {signed_in}")
                    move(LONGER_THAN_A_SESSION)
                    tally.count("ends of sessions", browser.get("/").status_code != 200, name)
    done = f"set back by {', '.join(STEPS)}, {rounds} times each"
    return tally.outcome(done)
