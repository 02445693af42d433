"""Problems, incidents and user requests."""

from __future__ import annotations

from cti_tickets import attributes as a
from cti_tickets.models_changes import YES_NO, Change, Ticket
from cti_tickets.models_people import Person

IMPACT = a.labels(
    {
        "1": ("A department", "Un département"),
        "2": ("A service", "Un service"),
        "3": ("A person", "Une personne"),
    }
)
URGENCY = a.labels(
    {
        "1": ("Critical", "Critique"),
        "2": ("High", "Haute"),
        "3": ("Medium", "Moyenne"),
        "4": ("Low", "Basse"),
    }
)
ORIGIN = a.values(
    chat=("Chat", "Chat"),
    mail=("Email", "E-mail"),
    in_person=("In person", "En personne"),
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


class Problem(Ticket):
    """The cause behind incidents."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Problem", "Problème"),
        friendlyname=("ref",),
        order="-ref",
        form=(
            "org_id",
            "caller_id",
            "product",
            "title",
            "description",
            "impact",
            "urgency",
            "related_change_id",
            "private_log",
        ),
    )

    status = a.enum(
        ("Status", "Statut"),
        a.values(
            new=("New", "Nouveau"),
            assigned=("Assigned", "Assigné"),
            resolved=("Resolved", "Résolu"),
            closed=("Closed", "Fermé"),
        ),
        default="new",
        mandatory=True,
    )
    product = a.string(("Product", "Produit"))
    impact = a.enum(("Impact", "Impact"), IMPACT, default="1", mandatory=True)
    urgency = a.enum(("Urgency", "Urgence"), URGENCY, default="1", mandatory=True)
    priority = a.enum(
        ("Priority", "Priorité"), URGENCY, default="1", mandatory=True, read_only=True
    )
    related_change = a.key(Change, ("Related change", "Changement lié"))
    related_change_ref = a.external(
        ("Related change ref", "Référence du changement lié"), "related_change_id.ref"
    )
    assignment_date = a.datetime(("Assignment date", "Date d'assignation"))
    resolution_date = a.datetime(("Resolution date", "Date de résolution"))


_REQUEST_FORM = (
    "org_id",
    "caller_id",
    "origin",
    "title",
    "description",
    "impact",
    "urgency",
    "parent_incident_id",
    "parent_problem_id",
    "parent_change_id",
    "public_log",
    "private_log",
)


class Request(Ticket):
    """What incidents and user requests have in common; no class of its own to users."""

    class Meta:
        table_name = "ticket"

    impact = a.enum(("Impact", "Impact"), IMPACT, default="1", mandatory=True)
    urgency = a.enum(("Urgency", "Urgence"), URGENCY, default="4", mandatory=True)
    priority = a.enum(
        ("Priority", "Priorité"), URGENCY, default="4", mandatory=True, read_only=True
    )
    escalation_flag = a.enum(("Hot", "Sensible"), YES_NO, default="no")
    escalation_reason = a.string(("Hot reason", "Motif de sensibilité"))
    assignment_date = a.datetime(("Assignment date", "Date d'assignation"))
    resolution_date = a.datetime(("Resolution date", "Date de résolution"))
    last_pending_date = a.datetime(("Last pending date", "Dernière mise en attente"))
    resolution_code = a.enum(
        ("Resolution code", "Code de résolution"), RESOLUTION, default="assistance"
    )
    solution = a.text(("Solution", "Solution"))
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
        ("Incident", "Incident"), friendlyname=("ref",), order="-ref", form=_REQUEST_FORM
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


class UserRequest(Request):
    """Something that a user needs."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("User Request", "Demande utilisateur"),
        friendlyname=("ref",),
        order="-ref",
        form=(*_REQUEST_FORM[:7], "parent_request_id", *_REQUEST_FORM[7:]),
    )

    status = a.enum(
        ("Status", "Statut"),
        a.values(
            new=("New", "Nouvelle"),
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
        a.values(service_request=("Service request", "Demande de service")),
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
