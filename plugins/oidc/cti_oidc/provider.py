"""The provider: its description, its keys, and what it gives for codes and tokens."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cti_oidc.settings import Config, is_safe_address

log = logging.getLogger("cti_host.plugin.oidc")

DESCRIPTION_SECONDS = 3600
LARGEST_ANSWER = 512 * 1024
# Only signatures that the provider alone can make: neither "none" nor shared secrets.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "Ed25519",
)  # fmt: skip


class ProviderFailed(Exception):
    """The provider can't be reached, or says what can't be right; the message is for the log."""


class ProviderRefused(Exception):
    """The provider said no: `invalid_grant`, for example."""


class Provider:
    """One provider, as one process of the host knows it.

    :param secret: the client's secret; empty: a public client
    """

    def __init__(self, config: Config, secret: str) -> None:
        self._config = config
        self._secret = secret
        self._lock = threading.Lock()
        self._description: dict[str, Any] = {}
        self._read_at = float("-inf")
        self._keys: KeySet | None = None
        self._keys_read_at = float("-inf")

    def description(self) -> Mapping[str, Any]:
        """What the provider says of itself, read once an hour; an old one serves while it is down.

        :raises ProviderFailed: it can't be read, or is another provider's
        """
        with self._lock:
            if time.monotonic() - self._read_at > DESCRIPTION_SECONDS:
                try:
                    self._description = self._read_description()
                    self._read_at = time.monotonic()
                except ProviderFailed as failed:
                    if not self._description:
                        raise
                    log.warning("the provider's former description is used: %s", str(failed))
            return self._description

    def endpoint(self, name: str) -> str:
        """The address of an endpoint, such as "token_endpoint"; empty: there is none.

        :raises ProviderFailed: the provider's description can't be read
        """
        url = self.description().get(name) or ""
        if url and not (isinstance(url, str) and is_safe_address(url)):
            raise ProviderFailed(f"{name} is not an address that nobody else can read")
        return str(url)

    def algorithms(self) -> list[str]:
        """How the provider may sign, of what is safe."""
        named = self.description().get("id_token_signing_alg_values_supported") or ["RS256"]
        return [one for one in ALGORITHMS if one in named]

    def keys(self, older_than: float | None = None) -> KeySet:
        """The provider's public keys.

        :param older_than: read them again if they were read so many seconds ago or earlier: a
            token is signed with a key that isn't among them
        :raises ProviderFailed: they can't be read
        """
        age = time.monotonic() - self._keys_read_at
        if self._keys is None or (older_than is not None and age >= older_than):
            answer = self._json("GET", self._required("jwks_uri"))
            try:
                self._keys = KeySet.import_key_set(cast(Any, answer))
            except (JoseError, KeyError, TypeError, ValueError) as error:
                raise ProviderFailed(f"its keys can't be read: {error}") from None
            self._keys_read_at = time.monotonic()
        return self._keys

    def tokens_for(self, **form: str) -> dict[str, Any]:
        """What the token endpoint gives.

        :param form: the request: `grant_type`, `code`, ...
        :raises ProviderRefused: it said no
        :raises ProviderFailed: it can't be reached, or its answer is not one
        """
        methods = self.description().get("token_endpoint_auth_methods_supported")
        auth = None
        if not self._secret:
            form["client_id"] = self._config.client_id
        elif methods and "client_secret_basic" not in methods:
            form |= {"client_id": self._config.client_id, "client_secret": self._secret}
        else:
            # RFC 6749, 2.3.1: both are encoded as in a form first.
            auth = httpx.BasicAuth(quote(self._config.client_id), quote(self._secret))
        return self._json("POST", self._required("token_endpoint"), form=form, auth=auth)

    def user_info(self, access_token: str) -> dict[str, Any]:
        """What the provider says of a person beyond the ID token; empty: it has no such endpoint.

        :raises ProviderRefused: it said no
        :raises ProviderFailed: it can't be reached
        """
        url = self.endpoint("userinfo_endpoint")
        if not url or not access_token:
            return {}
        return self._json("GET", url, headers={"Authorization": f"Bearer {access_token}"})

    def _required(self, name: str) -> str:
        url = self.endpoint(name)
        if not url:
            raise ProviderFailed(f"its description has no {name}")
        return url

    def _read_description(self) -> dict[str, Any]:
        url = f"{self._config.issuer.rstrip('/')}/.well-known/openid-configuration"
        description = self._json("GET", url)
        if description.get("issuer") != self._config.issuer:
            # Else another provider could speak for this one.
            raise ProviderFailed(
                f"it calls itself {description.get('issuer')!r}: write exactly this as `issuer`"
            )
        return description

    def _json(
        self,
        method: str,
        url: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: httpx.BasicAuth | None = None,
    ) -> dict[str, Any]:
        sent = {"Accept": "application/json", **(headers or {})}
        deadline = time.monotonic() + self._config.request_seconds
        try:
            with (
                httpx.Client(timeout=self._config.request_seconds) as client,
                client.stream(method, url, data=form, headers=sent, auth=auth) as response,
            ):
                body = b""
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST_ANSWER or time.monotonic() > deadline:
                        raise ProviderFailed(f"its answer is too long or too slow ({url})")
        except httpx.HTTPError as error:
            raise ProviderFailed(f"{type(error).__name__} at {url}") from None
        answer = _object(body)
        if 400 <= response.status_code < 500:
            code = answer.get("error") if answer else None
            raise ProviderRefused(str(code or f"status {response.status_code}")[:100])
        if response.status_code != 200 or answer is None:
            raise ProviderFailed(f"status {response.status_code}, or no JSON, at {url}")
        return answer


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        answer = httpx.Response(200, content=body).json()
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None
