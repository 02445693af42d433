"""All models, in the order in which their tables depend on each other."""

from __future__ import annotations

import peewee

from cti_tickets.model.classes.attachments import Attachment
from cti_tickets.model.classes.calls import LogEntry, PhoneCall, RecordedCall, TicketCounter
from cti_tickets.model.classes.changes import (
    ApprovedChange,
    Change,
    EmergencyChange,
    NormalChange,
    RoutineChange,
    Ticket,
)
from cti_tickets.model.classes.history import AccessEntry, CreationKey, ObjectChange
from cti_tickets.model.classes.imports import ImportSlice, PendingImport
from cti_tickets.model.classes.merges import ObjectMerge
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
from cti_tickets.model.classes.views import DefaultView, SavedView

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
    RecordedCall,
    LogEntry,
    Attachment,
    TicketCounter,
    JointNumber,
    ObjectChange,
    AccessEntry,
    CreationKey,
    ObjectMerge,
    PendingImport,
    ImportSlice,
    SavedView,
    DefaultView,
]

__all__ = [
    "MODELS",
    "AccessEntry",
    "ApprovedChange",
    "Attachment",
    "Change",
    "Contact",
    "ContactType",
    "CreationKey",
    "DefaultView",
    "DeliveryModel",
    "EmergencyChange",
    "ImportSlice",
    "Incident",
    "JointNumber",
    "LnkContactToTicket",
    "LnkPersonToTeam",
    "Location",
    "LogEntry",
    "NormalChange",
    "ObjectChange",
    "ObjectMerge",
    "Organization",
    "PendingImport",
    "Person",
    "PhoneCall",
    "Problem",
    "RecordedCall",
    "RoutineChange",
    "SavedView",
    "Service",
    "ServiceFamily",
    "ServiceSubcategory",
    "Team",
    "Ticket",
    "TicketCounter",
    "UserRequest",
]
