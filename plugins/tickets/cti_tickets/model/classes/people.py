"""Organizations, places and people."""

from __future__ import annotations

import peewee

from cti_host import database
from cti_tickets.model import fields as a

INACTIVE = ("status", "inactive")
ACTIVITY = a.values(active=("Active", "Actif"), inactive=("Inactive", "Inactif"))
_ORGANIZATION_ACTIVITY = a.values(active=("Active", "Actif"), inactive=("Inactive", "Inactive"))
OBSOLESCENCE_DATE = ("Obsolescence date", "Date d'obsolescence")


class Base(peewee.Model):
    """What all models have in common."""

    class Meta:
        database = database
        legacy_table_names = False

    id = peewee.AutoField()


class DeliveryModel(Base):
    """How an organization is served."""

    about = a.about(
        ("Delivery Model", "Modèle de support"), form=("name",), reconciliation=("name",)
    )

    name = a.string(("Name", "Nom"), mandatory=True)
    customers_list = a.link_set(("Customers", "Clients"), "Organization.deliverymodel_id")


class ContactType(Base):
    """A role that a person has in a team."""

    about = a.about(("Contact Type", "Type de contact"), form=("name",), reconciliation=("name",))

    name = a.string(("Name", "Nom"), mandatory=True)


class Organization(Base):
    """A company or a part of one."""

    about = a.about(
        ("Organization", "Organisation"),
        form=("name", "code", "status", "parent_id", "deliverymodel_id"),
        reconciliation=("name", "code"),
        obsolete=INACTIVE,
    )

    name = a.string(("Name", "Nom"), mandatory=True, indexed=True)
    code = a.string(("Code", "Code"), indexed=True)
    status = a.enum(("Status", "Statut"), _ORGANIZATION_ACTIVITY, default="active")
    parent = a.key("self", ("Parent", "Organisation parente"), hierarchical=True)
    parent_name = a.external(("Parent name", "Nom de l'organisation parente"), "parent_id.name")
    deliverymodel = a.key(DeliveryModel, ("Delivery model", "Modèle de support"))
    deliverymodel_name = a.external(
        ("Delivery model name", "Nom du modèle de support"), "deliverymodel_id.name"
    )
    obsolescence_date = a.date(OBSOLESCENCE_DATE, read_only=True)


class Location(Base):
    """A place where an organization is."""

    about = a.about(
        ("Location", "Lieu"),
        form=("name", "status", "org_id", "address", "postal_code", "city", "country"),
        reconciliation=("name", "org_id", "org_name"),
        obsolete=INACTIVE,
    )

    name = a.string(("Name", "Nom"), mandatory=True, indexed=True)
    status = a.enum(("Status", "Statut"), ACTIVITY, default="active")
    org = a.key(Organization, ("Owner", "Propriétaire"), on_delete=a.MANUAL, mandatory=True)
    org_name = a.external(("Owner name", "Nom du propriétaire"), "org_id.name")
    address = a.text(("Address", "Adresse"))
    postal_code = a.string(("Postal code", "Code postal"))
    city = a.string(("City", "Ville"))
    country = a.string(("Country", "Pays"))
    obsolescence_date = a.date(OBSOLESCENCE_DATE, read_only=True)
    person_list = a.link_set(("Persons", "Personnes"), "Person.location_id")
    physicaldevice_list = a.link_set(("Devices", "Matériels"))


