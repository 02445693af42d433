"""What can be set in `[plugin.accounts]`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal, cast

from flask import current_app
from pydantic import AfterValidator, Field

from cti_accounts.profiles import PROFILES, closest_profile
from cti_host import PluginConfig

EXTENSION = "cti_accounts"


def _known_profile(name: str) -> str:
    if name not in PROFILES:
        close = closest_profile(name)
        hint = f"did you mean {close!r}?" if close else f"known: {', '.join(PROFILES)}"
        raise ValueError(f"there is no profile {name!r}; {hint}")
    return name


class Config(PluginConfig):
    """`[plugin.accounts]`.

    :param session_hours: how long a sign-in lasts, in hours; then the agent signs in again
    :param idle_minutes: a session that nobody uses for so long ends, too; 0: it does not
    :param minimum_password_length: the fewest characters of a new password
    :param second_factor: "optional", "required", or the profiles that need one
    :param failed_sign_ins: so many failures are allowed for one name from one place ...
    :param failed_sign_ins_per_name: ... for one name from all places where it never signed in ...
    :param failed_sign_ins_per_address: ... and from one address, for names that never signed in
        there ...
    :param failed_sign_in_minutes: ... within so many minutes; then sign-in has to wait
    :param password_checks_at_once: how many passwords each process of the server checks at a time
    :param longest_token_days: the longest life of a new token, in days; 0: a token may never end
    :param people: the plugin whose persons agents are linked to; empty: the first that has tickets
    """

    session_hours: float = Field(default=12, gt=0, le=168)
    idle_minutes: int = Field(default=0, ge=0, le=10_080)
    minimum_password_length: int = Field(default=10, ge=8, le=128)
    second_factor: (
        Literal["optional", "required"] | list[Annotated[str, AfterValidator(_known_profile)]]
    ) = "optional"
    failed_sign_ins: int = Field(default=10, ge=1, le=1000)
    failed_sign_ins_per_name: int = Field(default=30, ge=1, le=10_000)
    failed_sign_ins_per_address: int = Field(default=60, ge=1, le=10_000)
    failed_sign_in_minutes: int = Field(default=5, ge=1, le=1440)
    password_checks_at_once: int = Field(default=1, ge=1, le=64)
    longest_token_days: int = Field(default=365, ge=0, le=3650)
    people: str = ""

    def needs_second_factor(self, profiles: Collection[str]) -> bool:
        """Whether an agent with these profiles must sign in with a second factor."""
        if isinstance(self.second_factor, str):
            return self.second_factor == "required"
        return not {*self.second_factor}.isdisjoint(profiles)


def current_config() -> Config:
    """The settings of the current application."""
    return cast(Config, current_app.extensions[EXTENSION])
