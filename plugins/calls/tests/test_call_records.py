"""Records that turn out to be one, notes that nobody loses, links that are not replaced unasked."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from calls_kit import Desk
from cti_accounts import add_agent
from cti_accounts.tokens import issue_token
from cti_calls.model.facts import Direction, Fact, FactKind
from cti_calls.store.former import former_ids, present_id
from cti_calls.store.notes import revisions, set_note
from cti_tickets.store.calls import calls_about
from site_kit import ADA, NOBODY, Site, build, built, send, site, texts, token

__all__ = ["built", "site"]
JSON = {"Accept": "application/json"}


def joined(desk: Desk, younger: str = "two", older: str = "one", at: float = 5) -> None:
    """Two calls turn out to be one."""
    desk.take(desk.fact(FactKind.JOINED, older, at, other=younger))


def test_the_id_of_a_joined_call_leads_to_the_older_one_for_good(desk: Desk) -> None:
    (one,) = desk.take(desk.started("one", 0)).calls
    (two,) = desk.take(desk.started("two", 1)).calls
    (three,) = desk.take(desk.started("three", 2)).calls
    joined(desk, "three", "two")
    joined(desk, "two", "one")
    for id_ in (one, two, three):
        assert desk.read(id_).id == one
    with desk.open():
        assert former_ids(one) == (two, three)
        assert present_id(one) is None
    # Another call never gets the id of one of them.
    (four,) = desk.take(desk.started("four", 50)).calls
    assert four not in (one, two, three)
    assert desk.read(three).id == one


def test_joined_calls_keep_both_notes_and_who_wrote_them(desk: Desk) -> None:
    (one,) = desk.take(desk.started("one", 0)).calls
    (two,) = desk.take(desk.started("two", 1)).calls
    with desk.open():
        set_note(two, "Second", "", "bob")
        set_note(one, "First", "", "ada")
    joined(desk)
    with desk.open():
        found = [(one.author, one.note) for one in revisions(one)]
    assert found == [("", "First\nSecond"), ("ada", "First"), ("bob", "Second")]
    assert desk.read(two).note == "First\nSecond"


def test_a_note_of_the_younger_call_alone_stays_with_its_author(desk: Desk) -> None:
    (one,) = desk.take(desk.started("one", 0)).calls
    (two,) = desk.take(desk.started("two", 1)).calls
    with desk.open():
        set_note(two, "Second", "", "bob")
    joined(desk)
    with desk.open():
        assert [(one.author, one.note) for one in revisions(one)] == [("bob", "Second")]


def join(site: Site) -> tuple[int, int]:
    """Two calls on phones of sam and kim that turn out to be one: the older, the younger."""
    older, younger = site.call("a"), site.call("b", devices="202", seconds_ago=50)
    site.take(Fact(FactKind.JOINED, "a", at=site.now, other="b"))
    return older, younger


def test_every_page_of_a_joined_call_is_that_of_the_older_one(site: Site) -> None:
    older, younger = join(site)
    sam = site.browser()
    page = sam.get(f"/calls/{younger}")
    assert (page.status_code, page.location) == (301, f"/calls/{older}")
    assert sam.get(f"/calls/{younger}", headers=JSON).get_json()["id"] == older
    panel = sam.get(sam.get(f"/calls/{younger}/panel").location).text
    assert f'href="/calls/{older}"' in panel
    sent = send(sam, f"/calls/{younger}/note", note="Both", before="")
    assert sent.location == f"/calls/{older}"
    assert "Both" in sam.get(f"/calls/{older}").text
    send(sam, f"/calls/{younger}/ticket", ticket="R-000001")
    assert "R-000001" in sam.get(f"/calls/{older}").text
    boss = site.browser("boss", "Administrator")
    events = [texts(boss.get(f"/calls/journal?call={id_}").text) for id_ in (older, younger)]
    assert "joined" in events[0]
    assert events[1].partition("Show")[2] == events[0].partition("Show")[2]
    # It stands on the screen once: under the older id.
    assert sam.get(f"/calls/{younger}/pop").status_code == 204


def test_a_panel_that_was_opened_before_creates_tickets_for_the_older_call(site: Site) -> None:
    older, younger = site.call("a"), site.call("b", devices="202", seconds_ago=50)
    sam = site.browser()
    panel = sam.get(sam.get(f"/calls/{younger}/panel").location)
    site.take(Fact(FactKind.JOINED, "a", at=site.now, other="b"))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', panel.text))
    query = {**fields, "selected_caller": "tickets:Person:1"}
    form = sam.get(sam.get("/create/UserRequest", query_string=query).location)
    names = dict(re.findall(r'name="([\w]+)"[^>]*?value="([^"]*)"', form.text))
    data = {**names, "title": "T", "description": "D", "org_id": "1", "caller_id": "1",
            "origin": "phone"}  # fmt: skip
    created = sam.post("/objects/new/UserRequest", data=data)
    ticket = int(re.findall(r"UserRequest/(\d+)", created.location)[0])
    found = sam.get(f"/calls/{older}", headers=JSON).get_json()
    assert found["ticket"]["id"] == ticket


def new_ticket(site: Site) -> int:
    """A ticket without phone calls."""
    from cti_tickets.store import objects

    with site.inside(), site.running.host.database.connection_context():
        values = {"title": "T", "description": "D", "org_id": "1", "caller_id": "1"}
        return int(objects.create("UserRequest", values, author=None).id)


def test_a_ticket_has_a_joined_call_once(site: Site) -> None:
    """Also if both were linked to it before they turned out to be one."""
    ticket = new_ticket(site)
    older, younger = site.call("a"), site.call("b", devices="202", seconds_ago=50)
    sam = site.browser()
    for id_ in (older, younger):
        assert send(sam, f"/calls/{id_}/ticket", ticket=f"R-{ticket:06}").status_code == 303
    assert len(site.phones_about(ticket)) == 2
    site.take(Fact(FactKind.JOINED, "a", at=site.now, other="b"))
    site.answer("a", seconds_ago=40)
    site.hang_up("a")
    assert site.phones_about(ticket) == [("inbound", "Answered, talked for 30\N{NO-BREAK SPACE}s")]


def test_a_ticket_has_a_call_once_that_was_joined_after_its_end(site: Site) -> None:
    ticket = new_ticket(site)
    older, younger = site.miss("a"), site.miss("b", devices="202", seconds_ago=50)
    for id_ in (older, younger):
        send(site.browser(), f"/calls/{id_}/ticket", ticket=f"R-{ticket:06}")
    assert len(site.phones_about(ticket)) == 2
    site.take(Fact(FactKind.JOINED, "a", at=site.now, other="b"))
    assert len(site.phones_about(ticket)) == 1


def test_the_phone_call_of_the_younger_call_goes_on_as_that_of_the_older_one(site: Site) -> None:
    ticket = new_ticket(site)
    site.call("a")
    younger = site.call("b", devices="202", seconds_ago=50)
    send(site.browser(), f"/calls/{younger}/ticket", ticket=f"R-{ticket:06}")
    site.take(Fact(FactKind.JOINED, "a", at=site.now, other="b"))
    send(site.browser(), f"/calls/{younger}/note", note="One call", before="")
    ((_flow, note),) = site.phones_about(ticket)
    assert note.endswith("\nOne call")


def test_a_note_shows_its_author_and_what_it_was_before(site: Site) -> None:
    id_ = site.miss("a")
    sam, kim = site.browser(), site.browser("kim")
    assert "Earlier notes" not in sam.get(f"/calls/{id_}").text
    send(sam, f"/calls/{id_}/note", note="Wants a quote", before="")
    send(kim, f"/calls/{id_}/note", note="Got a quote", before="Wants a quote")
    page = sam.get(f"/calls/{id_}").text
    assert re.search(r'<p class="form-text">Kim Lee · <time datetime="[^"]+">', page)
    assert "Earlier notes (1)" in page
    assert re.search(r"Sam Smith · <time .*?Wants a quote", page, re.DOTALL)
    # Nothing is new that is saved as it is.
    send(kim, f"/calls/{id_}/note", note="Got a quote", before="Got a quote")
    assert "Earlier notes (1)" in sam.get(f"/calls/{id_}").text


def test_whoever_saves_second_sees_what_the_first_changed_and_keeps_what_they_typed(
    site: Site,
) -> None:
    id_ = site.miss("a")
    sam, kim = site.browser(), site.browser("kim")
    send(sam, f"/calls/{id_}/note", note="One\nTwo", before="")
    send(sam, f"/calls/{id_}/note", note="One\nThree", before="One\nTwo")
    late = send(kim, f"/calls/{id_}/note", note="Mine", before="One\nTwo")
    assert late.status_code == 409
    assert "Sam Smith has saved another note meanwhile." in texts(late.text)
    changes = late.text.partition('class="cti-note-changes"')[2].partition("</ul>")[0]
    assert [line.strip() for line in re.findall(r"<li>(.*?)</li>", changes)] == [
        "One",
        '<del><span class="visually-hidden">gone: </span>Two</del>',
        '<ins><span class="visually-hidden">new: </span>Three</ins>',
    ]
    assert ">Mine</textarea>" in late.text
    before = re.search(r'name="before" value="([^"]*)"', late.text)
    assert before
    assert send(kim, f"/calls/{id_}/note", note="Mine", before=before[1]).status_code == 303
    assert "Earlier notes (2)" in sam.get(f"/calls/{id_}").text


def test_who_sees_no_numbers_sees_none_in_earlier_notes(site: Site) -> None:
    id_ = site.call("c1")
    kim = site.browser("kim")
    send(kim, f"/calls/{id_}/note", note="Call 0612345678 back", before="")
    send(kim, f"/calls/{id_}/note", note="Done", before="Call 0612345678 back")
    page = site.browser("ann", "Document author").get(f"/calls/{id_}").text
    assert "Earlier notes (1)" in page
    assert "0612345678" not in page


def test_a_call_is_linked_to_another_ticket_only_when_that_is_confirmed(site: Site) -> None:
    other = f"R-{new_ticket(site):06}"
    id_ = site.miss("a")
    sam = site.browser()
    send(sam, f"/calls/{id_}/ticket", ticket="R-000001")
    asked = send(sam, f"/calls/{id_}/ticket", ticket=other)
    assert asked.status_code == 409
    question = f"The call is linked to R-000001. Link it to {other} instead?"
    assert question in texts(asked.text)
    assert ticket_of(sam, id_) == "R-000001"
    (pressed,) = re.findall(
        r'formaction="([^"]*/ticket\?instead_of[^"]*)" name="(chosen)" value="([^"]*)"', asked.text
    )
    address, name, chosen = map(html.unescape, pressed)
    # Of two who confirm, the second one is asked again.
    # It is the ticket of the question, whatever is typed into the field by now.
    assert send(sam, address, ticket="R-000001", **{name: chosen}).status_code == 303
    assert ticket_of(sam, id_) == other
    assert send(sam, address, **{name: "R-000001"}).status_code == 409
    # The same one needs no question.
    assert send(sam, f"/calls/{id_}/ticket", ticket=other).status_code == 303


@pytest.mark.parametrize("by", ["page", "program"])
def test_the_phone_call_goes_along_to_the_ticket_that_the_call_is_linked_to_instead(
    site: Site, by: str
) -> None:
    other = new_ticket(site)
    id_ = site.miss("a")
    sam = site.browser()
    send(sam, f"/calls/{id_}/ticket", ticket="R-000001")
    ((id_of_phone_call, *call),) = phone_calls(site, 1)
    there = site.phones_about(other)
    fields = {"ticket": f"R-{other:06}", "instead_of": "tickets:UserRequest:1"}
    bearer = {"Authorization": f"Bearer {write_token(site)}"} if by == "program" else {}
    for _twice in range(2):
        if by == "page":
            assert send(sam, f"/calls/{id_}/ticket", **fields).status_code == 303
        else:
            sent = site.running.app.test_client().post(
                f"/calls/{id_}/ticket", data=fields, headers=bearer
            )
            assert sent.status_code == 204
    assert phone_calls(site, 1) == []
    assert site.phones_about(other) == [*there, ("inbound", call[1])]
    history = texts(sam.get(f"/objects/PhoneCall/{id_of_phone_call}?tab=history").text)
    assert "R-000001" in history
    assert f"R-{other:06}" in history
    # And back again; what is told once more after that changes nothing.
    back = {"ticket": "R-000001", "instead_of": f"tickets:UserRequest:{other}"}
    send(sam, f"/calls/{id_}/ticket", **back)
    site.hang_up("a", seconds_ago=1)
    assert [one[0] for one in phone_calls(site, 1)] == [id_of_phone_call]
    assert site.phones_about(other) == there


HELP_DESK = '''
from cti_host import Ticket, hookimpl


class Plugin:
    """A second system of tickets; it notes what it is told of calls."""

    def __init__(self):
        self.told = []

    @hookimpl
    def find_tickets(self, texts):
        known = {"HD-1", "help_desk:Case:1"}
        return [Ticket("Case", 1, "HD-1", "Second system") for one in texts if one in known]

    @hookimpl
    def call_recorded(self, ticket, record):
        self.told.append(("recorded", str(ticket), record))

    @hookimpl
    def call_unlinked(self, ticket, record, former):
        self.told.append(("unlinked", str(ticket), record, *former))
'''


@pytest.fixture(scope="module")
def two_systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A host with tickets of two plugins."""
    running = build(tmp_path_factory.mktemp("two"), more={"help_desk": HELP_DESK})
    yield Site(running)
    running.host.close()


