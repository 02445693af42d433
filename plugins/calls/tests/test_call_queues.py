"""Whose queues are whose: as they were named, else by whose phones they ring on."""

from __future__ import annotations

import json
import re

from click.testing import CliRunner
from cti_calls.store.agents.queues import add_queue, known_queues, queues_of
from site_kit import ADA, BOB, Site, built, numbers, send, site, texts

from cti_host.command_line.cli import cli

__all__ = ["built", "site"]


def named(site: Site, agent: str) -> list[str]:
    """The queues of an agent."""
    with site.inside(), site.running.host.database.connection_context():
        return queues_of(agent)


def test_named_queues_count_and_without_any_those_that_ring(site: Site) -> None:
    site.miss("a", ADA, queue="support")
    site.miss("b", BOB, devices="202", queue="sales")
    assert named(site, "sam") == ["support"]
    with site.inside(), site.running.host.database.connection_context():
        add_queue("sales", ["sam", "lou"])
        assert known_queues() == ["sales", "support"]
    assert named(site, "sam") == ["sales"]
    assert named(site, "lou") == ["sales"]
    assert numbers(site.browser(), "/calls?show=queues") == [BOB]
    page = site.browser("lou").get("/calls/missed?show=queues").text
    assert page.count('class="cti-missed"') == 1


def test_agents_say_which_queues_are_theirs_where_they_may(site: Site) -> None:
    site.miss("a", ADA, queue="support")
    sam = site.browser()
    page = texts(sam.get("/calls/phones").text)
    assert "Their calls rang on your devices in the last 30 days." in page
    wrong = send(sam, "/calls/queues", queue=" ")
    assert (wrong.status_code, "Say which queue." in wrong.text) == (400, True)
    # Of somebody else they say nothing.
    send(sam, "/calls/queues", queue="sales", agent="kim")
    assert (named(site, "sam"), named(site, "kim")) == (["sales"], [])
    page = sam.get("/calls/phones").text
    assert "They were named as yours." in page
    assert 'name="agent"' not in page.replace('type="hidden" name="agent"', "")
    assert send(sam, "/calls/queues/remove", queue="sales").status_code == 303
    assert named(site, "sam") == ["support"]
    assert send(sam, "/calls/queues/remove", queue="sales").status_code == 404


def test_what_is_typed_beside_a_phone_or_a_queue_stays(site: Site) -> None:
    """Each button of the page sends all that is typed there, also without JavaScript."""
    boss = site.browser("boss", "Administrator")
    queue, agent = "after <hours>", "kim"
    typed = {"beside": "1", "source": "main", "device": "PJSIP/298", "queue": queue, "agent": agent}

    def keeps(page: str) -> tuple[bool, bool]:
        """Whether the phone is still typed, and the queue with whose it is."""
        queue_there = 'value="after &lt;hours&gt;"' in page and 'name="agent" form="work"' in page
        whose = re.search(r'id="queue-agent"[^>]*value="kim"', page)
        return bool(re.search(r'id="device"[^>]*value="PJSIP/298"', page)), bool(
            queue_there and whose
        )

    wrong = send(boss, "/calls/phones", **{**typed, "source": "other"})
    assert (wrong.status_code, keeps(wrong.text)) == (400, (True, True))
    wrong = send(boss, "/calls/queues", **{**typed, "agent": "nobody", "queue": " "})
    assert (wrong.status_code, keeps(wrong.text)[0]) == (400, True)
    added = send(boss, "/calls/phones", **typed)
    assert (added.status_code, keeps(added.text)) == (200, (False, True))
    (gone,) = re.findall(r'formaction="(/calls/phones/remove[^"]*)"', added.text)
    removed = send(boss, gone.replace("&amp;", "&"), **{**typed, "device": "PJSIP/297"})
    assert removed.status_code == 200
    assert 'value="PJSIP/297"' in removed.text
    assert "PJSIP/298" not in texts(boss.get("/calls/phones").text)
    named_one = send(boss, "/calls/queues", **typed)
    assert (named_one.status_code, keeps(named_one.text)) == (200, (True, False))
    assert named(site, "kim") == [queue]
    back = re.findall(r'formaction="(/calls/queues/remove[^"]*)"', named_one.text)
    taken = send(boss, back[0].replace("&amp;", "&"), **typed)
    assert (taken.status_code, keeps(taken.text)) == (200, (True, True))
    assert named(site, "kim") == []


def test_administrators_name_queues_of_everybody(site: Site) -> None:
    boss = site.browser("boss", "Administrator")
    assert send(boss, "/calls/queues", queue="sales", agent="kim").status_code == 303
    page = texts(boss.get("/calls/phones").text)
    assert "sales is a queue of Kim Lee now." in page
    assert named(site, "kim") == ["sales"]
    assert send(boss, "/calls/queues/remove", queue="sales", agent="kim").status_code == 303
    assert named(site, "kim") == []


def test_without_the_setting_only_administrators_name_queues(
    site: Site,
) -> None:
    part = site.running.plugin("calls").pages._queues
    part._may_change = False
    try:
        sam = site.browser()
        refused = send(sam, "/calls/queues", queue="sales")
        assert refused.status_code == 403
        assert sam.post("/calls/queues", data={"queue": "sales"}).status_code == 403
        assert "An administrator says whose queue is whose." in texts(refused.text)
        assert 'id="queue"' not in sam.get("/calls/phones").text
        boss = site.browser("boss", "Administrator")
        assert send(boss, "/calls/queues", queue="sales", agent="sam").status_code == 303
    finally:
        part._may_change = True


def run(site: Site, *words: str) -> tuple[int, str]:
    """A command: its code, and what it printed."""
    command = ["--config", str(site.running.config_file), "calls", "queue", *words]
    done = CliRunner().invoke(cli, command)
    return done.exit_code, done.output


def test_queues_by_command(site: Site) -> None:
    assert "no queue is named" in run(site, "list")[1]
    assert run(site, "add", "support", "--agent", "sam", "--agent", "kim") == (
        0,
        "support of sam, kim: added\n",
    )
    assert run(site, "add", "support", "--agent", "sam")[1] == "support of sam: nothing to do\n"
    assert run(site, "list") == (0, "support: kim, sam\n")
    assert json.loads(run(site, "list", "--json")[1]) == [
        {"queue": "support", "agents": ["kim", "sam"]}
    ]
    assert run(site, "remove", "support", "--agent", "sam")[0] == 0
    assert run(site, "list")[1] == "support: kim\n"
    assert run(site, "remove", "support")[1] == "support: removed\n"
    code, said = run(site, "remove", "support")
    assert (code, "no queue support is named" in said) == (1, True)
    assert run(site, "add", " ", "--agent", "sam")[0] == 1
