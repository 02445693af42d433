"""Organizations, places and people."""

from __future__ import annotations

import peewee

from cti_host import database
from cti_tickets import attributes as a

ACTIVITY = a.values(active=("Active", "Actif"), inactive=("Inactive", "Inactif"))


class Base(peewee.Model):
    """What all models have in common."""

    class Meta:
        database = database
        legacy_table_names = False

    id = peewee.AutoField()


class Organization(Base):
    """A company or a part of one."""

    about = a.about(
        ("Organization", "Organisation"),
        form=("name", "code", "status", "parent_id"),
    )

    name = a.string(("Name", "Nom"), mandatory=True)
    code = a.string(("Code", "Code"))
    status = a.enum(("Status", "Statut"), ACTIVITY, default="active")
    parent = a.key("self", ("Parent", "Organisation parente"), hierarchical=True)
    parent_name = a.external(("Parent name", "Nom de l'organisation parente"), "parent_id.name")


class Location(Base):
    """A place where an organization is."""

    about = a.about(
        ("Location", "Lieu"),
        form=("name", "status", "org_id", "address", "postal_code", "city", "country"),
    )

    name = a.string(("Name", "Nom"), mandatory=True)
    status = a.enum(("Status", "Statut"), ACTIVITY, default="active")
    org = a.key(Organization, ("Owner", "Propriétaire"), on_delete=a.MANUAL, mandatory=True)
    org_name = a.external(("Owner name", "Nom du propriétaire"), "org_id.name")
    address = a.text(("Address", "Adresse"))
    postal_code = a.string(("Postal code", "Code postal"))
    city = a.string(("City", "Ville"))
    country = a.string(("Country", "Pays"))


class Contact(Base):
    """A person or a team."""

    class Meta:
        table_name = "contact"

    about = a.about(("Contact", "Contact"), abstract=True)

    finalclass = peewee.CharField()
    name = a.string(("Name", "Nom"), mandatory=True)
    status = a.enum(("Status", "Statut"), ACTIVITY, default="active", mandatory=True)
    org = a.key(Organization, ("Organization", "Organisation"), on_delete=a.MANUAL, mandatory=True)
    org_name = a.external(("Organization name", "Nom de l'organisation"), "org_id.name")
    email = a.email(("Email", "Adresse e-mail"))
    phone = a.phone(("Phone", "Téléphone"))
    phone_e164 = a.number()
    notify = a.enum(
        ("Notification", "Notification"),
        a.values(yes=("Yes", "Oui"), no=("No", "Non")),
        default="yes",
    )
    function = a.string(("Function", "Fonction"))


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
            "email",
            "notify",
            "phone",
            "mobile_phone",
        ),
    )

    name = a.string(("Last name", "Nom de famille"), mandatory=True)
    first_name = a.string(("First name", "Prénom"), mandatory=True)
    employee_number = a.string(("Employee number", "Numéro d'employé"))
    mobile_phone = a.phone(("Mobile phone", "Téléphone mobile"))
    mobile_phone_e164 = a.number()
    location = a.key(Location, ("Location", "Lieu"))
    location_name = a.external(("Location name", "Nom du lieu"), "location_id.name")
    manager = a.key("self", ("Manager", "Responsable"))
    manager_name = a.external(("Manager name", "Nom du responsable"), "manager_id.name")


class Team(Contact):
    """Agents who work together."""

    class Meta:
        table_name = "contact"

    about = a.about(
        ("Team", "Équipe"),
        form=("name", "status", "org_id", "email", "phone", "notify", "function"),
    )


class LnkPersonToTeam(Base):
    """A person is a member of a team."""

    class Meta:
        table_name = "lnk_person_to_team"

    about = a.about(
        ("Person / Team link", "Lien Personne / Équipe"),
        friendlyname=("person_name", "team_name"),
        form=("team_id", "person_id"),
    )
    class_name = "lnkPersonToTeam"

    team = a.key(Team, ("Team", "Équipe"), on_delete=a.AUTO, mandatory=True)
    team_name = a.external(("Team name", "Nom de l'équipe"), "team_id.name")
    person = a.key(Person, ("Person", "Personne"), on_delete=a.AUTO, mandatory=True)
    person_name = a.external(("Person name", "Nom de la personne"), "person_id.name")
