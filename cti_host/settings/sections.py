"""The sections of `cti.toml` that the host owns, each as a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from cti_host.localised import Localised
from cti_host.settings.labels import with_labels


class Section(BaseModel):
    """The base of all sections: unknown keys are refused, and values have the type they need."""

    # strict: "8080" is not a number and "yes" is not a truth value, as everywhere in TOML
    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, strict=True
    )


def _comma_list(value: Any) -> Any:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


CommaList = Annotated[list[str], BeforeValidator(_comma_list)]


class _Labelled(Section):
    """A section with `label` and `label/FR FR`, collected into one localised text."""

    label: Localised

    @model_validator(mode="before")
    @classmethod
    def _collect_labels(cls, data: Any) -> Any:
        return with_labels(data) if isinstance(data, Mapping) else data


class CallerInformation(_Labelled):
    """`[caller_information]`: how persons are found and named."""

    label: Localised = Localised.of(
        "Contacts with phone number $phone$", "Contacts ayant le numéro de téléphone $phone$"
    )
    query: str = "SELECT Person WHERE phone LIKE :phone OR mobile_phone LIKE :phone"
    display_name: CommaList = ["friendlyname", "org_name"]


class Creation(Section):
    """An entry of `[direct_creation]` or `[indirect_creation]`: a class and its presets."""

    enabled: bool = False
    preset: dict[str, str] = {}


class TicketListSettings(_Labelled):
    """An entry of `[[display_tickets.lists]]`."""

    enabled: bool = False
    query: str


class DisplayTickets(Section):
    """`[display_tickets]`: the lists of the panel, in this order."""

    lists: list[TicketListSettings] = []


class Server(Section):
    """`[server]`: how `cti-host serve` listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    workers: int = Field(default=2, ge=1, le=64)
    # Believing a header that no proxy sets would let anybody claim any address.
    proxies: int = Field(default=0, ge=0, le=8)
