"""The table `[plugin.itop]`: where iTop is, how to sign in there, and how long to wait."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, field_validator, model_validator

from cti_host import BadSetting, PluginConfig, current_agent, did_you_mean

# The plugin's name: that of its entry point, and of its blueprint.
SOURCE = "itop"


def is_limited() -> bool:
    """Whether whoever asks is limited to organizations.

    iTop is read with one account for all agents, so nothing of it is shown to them.
    """
    try:
        return current_agent().organizations_in(SOURCE) is not None
    except RuntimeError:  # a command, or a page for everybody
        return False


class ItopConfig(PluginConfig):
    """`[plugin.itop]`; README.md explains each key.

    A secret is written into the file, into a file of its own (`token_file`, `password_file`), or
    into the environment (`CTI_ITOP_TOKEN`, `CTI_ITOP_PASSWORD`).
    """

    # iTop is another server: it gets more time than a plugin that looks into a database.
    timeout: float = Field(default=8.0, gt=0, le=60)
    url: str = ""
    token: SecretStr = SecretStr("")
    token_file: str = ""
    user: str = ""
    password: SecretStr = SecretStr("")
    password_file: str = ""
    ca_file: str = ""
    proxy: str = ""
    connect_seconds: float = Field(default=2.0, gt=0, le=30)
    read_seconds: float = Field(default=5.0, gt=0, le=60)
    max_reply_mb: float = Field(default=16.0, gt=0, le=256)
    directory: Literal["mirror", "live"] = "mirror"
    sync_minutes: int = Field(default=15, ge=0, le=1440)
    timezone: str = ""
    phone_calls: Literal["auto", "itop", "host"] = "auto"
    person_fields: list[str] = Field(default_factory=list)
    add_numbers: bool = False

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadSetting("is not an address", 'write "https://itop.example.org/itop"')
        if parts.username or parts.password:
            raise BadSetting("holds an account", "write user and password under keys of their own")
        if parts.query or parts.fragment:
            raise BadSetting("is the address of a page", "write it without ? and #")
        path = parts.path.rstrip("/")
        for page in ("/pages/UI.php", "/webservices/rest.php", "/pages", "/webservices"):
            path = path.removesuffix(page)
        return urlunsplit((parts.scheme, parts.netloc, path, "", ""))

    @field_validator("proxy")
    @classmethod
    def _proxy_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise BadSetting("is not an address", 'write "http://proxy.example.org:3128"')
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value and value not in available_timezones():
            otherwise = 'write its name in the tz database: "Europe/Paris"'
            remedy = did_you_mean(value, available_timezones(), otherwise)
            raise BadSetting(f"there is no time zone {value!r}", remedy)
        return value

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        if self.token.get_secret_value() and self.token_file:
            raise BadSetting("token and token_file are both there", "keep one of them")
        if self.password.get_secret_value() and self.password_file:
            raise BadSetting("password and password_file are both there", "keep one of them")
        if (self.token.get_secret_value() or self.token_file) and self.user:
            raise BadSetting("there is a token and a user", "keep one of them")
        return self


class BadSecretFile(ValueError):
    """A file that should hold a secret can't be used; the message says why, never what is in it."""


def read_secret(value: SecretStr, file: Path | None, variable: str) -> SecretStr:
    """A secret from the settings, else from its file, else from the environment; "" for none.

    :raises BadSecretFile: the file can't be read, is empty, or has several lines
    """
    if value.get_secret_value():
        return value
    if file is None:
        return SecretStr(os.environ.get(variable, ""))
    try:
        text = file.read_text(encoding="utf-8").strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not a text"
        raise BadSecretFile(f"{file} can't be read: {reason}") from None
    if not text or "\n" in text:
        raise BadSecretFile(f"{file} should hold one line, the secret")
    return SecretStr(text)
