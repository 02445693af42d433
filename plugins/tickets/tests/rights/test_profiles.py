"""What each profile may do, as the documentation of iTop and of its extension has it."""

from __future__ import annotations

import pytest
from cti_tickets.model.data_model import built_in
from cti_tickets.rights.access import EVERYTHING, Access, Forbidden
from cti_tickets.rights.profiles import ACTIONS, PROFILES
from cti_tickets.rights.rights import Overrides, Rights

READ = ["read", "bulk_read"]
WRITE = ["create", "modify", "bulk_modify"]

# What iTop grants beyond reading: profile, class, actions.
WRITES = {
    ("Configuration Manager", "Organization"): [*WRITE, "delete"],
    ("Configuration Manager", "Location"): [*WRITE, "delete"],
    ("Configuration Manager", "Person"): [*WRITE, "delete"],
    ("Configuration Manager", "Team"): [*WRITE, "delete"],
    ("Configuration Manager", "lnkPersonToTeam"): [*WRITE, "delete"],
    ("Service Manager", "Service"): [*WRITE, "delete"],
    ("Service Manager", "ServiceSubcategory"): [*WRITE, "delete"],
    ("Service Manager", "ServiceFamily"): [*WRITE, "delete"],
    ("Service Desk Agent", "UserRequest"): WRITE,
    ("Service Desk Agent", "Incident"): WRITE,
    ("Support Agent", "UserRequest"): WRITE,
    ("Support Agent", "Incident"): WRITE,
    ("Problem Manager", "Problem"): WRITE,
    **{
        (profile, cls): WRITE
        for profile in ("Change Approver", "Change Implementor", "Change Supervisor")
        for cls in ("RoutineChange", "NormalChange", "EmergencyChange")
    },
    **{
        (profile, "lnkContactToTicket"): [*WRITE, "delete"]
        for profile in (
            "Configuration Manager",
            "Service Desk Agent",
            "Support Agent",
            "Problem Manager",
            "Change Approver",
            "Change Implementor",
            "Change Supervisor",
        )
    },
}
ITOPS = sorted(
    {cls for _profile, cls in WRITES},
)
OUTSIDE = ("Portal power user", "Portal user", "REST Services User")

STIMULI = {
    ("Service Desk Agent", "UserRequest"): {"ev_assign"},
    ("Service Desk Agent", "Incident"): {"ev_assign"},
    ("Support Agent", "UserRequest"): {
        "ev_assign", "ev_reassign", "ev_pending", "ev_resolve", "ev_close", "ev_wait_for_approval",
    },
    ("Support Agent", "Incident"): {
        "ev_assign", "ev_reassign", "ev_pending", "ev_resolve", "ev_close",
    },
    ("Problem Manager", "Problem"): {"ev_assign", "ev_reassign", "ev_resolve", "ev_close"},
    **{
        ("Change Implementor", cls): {
            "ev_assign", "ev_reopen", "ev_plan", "ev_replan", "ev_implement", "ev_monitor",
            "ev_finish",
        }
        for cls in ("RoutineChange", "NormalChange", "EmergencyChange")
    },
    ("Change Supervisor", "RoutineChange"): {"ev_assign", "ev_reopen", "ev_finish"},
    ("Change Supervisor", "EmergencyChange"): {"ev_assign", "ev_reopen", "ev_finish"},
    ("Change Supervisor", "NormalChange"): {
        "ev_assign", "ev_reopen", "ev_finish", "ev_validate", "ev_reject",
    },
    ("Change Approver", "RoutineChange"): {"ev_approve"},
    ("Change Approver", "EmergencyChange"): {"ev_approve", "ev_notapprove"},
    ("Change Approver", "NormalChange"): {"ev_approve", "ev_notapprove", "ev_reject"},
}  # fmt: skip


def access(*profiles: str, overrides: Overrides | None = None) -> Access:
    return Access(Rights(built_in().schema, overrides or {}), frozenset(profiles))


def allowed(who: Access, class_name: str) -> list[str]:
    return [action for action in ACTIONS if who.may(action, class_name)]


