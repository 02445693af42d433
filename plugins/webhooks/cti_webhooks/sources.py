"""A source of the settings, ready to take requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from cti_host import Host
from cti_webhooks.kinds.generic import GenericReader
from cti_webhooks.kinds.placetel import PlacetelReader
from cti_webhooks.kinds.sipgate import SipgateReader
from cti_webhooks.kinds.understood import Reader
from cti_webhooks.kinds.zammad import ZammadReader
from cti_webhooks.settings import (
    AnySource,
    Config,
    GenericSource,
    PlacetelSource,
    Signature,
    SipgateSource,
    ZammadSource,
)
from cti_webhooks.signatures import Hmac, Rsa, Verifier
from cti_webhooks.tokens import Token

SHORTEST_SECRET = 5
PLACETEL_HEADER = "X-PLACETEL-SIGNATURE"
_T = TypeVar("_T")


@dataclass(frozen=True)
class ReadySource:
    """A source with what it needs, read from its files.

    :param verifier: checks signatures; `None`: its requests carry none
    :param token: the secret that its requests carry besides; `None`: none
    """

    name: str
    settings: AnySource
    reader: Reader
    verifier: Verifier | None = None
    token: Token | None = None

    @property
    def generic(self) -> GenericSource | None:
        """The settings of a source whose payloads and replies are described there."""
        return self.settings if isinstance(self.settings, GenericSource) else None


class _BadFile(Exception):
    """A file can't be used; the message says why."""


def ready_sources(host: Host, config: Config) -> Mapping[str, ReadySource]:
    """The sources of the settings; what is wrong with their files is told to the host."""
    return {name: _ready(host, name, source) for name, source in config.sources.items()}


def _ready(host: Host, name: str, source: AnySource) -> ReadySource:
    place = ("plugin", "webhooks", "sources", name)
    remedy = "put the secret or the key of the phone system into it"

    def read(key: tuple[str, ...], file: str, reading: Callable[[Path], _T]) -> _T | None:
        if not file:
            return None
        try:
            return reading(host.config.resolve(file))
        except _BadFile as bad:
            host.problem((*place, *key), str(bad), remedy)
            return None

    verifier: Verifier | None = None
    token: Token | None = None
    match source:
        case SipgateSource():
            key = read(("public_key_file",), source.public_key_file, _public_key)
            verifier = Rsa(key) if key else None
            return ReadySource(name, source, SipgateReader(), verifier)
        case PlacetelSource():
            secret = read(("secret_file",), source.secret_file, _secret)
            signature = Signature(header=PLACETEL_HEADER, secret_file=source.secret_file or "-")
            verifier = Hmac(signature, secret) if secret else None
            return ReadySource(name, source, PlacetelReader(), verifier)
    if source.signature is not None:
        secret = read(("signature", "secret_file"), source.signature.secret_file, _secret)
        verifier = Hmac(source.signature, secret) if secret else None
    if isinstance(source, ZammadSource):
        return ReadySource(name, source, ZammadReader(), verifier)
    secret = read(("token_file",), source.token_file, _secret)
    token = Token(source.token_header, source.token_field, secret) if secret else None
    return ReadySource(name, source, GenericReader(source), verifier, token)


def _secret(path: Path) -> bytes:
    secret = _content(path).strip()
    if len(secret) < SHORTEST_SECRET:
        raise _BadFile(f"{path} holds fewer than {SHORTEST_SECRET} characters")
    return secret


def _public_key(path: Path) -> RSAPublicKey:
    try:
        key = load_pem_public_key(_content(path))
    except ValueError:
        raise _BadFile(f"{path} is not a public key in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise _BadFile(f"{path} is not an RSA key")
    return key


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _BadFile(f"{path} can't be read: {error.strerror}") from None
