"""The settings: `cti.toml` read, checked as a whole, and typed."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from cti_host.localised import Localised
from cti_host.settings.problems import ConfigRefused, Problem, did_you_mean
from cti_host.settings.toml import KeyPath, TomlFile, dotted

DEFAULT_TIMEOUT = 2.0


class _Section(BaseModel):
    # strict: "8080" is no number and "yes" is no truth value, as everywhere in TOML
    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, strict=True
    )


class PluginConfig(BaseModel):
    """The base of every plugin's nested `Config`: unknown keys are refused.

    `timeout` is how many seconds one call of the plugin may take before the page goes on
    without it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    timeout: float = Field(default=DEFAULT_TIMEOUT, gt=0, le=60)


def _comma_list(value: Any) -> Any:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


CommaList = Annotated[list[str], BeforeValidator(_comma_list)]


class _Labelled(_Section):
    """A section with `label` and `label/FR FR`, collected into one localised text."""

    label: Localised

    @model_validator(mode="before")
    @classmethod
    def _collect_labels(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        texts: dict[str, str] = {}
        rest: dict[str, Any] = {}
        for key, value in data.items():
            if key == "label" or key.startswith("label/"):
                if not isinstance(value, str):
                    raise PydanticCustomError("label", "is not a text", {"key": key})
                # iTop writes "FR FR": language and country.
                texts["en" if key == "label" else key[6:8].lower()] = value
            else:
                rest[key] = value
        return {**rest, "label": Localised(texts)} if texts else rest


class CallerInformation(_Labelled):
    """`[caller_information]`: how persons are found and named."""

    label: Localised = Localised.of(
        "Contacts with phone number $phone$", "Contacts ayant le numéro de téléphone $phone$"
    )
    query: str = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"
    display_name: CommaList = ["friendlyname", "org_name"]


class Creation(_Section):
    """An entry of `[direct_creation]` or `[indirect_creation]`: a class and its presets."""

    enabled: bool = False
    preset: dict[str, str] = {}


class TicketListSettings(_Labelled):
    """An entry of `[[display_tickets.lists]]`."""

    enabled: bool = False
    query: str


class DisplayTickets(_Section):
    """`[display_tickets]`: the lists of the panel, in this order."""

    lists: list[TicketListSettings] = []


class Server(_Section):
    """`[server]`: how `cti-host serve` listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    # Believing a header that no proxy sets would let anybody claim any address.
    proxies: int = Field(default=0, ge=0, le=8)


class Settings(_Section):
    """Everything in `cti.toml` but the tables that plugins own."""

    database: str = "sqlite:///../var/cti.db"
    plugins: list[str] = []
    plugins_dir: str = ""
    language: Literal["en", "fr"] = "en"
    timezone: str = "UTC"
    secret_key_file: str = "../var/secret_key"  # noqa: S105 -- a path
    https_only: bool = False
    server: Server = Server()
    url_parameters: dict[str, str] = {"phone": "phone"}
    caller_information: CallerInformation = CallerInformation()
    direct_creation: dict[str, Creation] = {}
    indirect_creation: dict[str, Creation] = {}
    display_tickets: DisplayTickets = DisplayTickets()
    shortcut_actions: CommaList = []
    plugin: dict[str, dict[str, Any]] = {}

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(
                f"unknown time zone {value!r}, "
                + (did_you_mean(value, sorted(available_timezones()))[:60])
            )
        return value

    @field_validator("url_parameters")
    @classmethod
    def _some_parameter(cls, value: dict[str, str]) -> dict[str, str]:
        if not value:
            raise ValueError('name at least one URL parameter: phone = "phone"')
        if len(set(value.values())) < len(value):
            raise ValueError("two URL parameters give the same attribute")
        for name in value:
            if name in ("selected_caller", "filter", "direct") or name.startswith("page_"):
                raise ValueError(f"{name!r} is a parameter of the panel itself")
        return value

    @field_validator("plugins")
    @classmethod
    def _no_repeat(cls, value: list[str], info: ValidationInfo) -> list[str]:
        for name in value:
            if value.count(name) > 1:
                raise ValueError(f"{name!r} is named twice")
        return value

    @property
    def direct(self) -> tuple[str, Creation] | None:
        """The first enabled entry of `direct_creation`, in the order of the file."""
        return next(((n, c) for n, c in self.direct_creation.items() if c.enabled), None)


class Config:
    """A read configuration file: its settings, the tables of plugins, and where things stand.

    :param path: the file; relative paths in it start at its folder
    :param lenient: keep the mistakes in `problems` instead of raising, with settings that leave
        the wrong keys out, so that what is right can be checked further
    :raises ConfigRefused: it can't be read as TOML, or the host's own part is wrong
    """

    def __init__(self, path: Path, *, lenient: bool = False) -> None:
        self.file = TomlFile(path.absolute())
        self.folder = self.file.path.parent
        own = {k: v for k, v in self.file.data.items() if k in Settings.model_fields}
        self.sections: dict[str, Any] = {
            key: value for key, value in self.file.data.items() if key not in own
        }
        self.problems = [
            self.problem((key,), "unknown key", did_you_mean(key, [*Settings.model_fields]))
            for key, value in self.sections.items()
            if not isinstance(value, dict)
        ]
        self.settings = self._validated(own)
        if self.problems and not lenient:
            raise ConfigRefused(self.problems)

    def _validated(self, own: dict[str, Any]) -> Settings:
        """The settings without the keys that are wrong, each of which is a problem."""
        kept = deepcopy(own)
        reported: set[KeyPath] = set()
        while True:
            try:
                return Settings.model_validate(kept)
            except ValidationError as error:
                for problem, item in zip(
                    self.validation_problems((), error, Settings), error.errors(), strict=True
                ):
                    loc = item["loc"]
                    # What lacks in a part that was left out is no mistake of its own.
                    known = any(loc[:length] in reported for length in range(1, len(loc) + 1))
                    if not known:
                        self.problems.append(problem)
                    if known or not _leave_out(kept, loc):
                        kept.pop(str(loc[0]), None)
                    reported.add(loc)

    def problem(
        self, path: KeyPath, message: str, remedy: str = "", *, warning: bool = False
    ) -> Problem:
        """A mistake at a key of this file."""
        return Problem(self.file.name, self.file.line(path), dotted(path), message, remedy, warning)

    def resolve(self, path: str) -> Path:
        """A path of the settings, made absolute: relative ones start at the file's folder."""
        return (self.folder / Path(path).expanduser()).resolve()

    def validation_problems(
        self, base: KeyPath, error: ValidationError, model: type[BaseModel]
    ) -> list[Problem]:
        """What pydantic found, as problems with place and remedy."""
        found = []
        for item in error.errors(include_url=False, include_input=False):
            named = item["type"] in ("missing", "extra_forbidden")
            path = (*base, *_real_path(item["loc"], self.file.data, base, last_too=named))
            message, remedy = item["msg"].removeprefix("Value error, "), ""
            if item["type"] == "extra_forbidden":
                message = "unknown key"
                remedy = did_you_mean(str(item["loc"][-1]), _fields(model, item["loc"][:-1]))
            elif item["type"] == "label":
                path, remedy = (*path, item["ctx"]["key"]), _REMEDIES["string_type"]
            elif item["type"] == "missing":
                message, remedy = "is required", f"add {dotted(path[-1:])} = …"
            elif item["type"] in _REMEDIES:
                remedy = _REMEDIES[item["type"]]
            found.append(self.problem(path, message, remedy))
        return found


def _leave_out(data: Any, loc: KeyPath) -> bool:
    """Take a key out of the data; an entry of a list becomes empty, so that the others keep their
    places. Answers whether it was there."""
    for part in loc[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return False
    if isinstance(data, dict) and loc[-1] in data:
        del data[loc[-1]]
        return True
    if isinstance(data, list) and isinstance(loc[-1], int) and loc[-1] < len(data):
        data[loc[-1]] = {}
        return True
    return False


_REMEDIES = {
    "string_type": 'write a text in quotes: "…"',
    "bool_type": "write true or false, without quotes",
    "bool_parsing": "write true or false, without quotes",
    "int_type": "write a number without quotes",
    "int_parsing": "write a number without quotes",
    "float_type": "write a number without quotes",
    "list_type": 'write a list: ["…", "…"]',
    "dict_type": "write a table",
    "model_type": "write a table",
}


def _real_path(loc: tuple[str | int, ...], data: Any, base: KeyPath, *, last_too: bool) -> KeyPath:
    """The part of pydantic's location that is in the file (it adds names of union branches).

    :param last_too: whether the last part counts although the file may lack it
    """
    for part in base:
        data = data.get(part, {}) if isinstance(data, dict) else {}
    path: KeyPath = ()
    for position, part in enumerate(loc):
        inside = isinstance(data, dict) and part in data
        inside = inside or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        if inside:
            data = data[part]
        if inside or (last_too and position == len(loc) - 1):
            path = (*path, part)
    return path


def _fields(model: type[BaseModel], loc: Iterable[str | int]) -> list[str]:
    """The keys that are known at a place inside a settings model."""
    current: Any = model
    for part in loc:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        else:
            current = getattr(current, "__args__", (None,))[-1]
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [*current.model_fields]
    return []
