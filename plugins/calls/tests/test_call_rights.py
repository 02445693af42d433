"""Who may see which calls, and who may take missed ones off the list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from calls_kit import Desk
from click.testing import CliRunner
from cti_calls.store.agents.queues import add_queue
from cti_calls.store.devices import add_device
from site_kit import ADA, BOB, NOBODY, WHO, Site, build, forget_calls, numbers, send, texts

from cti_host.command_line.cli import cli
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost

RIGHTS = """
[plugin.calls.rights."Service Manager"]
read_all = false
[plugin.calls.rights."Problem Manager"]
read_queues = false
read_all = false
done = false
[plugin.calls.rights."Change Approver"]
read = false
[plugin.calls.rights."Portal user"]
read = true
"""
OTHERS, QUEUES, OWN, NONE = (
    "Support Agent",
    "Service Manager",
    "Problem Manager",
    "Change Approver",
)


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """A host whose settings take rights away."""
    running = build(tmp_path_factory.mktemp("rights"), RIGHTS)
    yield running
    running.host.close()


@pytest.fixture
def site(limited: RunningHost) -> Site:
    """The host with three calls: on sam's phone, through sam's queue, and neither."""
    forget_calls(limited)
    site = Site(limited)
    with site.inside(), limited.host.database.connection_context():
        add_queue("support", ["sam"])
    site.call("own", ADA)
    site.call("queue", BOB, devices="202", queue="support")
    site.call("other", NOBODY, devices="202", queue="sales")
    return site


@pytest.mark.parametrize(
    ("profile", "seen"),
    [(OTHERS, {ADA, BOB, NOBODY}), (QUEUES, {ADA, BOB}), (OWN, {ADA})],
)
def test_the_list_of_now_holds_what_the_agent_may_see(
    site: Site, profile: str, seen: set[str]
) -> None:
    sam = site.browser(profiles=profile)
    assert set(numbers(sam, "/calls?show=now")) == seen
    page = sam.get("/calls").text
    assert ("show=all" in page) is (profile == OTHERS)
    assert ("show=queues" in page) is (profile != OWN)
    for show, may in (("all", profile == OTHERS), ("queues", profile != OWN), ("mine", True)):
        assert sam.get(f"/calls?show={show}").status_code == (200 if may else 403), show
    # A program that doesn't say which gets what its agent sees.
    assert set(numbers(sam, "/calls")) == (seen if profile == OTHERS else {ADA})


def ids(site: Site) -> dict[str, int]:
    """The calls by their numbers."""
    boss = site.browser(profiles="Administrator")
    every = boss.get("/calls", headers={"Accept": "application/json"}).get_json()["calls"]
    return {call["number"]: call["id"] for call in every}


def test_a_call_that_is_not_theirs_is_refused_with_a_sentence_whatever_is_asked(site: Site) -> None:
    calls, sam = ids(site), site.browser(profiles=QUEUES)
    for number in (ADA, BOB):
        assert sam.get(f"/calls/{calls[number]}").status_code == 200
    # Nor is it told whether there is such a call.
    for id_ in (calls[NOBODY], 4711):
        for address in (f"/calls/{id_}", f"/calls/{id_}/panel"):
            page = sam.get(address)
            assert page.status_code == 403
            sentence = "Your profiles let you see your own calls and those of your queues only."
            assert sentence in texts(page.text)
        for part in ("note", "ticket", "person"):
            assert send(sam, f"/calls/{id_}/{part}", note="x", ticket="R-000001").status_code == 403
    assert send(sam, "/calls/dial", record=calls[NOBODY]).status_code == 404


def test_other_calls_stand_nowhere_else_either(site: Site) -> None:
    sam = site.browser(profiles=f"{QUEUES}")
    calls = ids(site)
    hidden = site.call("again", ADA, devices="202", queue="sales")
    for address in (f"/calls/{calls[ADA]}", "/pop?phone=0987654321", "/objects/Person/1"):
        assert f"/calls/{hidden}" not in sam.get(address).text
    assert f"/calls/{hidden}" in site.browser().get(f"/calls/{calls[ADA]}").text


def test_missed_calls_are_those_that_the_agent_may_see(site: Site) -> None:
    for key in ("own", "queue", "other"):
        site.hang_up(key, seconds_ago=0)
    for profile, count in ((OTHERS, 3), (QUEUES, 2), (OWN, 1)):
        sam = site.browser(profiles=profile)
        page = sam.get("/calls/missed").text
        assert page.count('class="cti-missed"') == count
        assert f"Missed ({count})" in page
    entries = site.entries()
    sam = site.browser(profiles=QUEUES)
    assert send(sam, f"/calls/missed/{entries[NOBODY]}/claim").status_code == 404
    assert send(sam, "/calls/dial", call_back=entries[NOBODY]).status_code == 404
    # Of those who are ticked only what one sees is done.
    send(sam, "/calls/missed", ids=list(entries.values()))
    assert set(site.entries()) == {NOBODY}


def test_who_may_not_close_missed_calls_can_still_call_back(site: Site) -> None:
    site.hang_up("own", seconds_ago=0)
    sam = site.browser(profiles=OWN)
    page = sam.get("/calls/missed").text
    assert "Done, without calling" not in page
    assert 'name="ids"' not in page
    entry = site.entries()[ADA]
    refused = send(sam, "/calls/missed", ids=[entry])
    assert refused.status_code == 403
    assert "take missed calls off the list" in texts(refused.text)
    # The right is told before a missing token.
    assert sam.post("/calls/missed", data={"ids": [entry]}).status_code == 403
    assert send(sam, f"/calls/missed/{entry}/claim").status_code == 303


@pytest.mark.parametrize("profile", [NONE, "Portal power user", "REST Services User"])
def test_who_may_see_no_calls_gets_a_sentence_before_anything_else(
    site: Site, profile: str
) -> None:
    sam = site.browser(profiles=profile)
    for address in ("/calls", "/calls/4711", "/calls/missed", "/calls/phones", "/calls/pop",
                    "/calls/pops", "/calls/journal", "/calls/doctor"):  # fmt: skip
        page = sam.get(address)
        assert page.status_code == 403, address
        assert "profile" in texts(page.text)
        assert sam.get(address, headers={"Accept": "application/json"}).status_code == 403
    for address in ("/calls/4711/note", "/calls/4711/ticket", "/calls/4711/person", "/calls/dial",
                    "/calls/missed", "/calls/missed/4711/claim", "/calls/pop"):  # fmt: skip
        assert sam.post(address, data={}).status_code == 403, address
    if profile == NONE:
        home = sam.get("/").text
        assert 'href="/calls"' not in home
        assert "Latest calls" not in sam.get("/pop?phone=0987654321").text
        menu = sam.get("/objects/UserRequest/1").text
        assert "data-here" not in menu


def test_portal_users_see_no_calls_where_no_plugin_keeps_them_out(make_host: MakeHost) -> None:
    running = make_host(plugins=["calls", "who"], sources={"who": WHO}, sign_in=False)
    portal = running.client(Profiles="Portal user")
    assert portal.get("/").status_code == 200
    for address in ("/calls", "/calls/4711", "/calls/pops", "/calls/missed"):
        page = portal.get(address)
        assert page.status_code == 403, address
        assert "None of your profiles lets you see calls." in texts(page.text)
    assert 'href="/calls"' not in portal.get("/").text
    assert running.client(Profiles="Support Agent").get("/calls").status_code == 200


def test_a_right_that_is_granted_counts_and_one_that_is_denied_wins(site: Site) -> None:
    both = site.browser(profiles=f"{OTHERS},{QUEUES}")
    assert both.get("/calls?show=all").status_code == 403
    assert both.get("/calls?show=queues").status_code == 200
    assert site.browser(profiles="Administrator,Change Approver").get("/calls").status_code == 200
    # The site lets portal users see their own calls; the host still has to let them in.
    rights = site.running.plugin("calls")._rights
    from cti_calls.rights.profiles import Action

    from cti_host import Agent

    portal = Agent("zoe", profiles=frozenset({"Portal user"}))
    with site.inside():
        assert rights.may(portal, Action.READ)
        assert not rights.may(portal, Action.READ_ALL)
        assert not rights.may(Agent("nobody"), Action.READ)


def test_the_list_of_changes_is_followed_by_who_may_see_calls(site: Site) -> None:
    from cti_host import Agent

    def followed(profile: str) -> list[str]:
        agent = Agent("sam", profiles=frozenset({profile}))
        with site.inside():
            asked = ["calls"]
            return list(site.running.plugin("calls").followed_topics(agent, asked))

    assert (followed(OWN), followed(NONE)) == (["calls"], [])


def test_misspelt_rights_are_found(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("misspelt")
    toml = '[plugin.calls.rights."Suport Agent"]\nread = false\n'
    with pytest.raises(ConfigRefused, match="did you mean 'Support Agent'"):
        build(folder, toml)


def test_nobody_takes_over_a_missed_call_that_they_do_not_see(site: Site) -> None:
    for key in ("own", "other"):
        site.hang_up(key, seconds_ago=0)
    calls, entries, sam = ids(site), site.entries(), site.browser(profiles=OWN)
    hidden, own = entries[NOBODY], entries[ADA]
    both = send(sam, "/calls/dial", record=calls[ADA], call_back=hidden)
    assert both.status_code == 404
    assert site.running.plugin("switch").placed == []
    send(sam, f"/calls/dial?call_back={own}", call_back=hidden)
    page = texts(site.browser(profiles="Administrator").get("/calls/missed").text)
    assert page.count("calls back") == 1


def test_a_queue_lets_its_agents_read_calls_so_they_do_not_name_it_themselves(site: Site) -> None:
    sam = site.browser(profiles=QUEUES)
    assert "sales" not in sam.get("/calls/phones").text
    assert send(sam, "/calls/queues", queue="sales").status_code == 403
    assert NOBODY not in numbers(sam, "/calls")
    assert send(site.browser(profiles=OTHERS), "/calls/queues", queue="sales").status_code == 303


def test_the_command_prints_what_each_profile_may_do_with_calls_and_why(site: Site) -> None:
    def command(*arguments: str) -> Any:
        config = str(site.running.config_file)
        return CliRunner().invoke(cli, ["--config", config, "rights", *arguments])

    def printed(*arguments: str) -> list[str]:
        shown = command("--class", "calls", *arguments)
        assert shown.exit_code == 0, shown.output
        return [line.strip() for line in shown.output.splitlines()]

    assert printed("--profile", OTHERS) == [
        OTHERS,
        f"calls: read, read_queues, read_all, done (granted to {OTHERS})",
    ]
    assert printed("--profile", OWN) == [
        OWN,
        f"calls: read (granted to {OWN})",
        f"calls: not read_queues, read_all, done (denied to {OWN} by [plugin.calls.rights])",
    ]
    assert printed("--profile", NONE)[1:] == [
        f"calls: not read (denied to {NONE} by [plugin.calls.rights])",
        "calls: not read_queues, read_all, done "
        "(whoever may not read calls may do nothing else with them)",
    ]
    assert printed("--profile", "Portal user")[1:] == [
        "calls: read (granted to Portal user by [plugin.calls.rights])",
        "calls: not read_queues, read_all, done (not granted to Portal user)",
    ]
    assert printed("--profile", "Administrator")[1:] == [
        "calls: read, read_queues, read_all, done (an administrator may do everything)"
    ]
    every = json.loads(command("--json").output)
    assert {
        "who": QUEUES,
        "class": "calls",
        "action": "read_all",
        "allowed": False,
        "reason": f"denied to {QUEUES} by [plugin.calls.rights]",
    } in every
    assert {"PhoneCall", "calls"} < {cell["class"] for cell in every}
    unknown = command("--class", "cals")
    assert "there is no class 'cals'; did you mean 'calls'?" in unknown.output


def test_a_colleagues_device_and_so_its_calls_is_shared_by_an_administrator_only(
    site: Site,
) -> None:
    sam = site.browser(profiles=OWN)
    hidden = site.call("kims", BOB, devices="202")
    for written in ("202", " 202 "):
        refused = send(sam, "/calls/phones", source="main", device=written)
        assert refused.status_code == 400
        sentence = "It is another agent's device, and its calls are theirs"
        assert sentence in texts(refused.text).replace("&#39;", "'")
    assert sam.get(f"/calls/{hidden}").status_code == 403
    assert hidden not in (call["id"] for call in calls_of(sam))
    with site.inside(), site.running.host.database.connection_context():
        add_device("main", "202", ["sam"])
    try:
        shared = site.call("both", BOB, devices="202")
        # What rang before stays who it rang for.
        assert sam.get(f"/calls/{hidden}").status_code == 403
        assert shared in (call["id"] for call in calls_of(sam))
    finally:
        send(sam, "/calls/phones/remove", source="main", device="202")
    assert send(sam, "/calls/phones", source="main", device="202").status_code == 400


def calls_of(client: Any) -> list[dict[str, Any]]:
    """The calls that somebody sees, as a program reads them."""
    answer = client.get("/calls", headers={"Accept": "application/json"}).get_json()
    calls: list[dict[str, Any]] = answer["calls"]
    return calls


def test_the_command_is_there_without_tickets(sqlite_desk: Desk) -> None:
    shown = CliRunner().invoke(cli, ["--config", str(sqlite_desk.config), "rights", "--json"])
    assert shown.exit_code == 0, shown.output
    cells = json.loads(shown.output)
    assert {cell["class"] for cell in cells} == {"calls"}
    assert len({cell["who"] for cell in cells}) == 13
