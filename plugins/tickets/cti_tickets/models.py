"""All models, in the order in which their tables depend on each other."""

from __future__ import annotations

import peewee

from cti_tickets.models_calls import LogEntry, PhoneCall, TicketCounter
from cti_tickets.models_changes import (
    ApprovedChange,
    Change,
    EmergencyChange,
    NormalChange,
    RoutineChange,
    Ticket,
)
from cti_tickets.models_people import Contact, LnkPersonToTeam, Location, Organization, Person, Team
from cti_tickets.models_tickets import Incident, Problem, UserRequest

MODELS: list[type[peewee.Model]] = [
    Organization,
    Location,
    Contact,
    Person,
    Team,
    LnkPersonToTeam,
    Ticket,
    UserRequest,
    Incident,
    Problem,
    Change,
    RoutineChange,
    ApprovedChange,
    NormalChange,
    EmergencyChange,
    PhoneCall,
    LogEntry,
    TicketCounter,
]

__all__ = [
    "MODELS",
    "ApprovedChange",
    "Change",
    "Contact",
    "EmergencyChange",
    "Incident",
    "LnkPersonToTeam",
    "Location",
    "LogEntry",
    "NormalChange",
    "Organization",
    "Person",
    "PhoneCall",
    "Problem",
    "RoutineChange",
    "Team",
    "Ticket",
    "TicketCounter",
    "UserRequest",
]
