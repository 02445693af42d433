"""Problems, and how urgent tickets are."""

from __future__ import annotations

from cti_tickets.model import fields as a
from cti_tickets.model.classes.changes import Change, Ticket
from cti_tickets.model.classes.services import Service, ServiceSubcategory

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


class Problem(Ticket):
    """The cause behind incidents."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Problem", "Problème"),
        friendlyname=("ref",),
        order="-ref",
        form=(
            "ref",
            "org_id",
            "caller_id",
            "status",
            "product",
            "title",
            "description",
            "service_id",
            "servicesubcategory_id",
            "impact",
            "urgency",
            "priority",
            "start_date",
            "last_update",
            "related_change_id",
            "private_log",
        ),
        reconciliation=("ref",),
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
    service = a.key(Service, ("Service", "Service"))
    service_name = a.external(("Service name", "Nom du service"), "service_id.name")
    servicesubcategory = a.key(
        ServiceSubcategory, ("Service subcategory", "Sous-catégorie de service")
    )
    servicesubcategory_name = a.external(
        ("Service subcategory name", "Nom de la sous-catégorie de service"),
        "servicesubcategory_id.name",
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
    knownerrors_list = a.link_set(("Known errors", "Erreurs connues"))
    related_request_list = a.link_set(
        ("Related requests", "Demandes liées"), "UserRequest.parent_problem_id"
    )
    related_incident_list = a.link_set(
        ("Related incidents", "Incidents liés"), "Incident.parent_problem_id"
    )