def test_there_are_the_thirteen_profiles_of_itop() -> None:
    assert len(PROFILES) == 13


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("class_name", ITOPS)
def test_a_profile_may_do_with_a_class_what_itop_says(profile: str, class_name: str) -> None:
    expected = READ + WRITES.get((profile, class_name), [])
    if profile == "Administrator":
        expected = [*ACTIONS]
    elif profile in OUTSIDE:
        expected = []
    assert allowed(access(profile), class_name) == expected


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_may_give_the_stimuli_that_itop_says(profile: str) -> None:
    for cls in built_in().schema:
        if cls.lifecycle is None or cls.abstract:
            continue
        given = {one for one in cls.lifecycle.stimuli if access(profile).may(one, cls.name)}
        every = profile == "Administrator"
        known = set(cls.lifecycle.stimuli)
        expected = known if every else STIMULI.get((profile, cls.name), set()) & known
        assert given == expected, cls.name


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("Administrator", [*ACTIONS]),
        ("Change Approver", READ),
        ("Change Implementor", READ),
        ("Change Supervisor", READ),
        ("Configuration Manager", READ),
        ("Document author", READ),
        ("Portal power user", []),
        ("Portal user", []),
        ("Problem Manager", READ),
        ("REST Services User", []),
        ("Service Desk Agent", [*READ, *WRITE, "delete"]),
        ("Service Manager", READ),
        ("Support Agent", [*READ, *WRITE, "delete"]),
    ],
)
def test_a_profile_may_do_with_phone_calls(profile: str, expected: list[str]) -> None:
    assert allowed(access(profile), "PhoneCall") == expected


def test_several_profiles_may_do_what_each_of_them_may() -> None:
    both = access("Support Agent", "Configuration Manager")

    assert both.may("create", "UserRequest")
    assert both.may("create", "Person")
    assert both.may("modify", "Person").reason == "granted to Configuration Manager"
    assert not both.may("delete", "UserRequest")
    assert access("Portal user", "Support Agent").may("read", "Person")


def test_who_has_no_profile_may_do_nothing() -> None:
    assert not access().may("read", "Person")
    assert access().may("read", "Person").reason == "the agent has no profile"
    assert access().is_empty


def test_nobody_may_do_anything_with_a_class_that_is_not_there() -> None:
    assert not access("Support Agent").may("read", "Nothing")


def test_an_abstract_class_allows_what_any_class_below_it_allows() -> None:
    assert access("Problem Manager").may("create", "Ticket")
    assert not access("Problem Manager").may("create", "Change")
    assert not access("Document author").may("create", "Ticket")


def test_what_a_setting_grants_is_granted() -> None:
    overrides = {"Support Agent": {"Person": {"create": True}}}
    who = access("Support Agent", overrides=overrides)

    assert who.may("create", "Person").reason == "granted to Support Agent by [rights]"
    assert not who.may("create", "Team")
    assert not who.may("modify", "Person")


def test_what_a_setting_denies_wins_over_what_other_profiles_grant() -> None:
    overrides = {"Document author": {"PhoneCall": {"delete": False}}}
    who = access("Document author", "Support Agent", overrides=overrides)

    assert who.may("delete", "PhoneCall").reason == "denied to Document author by [rights]"
    assert access("Support Agent", overrides=overrides).may("delete", "PhoneCall")


def test_the_setting_nearest_to_a_class_counts() -> None:
    overrides = {
        "Document author": {
            "*": {"read": False},
            "Contact": {"read": True},
            "Team": {"read": False},
        }
    }
    who = access("Document author", overrides=overrides)

    assert who.may("read", "Person")
    assert not who.may("read", "Team")
    assert not who.may("read", "UserRequest")
    assert who.readable("Contact") == {"Person"}
    assert who.may("read", "Contact")
    assert who.is_limited
    assert not who.is_empty


def test_nothing_is_denied_to_an_administrator() -> None:
    overrides = {"Document author": {"*": {"read": False}}}

    assert access("Administrator", "Document author", overrides=overrides).may("read", "Person")


def test_commands_may_do_everything() -> None:
    assert EVERYTHING.may("bulk_delete", "Ticket").reason == "commands may do everything"
    assert not EVERYTHING.is_limited
    assert not EVERYTHING.is_empty


def test_what_is_required_and_not_allowed_is_refused_with_a_sentence() -> None:
    with pytest.raises(Forbidden) as refused:
        access("Document author").require("modify", "Person")

    assert str(refused.value) == (
        "You may not modify objects of the class “Person”: not granted to Document author."
    )
    access("Configuration Manager").require("modify", "Person")
