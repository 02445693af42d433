"""What all tickets have in common, and the family of changes."""

from __future__ import annotations

import peewee

from cti_tickets.model import fields as a
from cti_tickets.model.classes.people import Base, Organization, Person, Team

YES_NO = a.values(no=("No", "Non"), yes=("Yes", "Oui"))
OPERATIONAL_STATUS = a.values(
    ongoing=("Ongoing", "En cours"),
    resolved=("Resolved", "Résolu"),
    closed=("Closed", "Fermé"),
)


class Ticket(Base):
    """Something that somebody asked for, and what became of it."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Ticket", "Ticket"),
        abstract=True,
        friendlyname=("ref",),
        reconciliation=("ref", "finalclass"),
    )

    finalclass = peewee.CharField()
    operational_status = a.enum(
        ("Operational status", "Statut opérationnel"),
        OPERATIONAL_STATUS,
        default="ongoing",
        read_only=True,
    )
    ref = a.string(("Ref", "Référence"), read_only=True, indexed=True)
    org = a.key(Organization, ("Organization", "Client"), on_delete=a.AUTO, mandatory=True)
    org_name = a.external(("Organization name", "Nom du client"), "org_id.name")
    caller = a.key(Person, ("Caller", "Appelant"))
    caller_name = a.external(("Caller name", "Nom de l'appelant"), "caller_id.name")
    team = a.key(Team, ("Team", "Équipe"))
    team_name = a.external(("Team name", "Nom de l'équipe"), "team_id.name")
    team_email = a.external(("Team email", "E-mail de l'équipe"), "team_id.email")
    agent = a.key(Person, ("Agent", "Agent"))
    agent_name = a.external(("Agent name", "Nom de l'agent"), "agent_id.name")
    title = a.string(("Title", "Titre"), mandatory=True)
    description = a.html(("Description", "Description"), mandatory=True)
    start_date = a.datetime(("Start date", "Date de début"))
    end_date = a.datetime(("End date", "Date de fin"))
    last_update = a.datetime(("Last update", "Dernière mise à jour"), read_only=True)
    close_date = a.datetime(("Close date", "Date de fermeture"))
    private_log = a.log(("Private log", "Journal privé"))
    contacts_list = a.link_set(("Contacts", "Contacts"), "lnkContactToTicket.ticket_id")
    functionalcis_list = a.link_set(("CIs", "CI"))
    workorders_list = a.link_set(("Work orders", "Tâches"))


CHANGE_STATUS = a.values(
    new=("New", "Nouveau"),
    validated=("Validated", "Validé"),
    rejected=("Rejected", "Rejeté"),
    assigned=("Assigned", "Assigné"),
    plannedscheduled=("Planned and scheduled", "Programmé"),
    approved=("Approved", "Approuvé"),
    notapproved=("Not approved", "Non approuvé"),
    implemented=("Implemented", "Effectué"),
    monitored=("Monitored", "En cours de suivi"),
    closed=("Closed", "Fermé"),
)
_CHANGE_FORM = (
    "ref",
    "org_id",
    "status",
    "title",
    "description",
    "caller_id",
    "parent_id",
    "creation_date",
    "last_update",
    "private_log",
)


class Change(Ticket):
    """A planned modification."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Change", "Ticket de changement"),
        abstract=True,
        friendlyname=("ref",),
        order="-ref",
        reconciliation=("ref", "finalclass"),
    )

    status = a.enum(("Status", "Statut"), CHANGE_STATUS, default="new", mandatory=True)
    reason = a.string(("Reject reason", "Motif de rejet"))
    requestor = a.key(Person, ("Requestor", "Requérant"))
    requestor_email = a.external(("Requestor email", "E-mail du requérant"), "requestor_id.email")
    creation_date = a.datetime(("Creation date", "Date de création"), read_only=True)
    impact = a.string(("Impact", "Impact"))
    supervisor_group = a.key(Team, ("Supervisor group", "Équipe de supervision"))
    supervisor_group_name = a.external(
        ("Supervisor group name", "Nom de l'équipe de supervision"), "supervisor_group_id.name"
    )
    supervisor = a.key(Person, ("Supervisor", "Superviseur"))
    supervisor_email = a.external(
        ("Supervisor email", "E-mail du superviseur"), "supervisor_id.email"
    )
    manager_group = a.key(Team, ("Manager group", "Équipe responsable"))
    manager_group_name = a.external(
        ("Manager group name", "Nom de l'équipe responsable"), "manager_group_id.name"
    )
    manager = a.key(Person, ("Manager", "Responsable"))
    manager_email = a.external(("Manager email", "E-mail du responsable"), "manager_id.email")
    outage = a.enum(("Outage", "Interruption"), YES_NO, default="no", mandatory=True)
    fallback = a.text(("Fallback plan", "Plan de retour arrière"))
    parent = a.key("self", ("Parent change", "Changement parent"))
    parent_name = a.external(
        ("Parent change ref", "Référence du changement parent"), "parent_id.ref"
    )
    related_request_list = a.link_set(
        ("Related requests", "Demandes liées"), "UserRequest.parent_change_id"
    )
    related_incident_list = a.link_set(
        ("Related incidents", "Incidents liés"), "Incident.parent_change_id"
    )
    related_problems_list = a.link_set(
        ("Related problems", "Problèmes liés"), "Problem.related_change_id"
    )
    child_changes_list = a.link_set(("Child changes", "Changements fils"), "Change.parent_id")


class RoutineChange(Change):
    """A change that needs no approval."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Routine Change", "Changement de routine"),
        friendlyname=("ref",),
        order="-ref",
        form=_CHANGE_FORM,
        reconciliation=("ref",),
    )


class ApprovedChange(Change):
    """A change that somebody approves."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Approved Change", "Changement pré-approuvé"),
        abstract=True,
        friendlyname=("ref",),
        order="-ref",
        reconciliation=("ref", "finalclass"),
    )

    approval_date = a.datetime(("Approval date", "Date d'approbation"))
    approval_comment = a.string(("Approval comment", "Commentaire d'approbation"))


class NormalChange(ApprovedChange):
    """A change that is validated and then approved."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Normal Change", "Changement normal"),
        friendlyname=("ref",),
        form=_CHANGE_FORM,
        reconciliation=("ref",),
    )

    acceptance_date = a.datetime(("Acceptance date", "Date d'acceptation"))
    acceptance_comment = a.string(("Acceptance comment", "Commentaire d'acceptation"))


class EmergencyChange(ApprovedChange):
    """A change that can't wait."""

    class Meta:
        table_name = "ticket"

    about = a.about(
        ("Emergency Change", "Changement urgent"),
        friendlyname=("ref",),
        order="-ref",
        form=_CHANGE_FORM,
        reconciliation=("ref",),
    )
