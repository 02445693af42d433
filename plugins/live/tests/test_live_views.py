"""What an agent's page and a program get: whose messages, from when on, in which form."""

from __future__ import annotations

from typing import Any

import pytest
from cti_live import outbox
from cti_live.models import Outbox
from flask.testing import FlaskClient

from cti_host import Message, database, held, publish
from cti_host.live.responses import wish_of
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import MakeHost, RunningHost
from cti_host.testing.postgresql import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]

# Who is at the keyboard is said by a header; everybody may follow the topic "calls".
WHO = """
from cti_host import Agent, hookimpl


class Plugin:
    @hookimpl
    def identify_agent(self, request):
        name = request.headers.get("Agent")
        return Agent(name, profiles=frozenset({"Trainee"})) if name else None

    @hookimpl
    def followed_topics(self, agent, asked):
        return {"calls"} & set(asked)
"""


@pytest.fixture
def site(make_host: MakeHost) -> RunningHost:
    return make_host(plugins=["who", "live"], sources={"who": WHO}, sign_in=False)


def as_agent(site: RunningHost, name: str = "ada", **headers: str) -> FlaskClient:
    return site.client(Agent=name, Accept="text/event-stream", **headers)


def say(site: RunningHost, *topics: str, event: str = "ringing", **data: Any) -> None:
    """Publish a message in a transaction of its own."""
    with site.app.app_context(), site.host.database.connection_context():
        assert publish(topics, Message(event, data))


def poll(site: RunningHost, query: str = "", name: str = "ada") -> Any:
    return as_agent(site, name).get(f"/events/poll{query}").get_json()


def test_a_stream_is_a_response_that_wants_to_be_held(site: RunningHost) -> None:
    response = as_agent(site).get("/events")
    assert response.status_code == 200
    assert response.mimetype == "text/event-stream"
    assert response.headers["Grip-Hold"] == "stream"
    # What a client reads where the server keeps nothing open (`serve --no-live`).
    assert response.text == "retry: 30000\n: this server keeps no streams open\n\n"
    assert response.headers.getlist("Grip-Channel") == ["agent:ada"]


def test_it_goes_on_where_the_client_was(site: RunningHost) -> None:
    for response in (
        as_agent(site, Last_Event_ID="7").get("/events?topics=calls"),
        as_agent(site).get("/events?topics=calls,agent:ada&after=7"),
    ):
        channels = response.headers.getlist("Grip-Channel")
        assert channels == ["agent:ada; prev-id=7", "calls; prev-id=7"]


def test_a_name_of_an_agent_may_hold_anything(site: RunningHost) -> None:
    name = "Zoë, “Z”; \u0416"
    with site.app.test_request_context("/events"):
        headers = [(key.lower(), value) for key, value in held([f"agent:{name}"]).headers]
    wish = wish_of(headers)
    assert wish
    assert wish.topics == (f"agent:{name}",)


def test_nobody_gets_401_as_a_program_reads_it(site: RunningHost) -> None:
    response = site.client(Accept="text/event-stream").get("/events")
    assert response.status_code == 401
    assert response.get_json()["error"]


@pytest.mark.parametrize("topics", ["agent:bob", "calls,queue:sales"])
def test_a_topic_needs_a_plugin_that_allows_it(site: RunningHost, topics: str) -> None:
    for page in ("/events", "/events/poll"):
        response = as_agent(site).get(f"{page}?topics={topics}")
        assert response.status_code == 403
        assert topics.split(",")[-1] in response.get_json()["error"]


def test_a_page_of_somebody_else_gets_nothing(site: RunningHost) -> None:
    assert as_agent(site).get("/events?agent=ada").status_code == 200
    response = as_agent(site, "bob").get("/events?agent=ada")
    assert response.status_code == 403
    assert response.get_json() == {"error": "Somebody else is signed in now."}


def test_polling_gives_what_came_after(site: RunningHost) -> None:
    assert poll(site) == {"id": 0, "reset": False, "messages": []}
    say(site, "agent:ada", call=1)
    say(site, "agent:bob", call=2)
    say(site, "calls", "agent:ada", event="ended", call=1, number="0987654321")
    assert poll(site) == {"id": 3, "reset": False, "messages": []}
    ringing = {"id": 1, "event": "ringing", "data": {"call": 1}}
    ended = {"id": 3, "event": "ended", "data": {"call": 1, "number": "0987654321"}}
    assert poll(site, "?after=0")["messages"] == [ringing, ended]
    assert poll(site, "?after=1")["messages"] == [ended]
    assert poll(site, "?after=3&topics=calls")["messages"] == []
    assert poll(site, "?after=0&topics=calls", "bob")["messages"] == [
        {"id": 2, "event": "ringing", "data": {"call": 2}},
        ended,
    ]


