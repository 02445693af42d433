"""Claims of the provider become somebody whom the host can let in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cti_single_sign_on import Identity

from cti_oidc.settings import Config


def identity_of(claims: Mapping[str, Any], config: Config) -> Identity:
    """Who the claims are about, by the claims that the settings name."""
    email = _text(claims, config.email_claim)
    name = _text(claims, config.name_claim)
    # At many providers people may write any address; only a verified one says who they are.
    if claims.get("email_verified") in (False, "false"):
        name = "" if config.name_claim == config.email_claim else name
        email = ""
    return Identity(
        name,
        _text(claims, config.display_claim),
        email,
        _texts(claims, config.groups_claim),
        _texts(claims, config.organizations_claim),
    )


def lacks_claims(claims: Mapping[str, Any], config: Config) -> bool:
    """Whether something that the settings need isn't in an ID token; the provider may be asked."""
    wanted = [config.name_claim, config.display_claim, config.email_claim]
    if config.profiles:
        wanted.append(config.groups_claim)
    if config.organizations:
        wanted.append(config.organizations_claim)
    return any(name and _value(claims, name) is None for name in wanted)


def _value(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by its path: `realm_access.roles`. Names may have dots themselves."""
    if not name or name in claims:
        return claims.get(name)
    value: Any = claims
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = _value(claims, name)
    return value.strip() if isinstance(value, str) else ""


def _texts(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; one text alone, or the names in an object, count as such."""
    value = _value(claims, name)
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | Mapping):
        return ()
    return tuple(str(one).strip() for one in value if isinstance(one, str | int))
