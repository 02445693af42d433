"""The settings of the plugin."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from cti_single_sign_on import SingleSignOnConfig
from pydantic import Field, field_validator

from cti_host import BadSetting


def is_safe_address(url: str) -> bool:
    """Whether nobody on the way can read what is sent there: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    return parts.scheme == "http" and (host == "localhost" or _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Config(SingleSignOnConfig):
    """`[plugin.oidc]`.

    :param issuer: the provider, exactly as its own description names it
    :param client_id: what the provider calls this host
    :param client_secret_file: the file with the client's secret, relative to the folder of
        `cti.toml`; empty: a public client, which has none
    :param label: what people call the provider: "Example Ltd"
    :param scopes: what is asked for
    :param name_claim: the claim with the name that they sign in with; a path with dots leads inside
    :param display_claim: the claim with the name that is shown
    :param email_claim: the claim with the e-mail address; not believed if `email_verified` is false
    :param groups_claim: the claim that `profiles` maps
    :param organizations_claim: the claim that `organizations` maps
    :param session_hours: how long a sign-in lasts; then the agent signs in again
    :param recheck_minutes: how often the provider is asked whether the agent still is who they were
    :param clock_skew_seconds: how far the clocks of provider and host may be apart
    :param request_seconds: how long the host waits for the provider
    :param prompt: what the provider is told to ask: "login" asks for the password each time
    """

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret_file: str = ""
    label: str = ""
    scopes: list[str] = Field(default_factory=lambda: ["openid", "profile", "email"])
    name_claim: str = Field(default="preferred_username", min_length=1)
    display_claim: str = "name"
    email_claim: str = "email"
    groups_claim: str = "groups"
    organizations_claim: str = "groups"
    session_hours: float = Field(default=12, gt=0, le=168)
    recheck_minutes: float = Field(default=15, ge=1, le=1440)
    clock_skew_seconds: int = Field(default=60, ge=0, le=600)
    request_seconds: float = Field(default=5, gt=0, le=30)
    prompt: str = Field(default="", pattern="^(|login|select_account|consent)$")

    @field_validator("issuer")
    @classmethod
    def _safe(cls, value: str) -> str:
        if not is_safe_address(value):
            raise BadSetting(
                "is not an address that nobody else can read",
                'write "https://login.example.org/realms/main"',
            )
        return value

    @field_validator("scopes")
    @classmethod
    def _with_openid(cls, value: list[str]) -> list[str]:
        if "openid" not in value:
            raise BadSetting('"openid" is missing', 'write ["openid", "profile", "email"]')
        return value

    @property
    def provider_name(self) -> str:
        """What people read: the label, or where the provider is."""
        return self.label or urlsplit(self.issuer).netloc
