"""Everything in `cti.toml` but the tables that plugins own, typed."""

from __future__ import annotations

from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from cti_host.settings.defaults import DISPLAY_TICKETS, INDIRECT_CREATION
from cti_host.settings.mistakes import BadSetting, bad_settings
from cti_host.settings.nearest import did_you_mean
from cti_host.settings.sections import (
    CallerInformation,
    CommaList,
    Creation,
    DisplayTickets,
    Section,
    Server,
)
from cti_host.settings.toml import KeyPath

_OF_THE_PANEL = ("selected_caller", "filter", "direct")


class Settings(Section):
    """Everything in `cti.toml` but the tables that plugins own.

    `model_fields_set` are the keys that are in the file; the others have their defaults.
    """

    database: str = "sqlite:///../var/cti.db"
    plugins: list[str] = Field(default_factory=list)
    plugins_dir: str = ""
    language: Literal["en", "fr"] = "en"
    timezone: str = "UTC"
    secret_key_file: str = "../var/secret_key"  # noqa: S105 -- a path
    https_only: bool = False
    server: Server = Server()
    url_parameters: dict[str, str] = Field(default_factory=lambda: {"phone": "phone"})
    caller_information: CallerInformation = CallerInformation()
    direct_creation: dict[str, Creation] = Field(default_factory=dict)
    indirect_creation: dict[str, Creation] = Field(default_factory=lambda: INDIRECT_CREATION)
    display_tickets: DisplayTickets = DISPLAY_TICKETS
    shortcut_actions: CommaList = Field(default_factory=list)
    plugin: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            remedy = did_you_mean(
                value, available_timezones(), 'write its name in the tz database: "Europe/Paris"'
            )
            raise BadSetting(f"there is no time zone {value!r}", remedy)
        return value

    @field_validator("url_parameters")
    @classmethod
    def _usable_parameters(cls, value: dict[str, str]) -> dict[str, str]:
        if not value:
            raise BadSetting("names no URL parameter", 'write at least one: phone = "phone"')
        mistakes: list[tuple[KeyPath, BadSetting]] = []
        first: dict[str, str] = {}
        for name, attribute in value.items():
            other = first.setdefault(attribute, name)
            if name in _OF_THE_PANEL or name.startswith("page_"):
                wrong = BadSetting("is a parameter of the panel itself", "choose another name")
            elif not name.strip() or not attribute.strip():
                wrong = BadSetting("names nothing", 'write parameter = "attribute"')
            elif other != name:
                wrong = BadSetting(
                    f"gives the attribute {attribute!r}, and so does {other!r}", "keep one of them"
                )
            else:
                continue
            mistakes.append(((name,), wrong))
        if mistakes:
            raise bad_settings(mistakes)
        return value

    @field_validator("plugins")
    @classmethod
    def _no_repeat(cls, value: list[str]) -> list[str]:
        mistakes: list[tuple[KeyPath, BadSetting]] = [
            ((position,), BadSetting(f"{name!r} is named twice", "remove one of them"))
            for position, name in enumerate(value)
            if name in value[:position]
        ]
        if mistakes:
            raise bad_settings(mistakes)
        return value

    @property
    def direct_classes(self) -> list[str]:
        """The classes of `direct_creation` that are enabled, in the order of the file."""
        return [name for name, creation in self.direct_creation.items() if creation.enabled]
