"""The same cases with the fake iTop and with a real one: what a test needs, it makes there.

The real one is named by ITOP_URL, ITOP_USER and ITOP_PASSWORD; the account has the profiles
Administrator and REST Services User. What was made is deleted afterwards.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from cti_itop.queries.query import Query
from cti_itop.rest.client import Account, Connection, Itop
from cti_itop.rest.errors import ItopError, ItopProblem, ItopRefused
from cti_itop.rest.reader import is_unknown_class
from fake_itop import PASSWORD, USER, FakeItop
from itop_model import TicketsModel

from cti_host import Finding
from cti_host.testing import MakeHost, RunningHost

SETTINGS = Path(__file__).with_name("site.toml").read_text(encoding="utf-8")
# Nobody else has this number.
NUMBER = "+33536490177"
WRITINGS = (
    "0536490177",
    "05 36 49 01 77",
    "05.36.49.01.77",
    "05-36-49-01-77",
    "+33 5 36 49 01 77",
    "+33 (0)5 36 49 01 77",
    "0033536490177",
    "(05) 36490177",
)
OTHERS = ("0536490178", "05364901770", "+32536490177", "1770536490177")
AGENT = '''
from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is the same agent."""

    @hookimpl
    def identify_agent(self, request):
        return Agent("agent", profiles={{"Support Agent"}}, contact_id={id})
