"""What the profiles of rights may do with calls, before a site changes it in its settings."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What an agent may do with calls."""

    READ = "read"  # any page of calls: one's own calls, pops, notes, calling
    READ_QUEUES = "read_queues"  # also the calls of one's queues
    READ_ALL = "read_all"  # also everybody else's
    DONE = "done"  # take missed calls off the list without calling back


INSIDE = (
    "Administrator",
    "Change Approver",
    "Change Implementor",
    "Change Supervisor",
    "Configuration Manager",
    "Document author",
    "Problem Manager",
    "Service Desk Agent",
    "Service Manager",
    "Support Agent",
)
"""The profiles of a service desk, which are those of iTop: each may do everything with calls."""
OUTSIDE = ("Portal power user", "Portal user", "REST Services User")
"""Customers, and programs that have the rights of the agent they act for: they may do nothing."""
PROFILES = (*INSIDE, *OUTSIDE)
ADMINISTRATOR = "Administrator"
