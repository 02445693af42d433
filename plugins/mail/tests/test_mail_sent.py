"""A public entry in the log of a ticket is mailed to its caller, once, whatever happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cti_mail import outbox
from cti_mail.sender import Sender

from cti_host.app import create_app
from cti_host.testing import PATIENCE_SECONDS, RunningHost


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The address of a new database of each kind."""
    if request.param == "sqlite":
        return "sqlite:///cti.db"
    return str(request.getfixturevalue("postgres_url"))


def kept(site: Any) -> list[tuple[str, str, bool]]:
    """The mails that are not sent: to whom, about what, and whether they were given up."""
    with site.running.app.app_context(), site.running.host.database.connection_context():
        return [(one.recipient, one.subject, one.given_up) for one in outbox.all_kept()]


def test_the_caller_gets_a_mail(make_site: Any, mail_server: Any, database: str) -> None:
    site = make_site(mail_server.port, database=database)
    site.serve()
    site.write(public_log="It is on its way.\n<b> & others")
    envelope, message = mail_server.taken.get(timeout=60)
    assert (envelope.mail_from, envelope.rcpt_tos) == (
        "support@cti.example",
        ["ada@fluvia.example"],
    )
    assert message["From"] == "Support <support@cti.example>"
    assert message["To"] == "ada@fluvia.example"
    assert message["Subject"] == "[R-000001] Printer"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<tickets.UserRequest.1.1@cti.example>"
    assert message["References"] == "<tickets.UserRequest.1@cti.example>"
    assert message.get_content().splitlines() == [
        "Ada Lovelace,",
        "",
        "Camille Moreau wrote about your ticket R-000001 (Printer):",
        "",
        "It is on its way.",
        "<b> & others",
    ]
    site.running.host.close()
    assert kept(site) == []


def test_what_is_private_stays_here(make_site: Any, mail_server: Any) -> None:
    site = make_site(mail_server.port)
    site.write(private_log="They are a nuisance.", title="Printer again")
    assert kept(site) == []
    site.write(private_log="Not for them", public_log="For them")
    assert kept(site) == [("ada@fluvia.example", "[R-000001] Printer again", False)]
    site.serve()
    assert "Not for them" not in mail_server.next().get_content()


@pytest.mark.parametrize("email", ["", "none", "ada@", "ada@x.example, eve@x.example"])
def test_who_has_no_address_gets_none(make_site: Any, mail_server: Any, email: str) -> None:
    site = make_site(mail_server.port)
    with site.running.app.app_context(), site.running.host.database.connection_context():
        # However it came in: what is checked today was not always.
        site.running.host.database.execute_sql(
            f"UPDATE contact SET email = '{email}' WHERE name = 'Lovelace'"  # noqa: S608
        )
    site.write(public_log="It is on its way.")
    assert kept(site) == []


def test_imports_send_nothing(make_site: Any, mail_server: Any) -> None:
    site = make_site(mail_server.port)
    site.store(
        "UserRequest",
        {"title": "Old", "description": "x", "org_id": 1, "caller_id": 1, "public_log": "Done."},
    )
    assert kept(site) == []


def test_what_waits_survives_the_server(make_site: Any, mail_server: Any, database: str) -> None:
    site = make_site(mail_server.port, database=database)
    site.write(public_log="It is on its way.")
    site.running.host.close()
    config_file: Path = site.running.config_file
    later = RunningHost(create_app(config_file, timeout=PATIENCE_SECONDS), config_file)
    with later.app.app_context():
        later.host.hooks.server_started()
    try:
        assert mail_server.next()["Subject"] == "[R-000001] Printer"
    finally:
        later.host.close()


def test_several_servers_send_each_mail_once(
    make_site: Any, mail_server: Any, database: str
) -> None:
    site = make_site(mail_server.port, database=database)
    for number in range(8):
        site.write(public_log=f"Entry {number}")
    plugin = site.running.plugin("mail")
    senders = [
        Sender(site.running.app, site.running.host, plugin._config, plugin._server)
        for _process in range(3)
    ]
    for sender in senders:
        sender.start()
    texts = {mail_server.next().get_content().splitlines()[4] for _mail in range(8)}
    for sender in senders:
        sender.stop()
    assert texts == {f"Entry {number}" for number in range(8)}
    assert mail_server.taken.empty()
    assert kept(site) == []


def test_the_templates_are_those_of_the_site(
    make_site: Any, mail_server: Any, tmp_path: Path
) -> None:
    body = tmp_path / "body.txt"
    body.write_text("{{ status }}|{{ class }}|{{ log }}|{{ text|upper }}", encoding="utf-8")
    more = (
        f'subject = "{{{{ title }}}} ({{{{ ref }}}})"\nbody_file = "{body}"\nreply_to = "r@x.org"'
    )
    site = make_site(mail_server.port, more=more)
    site.write(public_log="done")
    site.serve()
    message = mail_server.next()
    assert message["Subject"] == "Printer (R-000001)"
    assert message["Reply-To"] == "r@x.org"
    assert message.get_content().strip() == "New|User Request|Public log|DONE"
