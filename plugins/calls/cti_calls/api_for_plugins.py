"""What other plugins may import from this one: the hooks of calls, and the types that cross them.

A plugin of a phone system turns what it hears into facts, which say the same in whatever words a
system told it. Facts may come twice and in any order: the call that they make is the same.
"""

from cti_calls.model.connections import ConnectionContext, PhoneConnection
from cti_calls.model.facts import (
    PHONE_SYSTEM,
    UNKNOWN_SOURCE,
    Direction,
    Fact,
    FactKind,
    LegOutcome,
    Party,
    PhoneEvent,
    Taken,
)
from cti_calls.model.hooks import CallHooks
from cti_calls.model.problems import N_, Problem
from cti_calls.model.records import (
    CallLeg,
    CallRecord,
    CallState,
    Change,
    Device,
    Originated,
    Outcome,
)

__all__ = [
    "N_",
    "PHONE_SYSTEM",
    "UNKNOWN_SOURCE",
    "CallHooks",
    "CallLeg",
    "CallRecord",
    "CallState",
    "Change",
    "ConnectionContext",
    "Device",
    "Direction",
    "Fact",
    "FactKind",
    "LegOutcome",
    "Originated",
    "Outcome",
    "Party",
    "PhoneConnection",
    "PhoneEvent",
    "Problem",
    "Taken",
]
