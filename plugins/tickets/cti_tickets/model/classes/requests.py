"""Incidents and user requests, and the contacts of tickets."""

from __future__ import annotations

from cti_tickets.model import fields as a
from cti_tickets.model.classes.changes import YES_NO, Change, Ticket
from cti_tickets.model.classes.people import Base, Contact, Person
from cti_tickets.model.classes.problems import IMPACT, URGENCY, Problem
from cti_tickets.model.classes.services import Service, ServiceSubcategory
from cti_tickets.model.classes.stopwatches import Watched

ORIGIN = a.values(
    chat=("Chat", "Chat"),
    mail=("Email", "E-mail"),
    in_person=("In-person", "En personne"),
    phone=("Phone", "Téléphone"),
    portal=("Portal", "Portail"),
)
MONITORING = a.values(monitoring=("Monitoring", "Supervision"))
RESOLUTION = a.labels(
    {
        "assistance": ("Assistance", "Assistance"),
        "bug fixed": ("Bug fixed", "Résolution de bug"),
        "hardware repair": ("Hardware repair", "Réparation matériel"),
        "other": ("Other", "Autre"),
        "software patch": ("Software patch", "Patch logiciel"),
        "system update": ("System update", "Mise à jour système"),
        "training": ("Training", "Formation"),
    }
)
SATISFACTION = a.labels(
    {
        "1": ("Very satisfied", "Très satisfait"),
        "2": ("Fairly satisfied", "Plutôt satisfait"),
        "3": ("Rather dissatisfied", "Plutôt mécontent"),
        "4": ("Very dissatisfied", "Très mécontent"),
    }
)


_SERVICE_FORM = (
    "org_id",
    "caller_id",
    "status",
    "origin",
    "title",
    "description",
    "service_id",
    "servicesubcategory_id",
)
_REQUEST_FORM = (
    "impact",
    "urgency",
    "priority",
    "start_date",
    "last_update",
    "tto_escalation_deadline",
)
_PARENT_FORM = (
    "parent_incident_id",
    "parent_problem_id",
    "parent_change_id",
    "public_log",
    "private_log",
)


class Request(Watched):
    """What incidents and user requests have in common; no class of its own to users."""

    class Meta:
        table_name = "ticket"

    impact = a.enum(("Impact", "Impact"), IMPACT, default="1", mandatory=True)
    urgency = a.enum(("Urgency", "Urgence"), URGENCY, default="4", mandatory=True)
    priority = a.enum(
        ("Priority", "Priorité"), URGENCY, default="4", mandatory=True, read_only=True
    )
    service = a.key(Service, ("Service", "Service"))
    service_name = a.external(("Service name", "Nom du service"), "service_id.name")
    servicesubcategory = a.key(
        ServiceSubcategory, ("Service subcategory", "Sous-catégorie de service")
    )
    servicesubcategory_name = a.external(
        ("Service subcategory name", "Nom de la sous-catégorie de service"),
        "servicesubcategory_id.name",
    )
    escalation_flag = a.enum(("Hot", "Sensible"), YES_NO, default="no")
    escalation_reason = a.string(("Hot reason", "Motif de sensibilité"))
    assignment_date = a.datetime(("Assignment date", "Date d'assignation"))
    resolution_date = a.datetime(("Resolution date", "Date de résolution"))
    last_pending_date = a.datetime(("Last pending date", "Dernière mise en attente"))
    resolution_code = a.enum(
        ("Resolution code", "Code de résolution"), RESOLUTION, default="assistance"
    )
    solution = a.html(("Solution", "Solution"))
    pending_reason = a.text(("Pending reason", "Motif de mise en attente"))
    parent_problem = a.key(Problem, ("Parent problem", "Problème parent"))
    parent_problem_ref = a.external(
        ("Parent problem ref", "Référence du problème parent"), "parent_problem_id.ref"
    )
    parent_change = a.key(Change, ("Parent change", "Changement parent"))
    parent_change_ref = a.external(
        ("Parent change ref", "Référence du changement parent"), "parent_change_id.ref"
    )
    public_log = a.log(("Public log", "Journal public"))
    user_satisfaction = a.enum(
        ("User satisfaction", "Satisfaction de l'utilisateur"), SATISFACTION, default="1"
    )
    user_comment = a.text(("User comment", "Commentaire de l'utilisateur"))


