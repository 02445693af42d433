"""`[plugin.mail]` of the settings; README.md explains each key."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from cti_host import BadSetting, PluginConfig
from cti_mail.addresses import BadAddress, mailbox

SUBJECT = "[{{ ref }}] {{ title }}"
BODY = """\
{{ caller }},

{{ agent }} wrote about your ticket {{ ref }} ({{ title }}):

{{ text }}
"""
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


class SmtpSettings(BaseModel):
    """`[plugin.mail.smtp]`: the server that takes mails.

    :param port: 0: that of `security`: 587, 465 or 25
    :param security: `starttls` and `tls` check the server's certificate
    :param ca_file: certificates to believe instead of those of the system
    :param user: the account; empty: mails are taken without one
    :param timeout_seconds: how long a word of the server is waited for
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int = Field(default=0, ge=0, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: str = ""
    user: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = ""
    timeout_seconds: int = Field(default=20, ge=1, le=300)

    @property
    def tcp_port(self) -> int:
        """Where the server listens."""
        return self.port or _PORTS[self.security]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        has_password = bool(self.password.get_secret_value())
        if has_password and self.password_file:
            raise BadSetting("password and password_file are both there", "keep one of them")
        if self.user and not (has_password or self.password_file):
            raise BadSetting("user has no password", 'write password_file = "mail.password"')
        if not self.user and (has_password or self.password_file):
            raise BadSetting("there is a password, but no user", "write user, or take it away")
        if self.ca_file and self.security == "none":
            raise BadSetting("ca_file is there, but no TLS", 'write security = "starttls"')
        return self


class Config(PluginConfig):
    """`[plugin.mail]`.

    :param sender: whom mails come from: "Support <support@example.org>"
    :param reply_to: where replies go; empty: to the sender
    :param subject: the template of the subject
    :param body: the template of the text
    :param body_file: a file with that template, instead
    :param give_up_hours: how long a mail is tried that the server does not take for now
    :param keep_failed_days: how long mails are kept that were given up; 0: for good
    """

    smtp: SmtpSettings
    sender: str
    reply_to: str = ""
    subject: str = SUBJECT
    body: str = BODY
    body_file: str = ""
    give_up_hours: int = Field(default=48, ge=1, le=720)
    keep_failed_days: int = Field(default=30, ge=0, le=3650)

    @field_validator("sender", "reply_to")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            return str(mailbox(value)) if value else value
        except BadAddress as bad:
            raise BadSetting(str(bad), 'write "Support <support@example.org>"') from None

    @model_validator(mode="after")
    def _has_one_body(self) -> Self:
        if self.body_file and "body" in self.model_fields_set:
            raise BadSetting("body and body_file are both there", "keep one of them")
        if not self.sender:
            raise BadSetting("sender is empty", 'write "Support <support@example.org>"')
        return self