def test_a_call_that_goes_to_a_ticket_of_another_plugin_is_with_the_first_no_longer(
    two_systems: Site,
) -> None:
    site, ours = two_systems, "tickets:UserRequest:1"
    id_, younger = site.call("a"), site.call("b", seconds_ago=30)
    sam, told = site.browser(), site.running.plugin("help_desk").told
    send(sam, f"/calls/{younger}/ticket", ticket="R-000001")
    assert len(site.phones_about(1)) == 1
    site.take(Fact(FactKind.JOINED, "a", other="b"))
    # It is not one of two plugins before somebody says that it is to be.
    assert send(sam, f"/calls/{id_}/ticket", ticket="HD-1").status_code == 409
    assert len(site.phones_about(1)) == 1
    for _twice in range(2):
        changed = send(sam, f"/calls/{id_}/ticket", ticket="HD-1", instead_of=ours)
        assert changed.status_code == 303
    assert site.phones_about(1) == []
    assert {*told} == {("recorded", "help_desk:Case:1", id_)}
    told.clear()
    back = {"ticket": "R-000001", "instead_of": "help_desk:Case:1"}
    assert send(sam, f"/calls/{id_}/ticket", **back).status_code == 303
    assert told == [("unlinked", "help_desk:Case:1", id_, younger)]
    assert len(site.phones_about(1)) == 1


