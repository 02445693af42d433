"""Everything in `cti.toml` but the tables that plugins own, typed."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from cti_host.languages.known import DEFAULT_LANGUAGE, LANGUAGES
from cti_host.settings.defaults import DISPLAY_TICKETS, INDIRECT_CREATION
from cti_host.settings.mistakes import BadSetting, bad_settings
from cti_host.settings.nearest import did_you_mean
from cti_host.settings.sections import (
    CallerInformation,
    CommaList,
    Creation,
    DatabaseLimits,
    DisplayTickets,
    MetricsSettings,
    Privacy,
    Section,
    Server,
)
from cti_host.settings.toml import KeyPath

# The names of all time zones, read from the system's folders once.
_zones = cache(available_timezones)
SEALED = "sealed"
_OF_THE_PANEL = ("selected_caller", "filter", "direct", SEALED)


class Settings(Section):
    """Everything in `cti.toml` but the tables that plugins own.

    `model_fields_set` are the keys that are in the file; the others have their defaults.
    """

    database: str = "sqlite:///../var/cti.db"
    database_limits: DatabaseLimits = DatabaseLimits()
    plugins: list[str] = Field(default_factory=list)
    plugins_dir: str = ""
    language: str = DEFAULT_LANGUAGE
    timezone: str = "UTC"
    secret_key_file: str = "../var/secret_key"  # noqa: S105 -- a path
    https_only: bool = False
    # How lines of the log look.
    log: Literal["text", "json"] = "text"
    server: Server = Server()
    metrics: MetricsSettings = MetricsSettings()
    privacy: Privacy = Privacy()
    url_parameters: dict[str, str] = Field(default_factory=lambda: {"phone": "phone"})
    caller_information: CallerInformation = CallerInformation()
    direct_creation: dict[str, Creation] = Field(default_factory=dict)
    indirect_creation: dict[str, Creation] = Field(default_factory=lambda: INDIRECT_CREATION)
    display_tickets: DisplayTickets = DISPLAY_TICKETS
    # Profile of rights -> class -> action -> whether it is granted or denied; plugins read it.
    rights: dict[str, dict[str, dict[str, bool]]] = Field(default_factory=dict)
    shortcut_actions: CommaList = Field(default_factory=list)
    plugin: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @field_validator("language")
    @classmethod
    def _known_language(cls, value: str) -> str:
        if value not in LANGUAGES:
            known = ", ".join(f'"{code}" ({name})' for code, name in LANGUAGES.items())
            remedy = did_you_mean(value, LANGUAGES, f"known: {known}")
            raise BadSetting(f"there are no pages in the language {value!r}", remedy)
        return value

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in _zones():
            remedy = did_you_mean(
                value, _zones(), 'write its name in the tz database: "Europe/Paris"'
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
