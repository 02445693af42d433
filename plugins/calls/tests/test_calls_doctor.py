"""The doctor says of each hop from the phone system to the screen whether it works."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from calls_kit import ADA, SOURCE, Desk
from click.testing import CliRunner
from cti_calls.doctor.command import doctor
from cti_calls.doctor.hops import hops
from cti_calls.model.facts import PHONE_SYSTEM, UNKNOWN_SOURCE, Fact, FactKind, PhoneEvent
from cti_calls.model.problems import Problem, stored_problem
from cti_calls.model.tables import ConnectionState, PopChoice, StoredCall, StoredLeg
from cti_calls.simulator.playing import play, scene_of
from cti_calls.simulator.scenes import Scene
from cti_calls.store.devices import add_device, remove_device
from cti_calls.store.diagnosis import last_made_up

from cti_host import Finding, Level
from cti_host.testing import MakeHost


def findings(desk: Desk) -> dict[str, Finding]:
    """What was found of each hop, by what was tried."""
    with desk.open():
        return {finding.what: finding for _plugin, finding in hops(desk.host)}


def rings(desk: Desk, device: str = ADA) -> None:
    now = datetime.now(UTC)
    desk.take(desk.started(), Fact(FactKind.RINGING, "c1", now, leg=device, device=device))


def test_without_a_phone_system_the_first_hop_is_missing(sqlite_desk: Desk) -> None:
    found = findings(sqlite_desk)["events of phone systems"]
    assert found.level is Level.BAD
    assert "docs/phone-systems.md" in found.remedy


def test_a_source_that_was_heard_is_good(sqlite_desk: Desk) -> None:
    rings(sqlite_desk)
    found = findings(sqlite_desk)
    assert found[f"events of {SOURCE}"].level is Level.GOOD
    assert found["understanding events"].level is Level.GOOD
    assert found["whose device it is"].level is Level.GOOD


def test_a_phone_of_nobody_is_named(sqlite_desk: Desk) -> None:
    rings(sqlite_desk, "PJSIP/999")
    found = findings(sqlite_desk)["whose device it is"]
    assert found.level is Level.WARNING
    assert f"{SOURCE} PJSIP/999" in found.detail
    assert found.remedy == f"cti-host calls device add {SOURCE} PJSIP/999 --agent NAME"


def test_a_phone_that_was_given_to_somebody_meanwhile_is_good(sqlite_desk: Desk) -> None:
    rings(sqlite_desk, "PJSIP/999")
    with sqlite_desk.open():
        add_device(SOURCE, "PJSIP/999", ["ada"])
    assert findings(sqlite_desk)["whose device it is"].level is Level.GOOD
    with sqlite_desk.open():
        remove_device(SOURCE, "PJSIP/999")


def test_events_that_nobody_understood_are_counted(sqlite_desk: Desk) -> None:
    sqlite_desk.take_events([sqlite_desk.event(problem="It names no call.")])
    found = findings(sqlite_desk)["understanding events"]
    assert found.level is Level.WARNING
    assert "It names no call." in found.detail


def test_agents_who_want_to_see_no_calls_are_named(sqlite_desk: Desk) -> None:
    with sqlite_desk.open():
        PopChoice.create(agent="ada", moment="off")
    found = findings(sqlite_desk)["whether agents want to be told"]
    assert (found.level, found.detail) == (Level.WARNING, "ada chose “never”")
    with sqlite_desk.open():
        PopChoice.delete().execute()


def test_a_connection_is_good_while_somebody_holds_it(sqlite_desk: Desk) -> None:
    until = int(datetime.now(UTC).timestamp() * 1000) + 60_000
    with sqlite_desk.open():
        ConnectionState.create(source="main", state="connected", until=until)
        ConnectionState.create(source="old", state="connected", until=1)
        ConnectionState.create(source="shy", state="refused", until=until, problem="Wrong secret.")
    found = findings(sqlite_desk)
    assert found["connection to main"].level is Level.GOOD
    assert found["connection to old"].level is Level.BAD
    assert (found["connection to shy"].level, found["connection to shy"].detail) == (
        Level.BAD,
        "Wrong secret.",
    )
    with sqlite_desk.open():
        ConnectionState.delete().execute()


def test_a_standby_is_told_as_one(sqlite_desk: Desk) -> None:
    until = int(datetime.now(UTC).timestamp() * 1000) + 60_000
    lost = "There is no connection: %(error)s."
    with sqlite_desk.open():
        ConnectionState.create(source="main (standby)", state="connected", until=until)
        ConnectionState.create(
            source="old (standby)", problem=stored_problem(Problem(lost, {"error": "gone"}))
        )
    found = findings(sqlite_desk)
    with sqlite_desk.open():
        ConnectionState.delete().execute()
    assert "connection to main (standby)" not in found
    assert (found["standby of main"].level, found["standby of main"].detail) == (
        Level.GOOD,
        "connected, to take over",
    )
    assert found["standby of old"].level is Level.WARNING
    assert found["standby of old"].detail == "There is no connection: gone."


def test_a_phone_system_of_the_settings_that_was_never_heard_is_bad(desk: Desk) -> None:
    rings(desk)
    desk.host.takes_name(PHONE_SYSTEM, "quiet", ("plugin", "webhooks", "sources", "quiet"))
    refused = PhoneEvent("refused", dedup="r", problem="its secret is wrong", refused=3)
    desk.take_events([refused], "quiet")
    found = findings(desk)
    assert found["events of quiet"].level is Level.BAD
    assert "docs/phone-systems.md" in found["events of quiet"].remedy
    why = found["refused requests of quiet"]
    assert why.level is Level.WARNING
    assert why.detail.endswith(" ago: its secret is wrong (3 in that minute)")
    # Once something of it was taken, what was refused before is no problem.
    desk.take_events([desk.event()], "quiet")
    desk.host.unique_names.clear()
    found = findings(desk)
    assert found["events of quiet"].level is Level.GOOD
    assert found["refused requests of quiet"].level is Level.GOOD


def test_refused_requests_of_anybody_are_no_problem(sqlite_desk: Desk) -> None:
    sqlite_desk.take_events([PhoneEvent("refused", problem="no", refused=3)], UNKNOWN_SOURCE)
    found = findings(sqlite_desk)
    assert found["refused requests of nobody known"].level is Level.GOOD
    assert "(unknown)" not in str(found)


def test_the_hops_of_a_made_up_call_are_timed(desk: Desk) -> None:
    with desk.open():
        assert last_made_up() is None
        moments = scene_of(Scene.PLAIN, ["ada"])
        ids = [played.call for played in play(desk.host, moments)]
        row: Any = StoredCall.get_by_id(ids[0])
        rang: Any = StoredLeg.get().ringing_at
        StoredCall.update(painted_at=rang + 70, pushed_at=rang + 20).execute()
        found = last_made_up()
    assert found is not None
    assert found[0] == row.id
    # The call has ended meanwhile: it counts when it rang.
    assert (found[1].pushed_ms, found[1].painted_ms) == (20, 70)


def test_without_the_plugin_that_pushes_no_screen_is_told(make_host: MakeHost) -> None:
    running = make_host(plugins=["calls"])
    with running.app.app_context(), running.host.database.connection_context():
        found = {finding.what: finding for _plugin, finding in hops(running.host)}
    screen = found["the agent's screen"]
    assert (screen.level, screen.remedy) == (Level.BAD, "add live to plugins")


def test_how_long_it_took_is_told_after_the_call_too(sqlite_desk: Desk) -> None:
    rings(sqlite_desk)
    call = sqlite_desk.only_call()
    with sqlite_desk.open():
        row: Any = StoredCall.get_by_id(call.id)
        StoredCall.update(painted_at=row.pushed_at + 1234).execute()
    sqlite_desk.take(Fact(FactKind.HUNG_UP, "c1", datetime.now(UTC)))
    found = findings(sqlite_desk)["the agent's screen"]
    assert (found.level, found.detail) == (
        Level.WARNING,
        f"call {call.id} was shown after 1234 ms",
    )


def test_the_command_ends_with_1_while_a_hop_is_bad(sqlite_desk: Desk) -> None:
    with sqlite_desk.app.app_context():
        text = CliRunner().invoke(doctor, [])
        told = CliRunner().invoke(doctor, ["--json"])
    assert text.exit_code == told.exit_code == 1
    assert "    -> connect a phone system (docs/phone-systems.md)" in text.output
    levels = {one["what"]: one["level"] for one in json.loads(told.output)}
    assert levels["events of phone systems"] == "bad"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "the last one came 3 days ago"),
        ("fr", "le dernier est arrivé il y a 3\N{NO-BREAK SPACE}jours"),
    ],
)
def test_how_long_ago_is_told_as_people_say_it(sqlite_desk: Desk, language: str, said: str) -> None:
    came = datetime.now(UTC) - timedelta(days=3, minutes=5)
    event = PhoneEvent("test", facts=(sqlite_desk.started(),), received_at=came)
    sqlite_desk.take_events([event])
    with sqlite_desk.app.test_request_context(headers={"Accept-Language": language}):
        found = findings(sqlite_desk)
        (detail,) = [one.detail for one in found.values() if SOURCE in one.what]
    assert detail == said