def write_token(site: Site) -> str:
    """A token of a program that changes what it may."""
    with site.inside(), site.running.host.database.connection_context():
        add_agent("robot", "a good long password", ["Support Agent"])
        return str(issue_token("robot", "calls", ["read", "write"]))


def phone_calls(site: Site, ticket: int) -> list[tuple[int, str, str]]:
    """The phone calls of a ticket: id, direction and note."""
    with site.inside(), site.running.host.database.connection_context():
        return [(one.id, one.flow, one.note) for one in calls_about(ticket)]


def ticket_of(client: Any, id_: int) -> str:
    """The reference of the ticket that a call is linked to."""
    return str(client.get(f"/calls/{id_}", headers=JSON).get_json()["ticket"]["ref"])


def test_a_call_becomes_somebody_elses_only_when_that_is_confirmed(site: Site) -> None:
    id_ = site.miss("a", NOBODY)
    sam = site.browser()
    send(sam, f"/calls/{id_}/person", person="tickets:Person:1")
    asked = send(sam, f"/calls/{id_}/person", person="tickets:Person:3")
    assert asked.status_code == 409
    assert "The call is one of Ada Lovelace, Analytical Ltd. Make it one of Bob Byron" in texts(
        asked.text
    )
    assert sam.get(f"/calls/{id_}", headers=JSON).get_json()["caller"]["id"] == 1
    confirmed = {"person": "tickets:Person:3", "instead_of": "tickets:Person:1"}
    assert send(sam, f"/calls/{id_}/person", **confirmed).status_code == 303
    assert sam.get(f"/calls/{id_}", headers=JSON).get_json()["caller"]["id"] == 3


