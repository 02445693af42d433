"""What is known of iTop's classes beforehand: labels, states, and what to ask of them.

iTop's REST services tell nothing about its data model. A class that is not here works too, by its
own name, with the attributes that every ticket has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cti_host import Localised

_of = Localised.of

LABELS: Mapping[str, Localised] = {
    "Organization": _of("Organization", "Organisation"),
    "Location": _of("Location", "Lieu"),
    "Contact": _of("Contact"),
    "Person": _of("Person", "Personne"),
    "Team": _of("Team", "Équipe"),
    "Service": _of("Service"),
    "ServiceSubcategory": _of("Service Subcategory", "Sous-catégorie de service"),
    "Ticket": _of("Ticket"),
    "UserRequest": _of("User Request", "Demande utilisateur"),
    "Incident": _of("Incident"),
    "Problem": _of("Problem", "Problème"),
    "Change": _of("Change", "Ticket de changement"),
    "RoutineChange": _of("Routine Change", "Changement de routine"),
    "ApprovedChange": _of("Approved Change", "Changement pré-approuvé"),
    "NormalChange": _of("Normal Change", "Changement normal"),
    "EmergencyChange": _of("Emergency Change", "Changement urgent"),
    "PhoneCall": _of("Phone Call", "Appel téléphonique"),
}

STATES: Mapping[str, Localised] = {
    "new": _of("New", "Nouveau"),
    "waiting_for_approval": _of("Waiting for approval", "En attente d'approbation"),
    "approved": _of("Approved", "Approuvé"),
    "notapproved": _of("Not approved", "Non approuvé"),
    "rejected": _of("Rejected", "Rejeté"),
    "validated": _of("Validated", "Validé"),
    "escalated_tto": _of("Escalated TTO", "Escalade TTO"),
    "escalated_ttr": _of("Escalated TTR", "Escalade TTR"),
    "assigned": _of("Assigned", "Assigné"),
    "pending": _of("Pending", "En attente"),
    "plannedscheduled": _of("Planned and scheduled", "Programmé"),
    "implemented": _of("Implemented", "Effectué"),
    "monitored": _of("Monitored", "En cours de suivi"),
    "ongoing": _of("Ongoing", "En cours"),
    "resolved": _of("Resolved", "Résolu"),
    "closed": _of("Closed", "Fermé"),
}

# How urgent a ticket is.
PRIORITIES: Mapping[str, Localised] = {
    "1": _of("Critical", "Critique"),
    "2": _of("High", "Haute"),
    "3": _of("Medium", "Moyenne"),
    "4": _of("Low", "Basse"),
}

CHANGES = ("Change", "RoutineChange", "ApprovedChange", "NormalChange", "EmergencyChange")
TICKETS = ("Ticket", "UserRequest", "Incident", "Problem", *CHANGES)

# What every ticket has. `operational_status` is for those that have no `status`.
_TICKET = (
    "ref",
    "title",
    "caller_id",
    "caller_id_friendlyname",
    "agent_id_friendlyname",
    "start_date",
    "last_update",
)

# Attributes that hold markup.
HTML = frozenset({"description", "solution"})
LOGS: Mapping[str, Localised] = {
    "public_log": _of("Public log", "Journal public"),
    "private_log": _of("Private log", "Journal privé"),
}

# The attributes of persons that calls are looked up by; those of the first hold numbers.
PHONES = ("phone", "mobile_phone")
PERSON_LABELS: Mapping[str, Localised] = {
    "phone": _of("Phone", "Téléphone"),
    "mobile_phone": _of("Mobile phone", "Téléphone mobile"),
    "email": _of("Email", "E-mail"),
    "org_name": _of("Organization", "Organisation"),
    "function": _of("Function", "Fonction"),
    "location_name": _of("Location", "Lieu"),
    "employee_number": _of("Employee number", "Numéro d'employé"),
    "manager_name": _of("Manager", "Responsable"),
    "notify": _of("Notification", "Notification"),
    "vip": _of("VIP", "VIP"),
    "notes": _of("Notes", "Notes"),
}
# What an attribute of two values says, of iTop's own and of a site's model.
_YES, _NO = ("yes", "true", "True"), ("no", "false", "False")
# What tells persons with one number apart, and what the panel says of a caller.
APART = ("function", "location_name")
ON_PANEL = ("org_name", *APART, *PHONES, "email")

_PERSON = (
    "friendlyname",
    "first_name",
    "name",
    "status",
    "org_id",
    "org_name",
    "email",
    "phone",
    "mobile_phone",
    "function",
    "employee_number",
    "location_name",
    "notify",
)
_CONTACT = tuple(
    code
    for code in _PERSON
    if code not in ("first_name", "mobile_phone", "employee_number", "location_name")
)


def class_label(class_name: str) -> str:
    """The name of a class in the agent's language; one that is not known, by its own name."""
    if class_name in LABELS:
        return str(LABELS[class_name])
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", class_name)


def state_label(code: str) -> str:
    """The name of a state in the agent's language."""
    if code in STATES:
        return str(STATES[code])
    return code.replace("_", " ").capitalize()


def priority_label(code: str) -> str:
    """How urgent a ticket is, in the agent's language; "" for a code that is not known."""
    return str(PRIORITIES[code]) if code in PRIORITIES else ""


def person_label(code: str) -> str:
    """The name of an attribute of persons; iTop doesn't tell those of its own model."""
    if code in PERSON_LABELS:
        return str(PERSON_LABELS[code])
    words = code.removesuffix("_friendlyname").removesuffix("_id").replace("_", " ")
    return words[:1].upper() + words[1:]


def as_flag(code: str, text: str) -> bool | None:
    """Whether the value of an attribute is a yes or a no; `None`: it is neither."""
    if text in _YES or (code == "vip" and text == "1"):
        return True
    return False if text in _NO or (code == "vip" and text == "0") else None


def common_class(branches: list[str]) -> str:
    """The class whose attributes the objects of a UNION have in common.

    :param branches: the class of each part
    """
    kinds = set(branches)
    if len(kinds) <= 1:
        return branches[0] if branches else ""
    for parent, children in (("Change", CHANGES), ("Ticket", TICKETS)):
        if kinds <= set(children):
            return parent
    return "Contact" if kinds <= {"Contact", "Person", "Team"} else branches[0]


def ticket_codes(class_name: str) -> list[str]:
    """The attributes of a ticket that a list shows."""
    if class_name == "Ticket":
        return [*_TICKET, "operational_status"]
    if class_name in CHANGES:
        return [*_TICKET, "status", "creation_date"]
    return [*_TICKET, "status", "priority"]


def detail_codes(class_name: str) -> list[str]:
    """The attributes of a ticket that its page shows."""
    codes = [*ticket_codes(class_name), "org_name", "team_id_friendlyname", "description"]
    return [*codes, "close_date", *log_codes(class_name)]


def log_codes(class_name: str) -> list[str]:
    """The logs of a class, the one that callers may read first."""
    if class_name in ("Ticket", "Problem", *CHANGES):
        return ["private_log"]
    if class_name in LABELS and class_name not in TICKETS:
        return []
    return ["public_log", "private_log"]


def person_codes(class_name: str) -> list[str]:
    """The attributes of somebody who calls."""
    return list(_CONTACT if class_name in ("Contact", "Team") else _PERSON)
