"""What each profile may do: the table of iTop's data model and of its telephony extension.

A right for a class holds for the classes below it: what is said of `Contact` holds for a `Person`.
An agent with several profiles may do what any of them may do.
"""

from __future__ import annotations

READ, BULK_READ = "read", "bulk_read"
CREATE, MODIFY, BULK_MODIFY = "create", "modify", "bulk_modify"
DELETE, BULK_DELETE = "delete", "bulk_delete"
# What can be done with the objects of every class; besides, there are the stimuli of life cycles.
ACTIONS = (READ, BULK_READ, CREATE, MODIFY, BULK_MODIFY, DELETE, BULK_DELETE)

# May do everything with every class, whatever else is said.
ADMINISTRATOR = "Administrator"
EVERY_CLASS = "*"

_CHANGING = ("Change Approver", "Change Implementor", "Change Supervisor")
_ANSWERING = ("Service Desk Agent", "Support Agent")
# Customers have a portal of their own, and programs the rights of the agent they act for.
OUTSIDE = ("Portal power user", "Portal user", "REST Services User")
_INSIDE = (
    *_CHANGING,
    "Configuration Manager",
    "Document author",
    "Problem Manager",
    *_ANSWERING,
    "Service Manager",
)
PROFILES = tuple(sorted((ADMINISTRATOR, *_INSIDE, *OUTSIDE)))

_READ = "read bulk_read"
_WRITE = "create modify bulk_modify"
_FULL = f"{_WRITE} delete"

# Profiles, the classes, and what these profiles may do with them.
GRANTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (_INSIDE, EVERY_CLASS, _READ),
    # Writing.
    (("Configuration Manager",), "Organization Location Contact ContactType", _FULL),
    (("Configuration Manager",), "lnkPersonToTeam lnkContactToTicket", _FULL),
    (("Service Manager",), "Service ServiceSubcategory ServiceFamily DeliveryModel", _FULL),
    (_ANSWERING, "UserRequest Incident", _WRITE),
    (_ANSWERING, "PhoneCall lnkContactToTicket", _FULL),
    (("Problem Manager",), "Problem", _WRITE),
    (("Problem Manager",), "lnkContactToTicket", _FULL),
    (_CHANGING, "Change", _WRITE),
    (_CHANGING, "lnkContactToTicket", _FULL),
    # Transitions.
    (_ANSWERING, "UserRequest Incident", "ev_assign"),
    (("Support Agent",), "UserRequest Incident", "ev_reassign ev_pending ev_resolve ev_close"),
    (("Support Agent",), "UserRequest", "ev_wait_for_approval"),
    (("Problem Manager",), "Problem", "ev_assign ev_reassign ev_resolve ev_close"),
    (("Change Implementor",), "Change", "ev_assign ev_reopen ev_plan ev_replan"),
    (("Change Implementor",), "Change", "ev_implement ev_monitor ev_finish"),
    (("Change Supervisor",), "Change", "ev_assign ev_reopen ev_finish"),
    (("Change Supervisor",), "NormalChange", "ev_validate ev_reject"),
    (("Change Approver",), "Change", "ev_approve"),
    (("Change Approver",), "ApprovedChange", "ev_notapprove"),
    (("Change Approver",), "NormalChange", "ev_reject"),
)
