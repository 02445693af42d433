"""`[plugin.asterisk]` of the settings; README.md explains each key."""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    field_validator,
    model_validator,
)

from cti_host import BadSetting, PluginConfig, bad_settings

_HOST = re.compile(r"[A-Za-z0-9.:_-]+")
_DIALLED = re.compile(r"[0-9*#+]*")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
# The source of calls that are made up: `cti_calls.model.records.SIMULATOR`, not for other plugins.
_SIMULATOR = "simulator"
_TRUNK_CONTEXTS = ("from-trunk", "from-pstn", "from-pstn-toheader", "from-pstn-e164-us", "ext-did")
_VOICEMAIL_CONTEXTS = ("macro-vm", "app-vmmain", "app-voicemail")


class DialRules(BaseModel):
    """`[plugin.asterisk.servers.NAME.dial]`: how a number is dialled on this phone system.

    :param context: where phones dial in the dialplan
    :param outside_prefix: what phones dial before a number outside ("0"); empty: nothing
    :param form: how numbers of other places are dialled: `e164` as they are ("+33987654321"),
        `national` without the country's code where it is `country_code`
    :param country_code: of the phone system, without "+" ("33"); needed for `national`
    :param national_prefix: before a number in this country ("0")
    :param international_prefix: before the country code of another one ("00")
    :param extension_digits: numbers with at most so many digits are extensions, dialled as they are
    :param caller_id: the company's number that is shown, by how the number called begins, in E.164;
        the longest beginning counts, "" is all others
    :param timeout_seconds: how long the agent's own phone rings
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    context: str = Field(default="from-internal", min_length=1)
    priority: int = Field(default=1, ge=1, le=1000)
    timeout_seconds: int = Field(default=30, ge=5, le=300)
    outside_prefix: str = ""
    form: Literal["e164", "national"] = "e164"
    country_code: str = ""
    national_prefix: str = "0"
    international_prefix: str = "00"
    extension_digits: int = Field(default=5, ge=0, le=10)
    caller_id: dict[str, str] = Field(default_factory=dict)

    @field_validator("outside_prefix", "national_prefix", "international_prefix")
    @classmethod
    def _can_be_dialled(cls, value: str) -> str:
        if not _DIALLED.fullmatch(value):
            raise BadSetting(f"{value!r} can't be dialled", "write digits, * or #")
        return value

    @field_validator("country_code")
    @classmethod
    def _digits(cls, value: str) -> str:
        if value and not (value.isdecimal() and value.isascii() and len(value) <= 3):
            raise BadSetting(f"{value!r} is not a country code", 'write its digits: "33"')
        return value

    @field_validator("caller_id")
    @classmethod
    def _numbers(cls, value: dict[str, str]) -> dict[str, str]:
        for beginning, number in value.items():
            if not _DIALLED.fullmatch(beginning) or not number or not _DIALLED.fullmatch(number):
                raise BadSetting(
                    f"{beginning!r} = {number!r} is not a beginning and a number",
                    'write "+33" = "+33199000200"',
                )
        return value

    @model_validator(mode="after")
    def _knows_its_country(self) -> Self:
        if self.form == "national" and not self.country_code:
            raise BadSetting("country_code is missing", 'write the digits of yours: "33"')
        return self


class ServerSettings(BaseModel):
    """`[plugin.asterisk.servers.NAME]`: one Asterisk; NAME is the source of its calls and devices.

    :param login: whether only a digest of the secret is sent (`md5`), or the secret (`plain`)
    :param trunks: patterns of devices that are lines to the outside ("PJSIP/trunk-*")
    :param phones: patterns of devices that are phones; what neither pattern tells is a phone if
        its name is an extension ("PJSIP/201")
    :param trunk_contexts: contexts in which calls of trunks begin
    :param voicemail_contexts: contexts in which callers leave a message
    :param queues: what to call queues, by their names in Asterisk; others keep their name
    :param ask_withheld: whether to ask of each inbound call if the number is withheld: some trunks
        don't say so otherwise
    :param standby: whether a second process is connected as well; unset: on PostgreSQL
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1)
    port: int = Field(default=0, ge=0, le=65535)
    tls: StrictBool = False
    ca_file: str = ""
    user: str = Field(min_length=1)
    secret: SecretStr = SecretStr("")
    secret_file: str = ""
    login: Literal["md5", "plain"] = "md5"
    trunks: list[str] = Field(default_factory=list)
    phones: list[str] = Field(default_factory=list)
    trunk_contexts: list[str] = Field(default_factory=lambda: [*_TRUNK_CONTEXTS])
    voicemail_contexts: list[str] = Field(default_factory=lambda: [*_VOICEMAIL_CONTEXTS])
    queues: dict[str, str] = Field(default_factory=dict)
    ask_withheld: StrictBool = True
    withheld_unless_known: StrictBool = False
    standby: StrictBool | None = None
    dial: DialRules = Field(default_factory=DialRules)

    @field_validator("host")
    @classmethod
    def _name_or_address(cls, value: str) -> str:
        if not _HOST.fullmatch(value):
            raise BadSetting(f"{value!r} is not a host", 'write its name: "pbx.example.org"')
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.secret.get_secret_value() and self.secret_file:
            raise BadSetting("secret and secret_file are both there", "keep one of them")
        if not self.secret.get_secret_value() and not self.secret_file:
            raise BadSetting("there is no secret", 'write secret_file = "asterisk.secret"')
        if self.ca_file and not self.tls:
            raise BadSetting("ca_file is there, but no TLS", "write tls = true")
        return self

    @property
    def tcp_port(self) -> int:
        """The port: the usual one unless it is given."""
        return self.port or (5039 if self.tls else 5038)


class Config(PluginConfig):
    """`[plugin.asterisk]`: the phone systems.

    :param timeout: placing a call waits for the phone system
    """

    timeout: float = Field(default=8.0, gt=0, le=60)
    servers: dict[str, ServerSettings] = Field(default_factory=dict)

    @field_validator("servers")
    @classmethod
    def _named(cls, value: dict[str, ServerSettings]) -> dict[str, ServerSettings]:
        for name in value:
            if not _NAME.fullmatch(name):
                raise BadSetting(
                    f"{name!r} is not a name for a phone system", 'write letters and digits: "main"'
                )
            if name == _SIMULATOR:
                taken = BadSetting(
                    "is the name of the simulator, whose calls are made up",
                    'give it another name: "main"',
                )
                raise bad_settings([((name,), taken)])
        return value
