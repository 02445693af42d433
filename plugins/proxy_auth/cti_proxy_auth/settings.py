"""The settings of the plugin."""

from __future__ import annotations

import re
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Any

from cti_single_sign_on import SingleSignOnConfig
from pydantic import AfterValidator, Field, field_validator

from cti_host import BadSetting

Network = IPv4Network | IPv6Network
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _header(name: str) -> str:
    if name and not _HEADER.fullmatch(name):
        raise BadSetting("is not the name of a header", 'write "RemoteUser"')
    return name


def _address(url: str) -> str:
    if url and not url.startswith(("https://", "http://", "/")):
        raise BadSetting("is not an address", 'write "https://login.example.org/sign_out"')
    return url


Header = Annotated[str, AfterValidator(_header)]
Url = Annotated[str, AfterValidator(_address)]


class Config(SingleSignOnConfig):
    """`[plugin.proxy_auth]`.

    :param addresses: the proxies that are believed: addresses and networks; nobody else is
    :param user_header: the header with the name of who is signed in
        Headers that the proxy doesn't set must not be named here: clients could send them.
    :param display_header: the header with the name that is shown; empty: none
    :param email_header: the header with their e-mail address; empty: none
    :param groups_header: the header with their groups; empty: none
    :param separator: what stands between two groups
    :param drops_underscores: the proxy drops headers of clients whose names have underscores;
        required for headers whose names have dashes
    :param sign_in_url: where the proxy signs people in; `{next}` becomes the page to come back to
    :param sign_out_url: where the proxy signs people out; empty: the menu has no entry for it
    """

    addresses: list[str]
    user_header: Header = "RemoteUser"
    display_header: Header = ""
    email_header: Header = ""
    groups_header: Header = ""
    separator: str = Field(default=",", min_length=1, max_length=4)
    drops_underscores: bool = False
    sign_in_url: Url = ""
    sign_out_url: Url = ""

    @field_validator("addresses", mode="before")
    @classmethod
    def _some_addresses(cls, value: Any) -> Any:
        if value == []:
            raise BadSetting(
                "the list is empty, so no proxy is believed",
                'name the address of the proxy: ["127.0.0.1"]',
            )
        return value

    @field_validator("addresses")
    @classmethod
    def _not_everybody(cls, value: list[str]) -> list[str]:
        for text in value:
            try:
                network = ip_network(text.strip())
            except ValueError:
                raise BadSetting(
                    f"{text!r} is not an address or a network",
                    'write "192.0.2.7" or "192.0.2.0/24"',
                ) from None
            if network.prefixlen == 0:
                raise BadSetting(
                    f"{text!r} is every address: anybody could say who they are",
                    "name the proxy's address only",
                )
        return value

    @field_validator("user_header")
    @classmethod
    def _named(cls, value: str) -> str:
        if not value:
            raise BadSetting("is empty", 'write the name of a header: "RemoteUser"')
        return value

    @cached_property
    def networks(self) -> tuple[Network, ...]:
        """The addresses that are believed."""
        return tuple(ip_network(text.strip()) for text in self.addresses)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that are read, by the key that names them."""
        keys = ("user_header", "display_header", "email_header", "groups_header")
        return {key: name for key in keys if (name := getattr(self, key))}
