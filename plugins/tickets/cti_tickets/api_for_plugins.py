"""What other plugins may import from this one: its hooks, and the types that cross them.

With `data_classes` and `data_attributes` a plugin adds to the data model: *tickets* makes tables,
forms, lists, queries and imports of that. With `log_added` it hears of entries in logs, and with
`reply_templates` it offers texts for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from cti_host import LANGUAGES, Agent, Budget, Caller, Kind, Localised, Ticket, contract
from cti_tickets.reply_texts import PLACEHOLDERS, check_text, filled

__all__ = [
    "AddedAttributes",
    "DataAttribute",
    "DataClass",
    "DataKind",
    "DataModelHooks",
    "LogEntryAdded",
    "LogHooks",
    "OnDelete",
    "ReplyHooks",
    "ReplyTemplate",
    "TicketsHooks",
]


def _(text: str) -> str:
    """Mark a text for translation; it is translated when it is shown."""
    return text


class DataKind(StrEnum):
    """What an attribute holds."""

    STRING = "string"  # one line, at most 255 characters
    TEXT = "text"  # several lines
    HTML = "html"  # several lines that may hold harmless markup
    EMAIL = "email"
    PHONE = "phone"  # a number as typed; found however it is written
    ENUM = "enum"  # one of `values`
    KEY = "key"  # the id of an object of the class `target`
    EXTERNAL = "external"  # read-only: an attribute of the object behind a key, see `path`
    DATE = "date"
    DATETIME = "datetime"  # UTC
    INTEGER = "integer"
    DURATION = "duration"  # seconds
    BOOLEAN = "boolean"


class OnDelete(StrEnum):
    """What happens to an object when the object behind one of its keys is deleted."""

    RESET = "reset"  # the key is emptied; the only possibility of a key that may be empty
    MANUAL = "manual"  # refused while there are such objects
    AUTO = "auto"  # it is deleted too


@dataclass(frozen=True)
class DataAttribute:
    """An attribute of a class.

    `code` names it in queries, imports and the database: small letters, digits and "_"; that of a
    key ends in "_id". `values` are the codes of an enum with their labels, `default` is what a new
    object has ("1" for a boolean that is true). `path` says where an external field comes from:
    "org_id.name" is the name of the object behind the key `org_id`.

    A key that `depends_on` another key of its class offers, and takes, only what fits what is
    chosen there: objects that lead to it by a key of their own. The model of a car depends on its
    make, where models have a key to makes. Persons also fit their teams, and teams the services
    that their organization provides.
    """

    code: str
    kind: DataKind
    label: Localised
    mandatory: bool = False
    read_only: bool = False
    default: str = ""
    values: Mapping[str, Localised] = field(default_factory=dict)
    target: str = ""
    on_delete: OnDelete = OnDelete.RESET
    path: str = ""
    depends_on: str = ""


@dataclass(frozen=True)
class DataClass:
    """A class of objects.

    `name` is what queries call it ("Contract"). With a `parent` that may have children ("Contact",
    "Ticket" and those below them) its objects are found wherever the parent's are. The values of
    `friendlyname`, joined by the separator, name an object; `order` is the attribute lists are
    sorted by, with a leading "-" descending. `form` are the attributes of the form of a new object
    in order, all that are mandatory among them; by default it is the parent's, then its own.
    """

    name: str
    label: Localised
    attributes: Sequence[DataAttribute]
    parent: str = ""
    abstract: bool = False
    friendlyname: Sequence[str] = ("name",)
    friendlyname_separator: str = " "
    order: str = "friendlyname"
    form: Sequence[str] = ()
    reconciliation: Sequence[str] = ()


@dataclass(frozen=True)
class AddedAttributes:
    """Attributes that a plugin adds to a class that is there already, and to those below it."""

    class_name: str
    attributes: Sequence[DataAttribute]


@dataclass(frozen=True)
class LogEntryAdded:
    """An entry that was added to a log of a ticket.

    `log` is the code of the log ("public_log"), `label` its name in the agent's language; `private`
    says whether only agents are meant to read it. `id` is its own, never given to another entry.
    """

    id: int
    log: str
    label: str
    text: str
    private: bool


@dataclass(frozen=True)
class ReplyTemplate:
    """A text for the box in which agents reply to a ticket.

    `name` is its own within the plugin, `label` is what agents choose it by. In the `text` stand
    `{caller}`, `{ref}`, `{title}` and `{agent}` for values of the ticket, and "{{" and "}}" for
    braces. Each language that it is written in is offered. With `classes` it is for tickets of
    these and of those below them, with `states` for tickets that are in these. `log` is the code of
    the log that it is meant for ("public_log"); empty: the one that the agent has chosen. `source`
    is the plugin, put there by the dispatcher.

    :raises BadSetting: a text is empty, or names what isn't there; it is a `ValueError`
    """

    name: str
    label: Localised
    text: Localised
    classes: Sequence[str] = ()
    states: Sequence[str] = ()
    log: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """See that each text can be filled in."""
        for text in self.text.in_all_languages():
            check_text(text)

    def texts(self, values: Mapping[str, str]) -> dict[str, str]:
        """The text in each language that it is written in, with values in it.

        :param values: what stands for each placeholder, as plain texts
        """
        english = self.text.in_language("en")
        found = {"en": english} if "en" in self.text.texts else {}
        for language in LANGUAGES:
            text = self.text.in_language(language)
            if language in self.text.texts or text != english:
                found[language] = text
        known = {name: values[name] for name in PLACEHOLDERS}
        return {one: filled(text, known).strip("\n") for one, text in found.items()}


class DataModelHooks:
    """The hooks with which plugins add to the data model."""

    @contract(Kind.SETUP, DataClass, many=True, budget=Budget.NONE)
    def data_classes(self) -> Sequence[DataClass]:  # type: ignore[empty-body]
        """Add classes to the data model: forms, lists, queries and imports know them at once.

        Fires once, when the application is built and *tickets* registers. `cti-host db upgrade`
        creates the tables.

        :return: the classes; a class that is there already, an unknown parent or target, a bad
            code, or a form that lacks a mandatory attribute is refused with the name of the plugin
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """

    @contract(Kind.SETUP, AddedAttributes, many=True, budget=Budget.NONE)
    def data_attributes(self) -> Sequence[AddedAttributes]:  # type: ignore[empty-body]
        """Add attributes to classes of the data model that are there already.

        Fires once, when the application is built and *tickets* registers. `cti-host db upgrade`
        adds the columns; it never removes any. A mandatory attribute is on the form of a new object
        by itself; any other one is where the form for changing an object has what is further down.

        :return: the attributes by class; refusals are as for `data_classes`
        Order: the order of the config.
        On an error: the host doesn't start and says which plugin failed.
        """


class LogHooks:
    """The hooks that tell of the logs of tickets."""

    @contract(Kind.EVENT)
    def log_added(
        self, entry: LogEntryAdded, ticket: Ticket, caller: Caller | None, agent: Agent
    ) -> None:
        """Somebody added an entry to a log of a ticket, on a page or through the API.

        Fires for each entry, new tickets' among them, once it is stored; not for imports and
        copies. If the process is killed in that moment, the entry is stored and nobody was told.

        :param entry: the entry
        :param ticket: the ticket as it is now
        :param caller: its caller, with all attributes; `None`: it has none
        :param agent: who wrote the entry
        :return: nothing; results are ignored
        Order: the order of the config.
        On an error: logged; the entry stays.
        """


class ReplyHooks:
    """The hooks of the box in which agents reply to a ticket."""

    @contract(
        Kind.COLLECT,
        ReplyTemplate,
        many=True,
        unavailable=_("Reply templates of %(plugin)s are not available right now."),
    )
    def reply_templates(  # type: ignore[empty-body]
        self, ticket: Ticket, agent: Agent
    ) -> Sequence[ReplyTemplate]:
        """Offer texts for the box in which an agent replies to a ticket.

        Fires whenever the page of a ticket with such a box is made.

        :param ticket: the ticket as it is now
        :param agent: who would reply
        :return: the templates; those for other classes, states and logs than the ticket has now are
            left out, and so are later ones of the same name; `None`: there are none
        Order: the order of the config.
        On an error: the agent reads one line; the templates of other plugins are there.
        """


class TicketsHooks(DataModelHooks, LogHooks, ReplyHooks):
    """All hooks that the plugin *tickets* brings."""
