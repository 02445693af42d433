"""A source of any kind: which field of its payloads says what, and what its words mean."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from cti_host import BadSetting, bad_settings
from cti_webhooks.settings.tables import Header, Signature, Source, Table

ANYTHING_ELSE = "*"


class What(StrEnum):
    """What an event says, as settings name it."""

    STARTED = "started"  # there is a call
    RINGING = "ringing"  # there is a call, and a phone rings or has dialled
    ANSWERED = "answered"
    HELD = "held"
    RESUMED = "resumed"
    TRANSFERRED = "transferred"
    QUEUED = "queued"
    LEFT_QUEUE = "left_queue"
    VOICEMAIL = "voicemail"
    LEG_ENDED = "leg_ended"  # a phone rings or talks no more; the call may go on
    ENDED = "ended"
    IGNORED = "ignored"


class Ending(StrEnum):
    """Why a call ended, as settings name it."""

    ANSWERED = "answered"
    MISSED = "missed"
    BUSY = "busy"
    REJECTED = "rejected"
    CANCELLED = "cancelled"  # whoever called gave up
    VOICEMAIL = "voicemail"
    FORWARDED = "forwarded"
    FAILED = "failed"


def _as_list(value: object) -> object:
    return ([value] if value else []) if isinstance(value, str) else value


Paths = Annotated[list[str], BeforeValidator(_as_list)]


class Fields(Table):
    """`fields`: where a payload says what; each a path, or several, of which the first counts.

    A path is the name of a field of a form, or names with dots between them that lead into JSON:
    "data.user.name". A list on the way is walked, and a number takes one of its elements. With
    `each`, a path that begins with a dot begins at the element.

    :param event: what happened, see `events`
    :param call: the key of the call; empty: the phone system has none
    :param direction: see `directions`
    :param from: who calls
    :param to: who is called
    :param remote: the number of the other party, where a field has it whichever way the call goes
    :param own: our side's number, likewise
    :param name: the name of the other party
    :param agents: whose phones: names, numbers, extensions; all that the paths lead to
    :param queue: the queue or ring group
    :param cause: why the call ended, see `causes`
    :param at: when it happened: seconds or milliseconds since 1970, or ISO 8601
    :param answered_at: when somebody answered, likewise
    :param duration: how long somebody talked, in seconds
    :param other_call: the key of a call that goes on as this one
    """

    event: Paths = Field(default_factory=list)
    call: Paths = Field(default_factory=list)
    direction: Paths = Field(default_factory=list)
    from_: Paths = Field(default_factory=list, alias="from")
    to: Paths = Field(default_factory=list)
    remote: Paths = Field(default_factory=list)
    own: Paths = Field(default_factory=list)
    name: Paths = Field(default_factory=list)
    agents: Paths = Field(default_factory=list)
    queue: Paths = Field(default_factory=list)
    cause: Paths = Field(default_factory=list)
    at: Paths = Field(default_factory=list)
    answered_at: Paths = Field(default_factory=list)
    duration: Paths = Field(default_factory=list)
    other_call: Paths = Field(default_factory=list)


class FixedReply(Table):
    """`reply`: what the phone system is told when its event was taken."""

    status: int = Field(default=200, ge=200, le=299)
    type: str = Field(default="application/json", pattern=r"[\w.+-]+/[\w.+-]+(; ?charset=[\w-]+)?")
    body: str = Field(default="{}", max_length=4096)


class Echo(Table):
    """`echo`: what a phone system sends once, to get it back, when it is told the address.

    :param header: the header that comes back as it is
    :param query: the parameter of the address that comes back as text
    """

    header: Header = ""
    query: str = ""


class GenericSource(Source):
    """A phone system that posts whatever it posts.

    :param fields: where a payload says what
    :param each: the path to a list, each element of which is an event; empty: the payload is one
    :param events: its words for what happened, and what they say; "*": all other words
    :param directions: its words for the direction; "*": all other words, and none
    :param causes: its words for why a call ended; "*": all other words
    :param reply: what it is told
    :param echo: what it gets back when it checks the address
    :param never_refuse: what isn't understood is noted, and gets the same reply, for phone systems
        that give a webhook up after an error
    :param token_file: the file with a secret that every request carries
    :param token_header: the header with it
    :param token_field: the path to it in the payload
    """

    kind: Literal["generic"]
    fields: Fields
    each: str = ""
    events: dict[str, Annotated[What, Field(strict=False)]]
    directions: dict[str, Literal["in", "out", "internal"]] = Field(default_factory=dict)
    causes: dict[str, Annotated[Ending, Field(strict=False)]] = Field(default_factory=dict)
    reply: FixedReply = FixedReply()
    echo: Echo = Echo()
    never_refuse: bool = False
    token_file: str = ""
    token_header: Header = ""
    token_field: str = ""
    signature: Signature | None = None

    @model_validator(mode="after")
    def _says_enough(self) -> GenericSource:
        mistakes: list[tuple[tuple[str, ...], BadSetting]] = []
        fields = self.fields
        if not fields.event and ANYTHING_ELSE not in self.events:
            remedy = 'name the field: event = "event"; or write events = { "*" = "ringing" }'
            mistakes.append((("fields",), BadSetting("don't say what happened", remedy)))
        if not (fields.remote or fields.from_ or fields.to):
            remedy = 'name the field with the number: from = "from"'
            mistakes.append((("fields",), BadSetting("don't say who calls", remedy)))
        where = bool(self.token_header) + bool(self.token_field)
        if where != bool(self.token_file):
            remedy = "write token_file, and one of token_header and token_field"
            mistakes.append(
                (("token_file",), BadSetting("a token needs a file and a place", remedy))
            )
        if mistakes:
            raise bad_settings(mistakes)
        return self
