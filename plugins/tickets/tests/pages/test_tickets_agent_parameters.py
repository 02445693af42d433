"""What stands for the agent in the queries of the settings."""

from __future__ import annotations

from typing import Any

import pytest

# An agent who is the person with the address "sam@example.org", or nobody.
AGENT = '''
"""Signs everybody in as Sam."""

from cti_host import Agent, hookimpl


class Plugin:
    """Everybody is Sam."""

    @hookimpl
    def identify_agent(self, request):
        profiles = frozenset({"Support Agent"})
        return Agent("sam", "Sam Support", email="sam@example.org", profiles=profiles)
'''


def total(make_site: Any, condition: str, *, known: bool = True) -> int:
    """How many tickets of Sam's a list with this condition shows."""
    query = f"SELECT UserRequest AS u WHERE u.caller_id IN (:callers_list) AND {condition}"
    settings = f'[[display_tickets.lists]]\nenabled = true\nlabel = "L"\nquery = "{query}"\n'
    site = make_site(settings, plugins=["phone_reformat", "tickets", "sam"], sources={"sam": AGENT})
    site.add("Organization", name="Desk Ltd")
    email = "sam@example.org" if known else ""
    sam = site.add("Person", first_name="Sam", name="Hill", org_id=1, email=email)
    caller = site.add("Person", first_name="Ada", name="Byron", org_id=1, phone="0987654321")
    common = {"org_id": 1, "description": "…", "caller_id": caller}
    site.add("UserRequest", title="Of Sam", agent_id=sam, **common)
    site.add("UserRequest", title="Of nobody", **common)
    (found,) = site.panel("phone=0987654321")["ticket_lists"]
    return int(found["total"])


@pytest.mark.parametrize(
    "condition",
    [
        "u.agent_id = :current_contact_id",
        "u.agent_id = :current_contact->id",
        "u.agent_id = :current_user->contactid",
        "u.org_name = :current_contact->org_name AND u.agent_id != 0",
        "u.org_id = :current_user->org_id AND u.agent_id != 0",
        "'sam' = :current_user->login AND u.agent_id != 0",
        "'SAM@example.org' = :current_user->email AND u.agent_id != 0",
    ],
)
def test_the_agent_is_the_person_with_their_address(make_site: Any, condition: str) -> None:
    assert total(make_site, condition) == 1


@pytest.mark.parametrize(
    "condition",
    [
        "u.agent_id = :current_contact->id",
        "u.org_id = :current_contact->org_id",
        "u.org_name = :current_user->no_such_attribute",
    ],
)
def test_what_an_unknown_agent_is_equals_nothing(make_site: Any, condition: str) -> None:
    assert total(make_site, condition, known=False) == 0


def test_an_agent_who_is_no_person_has_the_id_of_none(make_site: Any) -> None:
    assert total(make_site, "u.agent_id = :current_contact_id", known=False) == 1
