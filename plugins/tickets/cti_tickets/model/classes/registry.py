"""All models, in the order in which their tables depend on each other."""

from __future__ import annotations

import peewee

from cti_tickets.model.classes.calls import LogEntry, PhoneCall, TicketCounter
from cti_tickets.model.classes.changes import (
    ApprovedChange,
    Change,
    EmergencyChange,
    NormalChange,
    RoutineChange,
    Ticket,
)
from cti_tickets.model.classes.numbers import JointNumber
from cti_tickets.model.classes.people import (
    Contact,
    ContactType,
    DeliveryModel,
    LnkPersonToTeam,
    Location,
    Organization,
    Person,
    Team,
)
from cti_tickets.model.classes.problems import Problem
from cti_tickets.model.classes.requests import Incident, LnkContactToTicket, UserRequest
from cti_tickets.model.classes.services import Service, ServiceFamily, ServiceSubcategory

MODELS: list[type[peewee.Model]] = [
    DeliveryModel,
    Organization,
    Location,
    Contact,
    Person,
    Team,
    ContactType,
    LnkPersonToTeam,
    ServiceFamily,
    Service,
    ServiceSubcategory,
    Ticket,
    UserRequest,
    Incident,
    Problem,
    Change,
    RoutineChange,
    ApprovedChange,
    NormalChange,
    EmergencyChange,
    LnkContactToTicket,
    PhoneCall,
    LogEntry,
    TicketCounter,
    JointNumber,
]

__all__ = [
    "MODELS",
    "ApprovedChange",
    "Change",
    "Contact",
    "ContactType",
    "DeliveryModel",
    "EmergencyChange",
    "Incident",
    "JointNumber",
    "LnkContactToTicket",
    "LnkPersonToTeam",
    "Location",
    "LogEntry",
    "NormalChange",
    "Organization",
    "Person",
    "PhoneCall",
    "Problem",
    "RoutineChange",
    "Service",
    "ServiceFamily",
    "ServiceSubcategory",
    "Team",
    "Ticket",
    "TicketCounter",
    "UserRequest",
]
