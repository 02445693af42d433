"""`[plugin.webhooks]` of the settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator

from cti_host import BadSetting, PluginConfig, bad_settings, did_you_mean
from cti_webhooks.settings.generic import GenericSource
from cti_webhooks.settings.tables import Signature, Source

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
# The source of calls that are made up: `cti_calls.model.records.SIMULATOR`, not for other plugins.
_SIMULATOR = "simulator"
_Path = tuple[str, ...]


class ZammadSource(Source):
    """A phone system that sends events in the manner of Zammad's generic CTI."""

    kind: Literal["zammad"]
    signature: Signature | None = None


class SipgateSource(Source):
    """sipgate.io.

    :param public_key_file: sipgate's public key (PEM); with it, every request must carry sipgate's
        signature
    """

    kind: Literal["sipgate"]
    public_key_file: str = ""


class PlacetelSource(Source):
    """Placetel.

    :param secret_file: the file with the shared secret; with it, every request must be signed
    """

    kind: Literal["placetel"]
    secret_file: str = ""


AnySource = Annotated[
    ZammadSource | SipgateSource | PlacetelSource | GenericSource, Field(discriminator="kind")
]
KINDS: Mapping[str, type[Source]] = {
    "zammad": ZammadSource,
    "sipgate": SipgateSource,
    "placetel": PlacetelSource,
    "generic": GenericSource,
}


class Config(PluginConfig):
    """`[plugin.webhooks]`.

    :param public_url: the address of this host as phone systems reach it:
        "https://cti.example.org"; empty: as each request names it
    :param sources: the phone systems that post, by a name of yours
    """

    public_url: str = ""
    sources: dict[str, AnySource] = Field(default_factory=dict)

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:
            return value
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.query:
            raise BadSetting("is not the address of a host", 'write "https://cti.example.org"')
        return value.rstrip("/")

    @field_validator("sources", mode="before")
    @classmethod
    def _named_and_kind(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        mistakes: list[tuple[_Path, BadSetting]] = []
        for name, table in value.items():
            if not _NAME.fullmatch(name):
                wrong = BadSetting(
                    "is not a name for an address", "use small letters, digits, - and _"
                )
                mistakes.append(((name,), wrong))
            if name == _SIMULATOR:
                wrong = BadSetting(
                    "is the name of the simulator, whose calls are made up",
                    'give it another name: "desk"',
                )
                mistakes.append(((name,), wrong))
            if isinstance(table, Mapping):
                mistakes += [((name, *path), wrong) for path, wrong in _mistakes(table)]
        if mistakes:
            raise bad_settings(mistakes)
        return value


def _mistakes(table: Mapping[str, Any]) -> Iterator[tuple[_Path, BadSetting]]:
    """What pydantic could not say well of a table that has one of several forms."""
    given = table.get("kind")
    model = KINDS.get(given) if isinstance(given, str) else None
    if model is None:
        known = " or ".join(f'"{kind}"' for kind in KINDS)
        message = "is required" if given is None else f"there is no kind {given!r}"
        remedy = did_you_mean(str(given), KINDS, f"write {known}")
        yield ("kind",), BadSetting(message, remedy)
    else:
        yield from _unknown_keys(table, model)


def _unknown_keys(
    table: Mapping[str, Any], model: type[BaseModel]
) -> Iterator[tuple[_Path, BadSetting]]:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for key, value in table.items():
        if key not in fields:
            remedy = did_you_mean(key, fields, f"known are {', '.join(fields)}")
            yield (key,), BadSetting("unknown key", remedy)
        elif isinstance(value, Mapping):
            for inner in (fields[key].annotation, *get_args(fields[key].annotation)):
                if isinstance(inner, type) and issubclass(inner, BaseModel):
                    for path, wrong in _unknown_keys(value, inner):
                        yield (key, *path), wrong
