"""The settings of the plugin, and how its modules get at them."""

from __future__ import annotations

from typing import cast

from flask import current_app
from pydantic import Field

from cti_host import PluginConfig

EXTENSION = "cti_accounts"


class Config(PluginConfig):
    """`[plugin.accounts]`.

    :param session_hours: how long a sign-in lasts, in hours; then the agent signs in again
    :param minimum_password_length: the fewest characters of a new password
    :param failed_sign_ins: so many failures are allowed for one name from one address ...
    :param failed_sign_in_minutes: ... within so many minutes; then sign-in has to wait
    :param people: the plugin whose persons agents are linked to; empty: the first that has tickets
    """

    session_hours: float = Field(default=12, gt=0, le=168)
    minimum_password_length: int = Field(default=10, ge=8, le=128)
    failed_sign_ins: int = Field(default=10, ge=1, le=1000)
    failed_sign_in_minutes: int = Field(default=5, ge=1, le=1440)
    people: str = ""


def current_config() -> Config:
    """The settings of the current application."""
    return cast(Config, current_app.extensions[EXTENSION])