class Contact(Base):
    """A person or a team."""

    class Meta:
        table_name = "contact"

    about = a.about(
        ("Contact", "Contact"),
        abstract=True,
        reconciliation=("name", "org_id", "org_name", "email", "finalclass"),
        obsolete=INACTIVE,
    )

    finalclass = peewee.CharField()
    name = a.string(("Name", "Nom"), mandatory=True, indexed=True)
    status = a.enum(("Status", "Statut"), ACTIVITY, default="active", mandatory=True)
    org = a.key(Organization, ("Organization", "Organisation"), on_delete=a.MANUAL, mandatory=True)
    org_name = a.external(("Organization name", "Nom de l'organisation"), "org_id.name")
    email = a.email(("Email", "E-mail"))
    phone = a.phone(("Phone", "Téléphone"))
    phone_e164 = a.number()
    notify = a.enum(
        ("Notification", "Notification"),
        a.values(no=("no", "non"), yes=("yes", "oui")),
        default="yes",
    )
    function = a.string(("Function", "Fonction"))
    obsolescence_date = a.date(OBSOLESCENCE_DATE, read_only=True)
    cis_list = a.link_set(("CIs", "CI"))


class Person(Contact):
    """Somebody who calls, or who answers."""

    class Meta:
        table_name = "contact"

    about = a.about(
        ("Person", "Personne"),
        friendlyname=("first_name", "name"),
        form=(
            "name",
            "first_name",
            "org_id",
            "status",
            "location_id",
            "function",
            "manager_id",
            "employee_number",
            "picture",
            "email",
            "notify",
            "phone",
            "mobile_phone",
            "vip",
            "notes",
        ),
        reconciliation=("name", "first_name", "org_id", "org_name", "email", "employee_number"),
        obsolete=INACTIVE,
    )

    name = a.string(("Last name", "Nom de famille"), mandatory=True, indexed=True)
    first_name = a.string(("First name", "Prénom"), mandatory=True, indexed=True)
    employee_number = a.string(("Employee number", "Numéro d'employé"))
    mobile_phone = a.phone(("Mobile phone", "Téléphone mobile"))
    mobile_phone_e164 = a.number()
    location = a.key(Location, ("Location", "Lieu"))
    location_name = a.external(("Location name", "Nom du lieu"), "location_id.name")
    manager = a.key("self", ("Manager", "Responsable"))
    manager_name = a.external(("Manager name", "Nom du responsable"), "manager_id.name")
    picture = a.image(("Picture", "Photo"))
    vip = a.boolean(("VIP", "VIP"))
    notes = a.text(("Notes", "Notes"), gathers=True)
    team_list = a.link_set(("Teams", "Équipes"), "lnkPersonToTeam.person_id")
    tickets_list = a.link_set(("Tickets", "Tickets"), "Ticket.caller_id")
    user_list = a.link_set(("Users", "Utilisateurs"))


class Team(Contact):
    """Agents who work together."""

    class Meta:
        table_name = "contact"

    about = a.about(
        ("Team", "Équipe"),
        form=("name", "status", "org_id", "email", "phone", "notify", "function"),
        reconciliation=("name", "org_id", "org_name", "email"),
        obsolete=INACTIVE,
    )

    persons_list = a.link_set(("Members", "Membres"), "lnkPersonToTeam.team_id")
    tickets_list = a.link_set(("Tickets", "Tickets"), "Ticket.team_id")


class LnkPersonToTeam(Base):
    """A person is a member of a team."""

    class Meta:
        table_name = "lnk_person_to_team"

    about = a.about(
        ("Link Person / Team", "Lien Personne / Équipe"),
        friendlyname=("person_id_friendlyname", "team_name"),
        friendlyname_separator=" / ",
        form=("team_id", "person_id", "role_id"),
        reconciliation=("team_id", "person_id"),
    )
    class_name = "lnkPersonToTeam"

    team = a.key(Team, ("Team", "Équipe"), on_delete=a.AUTO, mandatory=True)
    team_name = a.external(("Team name", "Nom de l'équipe"), "team_id.name")
    person = a.key(Person, ("Person", "Personne"), on_delete=a.AUTO, mandatory=True)
    person_name = a.external(("Person name", "Nom de la personne"), "person_id.name")
    role = a.key(ContactType, ("Role", "Rôle"))
    role_name = a.external(("Role name", "Nom du rôle"), "role_id.name")
