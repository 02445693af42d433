"""The sections of `cti.toml` that the host owns, each as a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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


def _host_name(value: str) -> str:
    if not _HOST_NAME.fullmatch(value):
        raise ValueError(
            'write a name without scheme, port and path ("cti.example.org"); ".example.org" stands '
            "for all names below it"
        )
    return value


_HOST_NAME = re.compile(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", re.I | re.ASCII)
HostName = Annotated[str, AfterValidator(_host_name)]


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        raise ValueError('write an address or a network ("192.0.2.7", "192.0.2.0/24")') from None
    return value


NetworkText = Annotated[str, AfterValidator(_network)]
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
    # Whether the list is folded on the panel, without what stands above it; by default, whatever
    # lists more than the tickets of the callers chosen.
    folded: bool | None = None


class DisplayTickets(Section):
    """`[display_tickets]`: the lists of the panel, in this order."""

    lists: list[TicketListSettings] = []


class Server(Section):
    """`[server]`: how `cti-host serve` listens."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    # The names that the host is reached by; empty: whatever a request says.
    trusted_hosts: list[HostName] = []
    workers: int = Field(default=2, ge=1, le=64)
    # Believing a header that no proxy sets would let anybody claim any address.
    proxies: int = Field(default=0, ge=0, le=8)
    # Of each process. A plugin that hangs keeps at most eight calls waiting.
    threads: int = Field(default=16, ge=1, le=40)
    reserved_threads: int = Field(default=4, ge=1, le=16)
    waiting_requests: int = Field(default=128, ge=1, le=10_000)
    # The most of one request: a form with its files.
    body_megabytes: int = Field(default=2, ge=1, le=100)
    # Of each process: pages that are kept open, of one agent and of all, and what bodies take.
    streams_of_an_agent: int = Field(default=30, ge=1, le=1_000)
    streams: int = Field(default=20_000, ge=1, le=1_000_000)
    bodies_megabytes: int = Field(default=256, ge=1, le=100_000)
    # Deadlines for clients: the head of a request or the next one, its body, a piece of a download.
    idle_seconds: float = Field(default=30, gt=0, le=3600)
    body_seconds: float = Field(default=30, gt=0, le=3600)
    send_seconds: float = Field(default=30, gt=0, le=3600)


class DatabaseLimits(Section):
    """`[database_limits]`: how long the database may take, in seconds; 0: as long as it likes."""

    statement_seconds: float = Field(default=30, ge=0, le=3600)
    lock_seconds: float = Field(default=10, ge=0, le=3600)
    # A transaction that does nothing; of PostgreSQL.
    idle_in_transaction_seconds: float = Field(default=60, ge=0, le=3600)


class MetricsSettings(Section):
    """`[metrics]`: who may read what the host counts, at `/metrics`."""

    addresses: list[NetworkText] = []
    token_file: str = ""


class Privacy(Section):
    """`[privacy]`: who sees numbers, and what logs hold."""

    log_numbers: bool = False
    log_names: bool = False
    # Agents who have these profiles, and no other, see numbers masked.
    mask_on_screen: list[str] = []
    mask_emails: bool = False
    # Whether addresses hide the number of a call for everybody.
    hide_parameters: bool = False