'''
NASTY = (
    'O\'Neill \\ "Zed"',
    "50%_off\\",
    "' OR 1=1 OR name LIKE '%",
    "`x` :phone -- /* */ ;",
    "Ünïcødé – 日本 🎉",
    "back\\'slash",
)


@dataclass
class Real:
    """An iTop to work with, and what was made there, to be deleted."""

    url: str
    user: str
    password: str
    itop: Itop
    made: list[tuple[str, int]] = field(default_factory=list)

    def make(self, class_name: str, **fields: Any) -> int:
        """Make an object; answers its id."""
        one = self.itop.create(class_name, fields, comment="a test of CTI Host")
        self.made.append((class_name, one.id))
        return one.id


def _connect(url: str, user: str, password: str) -> Itop:
    account = Account(user=user, password=password)
    return Itop(Connection(url, account, connect_seconds=5, read_seconds=30, seconds=30))


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.live)])
def real(request: pytest.FixtureRequest) -> Iterator[Real]:
    """The fake iTop, and the real one where one is named."""
    if request.param == "fake":
        fake: FakeItop = request.getfixturevalue("itop_server")
        where = (fake.url, USER, PASSWORD)
    else:
        url, user, password = (os.environ[f"ITOP_{n}"] for n in ("URL", "USER", "PASSWORD"))
        where = (url.rstrip("/"), user, password)
    found = Real(*where, _connect(*where))
    yield found
    if request.param != "fake":
        for class_name, id_ in reversed(found.made):
            with suppress(ItopProblem):
                found.itop.call("core/delete", key=id_, comment="clean", **{"class": class_name})
    found.itop.close()


@pytest.fixture
def organization(real: Real) -> int:
    """An organization of the test's own."""
    return real.make("Organization", name=f"CTI test {os.getpid()} {len(real.made)}")


@pytest.fixture
def site(make_host: MakeHost, real: Real) -> Callable[..., RunningHost]:
    """`site(change, agent=id)`: a host in front of the iTop; the agent is that person."""

    def open_(change: Callable[[str], str] = str, agent: int = 0) -> RunningHost:
        toml = SETTINGS.replace("URL", real.url).replace('"USER"', f'"{real.user}"')
        toml = toml.replace('"PASSWORD"', f'"{real.password}"')
        return make_host(
            change(toml),
            plugins=["phone_reformat", "itop", "ecall", "agent"],
            sources={"agent": AGENT.format(id=agent or None)},
            sign_in=False,
        )

    return open_


def person(real: Real, organization: int, name: str = "Dupont", **fields: Any) -> int:
    return real.make(
        "Person", **{"name": name, "first_name": "T", "org_id": organization, **fields}
    )


def request_of(real: Real, organization: int, caller: int, title: str = "Printer") -> int:
    fields = {"title": title, "description": "<p>It <b>burns</b></p>", "origin": "portal"}
    return real.make("UserRequest", org_id=organization, caller_id=caller, **fields)


def test_every_writing_of_a_number_is_found_and_no_other(
    real: Real, organization: int, site: Callable[..., RunningHost]
) -> None:
    expected = {person(real, organization, f"W{i}", phone=w) for i, w in enumerate(WRITINGS)}
    expected.add(person(real, organization, "Mobile", mobile_phone=WRITINGS[1]))
    for i, other in enumerate(OTHERS):
        person(real, organization, f"O{i}", phone=other)
    panel = site().get_json(f"/pop?phone={quote(NUMBER)}")
    assert {caller["id"] for caller in panel["callers"]} == expected
    assert panel["problems"] == []


def test_every_writing_is_found_by_a_query_with_further_conditions(
    real: Real, organization: int, site: Callable[..., RunningHost]
) -> None:
    expected = {person(real, organization, f"W{i}", phone=w) for i, w in enumerate(WRITINGS)}
    query = f"SELECT Person AS p WHERE p.phone LIKE :phone AND p.org_id = {organization}"
    running = site(lambda toml: f'{toml}\n[caller_information]\nquery = "{query}"\n')
    panel = running.get_json(f"/pop?phone={quote(NUMBER)}")
    assert {caller["id"] for caller in panel["callers"]} == expected


def test_any_text_is_compared_as_it_is(real: Real, organization: int) -> None:
    ids = {text: person(real, organization, text) for text in NASTY}
    person(real, organization, "50xyoff")
    for pattern in (
        "SELECT Person WHERE org_id = :org AND name = :x",
        "SELECT Person WHERE org_id = :org AND name LIKE :x",
        "SELECT Person WHERE org_id = :org AND name IN (:x, 'nobody')",
    ):
        for text, id_ in ids.items():
            query = Query(pattern).inlined({"org": organization, "x": text})
            found = real.itop.get(query, class_name="Person", fields=["name"])
            assert [one.id for one in found.objects] == [id_], query


@pytest.mark.parametrize("real", [pytest.param("real", marks=pytest.mark.live)], indirect=True)
def test_a_value_is_no_regular_expression(real: Real, organization: int) -> None:
    ids = {text: person(real, organization, text) for text in NASTY}
    for text, id_ in ids.items():
        query = Query("SELECT Person WHERE org_id = :org AND name REGEXP :x")
        asked = query.inlined({"org": organization, "x": text})
        found = real.itop.get(asked, class_name="Person", fields=["name"])
        assert [one.id for one in found.objects] == [id_], asked


@pytest.mark.parametrize("operator", ["=", "LIKE", "REGEXP"])
def test_a_literal_is_one_for_itop_too(real: Real, operator: str) -> None:
    query = Query(f"SELECT Person WHERE org_id = 0 AND name {operator} :x")
    for text in NASTY:
        asked = query.inlined({"x": text})
        assert real.itop.get(asked, class_name="Person", fields=["id"]).total == 0


def test_the_lists_count_and_page(
    real: Real, organization: int, site: Callable[..., RunningHost]
) -> None:
    caller = person(real, organization, phone=WRITINGS[0])
    made = [request_of(real, organization, caller, f"Title {i}") for i in range(12)]
    running = site()
    first = running.get_json(f"/pop?phone={quote(NUMBER)}")["ticket_lists"][0]
    assert first["total"] == 12
    page = f"/pop?phone={quote(NUMBER)}&selected_caller={caller}&page_0=2"
    second = running.get_json(page)["ticket_lists"][0]
    shown = [ticket["id"] for ticket in (*first["tickets"], *second["tickets"])]
    assert shown == made[::-1]
    assert first["tickets"][0]["status"] == "new"
    assert re.fullmatch(r"R-\d{6}", first["tickets"][0]["ref"])


def test_the_presets_of_a_form(
    real: Real, organization: int, site: Callable[..., RunningHost]
) -> None:
    caller = person(real, organization, phone=WRITINGS[0])
    address = f"/create/UserRequest?phone={quote(NUMBER)}&selected_caller={caller}"
    location = site().client().get(address).location
    values = {name: texts[0] for name, texts in parse_qs(urlsplit(location).query).items()}
    assert location.startswith(f"{real.url}/pages/UI.php?")
    assert values["default[org_id]"] == str(organization)
    assert values["default[caller_id]"] == str(caller)


def test_a_ticket_in_brief(real: Real, organization: int, site: Callable[..., RunningHost]) -> None:
    caller = person(real, organization, phone=WRITINGS[4], email="t.dupont@example.org")
    ticket = request_of(real, organization, caller)
    entry = {"add_item": {"message": "Called <back>", "format": "text"}}
    real.itop.update("UserRequest", ticket, {"public_log": entry}, comment="a test")
    page = site().client().get(f"/ticket/itop/UserRequest/{ticket}")
    assert page.status_code == 200
    for text in ("Printer", "burns", "T Dupont", WRITINGS[4], "t.dupont@example.org"):
        assert text in page.text
    assert "Called &lt;back&gt;" in page.text


def test_a_phone_call_is_recorded_where_there_is_a_class_for_it(
    real: Real, organization: int, site: Callable[..., RunningHost]
) -> None:
    caller = person(real, organization, phone=WRITINGS[4])
    agent = person(real, organization, "Agent")
    ticket = request_of(real, organization, caller)
    client = site(agent=agent).client()
    address = f"/ticket/itop/UserRequest/{ticket}"
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(address).text)
    assert token
    action = "ecall:telephony_integration_ecall_phone"
    response = client.post(f"{address}/call", data={"csrf_token": token[1], "action": action})
    assert (response.status_code, response.location) == (303, f"tel:{NUMBER}")
    assert client.get(address).text.count("Outbound") == 1
    query = f"SELECT PhoneCall WHERE ticket_id = {ticket}"
    try:
        codes = ["contact_id", "agent_id", "flow", "date", "note"]
        (call,) = real.itop.get(query, class_name="PhoneCall", fields=codes).objects
    except ItopError as error:
        if is_unknown_class(error):
            return  # it is in the host's store then
        raise
    real.made.append(("PhoneCall", call.id))
    assert (call.key("contact_id"), call.key("agent_id")) == (caller, agent)
    assert call.text("flow") == "outbound"
    assert call.text("note") == f"Call phone number: {WRITINGS[4]}"


@pytest.mark.parametrize(
    ("key", "fields", "says"),
    [
        ("SELECT Person WHHERE x", ["id"], "OQLParserSyntaxErrorException"),
        ("SELECT Person WHERE mobile_fone = '1'", ["id"], "OqlNormalizeException"),
        ("SELECT Nobody", ["id"], "UnknownClassOqlException"),
        ("SELECT Person", ["nonsense"], "invalid attribute code 'nonsense'"),
    ],
)
def test_what_itop_says_no_to(real: Real, key: str, fields: list[str], says: str) -> None:
    with pytest.raises(ItopError) as caught:
        real.itop.get(key, class_name="Person", fields=fields)
    assert caught.value.code == 100
    assert says in caught.value.message


def test_an_object_that_is_not_there(real: Real) -> None:
    found = real.itop.get(99999999, class_name="Person", fields=["friendlyname"])
    assert (found.total, found.objects) == (0, [])


def test_a_password_that_is_wrong(real: Real) -> None:
    itop = _connect(real.url, real.user, "wrong")
    with pytest.raises(ItopRefused):
        itop.call("list_operations")
    itop.close()


def _wrong(found: Sequence[tuple[str, Finding]]) -> dict[str, tuple[str, str]]:
    """What an online check finds fault with, other than what depends on the iTop."""
    wrong = [(f.what, (str(f.level), f.detail)) for _plugin, f in found if f.level != "good"]
    return {
        what: said
        for what, said in wrong
        if what != "iTop's version" and said[1] != "the account sees none"
    }


@pytest.mark.parametrize("empty", [set(), {"UserRequest", "Incident"}], ids=["full", "no tickets"])
def test_check_online_finds_nothing_bad(
    site: Callable[..., RunningHost], demo_model: TicketsModel, empty: set[str]
) -> None:
    running = site()
    demo_model.empty = empty
    with running.app.app_context(), running.host.database.connection_context():
        found = running.host.hooks.check_online()
    assert _wrong(found) == {}
    whats = {finding.what for _plugin, finding in found}
    assert {"reading Person", "caller_information.query", "phone calls"} <= whats


def test_check_online_names_what_is_wrong(site: Callable[..., RunningHost]) -> None:
    def wrong(toml: str) -> str:
        toml = toml.replace("u.status != 'closed'", "u.state != 'closed'", 1)
        toml = toml.replace("SELECT UserRequest AS u JOIN", "SELECT Unknown AS u JOIN")
        toml = toml.replace('origin = "phone"', 'origine = "phone"')
        return f'{toml}\n[caller_information]\ndisplay_name = "friendlyname, nickname"\n'

    running = site(wrong)
    with running.app.app_context(), running.host.database.connection_context():
        found = running.host.hooks.check_online()
    wrong_ones = _wrong(found)
    assert set(wrong_ones) == {
        "display_tickets.lists[0].query",
        "display_tickets.lists[1].query",
        "indirect_creation.UserRequest.preset",
        "caller_information.display_name",
    }
    assert wrong_ones["display_tickets.lists[0].query"][0] == "bad"
    assert "state" in wrong_ones["display_tickets.lists[0].query"][1]
    assert wrong_ones["display_tickets.lists[1].query"] == (
        "warning",
        "no such class: the list is not shown",
    )
    assert "'origine'" in wrong_ones["indirect_creation.UserRequest.preset"][1]
    assert "'nickname'" in wrong_ones["caller_information.display_name"][1]


def test_a_version_that_cannot_be_read_is_told_as_such(
    make_host: MakeHost, itop_server: FakeItop
) -> None:
    toml = SETTINGS.replace("URL", itop_server.url).replace('"USER"', f'"{USER}"')
    toml = toml.replace('"PASSWORD"', f'"{PASSWORD}"')
    running = make_host(toml, plugins=["phone_reformat", "itop", "ecall"])
    with running.app.app_context(), running.host.database.connection_context():
        found = running.host.hooks.check_online()
    (version,) = [finding for _plugin, finding in found if finding.what == "iTop's version"]
    assert version.level == "warning"
    assert version.detail == (
        "could not be read: the account lacks the right to read ModuleInstallation"
    )
