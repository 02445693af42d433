"""The catalogue of services."""

from __future__ import annotations

from cti_tickets.model import fields as a
from cti_tickets.model.classes.people import Base, Organization

SERVICE_STATUS = a.values(
    implementation=("implementation", "Implémentation"),
    production=("production", "Production"),
    obsolete=("obsolete", "Obsolète"),
)


class ServiceFamily(Base):
    """Services that belong together."""

    about = a.about(
        ("Service Family", "Famille de services"),
        form=("name",),
        reconciliation=("name",),
        few=True,
    )

    name = a.string(("Name", "Nom"), mandatory=True)
    services_list = a.link_set(("Services", "Services"), "Service.servicefamily_id")


class Service(Base):
    """What a provider does for its customers."""

    about = a.about(
        ("Service", "Service"),
        form=("name", "org_id", "servicefamily_id", "status", "description"),
        reconciliation=("name", "org_id", "organization_name"),
        few=True,
    )

    name = a.string(("Name", "Nom"), mandatory=True, indexed=True)
    org = a.key(Organization, ("Provider", "Fournisseur"), on_delete=a.MANUAL, mandatory=True)
    organization_name = a.external(("Provider name", "Nom du fournisseur"), "org_id.name")
    servicefamily = a.key(ServiceFamily, ("Service family", "Famille de services"))
    servicefamily_name = a.external(
        ("Service family name", "Nom de la famille de services"), "servicefamily_id.name"
    )
    description = a.text(("Description", "Description"))
    status = a.enum(("Status", "Statut"), SERVICE_STATUS)
    servicesubcategories_list = a.link_set(
        ("Service subcategories", "Sous-catégories de service"), "ServiceSubcategory.service_id"
    )


class ServiceSubcategory(Base):
    """A part of a service that can be asked for."""

    about = a.about(
        ("Service Subcategory", "Sous-catégorie de service"),
        form=("name", "service_id", "request_type", "status", "description"),
        reconciliation=("name", "service_id", "service_name"),
        few=True,
    )

    name = a.string(("Name", "Nom"), mandatory=True)
    service = a.key(Service, ("Service", "Service"), on_delete=a.MANUAL, mandatory=True)
    service_name = a.external(("Service name", "Nom du service"), "service_id.name")
    service_org_id = a.external(("Provider id", "Identifiant du fournisseur"), "service_id.org_id")
    service_provider = a.external(
        ("Provider name", "Nom du fournisseur"), "service_id.organization_name"
    )
    request_type = a.enum(
        ("Request type", "Type de demande"),
        a.values(
            incident=("incident", "incident"),
            service_request=("service request", "demande de service"),
        ),
        default="incident",
        mandatory=True,
    )
    status = a.enum(("Status", "Statut"), SERVICE_STATUS)
    description = a.text(("Description", "Description"))