def test_polling_saves_bytes_when_nothing_came(site: RunningHost) -> None:
    first = as_agent(site).get("/events/poll?after=0")
    again = as_agent(site, If_None_Match=first.headers["ETag"]).get("/events/poll?after=0")
    assert (again.status_code, again.data) == (304, b"")
    say(site, "agent:ada", call=1)
    more = as_agent(site, If_None_Match=first.headers["ETag"]).get("/events/poll?after=0")
    assert more.status_code == 200


def test_what_is_not_kept_any_more_is_a_reset(site: RunningHost) -> None:
    for call in range(4):
        say(site, "agent:ada", call=call)
    with site.app.app_context(), site.host.database.connection_context():
        Outbox.update(created=Outbox.created - outbox.KEPT_SECONDS - 60).execute()
    with site.app.app_context(), site.host.database.connection_context():
        for dry_run in (True, False):
            ((_plugin, removal),) = site.host.hooks.expire_data(dry_run).items
            assert removal.count == 4
        ((_plugin, removal),) = site.host.hooks.expire_data(True).items
        assert removal.count == 0
        # Nothing of them is left but the position.
        rows = database.execute_sql("SELECT id, topics, data FROM outbox").fetchall()
        assert rows == [(4, "[]", "{}")]
        assert outbox.extent() == (5, 4)
    assert [poll(site, f"?after={after}")["reset"] for after in range(6)] == [
        *(True, True, True, True),
        False,
        True,
    ]
    assert poll(site, "?after=anything")["reset"]
    say(site, "agent:ada", call=5)
    with site.app.app_context(), site.host.database.connection_context():
        assert outbox.extent() == (5, 5)
        assert outbox.purge() == 0
    assert [one["id"] for one in poll(site, "?after=4")["messages"]] == [5]


def test_masked_agents_see_no_numbers(make_host: MakeHost) -> None:
    toml = '[privacy]\nmask_on_screen = ["Trainee"]\nmask_emails = true\n'
    site = make_host(toml, plugins=["who", "live"], sources={"who": WHO}, sign_in=False)
    say(site, "agent:ada", number="+33987654321")
    assert "98765" not in as_agent(site).get("/events/poll?after=0").text
    assert as_agent(site).get("/events").headers["Grip-Set-Meta"] == 'masked="numbers emails"'


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_message_is_on_its_way_once_the_transaction_is_committed(
    make_host: MakeHost, kind: str, request: pytest.FixtureRequest
) -> None:
    urls = {} if kind == "sqlite" else {"database": request.getfixturevalue("postgres_url")}
    site = make_host(plugins=["who", "live"], sources={"who": WHO}, sign_in=False, **urls)
    say(site, "agent:ada", call=0)
    with site.app.app_context(), site.host.database.connection_context():
        with database.atomic() as undone:
            assert publish(["agent:ada"], Message("ringing", {"call": 1}))
            undone.rollback()
        with database.atomic():
            assert publish(["agent:ada"], Message("ringing", {"call": 2}))
            # What can't be written leaves the caller's transaction as it was.
            assert not publish(["agent:ada"], Message("ringing", {"call": object()}))
    assert [one["data"] for one in poll(site, "?after=1")["messages"]] == [{"call": 2}]


def test_without_a_plugin_that_publishes_nothing_is_on_its_way(make_host: MakeHost) -> None:
    with make_host(plugins=[]).app.app_context():
        assert publish(["agent:ada"], Message("ringing", {"call": 1})) is False


@pytest.mark.parametrize("event", ["", "two words", "ring\nid: 7", "1st"])
def test_an_event_has_a_name(event: str) -> None:
    with pytest.raises(ValueError, match="not the name of an event"):
        Message(event, {})


def test_pages_of_agents_load_the_script(site: RunningHost) -> None:
    page = site.client(Agent="ada&co").get("/").text
    assert 'src="/events/static/live.js?v=' in page
    assert 'data-agent="ada&amp;co" defer' in page
    with site.client().get("/events/static/live.js") as script:
        assert script.status_code == 200
    assert "live.js" not in site.client().get("/").text


def test_a_script_that_nothing_serves_is_refused(make_host: MakeHost) -> None:
    acme = """
    from cti_host import PageScript, hookimpl

    class Plugin:
        @hookimpl
        def page_scripts(self):
            return [PageScript("acme.static", "acme.js")]
    """
    with pytest.raises(ConfigRefused) as refused:
        make_host(plugins=["acme"], sources={"acme": acme})
    (problem,) = refused.value.problems
    assert problem.message.endswith("nothing serves its script acme.js: no endpoint acme.static")


@pytest.mark.parametrize("url", ["sqlite:///x", "localhost"])
def test_listen_url_is_one_of_postgresql(make_host: MakeHost, url: str) -> None:
    with pytest.raises(ConfigRefused) as refused:
        make_host(f'[plugin.live]\nlisten_url = "{url}"\n', plugins=["live"])
    assert [problem.key for problem in refused.value.problems] == ["plugin.live.listen_url"]
