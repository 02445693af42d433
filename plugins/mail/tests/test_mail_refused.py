"""A mail that the server does not take: tried again or given up, and the admin told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cti_mail import outbox
from cti_mail.sender import Sender
from own_certificate import make_certificate, server_context

from cti_host import DataSubject


def tried(site: Any) -> None:
    """One attempt, as the thread makes it."""
    plugin = site.running.plugin("mail")
    Sender(site.running.app, site.running.host, plugin._config, plugin._server).send_due()


def is_well(site: Any) -> bool:
    """What the host says of its mails to those who watch it."""
    with site.running.app.app_context(), site.running.host.database.connection_context():
        (check,) = site.running.plugin("mail").health_checks()
    return bool(check.ok)


def test_a_server_that_is_away_is_tried_again(make_site: Any, start_server: Any) -> None:
    site = make_site(1)
    site.write(public_log="It is on its way.")
    tried(site)
    (line,) = site.command("list").output.splitlines()
    assert line.split("\t")[2:] == [
        "tickets:UserRequest:1",
        "waits",
        "127.0.0.1:1: Connection refused",
    ]
    assert is_well(site)
    mail_server = start_server()
    site.running.host.close()
    other = make_site(mail_server.port)
    other.write(public_log="It is on its way.")
    tried(other)
    assert mail_server.next()["To"] == "ada@fluvia.example"


def test_it_is_not_tried_at_once(make_site: Any, mail_server: Any) -> None:
    site = make_site(mail_server.port)
    mail_server.refusal = "451 later"
    site.write(public_log="It is on its way.")
    tried(site)
    mail_server.refusal = ""
    tried(site)
    assert mail_server.taken.empty()
    assert site.command("retry").output == "1 to be sent\n"
    tried(site)
    assert mail_server.next()["Subject"] == "[R-000001] Printer"
    assert site.command("list").output == ""


def test_what_is_refused_for_good_is_given_up_without_the_address(
    make_site: Any, mail_server: Any, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(mail_server.port)
    mail_server.refusal = "550 no such user"
    site.write(public_log="It is on its way.")
    tried(site)
    (line,) = site.command("list").output.splitlines()
    assert line.endswith("\tgiven up\t550 no such user")
    assert "given up: 550 no such user" in caplog.text
    assert "ada@" not in caplog.text
    assert not is_well(site)
    id_ = line.partition("\t")[0]
    assert site.command("discard", id_).output == "1 deleted\n"
    assert is_well(site)


def test_one_refused_address_does_not_stop_the_others(make_site: Any, mail_server: Any) -> None:
    site = make_site(mail_server.port)
    for text in ("first", "second"):
        site.write(public_log=text)
    with site.running.app.app_context(), site.running.host.database.connection_context():
        first = outbox.all_kept()[0]
        first.recipient = "not an address"
        first.save()
    tried(site)
    assert "second" in mail_server.next().get_content()
    assert site.command("list").output.count("given up") == 1


def test_a_mail_that_waited_too_long_is_given_up(make_site: Any) -> None:
    site = make_site(1, more="give_up_hours = 1")
    site.write(public_log="It is on its way.")
    with site.running.app.app_context(), site.running.host.database.connection_context():
        (mail,) = outbox.all_kept()
        mail.created -= 3600
        mail.save()
    tried(site)
    assert "\tgiven up\t" in site.command("list").output


def test_the_server_is_believed_by_its_certificate_only(
    make_site: Any, start_server: Any, tmp_path: Path
) -> None:
    certificate, key = make_certificate(tmp_path)
    mail_server = start_server(tls=server_context(certificate, key))
    (tmp_path / "password").write_text("the password\n")
    user = f'user = "cti"\npassword_file = "{tmp_path}/password"\n'
    known = f'ca_file = "{certificate}"\n'

    def tested(smtp: str, security: str) -> Any:
        site = make_site(mail_server.port, smtp=smtp, security=security)
        result = site.command("test", "ada@fluvia.example")
        with site.running.app.app_context():
            (finding,) = site.running.plugin("mail").check_online()
        assert (finding.level == "good") == (result.exit_code == 0)
        return result

    assert "not supported by server" in tested(user, "none").output
    assert "certificate verify failed" in tested(user, "starttls").output
    assert mail_server.taken.empty()
    assert tested(user + known, "starttls").exit_code == 0
    assert mail_server.next()["Subject"] == "Test"
    (tmp_path / "password").write_text("another one")
    assert "535" in tested(user + known, "starttls").output


def test_a_test_mail_says_whether_the_settings_are_right(make_site: Any, mail_server: Any) -> None:
    site = make_site(mail_server.port)
    assert site.command("test", "admin@cti.example").output.endswith("has taken the mail\n")
    assert mail_server.next()["To"] == "admin@cti.example"
    assert "is not an address" in site.command("test", "admin").output
    mail_server.refusal = "550 no such user"
    refused = site.command("test", "admin@cti.example")
    assert (refused.exit_code, "550 no such user" in refused.output) == (1, True)


def test_what_is_kept_about_a_person_is_handed_over_and_erased(make_site: Any) -> None:
    site = make_site(1)
    site.write(public_log="It is on its way.")
    plugin = site.running.plugin("mail")
    ada = DataSubject("Person", 1, "Ada", emails=["ada@fluvia.example"], source="tickets")
    eve = DataSubject("Person", 2, "Eve", emails=["eve@fluvia.example"], source="tickets")
    with site.running.app.app_context(), site.running.host.database.connection_context():
        (part,) = plugin.personal_data(ada)
        assert part.entries[0]["to"] == "ada@fluvia.example"
        assert plugin.personal_data(eve) == plugin.erase_personal_data(eve, False) == []
        assert plugin.erase_personal_data(ada, True)[0].count == 1
        assert plugin.erase_personal_data(ada, False)[0].count == 1
        assert plugin.personal_data(ada) == []
