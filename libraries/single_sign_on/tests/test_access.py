"""Groups become profiles and organizations; never more than the settings say."""

from __future__ import annotations

from typing import Any

import pytest
from cti_single_sign_on import Identity, NoAccess, SingleSignOnConfig, agent_of
from hypothesis import given
from hypothesis import strategies as st

PROFILES: dict[str, Any] = {"a": ["Support Agent"], "b": ["Administrator"], "both": ["x", "y"]}
ORGANIZATIONS: dict[str, Any] = {"a": [1], "b": [2, 3], "all": "all", "none": []}
GROUPS = st.lists(st.sampled_from(["a", "b", "both", "all", "none", "other", ""]))


@given(groups=GROUPS, organizations=GROUPS)
def test_somebody_gets_what_their_groups_give_and_nothing_else(
    groups: list[str], organizations: list[str]
) -> None:
    config = SingleSignOnConfig(profiles=PROFILES, organizations=ORGANIZATIONS)
    profiles = {name for group in groups for name in PROFILES.get(group, [])}
    ids = {i for o in organizations if o not in ("all",) for i in ORGANIZATIONS.get(o, [])}
    identity = Identity("ada", groups=tuple(groups), organizations=tuple(organizations))
    if not profiles or not (ids or "all" in organizations):
        with pytest.raises(NoAccess) as refused:
            agent_of(identity, config)
        assert refused.value.reason == ("organizations" if profiles else "profiles")
        return
    agent = agent_of(identity, config)
    assert agent.profiles == profiles != set()
    assert agent.organizations == (set() if "all" in organizations else ids)
    # The empty set means "all": it is never what somebody without organizations gets.
    assert agent.organizations or "all" in organizations


def test_without_a_table_of_organizations_everybody_sees_all() -> None:
    config = SingleSignOnConfig(everybody=["Support Agent"])
    assert agent_of(Identity("ada", organizations=("x",)), config).organizations == frozenset()


@pytest.mark.parametrize("name", ["", "  ", "a\0da", "a\nda", "x" * 65, "a\u202eb"])
def test_names_that_nobody_can_read(name: str) -> None:
    with pytest.raises(NoAccess) as refused:
        agent_of(Identity(name), SingleSignOnConfig(everybody=["Support Agent"]))
    assert refused.value.reason == "name"


def test_texts_are_kept_short_and_readable() -> None:
    config = SingleSignOnConfig(everybody=["Support Agent"], people="itop")
    agent = agent_of(Identity(" ada ", "x" * 300, "a\nb"), config)
    assert (agent.name, len(agent.display), agent.email) == ("ada", 255, "")
    assert agent.contact_source == "itop"
