"""What the settings of all kinds of sources share."""

from __future__ import annotations

import re
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from cti_host import BadSetting, bad_settings

Network = IPv4Network | IPv6Network
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SIGNED = ("body", "timestamp", "url", "form")


def _header(name: str) -> str:
    if name and not _HEADER.fullmatch(name):
        raise BadSetting("is not the name of a header", 'write "X-Signature"')
    return name


Header = Annotated[str, AfterValidator(_header)]


class Table(BaseModel):
    """The base of the tables inside `[plugin.webhooks]`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Signature(Table):
    """`[plugin.webhooks.sources.NAME.signature]`: an HMAC that every request carries.

    :param header: the header with the signature
    :param secret_file: the file with the secret that both sides know, relative to the folder of
        `cti.toml`
    :param hash: of the HMAC
    :param encoding: how the signature is written
    :param prefix: what stands before it in the header: "sha256="
    :param signed: what is signed: "{body}", "{timestamp}.{body}"; "{url}" is the whole address,
        "{form}" the fields of a form, sorted, each name with its value behind it
    :param timestamp_header: the header with the time of the request; empty: it has none
    :param window_seconds: how old a request may be, and how long it is remembered, so that nobody
        sends it again
    """

    header: Header = Field(min_length=1)
    secret_file: str = Field(min_length=1)
    hash: Literal["sha1", "sha256", "sha384", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    signed: str = "{body}"
    timestamp_header: Header = ""
    window_seconds: int = Field(default=300, ge=10, le=3600)

    @field_validator("signed")
    @classmethod
    def _known_parts(cls, value: str) -> str:
        names = _PLACEHOLDER.findall(value)
        unknown = [name for name in names if name not in _SIGNED]
        if unknown:
            known = ", ".join(f"{{{name}}}" for name in _SIGNED)
            raise BadSetting(f"there is no {{{unknown[0]}}} that is signed", f"write {known}")
        if "body" not in names and "form" not in names:
            raise BadSetting("leaves out what is sent, so anybody could change it", "add {body}")
        return value

    @model_validator(mode="after")
    def _time_is_signed(self) -> Signature:
        has_time = "{timestamp}" in self.signed
        if has_time and not self.timestamp_header:
            raise bad_settings(
                [
                    (
                        ("signed",),
                        BadSetting(
                            "has a {timestamp}, and no header says it",
                            'add timestamp_header = "X-Timestamp"',
                        ),
                    )
                ]
            )
        if self.timestamp_header and not has_time:
            raise bad_settings(
                [
                    (
                        ("timestamp_header",),
                        BadSetting(
                            "the time is not signed, so anybody could change it",
                            'write signed = "{timestamp}.{body}"',
                        ),
                    )
                ]
            )
        return self


class Source(Table):
    """What every source has.

    :param addresses: where its requests may come from: addresses and networks; empty: anywhere
    """

    addresses: list[str] = Field(default_factory=list)

    @field_validator("addresses")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for text in value:
            try:
                ip_network(text.strip())
            except ValueError:
                raise BadSetting(
                    f"{text!r} is not an address or a network",
                    'write "192.0.2.7" or "192.0.2.0/24"',
                ) from None
        return value

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """Where its requests may come from; empty: anywhere."""
        return tuple(ip_network(text.strip()) for text in self.addresses)
