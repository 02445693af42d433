"""A call, and the person who may be calling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from cti_host.isolation.read_only import make_read_only, read_only
from cti_host.model.keys import CALLER_KEY
from cti_host.model.numbers import Number, Unsearchable, Value

_EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Call:
    """One inbound call, as the URL of the phone system told it.

    :param received: attribute ("phone") to the text that came for it
    :param parameters: the same attributes to what the preprocessing plugins made of these texts
    :param query: URL parameter to the text that came; links back to this call carry it
    :param pages: id of a ticket list to the page of it that the agent looks at, from 1
    :param received_at: when the URL was opened, in UTC
    :param filter: words that the agent typed to find somebody among many callers
    :param wanted: who was chosen: the key of a caller, to a plugin only one of its own; "all" or
        "unknown"; empty when the phone system opens the panel
    :param record: the number of the record that is kept of this call; `None`: there is none, or
        the link doesn't say
    """

    received: Mapping[str, str]
    parameters: Mapping[str, Value]
    query: Mapping[str, str] = field(default_factory=dict)
    pages: Mapping[str, int] = field(default_factory=dict)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    filter: str = ""
    wanted: str = ""
    record: int | None = None

    def __post_init__(self) -> None:
        make_read_only(self, "received", "parameters", "query", "pages")

    def with_parameter(self, attribute: str, value: Value) -> Call:
        """This call with another value for one attribute; the received text stays."""
        changed = object.__new__(type(self))
        # Only this field is new: the others are read-only already, and not copied once more.
        parameters = read_only({**self.parameters, attribute: value})
        vars(changed).update(vars(self), parameters=parameters)
        return changed

    @property
    def on_first_pages(self) -> Call:
        """This call with the first page of each list."""
        return replace(self, pages={}) if self.pages else self

    @property
    def number(self) -> Number | None:
        """The first parameter that was recognised as a phone number, if any."""
        return next((v for v in self.parameters.values() if isinstance(v, Number)), None)

    @property
    def searchable(self) -> bool:
        """Whether at least one parameter may be used to look somebody up."""
        return any(not isinstance(v, Unsearchable) for v in self.parameters.values())

    def wanted_from(self, source: str) -> int | None:
        """The id of the caller who was chosen, if they may be one of this plugin's own.

        An old link holds an id alone, which may be anybody's.
        """
        named = CALLER_KEY.fullmatch(self.wanted)
        return int(named["id"]) if named and named["source"] in (None, source) else None

    def wants(self, caller: Caller) -> bool:
        """Whether it is this caller who was chosen, as far as the link tells.

        A plugin may ask it of its own callers before they have a source.
        """
        named = CALLER_KEY.fullmatch(self.wanted)
        if named is None or int(named["id"]) != caller.id:
            return False
        source, cls = named["source"], named["cls"]
        return source in (None, caller.source or source) and cls in (None, caller.class_name)


@dataclass(frozen=True)
class Caller:
    """A person who may be calling: class and id in the data of a plugin, and what to show.

    Two plugins may each have a person 20, who are not the same: `source`, `class_name` and `id`
    together say who it is.

    :param class_name: the class in the plugin's data ("Person"), without blanks and colons
    :param id: the id in the plugin's data
    :param display: the text that names the person (the attributes of `display_name`, joined by
        ", ")
    :param attributes: attribute codes to texts ("email" to "ada@example.org")
    :param name: the part of `display` that stands largest on the panel; empty: all of it
    :param source: the name of the plugin that returned them, put there by the dispatcher
    """

    class_name: str
    id: int
    display: str
    attributes: Mapping[str, str] = field(default_factory=lambda: _EMPTY)
    name: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        make_read_only(self, "attributes")

    @property
    def key(self) -> str:
        """Who they are, in links and programs: "tickets:Person:20"."""
        return f"{self.source}:{self.class_name}:{self.id}"

    @property
    def headline(self) -> str:
        """What stands largest on the panel."""
        return self.name or self.display

    @property
    def details(self) -> str:
        """What `display` says beyond the headline."""
        return self.display.removeprefix(self.headline).removeprefix(", ")
