"""The base of the settings of plugins."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

DEFAULT_TIMEOUT = 2.0


class PluginConfig(BaseModel):
    """The base of every plugin's nested `Config`: unknown keys are refused.

    `timeout` is how many seconds one call of the plugin may take before the page goes on
    without it. A validator raises `BadSetting` to say what to write instead.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    timeout: float = Field(default=DEFAULT_TIMEOUT, gt=0, le=60)
