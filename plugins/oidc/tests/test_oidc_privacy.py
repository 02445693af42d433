"""What is stored of agents who signed in is handed over, erased, and expires."""

from __future__ import annotations

from typing import Any

from cti_host import DataSubject


def test_sessions_of_a_person(site: Any) -> None:
    site.provider.people["ada"]["email"] = "Ada@Example.org"
    site.provider.people["bob"] |= {"groups": ["cti-agents"], "email": "bob@example.org"}
    with site.browser() as ada, site.browser() as bob:
        ada.get("/who")
        site.provider.user = "bob"
        bob.get("/who")
        plugin = site.running.plugin("oidc")
        person = DataSubject("Person", 7, "Ada", emails=["ada@example.org"], source="tickets")
        shared = DataSubject(
            "Person", 8, "A", emails=["bob@example.org"], shared=["bob@example.org"], source="x"
        )
        with site.running.app.app_context(), site.running.host.database.connection_context():
            (part,) = plugin.personal_data(person)
            assert part.entries[0]["display"] == "Ada Lovelace"
            assert not any("token" in key for key in part.entries[0])
            assert plugin.erase_personal_data(shared, dry_run=False) == []
            assert plugin.erase_personal_data(person, dry_run=True)[0].count == 1
            assert plugin.erase_personal_data(person, dry_run=False)[0].count == 1
            assert plugin.personal_data(person) == []
        site.provider.user = None
        assert ada.get("/who", headers={"Accept": "application/json"}).status_code == 401
        assert bob.get("/who").json()["name"] == "bob"


def test_sessions_that_are_over_are_deleted(site: Any) -> None:
    with site.browser() as browser:
        browser.get("/who")
        site.pass_time(13 * 3600)
        plugin = site.running.plugin("oidc")
        with site.running.app.app_context(), site.running.host.database.connection_context():
            assert plugin.expire_data(dry_run=True)[0].count == 1
            assert plugin.expire_data(dry_run=False)[0].count == 1
        assert site.sessions() == 0
