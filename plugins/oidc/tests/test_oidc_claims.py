"""Claims become profiles and organizations; who gets none stays outside and reads why."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def who(site: Any) -> dict[str, Any]:
    """The agent after a sign-in."""
    with site.browser() as browser:
        answer = browser.get("/who")
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said


def refused(site: Any) -> str:
    """The page for somebody who may not come in."""
    with site.browser() as browser:
        answer = browser.get("/who")
        assert answer.status_code == 403
        # They are not signed in, and trying again says the same.
        assert browser.get("/who").status_code == 403
    assert site.sessions() == 0
    return str(answer.text)


def test_unknown_groups_give_nothing(site: Any) -> None:
    site.provider.user = "bob"
    page = refused(site)
    assert "knows you as bob, but none of your groups gives you a profile here" in page
    assert "chess" not in page


def test_everybody_may_have_a_profile(make_site: Any) -> None:
    site = make_site('everybody = ["Portal user"]')
    site.provider.user = "bob"
    assert who(site)["profiles"] == ["Portal user"]
    site.provider.user = "ada"
    assert who(site)["profiles"] == ["Portal user", "Support Agent"]


def test_groups_give_organizations(make_site: Any) -> None:
    site = make_site('organizations = { "emea" = [3, 12], "apac" = [4], "board" = "all" }')
    groups = site.provider.people["ada"]["groups"]
    page = refused(site)
    assert "none of your groups gives you an organization here" in page
    groups.append("emea")
    assert who(site)["organizations"] == [3, 12]
    groups.append("apac")
    assert who(site)["organizations"] == [3, 4, 12]
    groups.append("board")
    assert who(site)["organizations"] == []


def test_claims_may_lie_inside_others(make_site: Any) -> None:
    site = make_site(
        'groups_claim = "realm_access.roles"\norganizations_claim = "https://example.org/orgs"\n'
        'organizations = { "7" = [7] }'
    )
    site.provider.people["ada"] |= {
        "realm_access": {"roles": ["cti-admins"]},
        "https://example.org/orgs": {"7": {"name": "Example"}},
    }
    said = who(site)
    assert said["profiles"] == ["Administrator"]
    assert said["organizations"] == [7]


def test_what_the_id_token_lacks_is_asked_for(site: Any) -> None:
    site.provider.in_user_info = {"groups", "email", "name"}
    said = who(site)
    assert (said["profiles"], said["email"]) == (["Support Agent"], "ada@example.org")


def test_somebody_elses_data_is_refused(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    site.provider.in_user_info = {"groups"}
    site.provider.told = {"sub": "id-of-somebody-else"}
    with site.browser() as browser:
        assert browser.get("/who").status_code == 403


@pytest.mark.parametrize("verified", [False, "false"])
def test_an_address_that_is_not_verified_says_nothing(site: Any, verified: object) -> None:
    site.provider.people["ada"]["email_verified"] = verified
    assert who(site)["email"] == ""


def test_a_name_that_is_an_unverified_address_is_refused(make_site: Any) -> None:
    site = make_site('name_claim = "email"')
    site.provider.people["ada"]["email_verified"] = False
    assert "gives no name that can be used here" in refused(site)
    site.provider.people["ada"]["email_verified"] = True
    assert who(site)["name"] == "ada@example.org"


@pytest.mark.parametrize("name", [None, "", "x" * 65, "a\u202eda", ["ada"], 7])
def test_a_name_that_nobody_can_read_is_refused(site: Any, name: object) -> None:
    site.provider.people["ada"]["preferred_username"] = name
    assert "gives no name that can be used here" in refused(site)


@given(groups=JSON, display=JSON, email=JSON)
def test_whatever_claims_hold_somebody_results(groups: Any, display: Any, email: Any) -> None:
    from cti_oidc.claims import identity_of
    from cti_oidc.settings import Config

    config = Config(issuer="https://a.example", client_id="x")
    claims = {"preferred_username": "ada", "groups": groups, "name": display, "email": email}
    identity = identity_of(claims, config)
    assert identity.name == "ada"
    assert all(isinstance(one, str) for one in identity.groups)