class Incident(Request):
    """Something that doesn't work."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Incident", "Incident"),
        friendlyname=("ref",),
        order="-ref",
        form=(*_SERVICE_FORM, *_REQUEST_FORM, *_PARENT_FORM),
        reconciliation=("ref",),
    )

    status = a.enum(
        ("Status", "Statut"),
        a.values(
            new=("New", "Nouveau"),
            escalated_tto=("Escalated TTO", "Escalade TTO"),
            assigned=("Assigned", "Assigné"),
            escalated_ttr=("Escalated TTR", "Escalade TTR"),
            pending=("Pending", "En attente"),
            resolved=("Resolved", "Résolu"),
            closed=("Closed", "Fermé"),
        ),
        default="new",
        mandatory=True,
    )
    origin = a.enum(("Origin", "Origine"), {**ORIGIN, **MONITORING}, default="phone")
    parent_incident = a.key("self", ("Parent incident", "Incident parent"))
    parent_incident_ref = a.external(
        ("Parent incident ref", "Référence de l'incident parent"), "parent_incident_id.ref"
    )
    related_request_list = a.link_set(
        ("Related requests", "Demandes liées"), "UserRequest.parent_incident_id"
    )
    child_incidents_list = a.link_set(
        ("Child incidents", "Incidents fils"), "Incident.parent_incident_id"
    )


class UserRequest(Request):
    """Something that a user needs."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("User Request", "Demande utilisateur"),
        friendlyname=("ref",),
        order="-ref",
        form=(
            *_SERVICE_FORM,
            "request_type",
            *_REQUEST_FORM,
            "parent_request_id",
            *_PARENT_FORM,
        ),
        reconciliation=("ref",),
    )

    status = a.enum(
        ("Status", "Statut"),
        a.values(
            new=("New", "Nouveau"),
            waiting_for_approval=("Waiting for approval", "En attente d'approbation"),
            approved=("Approved", "Approuvée"),
            rejected=("Rejected", "Rejetée"),
            escalated_tto=("Escalated TTO", "Escalade TTO"),
            assigned=("Assigned", "Assignée"),
            escalated_ttr=("Escalated TTR", "Escalade TTR"),
            pending=("Pending", "En attente"),
            resolved=("Resolved", "Résolue"),
            closed=("Closed", "Fermée"),
        ),
        default="new",
        mandatory=True,
    )
    request_type = a.enum(
        ("Request type", "Type de demande"),
        a.values(service_request=("Service request", "demande de service")),
        default="service_request",
        read_only=True,
    )
    origin = a.enum(("Origin", "Origine"), ORIGIN, default="phone")
    approver = a.key(Person, ("Approver", "Approbateur"))
    approver_email = a.external(("Approver email", "E-mail de l'approbateur"), "approver_id.email")
    parent_request = a.key("self", ("Parent request", "Demande parente"))
    parent_request_ref = a.external(
        ("Parent request ref", "Référence de la demande parente"), "parent_request_id.ref"
    )
    parent_incident = a.key(Incident, ("Parent incident", "Incident parent"))
    parent_incident_ref = a.external(
        ("Parent incident ref", "Référence de l'incident parent"), "parent_incident_id.ref"
    )
    related_request_list = a.link_set(
        ("Child requests", "Demandes filles"), "UserRequest.parent_request_id"
    )


class LnkContactToTicket(Base):
    """A person or a team has something to do with a ticket."""

    class Meta:
        table_name = "lnk_contact_to_ticket"

    about = a.about(
        ("Link Contact / Ticket", "Lien Contact / Ticket"),
        friendlyname=("contact_name", "ticket_ref"),
        friendlyname_separator=" / ",
        form=("ticket_id", "contact_id", "role_code", "role"),
        reconciliation=("ticket_id", "contact_id"),
    )
    class_name = "lnkContactToTicket"

    ticket = a.key(Ticket, ("Ticket", "Ticket"), on_delete=a.AUTO, mandatory=True)
    ticket_ref = a.external(("Ref", "Référence"), "ticket_id.ref")
    contact = a.key(Contact, ("Contact", "Contact"), on_delete=a.AUTO, mandatory=True)
    contact_name = a.external(("Contact name", "Nom du contact"), "contact_id.name")
    contact_email = a.external(("Contact email", "E-mail du contact"), "contact_id.email")
    role = a.string(("Role (text)", "Rôle (texte)"))
    role_code = a.enum(
        ("Role", "Rôle"),
        a.values(
            manual=("Added manually", "Ajouté manuellement"),
            computed=("Computed", "Calculé"),
            do_not_notify=("Do not notify", "Ne pas notifier"),
        ),
        default="manual",
        mandatory=True,
    )
