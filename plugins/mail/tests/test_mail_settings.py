"""Mistakes in the settings are told with place and remedy; whatever a text holds can be mailed."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from cti_mail.addresses import BadAddress, mailbox
from cti_mail.models import MailMessage
from cti_mail.sender import message_of
from cti_mail.settings import Config, SmtpSettings
from hypothesis import given
from hypothesis import strategies as st

from cti_host.app import create_app
from cti_host.settings.problems import ConfigRefused
from cti_host.testing import write_config

SMTP = '[plugin.mail.smtp]\nhost = "smtp.example.org"\n'
SENDER = 'sender = "support@example.org"\n'


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (SMTP, "sender"),
        (f"[plugin.mail]\n{SENDER}", "smtp"),
        (f'[plugin.mail]\nsender = "Support"\n{SMTP}', "'Support' is not an address"),
        (f'[plugin.mail]\n{SENDER}subject = "{{{{ titel }}}}"\n{SMTP}', "nothing provides 'titel'"),
        (f'[plugin.mail]\n{SENDER}subject = "{{{{ titel }}}}"\n{SMTP}', "title"),
        (f'[plugin.mail]\n{SENDER}body = "{{% if %}}"\n{SMTP}', "line 1 of the template"),
        (f'[plugin.mail]\n{SENDER}body = "{{{{ ref|nix }}}}"\n{SMTP}', "nix"),
        (f'[plugin.mail]\n{SENDER}body_file = "none.txt"\n{SMTP}', "none.txt can't be read"),
        (f'[plugin.mail]\n{SENDER}body = "x"\nbody_file = "y"\n{SMTP}', "keep one of them"),
        (f'[plugin.mail]\n{SENDER}{SMTP}user = "cti"\n', "user has no password"),
        (f'[plugin.mail]\n{SENDER}{SMTP}password = "x"\n', "there is a password, but no user"),
        (f'[plugin.mail]\n{SENDER}{SMTP}user = "cti"\npassword_file = "no"\n', "no can't be read"),
        (f'[plugin.mail]\n{SENDER}{SMTP}ca_file = "no.pem"\n', "no.pem can't be read"),
        (f'[plugin.mail]\n{SENDER}{SMTP}security = "none"\nca_file = "x"\n', "but no TLS"),
    ],
)
def test_mistakes(tmp_path: Path, toml: str, expected: str) -> None:
    config = write_config(tmp_path, toml, plugins=["tickets", "mail"])
    with pytest.raises(ConfigRefused) as refused:
        create_app(config)
    assert expected in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "ada", "ada@", "@x.org", "ada@localhost", "a@x.org, b@x.org", "a@x.org\nBcc: b@x.org"],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadAddress):
        mailbox(text)


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    try:
        address = mailbox(text)
    except BadAddress:
        return
    assert mailbox(str(address)) == address


CONFIG = Config(sender="Support <support@example.org>", smtp=SmtpSettings(host="x"))
# What a form or the API takes: no halves of characters, no control characters.
ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=300)


@given(title=ANY_TEXT, text=ANY_TEXT)
def test_whatever_an_entry_holds_arrives(title: str, text: str) -> None:
    subject = " ".join(title.split())
    mail = MailMessage(
        entry=1, ticket="tickets:UserRequest:1", recipient="ada@x.org", subject=subject, body=text
    )
    sent = message_of(mail, CONFIG).as_bytes(policy=policy.SMTP)
    message = message_from_bytes(sent, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message["Subject"].split() == subject.split()
    assert message.get_content().split() == text.split()
    assert [*message.keys()].count("To") == 1
    assert message["Bcc"] is None