def test_withheld_callers_count_in_the_menu(site: Site) -> None:
    site.miss("a", withheld=True)
    assert "Missed (1)" in site.browser().get("/calls").text
    site.miss("b", ADA)
    assert "Missed (2)" in site.browser().get("/calls").text


def test_a_token_that_is_too_old_is_told_once(site: Site) -> None:
    """A question is asked of whoever may answer it: forms without a token ask nothing."""
    id_ = site.miss("a")
    sam = site.browser()
    assert token(sam)
    assert sam.post(f"/calls/{id_}/ticket", data={"ticket": "R-000001"}).status_code == 400


def test_the_end_of_an_outbound_call_says_why(site: Site) -> None:
    out = Fact(FactKind.STARTED, "x", direction=Direction.OUT, remote=ADA)
    id_ = site.take(out, Fact(FactKind.HUNG_UP, "x", cause="noRouteDestination"))
    page = texts(site.browser().get(f"/calls/{id_}").text)
    assert "Cause noRouteDestination" in page


def test_long_notes_are_shown_whole_and_not_compared(site: Site) -> None:
    id_ = site.miss("a")
    sam, kim = site.browser(), site.browser("kim")
    lines = ["x"] * 250
    first, second = "\n".join(lines), "\n".join([*lines, "y"])
    send(sam, f"/calls/{id_}/note", note=first, before="")
    send(sam, f"/calls/{id_}/note", note=second, before=first)
    late = send(kim, f"/calls/{id_}/note", note="Mine", before=first)
    assert late.status_code == 409
    assert (late.text.count("<del>"), late.text.count("<ins>")) == (250, 251)


def test_what_a_note_was_before_is_no_longer_than_a_note(site: Site) -> None:
    id_ = site.miss("a")
    sam = site.browser()
    send(sam, f"/calls/{id_}/note", note="One", before="")
    refused = send(sam, f"/calls/{id_}/note", note="Two", before="x" * 10_001)
    assert refused.status_code == 400
    assert "A note has at most 10000 characters; this one has 10001." in texts(refused.text)
