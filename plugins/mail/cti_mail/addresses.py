"""Addresses of mails, as RFC 5322 writes them, by the standard library's parser."""

from __future__ import annotations

from email.errors import HeaderParseError
from email.headerregistry import Address
from email.policy import SMTP


class BadAddress(ValueError):
    """A text that is not the address of one mailbox; `str()` of it says so."""


def mailbox(text: str) -> Address:
    """The one address in a text such as "Support <support@example.org>".

    :raises BadAddress: there is none, there are several, or it can't be read
    """
    if "\r" in text or "\n" in text:
        raise BadAddress(f"{text!r} is not an address")
    try:
        header = SMTP.header_factory("To", text)
    except (IndexError, ValueError, HeaderParseError):
        # Texts such as "<" are too much for the parser.
        raise BadAddress(f"{text!r} is not an address") from None
    addresses: tuple[Address, ...] = header.addresses
    if header.defects or len(addresses) != 1 or not _is_whole(addresses[0]):
        raise BadAddress(f"{text!r} is not an address")
    return addresses[0]


def _is_whole(address: Address) -> bool:
    return bool(address.username and "." in address.domain.strip("."))
