"""What administrators see of the way of calls: the journal, and the doctor's page."""

from __future__ import annotations

from cti_calls.api_for_plugins import PhoneEvent, Problem
from cti_calls.model.facts import UNKNOWN_SOURCE
from cti_calls.simulator.playing import play, scene_of
from cti_calls.simulator.scenes import Scene
from site_kit import Site, built, site

__all__ = ["built", "site"]

PHONE_OF = "There is no device “%(device)s” here: add it, with the agent whose it is."


def take(site: Site, source: str, *events: PhoneEvent) -> None:
    with site.inside(), site.running.host.database.connection_context():
        site.running.plugin("calls").calls.take(source, events)


def test_the_journal_tells_what_was_answered_and_what_was_refused(site: Site) -> None:
    told = PhoneEvent("newCall", "{}", answer="200, application/xml")
    odd = PhoneEvent("x", "{}", problem=Problem(PHONE_OF, {"device": "<b>9</b>"}), dedup="odd")
    refused = PhoneEvent("refused", dedup="r", problem="wrong", answer="401, x", refused=42)
    take(site, "desk", told, odd)
    take(site, UNKNOWN_SOURCE, refused)
    boss = site.browser(profiles="Administrator")
    page = boss.get("/calls/journal").text
    assert "told: 200, application/xml" in page
    assert "42 requests refused" in page
    assert "There is no device “&lt;b&gt;9&lt;/b&gt;” here" in page
    found = boss.get("/calls/journal", query_string={"source": UNKNOWN_SOURCE}).text
    assert "42 requests refused" in found
    assert "newCall" not in found
    page = boss.get("/calls/journal", headers={"Accept-Language": "fr"}).text
    assert "42 requêtes refusées" in page
    assert "Il n&#39;y a pas d&#39;appareil «\u00a0&lt;b&gt;9&lt;/b&gt;\u00a0» ici" in page


def test_the_doctors_page_times_the_last_made_up_call(site: Site) -> None:
    boss = site.browser(profiles="Administrator")
    assert "The last made-up call" not in boss.get("/calls/doctor").text
    with site.inside(), site.running.host.database.connection_context():
        calls = [one.call for one in play(site.running.host, scene_of(Scene.PLAIN, ["sam"]))]
    page = boss.get("/calls/doctor").text
    assert "The last made-up call" in page
    assert f"/calls/{calls[0]}" in page
    assert "sent to the screens after" in page
    assert "no screen has shown it yet" in page
